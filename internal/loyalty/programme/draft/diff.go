package draft

import (
	"slices"

	"kopilka/internal/loyalty/rule"
)

// What became of something between two programmes.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
	Moved   = "moved" // the order of a list is another
)

// Change is one difference between two programmes.
type Change struct {
	What  string `json:"what" enum:"added,removed,changed,moved"`
	Path  string `json:"path" example:"campaigns[may].rules[third].rate"`
	Steps []Step `json:"steps"`         // the same for people, from the outermost
	Was   string `json:"was,omitempty"` // as it is written
	Is    string `json:"is,omitempty"`
}

// Step is a part of the way to what has changed: a key of an object, an item
// of a list, or a name of the programme's own.
type Step struct {
	Key  string `json:"key,omitempty" example:"programme.key.rule.rate"` // of its text
	Item string `json:"item,omitempty" enum:"rule,level,campaign"`
	ID   string `json:"id,omitempty"` // of an item; a name
	Name string `json:"name,omitempty"`
}

// path is the way to a value.
type path struct {
	text  string
	steps []Step
}

func (p path) add(text string, s Step) path {
	return path{p.text + text, append(slices.Clip(p.steps), s)}
}

func (p path) field(name, text string) path {
	if p.text == "" {
		return p.add(name, Step{Key: text})
	}
	return p.add("."+name, Step{Key: text})
}

func (p path) named(name string) path { return p.add("."+name, Step{ID: name}) }

// item replaces the list that it lies in: a rule is a rule.
func (p path) item(what string, k known) path {
	return path{p.text, p.steps[:len(p.steps)-1]}.add("["+k.id+"]", Step{Item: what, ID: k.id, Name: k.name})
}

// Diff tells how two programmes differ. Their ids and versions are left
// aside.
func Diff(was, is *rule.Programme, names Names) []Change {
	a, b := *was, *is
	a.ID, a.Version = b.ID, b.Version
	d := &differ{writer: &writer{names}, changes: []Change{}}
	programmeForm.diff(d, path{}, a, b)
	return d.changes
}

type differ struct {
	writer  *writer
	changes []Change
}

// changed notes a difference; nothing is what is not there.
func (d *differ) changed(at path, was, is *value) {
	c := Change{What: Changed, Path: at.text, Steps: at.steps, Was: was.line(), Is: is.line()}
	switch {
	case was == nil:
		c.What = Added
	case is == nil:
		c.What = Removed
	}
	d.changes = append(d.changes, c)
}

// known is what an item of a list is known by.
type known struct{ id, name string }

func keyed[T any](items []T, key func(*T) (id, name string)) []known {
	out := make([]known, len(items))
	for i := range items {
		out[i].id, out[i].name = key(&items[i])
	}
	return out
}

// lists compares two lists of items that are known by an id.
func (d *differ) lists(at path, what string, was, is []known, both func(at path, i, j int), write func(i int, old bool) *value) {
	find := func(in []known, id string) int {
		return slices.IndexFunc(in, func(k known) bool { return k.id == id })
	}
	var stayed []int
	for i, k := range was {
		if j := find(is, k.id); j >= 0 {
			stayed = append(stayed, j)
			both(at.item(what, is[j]), i, j)
		} else {
			d.changed(at.item(what, k), write(i, true), nil)
		}
	}
	for j, k := range is {
		if find(was, k.id) < 0 {
			d.changed(at.item(what, k), nil, write(j, false))
		}
	}
	if !slices.IsSorted(stayed) {
		d.changes = append(d.changes, Change{What: Moved, Path: at.text, Steps: at.steps})
	}
}
