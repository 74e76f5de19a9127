package member_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// trail gives a member's changes, oldest first, as "field: old → new".
func (b *bundle) trail(h home.ID, field member.Field) []string {
	b.t.Helper()
	list := must(member.Changes(b.ctx, b.DB, h, field, 0, 200))
	var out []string
	for _, c := range list {
		out = append(out, string(c.Field)+": "+c.Old+" → "+c.New)
	}
	slices.Reverse(out)
	return out
}

func TestUpdateChangesWhatIsNamed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m := must(b.Register(b.ctx, b.rules, member.Registration{
			Profile: fullProfile(), Identifiers: []member.NewIdentifier{phone(1)},
			Tags: []string{"vip", "театр"}, Relatives: []member.Relative{{Kind: "child", Name: "Пётр", BirthDate: "2015-05-01"}, {Kind: "spouse", Name: "Олег", BirthDate: "1988-01-02"}},
		}, b.by))
		if err := b.SaveCustomField(b.ctx, member.CustomField{Key: "ok", Kind: member.CustomBool, LabelRU: "Да", LabelEN: "Yes", Active: true}); err != nil {
			t.Fatal(err)
		}
		b.clock.Add(time.Hour)
		child := m.Relatives[0]
		child.Name = "Петя"
		by := member.Actor{Kind: member.ByStaff, ID: 3, Source: "admin"}
		got := must(b.Update(b.ctx, b.rules, m.Home, m.Version, member.Patch{
			Set: map[member.Field]string{
				member.FieldSurname: " Петрова ", member.FieldAddressFlat: "", member.FieldCodeWord: "лютик", member.FieldName: "Анна", "custom.ok": "true",
			},
			Tags: &[]string{"театр", "VIP"}, Relatives: &[]member.Relative{child, {Kind: "parent", BirthDate: "1960-03-03"}},
		}, by))
		want := m
		want.Profile.Surname, want.Profile.Address.Flat, want.Profile.CodeWord = "Петрова", "", "лютик"
		want.Profile.Custom = map[string]string{"ok": "true"}
		want.Tags = []string{"VIP", "театр"}
		want.Relatives = []member.Relative{child, {ID: got.Relatives[len(got.Relatives)-1].ID, Kind: "parent", BirthDate: "1960-03-03"}}
		want.Version, want.ChangedAt = m.Version+1, b.clock.Now()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(got, must(member.Get(b.ctx, d, m.Home))); diff != "" {
			t.Errorf("stored: %s", diff)
		}

		wantTrail := []string{
			"registered:  → " + m.Number, "state:  → active", "phone:  → +79160000001",
			"surname: Королёва → Петрова", "address_flat: 3 → ", "code_word: *** → ***", "custom.ok:  → true",
			"tags: vip, театр → VIP, театр",
			"relative: spouse 1988-01-02 Олег → ", "relative: child 2015-05-01 Пётр → child 2015-05-01 Петя", "relative:  → parent 1960-03-03",
		}
		if diff := cmp.Diff(wantTrail, b.trail(m.Home, "")); diff != "" {
			t.Error(diff)
		}
		last := must(member.Changes(b.ctx, d, m.Home, "", 0, 1))[0]
		if last.Actor != member.ByStaff || last.By != 3 || last.Source != "admin" || last.At != b.clock.Now() {
			t.Errorf("who and when: %+v", last)
		}
		var paged []id.ID
		for before := id.ID(0); ; {
			page := must(member.Changes(b.ctx, d, m.Home, "", before, 3))
			if len(page) == 0 {
				break
			}
			for _, c := range page {
				paged = append(paged, c.ID)
			}
			before = page[len(page)-1].ID
		}
		if len(paged) != len(wantTrail) || !slices.IsSortedFunc(paged, func(a, b id.ID) int { return int(b - a) }) {
			t.Errorf("by pages: %v", paged)
		}

		// The same again is no change.
		same := must(b.Update(b.ctx, b.rules, m.Home, 0, member.Patch{Set: map[member.Field]string{member.FieldSurname: "Петрова"}}, by))
		if same.Version != got.Version || len(b.trail(m.Home, "")) != len(wantTrail) {
			t.Errorf("no change moved the version to %d", same.Version)
		}
		_, err := b.Update(b.ctx, b.rules, m.Home, m.Version, member.Patch{Set: map[member.Field]string{member.FieldSurname: "Я"}}, by)
		refused(t, err, "member.moved")
		_, err = b.Update(b.ctx, b.rules, 1, 0, member.Patch{}, by)
		refused(t, err, "member.not-found")
	})
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	b := newBundle(t, d)
	m := b.register(1)
	b.rules.Mandatory = []member.Field{member.FieldPhone, member.FieldSurname, member.FieldBirthDate}
	// What became mandatory later does not stand in the way of other changes.
	must(b.Update(b.ctx, b.rules, m.Home, 0, member.Patch{Set: map[member.Field]string{member.FieldComment: "x"}}, b.by))
	_, err := b.Update(b.ctx, b.rules, m.Home, 0, member.Patch{
		Set: map[member.Field]string{
			member.FieldSurname: " ", member.FieldSex: "m", "number": "1", "custom.x": "1", member.FieldCategory: "abc",
		},
		Relatives: &[]member.Relative{{ID: 99, Kind: "child", BirthDate: "2020-01-01"}},
	}, b.by)
	wrong(t, err, map[string]string{
		"surname": "member.mandatory", "sex": "member.bad-sex", "number": "member.bad-field", "custom.x": "member.bad-field",
		"category": "id.invalid", "relatives[0].id": "member.bad-relative",
	})
	_, err = b.Update(b.ctx, b.rules, m.Home, 0, member.Patch{Set: map[member.Field]string{member.FieldCategory: "12345"}}, b.by)
	refused(t, err, "member.bad-category")
}

