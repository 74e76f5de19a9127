package staff_test

import (
	"testing"

	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/i18n"
)

// TestRolesHaveTexts: each role, state and permission is said in every language.
func TestRolesHaveTexts(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	has := func(key string) {
		t.Helper()
		for _, lang := range i18n.Langs() {
			if !texts.Has(lang, key) {
				t.Errorf("no text: %s %s", lang, key)
			}
		}
	}
	for _, code := range []string{staff.Owner, staff.Administrator, staff.Marketer, staff.Analyst, staff.Cashier, staff.Gate} {
		has("staff.role." + code)
	}
	for _, state := range []staff.State{staff.Invited, staff.Active, staff.Blocked, staff.Closed} {
		has("staff.state." + string(state))
	}
	for _, p := range staff.Permissions() {
		has("staff.permission." + string(p))
	}
}
