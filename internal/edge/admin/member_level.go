package admin

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// memberLevelPages is how a member came to his level, and a level by hand.
func memberLevelPages(a *Admin) {
	a.get("/members/{member}/level", staff.PointsAdjust, (*page).setLevel)
	a.post("/members/{member}/level", staff.PointsAdjust, (*page).setLevelSent)
}

// levelsView is where a member stands in each programme, and how he came there.
type levelsView struct {
	Stand []levelStand
	Log   []levelRow
	On    string
	None  string // says that there are no changes
	Set   string // where one is set; "": not by the reader
}

type levelStand struct {
	Programme, Level, Next string
	Rank                   int // below 0: none
	Facts                  []kit.Pair
}

type levelRow struct {
	From, To, Programme, Cause, Reason, Points string
	At, Until                                  clock.Micros
}

func (p *page) memberLevels(m *member.Member, accounts []purchase.AccountView) (templ.Component, error) {
	before, err := numberOf(p.r.URL.Query().Get("before"))
	if err != nil {
		return nil, err
	}
	list, homes, err := p.Desk.LevelChanges(p.ctx(), m.Home, 0, id.ID(before), listed+1)
	if err != nil {
		return nil, err
	}
	v := levelsView{None: p.noChanges()}
	if p.can(staff.PointsAdjust) && !m.State.Gone() && p.Programmes.Current().HasLevels() {
		v.Set = memberPath(m.Home) + "/level"
	}
	if len(list) > listed {
		list = list[:listed]
		v.On = memberPath(m.Home) + "/levels?before=" + list[listed-1].ID.String()
	}
	if list, err = p.ownChanges(list, homes); err != nil {
		return nil, err
	}
	programmes := map[id.ID]id.ID{}
	for i := range accounts {
		programmes[accounts[i].Account.ID] = accounts[i].Account.Programme
		if accounts[i].Level != nil {
			v.Stand = append(v.Stand, p.levelStand(&accounts[i]))
		}
	}
	for i := range list {
		v.Log = append(v.Log, p.levelRow(&list[i], programmes[list[i].Account]))
	}
	return levelsOf(v), nil
}

func (p *page) levelStand(a *purchase.AccountView) levelStand {
	l := a.Level
	v := levelStand{Programme: p.programmeName(a.Account.Programme), Level: p.text("admin.member.no-level"), Rank: -1}
	add := func(key string, at clock.Micros) {
		if at != 0 {
			v.Facts = append(v.Facts, kit.Pair{Name: p.text("admin.level." + key), Value: ui.Date(p.ctx(), at)})
		}
	}
	if l.Level != nil {
		v.Level = l.Level.Name
		for i, x := range p.Programmes.Current().Ladder(a.Account.Programme).Levels() {
			if x.ID == l.Level.ID {
				v.Rank = i
			}
		}
	}
	if !p.who.Narrowed() { // by these days it would be known when he bought
		add("since", l.Since)
		add("until", l.Until)
	}
	if l.Floor != nil {
		v.Facts = append(v.Facts, kit.Pair{Name: p.text("admin.level.floor"), Value: l.Floor.Name})
		add("held", l.Held-1) // the last day of it
	}
	if n := p.ahead(l.Next); n != nil {
		v.Next = p.left(n.Level.Name, max(n.Total, n.Sum), n.Visits, n.Points)
	}
	return v
}

func (p *page) levelRow(c *ledger.LevelChange, programme id.ID) levelRow {
	none := p.text("admin.member.no-level")
	r := levelRow{
		From: cmp.Or(p.Desk.LevelName(programme, c.From), none), To: cmp.Or(p.Desk.LevelName(programme, c.To), none), At: c.At, Until: c.Until,
		Programme: p.programmeName(programme), Cause: p.text("admin.level.by-" + string(c.Cause)), Reason: c.Reason,
	}
	if who := p.staffOf(c.Actor); who != "" {
		r.Reason = p.detail(c.Reason, who)
	}
	if n := c.Given - c.Taken; n != 0 {
		r.Points = ui.Signed(p.ctx(), n)
	}
	return r
}

// byStaff is before the id of a person in what an operation by hand keeps of who
// did it.
const byStaff = "staff:"

// staffOf is the person who did an operation by hand; "" where none of staff did.
func (p *page) staffOf(actor string) string {
	s, ok := strings.CutPrefix(actor, byStaff)
	if !ok {
		return ""
	}
	i, err := id.Parse(s)
	if err != nil {
		return ""
	}
	who, err := p.Staff.Person(p.ctx(), i)
	if err != nil {
		return ""
	}
	return who.Name
}

