package draft

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// Base names what there is in a base. What a programme does not name is not
// read. It is good for one programme at one time; look at Err after use.
type Base struct {
	ctx       context.Context
	q         *db.DB
	directory *partner.Directory
	loaded    map[rule.Field]*lexicon
	err       error
}

// NewBase makes the names of a base; the directory is up to date.
func NewBase(ctx context.Context, q *db.DB, directory *partner.Directory) *Base {
	return &Base{ctx: ctx, q: q, directory: directory, loaded: map[rule.Field]*lexicon{}}
}

// Err is why something could not be read: then nothing that was found or not
// found means anything.
func (b *Base) Err() error { return b.err }

// lexicon are the words of one kind.
type lexicon struct {
	ids   map[string]id.ID // by folded word
	words map[id.ID]string
}

func (k *lexicon) add(i id.ID, word string) {
	if _, twice := k.ids[text.Fold(word)]; !twice {
		k.ids[text.Fold(word)], k.words[i] = i, word
	}
}

// Find gives the id of what has the code or name.
func (b *Base) Find(of rule.Field, word string) (id.ID, bool) {
	switch of {
	case rule.FieldOutlet:
		o, ok := b.directory.OutletByCode(word)
		return o.ID, ok
	case rule.FieldPartner:
		p, ok := b.directory.PartnerByCode(word)
		return p.ID, ok
	case rule.FieldTill:
		return b.till(word)
	}
	i, ok := b.load(of).ids[text.Fold(word)]
	return i, ok
}

// till finds a till by "outlet/till"; either code may have a slash in it.
func (b *Base) till(word string) (id.ID, bool) {
	for i, r := range word {
		if r != '/' {
			continue
		}
		if o, ok := b.directory.OutletByCode(word[:i]); ok {
			if place, ok := b.directory.PlaceByCode(o.ID, word[i+1:]); ok {
				return place.Till.ID, true
			}
		}
	}
	return 0, false
}

// Word gives the code or name.
func (b *Base) Word(of rule.Field, i id.ID) (string, bool) {
	switch of {
	case rule.FieldOutlet:
		o, ok := b.directory.Outlet(i)
		return o.Code, ok
	case rule.FieldPartner:
		p, ok := b.directory.Partner(i)
		return p.Code, ok
	case rule.FieldTill:
		place, ok := b.directory.Place(i)
		word := place.Outlet.Code + "/" + place.Till.Code
		if back, _ := b.till(word); back != i {
			return i.String(), ok // two tills could be meant
		}
		return word, ok
	}
	word, ok := b.load(of).words[i]
	return word, ok
}

// Words gives all codes or names of a kind.
func (b *Base) Words(of rule.Field) []string {
	switch of {
	case rule.FieldOutlet:
		return b.directory.OutletCodes()
	case rule.FieldPartner:
		return b.directory.PartnerCodes()
	case rule.FieldTill:
		return b.directory.TillCodes()
	}
	return slices.Collect(maps.Values(b.load(of).words))
}

// Facts are what warnings of a programme rest on, as the base has it now.
func (b *Base) Facts(p *rule.Programme, now clock.Micros) Facts {
	out := Facts{Today: p.Day(now), Types: append([]string{}, b.Words(rule.FieldType)...)}
	var gates, empty, bare, own error
	out.Gates, gates = identity.Held(b.ctx, b.q, identity.VisitsWrite, now)
	out.Empty, empty = member.EmptyGroups(b.ctx, b.q)
	out.Bare, bare = catalog.New(b.q, nil).Bare(b.ctx)
	out.Own, own = member.CustomFields(b.ctx, b.q)
	out.Own = append([]member.CustomField{}, out.Own...)
	if err := cmp.Or(gates, empty, bare, own); b.err == nil {
		b.err = err
	}
	return out
}

// load reads the words of a kind once.
func (b *Base) load(of rule.Field) *lexicon {
	if k := b.loaded[of]; k != nil {
		return k
	}
	k := &lexicon{ids: map[string]id.ID{}, words: map[id.ID]string{}}
	b.loaded[of] = k
	var err error
	switch of {
	case rule.FieldGroup:
		err = all(b.ctx, k, catalog.New(b.q, nil).Groups, func(g catalog.Group) (id.ID, string) { return g.ID, g.Code })
	case rule.FieldType:
		err = all(b.ctx, k, catalog.New(b.q, nil).Types, func(t catalog.Type) (id.ID, string) { return t.ID, t.Code })
	case rule.FieldCashier:
		list := func(ctx context.Context, p reference.Page) (reference.List[identity.Cashier], error) {
			return identity.New(b.q, nil, clock.System{}).Cashiers(ctx, 0, p)
		}
		err = all(b.ctx, k, list, func(c identity.Cashier) (id.ID, string) { return c.ID, c.Code })
	case rule.FieldMemberGroup:
		var groups []member.Group
		groups, err = member.Groups(b.ctx, b.q)
		for _, g := range groups {
			k.add(g.ID, g.Name)
		}
	case rule.FieldCategory:
		var categories []member.Category
		categories, err = member.Categories(b.ctx, b.q)
		for _, c := range categories {
			k.add(c.ID, c.Name)
		}
	case rule.FieldCardType:
		var types []card.Type
		types, err = card.Types(b.ctx, b.q)
		for _, t := range types {
			k.add(t.ID, t.Code)
		}
	}
	if err != nil && b.err == nil {
		b.err = err
	}
	return k
}

// all takes a list in part by part.
func all[T any](ctx context.Context, k *lexicon, list func(context.Context, reference.Page) (reference.List[T], error), of func(T) (id.ID, string)) error {
	for page := (reference.Page{Limit: reference.MaxLimit}); ; {
		part, err := list(ctx, page)
		if err != nil {
			return err
		}
		for _, item := range part.Items {
			k.add(of(item))
		}
		if part.Next == "" {
			return nil
		}
		page.After = part.Next
	}
}
