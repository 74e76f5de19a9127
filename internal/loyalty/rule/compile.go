package rule

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"time"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Bounds on a programme's size.
const (
	MaxOffers   = 1000
	MaxCodes    = 10_000
	MaxTypes    = 1000
	MaxDays     = 36_500
	maxNameRune = 200
)

// Compile checks the programme, fills in what it leaves to the defaults and
// makes it ready to judge. It says all that is wrong at once.
func (p *Programme) Compile() error {
	c := checker{}
	p.Earning.Rule = cmp.Or(p.Earning.Rule, "earn")
	p.Earning.Expiry.Mode = cmp.Or(p.Earning.Expiry.Mode, Never)
	p.Zone = cmp.Or(p.Zone, "Europe/Moscow")
	zone, err := time.LoadLocation(p.Zone)
	c.check(err == nil && p.Zone != "Local", "zone", "programme.zone")
	p.zone = zone
	c.check(p.Code != "" && len(p.Code) <= 64, "code", "programme.code")
	c.check(p.Name != "" && len([]rune(p.Name)) <= maxNameRune, "name", "programme.name")
	c.check(validDay(p.From) && validDay(p.To) && (p.To == "" || p.From <= p.To), "from", "programme.dates")
	if p.TermsURL != "" {
		u, err := url.Parse(p.TermsURL)
		c.check(err == nil && (u.Scheme == "https" || u.Scheme == "http"), "terms_url", "programme.terms-url")
	}
	p.checkSettings(&c)
	p.checkEarning(&c)
	c.rates("spending.by_type", p.Spending.ByType)
	c.share("spending.share", p.Spending.Share)
	c.check(p.Welcome.Points >= 0 && p.Welcome.Points <= 1e12 && days(p.Welcome.Days), "welcome", "programme.gift")
	p.checkOffers(&c)
	return c.err()
}

type checker struct{ fields []fault.Field }

func (c *checker) check(ok bool, path, code string, args ...any) {
	if !ok {
		c.fields = append(c.fields, fault.Field{Path: path, Code: code, Args: fault.Pairs(args...)})
	}
}

func (c *checker) share(path string, r money.Rate) {
	c.check(r >= 0 && r <= money.Whole, path, "programme.share")
}

func (c *checker) rates(path string, m map[string]money.Rate) {
	c.check(len(m) <= MaxTypes, path, "programme.too-many", "most", MaxTypes)
	c.typeNames(path, m)
	for t, r := range m {
		c.share(path+"."+t, r)
	}
}

// typeNames refuses a rate of no type: the rate of types not named stands
// beside the map, and a line without a type is one of them.
func (c *checker) typeNames(path string, m map[string]money.Rate) {
	_, nameless := m[""]
	c.check(!nameless, path, "programme.type")
}

func (c *checker) err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "programme.invalid").With(c.fields...)
}

func days(n int) bool { return n >= 0 && n <= MaxDays }

