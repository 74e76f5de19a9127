package admin

import (
	"encoding/json"
	"slices"
	"strings"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/bulk"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/intake"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// auditNames are what some records of the trail are about, read for all of them at
// once.
type auditNames struct {
	members map[home.ID]member.Named
	bulks   map[id.ID]bulk.Action
	files   map[string]string // names of files of members that were sent, by the target
	batches map[string]card.Batch
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
	if err != nil {
		return nil, err
	}
	n := &auditNames{members: members, bulks: bulks, files: map[string]string{}, batches: map[string]card.Batch{}}
	return n, n.readRare(p, list)
}

// readRare reads what few records are about: one by one.
func (n *auditNames) readRare(p *page, list []audit.Record) error {
	for i := range list {
		t := list[i].Target
		of, err := id.Parse(t.ID)
		if err != nil {
			continue
		}
		switch t.Kind {
		case "intake":
			if _, had := n.files[t.ID]; had || !p.can(intake.Needs) { // a file may be called as a person is
				continue
			}
			var in intake.Intake
			if in, err = p.Intakes.Get(p.ctx(), of); err == nil {
				n.files[t.ID] = in.File
			}
		case "card_batch":
			if _, had := n.batches[t.ID]; had {
				continue
			}
			var b card.Batch
			if b, err = card.GetBatch(p.ctx(), p.DB, of); err == nil {
				n.batches[t.ID] = b
			}
		}
		if err != nil && fault.From(err).Kind != fault.NotFound {
			return err
		}
	}
	return nil
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
	case "intake":
		_, ok := n.files[t.ID]
		return ok
	case "card_batch":
		_, ok := n.batches[t.ID]
		return ok
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
	case "intake":
		return p.inQuotes(n.files[r.Target.ID])
	case "card_batch":
		return n.batch(p, r)
	}
	return ""
}

// batch is the type of a batch's cards and, where one was noted, what it is for.
func (n *auditNames) batch(p *page, r *audit.Record) string {
	b, ok := n.batches[r.Target.ID]
	if !ok {
		return ""
	}
	return p.inQuotes(strings.Join(slices.DeleteFunc([]string{p.cardTypeName(b.Type), b.Note}, func(s string) bool { return s == "" }), ", "))
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
