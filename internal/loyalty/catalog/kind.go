package catalog

import (
	"context"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// SaveType makes a product type (ID 0) or changes the one with the ID; its code
// stays, since rules of programmes name it by that. A Version other than 0 must
// be the one that is there.
func (r *Registry) SaveType(ctx context.Context, t Type) (Type, error) {
	var f reference.Form
	f.Code("code", &t.Code)
	f.Name("name_ru", &t.NameRU)
	f.Name("name_en", &t.NameEN)
	f.State("state", &t.State)
	if err := f.Err(); err != nil {
		return Type{}, err
	}
	var saved Type
	err := r.d.Write(ctx, func(tx *db.Tx) error {
		n := t // t stays as asked for: this may run again
		now, err := reference.Bump(ctx, tx, Set)
		if err != nil {
			return err
		}
		if n.ID == 0 {
			if err := room(ctx, tx, qCountTypes, 1, MaxTypes); err != nil {
				return err
			}
			n.ID, n.Version = r.ids.New(), now
			saved = n
			return audit.Saved(ctx, tx, audit.Now(r.ids), insertType(ctx, tx, n), "product_type", n.ID, nil, n)
		}
		old, err := typeByID(ctx, tx, n.ID)
		if err != nil {
			return notFound(err, fault.New(fault.NotFound, "catalog.type-not-found"))
		}
		if err := unmoved(n.Version, old.Version); err != nil {
			return err
		}
		if n.Code != old.Code {
			return fault.New(fault.Conflict, "catalog.type-code-stays", "code", old.Code)
		}
		n.Version = now
		saved = n
		return audit.Saved(ctx, tx, audit.Now(r.ids), updateType(ctx, tx, n), "product_type", n.ID, old, n)
	})
	if err != nil {
		return Type{}, taken(err, t.Code)
	}
	return saved, nil
}

// SaveGroup makes a product group (ID 0) or changes the one with the ID. A
// Version other than 0 must be the one that is there.
func (r *Registry) SaveGroup(ctx context.Context, g Group) (Group, error) {
	var f reference.Form
	f.Code("code", &g.Code)
	f.Name("name", &g.Name)
	f.State("state", &g.State)
	if err := f.Err(); err != nil {
		return Group{}, err
	}
	var saved Group
	err := r.d.Write(ctx, func(tx *db.Tx) error {
		n := g // g stays as asked for: this may run again
		now, err := reference.Bump(ctx, tx, Set)
		if err != nil {
			return err
		}
		if n.ID == 0 {
			if err := room(ctx, tx, qCountGroups, 1, MaxGroups); err != nil {
				return err
			}
			n.ID, n.Version = r.ids.New(), now
			saved = n
			return audit.Saved(ctx, tx, audit.Now(r.ids), insertGroup(ctx, tx, n), "product_group", n.ID, nil, n)
		}
		old, err := groupByID(ctx, tx, n.ID)
		if err != nil {
			return notFound(err, fault.New(fault.NotFound, "catalog.group-not-found"))
		}
		if err := unmoved(n.Version, old.Version); err != nil {
			return err
		}
		n.Version = now
		saved = n
		return audit.Saved(ctx, tx, audit.Now(r.ids), updateGroup(ctx, tx, n), "product_group", n.ID, old, n)
	})
	if err != nil {
		return Group{}, taken(err, g.Code)
	}
	return saved, nil
}

func room(ctx context.Context, q db.Q, count string, more int, most int64) error {
	var n int64
	if err := q.Row(ctx, count).Scan(&n); err != nil {
		return err
	}
	if n+int64(more) > most {
		return fault.New(fault.TooLarge, "catalog.too-many", "max", most)
	}
	return nil
}

// Type finds a product type.
func (r *Registry) Type(ctx context.Context, i id.ID) (Type, error) {
	t, err := typeByID(ctx, r.d, i)
	return t, notFound(err, fault.New(fault.NotFound, "catalog.type-not-found"))
}

// Group finds a product group.
func (r *Registry) Group(ctx context.Context, i id.ID) (Group, error) {
	g, err := groupByID(ctx, r.d, i)
	return g, notFound(err, fault.New(fault.NotFound, "catalog.group-not-found"))
}

// Types lists product types by code.
func (r *Registry) Types(ctx context.Context, p reference.Page) (reference.List[Type], error) {
	return reference.Rows(ctx, r.d, p, scanType, func(t Type) string { return t.Code }, qTypes)
}

// Bare gives the codes of the product types that nothing which is sold is of.
func (r *Registry) Bare(ctx context.Context) ([]string, error) {
	return db.All(ctx, r.d, func(row db.Row) (code string, err error) { return code, row.Scan(&code) }, qBareTypes)
}

// Groups lists product groups by code.
func (r *Registry) Groups(ctx context.Context, p reference.Page) (reference.List[Group], error) {
	return reference.Rows(ctx, r.d, p, scanGroup, func(g Group) string { return g.Code }, qGroups)
}
