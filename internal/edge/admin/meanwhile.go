package admin

import (
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/loyalty/member"

	"kopilka/internal/edge/ui/kit"
)

// A form that changes something carries what it was filled in from. Where that has
// been changed meanwhile, what the reader has not touched takes the newer values,
// so that saving again takes back nothing that he never saw; what both have changed
// stays as he typed it, with the other value beside it.

// begunField is the hidden field with what a form was filled in from.
const begunField = "begun"

// begun are the values that a form was filled in from, as they are sent along.
func begun(values url.Values) string {
	out := url.Values{}
	for name, v := range values {
		if !ofTheForm(name) {
			out[name] = v
		}
	}
	return out.Encode()
}

// ofTheForm tells whether a field is none of the thing that is changed.
func ofTheForm(name string) bool {
	return slices.Contains([]string{begunField, "do", "edition", "version"}, name) || strings.HasPrefix(name, "add.") || strings.HasSuffix(name, ".find") && !strings.HasPrefix(name, member.CustomPrefix)
}

// place is a field of a form, or several that mean nothing one without another,
// as the rows of a table: they are taken and kept together.
type formPlace struct {
	label  string
	fields []kit.Field // of which some may be seen
	names  []string
}

// takeNew puts into the form what has become of it meanwhile and gives the labels
// of what has changed. mark is the field that says where both have changed a place.
func (f *form) takeNew(places []formPlace, now url.Values) (changed []string) {
	was, err := url.ParseQuery(f.values.Get(begunField))
	if err != nil {
		was = url.Values{}
	}
	for _, place := range places {
		if same(place.names, was, now) {
			continue
		}
		if place.label != "" && !slices.Contains(changed, place.label) {
			changed = append(changed, place.label)
		}
		switch {
		case same(place.names, was, f.values):
			for _, name := range place.names {
				f.values[name] = now[name]
			}
		case !same(place.names, f.values, now) && len(place.fields) > 0:
			f.wrong[place.fields[0].Name] = f.bothSay(&place, now)
		}
	}
	f.values.Set(begunField, begun(now))
	return changed
}

// bothSay says of a place that both have changed what the other has made of it.
func (f *form) bothSay(place *formPlace, now url.Values) string {
	if len(place.names) > 1 {
		return f.p.text("admin.form.both-many")
	}
	v := &place.fields[0]
	return f.p.text("admin.form.both", "mine", f.shownAs(v, f.values[v.Name]), "theirs", f.shownAs(v, now[v.Name]))
}

// shownAs is a value as the reader sees it in its field.
func (f *form) shownAs(v *kit.Field, values []string) string {
	var out []string
	for _, value := range values {
		i := slices.IndexFunc(v.Options, func(o kit.Option) bool { return o.Value == value })
		switch {
		case i >= 0:
			value = v.Options[i].Text
		case v.Kind == "date":
			value = f.p.day(value)
		}
		if value != "" {
			out = append(out, value)
		}
	}
	if len(out) == 0 {
		return f.p.text("admin.form.empty")
	}
	return strings.Join(out, ", ")
}

// same tells whether two lots of values have the same at some names, as far as a
// reader can tell.
func same(names []string, a, b url.Values) bool {
	for _, name := range names {
		if !slices.Equal(told(a[name]), told(b[name])) {
			return false
		}
	}
	return true
}

func told(values []string) (out []string) {
	for _, v := range values {
		if v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")); v != "" {
			out = append(out, v)
		}
	}
	slices.Sort(out) // boxes are sent in the order of the page
	return out
}

// fieldPlaces are the places of a form each of whose fields is one.
func fieldPlaces(fields []kit.Field) []formPlace {
	out := make([]formPlace, len(fields))
	for i := range fields {
		out[i] = formPlace{fields[i].Label, fields[i : i+1], []string{fields[i].Name}}
	}
	return out
}

// quoted are some labels in a sentence.
func (p *page) quoted(labels []string) string {
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = p.text("admin.form.quoted", "label", l)
	}
	return strings.Join(out, ", ")
}
