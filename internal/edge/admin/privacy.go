package admin

import (
	"context"
	"net/url"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
)

// personal is what the law gives a person: a copy of all that is held on him,
// and his erasure with its act.
func personal(a *Admin) {
	a.get("/members/{member}/privacy", staff.MembersPrivacy, (*page).privacy, Everywhere)
	a.post("/members/{member}/privacy/copy", staff.MembersPrivacy, (*page).copyMember, Everywhere)
	a.post("/members/{member}/privacy/erase", staff.MembersPrivacy, (*page).eraseMember, Everywhere)
	a.get("/erasures/{erasure}", staff.MembersPrivacy, (*page).erasure, Everywhere)
}

// privacyView is what can be done with all that is held on a member.
type privacyView struct {
	Title, Path, Back string
	Crumbs            []kit.Link
	Whole             string
	Wrong             []kit.Field
	Ground            kit.Field
	Asked, Reference  kit.Field
	Forfeit           kit.Field
	Forfeited         bool
	Number            kit.Field // typed to be sure
	Gone              string    // why he can't be erased: he is already
	Act               string    // by which
}

func privacyPath(h home.ID) string { return memberPath(h) + "/privacy" }

func (p *page) privacy() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	return p.askPrivacy(p.filled(url.Values{"ground": {string(privacy.Withdrawn)}}), &m)
}

func (p *page) askPrivacy(f *form, m *member.Member) error {
	v := privacyView{Title: p.text("admin.privacy.title", "name", p.memberName(m)), Path: privacyPath(m.Home), Back: memberPath(m.Home), Crumbs: p.memberCrumbs(m)}
	if a, err := p.Privacy.ActOf(p.ctx(), m.Home); err == nil {
		v.Gone, v.Act = p.text("admin.privacy.erased"), erasurePath(&a)
	} else if !fault.Is(err, "erase.not-found") {
		return err
	}
	var grounds []kit.Option
	for _, g := range []privacy.Ground{privacy.Withdrawn, privacy.Demanded, privacy.Unlawful, privacy.Reached} {
		grounds = append(grounds, kit.Option{Value: string(g), Text: p.text("admin.privacy.ground-" + string(g))})
	}
	v.Ground = f.field("ground", "erase-ground", of(grounds...))
	v.Asked = f.field("asked", "erase-asked", narrow, example(p.exampleDay()))
	v.Reference = f.field("reference", "erase-reference", narrow, example("17-05/2026"))
	v.Forfeit, v.Forfeited = f.field("forfeit", "erase-forfeit"), f.on("forfeit")
	v.Number = f.field("number", "erase-number", needed, narrow)
	v.Number.Hint = p.text("admin.privacy.number-hint", "number", m.Number)
	v.Whole, v.Wrong = f.problems()
	if v.Whole != "" || len(v.Wrong) > 0 {
		return p.again(v.Title, "/members", privacyPage(v))
	}
	return p.show(v.Title, "/members", privacyPage(v))
}

// copyMember sends all that is held on the member. That it left the house is in
// the audit trail before its first byte does.
func (p *page) copyMember() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	// Of a file nothing can be seen after a proof: he comes back here first.
	if p.fresh() != nil {
		return p.to(confirmPath+"?next="+url.QueryEscape(privacyPath(m.Home)), "")
	}
	found, err := p.Privacy.Export(p.ctx(), m.Home)
	if err != nil {
		return err
	}
	if err := p.noted("member.copied", m.Home); err != nil {
		return err
	}
	return p.sendCopy(found, "member-"+m.Number+".json")
}

// sendCopy writes the copy as it is read.
func (p *page) sendCopy(found *privacy.Copy, name string) error {
	out := &fileWriter{w: p.w, kind: "application/json", name: name}
	return p.sendFile(out, "a copy of a member", func(ctx context.Context) error { return found.Write(ctx, out) })
}

