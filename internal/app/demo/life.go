package demo

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// What happens beside sales: families, orders that wait for their payment,
// tickets to sessions, prepaid money, receipts of nobody's that somebody comes with later, and a member who has
// asked to be forgotten.
const (
	perFamily  = 80 // so many members for each household
	perOrder   = 40 // … for each order
	perReceipt = 40 // … for each nameless receipt with its fiscal QR

	orderHold = 6 * time.Hour
)

// drive is the fiscal drive of the demo's nameless receipts: a number that no
// drive has.
const drive = "9999000000000001"

var bySystem = member.Actor{Kind: member.BySystem, Source: "demo"}

func (f *filler) makeLife(ctx context.Context) error {
	for _, step := range []func(context.Context) error{f.makeFamilies, f.makeOrders, f.makeTickets, f.makeDeposits, f.makeNameless, f.forget} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// makeFamilies lets neighbours in the list share an account.
func (f *filler) makeFamilies(ctx context.Context) error {
	for n := range f.size.Members / perFamily {
		first := n*perFamily + perFamily/2
		var others []home.ID
		for i := range 1 + n%3 {
			others = append(others, f.people[first+1+i].home)
		}
		m, err := member.Get(ctx, f.DB, f.people[first].home)
		if err != nil {
			return err
		}
		if _, err := f.Members.FoundHousehold(ctx, m.Home, "Семья: "+m.Profile.Surname, others, bySystem); err != nil {
			return err
		}
	}
	return nil
}

// makeOrders reserves: of three one is paid, one is called off, one waits.
func (f *filler) makeOrders(ctx context.Context) error {
	till := f.places[0].tills[len(f.places[0].tills)-1]
	for n := range f.size.Members / perOrder {
		c := &purchase.Cart{
			Till: till, Key: fmt.Sprintf("order-%04d", n), Channel: "сайт",
			Buyer: purchase.Buyer{Home: f.people[n*perOrder+perOrder/4].home},
			Lines: []purchase.CartLine{{SKU: tickets[0].sku, Name: tickets[0].name, Quantity: 2 * money.Piece, Price: tickets[0].price}},
		}
		c.Wish.Max = n%2 == 0
		if _, err := f.Desk.Reserve(ctx, c, orderHold); err != nil {
			return err
		}
		ref := purchase.PurchaseRef{Till: till, Key: c.Key}
		var err error
		switch n % 3 {
		case 0:
			_, err = f.Desk.Confirm(ctx, &purchase.ConfirmRequest{Till: till, Key: c.Key + "-paid", Reservation: ref})
		case 1:
			_, err = f.Desk.Cancel(ctx, ref)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// makeNameless records receipts of today that carry their fiscal QR; each
// third is given to a member.
func (f *filler) makeNameless(ctx context.Context) error {
	till, zone := f.places[0].tills[0], f.zone()
	for n := range f.size.Members / perReceipt {
		at := f.end.Add(-time.Duration(n+1) * 7 * time.Minute)
		g := bar[n%len(bar)]
		fiscal := &purchase.Fiscal{
			Drive: drive, Number: int64(n + 1), Sign: int64(1_000_000_007 + n*7919),
			Time: at.In(zone).Format("20060102T1504"), Sum: g.price,
		}
		_, err := f.Desk.Record(ctx, &purchase.Cart{
			Till: till, Key: namelessKey(n), Facts: &purchase.Facts{At: at}, Fiscal: fiscal,
			Lines: []purchase.CartLine{{SKU: g.sku, Name: g.name, Quantity: money.Piece, Price: g.price}},
		})
		if err != nil {
			return err
		}
		if n%3 != 0 {
			continue
		}
		if err := f.give(ctx, fiscal, f.people[n*perReceipt+1].home, till); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) give(ctx context.Context, paper *purchase.Fiscal, to home.ID, till id.ID) error {
	_, err := f.Desk.Claim(ctx, &purchase.ClaimRequest{Buyer: purchase.Buyer{Home: to}, Fiscal: paper, Till: till})
	return err
}

func (f *filler) zone() *time.Location {
	zone, err := time.LoadLocation(f.places[0].outlet.Zone)
	if err != nil {
		return time.UTC // saving the outlet has checked it
	}
	return zone
}

// forget erases the last member, who is in no household and has no order.
func (f *filler) forget(ctx context.Context) error {
	_, err := f.Privacy.Erase(ctx, privacy.Erasure{
		Member: f.people[len(f.people)-1].home, Ground: privacy.Demanded, RequestedAt: f.end.Add(-48 * time.Hour),
		Reference: "17/2", Forfeit: true, By: bySystem,
	})
	return err
}

// paper is the QR of a receipt of nobody's that may still be claimed: the
// demo's second one. It is "" where there is none.
func paper(ctx context.Context, p Parts, till id.ID) string {
	s, err := p.Desk.Find(ctx, purchase.PurchaseRef{Till: till, Key: namelessKey(1)})
	if err != nil || s.Fiscal == nil || s.Claim != nil {
		return ""
	}
	f := s.Fiscal
	return fmt.Sprintf("t=%s&s=%d.%02d&fn=%s&i=%d&fp=%d&n=1", f.Time, f.Sum/100, f.Sum%100, f.Drive, f.Number, f.Sign)
}

func namelessKey(n int) string { return fmt.Sprintf("nameless-%04d", n) }
