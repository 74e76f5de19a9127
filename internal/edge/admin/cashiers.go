package admin

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// cashiers is the pages of who works at tills. A PIN is typed by whoever gives
// it, or made here and shown once; it can't be read afterwards.
func cashiers(a *Admin) {
	a.get("/cashiers", staff.ReferenceSee, (*page).cashierList)
	a.get("/cashiers/new", staff.OutletsEdit, (*page).newCashier)
	a.post("/cashiers/new", staff.OutletsEdit, (*page).newCashierSent)
	a.get("/cashiers/{cashier}", staff.ReferenceSee, (*page).cashier)
	a.get("/cashiers/{cashier}/edit", staff.OutletsEdit, (*page).editCashier)
	a.post("/cashiers/{cashier}/edit", staff.OutletsEdit, (*page).editCashierSent)
	a.post("/cashiers/{cashier}/state", staff.OutletsEdit, (*page).cashierState)
	a.post("/cashiers/{cashier}/pin", staff.OutletsEdit, (*page).cashierPIN)
}

const (
	cashiersHere = "/cashiers"
	cashiersPath = Base + cashiersHere
)

// cashierList is a list of cashiers, ready to be shown.
type cashiersView struct {
	Find, Outlet string
	OutletName   string
	Lines        []cashierLine
	Outlets      []kit.Option
	On, Back     string
	Narrowed     bool // something is asked for
	MayMake      bool
}

type cashierLine struct {
	Href, Name, Code, Place, PIN, State string
	Tone                                kit.Tone
}

func (p *page) cashierList() error {
	q := p.r.URL.Query()
	v := cashiersView{Find: strings.TrimSpace(q.Get("q")), Outlet: q.Get("outlet"), MayMake: p.can(staff.OutletsEdit)}
	var outlet id.ID
	if v.Outlet != "" {
		o, err := id.Parse(v.Outlet)
		known, ok := p.Directory.Outlet(o)
		if err != nil || !ok || !p.who.At(o) {
			return fault.New(fault.NotFound, "admin.no-page")
		}
		outlet, v.OutletName = o, known.Name
	}
	list, err := seen(reference.Page{After: q.Get("after"), Find: v.Find},
		func(at reference.Page) (reference.List[identity.Cashier], error) {
			return p.Identity.Cashiers(p.ctx(), outlet, at)
		},
		func(c *identity.Cashier) string { return c.Code }, p.seesCashier)
	if err != nil {
		return err
	}
	for i := range list.Items {
		v.Lines = append(v.Lines, p.cashierLine(&list.Items[i]))
	}
	v.Outlets = []kit.Option{{Text: p.text("admin.purchases.any-outlet"), Chosen: outlet == 0}}
	for _, o := range p.ownOutlets() {
		v.Outlets = append(v.Outlets, kit.Option{Value: o.ID.String(), Text: o.Name, Chosen: o.ID == outlet})
	}
	asked := clone(q, "after", doneParam)
	v.Narrowed = v.Find != "" || outlet != 0
	if q.Get("after") != "" {
		v.Back = withQuery(cashiersPath, asked)
	}
	if list.Next != "" {
		asked.Set("after", list.Next)
		v.On = withQuery(cashiersPath, asked)
	}
	if p.swaps() {
		return p.write(http.StatusOK, cashiersPart(v))
	}
	return p.show(p.text("admin.nav.cashiers"), cashiersHere, cashiersPage(v))
}

// withQuery is an address with parameters.
func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (p *page) cashierLine(c *identity.Cashier) cashierLine {
	l := cashierLine{
		Href: cashiersPath + "/" + c.ID.String(), Name: c.Name, Code: c.Code, Place: p.worksAt(c), PIN: p.text("admin.cashier.no-pin"),
		State: p.text("admin.cashier.state-" + string(c.State)),
	}
	if c.HasPIN {
		l.PIN = p.text("admin.cashier.has-pin")
	}
	if c.State == reference.Active {
		l.Tone = kit.Good
	}
	return l
}

