package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
)

// members is the pages of members: the list, and each of them.
func members(a *Admin) {
	a.get("/members", staff.MembersSee, (*page).members)
	a.get("/members/new", staff.MembersEdit, (*page).newMember)
	a.post("/members/new", staff.MembersEdit, (*page).newMemberSent)
	a.post("/members/views", staff.MembersSee, (*page).viewSent)
	a.post("/members/views/{view}/drop", staff.MembersSee, (*page).viewDropped)
	a.get("/members/export", staff.MembersExport, (*page).exportMembers)
	a.get("/find", "", (*page).find)
	bulkPages(a)
	importPages(a)
	memberPages(a)
}

const membersPath = Base + "/members"

// asked is a list of members as its address asks for it.
//
// A condition is a parameter named by its operator and field, in.level=gold,
// whose values are its own; the rest is q, sort (a field, - before it for the
// other way), col, after, before.
type asked struct {
	segment.Query
	add string // field whose condition is being made
}

// ops are the operators that an address may name.
var ops = []segment.Op{
	segment.OpIn, segment.OpNotIn, segment.OpFrom, segment.OpTo, segment.OpBetween, segment.OpStarts, segment.OpFilled, segment.OpEmpty, segment.OpYes, segment.OpNo,
}

// columns are those of a list that asks for none.
var columns = []string{"level", "active", "turnover", "last_purchase"}

// readAsked reads an address. What is empty asks for nothing: a field of a form
// that was left empty.
func readAsked(q url.Values) asked {
	a := asked{add: q.Get("add")}
	a.Search, a.After, a.Before = strings.TrimSpace(q.Get("q")), q.Get("after"), q.Get("before")
	a.Order.Field, a.Order.Desc = strings.CutPrefix(q.Get("sort"), "-")
	if a.Columns = q["col"]; len(a.Columns) == 0 {
		a.Columns = columns
	}
	a.Columns = a.Columns[:min(len(a.Columns), segment.MaxConditions)]
	names := make([]string, 0, len(q))
	for name := range q {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		op, field, ok := strings.Cut(name, ".")
		if !ok || !slices.Contains(ops, segment.Op(op)) {
			continue
		}
		c := segment.Condition{Field: field, Op: segment.Op(op)}
		for _, v := range q[name] {
			if v = strings.TrimSpace(v); v != "" {
				c.Values = append(c.Values, v)
			}
		}
		if len(c.Values) == 0 {
			continue
		}
		if !takesValues(c.Op) {
			c.Values = nil
		}
		a.Conditions = append(a.Conditions, c)
	}
	return a.settled(q)
}

func takesValues(o segment.Op) bool {
	return !slices.Contains([]segment.Op{segment.OpFilled, segment.OpEmpty, segment.OpYes, segment.OpNo}, o)
}

// settled adds the condition that a form has made: of add-field by add-op with
// the values add-value.
func (a asked) settled(q url.Values) asked {
	field, op := q.Get("add-field"), segment.Op(q.Get("add-op"))
	if field == "" || !slices.Contains(ops, op) {
		return a
	}
	c := segment.Condition{Field: field, Op: op}
	for _, v := range q["add-value"] {
		if v = strings.TrimSpace(v); v != "" {
			c.Values = append(c.Values, v)
		}
	}
	if !takesValues(op) {
		c.Values = nil
	} else if len(c.Values) == 0 {
		a.add = field
		return a
	}
	if op == segment.OpFrom || op == segment.OpTo || op == segment.OpBetween { // one bound of a field takes the place of the last
		a.Conditions = slices.DeleteFunc(slices.Clone(a.Conditions), func(x segment.Condition) bool { return x.Field == field && x.Op == op })
	}
	a.Conditions = append(a.Conditions, c)
	return a
}

// values is the address of what is asked for, without the place in the list.
func (a *asked) values() url.Values {
	q := url.Values{}
	if a.Search != "" {
		q.Set("q", a.Search)
	}
	if a.Order.Field != "" {
		q.Set("sort", sortParam(a.Order))
	}
	if !slices.Equal(a.Columns, columns) {
		q["col"] = a.Columns
	}
	for _, c := range a.Conditions {
		v := c.Values
		if len(v) == 0 {
			v = []string{"1"}
		}
		name := string(c.Op) + "." + c.Field
		q[name] = append(q[name], v...)
	}
	return q
}

func sortParam(o segment.Order) string {
	if o.Desc {
		return "-" + o.Field
	}
	return o.Field
}

// href is the address with a change.
func (a *asked) href(change func(q url.Values)) string {
	q := a.values()
	change(q)
	if len(q) == 0 {
		return membersPath
	}
	return membersPath + "?" + q.Encode()
}

// here is the address of this part of the list.
func (a *asked) here() string {
	return a.href(func(q url.Values) {
		for name, v := range map[string]string{"after": a.After, "before": a.Before, "add": a.add} {
			if v != "" {
				q.Set(name, v)
			}
		}
	})
}

// value is the first value of a condition, "" where there is none: what a field
// of the form shows.
func (a *asked) value(op segment.Op, field string) string {
	for _, c := range a.Conditions {
		if c.Op == op && c.Field == field && len(c.Values) > 0 {
			return c.Values[0]
		}
	}
	return ""
}

