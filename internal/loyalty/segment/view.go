package segment

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// View is a list that somebody of the staff has kept.
type View struct {
	ID         id.ID // 0: a new one
	Staff      id.ID // whose it is: nobody else may change it
	Name       string
	Shared     bool // all staff see it
	Pinned     bool
	Definition Definition
	Version    int64 // as last read; 0 of a new one
	// Wrong tells which parts of it are of no use any more, as a field that was
	// put away.
	Wrong []fault.Field
}

// Definition is what a view shows.
type Definition struct {
	Filter
	Order   Order    `json:"order,omitzero"`
	Columns []string `json:"columns,omitempty"`
}

// MaxViews is how many views one person may keep.
const MaxViews = 100

const (
	viewColumns = `view_id, staff_id, name, shared, pinned, definition, version`
	qViews      = `select ` + viewColumns + ` from member_view where staff_id = $1 or shared`
	qCountViews = `select count(*) from member_view where staff_id = $1`
	qAddView    = `insert into member_view (view_id, staff_id, name, name_folded, shared, pinned, definition, version) values ($1, $2, $3, $4, $5, $6, $7, 1)`
	qPutView    = `update member_view set name = $3, name_folded = $4, shared = $5, pinned = $6, definition = $7, version = version + 1
 where view_id = $1 and staff_id = $2 and version = $8`
	qViewVersion = `select version from member_view where view_id = $1 and staff_id = $2`
	qDropView    = `delete from member_view where view_id = $1 and staff_id = $2`
)

// Views are those of a person and those that all may see: pinned first, then by
// name.
func (l *Lists) Views(ctx context.Context, staff id.ID) ([]View, error) {
	c, err := l.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	all, err := db.All(ctx, l.DB, scanView, qViews, staff)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Wrong = l.wrong(c, &all[i].Definition)
	}
	slices.SortFunc(all, func(a, b View) int {
		if a.Pinned != b.Pinned {
			if a.Pinned {
				return -1
			}
			return 1
		}
		return cmp.Or(strings.Compare(text.Fold(a.Name), text.Fold(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

func scanView(r db.Row) (v View, err error) {
	var definition string
	if err := r.Scan(&v.ID, &v.Staff, &v.Name, &v.Shared, &v.Pinned, &definition, &v.Version); err != nil {
		return v, err
	}
	return v, json.Unmarshal([]byte(definition), &v.Definition)
}

// wrong tells what in a definition can't be.
func (l *Lists) wrong(c *Catalogue, d *Definition) []fault.Field {
	a := l.asking(c)
	a.read(&d.Filter)
	if _, _, err := c.shown(&Query{Order: d.Order, Columns: d.Columns}); err != nil {
		var f *fault.Error
		if errors.As(err, &f) {
			a.wrong = append(a.wrong, f.Fields...)
		}
	}
	return a.wrong
}

// SaveView keeps a view or changes one of the same person's. It refuses what is
// wrong ("segment.bad-view"), a name that he has already ("segment.view-exists")
// and one that has changed since it was read ("segment.view-moved").
func (l *Lists) SaveView(ctx context.Context, v View) (View, error) {
	var form reference.Form
	form.Name("name", &v.Name)
	c, err := l.Catalogue(ctx)
	if err != nil {
		return v, err
	}
	wrong := l.wrong(c, &v.Definition)
	if err := form.Err(); err != nil {
		wrong = append(wrong, fault.From(err).Fields...)
	}
	if len(wrong) > 0 {
		return v, fault.New(fault.Invalid, "segment.bad-view").With(wrong...)
	}
	definition, err := json.Marshal(v.Definition)
	if err != nil {
		return v, err
	}
	v.Wrong = nil
	err = l.DB.Write(ctx, func(tx *db.Tx) error { return l.putView(ctx, tx, &v, string(definition)) })
	if errors.Is(err, db.ErrConflict) {
		return v, fault.New(fault.Conflict, "segment.view-exists")
	}
	return v, err
}

func (l *Lists) putView(ctx context.Context, tx *db.Tx, v *View, definition string) error {
	if v.ID == 0 {
		var n int64
		if err := tx.Row(ctx, qCountViews, v.Staff).Scan(&n); err != nil {
			return err
		}
		if n >= MaxViews {
			return fault.New(fault.TooLarge, "segment.views-most", "max", MaxViews)
		}
		made := l.IDs.New()
		_, err := tx.Exec(ctx, qAddView, made, v.Staff, v.Name, text.Fold(v.Name), v.Shared, v.Pinned, definition)
		v.ID, v.Version = made, 1
		return err
	}
	n, err := tx.Exec(ctx, qPutView, v.ID, v.Staff, v.Name, text.Fold(v.Name), v.Shared, v.Pinned, definition, v.Version)
	if err != nil || n > 0 {
		v.Version++
		return err
	}
	var version int64
	switch err := tx.Row(ctx, qViewVersion, v.ID, v.Staff).Scan(&version); {
	case errors.Is(err, db.ErrNotFound):
		return viewNotFound()
	case err != nil:
		return err
	}
	return fault.New(fault.Conflict, "segment.view-moved")
}

// DeleteView takes a person's own view away.
func (l *Lists) DeleteView(ctx context.Context, staff, view id.ID) error {
	n, err := l.DB.Exec(ctx, qDropView, view, staff)
	if err == nil && n == 0 {
		return viewNotFound()
	}
	return err
}

func viewNotFound() error { return fault.New(fault.NotFound, "segment.view-not-found") }
