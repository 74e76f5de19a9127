package admin

import (
	"fmt"
	"net/url"
	"time"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// outlets is the pages of outlets and their tills. A till is connected by its
// key, which is made here and shown once.
func outlets(a *Admin) {
	a.get("/outlets", staff.ReferenceSee, (*page).outletList)
	a.get("/outlets/new", staff.OutletsEdit, (*page).newOutlet, Everywhere)
	a.post("/outlets/new", staff.OutletsEdit, (*page).newOutletSent, Everywhere)
	a.get("/outlets/{outlet}", staff.ReferenceSee, (*page).outlet)
	a.get("/outlets/{outlet}/edit", staff.OutletsEdit, (*page).editOutlet)
	a.post("/outlets/{outlet}/edit", staff.OutletsEdit, (*page).editOutletSent)
	a.post("/outlets/{outlet}/tills", staff.OutletsEdit, (*page).tillSent)
	a.post("/outlets/{outlet}/tills/{till}/key", staff.KeysEdit, (*page).tillKey)
	a.post("/outlets/{outlet}/tills/{till}/pairing", staff.KeysEdit, (*page).tillPairing)
	a.post("/outlets/{outlet}/keys/{key}/close", staff.KeysEdit, (*page).tillKeyClosed)
}

const outletsPath = Base + "/outlets"

type outletLine struct {
	Href, Name, Code, Partner, Zone, Address, State string
	Tone                                            kit.Tone
}

// outletsPage is how many outlets one page of the list has.
const outletsAtOnce = 100

func (p *page) outletList() error {
	list, err := p.Partners.Outlets(p.ctx(), 0, reference.Page{After: p.r.URL.Query().Get("after"), Limit: outletsAtOnce, Find: p.r.URL.Query().Get("q")})
	if err != nil {
		return err
	}
	var out []outletLine
	for i := range list.Items {
		o := &list.Items[i]
		if !p.who.At(o.ID) {
			continue
		}
		owner, _ := p.Directory.Partner(o.PartnerID)
		l := outletLine{
			Href: outletsPath + "/" + o.ID.String(), Name: o.Name, Code: o.Code, Partner: owner.Name, Zone: p.zoneName(o.Zone), Address: o.Address,
			State: p.text("admin.state." + string(o.State)),
		}
		if o.State == reference.Active {
			l.Tone = kit.Good
		}
		out = append(out, l)
	}
	on := ""
	if list.Next != "" {
		on = outletsPath + "?" + url.Values{"after": {list.Next}, "q": {p.r.URL.Query().Get("q")}}.Encode()
	}
	title := p.text("admin.nav.outlets")
	return p.show(title, "/outlets", outletsPage(title, out, on, p.goes("/outlets/new")))
}

// outletOf is the outlet of the address, if the reader works there.
func (p *page) outletOf() (partner.Outlet, error) {
	i, err := p.param("outlet")
	if err != nil {
		return partner.Outlet{}, err
	}
	if !p.who.At(i) {
		return partner.Outlet{}, fault.New(fault.NotFound, "partner.outlet-not-found", "id", i)
	}
	return p.Partners.Outlet(p.ctx(), i)
}

// outletView is an outlet with its tills.
type outletView struct {
	Name    string
	Path    string
	About   []kit.Pair
	Tills   []tillView
	MayEdit bool
	MayKeys bool
	Token   string // of a key that was made just now
	Of      string // the till that it is of
	Try     string // a command that quotes a receipt with it, and so changes nothing
	Code    string // by which the till gets a key itself
	Minutes int    // how long it serves
	At      string // where a till's browser opens the workplace
}

type tillView struct {
	Name, Code, Path string
	Keys             []keyView
}

type keyView struct {
	Name, State, Path string
	Tone              kit.Tone
	Used              string
	Ends              clock.Micros
	Open              bool
}

func (p *page) outlet() error { return p.showOutlet(p.taken()) }

// firstReceipt is a line of 500 ₽ that nobody buys.
const firstReceipt = `{"lines":[{"sku":"1","quantity":"1","price":50000}]}`

// maxTills is how many tills a page shows.
const maxTills = 200

func (p *page) showOutlet(n given) error {
	o, err := p.outletOf()
	if err != nil {
		return err
	}
	v := outletView{
		Name: o.Name, Path: outletsPath + "/" + o.ID.String(), MayEdit: p.can(staff.OutletsEdit), MayKeys: p.can(staff.KeysEdit), Of: n.Of, At: p.tillAddress(),
	}
	owner, _ := p.Directory.Partner(o.PartnerID)
	for _, pair := range []kit.Pair{
		{Name: p.text("admin.outlet.code"), Value: o.Code},
		{Name: p.text("admin.outlet.partner"), Value: owner.Name},
		{Name: p.text("admin.field.address"), Value: o.Address},
		{Name: p.text("admin.field.zone"), Value: p.zoneName(o.Zone)},
		{Name: p.text("admin.field.cutover"), Value: clockOf(o.Cutover)},
		{Name: p.text("segment.field.state"), Value: p.text("admin.state." + string(o.State))},
	} {
		if pair.Value != "" {
			v.About = append(v.About, pair)
		}
	}
	switch {
	case n.Until != 0:
		v.Code, v.Minutes = n.Secret, int(identity.PairingTime.Minutes())
	case n.Secret != "":
		v.Token = n.Secret
		v.Try = "curl " + p.host() + "/api/v1/quotes -H 'Authorization: Bearer " + n.Secret + `' -H 'Content-Type: application/json' -d '` + firstReceipt + "'"
	}
	tills, err := p.Partners.Tills(p.ctx(), o.ID, reference.Page{Limit: maxTills})
	if err != nil {
		return err
	}
	for i := range tills.Items {
		t := &tills.Items[i]
		tv := tillView{Name: t.Name, Code: t.Code, Path: v.Path + "/tills/" + t.ID.String()}
		if v.MayKeys {
			if tv.Keys, err = p.keysOf(t.ID, v.Path); err != nil {
				return err
			}
		}
		v.Tills = append(v.Tills, tv)
	}
	return p.show(o.Name, "/outlets", outletPage(v))
}

func (p *page) keysOf(till id.ID, path string) ([]keyView, error) {
	keys, err := p.Identity.Keys(p.ctx(), till, 0, maxTills)
	if err != nil {
		return nil, err
	}
	out := make([]keyView, len(keys))
	for i := range keys {
		k := &keys[i]
		out[i] = keyView{Name: k.Name, State: p.text("admin.state." + string(k.State)), Path: path + "/keys/" + k.ID.String(), Used: p.day(k.UsedDay), Ends: k.Expires, Open: k.State == reference.Active}
		if out[i].Open {
			out[i].Tone = kit.Good
		}
	}
	return out, nil
}

// clockOf is a minute of the day as a clock shows it: 05:00.
func clockOf(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// minuteOf reads what a clock shows.
func minuteOf(s string) (int, bool) {
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil
}

func (p *page) newOutlet() error {
	return p.askOutlet(p.filled(url.Values{"zone": {p.Organization().Zone}, "cutover": {clockOf(partner.DefaultCutover)}}), outletsPath+"/new", outletsPath, p.text("admin.outlets.new"))
}

func (p *page) askOutlet(f *form, action, back, title string) error {
	fields := []kit.Field{
		f.field("name", "outlet-name", needed, first, most(reference.MaxName)),
		f.field("code", "code", needed, narrow, most(reference.MaxCode)),
		f.field("partner", "partner", of(p.partners(f.values.Get("partner"))...)),
		f.field("address", "address", most(reference.MaxText)),
		f.field("zone", "zone", of(p.zones(f.values.Get("zone"))...)),
		f.field("cutover", "cutover", narrow, example(clockOf(partner.DefaultCutover))),
	}
	if back != outletsPath {
		fields = append(fields, f.field("state", "state", of(kit.Option{Value: string(reference.Active), Text: p.text("admin.state.active")}, kit.Option{Value: string(reference.Closed), Text: p.text("admin.state.closed")})))
	}
	m := memberForm{Crumbs: []kit.Link{{Text: p.text("admin.nav.outlets"), Href: outletsPath}}, Title: title, Action: action, Back: back, Do: p.text("admin.save"), Fields: fields, Hidden: []sentAlong{{"version", f.values.Get("version")}}}
	m.Whole, m.Wrong = f.problems()
	if m.Whole != "" || len(m.Wrong) > 0 {
		return p.again(title, "/outlets", memberFormPage(m))
	}
	return p.show(title, "/outlets", memberFormPage(m))
}

// partners are those that an outlet may be of: its own, for who works at some
// outlets only.
func (p *page) partners(owner string) []kit.Option {
	var out []kit.Option
	for _, code := range p.Directory.PartnerCodes() {
		if x, ok := p.Directory.PartnerByCode(code); ok && (!p.who.Narrowed() || x.ID.String() == owner) {
			out = append(out, kit.Option{Value: x.ID.String(), Text: x.Name})
		}
	}
	return out
}

// outletSent is what was typed of an outlet.
func (p *page) outletSent(f *form, o partner.Outlet) (partner.Outlet, error) {
	o.Name, o.Code, o.Address, o.Zone = f.get("name"), f.get("code"), f.get("address"), f.get("zone")
	owner, err := id.Parse(f.get("partner"))
	if err != nil {
		return o, fault.New(fault.Invalid, "partner.not-found", "id", f.get("partner"))
	}
	if p.who.Narrowed() && owner != o.PartnerID {
		return o, fault.New(fault.Denied, "admin.narrowed-all")
	}
	o.PartnerID = owner
	at, ok := minuteOf(f.get("cutover"))
	if !ok {
		return o, fault.New(fault.Invalid, "reference.invalid").With(fault.Field{Path: "cutover", Code: "admin.time"})
	}
	o.Cutover = at
	if s := f.get("state"); s != "" {
		o.State = reference.State(s)
	}
	if v := f.get("version"); v != "" {
		if o.Version, err = numberOf(v); err != nil {
			return o, err
		}
	}
	return o, nil
}

func (p *page) newOutletSent() error {
	return p.saveOutlet(partner.Outlet{}, outletsPath+"/new", outletsPath, p.text("admin.outlets.new"))
}

func (p *page) editOutlet() error {
	o, err := p.outletOf()
	if err != nil {
		return err
	}
	path := outletsPath + "/" + o.ID.String()
	return p.askOutlet(p.filled(url.Values{
		"name": {o.Name}, "code": {o.Code}, "partner": {o.PartnerID.String()}, "address": {o.Address}, "zone": {o.Zone}, "cutover": {clockOf(o.Cutover)},
		"state": {string(o.State)}, "version": {id.ID(o.Version).String()},
	}), path+"/edit", path, o.Name)
}

func (p *page) editOutletSent() error {
	o, err := p.outletOf()
	if err != nil {
		return err
	}
	path := outletsPath + "/" + o.ID.String()
	return p.saveOutlet(o, path+"/edit", path, o.Name)
}

func (p *page) saveOutlet(o partner.Outlet, action, back, title string) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	o, err = p.outletSent(f, o)
	if err == nil {
		o, err = p.Partners.SaveOutlet(p.ctx(), o)
	}
	if err != nil {
		if f.refuse(err) {
			return p.askOutlet(f, action, back, title)
		}
		return err
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(outletsPath+"/"+o.ID.String(), "saved")
}

func (p *page) tillSent() error {
	o, err := p.outletOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if _, err := p.Partners.SaveTill(p.ctx(), partner.Till{OutletID: o.ID, Code: f.get("code"), Name: f.get("name")}); err != nil {
		return p.instead(f, err, "", func() sheet {
			path := outletsPath + "/" + o.ID.String()
			return sheet{
				Title: p.text("admin.outlet.new-till"), Here: "/outlets", Crumbs: []kit.Link{{Text: p.text("admin.nav.outlets"), Href: outletsPath}, {Text: o.Name, Href: path}},
				Action: path + "/tills", Back: path, Do: p.text("admin.outlet.new-till-do"),
				Parts: []sheetPart{{Entries: []entry{f.asked("name", "admin.field.till-name", reference.MaxName), f.asked("code", "admin.field.code", reference.MaxCode)}}},
			}
		})
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(outletsPath+"/"+o.ID.String(), "till-made")
}

// tillOf is the till of the address, if it is the outlet's.
func (p *page) tillOf(o id.ID) (partner.Till, error) {
	i, err := p.param("till")
	if err != nil {
		return partner.Till{}, err
	}
	t, err := p.Partners.Till(p.ctx(), i)
	if err == nil && t.OutletID != o {
		err = fault.New(fault.NotFound, "admin.no-page")
	}
	return t, err
}

// tillKey makes a key of a till and shows it, once.
func (p *page) tillKey() error {
	o, err := p.outletOf()
	if err != nil {
		return err
	}
	t, err := p.tillOf(o.ID)
	if err != nil {
		return err
	}
	_, token, err := p.Identity.MakeKey(p.ctx(), identity.Key{TillID: t.ID, Name: o.Name + ", " + t.Name, Scopes: identity.TillScopes()})
	if err != nil {
		return err
	}
	return p.give(given{At: outletsPath + "/" + o.ID.String(), Of: t.Name, Secret: token})
}

// tillPairing gives a code, by which the till gets its key itself.
func (p *page) tillPairing() error {
	o, err := p.outletOf()
	if err != nil {
		return err
	}
	t, err := p.tillOf(o.ID)
	if err != nil {
		return err
	}
	made, err := p.Identity.BeginPairing(p.ctx(), t.ID)
	if err != nil {
		return err
	}
	return p.give(given{At: outletsPath + "/" + o.ID.String(), Of: t.Name, Secret: made.Code, Until: made.Until})
}

func (p *page) tillKeyClosed() error {
	o, err := p.outletOf()
	if err != nil {
		return err
	}
	i, err := p.param("key")
	if err != nil {
		return err
	}
	k, err := p.Identity.Key(p.ctx(), i)
	if err != nil {
		return err
	}
	t, err := p.Partners.Till(p.ctx(), k.TillID)
	if err != nil || t.OutletID != o.ID {
		return fault.New(fault.NotFound, "admin.no-page")
	}
	k.State = reference.Closed
	if _, err := p.Identity.SaveKey(p.ctx(), k); err != nil {
		return err
	}
	return p.to(outletsPath+"/"+o.ID.String(), "key-closed")
}
