// Package draft is a loyalty programme as text: YAML that a marketer reads as
// documentation, or JSON, which is YAML too. Money is in roubles, points in
// points, rates in percent; what has its default is left out; outlets, groups
// and the like go by their codes.
//
// One set of tables (the files table_*.go) says what the text may hold. The
// reader, the writer, the JSON Schema and the comparison of two programmes are
// made from it, so that none can say otherwise than the others.
//
// Invariants: whatever is wrong is told at once, each with its line and
// column, and then nothing is taken; a programme that is written and read
// again is the same programme; no text makes the reader panic or work for
// long.
package draft

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// MaxText bounds the text of a programme, in bytes.
const MaxText = 4 << 20

// Names knows what a programme names of the base by what kind of field it is
// named in: outlets, partners, tills, cashiers, product groups, member groups,
// categories, types of cards.
type Names interface {
	// Find gives the id of what has the code, or the name where there are no
	// codes.
	Find(of rule.Field, word string) (id.ID, bool)
	// Word gives the code, or the name where there are no codes; it finds the
	// id again.
	Word(of rule.Field, i id.ID) (string, bool)
	// Words gives all codes, or names, that Find knows.
	Words(of rule.Field) []string
}

// Draft is a programme that was read from text.
type Draft struct {
	Programme rule.Programme // compiled

	places map[string]place
}

type place struct{ line, column int }

// Read reads a programme and checks it.
func Read(text []byte, names Names) (*Draft, error) {
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	r := &reader{names: names, places: map[string]place{}}
	d := &Draft{Programme: newProgramme(), places: r.places}
	r.see("", root)
	programmeForm.read(r, root, "", &d.Programme)
	if err := d.Programme.Compile(); err != nil {
		r.compiled(d, fault.From(err))
	}
	if len(r.wrong) > 0 {
		d.sort(r.wrong)
		return nil, fault.New(fault.Invalid, "programme.invalid").With(r.wrong...)
	}
	return d, nil
}

// parse reads the text as one YAML document.
func parse(text []byte) (*yaml.Node, error) {
	if len(text) > MaxText {
		return nil, fault.New(fault.TooLarge, "programme.too-large", "most", MaxText)
	}
	if line := badUTF8(text); line > 0 {
		return nil, broken(line, "programme.text-utf8")
	}
	var doc, more yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(plainEscapes(text)))
	err := d.Decode(&doc)
	switch {
	case errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0:
		return nil, broken(1, "programme.text-empty")
	case err != nil:
		return nil, noYAML(text, err)
	case !errors.Is(d.Decode(&more), io.EOF):
		return nil, broken(max(more.Line, 1), "programme.text-two")
	}
	return doc.Content[0], nil
}

func broken(line int, code string, args ...any) error {
	return fault.New(fault.Invalid, "programme.invalid").With(fault.Field{Code: code, Args: fault.Pairs(args...), Line: line, Column: 1})
}

// plainEscapes writes out the escapes of JSON that YAML does not know: pairs
// that name one character, and the slash.
func plainEscapes(text []byte) []byte {
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) || !bytes.ContainsRune(text, '\\') {
		return text
	}
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		n := 1
		if text[0] == '\\' && len(text) > 1 {
			n = 2
		}
		switch pair := surrogates.FindSubmatch(text[:min(len(text), 12)]); {
		case pair != nil:
			high, _ := strconv.ParseUint(string(pair[1]), 16, 32)
			low, _ := strconv.ParseUint(string(pair[2]), 16, 32)
			out, n = append(out, string(rune(0x10000+(high-0xd800)<<10+(low-0xdc00)))...), 12
		case n == 2 && text[1] == '/':
			out = append(out, '/')
		default:
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}

var surrogates = regexp.MustCompile(`(?i)^\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})$`)
