package importer

import (
	"context"
	"strings"
	"unicode"

	"kopilka/internal/loyalty/partner"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// placeOf is where a row was sold, as the file calls it.
func (r *row) placeOf() place { return place{r.outlet, r.till} }

// till gives the till of a row; place has made it.
func (p *preparing) till(r *row) (id.ID, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, ok := p.tills[r.placeOf()]
	if !ok && !p.job.Dry {
		return 0, fault.New(fault.Internal, "internal")
	}
	return t, nil
}

// outletOf gives the outlet of a row; 0 where it is not made yet.
func (p *preparing) outletOf(r *row) id.ID {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, _ := p.Directory.Place(p.tills[r.placeOf()])
	return at.Outlet.ID
}

// place finds the till of a row, and makes what is not there: the till, its
// outlet, their partner.
func (p *preparing) place(ctx context.Context, r *row) error {
	p.mu.Lock()
	_, ok := p.tills[r.placeOf()]
	p.mu.Unlock()
	if ok || p.job.Dry {
		return nil
	}
	var till id.ID
	err := p.twice(ctx, func() (err error) {
		till, err = p.makePlace(ctx, r)
		return err
	})
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.tills[r.placeOf()] = till
	p.mu.Unlock()
	return nil
}

// twice does it again where somebody else has made the same meanwhile.
func (p *preparing) twice(ctx context.Context, do func() error) error {
	err := do()
	if fault.Is(err, "partner.code-taken") {
		if _, err := p.Directory.Refresh(ctx, p.DB); err != nil {
			return err
		}
		return do()
	}
	return err
}

func (p *preparing) makePlace(ctx context.Context, r *row) (id.ID, error) {
	m := &p.job.Map.Place
	own, ok := p.Directory.PartnerByCode(m.Partner.Code)
	if !ok {
		var err error
		own, err = p.Partners.SavePartner(ctx, partner.Partner{Code: m.Partner.Code, Name: orCode(m.Partner.Name, m.Partner.Code)})
		if err != nil {
			return 0, err
		}
	}
	code, name := coded(&m.Outlet.CodeName, r.outlet)
	outlet, ok := p.Directory.OutletByCode(code)
	if !ok {
		day, err := cutover(m.Outlet.Cutover)
		if err != nil {
			return 0, fault.Wrap(err, fault.Invalid, "importer.map-cutover")
		}
		outlet, err = p.Partners.SaveOutlet(ctx, partner.Outlet{PartnerID: own.ID, Code: code, Name: name, Zone: m.Outlet.Zone, Cutover: day})
		if err != nil {
			return 0, err
		}
	}
	code, name = coded(&m.Till, r.till)
	if at, ok := p.Directory.PlaceByCode(outlet.ID, code); ok {
		return at.Till.ID, nil
	}
	till, err := p.Partners.SaveTill(ctx, partner.Till{OutletID: outlet.ID, Code: code, Name: name})
	if err != nil {
		return 0, err
	}
	_, err = p.Directory.Refresh(ctx, p.DB)
	return till.ID, err
}

// coded gives the code and the name of what the map fixes or the file calls
// so. A code has no blanks.
func coded(m *CodeName, value string) (code, name string) {
	if m.Column == "" {
		return m.Code, orCode(m.Name, m.Code)
	}
	code = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-/:#", r) {
			return r
		}
		return '-'
	}, value)
	return text.Clip(code, reference.MaxCode), value
}

func orCode(name, code string) string {
	if name == "" {
		return code
	}
	return name
}

func clipName(s string) string { return strings.TrimSpace(text.Clip(s, reference.MaxName)) }
