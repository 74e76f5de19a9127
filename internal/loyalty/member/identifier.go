package member

import (
	"cmp"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/contact"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Kind is a kind of identifier.
type Kind string

// The kinds of identifier.
const (
	Phone    Kind = "phone"    // E.164
	Email    Kind = "email"    // lower case, domain in ASCII
	Card     Kind = "card"     // number of a card, upper case, no blanks
	External Kind = "external" // id in another system, as it is there
	Number   Kind = "number"   // the member's public number
	Login    Kind = "login"    // for the cabinet, lower case
	QR       Kind = "qr"       // id of a card that shows one-time QRs, in decimal
)

// contact tells the kinds that a member adds and gives up himself.
func (k Kind) contact() bool { return k == Phone || k == Email || k == External || k == Login }

// guests tells the kinds that a guest's receipt may name.
func (k Kind) guests() bool { return k == Phone || k == Email }

// field is what the audit trail calls the kind.
func (k Kind) field() Field { return Field(k) }

// IdentifierState tells whether an identifier still stands for its member.
type IdentifierState string

// The states of an identifier. One that is off still finds its member, so that
// a till can say that the card was replaced.
const (
	On  IdentifierState = "active"
	Off IdentifierState = "off"
)

// Ref is an identifier to look for: a kind and its normalised value.
type Ref struct {
	Kind  Kind   `json:"kind"`
	Value string `json:"value"`
}

func (r Ref) compare(o Ref) int {
	return cmp.Or(cmp.Compare(r.Kind, o.Kind), cmp.Compare(r.Value, o.Value))
}

// Identifier is one identifier of a member.
type Identifier struct {
	Ref
	State    IdentifierState `json:"state"`
	Main     bool            `json:"main"`
	ProvenAt clock.Micros    `json:"proven_at,omitzero"` // zero: not proven
	AddedAt  clock.Micros    `json:"added_at"`
}

// Limits on identifiers, in bytes of the normalised value.
const (
	MinCard     = 4
	MaxCard     = 32
	MaxExternal = 100
	MinLogin    = 3
	MaxLogin    = 64
)

// Normalise gives the one form under which a value of the kind is kept: of a
// one-time QR, its card's id. region is where a phone without a country
// belongs, "" for Russia.
func Normalise(k Kind, value, region string) (Ref, error) {
	v, ok := "", false
	switch k {
	case Phone:
		p, err := contact.Phone(value, region)
		v, ok = p, err == nil
	case Email:
		// Nobody's mailbox depends on the case, and two members would.
		e, err := contact.Email(value)
		v, ok = strings.ToLower(e), err == nil
	case Card:
		v, ok = cardNumber(value)
	case External:
		v, ok = externalID(value)
	case Number:
		v, ok = memberNumber(value)
	case Login:
		v, ok = login(value)
	case QR:
		c, _, err := crypto.ParseQR(strings.TrimSpace(value))
		v, ok = c.String(), err == nil
	}
	if !ok {
		return Ref{}, fault.New(fault.Invalid, "member.bad-identifier", "kind", string(k))
	}
	return Ref{Kind: k, Value: v}, nil
}

// cardNumber takes a number as printed, typed or read from a magnetic stripe.
func cardNumber(s string) (string, bool) {
	s = stripe(strings.TrimSpace(s))
	if len(s) > 2*MaxCard {
		return "", false
	}
	s = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(s))
	return s, len(s) >= MinCard && len(s) <= MaxCard && only(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

// stripe takes the number out of the second track of a magnetic stripe, which
// a reader types as ;number=…?
func stripe(s string) string {
	rest, ok := strings.CutPrefix(s, ";")
	if !ok {
		return s
	}
	rest = strings.TrimSuffix(rest, "?")
	number, _, _ := strings.Cut(rest, "=")
	return number
}

func externalID(s string) (string, bool) {
	s, wrong := checkLine(s)
	return s, wrong == nil && s != "" && len(s) <= MaxExternal
}

func login(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	ok := len(s) >= MinLogin && len(s) <= MaxLogin &&
		only(s, "0123456789abcdefghijklmnopqrstuvwxyz._-") && strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz")
	return s, ok
}

func only(s, allowed string) bool {
	return strings.Trim(s, allowed) == ""
}

// OfQR names the identifier of a card that shows one-time QRs.
func OfQR(card id.ID) Ref { return Ref{QR, card.String()} }

// Mask gives the value with most of it hidden, for a till and for errors.
func (r Ref) Mask() string {
	switch r.Kind {
	case Phone:
		return contact.MaskPhone(r.Value)
	case Email:
		return contact.MaskEmail(r.Value)
	}
	const shown = 4
	runes := []rune(r.Value)
	for i := range runes {
		if i < len(runes)-shown || len(runes) <= shown {
			runes[i] = '*'
		}
	}
	return string(runes)
}

// excl is the part of an identifier's key that makes it one member's only.
func excl(unique bool, h home.ID) home.ID {
	if unique {
		return 0
	}
	return h
}
