package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestBackupAndRestore moves a base from one engine to the other by the
// commands, and refuses what would lose something.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { t.Parallel(); backupAndRestore(t, dbtest.URL(t, dialect)) })
	}
}

func backupAndRestore(t *testing.T, url string) {
	d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(t.Context(), "insert into secret (name, value) values ('mark', $1)", []byte{7}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := func(args ...string) result { return kopilkaIn(t.Context(), dir, nil, args...) }
	archive := filepath.Join(dir, "copy.kopilka")
	if got := run("backup", "--db", url, archive); got.code != 0 || !strings.Contains(got.out, archive) {
		t.Fatalf("backup: exit code %d\n%s%s", got.code, got.out, got.errOut)
	}
	if got := run("backup", "--db", url, archive); got.code != ExitFailure {
		t.Errorf("over a file that is there: exit code %d", got.code)
	}
	if got := run("restore", "--check", archive); got.code != 0 {
		t.Errorf("check: exit code %d\n%s", got.code, got.errOut)
	}
	if got := run("restore", archive); got.code != 0 {
		t.Fatalf("restore: exit code %d\n%s", got.code, got.errOut)
	}
	back, err := db.Open(t.Context(), db.Options{URL: filepath.Join(dir, "kopilka.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	var mark []byte
	if err := back.Row(t.Context(), "select value from secret where name = 'mark'").Scan(&mark); err != nil || len(mark) != 1 || mark[0] != 7 {
		t.Errorf("%v %v", mark, err)
	}
	if got := run("restore", archive); got.code != ExitFailure {
		t.Errorf("into a base that is not empty: exit code %d", got.code)
	}
	broken := filepath.Join(dir, "broken")
	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(broken, whole[:len(whole)-9], 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run("restore", "--check", broken); got.code != ExitFailure || got.errOut != "Ошибка: Архив повреждён или обрезан: ничего не восстановлено\n" {
		t.Errorf("a cut-off archive: exit code %d\n%s", got.code, got.errOut)
	}
	if err := os.WriteFile(broken, []byte("это не архив, а письмо о нём"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run("restore", broken); got.code != ExitFailure || got.errOut != "Ошибка: Это не архив резервной копии\n" {
		t.Errorf("no archive: exit code %d\n%s", got.code, got.errOut)
	}
}
