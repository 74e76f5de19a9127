package draft

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Facts are what warnings rest on besides the programme.
type Facts struct {
	Today string               // YYYY-MM-DD of the programme
	Gates bool                 // somebody may tell of the use of tickets
	Types []string             // codes of the product types that there are; nil: it is not known
	Bare  []string             // codes of those that nothing in the catalogue is of
	Empty []id.ID              // groups of members that nobody is in
	Own   []member.CustomField // the organization's own fields; nil: it is not known
}

// Warnings tells what in a programme can't act, or not any more, though
// nothing is wrong with how it is written: in the order of its text.
func (d *Draft) Warnings(f Facts) []fault.Field {
	out := Warnings(&d.Programme, f)
	for i := range out {
		out[i] = d.Place(out[i])
	}
	d.sort(out)
	return out
}

// Warnings is the same for a programme that is no text now.
func Warnings(p *rule.Programme, f Facts) []fault.Field {
	w := &warner{p: p, facts: f, levels: map[string]bool{}}
	for i := range p.Levels {
		w.levels[text.Fold(p.Levels[i].ID)] = true
	}
	w.over("to", p.To)
	w.types()
	w.rates()
	w.paidEarns()
	w.soonOver("earning.expiry", p.Earning.Expiry, p.Earning.Delay)
	w.pushkin()
	if !f.Gates {
		for _, at := range p.Gates() {
			w.warn(at, "programme.no-gate", "scope", string(identity.VisitsWrite))
		}
	}
	all := w.rules("rules", p.Rules, nil, "")
	for i := range p.Levels {
		all = append(all, w.rules(fmt.Sprintf("levels[%d].rules", i), p.Levels[i].Rules, nil, p.Levels[i].ID)...)
	}
	for i := range p.Campaigns {
		all = append(all, w.campaign(fmt.Sprintf("campaigns[%d]", i), &p.Campaigns[i])...)
	}
	w.shadows(all)
	w.pairs(all)
	w.goods()
	w.unreached()
	w.groups(all)
	w.own(all)
	w.lookalikes()
	return w.found
}

type warner struct {
	p      *rule.Programme
	facts  Facts
	levels map[string]bool // folded ids
	bare   []string        // types of goods that the rules want and that no goods are of
	found  []fault.Field
}

func (w *warner) warn(at, code string, args ...any) {
	w.found = append(w.found, fault.Field{Path: at, Code: code, Args: fault.Pairs(args...)})
}

// pushkin warns of what the terms of Pushkin cards do not allow.
func (w *warner) pushkin() {
	s := &w.p.Settings
	for _, x := range []struct {
		key string
		off bool
	}{
		{"pushkin_spend", s.PushkinSpend},
		{"pushkin_earn", s.PushkinEarn},
		{"pushkin_with_certificate", s.PushkinCertificate},
		{"pushkin_mixed", s.PushkinMixed},
		{"pushkin_one_ticket", !s.PushkinOne},
		{"pushkin_refund_to_card", !s.PushkinRefund},
		{"pushkin_listed_events", !s.PushkinListed},
	} {
		if x.off {
			w.warn("settings."+x.key, "programme.warn-pushkin")
		}
	}
}

func (w *warner) over(at, to string) bool {
	over := to != "" && to < w.facts.Today
	if over {
		w.warn(at, "programme.warn-over", "day", to)
	}
	return over
}

// types warns of product types that there are not, outside of conditions.
func (w *warner) types() {
	for _, t := range slices.Sorted(maps.Keys(w.p.Earning.ByType)) {
		w.typed("earning.by_type."+t, t)
		w.given(w.p.Earning.ByType[t], t)
	}
	for _, t := range slices.Sorted(maps.Keys(w.p.Spending.ByType)) {
		w.typed("spending.by_type."+t, t)
		w.given(w.p.Spending.ByType[t], t)
	}
	for i := range w.p.Levels {
		for j, part := range w.p.Levels[i].Parts {
			w.wanted(part.Types)
			for _, t := range part.Types {
				w.typed(fmt.Sprintf("levels[%d].parts[%d]", i, j), t)
			}
		}
	}
}

