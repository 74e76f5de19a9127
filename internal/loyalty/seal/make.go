package seal

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
)

const maxTries = 20

// Seal seals all heads that wait and tells how many seals it made; a job calls
// it each minute. Where another process seals the same heads only one of them
// does.
func (s *Sealer) Seal(ctx context.Context) (made int, err error) {
	for try := 1; ; {
		n, err := s.next(ctx)
		switch {
		case err == nil && n == 0:
			return made, nil
		case err == nil:
			made++
			try = 1
			if s.Log != nil {
				s.Log.DebugContext(ctx, "heads sealed", "leaves", n)
			}
		case !errors.Is(err, db.ErrMoved) && !errors.Is(err, db.ErrConflict) || try == maxTries:
			return made, err
		default:
			try++ // somebody else was first: look again at what is left
		}
	}
}

// next makes one seal, over about Most heads, and tells over how many. All
// reading and hashing is done before the transaction; that nothing has moved
// meanwhile is what its deletions and its key tell.
func (s *Sealer) next(ctx context.Context) (leaves int, err error) {
	pending, heads, err := s.waiting(ctx)
	if err != nil || len(pending) == 0 {
		return 0, err
	}
	last, err := Last(ctx, s.DB)
	if err != nil {
		return 0, err
	}
	heads = newest(heads)
	chunks, root := tree(heads)
	sl := Seal{ID: last.ID + 1, At: s.Clock.Now(), Prev: last.Hash, Root: root, Leaves: int64(len(heads))}
	sl.Hash = sl.Digest()
	gone, rows := deletePending.Of(), insertChunk.Of()
	for _, p := range pending {
		gone.Add(p)
	}
	for n, c := range chunks {
		rows.Add(sl.ID, int64(n), c.first, c.last, c.data)
	}
	return len(heads), s.DB.Write(ctx, func(tx *db.Tx) error {
		b := &db.Batch{}
		b.Many(gone)
		b.Exec(qAdd, sl.ID, int64(sl.At), sl.Prev[:], sl.Root[:], sl.Leaves, sl.Hash[:])
		b.Many(rows)
		return tx.Run(ctx, b)
	})
}

// waiting reads heads that wait, the oldest first, up to about Most.
func (s *Sealer) waiting(ctx context.Context) (pending []int64, heads []ledger.Head, err error) {
	most := cmp.Or(s.Most, defaultMost)
	var sum int64
	err = s.DB.Each(ctx, func(r db.Row) error {
		var p, n int64
		err := r.Scan(&p, &n)
		if sum == 0 || sum+n <= most {
			pending = append(pending, p)
		}
		sum += n
		return err
	}, qPending, maxPending)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range pending {
		var data []byte
		err := s.DB.Row(ctx, qPendingData, p).Scan(&data)
		if errors.Is(err, db.ErrNotFound) {
			err = db.ErrMoved
		}
		if err != nil {
			return nil, nil, err
		}
		got, _ := Records(data)
		heads = append(heads, got...)
	}
	return pending, heads, nil
}

// newest keeps each home's newest head, sorted by home.
func newest(heads []ledger.Head) []ledger.Head {
	slices.SortFunc(heads, func(x, y ledger.Head) int {
		return cmp.Or(cmp.Compare(x.Home, y.Home), cmp.Compare(y.Seq, x.Seq))
	})
	return slices.CompactFunc(heads, func(x, y ledger.Head) bool { return x.Home == y.Home })
}

// chunk is a run of a seal's leaves.
type chunk struct {
	first, last int64
	data        []byte
}

func tree(heads []ledger.Head) (chunks []chunk, root crypto.Hash) {
	leaves := make([]crypto.Hash, len(heads))
	for i := range heads {
		leaves[i] = Leaf(&heads[i])
	}
	for part := range slices.Chunk(heads, chunkRecords) {
		c := chunk{first: int64(part[0].Home), last: int64(part[len(part)-1].Home), data: make([]byte, 0, len(part)*RecordSize)}
		for i := range part {
			c.data = appendRecord(c.data, &part[i])
		}
		chunks = append(chunks, c)
	}
	return chunks, crypto.Root(leaves)
}
