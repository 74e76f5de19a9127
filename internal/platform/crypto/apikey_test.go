package crypto

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"testing"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

func TestAPIKey(t *testing.T) {
	t.Parallel()
	token, hash, err := NewAPIKey(32, bytes.NewReader(bytes.Repeat([]byte{0xff}, 32)))
	want := "kp_10_" + strings.Repeat("z", 51) + "g"
	sum := sha256.Sum256(bytes.Repeat([]byte{0xff}, 32))
	if err != nil || token != want || !bytes.Equal(hash, sum[:]) {
		t.Errorf("%s %x %v", token, hash, err)
	}
	maker := id.NewMaker(1)
	for range 100 {
		key := maker.New()
		token, hash, err := NewAPIKey(key, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		got, gotHash, err := ParseAPIKey(token)
		if err != nil || got != key || !bytes.Equal(gotHash, hash) {
			t.Fatalf("%s: %d %x %v", token, got, gotHash, err)
		}
	}
	body := strings.Repeat("z", 51)
	for _, s := range []string{
		"", "kp", "kp__" + body + "g", "kp_10_", "kp_10_" + body, "kp_10_" + body + "h", "kp_10_" + body + "gg", "kp_10_" + body + "G",
		"kp_io_" + body + "g", "KP_10_" + body + "g", "kp_10_" + body + "g_", "kp_A_" + body + "g", "kp_10_" + body[:50] + "\nzg", "kp_10_" + body + "u",
	} {
		if _, _, err := ParseAPIKey(s); !fault.Is(err, "crypto.key-invalid") || fault.From(err).Kind != fault.Unauthorized {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzParseAPIKey(f *testing.F) {
	f.Add("kp_10_" + strings.Repeat("z", 51) + "g")
	f.Fuzz(func(t *testing.T, s string) {
		key, hash, err := ParseAPIKey(s)
		if err != nil {
			return
		}
		if key <= 0 || len(hash) != 32 || !strings.HasPrefix(s, "kp_"+strings.ToLower(encodeID(key))+"_") {
			t.Fatalf("%q is key %d", s, key)
		}
	})
}