// worksAt is where a cashier works, in words.
func (p *page) worksAt(c *identity.Cashier) string {
	if c.OutletID == 0 {
		return p.text("admin.cashier.anywhere")
	}
	o, _ := p.Directory.Outlet(c.OutletID)
	return o.Name
}

// seesCashier tells whether the reader works where the cashier does.
func (p *page) seesCashier(c *identity.Cashier) bool { return c.OutletID == 0 || p.who.At(c.OutletID) }

// changesCashier tells whether he may change him: one who works anywhere is
// changed by those who do.
func (p *page) changesCashier(c *identity.Cashier) bool {
	return p.can(staff.OutletsEdit) && (!p.who.Narrowed() || c.OutletID != 0 && p.who.At(c.OutletID))
}

// cashierOf is the cashier of the address, if the reader sees him.
func (p *page) cashierOf() (identity.Cashier, error) {
	i, err := p.param("cashier")
	if err != nil {
		return identity.Cashier{}, err
	}
	c, err := p.Identity.Cashier(p.ctx(), i)
	if err == nil && !p.seesCashier(&c) {
		err = fault.New(fault.NotFound, "identity.cashier-not-found")
	}
	return c, err
}

// cashierToChange is the cashier of the address, if the reader may change him.
func (p *page) cashierToChange() (identity.Cashier, error) {
	c, err := p.cashierOf()
	if err == nil && !p.changesCashier(&c) {
		err = fault.New(fault.Denied, "admin.narrowed-cashier")
	}
	return c, err
}

// cashierView is a cashier's page.
type cashierView struct {
	Name, Path string
	About      []kit.Pair
	State      string
	Tone       kit.Tone
	Blocked    bool
	HasPIN     bool
	MayEdit    bool
	PIN        kit.Field
	Made       string // a PIN that was made just now
	Whole      string // why a PIN was not taken
}

func (p *page) cashier() error {
	c, err := p.cashierOf()
	if err != nil {
		return err
	}
	return p.showCashier(&c, p.filled(nil), p.taken().Secret)
}

func (p *page) showCashier(c *identity.Cashier, f *form, made string) error {
	f.values = nil // what was typed is not shown again
	line := p.cashierLine(c)
	v := cashierView{
		Name: c.Name, Path: line.Href, State: line.State, Tone: line.Tone, Blocked: c.State == reference.Closed, HasPIN: c.HasPIN,
		MayEdit: p.changesCashier(c), Made: made,
		About: []kit.Pair{
			{Name: p.text("admin.outlet.code"), Value: c.Code},
			{Name: p.text("admin.field.cashier-outlet"), Value: line.Place},
			{Name: p.text("admin.field.pin"), Value: line.PIN},
			{Name: p.text("admin.cashier.number"), Value: c.ID.String()},
		},
		PIN: f.field("pin", "pin", needed, narrow, kind("password", "off"), mode("numeric"), most(12)),
	}
	if f.whole != "" {
		v.PIN.Error = f.whole
		return p.again(c.Name, cashiersHere, cashierPage(v))
	}
	return p.show(c.Name, cashiersHere, cashierPage(v))
}

func (p *page) newCashier() error {
	outlet := p.r.URL.Query().Get("outlet")
	return p.askCashier(p.filled(url.Values{"outlet": {outlet}}), cashiersPath+"/new", cashiersPath, p.text("admin.cashiers.new"))
}

func (p *page) askCashier(f *form, action, back, title string) error {
	var places []kit.Option
	if !p.who.Narrowed() {
		places = append(places, kit.Option{Value: "", Text: p.text("admin.cashier.anywhere")})
	}
	for _, o := range p.ownOutlets() {
		places = append(places, kit.Option{Value: o.ID.String(), Text: o.Name})
	}
	m := memberForm{Crumbs: []kit.Link{{Text: p.text("admin.nav.cashiers"), Href: cashiersPath}}, Title: title, Action: action, Back: back, Do: p.text("admin.save"), Fields: []kit.Field{
		f.field("name", "cashier-name", needed, first, most(reference.MaxName)),
		f.field("code", "cashier-code", needed, narrow, most(reference.MaxCode)),
		f.field("outlet", "cashier-outlet", of(places...)),
	}, Hidden: []sentAlong{{"version", f.values.Get("version")}}}
	m.Whole, m.Wrong = f.problems()
	if m.Whole != "" || len(m.Wrong) > 0 {
		return p.again(title, cashiersHere, memberFormPage(m))
	}
	return p.show(title, cashiersHere, memberFormPage(m))
}