func TestOneOfManyEditorsWins(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m := b.register(1)
		var wins atomic.Int64
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				_, err := b.Update(b.ctx, b.rules, m.Home, m.Version, member.Patch{Set: map[member.Field]string{member.FieldName: string(rune('А' + i))}}, b.by)
				if err == nil {
					wins.Add(1)
				} else if !fault.Is(err, "member.moved") {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wins.Load() != 1 || len(b.trail(m.Home, member.FieldName)) != 1 {
			t.Errorf("%d won, trail %v", wins.Load(), b.trail(m.Home, member.FieldName))
		}
	})
}

func TestContactsComeAndGo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m, other := b.register(1), b.register(2)
		add := func(in member.NewIdentifier) { m = must(b.AddIdentifier(b.ctx, b.rules, m.Home, m.Version, in, b.by)) }
		add(email("a@example.ru"))
		b.clock.Add(time.Second)
		add(email("b@example.ru"))
		b.clock.Add(time.Second)
		main := email("C@example.ru")
		main.Main = true
		add(main)
		if got := m.Main(member.Email); got != "c@example.ru" {
			t.Errorf("main is %s", got)
		}
		mains := func() (n int) {
			for _, i := range m.Identifiers {
				if i.Kind == member.Email && i.Main {
					n++
				}
			}
			return n
		}
		if mains() != 1 {
			t.Errorf("%d are main", mains())
		}
		ref := func(s string) member.Ref { return must(member.Normalise(member.Email, s, "")) }
		m = must(b.SetMain(b.ctx, m.Home, m.Version, ref("b@example.ru"), b.by))
		m = must(b.RemoveIdentifier(b.ctx, b.rules, m.Home, m.Version, ref("b@example.ru"), b.by))
		if got := m.Main(member.Email); got != "a@example.ru" || mains() != 1 {
			t.Errorf("after the main one left %s is main, of %d", got, mains())
		}
		want := []string{
			"email:  → a@example.ru", "email:  → b@example.ru", "email_main: a@example.ru → c@example.ru", "email:  → c@example.ru",
			"email_main: c@example.ru → b@example.ru", "email_main: b@example.ru → a@example.ru", "email: b@example.ru → ",
		}
		if diff := cmp.Diff(want, b.trail(m.Home, member.FieldEmail)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"email_main: a@example.ru → c@example.ru", "email_main: c@example.ru → b@example.ru", "email_main: b@example.ru → a@example.ru"}, b.trail(m.Home, "email_main")); diff != "" {
			t.Error(diff)
		}
		// What he gave up is free.
		must(b.AddIdentifier(b.ctx, b.rules, other.Home, 0, email("b@example.ru"), b.by))
		_, err := b.AddIdentifier(b.ctx, b.rules, m.Home, 0, email("b@example.ru"), b.by)
		refused(t, err, "member.taken")
		_, err = b.AddIdentifier(b.ctx, b.rules, m.Home, 0, email("a@example.ru"), b.by)
		refused(t, err, "member.twice")
		_, err = b.AddIdentifier(b.ctx, b.rules, m.Home, 0, member.NewIdentifier{Kind: member.Number, Value: "1000000008"}, b.by)
		refused(t, err, "member.bad-identifier")
		_, err = b.RemoveIdentifier(b.ctx, b.rules, m.Home, 0, member.Ref{Kind: member.Phone, Value: "+79160000001"}, b.by)
		refused(t, err, "member.last-identifier")
		_, err = b.RemoveIdentifier(b.ctx, b.rules, m.Home, 0, member.Ref{Kind: member.Number, Value: m.Number}, b.by)
		refused(t, err, "member.no-identifier")
		for i := len(must(member.Get(b.ctx, d, m.Home)).Identifiers); ; i++ {
			if _, err = b.AddIdentifier(b.ctx, b.rules, m.Home, 0, phone(50+i), b.by); err != nil {
				break
			}
		}
		refused(t, err, "member.too-many")
	})
}

