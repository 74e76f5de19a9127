package admin

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/loyalty/webhook"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/jobs"
	"kopilka/internal/platform/text"
)

// jobPages are what the program does by itself, and what failed of it. It is
// done for all outlets, so who works at some only has no part in it.
func jobPages(a *Admin) {
	a.get("/jobs", staff.JobsSee, (*page).jobList, Everywhere)
	a.get("/jobs/{job}", staff.JobsSee, (*page).job, Everywhere)
	a.post("/jobs/{job}/retry", staff.JobsEdit, (*page).retryJob, Everywhere)
	a.post("/jobs/{job}/cancel", staff.JobsEdit, (*page).cancelJob, Everywhere)
}

const (
	jobsHere = "/jobs"
	jobsPath = Base + jobsHere

	lagTold   = 2 * time.Minute // past that something is behind
	shortText = 120             // characters of an error in a list
)

// jobsView is the page of what goes on by itself.
type jobsView struct {
	Troubles   []kit.Link
	Lags       []lagStat
	Works      []workLine
	Segments   []kit.Link
	Jobs       []jobLine
	Kind       string // whose jobs alone are listed; "": all
	On, Back   string
	State      jobs.State
	AllOfState string
}

type lagStat struct{ Name, Value, About string }

type workLine struct {
	Href, Name, About, Every, Last, Next, Waits, State string
	Tone                                               kit.Tone
}

type jobLine struct {
	Href, Name, State, Tries, Error string
	Tone                            kit.Tone
	At                              clock.Micros
}

func (p *page) jobList() error {
	v := jobsView{}
	works, err := p.Jobs.Works(p.ctx())
	if err != nil {
		return err
	}
	for i := range works {
		v.Works = append(v.Works, p.workLine(&works[i]))
		p.workTrouble(&v, &works[i])
	}
	if err := p.lags(&v); err != nil {
		return err
	}
	if err := p.hookTroubles(&v); err != nil {
		return err
	}
	if err := p.jobsOf(&v); err != nil {
		return err
	}
	return p.show(p.text("admin.nav.jobs"), jobsHere, jobsPage(v))
}

// workLine is how one kind of job is doing, in words.
func (p *page) workLine(w *jobs.Work) workLine {
	l := workLine{
		Href: jobsHref("", w.Kind), Name: p.jobName(w.Kind), About: p.textOr("job."+w.Kind+".about", ""), Every: p.text("admin.jobs.asked"),
		Last: p.text("admin.jobs.not-yet"), State: p.text("admin.jobs.fine"), Tone: kit.Good,
	}
	if w.Every > 0 {
		l.Every = p.often(w.Every)
	}
	switch {
	case w.Counts[jobs.Running] > 0:
		l.Next = p.text("admin.jobs.now")
	case w.Next != 0:
		l.Next = p.soon(w.Next)
	}
	if n := w.Counts[jobs.Waiting] + w.Counts[jobs.Again]; n > 0 && w.Every == 0 {
		l.Waits = p.text("admin.jobs.waits", "count", n)
	}
	if w.Last != nil {
		l.Last = ui.Ago(p.ctx(), w.Last.Ended)
	}
	switch {
	case w.Late(p.Clock.Now()):
		l.State, l.Tone = p.text("admin.jobs.late"), kit.Bad
	case w.Last != nil && w.Last.State == jobs.Failed:
		l.State, l.Tone = p.text("admin.jobs.failing"), kit.Bad
	case w.Every == 0 && w.Counts[jobs.Failed] > 0:
		l.State, l.Tone = p.text("admin.jobs.failures", "count", w.Counts[jobs.Failed]), kit.Bad
	case w.Counts[jobs.Again] > 0:
		l.State, l.Tone = p.text("admin.jobs.retries", "count", w.Counts[jobs.Again]), kit.Warn
	case w.Last == nil:
		l.State, l.Tone = p.text("admin.jobs.idle"), kit.Plain
	}
	return l
}

// workTrouble notes what wants somebody: what comes by itself and failed last,
// or does not come; what was given up.
func (p *page) workTrouble(v *jobsView, w *jobs.Work) {
	trouble := func(key string, args ...any) {
		v.Troubles = append(v.Troubles, kit.Link{Text: p.text(key, append(args, "name", p.jobName(w.Kind))...), Href: jobsHref(jobs.Failed, w.Kind)})
	}
	switch {
	case w.Late(p.Clock.Now()):
		trouble("admin.jobs.trouble-late")
	case w.Every > 0 && w.Last != nil && w.Last.State == jobs.Failed:
		trouble("admin.jobs.trouble-failing")
	case w.Every == 0 && w.Counts[jobs.Failed] > 0:
		trouble("admin.jobs.trouble-failed", "count", w.Counts[jobs.Failed])
	}
}

// lags are how far what follows the receipts is behind them.
func (p *page) lags(v *jobsView) error {
	for _, l := range []struct {
		key string
		of  func(context.Context) (time.Duration, error)
	}{{"figures", p.Dispatcher.Lag}, {"members", p.Refresher.Stale}} {
		behind, err := l.of(p.ctx())
		if err != nil {
			return err
		}
		p.lag(v, l.key, behind)
	}
	return nil
}

