package admin

import (
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// merges is two members who are one person: found, looked at, made one, and the
// act of it read back.
func merges(a *Admin) {
	a.get("/members/{member}/merge", staff.MembersMerge, (*page).mergeMember, Everywhere)
	a.post("/members/{member}/merge", staff.MembersMerge, (*page).mergeSent, Everywhere)
	a.get("/merges/{merge}", staff.MembersSee, (*page).mergeAct, Everywhere)
}

func mergePath(i id.ID) string { return Base + "/merges/" + i.String() }

// mergeView is a merge that is looked at, or was done.
type mergeView struct {
	Title, Sub, Action, Back string
	Crumbs                   []kit.Link
	Whole                    string
	Wrong                    []kit.Field
	About                    []kit.Pair // of an act
	Choices                  []kit.Field
	Accounts                 []mergeAccount
	Moved                    []kit.Pair
	Conflicts                []mergeConflict
	Consents                 []consentRow
	Along                    []sent
	Reason                   kit.Field
}

// mergeAccount is an account before a merge, after it, and what came to it.
type mergeAccount struct{ Programme, Before, Taken, After, Level, More string }

// mergeConflict is a field of which both had a value.
type mergeConflict struct{ Field, Kept, Lost string }

func (p *page) memberCrumbs(m *member.Member) []kit.Link {
	return []kit.Link{{Text: p.text("admin.nav.members"), Href: membersPath}, {Text: p.memberName(m), Href: memberPath(m.Home)}}
}

// mergeMember asks for the other of two.
func (p *page) mergeMember() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	return p.askMerge(p.filled(url.Values{}), &m)
}

func (p *page) askMerge(f *form, m *member.Member) error {
	v := pickView{
		Title: p.text("admin.merge.title", "name", p.memberName(m)), Sub: p.text("admin.merge.sub"), Action: memberPath(m.Home) + "/merge", Back: memberPath(m.Home),
		Crumbs: p.memberCrumbs(m),
	}
	v.Find = f.field("who", "merge-who", needed, first, most(member.MaxFind))
	return p.showPick(f, v)
}

// mergeSent goes on with a merge: whose values are kept, what comes of it, done.
func (p *page) mergeSent() error {
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
		f.values.Set("member", other.Home.String())
		err = p.goOnMerging(f, &m, &other)
	}
	if err != nil && f.refuse(mergeFault(p.nameBoth(err, &m, &other))) {
		return p.askMerge(f, &m)
	}
	return err
}

// nameBoth has a refusal call members by name and number.
func (p *page) nameBoth(err error, both ...*member.Member) error {
	out := *fault.From(err)
	out.Args = slices.Clone(out.Args)
	for i := range out.Args {
		for _, m := range both {
			if a := &out.Args[i]; a.Name == "member" && a.Value == m.Home.String() {
				a.Value = p.nameAndNumber(m)
			}
		}
	}
	return &out
}

// nameAndNumber tells a member from others of his name.
func (p *page) nameAndNumber(m *member.Member) string {
	name := p.memberName(m)
	if strings.Contains(name, m.Number) {
		return name
	}
	return p.text("admin.merge.numbered", "name", name, "number", m.Number)
}

// mergeFault gives a refusal the field that it is about: the other of the two.
func mergeFault(err error) error {
	if e := fault.From(err); strings.HasPrefix(e.Code, "merge.") {
		return at(e, "who")
	}
	return pickFault(err)
}

