// Package setting describes what somebody sets: its key, what values it takes,
// which it has where nothing is said.
//
// A setting is one row beside the type whose field it is. Whoever needs to
// know anything of it asks the row: the default, the check, how it is written
// as text, the schema, the page of documentation. Its texts are under its
// name: "setting.<name>" is its title, "setting.<name>.about" explains it,
// "setting.<name>.<choice>" is one of its choices.
package setting

import (
	"slices"

	"kopilka/internal/platform/fault"
)

// Kind says what the value of a setting is.
type Kind string

// The kinds.
const (
	Flag      Kind = "flag"
	Money     Kind = "money"     // roubles
	Points    Kind = "points"    // points
	Days      Kind = "days"      // a whole number
	Minutes   Kind = "minutes"   // after midnight
	Span      Kind = "span"      // minutes that something lasts
	Choice    Kind = "choice"    // one of some words
	Choices   Kind = "choices"   // any of some words
	Text      Kind = "text"      // a word
	Reference Kind = "reference" // the id of something else
)

// Kinds lists them.
func Kinds() []Kind {
	return []Kind{Flag, Money, Points, Days, Minutes, Span, Choice, Choices, Text, Reference}
}

// Info is what is known of a setting by itself.
type Info struct {
	Name     string // with whose it is: "programme.point_value"
	Key      string // the last word of it
	Kind     Kind
	Default  string   // as it is written; "": nothing
	Least    string   // of a figure, as it is written
	Most     string   // of a figure
	Never    bool     // a figure may also be "never"
	Choices  []string // words that it may be
	Inherits string   // the name of the setting that holds where nothing is said
}

// Title is the key of its short text.
func (i *Info) Title() string { return "setting." + i.Name }

// About is the key of its explanation.
func (i *Info) About() string { return "setting." + i.Name + ".about" }

// Word is the key of the text of one of its choices.
func (i *Info) Word(choice string) string { return "setting." + i.Name + "." + choice }

// Explained tells whether its choices have texts of their own; others are
// names of fields, which have theirs.
func (i *Info) Explained() bool { return i.Kind == Choice }

// Setting is a setting of a T.
type Setting[T any] struct {
	Info
	// Field gives where the value is: *bool, *int, *money.Amount,
	// *money.Points, *string, *id.ID, or Word where the type is another.
	Field func(*T) any

	reset func(*T)
	said  func(*T) bool
	wrong func(*T) []fault.Field // paths below its key
}

// Word is a value that is one of some words.
type Word struct {
	Get func() string
	Set func(string)
}

// Table is all settings of a T.
type Table[T any] []Setting[T]

// Of makes a table of settings; whose says whose they are.
func Of[T any](whose string, all ...Setting[T]) Table[T] {
	for i := range all {
		all[i].Name = whose + "." + all[i].Key
	}
	return all
}

// Reset gives all of them their defaults.
func (t Table[T]) Reset(v *T) {
	for i := range t {
		t[i].reset(v)
	}
}

// Fill gives those their defaults that nothing is said of. Only words can
// tell: no other value is nothing.
func (t Table[T]) Fill(v *T) {
	for i := range t {
		if t[i].said != nil && !t[i].said(v) {
			t[i].reset(v)
		}
	}
}

// Check tells what is wrong with the values, each at its key.
func (t Table[T]) Check(v *T) (wrong []fault.Field) {
	for i := range t {
		for _, f := range t[i].wrong(v) {
			f.Path = t[i].Key + f.Path
			wrong = append(wrong, f)
		}
	}
	return wrong
}

// Infos tells what is known of each.
func (t Table[T]) Infos() []Info {
	out := make([]Info, len(t))
	for i := range t {
		out[i] = t[i].Info
	}
	return out
}

// Get finds a setting by its key.
func (t Table[T]) Get(key string) *Setting[T] {
	i := slices.IndexFunc(t, func(s Setting[T]) bool { return s.Key == key })
	if i < 0 {
		return nil
	}
	return &t[i]
}
