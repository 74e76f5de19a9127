package card

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// NewCard is a card to be issued.
type NewCard struct {
	Type   id.ID
	Number string // plastic: as printed or scanned; other kinds make their own
	Secret string // the secret code on it; "" where it has none or one is to be made
}

// Issued is a card that was issued.
type Issued struct {
	Card
	Secret string `json:"secret,omitempty"` // made here; it is told this once
}

// Issue gives a member a card.
func (c *Cards) Issue(ctx context.Context, h home.ID, in NewCard, by member.Actor) (Issued, error) {
	var out Issued
	err := c.Members.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := member.LockOpen(ctx, tx, h, 0)
		if err != nil {
			return err
		}
		out, err = c.IssueIn(ctx, tx, &m, in, by)
		return err
	})
	return out, err
}

// Register makes a member with a card, both or neither.
func (c *Cards) Register(ctx context.Context, rules member.Rules, in member.Registration, first NewCard, by member.Actor) (member.Member, Issued, error) {
	var m member.Member
	var issued Issued
	err := c.Members.DB.Write(ctx, func(tx *db.Tx) (err error) {
		if m, err = c.Members.RegisterIn(ctx, tx, rules, in, by); err != nil {
			return err
		}
		if issued, err = c.IssueIn(ctx, tx, &m, first, by); err != nil {
			return err
		}
		m, err = member.Get(ctx, tx, m.Home)
		return err
	})
	return m, issued, err
}

// IssueIn is Issue to a locked or new member in an operation's transaction.
func (c *Cards) IssueIn(ctx context.Context, q db.Q, m *member.Member, in NewCard, by member.Actor) (Issued, error) {
	t, err := GetType(ctx, q, in.Type)
	if err != nil {
		return Issued{}, err
	}
	if !t.Active {
		return Issued{}, fault.New(fault.Refused, "card.type-closed")
	}
	had, err := List(ctx, q, m.Home)
	if err != nil {
		return Issued{}, err
	}
	if len(had) >= MaxCards {
		return Issued{}, fault.New(fault.TooLarge, "card.too-many", "max", MaxCards)
	}
	i := issuing{Cards: c, q: q, member: m, typ: &t, had: had}
	now := c.Members.Clock.Now()
	i.card = Card{Home: m.Home, ID: c.Members.IDs.New(), Type: t.ID, State: Active, IssuedAt: now, IssuedOutlet: by.Outlet, ChangedAt: now, ByTill: by.AtTill()}
	if t.Properties.ByHand {
		i.card.State = New
	}
	stored, err := i.number(ctx, in)
	if err != nil {
		return Issued{}, err
	}
	out := Issued{}
	switch {
	case in.Secret != "":
		stored, err = c.hash(in.Secret)
	case stored == nil && t.Properties.Secret:
		out.Secret, stored, err = c.makeSecret()
	}
	if err != nil {
		return Issued{}, err
	}
	i.card.HasSecret = stored != nil
	trail := member.NewTrail(c.Members.IDs, by, now)
	trail.Add(m.Home, member.FieldCard, "", i.card.text())
	trail.Card(m.Home, i.card.ID, "", string(i.card.State))
	var b db.Batch
	b.Exec(qPutCard, m.Home, i.card.ID, t.ID, i.card.Number, i.card.State, stored, now, db.N(by.Outlet), tillAt(by, now), i.card.ByTill)
	member.Touch(&b, m.Home, now)
	if err := trail.Queue(&b); err != nil {
		return Issued{}, err
	}
	out.Card = i.card
	return out, q.Run(ctx, &b)
}

// text is how a card stands in the audit trail.
func (c *Card) text() string { return c.Number + " " + string(c.State) }

// issuing is a card being issued.
type issuing struct {
	*Cards
	q      db.Q
	member *member.Member
	typ    *Type
	had    []Card
	card   Card
}

