package kit

import (
	"context"
	"hash/fnv"
	"strings"
	"unicode/utf8"

	"kopilka/internal/edge/ui"
)

// themeOf is what a page begins with; the reader's own system may change it
// before it is drawn.
func themeOf(ctx context.Context) string {
	if t := ui.Of(ctx).Theme; t != ui.Auto {
		return string(t)
	}
	return string(ui.Light)
}

// initials are the first letters of the first two words of a name.
func initials(name string) string {
	var s strings.Builder
	for i, word := range strings.Fields(name) {
		if i == 2 {
			break
		}
		r, _ := utf8.DecodeRuneInString(word)
		s.WriteRune(r)
	}
	return strings.ToUpper(s.String())
}

const hues = 6

// hue gives a name the same one of the colours always.
func hue(name string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return int(h.Sum32() % hues)
}
