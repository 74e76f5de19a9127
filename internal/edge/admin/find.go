package admin

import (
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/text"
)

// find is the search of everything that the reader may see: the one member,
// receipt, card or code that is named so is shown; of several there is a list.
func (p *page) find() error {
	typed := strings.TrimSpace(p.r.URL.Query().Get("q"))
	if typed != "" {
		for _, look := range []func(string) (string, error){p.findMember, p.findReceipt, p.findCode, p.findStock} {
			if to, err := look(typed); to != "" || err != nil {
				return p.or(to, err)
			}
		}
	}
	to := membersPath
	if !p.can(staff.MembersSee) {
		to = purchasesPath
	}
	if !p.can(staff.MembersSee) && !p.can(staff.PurchasesSee) {
		return p.to(Base, "")
	}
	if typed != "" {
		to += "?q=" + url.QueryEscape(typed)
	}
	return p.to(to, "")
}

// or leads on, unless something went wrong.
func (p *page) or(to string, err error) error {
	if err != nil {
		return err
	}
	return p.to(to, "")
}

// findMember is the page of the one member whom a phone, a card, an e-mail or a
// number names.
func (p *page) findMember(typed string) (string, error) {
	if h := p.memberTyped(typed); h != 0 {
		return memberPath(h), nil
	}
	return "", nil
}

// findReceipt is the page of the receipt of a number, a key or a fiscal QR, or
// the list of those; numbers are looked for among those of the last quarter.
func (p *page) findReceipt(typed string) (string, error) {
	if !p.can(staff.PurchasesSee) || !strings.ContainsAny(typed, "0123456789") {
		return "", nil
	}
	l := &receiptList{page: p, Find: typed, query: url.Values{"q": {typed}, "span": {"quarter"}}}
	l.days()
	found, err := l.lookUp(l.add)
	if err == nil && !found {
		err = l.read(purchase.Cursor{})
	}
	switch {
	case err != nil || len(l.Rows) == 0:
		return "", err
	case len(l.Rows) == 1 && l.On == "":
		return l.Rows[0].Href, nil
	}
	return l.href("", ""), nil
}

// findCode is where a promo code is shown: at the member whose it is, or at the
// programme that takes it.
func (p *page) findCode(typed string) (string, error) {
	c, err := promo.Get(p.ctx(), p.DB, typed)
	switch e := fault.From(err); {
	case err == nil:
	case e.Kind == fault.Internal:
		return "", err
	default:
		return p.publicCode(typed), nil
	}
	if c.Home != 0 && p.can(staff.MembersSee) {
		if _, err := p.memberAt(p.ctx(), c.Home); err == nil {
			return memberPath(c.Home) + "/codes", nil
		}
	}
	if pr := p.Programmes.Current().Get(c.Programme); pr != nil && p.goes("/programmes/{programme}/codes") {
		return withQuery(codesPath(pr), url.Values{"q": {promo.Shown(c.Code)}}), nil
	}
	if p.can(staff.ProgrammeSee) && p.Programmes.Current().Get(c.Programme) != nil {
		return programmesPath + "/" + c.Programme.String(), nil
	}
	return "", nil
}

// publicCode is the programme whose campaign anybody's code opens.
func (p *page) publicCode(typed string) string {
	if !p.can(staff.ProgrammeSee) {
		return ""
	}
	for _, pr := range p.Programmes.Current().All() {
		for i := range pr.Campaigns {
			if slices.ContainsFunc(pr.Campaigns[i].Codes, func(c string) bool { return text.Fold(c) == text.Fold(typed) }) {
				return programmesPath + "/" + pr.ID.String()
			}
		}
	}
	return ""
}

// findStock is where a card is shown that nobody has yet.
func (p *page) findStock(typed string) (string, error) {
	if _, ok := p.cardNumber(typed); !ok || !p.goes("/cards/find") {
		return "", nil
	}
	v := foundCard{Typed: typed}
	if err := p.lookForCard(&v); err != nil || len(v.Found) == 0 {
		return "", err
	}
	return findPath + "?n=" + url.QueryEscape(typed), nil
}
