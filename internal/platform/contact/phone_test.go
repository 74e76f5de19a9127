package contact

import (
	"fmt"
	"strings"
	"testing"

	"kopilka/internal/platform/fault"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

func TestPhone(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"8 (916) 123-45-67": "+79161234567", "9161234567": "+79161234567", "+7 916 123 45 67": "+79161234567", "79161234567": "+79161234567",
		"89161234567": "+79161234567", " 8\u00a0916\u00a0123-45-67 ": "+79161234567", "8.916.123.45.67": "+79161234567", "+7(916)1234567": "+79161234567",
		"+77012345678": "+77012345678", "87012345678": "+77012345678", "+998901234567": "+998901234567", "+12015550123": "+12015550123",
		"8 495 123-45-67": "+74951234567",
	} {
		if got, err := Phone(s, ""); err != nil || got != want {
			t.Errorf("%q = %s, %v, want %s", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", "+", "123", "12345", "+7916123456", "+791612345678", "8916123456", "0000000000", "+0000000000", "916 123 45 67 доб. 5", "8-800-FLOWERS",
		"9161234567x12", "9161234567;ext=1", "tel:+79161234567", "٩١٦١٢٣٤٥٦٧", "+7 916 123-45-67, +7 916 123-45-68", strings.Repeat("9161234567 ", 4),
	} {
		if got, err := Phone(s, ""); !fault.Is(err, "contact.phone-invalid") {
			t.Errorf("%q = %s, %v", s, got, err)
		}
	}
	if got, err := Phone("8 701 234 56 78", "KZ"); err != nil || got != "+77012345678" {
		t.Errorf("Kazakhstan: %s %v", got, err)
	}
	if got, err := Phone("201 555 0123", "US"); err != nil || got != "+12015550123" {
		t.Errorf("another region: %s %v", got, err)
	}
	if _, err := Phone("9161234567", "??"); !fault.Is(err, "contact.phone-invalid") {
		t.Errorf("no such region: %v", err)
	}
}

func TestMaskPhone(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"+79161234512": "+7 9** ***-**-12", "+77012345678": "+7 7** *** **78", "+12015550123": "+1 2**-***-**23",
		"": "***", "+": "***", "9161234512": "***", "+7916": "***", "secret": "***",
	} {
		if got := MaskPhone(s); got != want {
			t.Errorf("%q is %s, want %s", s, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := "+79" + rapid.StringMatching(`[0-9]{9}`).Draw(t, "number")
		want := "+7 9** ***-**-" + s[10:]
		if got := MaskPhone(s); got != want {
			t.Fatalf("%s is %s, want %s", s, got, want)
		}
	})
}

func FuzzPhone(f *testing.F) {
	for _, s := range []string{"8 (916) 123-45-67", "+998901234567", "+39 06 1234 5678", "+54 9 11 1234-5678"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Phone(s, "")
		if mask := MaskPhone(s); len(s) > 6 && strings.Contains(mask, s) {
			t.Fatalf("%q is shown as %s", s, mask)
		}
		if err != nil {
			return
		}
		if !strings.HasPrefix(got, "+") || strings.Trim(got[1:], "0123456789") != "" {
			t.Fatalf("%q = %s", s, got)
		}
		if again, err := Phone(got, "US"); err != nil || again != got {
			t.Fatalf("%q = %s, which is %s, %v", s, got, again, err)
		}
	})
}

// The short way for what is in E.164 already says what the library says.
func TestMobileNumbersAreValid(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := fmt.Sprintf("+79%09d", rapid.IntRange(0, 999_999_999).Draw(t, "number"))
		parsed, err := phonenumbers.Parse(number, "")
		if err != nil || !phonenumbers.IsValidNumber(parsed) || phonenumbers.Format(parsed, phonenumbers.E164) != number {
			t.Fatalf("%s: %v", number, err)
		}
	})
}

func TestIsRegion(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]bool{"RU": true, "KZ": true, "ZZ": false, "ru": false, "": false, "001": false} {
		if IsRegion(region) != want {
			t.Errorf("%q: %v", region, !want)
		}
	}
}