func (p *page) newCashierSent() error {
	return p.saveCashier(identity.Cashier{}, cashiersPath+"/new", cashiersPath, p.text("admin.cashiers.new"))
}

func (p *page) editCashier() error {
	c, err := p.cashierToChange()
	if err != nil {
		return err
	}
	path, outlet := cashiersPath+"/"+c.ID.String(), ""
	if c.OutletID != 0 {
		outlet = c.OutletID.String()
	}
	return p.askCashier(p.filled(url.Values{"name": {c.Name}, "code": {c.Code}, "outlet": {outlet}, "version": {id.ID(c.Version).String()}}), path+"/edit", path, c.Name)
}

func (p *page) editCashierSent() error {
	c, err := p.cashierToChange()
	if err != nil {
		return err
	}
	path := cashiersPath + "/" + c.ID.String()
	return p.saveCashier(c, path+"/edit", path, c.Name)
}

func (p *page) saveCashier(c identity.Cashier, action, back, title string) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	c.Name, c.Code, c.OutletID = f.get("name"), f.get("code"), 0
	if v := f.get("outlet"); v != "" {
		if c.OutletID, err = id.Parse(v); err != nil {
			return fault.Wrap(err, fault.NotFound, "admin.no-page")
		}
	}
	if !p.changesCashier(&c) {
		return fault.New(fault.Denied, "admin.narrowed-cashier")
	}
	if v := f.get("version"); v != "" {
		if c.Version, err = numberOf(v); err != nil {
			return err
		}
	}
	saved, err := p.Identity.SaveCashier(p.ctx(), c)
	if err != nil {
		if f.refuse(err) {
			return p.askCashier(f, action, back, title)
		}
		return err
	}
	return p.changed(cashiersPath+"/"+saved.ID.String(), "saved")
}

// changed takes in what a request has changed, and goes on.
func (p *page) changed(path, done string) error {
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(path, done)
}

// cashierState blocks a cashier or lets him work again.
func (p *page) cashierState() error {
	c, err := p.cashierToChange()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	c.State = reference.State(f.get("state"))
	if _, err := p.Identity.SaveCashier(p.ctx(), c); err != nil {
		return err
	}
	return p.changed(cashiersPath+"/"+c.ID.String(), "cashier-"+string(c.State))
}

// What is done with a PIN.
const (
	pinSet  = "set"
	pinMake = "make"
	pinDrop = "drop"
)

// cashierPIN sets a PIN that was typed, makes one and shows it, or takes it away.
func (p *page) cashierPIN() error {
	c, err := p.cashierToChange()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	pin := f.values.Get("pin")
	switch f.get("do") {
	case pinMake:
		if pin, err = newPIN(); err != nil {
			return err
		}
	case pinDrop:
		pin = ""
	default:
		if pin == "" {
			pin = "-" // none was typed: that is no way to take one away
		}
	}
	if err := p.Identity.SetPIN(p.ctx(), c.ID, pin); err != nil {
		if f.refuse(err) {
			return p.showCashier(&c, f, "")
		}
		return err
	}
	path := cashiersPath + "/" + c.ID.String()
	switch f.get("do") {
	case pinDrop:
		return p.changed(path, "pin-dropped")
	case pinMake:
		if err := p.Changed(p.ctx()); err != nil {
			return err
		}
		return p.give(given{At: path, Secret: pin})
	}
	return p.changed(path, "pin-set")
}

// newPIN makes a PIN of six digits.
func newPIN() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%06d", n), nil
}
