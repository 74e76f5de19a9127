package pages

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"kopilka/internal/app/demo"
	"kopilka/internal/browsertest"
)

// console is a page of the console of a demo, its owner signed in.
func console(t *testing.T, b *browsertest.Browser, base string, look browsertest.Look) *browsertest.Page {
	t.Helper()
	p := b.Open(t, base+"/admin/sign-in", look)
	words := map[string][3]string{"ru": {"Почта", "Пароль", "Войти"}, "en": {"E-mail", "Password", "Sign in"}}[look.Lang]
	p.Wait(`document.documentElement.lang === "` + look.Lang + `"`)
	p.Type("textbox", words[0], demo.OwnerEmail)
	p.Get(`document.querySelector("#password").focus()`, nil)
	p.Insert(demo.OwnerPassword)
	p.Click("button", words[2])
	p.Wait(`location.pathname === "/admin"`)
	return p
}

// toMember opens the page of the demo's first member, and gives its path.
func (p *program) toMember(page *browsertest.Page) (path string) {
	page.Go(p.url + "/admin/find?q=" + p.phone[1:])
	page.Wait(`location.pathname.match(/^\/admin\/members\/\d+$/)`)
	page.Get(`location.pathname`, &path)
	return path
}

// drawn is when a page is as it stays: its fonts are there, and the charts that
// are seen.
const drawn = `document.fonts.status === "loaded" && document.querySelector("h1") && [...document.querySelectorAll("kp-chart")].every(c => c.getBoundingClientRect().top > innerHeight || c.querySelector("svg"))`

// consolePages are all pages of the console that need nothing but their
// address, by the name of their picture.
func consolePages() map[string]string {
	return map[string]string{
		"overview": "/admin", "me": "/admin/me", "me-edit": "/admin/me/edit", "organization": "/admin/organization", "members": "/admin/members", "members-none": "/admin/members?q=зззз",
		"programmes": "/admin/programmes", "programme-new": "/admin/programmes/new", "outlets": "/admin/outlets", "outlet-new": "/admin/outlets/new",
		"members-filter": "/admin/members?in.state=active&from.active=1&add=birthday&sort=-active", "member-new": "/admin/members/new",
		"catalogue": "/admin/catalogue", "catalogue-types": "/admin/catalogue/types", "catalogue-groups": "/admin/catalogue/groups", "product-new": "/admin/catalogue/new",
		"cards": "/admin/cards", "card-type-new": "/admin/cards/new", "card-find": "/admin/cards/find", "batches": "/admin/cards/batches", "batch-new": "/admin/cards/batches/new",
		"batch-load": "/admin/cards/batches/load", "groups": "/admin/groups", "group-new": "/admin/groups/new", "categories": "/admin/groups/categories",
		"tags": "/admin/groups/tags", "consent-texts": "/admin/consent-texts", "consent-text-new": "/admin/consent-texts/new?kind=rules&language=en", "fields": "/admin/fields", "field-new": "/admin/fields/new",
		"playbill": "/admin/playbill", "playbill-none": "/admin/playbill?day=2020-01-01", "session-new": "/admin/playbill/session/new", "events": "/admin/playbill/events",
		"event-new": "/admin/playbill/event/new", "event-edit": "/admin/playbill/event/edit?code=zvezdopad", "halls": "/admin/playbill/halls", "hall-edit": "/admin/playbill/hall/edit?code=kino-1",
		"settings": "/admin/settings", "settings-none": "/admin/settings?q=qqqq", "setting-mandatory": "/admin/settings/mandatory", "setting-flag": "/admin/settings/unique_phone",
		"cashiers": "/admin/cashiers", "cashier-new": "/admin/cashiers/new", "cashiers-none": "/admin/cashiers?q=зззз", "partners": "/admin/partners",
		"operations": "/admin/operations", "keys": "/admin/keys", "key-new": "/admin/keys/new", "webhooks": "/admin/webhooks", "webhook-new": "/admin/webhooks/new",
		"people": "/admin/people", "people-none": "/admin/people?q=zzzz", "roles": "/admin/roles", "role-administrator": "/admin/roles/administrator", "role-new": "/admin/roles/new",
		"person-invite": "/admin/people/new", "audit": "/admin/audit", "audit-none": "/admin/audit?q=zzzz", "jobs": "/admin/jobs", "approvals-none": "/admin/approvals", "confirm": "/admin/confirm?next=/admin/people",
		"purchases": "/admin/purchases?span=quarter", "bulk-none": "/admin/members/bulk", "purchases-none": "/admin/purchases?state=refunded&q=no-such-receipt",
	}
}

// thing is a page of something that a list leads to, and what can be done there.
type thing struct {
	list, path string // where it is found, and how its address begins
	do         string // what is asked for before its pages are there; "": nothing
	pages      []string
}

// thingPages are the pages of things, by the names of their pictures.
func thingPages() map[string]thing {
	return map[string]thing{
		"member": {"/admin/members", "/admin/members/", "", []string{
			"", "/identifiers", "/identifiers/new", "/bonuses", "/movement", "/tickets", "/cards", "/cards/new", "/codes", "/codes/new", "/levels", "/level", "/household", "/consents", "/consents/give", "/changes", "/edit", "/points", "/merge", "/privacy",
		}},
		"purchase": {"/admin/purchases?span=quarter", "/admin/purchases/", "", []string{"", "/refund"}},
		"programme": {"/admin/programmes", "/admin/programmes/", "/draft/begin", []string{
			"", "/draft", "/draft/part/head", "/draft/part/earning", "/draft/part/spending", "/draft/part/rule", "/draft/part/campaign", "/draft/part/settings", "/draft/text", "/draft/publish", "/try", "/codes", "/codes/new",
		}},
		"outlet":       {"/admin/outlets", "/admin/outlets/", "", []string{"", "/edit"}},
		"product":      {"/admin/catalogue", "/admin/catalogue/products/", "", []string{""}},
		"card-type":    {"/admin/cards", "/admin/cards/types/", "", []string{""}},
		"consent-text": {"/admin/consent-texts", "/admin/consent-texts/", "", []string{"", "/edit", "/1"}},
		"partner":      {"/admin/partners", "/admin/partners/", "", []string{"", "/edit"}},
		"person":       {"/admin/people", "/admin/people/", "", []string{"", "/edit"}},
	}
}

