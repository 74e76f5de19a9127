package admin

import (
	"net/url"
	"strconv"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// adjust asks for points that are put in by hand, or taken out. The form has a
// key of its own, so that sent twice it is done once.
func (p *page) adjust() error {
	m, err := p.openMember()
	if err != nil {
		return err
	}
	key, err := p.once()
	if key == "" {
		return err
	}
	return p.askAdjust(p.filled(url.Values{keyParam: {key}, "way": {"in"}}), &m)
}

const maxAdjustReason = 500 // bytes, as package purchase has it

// manyPoints is more than points by hand mostly are: it is asked about once
// more, since a nought too many is soon typed.
const manyPoints money.Points = 50_000_00

// sureOf tells whether so many points are meant: of many the form says so by a
// box that is ticked for just this number.
func (p *page) sureOf(f *form, points money.Points) bool {
	of := strconv.FormatInt(int64(points), 10)
	if max(points, -points) <= manyPoints || f.on("sure") && f.get("sure-of") == of {
		return true
	}
	f.values.Del("sure")
	f.values.Set("sure-of", of)
	f.wrong["sure"] = p.text("admin.adjust.sure-text", "points", ui.Points(p.ctx(), max(points, -points)))
	return false
}

func (p *page) askAdjust(f *form, m *member.Member) error {
	fields, err := p.adjustFields(f)
	if err != nil {
		return err
	}
	v := memberForm{
		Crumbs: p.memberCrumbs(m), Title: p.text("admin.adjust.title", "name", p.memberName(m)), Action: memberPath(m.Home) + "/points", Back: memberPath(m.Home),
		Do: p.text("admin.adjust.do"), Fields: fields, Hidden: []sentAlong{{keyParam, f.values.Get(keyParam)}},
	}
	if of := f.get("sure-of"); of != "" {
		v.Boxes = []box{{f.field("sure", "sure-of-points"), f.on("sure")}}
		v.Hidden = append(v.Hidden, sentAlong{"sure-of", of})
	}
	return p.showForm(f, v)
}

// adjustFields ask for points by hand, of one member or of many.
func (p *page) adjustFields(f *form) ([]kit.Field, error) {
	var programmes []kit.Option
	for _, pr := range p.Programmes.Current().All() {
		programmes = append(programmes, kit.Option{Value: pr.ID.String(), Text: pr.Name})
	}
	if len(programmes) == 0 {
		return nil, fault.New(fault.Conflict, "admin.no-programme")
	}
	if f.values.Get("programme") == "" {
		f.values.Set("programme", programmes[0].Value)
	}
	return []kit.Field{
		f.field("programme", "programme", of(programmes...)),
		f.field("way", "way", of(kit.Option{Value: "in", Text: p.text("admin.adjust.in")}, kit.Option{Value: "out", Text: p.text("admin.adjust.out")})),
		f.field("points", "points", needed, first, narrow, mode("decimal")),
		f.field("days", "days", narrow, mode("numeric")),
		f.field("reason", "reason", needed, most(maxAdjustReason)),
	}, nil
}

func (p *page) adjustSent() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	r, bad := p.adjustment(f)
	if bad != nil {
		f.refuse(bad)
		return p.askAdjust(f, &m)
	}
	if !p.sureOf(f, r.Points) {
		return p.askAdjust(f, &m)
	}
	r.Key, r.Buyer, r.Only = f.get(keyParam), purchase.Buyer{Home: m.Home}, true
	done, err := p.Desk.Adjust(p.ctx(), r)
	if fault.Is(err, "adjust.approval") {
		var told string
		if told, err = p.askSecond(r); err == nil {
			return p.to(memberPath(m.Home), told)
		}
	}
	switch {
	case err == nil && done.Replayed:
		return p.to(memberPath(m.Home)+"/movement", "adjusted-before")
	case err == nil:
		return p.to(memberPath(m.Home)+"/movement", "adjusted")
	case f.usedUp(err):
		f.whole = p.text("admin.adjust.used-up")
		return p.askAdjust(f, &m)
	case f.refuse(named(err)):
		return p.askAdjust(f, &m)
	}
	return err
}

// askSecond asks a second person for points by hand and gives what is said of
// it: also where nobody else may decide yet, since the request waits for long.
func (p *page) askSecond(r *purchase.AdjustRequest) (told string, err error) {
	if _, err := p.Approvals.Ask(p.ctx(), r); err != nil {
		return "", err
	}
	others, err := p.othersDecide()
	if err != nil || others {
		return "approval-asked", err
	}
	return "approval-asked-nobody", nil
}

// adjustment is what the form asks for, of nobody yet.
func (p *page) adjustment(f *form) (*purchase.AdjustRequest, error) {
	n, err := money.ParseAmount(f.sum("points")) // points have as many decimals
	points := money.Points(n)
	if err != nil || points <= 0 {
		return nil, fault.New(fault.Invalid, "adjust.points").With(orDoubtful(err, fault.Field{Path: "points", Code: "adjust.points"}))
	}
	if f.get("way") == "out" {
		points = -points
	}
	days := 0
	if v := f.number("days"); v != "" {
		if days, err = strconv.Atoi(v); err != nil {
			days = -1 // the desk says what is allowed
		}
	}
	programme, err := id.Parse(f.get("programme"))
	if err != nil {
		return nil, fault.New(fault.NotFound, "programme.not-found")
	}
	return &purchase.AdjustRequest{
		By: p.who.Person.ID, Programme: programme, Points: points, Days: days,
		Reason: f.get("reason"), Actor: byStaff + p.who.Person.ID.String(),
	}, nil
}

// named gives a fault of an adjustment the field of the form that it is about.
func named(err error) error {
	e := fault.From(err)
	place, ok := map[string]string{"adjust.points": "points", "adjust.reason": "reason", "adjust.days": "days", "programme.days": "days"}[e.Code]
	if !ok || len(e.Fields) > 0 {
		return err
	}
	out := *e
	return (&out).With(out.At(place))
}
