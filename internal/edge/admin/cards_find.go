package admin

import (
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/fault"
)

// foundCard is what a number was found to be.
type foundCard struct {
	Typed string
	Tabs  []kit.Link
	Found []cardFound
	Asked bool
}

type cardFound struct {
	Number, State, Detail, Href, Member, MemberHref string
	Tone                                            kit.Tone
}

// findCard finds a card by its number: whose it is, or which batch it lies in.
func (p *page) findCard() error {
	v := foundCard{Typed: strings.TrimSpace(p.r.URL.Query().Get("n")), Tabs: p.cardTabs(findPath)}
	if v.Typed != "" {
		v.Asked = true
		if err := p.lookForCard(&v); err != nil {
			return err
		}
	}
	return p.show(p.text("admin.nav.cards"), cardsHere, findCardPage(v))
}

// cardNumber is what was typed as a number of a card; false: none can have it.
func (p *page) cardNumber(typed string) (member.Ref, bool) {
	ref, err := member.Normalise(member.Card, typed, p.Rules().Region)
	return ref, err == nil
}

func (p *page) lookForCard(v *foundCard) error {
	ref, ok := p.cardNumber(v.Typed)
	if !ok {
		return nil
	}
	found, err := member.ResolveAll(p.ctx(), p.DB, []member.Ref{ref})
	if err != nil {
		return err
	}
	for _, r := range found[ref] {
		if err := p.addCardsOf(v, r.Home, ref.Value); err != nil {
			return err
		}
	}
	if len(v.Found) > 0 || !p.goes("/cards/batches") {
		return nil
	}
	s, err := card.FindStock(p.ctx(), p.DB, ref.Value)
	if fault.Is(err, "card.not-in-stock") {
		return nil
	}
	if err != nil {
		return err
	}
	v.Found = append(v.Found, cardFound{
		Number: s.Number, State: p.text("admin.cards.stock-" + string(s.State)), Detail: p.cardTypeName(s.Type), Href: batchesPath + "/" + s.Batch.String(),
	})
	return nil
}

// addCardsOf adds the cards of a member that have the number, if the reader may
// see him.
func (p *page) addCardsOf(v *foundCard, h home.ID, number string) error {
	m, err := member.Get(p.ctx(), p.DB, h)
	if err != nil {
		return err
	}
	if sees, err := p.sees(&m); err != nil || !sees {
		return err
	}
	list, err := card.List(p.ctx(), p.DB, h)
	if err != nil {
		return err
	}
	for i := range list {
		c := &list[i]
		if c.Number != number {
			continue
		}
		row := p.cardRows(list[i:i+1], nil)[0]
		v.Found = append(v.Found, cardFound{
			Number: c.Number, State: row.State, Tone: row.Tone, Detail: p.cardTypeName(c.Type), Href: row.Href, Member: p.memberName(&m), MemberHref: memberPath(h),
		})
	}
	return nil
}

// sees tells whether the reader may see a member: who works at some outlets
// sees those who were there.
func (p *page) sees(m *member.Member) (bool, error) {
	if !p.who.Narrowed() {
		return true, nil
	}
	his := segment.Filter{Conditions: []segment.Condition{{Field: "number", Op: segment.OpIn, Values: []string{m.Number}}}}
	n, _, err := p.Lists.Count(p.ctx(), his, p.who.Outlets())
	return n > 0, err
}
