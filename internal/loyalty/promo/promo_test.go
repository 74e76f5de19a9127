package promo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func programme(t *testing.T) *rule.Programme {
	t.Helper()
	p := &rule.Programme{
		ID: 5, Code: "main", Name: "Основная", On: true, Zone: "Europe/Moscow", Settings: rule.DefaultSettings(),
		Campaigns: []rule.Campaign{
			{ID: "open", Rules: []rule.Rule{{ID: "one", Kind: rule.DiscountRule, Rate: money.Percent}}},
			{ID: "gift", NeedsCode: true, Rules: []rule.Rule{
				{ID: "two", Kind: rule.DiscountRule, Rate: 20 * money.Percent},
				{ID: "three", Kind: rule.AccrualRule, Points: 500},
				{ID: "four", Kind: rule.DiscountRule, Amount: 100, Off: true},
			}},
		},
	}
	if err := p.Compile(); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestDraw: codes are long enough, of letters that nobody mixes up, in the
// form in which they are compared, and all different; every letter comes.
func TestDraw(t *testing.T) {
	t.Parallel()
	seen, letters := map[string]bool{}, map[rune]int{}
	for range 20_000 {
		c := promo.Draw()
		if len(c) != 12 || seen[c] || text.Fold(promo.Shown(c)) != c || strings.ContainsAny(promo.Shown(c), "0O1IL2Z5S8BU") {
			t.Fatalf("%q", c)
		}
		seen[c] = true
		for _, r := range c {
			letters[r]++
		}
	}
	for r, n := range letters {
		if n < 9000 || n > 11000 { // 10,000 of each of 24
			t.Errorf("%c came %d times", r, n)
		}
	}
	if len(letters) != 24 {
		t.Errorf("%d letters", len(letters))
	}
}

// TestMakeAndList: what is made is listed, in the order of codes, in pages of
// any size, by each filter.
func TestMakeAndList(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := &promo.Codes{DB: d, Clock: clock.NewFixed(now)}, t.Context()
		for _, h := range []home.ID{1, 2} {
			if err := member.MakeHome(ctx, d, h); err != nil {
				t.Fatal(err)
			}
		}
		var all []promo.Code
		for _, o := range []promo.Order{{Count: 7}, {Count: 2, Owners: promo.OfMembers(1, 2), Expires: "2026-12-31"}} {
			o.Programme, o.Campaign, o.By = programme(t), "gift", "test"
			list, err := s.Make(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, list...)
		}
		gone, err := s.Withdraw(ctx, strings.ToUpper(all[0].Code))
		if err != nil || gone.State != promo.Withdrawn {
			t.Fatalf("%+v %v", gone, err)
		}
		all[0] = gone
		slices.SortFunc(all, func(x, y promo.Code) int { return strings.Compare(x.Code, y.Code) })
		for name, c := range map[string]struct {
			filter promo.Filter
			is     func(c *promo.Code) bool
		}{
			"all":             {promo.Filter{}, func(*promo.Code) bool { return true }},
			"of a campaign":   {promo.Filter{Programme: 5, Campaign: "gift"}, func(*promo.Code) bool { return true }},
			"of no programme": {promo.Filter{Programme: 6}, func(*promo.Code) bool { return false }},
			"of a member":     {promo.Filter{Home: 2}, func(c *promo.Code) bool { return c.Home == 2 }},
			"withdrawn":       {promo.Filter{State: promo.Withdrawn}, func(c *promo.Code) bool { return c.State == promo.Withdrawn }},
			"of all filters":  {promo.Filter{Programme: 5, Campaign: "gift", Home: 1, State: promo.Active}, func(c *promo.Code) bool { return c.Home == 1 }},
		} {
			var want, got []promo.Code
			for i := range all {
				if c.is(&all[i]) {
					want = append(want, all[i])
				}
			}
			for {
				page, err := promo.List(ctx, d, c.filter, 3)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, page...)
				if len(page) < 3 {
					break
				}
				c.filter.After = page[2].Code
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\n%s", name, diff)
			}
		}
	})
}

// TestMakeRefuses: a wrong order makes nothing.
func TestMakeRefuses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, ctx := &promo.Codes{DB: d, Clock: clock.NewFixed(now)}, t.Context()
		if err := member.MakeHome(ctx, d, 1); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			order promo.Order
			code  string
		}{
			{promo.Order{Campaign: "none", Count: 1}, "promo.no-campaign"},
			{promo.Order{Campaign: "open", Count: 1}, "promo.open-campaign"},
			{promo.Order{Campaign: "gift"}, "promo.count"},
			{promo.Order{Campaign: "gift", Count: 1001}, "promo.count"},
			{promo.Order{Campaign: "gift", Count: 501, Owners: promo.OfMembers(1, 2)}, "promo.count-each"},
			{promo.Order{Campaign: "gift", Count: 1, Expires: "2026-02-30"}, "promo.day"},
			{promo.Order{Campaign: "gift", Count: 1, Expires: "2020-01-01"}, "promo.over"},
			{promo.Order{Campaign: "gift", Count: 1, Owners: promo.OfMembers(1, 1)}, "promo.member"},
			{promo.Order{Campaign: "gift", Count: 1, Owners: promo.OfMembers(1, 7)}, "promo.member"},
			{promo.Order{Campaign: "gift", Count: 1, Owners: promo.OfMembers(-1)}, "promo.member"},
		} {
			c.order.Programme = programme(t)
			if _, err := s.Make(ctx, c.order); err == nil || fault.From(err).Code != c.code {
				t.Errorf("%+v: %v", c.order, err)
			}
		}
		if list, err := promo.List(ctx, d, promo.Filter{}, 10); err != nil || len(list) != 0 {
			t.Errorf("%+v %v", list, err)
		}
		if _, err := promo.Get(ctx, d, "none"); !fault.Is(err, "promo.not-found") {
			t.Error(err)
		}
		if _, err := s.Withdraw(ctx, "none"); !fault.Is(err, "promo.not-found") {
			t.Error(err)
		}
	})
}

// TestSizes: what a code gives is told, of the rules that are on.
func TestSizes(t *testing.T) {
	t.Parallel()
	want := []promo.Size{{Kind: rule.DiscountRule, Rate: 20 * money.Percent}, {Kind: rule.AccrualRule, Points: 500}}
	if diff := cmp.Diff(want, promo.Sizes(programme(t).CampaignOf("gift"))); diff != "" {
		t.Error(diff)
	}
}
