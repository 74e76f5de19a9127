// Package leveltest lets members climb and fall: scenarios by name, and random
// lives held to a slow, obvious model.
package leveltest

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var line = purchasetest.Line

// shop is a shop with levels.
type shop struct {
	*purchasetest.Shop
	t testing.TB
}

func open(t testing.TB, d *db.DB, change func(p *rule.Programme), levels ...rule.Level) *shop {
	t.Helper()
	p := purchasetest.Programme()
	p.Levels = levels
	if change != nil {
		change(&p)
	}
	return &shop{purchasetest.Open(t, d, p), t}
}

func (s *shop) sell(b purchase.Buyer, lines ...purchase.CartLine) *purchase.Purchase {
	s.t.Helper()
	a, err := s.Desk.Commit(s.t.Context(), s.Cart(b, lines...))
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Purchase
}

// late brings a receipt of some time ago.
func (s *shop) late(b purchase.Buyer, ago time.Duration, lines ...purchase.CartLine) *purchase.Purchase {
	s.t.Helper()
	c := s.Cart(b, lines...)
	c.Facts = &purchase.Facts{At: s.Clock.Now().Add(-ago)}
	a, err := s.Desk.Record(s.t.Context(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Purchase
}

func (s *shop) refund(p *purchase.Purchase, amount money.Amount) *purchase.Refund {
	s.t.Helper()
	a, err := s.Desk.Refund(s.t.Context(), &purchase.RefundRequest{
		Till: s.Till, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}, Amount: amount,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Refund
}

func (s *shop) view(b purchase.Buyer) *purchase.AccountView {
	s.t.Helper()
	all, err := s.Desk.Accounts(s.t.Context(), b.Home)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := range all {
		if all[i].Account.Programme == s.Programme.ID {
			return &all[i]
		}
	}
	s.t.Fatal("no account")
	return nil
}

// at wants a member at a level.
func (s *shop) at(b purchase.Buyer, want string) *purchase.AccountView {
	s.t.Helper()
	v := s.view(b)
	if got := v.Account.Standing.Level; got != want {
		s.t.Fatalf("at %q, not %q", got, want)
	}
	return v
}

func (s *shop) days(n int) { s.Clock.Add(time.Duration(n) * 24 * time.Hour) }

func (s *shop) settle() {
	s.t.Helper()
	for {
		n, err := s.Desk.SettleDue(s.t.Context(), 100)
		if err != nil {
			s.t.Fatal(err)
		}
		if n < 100 {
			return
		}
	}
}

func (s *shop) history(b purchase.Buyer) []ledger.LevelChange {
	s.t.Helper()
	list, _, err := s.Desk.LevelChanges(s.t.Context(), b.Home, 0, 0, 500)
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// proved wants books that hold.
func (s *shop) proved() {
	s.t.Helper()
	r, err := verify.Run(s.t.Context(), s.DB, verify.Options{Workers: 1})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, b := range r.Breaks {
		s.t.Errorf("%+v", b)
	}
}

func moscow(t testing.TB, at string) clock.Micros {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	when, err := time.ParseInLocation("2006-01-02 15:04", at, zone)
	if err != nil {
		t.Fatal(err)
	}
	return clock.Of(when)
}

func earning(id string, rate money.Rate) []rule.Rule {
	return []rule.Rule{{ID: id, Kind: rule.AccrualRule, Rate: rate, Group: "main"}}
}

// TestTenThousand is a level from 3 % to 5 % at 10 000 in all.
func TestTenThousand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Earning.Rate, p.Earning.ByType = 0, nil },
			rule.Level{ID: "start", Priority: 1, Rules: earning("three", 3*money.Percent)},
			rule.Level{ID: "second", Name: "Второй", Priority: 2, Total: 10_000_00, Rules: earning("five", 5*money.Percent)})
		b := s.Member(t)
		p := s.sell(b, line("B1", 1, 9_999_00))
		if p.Earned != 299_97 || p.Level != "start" {
			t.Fatalf("earned %d at %q", p.Earned, p.Level)
		}
		v := s.at(b, "start")
		if v.Level.Next == nil || v.Level.Next.Level.Name != "Второй" || v.Level.Next.Total != 1_00 {
			t.Fatalf("%+v", v.Level.Next)
		}
		// It is judged at the level held before it, and reaches the next.
		p = s.sell(b, line("B1", 1, 1_00))
		if p.Earned != 3 || p.Level != "second" {
			t.Fatalf("earned %d at %q", p.Earned, p.Level)
		}
		p = s.sell(b, line("B1", 1, 100_00))
		if p.Earned != 5_00 {
			t.Fatalf("earned %d", p.Earned)
		}
		h := s.history(b)
		if len(h) != 2 || h[1].Cause != ledger.ByOpening || h[0].Cause != ledger.ByPurchase || h[0].From != "start" || h[0].To != "second" {
			t.Fatalf("%+v", h)
		}
		s.proved()
	})
}

