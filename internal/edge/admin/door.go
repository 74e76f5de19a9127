package admin

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/platform/fault"
)

// door is the pages of who is not signed in.
func door(a *Admin) {
	a.open(http.MethodGet, "/sign-in", (*page).signIn)
	a.open(http.MethodPost, "/sign-in", (*page).signInSent)
	a.open(http.MethodPost, "/sign-in/passkey/ask", (*page).enterAsked)
	a.open(http.MethodPost, "/sign-in/passkey", (*page).enterByKey)
	a.open(http.MethodGet, "/prove", (*page).prove)
	a.open(http.MethodPost, "/prove", (*page).proveSent)
	a.open(http.MethodPost, "/sign-out", (*page).signOut)
	a.open(http.MethodGet, "/forgot", (*page).forgot)
	a.open(http.MethodPost, "/forgot", (*page).forgotSent)
	a.open(http.MethodGet, "/reset", (*page).reset)
	a.open(http.MethodPost, "/reset", (*page).resetSent)
}

// doorForm is a form of the door, ready to be shown.
type doorForm struct {
	Next   string
	Whole  string
	Wrong  []kit.Field
	Fields []kit.Field
	Told   string // why it is asked
	Along  []sent // a form that is kept meanwhile
}

func (f *form) door(fields ...kit.Field) doorForm {
	whole, wrong := f.problems()
	v := doorForm{Next: f.values.Get("next"), Whole: whole, Wrong: wrong, Fields: fields}
	if !f.on(keptMark) {
		return v
	}
	v.Told = f.p.text("admin.kept.told")
	for _, name := range slices.Sorted(maps.Keys(f.values)) {
		if name == keptMark || strings.HasPrefix(name, keptPrefix) {
			for _, value := range f.values[name] {
				v.Along = append(v.Along, sent{name, value})
			}
		}
	}
	return v
}

// atDoor answers with a page of the door.
func (p *page) atDoor(f *form, title string, body func(doorForm) doorPage, fields ...kit.Field) error {
	status := http.StatusOK
	if f.whole != "" || len(f.wrong) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return p.write(status, outside(p.text(title), other(p.r), body(f.door(fields...))))
}

func (p *page) signIn() error {
	empty, err := p.Staff.Empty(p.ctx())
	if err != nil {
		return err
	}
	if empty {
		return p.to(Base+"/set-up", "")
	}
	return p.askSignIn(p.onlyNext())
}

func (p *page) askSignIn(f *form) error {
	f.values.Del("password")
	byKey, err := p.canEnterByKey()
	if err != nil {
		return err
	}
	return p.atDoor(f, "admin.sign-in.title", signInForm(byKey),
		f.field("email", "email", needed, first, kind("email", "username"), most(maxEmail)),
		f.field("password", "password", needed, kind("password", "current-password"), most(maxPassword)),
	)
}

const (
	maxEmail    = 254
	maxPassword = 200
)

func (p *page) signInSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	token, s, err := p.Staff.SignIn(p.ctx(), f.get("email"), f.values.Get("password"), f.on("remember"), p.where())
	if err != nil {
		if f.refuse(err) {
			return p.askSignIn(f)
		}
		return err
	}
	p.keep(token, &s)
	switch {
	case s.Whole:
		return p.inside(f)
	case f.on(keptMark):
		return p.askProof(f)
	}
	return p.to(withNext("/prove", f.get("next")), "")
}

func (p *page) prove() error {
	if _, err := p.Staff.Half(p.ctx(), p.token()); err != nil {
		return err
	}
	return p.askProof(p.onlyNext())
}

func (p *page) askProof(f *form) error {
	f.values.Del("code")
	return p.atDoor(f, "admin.prove.title", proveForm,
		f.field("code", "second-proof", needed, first, kind("text", "one-time-code"), most(maxCode)))
}

const maxCode = 40 // characters of a recovery code, with what is typed between

func (p *page) proveSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	token, s, err := p.Staff.Prove(p.ctx(), p.token(), f.get("code"), p.where())
	switch {
	case err == nil:
	case fault.Is(err, "staff.session-ended") && f.on(keptMark) && f.refuse(err):
		return p.askSignIn(f)
	case !fault.Is(err, "staff.session-ended") && f.refuse(err):
		return p.askProof(f)
	default:
		return err
	}
	p.keep(token, &s)
	return p.inside(f)
}

func (p *page) signOut() error {
	if token := p.token(); token != "" {
		if err := p.Staff.SignOut(p.ctx(), token); err != nil {
			return err
		}
	}
	p.drop()
	return p.to(Base+"/sign-in", "")
}
