package app

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// TestConsoleOfOneOutlet: what each route of the console answers to somebody who
// may do everything, but at one outlet, when it is asked about what is another's
// or the whole organization's. A new route says here what it answers.
func TestConsoleOfOneOutlet(t *testing.T) {
	t.Parallel()
	g := openConsole(t, db.SQLite)
	g.hire()
	g.may(staff.Permissions())
	there := g.elsewhere()
	g.signIn()
	var b strings.Builder
	for _, r := range admin.New(admin.Parts{}).Routes() {
		if r.Open || strings.Contains(r.Path, "/sessions/") {
			continue
		}
		path := idInPath.ReplaceAllStringFunc(r.Path, func(name string) string {
			if i, ok := there[name]; ok {
				return i
			}
			return "1"
		})
		a := g.do(r.Method, path, nil, nil)
		if r.Reach != admin.Anywhere && a.status != http.StatusForbidden {
			t.Errorf("%s %s reaches further than he works, and answers %d", r.Method, path, a.status)
		}
		to, _, _ := strings.Cut(a.to, "?")
		fmt.Fprintf(&b, "%-4s %s: %d %s\n", r.Method, r.Path, a.status, idInText.ReplaceAllString(to, "/{id}"))
	}
	golden(t, "testdata/console_of_one_outlet.txt", strings.ReplaceAll(b.String(), " \n", "\n"))

	// His menu and his pages offer nothing that is refused.
	seen := map[string]bool{}
	for _, page := range append([]string{admin.Base}, g.links(admin.Base, seen)...) {
		g.links(page, seen)
	}
	if len(seen) < 20 {
		t.Errorf("%d links are offered", len(seen))
	}
	for path := range seen {
		if a := g.do(http.MethodGet, path, nil, nil); a.status == http.StatusForbidden {
			t.Errorf("%s is offered and refused", path)
		}
	}
}

var (
	idInText = regexp.MustCompile(`/\d{6,}`)
	linkHere = regexp.MustCompile(`href="(/admin[^"?#]*)"`)
)

// links are those of a page that were not seen yet.
func (g *guest) links(page string, seen map[string]bool) (out []string) {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), http.MethodGet, g.s.URL+page, nil)
	g.ok(err)
	a, err := g.client.Do(r)
	g.ok(err)
	body, err := io.ReadAll(a.Body)
	g.ok(err)
	g.ok(a.Body.Close())
	for _, m := range linkHere.FindAllStringSubmatch(string(body), -1) {
		if path := m[1]; !seen[path] {
			seen[path] = true
			out = append(out, path)
		}
	}
	return out
}

// elsewhere narrows the guest to one outlet and gives, by their names in paths,
// things that are not of it.
func (g *guest) elsewhere() map[string]string {
	g.t.Helper()
	ctx := g.t.Context()
	one := func(query string, args ...any) string {
		g.t.Helper()
		var i id.ID
		if err := g.s.DB.Row(ctx, query, args...).Scan(&i); err != nil {
			g.t.Fatalf("%s: %v", query, err)
		}
		return i.String()
	}
	here, err := id.Parse(one(`select max(outlet_id) from outlet`))
	g.ok(err)
	w, err := g.s.Staff.ByEmail(ctx, "try@example.org")
	g.ok(err)
	w.Outlets = []id.ID{here}
	_, err = g.s.Staff.Save(ctx, g.owner, w)
	g.ok(err)
	sold := one(`select min(purchase_id) from purchase where outlet_id <> $1`, here)
	return map[string]string{
		"{outlet}":    one(`select min(outlet_id) from outlet where outlet_id <> $1`, here),
		"{till}":      one(`select min(till_id) from till where outlet_id <> $1`, here),
		"{partner}":   one(`select min(partner_id) from partner where partner_id not in (select partner_id from outlet where outlet_id = $1)`, here),
		"{programme}": one(`select min(programme_id) from programme`),
		"{member}":    one(`select min(home_id) from member where home_id not in (select home_id from member_outlet where outlet_id = $1)`, here),
		"{purchase}":  one(`select home_id from purchase where purchase_id = $1`, sold) + "-" + sold,
		"{person}":    g.owner.Person.ID.String(), "{part}": "earning", "{setting}": "region", "{role}": staff.Administrator,
	}
}
