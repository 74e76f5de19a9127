package householdtest

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const clients = 64

// desks are two, as two processes would have: on PostgreSQL each with its own
// connections, programmes and ids.
func desks(t *testing.T, f *family, url string) [2]*purchase.Desk {
	o := f.Desk.Options
	o.Wait = 4 * time.Minute // on a busy machine, with the race detector on
	if f.DB.Dialect() == db.Postgres {
		other := openBase(t, url)
		o.DB, o.IDs = other, id.NewMaker(2)
		o.Programmes = &programme.Programmes{DB: other, IDs: o.IDs, Clock: o.Clock}
		if err := o.Programmes.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	one := f.Desk.Options
	one.Wait = o.Wait
	out := [2]*purchase.Desk{purchase.New(one), purchase.New(o)}
	t.Cleanup(out[0].Close)
	t.Cleanup(out[1].Close)
	return out
}

func openBase(t *testing.T, url string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// eachBase is dbtest.Each for those who open the base more than once.
func eachBase(t *testing.T, body func(t *testing.T, d *db.DB, url string)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			url := dbtest.URL(t, dialect)
			body(t, openBase(t, url), url)
		})
	}
}

// each runs body for all clients at once and waits for them.
func each(t *testing.T, body func(i int)) {
	t.Helper()
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			<-start
			body(i)
		})
	}
	close(start)
	done := make(chan struct{})
	go func() {
		all.Wait()
		close(done)
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatal("not ended: a deadlock")
	}
}

// TestRaceOfAFamily: all of a household, and others, spend at many tills at
// once. Nothing is overspent, nothing is lost, nobody waits for ever.
func TestRaceOfAFamily(t *testing.T) {
	t.Parallel()
	eachBase(t, func(t *testing.T, d *db.DB, url string) {
		f := open(t, d, nil)
		at := desks(t, f, url)
		f.Give(t, f.mother, 300_00)
		f.Give(t, f.stranger, 100_00)
		buyers := []purchase.Buyer{f.mother, f.son, f.aunt, f.stranger}
		var mu sync.Mutex
		spent, earned, sold := [2]money.Points{}, [2]money.Points{}, [2]int64{}
		each(t, func(i int) {
			for n := range 4 {
				b := buyers[(i+n)%4]
				c := f.Cart(b, line("B1", 1, 100_00))
				c.Wish.Points = 10_00
				a, err := at[i%2].Commit(t.Context(), c)
				if purchasetest.Code(err) == "points.not-enough" {
					continue
				}
				if err != nil {
					t.Errorf("commit: %v", err)
					continue
				}
				whose := 0
				if b == f.stranger {
					whose = 1
				}
				mu.Lock()
				spent[whose] += a.Purchase.Spent
				earned[whose] += a.Purchase.Earned
				sold[whose]++
				mu.Unlock()
			}
		})
		for whose, b := range []purchase.Buyer{f.aunt, f.stranger} {
			had := []money.Points{300_00, 100_00}[whose]
			got := f.Balance(t, b)
			if want := had + earned[whose] - spent[whose]; got.Active != want || got.Debt != 0 || want < 0 || want >= 10_00 {
				t.Errorf("%d: %+v after %d spent and %d earned by %d", whose, got, spent[whose], earned[whose], sold[whose])
			}
		}
		f.proved()
	})
}

// allowed are the refusals that chance may bring; any other is a mistake.
var allowed = map[string]bool{
	"points.not-enough": true, "points.above-allowed": true, "quote.changed": true, "quote.outdated": true, "quote.expired": true,
	"refund.nothing-left": true, "refund.quantity": true, "refund.above-paid": true, "refund.by-amount-only": true,
	"visit.left": true, "visit.used": true, "visit.refunded": true,
	"household.already": true, "household.not-in": true, "household.ended": true, "household.founder": true, "member.moved": true,
}

// TestComingsAndGoingsRace: members come into households, leave them and end
// them while they buy, return, and are given points. Each receipt is wholly on
// the one account or on the other, and every invariant holds.
func TestComingsAndGoingsRace(t *testing.T) {
	t.Parallel()
	gold := rule.Level{ID: "gold", Priority: 2, Days: 30, Sum: 1_000_00, Parts: []rule.LevelPart{{Types: []string{"bar"}, Sum: 1_000_00}}, Term: 3}
	comeAndGo(t, func(p *rule.Programme) {
		gold.Gift, gold.Fall = rule.Gift{Points: 5_00}, 2_00
		p.Levels = []rule.Level{{ID: "start", Priority: 1}, gold}
	})
}

