package purchase_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// twins are two members with the same life, up to how they refund.
type twins [2]purchase.Buyer

// sell sells the same cart to both.
func (w twins) sell(t *rapid.T, m *machine, c *purchase.Cart) (out [2]*purchase.Purchase) {
	for i, b := range w {
		mine := *c
		mine.Buyer, mine.Key = b, m.s.IDs.New().String()
		sell := m.s.Desk.Commit
		if mine.Facts != nil {
			sell = m.s.Desk.Record
		}
		a, err := sell(ctx, &mine)
		if err != nil {
			t.Fatalf("sale: %v", err)
		}
		out[i] = a.Purchase
	}
	if diff := cmp.Diff(out[0], out[1], figures...); diff != "" {
		t.Fatalf("the twins' purchases differ:\n%s", diff)
	}
	return out
}

// live draws something that happens to both.
func (w twins) live(t *rapid.T, m *machine) {
	switch rapid.IntRange(0, 3).Draw(t, "life") {
	case 0:
		points := money.Points(rapid.Int64Range(1, 9000).Draw(t, "given"))
		for _, b := range w {
			r := &purchase.AdjustRequest{By: 9, Key: m.s.IDs.New().String(), Buyer: b, Programme: m.w.programme.ID, Points: points, Reason: "тест", Days: 3}
			if _, err := m.s.Desk.Adjust(ctx, r); err != nil {
				t.Fatalf("adjust: %v", err)
			}
		}
	case 1:
		m.jump(t)
	default:
		w.sell(t, m, w.cart(t, m))
	}
}

// cart draws what both may buy: no codes, whose limits they would share.
func (w twins) cart(t *rapid.T, m *machine) *purchase.Cart {
	c := drawCart(t, m.s, purchase.Buyer{})
	c.Codes = nil
	c.Wish.Max = rapid.Bool().Draw(t, "all points")
	if rapid.IntRange(0, 2).Draw(t, "a record") == 0 {
		c.Wish.Max = false
		drawFacts(t, c, m.s.Clock.Now())
		due := int64(0)
		for _, l := range c.Lines {
			gross, _ := l.Quantity.Cost(l.Price, money.HalfUp)
			due += int64(gross - l.Discount)
		}
		c.Facts.Points = min(c.Facts.Points, money.Points(due*100/int64(m.w.programme.Settings.PointValue)))
	}
	return c
}

// sums are what refunds have brought back in all, by amount and kind.
type sums map[string]int64

func (s sums) add(f *purchase.Refund) {
	for what, n := range map[string]int64{
		"gross": int64(f.Gross), "discount": int64(f.Discount), "paid": int64(f.Paid), "money and kept": int64(f.Money + f.Kept),
		"spent": int64(f.Spent), "given": int64(f.Given), "earned": int64(f.Earned), "short": int64(f.Short),
		"held": int64(f.Held), "taken": int64(f.Taken),
	} {
		s[what] += n
	}
	for _, p := range f.Payments {
		s["to "+p.Kind] += int64(p.Amount)
	}
	s["to all"] += int64(f.Money)
	for _, l := range f.Lines {
		for k, v := range l.Discounts {
			s[fmt.Sprint("line ", l.Line, " discount ", k)] += v
		}
		for k, v := range l.Earned {
			s[fmt.Sprint("line ", l.Line, " earned ", k)] += v
		}
		for k, v := range l.Pays {
			s[fmt.Sprint("line ", l.Line, " payment ", k)] += int64(v)
		}
	}
}

