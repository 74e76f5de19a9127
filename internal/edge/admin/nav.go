package admin

import (
	"net/http"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/staff"
)

// place is one of the menu.
type place struct {
	path string // below Base
	icon string
	text string // key
	need staff.Permission
}

// menu is all places, by sections; a reader sees those that he may go to.
func menu() []struct {
	name   string // key; "": none
	places []place
} {
	return []struct {
		name   string
		places []place
	}{
		{"", []place{
			{"", "layout-dashboard", "admin.nav.overview", ""},
			{"/members", "users", "admin.nav.members", staff.MembersSee},
			{"/purchases", "receipt", "admin.nav.purchases", staff.PurchasesSee},
			{"/operations", "list", "admin.nav.operations", staff.PurchasesSee},
			{approvalsHere, "check", "admin.nav.approvals", ""},
		}},
		{"admin.nav.programme", []place{
			{"/programmes", "coins", "admin.nav.programmes", staff.ProgrammeSee},
		}},
		{"admin.nav.reference", []place{
			{"/outlets", "map-pin", "admin.nav.outlets", staff.ReferenceSee},
			{"/catalogue", "shopping-bag", "admin.nav.catalogue", staff.ReferenceSee},
			{"/playbill", "calendar", "admin.nav.playbill", staff.ReferenceSee},
			{"/cards", "credit-card", "admin.nav.cards", staff.ReferenceSee},
			{"/cashiers", "user", "admin.nav.cashiers", staff.ReferenceSee},
			{"/partners", "users", "admin.nav.partners", staff.ReferenceSee},
			{"/groups", "users", "admin.nav.groups", staff.MembersSee},
			{"/fields", "list", "admin.nav.fields", staff.SettingsEdit},
		}},
		{"admin.nav.system", []place{
			{"/people", "user", "admin.nav.people", staff.StaffEdit},
			{"/roles", "lock", "admin.nav.roles", staff.StaffEdit},
			{"/audit", "history", "admin.nav.audit", staff.AuditSee},
			{"/organization", "home", "admin.organization.title", staff.SettingsEdit},
			{"/settings", "settings", "admin.nav.settings", staff.SettingsEdit},
			{"/keys", "lock", "admin.nav.keys", staff.KeysEdit},
			{"/webhooks", "send", "admin.nav.webhooks", staff.WebhooksEdit},
			{jobsHere, "refresh", "admin.nav.jobs", staff.JobsSee},
		}},
	}
}

// frame is what is around a page.
func (p *page) frame(title, here string) kit.Frame {
	o := p.Organization()
	f := kit.Frame{
		Title: title, House: o.Name, Home: Base, Other: other(p.r),
		Who: kit.Person{Name: p.who.Person.Name, Role: p.roleName(&p.who.Person), Page: Base + "/me", SignOut: Base + "/sign-out"},
	}
	if p.can(staff.MembersSee) {
		f.Search = membersPath + "/find"
	}
	if f.House == "" {
		f.House = p.text("ui.product")
	}
	for _, s := range menu() {
		section := kit.Section{}
		if s.name != "" {
			section.Name = p.text(s.name)
		}
		for _, l := range s.places {
			if p.offers(l) {
				link := kit.Link{Icon: l.icon, Text: p.text(l.text), Href: Base + l.path, Here: l.path == here}
				if l.path == approvalsHere {
					link.Count = p.approvalsWaiting()
					link.Hot = link.Count != ""
				}
				section.Links = append(section.Links, link)
			}
		}
		if len(section.Links) > 0 {
			f.Sections = append(f.Sections, section)
		}
	}
	return f
}

// offers tells whether a place is in the reader's menu.
func (p *page) offers(l place) bool {
	switch l.path {
	case auditHere, jobsHere:
		return p.mayWhole(p.can(l.need))
	case approvalsHere:
		return p.ofPoints() || p.ofProgrammes()
	}
	return l.need == "" || p.can(l.need)
}

// roleName is the role of a person in the reader's words.
func (p *page) roleName(who *staff.Person) string {
	if key := "staff.role." + who.Role; p.Texts.Has(p.lang(), key) {
		return p.text(key)
	}
	if role, err := p.Staff.Role(p.ctx(), who.Role); err == nil {
		return role.Name
	}
	return who.Role // a name that can't be read keeps no page from being shown
}

// failureIcon is the picture of a failure.
func failureIcon(status int) string {
	switch status {
	case http.StatusForbidden:
		return "lock"
	case http.StatusNotFound:
		return "search"
	}
	return "alert-triangle"
}
