package admin

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/loyalty/rule"
)

// blank is a field of a rule or a campaign that is still to be filled in.
type blank struct{ name, label, why string }

// blanks are the fields without which the item says nothing yet: they are asked
// for by their names, and are no errors of the text. So are numbers that are none.
func (e *partForm) blanks() []blank {
	var out []blank
	if e.name == "rule" {
		out = append(e.blankWay(), e.blankGoods()...)
	}
	if e.name == "level" {
		return nil
	}
	for _, name := range []string{"when", "scope"} {
		a := e.wants(name)
		for i := range a.count() {
			field := rule.Field(a.f.values.Get(a.key(i, "field")))
			x := a.collectOne(i, field)
			said := x
			if not := x.Get("not"); len(x.Keys) == 1 && x.Keys[0] == "not" {
				said = not
			}
			why := a.noValue(field, said.List())
			if why == "" && (len(said.Keys) > 0 || strings.Join(said.List(), "") != "") {
				continue
			}
			if info := rule.InfoOf(field); info != nil && info.Ranged() {
				why = e.text("admin.draft.fill-range")
			}
			tell := e.teller(e.names, e.names.of)
			out = append(out, blank{e.wantField(a, i), sentence([]string{tell.Field(field)}), cmp.Or(why, e.text("admin.draft.fill-any"))})
		}
	}
	return out
}

// blankWay are the empty fields of the way in which the rule works.
func (e *partForm) blankWay() []blank {
	kind, way := e.f.values.Get("kind"), e.way()
	blankAt := func(name string) []blank { return []blank{{name, e.labelOf(name), e.text("admin.draft.fill")}} }
	rows := map[string]string{rule.WayTable: "table", rule.WayPositions: "positions", rule.WaySet: "set"}[way]
	if rows != "" {
		_, is := e.ruleOf()
		keys := map[string]string{"table": "from", "positions": "n", "set": "parts.0.count"}
		if is.Get(rows).None() && (way != rule.WaySet || !e.oddSet()) {
			name := e.rowKey(rows, 0, keys[rows])
			if way == rule.WaySet {
				name = "set." + keys[rows]
			}
			return blankAt(name)
		}
		return nil
	}
	var out []blank
	for _, key := range waySlots(kind, way) {
		if s := e.slot(key); s.as != aTick && key != "text.en" && e.f.get(key) == "" {
			out = append(out, blankAt(key)...)
		}
	}
	return out
}

// labelOf is what a field of the form is called.
func (e *partForm) labelOf(name string) string {
	seen := *e
	seen.f, seen.hidden, seen.shown = &form{p: e.page, values: e.f.values, wrong: map[string]string{}}, nil, nil
	for _, g := range seen.groups() {
		for _, r := range g.Rows {
			for _, v := range r.Fields {
				if v.Name == name {
					return v.Label
				}
			}
		}
	}
	return name
}

// wantField is the field of the form in which a condition's values are.
func (e *partForm) wantField(a wants, i int) string {
	field := rule.Field(a.f.values.Get(a.key(i, "field")))
	info := rule.InfoOf(field)
	switch {
	case info != nil && info.Ranged():
		return a.key(i, "from")
	case a.ticked(field, a.f.values[a.key(i, "in")]):
		return a.key(i, "in")
	}
	return a.key(i, "words")
}

var wantPath = regexp.MustCompile(`^(when|scope)\[(\d+)\]`)

// itemField is the field of the form that a path in the item's text is about.
func (e *partForm) itemField(path string) string {
	m := wantPath.FindStringSubmatch(path)
	if m == nil {
		if path == "" && e.name == "rule" { // of the way in which it works
			for _, key := range waySlots(e.f.values.Get("kind"), e.way()) {
				return key
			}
		}
		return path
	}
	a := e.wants(m[1])
	n, err := strconv.Atoi(m[2])
	if order := a.inText(); err == nil && n < len(order) {
		return e.wantField(a, order[n])
	}
	return path
}

// inText are the conditions of the form in the order in which the text has them:
// those of a field that is asked for again come after all others.
func (a wants) inText() []int {
	var groups []map[string]bool
	var order [][]int
	for i := range a.count() {
		field := a.f.get(a.key(i, "field"))
		at := slices.IndexFunc(groups, func(g map[string]bool) bool { return !g[field] })
		if at < 0 {
			at, groups, order = len(groups), append(groups, map[string]bool{}), append(order, nil)
		}
		groups[at][field] = true
		order[at] = append(order[at], i)
	}
	return slices.Concat(order...)
}

// sayBlanks says beside the form what is still to be filled in.
func (e *partForm) sayBlanks(list []blank) string {
	labels := make([]string, len(list))
	for i := range list {
		labels[i] = list[i].label
	}
	return e.text("admin.draft.says-fill", "fields", e.quoted(labels))
}
