// Package promo keeps the promo codes that were given out, a row each: made by
// hand, for whoever has them or for one member, or awarded by a rule. Each is
// good for one use. The codes that a campaign lists are part of its programme
// and are no rows.
//
// What holds:
//
//   - a code is random, can't be guessed and is never given twice;
//   - it is used by one purchase at most, in that purchase's own transaction
//     and under the row's lock; a code that is used names its purchase, and the
//     purchase names it;
//   - what a code is for and whose it is never changes; its state does.
//
// Here are the rows; how they are used, awarded and given back is the affair
// of package purchase, which does it in its transactions.
package promo

import (
	"slices"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// State tells what became of a code.
type State string

// The states of a code.
const (
	Active    State = "active"    // to be used
	Used      State = "used"      // by a purchase
	Withdrawn State = "withdrawn" // never to be used
	Expired   State = "expired"   // no row says so: its last day is over
)

// Code is one code that was given out.
type Code struct {
	Code      string // folded
	Programme id.ID
	Campaign  string
	Home      home.ID // 0: whoever has it, or gave the phone or e-mail of Guest
	Guest     string  // keyed hash of a phone or e-mail; "": it is bound to none
	Shown     string  // of that what may be shown
	State     State
	MadeAt    clock.Micros
	MadeBy    string       // "": a rule awarded it
	Op        id.ID        // the purchase, of its home, that it was awarded for; 0: none
	Expires   string       // last day on which it works, YYYY-MM-DD; "": none
	UsedAt    clock.Micros // 0: not used
	UsedHome  home.ID      // with UsedOp: the purchase that used it
	UsedOp    id.ID
	HeldBy    id.ID        // a reservation that keeps it; 0: none
	HeldUntil clock.Micros // before this
}

// On is the code's state on a day: one that has not been used in time is
// expired from the next on.
func (c *Code) On(day string) State {
	if c.State == Active && c.Expires != "" && day > c.Expires {
		return Expired
	}
	return c.State
}

// Held tells whether a reservation keeps it at a time.
func (c *Code) Held(at clock.Micros) bool { return c.HeldBy != 0 && at < c.HeldUntil }

// Free tells whether it can be used, on a business day and at a time, by the
// purchase that a reservation becomes.
func (c *Code) Free(day string, reservation id.ID, at clock.Micros) bool {
	return c.On(day) == Active && (c.HeldBy == reservation || !c.Held(at))
}

// Foreign tells whether it is another's than the buyer's: guests are the hashes
// of the phones and e-mails that he is known by.
func (c *Code) Foreign(h home.ID, guests []string) bool {
	return c.Home != 0 && c.Home != h || c.Guest != "" && !slices.Contains(guests, c.Guest)
}

// Shown is the code as people are shown it; they may type it in any case.
func Shown(code string) string { return strings.ToUpper(code) }

// Limits on what is made at once.
const (
	MaxMade = 1000
	maxPage = 201 // one more than is shown, to see whether there is more
)

// Codes makes and withdraws codes.
type Codes struct {
	DB    *db.DB
	Clock clock.Clock
}

// Size is what a rule of a campaign gives, where that can be told without a
// receipt. What is zero is not its way.
type Size struct {
	Kind     rule.Kind
	Rate     money.Rate   // share of the price
	Amount   money.Amount // kopecks
	EachUnit bool         // Amount or Points are for each unit
	Points   money.Points
	Multiply money.Rate // how many times more points: 2 × is 2 000 000
}

// Sizes tells what the rules of a campaign give, as far as it can be told.
func Sizes(c *rule.Campaign) (out []Size) {
	for i := range c.Rules {
		r := &c.Rules[i]
		s := Size{Kind: r.Kind, Rate: r.Rate, Amount: r.Amount, EachUnit: r.EachUnit, Points: r.Points, Multiply: r.Multiply}
		plain := s != Size{Kind: r.Kind, EachUnit: r.EachUnit} && len(r.Table) == 0 && r.Each == 0
		if !r.Off && plain {
			out = append(out, s)
		}
	}
	return out
}
