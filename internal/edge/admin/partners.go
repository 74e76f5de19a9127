package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// partners is the pages of who owns outlets.
func partners(a *Admin) {
	a.get("/partners", staff.ReferenceSee, (*page).partnerList)
	a.get("/partners/new", staff.OutletsEdit, (*page).newPartner, Everywhere)
	a.post("/partners/new", staff.OutletsEdit, (*page).newPartnerSent, Everywhere)
	a.get("/partners/{partner}", staff.ReferenceSee, (*page).partner)
	a.get("/partners/{partner}/edit", staff.OutletsEdit, (*page).editPartner, Everywhere)
	a.post("/partners/{partner}/edit", staff.OutletsEdit, (*page).editPartnerSent, Everywhere)
}

const (
	partnersHere = "/partners"
	partnersPath = Base + partnersHere
)

// partnersView is a list of partners, ready to be shown.
type partnersView struct {
	Find     string
	Lines    []partnerLine
	On, Back string
	MayMake  bool
}

type partnerLine struct {
	Href, Name, Code, Outlets, State string
	Tone                             kit.Tone
}

func (p *page) partnerList() error {
	q := p.r.URL.Query()
	v := partnersView{Find: strings.TrimSpace(q.Get("q")), MayMake: p.changesPartners()}
	outlets := p.outletsOfPartners()
	list, err := seen(reference.Page{After: q.Get("after"), Find: v.Find},
		func(at reference.Page) (reference.List[partner.Partner], error) {
			return p.Partners.Partners(p.ctx(), at)
		},
		func(x *partner.Partner) string { return x.Code }, func(x *partner.Partner) bool { return p.seesPartner(x.ID, outlets) })
	if err != nil {
		return err
	}
	for i := range list.Items {
		v.Lines = append(v.Lines, p.partnerLine(&list.Items[i], len(outlets[list.Items[i].ID])))
	}
	asked := clone(q, "after", doneParam)
	if q.Get("after") != "" {
		v.Back = withQuery(partnersPath, asked)
	}
	if list.Next != "" {
		asked.Set("after", list.Next)
		v.On = withQuery(partnersPath, asked)
	}
	if p.swaps() {
		return p.write(http.StatusOK, partnersPart(v))
	}
	return p.show(p.text("admin.nav.partners"), partnersHere, partnersPage(v))
}

func (p *page) partnerLine(x *partner.Partner, outlets int) partnerLine {
	l := partnerLine{
		Href: partnersPath + "/" + x.ID.String(), Name: x.Name, Code: x.Code, Outlets: p.text("admin.partners.outlets", "count", outlets),
		State: p.text("admin.partner.state-" + string(x.State)),
	}
	if x.State == reference.Active {
		l.Tone = kit.Good
	}
	return l
}

// outletsOfPartners are the outlets that the reader works at, by whose they are.
func (p *page) outletsOfPartners() map[id.ID][]partner.Outlet {
	out := map[id.ID][]partner.Outlet{}
	for _, o := range p.ownOutlets() {
		out[o.PartnerID] = append(out[o.PartnerID], o)
	}
	return out
}

// seesPartner tells whether the reader works for a partner, or at an outlet of
// his.
func (p *page) seesPartner(x id.ID, own map[id.ID][]partner.Outlet) bool {
	return !p.who.Narrowed() || slices.Contains(p.who.Person.Partners, x) || len(own[x]) > 0
}

// changesPartners tells whether the reader may change partners: who works at
// some places only may not.
func (p *page) changesPartners() bool { return p.goes("/partners/new") }

// partnerOf is the partner of the address, if the reader sees him.
func (p *page) partnerOf() (partner.Partner, error) {
	i, err := p.param("partner")
	if err != nil {
		return partner.Partner{}, err
	}
	if !p.seesPartner(i, p.outletsOfPartners()) {
		return partner.Partner{}, fault.New(fault.NotFound, "partner.not-found", "id", i)
	}
	return p.Partners.Partner(p.ctx(), i)
}

