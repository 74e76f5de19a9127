package draft

import (
	"fmt"
	"slices"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// paidEarns warns of a receipt that costs nothing and yet earns: points pay for
// all of it, and points earn points.
func (w *warner) paidEarns() {
	s := &w.p.Settings
	if s.EarnMoneyOnly || !s.EarnWithSpend || w.p.Gives == rule.GivesDiscounts {
		return
	}
	whole := w.p.Spending.Share >= money.Whole
	for _, r := range w.p.Spending.ByType {
		whole = whole || r >= money.Whole
	}
	if whole {
		w.warn("settings.earn_money_only", "programme.warn-paid-earns")
	}
}

// soonOver warns of points that end before anybody may spend them: their term
// runs from the last purchase, and they are active only days after it.
func (w *warner) soonOver(at string, e rule.Expiry, delay int) {
	if e.Mode == rule.AfterPurchase && delay > 0 && e.Days <= delay {
		w.warn(at, "programme.warn-soon-over", "days", e.Days, "delay", delay)
	}
}

// ruleTerms warns of the terms of a rule's points where they are its own.
func (w *warner) ruleTerms(r placed) {
	if r.Terms == nil {
		return
	}
	e := w.p.Earning.Expiry
	if r.Terms.Expiry != nil {
		e = *r.Terms.Expiry
	}
	w.soonOver(r.at+".terms", e, r.Terms.Delay)
}

// peopled tells whether anybody may be in a group.
func (w *warner) peopled(group string) bool {
	i, err := id.Parse(group)
	return err != nil || !slices.Contains(w.facts.Empty, i)
}

// pairs warns of campaigns that give the same for the same goods at the same
// time: both act, and what they give adds up, or never both.
func (w *warner) pairs(all []placed) {
	told := map[[2]*rule.Campaign]bool{}
	for i, b := range all {
		for _, a := range all[:i] {
			pair := [2]*rule.Campaign{a.campaign, b.campaign}
			if told[pair] || !w.twins(a, b) {
				continue
			}
			told[pair] = true
			code := "programme.warn-apart"
			if !a.campaign.Alone && !b.campaign.Alone && a.campaign.Stack == b.campaign.Stack {
				code = "programme.warn-together"
			}
			w.warn(fmt.Sprintf("campaigns[%d]", slices.IndexFunc(w.p.Campaigns, func(c rule.Campaign) bool { return c.ID == b.campaign.ID })), code, "campaign", nameOf(a.campaign))
		}
	}
}

// twins tells whether two rules of two campaigns that need no code give a thing
// of one kind for the same.
func (w *warner) twins(a, b placed) bool {
	switch {
	case a.campaign == nil || b.campaign == nil || a.campaign == b.campaign || a.Off || b.Off:
	case a.Kind != b.Kind || a.Kind != rule.DiscountRule && a.Kind != rule.TariffRule && a.Kind != rule.AccrualRule:
	case !plain(a.Rule) || !plain(b.Rule):
	case coded(a.campaign) || coded(b.campaign):
	case w.past(a.To, a.campaign.To) || w.past(b.To, b.campaign.To):
	default:
		from, to := days(a, b)
		return (to == "" || from <= to) && alikeConditions(a, b)
	}
	return false
}

// plain tells whether a rule acts on all units alike, not on some that it picks.
func plain(r *rule.Rule) bool {
	return r.Set == nil && r.Cheapest == nil && len(r.Positions) == 0 && r.Take == 0
}

func coded(c *rule.Campaign) bool { return len(c.Codes) > 0 || c.NeedsCode }

func (w *warner) past(days ...string) bool {
	return slices.ContainsFunc(days, func(d string) bool { return d != "" && d < w.facts.Today })
}

// days are those on which both of two rules of campaigns act; "": no bound.
func days(a, b placed) (from, to string) {
	for _, d := range []string{a.From, b.From, a.campaign.From, b.campaign.From} {
		from = max(from, d)
	}
	for _, d := range []string{a.To, b.To, a.campaign.To, b.campaign.To} {
		if d != "" && (to == "" || d < to) {
			to = d
		}
	}
	return from, to
}

// alikeConditions tells whether two rules, with their campaigns, ask for the
// same.
func alikeConditions(a, b placed) bool {
	when := func(r placed) []rule.Condition { return slices.Concat(r.campaign.When, r.When) }
	scope := func(r placed) []rule.Condition { return slices.Concat(r.campaign.Scope, r.Scope) }
	return subset(when(a), when(b)) && subset(when(b), when(a)) && subset(scope(a), scope(b)) && subset(scope(b), scope(a))
}

func nameOf(c *rule.Campaign) string {
	if c.Name != "" {
		return c.Name
	}
	return c.ID
}
