package segment_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

func TestViews(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		l := newTown(t, d, 1).lists
		save := func(v segment.View) segment.View {
			t.Helper()
			out, err := l.SaveView(ctx, v)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		names := func(staff id.ID) (out []string) {
			t.Helper()
			all, err := l.Views(ctx, staff)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range all {
				out = append(out, v.Name)
			}
			return out
		}
		const anna, boris = id.ID(1), id.ID(2)
		pets := segment.Definition{Order: segment.Order{Field: "turnover", Desc: true}, Columns: []string{"phone", "custom.pet"}}
		pets.Conditions = []segment.Condition{{Field: "custom.pet", Op: segment.OpIn, Values: []string{"cat"}}}
		mine := save(segment.View{Staff: anna, Name: "Ёлки", Definition: pets})
		save(segment.View{Staff: anna, Name: "Яблоки", Pinned: true})
		save(segment.View{Staff: boris, Name: "ели", Shared: true})
		save(segment.View{Staff: boris, Name: "Борис"})
		if diff := cmp.Diff([]string{"Яблоки", "ели", "Ёлки"}, names(anna)); diff != "" {
			t.Error(diff)
		}
		is := func(err error, code string) {
			t.Helper()
			if !fault.Is(err, code) {
				t.Errorf("%v, want %s", err, code)
			}
		}
		_, err := l.SaveView(ctx, segment.View{Staff: anna, Name: "ЕЛКИ"})
		is(err, "segment.view-exists")
		_, err = l.SaveView(ctx, segment.View{Staff: anna, Name: " ", Definition: segment.Definition{Columns: []string{"nothing"}}})
		is(err, "segment.bad-view")
		if got := fault.From(err).Fields; len(got) != 2 || got[1].Code != "reference.missing" {
			t.Errorf("%+v", got)
		}
		stolen := mine
		stolen.Staff = boris
		_, err = l.SaveView(ctx, stolen)
		is(err, "segment.view-not-found")
		is(l.DeleteView(ctx, boris, mine.ID), "segment.view-not-found")

		changed := mine
		changed.Shared = true
		if got := save(changed); got.Version != 2 {
			t.Errorf("version %d", got.Version)
		}
		_, err = l.SaveView(ctx, changed)
		is(err, "segment.view-moved")
		if diff := cmp.Diff([]string{"Борис", "ели", "Ёлки"}, names(boris)); diff != "" {
			t.Error(diff)
		}

		// A field is put away: the view is there, and says what is wrong with it.
		if _, err := d.Exec(ctx, `update member_field set active = false where field_key = 'pet'`); err != nil {
			t.Fatal(err)
		}
		all, err := l.Views(ctx, anna)
		if err != nil {
			t.Fatal(err)
		}
		want := []fault.Field{{Path: "conditions[0].field", Code: "segment.unknown-field"}, {Path: "columns[1]", Code: "segment.unknown-field"}}
		if diff := cmp.Diff(want, all[2].Wrong); diff != "" || !cmp.Equal(all[2].Definition, pets) {
			t.Errorf("%s %+v", diff, all[2])
		}
		if err := l.DeleteView(ctx, anna, mine.ID); err != nil || len(names(anna)) != 2 {
			t.Error(err, names(anna))
		}
	})
}
