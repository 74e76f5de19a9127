package demo

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// visit is a receipt to be made, and perhaps to come back.
type visit struct {
	at     clock.Micros
	who    *person // nil: nobody we know
	till   id.ID
	key    string
	lines  []purchase.CartLine
	spends bool
	luck   int           // 0 to 99: whether it comes with a code
	back   time.Duration // 0: stays
}

// hours is how busy each hour of a day is, from midnight.
var hours = [26]int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 5, 6, 5, 5, 6, 8, 11, 13, 12, 9, 6, 4, 2, 1}

// lanes is how many members' receipts are made side by side; those of one
// member follow each other.
const lanes = 32

// sellAll makes all receipts, those of a member in the order of time.
func (f *filler) sellAll(ctx context.Context) (*Made, error) {
	visits := make([]visit, f.size.Receipts)
	for i := range visits {
		visits[i] = f.visit(i)
	}
	slices.SortFunc(visits, func(x, y visit) int { return int(min(max(x.at-y.at, -1), 1)) })
	var queues [lanes][]*visit
	for i := range visits {
		lane := i % lanes
		if w := visits[i].who; w != nil {
			lane = int(uint64(w.home) >> 12 % lanes)
		}
		queues[lane] = append(queues[lane], &visits[i])
	}
	made := &Made{Receipts: len(visits)}
	var done, refunds atomic.Int64
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for _, q := range queues {
		wg.Go(func() {
			for _, v := range q {
				if ctx.Err() != nil {
					return
				}
				back, err := f.sell(ctx, v)
				if err != nil {
					cancel(err)
					return
				}
				if back {
					refunds.Add(1)
				}
				f.tell(Receipts, done.Add(1), int64(len(visits)))
			}
		})
	}
	wg.Wait()
	made.Refunds = int(refunds.Load())
	return made, context.Cause(ctx)
}

// visit invents a receipt.
func (f *filler) visit(n int) visit {
	p := f.place()
	v := visit{till: p.tills[f.random.IntN(len(p.tills))], key: fmt.Sprintf("demo-%06d", n), at: f.moment(p)}
	for range 1 + f.random.IntN(3) {
		g := pickGood(p.goods, f.random.IntN(sum(p.goods)))
		pieces := int64(1)
		if f.random.IntN(100) < 35 {
			pieces = 2 + f.random.Int64N(2)
		}
		v.lines = append(v.lines, purchase.CartLine{SKU: g.sku, Name: g.name, Quantity: money.Quantity(pieces) * money.Piece, Price: g.price})
	}
	if f.random.IntN(100) < 78 {
		v.who = f.buyer(v.at)
	}
	if v.who != nil {
		v.spends = f.random.IntN(100) < 18
		v.luck = f.random.IntN(100)
	}
	if f.random.IntN(100) < 3 {
		v.back = time.Duration(1+f.random.IntN(48)) * time.Hour
	}
	return v
}

func (f *filler) place() *place {
	n := f.random.IntN(100)
	for _, p := range f.places {
		if n -= p.weight; n < 0 {
			return p
		}
	}
	return f.places[0]
}

// moment draws a time: weekends and evenings are busier.
func (f *filler) moment(p *place) clock.Micros {
	zone, err := time.LoadLocation(p.outlet.Zone)
	if err != nil {
		zone = time.UTC // saving the outlet has checked it
	}
	for {
		day := f.start.In(zone).AddDate(0, 0, f.random.IntN(f.size.Days))
		if wd := day.Weekday(); wd != time.Friday && wd != time.Saturday && wd != time.Sunday && f.random.IntN(100) < 45 {
			continue
		}
		hour := 10
		for n := f.random.IntN(98); ; hour++ {
			if n -= hours[hour]; n < 0 || hour == len(hours)-1 {
				break
			}
		}
		hour = min(max(hour, p.open), p.close)
		at := clock.Of(time.Date(day.Year(), day.Month(), day.Day(), hour, f.random.IntN(60), f.random.IntN(60), 0, zone))
		if at > f.start && at < f.end {
			return at
		}
	}
}