func validDay(s string) bool {
	if s == "" {
		return true
	}
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func (p *Programme) checkSettings(c *checker) {
	s := &p.Settings
	c.check(s.PointValue > 0 && s.PointValue <= 1e9, "settings.point_value", "programme.point-value")
	c.check(s.AccrualStep > 0 && s.AccrualStep <= 1e9, "settings.accrual_step", "programme.step")
	c.check(s.SpendStep > 0 && s.SpendStep <= 1e9, "settings.spend_step", "programme.step")
	// A step that is no whole number of kopecks would take off less than it is worth.
	whole, ok := money.MulDiv(int64(s.SpendStep), int64(s.PointValue), 100, money.Down)
	back, ok2 := money.MulDiv(whole, 100, max(int64(s.PointValue), 1), money.Down)
	c.check(ok && ok2 && back == int64(s.SpendStep), "settings.spend_step", "programme.step-kopecks")
	c.check(s.Round <= money.HalfEven, "settings.round", "programme.choice", "choices", strings.Join(money.Roundings(), ", "))
	c.check(s.PriceFloor >= 0, "settings.price_floor", "programme.floor")
	c.check(s.EarnOn == BeforeDiscounts || s.EarnOn == AfterDiscounts, "settings.earn_on", "programme.choice", "choices", "before, after")
	c.check(s.Clawback == ClawDebt || s.Clawback == ClawMoney || s.Clawback == ClawForgive, "settings.clawback", "programme.choice", "choices", "debt, money, forgive")
	c.check(days(s.ExpiredReturn), "settings.expired_return", "programme.days")
	c.check(days(s.LateMax), "settings.late_max", "programme.days")
}

func (p *Programme) checkEarning(c *checker) {
	e := &p.Earning
	// A rate may be above the whole: «тройные бонусы» on a rate of 50 %.
	c.check(e.Rate >= 0 && e.Rate <= 100*money.Whole, "earning.rate", "programme.rate")
	c.check(len(e.ByType) <= MaxTypes, "earning.by_type", "programme.too-many", "most", MaxTypes)
	c.typeNames("earning.by_type", e.ByType)
	for t, r := range e.ByType {
		c.check(r >= 0 && r <= 100*money.Whole, "earning.by_type."+t, "programme.rate")
	}
	c.check(days(e.Delay), "earning.delay", "programme.days")
	x := &e.Expiry
	switch x.Mode {
	case Never:
	case AfterAccrual, AfterPurchase:
		c.check(x.Days > 0 && days(x.Days), "earning.expiry.days", "programme.days")
	case OnDates:
		c.check(len(x.Dates) > 0 && len(x.Dates) <= 366, "earning.expiry.dates", "programme.expiry-dates")
		for i, md := range x.Dates {
			_, err := time.Parse("2006-01-02", "2024-"+md)
			c.check(err == nil, fmt.Sprintf("earning.expiry.dates[%d]", i), "programme.expiry-dates")
		}
	default:
		c.check(false, "earning.expiry.mode", "programme.choice", "choices", "never, accrual, purchase, dates")
	}
}

func (p *Programme) checkOffers(c *checker) {
	c.check(len(p.Offers) <= MaxOffers, "offers", "programme.too-many", "most", MaxOffers)
	p.codes = map[string]*Offer{}
	ids := map[string]bool{}
	for i := range p.Offers {
		o := &p.Offers[i]
		at := fmt.Sprintf("offers[%d]", i)
		// Limits are counted under "offer:kind:code"; a colon could make two of them one.
		c.check(o.ID != "" && len(o.ID) <= 64 && !strings.Contains(o.ID, ":") && !ids[o.ID], at+".id", "programme.offer-id")
		ids[o.ID] = true
		c.check((o.Rate > 0) != (o.Amount > 0) && o.Rate <= money.Whole && o.Rate >= 0 && o.Amount >= 0, at, "programme.offer-size")
		c.check(o.LeastSum >= 0, at+".least_sum", "programme.offer-size")
		c.check(validDay(o.From) && validDay(o.To) && (o.To == "" || o.From <= o.To), at+".from", "programme.dates")
		c.check(o.Limits.InAll >= 0 && o.Limits.PerCode >= 0 && o.Limits.PerHead >= 0, at+".limits", "programme.limits")
		for j, code := range o.Codes {
			f := text.Fold(code)
			c.check(f != "" && len(f) <= 64 && p.codes[f] == nil, fmt.Sprintf("%s.codes[%d]", at, j), "programme.offer-code")
			p.codes[f] = o
		}
		c.check(len(o.Codes) > 0, at+".codes", "programme.offer-code")
	}
	c.check(len(p.codes) <= MaxCodes, "offers", "programme.too-many", "most", MaxCodes)
}

// Offer finds an offer by its id, nil where there is none.
func (p *Programme) Offer(id string) *Offer {
	for i := range p.Offers {
		if p.Offers[i].ID == id {
			return &p.Offers[i]
		}
	}
	return nil
}
