package whatif

import (
	"cmp"
	"slices"

	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// tally is what some homes have come to. Tallies add up in any order.
type tally struct {
	plan    *plan
	days    map[string]*Day
	rules   map[string]*Rule
	gifts   map[string]*Gift
	levels  map[string]*Level
	moves   map[step]*Move
	uses    map[use]int64
	members Members
	merged  int64
	winners []Member // the largest gain first, Top of them
	losers  []Member
}

type step struct{ from, to string }

type use struct{ campaign, code string }

func newTally(p *plan) *tally {
	return &tally{plan: p, days: map[string]*Day{}, rules: map[string]*Rule{}, gifts: map[string]*Gift{}, levels: map[string]*Level{}, moves: map[step]*Move{}, uses: map[use]int64{}}
}

func (t *tally) day(day string) *Day {
	d := t.days[day]
	if d == nil {
		d = &Day{Day: day}
		t.days[day] = d
	}
	return d
}

func (t *tally) rule(name string) *Rule {
	r := t.rules[name]
	if r == nil {
		r = &Rule{Rule: name}
		t.rules[name] = r
	}
	return r
}

func (t *tally) gift(occasion string) *Gift {
	g := t.gifts[occasion]
	if g == nil {
		g = &Gift{Occasion: occasion}
		t.gifts[occasion] = g
	}
	return g
}

func (t *tally) level(name string) *Level {
	l := t.levels[name]
	if l == nil {
		l = &Level{Level: name}
		t.levels[name] = l
	}
	return l
}

func (t *tally) move(from, to string, up bool) *Move {
	m := t.moves[step{from, to}]
	if m == nil {
		m = &Move{From: from, To: to, Up: up}
		t.moves[step{from, to}] = m
	}
	return m
}

// used counts the uses of campaigns with a limit over all members.
func (t *tally) used(by *rule.Programme, uses []purchase.Use) {
	if by != t.plan.draft {
		return
	}
	for _, u := range uses {
		l := by.CampaignOf(u.Campaign).Limits
		if l.InAll > 0 {
			t.uses[use{campaign: u.Campaign}]++
		}
		if l.PerCode > 0 && u.Code != "" {
			t.uses[use{u.Campaign, u.Code}]++
		}
	}
}

// member counts a member among those who gain or lose.
func (t *tally) member(p *person) {
	if !p.met || p.home <= 0 {
		return
	}
	m := Member{Home: p.home, Then: p.then, Now: p.now}
	switch {
	case p.now > p.then:
		t.members.Gain++
		t.winners = t.top(append(t.winners, m), 1)
	case p.now < p.then:
		t.members.Lose++
		t.losers = t.top(append(t.losers, m), -1)
	default:
		t.members.Same++
	}
}

// top keeps those who gain the most, or with −1 lose the most.
func (t *tally) top(list []Member, sign money.Amount) []Member {
	slices.SortFunc(list, func(x, y Member) int {
		return cmp.Or(cmp.Compare(sign*(y.Now-y.Then), sign*(x.Now-x.Then)), cmp.Compare(x.Home, y.Home))
	})
	return list[:min(len(list), t.plan.Top)]
}

// add adds another tally.
func (t *tally) add(x *tally) {
	for name, d := range x.days {
		at := t.day(name)
		at.Then.add(&d.Then)
		at.Now.add(&d.Now)
	}
	for name, r := range x.rules {
		at := t.rule(name)
		at.Then.add(&r.Then)
		at.Now.add(&r.Now)
	}
	for occasion, g := range x.gifts {
		at := t.gift(occasion)
		at.Then.add(&g.Then)
		at.Now.add(&g.Now)
	}
	for name, l := range x.levels {
		at := t.level(name)
		at.Then.add(&l.Then)
		at.Now.add(&l.Now)
	}
	for s, m := range x.moves {
		at := t.move(s.from, s.to, m.Up)
		at.Then += m.Then
		at.Now += m.Now
	}
	for u, n := range x.uses {
		t.uses[u] += n
	}
	t.merged += x.merged
	t.members.Gain += x.members.Gain
	t.members.Lose += x.members.Lose
	t.members.Same += x.members.Same
	t.winners = t.top(append(t.winners, x.winners...), 1)
	t.losers = t.top(append(t.losers, x.losers...), -1)
}

func (s *Sums) add(x *Sums) {
	s.Receipts += x.Receipts
	s.Refunds += x.Refunds
	s.Gross += x.Gross
	s.Discount += x.Discount
	s.Told += x.Told
	s.Money += x.Money
	s.Earned += x.Earned
	s.Gifts += x.Gifts
	s.Spent += x.Spent
	s.Expired += x.Expired
	s.Value += x.Value
	s.Cost += x.Cost
}

func (g *Gave) add(x *Gave) {
	g.Receipts += x.Receipts
	g.Discount += x.Discount
	g.Told += x.Told
	g.Earned += x.Earned
}

func (g *Given) add(x *Given) {
	g.Times += x.Times
	g.Points += x.Points
	g.Value += x.Value
}

// report puts the tally in order.
func (t *tally) report() *Report {
	p := t.plan
	out := &Report{
		Code: p.draft.Code, From: p.From, To: p.To, Days: []Day{}, Levels: []Level{}, Rule: []Rule{}, Gifts: t.given(), Moves: []Move{}, Over: []Over{}, Unseen: []string{},
		Members: t.members, Merged: t.merged, Winners: append([]Member{}, t.winners...), Losers: append([]Member{}, t.losers...),
	}
	if p.was != nil {
		out.Version = p.was.Version
	}
	for _, d := range t.days {
		out.Days = append(out.Days, *d)
		out.Then.add(&d.Then)
		out.Now.add(&d.Now)
	}
	slices.SortFunc(out.Days, func(x, y Day) int { return cmp.Compare(x.Day, y.Day) })
	for _, l := range t.levels {
		out.Levels = append(out.Levels, *l)
	}
	slices.SortFunc(out.Levels, func(x, y Level) int {
		return cmp.Or(cmp.Compare(p.rank(x.Level), p.rank(y.Level)), cmp.Compare(x.Level, y.Level))
	})
	for _, r := range t.rules {
		x := *r
		x.Name, x.Campaign = p.named(r.Rule)
		out.Rule = append(out.Rule, x)
	}
	slices.SortFunc(out.Rule, func(x, y Rule) int {
		return cmp.Or(cmp.Compare(x.Campaign, y.Campaign), cmp.Compare(x.Rule, y.Rule))
	})
	for _, m := range t.moves {
		out.Moves = append(out.Moves, *m)
	}
	slices.SortFunc(out.Moves, func(x, y Move) int { return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To)) })
	t.over(out)
	p.unseen(out)
	return out
}

