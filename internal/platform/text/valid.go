package text

import (
	"unicode"
	"unicode/utf8"
)

// Valid tells whether s can be stored and shown as one line: UTF-8, at most
// limit characters, no control characters, no line breaks and nothing that
// turns the direction of what follows.
func Valid(s string, limit int) bool {
	if len(s) > limit*utf8.UTFMax || !utf8.ValidString(s) || utf8.RuneCountInString(s) > limit {
		return false
	}
	for _, r := range s {
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return false
		}
	}
	return true
}

// Clip gives s, or its first limit characters.
func Clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	n := 0
	for at := range s {
		if n >= limit {
			return s[:at]
		}
		n++
	}
	return s
}
