package contact

import (
	"strings"
	"testing"

	"kopilka/internal/platform/fault"
)

func TestEmail(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 61)+".", 3)
	for s, want := range map[string]string{
		"Ivan@Example.RU": "Ivan@example.ru", " a@b.ru ": "a@b.ru", "ivan@пример.рф": "ivan@xn--e1afmkfd.xn--p1ai", "иван@Пример.РФ": "иван@xn--e1afmkfd.xn--p1ai",
		"a.b+tag@mail.example.com": "a.b+tag@mail.example.com", "o'neil@example.com": "o'neil@example.com", "1@2.ru": "1@2.ru",
		long + "com": long + "com",
	} {
		if got, err := Email(s); err != nil || got != want {
			t.Errorf("%q = %s, %v, want %s", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", "@", "a@", "@b.ru", "a", "a@b", "a@b.", "a@.ru", "a@b..ru", "a@b.ru.", "a..b@c.ru", ".a@b.ru", "a.@b.ru", "a b@c.ru", "a@b c.ru", "a@b@c.ru",
		"Ivan <a@b.ru>", "<a@b.ru>", `"a b"@c.ru`, `"a"@c.ru`, "a(x)@b.ru", "a@[127.0.0.1]", "a@127.0.0.1", "a@b_c.ru", "a@-b.ru", "a@b.ru\nBcc: c@d.ru",
		"a@b.ru,c@d.ru", "a\x00@b.ru", "a\xff@b.ru", "a@b.ru\u200b.", strings.Repeat("a", 65) + "@b.ru", long + "info", "a@" + strings.Repeat("b", 64) + ".ru",
	} {
		if got, err := Email(s); !fault.Is(err, "contact.email-invalid") {
			t.Errorf("%q = %q, %v", s, got, err)
		}
	}
}

func TestMaskEmail(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"ivan@example.ru": "i***@e***.ru", "i@e.ru": "i***@e***.ru", "a@mail.example.com": "a***@m***.com",
		"иван@xn--e1afmkfd.xn--p1ai": "и***@п***.рф", "": "***", "@": "***", "a@b": "***", "nothing": "***", "a@.ru": "***",
	} {
		if got := MaskEmail(s); got != want {
			t.Errorf("%q is %s, want %s", s, got, want)
		}
	}
}

func FuzzEmail(f *testing.F) {
	for _, s := range []string{"Ivan@Example.RU", "иван@пример.рф", "a@xn--e1afmkfd.xn--p1ai", `"a b"@c.ru`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		MaskEmail(s)
		got, err := Email(s)
		if err != nil {
			return
		}
		if again, err := Email(got); err != nil || again != got {
			t.Fatalf("%q = %q, which is %q, %v", s, got, again, err)
		}
		if len(got) > maxEmail || strings.ContainsAny(got, " \r\n<>") || strings.Count(MaskEmail(got), hidden) != 2 {
			t.Fatalf("%q = %q, shown as %s", s, got, MaskEmail(got))
		}
	})
}
