package export

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/formula"
)

// word is a value as a CSV has it: numbers with a point, times as
// 2026-11-28 14:05.
func (t *table) word(f *segment.Field, v *segment.Value) string {
	switch v.Kind {
	case segment.Money, segment.Points:
		sign, n := "", v.Int
		if n < 0 {
			sign, n = "-", -n
		}
		return fmt.Sprintf("%s%d.%02d", sign, n/hundred, n%hundred)
	case segment.Number:
		return strconv.FormatInt(v.Int, 10)
	case segment.Decimal:
		return v.Text
	case segment.Time:
		if at, ok := t.at(v); ok {
			return at.Format("2006-01-02 15:04")
		}
		return ""
	}
	return formula.Plain(t.text(f, v))
}

// styles are how a workbook shows what is not text.
type styles struct{ head, money, day, time int }

func newStyles(book *excelize.File) (s styles, err error) {
	day, at := "dd.mm.yyyy", "dd.mm.yyyy hh:mm"
	const twoDecimals = 2 // 0.00, of the formats that every workbook has
	for _, x := range []struct {
		to    *int
		style excelize.Style
	}{
		{&s.head, excelize.Style{Font: &excelize.Font{Bold: true}}},
		{&s.money, excelize.Style{NumFmt: twoDecimals}},
		{&s.day, excelize.Style{CustomNumFmt: &day}},
		{&s.time, excelize.Style{CustomNumFmt: &at}},
	} {
		if *x.to, err = book.NewStyle(&x.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

// cell is a value as a workbook has it.
func (t *table) cell(f *segment.Field, v *segment.Value, s *styles) any {
	switch v.Kind {
	case segment.Money, segment.Points:
		return excelize.Cell{StyleID: s.money, Value: float64(v.Int) / hundred}
	case segment.Number:
		return v.Int
	case segment.Decimal:
		if n, err := strconv.ParseFloat(v.Text, 64); err == nil {
			return n
		}
		return nil
	case segment.Time:
		if at, ok := t.at(v); ok {
			return excelize.Cell{StyleID: s.time, Value: wall(at)}
		}
		return nil
	case segment.Day:
		return dayCell(v.Text, s)
	}
	return t.text(f, v)
}

// dayCell is a day as a workbook has it: before 1900 it knows none.
func dayCell(day string, s *styles) any {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil || at.Year() <= 1900 {
		return day
	}
	return excelize.Cell{StyleID: s.day, Value: at}
}

// wall is what a clock shows, as a time without a zone: a workbook has none.
func wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// XLSX writes a list as a workbook of one sheet. More members than a sheet can
// have are refused with "segment.sheet-full".
func (e *Export) XLSX(ctx context.Context, w io.Writer, q segment.Query) (err error) {
	t, err := e.table(ctx, &q)
	if err != nil {
		return err
	}
	book := excelize.NewFile()
	defer func() {
		if closing := book.Close(); err == nil {
			err = closing
		}
	}()
	s, err := newStyles(book)
	if err != nil {
		return err
	}
	sheet, err := book.NewStreamWriter(book.GetSheetName(0))
	if err != nil {
		return err
	}
	if err := t.head(sheet, &s); err != nil {
		return err
	}
	n := 1
	err = e.Lists.Each(ctx, q, func(rows []segment.Row) error {
		for i := range rows {
			if n++; n > excelize.TotalRows {
				return fault.New(fault.TooLarge, "segment.sheet-full", "max", MaxRows)
			}
			line := make([]any, len(t.fields))
			for j := range t.fields {
				line[j] = t.cell(&t.fields[j], &rows[i].Values[j], &s)
			}
			if err := sheet.SetRow("A"+strconv.Itoa(n), line); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := sheet.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}

// head writes the titles, in bold, and keeps them in sight.
func (t *table) head(sheet *excelize.StreamWriter, s *styles) error {
	const width = 18
	if err := sheet.SetColWidth(1, len(t.fields), width); err != nil {
		return err
	}
	if err := sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	titles := make([]any, len(t.fields))
	for i := range t.fields {
		titles[i] = excelize.Cell{StyleID: s.head, Value: strings.TrimSpace(t.title(&t.fields[i]))}
	}
	return sheet.SetRow("A1", titles)
}
