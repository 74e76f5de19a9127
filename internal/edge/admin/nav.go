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
}

// menu is all places, by sections; a reader sees those that the table of routes
// lets him in to.
func menu() []struct {
	name   string // key; "": none
	places []place
} {
	return []struct {
		name   string
		places []place
	}{
		{"", []place{
			{"", "layout-dashboard", "admin.nav.overview"},
			{"/members", "users", "admin.nav.members"},
			{"/purchases", "receipt", "admin.nav.purchases"},
			{"/operations", "list", "admin.nav.operations"},
			{approvalsHere, "check", "admin.nav.approvals"},
		}},
		{"admin.nav.programme", []place{
			{"/programmes", "coins", "admin.nav.programmes"},
		}},
		{"admin.nav.reference", []place{
			{"/outlets", "map-pin", "admin.nav.outlets"},
			{"/catalogue", "shopping-bag", "admin.nav.catalogue"},
			{"/playbill", "calendar", "admin.nav.playbill"},
			{"/cards", "credit-card", "admin.nav.cards"},
			{"/cashiers", "user", "admin.nav.cashiers"},
			{"/partners", "users", "admin.nav.partners"},
			{"/groups", "users", "admin.nav.groups"},
			{"/fields", "list", "admin.nav.fields"},
		}},
		{"admin.nav.system", []place{
			{"/people", "user", "admin.nav.people"},
			{"/roles", "lock", "admin.nav.roles"},
			{"/audit", "history", "admin.nav.audit"},
			{"/organization", "home", "admin.organization.title"},
			{consentTextsHere, "circle-check", "admin.nav.consent-texts"},
			{"/settings", "settings", "admin.nav.settings"},
			{"/keys", "lock", "admin.nav.keys"},
			{"/webhooks", "send", "admin.nav.webhooks"},
			{jobsHere, "refresh", "admin.nav.jobs"},
		}},
	}
}

// anyPlace tells whether the menu leads anywhere but to the overview.
func (p *page) anyPlace() bool {
	for _, s := range menu() {
		for _, l := range s.places {
			if l.path != "" && p.offers(l.path) {
				return true
			}
		}
	}
	return false
}

// frame is what is around a page.
func (p *page) frame(title, here string) kit.Frame {
	o := p.Organization()
	f := kit.Frame{
		Title: title, House: o.Name, Home: Base, Other: other(p.r),
		Who: kit.Person{Name: p.who.Person.Name, Role: p.roleName(&p.who.Person), Page: Base + "/me", SignOut: Base + "/sign-out"},
	}
	if p.can(staff.MembersSee) || p.can(staff.PurchasesSee) {
		f.Search = Base + "/find"
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
			if p.offers(l.path) {
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
func (p *page) offers(path string) bool {
	return p.goes(path) && (path != approvalsHere || p.ofPoints() || p.ofProgrammes())
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
