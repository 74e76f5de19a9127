package rule

import (
	"fmt"
	"slices"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/money"
)

// Occasion is what a gift is given for.
type Occasion string

// The occasions. The welcome gift stands by itself.
const (
	FirstPurchase    Occasion = "first_purchase"
	Birthday         Occasion = "birthday"
	RelativeBirthday Occasion = "relative_birthday"
	NoPurchases      Occasion = "no_purchases" // for so many days
)

// Occasions lists them.
func Occasions() []Occasion {
	return []Occasion{FirstPurchase, Birthday, RelativeBirthday, NoPurchases}
}

// GiftRule gives points for an occasion; a programme has one for each at most.
type GiftRule struct {
	On     Occasion     `json:"on"`
	Points money.Points `json:"points"`
	Days   int          `json:"days,omitempty"`   // term; 0: for ever
	Before int          `json:"before,omitempty"` // birthdays: given so many days before the day …
	After  int          `json:"after,omitempty"`  // … and still so many days after it, to who comes only then
	Silent int          `json:"silent,omitempty"` // no purchases: for so many days after the last
	From   money.Amount `json:"from,omitempty"`   // first purchase: at least so much is paid in money
	Note   string       `json:"note,omitempty"`
}

// maxAround bounds the days around a birthday: fewer than would reach the
// next one.
const maxAround = 180

// GiftFor finds the gift for an occasion; nil: there is none.
func (p *Programme) GiftFor(o Occasion) *GiftRule {
	i := slices.IndexFunc(p.Gifts, func(g GiftRule) bool { return g.On == o })
	if i < 0 {
		return nil
	}
	return &p.Gifts[i]
}

// Dated are the gifts of the programme that are given on a day.
func (p *Programme) Dated() (out []*GiftRule) {
	for i := range p.Gifts {
		if p.Gifts[i].dated() {
			out = append(out, &p.Gifts[i])
		}
	}
	return out
}

func (g *GiftRule) dated() bool { return g.On != FirstPurchase }

// Day is when somebody's gift of a day is given.
type Day struct {
	Day  string       // on which it is given
	From clock.Micros // the beginning of that day
	To   clock.Micros // the end of the last day on which it is still given
}

// BirthdayGift is the last day, not after a time, on which a birthday's gift
// was to be given; false where the birth date is not known.
func (p *Programme) BirthdayGift(g *GiftRule, birth string, at clock.Micros) (Day, bool) {
	b, ok := parseDay(birth)
	if !ok {
		return Day{}, false
	}
	today := p.Day(at)
	year := at.In(p.zone).Year()
	for y := year + 1; y >= year-1; y-- {
		on := anniversary(b, y)
		day := on.AddDate(0, 0, -g.Before)
		if said := day.Format(time.DateOnly); said <= today && !on.Before(b) {
			return Day{
				Day: said, From: dayBegins(day.Year(), day.Month(), day.Day(), p.zone), To: p.EndOf(on.AddDate(0, 0, g.After)),
			}, true
		}
	}
	return Day{}, false
}

// SilenceGift is the day on which the gift for having bought nothing since a
// last purchase was to be given, not after a time; false where it is still to
// come or nothing was bought ever.
func (p *Programme) SilenceGift(g *GiftRule, last, at clock.Micros) (Day, bool) {
	b, ok := parseDay(p.Day(last))
	if !ok || last == 0 {
		return Day{}, false
	}
	day := b.AddDate(0, 0, g.Silent)
	said := day.Format(time.DateOnly)
	return Day{
		Day: said, From: dayBegins(day.Year(), day.Month(), day.Day(), p.zone), To: p.EndOf(day.AddDate(0, 0, g.After)),
	}, said <= p.Day(at)
}

// SilentSince is when those bought last who get the gift on a day: from a time
// up to another.
func (p *Programme) SilentSince(g *GiftRule, day string) (from, to clock.Micros) {
	d, ok := parseDay(day)
	if !ok {
		return 0, 0
	}
	d = d.AddDate(0, 0, -g.Silent)
	next := d.AddDate(0, 0, 1)
	return dayBegins(d.Year(), d.Month(), d.Day(), p.zone), dayBegins(next.Year(), next.Month(), next.Day(), p.zone)
}

// BirthdaysOf are the days of the year, MM-DD, of those who get the gift on a
// day: 29 February is kept on the 28th.
func (g *GiftRule) BirthdaysOf(day string) []string {
	d, ok := parseDay(day)
	if !ok {
		return nil
	}
	on := d.AddDate(0, 0, g.Before)
	out := []string{on.Format("01-02")}
	if next := on.AddDate(0, 0, 1); out[0] == "02-28" && next.Month() == time.March {
		out = append(out, "02-29")
	}
	return out
}

// GiftGap is how many days lie at least between two gifts for one birthday:
// as many as between two birthdays.
const GiftGap = 365

// DaysBetween is how many days lie between two days.
func DaysBetween(a, b string) int64 {
	n, _ := daysBetween(a, b)
	return n
}

// Until is the end of a gift's term that is given at a time; 0: for ever.
func (p *Programme) Until(g *GiftRule, at clock.Micros) clock.Micros {
	if g.Days == 0 {
		return 0
	}
	return p.EndAfter(at, g.Days)
}

func (p *Programme) checkGifts(c *checker) {
	c.check(len(p.Gifts) <= len(Occasions()), "gifts", "programme.too-many", "most", len(Occasions()))
	for i := range p.Gifts {
		g, at := &p.Gifts[i], fmt.Sprintf("gifts[%d]", i)
		c.check(slices.Contains(Occasions(), g.On), at+".on", "programme.choice", "choices", "first_purchase, birthday, relative_birthday, no_purchases")
		c.check(p.GiftFor(g.On) == g, at+".on", "programme.gift-twice")
		c.check(g.Points > 0 && g.Points <= maxPoints, at+".points", "programme.gift-points")
		c.days(at+".days", g.Days, 0, MaxDays)
		around := g.Before >= 0 && g.Before <= maxAround && g.After >= 0 && g.After <= maxAround
		birthday := g.On == Birthday || g.On == RelativeBirthday
		c.check(around && (birthday || g.Before == 0) && (g.dated() || g.After == 0), at+".before", "programme.gift-days", "most", maxAround)
		silence := g.Silent == 0
		if g.On == NoPurchases {
			silence = g.Silent >= 1 && g.Silent <= MaxDays
		}
		c.check(silence, at+".silent", "programme.gift-silent", "most", MaxDays)
		c.check(g.From >= 0 && g.From <= MaxCents && (g.From == 0 || g.On == FirstPurchase), at+".from", "programme.gift-from")
	}
}
