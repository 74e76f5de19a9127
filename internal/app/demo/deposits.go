package demo

import (
	"context"
	"fmt"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const (
	perDeposit   = 100 // so many members for each who has prepaid money
	firstDeposit = 3   // of them; the demo names him
	prepaid      = 5_000_00
)

// makeDeposits lets members put money in beforehand and pay with it: each third
// has got a part of it back, each fifth has closed his deposit.
func (f *filler) makeDeposits(ctx context.Context) error {
	for n := range f.size.Members / perDeposit {
		who := f.people[n*perDeposit+firstDeposit].home
		opened, err := f.deposit(ctx, n, purchase.DepositRequest{Do: purchase.OpenDeposit, Home: who})
		if err != nil {
			return err
		}
		left, err := f.useDeposit(ctx, n, who, opened)
		if err != nil {
			return err
		}
		if n%5 != 4 {
			continue
		}
		_, err = f.deposit(ctx, n, purchase.DepositRequest{Do: purchase.CloseDeposit, Home: who, Deposit: opened, Amount: left, PaidBy: "cash"})
		if err != nil {
			return err
		}
	}
	return nil
}

// useDeposit puts money in and pays with it at the till of the first place; it
// tells what is left.
func (f *filler) useDeposit(ctx context.Context, n int, who home.ID, deposit id.ID) (left money.Amount, err error) {
	place := f.places[0]
	_, err = f.deposit(ctx, n, purchase.DepositRequest{
		Do: purchase.TopUpDeposit, Home: who, Deposit: deposit, Amount: prepaid, PaidBy: "card", Outlet: place.outlet.ID, Reason: fmt.Sprintf("*%04d", 1224+n*37),
	})
	if err != nil {
		return 0, err
	}
	g := tickets[n%len(tickets)]
	c := &purchase.Cart{
		Till: place.tills[0], Key: fmt.Sprintf("prepaid-%04d", n), Buyer: purchase.Buyer{Home: who}, Proof: purchase.Proof{Kind: purchase.ProofSecret},
		Lines: []purchase.CartLine{{SKU: g.sku, Name: g.name, Quantity: 2 * money.Piece, Price: g.price}},
	}
	q, err := f.Desk.Quote(ctx, c)
	if err != nil {
		return 0, err
	}
	c.Payments = []purchase.Payment{{Kind: purchase.DepositKind, Amount: q.Outcome.Due}}
	sold, err := f.Desk.Commit(ctx, c)
	if err != nil || n%3 != 0 {
		return prepaid - q.Outcome.Due, err
	}
	back, err := f.Desk.Refund(ctx, &purchase.RefundRequest{
		Till: place.tills[0], Key: c.Key + "-back", Purchase: purchase.PurchaseRef{Home: sold.Purchase.Home, ID: sold.Purchase.ID},
		Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece}},
	})
	if err != nil {
		return 0, err
	}
	return prepaid - q.Outcome.Due + back.Refund.Money, nil
}

// deposit does one thing to the n-th deposit.
func (f *filler) deposit(ctx context.Context, n int, r purchase.DepositRequest) (id.ID, error) {
	r.By, r.Key, r.Actor = 1, fmt.Sprintf("deposit-%s-%04d", r.Do, n), "demo"
	done, err := f.Desk.DoDeposit(ctx, &r)
	if err != nil {
		return 0, err
	}
	return done.Deposit, nil
}
