package rule

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// Step is what the trace says of one rule, campaign or code: that it acted and
// with what, or why not. The reason is a translation key under "why." and its
// arguments say what was found and what was needed.
type Step struct {
	Rule     string
	Campaign string // "": base
	Code     string // folded; of a step about a code
	Applied  bool
	Reason   string
	Amount   int64 // kopecks or hundredths, as the reason's text says
	Args     []fault.Arg
}

// About tells whether two steps are of the same rule, campaign and code.
func (s *Step) About(x *Step) bool {
	return s.Rule == x.Rule && s.Campaign == x.Campaign && s.Code == x.Code
}

// The reasons. One of a condition that does not hold is Unmet and its field.
const (
	WhyDiscount       = "discount"              // the rule took Amount off
	WhyFloored        = "discount-floored"      // the same, less than its size: a least price stood in the way
	WhyCodeUnknown    = "code-unknown"          // no campaign has this code
	WhyCodeUsed       = "code-used-up"          // its limit is reached
	WhyCodeExpired    = "code-expired"          // its last day is over
	WhyCodeWithdrawn  = "code-withdrawn"        // it was taken back
	WhyCodeHeld       = "code-held"             // a reservation holds it
	WhyCodeForeign    = "code-foreign"          // it is another member's
	WhyCodeSpare      = "code-spare"            // another code of the same campaign acts
	WhyNeedsCode      = "needs-code"            // no code opens the campaign
	WhyUsedUp         = "used-up"               // the campaign's limit is reached
	WhyUsedByBuyer    = "used-by-buyer"         // the same, of each buyer
	WhyOff            = "off"                   // switched off
	WhyDates          = "dates"                 // not between its dates
	WhyGives          = "gives"                 // the programme gives no such thing
	WhyNoUnits        = "no-units"              // nothing in the receipt that it falls on
	WhyMaxUnits       = "max-units"             // more units than the campaign allows
	WhyIfPayment      = "if-payment"            // it depends on how is paid, which is not told yet
	WhyNothing        = "nothing"               // nothing in the receipt that it can lower
	WhyFewUnits       = "few-units"             // fewer units than it needs
	WhyFewSum         = "few-sum"               // they cost less than it needs
	WhyFewOfSet       = "few-of-set"            // fewer units of one part than one set takes
	WhyFewPast        = "few-past"              // past purchases come to less than it needs
	WhyFewUsed        = "few-used"              // used tickets come to less than it needs
	WhyLost           = "lost"                  // another combination takes off more
	WhyLostPoints     = "lost-points"           // another combination earns more
	WhyBeaten         = "beaten"                // another rule of its group gives more
	WhySpent          = "points-spent"          // points took Amount off
	WhyNotPayable     = "points-none-payable"   // no line may be paid with points
	WhyNoPoints       = "points-none"           // the member has none
	WhyEarned         = "earned"                // Amount points, a rate of what was paid
	WhyEarnedPoints   = "earned-points"         // Amount points, a fixed number
	WhyEarnedEach     = "earned-each"           // Amount points, so many for each full sum
	WhyEarnedTimes    = "earned-times"          // Amount points more, as others were multiplied
	WhyEarnsNothing   = "earns-nothing"         // nothing of it earns by this rule
	WhyNoMember       = "no-member"             // a receipt without a member neither spends nor earns
	WhyNoAccount      = "no-account"            // nor does one of a member who has no account in the programme
	WhyNotEarnedPaid  = "earns-not-with-points" // not on a receipt partly paid with points
	WhyLevelEarnsNot  = "level-earns-not"       // the member's level earns nothing (any more)
	WhyAward          = "award"                 // a promo code is given
	WhyMessage        = "message"               // something is said
	WhyShare          = "share"                 // the rule says what share points may pay
	WhyShareSet       = "share-set"             // another rule says it for all of its lines
	WhyClosed         = "closed"                // the till has set the prices already
	WhyMemoDiscounts  = "memorandum-discounts"  // no discounts on lines under a memorandum
	WhyMemoPoints     = "memorandum-points"     // no points pay for them
	WhyMemoEarning    = "memorandum-earning"    // they earn nothing
	WhyPushkinPoints  = "pushkin-points"        // no points are spent, as a Pushkin card pays
	WhyPushkinEarning = "pushkin-earning"       // what it pays earns nothing
	WhyLeast          = "least-price"           // goods with a least price are not lowered

	// Unmet begins the reasons of conditions: "unmet-" and the field.
	Unmet = "unmet-"
)

