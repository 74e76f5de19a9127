package purchase_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/money"
)

func drawRates(t *rapid.T, what string, rates ...money.Rate) map[string]money.Rate {
	out := map[string]money.Rate{}
	for _, typ := range []string{"ticket", "bar"} {
		if rapid.Bool().Draw(t, what+" names "+typ) {
			out[typ] = rapid.SampledFrom(rates).Draw(t, what+" of "+typ)
		}
	}
	return out
}

// drawProgramme draws the rules of an organization.
func drawProgramme(t *rapid.T) rule.Programme {
	p := purchasetest.Programme()
	point := rapid.SampledFrom([]struct {
		value money.Amount
		step  money.Points
	}{{100, 100}, {100, 1}, {50, 2}, {250, 2}, {7, 100}}).Draw(t, "point")
	s := &p.Settings
	s.PointValue, s.SpendStep = point.value, point.step
	s.AccrualStep = rapid.SampledFrom([]money.Points{1, 1, 100, 7}).Draw(t, "accrual step")
	s.Round = money.Rounding(rapid.IntRange(0, 3).Draw(t, "round"))
	s.EarnOn = rapid.SampledFrom([]rule.EarnOn{rule.BeforeDiscounts, rule.AfterDiscounts}).Draw(t, "earn on")
	s.EarnMoneyOnly = rapid.Bool().Draw(t, "money only")
	s.EarnWithSpend = rapid.IntRange(0, 3).Draw(t, "earn with spend") > 0
	s.ReturnSpent = rapid.IntRange(0, 3).Draw(t, "return spent") > 0
	s.Clawback = rapid.SampledFrom([]rule.Clawback{rule.ClawDebt, rule.ClawDebt, rule.ClawMoney, rule.ClawForgive}).Draw(t, "clawback")
	s.ExpiredReturn = rapid.SampledFrom([]int{0, 5, 30}).Draw(t, "expired return")
	s.RefundTerms = drawTerms(t)
	s.UnlinkedTakes = rapid.Bool().Draw(t, "unlinked takes")
	s.LateMax = rapid.SampledFrom([]int{0, 0, 20}).Draw(t, "late max")
	rates := []money.Rate{0, 3 * money.Percent, 10 * money.Percent, 33_333, money.Whole, 2 * money.Whole}
	p.Earning = rule.Earning{
		Rate: rapid.SampledFrom(rates).Draw(t, "earn"), ByType: drawRates(t, "earn", rates...),
		Delay: rapid.SampledFrom([]int{0, 0, 1, 5}).Draw(t, "delay"), Expiry: drawExpiry(t),
	}
	shares := []money.Rate{0, 30 * money.Percent, money.Whole}
	p.Spending = rule.Spending{Share: rapid.SampledFrom(shares).Draw(t, "share"), ByType: drawRates(t, "share", shares...)}
	p.Welcome = rapid.SampledFrom([]rule.Gift{{}, {Points: 1000}, {Points: 5000, Days: 20}}).Draw(t, "welcome")
	for i := range rapid.IntRange(0, 2).Draw(t, "offers") {
		o := rule.Offer{
			ID: fmt.Sprint("o", i), Name: "акция", Codes: []string{string(rune('A' + i)), string(rune('X' + i))},
			LeastSum: rapid.SampledFrom([]money.Amount{0, 10_000}).Draw(t, "least sum"),
			Members:  rapid.Bool().Draw(t, "members"),
			To:       rapid.SampledFrom([]string{"", "", "2020-01-01"}).Draw(t, "to"), // ended: a till may have honoured its codes yet
			Limits: rule.Limits{
				InAll: rapid.Int64Range(0, 3).Draw(t, "in all"), PerCode: rapid.Int64Range(0, 3).Draw(t, "per code"),
				PerHead: rapid.Int64Range(0, 2).Draw(t, "per head"), Return: rapid.Bool().Draw(t, "return"),
			},
		}
		if rapid.Bool().Draw(t, "fixed") {
			o.Amount = money.Amount(rapid.Int64Range(1, 20_000).Draw(t, "off"))
		} else {
			o.Rate = rapid.SampledFrom([]money.Rate{1, 10 * money.Percent, money.Whole}).Draw(t, "rate off")
		}
		c := o.Campaign()
		if rapid.Bool().Draw(t, "terms of its own") {
			c.Refund = drawTerms(t)
		}
		p.Campaigns = append(p.Campaigns, c)
	}
	return p
}

func drawTerms(t *rapid.T) rule.OnRefund {
	return rapid.SampledFrom([]rule.OnRefund{rule.KeepTerms, rule.RecomputeTerms, rule.TakeDifference}).Draw(t, "refund terms")
}

func drawExpiry(t *rapid.T) rule.Expiry {
	days := rapid.SampledFrom([]int{1, 10, 40}).Draw(t, "term")
	return rapid.SampledFrom([]rule.Expiry{
		{Mode: rule.Never},
		{Mode: rule.AfterAccrual, Days: days},
		{Mode: rule.AfterPurchase, Days: days},
		{Mode: rule.AfterPurchase, Days: days},
		{Mode: rule.OnDates, Dates: []string{"03-31", "06-30", "02-29"}},
	}).Draw(t, "expiry")
}

