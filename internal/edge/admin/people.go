package admin

import (
	"net/url"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/reference"
)

// people is the pages of who works in the console: their list, inviting, the
// page of each and what is done there. Who works at some places sees and
// changes nobody who works elsewhere.
func people(a *Admin) {
	a.get("/people", staff.StaffEdit, (*page).peopleList)
	a.get("/people/new", staff.StaffEdit, (*page).invite)
	a.post("/people/new", staff.StaffEdit, (*page).inviteSent)
	a.get("/people/{person}", staff.StaffEdit, (*page).person)
	a.get("/people/{person}/edit", staff.StaffEdit, (*page).editPerson)
	a.post("/people/{person}/edit", staff.StaffEdit, (*page).editPersonSent)
	a.post("/people/{person}/link", staff.StaffEdit, (*page).personLink)
	for _, d := range personDeeds() {
		a.post("/people/{person}/"+d.name, staff.StaffEdit, d.serve)
	}
}

const (
	peopleHere  = "/people"
	peoplePath  = Base + peopleHere
	peopleShown = 50
)

func personPath(who *staff.Person) string { return peoplePath + "/" + who.ID.String() }

// personLine is one of the list.
type personLine struct {
	Href, Name, Email, Role, Places, State string
	Tone                                   kit.Tone
	Seen                                   clock.Micros
}

// peopleView is the list as its address asks for it.
type peopleView struct {
	Title, Find string
	State       string
	States      []kit.Link
	Rows        []personLine
	On, Back    string
}

// peopleStates are what the list may be narrowed to; "": all.
var peopleStates = []staff.State{"", staff.Active, staff.Invited, staff.Blocked, staff.Closed}

func (p *page) peopleList() error {
	q := p.r.URL.Query()
	v := peopleView{Title: p.text("admin.nav.people"), Find: strings.TrimSpace(q.Get("q")), State: q.Get("state")}
	list, err := p.Staff.Seen(p.ctx(), p.who, reference.Page{After: q.Get("after"), Find: v.Find, State: reference.State(v.State), Limit: peopleShown})
	if err != nil {
		return err
	}
	for i := range list.Items {
		v.Rows = append(v.Rows, p.personLine(&list.Items[i]))
	}
	href := func(state, after string) string {
		out := url.Values{}
		for name, value := range map[string]string{"q": v.Find, "state": state, "after": after} {
			if value != "" {
				out.Set(name, value)
			}
		}
		return strings.TrimSuffix(peoplePath+"?"+out.Encode(), "?")
	}
	for _, s := range peopleStates {
		text := p.text("admin.people.all")
		if s != "" {
			text = p.text("admin.people.state-" + string(s))
		}
		v.States = append(v.States, kit.Link{Text: text, Href: href(string(s), ""), Here: string(s) == v.State})
	}
	if list.Next != "" {
		v.On = href(v.State, list.Next)
	}
	if q.Get("after") != "" {
		v.Back = href(v.State, "")
	}
	return p.show(v.Title, peopleHere, peoplePage(v))
}

func (p *page) personLine(w *staff.Person) personLine {
	return personLine{
		Href: personPath(w), Name: w.Name, Email: w.Email, Role: p.roleName(w), Places: p.placesOf(w), Seen: w.Seen,
		State: p.text("staff.state." + string(w.State)), Tone: personTone(w.State),
	}
}

func personTone(s staff.State) kit.Tone {
	switch s {
	case staff.Active:
		return kit.Good
	case staff.Invited:
		return kit.Info
	case staff.Blocked:
		return kit.Bad
	}
	return kit.Plain
}

// placesOf names where a person works.
func (p *page) placesOf(w *staff.Person) string {
	var names []string
	for _, i := range w.Partners {
		if x, ok := p.Directory.Partner(i); ok {
			names = append(names, p.text("admin.people.all-of", "partner", x.Name))
		}
	}
	for _, i := range w.Outlets {
		if x, ok := p.Directory.Outlet(i); ok {
			names = append(names, x.Name)
		}
	}
	if !w.Narrowed() {
		return p.text("admin.people.everywhere")
	}
	return strings.Join(names, ", ")
}

