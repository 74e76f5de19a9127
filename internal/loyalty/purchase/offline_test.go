package purchase_test

import (
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/offline"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

var tillKey = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// judgeOf gives the shop's till its rules, by the way that a browser gets them.
func judgeOf(tb rapid.TB, s *purchasetest.Shop) *offline.Judge {
	set := s.Programmes.Current()
	r := &offline.Rules{Till: s.Till, Outlet: s.Outlet.ID, Zone: s.Outlet.Zone, Cutover: s.Outlet.Cutover, Made: s.Clock.Now(), Salt: []byte("salt")}
	r.Fill(s.Outlet.Location(), func(day string) *rule.Programme { return set.For(s.Outlet.ID, 0, day) })
	signed, err := offline.Sign(r, tillKey)
	if err != nil {
		tb.Fatal(err)
	}
	doc, err := json.Marshal(signed)
	if err != nil {
		tb.Fatal(err)
	}
	public, _ := tillKey.Public().(ed25519.PublicKey)
	j, err := offline.Open(doc, public, s.Till)
	if err != nil {
		tb.Fatal(err)
	}
	return j
}

// alone is a cart as a till with no network judges it, again by way of JSON.
func alone(tb rapid.TB, s *purchasetest.Shop, c *purchase.Cart) *offline.Receipt {
	r := &offline.Receipt{At: int64(s.Clock.Now()) / 1000, Codes: c.Codes, Most: c.Wish.Max, Spend: c.Wish.Points}
	for i := range c.Lines {
		l := &c.Lines[i]
		gross := l.Gross
		if gross == 0 {
			gross, _ = l.Quantity.Cost(l.Price, money.HalfUp)
		}
		line := offline.Line{SKU: l.SKU, Quantity: l.Quantity, Gross: gross}
		if p, ok := s.Desk.Catalog.Get(l.SKU); ok {
			line.Product = &offline.Product{ID: p.ID, Type: p.Type, Groups: p.Groups, Least: p.Least, Payable: p.Payable, Earns: p.Earns}
		}
		r.Lines = append(r.Lines, line)
	}
	if c.Buyer.Home != 0 {
		m, p, err := s.Desk.Seen(ctx, s.Till, c.Buyer.Home)
		if err != nil {
			tb.Fatal(err)
		}
		r.Buyer = &offline.Buyer{Home: c.Buyer.Home, Programme: p.ID, Seen: *m}
	}
	doc, err := json.Marshal(r)
	if err != nil {
		tb.Fatal(err)
	}
	out := &offline.Receipt{}
	if err := json.Unmarshal(doc, out); err != nil {
		tb.Fatal(err)
	}
	return out
}

// lineSums are a line's figures by either.
type lineSums struct{ Gross, Discount, Paid, Due money.Amount }

// TestOfflineJudgesAsTheDesk: where nothing has to be looked up, a till with no
// network comes to the figures of a quote, whatever the rules.
func TestOfflineJudgesAsTheDesk(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		cases(t, 2, func(rt *rapid.T) {
			m := begin(rt, t, s)
			p := drawEngine(rt)
			p.Settings.OfflineSpend = 1e9
			for i := range p.Campaigns {
				p.Campaigns[i].Limits = rule.Limits{}
			}
			m.put(rt, p)
			for range rapid.IntRange(1, 4).Draw(rt, "receipts") {
				c := drawCart(rt, s, m.buyer(rt))
				sameAlone(rt, s, c)
				c.Wish = rule.Wish{}
				if _, err := s.Desk.Commit(ctx, c); err != nil {
					rt.Fatal(err)
				}
				s.Clock.Add(time.Duration(rapid.IntRange(0, 40).Draw(rt, "hours")) * time.Hour)
			}
		})
	})
}

