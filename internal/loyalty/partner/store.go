package partner

import (
	"context"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

const (
	partnerColumns = `partner_id, code, name, state, version`
	outletColumns  = `outlet_id, partner_id, code, name, zone, day_cutover, address, state, version`
	tillColumns    = `till_id, outlet_id, code, name, state, version`

	qPartnerByID = `select ` + partnerColumns + ` from partner where partner_id = $1`
	qOutletByID  = `select ` + outletColumns + ` from outlet where outlet_id = $1`
	qTillByID    = `select ` + tillColumns + ` from till where till_id = $1`

	qAllPartners = `select ` + partnerColumns + ` from partner`
	qAllOutlets  = `select ` + outletColumns + ` from outlet`
	qAllTills    = `select ` + tillColumns + ` from till`

	qCountPartners = `select count(*) from partner`
	qCountOutlets  = `select count(*) from outlet`
	qCountTills    = `select count(*) from till`

	listed = ` where code > $1 and ($2 = '' or search_folded like $2 escape '\') and ($3 = '' or state = $3)`

	qPartners = qAllPartners + listed + ` order by code limit $4`
	qOutlets  = qAllOutlets + listed + ` and (partner_id = $5 or $5 = 0) order by code limit $4`
	qTills    = qAllTills + listed + ` and outlet_id = $5 order by code limit $4`

	qInsertPartner = `insert into partner (` + partnerColumns + `, search_folded) values ($1, $2, $3, $4, $5, $6)`
	qInsertOutlet  = `insert into outlet (` + outletColumns + `, search_folded) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	qInsertTill    = `insert into till (` + tillColumns + `, search_folded) values ($1, $2, $3, $4, $5, $6, $7)`

	qUpdatePartner = `update partner set code = $2, name = $3, state = $4, version = $5, search_folded = $6 where partner_id = $1`
	qUpdateOutlet  = `update outlet set partner_id = $2, code = $3, name = $4, zone = $5, day_cutover = $6, address = $7, state = $8,
		version = $9, search_folded = $10 where outlet_id = $1`
	qUpdateTill = `update till set code = $2, name = $3, state = $4, version = $5, search_folded = $6 where till_id = $1`
)

func scanPartner(r db.Row) (p Partner, err error) {
	err = r.Scan(&p.ID, &p.Code, &p.Name, &p.State, &p.Version)
	return p, err
}

func scanOutlet(r db.Row) (o Outlet, err error) {
	err = r.Scan(&o.ID, &o.PartnerID, &o.Code, &o.Name, &o.Zone, &o.Cutover, &o.Address, &o.State, &o.Version)
	return o, err
}

func scanTill(r db.Row) (t Till, err error) {
	err = r.Scan(&t.ID, &t.OutletID, &t.Code, &t.Name, &t.State, &t.Version)
	return t, err
}

func partnerByID(ctx context.Context, q db.Q, i id.ID) (Partner, error) {
	return scanPartner(q.Row(ctx, qPartnerByID, i))
}

func outletByID(ctx context.Context, q db.Q, i id.ID) (Outlet, error) {
	return scanOutlet(q.Row(ctx, qOutletByID, i))
}

func tillByID(ctx context.Context, q db.Q, i id.ID) (Till, error) {
	return scanTill(q.Row(ctx, qTillByID, i))
}

func insertPartner(ctx context.Context, q db.Q, p Partner) error {
	_, err := q.Exec(ctx, qInsertPartner, p.ID, p.Code, p.Name, p.State, p.Version, reference.Fold(p.Code, p.Name))
	return err
}

func updatePartner(ctx context.Context, q db.Q, p Partner) error {
	_, err := q.Exec(ctx, qUpdatePartner, p.ID, p.Code, p.Name, p.State, p.Version, reference.Fold(p.Code, p.Name))
	return err
}

func insertOutlet(ctx context.Context, q db.Q, o Outlet) error {
	_, err := q.Exec(ctx, qInsertOutlet, o.ID, o.PartnerID, o.Code, o.Name, o.Zone, o.Cutover, o.Address, o.State, o.Version,
		reference.Fold(o.Code, o.Name, o.Address))
	return err
}

func updateOutlet(ctx context.Context, q db.Q, o Outlet) error {
	_, err := q.Exec(ctx, qUpdateOutlet, o.ID, o.PartnerID, o.Code, o.Name, o.Zone, o.Cutover, o.Address, o.State, o.Version,
		reference.Fold(o.Code, o.Name, o.Address))
	return err
}

func insertTill(ctx context.Context, q db.Q, t Till) error {
	_, err := q.Exec(ctx, qInsertTill, t.ID, t.OutletID, t.Code, t.Name, t.State, t.Version, reference.Fold(t.Code, t.Name))
	return err
}

func updateTill(ctx context.Context, q db.Q, t Till) error {
	_, err := q.Exec(ctx, qUpdateTill, t.ID, t.Code, t.Name, t.State, t.Version, reference.Fold(t.Code, t.Name))
	return err
}
