package whatif

import (
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

// sums are those of a day, nil for one that is not of the period.
func (s *side) sums(day string) *Sums {
	if day < s.r.From || day > s.r.To {
		return nil
	}
	s.m.met = true
	d := s.t.day(day)
	if s.now {
		return &d.Now
	}
	return &d.Then
}

// gave is the part of a rule.
func (s *side) gave(rule string) *Gave {
	x := s.t.rule(rule)
	if s.now {
		return &x.Now
	}
	return &x.Then
}

// give adds a gain to the costs, and to what the member was given.
func (s *side) give(sums *Sums, cost money.Amount) {
	sums.Cost += cost
	if s.now {
		s.m.now += cost
	} else {
		s.m.then += cost
	}
}

// points adds the value of points, below zero of what was taken back.
func (s *side) points(sums *Sums, p *rule.Programme, points money.Points) {
	v := p.Kopecks(points)
	if points < 0 {
		v = -p.Kopecks(-points)
	}
	sums.Value += v
	s.give(sums, v)
}

// sale adds a purchase as it is under a programme; would is what the rules
// would have given to one that a till had closed, where that is known.
func (s *side) sale(p *purchase.Stored, by *rule.Programme, would *rule.Outcome) {
	sums := s.sums(p.Day)
	if sums == nil {
		return
	}
	sums.Receipts++
	sums.Gross += p.Gross
	sums.Money += p.Due
	sums.Earned += p.Earned
	sums.Spent += p.Spent
	switch {
	case p.Mode == purchase.Commit:
		sums.Discount += p.Discount
		s.give(sums, p.Discount)
	case p.Would != nil:
		sums.Told += p.Would.Discount
		s.give(sums, p.Would.Discount)
	case p.Programme != 0: // it would have given the same
		sums.Told += p.Discount
		s.give(sums, p.Discount)
	}
	s.points(sums, by, p.Earned)
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
	sums := s.sums(f.Day)
	if sums == nil {
		return nil
	}
	by, err := s.r.own(&purchase.Purchase{Programme: f.Programme, Version: f.Version})
	if err != nil {
		return err
	}
	sums.Refunds++
	sums.Gross -= f.Gross
	sums.Money -= f.Money
	sums.Earned -= f.Claimed()
	sums.Spent -= f.Given
	if of != nil && of.Mode == purchase.Commit {
		sums.Discount -= f.Discount + f.Held
		s.give(sums, -f.Discount-f.Held)
	}
	s.points(sums, by, -f.Claimed())
	if of == nil {
		return nil
	}
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
			if sums := s.sums(p.Day(e.At - 1)); sums != nil { // what ends with a day ends on it
				if e.Kind == ledger.Revive {
					sums.Expired -= e.Amount
				} else {
					sums.Expired += e.Amount
				}
			}
		case e.Kind == ledger.Earn && e.Op == account:
			s.gift(p, e.At, e.Amount)
		}
	}
}

func (s *side) gift(p *rule.Programme, at clock.Micros, points money.Points) {
	if sums := s.sums(p.Day(at)); sums != nil && points != 0 {
		sums.Gifts += points
		s.points(sums, p, points)
	}
}

// presents adds gifts for occasions.
func (s *side) presents(all []ledger.Present, p *rule.Programme) {
	for i := range all {
		s.gift(p, all[i].At, all[i].Given-all[i].Taken)
	}
}

// changes adds changes of level and the points that went with them.
func (s *side) changes(all []ledger.LevelChange, ladder *level.Ladder, p *rule.Programme) {
	for i := range all {
		c := &all[i]
		s.gift(p, c.At, c.Given-c.Taken)
		if c.From == c.To || s.sums(p.Day(c.At)) == nil {
			continue
		}
		m := s.t.move(c.From, c.To, ladder.Rose(c.From, c.To))
		if s.now {
			m.Now++
		} else {
			m.Then++
		}
	}
}
