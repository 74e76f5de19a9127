package draft

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
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

// A complaint is something that the YAML parser finds amiss, and how we say it.
type complaint struct {
	said   string
	code   string
	parser bool // its line is counted from 0
}

// complaints are those that writers of programmes meet.
var complaints = []complaint{
	{"mapping values are not allowed", "programme.text-colon", false},
	{"could not find expected ':'", "programme.text-no-colon", false},
	{"found unexpected end of stream", "programme.text-quote", false},
	{"cannot start any token", "programme.text-first-character", false},
	{"unknown escape character", "programme.text-escape", false},
	{"did not find expected key", "programme.text-indent", true},
	{"did not find expected '-' indicator", "programme.text-indent", true},
	{"did not find expected ',' or ']'", "programme.text-bracket", true},
	{"did not find expected ',' or '}'", "programme.text-bracket", true},
	{"did not find expected node content", "programme.text-content", true},
}

var (
	yamlLine   = regexp.MustCompile(`line (\d+): `)
	tabIndents = regexp.MustCompile(`^ *\t[ \t]*[^ \t\r]`)
)

// noYAML says what is wrong with a text that the parser does not take.
func noYAML(text []byte, err error) error {
	lines := bytes.Split(bytes.TrimRight(text, "\n"), []byte("\n"))
	if i := slices.IndexFunc(lines, tabIndents.Match); i >= 0 {
		return broken(i+1, "programme.text-tab")
	}
	said := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(said); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	for _, c := range complaints {
		if !strings.Contains(said, c.said) {
			continue
		}
		if c.parser {
			line++
		}
		return broken(min(max(line, 1), len(lines)), c.code)
	}
	return broken(min(max(line, 1), len(lines)), "programme.text-form", "text", cmp.Or(plainSaid(said), "YAML"))
}

// plainSaid is what the parser says, where it repeats nothing of the text.
func plainSaid(said string) string {
	said = yamlLine.ReplaceAllString(said, "")
	if strings.ContainsAny(said, "'\"`") {
		return ""
	}
	return said
}