// partnerView is a partner's page.
type partnerView struct {
	Name, Path, State string
	Tone              kit.Tone
	About             []kit.Pair
	Outlets           []outletLine
	More              int // outlets that are not shown
	MayEdit           bool
}

func (p *page) partner() error {
	x, err := p.partnerOf()
	if err != nil {
		return err
	}
	own := p.outletsOfPartners()[x.ID]
	line := p.partnerLine(&x, len(own))
	v := partnerView{
		Name: x.Name, Path: line.Href, State: line.State, Tone: line.Tone, MayEdit: p.changesPartners(), More: max(0, len(own)-outletsAtOnce),
		About: []kit.Pair{{Name: p.text("admin.outlet.code"), Value: x.Code}, {Name: p.text("admin.nav.outlets"), Value: line.Outlets}},
	}
	for i := range own[:len(own)-v.More] {
		o := &own[i]
		l := outletLine{Href: outletsPath + "/" + o.ID.String(), Name: o.Name, Code: o.Code, Zone: p.zoneName(o.Zone), Address: o.Address, State: p.text("admin.state." + string(o.State))}
		if o.State == reference.Active {
			l.Tone = kit.Good
		}
		v.Outlets = append(v.Outlets, l)
	}
	return p.show(x.Name, partnersHere, partnerPage(v))
}

func (p *page) newPartner() error {
	return p.askPartner(p.filled(nil), partnersPath+"/new", partnersPath, p.text("admin.partners.new"), false)
}

func (p *page) askPartner(f *form, action, back, title string, there bool) error {
	fields := []kit.Field{
		f.field("name", "partner-name", needed, first, most(reference.MaxName)),
		f.field("code", "code", needed, narrow, most(reference.MaxCode)),
	}
	if there {
		fields = append(fields, f.field("state", "partner-state", of(
			kit.Option{Value: string(reference.Active), Text: p.text("admin.partner.state-active")},
			kit.Option{Value: string(reference.Closed), Text: p.text("admin.partner.state-closed")})))
	}
	m := memberForm{Crumbs: []kit.Link{{Text: p.text("admin.nav.partners"), Href: partnersPath}}, Title: title, Action: action, Back: back, Do: p.text("admin.save"), Fields: fields, Hidden: []sentAlong{{"version", f.values.Get("version")}}}
	m.Whole, m.Wrong = f.problems()
	if m.Whole != "" || len(m.Wrong) > 0 {
		return p.again(title, partnersHere, memberFormPage(m))
	}
	return p.show(title, partnersHere, memberFormPage(m))
}

func (p *page) newPartnerSent() error {
	return p.savePartner(partner.Partner{}, partnersPath+"/new", partnersPath, p.text("admin.partners.new"))
}

func (p *page) editPartner() error {
	x, err := p.partnerOf()
	if err != nil {
		return err
	}
	path := partnersPath + "/" + x.ID.String()
	return p.askPartner(p.filled(url.Values{"name": {x.Name}, "code": {x.Code}, "state": {string(x.State)}, "version": {id.ID(x.Version).String()}}), path+"/edit", path, x.Name, true)
}

func (p *page) editPartnerSent() error {
	x, err := p.partnerOf()
	if err != nil {
		return err
	}
	path := partnersPath + "/" + x.ID.String()
	return p.savePartner(x, path+"/edit", path, x.Name)
}

func (p *page) savePartner(x partner.Partner, action, back, title string) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	there := x.ID != 0
	x.Name, x.Code = f.get("name"), f.get("code")
	if s := f.get("state"); s != "" {
		x.State = reference.State(s)
	}
	if v := f.get("version"); v != "" {
		if x.Version, err = numberOf(v); err != nil {
			return err
		}
	}
	saved, err := p.Partners.SavePartner(p.ctx(), x)
	if err != nil {
		if f.refuse(err) {
			return p.askPartner(f, action, back, title, there)
		}
		return err
	}
	return p.changed(partnersPath+"/"+saved.ID.String(), "saved")
}