// TooFew are the reasons of rules of whose sum or units there is less than they need.
var TooFew = []string{WhyFewUnits, WhyFewSum, WhyFewOfSet, WhyFewPast, WhyFewUsed}

// unmet is the reason of a condition that does not hold.
func unmet(f Field) string {
	if len(f) > len(CustomField) && f[:len(CustomField)] == CustomField {
		return Unmet + "custom"
	}
	return Unmet + string(f)
}

func args(pairs ...any) []fault.Arg { return fault.Pairs(pairs...) }

// why adds a step to the trace of the outcome that is told.
func (j *judgement) why(s Step) {
	if j.final {
		j.Trace = append(j.Trace, s)
	}
}

// whyRule tells of a rule that did not act.
func (j *judgement) whyRule(r *Rule, s Step) {
	s.Rule, s.Campaign = r.ID, r.campaignID()
	j.why(s)
}

// noteGot begins a candidate's count of what it takes off.
func (j *judgement) noteGot(c *candidate) { c.asked, c.gave = 0, 0 }

func (j *judgement) tellDiscount(c *candidate) {
	s := Step{Applied: true, Reason: WhyDiscount, Amount: int64(c.gave), Args: args("amount", c.gave)}
	switch {
	case c.gave == 0:
		s = Step{Reason: WhyNothing}
		if step := j.tooFew(c, j.before); step != nil {
			s = *step
		}
	case c.gave < c.asked:
		s.Reason, s.Args = WhyFloored, args("asked", c.asked)
	}
	j.whyRule(c.rule, s)
}

func (j *judgement) whyEarned(e *earning, applied bool) {
	if !j.final {
		return
	}
	s := Step{Rule: e.id, Campaign: e.campaignID(), Applied: applied, Amount: e.amount}
	switch {
	case applied:
		s.Reason, s.Args = e.how()
	case e.beaten != "":
		s.Reason, s.Args = WhyBeaten, args("best", e.beaten)
	case e.short != nil:
		s.Reason, s.Args, s.Amount = e.short.Reason, e.short.Args, 0
	default:
		s.Reason, s.Amount = WhyEarnsNothing, 0
	}
	j.why(s)
}

// how says by what the points were counted.
func (e *earning) how() (reason string, of []fault.Arg) {
	points := money.Points(e.amount)
	switch {
	case e.rule != nil && e.rule.way == wayEach && e.beaten == "":
		return WhyEarnedEach, args("points", points, "per", e.rule.Points, "each", e.rule.Each, "base", e.base)
	case e.rule != nil && e.rule.way == wayMultiply:
		return WhyEarnedTimes, args("points", points, "rate", e.rate)
	case e.rate == 0: // fixed points, or several rates of a table
		return WhyEarnedPoints, args("points", points)
	}
	return WhyEarned, args("base", e.base, "rate", e.rate)
}

// say tells messages and awards of the rules that act.
func (j *judgement) say() {
	for i := range j.cands {
		c := &j.cands[i]
		if c.order != 6 || !j.chosen[i] {
			continue
		}
		if step := j.unmetAmount(c, j.dues()); step != nil {
			j.whyRule(c.rule, *step)
			continue
		}
		switch {
		case c.rule.Kind == MessageRule:
			j.Messages = append(j.Messages, Message{Rule: c.rule.ID, Text: c.rule.Text})
			j.whyRule(c.rule, Step{Applied: true, Reason: WhyMessage})
		case !j.m.Known():
			j.whyRule(c.rule, Step{Reason: j.m.whyUnknown()})
		default:
			j.Awards = append(j.Awards, Award{Rule: c.rule.ID, Campaign: c.rule.Campaign})
			j.whyRule(c.rule, Step{Applied: true, Reason: WhyAward})
		}
	}
}

// countWords counts what say would award and tell.
func (j *judgement) countWords(got *score) {
	for i := range j.cands {
		c := &j.cands[i]
		if c.order != 6 || !j.chosen[i] || j.unmetAmount(c, j.dues()) != nil {
			continue
		}
		switch {
		case c.rule.Kind == MessageRule:
			got.messages++
		case j.m.Known():
			got.awards++
		default:
			continue
		}
		c.acts = true
	}
}

