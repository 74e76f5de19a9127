package admin

import (
	"net/url"
	"slices"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// memberRelativePages are those close to a member, for whose birthdays rules give
// something. They stand beside his household, which they need not be in.
func memberRelativePages(a *Admin) {
	const path = "/members/{member}/relatives"
	a.get(path+"/new", staff.MembersEdit, (*page).newRelative)
	a.post(path+"/new", staff.MembersEdit, (*page).relativeSent)
	a.get(path+"/{relative}/edit", staff.MembersEdit, (*page).editRelative)
	a.post(path+"/{relative}/edit", staff.MembersEdit, (*page).relativeSent)
	a.post(path+"/{relative}/remove", staff.MembersEdit, (*page).removeRelative)
}

func relativesPath(h home.ID) string { return memberPath(h) + "/relatives" }

// relativeKinds are what a relative may be, in the order of a form.
var relativeKinds = []string{"child", "spouse", "parent", "sibling", "other"}

// relativesView are those close to a member.
type relativesView struct {
	Rows []relativeRow
	Path string // where they are changed; "": not by the reader
}

type relativeRow struct {
	ID, Kind, Name, Born, Path string
}

func (p *page) relatives(m *member.Member) relativesView {
	var v relativesView
	if p.can(staff.MembersEdit) && !m.State.Gone() {
		v.Path = relativesPath(m.Home)
	}
	for i := range m.Relatives {
		r := &m.Relatives[i]
		v.Rows = append(v.Rows, relativeRow{
			ID: r.ID.String(), Kind: p.text("admin.relative." + r.Kind), Name: r.Name, Born: p.daySaid(r.BirthDate), Path: relativesPath(m.Home) + "/" + r.ID.String(),
		})
	}
	return v
}

func (p *page) newRelative() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	return p.askRelative(p.filled(url.Values{"kind": {relativeKinds[0]}}), &m)
}

func (p *page) editRelative() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	at, err := p.relativeAt(&m)
	if err != nil {
		return err
	}
	r := &m.Relatives[at]
	return p.askRelative(p.filled(url.Values{"kind": {r.Kind}, "name": {r.Name}, "birth_date": {dayShown(r.BirthDate)}}), &m)
}

// relativeAt is the place of the relative that the address names; that of a new
// one is behind all others.
func (p *page) relativeAt(m *member.Member) (int, error) {
	if p.param1("relative") == "" {
		return len(m.Relatives), nil
	}
	i, err := p.param("relative")
	if err != nil {
		return 0, err
	}
	at := slices.IndexFunc(m.Relatives, func(r member.Relative) bool { return r.ID == i })
	if at < 0 {
		return 0, fault.New(fault.NotFound, "member.bad-relative")
	}
	return at, nil
}

func (p *page) askRelative(f *form, m *member.Member) error {
	kinds := make([]kit.Option, len(relativeKinds))
	for i, k := range relativeKinds {
		kinds[i] = kit.Option{Value: k, Text: p.text("admin.relative." + k)}
	}
	born := f.field("birth_date", "relative-born", needed, narrow, mode("numeric"), most(maxDay))
	born.Hint = p.text("admin.hint.birth-date")
	return p.ask(f, sheet{
		Title: p.text("admin.relative.title"), Sub: p.text("admin.relative.why"), Here: "/members",
		Crumbs: append(p.memberCrumbs(m), kit.Link{Text: p.text("admin.member.household"), Href: householdPath(m.Home)}),
		Action: p.r.URL.Path, Back: householdPath(m.Home), Do: p.text("admin.save"),
		Parts: []sheetPart{{Entries: lines(
			f.field("kind", "relative-kind", of(kinds...)),
			f.field("name", "relative-name", first, most(member.MaxName)),
			born,
		)}},
	})
}

func (p *page) relativeSent() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	at, err := p.relativeAt(&m)
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	list := slices.Clone(m.Relatives)
	if at == len(list) {
		list = append(list, member.Relative{})
	}
	r := &list[at]
	r.Kind, r.Name, r.BirthDate = f.get("kind"), f.get("name"), dayTyped(f.get("birth_date"))
	if slices.ContainsFunc(m.Relatives, func(o member.Relative) bool {
		return r.ID == 0 && o.Kind == r.Kind && o.Name == r.Name && o.BirthDate == r.BirthDate
	}) {
		return p.to(householdPath(m.Home), "relative") // the form was sent twice
	}
	if err := p.saveRelatives(&m, list); err != nil {
		if f.refuse(ofRelative(asTyped(err), at)) {
			return p.askRelative(f, &m)
		}
		return err
	}
	return p.to(householdPath(m.Home), "relative")
}

// ofRelative gives what is wrong with a relative the fields of its form.
func ofRelative(err error, at int) error {
	path := "relatives[" + id.ID(at).String() + "]"
	for _, name := range []string{"kind", "name", "birth_date"} {
		err = renamed(err, path+"."+name, name)
	}
	return err
}

func (p *page) removeRelative() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	at, err := p.relativeAt(&m)
	if err != nil {
		return p.to(householdPath(m.Home), "relative-gone") // in another window
	}
	if err := p.saveRelatives(&m, slices.Delete(slices.Clone(m.Relatives), at, at+1)); err != nil {
		return err
	}
	return p.to(householdPath(m.Home), "relative-gone")
}

func (p *page) saveRelatives(m *member.Member, list []member.Relative) error {
	_, err := p.Members.Update(p.ctx(), p.Rules(), m.Home, m.Version, member.Patch{Relatives: &list}, p.actor())
	return err
}
