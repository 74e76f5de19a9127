package admin

import (
	"slices"
	"strings"
)

// wordsIn are the words that are typed with commas, semicolons or on lines; those
// stand in a word that begins and ends with a quote, whose own quotes are doubled.
func wordsIn(s string) []string {
	var out []string
	var word strings.Builder
	quoted, opened := false, false // within quotes; the word began with one
	runes := []rune(s)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case quoted && r == '"' && i+1 < len(runes) && runes[i+1] == '"':
			word.WriteRune(r)
			i++
		case quoted && r == '"':
			quoted = false
		case !opened && r == '"' && strings.TrimSpace(word.String()) == "" && closes(runes[i+1:]):
			quoted, opened = true, true
		case !quoted && strings.ContainsRune(betweenWords, r):
			out = append(out, word.String())
			word.Reset()
			opened = false
		default:
			word.WriteRune(r)
		}
	}
	return distinct(append(out, word.String()))
}

const betweenWords = ",;\n"

// closes tells whether a quote that was opened is closed at the end of a word.
func closes(rest []rune) bool {
	for i := 0; i < len(rest); i++ {
		if rest[i] != '"' {
			continue
		}
		if i+1 < len(rest) && rest[i+1] == '"' {
			i++
			continue
		}
		after := strings.TrimLeft(string(rest[i+1:]), " \t\r\u00a0")
		return after == "" || strings.ContainsAny(after[:1], betweenWords)
	}
	return false
}

// wordsOut are words as wordsIn reads them.
func wordsOut(words []string) string {
	out := slices.Clone(words)
	for i, w := range out {
		if strings.ContainsAny(w, betweenWords) || strings.HasPrefix(w, `"`) {
			out[i] = `"` + strings.ReplaceAll(w, `"`, `""`) + `"`
		}
	}
	return strings.Join(out, ", ")
}

// distinct are words without blanks around them, each once and none empty.
func distinct(words []string) (out []string) {
	for _, w := range words {
		if w = strings.TrimSpace(w); w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}