func sameAlone(rt *rapid.T, s *purchasetest.Shop, c *purchase.Cart) {
	q, err := s.Desk.Quote(ctx, c)
	if err != nil {
		c.Wish = rule.Wish{Max: true} // a till with no network asks for no more than there is
		if q, err = s.Desk.Quote(ctx, c); err != nil {
			rt.Fatal(err)
		}
	}
	a, err := judgeOf(rt, s).Judge(alone(rt, s, c))
	if err != nil {
		rt.Fatal(err)
	}
	var want, got []lineSums
	for i := range q.Outcome.Lines {
		l, of := &q.Outcome.Lines[i], &a.Lines[i]
		want = append(want, lineSums{l.Gross, l.Discount, l.Paid, l.Due})
		got = append(got, lineSums{of.Gross, of.Discount, of.Paid, of.Due})
		var off money.Amount
		for _, x := range of.Discounts {
			off += x.Amount
		}
		if off != of.Discount {
			rt.Fatalf("line %d: %v was taken off, told are %v", i, of.Discount, of.Discounts)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		rt.Fatalf("lines, the desk (-) and the till (+):\n%s", diff)
	}
	o := q.Outcome
	if a.Due != o.Due || a.Spent != o.Spent || a.Earned != o.Earned || len(a.Codes) != len(o.Codes) {
		rt.Fatalf("the desk: due %v, spent %v, earned %v, codes %v; the till: %+v", o.Due, o.Spent, o.Earned, o.Codes, a)
	}
}

// TestOfflinePromisesNothing: what can't be judged without looking it up is not
// given, no more is spent than may be risked, and codes can't be read.
func TestOfflinePromisesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Settings.OfflineSpend = 30_00
		off := func(id string, rate money.Rate) []rule.Rule {
			return []rule.Rule{{ID: id + "-r", Kind: rule.DiscountRule, Rate: rate * money.Percent}}
		}
		p.Campaigns = []rule.Campaign{
			{ID: "free", Name: "Всем", Stack: "s", Rules: off("free", 10)},
			{ID: "once", Stack: "s", Limits: rule.Limits{PerHead: 1}, Rules: off("once", 20)},
			{ID: "coded", Stack: "s", Codes: []string{"ЛЕТО"}, NeedsCode: true, Rules: off("coded", 5)},
			{ID: "given", Stack: "s", NeedsCode: true, Rules: off("given", 40)},
		}
		s := purchasetest.Open(t, d, p)
		b := s.Member(t)
		s.Give(t, b, 100_00)
		c := s.Cart(b, line("B1", 1, 1000_00))
		c.Codes, c.Wish = []string{"лето", "НЕТ"}, rule.Wish{Max: true}
		r := alone(t, s, c)
		a, err := judgeOf(t, s).Judge(r)
		if err != nil {
			t.Fatal(err)
		}
		if a.Discount != 145_00 || a.Spent != 30_00 || a.Most != 30_00 || a.Due != 825_00 {
			t.Errorf("%+v", a)
		}
		if diff := cmp.Diff([]string{"лето"}, a.Codes); diff != "" {
			t.Error(diff)
		}
		if a.Lines[0].Discounts[1].Name != "Всем" {
			t.Errorf("%+v", a.Lines[0].Discounts)
		}
		if seen := a.After.Seen; seen.Spendable != 70_00 || seen.Purchases != 1 || seen.Turnover != 825_00 || seen.LastDay != "2026-03-02" {
			t.Errorf("after: %+v", seen)
		}
		r.Buyer.Programme++ // he was seen in another programme
		if a, err = judgeOf(t, s).Judge(r); err != nil || a.Spent != 0 || a.After != nil {
			t.Errorf("%+v %v", a, err)
		}
		r.At += (8 * 24 * time.Hour).Milliseconds()
		if _, err := judgeOf(t, s).Judge(r); purchasetest.Code(err) != offline.CodeOld {
			t.Errorf("a week later: %v", err)
		}
	})
}

// TestOfflineRulesAreTheTills: rules that were changed, are another program's or
// another till's are not gone by.
func TestOfflineRulesAreTheTills(t *testing.T) {
	t.Parallel()
	r := &offline.Rules{Till: 7, Zone: "Europe/Moscow", Made: 1}
	p := purchasetest.Programme()
	p.ID = 3
	p.Campaigns = []rule.Campaign{{ID: "secret", Codes: []string{"SUMMER"}, NeedsCode: true}}
	if err := p.Compile(); err != nil {
		t.Fatal(err)
	}
	r.Fill(time.UTC, func(string) *rule.Programme { return &p })
	signed, err := offline.Sign(r, tillKey)
	if err != nil {
		t.Fatal(err)
	}
	doc := func(s offline.Signed) []byte {
		out, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if strings.Contains(strings.ToLower(signed.Rules), "summer") {
		t.Error("a code can be read")
	}
	public, _ := tillKey.Public().(ed25519.PublicKey)
	other := slices.Clone(public)
	other[0] ^= 1
	changed := *signed
	changed.Rules = strings.Replace(changed.Rules, `"rate":"0.1"`, `"rate":"0.9"`, 1)
	if changed.Rules == signed.Rules {
		changed.Rules += " "
	}
	for _, c := range []struct {
		doc  []byte
		key  ed25519.PublicKey
		till id.ID
		code string
	}{
		{doc(*signed), public, 7, ""},
		{doc(*signed), public, 8, offline.CodeOtherTill},
		{doc(*signed), other, 7, offline.CodeUnsigned},
		{doc(*signed), nil, 7, offline.CodeUnsigned},
		{doc(changed), public, 7, offline.CodeUnsigned},
		{[]byte("{"), public, 7, offline.CodeUnread},
	} {
		if _, err := offline.Open(c.doc, c.key, c.till); purchasetest.Code(err) != c.code {
			t.Errorf("%s: %v", c.code, err)
		}
	}
}
