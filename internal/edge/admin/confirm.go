package admin

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/platform/fault"
)

// confirmation is the page that asks whoever does something risky to prove
// himself once more, and then goes on where he was.
func confirmation(a *Admin) {
	a.get("/confirm", "", (*page).confirm)
	a.post("/confirm", "", (*page).confirmSent)
	a.post("/confirm/passkey/ask", "", (*page).sureAsked)
	a.post("/confirm/passkey", "", (*page).sureByKey)
}

// What the page asks, and what goes along with it: names that no other form
// has, since all that one sent goes along too.
const (
	confirmPath  = Base + "/confirm"
	surePassword = "sure-password"
	sureCode     = "sure-code"
	sureAnswer   = "sure-answer" // of a passkey
	sureNext     = "sure-next"
	sureAgain    = "sure-again" // what was sent is sent once more
	sureBack     = "sure-back"  // the page that he was on, for who thinks better of it
)

// confirmView is the page.
type confirmView struct {
	Whole         string
	Wrong, Fields []kit.Field
	Along         []sent
	Back          string
	ByKey         bool
}

// confirm asks before a page is read.
func (p *page) confirm() error {
	return p.askSure(p.filled(url.Values{sureNext: {onward(p.r.URL.Query().Get("next"))}}))
}

// onward is where the reader goes on: a page of the console, and not this one.
func onward(to string) string {
	if to = local(to); to == confirmPath || strings.HasPrefix(to, confirmPath+"/") {
		return Base
	}
	return to
}

// sureFirst asks before something is done. All that was sent goes along, so
// that nothing typed is lost, and is sent again afterwards.
func (p *page) sureFirst() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	f.values = maps.Clone(f.values)
	f.values.Set(sureNext, p.r.URL.Path)
	f.values.Set(sureAgain, "yes")
	f.values.Set(sureBack, p.cameFrom())
	return p.askSure(f)
}

// cameFrom is the page that the reader has sent something from.
func (p *page) cameFrom() string {
	from, err := url.Parse(p.r.Referer())
	if err != nil || from.Host != p.r.Host {
		return Base
	}
	return onward(from.RequestURI())
}

func (p *page) askSure(f *form) error {
	v := confirmView{Back: local(f.get(sureBack)), ByKey: p.canSureByKey()}
	for _, name := range slices.Sorted(maps.Keys(f.values)) {
		if name != surePassword && name != sureCode && name != sureAnswer {
			for _, value := range f.values[name] {
				v.Along = append(v.Along, sent{name, value})
			}
		}
	}
	if next := onward(f.get(sureNext)); !f.on(sureAgain) {
		v.Back = next
	}
	v.Fields = p.sureFields(f)
	v.Whole, v.Wrong = f.problems()
	title := p.text("admin.confirm.title")
	if v.Whole != "" || len(f.wrong) > 0 {
		return p.again(title, "", confirmPage(title, v))
	}
	return p.show(title, "", confirmPage(title, v))
}

// fresh refuses who has not proven himself lately: he is asked to, and goes on
// with what he sent.
func (p *page) fresh() error { return p.who.Fresh(p.Clock.Now()) }

// sureFields ask for the password and, of whoever has set up codes of a phone,
// for one of these.
func (p *page) sureFields(f *form) []kit.Field {
	f.values.Del(surePassword)
	f.values.Del(sureCode)
	fields := []kit.Field{f.field(surePassword, "password", needed, first, kind("password", "current-password"), most(maxPassword))}
	if p.who.Person.TOTP {
		fields = append(fields, f.field(sureCode, "second-proof", needed, kind("text", "one-time-code"), most(maxCode)))
	}
	return fields
}

// refuseSure puts why a proof was not taken to its field: false where that is
// no matter of the proof.
func (f *form) refuseSure(err error) bool {
	e := fault.From(err)
	var at string
	switch e.Code {
	case "staff.password-wrong", "staff.too-many-tries":
		at = surePassword
	case "staff.code-wrong":
		at = sureCode
	default:
		return false
	}
	f.wrong[at] = f.p.Texts.Fault(f.p.lang(), e)
	return true
}

func (p *page) confirmSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	return p.sured(f, p.Staff.Confirm(p.ctx(), p.who, f.values.Get(surePassword), f.get(sureCode)))
}

// sured goes on where a proof was taken, and asks again where it was not.
func (p *page) sured(f *form, err error) error {
	next := onward(f.get(sureNext))
	switch {
	case err == nil && f.on(sureAgain):
		http.Redirect(p.w, p.r, next, http.StatusTemporaryRedirect) // the same is sent there
		return nil
	case err == nil:
		return p.to(next, "")
	case f.refuseSure(err) || f.refuse(err):
		return p.askSure(f)
	}
	return err
}
