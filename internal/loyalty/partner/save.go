package partner

import (
	"context"
	"errors"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

var errZone = errors.New("partner: no such zone")

// SavePartner makes a partner (ID 0) or changes the one with the ID. A
// Version other than 0 must be the one that is there.
func (r *Registry) SavePartner(ctx context.Context, p Partner) (Partner, error) {
	var f reference.Form
	f.Code("code", &p.Code)
	f.Name("name", &p.Name)
	f.State("state", &p.State)
	if err := f.Err(); err != nil {
		return Partner{}, err
	}
	var saved Partner
	err := r.d.Write(ctx, func(tx *db.Tx) error {
		n := p // p stays as asked for: this may run again
		now, err := reference.Bump(ctx, tx, Set)
		if err != nil {
			return err
		}
		if n.ID == 0 {
			if err := room(ctx, tx, qCountPartners, MaxPartners); err != nil {
				return err
			}
			n.ID, n.Version = r.ids.New(), now
			saved = n
			return audit.Saved(ctx, tx, audit.Now(r.ids), insertPartner(ctx, tx, n), "partner", n.ID, nil, n)
		}
		old, err := partnerByID(ctx, tx, n.ID)
		if err != nil {
			return notFound(err, fault.New(fault.NotFound, "partner.not-found", "id", n.ID))
		}
		if err := unmoved(n.Version, old.Version); err != nil {
			return err
		}
		n.Version = now
		saved = n
		return audit.Saved(ctx, tx, audit.Now(r.ids), updatePartner(ctx, tx, n), "partner", n.ID, old, n)
	})
	if err != nil {
		return Partner{}, taken(err, p.Code)
	}
	return saved, nil
}

// Check refuses what can be no outlet, and puts right what is said in more words
// than one.
func (o *Outlet) Check() error {
	var f reference.Form
	f.Code("code", &o.Code)
	f.Name("name", &o.Name)
	f.Text("address", &o.Address)
	f.State("state", &o.State)
	for _, wrong := range Settings.Check(o) {
		f.Add(wrong)
	}
	zone, err := loadZone(o.Zone)
	if err != nil {
		f.Add(fault.Field{Path: "zone", Code: "partner.zone-unknown"})
	}
	o.zone = zone
	return f.Err()
}

// SaveOutlet makes an outlet (ID 0) or changes the one with the ID. A Version
// other than 0 must be the one that is there. Changing the zone or the
// cut-over leaves the business days of past purchases as they are.
func (r *Registry) SaveOutlet(ctx context.Context, o Outlet) (Outlet, error) {
	if err := o.Check(); err != nil {
		return Outlet{}, err
	}
	var saved Outlet
	err := r.d.Write(ctx, func(tx *db.Tx) error {
		n := o // o stays as asked for: this may run again
		now, err := reference.Bump(ctx, tx, Set)
		if err != nil {
			return err
		}
		if _, err := partnerByID(ctx, tx, n.PartnerID); err != nil {
			return notFound(err, fault.New(fault.Invalid, "partner.not-found", "id", n.PartnerID))
		}
		if n.ID == 0 {
			if err := room(ctx, tx, qCountOutlets, MaxOutlets); err != nil {
				return err
			}
			n.ID, n.Version = r.ids.New(), now
			saved = n
			return audit.Saved(ctx, tx, audit.Now(r.ids), insertOutlet(ctx, tx, n), "outlet", n.ID, nil, n)
		}
		old, err := outletByID(ctx, tx, n.ID)
		if err != nil {
			return notFound(err, fault.New(fault.NotFound, "partner.outlet-not-found", "id", n.ID))
		}
		if err := unmoved(n.Version, old.Version); err != nil {
			return err
		}
		n.Version = now
		saved = n
		return audit.Saved(ctx, tx, audit.Now(r.ids), updateOutlet(ctx, tx, n), "outlet", n.ID, old, n)
	})
	if err != nil {
		return Outlet{}, taken(err, o.Code)
	}
	return saved, nil
}

// SaveTill makes a till (ID 0) or changes the one with the ID. A Version
// other than 0 must be the one that is there. A till stays in its outlet.
func (r *Registry) SaveTill(ctx context.Context, t Till) (Till, error) {
	var f reference.Form
	f.Code("code", &t.Code)
	f.Name("name", &t.Name)
	f.State("state", &t.State)
	if err := f.Err(); err != nil {
		return Till{}, err
	}
	var saved Till
	err := r.d.Write(ctx, func(tx *db.Tx) error {
		n := t // t stays as asked for: this may run again
		now, err := reference.Bump(ctx, tx, Set)
		if err != nil {
			return err
		}
		if n.ID == 0 {
			if _, err := outletByID(ctx, tx, n.OutletID); err != nil {
				return notFound(err, fault.New(fault.Invalid, "partner.outlet-not-found", "id", n.OutletID))
			}
			if err := room(ctx, tx, qCountTills, MaxTills); err != nil {
				return err
			}
			n.ID, n.Version = r.ids.New(), now
			saved = n
			return audit.Saved(ctx, tx, audit.Now(r.ids), insertTill(ctx, tx, n), "till", n.ID, nil, n)
		}
		old, err := tillByID(ctx, tx, n.ID)
		if err != nil {
			return notFound(err, fault.New(fault.NotFound, "partner.till-not-found", "id", n.ID))
		}
		if n.OutletID != old.OutletID {
			return fault.New(fault.Conflict, "partner.till-stays", "code", old.Code)
		}
		if err := unmoved(n.Version, old.Version); err != nil {
			return err
		}
		n.Version = now
		saved = n
		return audit.Saved(ctx, tx, audit.Now(r.ids), updateTill(ctx, tx, n), "till", n.ID, old, n)
	})
	if err != nil {
		return Till{}, taken(err, t.Code)
	}
	return saved, nil
}

func room(ctx context.Context, q db.Q, count string, most int64) error {
	var n int64
	if err := q.Row(ctx, count).Scan(&n); err != nil {
		return err
	}
	if n >= most {
		return fault.New(fault.TooLarge, "partner.too-many", "max", most)
	}
	return nil
}

func unmoved(wanted, there int64) error {
	if wanted != 0 && wanted != there {
		return fault.New(fault.Conflict, "reference.changed")
	}
	return nil
}

func notFound(err error, f *fault.Error) error {
	if errors.Is(err, db.ErrNotFound) {
		return f
	}
	return err
}

func taken(err error, code string) error {
	if errors.Is(err, db.ErrConflict) {
		return fault.Wrap(err, fault.Conflict, "partner.code-taken", "code", code)
	}
	return err
}

// Partner finds a partner.
func (r *Registry) Partner(ctx context.Context, i id.ID) (Partner, error) {
	p, err := partnerByID(ctx, r.d, i)
	return p, notFound(err, fault.New(fault.NotFound, "partner.not-found", "id", i))
}

// Outlet finds an outlet.
func (r *Registry) Outlet(ctx context.Context, i id.ID) (Outlet, error) {
	o, err := outletByID(ctx, r.d, i)
	return o, notFound(err, fault.New(fault.NotFound, "partner.outlet-not-found", "id", i))
}

// Till finds a till.
func (r *Registry) Till(ctx context.Context, i id.ID) (Till, error) {
	t, err := tillByID(ctx, r.d, i)
	return t, notFound(err, fault.New(fault.NotFound, "partner.till-not-found", "id", i))
}

// Partners lists partners by code.
func (r *Registry) Partners(ctx context.Context, p reference.Page) (reference.List[Partner], error) {
	return reference.Rows(ctx, r.d, p, scanPartner, func(p Partner) string { return p.Code }, qPartners)
}

// Outlets lists outlets by code, of one partner or, with 0, of all.
func (r *Registry) Outlets(ctx context.Context, partner id.ID, p reference.Page) (reference.List[Outlet], error) {
	return reference.Rows(ctx, r.d, p, scanOutlet, func(o Outlet) string { return o.Code }, qOutlets, partner)
}

// Tills lists the tills of an outlet by code.
func (r *Registry) Tills(ctx context.Context, outlet id.ID, p reference.Page) (reference.List[Till], error) {
	return reference.Rows(ctx, r.d, p, scanTill, func(t Till) string { return t.Code }, qTills, outlet)
}
