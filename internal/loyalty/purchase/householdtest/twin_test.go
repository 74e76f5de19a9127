package householdtest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// TestLevelsOfTwins: each member of a household has a twin in none, who does the
// same. Where each has his own level the two stand alike at every step: whoever
// else buys on the account, whoever comes and goes.
func TestLevelsOfTwins(t *testing.T) {
	t.Parallel()
	lives := 1
	if dbtest.Long() {
		lives = 6
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		lives := lives
		if d.Dialect() == db.Postgres {
			lives = 1 // what differs there is not chance
		}
		f := open(t, d, func(p *rule.Programme) {
			p.Earning.Expiry = rule.Expiry{Mode: rule.Never}
			p.Settings.LevelScope = rule.ScopeMember
			p.Levels = []rule.Level{
				{ID: "start", Priority: 1},
				{ID: "bar", Priority: 2, Days: 12, Visits: 4, Parts: []rule.LevelPart{{Types: []string{"bar"}, Sum: 300_00}}, Any: true, Term: 5},
				{ID: "gold", Priority: 3, Total: 2_000_00, Rules: []rule.Rule{{ID: "ten", Kind: rule.DiscountRule, Rate: 10 * money.Percent}}},
				{ID: "top", Priority: 4, Days: 9, Sum: 1_500_00, Term: 7},
			}
		})
		moves := 0
		for seed := range uint64(lives) {
			moves += newTwins(f, rand.New(rand.NewPCG(seed, 11))).live(120)
		}
		if moves < lives*8 {
			t.Errorf("only %d changes of level", moves)
		}
		f.proved()
	})
}

// twins are members who come to a household and leave it, and who do the same
// in none.
type twins struct {
	*family
	rnd *rand.Rand
	all []*twin // the first is the founder
}

type twin struct {
	in, out purchase.Buyer
	sold    [][2]*purchase.Purchase
	housed  bool
}

func newTwins(f *family, rnd *rand.Rand) *twins {
	w := &twins{family: f, rnd: rnd}
	house, all := f.Family(f.t, 3)
	f.household = house
	for _, b := range all {
		x := &twin{in: b, out: f.Person(f.t), housed: true}
		w.all = append(w.all, x)
		// The account is opened by its founder's own receipt.
		w.both(x, func(b purchase.Buyer) *purchase.Purchase { return w.sell(b, 0, line("S1", 1, 1_00)) })
	}
	return w
}

// live takes steps and tells how often somebody's level changed.
func (w *twins) live(steps int) (moves int) {
	w.t.Helper()
	for i := range steps {
		who := w.rnd.IntN(len(w.all))
		what := w.step(w.all[who], who == 0)
		for j, x := range w.all {
			if diff := cmp.Diff(w.view(x.out), w.view(x.in)); diff != "" {
				w.t.Fatalf("step %d, %s by %d: the twin of %d stands elsewhere:\n%s", i, what, who, j, diff)
			}
		}
	}
	if _, err := w.Desk.SettleDue(w.t.Context(), 1000); err != nil {
		w.t.Fatal(err)
	}
	for _, x := range w.all {
		moves += w.history(x)
	}
	return moves
}

// history compares how the two came to where they stand.
func (w *twins) history(x *twin) int {
	w.t.Helper()
	of := func(b purchase.Buyer) (out []string) {
		list, _, err := w.Desk.LevelChanges(w.t.Context(), b.Home, 0, 0, 500)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, c := range list {
			out = append(out, fmt.Sprintf("%d %s: %q → %q until %d", c.At, c.Cause, c.From, c.To, c.Until))
		}
		return out
	}
	was := of(x.out)
	if diff := cmp.Diff(was, of(x.in)); diff != "" {
		w.t.Errorf("another history:\n%s", diff)
	}
	return len(was)
}

// view is where a member stands.
func (w *twins) view(b purchase.Buyer) (out string) {
	w.t.Helper()
	all, err := w.Desk.Accounts(w.t.Context(), b.Home)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range all {
		v := all[i].Level
		if v == nil {
			continue
		}
		out += fmt.Sprintf("since %d until %d held %d", v.Since, v.Until, v.Held)
		if v.Level != nil {
			out += " at " + v.Level.ID
		}
		if v.Floor != nil {
			out += " not below " + v.Floor.ID
		}
		if n := v.Next; n != nil {
			out += fmt.Sprintf(" next %s: %d in all, %d, %v, %d visits", n.Level.ID, n.Total, n.Sum, n.Parts, n.Visits)
		}
	}
	return out
}

// both lets both buy the same, and wants it to be judged alike.
func (w *twins) both(x *twin, buy func(b purchase.Buyer) *purchase.Purchase) {
	w.t.Helper()
	told := func(p *purchase.Purchase) string {
		return fmt.Sprintf("judged at %s since %s, due %d, then at %s", p.Seen.Member.Level, p.Seen.Member.LevelDay, p.Due, p.Level)
	}
	sold := [2]*purchase.Purchase{buy(x.in), buy(x.out)}
	if diff := cmp.Diff(told(sold[1]), told(sold[0])); diff != "" {
		w.t.Fatalf("of the twins:\n%s", diff)
	}
	x.sold = append(x.sold, sold)
}

