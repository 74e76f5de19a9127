package cashier

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const (
	dayReaches = 48 * time.Hour // a business day and what of it is told late
	partSize   = 200
	mostRead   = 5000 // receipts of a day; past it the shift says so
	mostShown  = 30
)

// Shift is what a till has done on its business day.
type Shift struct {
	Day       string       `json:"day"` // in words
	Sales     int          `json:"sales"`
	Money     money.Amount `json:"money"` // taken for them, kopecks
	Discount  money.Amount `json:"discount"`
	Spent     money.Points `json:"spent"`
	Earned    money.Points `json:"earned"`
	Refunds   int          `json:"refunds"`
	Back      money.Amount `json:"back"` // given back, kopecks
	Payments  []Paid       `json:"payments"`
	Mine      int          `json:"mine"`       // sales of who is on duty
	MineMoney money.Amount `json:"mine_money"` // … and what was taken for them
	Receipts  []Receipt    `json:"receipts"`   // the newest
	Short     bool         `json:"short,omitempty"`

	sold []home.ID // whose the receipts are
}

// Paid is money of a kind: taken less given back.
type Paid struct {
	Kind string       `json:"kind"`
	Sum  money.Amount `json:"sum"`
}

// Receipt is one of the shift's.
type Receipt struct {
	ID     string       `json:"id"`
	Number string       `json:"number"`
	At     string       `json:"at"` // the outlet's clock; of one that was looked for, its moment
	Due    money.Amount `json:"due"`
	Member bool         `json:"member"`
	Who    string       `json:"who,omitempty"` // the member's name
	Ways   []string     `json:"ways"`          // kinds of money that it was paid by
	State  string       `json:"state"`
}

// shift sums up the till's day. Receipts are read themselves, so that it is true
// this very moment; refunds are those that were made here today, whenever their
// receipt was sold.
func (c *Cashier) shift(k *call) error {
	ctx, now := k.r.Context(), c.Clock.Now()
	day := k.at.Outlet.BusinessDay(now)
	s := &Shift{Day: day, Payments: []Paid{}, Receipts: []Receipt{}}
	kinds := map[string]money.Amount{}
	q := &purchase.Latest{
		Outlets: []id.ID{k.at.Outlet.ID}, From: now.Add(-dayReaches), Before: now.Add(time.Hour), Limit: partSize,
		Keep: func(p *purchase.Stored) bool { return p.Till == k.at.Till.ID && p.Day == day },
	}
	for read := 0; ; {
		part, err := c.Desk.Latest(ctx, q)
		if err != nil {
			return err
		}
		for _, p := range part.Items {
			s.sale(k, p, kinds)
		}
		if read += len(part.Items); part.Next.ID == 0 {
			break
		} else if read >= mostRead {
			s.Short = true
			break
		}
		q.After = part.Next
	}
	if err := c.refunds(ctx, k, s, kinds, day); err != nil {
		return err
	}
	for kind, sum := range kinds {
		s.Payments = append(s.Payments, Paid{kind, sum})
	}
	slices.SortFunc(s.Payments, func(a, b Paid) int { return cmp.Or(cmp.Compare(b.Sum, a.Sum), cmp.Compare(a.Kind, b.Kind)) })
	if err := names(ctx, c.DB, s.Receipts, s.sold); err != nil {
		return err
	}
	if at, err := time.ParseInLocation(time.DateOnly, day, ui.Of(ctx).Zone); err == nil { // a night is of the day before
		s.Day = ui.Date(ctx, clock.Of(at))
	}
	return write(k, http.StatusOK, s)
}

func (s *Shift) sale(k *call, p *purchase.Stored, kinds map[string]money.Amount) {
	s.Sales++
	s.Money += p.Due
	s.Discount += p.Discount
	s.Spent += p.Spent
	s.Earned += p.Earned
	for _, paid := range p.Payments {
		kinds[paid.Kind] += paid.Amount
	}
	if p.Cashier == k.duty.Cashier {
		s.Mine++
		s.MineMoney += p.Due
	}
	if len(s.Receipts) < mostShown {
		s.sold = append(s.sold, p.Buyer())
		r := receiptOf(p)
		r.At = k.at.Outlet.Local(p.At).Format("15:04")
		s.Receipts = append(s.Receipts, r)
	}
}

// waysOf is the kinds of money that were paid, each once.
func waysOf(payments []purchase.Payment) []string {
	out := []string{}
	for _, p := range payments {
		if !slices.Contains(out, p.Kind) {
			out = append(out, p.Kind)
		}
	}
	return out
}

// names says whose the receipts are, by who they were sold to: the till calls a
// member by the same name wherever it shows him.
func names(ctx context.Context, q db.Q, receipts []Receipt, sold []home.ID) error {
	named, err := member.Names(ctx, q, slices.Compact(slices.Sorted(slices.Values(sold))))
	if err != nil {
		return err
	}
	for i := range receipts {
		if n, ok := named[sold[i]]; ok && receipts[i].Member {
			receipts[i].Who = cmp.Or(n.Called, "№ "+n.Number)
		}
	}
	return nil
}

// refunds adds those that were made at the till on the day.
func (c *Cashier) refunds(ctx context.Context, k *call, s *Shift, kinds map[string]money.Amount, day string) error {
	j := feed.Journal{
		From: c.Clock.Now().Add(-dayReaches), Limit: partSize,
		Keep: func(e *feed.Event) bool { return e.Kind == feed.PurchaseRefunded && e.Outlet == k.at.Outlet.ID },
	}
	for {
		leaf, err := c.Feed.Leaf(ctx, j)
		if err != nil {
			return err
		}
		for i := range leaf.Events {
			e := &leaf.Events[i].Event
			r, err := c.Desk.FindRefund(ctx, purchase.PurchaseRef{Home: e.Home, ID: e.Op})
			if err != nil {
				return err
			}
			if r.Till != k.at.Till.ID || r.Day != day {
				continue
			}
			s.Refunds++
			s.Back += r.Money
			for _, paid := range r.Payments {
				kinds[paid.Kind] -= paid.Amount
			}
		}
		if leaf.Older == 0 {
			return nil
		}
		j.Before = leaf.Older
	}
}
