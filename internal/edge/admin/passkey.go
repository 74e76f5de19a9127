package admin

import (
	"encoding/json"
	"net/http"
	"time"

	"kopilka/internal/edge/httpx"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/passkey"
)

// site is the site whose passkeys are made and used on this page.
func (p *page) site() (passkey.Site, error) {
	return passkey.At(p.Address, schemeOf(p.r)+p.r.Host, p.text("ui.product"))
}

// asks answers a script with what the browser is to be asked, or with why it
// can't be.
func (p *page) asks(options json.RawMessage, err error) error {
	status, body := http.StatusOK, []byte(options)
	if err != nil {
		e := fault.From(err)
		if e.Kind == fault.Internal {
			return err
		}
		status = httpx.Status(e.Kind)
		if body, err = json.Marshal(map[string]string{"detail": p.Texts.Fault(p.lang(), e)}); err != nil {
			return err
		}
	}
	p.w.Header().Set("Content-Type", "application/json")
	p.w.WriteHeader(status)
	_, err = p.w.Write(body)
	return err
}

// canEnterByKey tells whether the door offers passkeys: there are some, and
// here they work.
func (p *page) canEnterByKey() (bool, error) {
	if _, err := p.site(); err != nil {
		return false, nil //nolint:nilerr // where they do not work nothing is said of them
	}
	return p.Staff.AnyPasskeys(p.ctx())
}

func (p *page) enterAsked() error {
	site, err := p.site()
	if err != nil {
		return p.asks(nil, err)
	}
	options, token, err := p.Staff.AskPasskey(p.ctx(), site, p.where())
	if err == nil {
		p.setAsked(token, askedLasts)
	}
	return p.asks(options, err)
}

func (p *page) enterByKey() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	site, err := p.site()
	if err != nil {
		return err
	}
	asked := ""
	if c, err := p.r.Cookie(cookieOf(p.r) + askedCookie); err == nil {
		asked = c.Value
	}
	token, s, err := p.Staff.SignInByPasskey(p.ctx(), site, asked, f.values.Get("answer"), f.on("remember"), p.where())
	if err != nil {
		if f.refuse(err) {
			return p.askSignIn(f)
		}
		return err
	}
	p.setAsked("", -time.Second)
	p.keep(token, &s)
	return p.inside(f)
}

// What a browser was asked in which nobody is signed in is known by a cookie.
const (
	askedCookie = "-asked"
	askedLasts  = 5 * time.Minute
)

func (p *page) setAsked(token string, lasts time.Duration) {
	http.SetCookie(p.w, &http.Cookie{
		Name: cookieOf(p.r) + askedCookie, Value: token, Path: "/", MaxAge: int(lasts.Seconds()), HttpOnly: true, Secure: httpx.Secure(p.r), SameSite: http.SameSiteStrictMode,
	})
}

// canSureByKey tells whether the reader can prove himself by a passkey here.
func (p *page) canSureByKey() bool {
	_, err := p.site()
	return err == nil && p.who.Person.Passkeys > 0
}

func (p *page) sureAsked() error {
	site, err := p.site()
	if err != nil {
		return p.asks(nil, err)
	}
	options, err := p.Staff.AskProof(p.ctx(), p.who, site)
	return p.asks(options, err)
}

func (p *page) sureByKey() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	site, err := p.site()
	if err != nil {
		return err
	}
	return p.sured(f, p.Staff.ConfirmByPasskey(p.ctx(), p.who, site, f.values.Get(sureAnswer)))
}
