package admin

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/organization"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/reference"
)

// setUp is the pages of a base that is new: who owns it, then whose it is and
// where the first sale is made.
func setUp(a *Admin) {
	a.open(http.MethodGet, "/set-up", (*page).setUp)
	a.open(http.MethodPost, "/set-up", (*page).setUpSent)
	a.get("/organization", staff.SettingsEdit, (*page).organization, Everywhere)
	a.post("/organization", staff.SettingsEdit, (*page).organizationSent, Everywhere)
}

// setUp asks for the owner, once.
func (p *page) setUp() error {
	if err := p.nobodyYet(); err != nil {
		return err
	}
	return p.askOwner(p.filled(nil))
}

func (p *page) nobodyYet() error {
	empty, err := p.Staff.Empty(p.ctx())
	if err == nil && !empty {
		err = fault.New(fault.NotFound, "admin.set-up-done")
	}
	return err
}

func (p *page) askOwner(f *form) error {
	f.values.Del("password")
	return p.atDoor(f, "admin.set-up.title", ownerForm,
		f.field("name", "your-name", needed, first, kind("text", "name"), most(reference.MaxName)),
		f.field("email", "email", needed, kind("email", "username"), most(maxEmail)),
		f.field("password", "new-password", needed, kind("password", "new-password"), most(maxPassword)),
	)
}

func (p *page) setUpSent() error {
	if err := p.nobodyYet(); err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	email, password := f.get("email"), f.values.Get("password")
	owner := staff.Founder{Name: f.get("name"), Email: email, Password: password, Lang: string(p.lang())}
	if _, err := p.Staff.Found(p.ctx(), owner, p.where()); err != nil {
		if f.refuse(err) {
			return p.askOwner(f)
		}
		return err
	}
	token, s, err := p.Staff.SignIn(p.ctx(), email, password, false, p.where())
	if err != nil {
		return err
	}
	p.keep(token, &s)
	return p.to(Base+"/organization", "")
}

// first tells whether the organization is still to be set up.
func (p *page) firstTime() bool { return p.Organization().Version == 0 }

// organization asks whose base it is; the first time, where the first outlet
// and its till are too.
func (p *page) organization() error {
	o := p.Organization()
	return p.askOrganization(p.filled(map[string][]string{"name": {o.Name}, "zone": {o.Zone}, "lang": {string(o.Lang)}}))
}

// orgForm is the form of the organization, ready to be shown.
type orgForm struct {
	First  bool
	Open   bool // without TLS, and not from this machine alone
	Whole  string
	Wrong  []kit.Field
	Own    []kit.Field // of the organization
	Outlet []kit.Field // of its first outlet
}

func (p *page) askOrganization(f *form) error {
	out := orgForm{First: p.firstTime(), Open: !sealed(p.r)}
	out.Own = []kit.Field{
		f.field("name", "organization", needed, first, most(reference.MaxName)),
		f.field("zone", "zone", needed, of(p.zones(f.values.Get("zone"))...)),
		f.field("lang", "lang", needed, of(p.langs()...)),
	}
	if out.First {
		out.Outlet = []kit.Field{
			f.field("outlet", "first-outlet", needed, most(reference.MaxName)),
			f.field("address", "address", most(reference.MaxText)),
		}
	}
	out.Whole, out.Wrong = f.problems()
	title := p.text("admin.organization.title")
	if out.First {
		title = p.text("admin.set-up.title")
	}
	if len(f.wrong) > 0 || f.whole != "" {
		return p.again(title, "/organization", organizationForm(title, out))
	}
	return p.show(title, "/organization", organizationForm(title, out))
}

