package privacy

import (
	"context"
	"slices"
	"strings"

	"kopilka/internal/loyalty/approval"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/organization"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Erasure asks for a person to be erased.
type Erasure struct {
	Member      home.ID
	Ground      Ground
	RequestedAt clock.Micros // when he asked for it; 0: now
	Reference   string       // number of his demand: digits, dashes, slashes
	Forfeit     bool         // the points that he has left are written off
	By          member.Actor
}

const maxReference = 40

func (e *Erasure) check(now clock.Micros) error {
	switch {
	case !e.Ground.known():
		return fault.New(fault.Invalid, "erase.ground")
	case e.RequestedAt < 0 || e.RequestedAt > now:
		return fault.New(fault.Invalid, "erase.requested-at")
	case len(e.Reference) > maxReference || strings.Trim(e.Reference, "0123456789-/.") != "":
		return fault.New(fault.Invalid, "erase.reference")
	}
	return nil
}

// Erase takes out of the base all that tells who a member was, for good, and
// closes him; the books stay whole, with his ids. What was done is told by an
// act; who is erased already has the same one. Refused are members who were
// merged into another (erase.merged: he is to be erased), who are in a
// household (household.closing), have points left that are not forfeited
// (erase.points-left), or a reservation that holds something (erase.reserved).
func (p *Privacy) Erase(ctx context.Context, e Erasure) (Act, error) {
	if err := e.check(p.Clock.Now()); err != nil {
		return Act{}, err
	}
	if a, err := p.ActOf(ctx, e.Member); !fault.Is(err, "erase.not-found") {
		return a, err
	}
	homes, err := homesOf(ctx, p.DB, e.Member)
	if err != nil {
		return Act{}, err
	}
	files, err := p.filesOf(ctx, homes)
	if err != nil {
		return Act{}, err
	}
	a := Act{ID: p.IDs.New(), Homes: homes}
	err = p.Desk.Erase(ctx, &purchase.Erasing{
		ID: a.ID, Homes: homes, Forfeit: e.Forfeit,
		Work: func(ctx context.Context, q db.Q, done purchase.Erased) (ledger.Hash, error) {
			if len(files) > 0 {
				if err := p.Files.DropIn(ctx, q, files); err != nil {
					return ledger.Hash{}, err
				}
			}
			return p.erase(ctx, q, &e, &a, done)
		},
	})
	if fault.Is(err, "erase.already") { // by another at the same instant
		return p.ActOf(ctx, e.Member)
	}
	return a, err
}

// filesOf are the files that wait and may name the person. They are looked
// through before his homes are locked, for they are long.
func (p *Privacy) filesOf(ctx context.Context, homes []home.ID) ([]id.ID, error) {
	if p.Files == nil {
		return nil, nil
	}
	var refs []member.Ref
	for _, h := range homes {
		m, err := member.Get(ctx, p.DB, h)
		if err != nil {
			return nil, err
		}
		for _, i := range m.Identifiers {
			refs = append(refs, i.Ref)
		}
		cards, err := card.List(ctx, p.DB, h)
		if err != nil {
			return nil, err
		}
		for _, c := range cards {
			refs = append(refs, member.Ref{Kind: member.Card, Value: c.Number})
		}
	}
	return p.Files.Naming(ctx, refs)
}

// erase does what lies outside the books, under the locks of the homes.
func (p *Privacy) erase(ctx context.Context, q db.Q, e *Erasure, a *Act, done purchase.Erased) (none ledger.Hash, err error) {
	m, err := erasable(ctx, q, e.Member, a.Homes)
	if err != nil {
		return none, err
	}
	*a = Act{
		ID: a.ID, Member: e.Member, Homes: a.Homes, Number: m.Number, Ground: e.Ground, RequestedAt: e.RequestedAt, At: done.At,
		Reference: e.Reference, ActorKind: string(e.By.Kind), Actor: e.By.ID, Source: e.By.Source, Forfeited: done.Forfeited,
	}
	if a.RequestedAt == 0 {
		a.RequestedAt = done.At
	}
	o, err := organization.Load(ctx, q)
	if err != nil {
		return none, err
	}
	a.termed(o.Location())
	var guests []string
	for _, h := range a.Homes {
		of, err := p.Desk.GuestsOf(ctx, q, h)
		if err != nil {
			return none, err
		}
		guests = append(guests, of...)
	}
	cards, err := card.Erase(ctx, q, a.Homes)
	if err != nil {
		return none, err
	}
	codes, err := promo.Erase(ctx, q, a.Homes, guests)
	if err != nil {
		return none, err
	}
	asked, err := approval.Erase(ctx, q, a.Homes)
	if err != nil {
		return none, err
	}
	people, err := member.Erase(ctx, q, p.IDs, a.Homes, a.ID, done.At)
	if err != nil {
		return none, err
	}
	lists, err := segment.Erase(ctx, q, a.Homes)
	if err != nil {
		return none, err
	}
	a.Tables = slices.Concat(people, cards, codes, asked, lists, done.Wiped)
	return a.put(ctx, q)
}

// erasable refuses who can't be erased now.
func erasable(ctx context.Context, q db.Q, h home.ID, homes []home.ID) (member.Member, error) {
	m, err := member.Get(ctx, q, h)
	if err != nil {
		return m, err
	}
	now, err := homesOf(ctx, q, h)
	if err != nil {
		return m, err
	}
	n, err := count(ctx, q, `select count(*) from member where erasure_id is not null and home_id = $1`, h)
	switch {
	case err != nil:
		return m, err
	case n > 0:
		return m, fault.New(fault.Conflict, "erase.already")
	case m.State == member.Merged:
		return m, fault.New(fault.Conflict, "erase.merged", "into", m.MergedInto.String())
	case m.Household != 0:
		return m, fault.New(fault.Conflict, "household.closing")
	case !slices.Equal(now, homes): // somebody was merged into him meanwhile
		return m, fault.New(fault.Conflict, "member.moved")
	}
	return m, nil
}

func count(ctx context.Context, q db.Q, text string, args ...any) (n int64, err error) {
	return n, q.Row(ctx, text, args...).Scan(&n)
}
