package cashier

import (
	"fmt"
	"net/http"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// catalogueAtOnce is how many products a till is given with one answer.
const catalogueAtOnce = 500

// catalogued is what a till finds goods by where it can't ask.
type catalogued struct {
	Anew  bool      `json:"anew,omitempty"` // what it kept before is to be forgotten
	Goods []keptOne `json:"goods"`
	Gone  []string  `json:"gone"`            // SKUs that are not sold any more
	Mark  string    `json:"mark"`            // to be sent next time
	More  bool      `json:"more,omitempty"`  // there is more after the mark
	Total *int      `json:"total,omitempty"` // of all that are sold, where it was asked for and there is no more
}

// keptOne is a product as a till keeps it.
type keptOne struct {
	Good
	Barcodes []string `json:"barcodes,omitempty"`
}

// mark is how far a till has followed the catalogue. It begins anew when a type
// of products has changed, and where the browser becomes another till.
type mark struct {
	till  id.ID
	kinds int64
	catalog.Mark
}

// String writes the mark as the till keeps it.
func (m mark) String() string {
	return fmt.Sprintf("%d.%d.%d.%d", m.till, m.kinds, m.Version, m.Product)
}

func readMark(s string) (m mark, err error) {
	if s == "" {
		return m, nil
	}
	if n, err := fmt.Sscanf(s, "%d.%d.%d.%d", &m.till, &m.kinds, &m.Version, &m.Product); n != 4 || err != nil || m.String() != s {
		return m, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "after", Code: "api.cursor"})
	}
	return m, nil
}

// catalogue gives a till what has changed in the catalogue since its mark.
func (c *Cashier) catalogue(k *call) error {
	ctx := k.r.Context()
	after, err := readMark(k.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	kinds, err := catalog.KindsVersion(ctx, c.DB)
	if err != nil {
		return err
	}
	out := catalogued{Goods: []keptOne{}, Gone: []string{}, Anew: after.till != k.at.Till.ID || after.kinds != kinds}
	if out.Anew {
		after = mark{till: k.at.Till.ID, kinds: kinds}
	}
	list, last, err := catalog.Changed(ctx, c.DB, after.Mark, catalogueAtOnce)
	if err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		if !p.Sold() {
			out.Gone = append(out.Gone, p.SKU)
			continue
		}
		out.Goods = append(out.Goods, keptOne{Good{SKU: p.SKU, Name: p.Name, Price: p.Price, Product: c.productOf(p.SKU)}, p.Barcodes})
	}
	out.Mark, out.More = mark{k.at.Till.ID, kinds, last}.String(), len(list) == catalogueAtOnce
	if k.r.URL.Query().Has("count") && !out.More {
		total, err := catalog.CountSold(ctx, c.DB)
		if err != nil {
			return err
		}
		out.Total = &total
	}
	return write(k, http.StatusOK, out)
}
