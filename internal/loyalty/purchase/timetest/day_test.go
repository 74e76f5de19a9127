package timetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// shop is one whose outlet and programme are somewhere else in each case.
type shop struct {
	*purchasetest.Shop
	here, there *time.Location // the outlet's zone, the programme's
	cutover     int
}

// terms are when a case's points live, and when its campaign acts.
type terms struct {
	delay, days int
	dates       []string // instead of days
	from, below int      // minutes
	weekday     int
	first, last string // of the campaign
}

func draw(t *rapid.T, near time.Time) (out terms) {
	out.delay, out.days = rapid.IntRange(0, 3).Draw(t, "delay"), rapid.SampledFrom([]int{1, 2, 30, 365, 366}).Draw(t, "days")
	if rapid.Bool().Draw(t, "on dates") {
		out.dates = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"12-31", "02-29", "01-01", "06-30", "03-28", "10-25"}), 1, 3, rapid.ID).Draw(t, "dates")
	}
	out.from = rapid.IntRange(0, 1439).Draw(t, "from")
	out.below = (out.from + rapid.IntRange(1, 1438).Draw(t, "hours")) % 1440
	out.weekday = rapid.IntRange(1, 7).Draw(t, "weekday")
	day := date(near).AddDate(0, 0, rapid.IntRange(-2, 2).Draw(t, "first day"))
	out.first = day.Format(time.DateOnly)
	out.last = day.AddDate(0, 0, rapid.IntRange(0, 2).Draw(t, "last day")).Format(time.DateOnly)
	return out
}

func (x *terms) programme(s *shop) rule.Programme {
	p := purchasetest.Programme()
	p.ID, p.Version, p.Zone, p.Earning.Delay = s.Programme.ID, s.Programme.Version, s.there.String(), x.delay
	p.Earning.Expiry = rule.Expiry{Mode: rule.AfterAccrual, Days: x.days}
	if x.dates != nil {
		p.Earning.Expiry = rule.Expiry{Mode: rule.OnDates, Dates: x.dates}
	}
	from, below := int64(x.from), int64(x.below)
	act := func(id string, amount money.Amount, when ...rule.Condition) rule.Campaign {
		return rule.Campaign{ID: id, Stack: "all", When: when, Rules: []rule.Rule{{ID: id + "-off", Kind: rule.DiscountRule, Stage: rule.ReceiptStage, Amount: amount}}}
	}
	dated := act("dates", 100)
	dated.From, dated.To = x.first, x.last
	p.Campaigns = []rule.Campaign{
		act("hours", 1, rule.Condition{Field: rule.FieldTime, From: &from, Below: &below}),
		act("weekday", 10, rule.Condition{Field: rule.FieldWeekday, In: []string{fmt.Sprint(x.weekday)}}),
		dated,
	}
	return p
}

// TestWhatTheClockDecides: the business day, which campaigns act by hour, weekday
// and date, and when points become active and are over are those of a slow
// model that watches wall clocks minute by minute.
func TestWhatTheClockDecides(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := &shop{Shop: purchasetest.Open(t, d, purchasetest.Programme())}
		rapid.Check(t, func(t *rapid.T) {
			s.move(t)
			at := instant(t, s.here, s.there)
			x := draw(t, at.In(s.here))
			s.Clock.Set(clock.Of(at))
			made, err := s.Programmes.Put(context.Background(), x.programme(s), "test")
			if err != nil {
				t.Fatal(err)
			}
			s.Programme = made
			s.sells(t, d, at, &x)
		})
		r, err := verify.Run(t.Context(), d, verify.Options{})
		if err != nil || !r.Clean() {
			t.Errorf("%+v %v", r.Breaks, err)
		}
	})
}

// move puts the outlet and the programme into zones.
func (s *shop) move(t *rapid.T) {
	zone := func(label string) *time.Location {
		z, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, label))
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	s.here, s.there = zone("outlet in"), zone("programme in")
	s.cutover = rapid.SampledFrom([]int{0, 120, 150, 240, 360}).Draw(t, "cut-over")
	o := s.Outlet
	o.Zone, o.Cutover, o.Version = s.here.String(), s.cutover, 0
	if _, err := partner.New(s.DB, s.IDs).SaveOutlet(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Directory.Refresh(context.Background(), s.DB); err != nil {
		t.Fatal(err)
	}
}

