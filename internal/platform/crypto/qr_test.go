package crypto

import (
	"math"
	"strings"
	"testing"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"

	"pgregory.net/rapid"
)

func TestQR(t *testing.T) {
	t.Parallel()
	if got := QR(32, "94287082"); got != "L1.10.94287082" {
		t.Errorf("got %s", got)
	}
	if got := QR(math.MaxInt64, "00000000"); got != "L1.7ZZZZZZZZZZZZ.00000000" {
		t.Errorf("got %s", got)
	}
	for s, want := range map[string]id.ID{"L1.10.94287082": 32, "l1.io.94287082": 32, "L1.a.00000000": 10, "L1.7ZZZZZZZZZZZZ.00000000": math.MaxInt64} {
		card, code, err := ParseQR(s)
		if err != nil || card != want || code != s[len(s)-8:] {
			t.Errorf("%s: %d %s %v", s, card, code, err)
		}
	}
	for _, s := range []string{
		"", "L1", "L1.", "L1.10", "L1.10.", "L2.10.94287082", "L1..94287082", "L1.0.94287082", "L1.O1.94287082", "L1.01.94287082",
		"L1.10.9428708", "L1.10.942870821", "L1.10.9428708a", "L1.10.94287082.", "L1.U.94287082", "L1.8000000000000.94287082",
		"L1.ZZZZZZZZZZZZZ.94287082", "L1.10000000000000.94287082", " L1.10.94287082", "L1.-1.94287082", "L1.10.9428708\n",
	} {
		if card, _, err := ParseQR(s); !fault.Is(err, "crypto.qr-invalid") {
			t.Errorf("%q is card %d, %v", s, card, err)
		}
	}
}

func TestQRReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		card := id.ID(rapid.Int64Range(1, math.MaxInt64).Draw(t, "card"))
		code := rapid.StringMatching(`[0-9]{8}`).Draw(t, "code")
		s := QR(card, code)
		if strings.Trim(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.") != "" {
			t.Fatalf("%s is not alphanumeric", s)
		}
		got, gotCode, err := ParseQR(s)
		if err != nil || got != card || gotCode != code {
			t.Fatalf("%s: %d %s %v", s, got, gotCode, err)
		}
	})
}

func FuzzParseQR(f *testing.F) {
	f.Add("L1.10.94287082")
	f.Add("l1.io.00000000")
	f.Fuzz(func(t *testing.T, s string) {
		card, code, err := ParseQR(s)
		if err != nil {
			return
		}
		again, _, err := ParseQR(QR(card, code))
		if err != nil || again != card || card <= 0 {
			t.Fatalf("%q is card %d, which reads as %d, %v", s, card, again, err)
		}
	})
}
