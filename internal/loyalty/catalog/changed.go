package catalog

import (
	"context"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Mark is how far somebody has followed the changes of products: up to a
// version of the set, and to a product of it. The zero Mark is the beginning.
type Mark struct {
	Version int64
	Product id.ID
}

const (
	qChanged = qAllProduct + ` where p.version >= $1 and (p.version > $1 or p.product_id > $2) order by p.version, p.product_id limit $3`
	qSold    = `select count(*) from product where state = 'active' and (not unknown or name <> sku)`
	qKinds   = `select coalesce(max(version), 0) from product_type`
)

// Changed gives the products that have changed after a mark, closed ones too, in
// the order of their last changes, and the mark of the last of them.
func Changed(ctx context.Context, q db.Q, after Mark, limit int) ([]Product, Mark, error) {
	out, err := db.All(ctx, q, scanProduct, qChanged, after.Version, after.Product, limit)
	if err != nil || len(out) == 0 {
		return nil, after, err
	}
	last := &out[len(out)-1]
	return out, Mark{last.Version, last.ID}, addParts(ctx, q, out)
}

// CountSold is how many products are sold.
func CountSold(ctx context.Context, q db.Q) (n int, err error) {
	return n, q.Row(ctx, qSold).Scan(&n)
}

// KindsVersion is that of the set when a type was last changed: what a product is
// to the rules changes with its type, without a change of its own.
func KindsVersion(ctx context.Context, q db.Q) (v int64, err error) {
	return v, q.Row(ctx, qKinds).Scan(&v)
}
