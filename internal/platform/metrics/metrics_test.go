package metrics

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestRegistry(t *testing.T) {
	t.Parallel()
	r := New("1.2.3")
	r.Counter("purchases_total", "Purchases.", "kind").WithLabelValues("commit").Add(3)
	r.CounterFunc("retries_total", "Retries.", func() float64 { return 7 })
	r.Gauge("members", "Members.").WithLabelValues().Set(5)
	r.Seconds("commit_seconds", "Commits.", "engine").Observe(3*time.Millisecond, "sqlite")
	r.Sizes("group_receipts", "Receipts of a group.").WithLabelValues().Observe(64)
	rec := httptest.NewRecorder()
	r.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	body := rec.Body.String()
	for _, want := range []string{
		`kopilka_build_info{version="1.2.3"} 1`,
		`kopilka_purchases_total{kind="commit"} 3`,
		"kopilka_retries_total 7",
		"kopilka_members 5",
		`kopilka_commit_seconds_bucket{engine="sqlite",le="0.002"} 0`,
		`kopilka_commit_seconds_bucket{engine="sqlite",le="0.005"} 1`,
		`kopilka_group_receipts_bucket{le="64"} 1`,
		"go_goroutines ",
	} {
		if !strings.Contains(body, want+"\n") && !strings.Contains(body, "\n"+want) {
			t.Errorf("no %q in what is served", want)
		}
	}
}

// Two runs in one process have nothing in common.
func TestRegistriesAreApart(t *testing.T) {
	t.Parallel()
	a, b := New("a"), New("b")
	a.Counter("things_total", "Things.").WithLabelValues().Inc()
	b.Counter("things_total", "Things.")
	rec := httptest.NewRecorder()
	b.Handler().ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	if strings.Contains(rec.Body.String(), "kopilka_things_total 1") {
		t.Error("a's count shows in b")
	}
}
