package member

import (
	"context"
	"errors"
	"slices"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Group is members put together by staff or a list.
type Group struct {
	ID        id.ID        `json:"id"`
	Name      string       `json:"name"`
	Note      string       `json:"note"`
	Active    bool         `json:"active"`
	CreatedAt clock.Micros `json:"created_at"`
}

// Category is a price class; a member is in one at most.
type Category struct {
	ID        id.ID        `json:"id"`
	Name      string       `json:"name"`
	Active    bool         `json:"active"`
	CreatedAt clock.Micros `json:"created_at"`
}

const (
	qGroups   = `select group_id, name, note, active, created_at from member_group order by name_folded`
	qPutGroup = `insert into member_group (group_id, name, name_folded, note, active, created_at) values ($1, $2, $3, $4, $5, $6)
on conflict (group_id) do update set name = excluded.name, name_folded = excluded.name_folded, note = excluded.note, active = excluded.active`
	qActiveGroup = `select active from member_group where group_id = $1`

	qCategories  = `select category_id, name, active, created_at from member_category order by name_folded`
	qPutCategory = `insert into member_category (category_id, name, name_folded, active, created_at) values ($1, $2, $3, $4, $5)
on conflict (category_id) do update set name = excluded.name, name_folded = excluded.name_folded, active = excluded.active`
	qActiveCategory = `select active from member_category where category_id = $1`

	qTagUses = `select max(tag), count(*) from member_tag group by tag_folded order by count(*) desc, tag_folded limit $1`

	qPutInGroup = `insert into member_in_group (home_id, group_id, added_at) values ($1, $2, $3)`
	qOutOfGroup = `delete from member_in_group where home_id = $1 and group_id = $2`
)

// Groups lists the groups by name, those put away too.
func Groups(ctx context.Context, q db.Q) ([]Group, error) {
	return db.All(ctx, q, func(r db.Row) (g Group, err error) {
		err = r.Scan(&g.ID, &g.Name, &g.Note, &g.Active, &g.CreatedAt)
		return g, err
	}, qGroups)
}

// Categories lists the categories by name, those put away too.
func Categories(ctx context.Context, q db.Q) ([]Category, error) {
	return db.All(ctx, q, func(r db.Row) (c Category, err error) {
		err = r.Scan(&c.ID, &c.Name, &c.Active, &c.CreatedAt)
		return c, err
	}, qCategories)
}

// TagUse is a tag and how many members have it.
type TagUse struct {
	Tag     string
	Members int64
}

// MaxTagUses is how many tags TagUses tells at most.
const MaxTagUses = 500

// TagUses lists the tags that members have, the most used first. A tag that is
// written in several ways is one.
func TagUses(ctx context.Context, q db.Q, limit int) ([]TagUse, error) {
	return db.All(ctx, q, func(r db.Row) (t TagUse, err error) {
		err = r.Scan(&t.Tag, &t.Members)
		return t, err
	}, qTagUses, min(limit, MaxTagUses))
}

// SaveGroup makes a group (one without an id) or changes it.
func (m *Members) SaveGroup(ctx context.Context, g Group) (Group, error) {
	var f form
	f.needed("name", &g.Name, MaxName)
	f.line("note", &g.Note, MaxReason)
	if err := f.err(); err != nil {
		return g, err
	}
	if g.ID == 0 {
		g.ID, g.CreatedAt = m.IDs.New(), m.Clock.Now()
	}
	err := m.DB.Write(ctx, func(tx *db.Tx) error {
		before, err := was(ctx, tx, Groups, func(o Group) bool { return o.ID == g.ID })
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, qPutGroup, g.ID, g.Name, text.Fold(g.Name), g.Note, g.Active, g.CreatedAt)
		return audit.Saved(ctx, tx, m.Clock.Now(), err, "member_group", g.ID, before, g)
	})
	return g, nameTaken(err)
}

