package admin

import (
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/reference"
)

// passkeysPath is where a person adds and removes his passkeys.
const passkeysPath = mePath + "/passkeys"

// passkeyRow is a passkey on its person's page.
type passkeyRow struct {
	Name, ID, Drop string
	Synced, Copied bool
	Created, Used  clock.Micros
}

// passkeysView is what a person's own page says of his passkeys.
type passkeysView struct {
	Rows []passkeyRow
	Off  string // why none can be added here; "": it can
}

func (p *page) passkeysView() (v passkeysView, err error) {
	keys, err := p.Staff.Passkeys(p.ctx(), p.who.Person.ID)
	for i := range keys {
		k := &keys[i]
		v.Rows = append(v.Rows, passkeyRow{
			Name: k.Name, ID: "drop-passkey-" + k.ID.String(), Drop: passkeysPath + "/" + k.ID.String() + "/drop",
			Synced: k.Synced, Copied: k.Copied != 0, Created: k.Created, Used: k.Used,
		})
	}
	if _, err := p.site(); err != nil {
		v.Off = p.Texts.Fault(p.lang(), fault.From(err))
	} else if len(keys) >= staff.MaxPasskeys {
		v.Off = p.text("fault.staff.passkeys-too-many", "max", staff.MaxPasskeys)
	}
	return v, err
}

// passkeyView is the page on which a passkey is made.
type passkeyView struct {
	Whole string
	Wrong []kit.Field
	Name  kit.Field
}

func (p *page) newPasskey() error {
	if err := p.fresh(); err != nil {
		return err
	}
	if _, err := p.site(); err != nil {
		return err
	}
	return p.askPasskey(p.filled(nil))
}

func (p *page) askPasskey(f *form) error {
	v := passkeyView{Name: f.field("name", "passkey-name", needed, first, most(reference.MaxName))}
	v.Whole, v.Wrong = f.problems()
	title := p.text("admin.passkey.new")
	if v.Whole != "" || len(v.Wrong) > 0 {
		return p.again(title, "/me", passkeyPage(title, v))
	}
	return p.show(title, "/me", passkeyPage(title, v))
}

func (p *page) passkeyAsked() error {
	site, err := p.site()
	if err != nil {
		return p.asks(nil, err)
	}
	options, err := p.Staff.BeginPasskey(p.ctx(), p.who, site)
	return p.asks(options, err)
}

func (p *page) passkeySent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	site, err := p.site()
	if err != nil {
		return err
	}
	err = p.Staff.AddPasskey(p.ctx(), p.who, site, f.get("name"), f.values.Get("made"))
	switch {
	case err == nil:
		return p.to(mePath, "passkey-added")
	case f.refuse(err):
		return p.askPasskey(f)
	}
	return err
}

func (p *page) passkeyDropped() error {
	key, err := p.param("passkey")
	if err != nil {
		return err
	}
	if err := p.Staff.DropPasskey(p.ctx(), p.who, key); err != nil {
		return err
	}
	return p.to(mePath, "passkey-dropped")
}