// goOnMerging looks at a merge and, where that is agreed to, does it.
func (p *page) goOnMerging(f *form, m, other *member.Member) error {
	r := merge.Request{Into: m.Home, From: other.Home, By: p.actor(), Reason: f.get("reason"), Digest: f.get("digest")}
	for _, name := range f.values["take"] {
		r.Take = append(r.Take, member.Field(name))
	}
	if f.on("sure") {
		done, err := p.doMerge(r)
		if err == nil {
			return p.to(mergePath(done.ID), "merged")
		}
		if !f.refuse(reasonFault(err)) {
			return err
		}
	}
	if f.on("chosen") {
		r.Take = nil
		for name, v := range f.values {
			if field, ok := strings.CutPrefix(name, "take-"); ok && len(v) > 0 && v[0] == "his" {
				r.Take = append(r.Take, member.Field(field))
			}
		}
	}
	look, err := p.Merges.Preview(p.ctx(), merge.Request{Into: r.Into, From: r.From, Take: r.Take, By: r.By})
	if err != nil {
		return err
	}
	if !f.on("chosen") && !f.on("sure") && len(look.Kept.United.Conflicts) > 0 {
		return p.chooseMerge(f, m, other, look)
	}
	return p.agreeMerge(f, m, other, look, r.Take)
}

func (p *page) doMerge(r merge.Request) (*merge.Merge, error) {
	if err := p.fresh(); err != nil {
		return nil, err
	}
	return p.Merges.Merge(p.ctx(), r)
}

// reasonFault gives a refusal of the reason its field.
func reasonFault(err error) error {
	if e := fault.From(err); e.Code == "adjust.reason" {
		return at(e, "reason")
	}
	return err
}

func (p *page) mergeView(m, other *member.Member) mergeView {
	return mergeView{
		Title: p.text("admin.merge.title", "name", p.memberName(m)), Action: memberPath(m.Home) + "/merge", Back: memberPath(m.Home), Crumbs: p.memberCrumbs(m),
		Along: []sent{{"member", other.Home.String()}},
	}
}

// chooseMerge asks whose value is kept where both have one.
func (p *page) chooseMerge(f *form, m, other *member.Member, look *merge.Preview) error {
	v := p.mergeView(m, other)
	w, err := p.changeWords(nil)
	if err != nil {
		return err
	}
	v.Sub = p.text("admin.merge.choose", "name", p.nameAndNumber(other))
	v.Along = append(v.Along, sent{"chosen", "yes"})
	for _, c := range look.Kept.United.Conflicts {
		x := f.field("take-"+string(c.Field), "merge-who")
		x.Label, x.Hint = w.field(c.Field), ""
		x.Options = []kit.Option{
			{Value: "mine", Text: w.value(c.Field, c.Kept), Hint: p.text("admin.merge.mine", "name", p.nameAndNumber(m)), Chosen: true},
			{Value: "his", Text: w.value(c.Field, c.Lost), Hint: p.text("admin.merge.his", "name", p.nameAndNumber(other))},
		}
		v.Choices = append(v.Choices, x)
	}
	return p.show(v.Title, "/members", mergeChoose(v))
}

// agreeMerge shows what a merge comes to and asks for a yes.
func (p *page) agreeMerge(f *form, m, other *member.Member, look *merge.Preview, take []member.Field) error {
	v := p.mergeView(m, other)
	v.Sub = p.text("admin.merge.agree", "from", p.nameAndNumber(other), "into", p.nameAndNumber(m))
	v.Along = append(v.Along, sent{"sure", "yes"}, sent{"digest", look.Digest})
	for _, x := range take {
		v.Along = append(v.Along, sent{"take", string(x)})
	}
	if err := p.tellMerge(&v, &look.Merge); err != nil {
		return err
	}
	for i := range look.Consents {
		v.Consents = append(v.Consents, p.consentRow(m, &look.Consents[i]))
	}
	v.Reason = f.field("reason", "merge-reason", needed, most(maxAdjustReason))
	v.Whole, v.Wrong = f.problems()
	if v.Whole != "" || len(v.Wrong) > 0 {
		return p.again(v.Title, "/members", mergeAgree(v))
	}
	return p.show(v.Title, "/members", mergeAgree(v))
}

