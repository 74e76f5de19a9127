package admin

import (
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
)

// me is the pages of the person himself: his name and e-mail, his password, his second proof, his
// passkeys, and where he is signed in.
func me(a *Admin) {
	a.get("/me", "", (*page).me)
	a.get("/me/edit", "", (*page).editMe)
	a.post("/me/edit", "", (*page).editMeSent)
	a.post("/me/password", "", (*page).passwordSent)
	a.get("/me/phone", "", (*page).phone)
	a.post("/me/phone", "", (*page).phoneSent)
	a.post("/me/phone/begin", "", (*page).phoneBegun)
	a.post("/me/phone/recovery", "", (*page).recoveryMade)
	a.post("/me/phone/drop", "", (*page).phoneDropped)
	a.get("/me/passkeys/new", "", (*page).newPasskey)
	a.post("/me/passkeys/ask", "", (*page).passkeyAsked)
	a.post("/me/passkeys", "", (*page).passkeySent)
	a.post("/me/passkeys/{passkey}/drop", "", (*page).passkeyDropped)
	a.post("/me/sessions/others", "", (*page).othersEnded)
	a.post("/me/sessions/{session}", "", (*page).sessionEnded)
}

const mePath = Base + "/me"

// meView is a person's own page.
type meView struct {
	Name, Email, Role string
	Whole             string
	Wrong, Fields     []kit.Field
	Sessions          []sessionRow
	Phone             bool  // codes of his phone are asked for
	Left              int64 // recovery codes
	Passkeys          passkeysView
}

type sessionRow struct {
	Browser, Address, Path string
	Seen                   clock.Micros
	Here                   bool
}

func (p *page) me() error { return p.showMe(p.filled(nil)) }

func (p *page) showMe(f *form) error {
	f.values.Del("old")
	f.values.Del("password")
	who := &p.who.Person
	v := meView{Name: who.Name, Email: who.Email, Role: p.roleName(who), Fields: []kit.Field{
		f.field("old", "old-password", needed, kind("password", "current-password"), most(maxPassword)),
		f.field("password", "new-password", needed, kind("password", "new-password"), most(maxPassword)),
	}}
	var err error
	if v.Sessions, err = p.sessionsOf(who.ID); err != nil {
		return err
	}
	if v.Phone = who.TOTP; v.Phone {
		if v.Left, err = p.Staff.RecoveryLeft(p.ctx(), p.who); err != nil {
			return err
		}
	}
	if v.Passkeys, err = p.passkeysView(); err != nil {
		return err
	}
	v.Whole, v.Wrong = f.problems()
	title := p.text("ui.my-page")
	if v.Whole != "" || len(f.wrong) > 0 {
		return p.again(title, "/me", mePage(title, v))
	}
	return p.show(title, "/me", mePage(title, v))
}

// sessionsOf is where a person is signed in.
func (p *page) sessionsOf(person id.ID) (rows []sessionRow, err error) {
	list, err := p.Staff.Sessions(p.ctx(), person)
	for _, s := range list {
		rows = append(rows, sessionRow{
			Browser: p.browser(s.Where.Agent), Address: s.Where.Address, Path: mePath + "/sessions/" + s.ID.String(), Seen: s.Seen, Here: s.ID == p.who.Session,
		})
	}
	return rows, err
}

// browser is a browser in a word, as far as its name tells.
func (p *page) browser(agent string) string {
	for _, b := range []struct{ sign, name string }{
		{"YaBrowser", "Yandex Browser"}, {"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	} {
		if strings.Contains(agent, b.sign) {
			return b.name
		}
	}
	return p.text("admin.me.other-browser")
}

func (p *page) passwordSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	err = p.Staff.ChangePassword(p.ctx(), p.who, f.values.Get("old"), f.values.Get("password"))
	switch {
	case err == nil:
		return p.to(mePath, "password-changed")
	case f.refuse(err):
		return p.showMe(f)
	}
	return err
}

func (p *page) othersEnded() error {
	if err := p.Staff.EndOthers(p.ctx(), p.who); err != nil {
		return err
	}
	return p.to(mePath, "sessions-ended")
}

func (p *page) sessionEnded() error {
	session, err := p.param("session")
	if err != nil {
		return err
	}
	if err := p.Staff.EndSession(p.ctx(), p.who, session); err != nil {
		return err
	}
	return p.to(mePath, "sessions-ended")
}
