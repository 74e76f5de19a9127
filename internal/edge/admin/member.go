package admin

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/contact"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// memberPages is the page of a member, by its parts, and what is done there.
func memberPages(a *Admin) {
	a.get("/members/{member}", staff.MembersSee, (*page).member)
	a.get("/members/{member}/identifiers", staff.MembersSee, (*page).memberIdentifiers)
	for _, t := range tabs() {
		if t.show != nil {
			a.get("/members/{member}/"+t.path, staff.MembersSee, func(p *page) error { return p.memberPart(t) })
		}
	}
	a.post("/members/{member}/contacts", staff.MembersContacts, (*page).contacts)
	a.get("/members/{member}/edit", staff.MembersEdit, (*page).editMember)
	a.post("/members/{member}/edit", staff.MembersEdit, (*page).editMemberSent)
	a.post("/members/{member}/block", staff.MembersBlock, (*page).blockMember)
	a.post("/members/{member}/unblock", staff.MembersBlock, (*page).unblockMember)
	a.post("/members/{member}/activate", staff.MembersEdit, (*page).activateMember)
	a.get("/members/{member}/points", staff.PointsAdjust, (*page).adjust)
	a.post("/members/{member}/points", staff.PointsAdjust, (*page).adjustSent)
	a.post("/members/{member}/points/{request}/withdraw", staff.PointsAdjust, (*page).withdrawRequest)
	for _, pages := range []func(*Admin){
		memberIdentifierPages, memberCardPages, memberConsentPages, memberHouseholdPages, memberLevelPages, memberDepositPages, memberRelativePages, groupsOfPages,
		memberCodePages, merges, personal,
	} {
		pages(a)
	}
}

// tab is one part of a member's page.
type tab struct {
	path   string                                                                       // below the member's own; "": the first
	text   string                                                                       // key
	own    bool                                                                         // stays his where he was merged into another
	need   staff.Permission                                                             // besides that to see members; "": none
	bought bool                                                                         // tells of what he has bought: to whoever works at some outlets, of those
	show   func(*page, *member.Member, []purchase.AccountView) (templ.Component, error) // nil: it has a page of its own
}

func tabs() []tab {
	return []tab{
		{"", "admin.member.overview", true, "", true, nil},
		{"identifiers", "admin.member.identifiers", false, "", false, nil},
		{"bonuses", "admin.member.bonuses", false, "", true, (*page).memberPoints},
		{"operations", "admin.member.operations", false, staff.PurchasesSee, true, (*page).memberPurchases},
		{"movement", "admin.member.movement", false, "", true, (*page).memberMovements},
		{"deposits", "admin.member.deposits", false, "", true, (*page).memberDeposits},
		{"tickets", "admin.member.tickets", false, staff.PurchasesSee, true, (*page).memberTickets},
		{"cards", "admin.member.cards", false, "", false, (*page).memberCards},
		{"codes", "admin.member.codes", false, "", true, (*page).memberCodes},
		{"levels", "admin.member.levels", false, "", true, (*page).memberLevels},
		{"household", "admin.member.household", false, "", true, (*page).memberHousehold},
		{"consents", "admin.member.consents", true, "", false, (*page).memberConsents},
		{"changes", "admin.member.changes", true, "", false, (*page).memberChanges},
	}
}

// memberPart shows a part of a member's page. What has gone over to whom he was
// merged into is read there.
func (p *page) memberPart(t tab) error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	if t.need != "" && !p.can(t.need) {
		return fault.New(fault.Denied, "admin.denied", "permission", p.text("staff.permission."+string(t.need)))
	}
	if m.MergedInto != 0 && !t.own {
		return p.to(memberPath(m.MergedInto)+"/"+t.path, "")
	}
	accounts, err := p.Desk.Accounts(p.ctx(), m.Home)
	if err != nil {
		return err
	}
	part, err := t.show(p, &m, accounts)
	if err != nil {
		return err
	}
	v := p.view(m, accounts, t.path, false)
	return p.show(v.Name, "/members", memberPage(v, part))
}

// memberView is what stands above each part of a member's page.
type memberView struct {
	Member   member.Member
	Name     string
	Phone    string // masked, or whole where the reader asked for it
	Email    string
	Open     bool // contacts are shown whole
	MayOpen  bool
	Opens    string   // where they are shown whole
	Level    kit.Link // Text: its name; Count: its rank
	HasLevel bool
	Rank     int
	Tabs     []kit.Link
	Actions  []kit.Action
	More     []kit.Action // in a menu
	Gone     string       // what has become of him, where he is no member any more
	Waiting  []waitingLine
	Now      string // the page of whom he was merged into
	Own      bool   // the part tells of the reader's outlets only
}

