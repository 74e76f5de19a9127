package crypto

import (
	"testing"

	"pgregory.net/rapid"
)

func TestCheckDigits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		digit func(string) (byte, bool)
		body  string
		want  byte
	}{
		{LuhnDigit, "7992739871", '3'},
		{EANDigit, "200000000001", '5'},
		{EANDigit, "460123456789", '3'},
		{EANDigit, "2000001", '1'},
	} {
		if got, ok := c.digit(c.body); !ok || got != c.want {
			t.Errorf("%s: %c %v, want %c", c.body, got, ok, c.want)
		}
	}
	for _, body := range []string{"", "12a", " 1", "١"} {
		if _, ok := EANDigit(body); ok {
			t.Errorf("%q has a check digit", body)
		}
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		valid func(string) bool
		s     string
		want  bool
	}{
		{ValidEAN13, "2037215727383", true},
		{ValidEAN13, "2960201528063", true},
		{ValidEAN13, "2037215727384", false},
		{ValidEAN13, "20000011", false},
		{ValidEAN8, "20000011", true},
		{ValidEAN8, "20000012", false},
		{ValidEAN8, "", false},
		{ValidEAN13, "203721572738x", false},
		{ValidLuhn, "79927398713", true},
		{ValidLuhn, "79927398710", false},
		{ValidLuhn, "0", false},
		{ValidLuhn, "", false},
	} {
		if got := c.valid(c.s); got != c.want {
			t.Errorf("%q: %v, want %v", c.s, got, c.want)
		}
	}
}

// Both digits catch every single wrong digit, which is what they are for.
func TestOneWrongDigitIsSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[0-9]{12}`).Draw(t, "body")
		at := rapid.IntRange(0, 12).Draw(t, "at")
		by := rapid.IntRange(1, 9).Draw(t, "by")
		for _, c := range []struct {
			digit func(string) (byte, bool)
			valid func(string) bool
		}{{EANDigit, ValidEAN13}, {LuhnDigit, ValidLuhn}} {
			check, _ := c.digit(body)
			number := []byte(body + string(check))
			if !c.valid(string(number)) {
				t.Fatalf("%s is not valid", number)
			}
			number[at] = '0' + (number[at]-'0'+byte(by))%10
			if c.valid(string(number)) {
				t.Fatalf("%s is valid", number)
			}
		}
	})
}
