package verify_test

import (
	"log/slog"
	"testing"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// listHarms change the figures of a member who has bought.
func listHarms(h home.ID) []harm {
	of := func(change string) func(s *shop) (string, string) {
		return func(s *shop) (string, string) {
			s.exec(change+" where home_id = $1", h)
			return "member_figure", "home_id=" + h.String()
		}
	}
	is := []verify.Invariant{verify.ListFigures}
	return []harm{
		{"more points", of("update member_figure set active = active + 1"), is},
		{"another level", of("update member_figure set level = 'other'"), is},
		{"another average", of("update member_figure set average = average - 1"), is},
		{"no row", of("delete from member_figure"), is},
	}
}

// TestListsAreProved: the figures that lists go by are held to accounts and
// receipts where there are any, once nothing waits.
func TestListsAreProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := fill(t, d)
		m, other := s.Person(t), s.Person(t)
		lists := &segment.Refresher{DB: d, IDs: s.IDs, Clock: s.Clock, Log: slog.New(slog.DiscardHandler)}
		if err := lists.Rebuild(t.Context(), func(int64) {}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Desk.Commit(t.Context(), s.Cart(m, line("T1", 1, 10000))); err != nil {
			t.Fatal(err)
		}
		if r := run(t, d); !r.Clean() || r.Counts.Listed < 2 {
			t.Errorf("while a purchase waits: %+v", r)
		}
		if _, err := s.dispatcher.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r := run(t, d); len(r.Breaks) != 1 || r.Breaks[0].Invariant != verify.ListFigures {
			t.Errorf("folded and not worked out: %+v", r.Breaks)
		}
		if err := lists.Rebuild(t.Context(), func(int64) {}); err != nil {
			t.Fatal(err)
		}
		prove(t, s, append(listHarms(m.Home), listHarms(other.Home)...))
	})
}
