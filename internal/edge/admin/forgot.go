package admin

import "kopilka/internal/platform/fault"

func (p *page) forgot() error { return p.askForgot(p.filled(p.r.URL.Query())) }

func (p *page) askForgot(f *form) error {
	if !p.Staff.Mails() {
		return p.atDoor(f, "admin.forgot.title", forgotNoMail)
	}
	return p.atDoor(f, "admin.forgot.title", forgotForm,
		f.field("email", "email", needed, first, kind("email", "username"), most(maxEmail)))
}

// forgotSent says the same whether there is such a person or not.
func (p *page) forgotSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	if err := p.Staff.Forgot(p.ctx(), f.get("email"), p.where()); err != nil {
		if f.refuse(err) {
			return p.askForgot(f)
		}
		return err
	}
	return p.atDoor(f, "admin.forgot.title", forgotDone)
}

// reset is where a link from a letter leads: a new password, or the first one
// of who was invited.
func (p *page) reset() error {
	f := p.filled(p.r.URL.Query())
	if _, _, err := p.Staff.TokenOf(p.ctx(), f.get("token")); err != nil {
		return err
	}
	return p.askReset(f)
}

func (p *page) askReset(f *form) error {
	f.values.Del("password")
	return p.atDoor(f, "admin.reset.title", resetForm(f.get("token")),
		f.field("password", "new-password", needed, first, kind("password", "new-password"), most(maxPassword)))
}

func (p *page) resetSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	err = p.Staff.Reset(p.ctx(), f.get("token"), f.values.Get("password"), p.where())
	switch {
	case err == nil:
		return p.to(Base+"/sign-in", "password")
	case !fault.Is(err, "staff.token-ended") && f.refuse(err):
		return p.askReset(f)
	}
	return err
}
