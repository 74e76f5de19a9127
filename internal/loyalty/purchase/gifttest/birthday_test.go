package gifttest

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

var birthday = rule.GiftRule{On: rule.Birthday, Points: 30_000, Days: 14, Before: 3, After: 2}

// TestBirthday: the gift comes at the beginning of its day, by the job or by
// whoever comes first, once; a day that the job missed is made good for.
func TestBirthday(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, giving(birthday))
		s.at("2026-05-01 12:00")
		job, till, missed, away := s.born("1990-05-10"), s.born("1991-05-10"), s.born("1992-05-11"), s.stranger("1993-05-10")
		s.job()
		s.at("2026-05-06 23:59")
		s.job()
		if got := s.gifts(job.Home); got != nil {
			t.Errorf("before its day: %v", got)
		}
		s.at("2026-05-07 09:00")
		if got := s.has(till); got != "300.00 owes 0.00" {
			t.Errorf("seen before it is written: %s", got)
		}
		s.spend(till, 50_000, 20_000)
		s.job()
		s.job()
		s.at("2026-05-11 09:00") // of the days 8 to 11 nobody was at work
		s.job()
		s.at("2026-05-12 09:00")
		s.buy(away, 1000) // has no account before, and his birthday is still kept
		s.at("2027-05-06 23:59")
		s.job()
		s.at("2027-05-20 09:00")
		s.job()
		for name, c := range map[string]struct {
			who  purchase.Buyer
			want []string
		}{
			"job":    {job, []string{"birthday 2026-05-07 at 2026-05-07 00:00 given 300.00", "birthday 2027-05-07 at 2027-05-07 00:00 given 300.00"}},
			"till":   {till, []string{"birthday 2026-05-07 at 2026-05-07 00:00 given 300.00", "birthday 2027-05-07 at 2027-05-07 00:00 given 300.00"}},
			"missed": {missed, []string{"birthday 2026-05-08 at 2026-05-08 00:00 given 300.00", "birthday 2027-05-08 at 2027-05-08 00:00 given 300.00"}},
			"away":   {away, []string{"birthday 2026-05-07 at 2026-05-12 09:00 given 300.00", "birthday 2027-05-07 at 2027-05-07 00:00 given 300.00"}},
		} {
			if diff := cmp.Diff(c.want, s.gifts(c.who.Home)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		s.proved()
	})
}

// TestMissedBirthday: a job that was away for long gives what still has a
// term, with what was left of it.
func TestMissedBirthday(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, giving(birthday))
		s.at("2026-05-01 12:00")
		s.job()
		near, far := s.born("1990-05-20"), s.born("1990-05-08")
		s.at("2026-05-25 12:00")
		s.buy(near, 1000) // his birthday is over: the day's job is to make it good
		s.job()
		if diff := cmp.Diff([]string{"birthday 2026-05-17 at 2026-05-25 12:00 given 300.00"}, s.gifts(near.Home)); diff != "" {
			t.Error(diff)
		}
		if got := s.gifts(far.Home); got != nil {
			t.Errorf("what would be over is not given: %v", got)
		}
		s.proved()
	})
}

// TestChangedBirthday: whoever changes his birth date has no second gift
// within a year.
func TestChangedBirthday(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, giving(birthday))
		s.at("2026-05-01 12:00")
		b := s.born("1990-05-04")
		s.job()
		for _, x := range []struct{ day, birth string }{
			{"2026-06-01", "1990-06-01"}, {"2026-12-31", "1990-12-31"}, {"2027-04-27", "1990-04-28"}, {"2027-05-02", "1990-05-04"},
		} {
			s.bornNow(b, x.birth)
			s.at(x.day + " 12:00")
			s.buy(b, 1000)
			s.job()
		}
		want := []string{"birthday 2026-05-01 at 2026-05-01 12:00 given 300.00", "birthday 2027-05-01 at 2027-05-01 00:00 given 300.00"}
		if diff := cmp.Diff(want, s.gifts(b.Home)); diff != "" {
			t.Error(diff)
		}
		s.proved()
	})
}

// TestLeapBirthday: 29 February is kept on the 28th where there is none.
func TestLeapBirthday(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := birthday
		g.Before, g.After = 0, 0
		s := open(t, d, giving(g))
		s.at("2026-02-01 12:00")
		s.job()
		b := s.born("2000-02-29")
		for _, day := range []string{"2026-02-27", "2026-02-28", "2026-03-01", "2027-02-28", "2028-02-28", "2028-02-29"} {
			s.at(day + " 03:00")
			s.job()
		}
		want := []string{
			"birthday 2026-02-28 at 2026-02-28 00:00 given 300.00", "birthday 2027-02-28 at 2027-02-28 00:00 given 300.00",
			"birthday 2028-02-29 at 2028-02-29 00:00 given 300.00",
		}
		if diff := cmp.Diff(want, s.gifts(b.Home)); diff != "" {
			t.Error(diff)
		}
		s.proved()
	})
}

