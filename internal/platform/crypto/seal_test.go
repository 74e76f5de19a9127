package crypto

import (
	"bytes"
	"crypto/rand"
	"errors"
	"testing"
)

func TestSeal(t *testing.T) {
	t.Parallel()
	key, other := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	sealed := Seal(key, "a", []byte("secret"))
	if got, err := Unseal(key, "a", sealed); err != nil || string(got) != "secret" {
		t.Fatalf("%q %v", got, err)
	}
	if bytes.Equal(sealed, Seal(key, "a", []byte("secret"))) || bytes.Contains(sealed, []byte("secret")) {
		t.Error("a seal shows what is in it")
	}
	refused := func(key []byte, use string, sealed []byte) {
		t.Helper()
		if got, err := Unseal(key, use, sealed); !errors.Is(err, ErrSeal) {
			t.Errorf("%q %v", got, err)
		}
	}
	refused(other, "a", sealed)
	refused(key, "b", sealed)
	for i := range sealed {
		broken := bytes.Clone(sealed)
		broken[i] ^= 1
		refused(key, "a", broken)
		refused(key, "a", sealed[:i])
	}
}

func TestLetters(t *testing.T) {
	t.Parallel()
	got, err := Letters(4, bytes.NewReader([]byte{0, 31, 32, 255}))
	if err != nil || got != "0Z0Z" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := Letters(1, bytes.NewReader(nil)); err == nil {
		t.Error("letters of no chance")
	}
	if a, err := Letters(16, rand.Reader); err != nil || len(a) != 16 {
		t.Errorf("%q %v", a, err)
	}
}
