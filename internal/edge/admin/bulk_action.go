package admin

import (
	"context"
	"net/http"
	"strconv"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/bulk"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/spreadsheet"
)

// bulkView is an action, ready to be shown.
type bulkView struct {
	bulk.Action
	Title, Path   string
	State         string
	Tone          kit.Tone
	Facts         []kit.Pair
	Begin         string // what the button that begins it says; "": the reader may not
	MayStop       bool
	Reasons       []kit.Pair
	Left          []leftRow
	Back, On      string
	Number, Place string
	Changed       string
	LeftNumber    string
	Beyond        string // whom it did not come to
}

type leftRow struct{ Name, Number, Href, Why string }

// actions are what can be done to it while it goes on.
func (v *bulkView) actions(ctx context.Context) []kit.Action {
	if v.MayStop && v.Action.State == bulk.Running {
		return []kit.Action{{Text: ui.T(ctx, "admin.bulk.stop"), Icon: "x", Dialog: "stop"}}
	}
	return nil
}

// seesBulk tells whether the reader may look at an action: his own, or, where he
// may do the same and works everywhere, anybody's.
func (p *page) seesBulk(a *bulk.Action) bool {
	return a.Staff == p.who.Person.ID || !p.who.Narrowed() && p.can(a.Deed.Kind.Needs())
}

func (p *page) bulkOf() (bulk.Action, error) {
	i, err := p.param("action")
	if err != nil {
		return bulk.Action{}, err
	}
	a, err := p.Bulk.Get(p.ctx(), i)
	if err == nil && !p.seesBulk(&a) {
		err = fault.New(fault.NotFound, "bulk.not-found")
	}
	return a, err
}

// bulkActions lists what was done to many, the newest first.
func (p *page) bulkActions() error {
	s := p.shelfOf(p.text("admin.bulk.actions"), "/members", bulkPath)
	s.Sub = p.text("admin.bulk.actions-sub")
	s.Icon, s.None, s.NoneText = "users", p.text("admin.bulk.no-actions"), p.text("admin.bulk.no-actions-text")
	s.Actions = []kit.Action{{Text: p.text("admin.bulk.to-members"), Href: membersPath}}
	s.Columns = []kit.Column{
		{Text: p.text("admin.bulk.what"), Class: "c-who"},
		{Text: p.text("admin.bulk.by"), Class: "c-last"},
		{Text: p.text("admin.bulk.members"), Right: true, Class: "c-sum"},
		{Text: p.text("segment.field.state"), Class: "c-tag"},
	}
	before, err := numberOf(s.query.Get("after"))
	if err != nil {
		return err
	}
	whose := id.ID(0)
	if p.who.Narrowed() {
		whose = p.who.Person.ID
	}
	list, err := p.Bulk.List(p.ctx(), whose, id.ID(before), linesShown+1)
	if err != nil {
		return err
	}
	if len(list) > linesShown {
		list = list[:linesShown]
		s.after(list[linesShown-1].ID.String())
	}
	for i := range list {
		a := &list[i]
		if !p.seesBulk(a) {
			continue
		}
		state, tone := p.bulkState(a)
		s.Rows = append(s.Rows, shelfRow{
			Href: bulkPath + "/" + a.ID.String(), Name: p.deedWords(&a.Deed), Sub: ui.DateTime(p.ctx(), a.AskedAt),
			Cells: []string{a.StaffName, ui.Number(p.ctx(), a.Total)}, State: state, Tone: tone,
		})
	}
	return p.showShelf(s)
}

func (p *page) bulkState(a *bulk.Action) (string, kit.Tone) {
	tone := kit.Plain
	switch a.State {
	case bulk.Asked:
		tone = kit.Info
	case bulk.Running, bulk.Stopping:
		tone = kit.Warn
	case bulk.Done:
		tone = kit.Good
	case bulk.Stopped, bulk.Dropped:
	}
	return p.text("admin.bulk.is-" + string(a.State)), tone
}

func (p *page) bulkAction() error {
	a, err := p.bulkOf()
	if err != nil {
		return err
	}
	v, err := p.bulkView(&a)
	if err != nil {
		return err
	}
	if p.swaps() {
		if a.State.Ended() {
			return p.to(v.Path, "")
		}
		return p.write(http.StatusOK, bulkProgress(v))
	}
	return p.show(v.Title, "/members", bulkPage(v))
}

