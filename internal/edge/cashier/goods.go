package cashier

import (
	"net/http"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/offline"
	"kopilka/internal/platform/money"
)

const mostGoods = 12 // that a typed text offers

// Good is a product as a cashier picks it.
type Good struct {
	SKU   string       `json:"sku"`
	Name  string       `json:"name"`
	Price money.Amount `json:"price"`           // kopecks a unit; 0: it is typed
	Exact bool         `json:"exact,omitempty"` // its barcode or SKU was named

	Product *offline.Product `json:"product,omitempty"` // as the till's own rules look at it
}

// goods are the products that a barcode, an SKU or some words name.
func (c *Cashier) goods(k *call) error {
	q := k.r.URL.Query().Get("q")
	list, err := catalog.Search(k.r.Context(), c.DB, q, mostGoods)
	if err != nil {
		return err
	}
	out := struct {
		Goods []Good `json:"goods"`
	}{Goods: []Good{}}
	for i := range list {
		p := &list[i]
		out.Goods = append(out.Goods, Good{SKU: p.SKU, Name: p.Name, Price: p.Price, Exact: len(list) == 1 && named(p, q), Product: c.productOf(p.SKU)})
	}
	return write(k, http.StatusOK, out)
}

// productOf is what rules look at of a product.
func (c *Cashier) productOf(sku string) *offline.Product {
	p, there := c.Desk.Catalog.Get(sku)
	if !there {
		return nil
	}
	return &offline.Product{ID: p.ID, Type: p.Type, Groups: p.Groups, Least: p.Least, Payable: p.Payable, Earns: p.Earns}
}

// named tells whether a text is the product's own SKU or barcode.
func named(p *catalog.Product, text string) bool {
	if p.SKU == text {
		return true
	}
	for _, b := range p.Barcodes {
		if b == text {
			return true
		}
	}
	return false
}