// home is the member that the address names. One who was merged leads to whom
// he was merged into.
func (p *page) home() (home.ID, error) {
	i, err := p.param("member")
	if err != nil {
		return 0, err
	}
	h := home.ID(i)
	if h.Kind() != home.Member {
		return 0, fault.New(fault.NotFound, "member.not-found")
	}
	return h, nil
}

// read reads the member of the address, if the reader may see him.
func (p *page) readMember() (member.Member, error) {
	h, err := p.home()
	if err != nil {
		return member.Member{}, err
	}
	return p.memberAt(p.ctx(), h)
}

// openMember is the member of a form: who is a member no more has none.
func (p *page) openMember() (member.Member, error) {
	m, err := p.readMember()
	if err == nil && m.State.Gone() {
		err = fault.New(fault.Conflict, "member.gone")
	}
	return m, err
}

// memberAt reads a member, if the reader may see him.
func (p *page) memberAt(ctx context.Context, h home.ID) (member.Member, error) {
	if !p.can(staff.MembersSee) { // whatever else may be done with him
		return member.Member{}, denied(p, staff.MembersSee)
	}
	m, err := member.Get(ctx, p.DB, h)
	if err != nil {
		return m, err
	}
	if p.who.Narrowed() {
		his := segment.Filter{Conditions: []segment.Condition{{Field: "number", Op: segment.OpIn, Values: []string{m.Number}}}}
		n, _, err := p.Lists.Count(ctx, his, p.who.Outlets())
		if err != nil {
			return m, err
		}
		if n == 0 {
			return m, fault.New(fault.NotFound, "member.not-found")
		}
	}
	return m, nil
}

// view makes what stands above each part.
func (p *page) view(m member.Member, accounts []purchase.AccountView, here string, open bool) memberView {
	v := memberView{Member: m, Name: p.memberName(&m), Open: open, MayOpen: p.can(staff.MembersContacts), Opens: memberPath(m.Home) + "/contacts"}
	v.Phone, v.Email = ui.Masked(m.Main(member.Phone)), maskEmail(m.Main(member.Email))
	if open {
		v.Phone, v.Email = ui.Phone(m.Main(member.Phone)), m.Main(member.Email)
	}
	if m.MergedInto != 0 { // they are the other's now
		v.Phone, v.Email, accounts = "", "", nil
	}
	if l, rank := p.levelOf(accounts); l != "" {
		v.Level, v.HasLevel, v.Rank = kit.Link{Text: l}, true, rank
	}
	base := memberPath(m.Home)
	for _, t := range tabs() {
		if m.MergedInto != 0 && !t.own || t.need != "" && !p.can(t.need) {
			continue
		}
		v.Tabs = append(v.Tabs, kit.Link{Text: p.text(t.text), Href: strings.TrimSuffix(base+"/"+t.path, "/"), Here: t.path == here})
	}
	v.Waiting = p.waitingFor(m.Home)
	v.Actions, v.More = p.memberActions(&m), p.moreActions(&m)
	if len(v.More) > 0 {
		v.Actions = append(v.Actions, kit.Action{Text: p.text("admin.member.more"), Icon: "dots", Menu: "more"})
	}
	if m.MergedInto != 0 {
		v.Now = memberPath(m.MergedInto)
	}
	v.Own = p.who.Narrowed() && slices.ContainsFunc(tabs(), func(t tab) bool { return t.path == here && t.bought })
	if m.State.Gone() {
		v.Gone = p.text("admin.member.gone-" + string(m.State))
	}
	return v
}

func memberPath(h home.ID) string { return membersPath + "/" + h.String() }

// memberActions are what the reader may do with the member.
func (p *page) memberActions(m *member.Member) []kit.Action {
	if m.State.Gone() {
		return nil
	}
	base := memberPath(m.Home)
	var out []kit.Action
	if p.can(staff.PointsAdjust) {
		out = append(out, kit.Action{Text: p.text("admin.member.adjust"), Icon: "plus", Weight: kit.Primary, Href: base + "/points"})
	}
	if p.can(staff.MembersEdit) {
		out = append(out, kit.Action{Text: p.text("admin.member.edit"), Icon: "pencil", Href: base + "/edit"})
	}
	if p.can(staff.MembersEdit) && m.State == member.New {
		out = append(out, kit.Action{Text: p.text("admin.member.activate"), Icon: "check", Dialog: "activate"})
	}
	if p.can(staff.MembersBlock) {
		if m.State == member.Blocked {
			out = append(out, kit.Action{Text: p.text("admin.member.unblock"), Icon: "check", Dialog: "unblock"})
		} else {
			out = append(out, kit.Action{Text: p.text("admin.member.block"), Icon: "lock", Weight: kit.Risky, Dialog: "block"})
		}
	}
	return out
}

