package seal

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
)

// line is a seal as it is exported.
type line struct {
	Seal   int64  `json:"seal"`
	At     string `json:"at"`
	Prev   string `json:"prev"`
	Root   string `json:"root"`
	Leaves int64  `json:"leaves"`
	Hash   string `json:"hash"`
}

const exportPage = 1000

// Export writes all seals as lines of JSON, the oldest first.
func (s *Sealer) Export(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	for from := int64(0); ; {
		page, err := Page(ctx, s.DB, from, exportPage)
		if err != nil {
			return err
		}
		for i := range page {
			if err := enc.Encode(page[i].line()); err != nil {
				return err
			}
		}
		if len(page) < exportPage {
			return out.Flush()
		}
		from = page[len(page)-1].ID
	}
}

// Page reads up to limit seals after one.
func Page(ctx context.Context, q db.Q, after int64, limit int) ([]Seal, error) {
	return db.All(ctx, q, scanSeal, qPage, after, limit)
}

// proofText is a proof as it is given to somebody.
type proofText struct {
	Seal  line     `json:"seal"`
	Home  home.ID  `json:"home"`
	Seq   int64    `json:"seq"`
	Hash  string   `json:"hash"`
	Index int      `json:"index"`
	Path  []string `json:"path"`
}

// MarshalJSON writes hashes in hex.
func (p *Proof) MarshalJSON() ([]byte, error) {
	out := proofText{
		Seal: p.Seal.line(), Home: p.Head.Home, Seq: p.Head.Seq, Hash: hex.EncodeToString(p.Head.Hash[:]),
		Index: p.Index, Path: make([]string, len(p.Path)),
	}
	for i := range p.Path {
		out.Path[i] = hex.EncodeToString(p.Path[i][:])
	}
	return json.Marshal(&out)
}

func (s *Seal) line() line {
	hash := func(h crypto.Hash) string { return hex.EncodeToString(h[:]) }
	return line{
		Seal: s.ID, At: s.At.Time().Format(time.RFC3339Nano), Prev: hash(s.Prev), Root: hash(s.Root), Leaves: s.Leaves, Hash: hash(s.Hash),
	}
}
