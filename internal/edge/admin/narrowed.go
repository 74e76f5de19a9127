package admin

import (
	"slices"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
)

// idle names what a person's role allows and the outlets that he works at keep him
// from: all pages for it are the whole organization's, or a programme's where none is
// bound to his outlets alone; of programmes, which have pages of either kind, what is
// left to him is told apart.
func (p *page) idle(w *staff.Person) ([]string, error) {
	if !w.Narrowed() {
		return nil, nil
	}
	role, err := p.Staff.Role(p.ctx(), w.Role)
	if err != nil {
		return nil, err
	}
	own, err := p.ownProgramme(w)
	if err != nil {
		return nil, err
	}
	all, every := map[staff.Permission]int{}, map[staff.Permission]int{}
	for _, r := range p.routes {
		all[r.need]++
		if r.reach == Everywhere || r.reach == OfProgramme && !own {
			every[r.need]++
		}
	}
	var out []string
	for _, need := range role.Permissions {
		if all[need] > 0 && all[need] == every[need] {
			out = append(out, p.text("staff.permission."+string(need)))
		}
	}
	if slices.Contains(role.Permissions, staff.ProgrammeEdit) {
		key := "admin.people.idle-drafts"
		if own {
			key = "admin.people.idle-programmes"
		}
		out = append(out, p.text(key))
	}
	return out, nil
}

// ownProgramme tells whether a programme is bound to a person's outlets alone.
func (p *page) ownProgramme(w *staff.Person) (bool, error) {
	who, err := p.Staff.Standing(p.ctx(), w.ID)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(p.Programmes.Current().All(), func(pr *rule.Programme) bool { return who.Covers(pr.Outlets, pr.Partners) }), nil
}
