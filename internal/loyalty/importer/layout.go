package importer

import (
	"errors"
	"strings"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/money"
)

// tokens of a time's format, the longer first, and what Go calls them. A
// fraction after the seconds is always understood.
var tokens = []struct{ ours, theirs string }{
	{"YYYY", "2006"},
	{"YY", "06"},
	{"MM", "01"},
	{"M", "1"},
	{"DD", "02"},
	{"D", "2"},
	{"HH", "15"},
	{"H", "15"},
	{"mm", "04"},
	{"m", "4"},
	{"ss", "05"},
	{"s", "5"},
	{"Z", "Z07:00"},
}

const (
	layoutExcel = "excel" // days since the end of 1899, as workbooks keep times
	layoutUnix  = "unix"  // seconds since 1970
)

var errLayout = errors.New("importer: no such time format")

// layoutOf gives Go's layout for a format.
func layoutOf(format string) (string, error) {
	if format == layoutExcel || format == layoutUnix {
		return format, nil
	}
	var out strings.Builder
	for rest := format; rest != ""; {
		found := false
		for _, t := range tokens {
			if after, ok := strings.CutPrefix(rest, t.ours); ok {
				out.WriteString(t.theirs)
				rest, found = after, true
				break
			}
		}
		if found {
			continue
		}
		if !strings.ContainsRune(" -./:,T", rune(rest[0])) {
			return "", errLayout
		}
		out.WriteByte(rest[0])
		rest = rest[1:]
	}
	if !strings.Contains(out.String(), "06") || !strings.Contains(format, "D") {
		return "", errLayout
	}
	return out.String(), nil
}

// moments reads times. Rows that follow each other mostly share theirs, so
// the last answer is kept.
type moments struct {
	layouts []string
	zone    *time.Location

	last string
	at   clock.Micros
}

// The years that a receipt may be of.
const (
	firstYear = 1970
	lastYear  = 2200
)

func (m *moments) read(s string) (clock.Micros, bool) {
	if s != "" && s == m.last {
		return m.at, true
	}
	for _, layout := range m.layouts {
		if t, ok := m.parse(layout, s); ok && t.Year() >= firstYear && t.Year() < lastYear {
			m.last, m.at = s, clock.Of(t)
			return m.at, m.at > 0
		}
	}
	return 0, false
}

func (m *moments) parse(layout, s string) (time.Time, bool) {
	switch layout {
	case layoutExcel:
		return m.excel(s)
	case layoutUnix:
		v, _, err := money.ParseDecimal(s, 0, money.Down)
		return time.Unix(v, 0), err == nil && v > 0
	}
	t, err := time.ParseInLocation(layout, s, m.zone)
	return t, err == nil
}

// SheetDay is the day that a cell of a workbook holds as a serial number.
func SheetDay(cell string) (time.Time, bool) {
	return (&moments{zone: time.UTC}).excel(cell)
}

// excel reads a workbook's serial time, to the second: its fractions of days
// are binary and never quite right.
func (m *moments) excel(s string) (time.Time, bool) {
	const scale, day = 9, 1_000_000_000
	v, _, err := money.ParseDecimal(s, scale, money.HalfUp)
	if err != nil || v < day || v > 200_000*day {
		return time.Time{}, false
	}
	seconds, _ := money.MulDiv(v%day, 86_400, day, money.HalfUp)
	return time.Date(1899, 12, 30+int(v/day), 0, 0, int(seconds), 0, m.zone), true
}
