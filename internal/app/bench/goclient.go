package bench

import (
	"context"
	"strconv"

	"kopilka/client"
)

// goCaller is a till that uses the Go client.
type goCaller struct {
	c    *client.Client
	body client.CommitBody
}

// NewGoCaller gives a client's way to the program at the URL by the Go client,
// with its till's key: what a till on Go sees, whose own work is then measured
// with the program's.
func NewGoCaller(base, token string) (Caller, error) {
	c, err := client.New(base, token, client.WithTimeout(answerTimeout))
	if err != nil {
		return nil, err
	}
	return &goCaller{c: c, body: client.CommitBody{Buyer: &client.Buyer{}, Lines: make([]client.CartLine, 3)}}, nil
}

// Sell commits a receipt.
func (g *goCaller) Sell(ctx context.Context, r *Receipt) error {
	g.body.Buyer.Phone = r.Phone
	for i, l := range r.Lines {
		g.body.Lines[i] = client.CartLine{SKU: l.SKU, Quantity: strconv.FormatInt(l.Pieces, 10), Price: int64(l.Price)}
	}
	_, _, err := g.c.CommitPurchase(ctx, r.Key, &g.body, nil)
	return err
}

// Close ends its connections.
func (g *goCaller) Close() { g.c.Close() }
