// Package formula keeps texts that people typed from being formulas where a file is
// opened as a table.
package formula

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain keeps a spreadsheet from taking a text for a formula, also one behind
// blanks, which some leave out. A phone is a number at worst.
func Plain(s string) string {
	const blanks, signs, digits = "\t\r\n", "=+-@\uFF1D\uFF0B\uFF0D\uFF20", "0123456789" // and the same of full width
	if s == "" || s[0] == '+' && strings.Trim(s[1:], digits) == "" {
		return s
	}
	begins, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }))
	if strings.ContainsRune(blanks, rune(s[0])) || strings.ContainsRune(signs, begins) {
		return "'" + s
	}
	return s
}

// Unplain gives back what Plain was given.
func Unplain(s string) string {
	if was, ok := strings.CutPrefix(s, "'"); ok && Plain(was) == s {
		return was
	}
	return s
}
