package promo

import (
	"context"
	"strconv"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Filter picks codes; what is zero picks all.
type Filter struct {
	Programme id.ID
	Campaign  string // of Programme
	Home      home.ID
	Guests    []string // with Home: also what is bound to these hashes
	State     State    // of the row; with Day: as it is on that day
	Day       string   // YYYY-MM-DD
	Made      clock.Micros
	After     string // the code that the part before ended with
}

// List lists codes in the order of codes.
func List(ctx context.Context, q db.Q, f Filter, limit int) ([]Code, error) {
	w := &where{}
	w.and(`code > `, text.Fold(f.After))
	w.filter(&f)
	return w.read(ctx, q, `code`, limit)
}

// Place is where a list of the newest goes on: behind the code that the part before
// ended with, and when that was made. The zero Place is the beginning.
type Place struct {
	At   clock.Micros
	Code string
}

// Newest lists codes, those that were made last first; those that were made at once
// are in the order of codes.
func Newest(ctx context.Context, q db.Q, f Filter, after Place, limit int) ([]Code, error) {
	w := &where{}
	if after != (Place{}) {
		w.and(`(made_at < `, after.At)
		w.more(` or made_at = `, after.At)
		w.more(` and code > `, text.Fold(after.Code))
		w.sql += `)`
	}
	w.filter(&f)
	return w.read(ctx, q, `made_at desc, code`, limit)
}

// where is the condition of a list with its arguments.
type where struct {
	sql  string
	args []any
}

// more goes on with an argument behind what is said of it.
func (w *where) more(what string, v any) {
	w.args = append(w.args, v)
	w.sql += what + "$" + strconv.Itoa(len(w.args))
}

// and begins one more condition.
func (w *where) and(what string, v any) {
	if w.sql != "" {
		what = ` and ` + what
	}
	w.more(what, v)
}

func (w *where) filter(f *Filter) {
	if f.Programme != 0 {
		w.and(`programme_id = `, f.Programme)
	}
	if f.Campaign != "" {
		w.and(`campaign = `, f.Campaign)
	}
	if f.Made != 0 {
		w.and(`made_at = `, f.Made)
	}
	if f.Home != 0 {
		w.and(`(home_id <> 0 and home_id in (select home_id from member where merged_into = `, f.Home)
		w.more(` union all select cast(`, f.Home)
		w.sql += ` as bigint))`
		for _, g := range f.Guests {
			w.more(` or guest <> '' and guest = `, g)
		}
		w.sql += `)`
	}
	w.state(f)
}

func (w *where) state(f *Filter) {
	state := f.State
	if state == Expired {
		state = Active // no row says that it is over
	}
	if state != "" {
		w.and(`state = `, string(state))
	}
	switch {
	case f.State == Expired:
		w.and(`expires <> '' and expires < `, f.Day)
	case f.State == Active && f.Day != "":
		w.and(`(expires = '' or expires >= `, f.Day)
		w.sql += `)`
	}
}

func (w *where) read(ctx context.Context, q db.Q, order string, limit int) ([]Code, error) {
	query := `select ` + columns + ` from promo_code`
	if w.sql != "" {
		query += ` where ` + w.sql
	}
	args := append(w.args, min(limit, maxPage))
	return db.All(ctx, q, scan, query+` order by `+order+` limit $`+strconv.Itoa(len(args)), args...)
}
