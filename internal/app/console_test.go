package app

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kopilka/internal/app/demo"
	"kopilka/internal/edge/admin"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/config"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

var updateRoutes = flag.Bool("update", false, "write what is expected anew")

// answer is what the console has said.
type answer struct {
	status  int
	to      string // where it sends
	cookies []*http.Cookie
}

// guest is somebody at the console, signed in or not.
type guest struct {
	t      *testing.T
	s      *Service
	client *http.Client
	role   staff.Role
	owner  *staff.Who
}

// openConsole starts the program over a small organization.
func openConsole(t *testing.T, dialect db.Dialect) *guest {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Default()
	cfg.DB.URL, cfg.HTTP.Addr = config.DSN(dbtest.URL(t, dialect)), "127.0.0.1:0"
	s, err := Start(t.Context(), ServiceOptions{Config: &cfg, Log: slog.New(slog.DiscardHandler), Texts: texts})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if _, err := demo.Fill(t.Context(), demoParts(s.Core), demo.Size{Members: 20, Receipts: 60, Days: 30}, nil); err != nil {
		t.Fatal(err)
	}
	g := &guest{t: t, s: s}
	g.leave()
	token, _, err := s.Staff.SignIn(t.Context(), demo.OwnerEmail, demo.OwnerPassword, false, staff.Where{Address: "192.0.2.1"})
	g.ok(err)
	g.owner, err = s.Staff.Who(t.Context(), token)
	g.ok(err)
	return g
}

func (g *guest) ok(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// leave forgets the session.
func (g *guest) leave() {
	jar, err := cookiejar.New(nil)
	g.ok(err)
	g.client = &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// hire makes the guest a person of a role of its own, and signs him in.
func (g *guest) hire() {
	g.t.Helper()
	ctx := g.t.Context()
	var err error
	g.role, err = g.s.Staff.SaveRole(ctx, g.owner, staff.Role{Name: "На пробу", Permissions: []staff.Permission{staff.OverviewSee}})
	g.ok(err)
	_, link, err := g.s.Staff.Invite(ctx, g.owner, staff.Person{Name: "Пробующий", Email: "try@example.org", Role: g.role.Code})
	g.ok(err)
	g.ok(g.s.Staff.Reset(ctx, link, guestPassword, staff.Where{}))
	g.signIn()
}

const guestPassword = "copper kettle on the hill"

// signIn begins a session of the guest who was hired.
func (g *guest) signIn() {
	g.t.Helper()
	g.leave()
	a := g.do(http.MethodPost, admin.Base+"/sign-in", url.Values{"email": {"try@example.org"}, "password": {guestPassword}}, nil)
	if a.status != http.StatusSeeOther {
		g.t.Fatalf("signing in: %d", a.status)
	}
}

// may gives the guest's role these permissions and no others.
func (g *guest) may(all []staff.Permission) {
	g.t.Helper()
	g.role.Permissions = all
	var err error
	g.role, err = g.s.Staff.SaveRole(g.t.Context(), g.owner, g.role)
	g.ok(err)
}

func (g *guest) do(method, path string, form url.Values, header map[string]string) answer {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), method, g.s.URL+path, strings.NewReader(form.Encode()))
	g.ok(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, v := range header {
		r.Header.Set(name, v)
	}
	a, err := g.client.Do(r)
	g.ok(err)
	_, err = io.Copy(io.Discard, a.Body)
	g.ok(err)
	g.ok(a.Body.Close())
	return answer{a.StatusCode, a.Header.Get("Location"), a.Cookies()}
}

var idInPath = regexp.MustCompile(`\{[^}]+\}`)

// somewhere is the route's address with ids that nothing has.
func somewhere(r *admin.Route) string { return idInPath.ReplaceAllString(r.Path, "1") }

// TestRoutesOfTheConsole: what a page wants is changed on purpose only.
func TestRoutesOfTheConsole(t *testing.T) {
	t.Parallel()
	const file = "testdata/console_routes.txt"
	var b strings.Builder
	for _, r := range admin.New(admin.Parts{}).Routes() {
		need := string(r.Need)
		switch {
		case r.Open:
			need = "anybody"
		case need == "":
			need = "whoever is signed in"
		}
		if r.Reach != admin.Anywhere {
			need += ", " + string(r.Reach)
		}
		fmt.Fprintf(&b, "%-4s %s: %s\n", r.Method, r.Path, need)
	}
	golden(t, file, b.String())
}

// golden compares with what a file expects, or writes that anew.
func golden(t *testing.T, file, is string) {
	t.Helper()
	if *updateRoutes {
		if err := os.WriteFile(file, []byte(is), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if is != string(want) {
		t.Errorf("not as in %s: read what has changed, then go test ./internal/app -run %s -update\n%s", file, t.Name(), is)
	}
}

// TestConsoleIsForWhoMay: each route of the console sends who is not signed in
// to the door, refuses who may do all but what it names, lets in who may do
// that and see, and takes no change from another site; none fails, whatever it is
// asked of what is not there.
func TestConsoleIsForWhoMay(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			g := openConsole(t, dialect)
			routes := admin.New(admin.Parts{}).Routes()
			g.keptOut(routes)
			g.hire()
			for _, need := range staff.Permissions() {
				of := slices.DeleteFunc(slices.Clone(routes), func(r admin.Route) bool { return r.Open || r.Need != need })
				if len(of) == 0 {
					continue
				}
				g.may(slices.DeleteFunc(staff.Permissions(), func(p staff.Permission) bool { return p == need }))
				g.answers(of, func(status int) bool { return status == http.StatusForbidden })
				// What is done to a thing is done where it is seen.
				g.may(slices.DeleteFunc(staff.Permissions(), func(p staff.Permission) bool {
					return p != need && p != staff.MembersContacts && !strings.HasSuffix(string(p), ".see")
				}))
				g.answers(of, func(status int) bool { return status != http.StatusForbidden && status < 500 })
			}
			g.may([]staff.Permission{staff.TillWork})
			g.answers(slices.DeleteFunc(slices.Clone(routes), func(r admin.Route) bool {
				return r.Open || r.Need != "" || strings.HasSuffix(r.Path, "/sign-out") || strings.Contains(r.Path, "/sessions")
			}), func(status int) bool { return status < 500 })
		})
	}
}