// at is the address of the first of its things that the list leads to.
func (x *thing) at(p *browsertest.Page, base string) (path string) {
	p.Go(base + x.list)
	p.Wait(drawn)
	p.Get(`[...document.querySelectorAll("main a[href]")].map(a => a.pathname).find(a => a.startsWith("`+x.path+`") && /\d/.test(a.slice(`+strconv.Itoa(len(x.path))+`).split("/")[0]))`, &path)
	if x.do != "" {
		p.Get(`fetch("`+path+x.do+`", {method: "POST"}).then(r => r.status)`, nil)
	}
	return path
}

// looks are each width in each theme and each language, not in each pair of them.
func looks() []browsertest.Look {
	return slices.DeleteFunc(browsertest.Looks(), func(l browsertest.Look) bool { return l.Dark != (l.Lang == "en") })
}

// TestConsoleLooks: every page of the console fits and can be used by
// everybody, in every look.
func TestConsoleLooks(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := start(t)
	for _, look := range looks() {
		t.Run(look.Name(), func(t *testing.T) {
			p := console(t, b, s.url, look)
			for name, path := range consolePages() {
				p.Go(s.url + path)
				p.Wait(drawn)
				p.Fits()
				p.Accessible()
				p.Shot(name)
			}
			for name, x := range thingPages() {
				at := x.at(p, s.url)
				for _, page := range x.pages {
					p.Go(s.url + at + page)
					p.Wait(drawn)
					p.Fits()
					p.Accessible()
					p.Shot(name + strings.ReplaceAll(page, "/", "-"))
				}
			}
		})
	}
}

// TestSetUp: who opens a new program becomes its owner, says whose it is and
// where it sells, and is told what to do next. What is wrong is said where it
// is, and nothing typed is lost.
func TestSetUp(t *testing.T) {
	t.Parallel()
	b := browsertest.Start(t)
	s := serve(t)
	p := b.Open(t, s.URL+"/", browsertest.Look{Width: 1440, Height: 900, Lang: "ru"})
	p.Wait(`location.pathname === "/admin/set-up"`)
	p.Forgive("422")
	p.Type("textbox", "Как вас зовут", "Ольга Светлова")
	p.Type("textbox", "Почта", "olga@example.com")
	p.Get(`document.querySelector("#password").focus()`, nil)
	p.Insert("1234567890")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("#password[aria-invalid]") && document.querySelector("#name").value === "Ольга Светлова" && document.querySelector("#password").value === ""`)
	p.Wait(`document.activeElement.id === "password"`)
	p.Accessible()
	p.Shot("set-up-wrong")
	p.Insert("весна на Заречной улице")
	p.Press(browsertest.Enter)
	p.Wait(`location.pathname === "/admin/organization"`)
	// All that is wrong is said at once, and nothing is kept of the rest.
	p.Get(`document.querySelectorAll("#name, #outlet").forEach(i => { i.required = false; i.value = "" })`, nil)
	p.Click("button", "Закончить")
	p.Wait(`document.querySelector("#name[aria-invalid]") && document.querySelector("#outlet[aria-invalid]")`)
	var kept int
	if err := s.Core.DB.Row(t.Context(), `select count(*) from partner`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d partners of half a set-up, %v", kept, err)
	}
	p.Type("textbox", "Название организации", "Студия света")
	p.Type("textbox", "Название точки", "На Мира, 5")
	p.Accessible()
	p.Shot("set-up-organization")
	p.Click("button", "Закончить")
	p.Wait(`location.pathname === "/admin" && document.querySelector("[role=status]")`)
	p.See("heading", "С чего начать")
	p.Accessible()
	p.Shot("first-steps")
	if o := s.Core.Organization(); o.Name != "Студия света" || o.Version != 1 {
		t.Errorf("the organization is %+v", o)
	}

	// The door is closed behind him: nobody becomes a second first owner.
	p.Forgive("404")
	p.Go(s.URL + "/admin/set-up")
	p.See("heading", "Не найдено")

	// Out, and in again; a wrong password is told and the e-mail stays.
	p.Go(s.URL + "/admin/organization")
	p.Click("button", "Выйти")
	p.Wait(`location.pathname === "/admin/sign-in"`)
	p.Go(s.URL + "/admin/organization")
	p.Wait(`location.pathname === "/admin/sign-in" && location.search === "?next=` + url.QueryEscape("/admin/organization") + `"`)
	p.Type("textbox", "Почта", "OLGA@example.com")
	p.Get(`document.querySelector("#password").focus()`, nil)
	p.Insert("зима на Заречной улице")
	p.Press(browsertest.Enter)
	p.Wait(`document.querySelector("[role=alert]") && document.querySelector("#email").value === "OLGA@example.com"`)
	p.Accessible()
	p.Shot("sign-in-wrong")
	p.Get(`document.querySelector("#password").focus()`, nil)
	p.Insert("весна на Заречной улице")
	p.Press(browsertest.Enter)
	p.Wait(`location.pathname === "/admin/organization"`)
}
