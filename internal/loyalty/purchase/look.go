package purchase

import (
	"context"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// look is what a group finds out before its transaction, in one round trip.
type look struct {
	desk   *Desk
	claims []claim
	keys   map[claim]doneKey

	refs    []member.Ref
	members map[member.Ref][]member.Resolved

	homes  []home.ID // of buyers who are named by them, of whom the standing matters
	states map[home.ID]member.Standing

	codes []string // that no campaign lists, folded
	given map[string]*promo.Code

	numbers []string // of tickets
	tickets map[string]ticketRow

	papers  []fiscalKey // fiscal receipts
	fiscals map[fiscalKey]op
}

func newLook(d *Desk) *look {
	return &look{desk: d, keys: map[claim]doneKey{}, states: map[home.ID]member.Standing{}, tickets: map[string]ticketRow{}, fiscals: map[fiscalKey]op{}}
}

// key asks which operation a key stands for.
func (l *look) key(c claim) { l.claims = append(l.claims, c) }

// buyer asks for the home of a buyer.
func (l *look) buyer(b Buyer) {
	if b.Home == 0 && b.Value != "" {
		l.refs = append(l.refs, b.ref())
	}
}

// standingOf asks for the home of a buyer and, where he is named by it, for his
// standing.
func (l *look) standingOf(b Buyer) {
	l.buyer(b)
	if b.Home > 0 {
		l.homes = append(l.homes, b.Home)
	}
}

func (b Buyer) ref() member.Ref { return member.Ref{Kind: member.Kind(b.Kind), Value: b.Value} }

// run reads all that was asked.
func (l *look) run(ctx context.Context) error {
	b := &db.Batch{}
	onKey := func(r db.Row) error {
		c, k, err := scanKey(r)
		l.keys[c] = k
		return err
	}
	switch {
	case len(l.claims) == 0:
	case l.desk.DB.Dialect() == db.Postgres:
		tills, keys := make([]int64, len(l.claims)), make([]string, len(l.claims))
		for i, c := range l.claims {
			tills[i], keys[i] = int64(c.till), c.key
		}
		b.Each(onKey, qKeysPG, tills, keys)
	default:
		for _, c := range l.claims {
			b.Each(onKey, qKeyLite, int64(c.till), c.key)
		}
	}
	resolved := func() error { return nil }
	if len(l.refs) > 0 {
		resolved = member.Resolve(b, l.desk.DB.Dialect(), l.refs, &l.members)
	}
	member.States(b, l.desk.DB.Dialect(), l.homes, l.states)
	if len(l.codes) > 0 {
		l.given = map[string]*promo.Code{}
		promo.Find(b, l.desk.DB.Dialect(), l.codes, l.given)
	}
	l.readTickets(b)
	l.readFiscal(b)
	if err := l.desk.DB.Run(ctx, b); err != nil {
		return err
	}
	return resolved()
}

// home gives the buyer's home; it refuses one who can't be served.
func (l *look) home(b Buyer) (home.ID, error) {
	if b.Home != 0 {
		return l.now(b.Home), l.standing(b.Home)
	}
	var found *member.Resolved
	for i, r := range l.members[b.ref()] {
		switch {
		case !r.Serves():
		case found != nil:
			return 0, fault.New(fault.Conflict, "buyer.several")
		default:
			found = &l.members[b.ref()][i]
		}
	}
	if found != nil {
		return found.Home, nil
	}
	all := l.members[b.ref()]
	switch {
	case len(all) == 0:
		return 0, fault.New(fault.NotFound, "buyer.not-found")
	case all[0].State.Serves(): // it is not he, but what he has shown
		return 0, fault.New(fault.Refused, "card.not-served")
	}
	return 0, notServed(all[0].State)
}

// standing refuses a member who is named by his home and can't be served, if
// that was asked.
func (l *look) standing(h home.ID) error {
	state, there := l.states[h]
	switch {
	case h < 0, !there && slices.Contains(l.homes, h):
		return errNoHome()
	case state.State != "" && !state.State.Serves():
		return notServed(state.State)
	}
	return nil
}

// now is the home of a member as he is now: of one who was merged the other's.
func (l *look) now(h home.ID) home.ID {
	if s, there := l.states[h]; there {
		return s.Home
	}
	return h
}

// homeOfFact gives the home of a buyer who can't be served, but whose closed
// receipt must be kept: a blocked member's by what still stands for him. 0:
// there is no such member; the receipt is then nobody's.
func (l *look) homeOfFact(b Buyer) home.ID {
	if l.states[b.Home].State == member.Blocked {
		return l.now(b.Home)
	}
	for _, r := range l.members[b.ref()] {
		if r.Identifier == member.On && r.State == member.Blocked {
			return r.Home
		}
	}
	return 0
}

func notServed(s member.State) error {
	return fault.New(fault.Refused, "buyer.not-served", "state", string(s))
}

func errStranger() error { return fault.New(fault.NotFound, "identity.cashier-not-found") }

func errNoHome() error { return fault.New(fault.NotFound, "buyer.not-found") }

func errOtherBody() error { return fault.New(fault.Conflict, "key.other-body") }
