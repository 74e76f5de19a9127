// Package text prepares what people type: for search and order, for Latin-only
// places, and for storing it safely.
package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const diaeresis = '\u0308'

// Fold gives the form by which texts are searched and ordered: lower case, ё
// as е, composed (NFC), runs of spaces as one, none at the ends, nothing
// invisible. Fold of a folded text changes nothing.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space, afterE := false, false
	// Decomposed, ё is е with a diaeresis, however it was typed.
	for _, r := range norm.NFD.String(s) {
		r = unicode.ToLower(r)
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			afterE = false
			continue
		case unicode.In(r, unicode.Cc, unicode.Cf):
			continue
		case r == diaeresis && afterE:
			continue
		case r == 'е':
			afterE = true
		case !unicode.Is(unicode.M, r):
			afterE = false
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}
