package admin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
)

// quick are the conditions that have a place of their own in the form.
var quick = []string{"in.level", "in.state", "from.active", "to.active", "from.turnover", "to.turnover", "from.last_purchase_days", "to.last_purchase_days"}

// sentAlong is what the form sends besides what is seen in it.
type sentAlong struct{ Name, Value string }

// hidden is what was asked for before and has no place in the form.
func (l *memberList) hidden() []sentAlong {
	var out []sentAlong
	for name, values := range l.values() {
		if name == "q" || name == "col" || slices.Contains(quick, name) {
			continue
		}
		for _, v := range values {
			out = append(out, sentAlong{name, v})
		}
	}
	slices.SortFunc(out, func(a, b sentAlong) int { return strings.Compare(a.Name+a.Value, b.Name+b.Value) })
	return out
}

// filterName is a filter's name with what was chosen.
func (l *memberList) filterName(f *segment.Field) string {
	name := l.fieldName(f)
	for _, c := range l.Conditions {
		if c.Op != segment.OpIn || c.Field != f.Code {
			continue
		}
		if len(c.Values) == 1 {
			return name + ": " + l.valueName(f, c.Values[0])
		}
		return fmt.Sprintf("%s: %d", name, len(c.Values))
	}
	return name
}

// spanField is one end of a filter by a figure.
func (l *memberList) spanField(op, code string) kit.Field {
	return kit.Field{
		Name: op + "." + code, Label: l.page.text("admin.members." + op), Value: l.value(segment.Op(op), code), Mode: "decimal", Filter: true,
	}
}

// valueField is a value of the condition that is made, the first or the second.
func (l *memberList) valueField(f *segment.Field, n int) kit.Field {
	v := kit.Field{Name: "add-value", ID: fmt.Sprintf("add-value-%d", n), Label: l.page.text("admin.members.value"), HideName: true}
	switch f.Kind {
	case segment.Time, segment.Day:
		v.Example = l.page.exampleDay()
	case segment.Birthday:
		v.Example = l.page.yearDaysSaid([]string{"12-31"})
	case segment.Text, segment.Choice, segment.List:
	default:
		v.Mode = "decimal"
	}
	if l.spans(f) {
		v.Label = l.page.text([]string{"admin.members.from", "admin.members.to-if"}[n])
	}
	return v
}

// spans tells whether a condition on the field may have two values.
func (l *memberList) spans(f *segment.Field) bool { return slices.Contains(f.Ops, segment.OpBetween) }

// actions are what can be done with all members.
func (l *memberList) actions() []kit.Action {
	var out []kit.Action
	if l.view != nil && l.view.Staff == l.page.who.Person.ID {
		out = append(out, kit.Action{Text: l.page.text("admin.members.drop-view-do"), Icon: "trash", Dialog: "drop-view"})
	}
	if l.page.mayTakeOut() {
		out = append(out, kit.Action{Text: l.page.text("admin.members.export"), Icon: "download", Menu: "export"})
	}
	if l.page.goes(importHere) {
		out = append(out, kit.Action{Text: l.page.text("admin.import.from-file"), Icon: "upload", Href: importPath})
	}
	if l.mayBulk() {
		out = append(out, kit.Action{Text: l.page.text("admin.bulk.actions"), Icon: "history", Href: bulkPath})
	}
	if l.page.can(staff.MembersEdit) {
		out = append(out, kit.Action{Text: l.page.text("admin.members.new"), Icon: "user-plus", Weight: kit.Primary, Href: membersPath + "/new"})
	}
	return out
}

// nameOf is a member's name; who has told none has a number.
func (l *memberList) nameOf(r *segment.Row) string {
	if r.Name == "" {
		return l.page.text("admin.members.nameless", "number", r.Number)
	}
	return r.Name
}

func (l *memberList) cellOf(i int, v *segment.Value) cell {
	c := l.cell(l.asked.Columns[i], v)
	f, _ := l.cat.Get(l.asked.Columns[i])
	c.Head = l.fieldName(&f)
	return c
}

// classAt is where a cell stands. On a phone each place is taken once, and what the
// reader has chosen himself stands below with its name.
func (l *memberList) classAt(i int) string {
	f, _ := l.cat.Get(l.asked.Columns[i])
	class := classOf(f.Kind)
	for _, before := range l.asked.Columns[:i] {
		if b, _ := l.cat.Get(before); classOf(b.Kind) == class {
			class = ""
		}
	}
	if class == "" && !slices.Equal(l.asked.Columns, columns) {
		class = "c-more"
	}
	if right(f.Kind) {
		class += " r num"
	}
	return class
}

// headOf names a cell that stands below the others on a phone.
func headOf(c cell, class string) templ.Attributes {
	if !strings.HasPrefix(class, "c-more") || c.Text == "" && c.At == 0 {
		return nil
	}
	return templ.Attributes{"data-head": c.Head}
}

// exportHref is where the list that is seen is had as a file.
func (l *memberList) exportHref(as string) string {
	q := l.values()
	q.Set("as", as)
	return membersPath + "/export?" + q.Encode()
}

// mayKeep tells whether the list asks for anything, so that it is worth a name.
func (l *memberList) mayKeep() bool {
	return len(l.Conditions) > 0 || l.Search != "" || l.Order.Field != ""
}
