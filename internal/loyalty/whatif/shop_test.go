package whatif_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// shop is a shop in which everything happens at random.
type shop struct {
	*purchasetest.Shop
	t      testing.TB
	rnd    *rand.Rand
	buyers []purchase.Buyer
	carts  []*purchase.Cart
	house  member.Household
	people []purchase.Buyer // who come into it and leave it; the account is the first's
	awards map[purchase.Buyer][]string
	claims int
	late   bool // closed receipts come days later
	noHand bool // no level is given by hand
	plain  bool // nobody spends points and no points are taken: nothing is refused for what an account has
}

func open(t testing.TB, d *db.DB, p rule.Programme) *shop {
	return &shop{Shop: purchasetest.Open(t, d, p), t: t, awards: map[purchase.Buyer][]string{}}
}

func (s *shop) day(at clock.Micros) string { return s.Programme.Day(at) }

func (s *shop) options(p rule.Programme, from, to string) whatif.Options {
	return whatif.Options{
		DB: s.DB, Programmes: s.Programmes, Directory: s.Directory, Catalog: s.Catalog, Draft: p, From: from, To: to, Now: s.Clock.Now(), Workers: 2,
	}
}

func (s *shop) run(p rule.Programme, from, to string) *whatif.Report {
	s.t.Helper()
	r, err := whatif.Run(s.t.Context(), s.options(p, from, to))
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// wander lets a till do random things, one after the other and none late.
func (s *shop) wander(seed uint64, steps int) {
	s.rnd = rand.New(rand.NewPCG(seed, 7))
	s.buyers = []purchase.Buyer{{}}
	members := &member.Members{DB: s.DB, IDs: s.IDs, Clock: s.Clock}
	for i := range 2 {
		m, err := members.Register(s.t.Context(), member.Rules{}, member.Registration{
			Profile:   member.Profile{BirthDate: fmt.Sprintf("1990-03-%02d", 3*i+4)},
			Relatives: []member.Relative{{Kind: "child", Name: "Х", BirthDate: fmt.Sprintf("2015-03-%02d", 5*i+6)}},
		}, member.Actor{Source: []string{member.FromSelf, member.FromTill}[i]})
		if err != nil {
			s.t.Fatal(err)
		}
		s.buyers = append(s.buyers, purchase.Buyer{Home: m.Home})
	}
	house, people := s.Family(s.t, 2)
	s.house, s.people = house, append(people, s.Person(s.t))
	s.buyers = append(s.buyers, s.people...)
	for _, b := range s.buyers[1:] {
		s.deposit(b)
	}
	if err := s.Desk.GiveDated(s.t.Context()); err != nil { // from this day on
		s.t.Fatal(err)
	}
	for range steps {
		s.step()
	}
}

// deposit gives a member a deposit to pay from.
func (s *shop) deposit(b purchase.Buyer) {
	r := purchase.DepositRequest{By: 1, Key: s.IDs.New().String(), Do: purchase.OpenDeposit, Home: b.Home, Actor: "x"}
	o, err := s.Desk.DoDeposit(s.t.Context(), &r)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Key, r.Do, r.Deposit, r.Amount, r.PaidBy = s.IDs.New().String(), purchase.TopUpDeposit, o.Deposit, 1_000_00, "cash"
	if _, err := s.Desk.DoDeposit(s.t.Context(), &r); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) step() {
	switch s.rnd.IntN(18) {
	case 0, 1, 2, 3:
		s.sell(false)
	case 4, 5:
		s.sell(true)
	case 6, 7:
		s.giveBack()
	case 8:
		s.unlinked()
	case 9:
		s.adjust()
	case 10:
		s.level()
	case 11:
		s.move()
	case 12:
		s.visit()
	case 13, 14:
		s.claim()
	default:
		s.Clock.Add(time.Duration(s.rnd.Int64N(40*60)+1) * time.Minute)
		if err := s.Desk.GiveDated(s.t.Context()); err != nil {
			s.t.Error(err)
		}
		// That an account's clock was moved while nothing was due is not in the
		// books, and a late receipt may be of before.
		if s.rnd.IntN(3) == 0 && !s.late {
			_, err := s.Desk.SettleDue(s.t.Context(), 3)
			s.end(err)
		}
	}
}

// claim gives a receipt to somebody, if it is nobody's.
func (s *shop) claim() {
	if len(s.carts) == 0 {
		return
	}
	var of []*purchase.Cart
	for _, c := range s.carts {
		if c.Buyer.None() {
			of = append(of, c)
		}
	}
	if len(of) == 0 {
		return
	}
	c := of[s.rnd.IntN(len(of))]
	_, err := s.Desk.Claim(s.t.Context(), &purchase.ClaimRequest{
		Buyer: s.buyers[1+s.rnd.IntN(len(s.buyers)-1)], Purchase: purchase.PurchaseRef{Till: c.Till, Key: c.Key},
	})
	if s.end(err) {
		s.claims++
	}
}

// move lets somebody come into the household or leave it.
func (s *shop) move() {
	b, change := s.people[1+s.rnd.IntN(len(s.people)-1)], s.People().JoinHousehold
	if s.rnd.IntN(2) == 0 {
		change = s.People().LeaveHousehold
	}
	if _, err := change(s.t.Context(), s.house.ID, b.Home, purchasetest.By); !fault.Is(err, "household.not-in") {
		s.end(err)
	}
}

// end lets a refusal by a rule pass and nothing else.
func (s *shop) end(err error) bool {
	s.t.Helper()
	if err == nil {
		return true
	}
	if k := fault.From(err).Kind; k != fault.Refused && k != fault.Conflict {
		s.t.Error(err)
	}
	return false
}

func (s *shop) buyer() purchase.Buyer { return s.buyers[s.rnd.IntN(len(s.buyers))] }

func (s *shop) line() purchase.CartLine {
	skus := []string{"T1", "T2", "B1", "B2", "S1", "x"}
	l := purchasetest.Line(skus[s.rnd.IntN(len(skus))], s.rnd.Int64N(4)+1, money.Amount(s.rnd.Int64N(30000)+1))
	if l.SKU[0] == 'T' && s.rnd.IntN(3) > 0 {
		l.SessionAt = s.Clock.Now().Add(time.Duration(s.rnd.IntN(9)-3) * 24 * time.Hour)
	}
	return l
}

// visit uses some tickets of a receipt.
func (s *shop) visit() {
	if len(s.carts) == 0 {
		return
	}
	c := s.carts[s.rnd.IntN(len(s.carts))]
	for i := range c.Lines {
		if c.Lines[i].SessionAt == 0 {
			continue
		}
		_, err := s.Desk.Visit(s.t.Context(), &purchase.VisitRequest{
			Till: s.Other, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Till: c.Till, Key: c.Key}, Line: i, Pieces: s.rnd.Int64N(2) + 1,
		})
		s.end(err)
	}
}