// TestComingsAndGoingsOfOwnLevels: the same where each has his own level. It is
// not run beside the other races: together they would want more connections than
// a server gives.
func TestComingsAndGoingsOfOwnLevels(t *testing.T) {
	comeAndGo(t, func(p *rule.Programme) {
		p.Settings.LevelScope = rule.ScopeMember
		p.Levels = []rule.Level{
			{ID: "start", Priority: 1},
			{ID: "gold", Priority: 2, Total: 700_00, Rules: []rule.Rule{{ID: "five", Kind: rule.DiscountRule, Rate: 5 * money.Percent}}},
			{ID: "top", Priority: 3, Days: 3, Sum: 900_00, Term: 2},
		}
	})
}

func comeAndGo(t *testing.T, change func(p *rule.Programme)) {
	t.Helper()
	eachBase(t, func(t *testing.T, d *db.DB, url string) {
		f := open(t, d, func(p *rule.Programme) {
			p.Earning.Delay = 1
			p.Earning.Expiry = rule.Expiry{Mode: rule.AfterPurchase, Days: 4}
			change(p)
		})
		r := &roving{family: f, at: desks(t, f, url)}
		r.people = []purchase.Buyer{f.mother, f.son, f.aunt, f.stranger, f.Person(t), f.Person(t), f.Person(t)}
		other, all := f.Family(t, 2)
		r.people = append(r.people, all...)
		r.houses = []member.Household{f.household, other}
		each(t, func(i int) {
			rnd := rand.New(rand.NewPCG(uint64(i), 7))
			for range 8 {
				err := r.anything(rnd, r.at[i%2])
				if code := purchasetest.Code(err); err != nil && !allowed[code] {
					t.Errorf("%s: %v", code, err)
				}
			}
		})
		f.proved()
	})
}

// roving are members who come and go.
type roving struct {
	*family
	at     [2]*purchase.Desk
	people []purchase.Buyer

	mu     sync.Mutex
	houses []member.Household
	sold   []*purchase.Purchase
}

func pick[T any](r *roving, rnd *rand.Rand, of *[]T) (v T, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(*of) == 0 {
		return v, false
	}
	return (*of)[rnd.IntN(len(*of))], true
}

func (r *roving) anything(rnd *rand.Rand, desk *purchase.Desk) error {
	ctx, key := r.t.Context(), r.IDs.New().String()
	b, _ := pick(r, rnd, &r.people)
	c := r.Cart(b, line("T1", 1+rnd.Int64N(3), 100_00), line("B1", 1, 1+money.Amount(rnd.Int64N(300_00))))
	if rnd.IntN(2) == 0 {
		c.Lines[0].SessionAt = r.Clock.Now()
	}
	switch rnd.IntN(12) {
	case 0, 1, 2:
		c.Wish.Max = true
		if q, err := desk.Quote(ctx, c); err == nil {
			c.Quote = q.ID
		}
		return r.add(desk.Commit(ctx, c))
	case 3:
		c.Facts = &purchase.Facts{At: r.Clock.Now().Add(-time.Duration(rnd.Int64N(int64(72 * time.Hour)))), Points: money.Points(rnd.Int64N(1000))}
		return r.add(desk.Record(ctx, c))
	case 4, 5:
		p, ok := pick(r, rnd, &r.sold)
		if !ok {
			return nil
		}
		req := &purchase.RefundRequest{Till: r.Till, Key: key, Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}}
		switch rnd.IntN(3) {
		case 0:
			req.Amount = 1 + money.Amount(rnd.Int64N(50_00))
		case 1:
			req.Lines = []purchase.RefundPart{{Line: 0, Quantity: money.Piece}}
		}
		_, err := desk.Refund(ctx, req)
		return err
	case 6:
		_, err := desk.RefundUnlinked(ctx, &purchase.UnlinkedRequest{
			Till: r.Till, Key: key, Buyer: b, Lines: []purchase.UnlinkedLine{{SKU: "T1", Quantity: money.Piece, Price: 100_00}},
		})
		return err
	case 7:
		_, err := desk.Adjust(ctx, &purchase.AdjustRequest{
			By: 3, Key: key, Buyer: b, Programme: r.Programme.ID, Points: money.Points(rnd.Int64N(4000)) - 1000 | 1, Reason: "x",
		})
		return err
	case 8:
		if p, ok := pick(r, rnd, &r.sold); ok && p.HasTickets() {
			_, err := desk.Visit(ctx, &purchase.VisitRequest{Till: r.Other, Key: key, Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}, Pieces: 1})
			return err
		}
		r.Clock.Add(time.Duration(rnd.Int64N(int64(12 * time.Hour))))
		_, err := desk.SettleDue(ctx, 100)
		return err
	}
	return r.move(ctx, rnd, b)
}