// rates warns of the programme's own rates by which points are worth more than
// the goods: it is seldom meant.
func (w *warner) rates() {
	w.rate("earning.rate", w.p.Earning.Rate)
	for _, t := range slices.Sorted(maps.Keys(w.p.Earning.ByType)) {
		w.rate("earning.by_type."+t, w.p.Earning.ByType[t])
	}
}

func (w *warner) rate(at string, r money.Rate) {
	if r > money.Whole {
		w.warn(at, "programme.warn-rate", "rate", r)
	}
}

func (w *warner) typed(at, code string) {
	if w.facts.Types == nil || slices.ContainsFunc(w.facts.Types, func(t string) bool { return text.Fold(t) == text.Fold(code) }) {
		return
	}
	w.warn(at, "programme.warn-no-type", "type", code, "known", Nearest(code, w.facts.Types))
}

// wanted keeps the types of which something wants goods where none of them has any.
func (w *warner) wanted(types []string) {
	is := func(list []string, t string) bool {
		return slices.ContainsFunc(list, func(x string) bool { return text.Fold(x) == text.Fold(t) })
	}
	if len(types) == 0 || slices.ContainsFunc(types, func(t string) bool { return !is(w.facts.Bare, t) }) {
		return
	}
	for _, t := range types {
		if !is(w.bare, t) {
			w.bare = append(w.bare, t)
		}
	}
}

// given is the same for a type with a rate of its own: one of nothing is kept
// from it, whether there are such goods or not.
func (w *warner) given(r money.Rate, t string) {
	if r != 0 {
		w.wanted([]string{t})
	}
}

// goods warns once of all types that nothing in the catalogue is of: what the
// programme says of them comes to nothing, for a sum without goods has no type.
func (w *warner) goods() {
	if len(w.bare) > 0 {
		w.warn("", "programme.warn-no-goods", "types", strings.Join(w.bare, ", "))
	}
}

// placed is a rule with where it stands.
type placed struct {
	*rule.Rule
	at       string
	campaign *rule.Campaign
	level    string
}

func (w *warner) rules(at string, rules []rule.Rule, c *rule.Campaign, level string) []placed {
	var out []placed
	for i := range rules {
		r := placed{&rules[i], fmt.Sprintf("%s[%d]", at, i), c, level}
		out = append(out, r)
		if r.Off {
			continue
		}
		w.over(r.at+".to", r.To)
		switch {
		case w.p.Gives == rule.GivesPoints && (r.Kind == rule.DiscountRule || r.Kind == rule.TariffRule),
			w.p.Gives == rule.GivesDiscounts && (r.Kind == rule.AccrualRule || r.Kind == rule.ShareRule):
			w.warn(r.at+".kind", "programme.warn-gives", "gives", string(w.p.Gives))
		case r.Kind == rule.AwardRule:
			w.award(r)
		}
		if r.Kind == rule.AccrualRule {
			w.rate(r.at+".rate", r.Rate)
			w.ruleTerms(r)
		}
		w.rule(r)
	}
	return out
}

// rule warns of conditions of a rule, its level and its campaign that never
// hold together.
func (w *warner) rule(r placed) {
	k := w.meet()
	if r.level != "" {
		k.add(r.at, &rule.Condition{Field: rule.FieldLevel, In: []string{r.level}})
	}
	if r.campaign != nil {
		k.addAll("", r.campaign.When)
		k.addAll("", r.campaign.Scope)
	}
	k.addAll(r.at+".when", r.When)
	k.addAll(r.at+".scope", r.Scope)
}

func (w *warner) award(r placed) {
	c := w.p.CampaignOf(r.Campaign)
	if c != nil && (c.Off || c.To != "" && c.To < w.facts.Today) {
		w.warn(r.at+".campaign", "programme.warn-award", "campaign", c.ID)
	}
}

func (w *warner) campaign(at string, c *rule.Campaign) []placed {
	if c.Off {
		return nil
	}
	if w.over(at+".to", c.To) {
		return nil
	}
	if len(c.Rules) == 0 {
		w.warn(at, "programme.warn-empty")
	}
	k := w.meet()
	k.addAll(at+".when", c.When)
	k.addAll(at+".scope", c.Scope)
	return w.rules(at+".rules", c.Rules, c, "")
}