// TestTwentyVisits falls one level at the month's turn, and on.
func TestTwentyVisits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil,
			rule.Level{ID: "start", Priority: 1},
			rule.Level{ID: "silver", Priority: 2, Days: 30, Visits: 10},
			rule.Level{ID: "gold", Priority: 3, Days: 30, Visits: 20})
		b := s.Member(t)
		s.Clock.Set(moscow(t, "2026-03-01 12:00"))
		for i := range 20 {
			if i == 19 {
				s.at(b, "silver")
			}
			s.sell(b, line("B1", 1, 10_00))
			s.days(1)
		}
		s.at(b, "gold")
		s.Clock.Set(moscow(t, "2026-03-31 23:59"))
		s.at(b, "gold")
		s.Clock.Set(moscow(t, "2026-04-01 00:00"))
		s.settle() // nobody touches the account
		v := s.at(b, "silver")
		if v.Account.Standing.Since != moscow(t, "2026-04-01 00:00") || v.Account.Standing.Until != moscow(t, "2026-05-01 00:00") {
			t.Fatalf("%+v", v.Account.Standing)
		}
		s.Clock.Set(moscow(t, "2026-07-15 00:00")) // the job was not there for months
		s.settle()
		v = s.at(b, "start")
		if v.Account.Standing.Since != moscow(t, "2026-05-01 00:00") {
			t.Fatalf("with its own time: %+v", v.Account.Standing)
		}
		s.proved()
	})
}

// TestBarAndTickets asks for sums apart, over a term of its own.
func TestBarAndTickets(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil, rule.Level{ID: "film", Priority: 1, Days: 60, Sum: 5_000_00, Term: 90, Parts: []rule.LevelPart{
			{Types: []string{"bar"}, Sum: 1_000_00}, {Types: []string{"ticket"}, Sum: 3_000_00},
		}})
		b := s.Member(t)
		s.sell(b, line("T1", 1, 4_000_00))
		s.sell(b, line("S1", 1, 900_00))
		s.at(b, "")
		p := s.sell(b, line("B1", 1, 999_99))
		v := s.at(b, "")
		if n := v.Level.Next; n.Sum != 0 || n.Parts[0] != 1 || n.Parts[1] != 0 {
			t.Fatalf("%+v", n)
		}
		p2 := s.sell(b, line("B2", 1, 1))
		v = s.at(b, "film")
		if v.Account.Standing.Until != moscow(t, "2026-06-01 00:00") {
			t.Fatalf("%v", v.Account.Standing.Until)
		}
		s.refund(p, 0) // another purchase caused the rise
		s.at(b, "film")
		s.refund(p2, 0)
		s.at(b, "")
		s.proved()
	})
}

// TestPointsPrice rises by active points, for a price in points and with a
// gift, and stays for its term though they are spent.
func TestPointsPrice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil, rule.Level{
			ID: "gold", Priority: 1, Points: 500_00, Term: 10, Price: 300_00, Fall: 1_000_00, Gift: rule.Gift{Points: 50_00, Days: 3},
		})
		b := s.Member(t)
		s.Give(t, b, 499_99)
		s.at(b, "")
		s.Give(t, b, 1)
		v := s.at(b, "gold")
		if v.Account.Active != 250_00 {
			t.Fatalf("active %d", v.Account.Active)
		}
		h := s.history(b)
		if len(h) != 1 || h[0].Cause != ledger.ByAdjustment || h[0].Given != 50_00 || h[0].Taken != 300_00 {
			t.Fatalf("%+v", h)
		}
		c := s.Cart(b, line("T1", 1, 150_00))
		c.Wish.Points = 100_00
		if _, err := s.Desk.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		s.at(b, "gold")
		s.days(11)
		s.settle()
		v = s.at(b, "")
		h = s.history(b)
		// What is not there is not taken.
		if h[0].Cause != ledger.ByTime || h[0].Taken+h[0].Short != 1_000_00 || h[0].Short == 0 || v.Account.Active != 0 || v.Account.Debt != 0 {
			t.Fatalf("%+v %+v", h[0], v.Account)
		}
		s.proved()
	})
}

