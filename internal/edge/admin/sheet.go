package admin

import (
	"kopilka/internal/edge/ui/kit"
)

// entry is one place of a sheet: a line or a choice from a list, a box to tick,
// one of a few that are all seen, or any of them.
type entry struct {
	kit.Field
	as entryKind
	on bool // a box is ticked
}

type entryKind int

const (
	asLine entryKind = iota
	asBox
	asChoice
	asBoxes
	asText // as machines read it: lines are not broken
)

// sheetPart is entries that belong together.
type sheetPart struct {
	Name    string // "": none
	Hint    string
	Entries []entry
}

// sheet is the form of a thing of reference data, ready to be shown.
type sheet struct {
	Title, Sub, Action, Back, Do string
	Here                         string // its place in the menu
	Crumbs                       []kit.Link
	Notes                        []string // what is to be known before it is changed
	Parts                        []sheetPart
	Hidden                       []sentAlong
	Whole                        string
	Wrong                        []kit.Field
}

// ask shows a sheet, with what is wrong where it was sent and not taken.
func (p *page) ask(f *form, s sheet) error {
	if s.Do == "" {
		s.Do = p.text("admin.save")
	}
	s.Whole, s.Wrong = f.problems()
	f.lost(&s)
	if s.Whole != "" || len(s.Wrong) > 0 {
		return p.again(s.Title, s.Here, sheetPage(s))
	}
	return p.show(s.Title, s.Here, sheetPage(s))
}

// lost says above the form what is wrong with fields that it does not have, so
// that nothing is refused in silence.
func (f *form) lost(s *sheet) {
	has := map[string]bool{}
	for _, part := range s.Parts {
		for i := range part.Entries {
			has[part.Entries[i].Name] = true
		}
	}
	for name, why := range f.wrong {
		if !has[name] && s.Whole == "" {
			s.Whole = why
		}
	}
}

// lines are fields that are typed or chosen from a list.
func lines(fields ...kit.Field) []entry {
	out := make([]entry, len(fields))
	for i, v := range fields {
		out[i] = entry{Field: v}
	}
	return out
}

// box is a box that is ticked where its value is sent.
func (f *form) box(name, label string) entry {
	return entry{Field: f.field(name, label), as: asBox, on: f.on(name)}
}

// boxes are options of which all values of the name are chosen.
func (f *form) boxes(name, label string, options []kit.Option) entry {
	chosen := map[string]bool{}
	for _, v := range f.values[name] {
		chosen[v] = true
	}
	for i := range options {
		options[i].Chosen = chosen[options[i].Value]
	}
	return entry{Field: f.field(name, label, func(v *kit.Field) { v.Options = options }), as: asBoxes}
}

// yes is how a box is ticked in the values of a form.
func yes(on bool) []string {
	if on {
		return []string{"yes"}
	}
	return nil
}
