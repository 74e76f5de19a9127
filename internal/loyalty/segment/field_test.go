package segment_test

import (
	"testing"

	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
)

// TestFieldsHaveTexts: whatever the catalogue offers is called something in
// both languages.
func TestFieldsHaveTexts(t *testing.T) {
	t.Parallel()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.Open(t, db.SQLite)
	c, err := (&segment.Lists{DB: d}).Catalogue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range i18n.Langs() {
		has := func(key string) {
			if !texts.Has(lang, key) {
				t.Errorf("%s: no text %s", lang, key)
			}
		}
		for _, f := range c.Fields() {
			has("segment.field." + f.Code)
			for _, op := range f.Ops {
				has("segment.op." + string(op))
			}
			for _, v := range f.Values {
				has("segment.value." + f.Code + "." + v)
			}
		}
	}
}