// TestReplaceIdentifier: another phone takes the place of the only one, which is
// mandatory, and is main as that was; what was given up is free.
func TestReplaceIdentifier(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m, other := b.register(1), b.register(2)
		old := member.Ref{Kind: member.Phone, Value: "+79160000001"}
		replace := func(value string) (member.Member, error) {
			return b.ReplaceIdentifier(b.ctx, b.rules, m.Home, m.Version, old, member.NewIdentifier{Value: value}, b.by)
		}
		for value, code := range map[string]string{"8 916 000 00 01": "member.twice", "+79160000002": "member.taken"} {
			_, err := replace(value)
			refused(t, err, code)
		}
		_, err := replace("7")
		wrong(t, err, map[string]string{"value": "contact.phone-invalid"})
		got := must(replace("+79160000077"))
		if got.Main(member.Phone) != "+79160000077" || len(got.Identifiers) != len(m.Identifiers) {
			t.Errorf("%+v", got.Identifiers)
		}
		_, err = replace("+79160000078")
		refused(t, err, "member.moved")
		if diff := cmp.Diff([]string{"phone:  → +79160000001", "phone:  → +79160000077", "phone: +79160000001 → "}, b.trail(m.Home, member.FieldPhone)); diff != "" {
			t.Error(diff)
		}
		must(b.AddIdentifier(b.ctx, b.rules, other.Home, 0, member.NewIdentifier{Kind: member.Phone, Value: old.Value}, b.by))
	})
}

func TestBlockUnblockClose(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m := b.register(1, email("a@example.ru"))
		version := func() (v int64) {
			must(0, d.Row(b.ctx, "select version from home where home_id = $1", m.Home).Scan(&v))
			return v
		}
		before := version()
		m = must(b.Block(b.ctx, m.Home, m.Version, "много возвратов", b.by))
		if m.State != member.Blocked || m.BlockReason != "много возвратов" || version() == before {
			t.Errorf("blocked: %+v, the home's version was %d and is %d", m, before, version())
		}
		_, err := b.Activate(b.ctx, b.rules, m.Home, b.by)
		refused(t, err, "member.blocked")
		m = must(b.Unblock(b.ctx, m.Home, 0, b.by))
		if m.State != member.Active || m.BlockReason != "" {
			t.Errorf("unblocked: %+v", m)
		}
		_, err = b.Unblock(b.ctx, m.Home, 0, b.by)
		refused(t, err, "member.not-blocked")
		m = must(b.Close(b.ctx, m.Home, 0, "просил сам", b.by, nil))
		for _, i := range m.Identifiers {
			if i.State != member.Off {
				t.Errorf("%v is still on", i.Ref)
			}
		}
		// His phone is free; asking by it finds the new owner first.
		next := b.register(1, email("a@example.ru"))
		found := must(member.Find(b.ctx, d, "89160000001", ""))
		if len(found) != 2 || found[0].Home != next.Home || found[1].State != member.Closed {
			t.Errorf("found %+v", found)
		}
		for _, err := range []error{
			second(b.Block(b.ctx, m.Home, 0, "x", b.by)), second(b.Close(b.ctx, m.Home, 0, "", b.by, nil)),
			second(b.AddIdentifier(b.ctx, b.rules, m.Home, 0, phone(9), b.by)),
			second(b.Update(b.ctx, b.rules, m.Home, 0, member.Patch{}, b.by)),
		} {
			refused(t, err, "member.gone")
		}
		want := []string{"state:  → active", "state: active → blocked", "state: blocked → active", "state: active → closed"}
		if diff := cmp.Diff(want, b.trail(m.Home, member.FieldState)); diff != "" {
			t.Error(diff)
		}
		// The number of one who left is never given again.
		if n := must(member.Find(b.ctx, d, m.Number, "")); len(n) != 1 || n[0].Home != m.Home {
			t.Errorf("by number: %+v", n)
		}
	})
}

func second[T any](_ T, err error) error { return err }
