package segment

import (
	"context"
	"slices"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Kind says what a field holds, and so how it is asked for and shown.
type Kind string

// The kinds of fields.
const (
	Text     Kind = "text"
	Choice   Kind = "choice" // one of some values
	List     Kind = "list"   // any number of some values
	Number   Kind = "number" // whole
	Decimal  Kind = "decimal"
	Points   Kind = "points"   // hundredths
	Money    Kind = "money"    // kopecks
	Time     Kind = "time"     // asked for by days, YYYY-MM-DD
	Day      Kind = "day"      // YYYY-MM-DD
	Birthday Kind = "birthday" // MM-DD
	Days     Kind = "days"     // since something, or until it
	YesNo    Kind = "yes_no"
)

// Op is what a condition asks.
type Op string

// The operators. Those without values are OpFilled, OpEmpty, OpYes and OpNo.
const (
	OpIn      Op = "in"      // any of the values
	OpNotIn   Op = "not_in"  // none of them
	OpFrom    Op = "from"    // that value or more
	OpTo      Op = "to"      // that value or less
	OpBetween Op = "between" // from the one value to the other, both included
	OpStarts  Op = "starts"  // any of the values begins it
	OpFilled  Op = "filled"
	OpEmpty   Op = "empty"
	OpYes     Op = "yes"
	OpNo      Op = "no"
)

// valued tells whether a condition with the operator has values.
func (o Op) valued() bool { return o != OpFilled && o != OpEmpty && o != OpYes && o != OpNo }

// Source says where the values of a Choice or List come from.
type Source string

// The sources. Of FromTexts values the choices stand in the field itself, and
// what they are called is the text segment.value.<field>.<value>.
const (
	FromTexts      Source = "texts"
	FromLevels     Source = "levels"     // of the programmes
	FromGroups     Source = "groups"     // ids
	FromCategories Source = "categories" // ids
	FromOutlets    Source = "outlets"    // ids
	FromCardTypes  Source = "card_types" // ids
	FromTags       Source = "tags"       // as typed
	FromFree       Source = "free"       // as typed
	FromOwn        Source = "own"        // the choices of an own field
)

// Field is something that may be asked of a member, shown of him, or both.
// What it is called is the text segment.field.<code>; an organization's own
// field (code "custom." and its key) has labels instead.
type Field struct {
	Code   string
	Kind   Kind
	Ops    []Op // none: it is only shown
	Order  bool // a list may be ordered by it
	Column bool // it can be shown
	Late   bool // it follows the events, some seconds late
	Whole  bool // it counts what was done at all outlets, so that it is for whoever works everywhere
	Source Source
	Values []string            // FromTexts
	Own    *member.CustomField // nil: it is the program's

	shape
}

// Catalogue are the fields of an organization at one time.
type Catalogue struct {
	fields []Field
	at     map[string]int
	kept   map[string]Field // those that are there, but not for the reader
}

// Catalogue reads which fields there are, the organization's own last. Own
// fields that are no longer asked are left out.
func (l *Lists) Catalogue(ctx context.Context) (*Catalogue, error) { return catalogue(ctx, l.DB) }

func catalogue(ctx context.Context, q db.Q) (*Catalogue, error) {
	own, err := member.CustomFields(ctx, q)
	if err != nil {
		return nil, err
	}
	c := &Catalogue{fields: builtIn(), at: map[string]int{}}
	for i := range own {
		if own[i].Active {
			c.fields = append(c.fields, ownField(&own[i]))
		}
	}
	for i := range c.fields {
		c.at[c.fields[i].Code] = i
	}
	return c, nil
}

// Of is the catalogue of whoever works at some outlets only; nil: everywhere.
func (c *Catalogue) Of(outlets []id.ID) *Catalogue {
	if outlets == nil {
		return c
	}
	out := &Catalogue{at: map[string]int{}, kept: map[string]Field{}}
	for i := range c.fields {
		if code := c.fields[i].Code; c.fields[i].Whole {
			out.kept[code] = c.fields[i]
		} else {
			out.at[code] = len(out.fields)
			out.fields = append(out.fields, c.fields[i])
		}
	}
	return out
}

// Keeps tells whether what is chosen or ordered by a definition is not for the
// reader of the catalogue. Its columns don't count: those that he may not see
// are dropped (Known).
func (c *Catalogue) Keeps(d *Definition) bool {
	return c.keeps(d.Order.Field) || slices.ContainsFunc(d.Conditions, func(k Condition) bool { return c.keeps(k.Field) })
}

func (c *Catalogue) keeps(code string) bool {
	_, kept := c.kept[code]
	return kept
}

// missing says at a place that there is no field of the code, and why.
func (c *Catalogue) missing(code, path string) fault.Field {
	if c.keeps(code) {
		return fault.Field{Path: path, Code: "segment.whole-field"}
	}
	return fault.Field{Path: path, Code: "segment.unknown-field"}
}

// Known are those of some codes that are fields of it.
func (c *Catalogue) Known(codes []string) []string {
	return slices.DeleteFunc(slices.Clone(codes), func(code string) bool { _, there := c.at[code]; return !there })
}

// Fields are all of them, in the order in which they are offered.
func (c *Catalogue) Fields() []Field { return slices.Clone(c.fields) }

// Get gives one by its code.
func (c *Catalogue) Get(code string) (Field, bool) {
	i, ok := c.at[code]
	if !ok {
		return Field{}, false
	}
	return c.fields[i], true
}

// Named gives one by its code also where it is not for the reader, so that what
// is asked of it can be told in words.
func (c *Catalogue) Named(code string) (Field, bool) {
	if f, ok := c.kept[code]; ok {
		return f, true
	}
	return c.Get(code)
}
