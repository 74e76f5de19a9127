package rule

import "time"

func parseDay(day string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, day)
	return t, err == nil
}

// years is the full years from birth to a day; one born on 29 February has
// his birthday on the 28th of a common year.
func years(birth, day string) (int64, bool) {
	b, ok1 := parseDay(birth)
	d, ok2 := parseDay(day)
	if !ok1 || !ok2 || d.Before(b) {
		return 0, false
	}
	n := d.Year() - b.Year()
	if d.Before(anniversary(b, d.Year())) {
		n--
	}
	return int64(n), true
}

// sinceBirthday is the days from the birthday that is nearest to a day, below
// zero where it is still to come.
func sinceBirthday(birth, day string) (int64, bool) {
	b, ok1 := parseDay(birth)
	d, ok2 := parseDay(day)
	if !ok1 || !ok2 {
		return 0, false
	}
	var best int64
	for i, y := range []int{d.Year() - 1, d.Year(), d.Year() + 1} {
		n := int64(d.Sub(anniversary(b, y)).Hours()) / 24
		if i == 0 || abs(n) < abs(best) {
			best = n
		}
	}
	return best, true
}

func anniversary(b time.Time, year int) time.Time {
	t := time.Date(year, b.Month(), b.Day(), 0, 0, 0, 0, time.UTC)
	if t.Day() != b.Day() {
		t = t.AddDate(0, 0, -1)
	}
	return t
}

func abs(n int64) int64 { return max(n, -n) }
