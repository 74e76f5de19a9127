package gifttest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

var silence = rule.GiftRule{On: rule.NoPurchases, Silent: 40, Points: 15_000, Days: 10}

// TestSilence: who has bought nothing for so many days is given a gift once, at
// the beginning of its day, and again only after he has bought again.
func TestSilence(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, giving(silence))
		s.at("2026-03-01 12:00")
		s.job()
		quiet, busy, never, till := s.born("1990-01-01"), s.born("1990-01-01"), s.born("1990-01-01"), s.born("1990-01-01")
		for _, b := range []purchase.Buyer{quiet, busy, till} {
			s.buy(b, 1000)
		}
		s.at("2026-03-31 12:00")
		s.buy(busy, 1000)
		s.at("2026-04-09 23:59")
		s.job()
		if got := s.gifts(quiet.Home); got != nil {
			t.Errorf("a day before: %v", got)
		}
		s.at("2026-04-10 10:00")
		s.spend(till, 50_000, 10_000) // before the job, of the gift
		s.job()
		s.job()
		s.at("2026-05-15 00:01") // the job makes good for a day that it missed
		s.job()
		s.at("2026-06-30 10:00")
		s.buy(quiet, 1000)
		for _, day := range []string{"2026-07-01", "2026-08-08", "2026-08-09", "2026-08-20"} {
			s.at(day + " 00:01")
			s.job()
		}
		for name, c := range map[string]struct {
			who  purchase.Buyer
			want []string
		}{
			"quiet": {quiet, []string{
				"no_purchases 2026-04-10 at 2026-04-10 00:00 given 150.00", "no_purchases 2026-08-09 at 2026-08-09 00:00 given 150.00",
			}},
			"busy":  {busy, []string{"no_purchases 2026-05-10 at 2026-05-10 00:00 given 150.00"}},
			"never": {never, nil},
			// The second, of 20 May, would be over when the job comes at last.
			"till": {till, []string{"no_purchases 2026-04-10 at 2026-04-10 00:00 given 150.00"}},
		} {
			if diff := cmp.Diff(c.want, s.gifts(c.who.Home)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		s.proved()
	})
}

// TestOneGiftForASilence: neither another number of days nor a receipt that
// comes late gives a second one for the same silence, and a rule that is new
// reaches back to nobody.
func TestOneGiftForASilence(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, giving())
		s.at("2026-03-01 12:00")
		b, old := s.born("1990-01-01"), s.born("1990-01-01")
		s.buy(old, 1000)
		s.at("2026-05-01 12:00")
		s.buy(b, 1000)
		s.rules(silence)
		s.at("2026-06-10 00:01")
		s.job()
		s.buy(old, 1000)
		if got := s.gifts(old.Home); got != nil {
			t.Errorf("of before the rule: %v", got)
		}
		longer := silence
		longer.Silent = 60
		s.rules(longer)
		c := s.Cart(b, purchasetest.Line("S1", 1, 1000))
		c.Facts = &purchase.Facts{At: moscow("2026-05-20 12:00")}
		must(s.Desk.Record(s.Context(), c))
		for range 70 {
			s.Clock.Add(24 * time.Hour)
			s.job()
		}
		if diff := cmp.Diff([]string{"no_purchases 2026-06-10 at 2026-06-10 00:00 given 150.00"}, s.gifts(b.Home)); diff != "" {
			t.Error(diff)
		}
		s.proved()
	})
}

// rules puts other gifts into force.
func (s *shop) rules(gifts ...rule.GiftRule) {
	p := giving(gifts...)
	now := s.Programmes.Current().Get(s.Programme.ID)
	p.ID, p.Version, p.Code = now.ID, now.Version, now.Code
	must(s.Programmes.Put(s.Context(), p, "test"))
}