// buyer draws a member who was registered by then; some buy far more often
// than others.
func (f *filler) buyer(at clock.Micros) *person {
	for range 50 {
		p := f.people[f.random.IntN(len(f.people))]
		if p.since < at && f.random.IntN(11) < p.weight {
			return p
		}
	}
	return nil
}

func sum(goods []good) (n int) {
	for _, g := range goods {
		n += g.weight
	}
	return n
}

func pickGood(goods []good, n int) good {
	for _, g := range goods {
		if n -= g.weight; n < 0 {
			return g
		}
	}
	return goods[0]
}

// sell records the receipt, and refunds it if it comes back.
func (f *filler) sell(ctx context.Context, v *visit) (back bool, err error) {
	c := &purchase.Cart{Till: v.till, Key: v.key, Lines: v.lines, Facts: &purchase.Facts{At: v.at}}
	if v.who != nil {
		c.Buyer.Home = v.who.home
		if o := v.offer(); o != nil {
			c.Codes, c.Lines = []string{o.code}, o.take(v.lines)
		}
		v.who.bought = true
		if v.spends {
			c.Facts.Points = v.who.pay(c.Lines)
		}
	}
	c.Payments = paidBy(c, v.at)
	a, err := f.Desk.Record(ctx, c)
	if err != nil {
		return false, err
	}
	p := a.Purchase
	if v.who != nil {
		v.who.points = int64(p.Balance.Active)
	}
	at := v.at.Add(v.back)
	if v.back == 0 || at >= f.end {
		return false, nil
	}
	r, err := f.Desk.Refund(ctx, &purchase.RefundRequest{
		Till: v.till, Key: v.key + "-r", At: at, Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID},
		Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece}},
	})
	if err == nil && v.who != nil {
		v.who.points = int64(r.Refund.Balance.Active)
	}
	return err == nil, err
}

// kindsOfPay are how often what is paid with.
var kindsOfPay = [10]string{"card", "card", "card", "card", "card", "sbp", "sbp", "cash", "cash", "card"}

// paidBy is the money of a closed receipt, all of one kind: which, the second says.
func paidBy(c *purchase.Cart, at clock.Micros) []purchase.Payment {
	due := -money.Amount(c.Facts.Points) // a point is a rouble
	for i := range c.Lines {
		due += gross(&c.Lines[i]) - c.Lines[i].Discount
	}
	return []purchase.Payment{{Kind: kindsOfPay[at.Time().Second()%len(kindsOfPay)], Amount: due}}
}

// pay is how many of his points the member spends on the lines: at most a
// fifth of their sum, in whole points.
func (p *person) pay(lines []purchase.CartLine) money.Points {
	var total int64
	for _, l := range lines {
		total += int64(gross(&l) - l.Discount)
	}
	n := min(p.points, total/5)
	return money.Points(n - n%int64(money.Point))
}

// offer is what the member's code is for, nil without one.
func (v *visit) offer() *offer {
	var sum money.Amount
	for i := range v.lines {
		sum += gross(&v.lines[i])
	}
	switch {
	case !v.who.bought && v.luck < 40:
		return forFirst
	case v.luck < 4 && sum >= forFriends.from:
		return forFriends
	}
	return nil
}

// take takes the offer off the lines, split over them as the programme does.
func (o *offer) take(lines []purchase.CartLine) []purchase.CartLine {
	out := slices.Clone(lines)
	bases := make([]int64, len(lines))
	var sum money.Amount
	for i := range lines {
		bases[i] = int64(gross(&lines[i]))
		sum += gross(&lines[i])
	}
	off := o.amount
	if o.rate > 0 {
		v, _ := o.rate.Of(int64(sum), money.Down)
		off = money.Amount(v)
	}
	shares, _ := money.Split(int64(off), bases, bases)
	for i := range out {
		out[i].Discount = money.Amount(shares[i])
	}
	return out
}

// gross is what a line of whole pieces costs.
func gross(l *purchase.CartLine) money.Amount {
	return money.Amount(int64(l.Quantity) / int64(money.Piece) * int64(l.Price))
}
