package purchase

import (
	"slices"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// Act is what one campaign did in a receipt, or what a refund took back of it,
// for the figures by campaign. Most receipts are of the programme's own rules
// alone; then nothing is written, and whatever was discounted and earned is
// theirs. Where any other campaign acted, all that did are named.
type Act struct {
	Campaign string       `json:"campaign"` // rule.Base: the programme's own; rule.TillRule: what the till took off by itself
	Uses     int64        `json:"uses,omitempty"`
	Discount money.Amount `json:"discount,omitempty"`
	Earned   money.Points `json:"earned,omitempty"`
	Again    bool         `json:"again,omitempty"` // of a claim: it had acted in the receipt already
}

// acts are being put together.
type acts []Act

// of gives the campaign's act, made at its first use.
func (a *acts) of(campaign string) *Act {
	for i := range *a {
		if (*a)[i].Campaign == campaign {
			return &(*a)[i]
		}
	}
	*a = append(*a, Act{Campaign: campaign})
	return &(*a)[len(*a)-1]
}

// short leaves out what the sums say already.
func (a acts) short(discount money.Amount, earned money.Points) []Act {
	if len(a) == 0 || len(a) == 1 && slices.Equal(a, Alone(discount, earned)) {
		return nil
	}
	return slices.Clone(a)
}

// Alone are the acts of what only the programme's own rules gave; none, where
// they gave nothing.
func Alone(discount money.Amount, earned money.Points) []Act {
	if discount == 0 && earned == 0 {
		return nil
	}
	return []Act{{Campaign: rule.Base, Discount: discount, Earned: earned}}
}

// note finds what campaigns did in the receipt: those that acted, if only by
// words, those whose uses were counted, and those whose rules lines name.
func (p *Purchase) note(by *rule.Programme, acted []string) {
	var room [4]Act
	all := acts(room[:0])
	for _, c := range acted {
		all.of(c)
	}
	for _, u := range p.Uses {
		all.of(u.Campaign).Uses++
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		for _, d := range l.Discounts {
			all.of(by.Owner(d.Rule)).Discount += moneyOf(d.Amount)
		}
		for _, e := range l.Earned {
			all.of(by.Owner(e.Rule)).Earned += pointsOf(e.Amount)
		}
	}
	p.Acts = all.short(p.Discount, p.Earned)
}

// Told are acts as they are written, with what is left out of them.
func Told(written []Act, discount money.Amount, earned money.Points) []Act {
	if len(written) > 0 {
		return written
	}
	return Alone(discount, earned)
}

// acted are the acts of the receipt, whoever it was given to since.
func (s *Stored) acted() []Act {
	if s.Claim == nil {
		return Told(s.Acts, s.Discount, s.Earned)
	}
	out := Told(s.Acts, s.Discount, 0) // what it earned is the claim's
	for _, a := range s.Claim.Acts {
		if !a.Again {
			out = append(slices.Clip(out), a)
		}
	}
	return out
}

// noteBack finds what the refund takes back of each campaign that acted in the
// purchase, if nothing; what its terms take beside its lines is base's.
func (f *Refund) noteBack(s *Stored, by *rule.Programme, returned []string) {
	var room [4]Act
	all := acts(room[:0])
	for _, a := range s.acted() {
		all.of(a.Campaign)
	}
	for _, c := range returned {
		all.of(c).Uses++
	}
	for i := range f.Lines {
		l := &f.Lines[i]
		of := &s.Lines[l.Line]
		for k, v := range l.Discounts {
			all.of(by.Owner(of.Discounts[k].Rule)).Discount += moneyOf(v)
		}
		for k, v := range l.Earned {
			all.of(by.Owner(of.Earned[k].Rule)).Earned += pointsOf(v)
		}
	}
	if f.Taken != 0 {
		all.of(rule.Base).Earned += f.Taken
	}
	f.Acts = all.short(f.Discount, f.Claimed())
}

// note finds what of the points that the claim gives is whose, of the receipt
// that had these acts before.
func (c *Claim) note(by *rule.Programme, before []Act) {
	all := acts(nil)
	for i := range c.Lines {
		l := &c.Lines[i]
		for k, e := range l.Earned {
			all.of(by.Owner(e.Rule)).Earned += pointsOf(e.Amount - l.Back[k])
		}
	}
	if c.Taken != 0 {
		all.of(rule.Base).Earned -= c.Taken
	}
	for i := range all {
		all[i].Again = slices.ContainsFunc(before, func(a Act) bool { return a.Campaign == all[i].Campaign })
	}
	c.Acts = all
}

// toldOn are the acts for the event.
func toldOn(written []Act) []eventtype.Act {
	if len(written) == 0 {
		return nil
	}
	out := make([]eventtype.Act, len(written))
	for i, a := range written {
		out[i] = eventtype.Act(a)
	}
	return out
}
