package app

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/seal"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestSealCommands keeps an export apart from the base, which then tells what
// was changed.
func TestSealCommands(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { t.Parallel(); sealCommands(t, dbtest.URL(t, dialect)) })
	}
}

func sealCommands(t *testing.T, url string) {
	d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	s := purchasetest.Open(t, d, purchasetest.Programme())
	b := s.Member(t)
	s.Give(t, b, 12300)
	dir := t.TempDir()
	kept := filepath.Join(dir, "seals.jsonl")
	run := func(want int, has string, args ...string) {
		t.Helper()
		got := kopilkaIn(t.Context(), dir, nil, append(append([]string{"seal"}, args...), "--db", url, "--lang", "en")...)
		if got.code != want || !strings.Contains(got.out+got.errOut, has) {
			t.Errorf("%v: exit code %d, want %d and %q\n%s%s", args, got.code, want, has, got.out, got.errOut)
		}
	}
	run(ExitFailure, "not sealed yet", "prove", b.Home.String())
	sealer := &seal.Sealer{DB: d, IDs: s.IDs, Clock: s.Clock}
	events := figure.NewDispatcher(figure.Options{DB: d, Clock: s.Clock, Heads: sealer.Collect})
	if _, err := events.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := sealer.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	run(ExitOK, `"seal":1`, "export")
	run(ExitOK, "Seals are exported", "export", kept)
	run(ExitFailure, "is there already", "export", kept)
	run(ExitOK, "Seals compared: 1", "check", kept)
	run(ExitFailure, "There is no file", "check", filepath.Join(dir, "nothing"))
	run(ExitFailure, "it is a folder, not a file", "check", dir)
	run(ExitFailure, "no seal of an export", "check", broken(t, dir))
	run(ExitFailure, "There is no such journal", "prove", "77")
	run(ExitOK, `"home": "`+b.Home.String(), "prove", b.Home.String())
	got := kopilkaIn(t.Context(), dir, nil, "seal", "prove", b.Home.String(), "--db", url)
	var proof struct {
		Seal struct{ Root string }
		Path []string
	}
	if err := json.Unmarshal([]byte(got.out), &proof); err != nil || len(proof.Seal.Root) != 64 || len(proof.Path) != 0 {
		t.Errorf("%v: %s", err, got.out) // of one leaf the root is the leaf
	}
	if _, err := d.Exec(t.Context(), "update seal set at = at + 1"); err != nil {
		t.Fatal(err)
	}
	run(ExitFailure, "was changed", "check", kept)
}

func broken(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "broken")
	if err := os.WriteFile(name, []byte("{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
