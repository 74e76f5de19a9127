package api

import "testing"

// FuzzNames reads times and names of operations: what is taken is written so
// that it is read as the same.
func FuzzNames(f *testing.F) {
	for _, s := range []string{
		"2026-11-22T09:00:00Z", "2026-11-22T09:00:00.123456789+05:00", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00Z", "2026-11-22 09:00", "2200-12-31T23:59:60Z",
		"1.2", "913986198492418048.913994025785102336", "1.", ".1", "1", "1.2.3", "+1.2", "01.2", "-1.2", "9223372036854775808.1", "", "\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var at, again Time
		if at.UnmarshalText([]byte(s)) == nil {
			text, err := at.MarshalText()
			if err != nil || len(text) > 0 && (again.UnmarshalText(text) != nil || again != at) {
				t.Errorf("%q is written as %q", s, text)
			}
		}
		var op OpID
		if op.UnmarshalText([]byte(s)) == nil {
			if text, err := op.MarshalText(); err != nil || string(text) != s {
				t.Errorf("%q is written as %q", s, text)
			}
		}
	})
}