func drawQuantity(t *rapid.T) money.Quantity {
	if rapid.IntRange(0, 4).Draw(t, "weighed") == 0 {
		return money.Quantity(rapid.IntRange(1, 2500).Draw(t, "grams"))
	}
	return money.Quantity(rapid.IntRange(1, 4).Draw(t, "pieces")) * money.Piece
}

// drawCart draws what a till sends; prices come again, so that unlinked
// refunds find them.
func drawCart(t *rapid.T, s *purchasetest.Shop, b purchase.Buyer) *purchase.Cart {
	c := s.Cart(b)
	for range rapid.IntRange(1, 4).Draw(t, "lines") {
		c.Lines = append(c.Lines, purchase.CartLine{
			SKU:      rapid.SampledFrom([]string{"T1", "T2", "B1", "S1", "X1"}).Draw(t, "sku"),
			Quantity: drawQuantity(t),
			Price:    rapid.SampledFrom([]money.Amount{0, 1, 333, 10_000, 12_345}).Draw(t, "price"),
		})
	}
	c.Codes = rapid.SliceOfN(rapid.SampledFrom([]string{"A", "b", "X", "y", "none"}), 0, 2).Draw(t, "codes")
	return c
}

func drawWish(t *rapid.T, step money.Points) (w rule.Wish) {
	switch rapid.IntRange(0, 3).Draw(t, "wish") {
	case 0, 1:
		w.Max = true
	case 2:
		w.Points = step * money.Points(rapid.Int64Range(1, 300).Draw(t, "steps"))
	}
	return w
}

// drawFacts makes a record of a cart, up to 30 days old.
func drawFacts(t *rapid.T, c *purchase.Cart, now clock.Micros) {
	ago := time.Duration(rapid.SampledFrom([]int{0, 0, 1, 30, 300, 700}).Draw(t, "hours ago")) * time.Hour
	c.Facts = &purchase.Facts{At: now.Add(-ago)}
	if rapid.IntRange(0, 9).Draw(t, "ahead") == 0 {
		c.Facts.At = now.Add(3 * time.Minute)
	}
	for i := range c.Lines {
		gross, _ := c.Lines[i].Quantity.Cost(c.Lines[i].Price, money.HalfUp)
		if rapid.IntRange(0, 2).Draw(t, "discounted") == 0 {
			c.Lines[i].Discount = money.Amount(rapid.Int64Range(0, int64(gross)).Draw(t, "discount"))
		}
	}
	if rapid.Bool().Draw(t, "spent") {
		c.Facts.Points = money.Points(rapid.Int64Range(1, 20_000).Draw(t, "points"))
	}
	c.Payments = drawPayments(t, money.Amount(rapid.Int64Range(0, 40_000).Draw(t, "paid")))
}

// drawPayments splits a sum over some kinds, now and then a little wrong.
func drawPayments(t *rapid.T, sum money.Amount) []purchase.Payment {
	kinds := rapid.SampledFrom([][]string{nil, {"cash"}, {"card", "cash"}, {"cash", "sbp", "card"}}).Draw(t, "kinds")
	var out []purchase.Payment
	for i, k := range kinds {
		n := sum
		if i < len(kinds)-1 {
			n = money.Amount(rapid.Int64Range(0, int64(sum)).Draw(t, k))
		}
		sum -= n
		out = append(out, purchase.Payment{Kind: k, Amount: n})
	}
	if len(out) > 0 && rapid.IntRange(0, 9).Draw(t, "wrong") == 0 {
		out[0].Amount++
	}
	return out
}

// drawRefund asks for some part of a sale back.
func drawRefund(t *rapid.T, s *purchasetest.Shop, sale *mSale) *purchase.RefundRequest {
	r := &purchase.RefundRequest{Till: s.Till, Key: s.IDs.New().String(), Purchase: ref(sale.doc)}
	if rapid.IntRange(0, 4).Draw(t, "dated") == 0 {
		r.At = s.Clock.Now().Add(-time.Duration(rapid.IntRange(1, 100).Draw(t, "hours ago")) * time.Hour)
	}
	paid := int64(0)
	for i := range sale.lines {
		whole, back := sale.lines[i].of("pay")
		paid += whole - back
	}
	switch rapid.IntRange(0, 4).Draw(t, "part") {
	case 0: // all that is left
	case 1:
		r.Amount = money.Amount(rapid.Int64Range(1, max(1, paid+1)).Draw(t, "amount"))
	default:
		for _, i := range rapid.Permutation(indexes(len(sale.lines))).Draw(t, "lines back")[:rapid.IntRange(1, len(sale.lines)).Draw(t, "how many")] {
			left := max(sale.lines[i].cart.Quantity-sale.lines[i].backQ, 1)
			q := money.Quantity(rapid.Int64Range(1, int64(left)).Draw(t, "quantity back"))
			if rapid.Bool().Draw(t, "all of the line") {
				q = left
			}
			r.Lines = append(r.Lines, purchase.RefundPart{Line: i, Quantity: q})
		}
	}
	return r
}

func indexes(n int) (out []int) {
	for i := range n {
		out = append(out, i)
	}
	return out
}
