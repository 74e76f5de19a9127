package whatif_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// everything reads each table that a life could touch.
func everything(t *testing.T, d *db.DB) string {
	t.Helper()
	var out strings.Builder
	for _, q := range []string{
		`select home_id, version, seq, 0, 0, cast(kind as text) from home order by home_id`,
		`select home_id, account_id, active, pending, debt, level from account order by home_id, account_id`,
		`select home_id, account_id, clock_at, coalesce(due_at, 0), turnover, state from account order by home_id, account_id`,
		`select home_id, lot_id, remaining, written_off, amount, state from lot order by home_id, lot_id`,
		`select home_id, seq, amount, at, op_id, kind from posting order by home_id, seq`,
		`select home_id, purchase_id, at, refunded, outlet_id, doc from purchase order by home_id, purchase_id`,
		`select home_id, refund_id, at, purchase_id, outlet_id, doc from refund order by home_id, refund_id`,
		`select home_id, change_id, at, given, taken, to_level from level_change order by home_id, change_id`,
		`select slot, used, over, room, laid, limit_key from limit_use order by limit_key, slot`,
		`select used_op, 0, 0, 0, 0, state from promo_code order by code`,
		`select programme_id, version, made_at, 0, 0, doc from programme_version order by programme_id, version`,
		`select count(*), 0, 0, 0, 0, '' from event`,
		`select count(*), 0, 0, 0, 0, '' from receipt_key`,
	} {
		rows, err := db.All(t.Context(), d, func(r db.Row) (string, error) {
			var n [5]int64
			var text string
			err := r.Scan(&n[0], &n[1], &n[2], &n[3], &n[4], &text)
			return fmt.Sprint(n, text), err
		}, q)
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(q + "\n" + strings.Join(rows, "\n") + "\n")
	}
	return out.String()
}

// TestNothingIsWritten: the base is the same before and after.
func TestNothingIsWritten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, full())
		s.wander(1, 80)
		before := everything(t, d)
		s.run(variants()[1], "2026-03-02", s.day(s.Clock.Now()))
		if diff := cmp.Diff(before, everything(t, d)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestLiveBase: what is sold while a run reads is not in it by half.
func TestLiveBase(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, full())
		s.wander(2, 60)
		o := s.options(*s.Programme, "2026-03-02", s.day(s.Clock.Now()))
		var selling sync.WaitGroup
		selling.Go(func() {
			for range 30 {
				s.step()
			}
		})
		for range 5 {
			r, err := whatif.Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			// The clock of the run stands: what came after it is of its last day or
			// of none, the same on both sides.
			if r.Then.Receipts != r.Now.Receipts || r.Then.Money != r.Now.Money {
				t.Errorf("%+v\n%+v", r.Then, r.Now)
			}
		}
		selling.Wait()
	})
}

// TestStops: a run ends with its context.
func TestStops(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, full())
		s.wander(3, 40)
		ctx, cancel := context.WithCancel(t.Context())
		o := s.options(full(), "2026-03-02", s.day(s.Clock.Now()))
		o.Progress = func(int64, int64) { cancel() }
		if _, err := whatif.Run(ctx, o); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestWrongPeriods(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, full())
		for _, c := range []struct{ from, to, code string }{
			{"", "2026-03-02", "whatif.dates"},
			{"2026-02-30", "2026-03-02", "whatif.dates"},
			{"2026-03-02", "2026-03-01", "whatif.dates"},
			{"2010-01-01", "2026-03-01", "whatif.too-long"},
			{"2026-03-01", "2026-03-03", "whatif.future"},
		} {
			if _, err := whatif.Run(t.Context(), s.options(full(), c.from, c.to)); purchasetest.Code(err) != c.code {
				t.Errorf("%s–%s: %v, want %s", c.from, c.to, err, c.code)
			}
		}
		r := s.run(full(), "2026-03-01", "2026-03-02")
		if len(r.Days) != 0 || r.Version != 1 || r.Members != (whatif.Members{}) {
			t.Errorf("an empty base: %+v", r)
		}
	})
}

