package admin

import (
	"testing"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
)

// TestTimeOfPlan: a time that the clock leaps over, or that is none, is refused.
func TestTimeOfPlan(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for typed, code := range map[string]string{"2026-03-29T02:30": "programme.plan-gap", "": "admin.date-time", "2026-02-30T10:00": "admin.date-time"} {
		if _, err := timeIn(typed, zone); err == nil || fault.From(err).Fields[0].Code != code {
			t.Errorf("%q: %v", typed, err)
		}
	}
	at, err := timeIn("2026-03-29T03:00", zone)
	if want := clock.Of(time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)); err != nil || at != want {
		t.Errorf("%v, want %v: %v", at, want, err)
	}
}
