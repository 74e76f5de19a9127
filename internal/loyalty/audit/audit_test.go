package audit_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type outlet struct {
	ID        id.ID
	Name      string
	OutletIDs []id.ID
	HasPIN    bool
	DayCutover,
	Version int64
}

func anna() audit.Actor {
	return audit.Actor{Kind: audit.Staff, ID: 5, Name: "Анна Семёнова", Address: "192.0.2.1", Agent: "Firefox"}
}

func note(t *testing.T, d *db.DB, by audit.Actor, at clock.Micros, e audit.Entry) {
	t.Helper()
	ctx := audit.By(t.Context(), by)
	if err := d.Write(ctx, func(tx *db.Tx) error { return audit.Note(ctx, tx, at, e) }); err != nil {
		t.Fatal(err)
	}
}

func verify(t *testing.T, d *db.DB) (wrong []audit.Wrong) {
	t.Helper()
	if _, err := audit.Verify(t.Context(), d, func(w audit.Wrong) { wrong = append(wrong, w) }); err != nil {
		t.Fatal(err)
	}
	return wrong
}

func TestTrail(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		at := clock.Of(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))
		before := outlet{ID: 7, Name: "Зал", DayCutover: 240, Version: 3}
		after := before
		after.Name, after.OutletIDs, after.HasPIN, after.Version = "Малый зал", []id.ID{1, 2}, true, 4
		note(t, d, anna(), at, audit.Entry{Action: "outlet.saved", Target: audit.On("outlet", 7), After: before})
		note(t, d, audit.Actor{Kind: audit.Key, ID: 9, Name: "a\x00b\xff" + strings.Repeat("я", 300)}, at+1, audit.Entry{Action: "outlet.saved", Target: audit.On("outlet", 7), Before: before, After: after})
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			return audit.Note(t.Context(), tx, at+2, audit.Entry{Action: "outlets_moved", Target: audit.Target{Kind: "x"}, Before: before})
		}); err != nil {
			t.Fatal(err)
		}
		// What is rolled back is not noted, and leaves no hole.
		refused := errors.New("refused")
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			if err := audit.Note(t.Context(), tx, at, audit.Entry{Action: "x"}); err != nil {
				return err
			}
			return refused
		}); !errors.Is(err, refused) {
			t.Fatal(err)
		}
		note(t, d, anna(), at+3, audit.Entry{Action: "role.saved", Target: audit.Target{Kind: "role", ID: "owner"}, After: map[string]string{"long": strings.Repeat("x", 70_000)}})

		find := func(f audit.Filter, before int64, limit int, want ...int64) []audit.Record {
			t.Helper()
			list, err := audit.Read(t.Context(), d, f, before, limit)
			var got []int64
			for _, r := range list {
				got = append(got, r.Seq)
			}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%+v: %v %s", f, err, diff)
			}
			return list
		}
		all := find(audit.Filter{}, 0, 0, 4, 3, 2, 1)
		find(audit.Filter{}, 0, 2, 4, 3)
		find(audit.Filter{}, 3, 2, 2, 1)
		find(audit.Filter{Kind: audit.Staff}, 0, 0, 4, 1)
		find(audit.Filter{Kind: audit.Key, Actor: 9}, 0, 0, 2)
		find(audit.Filter{Kind: audit.System}, 0, 0, 3)
		find(audit.Filter{Action: "outlet."}, 0, 0, 2, 1)
		find(audit.Filter{Action: "outlets_"}, 0, 0, 3)
		find(audit.Filter{Action: "outlet_"}, 0, 0)
		find(audit.Filter{Action: "utlet"}, 0, 0)
		find(audit.Filter{Target: audit.Target{Kind: "outlet"}}, 0, 0, 2, 1)
		find(audit.Filter{Target: audit.Target{Kind: "role", ID: "owner"}}, 0, 0, 4)
		find(audit.Filter{From: at + 1, To: at + 3}, 0, 0, 3, 2)
		find(audit.Filter{Text: "малый ЗАЛ"}, 0, 0, 2)
		find(audit.Filter{Text: "семенова"}, 0, 0, 4, 1)
		find(audit.Filter{Text: "\x00\xff", Action: "\x00", Target: audit.Target{ID: "\x00"}}, 0, 0, 4, 3, 2, 1)

		back, err := audit.ReadAfter(t.Context(), d, audit.Filter{Kind: audit.Staff}, 1, 5)
		if err != nil || len(back) != 1 || back[0].Seq != 4 {
			t.Errorf("%v %+v", err, back)
		}
		if back, err = audit.ReadAfter(t.Context(), d, audit.Filter{}, 1, 2); err != nil || len(back) != 2 || back[0].Seq != 3 || back[1].Seq != 2 {
			t.Errorf("%v %+v", err, back)
		}

		if got := all[2]; got.Before != `{"day_cutover":240,"id":"7","name":"Зал","version":3}` ||
			got.After != `{"day_cutover":240,"has_pin":true,"id":"7","name":"Малый зал","outlet_ids":["1","2"],"version":4}` {
			t.Errorf("%+v", got)
		}
		if n := len([]rune(all[2].Actor.Name)); n > 200 || strings.ContainsRune(all[2].Actor.Name, 0) {
			t.Errorf("a name of %d characters", n)
		}
		want := []audit.Change{{"has_pin", "", "true"}, {"name", `"Зал"`, `"Малый зал"`}, {"outlet_ids", "", `["1","2"]`}}
		if diff := cmp.Diff(want, all[2].Changes()); diff != "" {
			t.Error(diff)
		}
		if !strings.HasPrefix(all[0].After, `{"bytes":70`) {
			t.Errorf("%.100s", all[0].After)
		}
		if wrong := verify(t, d); wrong != nil {
			t.Errorf("%+v", wrong)
		}
	})
}