// given are the gifts, that on joining first and those of levels last.
func (t *tally) given() []Gift {
	rank := func(g Gift) int {
		switch g.Occasion {
		case Welcome:
			return -1
		case LevelGift:
			return len(rule.Occasions())
		}
		return slices.Index(rule.Occasions(), rule.Occasion(g.Occasion))
	}
	out := make([]Gift, 0, len(t.gifts))
	for _, g := range t.gifts {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(x, y Gift) int { return cmp.Compare(rank(x), rank(y)) })
	return out
}

// rank puts levels in the order of the draft, no level first and those that it
// does not have last.
func (p *plan) rank(name string) int {
	if name == "" {
		return -1
	}
	of := p.next.Ladder(p.of).Levels()
	if i := slices.IndexFunc(of, func(l level.Level) bool { return text.Fold(l.ID) == name }); i >= 0 {
		return i
	}
	return len(of)
}

// over names the limits that would have been exceeded.
func (t *tally) over(out *Report) {
	for u, n := range t.uses {
		l := t.plan.draft.CampaignOf(u.campaign).Limits
		limit := l.InAll
		if u.code != "" {
			limit = l.PerCode
		}
		if n > limit {
			out.Over = append(out.Over, Over{Campaign: u.campaign, Code: u.code, Limit: limit, Uses: n})
		}
	}
	slices.SortFunc(out.Over, func(x, y Over) int { return cmp.Or(cmp.Compare(x.Campaign, y.Campaign), cmp.Compare(x.Code, y.Code)) })
}

// unseen names what the draft looks at of members and what was in force did
// not.
func (p *plan) unseen(out *Report) {
	was := p.was
	if was == nil {
		was = rule.None()
	}
	for _, f := range p.draft.Unseen(was) {
		out.Unseen = append(out.Unseen, string(f))
	}
}

// named finds a rule's name and its campaign, in the draft or in what is in
// force now.
func (p *plan) named(name string) (title, campaign string) {
	for _, of := range []*rule.Programme{p.draft, p.was} {
		if of == nil {
			continue
		}
		for i := range of.Levels {
			if r := find(of.Levels[i].Rules, name); r != nil {
				return r.Name, ""
			}
		}
		for i := range of.Campaigns {
			if r := find(of.Campaigns[i].Rules, name); r != nil {
				return r.Name, of.Campaigns[i].ID
			}
		}
		if r := find(of.Rules, name); r != nil {
			return r.Name, ""
		}
	}
	return "", ""
}

func find(rules []rule.Rule, name string) *rule.Rule {
	if i := slices.IndexFunc(rules, func(r rule.Rule) bool { return r.ID == name }); i >= 0 {
		return &rules[i]
	}
	return nil
}
