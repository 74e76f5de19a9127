package member_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

func TestManyIntoAGroup(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		group := must(b.SaveGroup(b.ctx, member.Group{Name: "Студенты", Active: true}))
		var homes []home.ID
		for i := range 250 { // more than one batch
			homes = append(homes, b.register(i).Home)
		}
		gone := must(b.Close(b.ctx, homes[7], 0, "", b.by, nil))
		slices.Reverse(homes)
		ask := append(slices.Clone(homes), homes[0], 12345)
		got := must(b.PutInGroup(b.ctx, group.ID, ask, b.by))
		if diff := cmp.Diff(member.Grouped{Changed: 249, Missing: []home.ID{12345, gone.Home}}, got); diff != "" {
			t.Error(diff)
		}
		m := must(member.Get(b.ctx, d, homes[0]))
		if !slices.Equal(m.Groups, []id.ID{group.ID}) || m.Version != 2 {
			t.Errorf("%v, version %d", m.Groups, m.Version)
		}
		if diff := cmp.Diff([]string{"group:  → " + group.ID.String()}, b.trail(m.Home, member.FieldGroup)); diff != "" {
			t.Error(diff)
		}
		if again := must(b.PutInGroup(b.ctx, group.ID, homes[:10], b.by)); again.Changed != 0 || again.Already != 10 {
			t.Errorf("again: %+v", again)
		}
		if out := must(b.TakeOutOfGroup(b.ctx, group.ID, homes[:3], b.by)); out.Changed != 3 {
			t.Errorf("out: %+v", out)
		}
		if m = must(member.Get(b.ctx, d, homes[0])); len(m.Groups) != 0 || m.Version != 3 {
			t.Errorf("%v, version %d", m.Groups, m.Version)
		}
		group.Active = false
		must(b.SaveGroup(b.ctx, group))
		_, err := b.PutInGroup(b.ctx, group.ID, homes, b.by)
		refused(t, err, "member.bad-group")
		must(b.TakeOutOfGroup(b.ctx, group.ID, homes, b.by)) // out of one that is put away is allowed
		_, err = b.PutInGroup(b.ctx, group.ID, make([]home.ID, member.MaxGrouped+1), b.by)
		refused(t, err, "member.too-many")
	})
}

// Two lists in opposite orders must not wait for each other.
func TestListsSideBySide(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		group := must(b.SaveGroup(b.ctx, member.Group{Name: "А", Active: true}))
		var homes []home.ID
		for i := range 60 {
			homes = append(homes, b.register(i).Home)
		}
		var wg sync.WaitGroup
		changed, before := make([]int, 8), d.Retries()
		for i := range changed {
			list := slices.Clone(homes)
			if i%2 == 0 {
				slices.Reverse(list)
			}
			wg.Go(func() {
				got, err := b.PutInGroup(b.ctx, group.ID, list, b.by)
				if err != nil {
					t.Error(err)
				}
				changed[i] = got.Changed
			})
		}
		wg.Wait()
		sum := 0
		for _, n := range changed {
			sum += n
		}
		if sum != len(homes) {
			t.Errorf("%d put in by all lists together, want %d", sum, len(homes))
		}
		if n := d.Retries() - before; n != 0 {
			t.Errorf("%d transactions met a deadlock", n)
		}
	})
}

