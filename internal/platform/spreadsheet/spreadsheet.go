// Package spreadsheet writes tables as files that spreadsheets open: workbooks (XLSX)
// and comma-separated texts (CSV).
//
// Lines are written as they come, so a million of them take little memory. In a
// workbook numbers are numbers, money and points have their decimals, and times
// are what a clock shows; everything else is text, which a workbook never reckons
// with. A CSV has no kinds: numbers have a point, times are 2026-11-28 14:05, and
// what would be a formula where it is opened begins with an apostrophe.
package spreadsheet

import (
	"fmt"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"

	"kopilka/internal/platform/formula"
)

// Cell is one value of a line. The zero Cell is empty.
type Cell struct {
	kind kind
	text string
	n    int64
	at   time.Time
}

type kind byte

const (
	words kind = iota
	whole
	hundredths
	decimal
	day
	moment
)

// Text is a cell of words.
func Text(s string) Cell { return Cell{text: s} }

// Whole is a cell of a whole number.
func Whole(n int64) Cell { return Cell{kind: whole, n: n} }

// Hundredths is a cell of money in kopecks, or of points in hundredths, shown
// with two decimals.
func Hundredths(n int64) Cell { return Cell{kind: hundredths, n: n} }

// Decimal is a cell of a number that is written with a point; a text that is none
// leaves it empty in a workbook.
func Decimal(s string) Cell { return Cell{kind: decimal, text: s} }

// Day is a cell of a date, YYYY-MM-DD; another text stays a text.
func Day(s string) Cell { return Cell{kind: day, text: s} }

// Time is a cell of what a clock of the time's zone shows, to the minute.
func Time(t time.Time) Cell { return Cell{kind: moment, at: t} }

const hundred = 100

// word is a cell as a CSV has it.
func (c *Cell) word() string {
	switch c.kind {
	case whole:
		return strconv.FormatInt(c.n, 10)
	case hundredths:
		sign, n := "", c.n
		if n < 0 {
			sign, n = "-", -n
		}
		return fmt.Sprintf("%s%d.%02d", sign, n/hundred, n%hundred)
	case decimal:
		return c.text
	case moment:
		return c.at.Format("2006-01-02 15:04")
	case words, day:
	}
	return formula.Plain(c.text)
}

// value is a cell as a workbook has it.
func (c *Cell) value(s *styles) any {
	switch c.kind {
	case whole:
		return c.n
	case hundredths:
		return excelize.Cell{StyleID: s.money, Value: float64(c.n) / hundred}
	case decimal:
		if n, err := strconv.ParseFloat(c.text, 64); err == nil {
			return n
		}
		return nil
	case day:
		// Before 1900 a workbook knows no days.
		if at, err := time.Parse(time.DateOnly, c.text); err == nil && at.Year() > 1900 {
			return excelize.Cell{StyleID: s.day, Value: at}
		}
	case moment:
		return excelize.Cell{StyleID: s.time, Value: wall(c.at)}
	case words:
	}
	return c.text
}

// wall is what a clock shows, as a time without a zone: a workbook has none.
func wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// Words are lines of texts only.
func Words(each func(line func([]string) error) error) Lines {
	return func(line func([]Cell) error) error {
		return each(func(texts []string) error {
			cells := make([]Cell, len(texts))
			for i := range texts {
				cells[i] = Text(texts[i])
			}
			return line(cells)
		})
	}
}