// TestReport goes through a report by hand: two members, a year's turn apart
// in what they are given.
func TestReport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme() // 10 % of tickets, 3 % of the rest
		s := open(t, d, p)
		ann, bob := s.Member(t), s.Member(t)
		sell := func(b purchase.Buyer, change func(c *purchase.Cart), lines ...purchase.CartLine) {
			t.Helper()
			c := s.Cart(b, lines...)
			if change != nil {
				change(c)
			}
			if _, err := s.Desk.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		line := purchasetest.Line
		sell(ann, nil, line("T1", 1, 1000_00)) // 100 points
		s.Clock.Add(24 * time.Hour)
		sell(ann, func(c *purchase.Cart) { c.Wish.Points = 60_00 }, line("B1", 1, 200_00)) // 4.20 points
		sell(bob, nil, line("B1", 2, 500_00))                                              // 30 points
		sell(purchase.Buyer{}, nil, line("B1", 1, 400_00))

		// The draft: 1 % of all, 10 % off bar, half as many points for Ann to spend.
		draft := p
		draft.Earning.Rate, draft.Earning.ByType = 5*money.Percent, nil
		draft.Rules = []rule.Rule{{ID: "bar-10", Name: "Бар", Kind: rule.DiscountRule, Rate: 10 * money.Percent, Scope: []rule.Condition{{Field: rule.FieldType, In: []string{"bar"}}}}}
		draft.Levels = []rule.Level{{ID: "first", Priority: 1, Total: 1100_00}}
		r := s.run(draft, "2026-03-02", "2026-03-03")

		// Ann earns 50 on the ticket, spends 50 of the 60 she spent; half of the
		// bar's price may be paid with points, 90 of 180. She earns 5 % of 130.
		want := whatif.Sums{
			Receipts: 4, Gross: 2600_00, Discount: 160_00, Money: 2390_00, Earned: 50_00 + 6_50 + 45_00, Spent: 50_00,
			Value: 101_50, Cost: 261_50,
		}
		if diff := cmp.Diff(want, r.Now); diff != "" {
			t.Errorf("now:\n%s", diff)
		}
		want = whatif.Sums{Receipts: 4, Gross: 2600_00, Money: 2540_00, Earned: 134_20, Spent: 60_00, Value: 134_20, Cost: 134_20}
		if diff := cmp.Diff(want, r.Then); diff != "" {
			t.Errorf("then:\n%s", diff)
		}
		if diff := cmp.Diff([]whatif.Move{{To: "first", Up: true, Now: 1}}, r.Moves); diff != "" {
			t.Error(diff)
		}
		// Ann had 104.20 and has 20 off and 56.50; Bob had 30 and has 100 off and 45.
		if diff := cmp.Diff([]whatif.Member{{Home: bob.Home, Then: 30_00, Now: 145_00}}, r.Winners); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]whatif.Member{{Home: ann.Home, Then: 104_20, Now: 76_50}}, r.Losers); diff != "" {
			t.Error(diff)
		}
		if r.Members != (whatif.Members{Gain: 1, Lose: 1}) {
			t.Errorf("%+v", r.Members)
		}
		for _, x := range r.Rule {
			if x.Rule == "bar-10" && (x.Name != "Бар" || x.Now.Discount != 160_00 || x.Now.Receipts != 3 || x.Then != (whatif.Gave{})) {
				t.Errorf("%+v", x)
			}
		}
	})
}

// TestLimitsOfAll: a limit over all members that the draft brings is not held,
// and told; one that stands is used up where it was.
func TestLimitsOfAll(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Campaigns = rule.CampaignsOf(rule.Offer{ID: "few", Name: "Первым", Codes: []string{"FEW"}, Amount: 10_00, Limits: rule.Limits{InAll: 2}})
		s := open(t, d, p)
		for range 5 {
			c := s.Cart(s.Member(t), purchasetest.Line("B1", 1, 100_00))
			c.Codes = []string{"FEW"}
			if _, err := s.Desk.Commit(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		r := s.run(p, "2026-03-02", "2026-03-02")
		if r.Now.Discount != 20_00 || len(r.Over) != 0 {
			t.Errorf("%+v %+v", r.Now, r.Over)
		}
		p.Campaigns[0].Limits.InAll = 3
		r = s.run(p, "2026-03-02", "2026-03-02")
		if r.Then.Discount != 20_00 || r.Now.Discount != 50_00 {
			t.Errorf("%+v %+v", r.Then, r.Now)
		}
		if diff := cmp.Diff([]whatif.Over{{Campaign: "few", Limit: 3, Uses: 5}}, r.Over); diff != "" {
			t.Error(diff)
		}
	})
}

