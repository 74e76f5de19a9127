// Package export writes lists of members as files: workbooks (XLSX) and
// comma-separated texts (CSV).
//
// A list goes through a page at a time, so a million members take no more
// memory than two hundred. In a workbook numbers are numbers, money and points
// with their decimals, and times are times of the list's zone; everything else
// is text, which a workbook never reckons with. A CSV has no kinds, so what
// would be a formula where it is opened begins with an apostrophe there.
package export

import (
	"bufio"
	"context"
	"encoding/csv"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/formula"
	"kopilka/internal/platform/i18n"
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

// MaxRows is how many members a sheet can have beside its head.
const MaxRows = excelize.TotalRows - 1

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

// at is a time on the zone's clock; false: it never was.
func (t *table) at(v *segment.Value) (time.Time, bool) {
	zone := t.Zone
	if zone == nil {
		zone = time.UTC
	}
	return clock.Micros(v.Int).In(zone), v.Int != 0
}

// hundred is how many hundredths a unit of money and points has.
const hundred = 100

// CSV writes a list with commas between, in UTF-8 with the mark by which
// spreadsheets know it.
func (e *Export) CSV(ctx context.Context, w io.Writer, q segment.Query) error {
	t, err := e.table(ctx, &q)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(w)
	if _, err := buffered.WriteString("\ufeff"); err != nil {
		return err
	}
	out := csv.NewWriter(buffered)
	out.UseCRLF = true
	head := make([]string, len(t.fields))
	for i := range t.fields {
		head[i] = formula.Plain(t.title(&t.fields[i]))
	}
	if err := out.Write(head); err != nil {
		return err
	}
	err = e.Lists.Each(ctx, q, func(rows []segment.Row) error {
		for i := range rows {
			line := make([]string, len(t.fields))
			for j := range t.fields {
				line[j] = t.word(&t.fields[j], &rows[i].Values[j])
			}
			if err := out.Write(line); err != nil {
				return err
			}
		}
		out.Flush()
		return out.Error()
	})
	if err != nil {
		return err
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}
