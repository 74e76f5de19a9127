package admin

import (
	"context"

	"github.com/a-h/templ"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// memberHouseholdPages is the household of a member: founded, joined, left,
// ended.
func memberHouseholdPages(a *Admin) {
	const path = "/members/{member}/household"
	a.post(path+"/found", staff.MembersEdit, (*page).foundHousehold)
	a.get(path+"/join", staff.MembersEdit, (*page).joinHousehold)
	a.post(path+"/join", staff.MembersEdit, (*page).joinHouseholdSent)
	a.post(path+"/leave", staff.MembersEdit, (*page).leaveHousehold)
	a.post(path+"/end", staff.MembersEdit, (*page).endHousehold)
}

// householdView is the household that a member is in, or how he may come to one.
type householdView struct {
	In      bool
	Name    string
	About   []kit.Pair
	People  []householdRow
	Path    string // where it is changed; "": not by the reader
	Founder bool   // the member has founded it
	Shared  []sharedAccount
	Who     string // the member's name
}

// sharedAccount is an account of the household: what is on it, and what of that
// ends when.
type sharedAccount struct {
	Name   string
	Stats  []tile
	Ending []kit.Pair // days, the first ones; none: nothing ends
	Later  string     // what ends after those
	Hidden bool       // what ends is not told: it may be of others' receipts
}

// endingDays is how many days on which points end are named.
const endingDays = 12

type householdRow struct {
	Name, Phone, Href, State string
	Tone                     kit.Tone
	Joined, Left             clock.Micros
}

func householdPath(h home.ID) string { return memberPath(h) + "/household" }

func (p *page) memberHousehold(m *member.Member, accounts []purchase.AccountView) (templ.Component, error) {
	v := householdView{Who: p.memberName(m)}
	if p.can(staff.MembersEdit) && !m.State.Gone() {
		v.Path = householdPath(m.Home)
	}
	if m.Household != 0 {
		if err := p.readHousehold(m, &v); err != nil {
			return nil, err
		}
		for i := range accounts {
			if !accounts[i].Rests {
				v.Shared = append(v.Shared, p.sharedAccount(&accounts[i]))
			}
		}
	}
	return householdOf(v, p.relatives(m)), nil
}

func (p *page) readHousehold(m *member.Member, v *householdView) error {
	h, err := member.GetHousehold(p.ctx(), p.DB, m.Household)
	if err != nil {
		return err
	}
	v.In, v.Name, v.Founder = true, h.Name, h.Founder == m.Home
	v.About = []kit.Pair{{Name: p.text("admin.household.since"), Value: ui.Date(p.ctx(), h.CreatedAt)}}
	for _, x := range h.Members {
		o, err := member.Get(p.ctx(), p.DB, x.Home)
		if err != nil {
			return err
		}
		r := householdRow{Name: p.memberName(&o), Phone: ui.Masked(o.Main(member.Phone)), Href: memberPath(o.Home), Joined: x.JoinedAt, Left: x.LeftAt, Tone: kit.Good}
		switch {
		case x.LeftAt != 0:
			r.State, r.Tone = p.text("admin.household.left"), kit.Plain
		case x.Home == h.Founder:
			r.State = p.text("admin.household.founder")
		default:
			r.State = p.text("admin.household.in")
		}
		if x.Home == h.Founder {
			v.About = append([]kit.Pair{{Name: p.text("admin.household.account-of"), Value: r.Name}}, v.About...)
		}
		v.People = append(v.People, r)
	}
	return nil
}

func (p *page) sharedAccount(v *purchase.AccountView) sharedAccount {
	ctx, a := p.ctx(), &v.Account
	out := sharedAccount{Name: p.programmeName(a.Programme), Stats: []tile{
		{p.text("segment.field.active"), ui.Points(ctx, a.Active), ""},
		{p.text("segment.field.pending"), ui.Points(ctx, a.Pending), ""},
	}}
	if p.who.Narrowed() {
		out.Hidden = true
		return out
	}
	var days []string
	of := map[string]money.Points{}
	for _, e := range v.Ending {
		day := ui.Date(ctx, e.At)
		if of[day] == 0 {
			days = append(days, day)
		}
		of[day] += e.Points
	}
	var later money.Points
	for i, day := range days {
		if i < endingDays {
			out.Ending = append(out.Ending, kit.Pair{Name: day, Value: ui.Points(ctx, of[day])})
		} else {
			later += of[day]
		}
	}
	if later > 0 {
		out.Later = p.text("admin.household.later", "count", later)
	}
	return out
}

func (p *page) foundHousehold() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if _, err := p.Members.FoundHousehold(p.ctx(), m.Home, f.get("name"), nil, p.actor()); err != nil {
		return p.instead(f, err, "name", func() sheet {
			return sheet{
				Title: p.text("admin.household.found"), Sub: p.text("admin.household.found-text"), Here: "/members", Crumbs: p.memberCrumbs(&m),
				Action: memberPath(m.Home) + "/household/found", Back: memberPath(m.Home) + "/household", Do: p.text("admin.household.found-do"),
				Parts: []sheetPart{{Entries: []entry{f.asked("name", "admin.household.name", member.MaxName)}}},
			}
		})
	}
	return p.to(householdPath(m.Home), "household-founded")
}

