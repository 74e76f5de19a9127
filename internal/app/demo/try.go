package demo

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// Try is what a filled base can be tried with.
type Try struct {
	TillKey  string
	Pairing  string // code that connects the cashier workplace of the same till
	AdminKey string
	Members  []Known // with points
	Paper    string  // QR of a fiscal receipt of nobody's; "": none is left
}

// Known is a member to try things with.
type Known struct {
	Phone, Card, Level string
	Points             money.Points
}

const (
	tryMembers = 3
	lookAt     = 500 // members to look for points at

	cinemaTills = 10 // more than there are
)

// Find finds members with points in a filled base.
func Find(ctx context.Context, p Parts) (*Try, error) {
	t := &Try{}
	for n := 0; n < lookAt && len(t.Members) < tryMembers; n++ {
		ref := member.Ref{Kind: member.Phone, Value: phone(n)}
		found, err := member.ResolveAll(ctx, p.DB, []member.Ref{ref})
		if err != nil {
			return nil, err
		}
		for _, m := range found[ref] {
			if err := t.add(ctx, p, ref.Value, m.Home); err != nil {
				return nil, err
			}
		}
	}
	cinema, ok := p.Directory.OutletByCode(Cinema)
	if !ok || len(t.Members) == 0 {
		return nil, fault.New(fault.Conflict, "demo.not-ours")
	}
	tills, err := p.Partners.Tills(ctx, cinema.ID, reference.Page{Limit: cinemaTills})
	for _, till := range tills.Items {
		t.Paper = cmp.Or(t.Paper, paper(ctx, p, till.ID))
	}
	return t, err
}

// add takes a member in who has enough points and whose level no other has.
func (t *Try) add(ctx context.Context, p Parts, phone string, h home.ID) error {
	accounts, err := p.Desk.Accounts(ctx, h)
	if err != nil {
		return err
	}
	for i := range accounts {
		a := &accounts[i]
		k := Known{Phone: phone, Points: a.Account.Spendable()}
		if a.Level != nil && a.Level.Level != nil {
			k.Level = a.Level.Level.Name
		}
		if k.Points < 100*money.Point || slices.ContainsFunc(t.Members, func(o Known) bool { return o.Level == k.Level }) {
			continue
		}
		cards, err := card.List(ctx, p.DB, h)
		if err != nil {
			return err
		}
		if len(cards) > 0 {
			k.Card = cards[0].Number
		}
		t.Members = append(t.Members, k)
	}
	return nil
}

// Request is one request that can be pasted into a shell.
type Request struct {
	Path string
	Key  string // idempotency key; "": it takes none
	Body string
}

// Requests quote an order that campaigns act on, sell, spend and refund, reserve,
// and give a receipt of nobody's to a member, in this order, under keys that
// were not used before.
func (t *Try) Requests() []Request {
	run := rand.Text()[:8]
	buyer := fmt.Sprintf(`"buyer":{"phone":"%s"}`, t.Members[0].Phone)
	list := []Request{
		{
			Path: "/api/v1/quotes", Key: "try-" + run + "-0",
			Body: `{` + buyer + `,"sales_channel":"сайт","codes":["ДРУЗЬЯ"],"lines":[{"sku":"kino-vzr","quantity":"3","price":45000},{"sku":"popcorn-s","quantity":"1","price":24000}]}`,
		},
		{
			Path: "/api/v1/purchases", Key: "try-" + run + "-1",
			Body: `{` + buyer + `,"lines":[{"sku":"kino-vzr","quantity":"2","price":45000},{"sku":"popcorn-l","quantity":"1","price":39000}]}`,
		},
		{
			Path: "/api/v1/purchases", Key: "try-" + run + "-2",
			Body: `{` + buyer + `,"lines":[{"sku":"kino-vzr","quantity":"1","price":45000}],"spend_max":true}`,
		},
		{
			Path: "/api/v1/refunds", Key: "try-" + run + "-3",
			Body: `{"purchase":{"key":"try-` + run + `-2"},"whole":true}`,
		},
		{
			Path: "/api/v1/reservations", Key: "try-" + run + "-4",
			Body: `{` + buyer + `,"lines":[{"sku":"kino-vzr","quantity":"2","price":45000}],"spend_max":true,"hold_minutes":30}`,
		},
	}
	if t.Paper != "" {
		list = append(list, Request{Path: "/api/v1/purchases/claim", Body: `{` + buyer + `,"qr":"` + t.Paper + `"}`})
	}
	return list
}

// Curl gives the requests as lines for a shell.
func (t *Try) Curl(url string) []string {
	var out []string
	for _, r := range t.Requests() {
		key := ""
		if r.Key != "" {
			key = fmt.Sprintf(" -H 'Idempotency-Key: %s'", r.Key)
		}
		out = append(out, fmt.Sprintf("curl -s %s%s -H 'Authorization: Bearer %s'%s -H 'Content-Type: application/json' -d '%s'",
			url, r.Path, t.TillKey, key, r.Body))
	}
	return out
}