// TestLate lets sums take their time and the level be looked at now.
func TestLate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Earning.Rate, p.Earning.ByType = 0, nil },
			rule.Level{ID: "start", Priority: 1, Rules: earning("three", 3*money.Percent)},
			rule.Level{ID: "gold", Priority: 2, Days: 10, Sum: 1_000_00, Term: 5, Rules: earning("five", 5*money.Percent)})
		b := s.Member(t)
		s.sell(b, line("B1", 1, 100_00))
		s.days(12)
		s.sell(b, line("B1", 1, 500_00))
		s.late(b, 11*24*time.Hour, line("B1", 1, 5_000_00)) // out of the period by now
		s.at(b, "start")
		p := s.late(b, 24*time.Hour, line("B1", 1, 500_00))
		v := s.at(b, "gold")
		if v.Account.Standing.Since != s.Clock.Now() || p.Earned != 15_00 {
			t.Fatalf("back-dated: %+v, earned %d", v.Account.Standing, p.Earned)
		}
		// One of before the rise is judged at the level held then.
		if p := s.late(b, time.Hour, line("B1", 1, 100_00)); p.Earned != 3_00 {
			t.Fatalf("earned %d", p.Earned)
		}
		if p := s.sell(b, line("B1", 1, 100_00)); p.Earned != 5_00 {
			t.Fatalf("earned %d", p.Earned)
		}
		s.proved()
	})
}

// TestLevelAfter judges a receipt at the level that it reaches.
func TestLevelAfter(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, func(p *rule.Programme) { p.Settings.LevelOn = rule.LevelAfter },
			rule.Level{ID: "gold", Priority: 1, Total: 1_000_00, Rules: []rule.Rule{{ID: "ten", Kind: rule.DiscountRule, Rate: 10 * money.Percent}}})
		b := s.Member(t)
		c := s.Cart(b, line("B1", 1, 1_000_00))
		q, err := s.Desk.Quote(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		c.Quote = q.ID
		a, err := s.Desk.Commit(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		// At 1000 it reaches the level, and pays 900 there: it has reached it.
		if p := a.Purchase; q.Outcome.Due != 900_00 || p.Due != 900_00 || p.Level != "gold" || p.Seen.Member.Level != "gold" {
			t.Fatalf("quoted %d, due %d at %q", q.Outcome.Due, p.Due, p.Level)
		}
		why, err := s.Desk.Why(t.Context(), &purchase.Stored{Purchase: *a.Purchase}, purchase.Asked{})
		if err != nil || !why.Same {
			t.Fatalf("another reason: %v", err)
		}
		s.proved()
	})
}

// TestByHand holds a level to its last day.
func TestByHand(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil, rule.Level{ID: "start", Priority: 1}, rule.Level{ID: "vip", Priority: 2, Gift: rule.Gift{Points: 10_00}})
		b := s.Member(t)
		req := &purchase.LevelRequest{By: 1, Key: "one", Buyer: b, Programme: s.Programme.ID, Level: "VIP", Until: "2026-04-15", Reason: "друг", Actor: "key 1"}
		out, err := s.Desk.SetLevel(t.Context(), req)
		if err != nil || out.Change.From != "start" || out.Change.To != "vip" || out.Balance.Active != 10_00 {
			t.Fatalf("%+v, %v", out, err)
		}
		again, err := s.Desk.SetLevel(t.Context(), req)
		if err != nil || !again.Replayed || again.Change.ID != out.Change.ID {
			t.Fatalf("%+v, %v", again, err)
		}
		s.Clock.Set(moscow(t, "2026-04-15 23:59"))
		s.settle()
		s.at(b, "vip")
		s.Clock.Add(time.Minute)
		s.settle()
		s.at(b, "start")
		for code, r := range map[string]purchase.LevelRequest{
			"level.not-found": {Level: "gold", Reason: "x"}, "level.until": {Level: "vip", Until: "2026-04-14", Reason: "x"}, "adjust.reason": {Level: "vip"},
			"programme.not-found": {Level: "vip", Reason: "x", Programme: 5},
		} {
			r.By, r.Key, r.Buyer, r.Programme = 1, code, b, max(r.Programme, s.Programme.ID)
			if code == "programme.not-found" {
				r.Programme = 5
			}
			if _, err := s.Desk.SetLevel(t.Context(), &r); purchasetest.Code(err) != code {
				t.Errorf("%s: %v", code, err)
			}
		}
		s.proved()
	})
}