func (s *shop) sell(closed bool) {
	c := s.Cart(s.buyer())
	for range s.rnd.IntN(3) + 1 {
		c.Lines = append(c.Lines, s.line())
	}
	if s.rnd.IntN(3) == 0 {
		c.Codes = []string{[]string{"ALL", "FEW"}[s.rnd.IntN(2)]}
	}
	if !s.plain && c.Buyer.None() && s.rnd.IntN(2) == 0 {
		c.Guest = purchase.Guest{Kind: member.Email, Value: string(rune('a'+s.rnd.IntN(3))) + "@example.org"}
	}
	if mine := s.awards[c.Buyer]; !s.plain && len(mine) > 0 && s.rnd.IntN(2) == 0 {
		c.Codes = append(c.Codes, mine[s.rnd.IntN(len(mine))])
	}
	if s.rnd.IntN(4) == 0 {
		c.Channel = "web"
	}
	if closed {
		s.record(c)
		return
	}
	switch {
	case s.plain, c.Buyer.None() || s.rnd.IntN(2) == 0:
	case s.rnd.IntN(2) == 0:
		c.Wish.Max = true
	default:
		c.Wish.Points = money.Points(s.rnd.Int64N(50)) * 100
	}
	a, err := s.Desk.Commit(s.t.Context(), c)
	if s.end(err) {
		s.carts = append(s.carts, c)
		for _, w := range a.Purchase.Awards {
			s.awards[c.Buyer] = append(s.awards[c.Buyer], w.Code)
		}
	}
}

