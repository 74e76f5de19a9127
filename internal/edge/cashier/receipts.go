package cashier

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/money"
)

// receipts are those that a number, a fiscal QR or a member finds, with whose they
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
	if err := names(k.r.Context(), c.DB, out.Receipts, sold); err != nil {
		return err
	}
	return write(k, http.StatusOK, out)
}
