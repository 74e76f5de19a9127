package admin

import (
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/platform/fault"
)

// instead answers what a dialog has sent and was not taken: what it asked stands
// on a page of its own, with what is wrong where it is. only is the field that a
// refusal without a place is about; "": there are several.
func (p *page) instead(f *form, err error, only string, ask func() sheet) error {
	if e := fault.From(err); only != "" && (e.Kind == fault.Invalid || e.Kind == fault.NotFound || e.Kind == fault.Conflict) {
		err = at(e, only)
	}
	if !f.refuse(err) {
		return err
	}
	return p.ask(f, ask())
}

// asked is a field of a dialog, by the key of its label.
func (f *form) asked(name, label string, most int) entry {
	v := kit.Field{Name: name, Label: f.p.text(label), Value: f.values.Get(name), Error: f.wrong[name], Needed: true, Most: most}
	if v.Error != "" {
		f.fields = append(f.fields, v)
	}
	return entry{Field: v}
}