// inParts refunds a purchase piece by piece, by lines and by money, in any
// order, until nothing is left.
func inParts(t *rapid.T, s *purchasetest.Shop, p *purchase.Purchase) sums {
	out, left := sums{}, p.Due
	for n := rapid.IntRange(0, 6).Draw(t, "parts"); ; n-- {
		r := &purchase.RefundRequest{Till: s.Till, Key: s.IDs.New().String(), Purchase: ref(p)}
		switch rapid.IntRange(0, 2).Draw(t, "by") {
		case 0:
			if left > 0 {
				r.Amount = money.Amount(rapid.Int64Range(1, int64(left)).Draw(t, "money"))
			}
		default:
			for _, i := range rapid.Permutation(indexes(len(p.Lines))).Draw(t, "order")[:rapid.IntRange(1, len(p.Lines)).Draw(t, "lines")] {
				unit := money.Quantity(1)
				if p.Lines[i].SessionAt != 0 {
					unit = money.Piece // tickets come back whole
				}
				q := unit * money.Quantity(rapid.Int64Range(1, int64(p.Lines[i].Quantity/unit)).Draw(t, "quantity"))
				r.Lines = append(r.Lines, purchase.RefundPart{Line: i, Quantity: q})
			}
		}
		if n <= 0 {
			r.Lines, r.Amount = nil, 0
		}
		a, err := s.Desk.Refund(ctx, r)
		switch purchasetest.Code(err) {
		case "":
			out.add(a.Refund)
			left -= a.Refund.Money + a.Refund.Kept + a.Refund.Held
			if a.Refund.Whole {
				return out
			}
		case "refund.quantity", "refund.by-amount-only": // more than is left: another part
		default:
			t.Fatalf("refund: %v", err)
		}
	}
}

// TestPartsEndWhereTheWholeEnds: whatever has happened, refunds in any parts
// and any order end exactly where one whole refund ends.
//
// The amounts and the book (active + pending − debt) do always, but that
// points forgiven or taken as money depend on what was there at that moment,
// so the books are compared where nothing was short. How a book lies in
// active and pending points may differ where pending points are there: a part
// may have to take them before a later part has given active ones back.
func TestPartsEndWhereTheWholeEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		cases(t, map[db.Dialect]int{db.SQLite: 3, db.Postgres: 1}[d.Dialect()], func(rt *rapid.T) {
			twinsDiffer(rt, t, begin(rt, t, s))
		})
	})
}

// twinsDiffer refunds a purchase of the one as a whole and of the other in
// parts, and fails where they do not end alike.
func twinsDiffer(rt *rapid.T, t *testing.T, m *machine) {
	s := m.s
	w := twins{s.Member(t), s.Member(t)}
	for range rapid.IntRange(0, 4).Draw(rt, "before") {
		w.live(rt, m)
	}
	sale := w.sell(rt, m, w.cart(rt, m))
	for range rapid.IntRange(0, 3).Draw(rt, "after") {
		w.live(rt, m)
	}
	before := s.Balance(t, w[0])

	one, err := s.Desk.Refund(ctx, &purchase.RefundRequest{Till: s.Till, Key: s.IDs.New().String(), Purchase: ref(sale[0])})
	if err != nil {
		rt.Fatalf("whole: %v", err)
	}
	whole := sums{}
	whole.add(one.Refund)
	parts := inParts(rt, s, sale[1])
	compareTwins(t, rt, m, w, sale, whole, parts, before.Pending)
}

func compareTwins(t *testing.T, rt *rapid.T, m *machine, w twins, sale [2]*purchase.Purchase, whole, parts sums, pending money.Points) {
	debt := m.w.programme.Settings.Clawback == rule.ClawDebt
	even := debt || whole["short"] == 0 && parts["short"] == 0
	delete(whole, "short")
	delete(parts, "short")
	if !even { // what was kept depends on what was short
		for _, s := range []sums{whole, parts} {
			for k := range s {
				if len(k) > 3 && k[:3] == "to " {
					delete(s, k)
				}
			}
		}
	}
	for _, s := range []sums{whole, parts} {
		for k, v := range s {
			if v == 0 {
				delete(s, k)
			}
		}
	}
	if diff := cmp.Diff(whole, parts); diff != "" {
		rt.Fatalf("the whole (-) and its parts (+):\n%s", diff)
	}
	a, b := m.s.Balance(t, w[0]), m.s.Balance(t, w[1])
	book := func(x purchase.Balance) money.Points { return x.Active + x.Pending - x.Debt }
	if even && book(a) != book(b) || even && pending == 0 && a != b {
		rt.Fatalf("the whole leaves %+v, its parts %+v", a, b)
	}
	for i, want := range []string{"refunded", "refunded"} {
		var id, back int64
		var state string
		if err := m.s.DB.Row(ctx, qState+" and purchase_id = $2", sale[i].Home, sale[i].ID).Scan(&id, &state, &back); err != nil || state != want ||
			even && back != whole["to all"] {
			rt.Fatalf("twin %d: %s with %d back, %v", i, state, back, err)
		}
	}
}
