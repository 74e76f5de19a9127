package intake_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/intake"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestOwnFieldIsKnownByName: a column that is called as an own field is, in either
// language, however long, is taken for it at once; one that is asked no more is not.
func TestOwnFieldIsKnownByName(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		long := strings.TrimSpace(strings.Repeat("Очень ", 16))
		for _, f := range []member.CustomField{
			{Key: "children", LabelRU: "Детей", LabelEN: "Children", Active: true},
			{Key: "long", LabelRU: long, LabelEN: "Long", Active: true},
			{Key: "phone2", LabelRU: "Телефон", LabelEN: "Phone", Active: true},
			{Key: "gone", LabelRU: "Рост", LabelEN: "Height"},
		} {
			f.Kind = member.CustomText
			o.ok(o.Importer.Members.SaveCustomField(by(t.Context()), f))
		}
		in := o.is(o.sent("Телефон;CHILDREN;"+long+";Телефон;Рост\n89160000001;2;да;дом;180\n"), intake.Read)
		if diff := cmp.Diff([]string{"phone", "custom.children", "custom.long", "custom.phone2", ""}, in.Layout.Fields); diff != "" {
			t.Error(diff)
		}
	})
}
