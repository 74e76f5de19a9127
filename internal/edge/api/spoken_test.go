package api

import (
	"slices"
	"strings"
	"testing"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/i18n"
)

// What is said of a code that did nothing is a whole sentence without what the
// rule had found, whatever the reason.
func TestUnusedCodesAreTold(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	reasons := []string{rule.WhyShare, rule.Unmet + string(rule.FieldSum), rule.Unmet + "custom", rule.WhyLostPoints}
	for _, reason := range slices.Concat(reasons, plainReasons, idleReasons, rule.TooFew) {
		for _, lang := range i18n.Langs() {
			key := idleText(reason)
			if !texts.Has(lang, key) {
				t.Errorf("%s: no text %s in %s", reason, key, lang)
				continue
			}
			if said := texts.Text(lang, key); strings.ContainsAny(said, "{<") {
				t.Errorf("%s %s: %q", reason, lang, said)
			}
		}
	}
	if idleText(rule.WhyDates) == idleText(rule.WhyLost) {
		t.Error("dates and a better combination are told alike")
	}
	if idleText(rule.WhyFewSum) == idleText("") {
		t.Error("too little is told as nothing in particular")
	}
}
