package crypto

import (
	"bytes"
	"crypto/rand"
	"testing"
)

var testKey = []byte("0123456789abcdef0123456789abcdef")

func TestSecret(t *testing.T) {
	t.Parallel()
	salt, err := Salt(rand.Reader)
	if err != nil || len(salt) != saltSize {
		t.Fatalf("%x %v", salt, err)
	}
	other, _ := Salt(rand.Reader)
	stored := HashSecret(testKey, salt, "1234")
	if !SameSecret(testKey, salt, stored, "1234") {
		t.Error("the secret is not its own")
	}
	for name, same := range map[string]bool{
		"another secret":  SameSecret(testKey, salt, stored, "1235"),
		"another salt":    SameSecret(testKey, other, stored, "1234"),
		"another key":     SameSecret(bytes.Repeat([]byte("k"), 32), salt, stored, "1234"),
		"nothing stored":  SameSecret(testKey, salt, nil, "1234"),
		"a moved border":  SameSecret(testKey, append(salt[:saltSize:saltSize], '1'), stored, "234"),
		"a part of it":    SameSecret(testKey, salt, stored[:31], "1234"),
		"a token's label": bytes.Equal(HashSecret(testKey, nil, "")[:tagSize], tag(testKey, make([]byte, 4))),
	} {
		if same {
			t.Errorf("%s passes", name)
		}
	}
}

func TestShortKeyStops(t *testing.T) {
	t.Parallel()
	for _, key := range [][]byte{nil, testKey[:15]} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a key of %d bytes is taken", len(key))
				}
			}()
			Sign(key, []byte("x"))
		}()
	}
}
