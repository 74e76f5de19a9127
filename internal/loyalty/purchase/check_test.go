package purchase_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// adjust is an adjustment by hand in the model.
func (w *mWorld) adjust(h home.ID, r *purchase.AdjustRequest) error {
	a := w.accounts[h].copy()
	if a == nil {
		a = openAccountAt(w.programme, w.now)
	}
	a.settle(w.now)
	if r.Points < 0 {
		if a.claw(nil, -int64(r.Points)) > 0 {
			return refused(fault.Refused, "points.not-enough")
		}
		w.accounts[h] = a
		return nil
	}
	l := mLot{left: int64(r.Points), earned: w.now, active: w.now}
	if r.Days > 0 {
		l.ends = w.programme.EndAfter(w.now, r.Days)
	} else {
		l.ends, l.slides = w.programme.Expires(&w.programme.Earning.Expiry, w.now)
	}
	a.earn(l)
	w.accounts[h] = a
	return nil
}

// jump lets time pass.
func (m *machine) jump(t *rapid.T) {
	hours := rapid.SampledFrom([]int{1, 7, 24, 24 * 5, 24 * 11, 24 * 45}).Draw(t, "hours on")
	m.s.Clock.Add(time.Duration(hours) * time.Hour)
	m.w.now = m.s.Clock.Now()
}

// dues runs the job for dues. Which accounts it takes is its own affair, but
// none that has something due is left out.
func (m *machine) dues(t *rapid.T) {
	var taken []home.ID
	err := m.s.DB.Each(ctx, func(r db.Row) error {
		var h int64
		err := r.Scan(&h)
		taken = append(taken, home.ID(h))
		return err
	}, "select home_id from account where due_at <= $1", m.w.now)
	if err != nil {
		t.Fatalf("due: %v", err)
	}
	if err := m.s.Desk.SettleAllDue(ctx, nil); err != nil {
		t.Fatalf("settle: %v", err)
	}
	for h, a := range m.w.accounts {
		if slices.Contains(taken, h) {
			a.settle(m.w.now)
		}
		for i := range a.lots {
			if at, _ := a.due(&a.lots[i]); at != 0 && at <= m.w.now {
				t.Fatalf("a lot of %d is due at %s and was left out", h, at.Time())
			}
		}
	}
}

// again repeats an earlier request: the answer is the first one.
func (m *machine) again(t *rapid.T) {
	if len(m.keys) == 0 {
		t.Skip("nothing sold")
	}
	k := rapid.SampledFrom(m.keys).Draw(t, "which")
	do := m.s.Desk.Commit
	if k.cart.Facts != nil {
		do = m.s.Desk.Record
	}
	a, err := do(ctx, k.cart)
	if err != nil || !a.Replayed {
		t.Fatalf("again: %+v %v", a, err)
	}
	if diff := cmp.Diff(k.doc, a.Purchase, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("the first answer (-) and the second (+):\n%s", diff)
	}
	other := *k.cart
	other.Number += "x"
	if _, err := do(ctx, &other); !fault.Is(err, "key.other-body") {
		t.Fatalf("another request under the key: %v", err)
	}
}

// change puts a new version of the programme in place.
func (m *machine) change(t *rapid.T) { m.programme(t) }

// check compares every member's account with the model's.
func (m *machine) check(t *rapid.T) {
	for _, h := range m.homes {
		views, err := m.s.Desk.Accounts(ctx, h)
		if err != nil {
			t.Fatalf("accounts: %v", err)
		}
		a := m.w.accounts[h].copy()
		if a == nil {
			if len(views) > 0 {
				t.Fatalf("an account that nobody opened: %+v", views)
			}
			continue
		}
		a.settle(m.w.now)
		if diff := cmp.Diff(a.view(), viewOf(&views[0])); diff != "" || len(views) != 1 {
			t.Fatalf("account of %d, the model (-) and the base (+):\n%s", h, diff)
		}
	}
}

// view is all that can be compared of an account, in words.
func (a *mAccount) view() []string {
	out := []string{
		fmt.Sprintf("%+v", a.balance()), fmt.Sprintf("earned %d spent %d expired %d", a.earned, a.spent, a.expired),
		fmt.Sprintf("purchases %d turnover %d first %d last %d slide %d", a.purchases, a.turnover, a.first, a.last, a.slide),
	}
	var lots []string
	for i := range a.lots {
		if l := &a.lots[i]; l.left > 0 {
			lots = append(lots, fmt.Sprintf("left %d written off %d pending %v earned %d active %d ends %d", l.left, l.off, l.pending, l.earned, l.active, a.end(l)))
		}
	}
	slices.Sort(lots)
	return append(out, lots...)
}

