package draft_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// The example of the page is a programme that is right, and all that is
// warned of is what depends on the day and on gates.
func TestExampleOfThePage(t *testing.T) {
	t.Parallel()
	whole, _, _ := strings.Cut(page(t), recipes)
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(whole, -1)
	if len(examples) != 1 {
		t.Fatalf("%d examples", len(examples))
	}
	text := []byte(examples[0][1])
	d, err := draft.Read(text, names{})
	if err != nil {
		t.Fatal(err)
	}
	if err := compileSchema(t).check(plain(t, text)); err != nil {
		t.Errorf("the schema says no: %v", err)
	}
	for _, f := range d.Warnings(draft.Facts{Today: "2026-04-01", Gates: true}) {
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

// recipes is the heading of the page's recipes.
const recipes = "\n# Как записать … · How to write …\n"

func page(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../../../docs/programme.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// Each recipe of the page is told in both languages, is right as it stands, and
// is written back as the same.
func TestRecipesOfThePage(t *testing.T) {
	t.Parallel()
	_, text, found := strings.Cut(page(t), recipes)
	all := regexp.MustCompile("(?s)\\*\\*([^*]+)\\*\\* · \\*([^*]+)\\*\n\n```yaml\n(.*?)```").FindAllStringSubmatch(text, -1)
	if n := strings.Count(text, "```yaml"); !found || len(all) != n || n == 0 || n > 25 {
		t.Fatalf("%d recipes, %d with a title in both languages", n, len(all))
	}
	schema := compileSchema(t)
	for _, recipe := range all {
		t.Run(recipe[2], func(t *testing.T) {
			t.Parallel()
			text, words := []byte("code: x\nname: y\n"+recipe[3]), &lexicon{}
			d, err := draft.Read(text, words)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.check(plain(t, text)); err != nil {
				t.Errorf("the schema says no: %v", err)
			}
			for _, f := range d.Warnings(draft.Facts{Today: "2026-04-01"}) {
				t.Errorf("line %d: %s", f.Line, f.Code)
			}
			again, err := draft.YAML(&d.Programme, words)
			if err != nil {
				t.Fatal(err)
			}
			back, err := draft.Read(again, words)
			if err != nil {
				t.Fatalf("%v\n%s", err, again)
			}
			if diff := cmp.Diff(&d.Programme, &back.Programme, alike); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// lexicon knows every word that it is asked for.
type lexicon struct{ words []string }

// Find gives a word its number.
func (l *lexicon) Find(_ rule.Field, word string) (id.ID, bool) {
	if i := slices.Index(l.words, word); i >= 0 {
		return id.ID(i + 1), true
	}
	l.words = append(l.words, word)
	return id.ID(len(l.words)), true
}

// Word gives the word of a number.
func (l *lexicon) Word(_ rule.Field, i id.ID) (string, bool) { return l.words[i-1], true }

// Words gives all words so far.
func (l *lexicon) Words(rule.Field) []string { return l.words }

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
