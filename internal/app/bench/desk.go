package bench

import (
	"context"
	"log/slog"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/member"
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
	return openDesk(ctx, url, clock.System{})
}

func openDesk(ctx context.Context, url string, now clock.Clock) (*deskServer, error) {
	d, err := db.Open(ctx, db.Options{URL: url})
	if err != nil {
		return nil, err
	}
	s, err := newDesk(ctx, d, now)
	if err != nil {
		d.Close()
	}
	return s, err
}

func newDesk(ctx context.Context, d *db.DB, now clock.Clock) (*deskServer, error) {
	ids := id.NewMaker(nodeOfBench - 1)
	programmes := &programme.Programmes{DB: d, IDs: ids, Clock: now}
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
		DB: d, IDs: ids, Clock: now, Log: slog.New(slog.DiscardHandler),
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
	return &deskCaller{s, till}, nil
}

type deskCaller struct {
	server *deskServer
	till   id.ID
}

func (c *deskCaller) cart(r *Receipt) *purchase.Cart {
	cart := &purchase.Cart{Till: c.till, Key: r.Key, Buyer: purchase.Buyer{Kind: "phone", Value: r.Phone}, Lines: make([]purchase.CartLine, len(r.Lines))}
	for i, l := range r.Lines {
		cart.Lines[i] = purchase.CartLine{SKU: l.SKU, Quantity: money.Quantity(l.Pieces) * money.Piece, Price: l.Price}
	}
	return cart
}

// Sell commits by the desk itself.
func (c *deskCaller) Sell(ctx context.Context, r *Receipt) error {
	_, err := c.server.desk.Commit(ctx, c.cart(r))
	return err
}

// Quote asks the desk itself.
func (c *deskCaller) Quote(ctx context.Context, r *Receipt) error {
	_, err := c.server.desk.Quote(ctx, c.cart(r))
	return err
}

// Find looks the member up in the base.
func (c *deskCaller) Find(ctx context.Context, phone string) error {
	found, err := member.Find(ctx, c.server.d, phone, "")
	if err == nil && len(found) != 1 {
		err = errNobody
	}
	return err
}

// Close does nothing.
func (c *deskCaller) Close() {}