func TestGroupNames(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		g := must(b.SaveGroup(b.ctx, member.Group{Name: " Ёлки ", Note: "к новому году", Active: true}))
		c := must(b.SaveCategory(b.ctx, member.Category{Name: "Школьник", Active: true}))
		_, err := b.SaveGroup(b.ctx, member.Group{Name: "елки", Active: true})
		refused(t, err, "member.name-taken")
		_, err = b.SaveCategory(b.ctx, member.Category{Name: "школьник"})
		refused(t, err, "member.name-taken")
		_, err = b.SaveGroup(b.ctx, member.Group{Name: " "})
		wrong(t, err, map[string]string{"name": "member.mandatory"})
		g.Name = "Аллеи"
		must(b.SaveGroup(b.ctx, g))
		if diff := cmp.Diff([]member.Group{g}, must(member.Groups(b.ctx, d))); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]member.Category{c}, must(member.Categories(b.ctx, d))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCustomFields(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		for i, f := range []member.CustomField{
			{Key: "n", Kind: member.CustomNumber},
			{Key: "d", Kind: member.CustomDate},
			{Key: "b", Kind: member.CustomBool},
			{Key: "t", Kind: member.CustomText, Required: true},
			{Key: "c", Kind: member.CustomChoice, Choices: []member.Choice{{Key: "x", LabelRU: "Х", LabelEN: "X"}}},
		} {
			f.LabelRU, f.LabelEN, f.Active, f.Position = "Поле", "Field", true, int64(i)
			if err := b.SaveCustomField(b.ctx, f); err != nil {
				t.Fatal(err)
			}
		}
		m := must(b.Register(b.ctx, b.rules, member.Registration{
			Identifiers: []member.NewIdentifier{phone(1)}, Profile: member.Profile{Custom: map[string]string{"t": "раз"}},
		}, b.by))
		set := func(key, value string) (string, error) {
			m, err := b.Update(b.ctx, b.rules, m.Home, 0, member.Patch{Set: map[member.Field]string{member.Field("custom." + key): value}}, b.by)
			return m.Profile.Custom[key], err
		}
		for _, tc := range []struct{ key, value, want, code string }{
			{"n", "1", "1", ""},
			{"n", "-007,10", "-7.1", ""},
			{"n", "-0.0", "0", ""},
			{"n", "0.000001", "0.000001", ""},
			{"n", "", "", ""},
			{"n", "1e5", "", "member.bad-number"},
			{"n", "1.2.3", "", "member.bad-number"},
			{"n", ".5", "", "member.bad-number"},
			{"n", "1.", "", "member.bad-number"},
			{"n", "1234567890123456", "", "member.number-size"},
			{"n", "0.0000001", "", "member.number-size"},
			{"n", "--1", "", "member.bad-number"},
			{"d", "2024-02-29", "2024-02-29", ""},
			{"d", "2023-02-29", "", "member.bad-date"},
			{"d", "1899-12-31", "", "member.date-early"},
			{"b", "true", "true", ""},
			{"b", "yes", "", "member.bad-bool"},
			{"c", "x", "x", ""},
			{"c", "y", "", "member.bad-choice"},
			{"t", "", "", "member.mandatory"},
			{"t", " два  слова ", "два слова", ""},
			{"q", "1", "", "member.bad-field"},
		} {
			got, err := set(tc.key, tc.value)
			if tc.code != "" {
				wrong(t, err, map[string]string{"custom." + tc.key: tc.code})
			} else if err != nil || got != tc.want {
				t.Errorf("%s = %q: got %q, %v, want %q", tc.key, tc.value, got, err, tc.want)
			}
		}

		fields := must(member.CustomFields(b.ctx, d))
		if len(fields) != 5 || fields[0].Key != "n" || fields[4].Choices[0].LabelRU != "Х" {
			t.Errorf("%+v", fields)
		}
		fields[1].Kind = member.CustomText
		refused(t, b.SaveCustomField(b.ctx, fields[1]), "member.custom-kind")
		wrong(t, b.SaveCustomField(b.ctx, member.CustomField{Key: "Шляпа", Kind: "hat", LabelRU: "x"}), map[string]string{
			"key": "member.bad-key", "label_en": "member.mandatory", "kind": "member.bad-kind",
		})
		wrong(t, b.SaveCustomField(b.ctx, member.CustomField{Key: "k", Kind: member.CustomChoice, LabelRU: "x", LabelEN: "x"}), map[string]string{"choices": "member.too-many"})

		// One put away is no longer asked, and its values stay.
		fields[0].Active = false
		must(0, b.SaveCustomField(b.ctx, fields[0]))
		_, err := set("n", "5")
		wrong(t, err, map[string]string{"custom.n": "member.bad-field"})
		if m = must(member.Get(b.ctx, d, m.Home)); m.Profile.Custom["c"] != "x" {
			t.Errorf("%v", m.Profile.Custom)
		}
	})
}

func TestList(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		group := must(b.SaveGroup(b.ctx, member.Group{Name: "Г", Active: true}))
		category := must(b.SaveCategory(b.ctx, member.Category{Name: "К", Active: true}))
		homes := map[string]home.ID{}
		for i, name := range []string{"Ёжиков Яков", "Елкин Борис", "ежиков антон", "Жуков Пётр", "Zorin Al", "Ежиков Антон"} {
			var p member.Profile
			fmt.Sscan(name, &p.Surname, &p.Name)
			in := member.Registration{Profile: p, Identifiers: []member.NewIdentifier{phone(i)}}
			if i%2 == 0 {
				in.Groups, in.Tags = []id.ID{group.ID}, []string{"Тег"}
			}
			if i > 3 {
				in.Profile.Category = category.ID
			}
			homes[name] = must(b.Register(b.ctx, b.rules, in, b.by)).Home
		}
		must(b.Block(b.ctx, homes["Жуков Пётр"], 0, "x", b.by))
		all := []string{"Zorin Al", "ежиков антон", "Ежиков Антон", "Ёжиков Яков", "Елкин Борис", "Жуков Пётр"}
		for _, tc := range []struct {
			filter member.Filter
			want   []string
		}{
			{member.Filter{}, all},
			{member.Filter{State: member.Blocked}, []string{"Жуков Пётр"}},
			{member.Filter{Prefix: "ёжи"}, []string{"ежиков антон", "Ежиков Антон", "Ёжиков Яков"}},
			{member.Filter{Prefix: " ЕЖИКОВ  я"}, []string{"Ёжиков Яков"}},
			{member.Filter{Prefix: "100%"}, nil},
			{member.Filter{Group: group.ID}, []string{"Zorin Al", "ежиков антон", "Ёжиков Яков"}},
			{member.Filter{Tag: "тег", Prefix: "е"}, []string{"ежиков антон", "Ёжиков Яков"}},
			{member.Filter{Category: category.ID, Group: group.ID, State: member.Active, Tag: "ТЕГ"}, []string{"Zorin Al"}},
		} {
			for _, limit := range []int{1, 2, 100} {
				var got []string
				var after *member.Cursor
				for {
					page := must(member.List(b.ctx, d, tc.filter, after, limit))
					if len(page.Rows) > limit {
						t.Fatalf("%d rows, limit %d", len(page.Rows), limit)
					}
					for _, r := range page.Rows {
						got = append(got, r.Surname+" "+r.Name)
						if r.Home != homes[r.Surname+" "+r.Name] || r.Phone == "" || r.Number == "" {
							t.Errorf("row %+v", r)
						}
					}
					if after = page.Next; after == nil {
						break
					}
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("%+v by %d: %s", tc.filter, limit, diff)
				}
			}
		}
	})
}
