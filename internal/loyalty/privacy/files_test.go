package privacy_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/intake"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestErasedIsInNoFileThatWaits: a file of members that waits and names whom an
// erasure is of, however it is written, is forgotten with him; so is one that
// can't be looked into yet; others stay.
func TestErasedIsInNoFileThatWaits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		m, _ := s.person()
		cards := must(s.cards.Issue(t.Context(), m.Home, card.NewCard{Type: s.cardOf}, s.by))
		files := &intake.Intakes{
			DB: d, IDs: s.IDs, Clock: s.Clock, Log: slog.New(slog.DiscardHandler), Importer: &importer.Importer{DB: d, Clock: s.Clock, Members: s.members},
			May: func(context.Context, id.ID, staff.Permission) (bool, error) { return true, nil },
		}
		s.privacy.Files = files
		send := func(who int64, content string) id.ID {
			in := must(files.Send(t.Context(), intake.Sender{ID: id.ID(who), Name: "Ольга"}, "люди.csv", strings.NewReader(content)))
			return in.ID
		}
		his := []id.ID{
			send(1, "телефон;имя\n8 (900) 000-00-01;Другая\n8 (916) 123-45-67;Пелагея\n"),
			send(1, "почта;имя\nPelageya@Example.org;Пелагея\n"),
			send(1, "карта;имя\n"+cards.Number+";Пелагея\n"),
		}
		others := send(2, "телефон;имя\n8 (900) 000-00-01;Другая\n")
		for range 8 {
			if err := files.Work(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		begun := his[0]
		in := must(files.Get(t.Context(), begun))
		if err := files.Map(t.Context(), intake.Sender{ID: 1}, begun, in.Layout.Fields); err != nil {
			t.Fatal(err)
		}
		his = append(his, send(3, "что-то;ещё\n"))
		if _, err := s.privacy.Erase(t.Context(), privacy.Erasure{Member: m.Home, Ground: privacy.Demanded, Forfeit: true, By: s.by}); err != nil {
			t.Fatal(err)
		}
		for _, i := range his {
			var left int64
			if err := d.Row(t.Context(), `select (select count(*) from intake_part where intake_id = $1) + (select count(*) from intake_piece where intake_id = $1) + (select count(*) from intake_outcome where intake_id = $1)`, i).Scan(&left); err != nil {
				t.Fatal(err)
			}
			if in := must(files.Get(t.Context(), i)); in.State != intake.Dropped || left != 0 || len(in.Layout.Samples) != 0 {
				t.Errorf("%s is %s with %d rows, %+v", i, in.State, left, in.Layout)
			}
		}
		if in := must(files.Get(t.Context(), others)); in.State != intake.Read {
			t.Errorf("a file that does not name him is %s", in.State)
		}
		if err := files.Work(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}
