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

// MaxRules is how many rules there are products for.
const MaxRules = 200

// shop is what the members buy in: an outlet with a till for each client,
// each with a key of its own, a catalogue and a programme.
type shop struct {
	programme id.ID
	tills     []id.ID
	tokens    []string
}

// openShop makes the shop, or adds tills to the one that is there.
func openShop(ctx context.Context, d *db.DB, ids *id.Maker, clients, rules int) (*shop, error) {
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
		made, err := s.build(ctx, d, ids)
		if err != nil {
			return nil, err
		}
		outlet = made
	}
	if err := s.putProgramme(ctx, programmes, rules); err != nil {
		return nil, err
	}
	return s, s.openTills(ctx, d, ids, outlet, clients)
}

func (s *shop) build(ctx context.Context, d *db.DB, ids *id.Maker) (partner.Outlet, error) {
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
	return outlet, nil
}

// putProgramme puts the programme into force, with as many rules as are asked
// for, unless it is.
func (s *shop) putProgramme(ctx context.Context, programmes *programme.Programmes, rules int) error {
	p := terms()
	for n := range rules {
		p.Rules = append(p.Rules, ruleOf(n))
	}
	if old := programmes.Current().ByCode(p.Code); old != nil {
		if s.programme = old.ID; len(old.Rules) == rules {
			return nil
		}
		p.ID, p.Version = old.ID, old.Version
	}
	made, err := programmes.Put(ctx, p, "bench")
	if err == nil {
		s.programme = made.ID
	}
	return err
}

// ruleOf is the n-th rule: of ten, seven are discounts of one product each,
// the others are of weekends, hours and large receipts.
func ruleOf(n int) rule.Rule {
	r := rule.Rule{ID: fmt.Sprintf("r%d", n), Kind: rule.DiscountRule, Rate: 10 * money.Percent}
	switch n % 10 {
	case 0:
		r.Kind, r.Rate = rule.AccrualRule, money.Percent
		r.When = []rule.Condition{{Field: rule.FieldWeekday, In: []string{"6", "7"}}}
	case 1:
		r.Kind, r.Rate = rule.AccrualRule, money.Percent
		r.When = []rule.Condition{{Field: rule.FieldSum, From: new(int64(1_000_00))}}
	case 2:
		r.Kind, r.Rate = rule.ShareRule, 40*money.Percent
		r.When = []rule.Condition{{Field: rule.FieldTime, From: new(int64(9 * 60)), Below: new(int64(12 * 60))}}
	default:
		r.Scope = []rule.Condition{{Field: rule.FieldProduct, In: []string{skuOf(n * 5 % products)}}}
	}
	return r
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
