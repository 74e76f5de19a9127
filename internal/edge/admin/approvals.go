package admin

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/approval"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// approvals are the pages of what waits for a second person: points by hand and
// what is to come into force. They are of the whole organization; who may not
// decide sees what he has asked for himself, and why it was refused.
func approvals(a *Admin) {
	a.get("/approvals", "", (*page).approvalList)
	a.post("/approvals/{request}/approve", staff.PointsApprove, (*page).approve, Everywhere)
	a.get("/approvals/{request}/refuse", staff.PointsApprove, (*page).refusal, Everywhere)
	a.post("/approvals/{request}/refuse", staff.PointsApprove, (*page).refusalSent, Everywhere)
}

const (
	approvalsHere = "/approvals"
	approvalsPath = Base + approvalsHere
	mostWaiting   = 200 // shown at once
	mostRefusal   = 500 // bytes, as package approval has it
)

// approvalsView is what waits, and a part of what was decided.
type approvalsView struct {
	Waiting, Ended           []approvalLine
	On, Back                 string
	Points                   bool   // the reader has to do with points by hand
	Nobody                   bool   // but the reader decides on them
	Wrong                    string // why one was not approved: it waits yet
	Requests, RequestsEnded  []requestLine
	RequestsOn, RequestsBack string
}

type approvalLine struct {
	Href, Who, WhoHref, Points, Terms, Reason, By, State, Decided, Refusal string
	Withdraw                                                               string
	Tone                                                                   kit.Tone
	At, Ends                                                               clock.Micros
	Own                                                                    bool
}

// ofPoints and ofProgrammes tell whether the reader asks for such things or
// decides them.
func (p *page) ofPoints() bool { return p.can(staff.PointsAdjust) || p.can(staff.PointsApprove) }

func (p *page) ofProgrammes() bool {
	return p.can(staff.ProgrammeEdit) || p.can(staff.ProgrammePublish)
}

func (p *page) approvalList() error { return p.showApprovals("") }

// showApprovals shows the lists; wrong is why one of them was not approved.
func (p *page) showApprovals(wrong string) error {
	v := approvalsView{Points: p.ofPoints(), Wrong: wrong}
	if !v.Points && !p.ofProgrammes() {
		return fault.New(fault.Denied, "admin.denied", "permission", p.text("staff.permission."+string(staff.PointsApprove)))
	}
	q := p.r.URL.Query()
	before, err := numberOf(q.Get("before"))
	if err != nil {
		return err
	}
	requestsBefore, err := numberOf(q.Get("programmes-before"))
	if err != nil {
		return err
	}
	if before != 0 {
		v.Back = approvalsPath
	}
	if requestsBefore != 0 {
		v.RequestsBack = approvalsPath
	}
	if p.ofProgrammes() {
		if err := p.requestLists(&v, requestsBefore); err != nil {
			return err
		}
	}
	if v.Points {
		if err := p.pointLists(&v, before); err != nil {
			return err
		}
	}
	if wrong != "" {
		return p.again(p.text("admin.nav.approvals"), approvalsHere, approvalsPage(v))
	}
	return p.show(p.text("admin.nav.approvals"), approvalsHere, approvalsPage(v))
}

// pointLists reads points by hand that wait, and a part of those decided:
// everybody's for who decides, else what the reader has asked for.
func (p *page) pointLists(v *approvalsView, before int64) error {
	mine := p.who.Person.ID
	if p.goes(approvalsHere + "/{request}/refuse") {
		mine = 0
	}
	waiting, err := p.Approvals.List(p.ctx(), approval.Filter{By: mine, Waiting: true}, 0, mostWaiting)
	if err != nil {
		return err
	}
	ended, err := p.Approvals.List(p.ctx(), approval.Filter{By: mine, Ended: true}, id.ID(before), linesShown+1)
	if err != nil {
		return err
	}
	if len(ended) > linesShown {
		ended = ended[:linesShown]
		v.On = withQuery(approvalsPath, url.Values{"before": {ended[linesShown-1].ID.String()}})
	}
	if v.Waiting, err = p.approvalLines(waiting); err != nil {
		return err
	}
	if v.Ended, err = p.approvalLines(ended); err != nil {
		return err
	}
	if slices.ContainsFunc(v.Waiting, func(l approvalLine) bool { return l.Own }) {
		others, err := p.othersDecide()
		v.Nobody = !others
		return err
	}
	return nil
}

