package bench

import (
	"context"
	"log/slog"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// startDesk starts the desk alone, without HTTP, keys, figures and seals: the
// difference is what those cost.
func startDesk(ctx context.Context, url string) (Server, error) {
	d, err := db.Open(ctx, db.Options{URL: url})
	if err != nil {
		return nil, err
	}
	ids := id.NewMaker(nodeOfBench - 1)
	programmes := &programme.Programmes{DB: d, IDs: ids, Clock: clock.System{}}
	if err := programmes.Refresh(ctx); err != nil {
		return nil, err
	}
	dir, index := partner.NewDirectory(), catalog.NewIndex()
	if _, err := dir.Refresh(ctx, d); err != nil {
		return nil, err
	}
	if _, err := index.Refresh(ctx, d); err != nil {
		return nil, err
	}
	return &deskServer{d: d, desk: purchase.New(purchase.Options{
		DB: d, IDs: ids, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler),
		Programmes: programmes, Directory: dir, Catalog: index, Secret: make([]byte, 32),
	})}, nil
}

func (s *deskServer) Close(context.Context) error {
	s.desk.Close()
	s.d.Close()
	return nil
}

type deskServer struct {
	d    *db.DB
	desk *purchase.Desk
}

func (s *deskServer) Call(till id.ID, _ string) (Caller, error) {
	return &deskCaller{s.desk, till}, nil
}

type deskCaller struct {
	desk *purchase.Desk
	till id.ID
}

// Sell commits by the desk itself.
func (c *deskCaller) Sell(ctx context.Context, r *Receipt) error {
	cart := &purchase.Cart{Till: c.till, Key: r.Key, Buyer: purchase.Buyer{Kind: "phone", Value: r.Phone}, Lines: make([]purchase.CartLine, len(r.Lines))}
	for i, l := range r.Lines {
		cart.Lines[i] = purchase.CartLine{SKU: l.SKU, Quantity: money.Quantity(l.Pieces) * money.Piece, Price: l.Price}
	}
	_, err := c.desk.Commit(ctx, cart)
	return err
}

// Close does nothing.
func (c *deskCaller) Close() {}
