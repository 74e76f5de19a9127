package admin

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/intake"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
)

// importColumn is a column of a file, with what may be chosen that it is.
type importColumn struct {
	Name    string
	Samples string
	Field   kit.Field
}

// columnForm is a file's columns as they stand in it.
func (p *page) columnForm(l *intake.Layout) *form {
	values := url.Values{}
	for i, field := range l.Fields {
		values.Set(columnName(i), field)
	}
	return p.filled(values)
}

func columnName(at int) string { return "c" + strconv.Itoa(at) }

// importColumns are the columns of a file, to be told which field each is.
func (p *page) importColumns(f *form, l *intake.Layout) ([]importColumn, error) {
	options, err := p.importFields()
	if err != nil {
		return nil, err
	}
	days, err := p.importDays()
	if err != nil {
		return nil, err
	}
	out := make([]importColumn, len(l.Head))
	for i, name := range l.Head {
		if name == "" {
			name = p.text("admin.import.column-no", "number", i+1)
		}
		field := f.field(columnName(i), "import-column", of(options...))
		field.Label = p.text("admin.import.field-of", "column", name)
		field.HideName = true
		out[i] = importColumn{Name: name, Field: field}
		if i < len(l.Samples) {
			out[i].Samples = strings.Join(p.importSamples(l, i, days), "; ")
		}
	}
	for i := range f.fields { // they are named by their columns above the form
		for _, c := range out {
			if c.Field.Name == f.fields[i].Name {
				f.fields[i] = c.Field
				f.fields[i].Label = c.Name
			}
		}
	}
	return out, nil
}

// importDays are the fields that hold days.
func (p *page) importDays() ([]string, error) {
	days := []string{"birth_date", "registered"}
	own, err := member.CustomFields(p.ctx(), p.DB)
	for i := range own {
		if own[i].Kind == member.CustomDate {
			days = append(days, importer.CustomPrefix+own[i].Key)
		}
	}
	return days, err
}

// importSamples are of what a column holds; a day, which a workbook keeps as the
// number of days since 1899, is told as one.
func (p *page) importSamples(l *intake.Layout, at int, days []string) []string {
	out := slices.Clone(l.Samples[at])
	if len(l.Sheets) == 0 || !slices.Contains(days, l.Fields[at]) {
		return out
	}
	for i, v := range out {
		if day, ok := importer.SheetDay(v); ok {
			out[i] = i18n.Date(p.lang(), day)
		}
	}
	return out
}

// importFields are what a column may be: what finds a member first.
func (p *page) importFields() ([]kit.Option, error) {
	out := []kit.Option{{Text: p.text("admin.import.left-out")}}
	for _, f := range []string{
		"phone", "email", "external", "card", "full_name", "surname", "name", "patronymic", "birth_date", "sex", "registered", "address_city", "address_street",
		"language", "tags", "group", "comment",
	} {
		out = append(out, kit.Option{Value: f, Text: p.text("admin.import.field." + f)})
	}
	own, err := member.CustomFields(p.ctx(), p.DB)
	for _, f := range own {
		if !f.Active {
			continue
		}
		name := f.LabelRU
		if p.lang() != "ru" {
			name = f.LabelEN
		}
		out = append(out, kit.Option{Value: importer.CustomPrefix + f.Key, Text: name})
	}
	return out, err
}

// importMapped takes what was told of a file's columns.
func (p *page) importMapped() error {
	in, err := p.importOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	fields := make([]string, len(in.Layout.Head))
	for i := range fields {
		fields[i] = f.get(columnName(i))
	}
	err = p.Intakes.Map(p.ctx(), p.sender(), in.ID, fields)
	if err == nil {
		return p.to(importPath+"/"+in.ID.String(), "")
	}
	if fault.Is(err, "intake.moved") || !f.refuse(err) {
		return err
	}
	return p.importPage(&in, f, p.layoutForm(&in.Layout))
}

// layoutForm is where in a file its columns' names are, and in which sheet.
func (p *page) layoutForm(l *intake.Layout) *form {
	return p.filled(url.Values{"sheet": {l.Sheet}, "header": {strconv.Itoa(l.Header)}, "delimiter": {l.Delimiter}, "dates": {l.Dates}})
}

// importLayout are the fields of the same; a text file has no sheets.
func (p *page) importLayout(f *form, l *intake.Layout) []kit.Field {
	var out []kit.Field
	if len(l.Sheets) > 1 {
		var sheets []kit.Option
		for i, s := range l.Sheets {
			o := kit.Option{Value: s, Text: s}
			if i == 0 {
				o.Value = ""
			}
			sheets = append(sheets, o)
		}
		out = append(out, f.field("sheet", "import-sheet", of(sheets...)))
	}
	out = append(out, f.field("header", "import-header", narrow, mode("numeric"), most(len(strconv.Itoa(intake.MaxHeader)))))
	if len(l.Sheets) == 0 {
		out = append(out, f.field("delimiter", "import-delimiter", narrow, most(len("tab"))))
	}
	return append(out, f.field("dates", "import-dates", of(
		kit.Option{Text: p.text("admin.import.dates-usual")}, kit.Option{Value: intake.American, Text: p.text("admin.import.dates-month-first")})))
}

// importWhy is why a row was not taken, with the field that is missing by its name.
func (p *page) importWhy(o *importer.Outcome, fields []kit.Option) string {
	why := *o.Why
	if why.Code == "importer.people-missing" {
		why.Args = slices.Clone(why.Args)
		for i := range why.Args {
			for _, f := range fields {
				if why.Args[i].Value == f.Value {
					why.Args[i].Value = f.Text
				}
			}
		}
	}
	said := []string{p.Texts.Fault(p.lang(), &why)}
	for _, f := range why.Fields { // of the other cells
		said = append(said, p.text("importer.cell", "column", f.Path, "why", p.Texts.FaultField(p.lang(), f)))
	}
	return strings.Join(said, "; ")
}

// importReadAgain has a file read by another sheet or with its names elsewhere.
func (p *page) importReadAgain() error {
	in, err := p.importOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	header, err := strconv.Atoi(f.get("header"))
	if err != nil {
		header = -1
	}
	err = p.Intakes.ReadAgain(p.ctx(), p.sender(), in.ID, intake.Manner{Sheet: f.get("sheet"), Header: header, Delimiter: f.get("delimiter"), Dates: f.get("dates")})
	if err == nil {
		return p.to(importPath+"/"+in.ID.String(), "")
	}
	if fault.Is(err, "intake.moved") || !f.refuse(err) {
		return err
	}
	return p.importPage(&in, p.columnForm(&in.Layout), f)
}
