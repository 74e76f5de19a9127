package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// marked gives the file of a closed base that holds the number n.
func marked(t *testing.T, n int) string {
	t.Helper()
	path := dbtest.URL(t, db.SQLite)
	change(t, path, fmt.Sprintf("create table mark as select %d as n", n))
	return path
}

// mark reads the number back.
func mark(t *testing.T, path string) (n int) {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{URL: path})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Row(t.Context(), "select n from mark").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRestore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	base := filepath.Join(dir, "kopilka.db")
	first, second := marked(t, 1), marked(t, 2)

	if got := kopilkaIn(t.Context(), dir, nil, "restore", first); got.code != 0 || !strings.Contains(got.out, "восстановлена") {
		t.Fatalf("into an empty place: exit code %d\n%s%s", got.code, got.out, got.errOut)
	}
	if n := mark(t, base); n != 1 {
		t.Errorf("the base holds %d, want 1", n)
	}
	if got := kopilkaIn(t.Context(), dir, nil, "restore", second); got.code != ExitFailure || !strings.Contains(got.errOut, "--replace") {
		t.Errorf("over a base: exit code %d\n%s%s", got.code, got.out, got.errOut)
	}
	if got := kopilkaIn(t.Context(), dir, nil, "restore", "--replace", second); got.code != 0 {
		t.Errorf("with --replace: exit code %d\n%s%s", got.code, got.out, got.errOut)
	}
	if n := mark(t, base); n != 2 {
		t.Errorf("the base holds %d, want 2", n)
	}
	kept, err := filepath.Glob(base + ".before-restore-*")
	if err != nil || len(kept) != 1 || mark(t, kept[0]) != 1 {
		t.Errorf("kept is %v, %v", kept, err)
	}
	if isThere(base + ".restoring") {
		t.Error("the copy beside the base is left")
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	write := func(content string) string {
		path := filepath.Join(t.TempDir(), "copy.db")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	damaged, err := os.ReadFile(marked(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	for i := 8192; i < len(damaged) && i < 20000; i++ {
		damaged[i] ^= 0x5a
	}
	newer := marked(t, 1)
	change(t, newer, "insert into schema_version (version_id, is_applied) values (9999, 1)")
	inUse := dbtest.Open(t, db.SQLite)
	if err := inUse.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ copied, says string }{
		"missing":  {filepath.Join(t.TempDir(), "none.db"), "нет"},
		"nonsense": {write("this is no base"), "не база этой программы"},
		"empty":    {write(""), "не база этой программы"},
		"damaged":  {write(string(damaged)), "повреждена"},
		"newer":    {newer, "9"},
		"in use":   {inUse.Path(), "не копия, а база"},
	} {
		dir := t.TempDir()
		got := kopilkaIn(t.Context(), dir, nil, "restore", tc.copied)
		if got.code != ExitFailure || !strings.Contains(got.errOut, tc.says) {
			t.Errorf("%s: exit code %d\n%s%s", name, got.code, got.out, got.errOut)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%s: left behind: %v, %v", name, left, err)
		}
	}
	got := kopilka(t, []string{"KOPILKA_DB__URL=" + inUse.Path()}, "restore", "--replace", marked(t, 1))
	if got.code != ExitFailure || !strings.Contains(got.errOut, "Остановите программу") {
		t.Errorf("over a base in use: exit code %d\n%s%s", got.code, got.out, got.errOut)
	}
	got = kopilka(t, []string{"KOPILKA_DB__URL=postgres://u@127.0.0.1:1/b"}, "restore", "copy.db")
	if got.code != ExitFailure || !strings.Contains(got.errOut, "pg_restore") {
		t.Errorf("on PostgreSQL: exit code %d\n%s%s", got.code, got.out, got.errOut)
	}
}

func change(t *testing.T, path, statement string) {
	t.Helper()
	d, err := db.Open(t.Context(), db.Options{URL: path})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
