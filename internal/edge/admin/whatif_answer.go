package admin

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// questionView is one question: how far it is, or what it came to.
type questionView struct {
	Name, Title, Sub string
	Path, List       string
	State            string
	Tone             kit.Tone
	Open             bool
	Progress         string
	Done, Whole      int64
	Why              string // it was not answered
	Answer           *answerView
}

// answerView is an answer in the reader's words.
type answerView struct {
	Tiles   []tile
	Verdict string
	Notes   []string
	Charts  []kit.Chart
	Months  []betweenRow
	Levels  []betweenRow
	Rules   []betweenRow
	Gifts   []betweenRow
	Told    bool // some of what rules would have given is of receipts that tills had closed
	Moves   []betweenRow
	Members string
	Winners []betweenRow
	Losers  []betweenRow
}

// betweenRow is what something would have come to, beside what it came to.
type betweenRow struct {
	Name, Href, Sub string
	Cells           []between
}

// between is one figure on both sides.
type between struct{ Now, Then string }

func (p *page) question() error {
	a, q, err := p.questionOf()
	if err != nil {
		return err
	}
	v := questionView{
		Name: a.name, Title: a.text("admin.whatif.title", "name", a.name), List: a.path, Path: a.path + "/" + q.ID.String(),
		Sub:   a.text("admin.whatif.of", "months", a.period(q), "where", a.where(q), "by", author(q.AskedBy), "ago", ui.Ago(a.ctx(), q.AskedAt)),
		State: a.text("admin.whatif.state." + string(q.State)), Tone: questionTone(q.State),
		Open: q.Open(), Done: q.Done, Whole: q.Whole, Progress: a.progress(q),
	}
	switch {
	case q.State == whatif.Waiting:
		v.Progress = a.text("admin.whatif.waits")
	case q.Answer != nil:
		v.Answer = a.answer(q)
	case q.State == whatif.Failed:
		v.Why = a.text("admin.whatif.failed")
		if q.Fault != "" {
			v.Why = a.text("fault." + q.Fault)
		}
	case q.State == whatif.Stopped:
		v.Why = a.text("admin.whatif.stopped")
	}
	if p.swaps() {
		return p.write(200, questionPart(v))
	}
	return p.show(v.Title, "/programmes", questionPage(v))
}

// The figures of an answer on both sides.

func (a *asking) count(now, then int64) between {
	return between{ui.Number(a.ctx(), now), ui.Number(a.ctx(), then)}
}

func (a *asking) sum(now, then money.Amount) between {
	return between{ui.Money(a.ctx(), now), ui.Money(a.ctx(), then)}
}

func (a *asking) points(now, then money.Points) between {
	return between{i18n.Points(a.lang(), now), i18n.Points(a.lang(), then)}
}

func (a *asking) answer(q *whatif.Question) *answerView {
	r := q.Answer
	v := &answerView{Tiles: a.tiles(r), Verdict: a.verdict(r), Notes: a.notes(q)}
	for i := range r.Months {
		m := &r.Months[i]
		v.Months = append(v.Months, betweenRow{Name: a.monthName(m.Day), Cells: append(a.sums(&m.Now, &m.Then), a.points(m.Now.Expired, m.Then.Expired))})
	}
	if len(r.Months) > 1 {
		v.Charts = a.charts(r.Months)
	}
	for i := range r.Levels {
		l := &r.Levels[i]
		v.Levels = append(v.Levels, betweenRow{Name: a.levelName(q, l.Level), Cells: a.sums(&l.Now, &l.Then)})
	}
	for i := range r.Rule {
		v.Told = v.Told || r.Rule[i].Now.Told != 0
	}
	for i := range r.Rule {
		v.Rules = append(v.Rules, a.ruleRow(q, &r.Rule[i], v.Told))
	}
	for i := range r.Gifts {
		g := &r.Gifts[i]
		v.Gifts = append(v.Gifts, betweenRow{Name: a.giftName(g.Occasion), Cells: []between{
			a.count(g.Now.Times, g.Then.Times), a.points(g.Now.Points, g.Then.Points), a.sum(g.Now.Value, g.Then.Value),
		}})
	}
	for _, m := range r.Moves {
		v.Moves = append(v.Moves, betweenRow{Name: a.levelName(q, m.From) + " → " + a.levelName(q, m.To), Cells: []between{a.count(m.Now, m.Then)}})
	}
	v.Members = a.text("admin.whatif.members", "gain", ui.Number(a.ctx(), r.Members.Gain), "lose", ui.Number(a.ctx(), r.Members.Lose), "same", ui.Number(a.ctx(), r.Members.Same))
	v.Winners, v.Losers = a.people(r.Winners), a.people(r.Losers)
	return v
}