// TestBirthdayOfWhom: who is blocked, has left or has withdrawn from the rules
// gets nothing, nor does an account of another programme's member.
func TestBirthdayOfWhom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, giving(birthday))
		s.at("2026-05-01 12:00")
		const date = "1990-05-10"
		blocked, closed, out, none := s.born(date), s.born(date), s.born(date), s.stranger(date)
		must(s.people.Block(t.Context(), blocked.Home, 0, "спор", by))
		must(s.people.Close(t.Context(), closed.Home, 0, "ушёл", by, nil))
		must(s.people.Consent(t.Context(), out.Home, []member.NewConsent{{Kind: member.ToRules, Action: member.Withdrawn}}, by))
		s.at("2026-05-08 12:00")
		s.job()
		for name, b := range map[string]purchase.Buyer{"blocked": blocked, "closed": closed, "out": out, "without an account": none} {
			if got := s.gifts(b.Home); got != nil {
				t.Errorf("%s: %v", name, got)
			}
		}
		s.proved()
	})
}

// TestComeBack: who leaves and comes back with his phone is the same person:
// gifts that he had are had.
func TestComeBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, giving(birthday, first))
		s.at("2026-05-08 12:00")
		s.job()
		before := s.born("1990-05-10")
		s.buy(before, 90_000)
		must(s.people.Close(t.Context(), before.Home, 0, "ушёл", by, nil))
		s.number--
		again := s.born("1990-05-10")
		s.buy(again, 90_000)
		s.job()
		if got := s.gifts(again.Home); got != nil {
			t.Errorf("%v", got)
		}
		s.at("2027-05-07 12:00")
		s.job()
		if diff := cmp.Diff([]string{"birthday 2027-05-07 at 2027-05-07 00:00 given 300.00"}, s.gifts(again.Home)); diff != "" {
			t.Error(diff)
		}
		s.proved()
	})
}

// TestRelatives: each relative's birthday is kept, twins' too; a relative
// whose date is changed brings no more gifts in a year than there are.
func TestRelatives(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		g := birthday
		g.On, g.Before, g.After = rule.RelativeBirthday, 0, 0
		s := open(t, d, giving(g, birthday))
		s.at("2026-05-01 12:00")
		s.job()
		b := s.born("", "2015-05-05", "2015-05-05", "2018-06-01")
		one := s.born("", "2015-05-05")
		for _, day := range []string{"2026-05-05", "2026-05-06", "2026-06-01"} {
			s.at(day + " 12:00")
			s.job()
			s.buy(b, 1000)
		}
		relatives := []member.Relative{{Kind: "child", Name: "Пётр", BirthDate: "2015-07-01"}}
		must(s.people.Update(t.Context(), member.DefaultRules(), one.Home, 0, member.Patch{Relatives: &relatives}, by))
		s.at("2026-07-01 12:00")
		s.job()
		may, june := "relative_birthday 2026-05-05 at 2026-05-05 00:00 given 300.00", "relative_birthday 2026-06-01 at 2026-06-01 00:00 given 300.00"
		if diff := cmp.Diff([]string{may, may, june}, s.gifts(b.Home)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{may}, s.gifts(one.Home)); diff != "" {
			t.Error(diff)
		}
		s.proved()
	})
}

// TestJobAndTillsAtOnce: jobs of several processes and tills at one moment
// give each member one gift.
func TestJobAndTillsAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, giving(birthday))
		s.at("2026-05-01 12:00")
		s.job()
		members := make([]purchase.Buyer, 12)
		for i := range members {
			members[i] = s.born("1990-05-10")
		}
		s.at("2026-05-10 12:00")
		desks := []*purchase.Desk{s.Desk, s.NewDesk(t), s.NewDesk(t)}
		var all sync.WaitGroup
		for _, desk := range desks {
			all.Go(func() {
				if err := desk.GiveDated(t.Context()); err != nil {
					t.Error(err)
				}
			})
			for _, b := range members {
				c := s.Cart(b, purchasetest.Line("T1", 1, 10_000))
				c.Wish.Points = 1000 // which only the gift has
				all.Go(func() {
					if _, err := desk.Commit(t.Context(), c); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		for _, b := range members {
			if diff := cmp.Diff([]string{"birthday 2026-05-07 at 2026-05-07 00:00 given 300.00"}, s.gifts(b.Home)); diff != "" {
				t.Error(diff)
			}
		}
		s.proved()
	})
}
