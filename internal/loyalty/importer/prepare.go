package importer

import (
	"context"
	"sync"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// preparing makes what receipts name and the base does not have: outlets and
// tills, products, members.
type preparing struct {
	*importing
	types map[string]id.ID // product types of the map
	mu    sync.Mutex
	tills map[place]id.ID
	typed map[string]bool     // SKUs that are seen to have their type
	known map[member.Ref]bool // false: nobody
	dry   map[string]bool     // SKUs that a dry run has counted
}

// place is an outlet and a till as the file calls them.
type place struct{ outlet, till string }

// maxKnown is how many members are remembered; then all are looked up anew.
const maxKnown = 200_000

func newPreparing(r *importing) *preparing {
	return &preparing{
		importing: r, tills: map[place]id.ID{}, typed: map[string]bool{},
		known: map[member.Ref]bool{}, dry: map[string]bool{},
	}
}

// batch prepares receipts and gives those that can be recorded.
func (p *preparing) batch(ctx context.Context, all []*receipt) ([]*receipt, error) {
	if len(all) == 0 {
		return nil, nil
	}
	for _, rc := range all {
		if err := p.place(ctx, rc.rows[0]); err != nil {
			return nil, err
		}
	}
	if err := p.products(ctx, all); err != nil {
		return nil, err
	}
	return p.members(ctx, all)
}

// products makes the products that the receipts name, those of the map with
// their type.
func (p *preparing) products(ctx context.Context, all []*receipt) error {
	var seen []catalog.Seen
	asked := map[string]bool{}
	for _, rc := range all {
		for _, r := range rc.rows {
			if r.off || asked[r.sku] {
				continue
			}
			asked[r.sku] = true
			_, there := p.Catalog.Get(r.sku)
			switch {
			case p.job.Dry:
				if !there && !p.dry[r.sku] {
					p.dry[r.sku] = true
					p.tally.made(0, 1)
				}
			case r.typ != "":
				if err := p.product(ctx, r); err != nil {
					return err
				}
			case !there:
				seen = append(seen, catalog.Seen{SKU: r.sku, Name: r.name})
			}
		}
	}
	if p.job.Dry {
		return nil
	}
	n, err := p.Goods.Ensure(ctx, seen)
	if err != nil {
		return err
	}
	p.tally.made(0, n)
	_, err = p.Catalog.Refresh(ctx, p.DB)
	return err
}

// product makes a product with the type that the map gives it. One that staff
// have entered stays as they want it.
func (p *preparing) product(ctx context.Context, r *row) error {
	if p.typed[r.sku] {
		return nil
	}
	there, err := p.Goods.BySKU(ctx, r.sku)
	missing := fault.Is(err, "catalog.product-not-found")
	if err != nil && !missing {
		return err
	}
	if missing || there.Unknown && there.TypeID == 0 {
		typ, err := p.typeOf(ctx, r.typ)
		if err != nil {
			return err
		}
		there.SKU, there.TypeID = r.sku, typ
		if there.Name == "" {
			there.Name = nameOf(r, p.job.Map)
		}
		_, err = p.Goods.SaveProduct(ctx, there)
		switch {
		case fault.Is(err, "catalog.code-taken"), fault.Is(err, "reference.changed"): // somebody was quicker
		case err != nil:
			return err
		case missing:
			p.tally.made(0, 1)
		}
	}
	p.typed[r.sku] = true
	return nil
}

// nameOf is what the product of a special code is called.
func nameOf(r *row, m *Map) string {
	for _, k := range m.Codes {
		for _, sku := range k.Match {
			if sku == r.sku && k.Name != "" {
				return k.Name
			}
		}
	}
	if r.name != "" {
		return clipName(r.name)
	}
	return r.sku
}

// typeOf gives a product type of the map, made if it is not there.
func (p *preparing) typeOf(ctx context.Context, code string) (id.ID, error) {
	if i, ok := p.types[code]; ok {
		return i, nil
	}
	p.types = map[string]id.ID{}
	if err := p.listTypes(ctx); err != nil || p.types[code] != 0 {
		return p.types[code], err
	}
	t := p.job.Map.Types[code]
	made, err := p.Goods.SaveType(ctx, catalog.Type{Code: code, NameRU: t.RU, NameEN: t.EN, Payable: t.Payable, Earns: t.Earns})
	if fault.Is(err, "catalog.code-taken") { // somebody was quicker
		err = p.listTypes(ctx)
		return p.types[code], err
	}
	p.types[code] = made.ID
	return made.ID, err
}

// members finds the receipts' members and makes those that are new. A receipt
// whose member can't be had is rejected, or taken without him, as the map
// says.
func (p *preparing) members(ctx context.Context, all []*receipt) ([]*receipt, error) {
	if len(p.known) > maxKnown {
		clear(p.known)
	}
	first := map[member.Ref]*receipt{} // those not known yet
	var refs []member.Ref
	for _, rc := range all {
		if _, ok := p.known[rc.buyer]; ok || rc.buyer.Value == "" || first[rc.buyer] != nil {
			continue
		}
		first[rc.buyer] = rc
		refs = append(refs, rc.buyer)
	}
	why, err := p.meet(ctx, refs, first)
	if err != nil {
		return nil, err
	}
	ready := all[:0:0]
	for _, rc := range all {
		switch {
		case rc.buyer.Value == "" || p.known[rc.buyer]:
		case p.job.Map.Member.Unknown == "nobody":
			rc.buyer = member.Ref{}
		default:
			reason := why[rc.buyer]
			if reason == nil {
				reason = fault.New(fault.NotFound, "importer.unknown-member")
			}
			if err := p.tally.refuseAll(rc.rows, reason); err != nil {
				return nil, err
			}
			continue
		}
		ready = append(ready, rc)
	}
	return ready, nil
}

// meet looks the members up and makes those that are not there.
func (p *preparing) meet(ctx context.Context, refs []member.Ref, first map[member.Ref]*receipt) (map[member.Ref]*fault.Error, error) {
	fresh, err := p.lookUp(ctx, refs)
	if err != nil || len(fresh) == 0 || p.job.Map.Member.Unknown != "make" {
		return nil, err
	}
	if p.job.Dry {
		for _, ref := range fresh {
			p.known[ref] = true
		}
		p.tally.made(len(fresh), 0)
		return nil, nil
	}
	err = p.register(ctx, fresh, first)
	if err == nil || fault.From(err).Kind == fault.Internal || fault.From(err).Kind == fault.Unavailable {
		return nil, err
	}
	// One of them can't be made: each by itself.
	why := map[member.Ref]*fault.Error{}
	for _, ref := range fresh {
		err := p.register(ctx, []member.Ref{ref}, first)
		switch f := fault.From(err); {
		case err == nil:
		case f.Kind == fault.Internal || f.Kind == fault.Unavailable:
			return nil, err
		default:
			why[ref] = f
		}
	}
	_, err = p.lookUp(ctx, fresh) // whom somebody else has made meanwhile
	return why, err
}

// lookUp notes who is there and gives those who are not.
func (p *preparing) lookUp(ctx context.Context, refs []member.Ref) ([]member.Ref, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	there, err := member.ResolveAll(ctx, p.DB, refs)
	if err != nil {
		return nil, err
	}
	var fresh []member.Ref
	for _, ref := range refs {
		if p.known[ref] = len(there[ref]) > 0; !p.known[ref] {
			fresh = append(fresh, ref)
			delete(p.known, ref)
		}
	}
	return fresh, nil
}

// register makes members in one transaction, at the time of their first
// receipt. What the organization asks of new members can't be asked of these.
func (p *preparing) register(ctx context.Context, refs []member.Ref, first map[member.Ref]*receipt) error {
	rules, _, err := member.LoadRules(ctx, p.DB)
	if err != nil {
		return err
	}
	rules.Mandatory = nil
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		for _, ref := range refs {
			rc := first[ref]
			in := member.Registration{Identifiers: []member.NewIdentifier{{Kind: ref.Kind, Value: ref.Value}}, At: p.since(rc.at)}
			by := member.Actor{Kind: member.BySystem, Source: "import", Outlet: p.outletOf(rc.rows[0])}
			if _, err := p.Members.RegisterIn(ctx, tx, rules, in, by); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, ref := range refs {
		p.known[ref] = true
	}
	p.tally.made(len(refs), 0)
	return nil
}

// since keeps a receipt that bears a time to come from making a member then.
func (p *preparing) since(at clock.Micros) clock.Micros { return min(at, p.Clock.Now()) }

func (p *preparing) listTypes(ctx context.Context) error {
	for page := (reference.Page{}); ; {
		l, err := p.Goods.Types(ctx, page)
		if err != nil {
			return err
		}
		for _, t := range l.Items {
			p.types[t.Code] = t.ID
		}
		if page.After = l.Next; l.Next == "" {
			return nil
		}
	}
}
