package spoken

import (
	"strings"
	"testing"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

// called calls everything by its field.
type called struct{}

// Word is the field and the id.
func (called) Word(of rule.Field, i id.ID) (string, bool) { return string(of) + "-" + i.String(), true }

// Every field that a condition may look at has a reason in both languages,
// which shows what was found and what was needed.
func TestReasonsOfFields(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	few, many := int64(3), int64(20_261_127)
	fields := append(rule.Fields(), *rule.InfoOf("custom.size"))
	for _, info := range fields {
		found, missing, needed := any([]string{"f1", "f2"}), any(""), any(rule.Wanted{In: []string{"n1", "n2"}, Not: []string{"n3"}})
		shows := []string{"f1", "f2", "n1", "n2", "n3"}
		switch {
		case info.Ranged():
			found, needed, shows = int64(62), rule.Range{Form: info.Form, From: &few, Below: &many}, nil
		case info.Form == rule.IDs:
			found, needed = []string{"7", "8"}, rule.Wanted{In: []string{"9"}}
			shows = []string{string(info.Field) + "-7", string(info.Field) + "-8", string(info.Field) + "-9"}
		case info.Form == rule.Flag:
			found, needed, shows = []string{"no"}, rule.Wanted{In: []string{"yes"}}, nil
		case info.Form == rule.Choice:
			found, needed, shows = []string{info.Values[0]}, rule.Wanted{In: info.Values[1:]}, nil
		}
		reason := rule.Unmet + string(info.Field)
		if info.Field == rule.CustomField {
			reason = rule.Unmet + "custom"
		}
		for _, lang := range i18n.Langs() {
			if !texts.Has(lang, "why."+reason) {
				t.Errorf("%s: no reason in %s", info.Field, lang)
				continue
			}
			p := Speaker{texts, lang, called{}}
			say := func(found any) string {
				return p.Say(&rule.Step{Reason: reason, Args: fault.Pairs("found", found, "needed", needed, "field", "custom.size")})
			}
			said := say(found)
			for _, w := range shows {
				if !strings.Contains(said, w) {
					t.Errorf("%s %s: %q does not show %s", info.Field, lang, said, w)
				}
			}
			if unknown := say(missing); unknown == said || strings.Contains(said+unknown, "<no value>") || strings.Contains(said+unknown, "why.") || strings.Contains(said+unknown, "{") {
				t.Errorf("%s %s: %q, %q", info.Field, lang, said, unknown)
			}
		}
	}
}

// A condition may name thousands of values; its reason does not.
func TestReasonOfManyValues(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	in := make([]string, 1000)
	for i := range in {
		in[i] = "город"
	}
	got := Speaker{texts, i18n.RU, called{}}.Say(&rule.Step{Reason: "unmet-city", Args: fault.Pairs("found", []string{"омск"}, "needed", rule.Wanted{In: in})})
	if want := "Город: омск, нужно: город" + strings.Repeat(", город", 9) + " и ещё 990"; got != want {
		t.Error(got)
	}
}

// ownCalled calls own fields and their values too.
type ownCalled struct{ called }

func (ownCalled) OwnField(key string) string       { return "поле " + key }
func (ownCalled) OwnWord(key, value string) string { return key + " " + value }

// TestReasonOfOwnField: a condition on an own field is told with the field and its
// values by their names, where they have any.
func TestReasonOfOwnField(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	needed := rule.Wanted{In: []string{"2", "5"}}
	for want, names := range map[string]Names{"custom.kids: 2.5, нужно: 2 или 5": called{}, "поле kids: kids 2.5, нужно: kids 2 или kids 5": ownCalled{}} {
		step := &rule.Step{Reason: "unmet-custom", Args: fault.Pairs("found", []string{"2.5"}, "field", "custom.kids", "needed", needed)}
		for range 2 { // it is told, not changed
			if got := (Speaker{texts, i18n.RU, names}).Say(step); got != want {
				t.Error(got)
			}
		}
	}
	none := &rule.Step{Reason: "unmet-custom", Args: fault.Pairs("found", "", "field", "custom.kids", "needed", needed)}
	if got, want := (Speaker{texts, i18n.RU, ownCalled{}}).Say(none), "поле kids: неизвестно, нужно: kids 2 или kids 5"; got != want {
		t.Error(got)
	}
}
