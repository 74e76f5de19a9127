package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
)

// memberIdentifierPages are what is done with a member's phones, e-mails, logins
// and ids in other systems. An address names one by the member's version and its
// place in his list: a value would stand in logs, and a place alone would be
// another's after a change.
func memberIdentifierPages(a *Admin) {
	const path = "/members/{member}/identifiers"
	a.post(path+"/show", staff.MembersContacts, (*page).identifiersShown)
	a.get(path+"/new", staff.MembersEdit, (*page).newIdentifier)
	a.post(path+"/new", staff.MembersEdit, (*page).newIdentifierSent)
	a.get(path+"/{identifier}/replace", staff.MembersEdit, (*page).replaceIdentifier)
	a.post(path+"/{identifier}/replace", staff.MembersEdit, (*page).replaceIdentifierSent)
	a.post(path+"/{identifier}/main", staff.MembersEdit, (*page).mainIdentifierSent)
	a.post(path+"/{identifier}/send", staff.MembersEdit, (*page).contactAsked)
	a.get(path+"/{identifier}/prove", staff.MembersEdit, (*page).proveContact)
	a.post(path+"/{identifier}/prove", staff.MembersEdit, (*page).proveContactSent)
	a.post(path+"/{identifier}/remove", staff.MembersEdit, (*page).removeIdentifierSent)
}

func identifiersPath(m *member.Member) string { return memberPath(m.Home) + "/identifiers" }

// identifierKinds are those that are given and taken by hand, in their order.
// Cards have a page of their own.
var identifierKinds = []member.Kind{member.Phone, member.Email, member.External, member.Login}

// identifiersView is a member's identifiers.
type identifiersView struct {
	Rows    []identifierRow
	Path    string // where they are changed; "": not by the reader
	Show    string // where they are shown whole; "": they are, or may not be, or a button above does
	Refused string // why what was asked for was not done
}

type identifierRow struct {
	ID, Kind, Value string
	Main            bool
	Proven          clock.Micros
	Contact         bool // a phone or an e-mail: it may be proven
	Provable        bool // a code may be sent there
	Path            string
}

func (p *page) memberIdentifiers() error { return p.showIdentifiers(false, "") }

// identifiersShown shows them whole; who has looked is in the audit trail.
func (p *page) identifiersShown() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	if err := p.noted("member.contacts-seen", m.Home); err != nil {
		return err
	}
	return p.showIdentifiers(true, "")
}

func (p *page) showIdentifiers(open bool, refused string) error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	accounts, err := p.Desk.Accounts(p.ctx(), m.Home)
	if err != nil {
		return err
	}
	v := identifiersView{Refused: refused}
	if p.can(staff.MembersEdit) && !m.State.Gone() {
		v.Path = identifiersPath(&m)
	}
	for i, x := range identifiersOf(&m) {
		row := identifierRow{
			ID: fmt.Sprintf("i%d", i), Kind: p.text("admin.change." + string(x.Kind)), Value: shownIdentifier(&x, open), Main: x.Main, Proven: x.ProvenAt, Contact: x.Kind == member.Phone || x.Kind == member.Email, Provable: x.ProvenAt == 0 && p.provable(x.Kind),
			Path: fmt.Sprintf("%s/%d-%d", identifiersPath(&m), m.Version, i),
		}
		v.Rows = append(v.Rows, row)
	}
	head := p.view(m, accounts, "identifiers", open)
	head.Opens = identifiersPath(&m) + "/show"
	if !open && len(v.Rows) > 0 && head.MayOpen && head.Phone == "" && head.Email == "" {
		v.Show = head.Opens
	}
	body := memberPage(head, identifiersPart(v))
	if refused != "" {
		return p.again(head.Name, "/members", body)
	}
	return p.show(head.Name, "/members", body)
}

// identifiersOf are those that may be changed here, by kind, the main one of each
// first.
func identifiersOf(m *member.Member) []member.Identifier {
	var out []member.Identifier
	for _, k := range identifierKinds {
		for _, main := range []bool{true, false} {
			for _, x := range m.Identifiers {
				if x.Kind == k && x.Main == main && x.State == member.On {
					out = append(out, x)
				}
			}
		}
	}
	return out
}

func shownIdentifier(x *member.Identifier, open bool) string {
	switch {
	case x.Kind == member.Phone && open:
		return ui.Phone(x.Value)
	case x.Kind == member.Email && !open:
		return maskEmail(x.Value)
	case open:
		return x.Value
	}
	return x.Mask()
}

// identifierOfPath is the one that the address names, of a member who has not
// changed since it was shown.
func (p *page) identifierOfPath() (m member.Member, x member.Identifier, err error) {
	if m, err = p.readMember(); err != nil {
		return m, x, err
	}
	var version int64
	var at int
	if _, err := fmt.Sscanf(p.param1("identifier"), "%d-%d", &version, &at); err != nil {
		return m, x, fault.Wrap(err, fault.NotFound, "admin.no-page")
	}
	list := identifiersOf(&m)
	if version != m.Version || at < 0 || at >= len(list) {
		return m, x, fault.New(fault.Conflict, "member.moved")
	}
	return m, list[at], nil
}

