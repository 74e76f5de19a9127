package partner

import (
	"cmp"
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// Directory finds partners, outlets and tills in memory, closed ones too. It
// knows nothing until the first Refresh; a till made since the last one is
// found after the next. It is safe for concurrent use.
type Directory struct{ cache *reference.Cache[snapshot] }

type snapshot struct {
	partners      map[id.ID]Partner
	outlets       map[id.ID]Outlet
	tills         map[id.ID]Till
	partnerByCode map[string]id.ID
	outletByCode  map[string]id.ID
	tillByCode    map[tillCode]id.ID
}

type tillCode struct {
	outlet id.ID
	code   string
}

// NewDirectory makes a directory that is empty until Refresh.
func NewDirectory() *Directory {
	return &Directory{reference.NewCache(Set, &snapshot{}, loadSnapshot)}
}

// Refresh loads what has changed in the base since the last time, by one
// short query where nothing has; it tells whether anything had.
func (d *Directory) Refresh(ctx context.Context, q db.Q) (bool, error) {
	return d.cache.Refresh(ctx, q)
}

// Partner finds a partner by id.
func (d *Directory) Partner(i id.ID) (Partner, bool) {
	p, ok := d.cache.Get().partners[i]
	return p, ok
}

// PartnerByCode finds a partner by code.
func (d *Directory) PartnerByCode(code string) (Partner, bool) {
	s := d.cache.Get()
	p, ok := s.partners[s.partnerByCode[code]]
	return p, ok
}

// Outlet finds an outlet by id.
func (d *Directory) Outlet(i id.ID) (Outlet, bool) {
	o, ok := d.cache.Get().outlets[i]
	return o, ok
}

// OutletByCode finds an outlet by code.
func (d *Directory) OutletByCode(code string) (Outlet, bool) {
	s := d.cache.Get()
	o, ok := s.outlets[s.outletByCode[code]]
	return o, ok
}

// PartnerCodes gives the codes of all partners, by their names.
func (d *Directory) PartnerCodes() []string {
	s := d.cache.Get()
	return byName(maps.Keys(s.partnerByCode), func(code string) string { return s.partners[s.partnerByCode[code]].Name })
}

// OutletCodes gives the codes of all outlets, by their names.
func (d *Directory) OutletCodes() []string {
	s := d.cache.Get()
	return byName(maps.Keys(s.outletByCode), func(code string) string { return s.outlets[s.outletByCode[code]].Name })
}

// TillCodes gives the codes of all tills, "outlet/till", by the names of their
// outlets and then by their own.
func (d *Directory) TillCodes() []string {
	s := d.cache.Get()
	names := make(map[string]string, len(s.tillByCode))
	for c, i := range s.tillByCode {
		o := s.outlets[c.outlet]
		names[o.Code+"/"+c.code] = o.Name + "\x00" + s.tills[i].Name
	}
	return byName(maps.Keys(names), func(code string) string { return names[code] })
}

// byName sorts codes by the names of what has them.
func byName(codes iter.Seq[string], name func(code string) string) []string {
	return slices.SortedFunc(codes, func(a, b string) int { return cmp.Or(cmp.Compare(name(a), name(b)), cmp.Compare(a, b)) })
}

// Place finds a till by id, with its outlet and partner.
func (d *Directory) Place(till id.ID) (Place, bool) { return d.cache.Get().place(till) }

// PlaceByCode finds a till by its outlet and its code there.
func (d *Directory) PlaceByCode(outlet id.ID, code string) (Place, bool) {
	s := d.cache.Get()
	return s.place(s.tillByCode[tillCode{outlet, code}])
}

func (s *snapshot) place(till id.ID) (Place, bool) {
	t, ok := s.tills[till]
	if !ok {
		return Place{}, false
	}
	o := s.outlets[t.OutletID]
	return Place{Partner: s.partners[o.PartnerID], Outlet: o, Till: t}, true
}

// loadSnapshot reads children before parents: a row's parent is then there,
// whatever is added meanwhile.
func loadSnapshot(ctx context.Context, q db.Q, _ *snapshot, _ int64) (*snapshot, error) {
	s := &snapshot{
		partners: map[id.ID]Partner{}, outlets: map[id.ID]Outlet{}, tills: map[id.ID]Till{},
		partnerByCode: map[string]id.ID{}, outletByCode: map[string]id.ID{}, tillByCode: map[tillCode]id.ID{},
	}
	err := q.Each(ctx, func(r db.Row) error {
		t, err := scanTill(r)
		s.tills[t.ID], s.tillByCode[tillCode{t.OutletID, t.Code}] = t, t.ID
		return err
	}, qAllTills)
	if err != nil {
		return nil, err
	}
	zones := map[string]*time.Location{}
	err = q.Each(ctx, func(r db.Row) error {
		o, err := scanOutlet(r)
		if err != nil {
			return err
		}
		if zones[o.Zone] == nil {
			if zones[o.Zone], err = loadZone(o.Zone); err != nil {
				return err
			}
		}
		o.zone = zones[o.Zone]
		s.outlets[o.ID], s.outletByCode[o.Code] = o, o.ID
		return nil
	}, qAllOutlets)
	if err != nil {
		return nil, err
	}
	err = q.Each(ctx, func(r db.Row) error {
		p, err := scanPartner(r)
		s.partners[p.ID], s.partnerByCode[p.Code] = p, p.ID
		return err
	}, qAllPartners)
	return s, err
}
