package reference

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/text"
)

// Limits on what staff type in, in characters.
const (
	MaxCode = 64
	MaxName = 200
	MaxText = 1000
)

// Form checks the fields of a row and collects all that is wrong with them.
type Form struct{ fields []fault.Field }

// Code trims a code and checks it: 1 to MaxCode letters, digits and . _ - / : #
func (f *Form) Code(path string, v *string) {
	*v = strings.TrimSpace(*v)
	if *v == "" {
		f.Add(fault.Field{Path: path, Code: "reference.missing"})
		return
	}
	ok := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-/:#", r)
	}
	if !text.Valid(*v, MaxCode) || strings.ContainsFunc(*v, func(r rune) bool { return !ok(r) }) {
		f.Add(fault.Field{Path: path, Code: "reference.code-invalid", Args: fault.Pairs("max", MaxCode)})
	}
}

// Name trims a name and checks it: 1 to MaxName characters on one line.
func (f *Form) Name(path string, v *string) {
	*v = strings.TrimSpace(*v)
	if *v == "" {
		f.Add(fault.Field{Path: path, Code: "reference.missing"})
		return
	}
	f.line(path, *v, MaxName)
}

// Text trims a text that may be empty and checks it: at most MaxText
// characters on one line.
func (f *Form) Text(path string, v *string) {
	*v = strings.TrimSpace(*v)
	f.line(path, *v, MaxText)
}

func (f *Form) line(path, v string, most int) {
	switch {
	case utf8.RuneCountInString(v) > most:
		f.Add(fault.Field{Path: path, Code: "reference.too-long", Args: fault.Pairs("max", most)})
	case !text.Valid(v, most):
		f.Add(fault.Field{Path: path, Code: "reference.characters"})
	}
}

// State checks a state; none means Active.
func (f *Form) State(path string, v *State) {
	if *v == "" {
		*v = Active
	}
	if !slices.Contains([]State{Active, Closed}, *v) {
		f.Add(fault.Field{Path: path, Code: "reference.state-unknown"})
	}
}

// Range checks that lo ≤ v ≤ hi.
func (f *Form) Range(path string, v, lo, hi int64) {
	if v < lo || v > hi {
		f.Add(fault.Field{Path: path, Code: "reference.range", Args: fault.Pairs("min", lo, "max", hi)})
	}
}

// Add adds a wrong field.
func (f *Form) Add(field fault.Field) { f.fields = append(f.fields, field) }

// Err is nil where nothing was wrong.
func (f *Form) Err() error {
	if len(f.fields) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "reference.invalid").With(f.fields...)
}

// Fold gives a text as it is searched, its parts joined by a blank.
func Fold(parts ...string) string { return text.Fold(strings.Join(parts, " ")) }
