package member_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

func fullProfile() member.Profile {
	return member.Profile{
		Surname: "Королёва", Name: "Анна", Patronymic: "Игоревна", BirthDate: "1990-02-28", Sex: member.Female, Language: "ru",
		Address:  member.Address{Type: "дом", City: "Тверь", Street: "Советская", House: "1к2", Flat: "3", Postcode: "170000"},
		Document: member.Document{Type: "паспорт", Series: "28 10", Number: "123456", Citizenship: "РФ", IssuedBy: "ОВД", IssuedOn: "2010-03-01"},
		Comment:  "две\nстроки", CodeWord: "ромашка", Custom: map[string]string{},
	}
}

func TestRegisterKeepsAllThatWasTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		if err := b.SaveCustomField(b.ctx, member.CustomField{Key: "size", Kind: member.CustomNumber, LabelRU: "Размер", LabelEN: "Size", Active: true}); err != nil {
			t.Fatal(err)
		}
		group := must(b.SaveGroup(b.ctx, member.Group{Name: "Друзья", Active: true}))
		category := must(b.SaveCategory(b.ctx, member.Category{Name: "Студент", Active: true}))
		p := fullProfile()
		p.Category, p.Custom = category.ID, map[string]string{"size": "042,50"}
		got := must(b.Register(b.ctx, b.rules, member.Registration{
			Profile: p,
			Identifiers: []member.NewIdentifier{
				{Kind: member.Phone, Value: "8 (916) 123-45-67"},
				{Kind: member.Phone, Value: "+7 916 765-43-21", Main: true},
				{Kind: member.Email, Value: " Anna.K@Example.RU "},
				{Kind: member.External, Value: "crm-17"},
				{Kind: member.Login, Value: "Anna.K"},
			},
			Tags: []string{"VIP", "vip", " театр "}, Groups: []id.ID{group.ID, group.ID},
			Relatives: []member.Relative{{Kind: "child", Name: "Пётр", BirthDate: "2015-05-01"}},
			Cashier:   9,
		}, b.by))

		p.Custom["size"] = "42.5"
		if diff := cmp.Diff(p, got.Profile); diff != "" {
			t.Error(diff)
		}
		var refs []string
		for _, i := range got.Identifiers {
			mark := ""
			if i.Main {
				mark = "*"
			}
			if i.State != member.On {
				t.Errorf("%v is %s", i.Ref, i.State)
			}
			if i.Kind != member.Number {
				refs = append(refs, string(i.Kind)+" "+i.Value+mark)
			}
		}
		want := []string{"email anna.k@example.ru*", "external crm-17*", "login anna.k*", "phone +79167654321*", "phone +79161234567"}
		if diff := cmp.Diff(want, refs); diff != "" {
			t.Error(diff)
		}
		if len(got.Number) != 10 || !crypto.ValidLuhn(got.Number) || got.Main(member.Number) != got.Number {
			t.Errorf("number %q", got.Number)
		}
		if diff := cmp.Diff([]string{"VIP", "театр"}, got.Tags); diff != "" {
			t.Error(diff)
		}
		if !slices.Equal(got.Groups, []id.ID{group.ID}) || len(got.Relatives) != 1 || got.Relatives[0].ID == 0 {
			t.Errorf("groups %v, relatives %v", got.Groups, got.Relatives)
		}
		if r := got.Registered; r.At != b.clock.Now() || r.Outlet != 5 || r.Cashier != 9 || r.Source != "till" {
			t.Errorf("registered %+v", r)
		}
		if got.State != member.Active {
			t.Errorf("state %s", got.State)
		}
		again := must(member.Get(b.ctx, d, got.Home))
		if diff := cmp.Diff(got, again); diff != "" {
			t.Errorf("read again: %s", diff)
		}
	})
}

func TestRegisterNamesEveryWrongPlace(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	b := newBundle(t, d)
	if err := b.SaveCustomField(b.ctx, member.CustomField{
		Key: "hall", Kind: member.CustomChoice, LabelRU: "Зал", LabelEN: "Hall", Required: true, Active: true,
		Choices: []member.Choice{{Key: "big", LabelRU: "Большой", LabelEN: "Big"}},
	}); err != nil {
		t.Fatal(err)
	}
	rules := b.rules
	rules.Mandatory = []member.Field{member.FieldPhone, member.FieldSurname, member.FieldEmail}
	_, err := b.Register(b.ctx, rules, member.Registration{
		Profile: member.Profile{
			Name: "a\x00b", BirthDate: "2026-11-24", Sex: "x", Language: "de",
			Patronymic: strings.Repeat("я", member.MaxName+1), Document: member.Document{IssuedOn: "31.12.2020"},
			Custom: map[string]string{"none": "1"},
		},
		Identifiers: []member.NewIdentifier{
			{Kind: member.Phone, Value: "12"},
			{Kind: member.Card, Value: "2000000000015"},
			{Kind: member.External, Value: "a"},
			{Kind: member.External, Value: "a"},
		},
		Tags:      []string{" "},
		Relatives: []member.Relative{{Kind: "dog", BirthDate: ""}},
		Consents: []member.NewConsent{
			{Kind: member.ToAdvertising, Action: member.Granted, Text: 1, TextVersion: 1},
			{Kind: member.ToRules, Action: "maybe", IP: "::g"},
		},
	}, b.by)
	wrong(t, err, map[string]string{
		"name": "member.bad-text", "birth_date": "member.date-ahead", "sex": "member.bad-sex", "language": "member.bad-language",
		"patronymic": "member.too-long", "document_issued_on": "member.bad-date", "surname": "member.mandatory",
		"custom.none": "member.bad-field", "custom.hall": "member.mandatory",
		"identifiers[0].value": "contact.phone-invalid", "identifiers[1].kind": "member.bad-kind", "identifiers[3].value": "member.twice",
		"email": "member.mandatory", "tags[0]": "member.mandatory",
		"relatives[0].kind": "member.bad-relative", "relatives[0].birth_date": "member.mandatory",
		"consents[0].channel": "member.bad-channel", "consents[1].action": "member.bad-kind", "consents[1].ip": "member.bad-ip",
	})
}

