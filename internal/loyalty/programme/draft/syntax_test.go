package draft_test

import (
	"strings"
	"testing"

	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/platform/fault"
)

// What is no YAML is told in our words, at the line that its writer must mend.
func TestNoYAML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, code string
		line       int
	}{
		{"code: x\nname: п\nearning:\n\trate: 5%\n", "programme.text-tab", 4},
		{"code: x\nname: \xca\xe8\xed\xee\n", "programme.text-utf8", 2},
		{"code: x\nname: Кино: большое\n", "programme.text-colon", 2},
		{"code: x\nname\nearning: {rate: 5%}\n", "programme.text-no-colon", 2},
		{"code: x\nname: \"Кино\nearning: {rate: 5%}\n", "programme.text-quote", 2},
		{"code: x\nname: @Кино\n", "programme.text-first-character", 2},
		{"code: x\nname: \"\\k\"\n", "programme.text-escape", 2},
		{"code: x\n   name: п\n", "programme.text-colon", 2},
		{"code: x\nearning:\n    rate: 5%\n  delay: 1\n", "programme.text-indent", 4},
		{"code: x\nlevels:\n  - id: a\n  id: b\n", "programme.text-indent", 3},
		{"code: x\noutlets: [a, b\nname: п\n", "programme.text-bracket", 2},
		{"code: x\nearning: {rate: 5%\nname: п\n", "programme.text-bracket", 2},
		{"code: x\noutlets: [\n", "programme.text-content", 2},
		{"code: x\nname: - Кино\n", "programme.text-first-character", 2},
		{"code: x\nname: *Кино\n", "programme.text-first-character", 2},
		{"code: x\nnote: | Кино\n", "programme.text-block", 2},
		{"code: x\nname: *film\n", "programme.text-alias", 2},
		{"code: x\nname: \"*film\"\nnote: [a, *film]\n", "programme.text-alias", 3},
		{"code: x\nname: a\u0007b\n", "programme.text-characters", 2},
		{strings.Repeat("[", 100_000), "programme.text-form", 1},
	} {
		_, err := draft.Read([]byte(c.text), names{})
		f := fault.From(err)
		if f == nil || f.Code != "programme.invalid" || len(f.Fields) != 1 {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got := f.Fields[0]; got.Code != c.code || got.Line != c.line {
			t.Errorf("%.60q: %s at line %d, want %s at %d", c.text, got.Code, got.Line, c.code, c.line)
		}
	}
}
