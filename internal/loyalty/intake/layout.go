package intake

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Layout is what is where in a file.
type Layout struct {
	Sheet   string     `json:"sheet,omitempty"`   // of a workbook; "": the first
	Header  int        `json:"header"`            // row of the columns' names, from 1; 0: there is none
	Sheets  []string   `json:"sheets,omitempty"`  // of a workbook
	Head    []string   `json:"head,omitempty"`    // the columns' names, as many as there are columns
	Fields  []string   `json:"fields,omitempty"`  // which field each is; "": it is left out
	Samples [][]string `json:"samples,omitempty"` // of what each holds

	Delimiter string `json:"delimiter,omitempty"` // of a text, as the importer takes it; "": as it seems
	Dates     string `json:"dates,omitempty"`     // the format of days besides the usual ones; "": none
}

// American is the format of days that is understood only where it is said: others
// take its months for days.
const American = "MM/DD/YYYY"

// Manner is how a file is to be taken apart.
type Manner struct {
	Sheet     string // of a workbook; "": the first
	Header    int    // row of the columns' names, from 1; 0: there is none
	Delimiter string // of a text: one character or "tab"; "": as it seems
	Dates     string // American; "": the usual formats of days
}

func (r *Manner) check(l *Layout) error {
	switch {
	case r.Header < 0 || r.Header > MaxHeader:
		e := fault.New(fault.Invalid, "intake.header", "most", MaxHeader)
		return e.With(e.At("header"))
	case r.Sheet != "" && !slices.Contains(l.Sheets, r.Sheet):
		e := fault.New(fault.Invalid, "intake.sheet")
		return e.With(e.At("sheet"))
	case r.Delimiter != "" && !importer.IsDelimiter(r.Delimiter):
		e := fault.New(fault.Invalid, "intake.delimiter")
		return e.With(e.At("delimiter"))
	case r.Dates != "" && r.Dates != American:
		e := fault.New(fault.Invalid, "intake.dates")
		return e.With(e.At("dates"))
	}
	return nil
}

func (l *Layout) packed() (string, error) {
	b, err := json.Marshal(l)
	return string(b), err
}

// bare is the layout without what the file holds.
func (l Layout) bare() *Layout {
	l.Samples = nil
	return &l
}

// number is how the importer calls a column.
func number(at int) string { return "#" + strconv.Itoa(at+1) }

// Called is what a column is called that the importer calls by its number.
func (l *Layout) Called(column string) string {
	for at, name := range l.Head {
		if column == number(at) && name != "" {
			return name
		}
	}
	return column
}

// told is an outcome with the names of the file's columns.
func (l *Layout) told(o *importer.Outcome) *importer.Outcome {
	o.Column = l.Called(o.Column)
	if o.Why == nil {
		return o
	}
	for i, a := range o.Why.Args {
		if v, ok := a.Value.(string); ok && a.Name == "column" {
			o.Why.Args[i].Value = l.Called(v)
		}
	}
	for i := range o.Why.Fields {
		o.Why.Fields[i].Path = l.Called(o.Why.Fields[i].Path)
	}
	return o
}

// peopleMap is the layout as the importer takes it.
func (l *Layout) peopleMap() *importer.PeopleMap {
	m := importer.NewPeopleMap()
	m.File.Header, m.File.Sheet = l.Header, l.Sheet
	if l.Delimiter != "" {
		m.File.Delimiter = l.Delimiter
	}
	if l.Dates == American { // in place of what reads it the other way round
		for i, f := range m.Dates {
			if f == "DD/MM/YYYY" {
				m.Dates[i] = American
			}
		}
	}
	m.Columns = map[string]string{}
	for at, field := range l.Fields {
		if field != "" {
			m.Columns[field] = number(at)
		}
	}
	return m
}

// tidy makes one line of a text that a file brought, as the base can keep it.
func tidy(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "�"), func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// guess guesses which field each column is; of two that may be the same the first.
func guess(head []string, own []member.CustomField) []string {
	out := importer.GuessPeople(head, own)
	for i, field := range out {
		if slices.Contains(out[:i], field) {
			out[i] = ""
		}
	}
	return out
}

// sample notes what a row's columns hold, where it is something new.
func (l *Layout) sample(cells []string) {
	for i, c := range cells {
		v := text.Clip(tidy(c), sampleSize)
		if v != "" && len(l.Samples[i]) < Samples && !slices.Contains(l.Samples[i], v) {
			l.Samples[i] = append(l.Samples[i], v)
		}
	}
}

// Map says which field each column is, "" of those that are left out, and has
// the file tried. Only whoever sent it may. It refuses, with the columns that are
// to blame as c0, c1 …, a field that is none or is named twice, and a file without
// what finds its members.
func (s *Intakes) Map(ctx context.Context, who Sender, intake id.ID, fields []string) error {
	known, err := s.fields(ctx)
	if err != nil {
		return err
	}
	return s.change(ctx, who, intake, func(tx *db.Tx, in *Intake) error {
		if in.State != Read && in.State != Looked {
			return moved()
		}
		in.Layout.Fields = slices.Clone(fields)
		if err := in.Layout.check(known); err != nil {
			return err
		}
		layout, err := in.Layout.packed()
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qMap, intake, layout)
		if err == nil && n == 0 {
			err = moved()
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, qDropOutcomes, intake)
		return err
	})
}

// fields lists what a column may be: the organization's own fields too.
func (s *Intakes) fields(ctx context.Context) ([]string, error) {
	own, err := member.CustomFields(ctx, s.DB)
	out := importer.PeopleFields()
	for _, f := range own {
		if f.Active {
			out = append(out, importer.CustomPrefix+f.Key)
		}
	}
	return out, err
}

// check refuses fields that a file's columns can't be.
func (l *Layout) check(known []string) error {
	var wrong []fault.Field
	seen := map[string]bool{}
	for at, field := range l.Fields {
		place := "c" + strconv.Itoa(at)
		switch {
		case field == "":
		case at >= len(l.Head) || !slices.Contains(known, field):
			wrong = append(wrong, fault.Field{Path: place, Code: "intake.field"})
		case seen[field]:
			wrong = append(wrong, fault.Field{Path: place, Code: "intake.field-twice"})
		}
		seen[field] = true
	}
	delete(seen, "")
	switch {
	case len(wrong) > 0:
		return fault.New(fault.Invalid, "intake.fields").With(wrong...)
	case !importer.HasFinder(maps.Keys(seen)):
		return fault.New(fault.Invalid, "intake.no-finder")
	}
	return nil
}

// ReadAgain has a file taken apart anew: by another sheet of a workbook, with the
// columns' names in another row, by another delimiter, with other days. Only
// whoever sent it may.
func (s *Intakes) ReadAgain(ctx context.Context, who Sender, intake id.ID, as Manner) error {
	return s.change(ctx, who, intake, func(tx *db.Tx, in *Intake) error {
		if err := as.check(&in.Layout); err != nil {
			return err
		}
		layout, err := (&Layout{Sheet: as.Sheet, Header: as.Header, Sheets: in.Layout.Sheets, Delimiter: as.Delimiter, Dates: as.Dates}).packed()
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, qAgain, intake, layout, packFault(nil))
		if err == nil && n == 0 {
			err = moved()
		}
		return err
	})
}

// change does something to a file that the person has sent.
func (s *Intakes) change(ctx context.Context, who Sender, intake id.ID, do func(*db.Tx, *Intake) error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		in, err := get(ctx, tx, intake)
		if err != nil {
			return err
		}
		if in.Staff != who.ID {
			return fault.New(fault.Denied, "intake.not-yours")
		}
		return do(tx, &in)
	})
}
