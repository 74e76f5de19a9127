package catalog

import (
	"context"
	"maps"
	"slices"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// Index finds products by SKU in memory, closed ones too. It knows nothing
// until the first Refresh; a product made since the last one is found after
// the next. A refresh reads only the products that have changed. It is safe
// for concurrent use.
type Index struct{ cache *reference.Cache[snapshot] }

// Item is what a purchase needs to know of a product.
type Item struct {
	ID      id.ID
	TypeID  id.ID        // 0: none yet
	Type    string       // the type's code, "" for none
	Groups  []id.ID      // in order; shared, must not be changed
	Least   money.Amount // least price of a unit; 0: the programme's
	Payable bool         // points may pay; true without a type
	Earns   bool         // points are earned; true without a type
	Unknown bool         // staff have not completed it
}

// A snapshot is two maps, so that a refresh copies only the smaller: what was
// there, and what has changed since they were last joined.
type snapshot struct {
	types  map[id.ID]Type
	base   map[string]entry
	recent map[string]entry
}

type entry struct {
	id, kind id.ID
	least    money.Amount
	groups   []id.ID
	unknown  bool
}

const maxRecent = 2_000

// NewIndex makes an index that is empty until Refresh.
func NewIndex() *Index { return &Index{reference.NewCache(Set, &snapshot{}, loadSnapshot)} }

// Refresh loads what has changed in the base since the last time, by one
// short query where nothing has; it tells whether anything had.
func (x *Index) Refresh(ctx context.Context, q db.Q) (bool, error) { return x.cache.Refresh(ctx, q) }

// Get finds a product.
func (x *Index) Get(sku string) (Item, bool) {
	s := x.cache.Get()
	e, ok := s.recent[sku]
	if !ok {
		if e, ok = s.base[sku]; !ok {
			return Item{}, false
		}
	}
	it := Item{ID: e.id, TypeID: e.kind, Groups: e.groups, Least: e.least, Payable: true, Earns: true, Unknown: e.unknown}
	if t, ok := s.types[e.kind]; ok {
		it.Type, it.Payable, it.Earns = t.Code, t.Payable, t.Earns
	}
	return it, true
}

// Missing gives those of the SKUs that the index does not have, each once.
func (x *Index) Missing(skus []string) []string {
	s := x.cache.Get()
	var out []string
	for _, sku := range skus {
		if _, ok := s.recent[sku]; ok {
			continue
		}
		if _, ok := s.base[sku]; !ok && !slices.Contains(out, sku) {
			out = append(out, sku)
		}
	}
	return out
}

// Len is the number of products in the index.
func (x *Index) Len() int {
	s := x.cache.Get()
	n := len(s.base)
	for sku := range s.recent {
		if _, ok := s.base[sku]; !ok {
			n++
		}
	}
	return n
}

func loadSnapshot(ctx context.Context, q db.Q, old *snapshot, since int64) (*snapshot, error) {
	s := &snapshot{types: map[id.ID]Type{}}
	changed, err := loadEntries(ctx, q, since)
	if err != nil {
		return nil, err
	}
	// After the products, so that each one's type is there.
	err = q.Each(ctx, func(r db.Row) error {
		t, err := scanType(r)
		s.types[t.ID] = t
		return err
	}, qAllTypes)
	if err != nil {
		return nil, err
	}
	if old == nil {
		s.base = changed
		return s, nil
	}
	s.base, s.recent = old.base, maps.Clone(old.recent)
	if s.recent == nil {
		s.recent = map[string]entry{}
	}
	maps.Copy(s.recent, changed)
	if len(s.recent) > max(maxRecent, len(s.base)/8) {
		base := make(map[string]entry, len(s.base)+len(s.recent))
		maps.Copy(base, s.base)
		maps.Copy(base, s.recent)
		s.base, s.recent = base, nil
	}
	return s, nil
}

// loadEntries reads the products changed after the version. Their groups come
// first: a product whose groups change between the two queries is read again
// at the next refresh.
func loadEntries(ctx context.Context, q db.Q, since int64) (map[string]entry, error) {
	groups := map[id.ID][]id.ID{}
	err := q.Each(ctx, func(r db.Row) error {
		var product, group id.ID
		err := r.Scan(&product, &group)
		groups[product] = append(groups[product], group)
		return err
	}, qGroupsSince, since)
	if err != nil {
		return nil, err
	}
	out := map[string]entry{}
	same := map[string][]id.ID{} // products share few different sets of groups
	err = q.Each(ctx, func(r db.Row) error {
		var sku string
		var e entry
		if err := r.Scan(&e.id, &sku, &e.kind, (*int64)(&e.least), &e.unknown); err != nil {
			return err
		}
		if g := groups[e.id]; g != nil {
			key := keyOf(g)
			if same[key] == nil {
				same[key] = g
			}
			e.groups = same[key]
		}
		out[sku] = e
		return nil
	}, qEntriesSince, since)
	return out, err
}

func keyOf(groups []id.ID) string {
	var b []byte
	for _, g := range groups {
		for shift := 0; shift < 64; shift += 8 {
			b = append(b, byte(g>>shift))
		}
	}
	return string(b)
}
