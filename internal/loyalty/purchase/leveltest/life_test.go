package leveltest

import (
	"fmt"
	"math/rand/v2"
	"path"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// ofMembers is the zone of the ladder on which each of a household stands by
// himself.
const ofMembers = "Asia/Vladivostok"

// ladders are programmes' levels of every sort, with the zone of their days.
func ladders() map[string][]rule.Level {
	start := rule.Level{ID: "start", Priority: 1}
	return map[string][]rule.Level{
		"Europe/Moscow": {
			start, {ID: "silver", Priority: 2, Total: 800_00}, {ID: "gold", Priority: 3, Total: 2_000_00, Term: 15, Gift: rule.Gift{Points: 50_00}, Fall: 30_00},
		},
		"America/Santiago": { // its days begin at one o'clock where summer does
			start,
			{ID: "v5", Priority: 2, Days: 14, Visits: 3},
			{ID: "v10", Priority: 3, Days: 30, Visits: 7, Sum: 500_00, Any: true},
			{ID: "vip", Priority: 4},
			{ID: "top", Priority: 5, Days: 30, Visits: 12, Term: 7},
		},
		"Europe/Berlin": {
			{ID: "bar", Priority: 1, Days: 10, Any: true, Visits: 6, Sum: 300_00, Parts: []rule.LevelPart{{Types: []string{"bar"}, Sum: 150_00}}, Term: 4},
			{ID: "both", Priority: 2, Days: 40, Parts: []rule.LevelPart{{Types: []string{"bar"}, Sum: 300_00}, {Types: []string{"ticket", "service"}, Sum: 400_00}}, Price: 20_00},
		},
		ofMembers: { // who is in no household stands by himself anyway
			start, {ID: "silver", Priority: 2, Total: 700_00}, {ID: "gold", Priority: 3, Total: 1_500_00, Days: 20, Visits: 5, Any: true, Term: 9},
		},
		"UTC": {
			start, {ID: "p", Priority: 2, Points: 100_00, Term: 5, Price: 40_00}, {ID: "q", Priority: 3, Points: 150_00, Any: true, Total: 3_000_00, Gift: rule.Gift{Points: 25_00}, Fall: 500_00},
		},
	}
}

// TestLives lets a member live at random under each ladder, beside the model:
// receipts on time and late, refunds of any size, points and levels by hand,
// and time that jumps. At each step they agree.
func TestLives(t *testing.T) {
	t.Parallel()
	lives, steps := 2, 100
	if dbtest.Long() {
		lives = 10
	}
	for zone, levels := range ladders() {
		t.Run(path.Base(zone), func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				lives := lives
				if d.Dialect() == db.Postgres {
					lives = max(lives/5, 1) // what differs there is not chance
				}
				s := open(t, d, func(p *rule.Programme) {
					p.Zone = zone
					if zone == ofMembers {
						p.Settings.LevelScope = rule.ScopeMember
					}
					p.Earning = rule.Earning{Expiry: rule.Expiry{Mode: rule.Never}}
				}, levels...)
				at, err := time.LoadLocation(zone)
				if err != nil {
					t.Fatal(err)
				}
				s.Clock.Set(clock.Of(time.Date(2028, 2, 20, 7, 0, 0, 0, time.UTC)))
				changes := 0
				for seed := range uint64(lives) {
					changes += live(s, newModel(levels, at, s.Clock.Now()), rand.New(rand.NewPCG(seed, 28)), steps)
				}
				if changes < lives*5 {
					t.Errorf("only %d changes of level", changes)
				}
				s.settle()
				s.proved()
			})
		})
	}
}

// live lives a life and tells how often its level changed.
func live(s *shop, m *model, rnd *rand.Rand, steps int) int {
	s.t.Helper()
	l := &life{shop: s, rnd: rnd, b: s.Member(s.t), m: m}
	s.Give(s.t, l.b, 1)
	m.points = 1
	m.rise(m.now, 0)
	for i := range steps {
		what := l.step()
		if !l.agree() {
			s.t.Fatalf("step %d: %s", i, what)
		}
	}
	return len(m.history)
}

// life is a member's, and the model's beside it.
type life struct {
	*shop
	rnd  *rand.Rand
	b    purchase.Buyer
	m    *model
	sold []*bought
}

// bought is a purchase and what has come back of it.
type bought struct {
	p    *purchase.Purchase
	day  string
	left []money.Amount // by line
}

var types = map[string]string{"T1": "ticket", "B1": "bar", "S1": "service"}

func (l *life) step() string {
	switch n := l.rnd.IntN(20); {
	case n < 5:
		return l.buy(0)
	case n < 7:
		return l.buy(time.Duration(l.rnd.IntN(12*24)+1) * time.Hour)
	case n < 10:
		return l.back()
	case n < 12:
		return l.points()
	case n == 12 && l.rnd.IntN(3) == 0:
		return l.hand()
	case n == 13:
		l.settle()
		if l.m.until != 0 && l.m.until <= l.Clock.Now() {
			l.m.pass(l.Clock.Now())
		}
		return "the job"
	}
	by := time.Duration(l.rnd.IntN(4*24)) * time.Hour
	if l.rnd.IntN(6) == 0 {
		by *= 9
	}
	l.Clock.Add(by)
	return fmt.Sprintf("%s go by", by)
}