// step does one thing with both. Receipts come late for all but the founder:
// his level's clock is the account's, which others move.
func (w *twins) step(x *twin, founder bool) string {
	w.t.Helper()
	switch n := w.rnd.IntN(20); {
	case n < 5:
		return w.buy(x, 0)
	case n < 7 && !founder:
		return w.buy(x, time.Duration(1+w.rnd.IntN(6*24))*time.Hour)
	case n < 10:
		return w.back(x)
	case n == 10:
		return w.unknown(x)
	case n < 14:
		return w.visit(x)
	case n == 14 && w.rnd.IntN(2) == 0:
		return w.hand(x)
	case n == 15:
		if _, err := w.Desk.SettleDue(w.t.Context(), 1000); err != nil {
			w.t.Fatal(err)
		}
		return "the job"
	case n < 18 && !founder:
		if x.housed = !x.housed; x.housed {
			w.Join(w.t, w.household, x.in)
			return "coming"
		}
		w.Leave(w.t, w.household, x.in)
		return "leaving"
	}
	w.Clock.Add(time.Duration(1+w.rnd.IntN(4*24)) * time.Hour)
	return "time"
}

func (w *twins) buy(x *twin, late time.Duration) string {
	lines := []purchase.CartLine{line("B1", 1, money.Amount(1+w.rnd.IntN(20_000)))}
	if w.rnd.IntN(3) > 0 {
		lines = append(lines, line("T1", 1+w.rnd.Int64N(3), 100_00))
		if w.rnd.IntN(3) > 0 {
			lines[1].SessionAt = w.Clock.Now()
		}
	}
	w.both(x, func(b purchase.Buyer) *purchase.Purchase {
		if late == 0 {
			return w.sell(b, 0, lines...)
		}
		c := w.Cart(b, lines...)
		c.Facts = &purchase.Facts{At: w.Clock.Now().Add(-late)}
		a, err := w.Desk.Record(w.t.Context(), c)
		if err != nil {
			w.t.Fatal(err)
		}
		return a.Purchase
	})
	return fmt.Sprintf("a purchase %s late", late)
}

// same wants both to be answered alike.
func (w *twins) same(what string, in, out error) string {
	w.t.Helper()
	a, b := purchasetest.Code(in), purchasetest.Code(out)
	if a != b || in != nil && a == "" {
		w.t.Fatalf("%s: %v and %v", what, in, out)
	}
	return what + " " + a
}

func (w *twins) back(x *twin) string {
	p := x.sold[w.rnd.IntN(len(x.sold))]
	req := purchase.RefundRequest{Till: w.Till}
	switch last := len(p[0].Lines) - 1; w.rnd.IntN(3) {
	case 0:
		req.Amount = money.Amount(1 + w.rnd.IntN(5_000))
	case 1:
		req.Lines = []purchase.RefundPart{{Line: last, Quantity: money.Piece}}
	}
	do := func(i int) error {
		r := req
		r.Key, r.Purchase = w.IDs.New().String(), purchase.PurchaseRef{Home: p[i].Home, ID: p[i].ID}
		_, err := w.Desk.Refund(w.t.Context(), &r)
		return err
	}
	return w.same("a refund", do(0), do(1))
}

// unknown brings goods back whose purchase is not known. Who has no account of
// his own, as he has left and not bought since, has none to take points from.
func (w *twins) unknown(x *twin) string {
	w.t.Helper()
	all, err := w.Desk.Accounts(w.t.Context(), x.in.Home)
	if err != nil {
		w.t.Fatal(err)
	}
	if all[0].Account.LevelOnly {
		return "nothing"
	}
	do := func(b purchase.Buyer) error {
		_, err := w.Desk.RefundUnlinked(w.t.Context(), &purchase.UnlinkedRequest{
			Till: w.Till, Key: w.IDs.New().String(), Buyer: b, Lines: []purchase.UnlinkedLine{{SKU: "T1", Quantity: money.Piece, Price: 100_00}},
		})
		return err
	}
	return w.same("an unknown refund", do(x.in), do(x.out))
}

func (w *twins) visit(x *twin) string {
	p := x.sold[w.rnd.IntN(len(x.sold))]
	for i := len(x.sold) - 1; i > 0 && !p[0].HasTickets(); i-- {
		p = x.sold[i]
	}
	do := func(i int) error {
		_, err := w.Desk.Visit(w.t.Context(), &purchase.VisitRequest{
			Till: w.Other, Key: w.IDs.New().String(), Line: len(p[i].Lines) - 1, Pieces: 1, Purchase: purchase.PurchaseRef{Home: p[i].Home, ID: p[i].ID},
		})
		return err
	}
	return w.same("a visit", do(0), do(1))
}

func (w *twins) hand(x *twin) string {
	req := purchase.LevelRequest{By: 5, Programme: w.Programme.ID, Level: []string{"", "start", "bar", "gold"}[w.rnd.IntN(4)], Reason: "x", Actor: "x"}
	if req.Level != "" && w.rnd.IntN(2) == 0 {
		req.Until = w.Clock.Now().Time().AddDate(0, 0, w.rnd.IntN(9)).Format(time.DateOnly)
	}
	do := func(b purchase.Buyer) error {
		r := req
		r.Key, r.Buyer = w.IDs.New().String(), b
		_, err := w.Desk.SetLevel(w.t.Context(), &r)
		return err
	}
	return w.same("a hand", do(x.in), do(x.out))
}