// TestJobsHaveTexts: each kind of job that the program does says what it is for.
func TestJobsHaveTexts(t *testing.T) {
	t.Parallel()
	g := openConsole(t, db.SQLite)
	works, err := g.s.Jobs.Works(t.Context())
	g.ok(err)
	if len(works) < 7 {
		t.Errorf("%d kinds of jobs", len(works))
	}
	for _, w := range works {
		for _, lang := range i18n.Langs() {
			for _, key := range []string{"job." + w.Kind, "job." + w.Kind + ".about"} {
				if !g.s.Texts.Has(lang, key) {
					t.Errorf("%s: no %s", lang, key)
				}
			}
		}
	}
}

// keptOut asks for everything without a session, and from another site.
func (g *guest) keptOut(routes []admin.Route) {
	g.t.Helper()
	for i := range routes {
		r := &routes[i]
		path := somewhere(r)
		if !r.Open {
			a := g.do(r.Method, path, nil, nil)
			if a.status != http.StatusSeeOther || !strings.HasPrefix(a.to, admin.Base+"/sign-in") {
				g.t.Errorf("%s %s of nobody: %d %s", r.Method, path, a.status, a.to)
			}
		}
		if r.Method == http.MethodGet {
			continue
		}
		for _, h := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}} {
			if a := g.do(r.Method, path, nil, h); a.status != http.StatusForbidden {
				g.t.Errorf("%s %s from another site: %d", r.Method, path, a.status)
			}
		}
	}
}

func (g *guest) answers(routes []admin.Route, right func(status int) bool) {
	g.t.Helper()
	for i := range routes {
		r := &routes[i]
		if a := g.do(r.Method, somewhere(r), nil, nil); !right(a.status) {
			g.t.Errorf("%s %s for %s: %d %s", r.Method, somewhere(r), g.role.Permissions, a.status, a.to)
		}
	}
}

// TestSessionIsNotFixed: a session that somebody has put into the browser is
// not the one that signing in gives, and says nothing afterwards; the cookie is
// kept from scripts and other sites.
func TestSessionIsNotFixed(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			g := openConsole(t, dialect)
			planted, _, err := g.s.Staff.SignIn(t.Context(), demo.OwnerEmail, demo.OwnerPassword, false, staff.Where{Address: "192.0.2.2"})
			g.ok(err)
			for _, value := range []string{"planted", planted} {
				g.leave()
				a := g.do(http.MethodPost, admin.Base+"/sign-in", url.Values{"email": {demo.OwnerEmail}, "password": {demo.OwnerPassword}}, map[string]string{"Cookie": "kopilka=" + value})
				i := slices.IndexFunc(a.cookies, func(c *http.Cookie) bool { return c.Name == "kopilka" })
				if a.status != http.StatusSeeOther || i < 0 {
					t.Fatalf("%+v", a)
				}
				if c := a.cookies[i]; c.Value == value || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
					t.Errorf("%+v", c)
				}
			}
			g.leave()
			if a := g.do(http.MethodGet, admin.Base, nil, map[string]string{"Cookie": "kopilka=planted"}); a.status != http.StatusSeeOther {
				t.Errorf("%+v", a)
			}
		})
	}
}
