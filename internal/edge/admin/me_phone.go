package admin

import (
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/platform/fault"
)

// phonePath is the page on which codes of a phone are set up.
const phonePath = mePath + "/phone"

// phoneView is the secret as a phone takes it, and the field for its first
// code.
type phoneView struct {
	QR    string
	Size  int
	Key   string // in groups, to be typed in
	URL   string
	Whole string
	Wrong []kit.Field
	Code  kit.Field
}

// phoneBegun draws a secret and leads to the page that shows it.
func (p *page) phoneBegun() error {
	if _, err := p.Staff.BeginTOTP(p.ctx(), p.who); err != nil {
		return err
	}
	return p.to(phonePath, "")
}

func (p *page) phone() error { return p.askPhone(p.filled(nil)) }

func (p *page) askPhone(f *form) error {
	set, err := p.Staff.BegunTOTP(p.ctx(), p.who)
	if fault.Is(err, "staff.totp-not-begun") {
		return p.to(mePath, "")
	}
	if err != nil {
		return err
	}
	f.values.Del("code")
	v := phoneView{Key: grouped(set.Secret), URL: set.URL}
	if v.Size, v.QR, err = qrPath(set.URL); err != nil {
		return err
	}
	v.Code = f.field("code", "phone-code", needed, narrow, kind("text", "one-time-code"), mode("numeric"), most(maxCode))
	v.Whole, v.Wrong = f.problems()
	title := p.text("admin.phone.title")
	if v.Whole != "" || len(f.wrong) > 0 {
		return p.again(title, "/me", phonePage(title, v))
	}
	return p.show(title, "/me", phonePage(title, v))
}

// grouped parts a key into fours.
func grouped(key string) string {
	const group = 4
	var b strings.Builder
	for i, c := range key {
		if i > 0 && i%group == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// phoneSent takes the first code and shows the recovery codes, this once.
func (p *page) phoneSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	codes, err := p.Staff.ConfirmTOTP(p.ctx(), p.who, f.get("code"))
	switch {
	case err == nil:
		return p.showRecovery(codes, "admin.phone.on")
	case fault.Is(err, "staff.code-wrong"):
		f.wrong["code"] = p.Texts.Fault(p.lang(), fault.From(err))
		return p.askPhone(f)
	case !fault.Is(err, "staff.totp-not-begun") && f.refuse(err):
		return p.askPhone(f)
	}
	return err
}

func (p *page) recoveryMade() error {
	codes, err := p.Staff.NewRecovery(p.ctx(), p.who)
	if err != nil {
		return err
	}
	return p.showRecovery(codes, "admin.phone.new-codes")
}

func (p *page) showRecovery(codes []string, done string) error {
	title := p.text("admin.phone.codes")
	return p.show(title, "/me", recoveryPage(title, p.text(done), codes))
}

func (p *page) phoneDropped() error {
	if err := p.Staff.DropTOTP(p.ctx(), p.who); err != nil {
		return err
	}
	return p.to(mePath, "phone-off")
}