func (p *page) newIdentifier() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	return p.askIdentifier(p.filled(url.Values{"kind": {p.r.URL.Query().Get("kind")}}), &m)
}

func (p *page) askIdentifier(f *form, m *member.Member) error {
	kinds := make([]kit.Option, len(identifierKinds))
	for i, k := range identifierKinds {
		kinds[i] = kit.Option{Value: string(k), Text: p.text("admin.change." + string(k))}
	}
	return p.ask(f, sheet{
		Title: p.text("admin.identifier.new"), Here: "/members", Crumbs: p.identifierCrumbs(m), Action: identifiersPath(m) + "/new", Back: identifiersPath(m),
		Do: p.text("admin.identifier.add"), Notes: []string{p.text("admin.identifier.unproven")},
		Parts: []sheetPart{{Entries: append(lines(
			f.field("kind", "identifier-kind", of(kinds...)),
			f.field("value", "identifier-value", needed, first, most(member.MaxFind)),
		), f.box("main", "identifier-main"))}},
	})
}

func (p *page) identifierCrumbs(m *member.Member) []kit.Link {
	return append(p.memberCrumbs(m), kit.Link{Text: p.text("admin.member.identifiers"), Href: identifiersPath(m)})
}

func (p *page) newIdentifierSent() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	in := member.NewIdentifier{Kind: member.Kind(f.get("kind")), Value: f.get("value"), Main: f.on("main")}
	if !slices.Contains(identifierKinds, in.Kind) {
		return fault.New(fault.Invalid, "admin.bad-form")
	}
	if _, err := p.Members.AddIdentifier(p.ctx(), p.Rules(), m.Home, 0, in, p.actor()); err != nil {
		if f.refuse(at(fault.From(err), "value")) {
			return p.askIdentifier(f, &m)
		}
		return err
	}
	return p.to(identifiersPath(&m), "identifier-added")
}

func (p *page) replaceIdentifier() error {
	m, x, err := p.identifierOfPath()
	if err != nil {
		return p.notDone(err)
	}
	return p.askReplacement(p.filled(url.Values{}), &m, &x)
}

func (p *page) askReplacement(f *form, m *member.Member, x *member.Identifier) error {
	kind := p.text("admin.change." + string(x.Kind))
	value := f.field("value", "identifier-value", needed, first, most(member.MaxFind))
	value.Label = p.text("admin.identifier.instead", "kind", kind, "value", shownIdentifier(x, false))
	return p.ask(f, sheet{
		Title: p.text("admin.identifier.replace-title", "kind", kind), Here: "/members", Crumbs: p.identifierCrumbs(m), Action: p.r.URL.Path, Back: identifiersPath(m),
		Do: p.text("admin.identifier.replace"), Notes: []string{p.text("admin.identifier.unproven")}, Parts: []sheetPart{{Entries: lines(value)}},
	})
}

func (p *page) replaceIdentifierSent() error {
	m, x, err := p.identifierOfPath()
	if err != nil {
		return p.notDone(err)
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	in := member.NewIdentifier{Value: f.get("value")}
	if _, err := p.Members.ReplaceIdentifier(p.ctx(), p.Rules(), m.Home, m.Version, x.Ref, in, p.actor()); err != nil {
		if fault.Is(err, "member.moved") {
			return p.notDone(err)
		}
		if f.refuse(at(fault.From(err), "value")) {
			return p.askReplacement(f, &m, &x)
		}
		return err
	}
	return p.to(identifiersPath(&m), "identifier-replaced")
}

func (p *page) mainIdentifierSent() error {
	m, x, err := p.identifierOfPath()
	if err == nil {
		_, err = p.Members.SetMain(p.ctx(), m.Home, m.Version, x.Ref, p.actor())
	}
	if err != nil {
		return p.notDone(err)
	}
	return p.to(identifiersPath(&m), "identifier-main")
}

func (p *page) removeIdentifierSent() error {
	m, x, err := p.identifierOfPath()
	if err == nil {
		_, err = p.Members.RemoveIdentifier(p.ctx(), p.Rules(), m.Home, m.Version, x.Ref, p.actor())
	}
	if err != nil {
		return p.notDone(err)
	}
	return p.to(identifiersPath(&m), "identifier-removed")
}

// notDone shows the identifiers as they are now, and why what was asked for was
// not done.
func (p *page) notDone(err error) error {
	e := fault.From(err)
	if e.Kind != fault.Conflict && e.Kind != fault.Refused || p.swaps() && p.r.Method != http.MethodGet {
		return err
	}
	return p.showIdentifiers(false, p.Texts.Fault(p.lang(), e))
}
