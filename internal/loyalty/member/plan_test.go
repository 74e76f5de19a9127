package member

import (
	"strings"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestContactsByHome: contacts of some members are found by whose they are. Of
// their kind there are as many as members, and SQLite took that way.
func TestContactsByHome(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	for _, q := range []string{qContactsLite, qContactsOfLite} {
		plan, err := db.All(t.Context(), d, func(r db.Row) (detail string, err error) {
			var id, parent, unused int64
			return detail, r.Scan(&id, &parent, &unused, &detail)
		}, "explain query plan "+q, "[]")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(plan, "\n"); !strings.Contains(got, "identifier_by_home (home_id=?)") {
			t.Errorf("%s\n%s", q, got)
		}
	}
}
