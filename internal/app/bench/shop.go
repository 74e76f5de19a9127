package bench

import (
	"context"
	"fmt"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// products is how many the catalogue of a benchmark has.
const products = 1_000

// shop is what the members buy in: an outlet with a till for each client,
// each with a key of its own, a catalogue and a programme.
type shop struct {
	programme id.ID
	tills     []id.ID
	tokens    []string
}

// openShop makes the shop, or adds tills to the one that is there.
func openShop(ctx context.Context, d *db.DB, ids *id.Maker, clients int) (*shop, error) {
	s := &shop{}
	programmes := &programme.Programmes{DB: d, IDs: ids, Clock: clock.System{}}
	if err := programmes.Refresh(ctx); err != nil {
		return nil, err
	}
	dir := partner.NewDirectory()
	if _, err := dir.Refresh(ctx, d); err != nil {
		return nil, err
	}
	outlet, there := dir.OutletByCode("bench")
	if !there {
		made, err := s.build(ctx, d, ids, programmes)
		if err != nil {
			return nil, err
		}
		outlet = made
	}
	all := programmes.Current().All()
	if len(all) != 1 {
		return nil, fmt.Errorf("bench: %d programmes in the base, want 1", len(all))
	}
	s.programme = all[0].ID
	return s, s.openTills(ctx, d, ids, outlet, clients)
}

func (s *shop) build(ctx context.Context, d *db.DB, ids *id.Maker, programmes *programme.Programmes) (partner.Outlet, error) {
	r := partner.New(d, ids)
	owner, err := r.SavePartner(ctx, partner.Partner{Code: "bench", Name: "Bench"})
	if err != nil {
		return partner.Outlet{}, err
	}
	outlet, err := r.SaveOutlet(ctx, partner.Outlet{PartnerID: owner.ID, Code: "bench", Name: "Bench", Zone: "Europe/Moscow", Cutover: partner.DefaultCutover})
	if err != nil {
		return outlet, err
	}
	c := catalog.New(d, ids)
	kinds := make([]id.ID, 0, 4)
	for _, code := range []string{"tickets", "bar", "goods", "services"} {
		t, err := c.SaveType(ctx, catalog.Type{Code: code, NameRU: code, NameEN: code, Payable: true, Earns: true})
		if err != nil {
			return outlet, err
		}
		kinds = append(kinds, t.ID)
	}
	for n := range products {
		_, err := c.SaveProduct(ctx, catalog.Product{SKU: skuOf(n), Name: "Bench " + skuOf(n), TypeID: kinds[n%len(kinds)]})
		if err != nil {
			return outlet, err
		}
	}
	_, err = programmes.Put(ctx, terms(), "bench")
	return outlet, err
}

// terms are those of a common programme: a rate per type, a share, an expiry.
func terms() rule.Programme {
	return rule.Programme{
		Code: "bench", Name: "Bench", On: true, Zone: "Europe/Moscow", Settings: rule.DefaultSettings(),
		Earning: rule.Earning{
			Rate:   10 * money.Percent,
			ByType: map[string]money.Rate{"tickets": 5 * money.Percent, "bar": 10 * money.Percent, "goods": 3 * money.Percent},
			Expiry: rule.Expiry{Mode: rule.AfterAccrual, Days: 365},
		},
		Spending: rule.Spending{Share: 30 * money.Percent, ByType: map[string]money.Rate{"bar": 50 * money.Percent}},
	}
}

func skuOf(n int) string { return fmt.Sprintf("sku-%04d", n) }

// openTills makes a till with a key for each client; a token is shown once,
// so each run makes its own.
func (s *shop) openTills(ctx context.Context, d *db.DB, ids *id.Maker, outlet partner.Outlet, clients int) error {
	r, keys := partner.New(d, ids), identity.New(d, ids, clock.System{})
	for n := range clients {
		till, err := r.SaveTill(ctx, partner.Till{OutletID: outlet.ID, Code: fmt.Sprintf("%d-%d", ids.New(), n), Name: "Bench"})
		if err != nil {
			return err
		}
		_, token, err := keys.MakeKey(ctx, identity.Key{TillID: till.ID, Name: "bench", Scopes: identity.TillScopes(), Rate: identity.MaxRate})
		if err != nil {
			return err
		}
		s.tills, s.tokens = append(s.tills, till.ID), append(s.tokens, token)
	}
	return nil
}
