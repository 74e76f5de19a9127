package admin

import (
	"net/url"
	"slices"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// personForm is the form of a person, ready to be shown.
type personForm struct {
	Title, Action, Back, Do string
	Whole                   string
	Wrong                   []kit.Field
	Fields                  []kit.Field
	Role                    kit.Field
	Places                  []kit.Field
	Version                 string
	Crumbs                  []kit.Link
}

// invite asks who is invited. Who has not proven himself lately does so first,
// not when all is typed in.
func (p *page) invite() error {
	if err := p.fresh(); err != nil {
		return err
	}
	return p.askInvite(p.filled(nil))
}

func (p *page) askInvite(f *form) error {
	return p.askPerson(f, personForm{Title: p.text("admin.people.invite"), Action: peoplePath + "/new", Back: peoplePath, Do: p.text("admin.people.invite-do")})
}

func (p *page) askPerson(f *form, v personForm) error {
	v.Crumbs = []kit.Link{{Text: p.text("admin.nav.people"), Href: peoplePath}}
	v.Version = f.get("version")
	v.Fields = []kit.Field{
		f.field("name", "person-name", needed, first, most(reference.MaxName)),
		f.field("email", "email", needed, kind("email", "off"), most(maxEmail)),
	}
	roles, err := p.roleOptions(f.get("role"))
	if err != nil {
		return err
	}
	v.Role = f.field("role", "role", of(roles...))
	lang := f.field("lang", "own-lang", of(p.langOptions()...))
	partners, outlets := p.placeOptions(f)
	for _, x := range []struct {
		name    string
		options []kit.Option
	}{{"partners", partners}, {"outlets", outlets}} {
		if len(x.options) > 1 || p.who.Narrowed() && len(x.options) > 0 {
			v.Places = append(v.Places, f.field(x.name, "work-"+x.name, func(k *kit.Field) {
				if k.Options = x.options; p.who.Narrowed() {
					k.Hint = p.text("admin.hint.work-own")
				}
			}))
		}
	}
	v.Fields = append(v.Fields, lang)
	v.Whole, v.Wrong = f.problems()
	if v.Whole != "" || len(f.wrong) > 0 {
		return p.again(v.Title, peopleHere, personFormPage(v))
	}
	return p.show(v.Title, peopleHere, personFormPage(v))
}

func (p *page) langOptions() []kit.Option {
	var out []kit.Option
	for _, l := range append([]i18n.Lang{""}, i18n.Langs()...) {
		out = append(out, kit.Option{Value: string(l), Text: p.langName(l)})
	}
	return out
}

// roleOptions are the roles that the reader may give, and the one that is set.
func (p *page) roleOptions(set string) ([]kit.Option, error) {
	roles, err := p.Staff.Roles(p.ctx())
	var out []kit.Option
	for i := range roles {
		r := &roles[i]
		if r.Code == set || r.State == reference.Active && p.who.Gives(*r) {
			out = append(out, kit.Option{Value: r.Code, Text: p.roleTitle(r), Hint: p.roleHint(r)})
		}
	}
	return out, err
}

// placeOptions are the partners and outlets that the reader may name.
func (p *page) placeOptions(f *form) (partners, outlets []kit.Option) {
	for _, code := range p.Directory.PartnerCodes() {
		x, ok := p.Directory.PartnerByCode(code)
		if ok && (!p.who.Narrowed() || slices.Contains(p.who.Person.Partners, x.ID)) {
			partners = append(partners, kit.Option{Value: x.ID.String(), Text: p.text("admin.people.all-of", "partner", x.Name), Chosen: slices.Contains(f.values["partners"], x.ID.String())})
		}
	}
	var list []partner.Outlet
	for _, code := range p.Directory.OutletCodes() {
		if o, ok := p.Directory.OutletByCode(code); ok && p.who.At(o.ID) {
			list = append(list, o)
		}
	}
	for i := range list {
		o := &list[i]
		outlets = append(outlets, kit.Option{Value: o.ID.String(), Text: o.Name, Chosen: slices.Contains(f.values["outlets"], o.ID.String())})
	}
	return partners, outlets
}

// personSent is what was typed of a person.
func (p *page) personSent(f *form, w staff.Person) (staff.Person, error) {
	w.Name, w.Email, w.Role, w.Lang = f.get("name"), f.get("email"), f.get("role"), f.get("lang")
	var err error
	if w.Outlets, err = idsOf(f.values["outlets"]); err != nil {
		return w, err
	}
	if w.Partners, err = idsOf(f.values["partners"]); err != nil {
		return w, err
	}
	w.Version, err = numberOf(f.get("version"))
	if w.Role == "" {
		return w, fault.New(fault.Invalid, "reference.invalid").With(fault.Field{Path: "role", Code: "staff.role-needed"})
	}
	return w, err
}

func idsOf(values []string) ([]id.ID, error) {
	var out []id.ID
	for _, v := range values {
		i, err := id.Parse(v)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "staff.place-not-found")
		}
		out = append(out, i)
	}
	return out, nil
}

// refusePerson takes in why a person can't be as he was typed, lack of power
// too: the form can be mended.
func (f *form) refusePerson(err error) bool {
	e := fault.From(err)
	switch e.Code {
	case "staff.above", "staff.own-role":
		f.whole = f.p.Texts.Fault(f.p.lang(), e)
		return true
	case "staff.email-taken":
		f.wrong["email"] = f.p.Texts.Fault(f.p.lang(), e)
		return true
	case "staff.role-not-found":
		f.wrong["role"] = f.p.Texts.Fault(f.p.lang(), e)
		return true
	}
	if !f.refuse(err) {
		return false
	}
	if places := f.wrong["places"]; places != "" {
		delete(f.wrong, "places")
		f.wrong["outlets"] = places
	}
	return true
}

func (p *page) inviteSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	w, err := p.personSent(f, staff.Person{})
	var token string
	if err == nil {
		w, token, err = p.Staff.Invite(p.ctx(), p.who, w)
	}
	switch {
	case err == nil && p.Staff.Mails():
		return p.to(personPath(&w), "invited")
	case err == nil:
		return p.give(given{At: personPath(&w), Secret: token})
	case f.refusePerson(err):
		return p.askInvite(f)
	}
	return err
}

func (p *page) editPerson() error {
	w, err := p.personOf()
	if err != nil {
		return err
	}
	if err := p.fresh(); err != nil {
		return err
	}
	values := url.Values{"name": {w.Name}, "email": {w.Email}, "role": {w.Role}, "lang": {w.Lang}, "version": {id.ID(w.Version).String()}}
	for _, o := range w.Outlets {
		values.Add("outlets", o.String())
	}
	for _, x := range w.Partners {
		values.Add("partners", x.String())
	}
	return p.askEditPerson(p.filled(values), &w)
}

func (p *page) askEditPerson(f *form, w *staff.Person) error {
	return p.askPerson(f, personForm{Title: w.Name, Action: personPath(w) + "/edit", Back: personPath(w), Do: p.text("admin.save")})
}

func (p *page) editPersonSent() error {
	was, err := p.personOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	w, err := p.personSent(f, was)
	if err == nil {
		_, err = p.Staff.Save(p.ctx(), p.who, w)
	}
	switch {
	case err == nil:
		return p.to(personPath(&was), "saved")
	case f.refusePerson(err):
		return p.askEditPerson(f, &was)
	}
	return err
}