func (s *shop) sells(t *rapid.T, d *db.DB, at time.Time, x *terms) {
	ctx := context.Background()
	home := s.person(t)
	a, err := s.Desk.Commit(ctx, s.Cart(home, purchasetest.Line("T1", 1, 100_000)))
	if err != nil {
		t.Fatal(err)
	}
	p, local := a.Purchase, at.In(s.here)
	day, minute := businessDay(at, s.here, s.cutover), local.Hour()*60+local.Minute()
	where := fmt.Sprintf("%s at the outlet, %s at the programme, cut-over %d", local, at.In(s.there), s.cutover)
	if p.Day != day.Format(time.DateOnly) || p.Minute != minute {
		t.Fatalf("%s: day %s minute %d, the model says %s %d", where, p.Day, p.Minute, day.Format(time.DateOnly), minute)
	}
	var off money.Amount
	if between(minute, x.from, x.below) {
		off++
	}
	if (int(day.Weekday())+6)%7+1 == x.weekday {
		off += 10
	}
	if p.Day >= x.first && p.Day <= x.last {
		off += 100
	}
	if p.Discount != off {
		t.Fatalf("%s: %d off by %+v, the model says %d", where, p.Discount, x, off)
	}
	s.lives(t, d, p.Lots[0].ID.String(), home, at, x)
}

// lives holds the term of the points to the model, and to what there is to be
// spent at its ends.
func (s *shop) lives(t *rapid.T, d *db.DB, lot string, b buyer, at time.Time, x *terms) {
	var active, ends int64
	if err := d.Row(context.Background(), `select active_at, expires_at from lot where lot_id = `+lot).Scan(&active, &ends); err != nil {
		t.Fatal(err)
	}
	from := at
	if x.delay > 0 {
		from = begins(date(at.In(s.there)).AddDate(0, 0, x.delay), s.there)
	}
	last := date(from.In(s.there))
	if x.dates == nil {
		last = last.AddDate(0, 0, x.days)
	} else {
		for !s.named(last, x.dates) {
			last = last.AddDate(0, 0, 1)
		}
	}
	over := begins(last.AddDate(0, 0, 1), s.there)
	if active != int64(clock.Of(from)) || ends != int64(clock.Of(over)) {
		t.Fatalf("bought %s: active %s to %s by %+v, the model says %s to %s", at.In(s.there), clock.Micros(active).In(s.there), clock.Micros(ends).In(s.there), x, from.In(s.there), over.In(s.there))
	}
	for _, moment := range []struct {
		at    clock.Micros
		spend bool
	}{{clock.Of(from), true}, {clock.Of(from) - 1, false}, {clock.Of(over) - 1, true}, {clock.Of(over), false}} {
		if moment.at < clock.Of(at) {
			continue
		}
		s.Clock.Set(moment.at)
		if got := s.active(t, b); (got > 0) != moment.spend {
			t.Fatalf("%s can be spent at %s of %s to %s", got, moment.at.In(s.there), from.In(s.there), over.In(s.there))
		}
	}
}

func (s *shop) named(day time.Time, dates []string) bool {
	for _, md := range dates {
		if keeps(day, md) {
			return true
		}
	}
	return false
}

type buyer = purchase.Buyer

func (s *shop) person(t *rapid.T) buyer {
	h := home.OfMember(s.IDs.New())
	if err := member.MakeHome(context.Background(), s.DB, h); err != nil {
		t.Fatal(err)
	}
	return buyer{Home: h}
}

// active is what the buyer can spend now.
func (s *shop) active(t *rapid.T, b buyer) (sum money.Points) {
	all, err := s.Desk.Accounts(context.Background(), b.Home)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		sum += all[i].Account.Active
	}
	return sum
}
