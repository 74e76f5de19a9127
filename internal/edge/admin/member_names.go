package admin

import (
	"cmp"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
)

// namesOf are what the members of a page are called, read at once; none where
// the reader may not see members. One of whom nothing is kept has no name.
func (p *page) namesOf(homes []home.ID) (map[home.ID]string, error) {
	if !p.can(staff.MembersSee) {
		return nil, nil
	}
	list, err := member.Names(p.ctx(), p.DB, homes)
	out := make(map[home.ID]string, len(list))
	for h, n := range list {
		out[h] = cmp.Or(n.Name, p.text("admin.members.nameless", "number", n.Number))
	}
	return out, err
}
