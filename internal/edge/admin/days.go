package admin

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"kopilka/internal/platform/i18n"
)

// A day in a form is typed as the reader writes it, or as browsers' own fields send
// it: any of these is taken, whatever the language.
var dayLayouts = []string{time.DateOnly, "2.1.2006", "2 Jan 2006", "2 January 2006"}

// parseDay reads a typed day, at its beginning by the zone's clock.
func parseDay(s string, zone *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation(dayLayouts[0], s, zone)
	for _, layout := range dayLayouts[1:] {
		if err == nil {
			break
		}
		t, err = time.ParseInLocation(layout, s, zone)
	}
	return t, err
}

// inOrder puts the days of a query, as browsers' own fields send them, in their
// order where they stand the wrong way round.
func inOrder(q url.Values) {
	from, to := q.Get("from"), q.Get("to")
	_, err := time.Parse(time.DateOnly, from)
	_, err2 := time.Parse(time.DateOnly, to)
	if err == nil && err2 == nil && to < from {
		q.Set("from", to)
		q.Set("to", from)
	}
}

// parseMoment reads a typed day and time.
func parseMoment(s string, zone *time.Location) (t time.Time, err error) {
	layouts := []string{clockForm}
	for _, day := range dayLayouts {
		layouts = append(layouts, day+" 15:04", day+", 15:04")
	}
	for _, layout := range layouts {
		if t, err = time.ParseInLocation(layout, s, zone); err == nil {
			return t, nil
		}
	}
	return t, err
}

// A day of any year is likewise typed as the reader writes it, or as the text of a
// programme has it, which is the first.
var yearDayLayouts = []string{"01-02", "2.1", "2.1.", "2 Jan", "2 January"}

// yearDaysIn are typed days of any year as the text of a programme has them; what is
// no day stays as it was typed.
func yearDaysIn(typed string) []string {
	out := wordsIn(typed)
	for i, w := range out {
		for _, layout := range yearDayLayouts {
			if t, err := time.Parse("2006 "+layout, "2024 "+w); err == nil { // which has all days
				out[i] = t.Format(yearDayLayouts[0])
				break
			}
		}
	}
	return out
}

// yearDaysSaid are days of any year as the reader writes them.
func (p *page) yearDaysSaid(days []string) string {
	out := slices.Clone(days)
	for i, d := range out {
		if t, err := time.Parse("2006 "+yearDayLayouts[0], "2024 "+d); err == nil {
			out[i] = i18n.YearDay(p.lang(), t)
		}
	}
	return strings.Join(out, ", ")
}

// daySaid is a stored day as the reader writes it.
func (p *page) daySaid(s string) string {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return i18n.Date(p.lang(), t)
	}
	return s
}

// decimalSaid is a stored decimal with the reader's point; its digits are not
// grouped: it may be a number of something.
func (p *page) decimalSaid(s string) string {
	if p.lang() == i18n.RU {
		return strings.Replace(s, ".", ",", 1)
	}
	return s
}

// A number has its thousands apart by spaces in both languages, by commas in English.
var (
	bySpaces = regexp.MustCompile(`^[-−]?[1-9]\d{0,2}([\s\x{a0}\x{202f}]\d{3})+([.,]\d+)?$`)
	byCommas = regexp.MustCompile(`^[-−]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$`)
)

// aNumber is one in its digits, with a comma or a point.
var aNumber = regexp.MustCompile(`^[-−]?\d*[.,]?\d+$`)

// ungrouped is a typed number without what stands between its thousands: in
// English 1,000 is a thousand, in Russian it is one.
func (p *page) ungrouped(s string) string {
	if p.lang() == i18n.EN && byCommas.MatchString(s) {
		return strings.ReplaceAll(s, ",", "")
	}
	if !bySpaces.MatchString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// plain is a typed number with a point for its decimals and nothing between its
// thousands; what is no number stays as it was typed.
func (p *page) plain(s string) string {
	if bare := p.ungrouped(s); aNumber.MatchString(bare) {
		return strings.Replace(bare, ",", ".", 1)
	}
	return s
}

// number is the number that was typed into a field, plain.
func (f *form) number(name string) string { return f.p.plain(f.get(name)) }

// sum is the money, or the points, that were typed into a field, as they are parsed.
func (f *form) sum(name string) string { return f.p.ungrouped(f.get(name)) }

// exampleDay is a day as the reader writes it.
func (p *page) exampleDay() string {
	return i18n.Date(p.lang(), time.Date(2026, time.December, 31, 0, 0, 0, 0, time.UTC))
}
