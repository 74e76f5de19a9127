package secret_test

import (
	"bytes"
	"testing"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestSecretsAreMadeOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		get := func(name string) []byte {
			s, err := secret.Get(t.Context(), d, name)
			if err != nil || len(s) != secret.Size {
				t.Fatalf("%d bytes, %v", len(s), err)
			}
			return s
		}
		first := get(secret.Quotes)
		if !bytes.Equal(first, get(secret.Quotes)) {
			t.Error("made anew")
		}
		if bytes.Equal(first, get(secret.Server)) {
			t.Error("two names, one secret")
		}
	})
}
