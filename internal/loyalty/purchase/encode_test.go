package purchase

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// TestEncodeIsJSON holds the hand-written document to encoding/json's bytes.
func TestEncodeIsJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := anyPurchase(t)
		got, err := p.encode()
		if err != nil {
			t.Fatal(err)
		}
		bare := *p
		bare.Seen.Member = ofBooks(&p.Seen.Member)
		want, err := json.Marshal(bare)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

func anyPurchase(t *rapid.T) *Purchase {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "Ёлка & <b>", "a\"b\\", "\u2028", "\x7f"}))
	num := rapid.Int64()
	ids := func(label string) id.ID { return id.ID(rapid.OneOf(rapid.Just(int64(0)), num).Draw(t, label)) }
	p := &Purchase{
		Home: home.ID(ids("home")), ID: ids("id"), Mode: Mode(text.Draw(t, "mode")), Till: ids("till"), Outlet: ids("outlet"),
		Partner: ids("partner"), Cashier: ids("cashier"), Key: text.Draw(t, "key"), Number: text.Draw(t, "number"),
		At: clock.Micros(num.Draw(t, "at")), WrittenAt: clock.Micros(num.Draw(t, "w")), Day: text.Draw(t, "day"),
		Guest: text.Draw(t, "guest"), Account: ids("account"), AccountHome: home.ID(ids("keeps")), Programme: ids("programme"), Version: num.Draw(t, "version"),
		Codes: rapid.SliceOf(text).Draw(t, "codes"), Gross: money.Amount(num.Draw(t, "gross")),
		Discount: money.Amount(num.Draw(t, "d")), Spent: money.Points(num.Draw(t, "s")), Trace: text.Draw(t, "trace"),
		Flags: rapid.SliceOf(text).Draw(t, "flags"), Balance: Balance{Active: money.Points(num.Draw(t, "b")), Held: money.Points(num.Draw(t, "held"))},
	}
	if rapid.Bool().Draw(t, "reserved") {
		p.Judged = &Judged{Reservation: ids("reservation"), Cashier: ids("then"), Day: text.Draw(t, "judged"), At: clock.Micros(num.Draw(t, "judged at"))}
	}
	if rapid.Bool().Draw(t, "has fiscal") {
		p.Fiscal = &Fiscal{Drive: text.Draw(t, "fn"), Number: num.Draw(t, "i"), Sign: num.Draw(t, "fp"), Time: text.Draw(t, "t"), Sum: money.Amount(num.Draw(t, "sum"))}
	}
	p.Minute, p.Channel, p.Told = int(num.Draw(t, "minute")), text.Draw(t, "channel"), rapid.Bool().Draw(t, "told")
	p.Seen = Seen{Max: rapid.Bool().Draw(t, "max"), UsedUp: rapid.SliceOf(text).Draw(t, "used up"), Beside: rapid.Bool().Draw(t, "beside"), Person: text.Draw(t, "person"), Member: anyMember(t, text, num)}
	for range rapid.IntRange(0, 3).Draw(t, "lines") {
		p.Lines = append(p.Lines, anyLine(t, text, num))
		p.Payments = append(p.Payments, Payment{Kind: text.Draw(t, "kind"), Amount: money.Amount(num.Draw(t, "pay"))})
		p.Lots = append(p.Lots, Lot{ID: ids("lot"), Points: money.Points(num.Draw(t, "lot points")), Rules: rapid.SliceOf(text).Draw(t, "lot rules")})
		if rapid.Bool().Draw(t, "of a ticket") {
			p.Lots[len(p.Lots)-1].Of = &Piece{Line: int(num.Draw(t, "of line")), Piece: 3}
		}
		p.Parts = append(p.Parts, ledger.Part{Lot: ids("part"), Points: 5})
		p.Uses = append(p.Uses, Use{Campaign: text.Draw(t, "campaign"), Rows: []UseRow{{Key: "k", Slot: 3}}})
		p.UsedCodes = rapid.SliceOf(text).Draw(t, "taken")
		p.Awards = append(p.Awards, Award{Rule: text.Draw(t, "award"), Campaign: "c", Code: text.Draw(t, "awarded")})
		p.Acts = append(p.Acts, Act{Campaign: text.Draw(t, "act"), Discount: 5, Uses: num.Draw(t, "act uses")})
		p.Seen.Given = append(p.Seen.Given, Given{Code: text.Draw(t, "given"), Gone: rule.WhyCodeUsed})
		p.Idle = append(p.Idle, rule.Idle{Code: text.Draw(t, "idle"), Reason: rule.WhyLost})
		p.Would = &Would{Earned: 7}
	}
	return p
}

