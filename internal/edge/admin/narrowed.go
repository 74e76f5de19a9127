package admin

import "kopilka/internal/loyalty/staff"

// idle names what a person's role allows and the outlets that he works at keep him
// from: all pages for it are the whole organization's.
func (p *page) idle(w *staff.Person) ([]string, error) {
	if !w.Narrowed() {
		return nil, nil
	}
	role, err := p.Staff.Role(p.ctx(), w.Role)
	if err != nil {
		return nil, err
	}
	all, every := map[staff.Permission]int{}, map[staff.Permission]int{}
	for _, r := range p.routes {
		all[r.need]++
		if r.reach == Everywhere {
			every[r.need]++
		}
	}
	var out []string
	for _, need := range role.Permissions {
		if all[need] > 0 && all[need] == every[need] {
			out = append(out, p.text("staff.permission."+string(need)))
		}
	}
	return out, nil
}
