package seal

import (
	"context"
	"errors"

	"kopilka/internal/platform/db"
)

// maxPending is how many rows of pending heads are looked at for one seal.
const maxPending = 1000

const (
	qKeep        = `insert into seal_pending (pending_id, heads, data) values ($1, $2, $3)`
	qPending     = `select pending_id, heads from seal_pending order by pending_id limit $1`
	qPendingData = `select data from seal_pending where pending_id = $1`

	sealColumns = `seal_id, at, prev, root, leaves, hash`
	qAdd        = `insert into seal (` + sealColumns + `) values ($1, $2, $3, $4, $5, $6)`
	qLast       = `select ` + sealColumns + ` from seal order by seal_id desc limit 1`
	qPage       = `select ` + sealColumns + ` from seal where seal_id > $1 order by seal_id limit $2`

	qHead     = `select seq, written_at, hash from posting where home_id = $1 order by seq desc limit 1`
	qFromTime = `select coalesce(max(seal_id), 0) from seal where at < $1`
	qHolding  = `select seal_id, data from seal_chunk where seal_id > $1 and first_home <= $2 and last_home >= $2 order by seal_id limit $3`
	qChunks   = `select data from seal_chunk where seal_id = $1 order by n`
	qSeal     = `select ` + sealColumns + ` from seal where seal_id = $1`
)

var deletePending = db.Many{
	PG:    `delete from seal_pending where pending_id = any($1::bigint[])`,
	Lite:  `delete from seal_pending where pending_id = $1`,
	Types: []string{"bigint"},
	Exact: true,
}

var insertChunk = db.Many{
	PG: `insert into seal_chunk (seal_id, n, first_home, last_home, data)
 select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[])`,
	Lite:  `insert into seal_chunk (seal_id, n, first_home, last_home, data) values ($1, $2, $3, $4, $5)`,
	Types: []string{"bigint", "bigint", "bigint", "bigint", "bytea"},
}

func scanSeal(r db.Row) (s Seal, err error) {
	var prev, root, hash []byte
	err = r.Scan(&s.ID, (*int64)(&s.At), &prev, &root, &s.Leaves, &hash)
	copy(s.Prev[:], prev)
	copy(s.Root[:], root)
	copy(s.Hash[:], hash)
	return s, err
}

// Last reads the newest seal; its zero value where there is none.
func Last(ctx context.Context, q db.Q) (Seal, error) {
	s, err := scanSeal(q.Row(ctx, qLast))
	if errors.Is(err, db.ErrNotFound) {
		return Seal{}, nil
	}
	return s, err
}
