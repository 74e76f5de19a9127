package seal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/seal"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type bundle struct {
	*seal.Sealer
	t     *testing.T
	ctx   context.Context
	d     *db.DB
	clock *clock.Fixed
}

func setup(t *testing.T, d *db.DB) bundle {
	c := clock.NewFixed(start)
	return bundle{
		&seal.Sealer{DB: d, IDs: id.NewMaker(1), Clock: c, Log: slog.New(slog.DiscardHandler)}, t, t.Context(), d, c,
	}
}

func head(h home.ID, seq int64) ledger.Head {
	return ledger.Head{Home: h, Seq: seq, Hash: sha256.Sum256(fmt.Append(nil, h, seq))}
}

// collect keeps heads as the dispatcher does.
func (b bundle) collect(heads ...ledger.Head) {
	b.t.Helper()
	err := b.d.Write(b.ctx, func(tx *db.Tx) error {
		batch := &db.Batch{}
		b.Collect(batch, heads)
		return tx.Run(b.ctx, batch)
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b bundle) seal(want int) {
	b.t.Helper()
	if n, err := b.Seal(b.ctx); err != nil || n != want {
		b.t.Fatalf("%d seals, want %d: %v", n, want, err)
	}
}

func (b bundle) seals() []seal.Seal {
	b.t.Helper()
	out, err := seal.Page(b.ctx, b.d, 0, 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// leaves reads a seal's heads.
func (b bundle) leaves(i int64) (out []ledger.Head) {
	b.t.Helper()
	err := b.d.Each(b.ctx, func(r db.Row) error {
		var data []byte
		if err := r.Scan(&data); err != nil {
			return err
		}
		heads, ok := seal.Records(data)
		if !ok || len(heads) > 1000 {
			b.t.Errorf("a chunk of %d bytes", len(data))
		}
		out = append(out, heads...)
		return nil
	}, `select data from seal_chunk where seal_id = $1 order by n`, i)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// checkChain does what who holds an export does.
func (b bundle) checkChain() {
	b.t.Helper()
	prev := crypto.Hash{}
	for i, s := range b.seals() {
		if s.ID != int64(i)+1 || s.Prev != prev || s.Hash != s.Digest() {
			b.t.Errorf("seal %d does not follow from the one before", s.ID)
		}
		heads := b.leaves(s.ID)
		hashes := make([]crypto.Hash, len(heads))
		for j := range heads {
			hashes[j] = seal.Leaf(&heads[j])
			if j > 0 && heads[j-1].Home >= heads[j].Home {
				b.t.Errorf("seal %d: leaves are not sorted", s.ID)
			}
		}
		if crypto.Root(hashes) != s.Root || int64(len(heads)) != s.Leaves {
			b.t.Errorf("seal %d has another root", s.ID)
		}
		prev = s.Hash
	}
}

func TestSeal(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.seal(0)
		b.collect(head(5, 1), head(-7, 1), head(5, 3))
		b.collect(head(5, 2), head(9, 0), head(6, 1)) // late; a journal without postings
		b.seal(1)
		b.seal(0)
		want := []ledger.Head{head(-7, 1), head(5, 3), head(6, 1)}
		if got := b.leaves(1); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", got, want)
		}
		var many []ledger.Head
		for i := range 2500 {
			many = append(many, head(home.ID(i*7%2500-1000), 4))
		}
		b.clock.Add(time.Minute)
		b.collect(many...)
		b.seal(1)
		if n := len(b.leaves(2)); n != 2500 {
			t.Errorf("%d leaves", n)
		}
		b.checkChain()
		var left int
		if err := d.Row(t.Context(), `select count(*) from seal_pending`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d left: %v", left, err)
		}
		b.Most = 10
		b.collect(many[:8]...)
		b.collect(many[8:11]...)
		b.collect(many[:20]...)
		b.seal(3)
		b.checkChain()
	})
}

// TestTwoSealers lets sealers of several processes seal while heads come in:
// each head is sealed once and the chain has no fork.
func TestTwoSealers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.Most = 30
		var running sync.WaitGroup
		for range 3 {
			running.Go(func() {
				for range 15 {
					if _, err := b.Seal(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for i := range 40 {
			b.collect(head(1, int64(i)+1), head(home.ID(i+2), 1))
		}
		running.Wait()
		if _, err := b.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.checkChain()
		seen := map[ledger.Head]int{}
		for _, s := range b.seals() {
			for _, h := range b.leaves(s.ID) {
				seen[h]++
			}
		}
		for i := range 40 {
			if n := seen[head(home.ID(i+2), 1)]; n != 1 {
				t.Errorf("home %d is sealed %d times", i+2, n)
			}
		}
		if seen[head(1, 40)] != 1 {
			t.Error("the newest head of home 1 is not sealed")
		}
	})
}

func TestProve(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		post := func(h ledger.Head, at clock.Micros) {
			t.Helper()
			_, err := d.Exec(t.Context(), `insert into posting (home_id, seq, account_id, lot_id, op_id, kind, debit, credit, amount, at, written_at, hash)
 values ($1, $2, 0, 0, 1, 'memo', 'issued', 'issued', 0, 0, $3, $4)`, h.Home, h.Seq, at, h.Hash[:])
			if err != nil {
				t.Fatal(err)
			}
		}
		code := func(h home.ID, want string) {
			t.Helper()
			if _, err := b.Prove(t.Context(), h); !fault.Is(err, want) {
				t.Errorf("got %v, want %s", err, want)
			}
		}
		code(5, "seal.no-journal")
		post(head(5, 1), b.clock.Now())
		code(5, "seal.not-yet")
		var others []ledger.Head
		for i := range 1500 {
			others = append(others, head(home.ID(i+100), 1))
		}
		b.collect(append(others, head(5, 1))...)
		b.seal(1)
		for range 45 { // later seals, in which the home is not
			b.clock.Add(time.Minute)
			b.collect(head(3, 1), head(7, 1))
			b.seal(1)
		}
		p, err := b.Prove(t.Context(), 5)
		if err != nil {
			t.Fatal(err)
		}
		if p.Seal.ID != 1 || p.Head != head(5, 1) || !p.Holds() {
			t.Errorf("%+v", p)
		}
		wrong := *p
		wrong.Head.Seq = 2
		if wrong.Holds() {
			t.Error("a proof of another head holds")
		}
		wrong = *p
		wrong.Seal.Root[0] ^= 1
		if wrong.Holds() {
			t.Error("a proof under another root holds")
		}
		post(head(5, 2), b.clock.Now())
		code(5, "seal.not-yet")
		post(head(1000, 1), b.clock.Now()-clock.Micros(time.Hour.Microseconds()))
		if p, err := b.Prove(t.Context(), 1000); err != nil || p.Seal.ID != 1 || !p.Holds() {
			t.Errorf("%+v %v", p, err)
		}
	})
}

func TestExport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		for i := range 3 {
			b.collect(head(home.ID(i+1), 1))
			b.seal(1)
		}
		var out bytes.Buffer
		if err := b.Export(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		seals := b.seals()
		lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
		if len(lines) != 3 {
			t.Fatalf("%d lines: %s", len(lines), out.String())
		}
		for i, l := range lines {
			got := map[string]any{}
			if err := json.Unmarshal(l, &got); err != nil {
				t.Fatal(err)
			}
			s := seals[i]
			if got["seal"] != float64(i+1) || got["at"] != "2026-11-22T12:00:00Z" || got["leaves"] != 1.0 ||
				got["prev"] != hex.EncodeToString(s.Prev[:]) || got["root"] != hex.EncodeToString(s.Root[:]) || got["hash"] != hex.EncodeToString(s.Hash[:]) {
				t.Errorf("%s", l)
			}
		}
	})
}

