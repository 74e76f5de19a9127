package bench

import (
	"testing"

	"kopilka/internal/platform/db"
)

// TestListsMeasures: the crowd is as it is said to be, and each pair finds some
// of it.
func TestListsMeasures(t *testing.T) {
	t.Parallel()
	found := map[string]map[db.Dialect]int64{}
	for _, engine := range []db.Dialect{db.SQLite, db.Postgres} {
		o := Options{Engine: engine, URL: beside(t, engine), Dir: t.TempDir(), Members: 2_000, Rounds: 3, Step: func(Step) {}, mark: "lists"}
		r, err := Lists(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Pairs) != 12 {
			t.Errorf("%d pairs", len(r.Pairs))
		}
		for _, p := range r.Pairs {
			if p.Found == 0 || p.Median <= 0 || p.Worst < p.Median || p.CountMedian <= 0 {
				t.Errorf("%s: %+v", engine, p)
			}
			if found[p.Name] == nil {
				found[p.Name] = map[db.Dialect]int64{}
			}
			found[p.Name][engine] = p.Found
		}
	}
	for name, of := range found {
		if of[db.SQLite] != of[db.Postgres] {
			t.Errorf("%s: %v", name, of)
		}
	}
}