func (p *page) lag(v *jobsView, key string, behind time.Duration) {
	value := p.text("admin.jobs.no-lag")
	if behind >= time.Second {
		value = p.span(behind)
	}
	v.Lags = append(v.Lags, lagStat{p.text("admin.jobs.lag-" + key), value, p.text("admin.jobs.lag-" + key + "-about")})
	if behind > lagTold {
		v.Troubles = append(v.Troubles, kit.Link{Text: p.text("admin.jobs.trouble-lag-"+key, "span", p.span(behind))})
	}
}

// hookTroubles are the webhooks that do not get through; where they lead is for
// who may see them.
func (p *page) hookTroubles(v *jobsView) error {
	f, err := p.Webhooks.Figures(p.ctx())
	if err != nil {
		return err
	}
	p.lag(v, "webhooks", f.Unsent)
	v.Lags = append(v.Lags, lagStat{
		p.text("admin.jobs.dead"), ui.Number(p.ctx(), f.Dead), p.text("admin.jobs.dead-about", "count", f.Waiting),
	})
	list, err := p.Webhooks.List(p.ctx(), 0, webhook.MaxWebhooks)
	if err != nil {
		return err
	}
	for i := range list {
		h := &list[i]
		switch {
		case h.State == webhook.Off && h.Cause != webhook.ByHand:
			v.Troubles = append(v.Troubles, p.hookLink(h, "admin.jobs.trouble-hook-off"))
		case h.State == webhook.On && h.Failures > 0:
			v.Troubles = append(v.Troubles, p.hookLink(h, "admin.jobs.trouble-hook-failing"))
		}
	}
	if f.Dead > 0 {
		dead := kit.Link{Text: p.text("admin.jobs.trouble-dead", "count", f.Dead)}
		if p.can(staff.WebhooksEdit) {
			dead.Href = webhooksPath
		}
		v.Troubles = append(v.Troubles, dead)
	}
	return nil
}

func (p *page) hookLink(h *webhook.Webhook, key string) kit.Link {
	l := kit.Link{Text: p.text(key, "name", h.Name)}
	if p.can(staff.WebhooksEdit) {
		l.Href = webhooksPath + "/" + h.ID.String()
	}
	return l
}

// jobsHref is the address of the jobs of a state and a kind.
func jobsHref(state jobs.State, kind string) string {
	q := url.Values{}
	if state != "" {
		q.Set("state", string(state))
	}
	if kind != "" {
		q.Set("kind", kind)
	}
	return withQuery(jobsPath, q) + "#jobs"
}

// jobsOf adds a part of the jobs that are asked for.
func (p *page) jobsOf(v *jobsView) error {
	q := p.r.URL.Query()
	f := jobs.Filter{State: jobs.State(q.Get("state")), Kind: text.Clip(q.Get("kind"), maxName)}
	if !slices.Contains(jobs.States(), f.State) {
		f.State = ""
	}
	v.State, v.AllOfState = f.State, jobsHref(f.State, "")
	for _, s := range append([]jobs.State{""}, jobs.States()...) {
		v.Segments = append(v.Segments, kit.Link{Text: p.text("admin.jobs.all-" + string(s)), Href: jobsHref(s, f.Kind), Here: s == f.State})
	}
	if f.Kind != "" {
		v.Kind = p.jobName(f.Kind)
	}
	before, err := numberOf(q.Get("before"))
	if err != nil {
		return err
	}
	list, err := p.Jobs.List(p.ctx(), f, before, linesShown+1)
	if err != nil {
		return err
	}
	if before != 0 {
		v.Back = jobsHref(f.State, f.Kind)
	}
	if len(list) > linesShown {
		list = list[:linesShown]
		on := clone(q, doneParam)
		on.Set("before", strconv.FormatInt(list[linesShown-1].ID, 10))
		v.On = withQuery(jobsPath, on) + "#jobs"
	}
	for i := range list {
		v.Jobs = append(v.Jobs, p.jobLine(&list[i]))
	}
	return nil
}

func (p *page) jobLine(j *jobs.Job) jobLine {
	l := jobLine{
		Href: jobsPath + "/" + strconv.FormatInt(j.ID, 10), Name: p.jobName(j.Kind), State: p.text("admin.jobs.is-" + string(j.State)),
		Tone: map[jobs.State]kit.Tone{jobs.Failed: kit.Bad, jobs.Again: kit.Warn, jobs.Running: kit.Info, jobs.Done: kit.Good}[j.State],
		At:   cmp.Or(j.Ended, j.Began, j.Due),
	}
	if j.State == jobs.Again || j.State == jobs.Waiting {
		l.At = j.Due
	}
	if j.Tries > 0 && !j.Tick {
		l.Tries = p.text("admin.jobs.try", "try", j.Tries, "most", j.MaxTries)
	}
	if last := j.Last(); last != nil && j.State != jobs.Done {
		l.Error = text.Clip(last.Text, shortText)
	}
	return l
}

func (p *page) jobName(kind string) string { return p.textOr("job."+kind, kind) }

