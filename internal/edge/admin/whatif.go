package admin

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// questions is the pages on which it is asked what a draft would have come to
// over past months. The answer is worked out in the background and kept.
func questions(a *Admin) {
	a.get("/programmes/{programme}/what-if", staff.ProgrammeEdit, (*page).questions, Everywhere)
	a.post("/programmes/{programme}/what-if", staff.ProgrammeEdit, (*page).questionSent, Everywhere)
	a.get("/programmes/{programme}/what-if/{question}", staff.ProgrammeEdit, (*page).question, Everywhere)
	a.post("/programmes/{programme}/what-if/{question}/stop", staff.ProgrammeEdit, (*page).stopQuestion, Everywhere)
	a.post("/programmes/{programme}/what-if/{question}/drop", staff.ProgrammeEdit, (*page).dropQuestion, Everywhere)
}

// The months that may be asked of, back from this one, and those that are
// chosen at first.
const (
	monthsOffered = 36
	monthsUsual   = 3
)

// asking is the questions of one programme.
type asking struct {
	*page
	of    id.ID
	name  string
	path  string
	draft *drafting // nil: there is none, or its text is no programme
}

// questionsView is the form of a question, and those that were asked.
type questionsView struct {
	Name, Path, Back string
	Whole            string
	Wrong            []kit.Field
	MayAsk           bool
	Begin            string // where a draft is begun; "": nowhere
	From, To         kit.Field
	Outlets          *kit.Field
	Asked            []askedRow
}

// askedRow is one question in the list.
type askedRow struct {
	Href, Months, Where, State, By string
	Tone                           kit.Tone
	At                             clock.Micros
}

// asking finds the programme of the address, or the draft that will be one.
func (p *page) asking() (*asking, error) {
	i, err := p.param("programme")
	if err != nil {
		return nil, err
	}
	a := &asking{page: p, of: i, path: programmesPath + "/" + i.String() + "/what-if"}
	d, err := p.drafting()
	switch {
	case err == nil:
		a.name = d.stored.Name
		if d.read != nil {
			a.draft = d
		}
		return a, nil
	case !fault.Is(err, "programme.no-draft"):
		return nil, err
	}
	pr, err := p.programmeOf()
	if err != nil {
		return nil, err
	}
	a.name = pr.Name
	return a, nil
}

// back is the page that the questions belong to.
func (a *asking) back() string {
	back := programmesPath + "/" + a.of.String()
	if a.draft != nil {
		back += "/draft"
	}
	return back
}

func (p *page) questions() error {
	a, err := p.asking()
	if err != nil {
		return err
	}
	return a.ask(p.filled(url.Values{}))
}

func (a *asking) ask(f *form) error {
	v := questionsView{Name: a.name, Path: a.path, Back: a.back(), MayAsk: a.draft != nil}
	if !v.MayAsk && a.Programmes.Current().Get(a.of) != nil {
		v.Begin = programmesPath + "/" + a.of.String() + "/draft/begin"
	}
	if v.MayAsk {
		months := a.months(&a.draft.read.Programme)
		for name, at := range map[string]int{"from": min(monthsUsual, len(months)) - 1, "to": 0} {
			if f.get(name) == "" {
				f.values.Set(name, months[at].Value)
			}
		}
		v.From, v.To = f.field("from", "whatif-from", of(months...)), f.field("to", "whatif-to", of(months...))
		if outlets := a.outletBoxes(f); len(outlets) > 1 {
			field := f.field("outlets", "whatif-outlets", func(k *kit.Field) { k.Options = outlets })
			v.Outlets = &field
		}
	}
	list, err := a.Questions.Of(a.ctx(), a.of)
	if err != nil {
		return err
	}
	for i := range list {
		v.Asked = append(v.Asked, a.row(&list[i]))
	}
	v.Whole, v.Wrong = f.problems()
	title := a.text("admin.whatif.title", "name", a.name)
	if v.Whole != "" || len(v.Wrong) > 0 {
		return a.again(title, "/programmes", questionsPage(v))
	}
	return a.show(title, "/programmes", questionsPage(v))
}

// months are those that may be asked of, this one first.
func (a *asking) months(of *rule.Programme) []kit.Option {
	today, err := time.Parse(time.DateOnly, of.Day(a.Clock.Now()))
	if err != nil {
		today = a.Clock.Now().Time()
	}
	first := time.Date(today.Year(), today.Month(), 1, 0, 0, 0, 0, time.UTC)
	out := make([]kit.Option, monthsOffered)
	for i := range out {
		m := first.AddDate(0, -i, 0)
		out[i] = kit.Option{Value: m.Format(monthForm), Text: i18n.Month(a.lang(), m)}
	}
	return out
}

const monthForm = "2006-01"

// outletBoxes are the outlets that a question may be narrowed to.
func (a *asking) outletBoxes(f *form) []kit.Option {
	_, outlets := a.placeOptions(f)
	return outlets[:min(len(outlets), whatif.MaxPlaces)]
}

