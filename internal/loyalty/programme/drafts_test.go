package programme_test

import (
	"testing"

	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// TestDrafts: of two who edit one draft the second is told, and nothing of the
// first is lost; what comes into force leaves no draft behind.
func TestDrafts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		ps := &programme.Programmes{DB: d, IDs: id.NewMaker(1), Clock: clock.System{}}
		if err := ps.Refresh(ctx); err != nil {
			t.Fatal(err)
		}
		first, err := ps.SaveDraft(ctx, programme.Drafted{Name: "Кино", Text: "one", By: "Анна"})
		if err != nil || first.Edition != 1 || first.Programme == 0 {
			t.Fatalf("%+v %v", first, err)
		}
		mine, other := first, first
		mine.Text, mine.By = "two", "Борис"
		if mine, err = ps.SaveDraft(ctx, mine); err != nil || mine.Edition != 2 {
			t.Fatalf("%+v %v", mine, err)
		}
		other.Text = "lost?"
		if _, err := ps.SaveDraft(ctx, other); !fault.Is(err, "programme.draft-changed") {
			t.Errorf("an older edition was taken: %v", err)
		}
		twice := programme.Drafted{Programme: first.Programme, Name: "Кино", Text: "three"}
		if _, err := ps.SaveDraft(ctx, twice); !fault.Is(err, "programme.draft-changed") {
			t.Errorf("a programme has two drafts: %v", err)
		}
		got, err := ps.Draft(ctx, first.Programme)
		if err != nil || got.Text != "two" || got.By != "Борис" || got.Edition != 2 {
			t.Errorf("%+v %v", got, err)
		}
		p := rule.Programme{Code: "kino", Name: "Кино", On: true, Zone: "Europe/Moscow", Settings: rule.DefaultSettings(), Earning: rule.Earning{Expiry: rule.Expiry{Mode: rule.Never}}}
		if _, err := ps.PublishDraft(ctx, first, p, "Анна", ""); !fault.Is(err, "programme.draft-changed") {
			t.Errorf("what nobody sees any more came into force: %v", err)
		}
		if len(ps.Current().All()) != 0 {
			t.Error("a refused draft is in force")
		}
		made, err := ps.PublishDraft(ctx, got, p, "Анна", "")
		if err != nil || made.ID != first.Programme || made.Version != 1 {
			t.Fatalf("%+v %v", made, err)
		}
		if _, err := ps.Draft(ctx, first.Programme); !fault.Is(err, "programme.no-draft") {
			t.Errorf("the draft is still there: %v", err)
		}
		again, err := ps.SaveDraft(ctx, programme.Drafted{Programme: made.ID, Version: 1, Name: "Кино", Text: "next"})
		if err != nil {
			t.Fatal(err)
		}
		if err := ps.DropDraft(ctx, again); err != nil {
			t.Error(err)
		}
		if list, err := ps.Drafts(ctx); err != nil || len(list) != 0 {
			t.Errorf("%v %v", list, err)
		}
	})
}
