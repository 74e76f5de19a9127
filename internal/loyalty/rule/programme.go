package rule

import (
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Programme is the rules of one loyalty programme in one version; its points
// are one currency. It never changes once it is compiled.
type Programme struct {
	ID       id.ID  `json:"id"`
	Version  int64  `json:"version"`
	Code     string `json:"code"`
	Name     string `json:"name"`
	On       bool   `json:"on"`
	Priority int    `json:"priority"`
	From     string `json:"from,omitempty"` // first and last day, YYYY-MM-DD; empty: open
	To       string `json:"to,omitempty"`
	Zone     string `json:"zone"`      // IANA name; its days are the programme's days
	TermsURL string `json:"terms_url"` // the terms that members agree to

	Outlets  []id.ID `json:"outlets,omitempty"`  // bound to these
	Partners []id.ID `json:"partners,omitempty"` // else to these; neither: to the organization

	Gives     Gives              `json:"gives,omitempty"` // points, discounts or both; "": both
	Settings  Settings           `json:"settings"`
	Earning   Earning            `json:"earning"`
	Spending  Spending           `json:"spending"`
	Welcome   Gift               `json:"welcome"`
	Himself   Gift               `json:"welcome_self,omitzero"` // in its place, to who registered himself; none: no other
	Gifts     []GiftRule         `json:"gifts,omitempty"`
	Groups    map[string]Combine `json:"groups,omitempty"` // of accrual rules by name; one that is not here adds
	Levels    []Level            `json:"levels,omitempty"`
	Rules     []Rule             `json:"rules,omitempty"` // of the built-in campaign, base
	Campaigns []Campaign         `json:"campaigns,omitempty"`

	none     bool // the programme of a receipt that falls under none
	zone     *time.Location
	codes    map[string]*Campaign // by folded code
	levels   map[string]*Level    // by folded id
	accrues  bool                 // has accrual rules beside its own rates
	onRefund map[string]OnRefund  // by rule, of campaigns that say it
	owners   map[string]string    // by rule, the campaign whose it is
	looks    map[Field]bool       // fields that rules look at
	needs    Needs
	all      []*Rule // in the order they act
	index    index
}

// Base names the built-in campaign of the programme's own rules and levels,
// which acts beside all others.
const Base = "base"

// Gives says what a programme gives.
type Gives string

// What a programme gives.
const (
	GivesAll       Gives = "both"
	GivesPoints    Gives = "points"
	GivesDiscounts Gives = "discounts"
)

// EarnOn says which amount of a line points are earned on.
type EarnOn string

// The amounts that points can be earned on.
const (
	BeforeDiscounts EarnOn = "before"
	AfterDiscounts  EarnOn = "after"
)

// Clawback says what happens when a refund must take points that are gone.
type Clawback string

// The ways to take points that are gone.
const (
	ClawDebt    Clawback = "debt"    // the account owes them
	ClawMoney   Clawback = "money"   // the refund pays less money
	ClawForgive Clawback = "forgive" // nothing
)

// Progressive says what a table's rate acts on.
type Progressive string

// The ways to read a table of rates.
const (
	OnWhole Progressive = "whole"    // the rate of the step reached acts on the whole sum
	OnPart  Progressive = "marginal" // each step's rate acts on the part above it
)

// ConditionsOn says which amounts conditions on sums look at.
type ConditionsOn string

// The amounts that conditions look at.
const (
	BeforeStage ConditionsOn = "stage" // what the stages before have left
	BeforeAll   ConditionsOn = "gross" // before all discounts
)

// LevelScope says whose purchases count for a level on a household's account.
type LevelScope string

// The scopes.
const (
	ScopeAccount LevelScope = "account" // all that are made on it: the level is the household's
	ScopeMember  LevelScope = "member"  // each member's own: so is the level
)

// LevelOn says at which level a receipt is judged.
type LevelOn string

// The levels that a receipt can be judged at.
const (
	LevelBefore LevelOn = "before" // held before it
	LevelAfter  LevelOn = "after"  // reached by it
)

// OpenAccount says when a member gets his account in the programme.
type OpenAccount string

// The ways in which accounts come to be.
const (
	OpenAtUse  OpenAccount = "at-use"  // with the first purchase
	OpenByHand OpenAccount = "by-hand" // only where somebody asks for it; until then his receipts take no part
)

// Earning is the accrual rule: points as a percentage of a line, a point to
// the rouble whatever a point is worth, by the type of its product.
type Earning struct {
	Rate   money.Rate            `json:"rate"`             // of types not named
	ByType map[string]money.Rate `json:"by_type"`          // by the type's code
	Delay  int                   `json:"delay"`            // days until earned points are active; 0: at once
	OnUse  bool                  `json:"on_use,omitempty"` // those of a ticket wait for its use; Delay counts from it
	Expiry Expiry                `json:"expiry"`           // of earned points
	Rule   string                `json:"rule,omitempty"`   // name in traces; "earn"
	Note   string                `json:"note,omitempty"`   // for the staff
}

// ExpiryMode says what the end of points is counted from.
type ExpiryMode string

// The modes of expiry.
const (
	Never         ExpiryMode = "never"
	AfterAccrual  ExpiryMode = "accrual"  // days after they become active
	AfterPurchase ExpiryMode = "purchase" // days after the account's last purchase
	OnDates       ExpiryMode = "dates"    // at the end of the next of these days of the year
)

// Expiry is the term of points.
type Expiry struct {
	Mode  ExpiryMode `json:"mode"`
	Days  int        `json:"days,omitempty"`
	Dates []string   `json:"dates,omitempty"` // MM-DD
}

// Spending says what share of a line may be paid with points.
type Spending struct {
	Share  money.Rate            `json:"share"` // of types not named
	ByType map[string]money.Rate `json:"by_type"`
}

// WelcomeOf is the gift on joining: of one who registered himself, or was
// registered by somebody.
func (p *Programme) WelcomeOf(himself bool) Gift {
	if himself && p.Himself.Points > 0 {
		return p.Himself
	}
	return p.Welcome
}

// Gift is points with a term of their own.
type Gift struct {
	Points money.Points `json:"points"`
	Days   int          `json:"days"` // 0: for ever
}

// Day is the programme's day at a time, YYYY-MM-DD.
func (p *Programme) Day(t clock.Micros) string { return t.In(p.zone).Format(time.DateOnly) }

// ActiveOn tells whether the programme is on, on a day.
func (p *Programme) ActiveOn(day string) bool { return p.On && within(day, p.From, p.To) }

// within compares days as text, which sorts as time does.
func within(day, from, to string) bool {
	return (from == "" || day >= from) && (to == "" || day <= to)
}

// startOfDay is the beginning of the day that lies days after t's, on the
// programme's calendar.
func (p *Programme) startOfDay(t clock.Micros, days int) clock.Micros {
	y, m, d := t.In(p.zone).Date()
	return dayBegins(y, m, d+days, p.zone)
}

// dayBegins is the first instant of a day. Where clocks skip midnight it is
// that of the change: Go would give an hour before or after it.
func dayBegins(year int, m time.Month, d int, zone *time.Location) clock.Micros {
	t := time.Date(year, m, d, 0, 0, 0, 0, zone)
	shown := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, time.UTC)
	switch shown.Compare(time.Date(year, m, d, 0, 0, 0, 0, time.UTC)) {
	case -1:
		_, t = t.ZoneBounds()
	case 1:
		t, _ = t.ZoneBounds()
	}
	return clock.Of(t)
}

