package admin

import (
	"net/url"
	"slices"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/id"
)

// groupsOfPages is the groups of one member.
func groupsOfPages(a *Admin) {
	const path = "/members/{member}/groups"
	a.get(path, staff.MembersEdit, (*page).groupsOf)
	a.post(path, staff.MembersEdit, (*page).groupsOfSent)
}

func groupsOfPath(h home.ID) string { return memberPath(h) + "/groups" }

func (p *page) groupsOf() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	values := url.Values{"version": {id.ID(m.Version).String()}}
	for _, g := range m.Groups {
		values.Add("groups", g.String())
	}
	return p.askGroups(p.filled(values), &m)
}

// askGroups offers the groups that there are; one that was put away stays with
// whoever is in it until he is taken out.
func (p *page) askGroups(f *form, m *member.Member) error {
	all, err := member.Groups(p.ctx(), p.DB)
	if err != nil {
		return err
	}
	s := sheet{
		Title: p.text("admin.groups.of-member", "name", p.memberName(m)), Here: "/members", Crumbs: p.memberCrumbs(m),
		Action: groupsOfPath(m.Home), Back: memberPath(m.Home), Do: p.text("admin.save"), Hidden: []sentAlong{{"version", f.values.Get("version")}},
	}
	var options []kit.Option
	for i := range all {
		if g := &all[i]; g.Active || slices.Contains(m.Groups, g.ID) {
			options = append(options, kit.Option{Value: g.ID.String(), Text: g.Name})
		}
	}
	if len(options) == 0 {
		s.Notes, s.Do = []string{p.text("admin.groups.none-yet")}, ""
		return p.ask(f, s)
	}
	s.Parts = []sheetPart{{Entries: []entry{f.boxes("groups", "member-groups", options)}}}
	return p.ask(f, s)
}

func (p *page) groupsOfSent() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	version, err := numberOf(f.get("version"))
	if err != nil {
		return err
	}
	groups := []id.ID{}
	for _, v := range f.values["groups"] {
		g, err := id.Parse(v)
		if err != nil {
			return err
		}
		groups = append(groups, g)
	}
	if _, err := p.Members.Update(p.ctx(), p.Rules(), m.Home, version, member.Patch{Groups: &groups}, p.actor()); err != nil {
		if f.refuse(err) {
			f.values.Set("version", id.ID(m.Version).String())
			return p.askGroups(f, &m)
		}
		return err
	}
	return p.to(memberPath(m.Home), "saved")
}