// TestTrailOfMembers: a text finds also what was done to the members whom it names
// and to purchases of theirs, and to nobody else's, with all else that is asked for.
func TestTrailOfMembers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		targets := []audit.Target{
			{Kind: "member", ID: "77"},
			{Kind: "purchase", ID: "77-8"},
			{Kind: "purchase", ID: "777-8"},
			{Kind: "member", ID: "78"},
			{Kind: "purchase", ID: "78-77"},
			{Kind: "outlet", ID: "77"},
			{Kind: "purchase", ID: "7-7"},
		}
		for i, target := range targets {
			note(t, d, anna(), clock.Micros(i), audit.Entry{Action: "a.b", Target: target})
		}
		for _, c := range []struct {
			filter audit.Filter
			want   []int64
		}{
			{audit.Filter{Text: "дроздов", Members: []id.ID{77}}, []int64{2, 1}},
			{audit.Filter{Text: "дроздов", Members: []id.ID{77, 78}}, []int64{5, 4, 2, 1}},
			{audit.Filter{Text: "дроздов", Members: []id.ID{77}, Target: audit.Target{Kind: "member"}}, []int64{1}},
			{audit.Filter{Text: "семенова", Members: []id.ID{77}}, []int64{7, 6, 5, 4, 3, 2, 1}},
			{audit.Filter{Text: "дроздов"}, nil},
			{audit.Filter{Members: []id.ID{77}}, []int64{7, 6, 5, 4, 3, 2, 1}},
		} {
			list, err := audit.Read(t.Context(), d, c.filter, 0, 0)
			after, failed := audit.ReadAfter(t.Context(), d, c.filter, 0, 10)
			var got, back []int64
			for i := range list {
				got = append(got, list[i].Seq)
			}
			for i := range after {
				back = append(back, after[i].Seq)
			}
			if diff := cmp.Diff(c.want, got) + cmp.Diff(c.want, back); err != nil || failed != nil || diff != "" {
				t.Errorf("%+v: %v %v %s", c.filter, err, failed, diff)
			}
		}
	})
}

