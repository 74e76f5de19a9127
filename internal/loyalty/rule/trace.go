package rule

import (
	"crypto/sha256"
	"encoding/binary"
	"strconv"

	"kopilka/internal/platform/fault"
)

// Step is what the trace says of one rule: that it acted and with what, or
// why not. The reason is a translation key under "why." and its arguments say
// what was found and what was needed.
type Step struct {
	Rule    string
	Applied bool
	Reason  string
	Amount  int64 // kopecks or hundredths, as the reason's text says
	Args    []fault.Arg
}

// The reasons.
const (
	WhyDiscount      = "discount"            // the offer took Amount off
	WhyCodeUnknown   = "code-unknown"        // no offer has this code
	WhyCodeDates     = "code-dates"          // not between its dates
	WhyCodeSum       = "code-sum"            // the receipt is below its least sum
	WhyCodeUsed      = "code-used-up"        // its limit is reached
	WhyCodeMember    = "code-member"         // only for members
	WhyCodeNothing   = "code-nothing"        // nothing in the receipt that it can lower
	WhyCodeLost      = "code-lost"           // another code gives more
	WhySpent         = "points-spent"        // points took Amount off
	WhyNotPayable    = "points-none-payable" // no line may be paid with points
	WhyNoPoints      = "points-none"         // the member has none
	WhyEarned        = "earned"              // Amount points
	WhyEarnsNothing  = "earns-nothing"       // nothing of it earns by this rule
	WhyNoMember      = "no-member"           // a receipt without a member neither spends nor earns
	WhyNotEarnedPaid = "earns-not-with-points"
)

func (o *Outcome) why(rule string, applied bool, reason string, amount int64, args ...any) {
	o.Trace = append(o.Trace, Step{Rule: rule, Applied: applied, Reason: reason, Amount: amount, Args: fault.Pairs(args...)})
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
	num(int64(o.Gross), int64(o.Discount), int64(o.Allowed), int64(o.Spent), int64(o.Paid), int64(o.Due), int64(o.Earned))
	for i := range o.Lines {
		l := &o.Lines[i]
		num(int64(l.Gross), int64(l.Discount), int64(l.Points), int64(l.Paid), int64(l.Most), int64(l.Earned), int64(l.Due))
	}
	for i := range o.Trace {
		s := &o.Trace[i]
		b = append(b, s.Rule...)
		b = strconv.AppendBool(append(b, 0), s.Applied)
		b = append(append(b, s.Reason...), 0)
		num(s.Amount)
	}
	sum := sha256.Sum256(b)
	return [16]byte(sum[:16])
}
