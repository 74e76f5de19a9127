package reservetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// ladders gives levels that a receipt rises to, with a gift and for a price.
func ladders(p *rule.Programme) {
	p.Levels = []rule.Level{
		{ID: "start", Priority: 1},
		{ID: "silver", Priority: 2, Total: 400_00, Gift: rule.Gift{Points: 10_00, Days: 5}},
		{ID: "gold", Priority: 3, Total: 1_500_00, Price: 5_00, Rules: []rule.Rule{{ID: "ten", Kind: rule.DiscountRule, Rate: 10 * money.Percent}}},
	}
}

// TestPartIsWholeLessTheRest: a confirm of a part ends where a confirm of all and
// a refund of the rest in the same instant end: in points, money, levels, uses.
func TestPartIsWholeLessTheRest(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(p *rule.Programme){
		"keep":       ladders,
		"recompute":  func(p *rule.Programme) { ladders(p); p.Settings.RefundTerms = rule.RecomputeTerms },
		"difference": func(p *rule.Programme) { p.Settings.RefundTerms = rule.TakeDifference },
		"money":      func(p *rule.Programme) { ladders(p); p.Settings.Clawback = rule.ClawMoney },
		"own levels": func(p *rule.Programme) {
			ladders(p)
			p.Settings.LevelScope, p.Levels[1].Gift, p.Levels[2].Price = rule.ScopeMember, rule.Gift{}, 0
		},
		"on use": func(p *rule.Programme) { ladders(p); p.Earning.OnUse = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d, change)
				rnd := rand.New(rand.NewPCG(5, uint64(len(name))))
				twins := [2]purchase.Buyer{}
				for i := range twins {
					_, all := s.Family(t, 2) // one buys on the other's account
					twins[i] = all[1]
					s.Give(t, all[0], 300_00)
				}
				parts := 0
				for n := range 14 {
					if n == 7 {
						twins = [2]purchase.Buyer{s.Member(t), s.Member(t)} // who buy on their own
						for _, b := range twins {
							s.Give(t, b, 300_00)
						}
					}
					var orders [2]*purchase.Reservation
					lines, spend := s.anyLines(rnd), money.Points(rnd.IntN(9))*10_00
					told := rnd.IntN(3) == 0
					code := []string{"", "HEAD", "LAST"}[rnd.IntN(3)]
					for i, b := range twins {
						orders[i] = s.order(b, lines, spend, told, code)
					}
					s.Clock.Add(time.Duration(rnd.IntN(90)) * time.Minute) // maybe past its end
					kept, left := s.anyPart(rnd, orders[0])
					whole, err := s.confirm(orders[1])
					pay := s.pay(orders[0])
					pay.Lines = kept
					part, err2 := s.Desk.Confirm(t.Context(), pay)
					if err != nil || err2 != nil {
						if a, b := fmt.Sprint(err), fmt.Sprint(err2); a != b {
							t.Fatalf("%s and %s", a, b)
						}
						continue
					}
					if len(left) == 0 {
						if part.LeftOut != nil {
							t.Errorf("of all lines something is left out: %+v", part.LeftOut)
						}
						continue
					}
					parts++
					back, err := s.Desk.Refund(t.Context(), &purchase.RefundRequest{
						Till: s.Till, Key: s.IDs.New().String(), Number: whole.Purchase.Number, At: s.Clock.Now(),
						Purchase: purchase.PurchaseRef{Home: whole.Purchase.Home, ID: whole.Purchase.ID}, Lines: left,
					})
					s.no(err)
					if diff := cmp.Diff(back.Refund, part.LeftOut, ofTwins...); diff != "" {
						t.Errorf("%d: the refund (-) and what was left out (+):\n%s", n, diff)
					}
					if diff := cmp.Diff(whole.Purchase, part.Purchase, ofTwins...); diff != "" {
						t.Errorf("%d: the purchases:\n%s", n, diff)
					}
					if diff := cmp.Diff(s.standing(twins[1]), s.standing(twins[0])); diff != "" {
						t.Fatalf("%d: accounts (- whole and refund, + part):\n%s", n, diff)
					}
					again, err := s.Desk.Confirm(t.Context(), pay)
					s.no(err)
					if diff := cmp.Diff(part.LeftOut, again.LeftOut, cmpopts.EquateEmpty()); diff != "" || !again.Replayed {
						t.Errorf("again: %s", diff)
					}
				}
				if parts < 5 {
					t.Errorf("only %d parts", parts)
				}
				s.proved()
			})
		})
	}
}

// ofTwins compares what happens to two members alike.
var ofTwins = cmp.Options{
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(purchase.Refund{}, "ID", "Home", "Purchase", "Key", "Account", "AccountHome", "Uses"),
	cmpopts.IgnoreFields(purchase.Purchase{}, "ID", "Home", "Key", "Account", "AccountHome", "Judged", "Lots", "Parts", "Uses", "Seen", "Trace", "Codes", "Idle"),
}

