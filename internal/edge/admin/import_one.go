package admin

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/intake"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/spreadsheet"
)

// importView is a file, ready to be shown.
type importView struct {
	intake.Intake
	Title, Path   string
	State, Why    string
	Tone          kit.Tone
	Own           bool // the reader has sent it
	Number, Place string
	Facts         []kit.Pair
	Columns       []importColumn // to be told what they are; none: not now
	Reading       []kit.Field    // by what it may be read again
	ReadingOpen   bool
	Whole         string // what is wrong with what was told
	Wrong         []kit.Field
	Stats         []kit.Pair
	Reasons       []kit.Pair
	Told          []toldRow
	Back, On      string
	Begin         string // what the button that begins it says; "": there is nobody to be made
}

// toldRow is a row of which there is something to say; Mend is where what it lacks
// is set, if the reader may go there.
type toldRow struct {
	Row, Column, Why string
	Mend             kit.Link
}

// works tells whether the page follows it.
func (v *importView) works() bool { return v.Intake.State.Works() || v.Intake.State == intake.Sending }

// mayStop tells whether there is something to be stopped or dropped.
func (v *importView) mayStop() bool { return !v.Intake.State.Ended() }

// actions are what can be done to it while it goes on, or where it can't.
func (v *importView) actions(ctx context.Context) []kit.Action {
	switch {
	case v.Intake.State == intake.Running:
		return []kit.Action{{Text: ui.T(ctx, "admin.import.stop"), Icon: "x", Dialog: "stop"}}
	case v.works() || v.Intake.State == intake.Broken || v.mayStop() && !v.Own:
		return []kit.Action{{Text: ui.T(ctx, "admin.import.drop"), Icon: "x", Dialog: "stop"}}
	}
	return nil
}

// reports are the files of what becomes of the rows.
func (v *importView) reports(ctx context.Context) []kit.Action {
	return []kit.Action{
		{Text: ui.T(ctx, "admin.members.export-xlsx"), Icon: "file-spreadsheet", Href: v.Path + "/report?as=xlsx", Small: true},
		{Text: ui.T(ctx, "admin.members.export-csv"), Icon: "download", Href: v.Path + "/report?as=csv", Small: true},
	}
}

func (p *page) importOne() error {
	in, err := p.importOf()
	if err != nil {
		return err
	}
	if p.swaps() {
		if !in.State.Works() && in.State != intake.Sending {
			return p.to(importPath+"/"+in.ID.String(), "")
		}
		v := p.importView(&in)
		return p.write(http.StatusOK, importProgress(v))
	}
	return p.importPage(&in, p.columnForm(&in.Layout), p.layoutForm(&in.Layout))
}

// importPage shows a file; columns and layout are its forms, which are offered
// while it waits for them.
func (p *page) importPage(in *intake.Intake, columns, layout *form) (err error) {
	v := p.importView(in)
	asked := in.State == intake.Read || in.State == intake.Looked && p.r.URL.Query().Has("columns") || p.r.Method == http.MethodPost
	if v.Own && asked && in.State != intake.Broken {
		if v.Columns, err = p.importColumns(columns, &in.Layout); err != nil {
			return err
		}
	}
	if v.Own && (len(v.Columns) > 0 || in.State == intake.Broken) {
		v.Reading = p.importLayout(layout, &in.Layout)
	}
	v.Whole, v.Wrong = columns.problems()
	v.ReadingOpen = len(layout.wrong) > 0 || in.State == intake.Broken
	if len(v.Columns) == 0 {
		if err := p.importTold(v); err != nil {
			return err
		}
	}
	body := importPage(v)
	if v.Whole != "" || len(v.Wrong) > 0 || len(layout.wrong) > 0 {
		return p.again(v.Title, "/members", body)
	}
	return p.show(v.Title, "/members", body)
}

func (p *page) importView(in *intake.Intake) *importView {
	number := func(n int64) string { return ui.Number(p.ctx(), n) }
	v := &importView{
		Intake: *in, Title: p.fileName(in), Path: importPath + "/" + in.ID.String(), Own: in.Staff == p.who.Person.ID,
		Number: number(in.Total), Place: number(in.Place),
	}
	v.State, v.Tone = p.importState(in)
	if in.Why != nil {
		v.Why = p.Texts.Fault(p.lang(), in.Why)
	}
	v.Facts = []kit.Pair{{Name: p.text("admin.import.by"), Value: p.detail(in.StaffName, ui.DateTime(p.ctx(), in.AskedAt))}}
	if in.Total > 0 {
		v.Facts = append(v.Facts, kit.Pair{Name: p.text("admin.import.rows"), Value: v.Number})
	}
	return v
}

