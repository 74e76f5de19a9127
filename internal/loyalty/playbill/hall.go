package playbill

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// SaveHall makes the hall of a code, or makes it what is sent. A Version other
// than 0 must be the one that is there; without a State it stays in its own.
func (r *Registry) SaveHall(ctx context.Context, h Hall) (Hall, error) {
	return first(save(ctx, r, kind[Hall]{
		check: checkHall, code: func(h *Hall) string { return h.Code }, put: r.putHall,
		was: hallByCode, id: func(h *Hall) id.ID { return h.ID }, name: "hall", count: qCountHalls, most: MaxHalls,
	}, []Hall{h}, alone))
}

func checkHall(f *reference.Form, at string, h *Hall) {
	code(f, at+"code", &h.Code)
	f.Name(at+"name", &h.Name)
	state(f, at+"state", h.State)
	zones := map[string]bool{}
	count(f, at+"price_zones", len(h.Zones), MaxZones)
	for i := range h.Zones {
		z, path := &h.Zones[i], fmt.Sprintf("%sprice_zones[%d].", at, i)
		code(f, path+"code", &z.Code)
		f.Text(path+"name", &z.Name)
		once(f, path+"code", zones, z.Code)
	}
	sectors := map[string]bool{}
	count(f, at+"sectors", len(h.Sectors), MaxSectors)
	for i := range h.Sectors {
		s, path := &h.Sectors[i], fmt.Sprintf("%ssectors[%d].", at, i)
		checkSector(f, path, s, zones)
		once(f, path+"code", sectors, s.Code)
	}
}

func checkSector(f *reference.Form, at string, s *Sector, zones map[string]bool) {
	code(f, at+"code", &s.Code)
	f.Text(at+"name", &s.Name)
	zoned(f, at+"price_zone", &s.Zone, zones)
	f.Range(at+"capacity", s.Capacity, 0, MaxCapacity)
	if s.Capacity > 0 && len(s.Rows) > 0 {
		f.Add(fault.Field{Path: at + "capacity", Code: "playbill.rows-or-capacity"})
	}
	count(f, at+"rows", len(s.Rows), MaxRows)
	rows := map[string]bool{}
	for i := range s.Rows {
		r, path := &s.Rows[i], fmt.Sprintf("%srows[%d].", at, i)
		code(f, path+"code", &r.Code)
		once(f, path+"code", rows, r.Code)
		zoned(f, path+"price_zone", &r.Zone, zones)
		f.Range(path+"first", r.First, 0, MaxCapacity)
		f.Range(path+"last", r.Last, r.First, r.First+MaxSeats-1)
	}
}

// once refuses a code that stands before already.
func once(f *reference.Form, path string, seen map[string]bool, code string) {
	folded := text.Fold(code)
	if folded != "" && seen[folded] {
		f.Add(fault.Field{Path: path, Code: "playbill.twice"})
	}
	seen[folded] = true
}

// zoned checks that a price zone is one of the hall's.
func zoned(f *reference.Form, path string, v *string, zones map[string]bool) {
	optional(f, path, v)
	if *v != "" && !zones[text.Fold(*v)] {
		f.Add(fault.Field{Path: path, Code: "playbill.zone-not-found"})
	}
}

func count(f *reference.Form, path string, n, most int) {
	if n > most {
		f.Add(fault.Field{Path: path, Code: "playbill.too-many", Args: fault.Pairs("max", most)})
	}
}

// state checks a state; none is the one that the row has.
func state(f *reference.Form, path string, s reference.State) {
	if s != "" {
		f.State(path, &s)
	}
}

func (r *Registry) putHall(ctx context.Context, tx *db.Tx, at string, h *Hall, version int64) error {
	var outlets int64
	if err := tx.Row(ctx, qCountOutlet, h.OutletID).Scan(&outlets); err != nil {
		return err
	}
	if outlets == 0 {
		return named(fault.New(fault.Invalid, "playbill.outlet-not-found"), at+"outlet")
	}
	old, err := hallByCode(ctx, tx, h.Code)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	if err := unmoved(at, h.Version, old.Version); err != nil {
		return err
	}
	h.ID, h.State, h.Version = old.ID, cmp.Or(h.State, old.State, reference.Active), version
	if h.ID == 0 {
		h.ID = r.ids.New()
		return writeHall(ctx, tx, qInsertHall, h)
	}
	return writeHall(ctx, tx, qUpdateHall, h)
}

// Hall finds a hall by its code.
func (r *Registry) Hall(ctx context.Context, code string) (Hall, error) {
	h, err := hallByCode(ctx, r.d, code)
	return h, missing(err, noHall(fault.NotFound, code))
}

// CloseHall takes a hall out of use; one that is closed stays so.
func (r *Registry) CloseHall(ctx context.Context, code string) (Hall, error) {
	h, err := r.Hall(ctx, code)
	if err != nil {
		return h, err
	}
	h.State = reference.Closed
	return r.SaveHall(ctx, h)
}

// Halls lists halls by code; of an outlet, or (0) of all.
func (r *Registry) Halls(ctx context.Context, outlet id.ID, p reference.Page) (reference.List[Hall], error) {
	p.After = text.Fold(p.After)
	return reference.Rows(ctx, r.d, p, scanHall, func(h Hall) string { return h.Code }, qHalls, outlet)
}