// ruleRow is what one rule gave on both sides. What it would have taken off
// receipts that tills had closed is known of the draft only.
func (a *asking) ruleRow(q *whatif.Question, x *whatif.Rule, told bool) betweenRow {
	row := betweenRow{Name: cmp.Or(x.Name, x.Rule)}
	base := q.Draft.Earning.Rule
	if of, ok := strings.CutPrefix(x.Rule, base); x.Name == "" && ok {
		row.Name = a.text("admin.whatif.base")
		if kind, ok := strings.CutPrefix(of, "."); ok {
			row.Sub = a.naming().call(rule.FieldType, kind)
		}
	}
	if c := q.Draft.CampaignOf(x.Campaign); c != nil && x.Campaign != "" {
		row.Sub = orID(c.Name, c.ID)
		if x.Name == "" {
			row.Name, row.Sub = row.Sub, ""
		}
	}
	row.Cells = []between{a.count(x.Now.Receipts, x.Then.Receipts), a.sum(x.Now.Discount, x.Then.Discount), a.points(x.Now.Earned, x.Then.Earned)}
	if told {
		row.Cells = append(row.Cells, between{Now: ui.Money(a.ctx(), x.Now.Told)})
	}
	return row
}

// giftName is what a gift is given for.
func (a *asking) giftName(occasion string) string {
	switch occasion {
	case whatif.Welcome, whatif.LevelGift:
		return a.text("admin.whatif.gift-" + occasion)
	}
	return a.text("rule.occasion." + occasion)
}

// sums are the figures of a month or a level.
func (a *asking) sums(now, then *whatif.Sums) []between {
	return []between{
		a.sum(now.Cost, then.Cost), a.points(now.Earned+now.Gifts, then.Earned+then.Gifts), a.points(now.Spent, then.Spent),
		a.sum(now.Discount+now.Told, then.Discount+then.Told),
	}
}

func (a *asking) tiles(r *whatif.Answer) []tile {
	now, then := &r.Now, &r.Then
	was := func(key string, b between) tile {
		return tile{a.text(key), b.Now, a.text("admin.whatif.was", "value", b.Then)}
	}
	reach := r.Members.Gain + r.Members.Lose + r.Members.Same
	return []tile{
		was("admin.whatif.cost", a.sum(now.Cost, then.Cost)),
		was("admin.whatif.earned", a.points(now.Earned+now.Gifts, then.Earned+then.Gifts)),
		was("admin.whatif.spent", a.points(now.Spent, then.Spent)),
		was("admin.whatif.discounts", a.sum(now.Discount+now.Told, then.Discount+then.Told)),
		{a.text("admin.whatif.receipts"), ui.Number(a.ctx(), now.Receipts), a.text("admin.whatif.refunds", "count", now.Refunds)},
		{a.text("admin.whatif.reach"), ui.Number(a.ctx(), reach), a.text("admin.whatif.reach-about")},
	}
}

// verdict says in a sentence what the draft would have cost.
func (a *asking) verdict(r *whatif.Answer) string {
	d := r.Now.Cost - r.Then.Cost
	switch {
	case r.Now.Receipts == 0 && r.Then.Receipts == 0:
		return a.text("admin.whatif.nothing")
	case d > 0:
		return a.text("admin.whatif.dearer", "sum", ui.Money(a.ctx(), d))
	case d < 0:
		return a.text("admin.whatif.cheaper", "sum", ui.Money(a.ctx(), -d))
	}
	return a.text("admin.whatif.equal")
}

