package cashier

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// receipts are those that a number, a fiscal QR or a member finds (exact: only the till's own key), with whose they
// are, as the shift tells of its own. The API looks for them; of a member it finds
// what was sold where the till may see it.
func (c *Cashier) receipts(k *call) error {
	q, asked := k.r.URL.Query(), url.Values{}
	for _, name := range []string{"key", "qr", "member"} {
		if v := q.Get(name); v != "" {
			asked.Set(name, v)
		}
	}
	a := c.ask(k, http.MethodGet, "/purchases?"+asked.Encode(), nil)
	if a.status != http.StatusOK {
		a.relay(k)
		return nil
	}
	var list struct {
		Items []struct {
			ID       string             `json:"id"`
			Number   string             `json:"number"`
			Key      string             `json:"key"`
			At       string             `json:"at"`
			Due      money.Amount       `json:"due"`
			State    string             `json:"state"`
			Payments []purchase.Payment `json:"payments"`
			Member   home.ID            `json:"member"`
			Claim    struct {
				Member home.ID `json:"member"`
			} `json:"claim"`
		} `json:"items"`
		Next string `json:"next"`
	}
	if err := json.Unmarshal(a.body.Bytes(), &list); err != nil {
		return err
	}
	out := struct {
		Receipts []Receipt `json:"receipts"`
		More     bool      `json:"more"` // there are older ones
	}{Receipts: []Receipt{}, More: list.Next != ""}
	var sold []home.ID
	for i := range list.Items {
		p := &list.Items[i]
		of := cmp.Or(p.Claim.Member, p.Member)
		sold = append(sold, of)
		out.Receipts = append(out.Receipts, Receipt{
			ID: p.ID, Number: cmp.Or(p.Number, p.Key), At: p.At, Due: p.Due, Member: of != 0, State: p.State, Ways: waysOf(p.Payments),
		})
	}
	if len(out.Receipts) == 0 && asked.Has("key") && !q.Has("exact") {
		var err error
		if out.Receipts, sold, err = c.ofOutlet(k, asked.Get("key")); err != nil {
			return err
		}
	}
	if err := names(k.r.Context(), c.DB, out.Receipts, sold); err != nil {
		return err
	}
	return write(k, http.StatusOK, out)
}

// numberReaches is how far back a receipt of the outlet is found by its number.
const numberReaches = 60 * 24 * time.Hour

// ofOutlet are the receipts that tills of the outlet have made under a key or, of
// late, printed with a number: what was bought at the next till is brought back to
// this one. Numbers of several tills may be alike.
func (c *Cashier) ofOutlet(k *call, key string) (out []Receipt, sold []home.ID, err error) {
	out = []Receipt{}
	if len(key) > purchase.MaxKey {
		return out, nil, nil
	}
	list, err := c.Desk.Under(k.r.Context(), key, mostShown)
	if err == nil && len(list) == 0 {
		now := c.Clock.Now()
		var part *purchase.LatestPage
		part, err = c.Desk.Latest(k.r.Context(), &purchase.Latest{
			Outlets: []id.ID{k.at.Outlet.ID}, From: now.Add(-numberReaches), Before: now.Add(time.Hour), Limit: mostShown,
			Keep: func(p *purchase.Stored) bool { return p.Number == key },
		})
		if err == nil {
			list = part.Items
		}
	}
	for _, p := range list {
		if p.Outlet != k.at.Outlet.ID {
			continue
		}
		sold = append(sold, p.Buyer())
		r := receiptOf(p)
		r.At = k.at.Outlet.Local(p.At).Format(time.RFC3339)
		out = append(out, r)
	}
	return out, sold, err
}

// receiptOf is a receipt as a till shows it, but for when it was sold.
func receiptOf(p *purchase.Stored) Receipt {
	return Receipt{
		ID: p.Home.String() + "." + p.ID.String(), Number: cmp.Or(p.Number, p.Key), Due: p.Due, Member: p.Buyer().Kind() == home.Member, State: p.State,
		Ways: waysOf(p.Payments),
	}
}
