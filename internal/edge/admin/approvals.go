package admin

import (
	"net/url"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/approval"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// approvals are the pages of points by hand that wait for a second person. They
// are of members of all outlets.
func approvals(a *Admin) {
	a.get("/approvals", staff.PointsApprove, (*page).approvalList)
	a.post("/approvals/{request}/approve", staff.PointsApprove, (*page).approve)
	a.get("/approvals/{request}/refuse", staff.PointsApprove, (*page).refusal)
	a.post("/approvals/{request}/refuse", staff.PointsApprove, (*page).refusalSent)
}

const (
	approvalsHere = "/approvals"
	approvalsPath = Base + approvalsHere
	mostWaiting   = 200 // shown at once
	mostRefusal   = 500 // bytes, as package approval has it
)

// approvalsView is what waits, and a part of what was decided.
type approvalsView struct {
	Waiting, Ended []approvalLine
	On, Back       string
}

type approvalLine struct {
	Href, Who, WhoHref, Points, Terms, Reason, By, State, Decided, Refusal string
	Tone                                                                   kit.Tone
	At, Ends                                                               clock.Micros
	Own                                                                    bool
}

func (p *page) approvalList() error {
	if err := p.whole(); err != nil {
		return err
	}
	var v approvalsView
	before, err := numberOf(p.r.URL.Query().Get("before"))
	if err != nil {
		return err
	}
	if before != 0 {
		v.Back = approvalsPath
	}
	for _, part := range []struct {
		f      approval.Filter
		before int64
		most   int
		to     *[]approvalLine
	}{{approval.Filter{Waiting: true}, 0, mostWaiting, &v.Waiting}, {approval.Filter{Ended: true}, before, linesShown + 1, &v.Ended}} {
		list, err := p.Approvals.List(p.ctx(), part.f, id.ID(part.before), part.most)
		if err != nil {
			return err
		}
		if part.f.Ended && len(list) > linesShown {
			list = list[:linesShown]
			v.On = withQuery(approvalsPath, url.Values{"before": {list[linesShown-1].ID.String()}})
		}
		for i := range list {
			*part.to = append(*part.to, p.approvalLine(&list[i]))
		}
	}
	return p.show(p.text("admin.nav.approvals"), approvalsHere, approvalsPage(v))
}

func (p *page) approvalLine(r *approval.Request) approvalLine {
	l := approvalLine{
		Href: approvalsPath + "/" + r.ID.String(), Who: p.text("admin.purchases.member"), Points: ui.Signed(p.ctx(), r.Points),
		Reason: r.Reason, By: r.By.Name, At: r.At, Ends: r.Ends, Own: r.By.ID == p.who.Person.ID, State: p.text("admin.approvals.is-" + string(r.State)),
		Tone:    map[approval.State]kit.Tone{approval.Approved: kit.Good, approval.Refused: kit.Bad}[r.State],
		Decided: r.Decided.Name, Refusal: r.Refusal,
	}
	if r.Days > 0 {
		l.Terms = p.text("admin.settings.days", "count", r.Days)
	}
	if len(p.Programmes.Current().All()) > 1 {
		l.Terms = strings.TrimPrefix(l.Terms+" · "+p.programmeName(r.Programme), " · ")
	}
	if r.DecidedAt != 0 {
		l.At = r.DecidedAt
	} else if r.State == approval.RunOut {
		l.At = r.Ends
	}
	if p.can(staff.MembersSee) {
		l.WhoHref = memberPath(r.Home)
		if m, err := member.Get(p.ctx(), p.DB, r.Home); err == nil {
			l.Who = p.memberName(&m)
		}
	}
	return l
}

// requestOf is the request of the address.
func (p *page) requestOf() (approval.Request, error) {
	if err := p.whole(); err != nil {
		return approval.Request{}, err
	}
	i, err := p.param("request")
	if err != nil {
		return approval.Request{}, err
	}
	return p.Approvals.Get(p.ctx(), i)
}

func (p *page) approve() error {
	r, err := p.requestOf()
	if err != nil {
		return err
	}
	if _, err := p.Approvals.Approve(p.ctx(), r.ID); err != nil {
		return err
	}
	return p.to(approvalsPath, "approval-approved")
}

// refusal asks why a request is refused.
func (p *page) refusal() error {
	r, err := p.requestOf()
	if err != nil {
		return err
	}
	return p.askRefusal(&r, p.filled(url.Values{}))
}

func (p *page) askRefusal(r *approval.Request, f *form) error {
	l := p.approvalLine(r)
	return p.ask(f, sheet{
		Title: p.text("admin.approvals.refuse-ask", "points", l.Points, "name", l.Who), Sub: p.text("admin.approvals.refuse-text", "name", l.By), Action: l.Href + "/refuse", Back: approvalsPath,
		Do: p.text("admin.approvals.refuse"), Here: approvalsHere, Crumbs: []kit.Link{{Text: p.text("admin.nav.approvals"), Href: approvalsPath}},
		Parts: []sheetPart{{Entries: lines(f.field("reason", "reason", needed, first, most(mostRefusal)))}},
	})
}

func (p *page) refusalSent() error {
	r, err := p.requestOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if _, err = p.Approvals.Refuse(p.ctx(), r.ID, f.get("reason")); err != nil {
		if f.refuse(named(err)) {
			return p.askRefusal(&r, f)
		}
		return err
	}
	return p.to(approvalsPath, "approval-refused")
}

// withdrawRequest takes back what the reader has asked for.
func (p *page) withdrawRequest() error {
	m, err := p.readMember()
	if err != nil {
		return err
	}
	i, err := p.param("request")
	if err != nil {
		return err
	}
	r, err := p.Approvals.Get(p.ctx(), i)
	if err == nil && r.Home != m.Home {
		err = fault.New(fault.NotFound, "approval.not-found")
	}
	if err != nil {
		return err
	}
	if _, err := p.Approvals.Withdraw(p.ctx(), r.ID); err != nil {
		return err
	}
	return p.to(memberPath(m.Home), "approval-withdrawn")
}

// approvalsWaiting is how many requests wait, for the menu; "": none, or not to
// be read, which keeps no page from being shown.
func (p *page) approvalsWaiting() string {
	n, err := p.Approvals.Waiting(p.ctx())
	if err != nil || n == 0 {
		return ""
	}
	return ui.Number(p.ctx(), n)
}

// waitingLine is a request that waits, above a member's page.
type waitingLine struct{ Title, Reason, Href, Withdraw string }

func (p *page) waitingFor(h home.ID) (out []waitingLine) {
	if !p.can(staff.PointsAdjust) && !p.can(staff.PointsApprove) {
		return nil
	}
	list, err := p.Approvals.List(p.ctx(), approval.Filter{Home: h, Waiting: true}, 0, mostOnMember)
	if err != nil {
		return nil
	}
	for i := range list {
		r := &list[i]
		w := waitingLine{Title: p.text("admin.approvals.waits", "points", ui.Signed(p.ctx(), r.Points), "name", r.By.Name), Reason: r.Reason}
		if p.can(staff.PointsApprove) && !p.who.Narrowed() {
			w.Href = approvalsPath
		}
		if r.By.ID == p.who.Person.ID && p.can(staff.PointsAdjust) {
			w.Withdraw = memberPath(h) + "/points/" + r.ID.String() + "/withdraw"
		}
		out = append(out, w)
	}
	return out
}

const mostOnMember = 5