func (p *page) bulkView(a *bulk.Action) (*bulkView, error) {
	number := func(n int64) string { return ui.Number(p.ctx(), n) }
	v := &bulkView{
		Action: *a, Title: p.deedWords(&a.Deed), Path: bulkPath + "/" + a.ID.String(), Facts: p.bulkFacts(a),
		Number: number(a.Total), Place: number(a.Place), Changed: number(a.Changed), LeftNumber: number(a.LeftOut()),
	}
	v.State, v.Tone = p.bulkState(a)
	may := p.can(a.Deed.Kind.Needs())
	if a.State == bulk.Asked && may && a.Staff == p.who.Person.ID {
		v.Begin = p.text("admin.bulk.begin", "count", a.Total, "number", v.Number)
	}
	v.MayStop = may && (a.State == bulk.Asked || a.State == bulk.Running)
	if a.State == bulk.Stopped {
		v.Beyond = number(a.Total - a.Place)
	}
	reasons, err := p.Bulk.Reasons(p.ctx(), a.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range reasons {
		v.Reasons = append(v.Reasons, kit.Pair{Name: p.leftWords(r.Code), Value: number(r.Count)})
	}
	return v, p.bulkLeft(v)
}

// bulkFacts are what is known of an action before it begins.
func (p *page) bulkFacts(a *bulk.Action) []kit.Pair {
	d := &a.Deed
	var out []kit.Pair
	add := func(key, value string) {
		if value != "" {
			out = append(out, kit.Pair{Name: p.text("admin.bulk." + key), Value: value})
		}
	}
	add("members", ui.Number(p.ctx(), a.Total))
	if d.Kind == bulk.Points {
		key := "sum-in"
		if d.Points < 0 {
			key = "sum-out"
		}
		if a.State == bulk.Asked {
			add(key, ui.Signed(p.ctx(), a.Sum()))
		} else {
			add(key+"-done", ui.Signed(p.ctx(), a.Moved()))
		}
		add("programme", p.programmeName(d.Programme))
		if d.Days > 0 {
			add("days", ui.Number(p.ctx(), int64(d.Days)))
		}
	}
	if d.Kind == bulk.Level {
		add("programme", p.programmeName(d.Programme))
		add("until", p.day(d.Until))
	}
	add("reason", d.Reason)
	add("whom-by", p.filterWords(a))
	add("by", p.detail(a.StaffName, ui.DateTime(p.ctx(), a.AskedAt)))
	return out
}

// filterWords is whom an action was asked for, in words.
func (p *page) filterWords(a *bulk.Action) string {
	f := &a.Filter
	if len(f.Conditions) == 1 && f.Search == "" && f.Conditions[0].Field == "number" {
		return p.text("admin.bulk.by-hand")
	}
	cat, err := p.Lists.Catalogue(p.ctx())
	if err != nil {
		return ""
	}
	l := &memberList{asked: &asked{}, cat: cat, names: p.names(), page: p}
	words := []string{f.Search}
	for i := range f.Conditions {
		words = append(words, l.said(&f.Conditions[i]))
	}
	if told := p.detail(words...); told != "" {
		return told
	}
	return p.text("admin.bulk.everybody")
}

// leftWords is why somebody was left out.
func (p *page) leftWords(code string) string {
	for _, key := range []string{"admin.bulk.left." + code, "fault." + code} {
		if p.Texts.Has(p.lang(), key) {
			return p.text(key)
		}
	}
	return code
}

// bulkLeft reads some of those who were left out, with their names.
func (p *page) bulkLeft(v *bulkView) error {
	after, err := numberOf(p.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	list, err := p.Bulk.Left(p.ctx(), v.ID, after, linesShown+1)
	if err != nil {
		return err
	}
	if len(list) > linesShown {
		list = list[:linesShown]
		v.On = v.Path + "?after=" + strconv.FormatInt(list[linesShown-1].Place, 10)
	}
	if after > 0 {
		v.Back = v.Path
	}
	v.Left, err = p.leftRows(list)
	return err
}

func (p *page) leftRows(list []bulk.Left) ([]leftRow, error) {
	homes := make([]home.ID, len(list))
	for i := range list {
		homes[i] = list[i].Home
	}
	names, err := member.Names(p.ctx(), p.DB, homes)
	if err != nil {
		return nil, err
	}
	out := make([]leftRow, len(list))
	for i, l := range list {
		n := names[l.Home]
		out[i] = leftRow{Name: n.Name, Number: n.Number, Href: memberPath(l.Home), Why: p.leftWords(l.Code)}
		if n.Name == "" {
			out[i].Name = p.text("admin.members.nameless", "number", n.Number)
		}
	}
	return out, nil
}

// bulkLeftFile sends all who were left out, with the codes of the reasons.
func (p *page) bulkLeftFile() error {
	a, err := p.bulkOf()
	if err != nil {
		return err
	}
	out := p.table("left-out-" + a.ID.String())
	head := []string{p.text("segment.field.number"), p.text("segment.field.name"), p.text("admin.bulk.code"), p.text("admin.bulk.why")}
	return p.sendFile(out, "left out", func(ctx context.Context) error {
		return spreadsheet.CSV(out, head, spreadsheet.Words(func(row func([]string) error) error { return p.eachLeft(ctx, a.ID, row) }))
	})
}

func (p *page) eachLeft(ctx context.Context, action id.ID, row func([]string) error) error {
	for after := int64(0); ; {
		list, err := p.Bulk.Left(ctx, action, after, bulk.MaxPage)
		if err != nil || len(list) == 0 {
			return err
		}
		rows, err := p.leftRows(list)
		if err != nil {
			return err
		}
		for i, r := range rows {
			if err := row([]string{r.Number, r.Name, list[i].Code, r.Why}); err != nil {
				return err
			}
		}
		after = list[len(list)-1].Place
	}
}

func (p *page) bulkBegin() error {
	a, err := p.bulkOf()
	if err != nil {
		return err
	}
	if err := p.mayBulk(&a); err != nil {
		return err
	}
	if err := p.Bulk.Begin(p.ctx(), p.asker(), a.ID); err != nil {
		return err
	}
	return p.to(bulkPath+"/"+a.ID.String(), "bulk-begun")
}

// mayBulk refuses who may not do the same to one member.
func (p *page) mayBulk(a *bulk.Action) error { return p.who.Require(a.Deed.Kind.Needs()) }

func (p *page) bulkStop() error {
	a, err := p.bulkOf()
	if err != nil {
		return err
	}
	if err := p.mayBulk(&a); err != nil {
		return err
	}
	if a.State.Ended() {
		return p.to(bulkPath+"/"+a.ID.String(), "not-bulk-ended")
	}
	if err := p.Bulk.Stop(p.ctx(), a.ID); err != nil {
		return err
	}
	return p.to(bulkPath+"/"+a.ID.String(), "bulk-stopped")
}
