package db_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// Nobody but its owner reads the files of a base.
func TestFilesArePrivate(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "new.db")
	d, err := db.Open(t.Context(), db.Options{URL: "sqlite:" + file})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec(t.Context(), "create table x (a bigint)"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + "-wal", file + "-shm"} {
		is, err := os.Stat(name)
		if err != nil || is.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", filepath.Base(name), is.Mode(), err)
		}
	}
}

// A Write within a transaction is done and undone with it.
func TestWithin(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := d.Exec(t.Context(), "create table x (a bigint)"); err != nil {
			t.Fatal(err)
		}
		refused := errors.New("refused")
		for _, end := range []error{refused, nil} {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				inner := db.Within(t.Context(), tx)
				if err := d.Write(inner, func(tx *db.Tx) error {
					_, err := tx.Exec(inner, "insert into x (a) values (1)")
					return err
				}); err != nil {
					return err
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Errorf("%v", err)
			}
		}
		var n int64
		if err := d.Row(t.Context(), "select count(*) from x").Scan(&n); err != nil || n != 1 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}
