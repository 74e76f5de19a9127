package admin

import (
	"regexp"
	"slices"
	"strings"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
)

// ownField is the organization's own field that a condition looks at; nil: it looks
// at none, or at one that is there no longer.
func (n *naming) ownField(of rule.Field) *member.CustomField {
	key, ok := strings.CutPrefix(string(of), rule.CustomField)
	if !ok || key == "" {
		return nil
	}
	n.options(rule.CustomField) // reads them
	for i := range n.own {
		if n.own[i].Key == key {
			return &n.own[i]
		}
	}
	return nil
}

// OwnField is what an own field is called, and OwnWord what a value of it is.
func (n *naming) OwnField(key string) string { return n.call(rule.CustomField, key) }

// OwnWord is a value of an own field in the reader's words.
func (n *naming) OwnWord(key, value string) string {
	return n.call(rule.CustomField+rule.Field(key), value)
}

// ofNumbers is the field whose numbers a condition wants; nil: it wants words.
func (a wants) ofNumbers(field rule.Field) *member.CustomField {
	if own := a.names.ownField(field); own != nil && own.Kind == member.CustomNumber {
		return own
	}
	return nil
}

// wordsShown are the words of a condition as they are typed.
func (a wants) wordsShown(field rule.Field, words []string) string {
	if a.ofNumbers(field) == nil {
		return strings.Join(words, ", ")
	}
	out := slices.Clone(words)
	for i := range out {
		out[i] = a.decimalSaid(out[i])
	}
	return strings.Join(out, "; ")
}

// betweenNumbers is what sets numbers apart: a comma that stands in one may be its
// decimal point.
var betweenNumbers = regexp.MustCompile(`[;\n]|,(?:\s|$)`)

// wordsTyped are the words of a condition as its text has them; what is no number
// stays as it was typed.
func (a wants) wordsTyped(field rule.Field, typed string) []string {
	own := a.ofNumbers(field)
	if own == nil {
		return wordsIn(typed)
	}
	words := betweenNumbers.Split(typed, -1)
	for i, w := range words {
		if v, wrong := own.Canonical(a.plain(strings.TrimSpace(w))); wrong == nil {
			words[i] = v
		}
	}
	return distinct(words)
}

// wordsHow is the key of how several words are typed.
func (a wants) wordsHow(field rule.Field) string {
	if a.ofNumbers(field) != nil {
		return "admin.draft.numbers-how"
	}
	return "admin.draft.words-how"
}

// noNumber tells what is wrong with the words of a condition that wants numbers; ""
// nothing.
func (a wants) noNumber(field rule.Field, words []string) string {
	own := a.ofNumbers(field)
	if own == nil {
		return ""
	}
	for _, w := range words {
		if _, wrong := own.Canonical(w); wrong != nil {
			return a.Texts.FaultField(a.lang(), *wrong)
		}
	}
	return ""
}