func (l *life) buy(ago time.Duration) string {
	var lines []purchase.CartLine
	for _, sku := range []string{"T1", "B1", "S1"} {
		if l.rnd.IntN(2) == 0 {
			lines = append(lines, line(sku, 1, money.Amount(l.rnd.Int64N(200_00)+1)))
		}
	}
	if len(lines) == 0 {
		lines = append(lines, line("B1", 1, 1))
	}
	at := l.Clock.Now().Add(-ago)
	var p *purchase.Purchase
	if ago == 0 {
		p = l.sell(l.b, lines...)
	} else {
		p = l.late(l.b, ago, lines...)
	}
	l.m.pass(at)
	x := &bought{p: p, day: l.m.day(at)}
	for i, c := range lines {
		s := spending{day: x.day, typ: types[c.SKU], money: c.Price}
		if i == 0 {
			s.visit = 1
		}
		l.m.spent = append(l.m.spent, s)
		x.left = append(x.left, c.Price)
	}
	l.sold = append(l.sold, x)
	l.m.rise(l.m.now, len(l.sold))
	return fmt.Sprintf("a receipt of %d, %s ago", p.Due, ago)
}

func (l *life) back() string {
	if len(l.sold) == 0 {
		return "nothing"
	}
	n := l.rnd.IntN(len(l.sold))
	if l.rnd.IntN(2) == 0 {
		n = len(l.sold) - 1
	}
	x := l.sold[n]
	var left money.Amount
	for _, v := range x.left {
		left += v
	}
	if left == 0 {
		return "nothing"
	}
	var amount money.Amount
	if l.rnd.IntN(2) == 0 {
		amount = money.Amount(l.rnd.Int64N(int64(left)) + 1)
	}
	f := l.refund(x.p, amount)
	l.m.pass(l.Clock.Now())
	for i := range f.Lines {
		r := &f.Lines[i]
		x.left[r.Line] -= r.Money()
		s := spending{day: x.day, typ: types[r.SKU], money: -r.Money()}
		if f.Whole && i == 0 {
			s.visit = -1
		}
		l.m.spent = append(l.m.spent, s)
	}
	l.m.undo(n + 1)
	l.m.rise(l.m.now, 0)
	return fmt.Sprintf("%d of receipt %d back", f.Money, n+1)
}

func (l *life) points() string {
	n := money.Points(l.rnd.Int64N(120_00) - 50_00)
	if n == 0 {
		return "nothing"
	}
	_, err := l.Desk.Adjust(l.t.Context(), &purchase.AdjustRequest{
		By: 1, Key: l.IDs.New().String(), Buyer: l.b, Programme: l.Programme.ID, Points: n, Reason: "x", Actor: "test",
	})
	if purchasetest.Code(err) == "points.not-enough" {
		return "refused points" // and nothing of it is written
	}
	if err != nil {
		l.t.Fatal(err)
	}
	l.m.pass(l.Clock.Now())
	l.m.points += n
	l.m.rise(l.m.now, 0)
	return fmt.Sprintf("%d points", n)
}

func (l *life) hand() string {
	to := l.rnd.IntN(len(l.m.levels))
	until := ""
	if l.rnd.IntN(2) == 0 {
		until = before(l.m.day(l.Clock.Now()), -l.rnd.IntN(20))
	}
	_, err := l.Desk.SetLevel(l.t.Context(), &purchase.LevelRequest{
		By: 1, Key: l.IDs.New().String(), Buyer: l.b, Programme: l.Programme.ID, Level: l.m.levels[to].ID, Until: until, Reason: "x", Actor: "test",
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.m.pass(l.Clock.Now())
	l.m.hand(to, until)
	return fmt.Sprintf("%s by hand until %q", l.m.levels[to].ID, until)
}

// agree wants the account to stand where the model does, now.
func (l *life) agree() bool {
	l.t.Helper()
	m := l.m.clone()
	m.pass(max(l.Clock.Now(), m.now))
	a := l.view(l.b).Account
	s := a.Standing
	want := ""
	if m.level >= 0 {
		want = m.levels[m.level].ID
	}
	if s.Level == want && s.Since == m.since && s.Until == m.until && s.Held == m.held && a.Active-a.Debt == m.points {
		return true
	}
	l.t.Errorf("%q since %s until %s held %s, %d points; the model: %q since %s until %s held %s, %d points",
		s.Level, s.Since.Time(), s.Until.Time(), s.Held.Time(), a.Active-a.Debt, want, m.since.Time(), m.until.Time(), m.held.Time(), m.points)
	return false
}
