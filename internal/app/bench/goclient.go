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
	g.body.Buyer.Phone, g.body.Lines = r.Phone, g.lines(r)
	_, _, err := g.c.CommitPurchase(ctx, r.Key, &g.body, nil)
	return err
}

// lines writes the receipt's lines where those of the one before were.
func (g *goCaller) lines(r *Receipt) []client.CartLine {
	for i, l := range r.Lines {
		g.body.Lines[i] = client.CartLine{SKU: l.SKU, Quantity: strconv.FormatInt(l.Pieces, 10), Price: int64(l.Price)}
	}
	return g.body.Lines
}

// Quote asks what a receipt would come to.
func (g *goCaller) Quote(ctx context.Context, r *Receipt) error {
	_, err := g.c.QuotePurchase(ctx, &client.CartBody{Buyer: &client.Buyer{Phone: r.Phone}, Lines: g.lines(r)}, nil)
	return err
}

// Find looks a member up by his phone.
func (g *goCaller) Find(ctx context.Context, phone string) error {
	found, err := g.c.FindMembers(ctx, &client.FindMembersQuery{Q: phone})
	if err == nil && len(found.Items) != 1 {
		err = errNobody
	}
	return err
}

// Close ends its connections.
func (g *goCaller) Close() { g.c.Close() }
