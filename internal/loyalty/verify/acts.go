package verify

import (
	"fmt"
	"maps"
	"slices"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// What campaigns did stands in the documents beside the lines, for figures to
// be folded from it. It is proved from the lines, whose rules are of campaigns
// by the version of the programme that judged them.

// owners are the campaigns of a version's rules.
type owners map[string]string

func (o owners) of(ruleID string) string {
	switch c, ok := o[ruleID]; {
	case ok:
		return c
	case ruleID == rule.TillRule:
		return rule.TillRule
	}
	return rule.Base
}

// owners reads those of a version; false, where it is not there, which is told
// of the purchases that it judged.
func (c *homeCheck) owners(programme id.ID, v int64) (owners, bool, error) {
	if programme == 0 {
		return nil, true, nil
	}
	at := version{programme, v}
	if got, ok := c.owned.Load(at); ok {
		return got.(owners), true, nil
	}
	if there, err := c.hasVersion(programme, v); err != nil || !there {
		return nil, false, err
	}
	all, err := c.campaigns(c.q, at)
	if err != nil {
		return nil, false, err
	}
	out := owners{}
	for i := range all {
		for k := range all[i].Rules {
			out[all[i].Rules[k].ID] = all[i].ID
		}
	}
	c.owned.Store(at, out)
	return out, true, nil
}

// actsByName are acts by their campaigns.
type actsByName map[string]purchase.Act

func (a actsByName) add(campaign string, uses int64, discount, earned int64) {
	x := a[campaign]
	x.Campaign = campaign
	x.Uses += uses
	x.Discount += money.Amount(discount)
	x.Earned += money.Points(earned)
	a[campaign] = x
}

// byName are acts as they are written; false, where one is named twice.
func byName(list []purchase.Act) (actsByName, bool) {
	out := make(actsByName, len(list))
	for _, a := range list {
		out[a.Campaign] = a
	}
	return out, len(out) == len(list)
}

// String tells them in the order of their names.
func (a actsByName) String() string {
	return fmt.Sprint(slices.SortedFunc(maps.Values(a), func(x, y purchase.Act) int {
		if x.Campaign < y.Campaign {
			return -1
		}
		return 1
	}))
}

// checkActs holds what a purchase says of campaigns to its lines. One that has
// acted by words alone has nothing in any line.
func (c *homeCheck) checkActs(p *purchase.Purchase, at rowKey) error {
	by, there, err := c.owners(p.Programme, p.Version)
	if err != nil || !there {
		return err
	}
	wanted := actsByName{}
	for _, u := range p.Uses {
		wanted.add(u.Campaign, 1, 0, 0)
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		for _, d := range l.Discounts {
			wanted.add(by.of(d.Rule), 0, d.Amount, 0)
		}
		for _, e := range l.Earned {
			wanted.add(by.of(e.Rule), 0, 0, e.Amount)
		}
	}
	found, once := byName(purchase.Told(p.Acts, p.Discount, p.Earned))
	for name, a := range found {
		if _, named := wanted[name]; !named && name != rule.Base && name != rule.TillRule && a == (purchase.Act{Campaign: name}) {
			wanted[name] = a
		}
	}
	if !once || !maps.Equal(found, wanted) {
		c.bad(PurchaseActs, "purchase", at, p.Acts, wanted)
	}
	return nil
}

// checkActsBack holds what a refund says of campaigns to its lines, and to the
// campaigns that had acted by then.
func (c *homeCheck) checkActsBack(f *refundCheck) error {
	r, at := f.doc, key("refund_id", f.id)
	if f.sale == nil || f.sale.doc == nil {
		if len(r.Acts) > 0 && f.purchase == 0 {
			c.bad(RefundActs, "refund", at, r.Acts, "none")
		}
		return nil
	}
	of := f.sale.as()
	by, there, err := c.owners(of.Programme, of.Version)
	if err != nil || !there {
		return err
	}
	wanted := actsByName{}
	for _, a := range f.sale.acted(f) {
		wanted.add(a.Campaign, 0, 0, 0)
	}
	for _, u := range f.sale.doc.Uses {
		if len(u.Rows) > 0 && slices.Contains(r.Uses, u.Rows[0]) {
			wanted.add(u.Campaign, 1, 0, 0)
		}
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		if l.Line < 0 || l.Line >= len(of.Lines) || len(l.Discounts) > len(of.Lines[l.Line].Discounts) || len(l.Earned) > len(of.Lines[l.Line].Earned) {
			return nil // told where refunds are held to their purchase
		}
		for k, v := range l.Discounts {
			wanted.add(by.of(of.Lines[l.Line].Discounts[k].Rule), 0, v, 0)
		}
		for k, v := range l.Earned {
			wanted.add(by.of(of.Lines[l.Line].Earned[k].Rule), 0, 0, v)
		}
	}
	if r.Taken != 0 {
		wanted.add(rule.Base, 0, 0, int64(r.Taken))
	}
	found, once := byName(purchase.Told(r.Acts, r.Discount, r.Claimed()))
	if !once || !maps.Equal(found, wanted) {
		c.bad(RefundActs, "refund", at, r.Acts, wanted)
	}
	return nil
}

// acted are the acts of a purchase at the time of a refund.
func (s *saleCheck) acted(f *refundCheck) []purchase.Act {
	out := purchase.Told(s.doc.Acts, s.doc.Discount, s.doc.Earned)
	if s.claim != nil && !s.before(f) {
		out = append(slices.Clip(out), s.claim.Acts...)
	}
	return out
}

// checkClaimActs holds what a claim says of campaigns to what it gives, by
// their rules.
func (c *homeCheck) checkClaimActs(s *saleCheck, at rowKey) error {
	x := s.claim
	by, there, err := c.owners(x.Programme, x.Version)
	if err != nil || !there {
		return err
	}
	wanted := actsByName{}
	for i := range x.Lines {
		for k, e := range x.Lines[i].Earned {
			wanted.add(by.of(e.Rule), 0, 0, e.Amount-x.Lines[i].Back[k])
		}
	}
	if x.Taken != 0 {
		wanted.add(rule.Base, 0, 0, -int64(x.Taken))
	}
	before, _ := byName(purchase.Told(s.doc.Acts, s.doc.Discount, s.doc.Earned))
	for name, a := range wanted {
		_, a.Again = before[name]
		wanted[name] = a
	}
	found, once := byName(x.Acts)
	if !once || !maps.Equal(found, wanted) {
		c.bad(PurchaseActs, "purchase", at, x.Acts, wanted)
	}
	return nil
}