// settleCampaigns finds which campaigns acted, the uses and codes that they
// rest on, and tells of candidates that another combination beat.
func (j *judgement) settleCampaigns() {
	acted := map[string]bool{}
	for i := range j.Effects {
		acted[j.Effects[i].Campaign] = true
	}
	for i := range j.cands {
		r := j.cands[i].rule
		if slices.ContainsFunc(j.Awards, func(a Award) bool { return a.Rule == r.ID }) ||
			slices.ContainsFunc(j.Messages, func(m Message) bool { return m.Rule == r.ID }) {
			acted[r.campaignID()] = true
		}
	}
	for i := range j.opened {
		o := &j.opened[i]
		if !o.open || !acted[o.campaign.ID] {
			continue
		}
		j.Campaigns = append(j.Campaigns, o.campaign.ID)
		if o.code != "" {
			j.Codes = append(j.Codes, o.code)
		}
		if o.campaign.Limits.bound() {
			j.Uses = append(j.Uses, o.campaign.use(o.code))
		}
	}
	slices.Sort(j.Campaigns)
	// A code gives way to another only where that one has acted; else what its campaign
	// lacked is why it did nothing.
	j.Trace = slices.DeleteFunc(j.Trace, func(s Step) bool {
		return s.Reason == WhyCodeSpare && !slices.ContainsFunc(j.Codes, func(code string) bool { return j.opensFirst(s.Campaign, code) })
	})
	for i := range j.cands {
		c := &j.cands[i]
		switch {
		case !j.chosen[i]:
			j.whyRule(c.rule, j.lost(c))
		case c.order <= 2 && !c.met:
			if step := j.unmetAmount(c, j.dues()); step != nil {
				j.whyRule(c.rule, *step)
			} else {
				j.whyRule(c.rule, Step{Reason: WhyNothing})
			}
		}
	}
}

// told is what a condition found and what it needs, for a trace.
func (c *Condition) told(f *found) []fault.Arg {
	var got any = ""
	switch {
	case c.info.Ranged() && f.known:
		got = f.n
	case c.info.Form == IDs:
		got = idWords(f.ids)
	case f.known:
		got = slices.Clone(f.words)
	}
	out := args("found", got)
	if c.Field == "" || c.info == &custom {
		out = append(out, args("field", string(c.Field))...)
	}
	if c.info.Ranged() {
		return append(out, args("needed", Range{c.info.Form, c.From, c.Below})...)
	}
	return append(out, args("needed", Wanted{c.In, c.Not})...)
}

// Range is what a condition needs of a number; Form says what it counts.
type Range struct {
	Form        Form
	From, Below *int64
}

// Wanted is what a condition needs of words.
type Wanted struct{ In, Not []string }

// decided is a reason as far as it decides: a code that is held is as good as
// used up, by whichever limit, and is used up once the order is paid.
func decided(reason string) string {
	switch reason {
	case WhyCodeHeld, WhyUsedByBuyer, WhyUsedUp:
		return WhyCodeUsed
	}
	return reason
}

// Digest is a hash of the whole outcome with its reasons: two evaluations
// with the same digest decided alike.
func (o *Outcome) Digest() [16]byte {
	b := make([]byte, 0, 512)
	num := func(vs ...int64) {
		for _, v := range vs {
			b = binary.AppendVarint(b, v)
		}
	}
	word := func(s string) { b = append(append(b, s...), 0) }
	num(int64(o.Gross), int64(o.Discount), int64(o.Allowed), int64(o.Spent), int64(o.Paid), int64(o.Due), int64(o.Earned))
	for i := range o.Lines {
		l := &o.Lines[i]
		num(int64(l.Gross), int64(l.Discount), int64(l.Points), int64(l.Paid), int64(l.Most), int64(l.Earned), int64(l.Due))
	}
	for i := range o.Trace {
		s := &o.Trace[i]
		word(s.Rule)
		word(s.Campaign)
		word(s.Code)
		b = strconv.AppendBool(b, s.Applied)
		word(decided(s.Reason))
		num(s.Amount)
	}
	for _, a := range o.Awards {
		word(a.Rule)
	}
	sum := sha256.Sum256(b)
	return [16]byte(sum[:16])
}
