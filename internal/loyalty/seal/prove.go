package seal

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// Proof shows that a head is under a seal: with it and the seal's root nobody
// needs the rest of the tree.
type Proof struct {
	Seal  Seal
	Head  ledger.Head
	Index int           // of the leaf in the tree
	Path  []crypto.Hash // from the leaf to the root
}

// Holds tells whether the proof leads from the head to the seal's root.
func (p *Proof) Holds() bool {
	return p.Seal.Hash == p.Seal.Digest() && crypto.InTree(p.Seal.Root, Leaf(&p.Head), p.Index, int(p.Seal.Leaves), p.Path)
}

// aside is how far the clocks of two processes may be apart.
const aside = 10 * time.Minute

// Prove proves the newest head of a home's journal. One that was written in
// the last minute may not be under a seal yet: seal.not-yet.
func (s *Sealer) Prove(ctx context.Context, h home.ID) (*Proof, error) {
	var p *Proof
	err := s.DB.View(ctx, func(q *db.Snapshot) (err error) {
		p, err = prove(ctx, q, h)
		return err
	})
	return p, err
}

func prove(ctx context.Context, q db.Q, h home.ID) (*Proof, error) {
	p := &Proof{Head: ledger.Head{Home: h}}
	var written clock.Micros
	var hash []byte
	err := q.Row(ctx, qHead, h).Scan(&p.Head.Seq, (*int64)(&written), &hash)
	if errors.Is(err, db.ErrNotFound) {
		return nil, fault.Wrap(err, fault.NotFound, "seal.no-journal")
	}
	if err != nil {
		return nil, err
	}
	copy(p.Head.Hash[:], hash)
	// The seal is one of the first after the posting was written.
	var after int64
	if err := q.Row(ctx, qFromTime, written.Add(-aside)).Scan(&after); err != nil {
		return nil, err
	}
	found, err := holding(ctx, q, after, &p.Head)
	if err != nil {
		return nil, err
	}
	if p.Seal, err = scanSeal(q.Row(ctx, qSeal, found)); err != nil {
		return nil, err
	}
	var leaves []crypto.Hash
	p.Index = -1
	err = q.Each(ctx, func(r db.Row) error {
		var data []byte
		if err := r.Scan(&data); err != nil {
			return err
		}
		heads, _ := Records(data)
		if i, ok := find(heads, h); ok {
			p.Index = len(leaves) + i
		}
		for i := range heads {
			leaves = append(leaves, Leaf(&heads[i]))
		}
		return nil
	}, qChunks, found)
	if err != nil {
		return nil, err
	}
	p.Path = crypto.Proof(leaves, p.Index)
	return p, nil
}

// seeked is how many chunks are read at a time to find a head.
const seeked = 20

// holding finds the seal after one that the head is a leaf of.
func holding(ctx context.Context, q db.Q, after int64, head *ledger.Head) (found int64, err error) {
	for {
		read := 0
		err := q.Each(ctx, func(r db.Row) error {
			var data []byte
			if err := r.Scan(&after, &data); err != nil {
				return err
			}
			read++
			heads, _ := Records(data)
			if n, ok := find(heads, head.Home); ok && heads[n] == *head && found == 0 {
				found = after
			}
			return nil
		}, qHolding, after, int64(head.Home), seeked)
		switch {
		case err != nil || found != 0:
			return found, err
		case read < seeked:
			return 0, fault.New(fault.NotFound, "seal.not-yet")
		}
	}
}

func find(heads []ledger.Head, h home.ID) (int, bool) {
	return slices.BinarySearchFunc(heads, h, func(x ledger.Head, h home.ID) int { return cmp.Compare(x.Home, h) })
}
