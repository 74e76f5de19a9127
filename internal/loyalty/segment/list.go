package segment

import (
	"context"
	"slices"
	"strconv"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// List gives a page. Filters that can't be are refused with
// "segment.bad-filter", an order or a column with "segment.bad-field", a cursor
// of another order with "segment.bad-cursor".
func (l *Lists) List(ctx context.Context, q Query) (Page, error) {
	c, by, columns, err := l.prepare(ctx, &q)
	if err != nil {
		return Page{}, err
	}
	if q.Limit <= 0 {
		q.Limit = defaultPage
	}
	return l.page(ctx, c, &q, by, columns)
}

// prepare checks a query and makes its filter ready.
func (l *Lists) prepare(ctx context.Context, q *Query) (c *choice, by Field, columns []Field, err error) {
	cat, err := l.Catalogue(ctx)
	if err != nil {
		return nil, by, nil, err
	}
	cat = cat.Of(q.Outlets)
	if by, columns, err = cat.shown(q); err != nil {
		return nil, by, nil, err
	}
	c, err = l.choose(ctx, cat, &q.Filter, q.Outlets)
	return c, by, columns, err
}

// shown finds what a query orders by and shows.
func (c *Catalogue) shown(q *Query) (by Field, columns []Field, err error) {
	if q.Order.Field == "" {
		q.Order.Field = "name"
	}
	by, ok := c.Get(q.Order.Field)
	if !ok || !by.Order {
		return by, nil, fault.New(fault.Invalid, "segment.bad-field").With(c.missing(q.Order.Field, "order"))
	}
	for i, code := range q.Columns {
		f, ok := c.Get(code)
		if !ok || !f.Column {
			path := "columns[" + strconv.Itoa(i) + "]"
			return by, nil, fault.New(fault.Invalid, "segment.bad-field").With(c.missing(code, path))
		}
		columns = append(columns, f)
	}
	return by, columns, nil
}

// choose makes a filter ready: read, narrowed, and with what it is driven by.
func (l *Lists) choose(ctx context.Context, cat *Catalogue, f *Filter, outlets []id.ID) (*choice, error) {
	a := l.asking(cat)
	c := a.read(f)
	if err := a.err(); err != nil {
		return nil, err
	}
	if outlets != nil {
		ids := make([]int64, len(outlets))
		for i, o := range outlets {
			ids[i] = int64(o)
		}
		t := side{table: "member_outlet", column: "outlet_id"}
		c.parts = append(c.parts, t.among(true, ids))
	}
	return c, l.few(ctx, c)
}

// few finds the condition that leaves the fewest members, if that is few: they
// are counted no further.
func (l *Lists) few(ctx context.Context, c *choice) error {
	b := &db.Batch{}
	least := int64(fewMembers + 1)
	for i := range c.parts {
		p := &c.parts[i]
		if p.drive == nil {
			continue
		}
		s := &statement{dialect: l.DB.Dialect()}
		text := "select count(*) from (select 1 from (" + p.drive(s) + ") e limit " + strconv.Itoa(fewMembers+1) + ") n"
		b.Each(func(r db.Row) error {
			var n int64
			err := r.Scan(&n)
			if err == nil && n < least {
				least, c.drive = n, p.drive
			}
			return err
		}, text, s.args...)
	}
	return l.DB.Run(ctx, b)
}

// page reads a page: who is on it, and then what is shown of them, as of one
// instant.
func (l *Lists) page(ctx context.Context, c *choice, q *Query, by Field, columns []Field) (out Page, err error) {
	at, back := q.After, q.Before != ""
	if back {
		at = q.Before
	}
	limit := min(q.Limit, MaxPage)
	w := &wanted{columns: by.home(), by: &by, desc: q.Order.Desc != back, limit: limit + 1}
	if by.own == "" {
		w.columns += ", " + by.expr
	}
	if at != "" {
		from, err := l.open(at, q.Order)
		if err != nil {
			return Page{}, err
		}
		sign := " > "
		if w.desc {
			sign = " < "
		}
		w.past = func(s *statement) string {
			return "(" + by.on(s) + ", " + by.home() + ")" + sign + "(" + s.arg(from.value(by.code)) + ", " + s.arg(from.home) + ")"
		}
	}
	text, args := c.text(l.DB.Dialect(), w)
	err = l.DB.View(ctx, func(s *db.Snapshot) error {
		places, err := db.All(ctx, s, func(r db.Row) (p place, err error) { return p, p.scan(r, by.code) }, text, args...)
		if err != nil {
			return err
		}
		more := len(places) > limit
		places = places[:min(len(places), limit)]
		if back {
			slices.Reverse(places)
		}
		if n := len(places); n > 0 {
			if more || back {
				out.Next = l.seal(&places[n-1], q.Order)
			}
			if back && more || !back && at != "" {
				out.Prev = l.seal(&places[0], q.Order)
			}
		}
		out.Rows, err = readRows(ctx, s, places, columns, l.today())
		return err
	})
	return out, err
}

// Count is how many members a filter chooses: exactly up to MaxCount, else
// MaxCount and that there are more.
func (l *Lists) Count(ctx context.Context, f Filter, outlets []id.ID) (n int64, more bool, err error) {
	cat, err := l.Catalogue(ctx)
	if err != nil {
		return 0, false, err
	}
	c, err := l.choose(ctx, cat.Of(outlets), &f, outlets)
	if err != nil {
		return 0, false, err
	}
	text, args := c.text(l.DB.Dialect(), &wanted{columns: "1", limit: MaxCount + 1})
	if err := l.DB.Row(ctx, "select count(*) from ("+text+") n", args...).Scan(&n); err != nil {
		return 0, false, err
	}
	return min(n, MaxCount), n > MaxCount, nil
}

// Each gives all members of a list in its order, a page of MaxPage at a time,
// and ends at the first error of do. Who changes meanwhile may be met at his
// new place too, or not at all; nobody else is.
func (l *Lists) Each(ctx context.Context, q Query, do func(rows []Row) error) error {
	c, by, columns, err := l.prepare(ctx, &q)
	if err != nil {
		return err
	}
	q.Limit, q.Before = MaxPage, ""
	for {
		p, err := l.page(ctx, c, &q, by, columns)
		if err != nil {
			return err
		}
		if len(p.Rows) > 0 {
			if err := do(p.Rows); err != nil {
				return err
			}
		}
		if q.After = p.Next; q.After == "" {
			return nil
		}
	}
}

// Homes are all members that a filter chooses, as of one instant, in the order
// of their ids. Where they are more than most it gives most of them, and one.
func (l *Lists) Homes(ctx context.Context, f Filter, outlets []id.ID, most int) ([]home.ID, error) {
	cat, err := l.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	c, err := l.choose(ctx, cat.Of(outlets), &f, outlets)
	if err != nil {
		return nil, err
	}
	text, args := c.text(l.DB.Dialect(), &wanted{columns: "m.home_id", limit: most + 1})
	all, err := db.All(ctx, l.DB, func(r db.Row) (h home.ID, err error) { return h, r.Scan(&h) }, text, args...)
	slices.Sort(all)
	return all, err
}