// days are the first and the last day of the months that were chosen; of this
// month, as far as it has come.
func (a *asking) days(f *form) (from, to string, err error) {
	first, errFrom := time.Parse(monthForm, f.get("from"))
	last, errTo := time.Parse(monthForm, f.get("to"))
	offered := a.months(&a.draft.read.Programme)
	known := func(m string) bool {
		return slices.ContainsFunc(offered, func(o kit.Option) bool { return o.Value == m })
	}
	if errFrom != nil || errTo != nil || last.Before(first) || !known(f.get("from")) || !known(f.get("to")) {
		return "", "", fault.New(fault.Invalid, "admin.invalid").With(fault.Field{Path: "to", Code: "admin.whatif.months"})
	}
	today := a.draft.read.Programme.Day(a.Clock.Now())
	return first.Format(time.DateOnly), min(last.AddDate(0, 1, -1).Format(time.DateOnly), today), nil
}

func (p *page) questionSent() error {
	a, err := p.asking()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if a.draft == nil {
		return p.to(a.path, "")
	}
	q := whatif.Question{Programme: a.of, Draft: a.draft.read.Programme, Edition: a.draft.stored.Edition, AskedBy: p.byWhom()}
	if q.From, q.To, err = a.days(f); err == nil {
		q.Outlets, err = idsOf(f.values["outlets"])
	}
	if err == nil {
		q, err = p.Questions.Ask(p.ctx(), q)
	}
	if err != nil {
		if !f.refuse(err) {
			return err
		}
		return a.ask(f)
	}
	return p.to(a.path+"/"+q.ID.String(), "")
}

// row is a question as the list has it.
func (a *asking) row(q *whatif.Question) askedRow {
	return askedRow{
		Href: a.path + "/" + q.ID.String(), Months: a.period(q), Where: a.where(q), By: author(q.AskedBy), At: q.AskedAt,
		State: a.text("admin.whatif.state." + string(q.State)), Tone: questionTone(q.State),
	}
}

func questionTone(s whatif.State) kit.Tone {
	switch s {
	case whatif.Running:
		return kit.Info
	case whatif.Done:
		return kit.Good
	case whatif.Failed:
		return kit.Bad
	}
	return kit.Plain
}

// period is the months of a question in words.
func (a *asking) period(q *whatif.Question) string {
	from, errFrom := time.Parse(time.DateOnly, q.From)
	to, errTo := time.Parse(time.DateOnly, q.To)
	if errFrom != nil || errTo != nil {
		return q.From + " – " + q.To
	}
	first, last := i18n.Month(a.lang(), from), i18n.Month(a.lang(), to)
	if first == last {
		return sentence([]string{first})
	}
	return sentence([]string{first + " – " + last})
}

// maxNamed is how many outlets are named before they are counted.
const maxNamed = 3

func (a *asking) where(q *whatif.Question) string {
	if len(q.Outlets) == 0 {
		return a.text("admin.whatif.everywhere")
	}
	if len(q.Outlets) > maxNamed {
		return a.text("admin.whatif.some-outlets", "count", len(q.Outlets))
	}
	var names []string
	for _, i := range q.Outlets {
		if o, ok := a.Directory.Outlet(i); ok {
			names = append(names, o.Name)
		}
	}
	return strings.Join(names, ", ")
}

// questionOf is the question of the address.
func (p *page) questionOf() (*asking, *whatif.Question, error) {
	a, err := p.asking()
	if err != nil {
		return nil, nil, err
	}
	i, err := p.param("question")
	if err != nil {
		return nil, nil, err
	}
	q, err := p.Questions.Get(p.ctx(), i)
	if err == nil && q.Programme != a.of {
		err = fault.New(fault.NotFound, "whatif.not-found")
	}
	return a, &q, err
}

func (p *page) stopQuestion() error {
	a, q, err := p.questionOf()
	if err != nil {
		return err
	}
	if err := p.Questions.Stop(p.ctx(), q.ID); err != nil && !fault.Is(err, "whatif.ended") {
		return err
	}
	return p.to(a.path+"/"+q.ID.String(), "")
}

func (p *page) dropQuestion() error {
	a, q, err := p.questionOf()
	if err != nil {
		return err
	}
	if err := p.Questions.Drop(p.ctx(), q.ID); err != nil {
		return err
	}
	return p.to(a.path, "whatif-dropped")
}

// progress is how far an answer is, in words.
func (a *asking) progress(q *whatif.Question) string {
	if q.Whole == 0 {
		return a.text("admin.whatif.begins")
	}
	return a.text("admin.whatif.progress", "done", ui.Number(a.ctx(), q.Done), "whole", ui.Number(a.ctx(), q.Whole), "percent", strconv.FormatInt(q.Done*100/q.Whole, 10))
}
