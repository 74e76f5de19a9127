package crypto

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"kopilka/internal/platform/fault"
)

func TestDigitsAreUnbiased(t *testing.T) {
	t.Parallel()
	// Every byte once: 250 of them are taken, 25 for each digit, and no more.
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	got, err := Digits(250, bytes.NewReader(all))
	if err != nil {
		t.Fatal(err)
	}
	for d := '0'; d <= '9'; d++ {
		if n := strings.Count(got, string(d)); n != 25 {
			t.Errorf("%c comes %d times", d, n)
		}
	}
	if _, err := Digits(251, bytes.NewReader(all)); !errors.Is(err, io.EOF) {
		t.Errorf("a 251st digit: %v", err)
	}
	broken := errors.New("no randomness")
	if _, err := Digits(1, iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("a broken source: %v", err)
	}
}

func TestVirtualNumber(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, prefix := range []string{"20", "29", "2960"} {
		for range 500 {
			n, err := VirtualNumber(prefix, rand.Reader)
			if err != nil || !ValidEAN13(n) || !strings.HasPrefix(n, prefix) || seen[n] && prefix != "2960" {
				t.Fatalf("%s: %v", n, err)
			}
			seen[n] = true
		}
	}
	for _, prefix := range []string{"", "2", "30", "46", "29602", "2a", "-2"} {
		if n, err := VirtualNumber(prefix, rand.Reader); !fault.Is(err, "crypto.prefix-invalid") {
			t.Errorf("prefix %q gives %s, %v", prefix, n, err)
		}
	}
}
