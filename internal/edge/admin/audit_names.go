package admin

import (
	"encoding/json"
	"strings"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/bulk"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/id"
)

// auditNames are what some records of the trail are about, read for all of them at
// once.
type auditNames struct {
	members map[home.ID]member.Named
	bulks   map[id.ID]bulk.Action
}

func (p *page) auditNames(list []audit.Record) (*auditNames, error) {
	var homes []home.ID
	var actions []id.ID
	for i := range list {
		t := list[i].Target
		if h := homeOfTarget(t); h != 0 {
			homes = append(homes, h)
		} else if n, err := id.Parse(t.ID); err == nil && t.Kind == "bulk" {
			actions = append(actions, n)
		}
	}
	members, err := member.Names(p.ctx(), p.DB, homes)
	if err != nil {
		return nil, err
	}
	bulks, err := p.Bulk.Some(p.ctx(), actions)
	return &auditNames{members, bulks}, err
}

// homeOfTarget is the member that something was done to, or to whose purchase; 0:
// none.
func homeOfTarget(t audit.Target) home.ID {
	of := t.ID
	switch t.Kind {
	case "member":
	case "purchase":
		of, _, _ = strings.Cut(t.ID, "-")
	default:
		return 0
	}
	n, err := id.Parse(of)
	if err != nil {
		return 0
	}
	return home.ID(n)
}

// there tells whether what was changed can be looked at still, as far as that is
// known.
func (n *auditNames) there(p *page, t audit.Target) bool {
	switch t.Kind {
	case "member":
		_, ok := n.members[homeOfTarget(t)]
		return ok
	case "bulk":
		i, _ := id.Parse(t.ID)
		a, ok := n.bulks[i]
		return ok && p.seesBulk(&a)
	}
	return true
}

// named is what a record is about that has no name of its own: a member, whose
// purchase, what was done to many.
func (n *auditNames) named(p *page, r *audit.Record) string {
	switch r.Target.Kind {
	case "member":
		return n.member(p, homeOfTarget(r.Target))
	case "purchase":
		if of := n.member(p, homeOfTarget(r.Target)); of != "" {
			return p.text("admin.audit.of-member", "member", of)
		}
	case "bulk":
		return n.deed(p, r)
	}
	return ""
}

// member is his number and, for whoever may see members, his name.
func (n *auditNames) member(p *page, h home.ID) string {
	m, ok := n.members[h]
	switch {
	case h == 0:
		return ""
	case !ok:
		return "–"
	case m.Name == "" || !p.can(staff.MembersSee):
		return p.text("admin.audit.numbered", "number", m.Number)
	}
	return p.text("admin.audit.named", "number", m.Number, "name", m.Name)
}

// deed is what was done to many: as it was asked for or, of one that is kept no
// longer, as the trail has it.
func (n *auditNames) deed(p *page, r *audit.Record) string {
	i, _ := id.Parse(r.Target.ID)
	a, ok := n.bulks[i]
	if !ok && (json.Unmarshal([]byte(r.After), &a.Deed) != nil || a.Deed.Kind == "") {
		return ""
	}
	return p.inQuotes(p.deedWords(&a.Deed))
}
