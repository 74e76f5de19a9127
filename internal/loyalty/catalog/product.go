package catalog

import (
	"context"
	"errors"
	"slices"
	"strings"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// SaveProduct makes a product (ID 0) or changes the one with the ID, which
// is then no longer unknown; its SKU stays. A Version other than 0 must be
// the one that is there.
func (r *Registry) SaveProduct(ctx context.Context, p Product) (Product, error) {
	if err := check(&p); err != nil {
		return Product{}, err
	}
	var saved Product
	err := r.d.Write(ctx, func(tx *db.Tx) (err error) {
		saved, err = r.save(ctx, tx, p)
		return err
	})
	if err != nil {
		return Product{}, taken(err, p.SKU)
	}
	return saved, nil
}

func (r *Registry) save(ctx context.Context, tx *db.Tx, p Product) (Product, error) {
	now, err := reference.Bump(ctx, tx, Set)
	if err != nil {
		return p, err
	}
	if err := belongs(ctx, tx, p); err != nil {
		return p, err
	}
	wanted := p.Version
	p.Version, p.Unknown = now, false
	if p.ID == 0 {
		if err := room(ctx, tx, qCountProducts, 1, MaxProducts); err != nil {
			return p, err
		}
		p.ID = r.ids.New()
		if err := insertProduct(ctx, tx, p); err != nil {
			return p, err
		}
		return p, audit.Saved(ctx, tx, audit.Now(r.ids), putParts(ctx, tx, p), "product", p.ID, nil, p)
	}
	old, err := productByID(ctx, tx, p.ID)
	if err != nil {
		return p, notFound(err, fault.New(fault.NotFound, "catalog.product-not-found"))
	}
	if err := unmoved(wanted, old.Version); err != nil {
		return p, err
	}
	if p.SKU != old.SKU {
		return p, fault.New(fault.Conflict, "catalog.sku-stays", "sku", old.SKU)
	}
	if err := updateProduct(ctx, tx, p); err != nil {
		return p, err
	}
	return p, audit.Saved(ctx, tx, audit.Now(r.ids), putParts(ctx, tx, p), "product", p.ID, old, p)
}

func putParts(ctx context.Context, tx *db.Tx, p Product) error {
	if err := putGroups(ctx, tx, p); err != nil {
		return err
	}
	if err := putWords(ctx, tx, p); err != nil {
		return err
	}
	err := putBarcodes(ctx, tx, p)
	if errors.Is(err, db.ErrConflict) {
		return fault.New(fault.Conflict, "catalog.barcode-taken")
	}
	return err
}

func check(p *Product) error {
	var f reference.Form
	if !validSKU(p.SKU) {
		f.Add(fault.Field{Path: "sku", Code: "catalog.sku-invalid", Args: fault.Pairs("max", MaxSKU)})
	}
	f.Name("name", &p.Name)
	f.State("state", &p.State)
	f.Range("price", int64(p.Price), 0, MaxPrice)
	f.Range("least_price", int64(p.Least), 0, MaxPrice)
	if p.Price > 0 && p.Least > p.Price {
		f.Add(fault.Field{Path: "least_price", Code: "catalog.least-above"})
	}
	p.GroupIDs = slices.Compact(slices.Sorted(slices.Values(p.GroupIDs)))
	if len(p.GroupIDs) > MaxOf {
		f.Add(fault.Field{Path: "groups", Code: "catalog.too-many", Args: fault.Pairs("max", MaxOf)})
	}
	p.Barcodes = slices.Compact(slices.Sorted(slices.Values(p.Barcodes)))
	if len(p.Barcodes) > MaxOf {
		f.Add(fault.Field{Path: "barcodes", Code: "catalog.too-many", Args: fault.Pairs("max", MaxOf)})
	}
	if at := slices.IndexFunc(p.Barcodes, func(s string) bool { return !validSKU(s) }); at >= 0 {
		f.Add(fault.Field{Path: "barcodes", Code: "catalog.barcode-invalid", Args: fault.Pairs("code", text.Clip(p.Barcodes[at], MaxSKU), "max", MaxSKU)})
	}
	return f.Err()
}

// validSKU takes whatever an outside system calls its products, as long as it
// is one line.
func validSKU(s string) bool { return s != "" && s == strings.TrimSpace(s) && text.Valid(s, MaxSKU) }

func belongs(ctx context.Context, q db.Q, p Product) error {
	if p.TypeID != 0 {
		if _, err := typeByID(ctx, q, p.TypeID); err != nil {
			return notFound(err, fault.New(fault.Invalid, "catalog.type-not-found"))
		}
	}
	n, err := countGroups(ctx, q, p.GroupIDs)
	if err == nil && n != len(p.GroupIDs) {
		return fault.New(fault.Invalid, "catalog.group-not-found")
	}
	return err
}

// Product finds a product.
func (r *Registry) Product(ctx context.Context, i id.ID) (Product, error) {
	p, err := productByID(ctx, r.d, i)
	return p, notFound(err, fault.New(fault.NotFound, "catalog.product-not-found"))
}

// BySKU finds a product by its SKU.
func (r *Registry) BySKU(ctx context.Context, sku string) (Product, error) {
	return by(ctx, r.d, qProductBySKU, sku)
}

// ByBarcode finds a product by one of its barcodes.
func (r *Registry) ByBarcode(ctx context.Context, barcode string) (Product, error) {
	return by(ctx, r.d, qProductByBarcode, barcode)
}

func by(ctx context.Context, q db.Q, query, value string) (Product, error) {
	none := fault.New(fault.NotFound, "catalog.product-not-found")
	if !validSKU(value) {
		return Product{}, none
	}
	p, err := scanProduct(q.Row(ctx, query, value))
	if err != nil {
		return Product{}, notFound(err, none)
	}
	one := []Product{p}
	err = addParts(ctx, q, one)
	return one[0], err
}

// Names gives the names of products by their SKUs.
func (r *Registry) Names(ctx context.Context, skus []string) (map[string]string, error) {
	names := map[string]string{}
	return names, r.d.Each(ctx, func(row db.Row) error {
		var sku, name string
		err := row.Scan(&sku, &name)
		names[sku] = name
		return err
	}, namesThere+r.d.Dialect().In("sku", 1), skus)
}

// Filter narrows a list of products.
type Filter struct {
	TypeID  id.ID // 0: any
	Unknown bool  // only those that staff have not completed
}

// Products lists products by SKU.
func (r *Registry) Products(ctx context.Context, f Filter, p reference.Page) (reference.List[Product], error) {
	l, err := reference.Rows(ctx, r.d, p, scanProduct, func(p Product) string { return p.SKU }, qProducts, f.TypeID, !f.Unknown)
	if err != nil {
		return l, err
	}
	return l, addParts(ctx, r.d, l.Items)
}