// SaveCategory makes a category (one without an id) or changes it.
func (m *Members) SaveCategory(ctx context.Context, c Category) (Category, error) {
	var f form
	f.needed("name", &c.Name, MaxName)
	if err := f.err(); err != nil {
		return c, err
	}
	if c.ID == 0 {
		c.ID, c.CreatedAt = m.IDs.New(), m.Clock.Now()
	}
	err := m.DB.Write(ctx, func(tx *db.Tx) error {
		before, err := was(ctx, tx, Categories, func(o Category) bool { return o.ID == c.ID })
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, qPutCategory, c.ID, c.Name, text.Fold(c.Name), c.Active, c.CreatedAt)
		return audit.Saved(ctx, tx, m.Clock.Now(), err, "member_category", c.ID, before, c)
	})
	return c, nameTaken(err)
}

// was is a row as it was, for the audit trail; nil where there was none.
func was[T any](ctx context.Context, q db.Q, list func(context.Context, db.Q) ([]T, error), is func(T) bool) (any, error) {
	all, err := list(ctx, q)
	if at := slices.IndexFunc(all, is); at >= 0 {
		return all[at], err
	}
	return nil, err
}

func nameTaken(err error) error {
	if errors.Is(err, db.ErrConflict) {
		return fault.Wrap(err, fault.Conflict, "member.name-taken")
	}
	return err
}

func needGroup(ctx context.Context, q db.Q, group id.ID) error {
	return needActive(ctx, q, qActiveGroup, group, fault.New(fault.Invalid, "member.bad-group"))
}

func needCategory(ctx context.Context, q db.Q, category id.ID) error {
	return needActive(ctx, q, qActiveCategory, category, fault.New(fault.Invalid, "member.bad-category"))
}

func needActive(ctx context.Context, q db.Q, text string, i id.ID, refuse error) error {
	var active bool
	err := q.Row(ctx, text, i).Scan(&active)
	if errors.Is(err, db.ErrNotFound) || err == nil && !active {
		return refuse
	}
	return err
}

// Grouped says what came of putting members into a group or out of it.
type Grouped struct {
	Changed int       `json:"changed"`
	Already int       `json:"already"` // were there, or were not
	Missing []home.ID `json:"missing"` // no such member, gone, or in MaxGroups already
}

// Limits on putting many members into a group at once.
const (
	MaxGrouped   = 100_000
	groupedBatch = 200 // members of one transaction
)

// PutInGroup puts many members into a group, batch by batch: what is done
// stays done if a later batch fails, and the same call again does the rest.
func (m *Members) PutInGroup(ctx context.Context, group id.ID, homes []home.ID, by Actor) (Grouped, error) {
	return m.regroup(ctx, group, homes, by, true)
}

// TakeOutOfGroup takes many members out of a group, as PutInGroup puts them in.
func (m *Members) TakeOutOfGroup(ctx context.Context, group id.ID, homes []home.ID, by Actor) (Grouped, error) {
	return m.regroup(ctx, group, homes, by, false)
}

func (m *Members) regroup(ctx context.Context, group id.ID, homes []home.ID, by Actor, in bool) (Grouped, error) {
	out := Grouped{Missing: []home.ID{}}
	if len(homes) > MaxGrouped {
		return out, fault.New(fault.TooLarge, "member.too-many", "max", MaxGrouped)
	}
	if in {
		if err := needGroup(ctx, m.DB, group); err != nil {
			return out, err
		}
	}
	// Homes are locked in the order of their ids, as everywhere.
	homes = slices.Clone(homes)
	slices.Sort(homes)
	homes = slices.Compact(homes)
	for part := range slices.Chunk(homes, groupedBatch) {
		var done Grouped
		err := m.DB.Write(ctx, func(tx *db.Tx) (err error) {
			done, err = m.regroupPart(ctx, tx, group, part, by, in)
			return err
		})
		if err != nil {
			return out, err
		}
		out.Changed += done.Changed
		out.Already += done.Already
		out.Missing = append(out.Missing, done.Missing...)
	}
	return out, nil
}