// TestCompare: an export that was kept tells of every seal that is no longer
// what it was.
func TestCompare(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		for i := range 3 {
			b.collect(head(home.ID(i+1), 1))
			b.seal(1)
		}
		var kept bytes.Buffer
		if err := b.Export(t.Context(), &kept); err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(strings.TrimSpace(kept.String()), "\n")
		compare := func(text, want string, most int64) {
			t.Helper()
			n, err := b.Compare(t.Context(), strings.NewReader(text))
			if code := faultCode(err); code != want || n != most {
				t.Errorf("%d seals, %v; want %d, %s", n, err, most, want)
			}
		}
		b.collect(head(9, 1))
		b.seal(1) // a later one does no harm
		compare(kept.String(), "", 3)
		compare(lines[1], "", 1)
		compare("", "seal.empty", 0)
		compare(lines[0]+"x\n", "seal.not-an-export", 1)
		compare(lines[0]+strings.Repeat("x", 5000), "seal.not-an-export", 1)
		compare(strings.Replace(lines[2], `"seal":3`, `"seal":9`, 1), "seal.missing", 0)
		compare(strings.Replace(lines[2], `"leaves":1`, `"leaves":2`, 1), "seal.differs", 0)

		// Somebody changes the second seal, and makes the chain after it anew.
		seals := b.seals()
		for i := 1; i < len(seals); i++ {
			s := seals[i]
			if i == 1 {
				s.Root[0] ^= 1
			}
			s.Prev = seals[i-1].Hash
			s.Hash = s.Digest()
			seals[i] = s
			if _, err := d.Exec(t.Context(), "update seal set prev = $2, root = $3, hash = $4 where seal_id = $1", s.ID, s.Prev[:], s.Root[:], s.Hash[:]); err != nil {
				t.Fatal(err)
			}
		}
		compare(kept.String(), "seal.differs", 1)
		compare(lines[2], "seal.differs", 0)
	})
}

func faultCode(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}