func (p *page) eraseMember() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	e, err := p.erasureSent(f, &m)
	if err == nil {
		err = p.fresh()
	}
	var a privacy.Act
	if err == nil {
		a, err = p.Privacy.Erase(p.ctx(), e)
	}
	if err != nil {
		if f.refuse(eraseFault(err)) {
			return p.askPrivacy(f, &m)
		}
		return err
	}
	if err := p.noted("member.erased", m.Home); err != nil {
		return err
	}
	return p.to(erasurePath(&a), "erased")
}

// erasureSent is the erasure that the form asks for. The number is typed anew,
// so that nobody is erased by a slip.
func (p *page) erasureSent(f *form, m *member.Member) (e privacy.Erasure, err error) {
	e = privacy.Erasure{Member: m.Home, Ground: privacy.Ground(f.get("ground")), Reference: f.get("reference"), Forfeit: f.on("forfeit"), By: p.actor()}
	if strings.TrimSpace(f.get("number")) != m.Number {
		return e, fault.New(fault.Invalid, "admin.invalid").With(fault.Field{Path: "number", Code: "admin.erase-number"})
	}
	if s := f.get("asked"); s != "" {
		t, err := parseDay(s, ui.Of(p.ctx()).Zone)
		if err != nil {
			return e, fault.New(fault.Invalid, "admin.invalid").With(fault.Field{Path: "asked", Code: "admin.day"})
		}
		e.RequestedAt = clock.Of(t)
	}
	return e, nil
}

// eraseFault gives a refusal the field that it is about.
func eraseFault(err error) error {
	e := fault.From(err)
	if place, ok := map[string]string{"erase.ground": "ground", "erase.requested-at": "asked", "erase.reference": "reference", "erase.points-left": "forfeit"}[e.Code]; ok {
		return at(e, place)
	}
	return err
}

func erasurePath(a *privacy.Act) string { return Base + "/erasures/" + a.ID.String() }

// asked is when an erasure was demanded: a day that was typed begins at midnight, and
// is told as a day.
func (p *page) asked(at clock.Micros) string {
	if t := at.In(ui.Of(p.ctx()).Zone); t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return ui.Date(p.ctx(), at)
	}
	return ui.DateTime(p.ctx(), at)
}

// erasureView is the act of an erasure.
type erasureView struct {
	Title  string
	About  []kit.Pair
	Late   bool
	Tables []kit.Pair
}

// erasure reads the act of an erasure back.
func (p *page) erasure() error {
	i, err := p.param("erasure")
	if err != nil {
		return err
	}
	a, err := p.Privacy.Act(p.ctx(), i)
	if err != nil {
		return err
	}
	v := erasureView{Title: p.text("admin.privacy.act", "number", a.Number), Late: !a.OnTime}
	add := func(key, value string) {
		if value != "" {
			v.About = append(v.About, kit.Pair{Name: p.text("admin.privacy." + key), Value: value})
		}
	}
	add("ground", p.text("admin.privacy.ground-"+string(a.Ground)))
	add("asked", p.asked(a.RequestedAt))
	add("due", p.day(a.DueOn))
	add("at", ui.DateTime(p.ctx(), a.At))
	add("reference", a.Reference)
	add("by", p.actorName(member.ActorKind(a.ActorKind), a.Actor))
	if a.Forfeited != 0 {
		add("forfeited", ui.Points(p.ctx(), a.Forfeited))
	}
	for _, t := range a.Tables {
		if t.Rows == 0 {
			continue // there was nothing
		}
		what := p.text("admin.privacy.rows", "count", t.Rows)
		if len(t.What) > 0 {
			said := make([]string, len(t.What))
			for i, column := range t.What {
				said[i] = p.textOr("admin.erased."+t.Table+"."+column, column)
			}
			what = p.text("admin.privacy.columns", "count", t.Rows, "columns", strings.Join(said, ", "))
		}
		v.Tables = append(v.Tables, kit.Pair{Name: p.textOr("admin.erased."+t.Table, t.Table), Value: what})
	}
	return p.show(v.Title, "/members", erasurePage(v))
}
