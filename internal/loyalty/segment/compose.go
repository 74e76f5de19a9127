package segment

import (
	"strconv"
	"strings"

	"kopilka/internal/platform/db"
)

// statement is one text under way with its parameters. Every text stands over
// member m and, where something asks it, member_figure f.
type statement struct {
	dialect db.Dialect
	args    []any
}

// arg adds a parameter and gives how the text names it.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

// in tells whether a column is one of several values, []string or []int64.
func (s *statement) in(column string, values any) string {
	s.args = append(s.args, values)
	return s.dialect.In(column, len(s.args))
}

// part is what a condition adds to a text.
type part struct {
	where func(s *statement) string
	// drive gives the homes that meet the condition by an index, or at least all
	// of them; nil: no index tells.
	drive func(s *statement) string
	inF   bool // where is of member_figure
}

// compared compares a column with a value.
type compared struct {
	op string // as SQL has it
	v  any
}

// scalar is a condition on one column: any of the alternatives, each of which
// is all of its comparisons.
func (x *shape) scalar(alternatives ...[]compared) part {
	p := part{inF: x.inF, where: func(s *statement) string {
		all := make([]string, len(alternatives))
		for i, list := range alternatives {
			each := make([]string, len(list))
			for j, c := range list {
				each[j] = x.on(s) + " " + c.op + " " + s.arg(c.v)
			}
			all[i] = strings.Join(each, " and ")
		}
		return "(" + strings.Join(all, " or ") + ")"
	}}
	if x.index != "" {
		p.drive = x.homes(p.where)
	}
	return p
}

// among is a condition that the column is one of the values.
func (x *shape) among(values any) part {
	p := part{inF: x.inF, where: func(s *statement) string { return s.in(x.on(s), values) }}
	if x.index != "" {
		p.drive = x.homes(p.where)
	}
	return p
}

// notAmong is the contrary; what has no value is none of them.
func (x *shape) notAmong(values any) part {
	return part{inF: x.inF, where: func(s *statement) string {
		return "(" + x.on(s) + " is null or not (" + s.in(x.on(s), values) + "))"
	}}
}

// has asks whether there is anything in the column.
func (x *shape) has(yes bool) part {
	return part{inF: x.inF, where: func(s *statement) string {
		if yes {
			return "(" + x.on(s) + " is not null and " + x.on(s) + " <> " + x.none + ")"
		}
		return "(" + x.on(s) + " is null or " + x.on(s) + " = " + x.none + ")"
	}}
}

// homes gives the homes of the shape's own table that meet a condition.
func (x *shape) homes(where func(s *statement) string) func(s *statement) string {
	return func(s *statement) string { return "select " + x.table() + " where " + where(s) }
}

func (x *shape) table() string {
	if x.inF {
		return "f.home_id from member_figure f"
	}
	return "m.home_id from member m"
}

// side is a table beside the member's with any number of rows of him.
type side struct {
	table  string // with what must hold of its rows, as x
	also   string
	column string
	walked bool // no index leads from the column to members: it is looked at by who he is only
}

func (t *side) rows(s *statement, where func(s *statement) string) string {
	text := "from " + t.table + " x where "
	if t.also != "" {
		text += t.also + " and "
	}
	return text + where(s)
}

// has asks whether there is a row of the member that meets where.
func (t *side) has(yes bool, where func(s *statement) string) part {
	return part{where: func(s *statement) string {
		text := "exists (select 1 " + t.rows(s, func(s *statement) string {
			if where == nil {
				return "x.home_id = m.home_id"
			}
			return "x.home_id = m.home_id and " + where(s)
		}) + ")"
		if yes {
			return text
		}
		return "not " + text
	}}
}

// among is a condition that one of the rows has one of the values, or that
// none has.
func (t *side) among(yes bool, values any) part {
	where := func(s *statement) string { return s.in("x."+t.column, values) }
	p := t.has(yes, where)
	if yes && !t.walked {
		p.drive = func(s *statement) string { return "select x.home_id " + t.rows(s, where) }
	}
	return p
}

// listed is what every list has: nobody who was merged or erased.
const listed = "m.state <> 'merged' and m.erasure_id is null"

// choice is a filter made ready to be put into texts.
type choice struct {
	parts []part
	drive func(s *statement) string // of few members; nil: no condition leaves few
}

func (c *choice) inF() bool {
	for i := range c.parts {
		if c.parts[i].inF {
			return true
		}
	}
	return false
}

// wanted is what is read of the members chosen.
type wanted struct {
	columns string
	by      *Field // the order; nil: none
	desc    bool
	past    func(s *statement) string // the place in the order; nil: from its beginning
	limit   int
}

// text composes a list or, without an order, a count's inner part.
func (c *choice) text(d db.Dialect, w *wanted) (string, []any) {
	s := &statement{dialect: d}
	var b strings.Builder
	inF := c.inF() || w.by != nil && w.by.inF
	if c.drive != nil {
		b.WriteString("with d as materialized (select distinct home_id from (" + c.drive(s) + ") e) ")
	}
	b.WriteString("select " + w.columns + " from " + c.from(d, w, inF) + " where " + listed)
	for i := range c.parts {
		b.WriteString(" and " + c.parts[i].where(s))
	}
	if w.past != nil {
		b.WriteString(" and " + w.past(s))
	}
	if w.by != nil {
		dir := ""
		if w.desc {
			dir = " desc"
		}
		b.WriteString(" order by " + w.by.on(s) + dir + ", " + w.by.home() + dir)
	}
	b.WriteString(" limit " + s.arg(w.limit))
	return b.String(), s.args
}

// from names the tables. PostgreSQL finds its way by what it knows of them;
// SQLite goes through them as they are written: the few first, or the index of
// the order, or for a count the smaller table of what is asked.
func (c *choice) from(d db.Dialect, w *wanted, inF bool) string {
	const onM, onF = " on m.home_id = ", " on f.home_id = "
	join := " join "
	hint := ""
	if d == db.SQLite {
		join = " cross join "
		if w.by != nil && w.by.index != "" && c.drive == nil {
			hint = " indexed by " + w.by.index
		}
	}
	fFirst := inF && (w.by == nil || w.by.inF)
	switch {
	case c.drive != nil && inF:
		return "d" + join + "member m" + onM + "d.home_id" + join + "member_figure f" + onF + "d.home_id"
	case c.drive != nil:
		return "d" + join + "member m" + onM + "d.home_id"
	case fFirst:
		return "member_figure f" + hint + join + "member m" + onM + "f.home_id"
	case inF:
		return "member m" + hint + join + "member_figure f" + onF + "m.home_id"
	}
	return "member m" + hint
}
