package member_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

func TestRefs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text string
		want []member.Ref
	}{
		{"8 (916) 123-45-67", []member.Ref{{member.Phone, "+79161234567"}, {member.External, "8 (916) 123-45-67"}}},
		{"9161234567", []member.Ref{{member.Phone, "+79161234567"}, {member.Card, "9161234567"}, {member.External, "9161234567"}}},
		{"Ivan@Example.RU", []member.Ref{{member.Email, "ivan@example.ru"}, {member.External, "Ivan@Example.RU"}}},
		{"2037215727383", []member.Ref{{member.Card, "2037215727383"}, {member.External, "2037215727383"}}},
		{"2037 2157 27383 ", []member.Ref{{member.Card, "2037215727383"}, {member.External, "2037 2157 27383"}}},
		{";2037215727383=99991010000?", []member.Ref{{member.Card, "2037215727383"}, {member.External, ";2037215727383=99991010000?"}}},
		{"100 000 0008", []member.Ref{{member.Card, "1000000008"}, {member.Number, "1000000008"}, {member.External, "100 000 0008"}}},
		{"L1.1Z.01234567", []member.Ref{{member.QR, "63"}}},
		{"Anna.K", []member.Ref{{member.Login, "anna.k"}, {member.External, "Anna.K"}}},
		{"королёва", []member.Ref{{member.External, "королёва"}}},
		{"", nil},
		{"\x00", nil},
		{strings.Repeat("1", member.MaxFind+1), nil},
	} {
		got := member.Refs(tc.text, "")
		less := func(a, b member.Ref) bool { return a.Kind < b.Kind }
		if diff := cmp.Diff(tc.want, got, cmpopts.SortSlices(less), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q: %s", tc.text, diff)
		}
	}
}

// FuzzRefs: whatever is typed is understood without a panic, and each way of
// understanding it is in the one form that it normalises to itself.
func FuzzRefs(f *testing.F) {
	for _, s := range []string{
		"8 (916) 123-45-67", "+7 701 555 12 12", "ivan@пример.рф", "2037215727383", "96385074", ";2037215727383=1?", "100 000 0008",
		"L1.1Z.01234567", "l1.O1.00000000", "Anna.K", "crm\u200b-17", "\u202e123", "٣٤٥٦", "a\tb", "É", "\xff",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range member.Refs(s, "RU") {
			if r.Value == "" || len(r.Value) > 4*member.MaxFind || !utf8.ValidString(r.Value) || strings.ContainsRune(r.Value, 0) {
				t.Fatalf("%q gives %q", s, r)
			}
			if r.Mask() == r.Value && !strings.Contains(r.Value, "*") {
				t.Fatalf("the mask of %q hides nothing", r)
			}
			if r.Kind == member.QR {
				continue // its value is a card's id, not a payload
			}
			again, err := member.Normalise(r.Kind, r.Value, "RU")
			if err != nil || again != r {
				t.Fatalf("%q gives %q, which gives %q, %v", s, r, again, err)
			}
		}
	})
}

