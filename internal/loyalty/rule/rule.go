// Package rule judges a receipt: what each line is discounted by, how much of
// it may be paid with points, what it earns, and why.
//
// Judge is a pure function of a programme, a receipt and what is known of the
// member: no clock, no randomness, no storage. So the same inputs give the
// same outcome for ever, a quote equals the commit that follows it, and the
// reasons for a stored receipt are computed again when somebody asks.
//
// A rule's effect falls on a set of units (a unit is one piece of a line) and
// is then split over lines to the kopeck. What holds for every outcome:
//
//   - for each line 0 ≤ discount, 0 ≤ points' part, discount + points' part ≤
//     gross, and neither takes the line below its floor;
//   - the lines' shares of an effect add up to the effect, and the effects of
//     a kind to the receipt's figure;
//   - gross − discount − points' part = due, for each line and in all.
//
// Money is in kopecks, points in hundredths, rates in millionths, quantities
// in thousandths.
package rule

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Receipt is what is judged: what the till sent, completed from the catalogue
// and the outlet.
type Receipt struct {
	At      clock.Micros
	Day     string // business day of the outlet, YYYY-MM-DD
	Minute  int    // of the outlet's day, 0 to 1439
	Weekday int    // of the business day, 1 = Monday to 7 = Sunday
	Outlet  id.ID
	Partner id.ID
	Till    id.ID
	Cashier id.ID
	Lines   []Line
	Codes   []string
	Wish    Wish
}

// Line is one position.
type Line struct {
	SKU      string
	Product  id.ID // 0: not in the catalogue
	Type     string
	Groups   []id.ID
	Quantity money.Quantity
	Gross    money.Amount // price × quantity, before any discount
	Least    money.Amount // least price of one unit; 0: the programme's floor
	Payable  bool         // may be paid with points
	Earns    bool
}

// Units is the number of whole pieces of the line; a line of a broken
// quantity (weighed goods) is one unit that can't be divided.
func (l *Line) Units() int64 {
	if l.Quantity%1000 != 0 || l.Quantity == 0 {
		return 1
	}
	return int64(l.Quantity / 1000)
}

// Wish says how many points the buyer wants to pay with.
type Wish struct {
	Max    bool         // as many as may be
	Points money.Points // else exactly these; 0: none
}

// Member is what the rules may know of the buyer.
type Member struct {
	Home      home.ID // 0: no member
	Spendable money.Points
	Purchases int64 // before this one
}

// Known tells whether the receipt has a member.
func (m *Member) Known() bool { return m.Home > 0 }

// EffectKind says what an effect changes.
type EffectKind string

// The kinds of effects.
const (
	Discount EffectKind = "discount" // kopecks off the price
	Payment  EffectKind = "points"   // kopecks off the price, paid with points
	Accrual  EffectKind = "accrual"  // hundredths of points earned
)

// Effect is what one rule does to a set of units.
type Effect struct {
	Rule   string     `json:"rule"`
	Kind   EffectKind `json:"kind"`
	Amount int64      `json:"amount"` // kopecks, or hundredths of points for an accrual
	Units  []Span     `json:"units"`
	Shares []Share    `json:"shares"`
}

// Span is a run of units of one line.
type Span struct {
	Line  int   `json:"line"` // index, from 0
	From  int64 `json:"from"`
	Count int64 `json:"count"`
}

// Share is a line's part of an effect, never 0.
type Share struct {
	Line   int   `json:"line"`
	Amount int64 `json:"amount"`
}

// Use is one use of a limited thing that an outcome rests on.
type Use struct {
	Offer   string // the offer's id
	Code    string // folded
	InAll   int64  // limits; 0: none
	PerCode int64
	PerHead int64
}

// LineOutcome is what becomes of a line.
type LineOutcome struct {
	Gross    money.Amount
	Discount money.Amount
	Points   money.Points // spent on it
	Paid     money.Amount // what those points took off its price
	Most     money.Amount // the most that points could take off it
	Earned   money.Points
	Due      money.Amount
}

// Outcome is what becomes of a receipt.
type Outcome struct {
	Lines   []LineOutcome
	Effects []Effect

	Gross    money.Amount
	Discount money.Amount
	Most     money.Points // the most that may be paid with points, by the rules and what the member has
	Allowed  money.Points // the same by the rules alone
	Spent    money.Points
	Paid     money.Amount // what the spent points took off
	Due      money.Amount // what is left to pay in money
	Earned   money.Points

	Uses  []Use
	Trace []Step
}
