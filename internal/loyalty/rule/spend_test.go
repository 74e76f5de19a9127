package rule_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// payable gives a programme whose lines may be paid whole, to the last kopeck.
func payable(t tester, value money.Amount, step money.Points) *rule.Programme {
	t.Helper()
	p := &rule.Programme{Code: "p", Name: "п", On: true, Settings: rule.DefaultSettings(), Spending: rule.Spending{Share: money.Whole}}
	p.Settings.PointValue, p.Settings.SpendStep, p.Settings.PriceFloor = value, step, 0
	if err := p.Compile(); err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

func oneLine(gross money.Amount) *rule.Receipt {
	return &rule.Receipt{Lines: []rule.Line{{SKU: "x", Quantity: money.Piece, Gross: gross, Payable: true, Earns: true}}}
}

// TestMostPoints: the most points are whole steps that take off no more than
// the line costs.
func TestMostPoints(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value money.Amount // kopecks of a point
		step  money.Points
		gross money.Amount
		most  money.Points
		paid  money.Amount
	}{
		{100, 100, 19_999, 19_900, 19_900},
		{100, 100, 99, 0, 0},
		{100, 100, 100, 100, 100},
		{100, 1, 99, 99, 99},
		{50, 2, 99, 198, 99},
		{50, 100, 99, 100, 50},
		{1, 100, 7, 700, 7},
		{1, 500, 7, 500, 5},
		{333, 100, 1000, 300, 999},
		{250, 2, 9, 2, 5},
		{10_000, 1, 99, 0, 0},
		{10_000, 1, 250, 2, 200},
		{1_000_000_000, 100, rule.MaxCents, 100_000, 1_000_000_000_000},
	} {
		p := payable(t, c.value, c.step)
		r := oneLine(c.gross)
		r.Wish.Max = true
		o := mustJudge(t, p, r, &rule.Member{Home: 1, Spendable: 1e15})
		if o.Allowed != c.most || o.Spent != c.most || o.Paid != c.paid || o.Due != c.gross-c.paid {
			t.Errorf("a point of %d, steps of %d, %d due: %d allowed, %d spent took off %d; want %d, %d",
				c.value, c.step, c.gross, o.Allowed, o.Spent, o.Paid, c.most, c.paid)
		}
	}
}

// TestWishes: what is refused, and with what reason, at every edge.
func TestWishes(t *testing.T) {
	t.Parallel()
	p := payable(t, 100, 100)
	member := &rule.Member{Home: 1, Spendable: 5050}
	for _, c := range []struct {
		name  string
		wish  money.Points
		m     *rule.Member
		gross money.Amount
		code  string
		spent money.Points
	}{
		{"nothing", 0, member, 10_000, "", 0},
		{"a step", 100, member, 10_000, "", 100},
		{"all there is in whole steps", 5000, member, 10_000, "", 5000},
		{"more than there is", 5100, member, 10_000, "points.not-enough", 0},
		{"all that is due", 4000, member, 4099, "", 4000},
		{"more than is due", 4100, member, 4099, "points.above-allowed", 0},
		{"half a step", 50, member, 10_000, "points.step", 0},
		{"below zero", -100, member, 10_000, "points.step", 0},
		{"nobody", 100, &rule.Member{}, 10_000, "points.no-member", 0},
		{"nothing due", 100, member, 0, "points.above-allowed", 0},
	} {
		r := oneLine(c.gross)
		r.Wish.Points = c.wish
		o, err := rule.Judge(p, r, c.m, nil)
		code := ""
		if err != nil {
			code = fault.From(err).Code
		}
		if code != c.code || err == nil && o.Spent != c.spent {
			t.Errorf("%s: got %q, want %q", c.name, code, c.code)
		}
	}
}

// TestMostIsExact: of any receipt no step more could be paid, and all that is
// said to be payable is.
func TestMostIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, r, _, _ := judged(t)
		r.Wish = rule.Wish{}
		rich := &rule.Member{Home: 7, Spendable: 1e15}
		o := mustJudge(t, p, r, rich)
		room := new(big.Int)
		for i, l := range r.Lines {
			if !l.Payable {
				continue
			}
			share, named := p.Spending.ByType[l.Type]
			if !named {
				share = p.Spending.Share
			}
			if _, keeps := fixed(p, &l); keeps {
				continue
			}
			due := int64(o.Lines[i].Due)
			room.Add(room, big.NewInt(max(0, min(round(due, int64(share), 1_000_000, money.Down), due-int64(leastOf(p, &l))))))
		}
		cost := func(points money.Points) *big.Int { // in hundredths of a kopeck
			return new(big.Int).Mul(big.NewInt(int64(points)), big.NewInt(int64(p.Settings.PointValue)))
		}
		limit := new(big.Int).Mul(room, big.NewInt(100))
		if cost(o.Allowed).Cmp(limit) > 0 || cost(o.Allowed+p.Settings.SpendStep).Cmp(limit) <= 0 {
			t.Fatalf("%d hundredths of %d kopecks allowed on %s", o.Allowed, p.Settings.PointValue, room)
		}
		r.Wish.Points = o.Allowed
		all := mustJudge(t, p, r, rich)
		if all.Spent != o.Allowed {
			t.Fatalf("%d of %d", all.Spent, o.Allowed)
		}
		r.Wish.Points += p.Settings.SpendStep
		if _, err := rule.Judge(p, r, rich, nil); fault.From(err) == nil || fault.From(err).Code != "points.above-allowed" {
			t.Fatalf("a step above: %v", err)
		}
		checkPointsFollowMoney(t, all)
	})
}

// checkPointsFollowMoney: each line's points are its part of the money that
// they took off, to less than one hundredth.
func checkPointsFollowMoney(t tester, o *rule.Outcome) {
	t.Helper()
	for i, l := range o.Lines {
		if o.Paid == 0 {
			return
		}
		exact := new(big.Int).Mul(big.NewInt(int64(o.Spent)), big.NewInt(int64(l.Paid)))
		got := new(big.Int).Mul(big.NewInt(int64(l.Points)), big.NewInt(int64(o.Paid)))
		if exact.Sub(exact, got).CmpAbs(big.NewInt(int64(o.Paid))) >= 0 {
			t.Fatalf("line %d: %d of %d hundredths for %d of %d kopecks", i, l.Points, o.Spent, l.Paid, o.Paid)
		}
	}
}

// TestPushkinKeeps: where a Pushkin card pays all, no points are spent and none
// earned, unless the programme says so.
func TestPushkinKeeps(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, r, m, _ := judged(t)
		r.Wish = rule.Wish{Max: m.Known()}
		without := mustJudge(t, p, r, m)
		r.Payments = []rule.PaidBy{{Kind: rule.PushkinKind, Amount: 1 << 50}}
		o := mustJudge(t, p, r, m)
		switch {
		case !p.Settings.PushkinSpend && (o.Spent != 0 || o.Most != 0):
			t.Fatalf("spent %d, most %d", o.Spent, o.Most)
		case p.Settings.PushkinSpend && p.Settings.PushkinEarn && (o.Spent != without.Spent || o.Earned != without.Earned):
			t.Fatalf("spent %d and earned %d, by other means %d and %d", o.Spent, o.Earned, without.Spent, without.Earned)
		case !p.Settings.PushkinEarn && o.Earned != 0:
			t.Fatalf("earned %d", o.Earned)
		}
	})
}
