package crypto

import (
	"bytes"
	"strings"
	"testing"

	"kopilka/internal/platform/fault"

	"pgregory.net/rapid"
)

func TestTokenOpens(t *testing.T) {
	t.Parallel()
	other := bytes.Repeat([]byte("k"), 16)
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "payload")
		kept := bytes.Clone(payload)
		token := Sign(testKey, payload[:len(payload):cap(payload)])
		got, err := Open(testKey, token)
		if err != nil || !bytes.Equal(got, kept) || !bytes.Equal(payload, kept) {
			t.Fatalf("%x opens as %x, %v", kept, got, err)
		}
		if strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Fatalf("%s needs escapes in a URL", token)
		}
		if _, err := Open(other, token); !fault.Is(err, "crypto.token-invalid") {
			t.Fatalf("another key opens it: %v", err)
		}
		at := rapid.IntRange(0, len(token)-1).Draw(t, "at")
		changed := []byte(token)
		changed[at] = rapid.ByteRange(0, 127).Filter(func(b byte) bool { return b != token[at] }).Draw(t, "by")
		if got, err := Open(testKey, string(changed)); err == nil {
			t.Fatalf("%s for %s opens as %x", changed, token, got)
		}
	})
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	token := Sign(testKey, []byte("quote"))
	if _, err := Open(testKey, Sign(testKey, make([]byte, 3056))); err != nil {
		t.Errorf("the largest payload: %v", err)
	}
	for _, s := range []string{"", "AAAA", token + "=", token + "\n", token[:4] + "\r\n" + token[4:], token[:len(token)-1], Sign(testKey, make([]byte, 3057))} {
		if _, err := Open(testKey, s); !fault.Is(err, "crypto.token-invalid") {
			t.Errorf("%.40q: %v", s, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(Sign(testKey, []byte("quote")))
	f.Fuzz(func(t *testing.T, s string) {
		if payload, err := Open(testKey, s); err == nil && Sign(testKey, payload) != s {
			t.Fatalf("%q opens as %x, which signs as %s", s, payload, Sign(testKey, payload))
		}
	})
}
