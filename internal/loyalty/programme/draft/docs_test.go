package draft_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/i18n"
)

// The example of the page is a programme that is right, and all that is
// warned of is what depends on the day and on gates.
func TestExampleOfThePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../../docs/programme.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	if len(examples) != 1 {
		t.Fatalf("%d examples", len(examples))
	}
	text := examples[0][1]
	d, err := draft.Read(text, names{})
	if err != nil {
		t.Fatal(err)
	}
	if err := compileSchema(t).check(plain(t, text)); err != nil {
		t.Errorf("the schema says no: %v", err)
	}
	for _, f := range d.Warnings(draft.Facts{Today: "2026-04-01"}) {
		t.Errorf("line %d: %s", f.Line, f.Code)
	}
	again, err := draft.YAML(&d.Programme, names{})
	if err != nil {
		t.Fatal(err)
	}
	back, err := draft.Read(again, names{})
	if err != nil {
		t.Fatalf("%v\n%s", err, again)
	}
	if diff := cmp.Diff(&d.Programme, &back.Programme, alike); diff != "" {
		t.Error(diff)
	}
	for _, kind := range []rule.Kind{rule.TariffRule, rule.DiscountRule, rule.ShareRule, rule.AccrualRule, rule.AwardRule, rule.MessageRule} {
		of := func(rs []rule.Rule) bool {
			return slices.ContainsFunc(rs, func(r rule.Rule) bool { return r.Kind == kind })
		}
		if !of(d.Programme.Rules) && !slices.ContainsFunc(d.Programme.Campaigns, func(c rule.Campaign) bool { return of(c.Rules) }) {
			t.Errorf("the page shows no %s", kind)
		}
	}
}

// Every key of the text and every field of a condition is explained in both
// languages.
func TestKeysHaveTexts(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Langs() {
		draft.Schema(func(name string) string {
			if !texts.Has(lang, name) {
				t.Errorf("%s: no text %s", lang, name)
			}
			return ""
		})
	}
}
