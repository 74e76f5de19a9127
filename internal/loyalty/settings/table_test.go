package settings_test

import (
	"testing"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/settings"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/setting"
)

// TestTableIsWhole walks the table: every setting has its texts in both
// languages, a default, and a test of its effect; and no effect is of a
// setting that is not there.
func TestTableIsWhole(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	need := func(keys ...string) {
		for _, key := range keys {
			for _, lang := range i18n.Langs() {
				if !texts.Has(lang, key) {
					t.Errorf("%s: no text %s", lang, key)
				}
			}
		}
	}
	seen := map[string]bool{}
	for _, l := range settings.Levels() {
		need(l.Title(), l.About())
		if len(settings.Table(l)) == 0 {
			t.Errorf("%s has no settings", l)
		}
		for _, i := range settings.Table(l) {
			if seen[i.Name] {
				t.Errorf("%s is there twice", i.Name)
			}
			seen[i.Name] = true
			need(i.Title(), i.About())
			if i.Explained() {
				for _, word := range i.Choices {
					need(i.Word(word))
				}
			}
			if i.Default == "" && i.Inherits == "" && i.Kind != setting.Reference {
				t.Errorf("%s has no default", i.Name)
			}
			e, ok := effects[i.Name]
			if !ok || e.play == nil || e.was == e.is {
				t.Errorf("%s: no test shows its effect", i.Name)
			}
		}
	}
	for name := range effects {
		if !seen[name] {
			t.Errorf("an effect of %s, which is no setting", name)
		}
	}
	for _, k := range setting.Kinds() {
		need("setting.kind." + string(k))
	}
}

// TestDefaultsAreRight: what nobody has set passes the checks.
func TestDefaultsAreRight(t *testing.T) {
	t.Parallel()
	var s rule.Settings
	rule.ProgrammeSettings.Reset(&s)
	var r member.Rules
	member.Settings.Reset(&r)
	var o partner.Outlet
	partner.Settings.Reset(&o)
	for _, wrong := range [][]fault.Field{
		rule.ProgrammeSettings.Check(&s), member.Settings.Check(&r), partner.Settings.Check(&o),
		rule.CampaignSettings.Check(&rule.Campaign{}), rule.LimitSettings.Check(&rule.Limits{}),
	} {
		if len(wrong) > 0 {
			t.Errorf("%v", wrong)
		}
	}
}
