// Package kit is the components of pages: the only place with class names. Each
// takes what it shows, in the reader's words, and nothing of the product's
// types, so that any page may use it.
//
// What holds for each: it works without scripts as far as it can, by keyboard
// wholly; its texts come from the reader's language; what is shown by colour is
// said by a word or a sign too; and package storybook shows it in every state.
package kit

import "strconv"

//go:generate go tool -modfile=../../../../tools.mod templ generate -include-version=false -log-level=error

// Tone is what a colour says. A tone never says it alone.
type Tone string

// The tones. Gold is of points only.
const (
	Plain Tone = ""
	Good  Tone = "ok"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
	Info  Tone = "info"
	Brand Tone = "brand"
	Gold  Tone = "gold"
)

// Weight is how much a button stands out.
type Weight string

// The weights. One primary button belongs to an area at most.
const (
	Usual    Weight = ""
	Primary  Weight = "btn-p"
	Quiet    Weight = "btn-g"
	Risky    Weight = "btn-d"  // opens the question whether to do what can't be undone
	Final    Weight = "btn-dp" // does what can't be undone
	asButton        = "button"
	asSubmit        = "submit"
)

// Action is a button or a link that looks like one.
type Action struct {
	Text   string
	Icon   string // before the text; "": none
	Weight Weight
	Small  bool
	Off    bool
	Href   string // a link; "": a button
	Submit bool   // sends its form
	Name   string // of what is sent with the form
	Value  string
	Form   string // id of the form that it sends, where it is not in it
	To     string // where that is sent; "": where the form says
	Dialog string // id of the dialog that it opens
	Menu   string // id of the menu that it opens
	Toast  string // what is told when it is pressed, where nothing else happens
	Close  bool   // closes the dialog it is in
	Bare   bool   // its icon alone is seen; the text is read out
	Plain  bool   // for who has no scripts: to others it happens by itself
}

func (a *Action) kind() string {
	if a.Submit {
		return asSubmit
	}
	return asButton
}

// classes of an action.
func (a *Action) classes() string {
	s := "btn"
	for _, c := range []struct {
		on   bool
		name string
	}{{a.Weight != Usual, string(a.Weight)}, {a.Small, "btn-s"}, {a.Bare, "btn-i"}, {a.Plain, "plain"}} {
		if c.on {
			s += " " + c.name
		}
	}
	return s
}

// Field is one place of a form that is typed into or chosen from.
type Field struct {
	Name     string // of what is sent
	ID       string // of the element; "": the name
	Label    string
	Hint     string
	Error    string // what is wrong and how to mend it; "": nothing
	Value    string
	Kind     string // of the input: text, email, tel, password, search, number; "": text
	Mode     string // of the keyboard on a phone: numeric, decimal, tel, email; "": by kind
	Auto     string // what a browser may fill in: current-password, one-time-code, …
	Example  string // seen while nothing is typed
	Needed   bool
	Off      bool
	Rows     int // of a text of several lines; 0: one line
	Most     int // characters; 0: any number
	Options  []Option
	Narrow   bool   // as wide as a sum
	Autofoc  bool   // the page begins here
	Filter   bool   // a change asks for the list again
	Clears   string // name of a field that, untouched, gives way to what is chosen here
	HideName bool   // the label is read out only
}

// Option is one of what a field may be.
type Option struct {
	Value, Text, Hint string
	Chosen            bool
}

func (f *Field) kind() string {
	if f.Kind == "" {
		return "text"
	}
	return f.Kind
}

func (f *Field) id() string {
	if f.ID == "" {
		return f.Name
	}
	return f.ID
}

// told are the ids of what describes the field.
func (f *Field) told() string {
	switch {
	case f.Error != "":
		return f.id() + "-error"
	case f.Hint != "":
		return f.id() + "-hint"
	}
	return ""
}

func (f *Field) most() string {
	if f.Most == 0 {
		return ""
	}
	return strconv.Itoa(f.Most)
}

func (f *Field) classes() string {
	s := "in"
	if f.Filter {
		s += " fi"
	}
	if f.Narrow {
		s += " in-n num"
	}
	return s
}
