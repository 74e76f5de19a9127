// Package client speaks the HTTP interface of Kopilka: one method for every
// operation of its OpenAPI document, typed on both sides.
//
//	c, err := client.New("https://loyalty.example.ru", token)
//	…
//	sold, replayed, err := c.CommitPurchase(ctx, "fn9960440302/4711", &client.CommitBody{
//		Buyer: &client.Buyer{Phone: "+79161234567"},
//		Lines: []client.CartLine{{SKU: "popcorn-l", Quantity: "1", Price: 45000}},
//	}, nil)
//
// Money is whole kopecks, points are hundredths of a point, ids are strings.
// A failure that the service names is a *Problem with a stable code.
//
// Operations that are done once under a key, and those that only read, are
// sent again by the client itself when the connection is lost or the service
// is busy: with the same key, so nothing is ever done twice. Nothing else is
// sent again. The client needs only the standard library, and may be used by
// many goroutines at once.
package client

//go:generate go run ../cmd/genclient .