// span is a length of time, roughly.
func (p *page) span(d time.Duration) string {
	return p.spanOf(d, "admin.jobs.seconds", "admin.settings.minutes")
}

// spanIn is a length of time after a preposition: in Russian other words for one
// second and one minute.
func (p *page) spanIn(d time.Duration) string {
	return p.spanOf(d, "admin.jobs.in-seconds", "admin.jobs.in-minutes")
}

func (p *page) spanOf(d time.Duration, seconds, minutes string) string {
	switch {
	case d < time.Minute:
		return p.text(seconds, "count", int(d/time.Second))
	case d < time.Hour:
		return p.text(minutes, "count", int(d/time.Minute))
	case d < 48*time.Hour:
		return p.text("admin.jobs.hours", "count", int(d/time.Hour))
	}
	return p.text("admin.settings.days", "count", int(d/(24*time.Hour)))
}

// often is how often something comes by itself.
func (p *page) often(every time.Duration) string {
	switch every {
	case time.Minute:
		return p.text("admin.jobs.every-minute")
	case time.Hour:
		return p.text("admin.jobs.every-hour")
	}
	return p.text("admin.jobs.every", "span", p.spanIn(every))
}

// soon is when something is to come.
func (p *page) soon(at clock.Micros) string {
	if d := at.Time().Sub(p.Clock.Now().Time()); d >= time.Second {
		return p.text("admin.jobs.in", "span", p.spanIn(d))
	}
	return p.text("admin.jobs.now")
}

// jobView is the page of one job.
type jobView struct {
	jobLine
	Doing                string // what it is for
	About                []kit.Pair
	Failures             []jobs.Failure
	Mendable, Cancelable bool
}

// jobOf is the job of the address.
func (p *page) jobOf(q db.Q) (jobs.Job, error) {
	n, err := strconv.ParseInt(chi.URLParam(p.r, "job"), 10, 64)
	if err != nil {
		return jobs.Job{}, fault.Wrap(err, fault.NotFound, "admin.no-page")
	}
	return p.Jobs.Get(p.ctx(), q, n)
}

func (p *page) job() error {
	j, err := p.jobOf(p.DB)
	if err != nil {
		return err
	}
	ctx := p.ctx()
	may := p.can(staff.JobsEdit)
	v := jobView{
		jobLine: p.jobLine(&j), Doing: p.textOr("job."+j.Kind+".about", ""), Failures: slices.Clone(j.Failures),
		Mendable: may && j.Mendable(), Cancelable: may && j.Cancellable(),
	}
	slices.Reverse(v.Failures)
	v.About = []kit.Pair{{Name: p.text("admin.jobs.number"), Value: strconv.FormatInt(j.ID, 10)}}
	if whom := p.letterTo(&j); whom != "" {
		v.About = append(v.About, kit.Pair{Name: p.text("admin.jobs.letter-to"), Value: whom})
	}
	if v.Tries != "" {
		v.About = append(v.About, kit.Pair{Name: p.text("admin.jobs.tries"), Value: v.Tries})
	}
	for _, x := range []struct {
		key string
		at  clock.Micros
		is  bool
	}{
		{"made", j.Made, true},
		{"began", j.Began, true},
		{"due", j.Due, j.State == jobs.Waiting || j.State == jobs.Again},
		{"ended", j.Ended, true},
	} {
		if x.is && x.at != 0 {
			v.About = append(v.About, kit.Pair{Name: p.text("admin.jobs." + x.key), Value: ui.DateTime(ctx, x.at)})
		}
	}
	return p.show(v.Name, jobsHere, jobPage(v))
}

// letterTo is whom a letter is for, as far as its reader may know.
func (p *page) letterTo(j *jobs.Job) string {
	var l staff.Letter
	if j.Kind != l.Kind() || !p.can(staff.StaffEdit) || j.Args(&l) != nil {
		return ""
	}
	whom, err := p.Staff.Person(p.ctx(), l.Person)
	if err != nil {
		return ""
	}
	return whom.Name
}

func (p *page) retryJob() error { return p.turnJob("retried", p.Jobs.Retry) }

func (p *page) cancelJob() error { return p.turnJob("cancelled", p.Jobs.Cancel) }

// turnJob does something with a job by hand, and notes who has done it.
func (p *page) turnJob(done string, how func(context.Context, *db.Tx, int64) (jobs.Job, error)) error {
	j, err := p.jobOf(p.DB)
	if err != nil {
		return err
	}
	number := strconv.FormatInt(j.ID, 10)
	err = p.DB.Write(p.ctx(), func(tx *db.Tx) error {
		was, err := how(p.ctx(), tx, j.ID)
		if err != nil {
			return err
		}
		about := map[string]any{"kind": was.Kind, "tries": was.Tries}
		if last := was.Last(); last != nil {
			about["error"] = strings.TrimSpace(text.Clip(last.Text, shortText))
		}
		return audit.Note(p.ctx(), tx, p.Clock.Now(), audit.Entry{Action: "job." + done, Target: audit.Target{Kind: "job", ID: number}, After: about})
	})
	if err != nil {
		return err
	}
	return p.to(jobsPath+"/"+number, "job-"+done)
}