// moreActions are what is done with a member once.
func (p *page) moreActions(m *member.Member) (out []kit.Action) {
	if p.can(staff.MembersEdit) && !m.State.Gone() {
		out = append(out, kit.Action{Text: p.text("admin.groups.to-member"), Icon: "users", Href: groupsOfPath(m.Home)})
	}
	if p.who.Narrowed() {
		return out
	}
	if p.can(staff.MembersMerge) && !m.State.Gone() {
		out = append(out, kit.Action{Text: p.text("admin.member.merge"), Icon: "users", Href: memberPath(m.Home) + "/merge"})
	}
	if p.can(staff.MembersPrivacy) {
		out = append(out, kit.Action{Text: p.text("admin.member.privacy"), Icon: "file-spreadsheet", Href: privacyPath(m.Home)})
	}
	return out
}

// memberName is the whole name; who has told none has a number.
func (p *page) memberName(m *member.Member) string {
	name := strings.Join(slices.DeleteFunc([]string{m.Profile.Surname, m.Profile.Name, m.Profile.Patronymic}, func(s string) bool { return s == "" }), " ")
	return cmp.Or(name, p.text("admin.members.nameless", "number", m.Number))
}

// maskEmail is an address as it is masked everywhere; none is nothing.
func maskEmail(s string) string {
	if s == "" {
		return ""
	}
	return contact.MaskEmail(s)
}

// levelOf is the level that is shown beside the name: of the first account that
// has one.
func (p *page) levelOf(accounts []purchase.AccountView) (string, int) {
	for i := range accounts {
		v := &accounts[i]
		if v.Level == nil || v.Level.Level == nil {
			continue
		}
		rank := slices.IndexFunc(p.Programmes.Current().Ladder(v.Account.Programme).Levels(), func(l level.Level) bool { return l.ID == v.Level.Level.ID })
		return v.Level.Level.Name, rank
	}
	return "", 0
}

// memberOverview is the first part of a member's page.
type memberOverview struct {
	Stats   []tile
	Points  kit.Chart
	Money   kit.Chart
	Shape   []kit.Chart // what he comes for, has paid with, and his orders
	Profile []kit.Pair
	Levels  []levelCard
	Empty   bool   // he has bought nothing that the reader may see
	Nothing string // says so
}

// levelCard says where an account stands and what is left.
type levelCard struct {
	Programme, Level, Next string
	Done, Whole            int64
}

func (p *page) member() error { return p.showMember(false) }

// contacts shows the page with phones and e-mails whole; who has looked is in
// the audit trail.
func (p *page) contacts() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	if err := p.noted("member.contacts-seen", m.Home); err != nil {
		return err
	}
	return p.showMember(true)
}

func (p *page) showMember(open bool) error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	profile, err := p.profile(&m, open)
	if err != nil {
		return err
	}
	if m.MergedInto != 0 {
		v := p.view(m, nil, "", open)
		return p.show(v.Name, "/members", memberPage(v, memberAbout(profile)))
	}
	accounts, err := p.Desk.Accounts(p.ctx(), m.Home)
	if err != nil {
		return err
	}
	q := figure.MemberQuery{Home: m.Home}
	if p.who.Narrowed() {
		q.May = p.who.At
	}
	figures, err := p.Figures.OfMember(p.ctx(), q)
	if err != nil {
		return err
	}
	v := p.view(m, accounts, "", open)
	o := memberOverview{Stats: p.memberStats(accounts, figures), Profile: profile, Empty: figures.Last == 0, Nothing: p.noPurchases()}
	o.Money, o.Points = p.memberCharts(figures)
	o.Levels = p.levelCards(accounts)
	deposit, err := p.depositTile(m.Home)
	if err != nil {
		return err
	}
	o.Stats = append(o.Stats, deposit...)
	if o.Shape, err = p.memberShape(m.Home); err != nil {
		return err
	}
	return p.show(v.Name, "/members", memberPage(v, memberFirst(o)))
}