// personOf is the person of the address, if the reader may know of him.
func (p *page) personOf() (staff.Person, error) {
	i, err := p.param("person")
	if err != nil {
		return staff.Person{}, err
	}
	w, err := p.Staff.Person(p.ctx(), i)
	if err == nil && !p.who.Sees(w) {
		err = fault.New(fault.NotFound, "staff.not-found")
	}
	return w, err
}

// personView is a person's page.
type personView struct {
	Name, Path, Email, Role, State string
	Tone                           kit.Tone
	About                          []kit.Pair
	Sessions                       []sessionRow
	May                            bool // change him
	Own                            bool // it is the reader himself
	Is                             staff.State
	Proofs                         bool // has codes of a phone or passkeys
	Mails                          bool
	History                        string   // address of what was done to him; "": not to be seen
	Link                           string   // made just now
	Idle                           []string // what the role allows and his outlets keep him from
}

func (p *page) person() error {
	w, err := p.personOf()
	if err != nil {
		return err
	}
	return p.showPerson(&w, p.taken().Secret)
}

func (p *page) showPerson(w *staff.Person, token string) error {
	v := personView{
		Name: w.Name, Path: personPath(w), Email: w.Email, Role: p.roleName(w), State: p.text("staff.state." + string(w.State)), Tone: personTone(w.State),
		Own: w.ID == p.who.Person.ID, Is: w.State, Proofs: w.TOTP || w.Passkeys > 0, Mails: p.Staff.Mails(),
	}
	var err error
	if v.May, err = p.Staff.May(p.ctx(), p.who, *w); err != nil {
		return err
	}
	if v.Sessions, err = p.sessionsOf(w.ID); err != nil {
		return err
	}
	if token != "" {
		v.Link = p.address() + Base + "/reset?token=" + url.QueryEscape(token)
	}
	if p.goes(auditHere) {
		v.History = historyOf("staff", w.ID.String())
	}
	if v.Idle, err = p.idle(w); err != nil {
		return err
	}
	v.About = p.aboutPerson(w)
	return p.show(w.Name, peopleHere, personPage(v))
}

func (p *page) aboutPerson(w *staff.Person) []kit.Pair {
	phone := "admin.phone.is-off"
	if w.TOTP {
		phone = "admin.phone.is-on"
	}
	seen := p.text("admin.people.never")
	if w.Seen != 0 {
		seen = ui.DateTime(p.ctx(), w.Seen)
	}
	return []kit.Pair{
		{Name: p.text("admin.field.email"), Value: w.Email},
		{Name: p.text("admin.me.role"), Value: p.roleName(w)},
		{Name: p.text("admin.people.where"), Value: p.placesOf(w)},
		{Name: p.text("admin.field.own-lang"), Value: p.langName(i18n.Lang(w.Lang))},
		{Name: p.text("admin.phone.second"), Value: p.text(phone)},
		{Name: p.text("admin.passkey.title"), Value: ui.Number(p.ctx(), int64(w.Passkeys))},
		{Name: p.text("admin.people.since"), Value: ui.Date(p.ctx(), w.Created)},
		{Name: p.text("admin.people.seen"), Value: seen},
	}
}

// langName is a language in the reader's words; "" is the organization's.
func (p *page) langName(l i18n.Lang) string {
	if l == "" {
		return p.text("admin.lang.house")
	}
	return p.text("admin.lang." + string(l))
}

// address is where the console is reached, as the settings say, else as the
// reader has reached it.
func (p *page) address() string {
	if p.Address != "" {
		return strings.TrimRight(p.Address, "/")
	}
	return schemeOf(p.r) + p.r.Host
}
