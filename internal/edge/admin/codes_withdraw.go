package admin

import (
	"net/url"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/platform/fault"
)

// withdrawCode withdraws a code of the programme, and goes on in the list that it was
// seen in. The code is sent, not part of the address: addresses are kept by logs and
// browsers.
func (p *page) withdrawCode() error {
	pr, err := p.programmeOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	seen, _ := url.ParseQuery(f.get("list")) // what can't be read asks for nothing
	return p.withdrawn(f, p.codeList(pr, seen).href("", ""), func(c *promo.Code) (bool, error) { return c.Programme == pr.ID, nil })
}

// withdrawMemberCode withdraws a code of the member's own.
func (p *page) withdrawMemberCode() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	return p.withdrawn(f, memberPath(m.Home)+"/codes", func(c *promo.Code) (bool, error) { return p.ownCode(&m, c) })
}

// ownCode tells whether a code is a member's own: also by a phone or an e-mail of his,
// or as of one who was merged into him.
func (p *page) ownCode(m *member.Member, c *promo.Code) (bool, error) {
	if c.Home != 0 && c.Home != m.Home {
		was, err := member.Get(p.ctx(), p.DB, c.Home)
		return was.MergedInto == m.Home, err
	}
	guests, err := p.Desk.GuestsOf(p.ctx(), p.DB, m.Home)
	return (c.Home != 0 || c.Guest != "") && !c.Foreign(m.Home, guests), err
}

// withdrawn withdraws the code that was sent, if it is one of those of the page.
func (p *page) withdrawn(f *form, back string, here func(*promo.Code) (bool, error)) error {
	c, err := promo.Get(p.ctx(), p.DB, f.get("code"))
	if err != nil {
		return err
	}
	is, err := here(&c)
	if err != nil {
		return err
	}
	if !is {
		return fault.New(fault.NotFound, "promo.not-found")
	}
	_, err = (&promo.Codes{DB: p.DB, Clock: p.Clock}).Withdraw(p.ctx(), c.Code)
	switch {
	case fault.Is(err, "promo.used"): // while the page was open
		return p.to(back, "not-code-used")
	case err != nil:
		return err
	}
	return p.to(back, "code-withdrawn")
}

// withdrawMade withdraws all codes that were made at one time and can still be used.
func (p *page) withdrawMade() error {
	pr, err := p.programmeOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	at, err := madeAt(f.get("made"))
	if err != nil {
		return err
	}
	n, err := (&promo.Codes{DB: p.DB, Clock: p.Clock}).WithdrawMade(p.ctx(), pr.ID, at)
	if err != nil {
		return err
	}
	done := "codes-withdrawn"
	if n == 0 { // while the page was open
		done = "not-codes-withdrawn"
	}
	return p.to(withQuery(codesPath(pr), url.Values{"made": {f.get("made")}}), done)
}