// move lets a member come, go, or end or found a household.
func (r *roving) move(ctx context.Context, rnd *rand.Rand, b purchase.Buyer) error {
	v, _ := pick(r, rnd, &r.houses)
	switch rnd.IntN(10) {
	case 0:
		_, err := r.People().EndHousehold(ctx, v.ID, purchasetest.By)
		return err
	case 1:
		v, err := r.People().FoundHousehold(ctx, b.Home, "Новая", nil, purchasetest.By)
		if err == nil {
			r.mu.Lock()
			r.houses = append(r.houses, v)
			r.mu.Unlock()
		}
		return err
	case 2, 3, 4:
		_, err := r.People().LeaveHousehold(ctx, v.ID, b.Home, purchasetest.By)
		return err
	}
	_, err := r.People().JoinHousehold(ctx, v.ID, b.Home, purchasetest.By)
	return err
}

func (r *roving) add(a *purchase.Answer, err error) error {
	if err == nil {
		r.mu.Lock()
		r.sold = append(r.sold, a.Purchase)
		r.mu.Unlock()
	}
	return err
}

// TestOldNewsOfHouseholds: a desk that has seen a household before it ended,
// or before it began, still works on the right account.
func TestOldNewsOfHouseholds(t *testing.T) {
	t.Parallel()
	eachBase(t, func(t *testing.T, d *db.DB, url string) {
		f := open(t, d, nil)
		at := desks(t, f, url)
		sell := func(desk *purchase.Desk) *purchase.Purchase {
			a, err := desk.Commit(t.Context(), f.Cart(f.son, line("T1", 1, 100_00)))
			if err != nil {
				t.Fatal(err)
			}
			return a.Purchase
		}
		for i, in := range []bool{true, false, true, true, false} {
			if i > 0 && in {
				if _, err := f.People().JoinHousehold(t.Context(), f.household.ID, f.son.Home, purchasetest.By); err != nil && !fault.Is(err, "household.already") {
					t.Fatal(err)
				}
			} else if !in {
				f.Leave(t, f.household, f.son)
			}
			for _, desk := range slices.Concat(at[:], at[:]) {
				if p := sell(desk); (p.AccountHome == f.mother.Home) != in {
					t.Errorf("step %d: on the account of %s", i, p.Keeps())
				}
			}
		}
		f.proved()
	})
}

// TestScopesComeAndGo: the programme changes whose purchases count, to and fro,
// while members come, go, buy and return. The sums that are kept are right for
// whichever they are kept.
func TestScopesComeAndGo(t *testing.T) {
	t.Parallel()
	rounds := 3
	if dbtest.Long() {
		rounds = 12
	}
	eachBase(t, func(t *testing.T, d *db.DB, _ string) {
		f := open(t, d, ownLevels)
		r := &roving{family: f, at: [2]*purchase.Desk{f.Desk, f.Desk}, houses: []member.Household{f.household}}
		r.people = []purchase.Buyer{f.mother, f.son, f.aunt, f.stranger}
		rnd := rand.New(rand.NewPCG(3, 5))
		for n := range rounds {
			r.gather(rnd)
			for range 30 {
				err := r.anything(rnd, f.Desk)
				if code := purchasetest.Code(err); err != nil && !allowed[code] {
					t.Errorf("%s: %v", code, err)
				}
			}
			f.proved()
			f.scope([]rule.LevelScope{rule.ScopeAccount, rule.ScopeMember}[n%2])
		}
		f.proved()
		if n := f.one(`select count(*) from purchase where account_home is not null`); n < int64(rounds)*2 {
			t.Errorf("only %d purchases on others' accounts", n)
		}
	})
}

// gather puts all who are in no household into one, and forgets those that have
// ended.
func (r *roving) gather(rnd *rand.Rand) {
	ctx := r.t.Context()
	r.houses = slices.DeleteFunc(r.houses, func(v member.Household) bool {
		now, err := member.GetHousehold(ctx, r.DB, v.ID)
		return err != nil || now.EndedAt != 0
	})
	for _, b := range r.people {
		if v, ok := pick(r, rnd, &r.houses); ok {
			_, _ = r.People().JoinHousehold(ctx, v.ID, b.Home, purchasetest.By) // one who is in another stays there
			continue
		}
		if v, err := r.People().FoundHousehold(ctx, b.Home, "Новая", nil, purchasetest.By); err == nil {
			r.houses = append(r.houses, v)
		}
	}
}

func (f *family) one(q string) (n int64) {
	f.t.Helper()
	if err := f.DB.Row(f.t.Context(), q).Scan(&n); err != nil {
		f.t.Fatal(err)
	}
	return n
}