// has tells whether a condition names the value.
func (a *asked) has(op segment.Op, field, value string) bool {
	for _, c := range a.Conditions {
		if c.Op == op && c.Field == field && slices.Contains(c.Values, value) {
			return true
		}
	}
	return false
}

// about tells whether anything is asked of the field.
func (a *asked) about(field string) bool {
	return slices.ContainsFunc(a.Conditions, func(c segment.Condition) bool { return c.Field == field })
}

func (p *page) members() error {
	a := readAsked(p.r.URL.Query())
	if p.r.URL.Query().Has("add-field") {
		if a.add == "" {
			return p.to(a.href(func(url.Values) {}), "")
		}
	}
	l, err := p.list(&a)
	if err != nil {
		return err
	}
	if p.swaps() {
		// What is asked for stands in the address, and nothing else of the form.
		p.w.Header().Set("HX-Push-Url", a.here())
		return p.write(http.StatusOK, membersList(l))
	}
	return p.show(p.text("admin.nav.members"), "/members", membersPage(l))
}

// list reads a page of the list and makes it ready to be shown. A filter that
// can't be asked shows what is wrong and nobody.
func (p *page) list(a *asked) (*memberList, error) {
	if p.who.Narrowed() {
		a.Outlets = p.who.Outlets()
	}
	cat, err := p.Lists.Catalogue(p.ctx())
	if err != nil {
		return nil, err
	}
	if a.Outlets != nil {
		cat = cat.Of(a.Outlets)
		a.Columns = cat.Known(a.Columns)
	}
	l := &memberList{asked: a, cat: cat, names: p.names(), page: p, mayEdit: p.can(staff.MembersEdit)}
	l.read()
	if err := l.readViews(); err != nil {
		return nil, err
	}
	found, err := p.Lists.List(p.ctx(), a.Query)
	if e := fault.From(err); err != nil && e.Kind == fault.Invalid {
		l.wrong = l.wrongs(e)
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	l.rows, l.next, l.prev = found.Rows, found.Next, found.Prev
	n, more, err := p.Lists.Count(p.ctx(), a.Filter, a.Outlets)
	l.count = ui.Number(p.ctx(), n)
	if more {
		l.count = p.text("admin.members.more-than", "count", segment.MaxCount)
	}
	return l, err
}

// wrongs says what is wrong, by the names of the conditions that are.
func (l *memberList) wrongs(e *fault.Error) (out []string) {
	p := l.page
	for _, f := range e.Fields {
		said := p.Texts.FaultField(p.lang(), f)
		var i int
		if n, _ := fmt.Sscanf(f.Path, "conditions[%d]", &i); n == 1 && i < len(l.Conditions) {
			c := &l.Conditions[i]
			name := c.Field
			if field, ok := l.cat.Named(c.Field); ok {
				name = l.fieldName(&field)
			}
			said = p.text("admin.members.bad-condition", "field", name, "values", strings.Join(c.Values, ", "), "why", said)
		}
		out = append(out, said)
	}
	if len(out) == 0 {
		out = append(out, p.Texts.Fault(p.lang(), e))
	}
	return out
}

// columnsOf are the heads of the list's table.
func (l *memberList) columns() []kit.Column {
	var out []kit.Column
	if l.mayBulk() {
		out = append(out, kit.Column{Text: l.page.text("admin.bulk.choice"), Class: "c-sel", Chooses: true})
	}
	out = append(out, kit.Column{Text: l.page.text("admin.members.member"), Class: "c-who", Sort: l.sortBy("name"), Order: l.orderOf("name")})
	for _, code := range l.asked.Columns {
		f, ok := l.cat.Get(code)
		if !ok {
			continue
		}
		c := kit.Column{Text: l.fieldName(&f), Right: right(f.Kind), Class: classOf(f.Kind)}
		if f.Order {
			c.Sort, c.Order = l.sortBy(code), l.orderOf(code)
		}
		out = append(out, c)
	}
	return out
}

func right(k segment.Kind) bool {
	return slices.Contains([]segment.Kind{segment.Number, segment.Decimal, segment.Points, segment.Money, segment.Days}, k)
}

// classOf is where a cell stands on a phone: the first figure on the right of
// the name, the first word below it, the first time beside that.
func classOf(k segment.Kind) string {
	switch k {
	case segment.Points:
		return "c-sum"
	case segment.Choice:
		return "c-tag"
	case segment.Time:
		return "c-last"
	}
	return ""
}

func (l *memberList) sortBy(code string) string {
	o := segment.Order{Field: code}
	if l.asked.Order.Field == code || code == "name" && l.asked.Order.Field == "" {
		o.Desc = !l.asked.Order.Desc
	} else {
		f, _ := l.cat.Get(code)
		o.Desc = right(f.Kind) || f.Kind == segment.Time
	}
	return l.asked.href(func(q url.Values) { q.Set("sort", sortParam(o)) })
}

func (l *memberList) orderOf(code string) kit.Order {
	switch {
	case l.asked.Order.Field != code && (code != "name" || l.asked.Order.Field != ""):
		return kit.Unordered
	case l.asked.Order.Desc:
		return kit.Descending
	}
	return kit.Ascending
}
