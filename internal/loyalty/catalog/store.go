package catalog

import (
	"context"
	"maps"
	"slices"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

const (
	typeColumns    = `product_type_id, code, name_ru, name_en, payable, earns, state, version`
	groupColumns   = `product_group_id, code, name, state, version`
	productColumns = `p.product_id, p.sku, p.name, coalesce(p.product_type_id, 0), p.price, p.least_price, p.unknown, p.state, p.version`

	qAllTypes   = `select ` + typeColumns + ` from product_type`
	qTypeByID   = qAllTypes + ` where product_type_id = $1`
	qBareTypes  = `select code from product_type t where not exists (select 1 from product p where p.product_type_id = t.product_type_id and p.state = 'active') order by code`
	qAllGroups  = `select ` + groupColumns + ` from product_group`
	qGroupByID  = qAllGroups + ` where product_group_id = $1`
	qAllProduct = `select ` + productColumns + ` from product p`

	qProductByID      = qAllProduct + ` where p.product_id = $1`
	qProductBySKU     = qAllProduct + ` where p.sku = $1`
	qProductByBarcode = qAllProduct + ` join product_barcode b on b.product_id = p.product_id where b.barcode = $1`

	qCountTypes    = `select count(*) from product_type`
	qCountGroups   = `select count(*) from product_group`
	qCountProducts = `select count(*) from product`

	listed  = ` where code > $1 and ($2 = '' or search_folded like $2 escape '\') and ($3 = '' or state = $3) order by code limit $4`
	qTypes  = qAllTypes + listed
	qGroups = qAllGroups + listed

	qProducts = qAllProduct + ` where p.sku > $1 and ($2 = '' or p.search_folded like $2 escape '\') and ($3 = '' or p.state = $3)
		and (p.product_type_id = $5 or $5 = 0) and (p.unknown or $6) order by p.sku limit $4`

	qInsertType = `insert into product_type (` + typeColumns + `, search_folded) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	qUpdateType = `update product_type set code = $2, name_ru = $3, name_en = $4, payable = $5, earns = $6, state = $7, version = $8,
		search_folded = $9 where product_type_id = $1`
	qInsertGroup   = `insert into product_group (` + groupColumns + `, search_folded) values ($1, $2, $3, $4, $5, $6)`
	qUpdateGroup   = `update product_group set code = $2, name = $3, state = $4, version = $5, search_folded = $6 where product_group_id = $1`
	qInsertProduct = `insert into product (product_id, sku, name, product_type_id, price, least_price, unknown, state, version, search_folded)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	qUpdateProduct = `update product set name = $2, product_type_id = $3, price = $4, least_price = $5, unknown = $6, state = $7, version = $8,
		search_folded = $9 where product_id = $1`

	qDropGroups   = `delete from product_in_group where product_id = $1`
	qDropBarcodes = `delete from product_barcode where product_id = $1`

	qEntriesSince = `select product_id, sku, coalesce(product_type_id, 0), least_price, unknown from product where version > $1`
	qGroupsSince  = `select g.product_id, g.product_group_id from product p join product_in_group g on g.product_id = p.product_id
		where p.version > $1 order by g.product_id, g.product_group_id`

	groupsThere = `select count(*) from product_group where `
	skusThere   = `select sku from product where `
	namesThere  = `select sku, name from product where `
	groupsOf    = `select product_id, product_group_id from product_in_group where `
	barcodesOf  = `select product_id, barcode from product_barcode where `
)

var (
	insertUnknown = db.Many{
		PG: `insert into product (product_id, sku, name, price, least_price, unknown, state, version, search_folded)
			select u.id, u.sku, u.name, 0, 0, true, 'active', u.version, u.search
			from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[]) as u(id, sku, name, version, search)`,
		Lite: `insert into product (product_id, sku, name, price, least_price, unknown, state, version, search_folded)
			values ($1, $2, $3, 0, 0, true, 'active', $4, $5)`,
		Types: []string{"bigint", "text", "text", "bigint", "text"}, Exact: true,
	}
	insertGroups = db.Many{
		PG:    `insert into product_in_group (product_id, product_group_id) select * from unnest($1::bigint[], $2::bigint[])`,
		Lite:  `insert into product_in_group (product_id, product_group_id) values ($1, $2)`,
		Types: []string{"bigint", "bigint"},
	}
	insertBarcodes = db.Many{
		PG:    `insert into product_barcode (product_id, barcode) select * from unnest($1::bigint[], $2::text[])`,
		Lite:  `insert into product_barcode (product_id, barcode) values ($1, $2)`,
		Types: []string{"bigint", "text"},
	}
)

func scanType(r db.Row) (t Type, err error) {
	err = r.Scan(&t.ID, &t.Code, &t.NameRU, &t.NameEN, &t.Payable, &t.Earns, &t.State, &t.Version)
	return t, err
}

func scanGroup(r db.Row) (g Group, err error) {
	err = r.Scan(&g.ID, &g.Code, &g.Name, &g.State, &g.Version)
	return g, err
}

func scanProduct(r db.Row) (p Product, err error) {
	err = r.Scan(&p.ID, &p.SKU, &p.Name, &p.TypeID, (*int64)(&p.Price), (*int64)(&p.Least), &p.Unknown, &p.State, &p.Version)
	return p, err
}

func typeByID(ctx context.Context, q db.Q, i id.ID) (Type, error) {
	return scanType(q.Row(ctx, qTypeByID, i))
}

func groupByID(ctx context.Context, q db.Q, i id.ID) (Group, error) {
	return scanGroup(q.Row(ctx, qGroupByID, i))
}

func productByID(ctx context.Context, q db.Q, i id.ID) (Product, error) {
	p, err := scanProduct(q.Row(ctx, qProductByID, i))
	if err != nil {
		return Product{}, err
	}
	one := []Product{p}
	err = addParts(ctx, q, one)
	return one[0], err
}

func insertType(ctx context.Context, q db.Q, t Type) error {
	_, err := q.Exec(ctx, qInsertType, t.ID, t.Code, t.NameRU, t.NameEN, t.Payable, t.Earns, t.State, t.Version, foldType(t))
	return err
}

func updateType(ctx context.Context, q db.Q, t Type) error {
	_, err := q.Exec(ctx, qUpdateType, t.ID, t.Code, t.NameRU, t.NameEN, t.Payable, t.Earns, t.State, t.Version, foldType(t))
	return err
}

func foldType(t Type) string { return reference.Fold(t.Code, t.NameRU, t.NameEN) }

func insertGroup(ctx context.Context, q db.Q, g Group) error {
	_, err := q.Exec(ctx, qInsertGroup, g.ID, g.Code, g.Name, g.State, g.Version, reference.Fold(g.Code, g.Name))
	return err
}

func updateGroup(ctx context.Context, q db.Q, g Group) error {
	_, err := q.Exec(ctx, qUpdateGroup, g.ID, g.Code, g.Name, g.State, g.Version, reference.Fold(g.Code, g.Name))
	return err
}

func insertProduct(ctx context.Context, q db.Q, p Product) error {
	_, err := q.Exec(ctx, qInsertProduct, p.ID, p.SKU, p.Name, db.N(p.TypeID), db.I(p.Price), db.I(p.Least), p.Unknown, p.State, p.Version,
		reference.Fold(p.SKU, p.Name))
	return err
}

func updateProduct(ctx context.Context, q db.Q, p Product) error {
	_, err := q.Exec(ctx, qUpdateProduct, p.ID, p.Name, db.N(p.TypeID), db.I(p.Price), db.I(p.Least), p.Unknown, p.State, p.Version, reference.Fold(p.SKU, p.Name))
	return err
}

func putGroups(ctx context.Context, q db.Q, p Product) error {
	if _, err := q.Exec(ctx, qDropGroups, p.ID); err != nil {
		return err
	}
	m := insertGroups.Of()
	for _, g := range p.GroupIDs {
		m.Add(int64(p.ID), int64(g))
	}
	return m.Run(ctx, q)
}

func putBarcodes(ctx context.Context, q db.Q, p Product) error {
	if _, err := q.Exec(ctx, qDropBarcodes, p.ID); err != nil {
		return err
	}
	m := insertBarcodes.Of()
	for _, b := range p.Barcodes {
		m.Add(int64(p.ID), b)
	}
	return m.Run(ctx, q)
}

func countGroups(ctx context.Context, q db.Q, groups []id.ID) (n int, err error) {
	if len(groups) == 0 {
		return 0, nil
	}
	ids := make([]int64, len(groups))
	for i, g := range groups {
		ids[i] = int64(g)
	}
	err = q.Row(ctx, groupsThere+q.Dialect().In("product_group_id", 1), ids).Scan(&n)
	return n, err
}

// missingOf gives the SKUs among the keys that no product has, in order.
func missingOf(ctx context.Context, q db.Q, names map[string]string) ([]string, error) {
	skus := slices.Sorted(maps.Keys(names))
	there := map[string]bool{}
	err := q.Each(ctx, func(r db.Row) error {
		var sku string
		err := r.Scan(&sku)
		there[sku] = true
		return err
	}, skusThere+q.Dialect().In("sku", 1), skus)
	return slices.DeleteFunc(skus, func(sku string) bool { return there[sku] }), err
}

// addParts adds the products' groups and barcodes.
func addParts(ctx context.Context, q db.Q, products []Product) error {
	at := map[int64]*Product{}
	for i := range products {
		at[int64(products[i].ID)] = &products[i]
	}
	ids := slices.Collect(maps.Keys(at))
	var b db.Batch
	b.Each(func(r db.Row) error {
		var product int64
		var group id.ID
		if err := r.Scan(&product, &group); err != nil {
			return err
		}
		at[product].GroupIDs = append(at[product].GroupIDs, group)
		return nil
	}, groupsOf+q.Dialect().In("product_id", 1)+" order by product_id, product_group_id", ids)
	b.Each(func(r db.Row) error {
		var product int64
		var barcode string
		if err := r.Scan(&product, &barcode); err != nil {
			return err
		}
		at[product].Barcodes = append(at[product].Barcodes, barcode)
		return nil
	}, barcodesOf+q.Dialect().In("product_id", 1)+" order by product_id, barcode", ids)
	return q.Run(ctx, &b)
}
