package purchase

import (
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/platform/fault"
)

// served refuses a sale at a till that is closed, or by a cashier whom nobody
// knows. It is asked once the key is looked up: what was sold before the till was
// closed is told again, and what is a fact already is taken in.
func served(mode Mode, place partner.Place, stranger bool) error {
	switch {
	case mode != Commit:
		return nil
	case !place.Open():
		return fault.New(fault.Refused, "till.closed")
	case stranger:
		return errStranger()
	}
	return nil
}

// tellUnknown tells of the purchase's goods that are not in the catalogue.
func (d *Desk) tellUnknown(p *Purchase) {
	if d.Unknown == nil {
		return
	}
	var seen []catalog.Seen
	for i := range p.Lines {
		if l := &p.Lines[i]; l.Product == 0 {
			seen = append(seen, catalog.Seen{SKU: l.SKU, Name: l.Name})
		}
	}
	if len(seen) > 0 {
		d.Unknown(seen)
	}
}
