package crashtest

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"testing"

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
// earned, a welcome gift, an offer with a limit in slots.
func programme() rule.Programme {
	p := purchasetest.Programme()
	p.Welcome = rule.Gift{Points: 1000, Days: 365}
	p.Campaigns = rule.CampaignsOf(rule.Offer{ID: "spring", Name: "Весна", Codes: []string{"A"}, Rate: 10 * money.Percent, Limits: rule.Limits{InAll: 1000, PerHead: 300}})
	return p
}

// cart is the receipt that stands under a key: whoever has the key can send
// it again.
func cart(till id.ID, homes []home.ID, key string) *purchase.Cart {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	n := h.Sum64()
	c := &purchase.Cart{Till: till, Key: key}
	if i := n % (members + 1); i < members {
		c.Buyer.Home = homes[i]
		c.Wish.Max = n>>8%4 == 0
	}
	if n>>16%3 == 0 {
		c.Codes = []string{"a"}
	}
	for i := range n>>24%3 + 1 {
		c.Lines = append(c.Lines, purchasetest.Line(fmt.Sprint("TBS"[i%3:i%3+1], i+1), int64(n>>32%4)+1, money.Amount(n>>40%20_000)))
	}
	return c
}

// sell sells what stands under a key and, of every fourth, takes it back.
func sell(ctx context.Context, desk *purchase.Desk, till id.ID, homes []home.ID, key string) (*purchase.Purchase, error) {
	a, err := desk.Commit(ctx, cart(till, homes, key))
	if err != nil {
		return nil, err
	}
	if key[len(key)-1]%4 == 0 {
		_, err = desk.Refund(ctx, &purchase.RefundRequest{Till: till, Key: "r" + key, Purchase: purchase.PurchaseRef{Till: till, Key: key}})
	}
	return a.Purchase, err
}

// check holds the base to what was acknowledged, keys with the ids of their
// purchases, and proves all that is there if it is asked to.
func check(t *testing.T, d *db.DB, acked map[string]id.ID, whole bool) {
	t.Helper()
	there := map[string]id.ID{}
	refunds := map[string]bool{}
	read := func(q string, to func(key string, i id.ID)) {
		err := d.Each(t.Context(), func(r db.Row) error {
			var doc string
			if err := r.Scan(&doc); err != nil {
				return err
			}
			var p struct {
				Key string
				ID  id.ID
			}
			err := json.Unmarshal([]byte(doc), &p)
			to(p.Key, p.ID)
			return err
		}, q)
		if err != nil {
			t.Fatal(err)
		}
	}
	read("select doc from purchase", func(key string, i id.ID) {
		if there[key] != 0 {
			t.Errorf("%s was sold twice", key)
		}
		there[key] = i
	})
	read("select doc from refund", func(key string, _ id.ID) {
		if refunds[key] {
			t.Errorf("%s was taken back twice", key)
		}
		refunds[key] = true
	})
	for key, i := range acked {
		switch {
		case there[key] != i:
			t.Errorf("%s was acknowledged as %d and is there as %d", key, i, there[key])
		case key[len(key)-1]%4 == 0 && !refunds["r"+key]:
			t.Errorf("%s was acknowledged as taken back and is not", key)
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
