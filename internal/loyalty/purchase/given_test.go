package purchase_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// awarding is the simple programme with a campaign of 20 % that codes which
// were given out open, and a rule that gives one for a purchase on the web.
func awarding(l rule.Limits) rule.Programme {
	p := purchasetest.Programme()
	p.Campaigns = rule.CampaignsOf(rule.Offer{ID: "gift", Name: "В подарок", Codes: []string{"LISTED"}, To: "2026-12-31", Rate: 20 * money.Percent, Limits: l})
	p.Rules = []rule.Rule{{ID: "reward", Kind: rule.AwardRule, Campaign: "gift", When: []rule.Condition{{Field: rule.FieldChannel, In: []string{"web"}}}}}
	return p
}

// awarded sells what earns the member a code.
func awarded(t *testing.T, s *purchasetest.Shop, b purchase.Buyer) *purchase.Purchase {
	t.Helper()
	c := s.Cart(b, line("T1", 1, 1000))
	c.Channel = "web"
	p := commit(t, s, c)
	if len(p.Awards) != 1 || p.Awards[0].Campaign != "gift" || p.Awards[0].Until != "2026-12-31" {
		t.Fatalf("awarded %+v", p.Awards)
	}
	return p
}

// made makes codes by hand.
func made(t *testing.T, s *purchasetest.Shop, n int, expires string, homes ...home.ID) (codes []string) {
	t.Helper()
	list, err := (&promo.Codes{DB: s.DB, Clock: s.Clock}).Make(t.Context(), promo.Order{
		Programme: s.Programme, Campaign: "gift", Count: n, Owners: promo.OfMembers(homes...), Expires: expires, By: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		codes = append(codes, c.Code)
	}
	return codes
}

// code reads a code's row.
func code(t *testing.T, s *purchasetest.Shop, code string) promo.Code {
	t.Helper()
	c, err := promo.Get(t.Context(), s.DB, code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sellWith quotes and commits a cart with a code and wants both to say the
// same: a discount, or the reason why there is none.
func sellWith(t *testing.T, s *purchasetest.Shop, b purchase.Buyer, code, reason string) *purchase.Purchase {
	t.Helper()
	c := withCodes(s, b, promo.Shown(code))
	q, err := s.Desk.Quote(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	c.Quote = q.ID
	p := commit(t, s, c)
	if q.Outcome.Discount != p.Discount || (p.Discount > 0) != (reason == "") || (len(p.UsedCodes) == 1) != (reason == "") {
		t.Errorf("%s: quoted %d, committed %d, taken %v; want reason %q", code, q.Outcome.Discount, p.Discount, p.UsedCodes, reason)
	}
	if idle := slices.Contains(p.Idle, rule.Idle{Code: code, Reason: reason}); idle != (reason != "") || len(p.Idle) > 1 {
		t.Errorf("%s: the purchase says of its codes %+v, want reason %q", code, p.Idle, reason)
	}
	stored, err := s.Desk.Find(t.Context(), ref(p))
	if err != nil {
		t.Fatal(err)
	}
	why, err := s.Desk.Why(t.Context(), stored, purchase.Asked{})
	if err != nil || !why.Same {
		t.Errorf("the reasons are other ones now: %+v %v", why, err)
	}
	for _, trace := range [][]rule.Step{q.Outcome.Trace, why.Trace} {
		told := slices.ContainsFunc(trace, func(st rule.Step) bool { return st.Code == code && st.Reason == reason })
		if reason != "" && !told {
			t.Errorf("%s: nothing says %s: %+v", code, reason, trace)
		}
	}
	return p
}

// TestAwardedCode: a rule gives a code; only its member uses it, and once.
func TestAwardedCode(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, awarding(rule.Limits{}))
		b, other := s.Member(t), s.Member(t)
		p := awarded(t, s, b)
		given := p.Awards[0].Code
		sellWith(t, s, other, given, rule.WhyCodeForeign)
		sellWith(t, s, purchase.Buyer{}, given, rule.WhyCodeForeign)
		used := sellWith(t, s, b, given, "")
		sellWith(t, s, b, given, rule.WhyCodeUsed)
		row := code(t, s, given)
		if row.State != promo.Used || row.UsedHome != used.Home || row.UsedOp != used.ID || row.Op != p.ID || row.Home != b.Home {
			t.Errorf("the row says %+v", row)
		}
		// The same request again gets the same code.
		again, err := s.Desk.Find(t.Context(), ref(p))
		if err != nil || cmp.Diff(again.Awards, p.Awards) != "" {
			t.Errorf("%+v, not %+v: %v", again.Awards, p.Awards, err)
		}
		c := s.Cart(purchase.Buyer{}, line("T1", 1, 1000))
		c.Channel = "web"
		if p := commit(t, s, c); len(p.Awards) != 0 {
			t.Errorf("nobody was given %+v", p.Awards)
		}
		proved(t, d)
	})
}

// TestAwardIsAnsweredAgain: a till that asks again under its key gets the code
// that it was told first, and no second one is made.
func TestAwardIsAnsweredAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, awarding(rule.Limits{}))
		b := s.Member(t)
		c := s.Cart(b, line("T1", 1, 1000))
		c.Channel = "web"
		first, again := commit(t, s, c), commit(t, s, c)
		if diff := cmp.Diff(first.Awards, again.Awards); diff != "" {
			t.Error(diff)
		}
		list, err := promo.List(t.Context(), d, promo.Filter{Home: b.Home}, 10)
		if err != nil || len(list) != 1 || list[0].Code != first.Awards[0].Code {
			t.Errorf("%+v %v", list, err)
		}
	})
}

