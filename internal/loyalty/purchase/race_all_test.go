package purchase_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// expected are the refusals that a race may bring; any other is a mistake.
var expected = map[string]bool{
	"points.not-enough": true, "points.above-allowed": true, "quote.changed": true, "quote.outdated": true, "quote.expired": true,
	"refund.nothing-left": true, "refund.quantity": true, "refund.above-paid": true, "refund.by-amount-only": true,
}

// TestRaceOfEverything: sales, records, refunds of all kinds, adjustments,
// dues and changes of the rules, of few members at two desks. All ends, and
// every invariant holds.
func TestRaceOfEverything(t *testing.T) {
	p := limited(rule.Limits{InAll: 200, PerHead: 20, Return: true})
	p.Earning.Delay = 1
	p.Earning.Expiry = rule.Expiry{Mode: rule.AfterAccrual, Days: 4}
	twoProcesses(t, p, func(t *testing.T, s *purchasetest.Shop, desks [2]*purchase.Desk) {
		var buyers []purchase.Buyer
		for range 6 {
			buyers = append(buyers, s.Member(t))
		}
		var sold shared
		eachClient(t, clients, desks, func(i int, desk *purchase.Desk) {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			for range 8 {
				err := anything(t, s, desk, r, buyers, &sold, i)
				if code := purchasetest.Code(err); err != nil && !expected[code] {
					t.Errorf("%s: %v", code, err)
				}
			}
		})
	})
}

// shared are purchases that somebody may refund.
type shared struct {
	mu   sync.Mutex
	docs []*purchase.Purchase
}

func (s *shared) add(a *purchase.Answer, err error) error {
	if err == nil {
		s.mu.Lock()
		s.docs = append(s.docs, a.Purchase)
		s.mu.Unlock()
	}
	return err
}

func (s *shared) any(r *rand.Rand) *purchase.Purchase {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.docs) == 0 {
		return nil
	}
	return s.docs[r.IntN(len(s.docs))]
}

// anything does one thing of many.
func anything(t *testing.T, s *purchasetest.Shop, desk *purchase.Desk, r *rand.Rand, buyers []purchase.Buyer, sold *shared, client int) error {
	b := buyers[r.IntN(len(buyers))]
	ctx, key := t.Context(), s.IDs.New().String()
	c := s.Cart(b, line("T1", 1+r.Int64N(3), 10_000), line("B1", 1, 1+money.Amount(r.Int64N(5000))))
	switch r.IntN(10) {
	case 0, 1, 2:
		c.Codes, c.Wish.Max = []string{string(rune('A' + r.IntN(2)))}, true
		if q, err := desk.Quote(ctx, c); err == nil {
			c.Quote = q.ID
		}
		return sold.add(desk.Commit(ctx, c))
	case 3:
		c.Buyer = purchase.Buyer{}
		return sold.add(desk.Commit(ctx, c))
	case 4:
		c.Codes = []string{"b"}
		c.Facts = &purchase.Facts{At: s.Clock.Now().Add(-time.Duration(r.Int64N(int64(3 * day)))), Points: money.Points(r.Int64N(1000))}
		return sold.add(desk.Record(ctx, c))
	case 5, 6:
		p := sold.any(r)
		if p == nil {
			return nil
		}
		req := &purchase.RefundRequest{Till: s.Till, Key: key, Purchase: ref(p)}
		switch r.IntN(3) {
		case 0:
			req.Amount = 1 + money.Amount(r.Int64N(5000))
		case 1:
			req.Lines = []purchase.RefundPart{{Line: 0, Quantity: money.Piece}}
		}
		_, err := desk.Refund(ctx, req)
		return err
	case 7:
		_, err := desk.RefundUnlinked(ctx, &purchase.UnlinkedRequest{
			Till: s.Till, Key: key, Buyer: b, Lines: []purchase.UnlinkedLine{{SKU: "T1", Quantity: money.Piece, Price: 10_000}},
		})
		return err
	case 8:
		_, err := desk.Adjust(ctx, &purchase.AdjustRequest{
			By: 3, Key: key, Buyer: b, Programme: s.Programme.ID, Points: money.Points(r.Int64N(4000)) - 1000 | 1, Reason: "тест",
		})
		return err
	}
	switch client % 8 {
	case 0:
		s.Clock.Add(time.Duration(r.Int64N(int64(day))))
	case 1:
		p := *desk.Programmes.Current().Get(s.Programme.ID)
		p.Earning.Rate = money.Rate(r.Int64N(100_000))
		if _, err := desk.Programmes.Put(ctx, p, "test"); !fault.Is(err, "programme.version") {
			return err // somebody else may have been first
		}
		return nil
	}
	_, err := desk.SettleDue(ctx, 100)
	return err
}