func anyMember(t *rapid.T, text *rapid.Generator[string], num *rapid.Generator[int64]) rule.Member {
	m := rule.Member{
		Outside: rapid.Bool().Draw(t, "outside"), Spendable: money.Points(num.Draw(t, "spendable")), Purchases: num.Draw(t, "purchases"), Turnover: money.Amount(num.Draw(t, "turnover")),
		Used: money.Amount(num.Draw(t, "used money")), LastDay: text.Draw(t, "last"), Level: text.Draw(t, "level"), LevelDay: text.Draw(t, "level day"),
		RegisteredDay: text.Draw(t, "registered"), Source: text.Draw(t, "source"), Birth: text.Draw(t, "birth"), Sex: text.Draw(t, "sex"),
		City: text.Draw(t, "city"), Category: id.ID(num.Draw(t, "category")), Tags: rapid.SliceOf(text).Draw(t, "tags"),
		Relatives: rapid.SliceOf(text).Draw(t, "relatives"),
	}
	if rapid.Bool().Draw(t, "own fields") {
		m.Custom = map[string]string{text.Draw(t, "field"): text.Draw(t, "value")}
		m.Groups, m.CardTypes = []id.ID{1, 2}, []id.ID{3}
	}
	return m
}

func anyLine(t *rapid.T, text *rapid.Generator[string], num *rapid.Generator[int64]) Line {
	l := Line{
		SKU: text.Draw(t, "sku"), Name: text.Draw(t, "name"), Product: id.ID(num.Draw(t, "product")), Type: text.Draw(t, "type"),
		Quantity: money.Quantity(num.Draw(t, "qty")), Price: money.Amount(num.Draw(t, "price")),
		Least: money.Amount(num.Draw(t, "least")), NotPaid: rapid.Bool().Draw(t, "np"), NoEarn: rapid.Bool().Draw(t, "ne"),
		Paid: money.Amount(num.Draw(t, "paid")), Points: money.Points(num.Draw(t, "points")),
	}
	l.Memo = rapid.Bool().Draw(t, "memorandum")
	if rapid.Bool().Draw(t, "forbids") {
		l.Forbids = &rule.Forbidden{NoDiscounts: rapid.Bool().Draw(t, "nd"), NoPoints: rapid.Bool().Draw(t, "npt"), NoEarning: rapid.Bool().Draw(t, "nen")}
	}
	if rapid.Bool().Draw(t, "place") {
		l.Groups, l.Place = []id.ID{5, 6}, &rule.Place{Event: text.Draw(t, "event"), Seat: text.Draw(t, "seat")}
	}
	l.Tickets, l.SessionAt = rapid.SliceOf(text).Draw(t, "tickets"), clock.Micros(num.Draw(t, "session"))
	for range rapid.IntRange(0, 2).Draw(t, "parts") {
		l.Discounts = append(l.Discounts, RuleAmount{Rule: text.Draw(t, "rule"), Amount: num.Draw(t, "amount")})
		l.Earned = append(l.Earned, RuleAmount{Rule: text.Draw(t, "rule2"), Amount: num.Draw(t, "amount2"), Waits: rapid.Bool().Draw(t, "waits")})
		l.Pays = append(l.Pays, money.Amount(num.Draw(t, "pay")))
	}
	return l
}