// importTold is what becomes of a file's rows: how many, why, and those of which
// there is something to say.
func (p *page) importTold(v *importView) error {
	s := v.Intake.State
	if s != intake.Looked && s != intake.Done && s != intake.Stopped {
		return nil
	}
	number := func(n int64) string { return ui.Number(p.ctx(), n) }
	made := "admin.import.made"
	if s == intake.Looked {
		made = "admin.import.would-make"
	}
	v.Stats = []kit.Pair{
		{Name: p.text(made), Value: number(v.Tally.Made)},
		{Name: p.text("admin.import.there"), Value: number(v.Tally.There)},
		{Name: p.text("admin.import.refused"), Value: number(v.Tally.Refused)},
	}
	if s == intake.Stopped {
		v.Stats = append(v.Stats, kit.Pair{Name: p.text("admin.import.beyond"), Value: number(v.Total - v.Intake.Place)})
	}
	if s == intake.Looked && v.Own && v.Tally.Made > 0 {
		v.Begin = p.text("admin.import.begin", "count", v.Tally.Made, "number", number(v.Tally.Made))
	}
	codes := slices.SortedFunc(maps.Keys(v.Tally.Reasons), func(a, b string) int {
		return cmp.Or(cmp.Compare(v.Tally.Reasons[b], v.Tally.Reasons[a]), cmp.Compare(a, b))
	})
	for _, code := range codes {
		v.Reasons = append(v.Reasons, kit.Pair{Name: p.reasonWords(code), Value: number(v.Tally.Reasons[code])})
	}
	return p.importRows(v)
}

// reasonWords is why rows were not taken, all of them at once: without what the
// single row holds.
func (p *page) reasonWords(code string) string {
	if own := "admin.import.reason." + code; p.Texts.Has(p.lang(), own) {
		return p.text(own) // the fault's own text may speak of a value, and here it is of many
	}
	return p.textOr("fault."+code, code)
}

// importRows are some of the rows of which there is something to say.
func (p *page) importRows(v *importView) error {
	after, err := numberOf(p.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	list, err := p.Intakes.Told(p.ctx(), &v.Intake, after, linesShown+1)
	if err != nil {
		return err
	}
	if len(list) > linesShown {
		list = list[:linesShown]
		v.On = v.Path + "?after=" + strconv.FormatInt(list[linesShown-1].Row, 10)
	}
	if after > 0 {
		v.Back = v.Path
	}
	fields, err := p.importFields()
	if err != nil {
		return err
	}
	for _, o := range list {
		v.Told = append(v.Told, toldRow{Row: p.text("admin.import.row-no", "number", o.Row), Column: o.Column, Why: p.importWhy(o, fields), Mend: p.importMend(o)})
	}
	return nil
}

// importMend leads from a row whose card is of no type to the types of cards.
func (p *page) importMend(o *importer.Outcome) (to kit.Link) {
	if o.Why != nil && o.Why.Code == "card.type-unclear" && p.can(staff.ReferenceSee) {
		to = kit.Link{Text: p.text("admin.cards.types"), Href: cardsPath}
	}
	return to
}

// importReport sends what becomes of every row.
func (p *page) importReport() error {
	in, err := p.importOf()
	if err != nil {
		return err
	}
	name := "import-" + in.ID.String()
	var head []string
	for _, c := range []string{"row", "file-column", "status", "code", "text"} {
		head = append(head, p.text("importer.column."+c))
	}
	fields, err := p.importFields()
	if err != nil {
		return err
	}
	return p.sendTable(name, "a report of an import", head, func(ctx context.Context) spreadsheet.Lines {
		return spreadsheet.Words(func(line func([]string) error) error {
			return p.Intakes.Each(ctx, &in, func(o *importer.Outcome) error { return line(p.reportLine(&in, o, fields)) })
		})
	})
}

func (p *page) reportLine(in *intake.Intake, o *importer.Outcome, fields []kit.Option) []string {
	status := "new"
	switch {
	case o.Status == importer.Rejected:
		status = "refused"
	case o.Again:
		status = "there"
	case in.State == intake.Looking || in.State == intake.Looked:
		status = "would-be"
	}
	code, why := "", ""
	if o.Why != nil {
		code, why = o.Why.Code, p.importWhy(o, fields)
	}
	return []string{strconv.FormatInt(o.Row, 10), o.Column, p.text("admin.import.row-" + status), code, why}
}