// TestTrailTellsHarm changes every column of the trail by hand, takes rows out,
// puts them in, cuts the end off.
func TestTrailTellsHarm(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if wrong := verify(t, d); wrong != nil {
			t.Errorf("an empty trail: %+v", wrong)
		}
		for i := range 4 {
			note(t, d, anna(), clock.Micros(i), audit.Entry{Action: "a.b", Target: audit.On("outlet", id.ID(i+1)), Before: "x", After: fmt.Sprint(i)})
		}
		exec := func(q string, args ...any) {
			t.Helper()
			if _, err := d.Exec(t.Context(), q, args...); err != nil {
				t.Fatal(err)
			}
		}
		exec("create table kept as select * from audit")
		exec("create table kept_head as select * from audit_head")
		harms := map[string][]int64{
			"delete from audit where seq = 1":                                     {2, 2},
			"delete from audit where seq = 4":                                     {4},
			"delete from audit where seq >= 3":                                    {3},
			"delete from audit":                                                   {1},
			"delete from audit_head":                                              {5},
			"update audit_head set seq = 5":                                       {5},
			"update audit_head set hash = (select hash from audit where seq = 3)": {5},
			"update audit set seq = 9 where seq = 4":                              {9, 10},
			"insert into audit select 5, at, actor_kind, actor_id, actor_name, address, agent, action, target_kind, target, before_doc, after_doc, hash, search_folded from audit where seq = 4": {5, 6},
			"update audit set hash = (select hash from audit where seq = 1) where seq = 2":                                                                                                       {2, 3},
			"update audit set before_doc = before_doc || after_doc, after_doc = '' where seq = 2":                                                                                                {2},
		}
		for _, column := range []string{"actor_kind", "actor_name", "address", "agent", "action", "target_kind", "target", "before_doc", "after_doc", "search_folded"} {
			harms["update audit set "+column+" = "+column+" || ' ' where seq = 2"] = []int64{2}
		}
		for _, column := range []string{"at", "actor_id"} {
			harms["update audit set "+column+" = "+column+" + 1 where seq = 3"] = []int64{3}
		}
		for harm, want := range harms {
			exec(harm)
			var got []int64
			for _, w := range verify(t, d) {
				if got = append(got, w.Seq); w.Found == w.Wanted {
					t.Errorf("%s: %+v tells nothing", harm, w)
				}
			}
			if len(got) == 0 || got[0] != want[0] {
				t.Errorf("%s: told at %v, want %v", harm, got, want)
			}
			exec("delete from audit")
			exec("insert into audit select * from kept")
			exec("delete from audit_head")
			exec("insert into audit_head select * from kept_head")
		}
		if wrong := verify(t, d); wrong != nil {
			t.Errorf("the test does not mend what it breaks: %+v", wrong)
		}
	})
}

// TestTail: the end of the trail is looked at by itself, however long what is
// before it.
func TestTail(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		tail := func(last int64) (rows int64, wrong []int64) {
			t.Helper()
			rows, err := audit.Tail(t.Context(), d, last, func(w audit.Wrong) { wrong = append(wrong, w.Seq) })
			if err != nil {
				t.Fatal(err)
			}
			return rows, wrong
		}
		if rows, wrong := tail(3); rows != 0 || wrong != nil {
			t.Errorf("an empty trail: %d %v", rows, wrong)
		}
		for i := range 6 {
			note(t, d, anna(), clock.Micros(i), audit.Entry{Action: "a.b", Target: audit.On("outlet", id.ID(i+1))})
		}
		for last, want := range map[int64]int64{1: 1, 3: 3, 5: 5, 6: 6, 100: 6} {
			if rows, wrong := tail(last); rows != want || wrong != nil {
				t.Errorf("the last %d: %d %v", last, rows, wrong)
			}
		}
		for _, c := range []struct {
			harm string
			told bool
		}{
			{"update audit set action = 'x' where seq = 2", false},
			{"update audit set action = 'x' where seq = 4", true},
			{"update audit set action = 'a.b' where seq = 4", false},
			{"delete from audit where seq = 6", true},
		} {
			if _, err := d.Exec(t.Context(), c.harm); err != nil {
				t.Fatal(err)
			}
			if _, wrong := tail(3); (len(wrong) > 0) != c.told {
				t.Errorf("%s: %v", c.harm, wrong)
			}
		}
	})
}

// TestTrailOfMany: many note at once, and no number is missing or twice.
func TestTrailOfMany(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for j := range 10 {
					note(t, d, anna(), clock.Micros(j), audit.Entry{Action: "a.b", Target: audit.On("outlet", id.ID(i+1))})
				}
			})
		}
		wg.Wait()
		n, err := audit.Verify(t.Context(), d, func(w audit.Wrong) { t.Errorf("%+v", w) })
		if err != nil || n != 80 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}