// notes are what is to be known of an answer.
func (a *asking) notes(q *whatif.Question) (out []string) {
	r := q.Answer
	if len(q.Outlets) > 0 {
		out = append(out, a.text("admin.whatif.outlets-only"))
	}
	for _, o := range r.Over {
		name := o.Campaign
		if c := q.Draft.CampaignOf(o.Campaign); c != nil {
			name = orID(c.Name, c.ID)
		}
		key := "whatif.over"
		if o.Code != "" {
			key = "whatif.over-code"
		}
		out = append(out, a.text(key, "campaign", a.inQuotes(name), "code", strings.ToUpper(o.Code), "limit", o.Limit, "uses", o.Uses))
	}
	if r.Merged > 0 {
		out = append(out, a.text("whatif.merged", "members", r.Merged))
	}
	if len(r.Unseen) > 0 {
		names, fields := a.naming(), make([]string, len(r.Unseen))
		for i, f := range r.Unseen {
			fields[i] = a.unseenField(f, names)
		}
		out = append(out, a.text("whatif.unseen", "fields", strings.Join(fields, ", ")))
	}
	if d := a.draft; d != nil && d.stored.Edition != q.Edition {
		out = append(out, a.text("admin.whatif.draft-changed"))
	}
	return out
}

// unseenField is what a field of conditions is called; an own one by its label.
func (a *asking) unseenField(f string, names *naming) string {
	key, own := strings.CutPrefix(f, rule.CustomField)
	switch {
	case !own:
		return a.text("rule.field." + f)
	case names.ownField(rule.Field(f)) == nil:
		return key
	}
	return a.inQuotes(names.OwnField(key))
}

func (a *asking) monthName(month string) string {
	t, err := time.Parse(monthForm, month)
	if err != nil {
		return month
	}
	return i18n.Month(a.lang(), t)
}

// levelName is the level of the draft, or of what is in force, that has the id.
func (a *asking) levelName(q *whatif.Question, level string) string {
	if level == "" {
		return a.text("admin.whatif.no-level")
	}
	for _, pr := range []*rule.Programme{&q.Draft, a.Programmes.Current().Get(a.of)} {
		if pr == nil {
			continue
		}
		if i := slices.IndexFunc(pr.Levels, func(l rule.Level) bool { return text.Fold(l.ID) == text.Fold(level) }); i >= 0 {
			return orID(pr.Levels[i].Name, pr.Levels[i].ID)
		}
	}
	return level
}

func (a *asking) charts(months []whatif.Day) []kit.Chart {
	now, then := a.text("admin.whatif.by-draft"), a.text("admin.whatif.as-was")
	cost := []kit.Series{{Name: now, Color: kit.Fourth}, {Name: then, Color: kit.Beside}}
	earned := []kit.Series{{Name: now, Color: kit.Earned}, {Name: then, Color: kit.Beside}}
	var x []string
	for i := range months {
		m := &months[i]
		x = append(x, a.monthName(m.Day))
		for k, s := range []*whatif.Sums{&m.Now, &m.Then} {
			cost[k].Data, cost[k].Cells = append(cost[k].Data, float64(s.Cost)/100), append(cost[k].Cells, ui.Money(a.ctx(), s.Cost))
			got := s.Earned + s.Gifts
			earned[k].Data, earned[k].Cells = append(earned[k].Data, float64(got)/100), append(earned[k].Cells, ui.Points(a.ctx(), got))
		}
	}
	over := a.text("admin.whatif.month")
	return []kit.Chart{
		{Kind: kit.Line, X: x, Unit: "₽", Series: cost, Says: a.text("admin.whatif.cost-by-month"), Over: over},
		{Kind: kit.Line, X: x, Series: earned, Says: a.text("admin.whatif.earned-by-month"), Over: over},
	}
}

// people are members by their names, or by their numbers for who may not see
// them.
func (a *asking) people(list []whatif.Member) (out []betweenRow) {
	for i := range list {
		x := &list[i]
		row := betweenRow{Name: x.Home.String(), Cells: []between{a.sum(x.Now, x.Then)}, Sub: ui.Money(a.ctx(), x.Now-x.Then)}
		if x.Now > x.Then {
			row.Sub = "+" + row.Sub
		}
		if a.can(staff.MembersSee) {
			if m, err := member.Get(a.ctx(), a.DB, x.Home); err == nil {
				row.Name, row.Href = a.memberName(&m), memberPath(m.Home)
			}
		}
		out = append(out, row)
	}
	return out
}
