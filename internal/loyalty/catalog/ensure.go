package catalog

import (
	"context"
	"slices"
	"strings"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// Seen is a product as a receipt names it.
type Seen struct {
	SKU  string
	Name string // "" takes the SKU
}

// Ensure makes those products that are not there yet, marked unknown, and
// tells how many it made. It has transactions of its own, MaxSeen products
// each: in a purchase's it would make every other purchase with a new product
// wait for that one's commit. Refresh the Index after it.
func (r *Registry) Ensure(ctx context.Context, seen []Seen) (int, error) {
	made := 0
	for part := range slices.Chunk(seen, MaxSeen) {
		n := 0
		err := r.d.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = r.ensure(ctx, tx, part)
			return err
		})
		if err != nil {
			return made, err
		}
		made += n
	}
	return made, nil
}

func (r *Registry) ensure(ctx context.Context, tx *db.Tx, seen []Seen) (int, error) {
	names := map[string]string{}
	for _, s := range seen {
		if !validSKU(s.SKU) {
			return 0, fault.New(fault.Invalid, "catalog.sku-invalid", "max", MaxSKU)
		}
		if names[s.SKU] == "" {
			names[s.SKU] = nameOf(s)
		}
	}
	missing, err := missingOf(ctx, tx, names)
	if err != nil || len(missing) == 0 {
		return 0, err
	}
	now, err := reference.Bump(ctx, tx, Set)
	if err != nil {
		return 0, err
	}
	// Behind the version's lock nobody else makes products: look again.
	if missing, err = missingOf(ctx, tx, names); err != nil || len(missing) == 0 {
		return 0, err
	}
	if err := room(ctx, tx, qCountProducts, len(missing), MaxProducts); err != nil {
		return 0, err
	}
	m, w := insertUnknown.Of(), insertWords.Of()
	for _, sku := range missing {
		i, name := r.ids.New(), names[sku]
		m.Add(int64(i), sku, name, now, reference.Fold(sku, name))
		if name != sku {
			addWords(w, i, name)
		}
	}
	if err := m.Run(ctx, tx); err != nil {
		return 0, err
	}
	return len(missing), w.Run(ctx, tx)
}

// nameOf makes a name that can be stored of what a till sent.
func nameOf(s Seen) string {
	clean := strings.Map(func(r rune) rune {
		if text.Valid(string(r), 1) && r != '�' {
			return r
		}
		return ' '
	}, s.Name)
	clean = strings.TrimSpace(text.Clip(strings.TrimSpace(clean), reference.MaxName))
	if clean == "" {
		return s.SKU
	}
	return clean
}