func viewOf(v *purchase.AccountView) []string {
	a := &v.Account
	out := []string{
		fmt.Sprintf("%+v", purchase.Balance{Active: a.Active, Pending: a.Pending, Debt: a.Debt}),
		fmt.Sprintf("earned %d spent %d expired %d", int64(a.Earned), int64(a.Spent), int64(a.Expired)),
		fmt.Sprintf("purchases %d turnover %d first %d last %d slide %d", a.Purchases, int64(a.Turnover), a.FirstPurchase, a.LastPurchase, a.SlideAt),
	}
	var lots []string
	for _, l := range v.Lots {
		ends := l.ExpiresAt
		if l.Sliding {
			ends = a.SlideAt
		}
		lots = append(lots, fmt.Sprintf("left %d written off %d pending %v earned %d active %d ends %d", int64(l.Remaining), int64(l.WrittenOff), l.Pending, l.EarnedAt, l.ActiveAt, ends))
	}
	slices.Sort(lots)
	return append(out, lots...)
}

const (
	qSides = `select debit, cast(sum(-amount) as bigint) from posting where home_id = $1 group by debit union all
 select credit, cast(sum(amount) as bigint) from posting where home_id = $1 group by credit`
	qLots  = `select state, cast(sum(remaining) as bigint) from lot where home_id = $1 group by state`
	qState = `select purchase_id, state, refunded from purchase where home_id = $1`
	qUsed  = `select limit_key, cast(sum(used) as bigint), cast(sum(over) as bigint) from limit_use where limit_key like $1 group by limit_key`
)

// checkTables reads the base itself: postings make the balances, lots too;
// purchases stand where the model has them; limits are counted alike.
func (m *machine) checkTables(t *rapid.T) {
	for h, a := range m.w.accounts {
		b, err := ledger.View(ctx, m.s.DB, []int64{int64(h)}, false, m.w.now, nil)
		if err != nil {
			t.Fatalf("view: %v", err)
		}
		acc := b[h].Accounts[0]
		sides := m.sums(t, qSides, h)
		want := map[string]int64{
			"active": int64(acc.Active), "pending": int64(acc.Pending), "debt": -int64(acc.Debt), "issued": -int64(acc.Earned),
			"redeemed": int64(acc.Spent), "expired": int64(acc.Expired),
		}
		lots := m.sums(t, qLots, h)
		for side, n := range want {
			if sides[side] != n || (side == "active" || side == "pending") && lots[side] != n {
				t.Fatalf("%s of %d: postings make %d, lots %d, the account says %d; the model %+v", side, h, sides[side], lots[side], n, a)
			}
		}
	}
	for _, s := range m.w.sales {
		var state string
		var i, back int64
		if err := m.s.DB.Row(ctx, qState+" and purchase_id = $2", s.doc.Home, s.doc.ID).Scan(&i, &state, &back); err != nil {
			t.Fatalf("purchase: %v", err)
		}
		var money money.Amount
		for _, r := range s.refunds {
			money += r.Money
		}
		if state != s.state || back != int64(money) {
			t.Fatalf("the purchase is %s with %d back, the model's %s with %d", state, back, s.state, money)
		}
	}
	m.checkLimits(t)
}

func (m *machine) sums(t *rapid.T, q string, h home.ID) map[string]int64 {
	out := map[string]int64{}
	err := m.s.DB.Each(ctx, func(r db.Row) error {
		var k string
		var n int64
		err := r.Scan(&k, &n)
		out[k] += n
		return err
	}, q, int64(h))
	if err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return out
}

func (m *machine) checkLimits(t *rapid.T) {
	got := map[string][2]int64{}
	err := m.s.DB.Each(ctx, func(r db.Row) error {
		var k string
		var n [2]int64
		err := r.Scan(&k, &n[0], &n[1])
		parts := strings.Split(k, ":")
		name := parts[1] + map[string]string{"all": " in all", "code": " by ", "member": " of "}[parts[2]] + strings.Join(parts[3:], ":")
		if n != [2]int64{} && !strings.Contains(name, " of -") { // a receipt of nobody is its own buyer
			got[name] = n
		}
		return err
	}, qUsed, "%"+m.tag+":%")
	if err != nil {
		t.Fatalf("limits: %v", err)
	}
	want := map[string][2]int64{}
	for _, counts := range []map[string]int64{m.w.used, m.w.over} {
		for k := range counts {
			if n := [2]int64{m.w.used[k], m.w.over[k]}; n != [2]int64{} {
				want[k] = n
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("uses of limits, the model (-) and the base (+):\n%s", diff)
	}
}