// TestNewLevels counts what was bought before the programme had levels.
func TestNewLevels(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Member(t)
		s.sell(b, line("T1", 1, 300_00))
		s.days(2)
		p := s.sell(b, line("B1", 2, 400_00))
		s.refund(p, 100_00)
		s.days(1)
		s.put(func(p *rule.Programme) {
			p.Levels = []rule.Level{{ID: "gold", Priority: 1, Days: 7, Sum: 1_000_00, Parts: []rule.LevelPart{{Types: []string{"bar"}, Sum: 700_00}}}}
		})
		s.at(b, "gold")
		s.sell(b, line("S1", 1, 1_00))
		s.at(b, "gold")
		h := s.history(b)
		if len(h) != 1 || h[0].Cause != ledger.ByRules {
			t.Fatalf("%+v", h)
		}
		s.proved()
		s.put(func(p *rule.Programme) { // a longer period, of other goods
			p.Levels[0].Days, p.Levels[0].Parts[0].Types = 30, []string{"ticket"}
			p.Levels[0].Parts[0].Sum, p.Levels[0].ID = 300_00, "other"
		})
		s.sell(b, line("S1", 1, 1_00))
		s.at(b, "other")
		s.proved()
	})
}

// put makes a new version of the programme.
func (s *shop) put(change func(p *rule.Programme)) {
	s.t.Helper()
	p := *s.Programme
	change(&p)
	made, err := s.Programmes.Put(s.t.Context(), p, "test")
	if err != nil {
		s.t.Fatal(err)
	}
	s.Programme = made
}

// TestGroupLevel lets who comes into a group rise at his next step.
func TestGroupLevel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const group = id.ID(77)
		s := open(t, d, nil, rule.Level{ID: "start", Priority: 1}, rule.Level{ID: "staff", Priority: 2, MemberGroup: group.String(), Term: 3})
		b := s.Member(t)
		s.sell(b, line("B1", 1, 1_00))
		s.at(b, "start")
		s.join(b, group)
		s.at(b, "staff")
		if p := s.sell(b, line("B1", 1, 1_00)); p.Seen.Member.Level != "staff" {
			t.Fatalf("judged at %q", p.Seen.Member.Level)
		}
		if _, err := s.DB.Exec(t.Context(), `delete from member_in_group`); err != nil {
			t.Fatal(err)
		}
		s.days(3)
		s.at(b, "staff")
		s.days(1)
		s.at(b, "start")
		s.proved()
	})
}

// join puts a member into a group.
func (s *shop) join(b purchase.Buyer, group id.ID) {
	s.t.Helper()
	exec := func(q string, args ...any) {
		if _, err := s.DB.Exec(s.t.Context(), q, args...); err != nil {
			s.t.Fatal(err)
		}
	}
	exec(`insert into member (home_id, version, number, state, block_reason, surname, name, patronymic, name_folded, birth_date, sex, language,
 address_type, address_city, address_street, address_house, address_flat, address_postcode,
 document_type, document_series, document_number, document_citizenship, document_issued_by, document_issued_on,
 comment, code_word, custom, registered_at, registered_source, changed_at)
 values ($1, 1, '1', 'active', '', '', '', '', $2, '', '', 'ru', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '{}', 1, '', 1)`, b.Home, []byte{})
	exec(`insert into member_group (group_id, name, name_folded, note, active, created_at) values ($1, 'Свои', 'свои', '', true, 1)`, group)
	exec(`insert into member_in_group (home_id, group_id, added_at) values ($1, $2, 1)`, b.Home, group)
}
