package api

import (
	"testing"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// TestAnswerIsJSON holds the hand-written answer to encoding/json's bytes.
func TestAnswerIsJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyAnswer(t)
		if got, want := string(p.appendJSON(nil)), string(appendAny(nil, p)); got != want {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func anyAnswer(t *rapid.T) *Purchase {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "Ёлка & <b>", "a\"b\\", "\u2028", "\x7f"}))
	txt := func(name string) string { return text.Draw(t, name) }
	num := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64())
	ids := func(name string) id.ID { return id.ID(num.Draw(t, name)) }
	rub := func(name string) money.Amount { return money.Amount(num.Draw(t, name)) }
	pts := func(name string) money.Points { return money.Points(num.Draw(t, name)) }
	when := func(name string) Time { return Time(rapid.Int64Range(0, 4e15).Draw(t, name)) }
	p := &Purchase{
		ID: OpID{home.ID(ids("h")), ids("id")}, Mode: txt("mode"), State: txt("state"), Member: home.ID(ids("m")), Till: ids("till"), Outlet: ids("o"),
		Partner: ids("partner"), Cashier: ids("c"), Key: txt("key"), Number: txt("number"), At: when("at"), WrittenAt: when("w"), Day: txt("day"),
		Account: ids("a"), Founder: home.ID(ids("founder")), Programme: ids("p"), Version: num.Draw(t, "v"), Lines: []PurchaseLine{}, Codes: rapid.SliceOf(text).Draw(t, "codes"), Payments: []Payment{},
		Gross: rub("g"), Discount: rub("d"), PaidWithPoints: rub("pp"), Due: rub("due"), Spent: pts("s"), Earned: pts("e"), Refunded: rub("r"),
		Level: text.Draw(t, "level"), Balance: Balance{pts("ba"), pts("bp"), pts("bh"), pts("bd"), pts("bs")}, Flags: rapid.SliceOf(text).Draw(t, "flags"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "lines") {
		l := PurchaseLine{
			SKU: txt("sku"), Name: txt("name"), Product: ids("lp"), Type: txt("type"), Quantity: money.Quantity(num.Draw(t, "q")), Price: rub("price"),
			Gross: rub("lg"), Discount: rub("ld"), PaidWithPoints: rub("lpp"), Due: rub("ldue"), Spent: pts("ls"), Earned: pts("le"),
		}
		l.Tickets, l.SessionAt = rapid.SliceOf(text).Draw(t, "tickets"), Time(rapid.Int64Range(0, 1<<50).Draw(t, "session"))
		for range rapid.IntRange(0, 2).Draw(t, "rules") {
			l.Discounts = append(l.Discounts, RuleAmount{txt("rule"), num.Draw(t, "amount"), false})
			l.EarnedBy = append(l.EarnedBy, RuleAmount{txt("rule"), num.Draw(t, "amount"), rapid.Bool().Draw(t, "waits")})
			l.Fiscal = append(l.Fiscal, FiscalPart{rub("fp"), num.Draw(t, "pieces")})
		}
		p.Lines = append(p.Lines, l)
		p.Awards = append(p.Awards, Award{txt("campaign"), txt("awarded"), txt("until")})
		p.Payments = append(p.Payments, Payment{txt("kind"), rub("pay")})
		p.UnusedCodes = append(p.UnusedCodes, UnusedCode{txt("unused"), txt("why"), txt("why so")})
		p.Would = &Would{rub("wd"), pts("wm"), pts("we")}
	}
	if rapid.Bool().Draw(t, "fiscal receipt") {
		p.FiscalReceipt = &FiscalReceipt{FN: txt("fn"), Document: num.Draw(t, "i"), Time: txt("t"), Sum: rub("sum")}
	}
	if rapid.Bool().Draw(t, "refunds") {
		p.Refunds = []Refund{{ID: p.ID, RefundQuote: RefundQuote{Lines: []RefundLine{}, Payments: []Payment{}}}}
	}
	return p
}
