// Package export writes lists of members as files: workbooks (XLSX) and
// comma-separated texts (CSV).
//
// A list goes through a page at a time, so a million members take no more
// memory than two hundred. Times are those of the list's zone.
package export

import (
	"context"
	"io"
	"strings"
	"time"

	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/spreadsheet"
)

// Columns are those that the base of members is usually taken out with: phone,
// full name, sex, birth date, e-mail, comment, registration, card, points,
// number of purchases, average receipt, last purchase, total.
func Columns() []string {
	return []string{"phone", "name", "sex", "birth_date", "email", "comment", "registered", "card", "active", "purchases", "average", "last_purchase", "turnover"}
}

// Export is one file to be written.
type Export struct {
	Lists *segment.Lists
	Zone  *time.Location // of times; nil: UTC
	Texts *i18n.Catalog
	Lang  i18n.Lang
	// Name is what a value of a field is called: a level, a group, an outlet.
	// nil, or "": as it is.
	Name func(f *segment.Field, value string) string
}

// table is an export under way.
type table struct {
	*Export
	fields []segment.Field
}

func (e *Export) table(ctx context.Context, q *segment.Query) (*table, error) {
	c, err := e.Lists.Catalogue(ctx)
	if err != nil {
		return nil, err
	}
	if c = c.Of(q.Outlets); len(q.Columns) == 0 {
		q.Columns = c.Known(Columns())
	}
	t := &table{Export: e}
	for _, code := range q.Columns {
		f, _ := c.Get(code) // one that is not there is refused by the list
		t.fields = append(t.fields, f)
	}
	return t, nil
}

// title is what a column is called.
func (t *table) title(f *segment.Field) string {
	switch {
	case f.Own == nil:
		return t.Texts.Text(t.Lang, "segment.field."+f.Code)
	case t.Lang == i18n.RU:
		return f.Own.LabelRU
	}
	return f.Own.LabelEN
}

// called is what a value is called.
func (t *table) called(f *segment.Field, value string) string {
	if value == "" {
		return ""
	}
	if f.Source == segment.FromTexts {
		if key := "segment.value." + f.Code + "." + value; t.Texts.Has(t.Lang, key) {
			return t.Texts.Text(t.Lang, key)
		}
		return value
	}
	if f.Own != nil {
		for _, c := range f.Own.Choices {
			if c.Key != value {
				continue
			}
			if t.Lang == i18n.RU {
				return c.LabelRU
			}
			return c.LabelEN
		}
	}
	if t.Name != nil {
		if name := t.Name(f, value); name != "" {
			return name
		}
	}
	return value
}

// text is a value as people read it, for all but numbers and times.
func (t *table) text(f *segment.Field, v *segment.Value) string {
	switch v.Kind {
	case segment.List:
		names := make([]string, len(v.List))
		for i, x := range v.List {
			names[i] = t.called(f, x)
		}
		return strings.Join(names, ", ")
	case segment.YesNo:
		switch v.Text {
		case "true":
			return t.Texts.Text(t.Lang, "segment.op.yes")
		case "false":
			return t.Texts.Text(t.Lang, "segment.op.no")
		}
	case segment.Choice:
		return t.called(f, v.Text)
	}
	return v.Text
}

// cell is a value as a file has it.
func (t *table) cell(f *segment.Field, v *segment.Value) spreadsheet.Cell {
	switch v.Kind {
	case segment.Money, segment.Points:
		return spreadsheet.Hundredths(v.Int)
	case segment.Number:
		return spreadsheet.Whole(v.Int)
	case segment.Decimal:
		return spreadsheet.Decimal(v.Text)
	case segment.Time:
		if v.Int == 0 { // it never was
			return spreadsheet.Cell{}
		}
		return spreadsheet.Time(clock.Micros(v.Int).In(t.zone()))
	case segment.Day:
		return spreadsheet.Day(v.Text)
	}
	return spreadsheet.Text(t.text(f, v))
}

func (t *table) zone() *time.Location {
	if t.Zone == nil {
		return time.UTC
	}
	return t.Zone
}

// CSV writes a list as a text table.
func (e *Export) CSV(ctx context.Context, w io.Writer, q segment.Query) error {
	return e.write(ctx, w, q, spreadsheet.CSV)
}

// XLSX writes a list as a workbook of one sheet. More members than it has room for
// are refused with "spreadsheet.full".
func (e *Export) XLSX(ctx context.Context, w io.Writer, q segment.Query) error {
	return e.write(ctx, w, q, spreadsheet.Workbook)
}

func (e *Export) write(ctx context.Context, w io.Writer, q segment.Query, as func(io.Writer, []string, spreadsheet.Lines) error) error {
	t, err := e.table(ctx, &q)
	if err != nil {
		return err
	}
	head := make([]string, len(t.fields))
	for i := range t.fields {
		head[i] = t.title(&t.fields[i])
	}
	return as(w, head, func(line func([]spreadsheet.Cell) error) error {
		return e.Lists.Each(ctx, q, func(rows []segment.Row) error {
			for i := range rows {
				cells := make([]spreadsheet.Cell, len(t.fields))
				for j := range t.fields {
					cells[j] = t.cell(&t.fields[j], &rows[i].Values[j])
				}
				if err := line(cells); err != nil {
					return err
				}
			}
			return nil
		})
	})
}
