package purchase

import (
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// What stays of a purchase keeps its discounts and its points, or is judged
// anew (refund_conditions, and a campaign's own word): by the version of the
// programme and the facts of its time, with all that has come back so far
// taken away. What is to be held back or given besides, and to be taken in
// all, is a function of that alone; a refund does the difference. So refunds
// in any order end where one whole refund ends: where nothing stays, nothing
// is held or given besides.

// terms says how much money the refund f should hold back, below zero: give
// besides, and how many earned points it claims.
func (g *group) terms(s *Stored, f *Refund) (held money.Amount, claimed money.Points, err error) {
	for _, x := range s.Refunds {
		held -= x.Held
	}
	refunds := append(slices.Clip(s.Refunds), f)
	if s.Programme == 0 {
		return held, f.Earned, nil
	}
	// The rules of its time, so that the function is one for all its refunds.
	p, err := g.version(s.Programme, s.Version)
	if err != nil {
		if fault.From(err).Kind == fault.NotFound {
			return 0, 0, err
		}
		return 0, 0, fmt.Errorf("%w: %w", errBase, err)
	}
	hold, take, err := s.terms(p, s.statesAfter(refunds))
	if err != nil {
		return 0, 0, err
	}
	// What has been taken already is not given again, but counts for all that
	// is still to be taken.
	back, before := s.backBefore()
	for _, x := range refunds {
		back += x.Earned
		before += x.Claimed() // f's own Taken is still nothing
	}
	before -= f.Earned
	want := back + min(take, s.Earned-back)
	return held + hold, max(want-before, 0), nil
}

// terms says what is to be held back, below zero: given, and to be taken,
// beside what the lines bring back, after all that has come back.
func (s *Stored) terms(p *rule.Programme, states []lineState) (held money.Amount, taken money.Points, err error) {
	if p.KeepsAll() || s.Seen.forgotten() { // who was erased keeps his terms: nobody can judge again
		return 0, 0, nil
	}
	r := s.remains(states)
	if len(r.receipt.Lines) == 0 {
		return 0, 0, nil
	}
	m := s.Seen.Member
	if s.Home.Kind() == home.Member && s.Account != 0 {
		m.Home = s.Home
	}
	out, err := rule.Again(p, r.receipt, &m, s.Seen.UsedUp, &r.kept)
	if err != nil {
		return 0, 0, err
	}
	had, now := r.given(p), givenBy(p, out)
	held = max(lesser(had.discount-now.discount, r.off-out.Discount), -r.money)
	switch {
	case s.Claim == nil:
	case s.Claim.Seen.forgotten():
		return held, 0, nil
	default: // its discounts are nobody's, as they were, its points are the member's
		if out, err = s.Claim.again(p, r, out); err != nil {
			return 0, 0, err
		}
		now = givenBy(p, out)
	}
	taken = max(min(had.points-now.points, r.earned-out.Earned), 0)
	return held, taken, nil
}

// again says what the member earns on what stays, at the prices that it has
// now.
func (c *Claim) again(p *rule.Programme, r *remains, priced *rule.Outcome) (*rule.Outcome, error) {
	m := c.member()
	kept := r.kept
	kept.Discounts = make([]money.Amount, len(priced.Lines))
	for i := range priced.Lines {
		kept.Discounts[i] = priced.Lines[i].Discount
	}
	return rule.Again(p, r.receipt, &m, nil, &kept)
}

// lesser is the one nearer to nothing of two amounts of one sign, else
// nothing.
func lesser(a, b money.Amount) money.Amount {
	if a > 0 {
		return max(min(a, b), 0)
	}
	return min(max(a, b), 0)
}

// remains is what stays of a purchase: the receipt it would have been, and
// what it has had.
type remains struct {
	receipt   *rule.Receipt
	kept      rule.Kept
	off       money.Amount // what it cost less than its prices, for money
	money     money.Amount // paid for it and not given back
	earned    money.Points
	discounts []RuleAmount
	points    []RuleAmount
}

// remains finds what stays. A line returned by amount stays in all its units
// until its money is back: money given for a flaw takes no unit away.
func (s *Stored) remains(states []lineState) *remains {
	all := s.receipt()
	out := &remains{receipt: all}
	lines := all.Lines[:0]
	pays := make([]money.Amount, len(s.Payments))
	for i := range states {
		st := &states[i]
		if st.whole() || st.quantity == st.line.Quantity {
			continue
		}
		l := all.Lines[i]
		l.Quantity -= st.quantity
		l.Gross = out.add(st, pays)
		lines = append(lines, l)
	}
	all.Lines = lines
	for k := range all.Payments {
		all.Payments[k].Amount = pays[k]
	}
	if s.Mode == Commit {
		all.Wish = rule.Wish{Max: s.Seen.Max}
		if !all.Wish.Max {
			all.Wish.Points = out.kept.Points
		}
		out.kept.Discounts = nil
	}
	return out
}

// add adds what stays of a line by its units, and gives its price.
func (r *remains) add(st *lineState, pays []money.Amount) (gross money.Amount) {
	l := st.line
	stays := func(v int64) int64 { return v - money.Share(v, int64(st.quantity), int64(l.Quantity)) }
	gross = moneyOf(stays(int64(l.Gross)))
	paid := moneyOf(stays(int64(l.Paid)))
	r.off += gross - paid
	r.money += l.Due() - st.money()
	due, kinds := stays(int64(l.Due())), make([]int64, len(l.Pays))
	for k, p := range l.Pays {
		kinds[k] = int64(p)
	}
	r.off -= moneyOf(due)
	shares, _ := money.Split(due, kinds, kinds)
	for k, v := range shares {
		pays[k] += moneyOf(v)
	}
	var off money.Amount
	for _, d := range l.Discounts {
		v := stays(d.Amount)
		off += moneyOf(v)
		r.discounts = append(r.discounts, RuleAmount{Rule: d.Rule, Amount: v})
	}
	for _, e := range l.Earned {
		v := stays(e.Amount)
		r.earned += pointsOf(v)
		r.points = append(r.points, RuleAmount{Rule: e.Rule, Amount: v})
	}
	r.kept.Points += pointsOf(stays(int64(l.Points)))
	r.kept.Paid = append(r.kept.Paid, paid)
	r.kept.Discounts = append(r.kept.Discounts, min(off, gross))
	return gross
}

// given is what rules that are judged anew give.
type given struct {
	discount money.Amount
	points   money.Points
}

func (r *remains) given(p *rule.Programme) (out given) {
	for _, d := range r.discounts {
		out.add(p, rule.Discount, d)
	}
	for _, e := range r.points {
		out.add(p, rule.Accrual, e)
	}
	return out
}

func givenBy(p *rule.Programme, o *rule.Outcome) (out given) {
	for i := range o.Effects {
		e := &o.Effects[i]
		out.add(p, e.Kind, RuleAmount{Rule: e.Rule, Amount: e.Amount})
	}
	return out
}

func (g *given) add(p *rule.Programme, kind rule.EffectKind, v RuleAmount) {
	how := p.OnRefund(v.Rule)
	switch {
	case kind == rule.Discount && how != rule.KeepTerms:
		g.discount += moneyOf(v.Amount)
	case kind == rule.Accrual && how == rule.RecomputeTerms:
		g.points += pointsOf(v.Amount)
	}
}

// hold holds money back, or gives it besides, to kinds that have not all back
// yet.
func (f *Refund) hold(s *Stored, want money.Amount) {
	f.Held = min(want, f.Money)
	f.Unheld = want - f.Held
	f.Money -= f.Held
	var paid money.Amount
	for _, p := range f.Payments {
		paid += p.Amount
	}
	if paid > f.Money {
		f.lower(paid - f.Money)
	} else if paid < f.Money {
		f.raise(s.left(), f.Money-paid)
	}
}

// raise gives more money to the kinds that have some left, in their order.
func (f *Refund) raise(left []Payment, more money.Amount) {
	given := slices.Clone(f.Payments)
	f.Payments = nil
	for k := range left {
		var now money.Amount
		for i := range given {
			if given[i].Kind == left[k].Kind {
				d := min(given[i].Amount, left[k].Amount-now)
				now += d
				given[i].Amount -= d
			}
		}
		d := min(more, left[k].Amount-now)
		more -= d
		if now += d; now > 0 {
			f.Payments = append(f.Payments, Payment{Kind: left[k].Kind, Amount: now})
		}
	}
}

// asked tells how much of what a refund takes was earned into each of the
// purchase's lots: by its lines, and what its terms take beside them, or less,
// by what no refund has asked the lots for.
func (s *Stored) asked(f *Refund) (out []ledger.Part) {
	sofar := make([]money.Points, len(s.Lots))
	for _, x := range append(slices.Clip(s.since()), f) {
		out = s.askedBy(x, sofar)
		for i := range out {
			sofar[i] += out[i].Points
		}
	}
	return out
}

func (s *Stored) askedBy(f *Refund, sofar []money.Points) []ledger.Part {
	out := make([]ledger.Part, len(s.Lots))
	left := f.Claimed()
	into := s.earnedInto(f, sofar)
	for i := range s.Lots {
		out[i].Lot = s.Lots[i].ID
		out[i].Points = min(into[i], s.Lots[i].Points-sofar[i], left)
		left -= out[i].Points
	}
	for i := range s.Lots {
		d := min(left, s.Lots[i].Points-sofar[i]-out[i].Points)
		out[i].Points += d
		left -= d
	}
	return out
}

// earnedInto is what the refund's lines had earned into each lot. A ticket
// that comes back asks for all of its lots; what a line of tickets gives back
// by amount is asked of its last lots, as it takes no ticket away.
func (s *Stored) earnedInto(f *Refund, sofar []money.Points) []money.Points {
	out := make([]money.Points, len(s.Lots))
	if len(s.Lots) == 1 {
		out[0] = f.Earned
		return out
	}
	for k := range f.Lines {
		l := &f.Lines[k]
		for r, v := range l.Earned {
			e := &s.Lines[l.Line].Earned[r]
			left := pointsOf(v)
			for i := len(s.Lots) - 1; i >= 0 && left > 0; i-- {
				lot := &s.Lots[i]
				if !lot.holds(l, e) {
					continue
				}
				n := left
				if e.Waits && !l.ByAmount {
					n = pointsOf(pieceOf(e.Amount, lot.Of.Piece, s.Lines[l.Line].Pieces()))
				} else if e.Waits {
					n = min(left, max(lot.Points-sofar[i]-out[i], 0))
				}
				out[i] += n
				left -= n
			}
		}
	}
	return out
}

// holds tells whether a line that came back has points of a rule in the lot.
func (l *Lot) holds(back *RefundLine, e *RuleAmount) bool {
	if len(l.Rules) > 0 && !slices.Contains(l.Rules, e.Rule) || e.Waits != (l.Of != nil) {
		return false
	}
	return !e.Waits || l.Of.Line == back.Line && (back.ByAmount || slices.Contains(back.Pieces, l.Of.Piece))
}
