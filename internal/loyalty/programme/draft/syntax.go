package draft

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// badUTF8 is the first line, from 1, that is not UTF-8; 0: all are.
func badUTF8(text []byte) int {
	for i, line := range bytes.Split(text, []byte("\n")) {
		if !utf8.Valid(line) {
			return i + 1
		}
	}
	return 0
}

// complaints are what the YAML parser finds amiss in programmes, and how we say
// it. The lines of its later stage are counted from 0.
var complaints = []struct {
	said  string
	later bool
	told  func(line int) error
}{
	{"mapping values are not allowed", false, func(line int) error { return broken(line, "programme.text-colon") }},
	{"could not find expected ':'", false, func(line int) error { return broken(line, "programme.text-no-colon") }},
	{"found unexpected end of stream", false, func(line int) error { return broken(line, "programme.text-quote") }},
	{"cannot start any token", false, func(line int) error { return broken(line, "programme.text-first-character") }},
	{"did not find expected alphabetic or numeric character", false, func(line int) error { return broken(line, "programme.text-first-character") }},
	{"block sequence entries are not allowed", false, func(line int) error { return broken(line, "programme.text-first-character") }},
	{"did not find expected comment or line break", false, func(line int) error { return broken(line, "programme.text-block") }},
	{"unknown escape character", false, func(line int) error { return broken(line, "programme.text-escape") }},
	{"did not find expected key", true, func(line int) error { return broken(line, "programme.text-indent") }},
	{"did not find expected '-' indicator", true, func(line int) error { return broken(line, "programme.text-indent") }},
	{"did not find expected ',' or ']'", true, func(line int) error { return broken(line, "programme.text-bracket") }},
	{"did not find expected ',' or '}'", true, func(line int) error { return broken(line, "programme.text-bracket") }},
	{"did not find expected node content", true, func(line int) error { return broken(line, "programme.text-content") }},
}

var (
	yamlLine   = regexp.MustCompile(`line (\d+): `)
	tabIndents = regexp.MustCompile(`^ *\t[ \t]*[^ \t\r]`)
	noAnchor   = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// noYAML says what is wrong with a text that the parser does not take.
func noYAML(text []byte, err error) error {
	lines := bytes.Split(bytes.TrimRight(text, "\n"), []byte("\n"))
	if i := slices.IndexFunc(lines, tabIndents.Match); i >= 0 {
		return broken(i+1, "programme.text-tab")
	}
	said := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.Contains(said, "control characters") {
		return broken(1+max(slices.IndexFunc(lines, outOfPlace), 0), "programme.text-characters")
	}
	if m := noAnchor.FindStringSubmatch(said); m != nil {
		alias := regexp.MustCompile(`(?:^|[\s\[{,])\*` + regexp.QuoteMeta(m[1]) + `(?:$|[\s\]},])`)
		return broken(1+max(slices.IndexFunc(lines, alias.Match), 0), "programme.text-alias")
	}
	line := 1
	if m := yamlLine.FindStringSubmatch(said); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	for _, c := range complaints {
		if !strings.Contains(said, c.said) {
			continue
		}
		if c.later {
			line++
		}
		return c.told(min(max(line, 1), len(lines)))
	}
	return broken(min(max(line, 1), len(lines)), "programme.text-form", "text", plainSaid(said))
}

// outOfPlace tells whether a line has a character that YAML has no place for.
func outOfPlace(line []byte) bool {
	return bytes.ContainsFunc(line, func(r rune) bool {
		return unicode.IsControl(r) && r != '\t' && r != '\r' && r != '\u0085' || r == '\uFFFE' || r == '\uFFFF'
	})
}

// plainSaid is what the parser says, where it repeats nothing of the text.
func plainSaid(said string) string {
	said = yamlLine.ReplaceAllString(said, "")
	if strings.ContainsAny(said, "'\"`") {
		return ""
	}
	return said
}