func (p *page) setLevel() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	key, err := p.once()
	if key == "" {
		return err
	}
	f := p.filled(url.Values{keyParam: {key}})
	accounts, err := p.Desk.Accounts(p.ctx(), m.Home)
	if err != nil {
		return err
	}
	for _, pr := range p.Programmes.Current().All() { // he is shown where he stands
		if now := purchase.StandingIn(accounts, pr.ID); now != "" {
			f.values.Set("level", pr.ID.String()+"."+now)
			break
		}
	}
	return p.askLevel(f, &m)
}

func (p *page) askLevel(f *form, m *member.Member) error {
	fields, err := p.levelFields(f)
	if err != nil {
		return err
	}
	return p.showForm(f, memberForm{
		Crumbs: p.memberCrumbs(m), Title: p.text("admin.level.title", "name", p.memberName(m)), Action: memberPath(m.Home) + "/level", Back: memberPath(m.Home) + "/levels", Do: p.text("admin.level.do"),
		Hidden: []sentAlong{{keyParam, f.values.Get(keyParam)}}, Fields: fields,
	})
}

// levelFields ask for a level of one of the programmes that have any, of one
// member or of many. An option names both, so that one can't be taken for the
// other's.
func (p *page) levelFields(f *form) ([]kit.Field, error) {
	var options []kit.Option
	set := p.Programmes.Current()
	for _, pr := range set.All() {
		ladder := set.Ladder(pr.ID)
		if ladder.None() {
			continue
		}
		add := func(l, name string) {
			options = append(options, kit.Option{Value: pr.ID.String() + "." + l, Text: pr.Name + ": " + name})
		}
		for _, l := range ladder.Levels() {
			name := cmp.Or(l.Name, l.ID)
			if l.Gift > 0 {
				name = p.text("admin.level.with-gift", "name", name, "points", ui.Points(p.ctx(), l.Gift))
			}
			add(l.ID, name)
		}
		add("", p.text("admin.member.no-level"))
	}
	if len(options) == 0 {
		return nil, fault.New(fault.Conflict, "admin.no-levels")
	}
	return []kit.Field{
		f.field("level", "level", first, of(options...), func(v *kit.Field) { v.Hint = p.text("admin.level.hint") }),
		f.field("until", "level-until", narrow, example(p.exampleDay())),
		f.field("reason", "reason", needed, most(maxAdjustReason)),
	}, nil
}

// leveled is what the form asks for, of nobody yet.
func (p *page) leveled(f *form) (*purchase.LevelRequest, error) {
	programme, level, _ := strings.Cut(f.get("level"), ".")
	n, err := strconv.ParseInt(programme, 10, 64)
	if err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "programme.not-found")
	}
	return &purchase.LevelRequest{
		By: p.who.Person.ID, Programme: id.ID(n), Level: level, Until: dayTyped(f.get("until")), Reason: f.get("reason"), Actor: byStaff + p.who.Person.ID.String(),
	}, nil
}

func (p *page) setLevelSent() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	r, err := p.leveled(f)
	if err != nil {
		return err
	}
	r.Key, r.Buyer = f.get(keyParam), purchase.Buyer{Home: m.Home}
	leveled, err := p.Desk.SetLevel(p.ctx(), r)
	if err != nil {
		if f.usedUp(err) {
			f.whole = p.text("admin.level.used-up")
			return p.askLevel(f, &m)
		}
		if f.refuse(levelFault(err)) {
			return p.askLevel(f, &m)
		}
		return err
	}
	done, err := p.levelDone(r, leveled)
	if err != nil {
		return err
	}
	return p.to(memberPath(m.Home)+"/levels", done)
}

// levelDone says what came of a level by hand: who has reached more stays there.
func (p *page) levelDone(r *purchase.LevelRequest, done *purchase.Leveled) (string, error) {
	switch now, err := p.Desk.Standing(p.ctx(), r.Buyer.Home, r.Programme); {
	case err != nil:
		return "", err
	case done.Left(now):
		return "level-kept", nil
	case now != done.Change.To:
		return "level-between", nil
	}
	return "level-set", nil
}

// levelFault gives a refusal the field of the form that it is about.
func levelFault(err error) error {
	e := fault.From(err)
	if place, ok := map[string]string{"level.until": "until", "adjust.reason": "reason", "level.not-found": "level"}[e.Code]; ok {
		return at(e, place)
	}
	return err
}
