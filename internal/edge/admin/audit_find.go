package admin

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// auditMeant is how many members a search of the trail may name: a surname may be
// that of thousands.
const auditMeant = 50

// membersMeant are the members whom a search of the trail names, and those who were
// merged into them: the trail has them by ids only. A number names one to anybody,
// as the lines say it; a phone, a card or a name only to whoever may see members.
func (p *page) membersMeant(typed string) ([]id.ID, error) {
	if typed == "" || !text.Valid(typed, member.MaxFind) {
		return nil, nil
	}
	refs := member.Refs(typed, p.Rules().Region)
	if !p.can(staff.MembersSee) {
		refs = numbersOf(refs)
	}
	found, err := member.ResolveAll(p.ctx(), p.DB, refs)
	if err != nil {
		return nil, err
	}
	var homes []home.ID
	for _, r := range refs {
		for i := range found[r] {
			homes = append(homes, found[r][i].Home)
		}
	}
	if p.can(staff.MembersSee) {
		list, err := p.Lists.List(p.ctx(), segment.Query{Filter: segment.Filter{Search: typed}, Limit: auditMeant})
		if err != nil {
			return nil, err
		}
		for i := range list.Rows {
			homes = append(homes, list.Rows[i].Home)
		}
	}
	return p.withMerged(homes[:min(len(homes), auditMeant)])
}

// numbersOf are those of what may name a member that every line says.
func numbersOf(refs []member.Ref) (out []member.Ref) {
	for _, r := range refs {
		if r.Kind == member.Number {
			out = append(out, r)
		}
	}
	return out
}

// withMerged are members and those who were merged into them, whose lines stay
// theirs.
func (p *page) withMerged(homes []home.ID) (out []id.ID, err error) {
	if len(homes) == 0 {
		return nil, nil
	}
	var b db.Batch
	merged := map[home.ID][]home.ID{}
	member.ReadMerged(&b, p.DB.Dialect(), homes, merged)
	if err := p.DB.Run(p.ctx(), &b); err != nil {
		return nil, err
	}
	for _, h := range homes {
		out = append(out, id.ID(h))
		for _, was := range merged[h] {
			out = append(out, id.ID(was))
		}
	}
	return out, nil
}