func (p *page) organizationSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	was, begins := p.Organization(), p.firstTime()
	o := was
	o.Name, o.Zone, o.Lang = f.get("name"), f.get("zone"), i18n.Lang(f.get("lang"))
	if begins {
		if err := p.checkFirst(f, &o); err != nil {
			f.refuse(err)
			return p.askOrganization(f)
		}
	}
	err = p.DB.Write(p.ctx(), func(tx *db.Tx) error {
		if begins {
			if err := p.firstOutlet(tx, f, &o); err != nil {
				return err
			}
		}
		if err := organization.Save(p.ctx(), tx, o); err != nil {
			return err
		}
		return audit.Note(p.ctx(), tx, p.Clock.Now(), audit.Entry{
			Action: "organization.saved", Target: audit.Target{Kind: "organization"}, Before: organizationNote(was), After: organizationNote(o),
		})
	})
	if err != nil {
		if f.refuse(err) {
			return p.askOrganization(f)
		}
		return err
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	if begins {
		return p.to(Base, "set-up")
	}
	return p.to(Base+"/organization", "saved")
}

// orgNote is what the trail keeps of the organization.
type orgNote struct {
	Name string    `json:"name"`
	Zone string    `json:"zone"`
	Lang i18n.Lang `json:"lang"`
}

func organizationNote(o organization.Organization) orgNote { return orgNote{o.Name, o.Zone, o.Lang} }

// The codes of what a set-up makes.
const (
	firstPartner = "own"
	firstCode    = "1"
)

// checkFirst says all that is wrong with a set-up before any of it is kept.
func (p *page) checkFirst(f *form, o *organization.Organization) error {
	outlet := p.outletTyped(f, o)
	var bad []fault.Field
	for name, err := range map[string]error{"name": o.Check(), "outlet": outlet.Check()} {
		if err == nil {
			continue
		}
		for _, w := range fault.From(renamed(err, "name", name)).Fields {
			if !slices.ContainsFunc(bad, func(b fault.Field) bool { return b.Path == w.Path }) {
				bad = append(bad, w)
			}
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "admin.invalid").With(bad...)
}

// outletTyped is the first outlet as it was typed.
func (p *page) outletTyped(f *form, o *organization.Organization) partner.Outlet {
	return partner.Outlet{Code: firstCode, Name: f.get("outlet"), Zone: o.Zone, Cutover: partner.DefaultCutover, Address: f.get("address")}
}

// firstOutlet makes the organization's own partner, its first outlet and till,
// with the organization or not at all.
func (p *page) firstOutlet(tx *db.Tx, f *form, o *organization.Organization) error {
	outlet := p.outletTyped(f, o)
	if err := outlet.Check(); err != nil {
		return err
	}
	return p.Partners.First(p.ctx(), tx, partner.Partner{Code: firstPartner, Name: o.Name}, outlet, partner.Till{Code: firstCode, Name: p.text("admin.set-up.till")})
}

// renamed gives a field of a fault the name that it has in the form.
func renamed(err error, was, is string) error {
	e := fault.From(err)
	out := *e
	out.Fields = slices.Clone(e.Fields)
	for i := range out.Fields {
		if out.Fields[i].Path == was {
			out.Fields[i].Path = is
		}
	}
	return &out
}

// langs are the languages to choose from.
func (p *page) langs() []kit.Option {
	return []kit.Option{{Value: string(i18n.RU), Text: "Русский"}, {Value: string(i18n.EN), Text: "English"}}
}

// zones are Russia's, from west to east, and the neighbours'.
var zones = []string{
	"Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk", "Asia/Krasnoyarsk", "Asia/Irkutsk",
	"Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka", "Europe/Minsk", "Asia/Almaty", "Asia/Tashkent", "Asia/Tbilisi", "Asia/Yerevan", "Asia/Baku", "UTC",
}

// zones are those to choose from, with what their clocks are ahead now; one
// that is set and is none of them stands first.
func (p *page) zones(set string) []kit.Option {
	names := zones
	if set != "" && !slices.Contains(names, set) {
		names = append([]string{set}, names...)
	}
	out := make([]kit.Option, len(names))
	for i, n := range names {
		out[i] = kit.Option{Value: n, Text: p.zoneName(n)}
	}
	return out
}

func (p *page) zoneName(name string) string {
	key := "admin.zone." + strings.ToLower(name[strings.LastIndex(name, "/")+1:])
	z, err := time.LoadLocation(name)
	if err != nil || !p.Texts.Has(p.lang(), key) {
		return name
	}
	return p.text(key) + " (UTC" + ui.Of(p.ctx()).Now.In(z).Format("-07:00") + ")"
}
