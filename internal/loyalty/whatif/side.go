package whatif

import (
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// side adds up what happened to one home on one of the two sides.
type side struct {
	t   *tally
	r   *record
	m   *person
	now bool
}

// person is what a member was given on both sides.
type person struct {
	home      home.ID
	met       bool
	then, now money.Amount
}

// counts tells whether what happened on a day is of the period and, where only
// some outlets are asked about, whether it happened at one of them; what no
// outlet does (0) is then not counted.
func (s *side) counts(day string, outlet id.ID) bool {
	return day >= s.r.From && day <= s.r.To && (len(s.r.Outlets) == 0 || slices.Contains(s.r.Outlets, outlet))
}

// put adds what happened on a day.
func (s *side) put(day string, x *Sums) {
	s.m.met = true
	x.Cost = x.Discount + x.Told + x.Value
	d := s.t.day(day)
	if s.now {
		d.Now.add(x)
		s.m.now += x.Cost
	} else {
		d.Then.add(x)
		s.m.then += x.Cost
	}
}

// putAt is put for what the level of the buyer is known of.
func (s *side) putAt(day, level string, x *Sums) {
	s.put(day, x)
	l := s.t.level(level)
	if s.now {
		l.Now.add(x)
	} else {
		l.Then.add(x)
	}
}

// gave is the part of a rule.
func (s *side) gave(rule string) *Gave {
	x := s.t.rule(rule)
	if s.now {
		return &x.Now
	}
	return &x.Then
}

// worth is the value of points, below zero of what was taken back.
func worth(p *rule.Programme, points money.Points) money.Amount {
	if points < 0 {
		return -p.Kopecks(-points)
	}
	return p.Kopecks(points)
}

// sale adds a purchase as it is under a programme; would is what the rules
// would have given to one that a till had closed, where that is known.
func (s *side) sale(p *purchase.Stored, by *rule.Programme, would *rule.Outcome) {
	if !s.counts(p.Day, p.Outlet) {
		return
	}
	x := Sums{Receipts: 1, Gross: p.Gross, Money: p.Due, Earned: p.Earned, Spent: p.Spent, Value: worth(by, p.Earned)}
	switch {
	case p.Mode == purchase.Commit:
		x.Discount = p.Discount
	case p.Would != nil:
		x.Told = p.Would.Discount
	case p.Programme != 0: // it would have given the same
		x.Told = p.Discount
	}
	s.putAt(p.Day, p.Seen.Member.Level, &x)
	s.rules(p)
	if would != nil {
		s.told(would)
	}
	if s.now {
		s.t.used(by, p.Uses)
	}
}

// rules adds what each rule gave to a receipt.
func (s *side) rules(p *purchase.Stored) {
	met := map[string]bool{}
	meet := func(name string) *Gave {
		g := s.gave(name)
		if !met[name] {
			met[name] = true
			g.Receipts++
		}
		return g
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		for _, d := range l.Discounts {
			if d.Rule != rule.TillRule {
				meet(d.Rule).Discount += money.Amount(d.Amount)
			}
		}
		for _, e := range l.Earned {
			meet(e.Rule).Earned += money.Points(e.Amount)
		}
	}
}

// told adds what each rule would have taken off.
func (s *side) told(o *rule.Outcome) {
	for i := range o.Effects {
		if e := &o.Effects[i]; e.Kind == rule.Discount {
			s.gave(e.Rule).Told += money.Amount(e.Amount)
		}
	}
}

// refund takes off what came back of a purchase, or (nil) of none.
func (s *side) refund(f *purchase.Refund, of *purchase.Stored) error {
	if !s.counts(f.Day, f.Outlet) {
		return nil
	}
	by, err := s.r.own(&purchase.Purchase{Programme: f.Programme, Version: f.Version})
	if err != nil {
		return err
	}
	x := Sums{Refunds: 1, Gross: -f.Gross, Money: -f.Money, Earned: -f.Claimed(), Spent: -f.Given, Value: worth(by, -f.Claimed())}
	if of == nil {
		s.put(f.Day, &x)
		return nil
	}
	if of.Mode == purchase.Commit {
		x.Discount = -f.Discount - f.Held
	}
	s.putAt(f.Day, of.Seen.Member.Level, &x)
	for i := range f.Lines {
		l := &f.Lines[i]
		was := &of.Lines[l.Line]
		for k, v := range l.Discounts {
			if name := was.Discounts[k].Rule; name != rule.TillRule {
				s.gave(name).Discount -= money.Amount(v)
			}
		}
		for k, v := range l.Earned {
			s.gave(was.Earned[k].Rule).Earned -= money.Points(v)
		}
	}
	return nil
}

// entries adds gifts on opening and what has expired.
func (s *side) entries(all []ledger.Posting, account id.ID, p *rule.Programme) {
	for i := range all {
		e := &all[i]
		switch {
		case e.Account != account:
		case e.Kind == ledger.Expire, e.Kind == ledger.Revive:
			if day := p.Day(e.At - 1); s.counts(day, 0) { // what ends with a day ends on it
				x := Sums{Expired: e.Amount}
				if e.Kind == ledger.Revive {
					x.Expired = -e.Amount
				}
				s.put(day, &x)
			}
		case e.Kind == ledger.Earn && e.Op == account:
			s.gift(Welcome, p, e.At, e.Amount)
		}
	}
}

// gift adds what was given, or with less than nothing taken back, for an occasion.
func (s *side) gift(occasion string, p *rule.Programme, at clock.Micros, points money.Points) {
	day := p.Day(at)
	if !s.counts(day, 0) || points == 0 {
		return
	}
	x := Given{Points: points, Value: worth(p, points)}
	if points > 0 {
		x.Times = 1
	}
	s.put(day, &Sums{Gifts: points, Value: x.Value})
	if g := s.t.gift(occasion); s.now {
		g.Now.add(&x)
	} else {
		g.Then.add(&x)
	}
}

// presents adds gifts for occasions.
func (s *side) presents(all []ledger.Present, p *rule.Programme) {
	for i := range all {
		s.gift(all[i].Occasion, p, all[i].At, all[i].Given-all[i].Taken)
	}
}

// changes adds changes of level and the points that went with them.
func (s *side) changes(all []ledger.LevelChange, ladder *level.Ladder, p *rule.Programme) {
	for i := range all {
		c := &all[i]
		s.gift(LevelGift, p, c.At, c.Given-c.Taken)
		if c.From == c.To || !s.counts(p.Day(c.At), 0) {
			continue
		}
		s.m.met = true
		m := s.t.move(c.From, c.To, ladder.Rose(c.From, c.To))
		if s.now {
			m.Now++
		} else {
			m.Then++
		}
	}
}