// standing is what a member's accounts come to.
func (s *shop) standing(b purchase.Buyer) string {
	s.t.Helper()
	all, err := s.Desk.Accounts(s.t.Context(), b.Home)
	s.no(err)
	out := ""
	for _, v := range all {
		a := v.Account
		out += fmt.Sprintf("%d/%d/%d/%d %d purchases %d turnover %d used", a.Active, a.Pending, a.Held, a.Debt, a.Purchases, a.Turnover, a.Used)
		if v.Level != nil && v.Level.Level != nil {
			out += " at " + v.Level.Level.ID
		}
		var lots []string
		for _, l := range v.Lots {
			lots = append(lots, fmt.Sprintf("%d of %d from %d to %d", l.Remaining, l.Amount, l.ActiveAt, l.ExpiresAt))
		}
		slices.Sort(lots)
		out += "\n " + strings.Join(lots, "\n ") + "\n"
	}
	return out
}

func (s *shop) anyLines(rnd *rand.Rand) (lines []purchase.CartLine) {
	for range rnd.IntN(3) + 1 {
		l := line([]string{"T1", "B1", "S1", "x"}[rnd.IntN(4)], rnd.Int64N(4)+1, money.Amount(rnd.Int64N(300_00)+1))
		if l.SKU == "T1" && rnd.IntN(2) == 0 {
			l.SessionAt = s.Clock.Now().Add(24 * time.Hour)
		} else if rnd.IntN(4) == 0 {
			l.Quantity = money.Quantity(rnd.Int64N(3000) + 1)
		}
		lines = append(lines, l)
	}
	return lines
}

// order reserves; where that is refused for what the account has, without points.
func (s *shop) order(b purchase.Buyer, lines []purchase.CartLine, spend money.Points, told bool, code string) *purchase.Reservation {
	s.t.Helper()
	c := s.Cart(b, lines...)
	c.Wish.Points = spend
	if code == "HEAD" {
		c.Codes = []string{code}
	}
	q, err := s.Desk.Quote(s.t.Context(), c)
	if err != nil {
		c.Wish.Points = 0
		q, err = s.Desk.Quote(s.t.Context(), c)
		s.no(err)
	}
	if due := q.Outcome.Due; told {
		c.Payments = []purchase.Payment{{Kind: "card", Amount: due / 3}, {Kind: "cash", Amount: due - due/3}}
	}
	return s.reserve(c)
}

// anyPart keeps some of an order, and tells what is left out.
func (s *shop) anyPart(rnd *rand.Rand, r *purchase.Reservation) (kept []purchase.KeptLine, left []purchase.RefundPart) {
	for i := range r.Lines {
		l := &r.Lines[i]
		q := money.Quantity(rnd.Int64N(int64(l.Quantity) + 1))
		if l.Ticketed() {
			q -= q % money.Piece
		}
		if i == len(r.Lines)-1 && len(kept) == 0 && q == 0 {
			q = l.Quantity
		}
		if q > 0 {
			kept = append(kept, purchase.KeptLine{Line: i, Quantity: q})
		}
		if q < l.Quantity {
			left = append(left, purchase.RefundPart{Line: i, Quantity: l.Quantity - q})
		}
	}
	return kept, left
}

// TestPartRefused: a part that is none is refused and leaves the order as it is;
// a payment is of what stays.
func TestPartRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		b := s.Member(t)
		s.Give(t, b, 100_00)
		r := s.reserve(s.cart(b, 60_00)) // 3 × 100.00 and 99.99
		all := func(payments []purchase.Payment, kept ...purchase.KeptLine) error {
			req := s.pay(r)
			req.Lines, req.Payments = kept, payments
			_, err := s.Desk.Confirm(t.Context(), req)
			return err
		}
		one := purchase.KeptLine{Line: 0, Quantity: money.Piece}
		for want, err := range map[string]error{
			"purchase.invalid [lines[0].line reservation.no-line]":      all(nil, purchase.KeptLine{Line: 2, Quantity: 1}),
			"purchase.invalid [lines[0].quantity reservation.quantity]": all(nil, purchase.KeptLine{Line: 1, Quantity: 1001}),
			"purchase.invalid [lines[0].quantity purchase.quantity]":    all(nil, purchase.KeptLine{Line: 1}),
			"purchase.invalid [lines[1].line refund.line-twice]":        all(nil, one, one),
			"reservation.part-kinds":                                    all([]purchase.Payment{{Kind: "card", Amount: 50_00}, {Kind: "cash", Amount: 35_00}}, one),
			"purchase.payments-sum paid=100.00 due=85.00":               all([]purchase.Payment{{Kind: "card", Amount: 100_00}}, one),
			"purchase.payments-sum paid=399.99 due=339.99":              all([]purchase.Payment{{Kind: "card", Amount: 399_99}}),
		} {
			if fmt.Sprint(err) != want {
				t.Errorf("%v, want %s", err, want)
			}
		}
		s.stands(b, 40_00, 60_00, 0)
		s.no(all([]purchase.Payment{{Kind: "card", Amount: 85_00}}, one))
		s.proved()
	})
}
