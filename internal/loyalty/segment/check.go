package segment

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Wrong is a member whose figures are not what they are reckoned to be.
type Wrong struct {
	Home          home.ID
	Found, Wanted string // "": no row
}

const (
	qKept       = `select count(*) from (select 1 from member_figure limit 1) k`
	qFigures    = `select ` + figureColumns + ` from member_figure where `
	qAllStale   = `select data from member_stale`
	qMergedInto = `select home_id from member where `
)

// Kept tells whether there are figures of anybody: a base that the program has
// never served has none.
func Kept(ctx context.Context, q db.Q) (bool, error) {
	var n int64
	err := q.Row(ctx, qKept).Scan(&n)
	return n > 0, err
}

// Checker holds the figures of members to what they are reckoned to be, in one
// snapshot. What waits to be worked out it reads once, if it has to: after a
// night's dues that is most of the members.
type Checker struct {
	Q   db.Q
	Own func(programme id.ID) bool // Refresher.OwnLevel

	waits map[home.ID]bool // nil: not read yet
}

// Check checks some members. Of whom something has happened that waits to be
// worked out nothing is said.
func (c *Checker) Check(ctx context.Context, members []home.ID) ([]Wrong, error) {
	q := c.Q
	want, err := reckon(ctx, q, members, c.Own)
	if err != nil {
		return nil, err
	}
	found := map[home.ID][]any{}
	if err := q.Each(ctx, func(r db.Row) error {
		h, row, err := scanFigures(r)
		found[h] = row
		return err
	}, qFigures+q.Dialect().In("home_id", 1), home.Numbers(members)); err != nil {
		return nil, err
	}
	var all []Wrong
	for _, h := range members {
		v := want.of[h]
		if v == nil {
			continue
		}
		w := Wrong{Home: h}
		if row := found[h]; row != nil {
			w.Found = told(row)
		}
		if !v.gone {
			w.Wanted = told(v.row(h))
		}
		if w.Found != w.Wanted {
			all = append(all, w)
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	return c.settled(ctx, all)
}

// settled leaves those of whom nothing waits.
func (c *Checker) settled(ctx context.Context, all []Wrong) (out []Wrong, err error) {
	if c.waits == nil {
		if c.waits, err = waiting(ctx, c.Q); err != nil {
			return nil, err
		}
	}
	for _, w := range all {
		near, err := concerned(ctx, c.Q, w.Home)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(near, func(h home.ID) bool { return c.waits[h] }) {
			out = append(out, w)
		}
	}
	return out, nil
}

// concerned are those whose changes change a member's figures: himself, who
// shares an account with him, whom he was merged into and who was into him.
func concerned(ctx context.Context, q db.Q, h home.ID) ([]home.ID, error) {
	near, err := follow(ctx, q, []home.ID{h})
	if err != nil {
		return nil, err
	}
	err = q.Each(ctx, func(r db.Row) error {
		var x home.ID
		err := r.Scan(&x)
		near = append(near, x)
		return err
	}, qMergedInto+q.Dialect().In("merged_into", 1), home.Numbers(near))
	return near, err
}

// waiting are the members of events that are not folded yet, and of those that
// are but whose figures were not worked out yet.
func waiting(ctx context.Context, q db.Q) (map[home.ID]bool, error) {
	f, out := figure.NewFold(), map[home.ID]bool{}
	if err := f.AddWaiting(ctx, q); err != nil {
		return nil, err
	}
	for t := range f.Touched {
		out[t.Home] = true
	}
	return out, q.Each(ctx, func(r db.Row) error {
		var data []byte
		err := r.Scan(&data)
		for ; len(data) >= record; data = data[record:] {
			out[home.ID(binary.BigEndian.Uint64(data))] = true
		}
		return err
	}, qAllStale)
}

// scanFigures reads a row as figures.row makes it.
func scanFigures(r db.Row) (h home.ID, row []any, err error) {
	var v figures
	var average int64
	var given []byte
	err = r.Scan((*int64)(&h), &v.programme, &v.level, &v.active, &v.pending, &v.earned, &v.spent, &v.purchases, &v.turnover, &average, &v.first, &v.last,
		&v.visits, &v.refunds, &v.tickets, &v.orders, &v.unpaid, &v.consents, &v.city, &given)
	v.given = string(given)
	row = v.row(h)
	row[columnAverage] = average
	return h, row, err
}

const columnAverage = 9

// told is a row in a line; of what is personal its checksum.
func told(row []any) string {
	city, given := []byte(row[18].(string)), row[19].([]byte)
	return fmt.Sprintf("programme=%v level=%v active=%v pending=%v earned=%v spent=%v purchases=%v turnover=%v average=%v first=%v last=%v visits=%v refunds=%v tickets=%v orders=%v unpaid=%v consents=%v city#%08x name#%08x",
		slices.Concat(row[1:18], []any{crc32.ChecksumIEEE(city), crc32.ChecksumIEEE(given)})...)
}