// number gives the card its number and makes it the member's identifier; it
// returns the stored secret code that came with a number printed ahead.
func (i *issuing) number(ctx context.Context, in NewCard) ([]byte, error) {
	if i.typ.Kind != Plastic && in.Number != "" {
		return nil, fault.New(fault.Invalid, "card.number-not-asked")
	}
	switch i.typ.Kind {
	case Plastic:
		return i.printed(ctx, in.Number)
	case Phone:
		return nil, i.phone()
	}
	return nil, i.drawn(ctx)
}

// printed takes the number on a piece of plastic.
func (i *issuing) printed(ctx context.Context, number string) ([]byte, error) {
	number, err := i.typ.printedNumber(number)
	if err != nil {
		return nil, err
	}
	stored, err := i.fromStock(ctx, number)
	if err != nil {
		return nil, err
	}
	i.card.Number = number
	ok, err := i.give(ctx)
	if err == nil && !ok {
		err = fault.New(fault.Conflict, "card.number-taken")
	}
	return stored, err
}

// printedNumber puts a number into its one form and refuses one that was
// misread.
func (t *Type) printedNumber(number string) (string, error) {
	if strings.TrimSpace(number) == "" {
		return "", fault.New(fault.Invalid, "card.number-needed")
	}
	ref, err := member.Normalise(member.Card, number, "")
	if err != nil {
		return "", fault.New(fault.Invalid, "card.bad-number")
	}
	_, digits := crypto.LuhnDigit(ref.Value)
	ean := digits && (len(ref.Value) == 13 || len(ref.Value) == 8)
	if ean && !t.Properties.Unchecked && !crypto.ValidEAN13(ref.Value) && !crypto.ValidEAN8(ref.Value) {
		return "", fault.New(fault.Invalid, "card.misread")
	}
	return ref.Value, nil
}

// phone takes the member's main phone for the number. The phone finds him by
// itself, so the card adds no identifier.
func (i *issuing) phone() error {
	i.card.Number = i.member.Main(member.Phone)
	if i.card.Number == "" {
		return fault.New(fault.Refused, "card.no-phone")
	}
	for _, o := range i.had {
		if o.Number == i.card.Number && o.State != Replaced {
			return fault.New(fault.Conflict, "card.number-taken")
		}
	}
	return nil
}

// draws is how often a number is drawn anew; with a prefix of four digits ten
// million cards take one number in ten.
const draws = 50

// drawn makes a number that nobody has and nobody can guess.
func (i *issuing) drawn(ctx context.Context) error {
	for range draws {
		number, err := crypto.VirtualNumber(i.typ.Properties.Prefix, rand.Reader)
		if err != nil {
			return err
		}
		var printed int64
		if err := i.q.Row(ctx, qInStock, number).Scan(&printed); err != nil {
			return err
		}
		if i.card.Number = number; printed > 0 {
			continue
		}
		if ok, err := i.give(ctx); err != nil || ok {
			return err
		}
	}
	return fault.New(fault.Unavailable, "card.no-number")
}

func (i *issuing) give(ctx context.Context) (bool, error) {
	return member.Give(ctx, i.q, i.member, i.card.ref(), standing(i.card.State), i.card.IssuedAt)
}

// standing is the state of the number of a card in a state.
func standing(s State) member.IdentifierState {
	if s == Active {
		return member.On
	}
	return member.Off
}

// fromStock binds a number printed ahead. One that is in no stock is taken as
// it is, unless the type wants it from stock.
func (i *issuing) fromStock(ctx context.Context, number string) ([]byte, error) {
	s, err := scanStock(i.q.Row(ctx, qStock, number))
	switch {
	case errors.Is(err, db.ErrNotFound) && !i.typ.Properties.StockOnly:
		return nil, nil
	case errors.Is(err, db.ErrNotFound):
		return nil, fault.New(fault.NotFound, "card.not-in-stock")
	case err != nil:
		return nil, err
	case s.Type != i.typ.ID:
		return nil, fault.New(fault.Conflict, "card.other-type")
	}
	n, err := i.q.Exec(ctx, qBindStock, number, i.card.IssuedAt)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "card.number-taken")
	}
	return s.hash, err
}
