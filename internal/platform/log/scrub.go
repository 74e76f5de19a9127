package log

import (
	"regexp"
	"strings"
)

// What may stand in the text of somebody else's error and is not for people's
// eyes, and what is put there instead; in this order.
var scrubs = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`://[^/\s@]+@`), "://" + dots + "@"},
	{regexp.MustCompile(`\?[^\s"'<>]*=[^\s"'<>]*`), "?" + dots},
	{regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{6,}`), "$1 " + dots},
	{regexp.MustCompile(`(?i)\b(password|passwd|pwd|token|secret|api[_-]?key|authorization|pin)(["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;]+)`), "$1$2" + dots},
	{regexp.MustCompile(`[\p{L}\p{N}._%+-]+@([\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+)`), dots + "@$1"},
	{regexp.MustCompile(`\+\d[\d\s()-]{7,}\d`), dots},
	{regexp.MustCompile(`\b[78]\d{10}\b`), dots},
}

const dots = "•••"

// drawn is what looks as if it had been drawn at random: a key, a token, a hash.
var drawn = regexp.MustCompile(`[A-Za-z0-9_-]{32,}`)

// Scrub gives the text of an error as it may be kept and shown: without what
// looks like an address, a phone or a secret, and in valid characters.
func Scrub(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
	for _, c := range scrubs {
		s = c.what.ReplaceAllString(s, c.with)
	}
	return drawn.ReplaceAllStringFunc(s, func(word string) string {
		if strings.ContainsAny(word, "0123456789") {
			return dots
		}
		return word
	})
}
