package app

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

// TestStaffCommands: whoever has the base invites people, gets in who forgot
// his password, was blocked or lost his phone, and makes an owner; each is in
// the trail as a command's doing, and its letter is sent by the program that
// runs.
func TestStaffCommands(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { t.Parallel(); staffCommands(t, dbtest.URL(t, dialect)) })
	}
}

func staffCommands(t *testing.T, base string) {
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	post := newSink(t)
	cfg := mailing(post, base)
	s, err := Start(t.Context(), ServiceOptions{Config: &cfg, Log: slog.New(slog.DiscardHandler), Texts: texts})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.WithoutCancel(t.Context())) }()
	owner := founded(t, s.Staff)
	environ := []string{"KOPILKA_MAIL__HOST=127.0.0.1", "KOPILKA_MAIL__FROM=kopilka@example.org", "KOPILKA_HTTP__PUBLIC_URL=https://loyalty.example.org"}
	do := func(args ...string) result {
		t.Helper()
		got := kopilka(t, environ, append(append([]string{"staff"}, args...), "--db", base, "--lang", "en")...)
		if got.code != ExitOK {
			t.Fatalf("%v: %+v", args, got)
		}
		return got
	}
	// link sets the password by the link that a command has printed.
	link := func(got result) {
		t.Helper()
		u, err := url.Parse(strings.TrimSpace(got.out))
		if err != nil || u.Host != "loyalty.example.org" || u.Path != "/admin/reset" {
			t.Fatalf("%v %+v", err, got)
		}
		if err := s.Staff.Reset(t.Context(), u.Query().Get("token"), testPassword, staff.Where{}); err != nil {
			t.Fatal(err)
		}
	}
	got := do("invite", "Борис", "boris@example.org", "analyst")
	if letter := post.next(t); letter.to != "<boris@example.org>" || !strings.Contains(letter.text, strings.TrimSpace(got.out)) {
		t.Errorf("%+v\n%+v", letter, got)
	}
	link(got)
	boris := signedIn(t, s.Staff, "boris@example.org")
	if err := s.Staff.Block(t.Context(), owner, boris.Person.ID); err != nil {
		t.Fatal(err)
	}
	link(do("reset", "BORIS@example.org", "--drop-proofs"))
	if out := do("owner", "boris@example.org").out; !strings.Contains(out, "Борис (boris@example.org) is an owner now") {
		t.Error(out)
	}
	if who := signedIn(t, s.Staff, "boris@example.org"); who.Person.Role != staff.Owner {
		t.Errorf("%+v", who.Person)
	}
	link(do("owner", "vera@example.org", "Вера"))
	list := do("list").out
	for _, line := range []string{"olga@example.org   Ольга Светлова  Owner", "vera@example.org   Вера", "boris@example.org  Борис"} {
		if !strings.Contains(list, line) {
			t.Errorf("no %q in\n%s", line, list)
		}
	}
	records, err := audit.Read(t.Context(), s.DB, audit.Filter{Kind: audit.Command}, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for i := range records {
		actions = append(actions, records[i].Action)
	}
	if got, want := strings.Join(actions, " "), "staff.invited staff.saved staff.link-made staff.proofs-dropped staff.unblocked staff.invited"; got != want {
		t.Errorf("the trail: %s, want %s", got, want)
	}
	for _, args := range [][]string{{"invite", "Глеб", "gleb@example.org", "tsar"}, {"invite", "Глеб", "gleb", "analyst"}, {"reset", "nobody@example.org"}, {"owner", "nobody@example.org"}} {
		if got := kopilka(t, nil, append(append([]string{"staff"}, args...), "--db", base)...); got.code != ExitFailure || got.out != "" {
			t.Errorf("%v: %+v", args, got)
		}
	}
}
