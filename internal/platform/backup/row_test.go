package backup

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRowsComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var cols []column
		var values []any
		for range rapid.IntRange(1, 6).Draw(t, "columns") {
			k := rapid.SampledFrom([]kind{kindInt, kindText, kindBool, kindBytes, kindJSON}).Draw(t, "kind")
			cols = append(cols, column{"c", k})
			var v any
			switch k {
			case kindInt:
				v = rapid.Int64().Draw(t, "int")
			case kindBool:
				v = rapid.Bool().Draw(t, "bool")
			case kindBytes:
				v = rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
			default:
				v = rapid.String().Draw(t, "text")
			}
			if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
				v = nil
			}
			values = append(values, v)
		}
		line, err := appendRow(nil, cols, values)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(line) || bytes.Count(line, []byte{'\n'}) != 1 {
			t.Fatalf("not a line of JSON: %q", line)
		}
		got, err := parseRow(line, cols)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(values, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestRowsThatDoNotFit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		k kind
		v any
	}{{kindInt, "1"}, {kindText, int64(1)}, {kindText, "\xff"}, {kindBool, "t"}, {kindBytes, "x"}, {kindInt, 1.5}} {
		if line, err := appendRow(nil, []column{{"c", c.k}}, []any{c.v}); err == nil {
			t.Errorf("%v as %s became %s", c.v, c.k, line)
		}
	}
	for _, line := range []string{"", "[]", "[1,2]", "[1.5]", "[9223372036854775808]", `["1"]`, "[true]", "{}", "[1", "[[1]]"} {
		if v, err := parseRow([]byte(line), []column{{"c", kindInt}}); err == nil {
			t.Errorf("%s became %v", line, v)
		}
	}
}

// FuzzVerify reads anything as an archive: an error, no panic, no endless
// memory.
func FuzzVerify(f *testing.F) {
	var b bytes.Buffer
	a, err := newArchive(&b)
	if err != nil {
		f.Fatal(err)
	}
	a.line(header{formatName, formatVersion, 1, "sqlite", 0})
	a.line(mark{Table: "t", Columns: []column{{"c", kindInt}, {"d", kindText}}})
	_ = a.write([]byte("[1,\"x\"]\n"))
	a.line(mark{End: true, Tables: 1, Rows: 1})
	if err := a.finish(); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes(), "")
	f.Add([]byte{}, "[1]\n")
	f.Fuzz(func(t *testing.T, archive []byte, lines string) {
		_, _ = Verify(t.Context(), bytes.NewReader(archive), nil)
		// And with a right seal around any lines.
		var b bytes.Buffer
		a, err := newArchive(&b)
		if err != nil {
			t.Fatal(err)
		}
		a.line(header{formatName, formatVersion, 1, "sqlite", 0})
		_ = a.write([]byte(lines))
		if err := a.finish(); err != nil {
			t.Fatal(err)
		}
		info, err := Verify(t.Context(), &b, nil)
		if err == nil && !utf8.ValidString(lines) && !strings.Contains(lines, "end") {
			t.Errorf("%+v of %q", info, lines)
		}
	})
}