// pickView is another member who is looked for: by what, and is it he.
type pickView struct {
	Title, Sub, Action, Back string
	Crumbs                   []kit.Link
	Whole                    string
	Find                     kit.Field
	Member                   home.ID // found; 0: nobody yet
	Who                      []kit.Pair
	Do                       string
}

// joinHousehold asks for another member: whom the household takes in or, of who
// is in none, one of those whose household he joins.
func (p *page) joinHousehold() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	return p.askJoin(p.filled(nil), &m)
}

func (p *page) joinView(m *member.Member) pickView {
	v := pickView{
		Title: p.text("admin.household.join-title", "name", p.memberName(m)), Sub: p.text("admin.household.join-sub"),
		Action: householdPath(m.Home) + "/join", Back: householdPath(m.Home), Do: p.text("admin.household.join-do"),
	}
	if m.Household != 0 {
		v.Title, v.Sub, v.Do = p.text("admin.household.add-title"), p.text("admin.household.add-sub"), p.text("admin.household.add-do")
	}
	v.Crumbs = []kit.Link{{Text: p.text("admin.nav.members"), Href: membersPath}, {Text: p.memberName(m), Href: memberPath(m.Home)}, {Text: p.text("admin.member.household"), Href: v.Back}}
	return v
}

func (p *page) askJoin(f *form, m *member.Member) error {
	v := p.joinView(m)
	v.Find = f.field("who", "pick-who", needed, first, most(member.MaxFind))
	return p.showPick(f, v)
}

func (p *page) showPick(f *form, v pickView) error {
	v.Whole, _ = f.problems()
	if len(f.wrong) > 0 || f.whole != "" {
		return p.again(v.Title, "/members", pickPage(v))
	}
	return p.show(v.Title, "/members", pickPage(v))
}

func (p *page) joinHouseholdSent() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	other, err := p.picked(f)
	if err == nil && other.Home == m.Home {
		err = fault.New(fault.Conflict, "admin.pick-himself")
	}
	if err == nil {
		err = p.mayJoin(&m, &other)
	}
	if err == nil && f.on("member") {
		if m.Household != 0 {
			_, err = p.Members.JoinHousehold(p.ctx(), m.Household, other.Home, p.actor())
		} else {
			_, err = p.Members.JoinHousehold(p.ctx(), other.Household, m.Home, p.actor())
		}
		if err == nil {
			return p.to(householdPath(m.Home), "household-joined")
		}
	}
	if err != nil {
		if f.refuse(pickFault(err)) {
			return p.askJoin(f, &m)
		}
		return err
	}
	v := p.joinView(&m)
	v.Member, v.Who = other.Home, p.whoIs(&other)
	if m.Household == 0 {
		h, err := member.GetHousehold(p.ctx(), p.DB, other.Household)
		if err != nil {
			return err
		}
		v.Who = append(v.Who, kit.Pair{Name: p.text("admin.member.household"), Value: h.Name})
	}
	return p.showPick(f, v)
}

// mayJoin refuses what can't be, before it is agreed to.
func (p *page) mayJoin(m, other *member.Member) error {
	switch {
	case m.Household == 0 && other.Household == 0:
		return fault.New(fault.Conflict, "household.none")
	case m.Household != 0 && other.Household != 0:
		return fault.New(fault.Conflict, "household.already")
	}
	return nil
}

// picked is the member that the form names: by what finds him or, once he was
// shown, by his id. One whom the reader may not see is not found.
func (p *page) picked(f *form) (member.Member, error) {
	if s := f.get("member"); s != "" {
		i, err := id.Parse(s)
		if err != nil || home.ID(i).Kind() != home.Member {
			return member.Member{}, fault.New(fault.Conflict, "admin.claim-nobody")
		}
		return p.seen(p.ctx(), home.ID(i))
	}
	found, err := p.oneFound(f.get("who"))
	if err != nil {
		return member.Member{}, err
	}
	return p.seen(p.ctx(), found.Home)
}

// seen reads a member that the reader may see; who may not is told of nobody.
func (p *page) seen(ctx context.Context, h home.ID) (member.Member, error) {
	m, err := p.memberAt(ctx, h)
	if fault.Is(err, "member.not-found") {
		err = fault.New(fault.Conflict, "admin.claim-nobody")
	}
	return m, err
}

// whoIs tells who was found, contacts masked.
func (p *page) whoIs(m *member.Member) []kit.Pair {
	return []kit.Pair{
		{Name: p.text("admin.claim.name"), Value: p.memberName(m)},
		{Name: p.text("admin.claim.number"), Value: m.Number},
		{Name: p.text("admin.field.phone"), Value: ui.Masked(m.Main(member.Phone))},
	}
}

// pickFault gives a refusal the field that it is about.
func pickFault(err error) error {
	switch e := fault.From(err); e.Code {
	case "buyer.several", "admin.claim-nobody", "member.bad-search", "admin.pick-himself", "household.none", "household.already", "household.full":
		return at(e, "who")
	}
	return err
}

func (p *page) leaveHousehold() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	if _, err := p.Members.LeaveHousehold(p.ctx(), m.Household, m.Home, p.actor()); err != nil {
		return err
	}
	return p.to(householdPath(m.Home), "household-left")
}

func (p *page) endHousehold() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	if _, err := p.Members.EndHousehold(p.ctx(), m.Household, p.actor()); err != nil {
		return err
	}
	return p.to(householdPath(m.Home), "household-ended")
}
