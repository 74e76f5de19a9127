package formula

import "testing"

// TestPlain: what a spreadsheet would reckon with begins with an apostrophe, also
// behind blanks; it is read back as it was.
func TestPlain(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"": "", "536365": "536365", "=1+1": "'=1+1", "@x": "'@x", "-5": "'-5", "C5": "C5", "+79160000000": "+79160000000", "+1+1": "'+1+1", " =1+1": "' =1+1",
		"\u00a0=1": "'\u00a0=1", "\u200b=1": "'\u200b=1", "\tx": "'\tx", "＝1": "'＝1", "  a": "  a", " ": " ", "Анна": "Анна",
	} {
		if got := Plain(s); got != want {
			t.Errorf("%q becomes %q", s, got)
		}
		if got := Unplain(want); got != s {
			t.Errorf("%q is read back as %q", want, got)
		}
	}
}
