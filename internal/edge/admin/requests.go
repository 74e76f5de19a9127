package admin

import (
	"net/url"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// requests are the pages on which what comes into force is asked for, and
// decided by a second person. Who may only edit asks always; where a programme
// says publish_approval, everybody does.
func requests(a *Admin) {
	a.post("/programmes/{programme}/draft/ask", staff.ProgrammeEdit, (*page).publishAsked, OfProgramme)
	a.get("/programmes/{programme}/back", staff.ProgrammeEdit, (*page).backAsk, OfProgramme)
	a.post("/programmes/{programme}/back/ask", staff.ProgrammeEdit, (*page).backAsked, OfProgramme)
	a.get("/approvals/programmes/{request}", staff.ProgrammeSee, (*page).request)
	a.post("/approvals/programmes/{request}/approve", staff.ProgrammePublish, (*page).requestApproved, Everywhere)
	a.get("/approvals/programmes/{request}/refuse", staff.ProgrammePublish, (*page).requestRefusal, Everywhere)
	a.post("/approvals/programmes/{request}/refuse", staff.ProgrammePublish, (*page).requestRefused, Everywhere)
	a.post("/approvals/programmes/{request}/withdraw", staff.ProgrammeEdit, (*page).requestWithdrawn)
}

const requestsPath = approvalsPath + "/programmes"

func (p *page) requests() *programme.Requests { return &programme.Requests{Plans: p.Plans} }

// two tells whether nothing comes into force without a second person.
func (p *page) two() bool { return p.Programmes.Current().TwoToPublish() }

// needsTwo tells whether the reader asks for what comes into force, and does not
// decide it alone.
func (p *page) needsTwo() bool { return p.two() || !p.can(staff.ProgrammePublish) }

// requestLine is a request as a list and its own page tell it.
type requestLine struct {
	Href, Name, What, When, Note, By, State, Decided, Refusal string
	Tone                                                      kit.Tone
	Asked, At                                                 clock.Micros
	Own, Waits                                                bool
}

func (p *page) requestLine(r *programme.Request) requestLine {
	l := requestLine{
		Href: requestsPath + "/" + r.ID.String(), Name: r.Name, What: p.text("admin.requests.draft"), When: p.text("admin.requests.at-once"), Note: r.Note,
		By: r.By.Name, State: p.text("admin.approvals.is-" + string(r.State)), Decided: r.Decided.Name, Refusal: r.Refusal, Asked: r.At, At: r.DecidedAt,
		Tone: map[programme.State]kit.Tone{programme.Approved: kit.Good, programme.Refused: kit.Bad, programme.Asked: kit.Warn}[r.State],
		Own:  r.By.ID == p.who.Person.ID, Waits: r.State == programme.Asked,
	}
	switch {
	case r.Back != 0:
		l.What = p.text("admin.requests.back", "version", r.Back)
	case r.Version == 0:
		l.What = p.text("admin.requests.new")
	}
	if r.Due != 0 {
		zone := p.programmeZone(r.Programme)
		l.When = p.text("admin.requests.at", "at", i18n.DateTime(p.lang(), r.Due.In(zone)), "zone", p.zoneName(zone.String()))
	}
	if r.State == programme.RunOut {
		l.At = r.Ends
	}
	if r.Reason != "" {
		l.Refusal = p.text("fault." + r.Reason)
	}
	return l
}

// requestNote is what stands above a programme or its draft of what was asked
// for.
type requestNote struct {
	Title, Text, Mind, Href, Withdraw string
	Tone                              kit.Tone
	Waits                             bool
}

// requestOn tells what waits of a programme, or that the draft as it is now was
// refused.
func (p *page) requestOn(i id.ID, d *programme.Drafted) (requestNote, error) {
	r, err := p.requests().LastOf(p.ctx(), i)
	if err != nil || r.ID == 0 {
		return requestNote{}, err
	}
	l := p.requestLine(&r)
	switch {
	case r.State == programme.Asked:
		n := requestNote{Waits: true, Tone: kit.Plain, Title: p.text("admin.requests.waits", "name", l.By), Text: l.What + " · " + l.When, Href: l.Href}
		if r.Back == 0 {
			n.Mind = p.text("admin.requests.mind")
		}
		if l.Own {
			n.Withdraw = l.Href + "/withdraw"
		}
		return n, nil
	case r.State == programme.Refused && d != nil && r.Of(*d):
		return requestNote{Tone: kit.Warn, Title: p.text("admin.requests.refused", "name", l.Decided), Text: l.Refusal, Href: l.Href}, nil
	}
	return requestNote{}, nil
}

// publishAsked asks a second person to put the draft into force.
func (p *page) publishAsked() error {
	d, err := p.drafting()
	if fault.Is(err, "programme.no-draft") {
		return p.noDraft()
	}
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if d.read == nil || d.untimely(f) {
		return d.askPublish(f, f.wrong["when"])
	}
	if err := d.asRead(f); err != nil {
		return d.notPublished(f, err)
	}
	r := programme.Request{Programme: d.stored.Programme, Note: f.get("note")}
	if r.Version, err = numberOf(f.get("version")); err != nil {
		return err
	}
	if r.Edition, err = numberOf(f.get("edition")); err != nil {
		return err
	}
	if f.get("when") == "at" {
		r.Due, err = timeIn(f.get("at"), d.programmeZone(d.stored.Programme))
	}
	if err == nil {
		_, err = p.requests().Ask(p.ctx(), r)
	}
	if err != nil {
		return d.notPublished(f, err)
	}
	return p.to(d.path, "request-asked")
}

// notPublished shows the form of publishing again, with what was wrong.
func (d *drafting) notPublished(f *form, err error) error {
	if said, err := d.overtaken(err); said != "" || err != nil {
		if err != nil {
			return err
		}
		return d.askPublish(f, said)
	}
	if !f.refuse(err) {
		return err
	}
	var e editing
	d.told(err, &e)
	return d.askPublish(f, strings.TrimSpace(strings.Join(append(e.Wrong, e.Whole), " ")))
}

// overtaken says who has changed what was to be published, or what is in force,
// while the page was open, and takes the draft as it is now; "": nobody.
func (d *drafting) overtaken(err error) (string, error) {
	switch {
	case fault.Is(err, "programme.draft-changed"):
		now, err := d.Programmes.Draft(d.ctx(), d.stored.Programme)
		if err != nil {
			return "", err
		}
		d.stored, d.read, d.wrong = now, nil, nil
		return d.text("admin.draft.meanwhile-publish", "by", d.changedBy(now.By), "ago", ui.Ago(d.ctx(), now.At)), d.take(now.Text)
	case fault.Is(err, "programme.plan-set"):
		plan, err := d.planOf(d.stored.Programme)
		return d.text("admin.draft.meanwhile-plan", "plan", plan.Title, "by", plan.Text), err
	case fault.Is(err, "programme.version") && d.was != nil:
		made, err := d.Programmes.Made(d.ctx(), d.was.ID, d.was.Version)
		if err != nil {
			return "", err
		}
		return d.text("admin.draft.meanwhile-version", "version", d.was.Version, "by", d.changedBy(made.By), "ago", ui.Ago(d.ctx(), made.At)), nil
	}
	return "", nil
}

// backAsk asks why an old version is to come back.
func (p *page) backAsk() error {
	q := p.r.URL.Query()
	return p.askBack(p.filled(url.Values{"to": {q.Get("to")}, "was": {q.Get("was")}}))
}

func (p *page) askBack(f *form) error {
	pr, err := p.programmeOf()
	if err != nil {
		return err
	}
	path := programmesPath + "/" + pr.ID.String()
	return p.ask(f, sheet{
		Title: p.text("admin.requests.back-ask", "version", f.get("to")), Sub: p.text("admin.requests.back-text"), Action: path + "/back/ask", Back: path,
		Do: p.text("admin.requests.ask"), Here: "/programmes", Crumbs: []kit.Link{{Text: p.text("admin.nav.programmes"), Href: programmesPath}, {Text: pr.Name, Href: path}},
		Hidden: []sentAlong{{"to", f.get("to")}, {"was", f.get("was")}},
		Parts:  []sheetPart{{Entries: lines(f.field("note", "note", needed, first, most(1000)))}},
	})
}

func (p *page) backAsked() error {
	pr, err := p.programmeOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	r := programme.Request{Programme: pr.ID, Name: pr.Name, Note: f.get("note")}
	if r.Back, err = numberOf(f.get("to")); err != nil {
		return err
	}
	if r.Version, err = numberOf(f.get("was")); err != nil {
		return err
	}
	if r.Back < 1 {
		return fault.New(fault.NotFound, "programme.version-not-found", "version", r.Back, "newest", pr.Version)
	}
	if _, err := p.requests().Ask(p.ctx(), r); err != nil {
		if f.refuse(err) {
			return p.askBack(f)
		}
		return err
	}
	return p.to(programmesPath+"/"+pr.ID.String(), "request-asked")
}

// requestView is what a second person sees before he decides.
type requestView struct {
	requestLine
	Draft                    string // where the draft is; "": it can't be seen
	Gone                     bool   // the draft is not the one that was asked for
	New                      bool
	Changes, Wrong, Warnings []string
	MayDecide                bool
}

// requestAt is the request of the address.
func (p *page) requestAt() (programme.Request, error) {
	i, err := p.param("request")
	if err != nil {
		return programme.Request{}, err
	}
	r, err := p.requests().Request(p.ctx(), i)
	if err == nil && r.By.ID != p.who.Person.ID {
		err = p.everywhere()
	}
	return r, err
}

func (p *page) request() error {
	r, err := p.requestAt()
	if err != nil {
		return err
	}
	return p.showRequest(&r, "")
}

func (p *page) showRequest(r *programme.Request, whole string) error {
	v := requestView{requestLine: p.requestLine(r), New: r.Version == 0}
	v.MayDecide = v.Waits && !v.Own && p.goes(approvalsHere+"/programmes/{request}/refuse")
	if v.Waits {
		if err := p.requestChanges(r, &v); err != nil {
			return err
		}
	}
	title := p.text("admin.requests.title", "name", v.Name)
	if whole != "" {
		return p.again(title, approvalsHere, requestPage(v, whole))
	}
	return p.show(title, approvalsHere, requestPage(v, ""))
}

// requestChanges tells what would change if the request were approved.
func (p *page) requestChanges(r *programme.Request, v *requestView) error {
	names := p.naming()
	if r.Back != 0 {
		was, err := p.Programmes.Version(p.ctx(), r.Programme, r.Version)
		if err != nil {
			return err
		}
		is, err := p.Programmes.Version(p.ctx(), r.Programme, r.Back)
		if err != nil {
			return err
		}
		v.Changes = p.changes(was, is, names)
		return names.Err()
	}
	stored, err := p.Programmes.Draft(p.ctx(), r.Programme)
	if err != nil && !fault.Is(err, "programme.no-draft") {
		return err
	}
	if v.Gone = err != nil || !r.Of(stored); v.Gone {
		return nil
	}
	if p.can(staff.ProgrammeEdit) {
		v.Draft = programmesPath + "/" + r.Programme.String() + "/draft"
	}
	d := &drafting{page: p, stored: stored, names: names, was: p.Programmes.Current().Get(r.Programme)}
	if err := d.take(stored.Text); err != nil {
		return err
	}
	if v.Wrong = d.wrong; d.read == nil {
		return nil
	}
	if v.Warnings, err = d.warnings(); err == nil && d.was != nil {
		v.Changes = p.changes(d.was, &d.read.Programme, names)
	}
	return err
}

func (p *page) requestApproved() error {
	r, err := p.requestAt()
	if err != nil {
		return err
	}
	if _, err := p.requests().Approve(p.ctx(), r.ID); err != nil {
		why := fault.From(err)
		if why.Kind != fault.Invalid && why.Kind != fault.Refused && why.Kind != fault.Conflict {
			return err
		}
		var e editing
		p.told(err, &e)
		if now, err := p.requests().Request(p.ctx(), r.ID); err == nil {
			r = now
		}
		return p.showRequest(&r, strings.TrimSpace(strings.Join(append(e.Wrong, e.Whole), " ")))
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	if r.Due != 0 {
		return p.to(approvalsPath, "request-planned")
	}
	return p.to(approvalsPath, "request-approved")
}

// requestRefusal asks why a request is refused.
func (p *page) requestRefusal() error {
	r, err := p.requestAt()
	if err != nil {
		return err
	}
	return p.askRequestRefusal(&r, p.filled(url.Values{}))
}

func (p *page) askRequestRefusal(r *programme.Request, f *form) error {
	l := p.requestLine(r)
	return p.ask(f, sheet{
		Title: p.text("admin.requests.refuse-ask", "name", l.Name), Sub: p.text("admin.approvals.refuse-text", "name", l.By), Action: l.Href + "/refuse", Back: l.Href,
		Do: p.text("admin.approvals.refuse"), Here: approvalsHere, Crumbs: []kit.Link{{Text: p.text("admin.nav.approvals"), Href: approvalsPath}},
		Parts: []sheetPart{{Entries: lines(f.field("reason", "refusal", needed, first, most(mostRefusal)))}},
	})
}

func (p *page) requestRefused() error {
	r, err := p.requestAt()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	_, err = p.requests().Refuse(p.ctx(), r.ID, f.get("reason"))
	switch {
	case err == nil:
		return p.to(approvalsPath, "approval-refused")
	case fault.From(err).Kind != fault.Conflict && f.refuse(named(err)): // else there is nothing to ask about any more
		return p.askRequestRefusal(&r, f)
	}
	return err
}

func (p *page) requestWithdrawn() error {
	r, err := p.requestAt()
	if err != nil {
		return err
	}
	if _, err := p.requests().Withdraw(p.ctx(), r.ID); err != nil {
		return err
	}
	path := programmesPath + "/" + r.Programme.String()
	if r.Back == 0 {
		path += "/draft"
	}
	return p.to(path, "approval-withdrawn")
}

// requestLists reads what waits of programmes and a part of what was decided:
// everybody's for who decides, else what the reader has asked for.
func (p *page) requestLists(v *approvalsView, before int64) error {
	mine := p.who.Person.ID
	if p.goes(approvalsHere + "/programmes/{request}/refuse") {
		mine = 0
	}
	waiting, err := p.requests().ListRequests(p.ctx(), programme.RequestFilter{By: mine, Waiting: true}, 0, mostWaiting)
	if err != nil {
		return err
	}
	ended, err := p.requests().ListRequests(p.ctx(), programme.RequestFilter{By: mine}, id.ID(before), requestsShown+1)
	if err != nil {
		return err
	}
	if len(ended) > requestsShown {
		ended = ended[:requestsShown]
		v.RequestsOn = withQuery(approvalsPath, url.Values{"programmes-before": {strconv.FormatInt(int64(ended[requestsShown-1].ID), 10)}})
	}
	for i := range waiting {
		v.Requests = append(v.Requests, p.requestLine(&waiting[i]))
	}
	for i := range ended {
		v.RequestsEnded = append(v.RequestsEnded, p.requestLine(&ended[i]))
	}
	return nil
}

const requestsShown = 20

// requestsWaiting is how many requests of programmes the reader may decide.
func (p *page) requestsWaiting() int64 {
	if !p.goes(approvalsHere + "/programmes/{request}/refuse") {
		return 0
	}
	n, err := p.requests().RequestsWait(p.ctx())
	if err != nil {
		p.Log.WarnContext(p.ctx(), "requests were not counted", "error", err)
	}
	return n
}