func TestFindByAnything(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m := b.register(1, email("ivan@example.ru"),
			member.NewIdentifier{Kind: member.External, Value: "CRM-17"}, member.NewIdentifier{Kind: member.Login, Value: "ivan.k"})
		b.register(2)
		card := member.Ref{Kind: member.Card, Value: "2037215727383"}
		err := d.Write(b.ctx, func(tx *db.Tx) error {
			locked, err := member.Lock(b.ctx, tx, m.Home)
			if err != nil {
				return err
			}
			for _, ref := range []member.Ref{card, member.OfQR(63)} {
				if ok, err := member.Give(b.ctx, tx, &locked, ref, member.On, b.clock.Now()); err != nil || !ok {
					t.Errorf("%v: %v, %v", ref, ok, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for text, kind := range map[string]member.Kind{
			"8 (916) 000-00-01": member.Phone, "+79160000001": member.Phone, "IVAN@example.ru": member.Email,
			"crm-17": "", "CRM-17": member.External, "Ivan.K": member.Login, "2037-2157-27383": member.Card,
			";2037215727383=1?": member.Card, m.Number: member.Number, crypto.QR(63, "01234567"): member.QR,
			"nobody": "", "8 (916) 000-00-09": "",
		} {
			found := must(member.Find(b.ctx, d, text, "RU"))
			switch {
			case kind == "" && len(found) != 0:
				t.Errorf("%q finds %v", text, found)
			case kind != "" && (len(found) != 1 || found[0].Home != m.Home || found[0].Kind != kind || !found[0].Serves()):
				t.Errorf("%q finds %+v, want by %s", text, found, kind)
			}
		}
		_, err = member.Find(b.ctx, d, " ", "RU")
		refused(t, err, "member.bad-search")

		// A card that is off is found, and said to be off, after what serves.
		must(0, d.Write(b.ctx, func(tx *db.Tx) error {
			var batch db.Batch
			member.Turn(&batch, m.Home, card, member.Off)
			return tx.Run(b.ctx, &batch)
		}))
		found := must(member.Find(b.ctx, d, card.Value, "RU"))
		if len(found) != 1 || found[0].Identifier != member.Off || found[0].Serves() {
			t.Errorf("a card that is off: %+v", found)
		}
	})
}

func TestResolveMany(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		var refs []member.Ref
		want := map[member.Ref]home.ID{}
		for i := range 64 {
			ref := member.Ref{Kind: member.Phone, Value: fmt.Sprintf("+7916%07d", i)}
			if i%3 > 0 {
				want[ref] = b.register(i).Home
			}
			refs = append(refs, ref)
		}
		blocked := refs[1]
		must(b.Block(b.ctx, want[blocked], 0, "проверка", b.by))
		got := must(member.ResolveAll(b.ctx, d, append(refs, refs[4])))
		if len(got) != len(want) {
			t.Errorf("%d found, want %d", len(got), len(want))
		}
		for ref, h := range want {
			list := got[ref]
			if len(list) != 1 || list[0].Home != h || list[0].Main != true {
				t.Errorf("%v: %+v, want %v", ref, list, h)
				continue
			}
			if list[0].Serves() != (ref != blocked) {
				t.Errorf("%v is %s", ref, list[0].State)
			}
		}
		if none := must(member.ResolveAll(b.ctx, d, nil)); len(none) != 0 {
			t.Errorf("nothing asked: %v", none)
		}
	})
}

// What a receipt and a cashier ask must not walk the table: both engines find
// by the identifier's key.
func TestLookUpsGoByKey(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		resolve, explain, wanted := member.QResolveLite, "explain query plan ", "SEARCH i USING INDEX"
		if d.Dialect() == db.Postgres {
			resolve, explain, wanted = member.QResolvePG, "explain ", "Index Cond: ((kind = "
		}
		for name, q := range map[string]string{"resolve": resolve, "find": member.QFind} {
			args := make([]any, strings.Count(q, "$"))
			for i := range args {
				args[i] = "phone"
			}
			if name == "resolve" && d.Dialect() == db.Postgres {
				args = []any{[]string{"phone"}, []string{"phone"}}
			}
			plan := b.plan(explain+q, args...)
			if !slices.ContainsFunc(plan, func(s string) bool { return strings.Contains(s, wanted) }) {
				t.Errorf("%s:\n%s", name, strings.Join(plan, "\n"))
			}
		}
	})
}

// plan gives the lines of a plan. PostgreSQL would walk a table of a few rows,
// whatever its keys; it is asked not to.
func (b *bundle) plan(q string, args ...any) (plan []string) {
	b.t.Helper()
	err := b.DB.Write(b.ctx, func(tx *db.Tx) error {
		read := func(r db.Row) error {
			var a, p, n int64
			var detail string
			err := r.Scan(&a, &p, &n, &detail)
			plan = append(plan, detail)
			return err
		}
		if tx.Dialect() == db.Postgres {
			if _, err := tx.Exec(b.ctx, "set local enable_seqscan = off"); err != nil {
				return err
			}
			read = func(r db.Row) error {
				var detail string
				err := r.Scan(&detail)
				plan = append(plan, detail)
				return err
			}
		}
		return tx.Each(b.ctx, read, q, args...)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return plan
}

func BenchmarkResolve(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(dialect), func(b *testing.B) {
			d := dbtest.Open(b, dialect)
			m := newMembers(d)
			refs := make([]member.Ref, 64)
			for i := range refs {
				in := member.Registration{Identifiers: []member.NewIdentifier{phone(i)}}
				must(m.Register(b.Context(), member.DefaultRules(), in, member.Actor{Kind: member.BySystem}))
				refs[i] = member.Ref{Kind: member.Phone, Value: in.Identifiers[0].Value}
			}
			b.ReportAllocs()
			for b.Loop() {
				if got := must(member.ResolveAll(b.Context(), d, refs)); len(got) != 64 {
					b.Fatal(len(got))
				}
			}
		})
	}
}