// shadows warns of spending rules that never come to their turn: the first
// one that covers a line says what may be paid of it.
func (w *warner) shadows(all []placed) {
	for _, b := range all {
		if b.Kind != rule.ShareRule || b.Off {
			continue
		}
		for _, a := range all {
			if a.Rule != b.Rule && a.Kind == rule.ShareRule && !a.Off && a.covers(b) && a.before(b) {
				w.warn(b.at, "programme.warn-shadowed", "rule", a.ID)
				break
			}
		}
	}
}

// covers tells whether a rule acts wherever another does.
func (a placed) covers(b placed) bool {
	if a.From != "" || a.To != "" {
		return false
	}
	if a.campaign != b.campaign && a.campaign != nil || a.level != "" && a.level != b.level {
		return false
	}
	return subset(a.When, b.When) && subset(a.Scope, b.Scope)
}

// subset tells whether all conditions of a are among those of b.
func subset(a, b []rule.Condition) bool {
	for i := range a {
		among := false
		for j := range b {
			among = among || same(a[i], b[j])
		}
		if !among {
			return false
		}
	}
	return true
}

// before tells which of two rules of a kind goes first.
func (a placed) before(b placed) bool {
	rank := func(r placed) int {
		if r.campaign != nil {
			return r.campaign.Priority
		}
		return r.Priority
	}
	return cmp.Or(cmp.Compare(rank(b), rank(a)), cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.ID, b.ID)) < 0
}

// unreached warns of levels that nobody stays at: who has done enough for one
// has done enough for a higher one.
func (w *warner) unreached() {
	for i := range w.p.Levels {
		low := &w.p.Levels[i]
		for j := range w.p.Levels {
			high := &w.p.Levels[j]
			if high.Priority > low.Priority && !byHand(high) && implies(low, high) {
				w.warn(fmt.Sprintf("levels[%d]", i), "programme.warn-level", "level", high.ID)
				break
			}
		}
	}
}

// byHand tells whether a level that is not the lowest is only given by hand, as
// it asks for nothing.
func byHand(v *rule.Level) bool {
	return v.MemberGroup == "" && v.Total == 0 && v.Sum == 0 && v.Visits == 0 && v.Points == 0 && len(v.Parts) == 0
}

// implies tells whether all that holds for low is enough for high.
func implies(low, high *rule.Level) bool {
	if high.MemberGroup != "" && high.MemberGroup != low.MemberGroup || low.Any || high.Any || len(high.Parts) > 0 {
		return false
	}
	if (high.Sum > 0 || high.Visits > 0) && high.Days < low.Days {
		return false
	}
	return high.Total <= low.Total && high.Sum <= low.Sum && high.Visits <= low.Visits && high.Points <= low.Points
}

// groups warns of rule groups that no rule is in.
func (w *warner) groups(all []placed) {
	used := map[string]bool{}
	for _, r := range all {
		used[r.Group] = true
	}
	for _, name := range slices.Sorted(maps.Keys(w.p.Groups)) {
		if !used[name] {
			w.warn("groups."+name, "programme.warn-group")
		}
	}
}

// alike are Russian letters with the Latin ones that look the same.
var alike = strings.NewReplacer(
	"а", "a", "в", "b", "е", "e", "к", "k", "м", "m", "н", "h", "о", "o", "р", "p", "с", "c", "т", "t", "у", "y", "х", "x", "0", "o",
)

// lookalikes warns of codes that people can't tell apart.
func (w *warner) lookalikes() {
	seen := map[string]string{}
	for i := range w.p.Campaigns {
		for j, code := range w.p.Campaigns[i].Codes {
			shape := alike.Replace(text.Fold(code))
			if other, ok := seen[shape]; ok {
				w.warn(fmt.Sprintf("campaigns[%d].codes[%d]", i, j), "programme.warn-alike", "code", other)
				continue
			}
			seen[shape] = code
		}
	}
}
