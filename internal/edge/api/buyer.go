package api

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
)

// Buyer names a member in one of the ways that a till can. A buyer that names
// nobody is left out.
type Buyer struct {
	Member   home.ID `json:"member,omitzero"`
	Phone    string  `json:"phone,omitempty" maxLength:"64" example:"+79161234567"`
	Email    string  `json:"email,omitempty" maxLength:"254"`
	Card     string  `json:"card,omitempty" maxLength:"64"`
	Number   string  `json:"number,omitempty" maxLength:"32"`
	External string  `json:"external,omitempty" maxLength:"100"`
	QR       string  `json:"qr,omitempty" maxLength:"64"`
}

// buyerOfFact is the buyer of a receipt that is closed already: written as
// nobody can be found by, he is still named, and nobody's receipt is kept.
func (c *call) buyerOfFact(b *Buyer) (purchase.Buyer, error) {
	out, err := c.buyer(b)
	if f := fault.From(err); f != nil && len(f.Fields) == 1 && f.Fields[0].Code == badIdentifier {
		return out, nil
	}
	return out, err
}

// buyer is who is named, to be found by that.
func (c *call) buyer(b *Buyer) (purchase.Buyer, error) {
	out, err := c.named(b)
	if err == nil && out.Kind != "" {
		err = c.guess()
	}
	return out, err
}

// named finds the one way in which the buyer is named, in the form that it is
// kept under, or as it came with an error; nobody where there is none.
func (c *call) named(b *Buyer) (purchase.Buyer, error) {
	if b == nil {
		return purchase.Buyer{}, nil
	}
	out := purchase.Buyer{Home: b.Member}
	if b.Member < 0 {
		return out, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "buyer.member", Code: "id.invalid"})
	}
	ways := 0
	if b.Member != 0 {
		ways++
	}
	for _, way := range [...]struct {
		kind  member.Kind
		value string
	}{
		{member.Phone, b.Phone},
		{member.Email, b.Email},
		{member.Card, b.Card},
		{member.Number, b.Number},
		{member.External, b.External},
		{member.QR, b.QR},
	} {
		if way.value == "" {
			continue
		}
		if ways++; ways > 1 {
			break
		}
		ref, err := member.Normalise(way.kind, way.value, c.Rules().Region)
		if err != nil {
			out.Kind, out.Value = string(way.kind), way.value
			return out, badlyWritten("buyer."+string(way.kind), way.kind)
		}
		out.Kind, out.Value = string(ref.Kind), ref.Value
	}
	if ways != 1 {
		return out, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "buyer", Code: "api.buyer-ways"})
	}
	return out, nil
}

// badIdentifier is the code of what can be nobody's phone, e-mail, card …
const badIdentifier = "member.bad-identifier"

// badlyWritten refuses what stands at a place and can be nobody's of the kind.
func badlyWritten(at string, kind member.Kind) error {
	return fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: at, Code: badIdentifier, Args: fault.Pairs("kind", string(kind))})
}

// Guest is the phone or the e-mail of a buyer who is no member: by it limits of
// a buyer hold for him, and codes may be his. One of the two.
type Guest struct {
	Phone string `json:"phone,omitempty" maxLength:"64" example:"+79161234567"`
	Email string `json:"email,omitempty" maxLength:"254"`
}

// guest is what a guest is told apart by, in the form that it is known under;
// nobody where there is none.
func (c *call) guest(g *Guest, at string) (purchase.Guest, error) {
	if g == nil {
		return purchase.Guest{}, nil
	}
	kind, value := member.Phone, g.Phone
	if g.Email != "" {
		kind, value = member.Email, g.Email
	}
	if value == "" || g.Phone != "" && g.Email != "" {
		return purchase.Guest{}, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: at, Code: "api.guest-ways"})
	}
	ref, err := member.Normalise(kind, value, c.Rules().Region)
	if err != nil {
		return purchase.Guest{}, badlyWritten(at+"."+string(kind), kind)
	}
	return purchase.Guest(ref), nil
}