// TestErased: what was written off as a member was erased is written off in his
// other life too, also what the draft has given him besides.
func TestErased(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, full())
		b := s.Member(t)
		for range 2 {
			if _, err := s.Desk.Commit(t.Context(), s.Cart(b, purchasetest.Line("B1", 1, 100_00))); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Desk.Erase(t.Context(), &purchase.Erasing{
			ID: s.IDs.New(), Homes: []home.ID{b.Home}, Forfeit: true,
			Work: func(context.Context, db.Q, purchase.Erased) (ledger.Hash, error) { return ledger.Hash{}, nil },
		}); err != nil {
			t.Fatal(err)
		}
		if r := s.run(full(), "2026-03-02", "2026-03-02"); r.Then != r.Now || r.Then.Expired == 0 {
			t.Errorf("then %+v, now %+v", r.Then, r.Now)
		}
		draft := full()
		draft.Welcome.Points += 20_00
		if r := s.run(draft, "2026-03-02", "2026-03-02"); r.Now.Expired != r.Then.Expired+20_00 {
			t.Errorf("written off %d then, %d now", r.Then.Expired, r.Now.Expired)
		}
	})
}

// TestHonouredOfClosed: a closed receipt with a code of a campaign that the draft
// limits and has closed to it is lived again as it was.
func TestHonouredOfClosed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := purchasetest.Programme()
		p.Campaigns = rule.CampaignsOf(rule.Offer{ID: "few", Name: "Первым", Codes: []string{"FEW"}, Amount: 10_00})
		s := open(t, d, p)
		for range 3 {
			c := s.Cart(s.Member(t), purchasetest.Line("B1", 1, 100_00))
			c.Codes, c.Lines[0].Discount, c.Facts = []string{"FEW"}, 10_00, &purchase.Facts{At: s.Clock.Now()}
			if _, err := s.Desk.Record(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		p.Campaigns[0].To = "2020-01-01"
		for _, limits := range []rule.Limits{{PerHead: 2}, {PerCode: 2}, {InAll: 2}} {
			p.Campaigns[0].Limits = limits
			if r := s.run(p, "2026-03-02", "2026-03-02"); r.Now.Money != 270_00 || r.Now.Receipts != 3 {
				t.Errorf("%+v: %+v", limits, r.Now)
			}
		}
	})
}

// TestComesBack: who has left and comes back has had the gift on joining, in a
// life too.
func TestComesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, full()) // 30 points on joining, 12 for a first purchase
		members := &member.Members{DB: d, IDs: s.IDs, Clock: s.Clock}
		for range 2 {
			m, err := members.Register(t.Context(), member.Rules{}, member.Registration{
				Identifiers: []member.NewIdentifier{{Kind: member.Email, Value: "ann@example.org"}},
			}, member.Actor{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Desk.Commit(t.Context(), s.Cart(purchase.Buyer{Home: m.Home}, purchasetest.Line("B1", 1, 100_00))); err != nil {
				t.Fatal(err)
			}
			if _, err := members.Close(t.Context(), m.Home, m.Version, "x", member.Actor{}, nil); err != nil {
				t.Fatal(err)
			}
		}
		draft := full()
		draft.Welcome.Points = 50_00
		if r := s.run(draft, "2026-03-02", "2026-03-02"); r.Then.Gifts != 42_00 || r.Now.Gifts != 62_00 {
			t.Errorf("given %d then and %d now", r.Then.Gifts, r.Now.Gifts)
		} else if diff := cmp.Diff([]whatif.Gift{
			{Occasion: whatif.Welcome, Then: whatif.Given{Times: 1, Points: 30_00, Value: 30_00}, Now: whatif.Given{Times: 1, Points: 50_00, Value: 50_00}},
			{Occasion: string(rule.FirstPurchase), Then: whatif.Given{Times: 1, Points: 12_00, Value: 12_00}, Now: whatif.Given{Times: 1, Points: 12_00, Value: 12_00}},
		}, r.Gifts); diff != "" {
			t.Error(diff)
		}
	})
}
