package demo

import (
	"context"
	"crypto/rand"
	"fmt"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// Try is what a filled base can be tried with.
type Try struct {
	TillKey  string
	AdminKey string
	Phones   []string // of members with points
}

const (
	tryPhones = 3
	lookAt    = 500 // members to look for points at
)

// Find finds members with points in a filled base.
func Find(ctx context.Context, p Parts) (*Try, error) {
	t := &Try{}
	for n := 0; n < lookAt && len(t.Phones) < tryPhones; n++ {
		ref := member.Ref{Kind: member.Phone, Value: phone(n)}
		found, err := member.ResolveAll(ctx, p.DB, []member.Ref{ref})
		if err != nil {
			return nil, err
		}
		for _, m := range found[ref] {
			accounts, err := p.Desk.Accounts(ctx, m.Home)
			if err != nil {
				return nil, err
			}
			for _, a := range accounts {
				if a.Account.Spendable() >= 100*money.Point {
					t.Phones = append(t.Phones, ref.Value)
				}
			}
		}
	}
	if len(t.Phones) == 0 {
		return nil, fault.New(fault.Conflict, "demo.not-ours")
	}
	return t, nil
}

// Request is one request that can be pasted into a shell.
type Request struct {
	Path string
	Key  string // idempotency key
	Body string
}

// Requests sell, spend and refund, in this order, under keys that were not
// used before.
func (t *Try) Requests() []Request {
	run := rand.Text()[:8]
	buyer := fmt.Sprintf(`"buyer":{"phone":"%s"}`, t.Phones[0])
	return []Request{
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
	}
}

// Curl gives the requests as lines for a shell.
func (t *Try) Curl(url string) []string {
	var out []string
	for _, r := range t.Requests() {
		out = append(out, fmt.Sprintf("curl -s %s%s -H 'Authorization: Bearer %s' -H 'Idempotency-Key: %s' -H 'Content-Type: application/json' -d '%s'",
			url, r.Path, t.TillKey, r.Key, r.Body))
	}
	return out
}