func (p *page) memberStats(accounts []purchase.AccountView, f *figure.MemberFigures) []tile {
	ctx := p.ctx()
	var active, pending money.Points
	for i := range accounts {
		if !accounts[i].Rests {
			active += accounts[i].Account.Active
			pending += accounts[i].Account.Pending
		}
	}
	t := &f.Totals
	last := tile{p.text("segment.field.last_purchase"), p.text("admin.member.never"), ""}
	if f.Last != 0 {
		last.Value, last.Detail = ui.Ago(ctx, f.Last), ui.DateTime(ctx, f.Last)
	}
	waits := ""
	if pending > 0 {
		waits = p.text("admin.member.pending", "count", pending)
	}
	out := []tile{{p.text("admin.member.balance"), ui.Points(ctx, active), waits}}
	if !p.who.Narrowed() { // it would be of others' receipts, or not the soonest
		out = append(out, p.soonest(accounts))
	}
	return append(out,
		tile{p.text("segment.field.turnover"), ui.Money(ctx, paid(t)), p.text("admin.member.receipts", "count", receipts(t))},
		tile{p.text("segment.field.average"), ui.Money(ctx, averageOf(t)), ""},
		last,
	)
}

// soonest is what ends first.
func (p *page) soonest(accounts []purchase.AccountView) tile {
	var at clock.Micros
	var points money.Points
	for i := range accounts {
		for _, e := range accounts[i].Ending {
			if at == 0 || e.At < at {
				at, points = e.At, e.Points
			}
		}
	}
	if at == 0 {
		return tile{p.text("admin.member.expires"), p.text("admin.member.nothing"), ""}
	}
	return tile{p.text("admin.member.expires"), ui.Points(p.ctx(), points), ui.Date(p.ctx(), at)}
}

// profile is what is known of a member, with what is as personal as his contacts
// where these are shown.
func (p *page) profile(m *member.Member, open bool) (out []kit.Pair, err error) {
	r := &m.Profile
	add := func(key, value string) {
		if value != "" {
			out = append(out, kit.Pair{Name: p.text(key), Value: value})
		}
	}
	add("segment.field.number", m.Number)
	add("segment.field.registered", ui.Date(p.ctx(), m.Registered.At))
	if o, ok := p.Directory.Outlet(m.Registered.Outlet); ok {
		add("segment.field.registered_outlet", o.Name)
	}
	if by := m.Registered.Inviter; by != 0 {
		names, err := p.namesOf([]home.ID{by})
		if err != nil {
			return nil, err
		}
		add("admin.change.inviter", names[by])
	}
	add("segment.field.birth_date", p.day(r.BirthDate))
	if r.Sex != "" {
		add("segment.field.sex", p.text("segment.value.sex."+r.Sex))
	}
	add("segment.field.city", r.Address.City)
	told := folded
	if open {
		told = slices.Concat(folded, foldedPersonal)
	}
	for _, f := range told {
		switch v := r.Get(f); f {
		case member.FieldCategory:
		case member.FieldLanguage:
			add("admin.change.language", p.langNamed(v))
		case member.FieldDocumentIssuedOn:
			add("admin.change."+string(f), p.day(v))
		default:
			add("admin.change."+string(f), v)
		}
	}
	add("segment.field.tags", strings.Join(m.Tags, ", "))
	n := p.names()
	groups := make([]string, len(m.Groups))
	for i, g := range m.Groups {
		groups[i] = cmp.Or(n.groups[g.String()], g.String())
	}
	add("segment.field.groups", strings.Join(groups, ", "))
	if r.Category != 0 {
		add("segment.field.category", n.categories[r.Category.String()])
	}
	add("segment.field.comment", r.Comment)
	own, err := member.CustomFields(p.ctx(), p.DB)
	for i := range own {
		if v := r.Custom[own[i].Key]; v != "" {
			out = append(out, kit.Pair{Name: p.inLang(own[i].LabelRU, own[i].LabelEN), Value: p.ownValue(&own[i], v)})
		}
	}
	return out, err
}

// noted puts into the audit trail that the reader has looked at, or done,
// something that leaves no other trace.
func (p *page) noted(action string, h home.ID) error {
	return p.note(action, "member", id.ID(h))
}

// memberCards lists his cards.
func (p *page) memberCards(m *member.Member, _ []purchase.AccountView) (templ.Component, error) {
	list, err := card.List(p.ctx(), p.DB, m.Home)
	if err != nil {
		return nil, err
	}
	types, err := card.Types(p.ctx(), p.DB)
	if err != nil {
		return nil, err
	}
	issue := ""
	if p.can(staff.CardsEdit) && !m.State.Gone() {
		issue = memberPath(m.Home) + "/cards/new"
	}
	return cardsOf(p.cardRows(list, types), issue), nil
}
