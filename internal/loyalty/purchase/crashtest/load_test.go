package crashtest

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"testing"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const members = 8

// programme has everything that a purchase can write: points spent and
// earned, some that wait for a ticket, a welcome gift, an offer with a limit in
// slots.
func programme() rule.Programme {
	p := purchasetest.Programme()
	p.Welcome = rule.Gift{Points: 1000, Days: 365}
	p.Campaigns = rule.CampaignsOf(rule.Offer{ID: "spring", Name: "Весна", Codes: []string{"A"}, Rate: 10 * money.Percent, Limits: rule.Limits{InAll: 1000, PerHead: 300}})
	p.Rules = append(p.Rules, rule.Rule{
		ID: "seen", Kind: rule.AccrualRule, Rate: 5 * money.Percent, Terms: &rule.Terms{OnUse: true},
		Scope: []rule.Condition{{Field: rule.FieldType, In: []string{"ticket"}}},
	})
	return p
}

// way is what becomes of a receipt.
type way uint64

const (
	sold     way = iota // at once
	reserved            // and then confirmed
	nameless            // and then given to a member
	told                // late, as a fact
	ticketed            // and then used at the gate
	ways
)

// wayOf is the way of what stands under a key, and numbers to draw it by.
func wayOf(key string) (way, uint64) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	n := h.Sum64()
	return way(n >> 56 % uint64(ways)), n
}

// refunded tells whether what stands under a key is taken back in the end.
func refunded(key string) bool {
	w, _ := wayOf(key)
	return w != ticketed && key[len(key)-1]%4 == 0
}

// cart is the receipt that stands under a key: whoever has the key can send
// it again.
func (o *orders) cart(key string) *purchase.Cart {
	w, n := wayOf(key)
	c := &purchase.Cart{Till: o.Till, Key: key}
	if i := n % (members + 1); i < members && w != nameless {
		c.Buyer.Home = o.Homes[i]
		c.Wish.Max = n>>8%4 == 0 && w != told
	}
	if n>>16%3 == 0 {
		c.Codes = []string{"a"}
	}
	for i := range n>>24%3 + 1 {
		c.Lines = append(c.Lines, purchasetest.Line(fmt.Sprint("TBS"[i%3:i%3+1], i+1), int64(n>>32%4)+1, money.Amount(n>>40%20_000)))
	}
	switch w {
	case reserved:
		c.Key = "h" + key
	case told:
		c.Facts = &purchase.Facts{At: o.Began.Add(-time.Duration(n>>48%600) * time.Minute)}
	case ticketed:
		c.Lines = append(c.Lines, purchasetest.Line("T1", 2, 30_000))
		c.Lines[len(c.Lines)-1].Tickets = []string{key + "-a", key + "-b"}
	}
	return c
}

// sell does all that becomes of what stands under a key. It can be sent again
// from the beginning, wherever it was broken off.
func (o *orders) sell(ctx context.Context, desk *purchase.Desk, key string) (*purchase.Purchase, error) {
	w, n := wayOf(key)
	p, err := o.begin(ctx, desk, w, key)
	if err != nil {
		return nil, err
	}
	switch w {
	case nameless:
		_, err = desk.Claim(ctx, &purchase.ClaimRequest{Buyer: purchase.Buyer{Home: o.Homes[n%members]}, Purchase: purchase.PurchaseRef{Till: o.Till, Key: key}, Till: o.Till})
	case ticketed:
		_, err = desk.Visit(ctx, &purchase.VisitRequest{Till: o.Till, Key: "v" + key, Ticket: key + "-b"})
	}
	if err == nil && refunded(key) {
		_, err = desk.Refund(ctx, &purchase.RefundRequest{Till: o.Till, Key: "r" + key, Purchase: purchase.PurchaseRef{Till: o.Till, Key: key}})
	}
	return p, err
}

func (o *orders) begin(ctx context.Context, desk *purchase.Desk, w way, key string) (*purchase.Purchase, error) {
	commit := desk.Commit
	switch w {
	case told:
		commit = desk.Record
	case reserved:
		if _, err := desk.Reserve(ctx, o.cart(key), time.Hour); err != nil {
			return nil, err
		}
		a, err := desk.Confirm(ctx, &purchase.ConfirmRequest{Till: o.Till, Key: key, Reservation: purchase.PurchaseRef{Till: o.Till, Key: "h" + key}})
		if err != nil {
			return nil, err
		}
		return a.Purchase, nil
	}
	a, err := commit(ctx, o.cart(key))
	if err != nil {
		return nil, err
	}
	return a.Purchase, nil
}

// found is what a base holds, by key.
type found struct {
	purchases, refunds, visits map[string]id.ID
	owners                     map[string]home.ID // whom receipts of nobody's were given to
}

func find(t *testing.T, d *db.DB) found {
	t.Helper()
	f := found{owners: map[string]home.ID{}}
	f.purchases = f.read(t, d, "select doc, coalesce(claimed_by, 0) from purchase")
	f.refunds = f.read(t, d, "select doc, 0 from refund")
	f.visits = f.read(t, d, "select doc, 0 from visit")
	return f
}

// read reads documents; none may be there twice under a key.
func (f *found) read(t *testing.T, d *db.DB, q string) map[string]id.ID {
	t.Helper()
	out := map[string]id.ID{}
	err := d.Each(t.Context(), func(r db.Row) error {
		var doc string
		var owner int64
		if err := r.Scan(&doc, &owner); err != nil {
			return err
		}
		var p struct {
			Key string
			ID  id.ID
		}
		err := json.Unmarshal([]byte(doc), &p)
		if out[p.Key] != 0 {
			t.Errorf("%s is there twice", p.Key)
		}
		out[p.Key] = p.ID
		if owner != 0 {
			f.owners[p.Key] = home.ID(owner)
		}
		return err
	}, q)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// check holds the base to what was acknowledged, keys with the ids of their
// purchases, and proves all that is there if it is asked to.
func (o *orders) check(t *testing.T, d *db.DB, acked map[string]id.ID, whole bool) {
	t.Helper()
	f := find(t, d)
	for key, i := range acked {
		w, n := wayOf(key)
		switch {
		case f.purchases[key] != i:
			t.Errorf("%s was acknowledged as %d and is there as %d", key, i, f.purchases[key])
		case refunded(key) && f.refunds["r"+key] == 0:
			t.Errorf("%s was acknowledged as taken back and is not", key)
		case w == ticketed && f.visits["v"+key] == 0:
			t.Errorf("%s was acknowledged as used and is not", key)
		case w == nameless && f.owners[key] != o.Homes[n%members]:
			t.Errorf("%s was acknowledged as given to a member and is of %d", key, f.owners[key])
		}
	}
	if !whole {
		return
	}
	r, err := verify.Run(t.Context(), d, verify.Options{})
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	for _, b := range r.Breaks {
		t.Errorf("%s: %s %s: found %s, wanted %s, %d rows", b.Invariant, b.Table, b.Key, b.Found, b.Wanted, b.Rows)
	}
}