// othersDecide tells whether anybody beside the reader may approve points by
// hand: what he asks for would wait in vain.
func (p *page) othersDecide() (bool, error) {
	n, err := staff.Others(p.ctx(), p.DB, p.who.Person.ID, staff.PointsApprove)
	return n > 0, err
}

// approvalLines are requests with the names of their members, read at once.
func (p *page) approvalLines(list []approval.Request) ([]approvalLine, error) {
	homes := make([]home.ID, len(list))
	for i := range list {
		homes[i] = list[i].Home
	}
	names, err := p.namesOf(homes)
	out := make([]approvalLine, len(list))
	for i := range list {
		out[i] = p.approvalLine(&list[i], names)
	}
	return out, err
}

func (p *page) approvalLine(r *approval.Request, names map[home.ID]string) approvalLine {
	l := approvalLine{
		Href: approvalsPath + "/" + r.ID.String(), Who: cmp.Or(names[r.Home], p.text("admin.purchases.member")), Points: ui.Signed(p.ctx(), r.Points),
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
	}
	if l.Own && p.can(staff.PointsAdjust) {
		l.Withdraw = memberPath(r.Home) + "/points/" + r.ID.String() + "/withdraw"
	}
	return l
}

// requestOf is the request of the address.
func (p *page) requestOf() (approval.Request, error) {
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
	if _, err := p.Approvals.Approve(p.ctx(), r.ID); fault.Is(err, "points.not-enough") { // they were spent meanwhile
		names, _ := p.namesOf([]home.ID{r.Home})
		return p.showApprovals(p.text("admin.approvals.not-approved", "name", p.approvalLine(&r, names).Who, "why", p.Texts.Fault(p.lang(), fault.From(err))))
	} else if err != nil {
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
	if r.State != approval.Asked {
		return p.to(approvalsPath, "not-approval-decided")
	}
	return p.askRefusal(&r, p.filled(url.Values{}))
}

func (p *page) askRefusal(r *approval.Request, f *form) error {
	names, err := p.namesOf([]home.ID{r.Home})
	if err != nil {
		return err
	}
	l := p.approvalLine(r, names)
	return p.ask(f, sheet{
		Title: p.text("admin.approvals.refuse-ask", "points", l.Points, "name", l.Who), Sub: p.text("admin.approvals.refuse-text", "name", l.By), Action: l.Href + "/refuse", Back: approvalsPath,
		Do: p.text("admin.approvals.refuse"), Here: approvalsHere, Crumbs: []kit.Link{{Text: p.text("admin.nav.approvals"), Href: approvalsPath}},
		Parts: []sheetPart{{Entries: lines(f.field("reason", "refusal", needed, first, most(mostRefusal)))}},
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
	_, err = p.Approvals.Refuse(p.ctx(), r.ID, f.get("reason"))
	switch {
	case err == nil:
		return p.to(approvalsPath, "approval-refused")
	case fault.From(err).Kind != fault.Conflict && f.refuse(named(err)): // else there is nothing to ask about any more
		return p.askRefusal(&r, f)
	}
	return err
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

// approvalsWaiting is how many requests wait for the reader, for the menu; "":
// none, or not to be read, which keeps no page from being shown. Who decides
// nothing is not counted to.
func (p *page) approvalsWaiting() string {
	n := p.requestsWaiting()
	if p.goes(approvalsHere + "/{request}/refuse") {
		points, err := p.Approvals.Waiting(p.ctx())
		if err != nil {
			p.Log.WarnContext(p.ctx(), "requests were not counted", "error", err)
		}
		n += points
	}
	if n == 0 {
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
		if p.can(staff.PointsApprove) && !p.who.Narrowed() || r.By.ID == p.who.Person.ID {
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
