package contact

import (
	"strings"

	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/text"
)

// Kind is what a typed or scanned text may be.
type Kind uint8

// The kinds.
const (
	KindPhone  Kind = iota + 1 // Value is E.164
	KindEmail                  // Value is as Email gives it
	KindCard                   // Value is digits with a right check digit: EAN-13, EAN-8 or Luhn
	KindQR                     // Value is the payload of a card's dynamic QR
	KindNumber                 // Value is any other identifier: a card, an external id, a login
)

// String is the kind's name: phone, email, card, qr or number.
func (k Kind) String() string {
	names := [...]string{"unknown", "phone", "email", "card", "qr", "number"}
	if int(k) >= len(names) {
		k = 0
	}
	return names[k]
}

// Guess is one way to understand a text.
type Guess struct {
	Kind  Kind
	Value string // normalised as its kind says
}

// maxGuess is how long a text that finds a member may be, in characters.
const maxGuess = 254

// Guesses gives the ways to understand what was typed or scanned to find a
// member, the likeliest first. A text that no guess fits is a name. region is
// that of Phone. A magnetic stripe's second track (";number=…?") counts as its
// number.
func Guesses(s, region string) []Guess {
	s = strings.TrimSpace(s)
	if s == "" || !text.Valid(s, maxGuess) {
		return nil
	}
	if _, _, err := crypto.ParseQR(s); err == nil {
		return []Guess{{KindQR, s}}
	}
	if strings.Contains(s, "@") {
		if email, err := Email(s); err == nil {
			return []Guess{{KindEmail, email}}
		}
	}
	if !strings.ContainsAny(s, "0123456789") {
		return nil
	}
	number := unspaced(track(s))
	if number == "" {
		return nil
	}
	var guesses []Guess
	if isCard(number) {
		guesses = append(guesses, Guess{KindCard, number})
	}
	if phone, err := Phone(s, region); err == nil {
		guesses = append(guesses, Guess{KindPhone, phone})
	}
	return append(guesses, Guess{KindNumber, number})
}

// isCard tells whether all are digits and the last one checks the others. Luhn
// is for the lengths that cards have: it fits one number in ten by chance.
func isCard(s string) bool {
	return crypto.ValidEAN13(s) || crypto.ValidEAN8(s) || len(s) >= 12 && len(s) <= 19 && crypto.ValidLuhn(s)
}

// track takes the number out of a magnetic stripe's second track.
func track(s string) string {
	inner, opened := strings.CutPrefix(s, ";")
	inner, closed := strings.CutSuffix(inner, "?")
	if !opened || !closed {
		return s
	}
	number, _, _ := strings.Cut(inner, "=")
	return number
}

// unspaced takes the spaces and dashes out of a number in groups; a text with
// anything else in it stays.
func unspaced(s string) string {
	if strings.Trim(s, "0123456789 -\u00a0") != "" {
		return s
	}
	return strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(s)
}