// EndAfter is the end of the day that lies days after t's: points that live N
// days are there on all of the N-th.
func (p *Programme) EndAfter(t clock.Micros, days int) clock.Micros { return p.startOfDay(t, days+1) }

// EndOf is the end of a day of the programme's calendar, of which the date is
// looked at only.
func (p *Programme) EndOf(day time.Time) clock.Micros {
	y, m, d := day.Date()
	return dayBegins(y, m, d+1, p.zone)
}

// MonthTurn is the first instant of the month after t's.
func (p *Programme) MonthTurn(t clock.Micros) clock.Micros {
	y, m, _ := t.In(p.zone).Date()
	return dayBegins(y, m+1, 1, p.zone)
}

// Resolved is the terms of points with the programme's filled in.
type Resolved struct {
	Delay  int    `json:"delay,omitempty"`
	OnUse  bool   `json:"on_use,omitempty"`
	Expiry Expiry `json:"expiry"`
}

// Terms are those of the programme's own earning.
func (p *Programme) Terms() Resolved { return p.terms(nil) }

// terms are those of a rule's points; nil: the programme's.
func (p *Programme) terms(r *Rule) Resolved {
	out := Resolved{Delay: p.Earning.Delay, OnUse: p.Earning.OnUse, Expiry: p.Earning.Expiry}
	if r == nil || r.Terms == nil {
		return out
	}
	out.Delay, out.OnUse = r.Terms.Delay, r.Terms.OnUse
	if r.Terms.Expiry != nil {
		out.Expiry = *r.Terms.Expiry
	}
	return out
}