func (s *shop) record(c *purchase.Cart) {
	c.Facts = &purchase.Facts{At: s.Clock.Now()}
	if s.late && s.rnd.IntN(2) == 0 {
		c.Facts.At -= clock.Micros(s.rnd.Int64N(4 * 24 * time.Hour.Microseconds()))
	}
	var due money.Amount
	for i := range c.Lines {
		l := &c.Lines[i]
		g, _ := l.Quantity.Cost(l.Price, money.HalfUp)
		if s.rnd.IntN(3) == 0 {
			l.Discount = money.Amount(s.rnd.Int64N(int64(g)))
		}
		due += g - l.Discount
	}
	if s.rnd.IntN(2) == 0 && due > 0 && !s.plain {
		c.Facts.Points = money.Points(s.rnd.Int64N(int64(due)))
	}
	if s.rnd.IntN(2) == 0 {
		c.Payments = []purchase.Payment{{Kind: "cash", Amount: due / 3}, {Kind: []string{"card", purchase.DepositKind}[due%2], Amount: due / 2}, {Kind: "cash", Amount: 5}}
	}
	if _, err := s.Desk.Record(s.t.Context(), c); s.end(err) {
		s.carts = append(s.carts, c)
	}
}

func (s *shop) giveBack() {
	if len(s.carts) == 0 {
		return
	}
	c := s.carts[s.rnd.IntN(len(s.carts))]
	r := &purchase.RefundRequest{Till: s.Other, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Till: c.Till, Key: c.Key}}
	switch n := s.rnd.IntN(4); {
	case n == 0 && !s.plain:
		r.Amount = money.Amount(s.rnd.Int64N(20000) + 1)
	case n < 3:
		i := s.rnd.IntN(len(c.Lines))
		q := s.rnd.Int64N(int64(c.Lines[i].Quantity)/1000) + 1
		r.Lines = []purchase.RefundPart{{Line: i, Quantity: money.Quantity(q) * money.Piece}}
	}
	_, err := s.Desk.Refund(s.t.Context(), r)
	s.end(err)
}

func (s *shop) unlinked() {
	r := &purchase.UnlinkedRequest{Till: s.Till, Key: s.IDs.New().String(), Buyer: s.buyer()}
	for range s.rnd.IntN(3) + 1 {
		l := s.line()
		if len(s.carts) > 0 && s.rnd.IntN(3) > 0 {
			c := s.carts[s.rnd.IntN(len(s.carts))]
			l, r.Buyer = c.Lines[0], c.Buyer
		}
		r.Lines = append(r.Lines, purchase.UnlinkedLine{SKU: l.SKU, Quantity: l.Quantity, Price: l.Price})
	}
	_, err := s.Desk.RefundUnlinked(s.t.Context(), r)
	s.end(err)
}

func (s *shop) adjust() {
	least, days := int64(-9999), s.rnd.IntN(9)
	if s.plain { // the programme's own term stays what it was, so it is another shop's
		least, days = 1, days+1
	}
	buyer, points := s.buyers[1+s.rnd.IntN(len(s.buyers)-1)], money.Points(s.rnd.Int64N(15000)*2+least)
	if points < 0 {
		days = 0
	}
	_, err := s.Desk.Adjust(s.t.Context(), &purchase.AdjustRequest{
		By: 1, Key: s.IDs.New().String(), Buyer: buyer, Programme: s.Programme.ID, Points: points, Days: days, Reason: "x", Actor: "x",
	})
	s.end(err)
}

func (s *shop) level() {
	r := &purchase.LevelRequest{
		By: 1, Key: s.IDs.New().String(), Buyer: s.buyers[1+s.rnd.IntN(len(s.buyers)-1)], Programme: s.Programme.ID,
		Level: []string{"", "start", "silver", "gold", "vip"}[s.rnd.IntN(5)], Reason: "x", Actor: "x",
	}
	if r.Level != "" && s.rnd.IntN(2) == 0 {
		r.Until = s.day(s.Clock.Now().Add(time.Duration(s.rnd.IntN(12)) * 24 * time.Hour))
	}
	if len(s.Programme.Levels) == 0 || s.noHand {
		return
	}
	_, err := s.Desk.SetLevel(s.t.Context(), r)
	s.end(err)
}
