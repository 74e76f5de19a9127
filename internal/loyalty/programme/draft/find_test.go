package draft_test

import (
	"testing"

	"kopilka/internal/loyalty/programme/draft"
)

// TestPartAtAnyStep: a step that is no place of a list, whatever it looks like, leads
// nowhere.
func TestPartAtAnyStep(t *testing.T) {
	t.Parallel()
	var p draft.Part
	p.Put("list", draft.Words("a", "b"))
	var by draft.Part
	by.Put("-1", draft.Part{Word: "5%"})
	p.Put("by", by)
	for path, want := range map[string]string{
		"list[0]": "a", "list[1]": "b", "list[2]": "", "list.-1": "", "list.+1": "", "list.1a": "", "none.-1": "", "by.-1": "5%", "by.1": "", "list.99999999999999999999": "",
	} {
		if got := p.At(path).Word; got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