// tellMerge says what moves, and what comes of it.
func (p *page) tellMerge(v *mergeView, m *merge.Merge) error {
	ctx := p.ctx()
	before := map[id.ID]purchase.AccountState{}
	for _, a := range m.Before {
		before[a.Account] = a
	}
	for _, a := range m.After {
		had, has := before[a.Account].Balance, a.Balance
		x := mergeAccount{Programme: p.programmeName(a.Programme), Before: ui.Points(ctx, had.Active+had.Pending), After: ui.Points(ctx, has.Active+has.Pending)}
		x.Level = p.levelCalled(a.Programme, a.Level)
		with := has.Active + has.Pending - had.Active - had.Pending // beside what is taken over: what goes with the level
		for i := range m.Accounts {
			if t := &m.Accounts[i]; t.To.ID == a.Account {
				x.Taken = ui.Points(ctx, t.Active+t.Pending)
				with -= t.Active + t.Pending - t.Settled
				if t.Settled != 0 {
					x.More = p.text("admin.merge.settled", "points", ui.Points(ctx, t.Settled))
				}
			}
		}
		if with != 0 {
			x.More = p.detail(p.text("admin.merge.with-level", "points", ui.Signed(ctx, with)), x.More)
		}
		v.Accounts = append(v.Accounts, x)
	}
	add := func(key, value string) {
		if value != "" {
			v.Moved = append(v.Moved, kit.Pair{Name: p.text("admin.merge." + key), Value: value})
		}
	}
	add("cards", ui.Number(ctx, m.Cards))
	add("consents", ui.Number(ctx, m.Act.Consents))
	if m.Kept == nil {
		return nil
	}
	u := &m.Kept.United
	w, err := p.changeWords(nil)
	if err != nil {
		return err
	}
	var found []string
	for _, x := range u.Identifiers {
		found = append(found, x.Mask())
	}
	add("finds", strings.Join(found, ", "))
	add("tags", strings.Join(u.Tags, ", "))
	var groups []string
	for _, g := range u.Groups {
		groups = append(groups, w.value(member.FieldGroup, g.String()))
	}
	add("groups", strings.Join(groups, ", "))
	for _, x := range u.Filled {
		v.Moved = append(v.Moved, kit.Pair{Name: w.field(x.Field), Value: w.value(x.Field, x.Value)})
	}
	for _, c := range u.Conflicts {
		v.Conflicts = append(v.Conflicts, mergeConflict{w.field(c.Field), w.value(c.Field, c.Kept), w.value(c.Field, c.Lost)})
	}
	return nil
}

// changeName is what a field of a member is called.
func (p *page) changeName(f member.Field) string {
	if key := "admin.change." + string(f); p.Texts.Has(p.lang(), key) {
		return p.text(key)
	}
	return string(f)
}

// mergeAct reads the act of a merge back.
func (p *page) mergeAct() error {
	i, err := p.param("merge")
	if err != nil {
		return err
	}
	done, err := p.Merges.Get(p.ctx(), i)
	if err != nil {
		return err
	}
	m, err := member.Get(p.ctx(), p.DB, done.Into)
	if err != nil {
		return err
	}
	v := mergeView{Title: p.text("admin.merge.act", "number", done.Number), Crumbs: p.memberCrumbs(&m)}
	add := func(key, value string) {
		if value != "" {
			v.About = append(v.About, kit.Pair{Name: p.text("admin.merge." + key), Value: value})
		}
	}
	add("at", ui.DateTime(p.ctx(), done.At))
	add("by", p.actorName(member.ActorKind(done.ActorKind), done.Actor))
	add("into", p.nameAndNumber(&m))
	if done.Kept != nil {
		add("was", p.nameAndNumber(&done.Kept.United.Was))
		add("reason", done.Kept.Reason)
	}
	add("number", done.Number)
	if err := p.tellMerge(&v, &done); err != nil {
		return err
	}
	return p.show(v.Title, "/members", mergeActPage(v, done.Kept == nil))
}