// TestMadeCodes: codes made by hand work once, for anybody or their member,
// until their last day or until they are withdrawn, and in no other programme.
func TestMadeCodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, awarding(rule.Limits{PerHead: 3}))
		b, other := s.Member(t), s.Member(t)
		free := made(t, s, 5, "")
		sellWith(t, s, purchase.Buyer{}, free[0], "")
		sellWith(t, s, b, free[0], rule.WhyCodeUsed)
		sellWith(t, s, b, free[1], "")
		own := made(t, s, 1, "2026-03-03", b.Home, other.Home)
		if len(own) != 2 {
			t.Fatalf("%v", own)
		}
		sellWith(t, s, other, own[0], rule.WhyCodeForeign)
		sellWith(t, s, b, own[0], "")
		s.Clock.Add(48 * time.Hour)
		sellWith(t, s, other, own[1], rule.WhyCodeExpired)
		codes := &promo.Codes{DB: d, Clock: s.Clock}
		for range 2 {
			if c, err := codes.Withdraw(t.Context(), free[2]); err != nil || c.State != promo.Withdrawn {
				t.Fatalf("%+v %v", c, err)
			}
		}
		sellWith(t, s, other, free[2], rule.WhyCodeWithdrawn)
		if _, err := codes.Withdraw(t.Context(), free[0]); purchasetest.Code(err) != "promo.used" {
			t.Errorf("a used code: %v", err)
		}
		sellWith(t, s, b, free[3], "")
		sellWith(t, s, b, free[4], rule.WhyUsedByBuyer) // the campaign's own limit: three of a member
		if c := code(t, s, free[4]); c.State != promo.Active {
			t.Errorf("what was not to be had is %s", c.State)
		}
		sellWith(t, s, b, "nonesuch", rule.WhyCodeUnknown)
		proved(t, d)
	})
}

// TestCodeThatIsGone: a commit that follows a quote is not done on other
// terms where somebody else has used the code meanwhile.
func TestCodeThatIsGone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, awarding(rule.Limits{}))
		free := made(t, s, 1, "")[0]
		c := withCodes(s, s.Member(t), free)
		q, err := s.Desk.Quote(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		sellWith(t, s, s.Member(t), free, "")
		c.Quote = q.ID
		if _, err := s.Desk.Commit(t.Context(), c); purchasetest.Code(err) != "quote.outdated" {
			t.Fatalf("%v", err)
		}
		c.Accept = true
		if p := commit(t, s, c); p.Discount != 0 || len(p.UsedCodes) != 0 {
			t.Errorf("%+v", p)
		}
		proved(t, d)
	})
}

// TestRefundOfCodes: a use comes back with the last piece where the campaign
// says so, and what a purchase awarded is withdrawn with it unless it is used.
func TestRefundOfCodes(t *testing.T) {
	t.Parallel()
	for name, back := range map[string]bool{"given back": true, "kept": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := purchasetest.Open(t, d, awarding(rule.Limits{PerHead: 5, Return: back}))
				b := s.Member(t)
				free := made(t, s, 1, "")[0]
				c := withCodes(s, b, free)
				c.Lines[0].Quantity = 2 * money.Piece
				p := commit(t, s, c)
				refund(t, s, &purchase.RefundRequest{Purchase: ref(p), Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece}}})
				if c := code(t, s, free); c.State != promo.Used {
					t.Fatalf("a part gave the code back: %+v", c)
				}
				f := refund(t, s, &purchase.RefundRequest{Purchase: ref(p)})
				if back {
					sellWith(t, s, s.Member(t), free, "")
				} else {
					sellWith(t, s, s.Member(t), free, rule.WhyCodeUsed)
				}
				if got := len(f.Codes) == 1 && f.Codes[0] == free; got != back {
					t.Errorf("the refund says %v", f.Codes)
				}

				unused, used := awarded(t, s, b), awarded(t, s, b)
				sellWith(t, s, b, used.Awards[0].Code, "")
				for _, p := range []*purchase.Purchase{unused, used} {
					refund(t, s, &purchase.RefundRequest{Purchase: ref(p)})
				}
				if c := code(t, s, unused.Awards[0].Code); c.State != promo.Withdrawn {
					t.Errorf("not used: %+v", c)
				}
				if c := code(t, s, used.Awards[0].Code); c.State != promo.Used {
					t.Errorf("used: %+v", c)
				}
				sellWith(t, s, b, unused.Awards[0].Code, rule.WhyCodeWithdrawn)
				proved(t, d)
			})
		})
	}
}

