package admin

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
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

// ofKind tells whether a condition looks at an own field of a kind.
func (a wants) ofKind(field rule.Field, kind member.CustomKind) bool {
	own := a.names.ownField(field)
	return own != nil && own.Kind == kind
}

// wordsShown are the words of a condition as they are typed.
func (a wants) wordsShown(field rule.Field, words []string) string {
	out := slices.Clone(words)
	switch {
	case a.ofKind(field, member.CustomNumber):
		for i := range out {
			out[i] = a.decimalSaid(out[i])
		}
		return strings.Join(out, "; ")
	case a.ofKind(field, member.CustomDate):
		for i := range out {
			out[i] = a.daySaid(out[i])
		}
	}
	return wordsOut(out)
}

// betweenNumbers is what sets numbers apart: a comma that stands in one may be its
// decimal point.
var betweenNumbers = regexp.MustCompile(`[;\n]|,(?:\s|$)`)

// wordsTyped are the words of a condition as its text has them; what can't be a value
// of the field stays as it was typed.
func (a wants) wordsTyped(field rule.Field, typed string) []string {
	own := a.names.ownField(field)
	if own == nil {
		return wordsIn(typed)
	}
	var words []string
	switch own.Kind {
	case member.CustomNumber:
		words = betweenNumbers.Split(typed, -1)
		for i := range words {
			words[i] = a.plain(strings.TrimSpace(words[i]))
		}
	case member.CustomDate:
		words = strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(betweenWords, r) })
		for i := range words {
			if t, err := parseDay(strings.TrimSpace(words[i]), time.UTC); err == nil {
				words[i] = t.Format(time.DateOnly)
			}
		}
	default:
		words = wordsIn(typed)
	}
	for i, w := range words {
		if v, wrong := own.Canonical(strings.TrimSpace(w)); wrong == nil {
			words[i] = v
		}
	}
	return distinct(words)
}

// wordsHow is the key of how several words are typed.
func (a wants) wordsHow(field rule.Field) string {
	switch {
	case a.ofKind(field, member.CustomNumber):
		return "admin.draft.numbers-how"
	case a.ofKind(field, member.CustomDate):
		return "admin.draft.days-how"
	}
	return "admin.draft.words-how"
}

// noValue tells what is wrong with the words of a condition that an own field can't
// be; "" nothing.
func (a wants) noValue(field rule.Field, words []string) string {
	own := a.names.ownField(field)
	if own == nil {
		return ""
	}
	for _, w := range words {
		if _, wrong := own.Canonical(w); wrong != nil && w != "" {
			if wrong.Code == "member.bad-date" {
				wrong = &fault.Field{Code: "admin.day"} // as days are typed here
			}
			return a.Texts.FaultField(a.lang(), *wrong)
		}
	}
	return ""
}
