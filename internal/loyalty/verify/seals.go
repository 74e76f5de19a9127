package verify

import (
	"fmt"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/seal"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
)

const (
	sealsPerPage  = 500
	leavesPerView = 50_000 // about: a seal is never split
)

// seals follows the chain of seals and shares their leaves out.
func (r *run) seals() {
	var last seal.Seal
	for {
		page, err := seal.Page(r.ctx, r.d, last.ID, sealsPerPage)
		if r.stop(err) || len(page) == 0 {
			return
		}
		var leaves int64
		from := 0
		for i := range page {
			r.follows(&last, &page[i])
			last = page[i]
			leaves += last.Leaves
			if leaves >= leavesPerView || i == len(page)-1 {
				part := page[from : i+1]
				r.do(func() error { return r.sealPart(part) })
				from, leaves = i+1, 0
			}
		}
	}
}

func (r *run) follows(prev, s *seal.Seal) {
	var found, wanted string
	switch {
	case s.ID != prev.ID+1:
		found, wanted = fmt.Sprintf("seal %d", s.ID), fmt.Sprintf("seal %d", prev.ID+1)
	case s.Prev != prev.Hash:
		found, wanted = "prev "+hex(s.Prev[:]), "prev "+hex(prev.Hash[:])
	case s.Hash != s.Digest():
		want := s.Digest()
		found, wanted = "hash "+hex(s.Hash[:]), "hash "+hex(want[:])
	default:
		return
	}
	r.bad(place{s.ID, 0}, SealChain, "seal", fmt.Sprintf("seal_id=%d", s.ID), found, wanted)
}

// sealPart checks the leaves of some seals in one snapshot.
func (r *run) sealPart(seals []seal.Seal) error {
	var leaves int64
	err := r.view(func(q *db.Snapshot) error {
		for i := range seals {
			if err := r.leaves(q, &seals[i]); err != nil {
				return err
			}
			leaves += seals[i].Leaves
		}
		return nil
	})
	if err == nil {
		r.did("seals", leaves, func(c *Counts) { c.Seals += int64(len(seals)); c.Leaves += leaves })
	}
	return err
}

// leaves computes a seal's root anew and holds each leaf to its posting.
func (r *run) leaves(q *db.Snapshot, s *seal.Seal) error {
	at, row := place{s.ID, 0}, fmt.Sprintf("seal_id=%d", s.ID)
	var hashes []crypto.Hash
	var last *ledger.Head
	ordered := true
	var chunks [][]ledger.Head
	err := q.Each(r.ctx, func(x db.Row) error {
		var data []byte
		if err := x.Scan(&data); err != nil {
			return err
		}
		heads, whole := seal.Records(data)
		ordered = ordered && whole
		for i := range heads {
			ordered = ordered && (last == nil || last.Home < heads[i].Home)
			last = &heads[i]
			hashes = append(hashes, seal.Leaf(last))
		}
		chunks = append(chunks, heads)
		return nil
	}, qChunks, s.ID)
	if err != nil {
		return err
	}
	if int64(len(hashes)) != s.Leaves || !ordered {
		r.bad(at, SealLeaves, "seal_chunk", row, fmt.Sprintf("%d leaves, in order: %v", len(hashes), ordered), fmt.Sprintf("%d leaves in order", s.Leaves))
	}
	if root := crypto.Root(hashes); root != s.Root {
		r.bad(at, SealRoot, "seal", row, hex(s.Root[:]), hex(root[:]))
	}
	for _, heads := range chunks {
		if err := r.heads(q, s, heads); err != nil {
			return err
		}
	}
	return nil
}

// heads holds a chunk's leaves to their postings.
func (r *run) heads(q *db.Snapshot, s *seal.Seal, heads []ledger.Head) error {
	found := make(map[home.ID]ledger.Head, len(heads))
	onHead := func(x db.Row) error {
		var h ledger.Head
		var hash []byte
		err := x.Scan((*int64)(&h.Home), &h.Seq, &hash)
		copy(h.Hash[:], hash)
		found[h.Home] = h
		return err
	}
	b := &db.Batch{}
	if q.Dialect() == db.Postgres {
		homes, seqs := make([]int64, len(heads)), make([]int64, len(heads))
		for i := range heads {
			homes[i], seqs[i] = int64(heads[i].Home), heads[i].Seq
		}
		b.Each(onHead, qHeadsPG, homes, seqs)
	} else {
		for i := range heads {
			b.Each(onHead, qHeadLite, int64(heads[i].Home), heads[i].Seq)
		}
	}
	if err := q.Run(r.ctx, b); err != nil {
		return err
	}
	for i := range heads {
		if h := &heads[i]; found[h.Home] != *h {
			r.bad(place{s.ID, int64(i)}, SealHead, "seal_chunk", fmt.Sprintf("seal_id=%d home_id=%s seq=%d", s.ID, h.Home, h.Seq),
				"sealed "+hex(h.Hash[:]), posted(found, h))
		}
	}
	return nil
}

func posted(found map[home.ID]ledger.Head, h *ledger.Head) string {
	p, ok := found[h.Home]
	if !ok {
		return "no posting"
	}
	return "posted " + hex(p.Hash[:])
}