// ActiveAt is when points earned at t become active by their delay.
func (p *Programme) ActiveAt(r *Resolved, t clock.Micros) clock.Micros {
	if r.Delay == 0 {
		return t
	}
	return p.startOfDay(t, r.Delay)
}

// LapseAt is when points lapse that wait for a ticket which was not used: t is
// the start of its session. Zero is never.
func (p *Programme) LapseAt(t clock.Micros) clock.Micros {
	if p.Settings.UnusedLapse == 0 {
		return 0
	}
	return p.EndAfter(t, p.Settings.UnusedLapse)
}

// TermsOf are the terms of the points that a rule earned, by its id.
func (p *Programme) TermsOf(rule string) Resolved {
	for _, r := range p.all {
		if r.ID == rule {
			return p.terms(r)
		}
	}
	return p.terms(nil) // the programme's own earning
}

// Gates lists the places of the programme that mean nothing unless tickets are
// checked somewhere: points that wait for a ticket's use, and tables that are
// read by used ones.
func (p *Programme) Gates() (paths []string) {
	if p.Earning.OnUse {
		paths = append(paths, "earning.on_use")
	}
	for _, r := range p.all {
		switch {
		case r.Off:
		case r.Terms != nil && r.Terms.OnUse:
			paths = append(paths, r.at+".terms.on_use")
		case r.By == ByUsed:
			paths = append(paths, r.at+".by")
		}
	}
	return paths
}

// Expires is when points active at t expire; sliding ones end with the
// account's date. Zero is never.
func (p *Programme) Expires(e *Expiry, t clock.Micros) (at clock.Micros, sliding bool) {
	switch e.Mode {
	case AfterAccrual:
		return p.EndAfter(t, e.Days), false
	case AfterPurchase:
		return 0, true
	case OnDates:
		return p.nextDate(e, t), false
	}
	return 0, false
}

// nextDate is the end of the first of the expiry's days of the year that is
// not over at t; 29 February is kept on the 28th.
func (p *Programme) nextDate(e *Expiry, t clock.Micros) clock.Micros {
	year := t.In(p.zone).Year()
	var best clock.Micros
	for y := year; y <= year+1; y++ {
		for _, md := range e.Dates {
			end := p.endOf(y, md)
			if end > t && (best == 0 || end < best) {
				best = end
			}
		}
	}
	return best
}

func (p *Programme) endOf(year int, md string) clock.Micros {
	named, _ := time.Parse(time.DateOnly, "2024-"+md) // a leap year; Compile checked the form
	m, d := named.Month(), named.Day()
	if time.Date(year, m, d, 0, 0, 0, 0, time.UTC).Day() != d {
		d-- // 29 February of a common year
	}
	return dayBegins(year, m, d+1, p.zone)
}

// SlideTo is the end of the sliding term after a purchase at t; 0 if the
// programme's points do not slide.
func (p *Programme) SlideTo(t clock.Micros) clock.Micros {
	if p.Earning.Expiry.Mode != AfterPurchase {
		return 0
	}
	return p.EndAfter(t, p.Earning.Expiry.Days)
}

// None is the programme of a receipt that falls under none: it gives nothing
// and takes nothing.
func None() *Programme {
	return &Programme{Settings: DefaultSettings(), Earning: Earning{Rule: "earn"}, zone: time.UTC, Gives: GivesAll, none: true}
}

// Kopecks is what points take off a price; 0 where that does not fit.
func (p *Programme) Kopecks(points money.Points) money.Amount {
	v, _ := p.kopecks(points)
	return v
}
