package purchase

import (
	"context"
	"encoding/hex"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Asked says by which rules a purchase is to be explained, and how fully.
type Asked struct {
	Programme id.ID // 0: the purchase's own
	Version   int64 // 0: that of the purchase's time
	Full      bool  // tell of every rule, also of those that could not act
}

// Reasons is a purchase's trace, computed again.
type Reasons struct {
	Programme id.ID
	Version   int64
	Trace     []rule.Step
	Refused   []rule.Step // of every other rule, why it could not act; only where that was asked
	Same      bool        // these rules decide as it was decided

	// Unseen are facts of the member that these rules look at and that were
	// not read then: conditions on them are taken as not holding.
	Unseen []rule.Field
}

// Why computes again why a purchase came out as it did, by the rules of its
// time, or how it would have come out by others. What was known of the buyer
// and what was used up then stands.
func (d *Desk) Why(ctx context.Context, s *Stored, a Asked) (*Reasons, error) {
	own := rule.None()
	var err error
	judged := s.soldUnder()
	if judged.programme != 0 {
		if own, err = d.Programmes.Version(ctx, judged.programme, judged.version); err != nil {
			return nil, err
		}
	}
	p := own
	switch {
	case a.Programme == 0 && a.Version == 0:
	case a.Version < 1, a.Programme == 0 && judged.programme == 0:
		return nil, fault.New(fault.Invalid, "purchase.why-version")
	default:
		if a.Programme == 0 {
			a.Programme = judged.programme
		}
		if p, err = d.Programmes.Version(ctx, a.Programme, a.Version); err != nil {
			return nil, err
		}
	}
	if s.Seen.forgotten() || s.Claim != nil && s.Claim.Seen.forgotten() {
		return nil, fault.New(fault.Conflict, "purchase.person-erased")
	}
	e := s.evidence(p, own)
	out, err := e.judge(p)
	if err != nil {
		return nil, err
	}
	digest := out.Digest()
	if slices.Contains(s.Flags, FlagNoMember) {
		digest = unpaid(out).Digest()
	}
	r := &Reasons{Programme: p.ID, Version: p.Version, Trace: out.Trace, Same: hex.EncodeToString(digest[:]) == s.Trace}
	if s.Buyer().Kind() == home.Member {
		r.Unseen = p.Unseen(own)
	}
	if a.Full {
		r.Refused = rule.Refusals(p, e.receipt, &e.member, e.usedUp, out, e.facts != nil)
	}
	if s.Claim != nil && s.Claim.Trace != "" {
		return r, r.addClaim(s, p, a.Full)
	}
	return r, nil
}

// addClaim adds why the receipt earned what it did for the member whom it was
// given to. What he is not is no reason any more.
func (r *Reasons) addClaim(s *Stored, p *rule.Programme, full bool) error {
	receipt, m, facts := s.receipt(), s.Claim.member(), s.factsOfClaim()
	out, err := rule.Record(p, receipt, &m, facts)
	if err != nil {
		return err
	}
	digest := out.Digest()
	r.Same = r.Same && hex.EncodeToString(digest[:]) == s.Claim.Trace
	nobody := func(x rule.Step) bool { return x.Reason == rule.WhyNoMember }
	r.Trace, r.Refused = slices.DeleteFunc(r.Trace, nobody), slices.DeleteFunc(r.Refused, nobody)
	for _, x := range out.Trace {
		if x.Rule != rule.TillRule && !told(r.Trace, &x) {
			r.Trace = append(r.Trace, x)
		}
	}
	if !full {
		return nil
	}
	// What the claim says of a rule is of the member; that the prices were set by then
	// is no reason: what it was when it was sold is. Nor can points pay for it by now.
	refused := slices.DeleteFunc(rule.Refusals(p, receipt, &m, nil, out, true), func(x rule.Step) bool { return x.Reason == rule.WhyClosed || x.Applied })
	refused, r.Refused = append(refused, r.Refused...), nil
	for _, x := range refused {
		if !told(r.Trace, &x) && !told(r.Refused, &x) {
			r.Refused = append(r.Refused, x)
		}
	}
	return nil
}

// told tells whether steps have one of the same rule, campaign and code.
func told(steps []rule.Step, x *rule.Step) bool {
	return slices.ContainsFunc(steps, func(y rule.Step) bool { return y.About(x) })
}

// evidence is what a stored purchase was judged by.
type evidence struct {
	receipt *rule.Receipt
	member  rule.Member
	usedUp  []string
	facts   *rule.Facts // of a record
}

// evidence gives what a programme is to judge the purchase by, from what was
// seen then; own is the one that judged it then.
func (s *Stored) evidence(p, own *rule.Programme) *evidence {
	e := &evidence{receipt: s.receipt(), member: s.Seen.Member}
	if s.Home.Kind() == home.Member && (s.Account != 0 || p.ID != s.Programme) {
		e.member.Home = s.Home
	}
	if p.ID == s.soldUnder().programme { // campaigns of another programme are others
		e.usedUp = s.Seen.UsedUp
	}
	if s.Mode == Commit {
		e.receipt.Wish = rule.Wish{Max: s.Seen.Max, Points: s.Spent}
		if s.Seen.Max {
			e.receipt.Wish.Points = 0
		}
		return e
	}
	e.facts = &rule.Facts{Points: s.pointsTold(own)}
	for i := range s.Lines {
		e.facts.Discounts = append(e.facts.Discounts, s.Lines[i].Discount())
	}
	return e
}

// judge judges the evidence. Rules that do not let all the points be spent
// that were are taken to let as many of them be spent as they do.
func (e *evidence) judge(p *rule.Programme) (*rule.Outcome, error) {
	if e.facts != nil {
		return rule.Record(p, e.receipt, &e.member, e.facts)
	}
	out, err := rule.Judge(p, e.receipt, &e.member, e.usedUp)
	if fault.From(err) == nil || e.receipt.Wish.Points == 0 {
		return out, err
	}
	e.member.Spendable = min(e.member.Spendable, e.receipt.Wish.Points)
	e.receipt.Wish = rule.Wish{Max: true}
	return rule.Judge(p, e.receipt, &e.member, e.usedUp)
}