// TestUnlinkedRefundOfCodes: a refund that is matched to the purchase does the
// same.
func TestUnlinkedRefundOfCodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, awarding(rule.Limits{Return: true}))
		b := s.Member(t)
		free := made(t, s, 1, "")[0]
		c := withCodes(s, b, free)
		c.Channel = "web"
		p := commit(t, s, c)
		_, err := s.Desk.RefundUnlinked(t.Context(), &purchase.UnlinkedRequest{
			Till: s.Till, Key: "back", Buyer: b, Lines: []purchase.UnlinkedLine{{SKU: "T1", Quantity: money.Piece, Price: 1000}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if c, w := code(t, s, free), code(t, s, p.Awards[0].Code); c.State != promo.Active || w.State != promo.Withdrawn {
			t.Errorf("%+v %+v", c, w)
		}
		proved(t, d)
	})
}

// TestRecordedCodes: what the till has honoured is used up; where it could not
// have been had, that is flagged and nothing is used twice.
func TestRecordedCodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, awarding(rule.Limits{}))
		b := s.Member(t)
		free := made(t, s, 1, "")[0]
		for i, over := range []bool{false, true} {
			c := withCodes(s, b, free)
			c.Channel = "web"
			c.Lines[0].Discount = 200
			c.Facts = &purchase.Facts{At: s.Clock.Now()}
			a, err := s.Desk.Record(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			p := a.Purchase
			if has(p.Flags, purchase.FlagOverLimit) != over || has(p.Flags, purchase.FlagCode) || (len(p.UsedCodes) == 1) == over || len(p.Awards) != 1 {
				t.Errorf("%d: %v %v %v", i, p.Flags, p.UsedCodes, p.Awards)
			}
		}
		proved(t, d)
	})
}

// TestRecordedCodesOfClosedCampaigns: a till may have honoured a code of a campaign
// that was closed to the receipt, however it is limited: the receipt is recorded,
// and the use counted.
func TestRecordedCodesOfClosedCampaigns(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]rule.Limits{"per buyer": {PerHead: 1}, "per code": {PerCode: 1}, "in all": {InAll: 1}, "many in all": {InAll: 1000}, "each": {PerHead: 2, PerCode: 1, InAll: 1000}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				p := awarding(limits)
				for i := range p.Campaigns {
					p.Campaigns[i].To = "2020-01-01"
				}
				s := purchasetest.Open(t, d, p)
				b := s.Member(t)
				for i := range 2 {
					c := withCodes(s, b, "LISTED")
					c.Lines[0].Discount = 200
					c.Facts = &purchase.Facts{At: s.Clock.Now()}
					a, err := s.Desk.Record(t.Context(), c)
					if err != nil {
						t.Fatal(err)
					}
					if over := i == 1 && limits.InAll != 1000 || i == 1 && limits.PerCode == 1; has(a.Purchase.Flags, purchase.FlagOverLimit) != over || len(a.Purchase.Uses) != 1 {
						t.Errorf("%d: %v %v", i, a.Purchase.Flags, a.Purchase.Uses)
					}
				}
				proved(t, d)
			})
		})
	}
}

// TestRaceForCode: many tills show one code that anybody may use. One purchase
// has it, whichever process serves it.
func TestRaceForCode(t *testing.T) {
	twoProcesses(t, awarding(rule.Limits{InAll: 1000, Return: true}), func(t *testing.T, s *purchasetest.Shop, desks [2]*purchase.Desk) {
		codes := made(t, s, 3, "")
		var buyers []purchase.Buyer
		for range clients {
			buyers = append(buyers, s.Member(t))
		}
		var had [3]atomic.Int64
		var back atomic.Int64
		eachClient(t, clients, desks, func(i int, desk *purchase.Desk) {
			for n, code := range codes {
				c := withCodes(s, buyers[i], code)
				if n == 2 { // with a code more, in either order: no two wait for each other
					c.Codes = []string{codes[i%2], code, codes[1-i%2]}
				}
				a, err := desk.Commit(t.Context(), c)
				if err != nil {
					t.Errorf("commit: %v", err)
					continue
				}
				if len(a.Purchase.UsedCodes) == 1 {
					had[slices.Index(codes, a.Purchase.UsedCodes[0])].Add(1)
				}
				if n == 1 && len(a.Purchase.UsedCodes) == 1 {
					_, err := desk.Refund(t.Context(), &purchase.RefundRequest{Till: s.Till, Key: s.IDs.New().String(), Purchase: ref(a.Purchase)})
					if err != nil {
						t.Errorf("refund: %v", err)
					}
					back.Add(1)
				}
			}
		})
		// The second one comes back each time it is used.
		if a, b, c := had[0].Load(), had[1].Load()-back.Load(), had[2].Load(); a != 1 || b < 0 || b > 1 || c != 1 {
			t.Errorf("used %d, %d (%d came back) and %d times", a, b, back.Load(), c)
		}
	})
}
