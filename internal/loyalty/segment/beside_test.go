package segment_test

import (
	"slices"
	"testing"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// TestExpiringOfHouseholds: points of a household's account expire for all who are in it
// now; his own in an account that he does not use for nobody.
func TestExpiringOfHouseholds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, 0)
		founder, fellow, left := person{home: 1000, state: "active"}, person{home: 1001, state: "active"}, person{home: 1002, state: "active"}
		soon := []points{{left: 500, state: "active", expires: w.now.Add(time.Hour)}}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, p := range []*person{&founder, &fellow, &left} {
				p.custom = map[string]string{}
				p.put(t, tx)
			}
			putLots(t, tx, founder.home, soon, w.now)
			putLots(t, tx, left.home, []points{{left: 500, state: "active", expires: w.now.AddDate(0, 0, 9)}}, w.now)
			for _, q := range []string{
				`delete from household_member`, `delete from household`,
				`insert into household (household_id, founder, name, created_at) values (5, 1000, '', 0)`,
				`insert into household_member (home_id, membership_id, household_id, joined_at, left_at) values (1000, 1, 5, 0, null), (1001, 2, 5, 0, null), (1002, 3, 5, 0, 1)`,
				`update home set account_home = 1000 where home_id = 1001`,
			} {
				if _, err := tx.Exec(t.Context(), q); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for days, want := range map[string][]home.ID{"0": {1000, 1001}, "9": {1000, 1001, 1002}} {
			p, err := w.lists.List(t.Context(), segment.Query{Filter: segment.Filter{Conditions: []segment.Condition{{Field: "expiring_in", Op: segment.OpTo, Values: []string{days}}}}, Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			var got []home.ID
			for i := range p.Rows {
				got = append(got, p.Rows[i].Home)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("within %s days: %v, want %v", days, got, want)
			}
		}
	})
}

// TestColumnsBeside: what stands in tables beside a member's is shown as it is there, of
// his open deposit and of cards in use only.
func TestColumnsBeside(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, 0)
		sum := int64(-5_50)
		p := person{home: 1000, state: "active", phone: "+79160000001", email: "a@example.org", custom: map[string]string{}, beside: beside{
			login: "anna", phoneProven: true, cards: [][2]string{{"1", "lost"}, {"2", "active"}}, postcode: "190000", street: "Мира", deposit: &sum, closed: true,
		}}
		plain := person{home: 1001, state: "active", custom: map[string]string{}}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, x := range []*person{&p, &plain} {
				x.put(t, tx)
				x.putBeside(t, tx, w.now)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		columns := []string{"login", "phone_proven", "email_proven", "card_types", "card_states", "postcode", "deposit", "has_deposit"}
		page, err := w.lists.List(t.Context(), segment.Query{Columns: columns, Limit: 5, Outlets: []id.ID(nil)})
		if err != nil || len(page.Rows) != 2 {
			t.Fatalf("%+v, %v", page, err)
		}
		for i, want := range [][]segment.Value{
			{
				{Kind: segment.Text, Text: "anna"},
				{Kind: segment.YesNo, Text: "true"},
				{Kind: segment.YesNo, Text: "false"},
				{Kind: segment.List, List: []string{"2"}},
				{Kind: segment.List, List: []string{"active", "lost"}},
				{Kind: segment.Text, Text: "190000"},
				{Kind: segment.Money, Int: sum},
				{Kind: segment.YesNo, Text: "true"},
			},
			{
				{Kind: segment.Text},
				{Kind: segment.YesNo, Text: "false"},
				{Kind: segment.YesNo, Text: "false"},
				{Kind: segment.List},
				{Kind: segment.List},
				{Kind: segment.Text},
				{Kind: segment.Money},
				{Kind: segment.YesNo, Text: "false"},
			},
		} {
			for k, v := range want {
				if got := page.Rows[i].Values[k]; got.Kind != v.Kind || got.Text != v.Text || got.Int != v.Int || !slices.Equal(got.List, v.List) {
					t.Errorf("%s of member %d: %+v, want %+v", columns[k], i, got, v)
				}
			}
		}
	})
}

// TestInviterThatWasMerged: whom a merged member had invited is found by the number of
// whoever took over what was his.
func TestInviterThatWasMerged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newTown(t, d, 0)
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, p := range []*person{{home: 1000, state: "merged"}, {home: 1001, state: "active"}, {home: 1002, state: "active", beside: beside{inviter: 1000}}} {
				p.custom = map[string]string{}
				p.put(t, tx)
				p.putBeside(t, tx, w.now)
			}
			_, err := tx.Exec(t.Context(), `update member set merged_into = 1001 where home_id = 1000`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.lists.List(t.Context(), segment.Query{Filter: segment.Filter{Conditions: []segment.Condition{{Field: "inviter", Op: segment.OpIn, Values: []string{publicNumber(1001)}}}}, Limit: 10})
		if err != nil || len(p.Rows) != 1 || p.Rows[0].Home != 1002 {
			t.Errorf("%+v, %v", p.Rows, err)
		}
	})
}
