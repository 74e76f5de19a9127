package member_test

import (
	"slices"
	"testing"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestTagsKnown: each tag is told once, however many have it.
func TestTagsKnown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if got, err := member.TagsKnown(t.Context(), d, 10); err != nil || len(got) > 0 {
			t.Fatalf("of nobody: %v, %v", got, err)
		}
		b := newBundle(t, d)
		for n, tags := range [][]string{{"Кофе", "кино"}, {"Кофе", "пресса"}, {"Кофе"}} {
			must(b.Register(b.ctx, b.rules, member.Registration{Profile: fullProfile(), Identifiers: []member.NewIdentifier{phone(n)}, Tags: tags}, b.by))
		}
		want := []string{"Кофе", "кино", "пресса"} // by their bytes
		got, err := member.TagsKnown(t.Context(), d, 10)
		slices.Sort(got)
		if some, err := member.TagsKnown(t.Context(), d, 2); err != nil || len(some) != 2 {
			t.Errorf("two of them: %v, %v", some, err)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
	})
}