func TestOnePhoneIsOneMembers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		const clients = 64
		var wins, taken atomic.Int64
		var wg sync.WaitGroup
		for i := range clients {
			wg.Go(func() {
				// The other phone is of another order, so that locks could cross.
				others := []member.NewIdentifier{phone(1), phone(100 + i), email("same@example.ru")}
				if i%2 == 0 {
					slices.Reverse(others)
				}
				_, err := b.Register(b.ctx, b.rules, member.Registration{Identifiers: others}, b.by)
				switch {
				case err == nil:
					wins.Add(1)
				case fault.Is(err, "member.taken"):
					taken.Add(1)
				default:
					t.Errorf("client %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if wins.Load() != 1 || taken.Load() != clients-1 {
			t.Errorf("%d won and %d were told it is taken, of %d", wins.Load(), taken.Load(), clients)
		}
		var homes, members int64
		if err := d.Row(b.ctx, "select (select count(*) from home), (select count(*) from member)").Scan(&homes, &members); err != nil || homes != 1 || members != 1 {
			t.Errorf("%d homes, %d members, %v: the losers left something", homes, members, err)
		}
	})
}

func TestSharedPhone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		b.rules.UniquePhone = false
		first, second := b.register(1), b.register(1)
		found := must(member.Find(b.ctx, d, "8 916 000-00-01", ""))
		if len(found) != 2 || found[0].Home != first.Home || found[1].Home != second.Home {
			t.Errorf("found %v: the till must be able to choose", found)
		}
		// Once phones are one member's again, nobody joins those who share.
		b.rules.UniquePhone = true
		_, err := b.Register(b.ctx, b.rules, member.Registration{Identifiers: []member.NewIdentifier{phone(1)}}, b.by)
		refused(t, err, "member.taken")
		if got := fault.From(err).Arg("value"); got != "+7 9** ***-**-01" {
			t.Errorf("the refusal shows %v", got)
		}
	})
}

func TestRulesAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		got, version, err := member.LoadRules(b.ctx, d)
		if diff := cmp.Diff(member.DefaultRules(), got); diff != "" || version != 0 || err != nil {
			t.Fatalf("at first: %s, version %d, %v", diff, version, err)
		}
		want := member.Rules{
			Mandatory: []member.Field{member.FieldPhone, member.FieldAddressCity}, UniqueEmail: true, Activation: true, Region: "KZ",
			JoinByOrder: true, JoinConsents: []member.ConsentKind{}, GuestPurchases: member.GuestsOrder,
		}
		for range 2 {
			if err := b.SaveRules(b.ctx, want, version); err != nil {
				t.Fatal(err)
			}
			if got, version, err = member.LoadRules(b.ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || version != 2 {
			t.Errorf("version %d: %s", version, diff)
		}
		refused(t, b.SaveRules(b.ctx, want, 1), "member.moved")
		want.Category = 5
		refused(t, b.SaveRules(b.ctx, want, 2), "member.bad-category")
		want.Mandatory, want.Region = append(want.Mandatory, "shoe", member.FieldPhone), "Russia"
		wrong(t, b.SaveRules(b.ctx, want, 2), map[string]string{
			"mandatory[2]": "setting.choice", "mandatory[3]": "setting.twice", "region": "member.bad-region",
		})
	})
}

func TestDefaultCategory(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	b := newBundle(t, d)
	c := must(b.SaveCategory(b.ctx, member.Category{Name: "Гость", Active: true}))
	b.rules.Category = c.ID
	if m := b.register(1); m.Profile.Category != c.ID {
		t.Errorf("category %v", m.Profile.Category)
	}
	c.Active = false
	must(b.SaveCategory(b.ctx, c))
	if m := b.register(2); m.Profile.Category != 0 {
		t.Errorf("a category put away was given: %v", m.Profile.Category)
	}
	_, err := b.Register(b.ctx, b.rules, member.Registration{Profile: member.Profile{Category: c.ID}, Identifiers: []member.NewIdentifier{phone(3)}}, b.by)
	refused(t, err, "member.bad-category")
}

func BenchmarkRegister(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(dialect), func(b *testing.B) {
			m := newMembers(dbtest.Open(b, dialect))
			p := fullProfile()
			n := 0
			for b.Loop() {
				n++
				in := member.Registration{Profile: p, Identifiers: []member.NewIdentifier{phone(n)}}
				must(m.Register(b.Context(), member.DefaultRules(), in, member.Actor{Kind: member.BySystem}))
			}
		})
	}
}
