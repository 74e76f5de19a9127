package admin

import (
	"slices"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// step is one of what a new organization does first.
type step struct {
	Title, Text string
	Actions     []kit.Action
	Done        bool
	Owed        bool // also after the first sale: without it something works worse
}

// owed are the steps that are not done though it is sold already.
func owed(steps []step) []step {
	return slices.DeleteFunc(steps, func(s step) bool { return s.Done || !s.Owed })
}

// steps are those that the reader may take, in the order in which a first sale
// needs them.
func (p *page) steps() ([]step, error) {
	var out []step
	if p.can(staff.ProgrammeEdit) {
		out = append(out, step{
			Title: p.text("admin.steps.programme"), Text: p.text("admin.steps.programme-text"), Done: len(p.Programmes.Current().All()) > 0, Owed: true,
			Actions: []kit.Action{{Text: p.text("admin.steps.programme-do"), Href: Base + "/programmes", Small: true}},
		})
	}
	if p.goes("/catalogue/new") {
		goods, err := p.Products.Products(p.ctx(), catalog.Filter{}, reference.Page{Limit: 1})
		if err != nil {
			return nil, err
		}
		out = append(out, step{
			Title: p.text("admin.steps.goods"), Text: p.text("admin.steps.goods-text"), Done: len(goods.Items) > 0,
			Actions: []kit.Action{{Text: p.text("admin.steps.goods-do"), Href: Base + "/catalogue", Small: true}},
		})
	}
	if p.goes("/consent-texts/new") {
		texts, err := member.TextsNow(p.ctx(), p.DB)
		if err != nil {
			return nil, err
		}
		has := func(k member.ConsentKind) bool {
			return slices.ContainsFunc(texts, func(t member.ConsentText) bool { return t.Kind == k })
		}
		out = append(out, step{
			Title: p.text("admin.steps.consents"), Text: p.text("admin.steps.consents-text"), Done: has(member.ToRules) && has(member.ToPersonalData), Owed: true,
			Actions: []kit.Action{{Text: p.text("admin.consent-texts.to"), Href: consentTextsPath, Small: true}},
		})
	}
	if p.goes("/cashiers/new") {
		done, err := p.hasCashier()
		if err != nil {
			return nil, err
		}
		out = append(out, step{
			Title: p.text("admin.steps.cashier"), Text: p.text("admin.steps.cashier-text"), Done: done,
			Actions: []kit.Action{{Text: p.text("admin.steps.cashier-do"), Href: Base + "/cashiers", Small: true}},
		})
	}
	if p.can(staff.KeysEdit) {
		out = append(out, step{
			Title: p.text("admin.steps.till"), Text: p.text("admin.steps.till-text", "address", p.tillAddress()),
			Actions: []kit.Action{{Text: p.text("admin.steps.till-do"), Href: outletsPath, Small: true}, {Text: p.text("admin.steps.till-open"), Href: tillPath, Small: true}},
		})
	}
	return out, nil
}

// hasCashier tells whether anybody can sign in at a till.
func (p *page) hasCashier() (bool, error) {
	list, err := p.Identity.Cashiers(p.ctx(), id.ID(0), reference.Page{Limit: reference.MaxLimit, State: reference.Active})
	return slices.ContainsFunc(list.Items, func(c identity.Cashier) bool { return c.HasPIN }), err
}

// tillPath is where a till's workplace is.
const tillPath = "/pos"

// tillAddress is where a till opens its workplace, as it is typed there.
func (p *page) tillAddress() string { return p.address() + tillPath }
