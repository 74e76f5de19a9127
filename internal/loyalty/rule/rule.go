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
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Receipt is what is judged: what the till sent, completed from the catalogue
// and the outlet.
type Receipt struct {
	At       clock.Micros
	Day      string // business day of the outlet, YYYY-MM-DD
	Minute   int    // of the outlet's day, 0 to 1439
	Weekday  int    // of the business day, 1 = Monday to 7 = Sunday
	Outlet   id.ID
	Partner  id.ID
	Till     id.ID
	Cashier  id.ID
	Channel  string // sales channel, folded
	Lines    []Line
	Codes    []Code
	Payments []PaidBy // by kind, as far as the till has told; empty: not told yet
	Wish     Wish
}

// Code is a promo code that the buyer has shown.
type Code struct {
	Text     string // folded
	Campaign string // one that was given out, not listed in its campaign: whose it is; "": a listed one, or unknown
	Foreign  bool   // it is another member's
	Gone     string // given out for one use, and not to be had: why (WhyCodeUsed, WhyCodeExpired, WhyCodeWithdrawn)
}

// PaidBy is how much is paid by a kind of payment, in kopecks.
type PaidBy struct {
	Kind   string // folded
	Amount money.Amount
}

// Place is where and what a ticket is for; texts are folded.
type Place struct {
	Event     string `json:"event,omitempty"`
	EventType string `json:"event_type,omitempty"`
	Session   string `json:"session,omitempty"`
	Hall      string `json:"hall,omitempty"`
	Zone      string `json:"zone,omitempty"`
	Sector    string `json:"sector,omitempty"`
	Row       string `json:"row,omitempty"`
	Seat      string `json:"seat,omitempty"`
}

// Words lists the texts, in a fixed order.
func (p *Place) Words() []string {
	return []string{p.Event, p.EventType, p.Session, p.Hall, p.Zone, p.Sector, p.Row, p.Seat}
}

// Folded is the place as rules compare it.
func (p Place) Folded() Place {
	if p == (Place{}) {
		return p
	}
	return Place{
		Event: text.Fold(p.Event), EventType: text.Fold(p.EventType), Session: text.Fold(p.Session), Hall: text.Fold(p.Hall),
		Zone: text.Fold(p.Zone), Sector: text.Fold(p.Sector), Row: text.Fold(p.Row), Seat: text.Fold(p.Seat),
	}
}

func (p *Place) get(f Field) string {
	switch f {
	case FieldEvent:
		return p.Event
	case FieldEventType:
		return p.EventType
	case FieldSession:
		return p.Session
	case FieldHall:
		return p.Hall
	case FieldZone:
		return p.Zone
	case FieldSector:
		return p.Sector
	case FieldRow:
		return p.Row
	case FieldSeat:
		return p.Seat
	}
	return ""
}

// Line is one position.
type Line struct {
	SKU      string
	Folded   string // the SKU as rules compare it; "": not worked out yet
	Product  id.ID  // 0: not in the catalogue
	Type     string
	Groups   []id.ID
	Quantity money.Quantity
	Gross    money.Amount // price × quantity, before any discount
	Least    money.Amount // least price of one unit; 0: the programme's floor
	Payable  bool         // may be paid with points
	Earns    bool
	Place    Place

	Memorandum bool       // a film under a distributor's terms
	Forbids    *Forbidden // what those forbid; nil: they are not known, so that nothing is lowered, or only to the least price where there is one
}

// Forbidden is what a memorandum forbids, beside going below its least price.
type Forbidden struct {
	NoDiscounts bool `json:"no_discounts,omitempty"`
	NoPoints    bool `json:"no_points,omitempty"` // to be spent
	NoEarning   bool `json:"no_earning,omitempty"`
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

// Member is what the rules may know of the buyer. What a programme's rules do
// not look at (LooksAt) is left empty. Words are folded, days YYYY-MM-DD.
type Member struct {
	Home      home.ID      `json:"-"`                 // 0: no member
	Outside   bool         `json:"outside,omitempty"` // there is one, but he has no account in the programme
	Spendable money.Points `json:"spendable,omitempty"`
	Purchases int64        `json:"purchases,omitempty"` // before this one
	Turnover  money.Amount `json:"turnover,omitempty"`  // of past purchases
	Used      money.Amount `json:"used,omitempty"`      // of their used tickets
	LastDay   string       `json:"last_day,omitempty"`  // of the last purchase
	Level     string       `json:"level,omitempty"`
	LevelDay  string       `json:"level_day,omitempty"` // on which it began

	RegisteredDay string            `json:"registered_day,omitempty"`
	Source        string            `json:"source,omitempty"`
	Birth         string            `json:"birth,omitempty"`
	Sex           string            `json:"sex,omitempty"`
	City          string            `json:"city,omitempty"`
	Category      id.ID             `json:"category,omitempty"`
	Custom        map[string]string `json:"custom,omitempty"`
	Tags          []string          `json:"tags,omitempty"`
	Groups        []id.ID           `json:"groups,omitempty"`
	CardTypes     []id.ID           `json:"card_types,omitempty"`
	Relatives     []string          `json:"relatives,omitempty"` // birth dates
}

// Known tells whether the receipt has a member.
func (m *Member) Known() bool { return m.Home > 0 }

// whyUnknown is why a receipt takes no part in the programme.
func (m *Member) whyUnknown() string {
	if m.Outside {
		return WhyNoAccount
	}
	return WhyNoMember
}

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
	Rule     string     `json:"rule"`
	Campaign string     `json:"campaign,omitempty"` // "": base
	Kind     EffectKind `json:"kind"`
	Amount   int64      `json:"amount"` // kopecks, or hundredths of points for an accrual
	Units    []Span     `json:"units"`
	Shares   []Share    `json:"shares"`
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

// Use is one use of a limited campaign that an outcome rests on.
type Use struct {
	Campaign string
	Code     string // folded; "" where none opened it
	InAll    int64  // limits; 0: none
	PerCode  int64
	PerHead  int64
}

// Grant is points earned on terms of their own: they make a lot, or one for
// each ticket where they wait for its use.
type Grant struct {
	Terms  Resolved
	Points money.Points
	Rules  []string // that earned them
	Shares []Share  // hundredths by line
}

// Award is a promo code that the member is to be given.
type Award struct {
	Rule     string
	Campaign string
}

// Message is something to be said to the cashier and on the receipt.
type Message struct {
	Rule string
	Text Text
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

	Grants    []Grant
	Uses      []Use
	Codes     []string // that opened campaigns which acted, folded
	Awards    []Award
	Messages  []Message
	Campaigns []string // that acted, in the order they act
	Best      Best     // how the combination was found
	Trace     []Step
}

// OnUse tells whether the points of a rule wait for the tickets' use.
func (o *Outcome) OnUse(rule string) bool {
	return slices.ContainsFunc(o.Grants, func(g Grant) bool { return g.Terms.OnUse && slices.Contains(g.Rules, rule) })
}

// Best says how the combination of campaigns was found.
type Best struct {
	Tried int          // combinations that were evaluated
	Exact bool         // no other allowed combination gives more
	Gap   money.Amount // where not exact: kopecks by which another could be better, at most
}
