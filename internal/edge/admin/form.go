package admin

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/text"
)

// maxValue bounds one value of a form, in characters; what takes more says so.
const maxValue = 4000

// form is what was typed and what is wrong with it, by the names of fields,
// which are those of the faults' paths.
type form struct {
	p      *page
	values url.Values
	wrong  map[string]string
	whole  string // what is wrong with all of it
	fields []kit.Field
}

// sent reads what was sent.
func (p *page) sent() (*form, error) {
	if err := p.r.ParseForm(); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "admin.bad-form")
	}
	return p.filled(p.r.PostForm), nil
}

// filled is a form with values, as it is shown first: those that were kept, if
// it was.
func (p *page) filled(values url.Values) *form {
	if p.carried != nil {
		values = p.carried
	}
	return &form{p: p, values: values, wrong: map[string]string{}}
}

// get is what was typed, without blanks around it and what can't be stored.
func (f *form) get(name string) string {
	return text.Clip(strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(f.values.Get(name), ""), "\x00", "")), maxValue)
}

// on tells whether a box was ticked.
func (f *form) on(name string) bool { return f.values.Get(name) != "" }

// refuse takes in why what was sent can't be done: false where that is no
// matter of the form, but of the program or of the reader's rights.
func (f *form) refuse(err error) bool {
	e := fault.From(err)
	switch e.Kind {
	case fault.Invalid, fault.Refused, fault.Conflict, fault.TooMany, fault.TooLarge, fault.Unsupported, fault.Unauthorized:
	default:
		return false
	}
	lang := f.p.lang()
	for _, w := range e.Fields {
		name, _, _ := strings.Cut(w.Path, "[")
		f.wrong[name] = f.p.Texts.FaultField(lang, w)
	}
	if len(e.Fields) == 0 {
		f.whole = f.p.Texts.Fault(lang, e)
	}
	return true
}

// field is a field as it is shown: with what was typed and what is wrong. Its
// label is the text admin.field.<label>; a hint is admin.hint.<label> where
// there is one.
func (f *form) field(name, label string, more ...func(*kit.Field)) kit.Field {
	hinted := func(v *kit.Field) { v.Hint = f.p.textOr("admin.hint."+label, "") }
	return f.labelled(name, f.p.text("admin.field."+label), append([]func(*kit.Field){hinted}, more...)...)
}

// labelled is the same of a field with a label that is no text of ours.
func (f *form) labelled(name, label string, more ...func(*kit.Field)) kit.Field {
	v := kit.Field{Name: name, Label: label, Value: f.values.Get(name), Error: f.wrong[name]}
	for _, m := range more {
		m(&v)
	}
	if v.Error != "" {
		f.fields = append(f.fields, v)
	}
	return v
}

// names are the fields of a name in both languages: that of the reader's is asked
// for, the other's is the same unless it is typed too.
func (f *form) names(ru, en string, longest int) []kit.Field {
	other := func(v *kit.Field) { v.Hint = f.p.text("admin.hint.other-name") }
	asked, free := []func(*kit.Field){needed, first, most(longest)}, []func(*kit.Field){other, most(longest)}
	if f.p.lang() == i18n.EN {
		asked, free = free, asked
	}
	return []kit.Field{f.field(ru, "name-ru", asked...), f.field(en, "name-en", free...)}
}

// named is what was typed of a name in both languages.
func (f *form) named(ru, en string) (inRU, inEN string) {
	return inBoth(f.get(ru), f.get(en))
}

// inBoth gives a name that is in one language in the other too.
func inBoth(ru, en string) (inRU, inEN string) { return cmp.Or(ru, en), cmp.Or(en, ru) }

// What a field may be besides a line that may be empty.

func needed(v *kit.Field) { v.Needed = true }

func first(v *kit.Field) { v.Autofoc = true }

func narrow(v *kit.Field) { v.Narrow = true }

func kind(kind, auto string) func(*kit.Field) {
	return func(v *kit.Field) { v.Kind, v.Auto = kind, auto }
}

func mode(mode string) func(*kit.Field) { return func(v *kit.Field) { v.Mode = mode } }

func most(n int) func(*kit.Field) { return func(v *kit.Field) { v.Most = n } }

func rows(n int) func(*kit.Field) { return func(v *kit.Field) { v.Rows = n } }

// of offers options, of which the field's value is chosen.
func of(options ...kit.Option) func(*kit.Field) {
	return func(v *kit.Field) {
		for _, o := range options {
			o.Chosen = o.Value == v.Value
			v.Options = append(v.Options, o)
		}
	}
}

// problems is what is said above a form that was not taken.
func (f *form) problems() (whole string, fields []kit.Field) { return f.whole, f.fields }

// allProblems is the same of a form that may be refused for what it does not ask:
// nothing is refused in silence.
func (f *form) allProblems() (whole string, fields []kit.Field) {
	whole = f.whole
	for _, name := range slices.Sorted(maps.Keys(f.wrong)) {
		if !slices.ContainsFunc(f.fields, func(v kit.Field) bool { return v.Name == name }) {
			whole = strings.TrimSpace(whole + " " + f.wrong[name])
		}
	}
	return whole, f.fields
}
