package log

import (
	"strings"
	"testing"
)

func TestScrub(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"mail: dial tcp 192.0.2.1:587: connect: connection refused": "mail: dial tcp 192.0.2.1:587: connect: connection refused",
		"550 5.1.1 <ivan.petrov@example.org>: unknown":              "550 5.1.1 <•••@example.org>: unknown",
		"550 почта@пример.рф":                                       "550 •••@пример.рф",
		`Post "https://u:p4ss@example.org/a?token=1&x=2": EOF`:      `Post "https://•••@example.org/a?•••": EOF`,
		"bad password=hunter2, again":                               "bad password=•••, again",
		`{"token": "abc def"}`:                                      `{"token": •••}`,
		"Authorization: Bearer abcdef123":                           "Authorization: ••• •••",
		"no answer from +7 (916) 123-45-67 today":                   "no answer from ••• today",
		"sms to 79161234567: refused":                               "sms to •••: refused",
		"key whsec_0123456789abcdef0123456789abcdef is bad":         "key ••• is bad",
		"home 184467440737095516 is locked":                         "home 184467440737095516 is locked",
		"TestAVeryLongNameOfSomethingThatIsNoSecret":                "TestAVeryLongNameOfSomethingThatIsNoSecret",
		"a\x00b\xff": "ab\uFFFD",
	} {
		if got := Scrub(s); got != want {
			t.Errorf("%q\n gives %q,\n want  %q", s, got, want)
		}
		if again := Scrub(Scrub(s)); strings.ContainsAny(again, "\x00") {
			t.Errorf("%q keeps a NUL", again)
		}
	}
}
