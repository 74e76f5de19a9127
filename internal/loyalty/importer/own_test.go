package importer_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/segment/export"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
)

// ownFields makes an own field of each kind; one is called like a formula.
func (b *bundle) ownFields() {
	b.t.Helper()
	for i, f := range []member.CustomField{
		{Key: "genre", Kind: member.CustomChoice, LabelRU: "=1+1 Любимый жанр", LabelEN: "Favourite genre", Choices: []member.Choice{
			{Key: "drama", LabelRU: "Драма", LabelEN: "Tragedy"}, {Key: "comedy", LabelRU: "Комедия", LabelEN: "Comedy"},
		}},
		{Key: "children", Kind: member.CustomNumber, LabelRU: "Детей", LabelEN: "Children"},
		{Key: "wedding", Kind: member.CustomDate, LabelRU: "Свадьба", LabelEN: "Wedding"},
		{Key: "dog", Kind: member.CustomBool, LabelRU: "Есть собака", LabelEN: "Has a dog"},
		{Key: "motto", Kind: member.CustomText, LabelRU: "Девиз", LabelEN: "Motto"},
	} {
		f.Active, f.Position = true, int64(i)
		if err := b.im.Members.SaveCustomField(b.t.Context(), f); err != nil {
			b.t.Fatal(err)
		}
	}
}

// TestOwnFieldsThereAndBack: the file that members were taken out with, of whatever
// form and language, brings them in with the same own fields, by its own names.
func TestOwnFieldsThereAndBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.ownFields()
		texts, err := i18n.Load()
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"genre": "drama", "children": "-2.5", "wedding": "2030-10-12", "dog": "false", "motto": "=2+2"}
		profile := member.Profile{Surname: "Ёлкина", Name: "Анна", Language: "ru", Custom: map[string]string{}}
		for k, v := range want {
			profile.Custom[k] = v
		}
		m, err := b.im.Members.Register(t.Context(), member.DefaultRules(), member.Registration{
			Profile: profile, Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "89160000021"}},
		}, purchasetest.By)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.Exec(t.Context(), `insert into member_figure (home_id, programme_id, level, active, pending, earned, spent, purchases, turnover, average, first_purchase_at, last_purchase_at,
 visits, refunds, tickets, orders, orders_unpaid, consents, city_folded, given_folded) values ($1, 1, '', 0, 0, 0, 0, 0, 0, 0, $2, $2, 0, 0, 0, 0, 0, 0, '', $3)`, m.Home, clock.Of(time.Now()), []byte("анна"))
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, lang := range i18n.Langs() {
			x := &export.Export{Lists: &segment.Lists{DB: d, IDs: b.IDs, Clock: b.Clock, Zone: func() *time.Location { return time.UTC }}, Texts: texts, Lang: lang}
			for name, write := range map[string]func(*bytes.Buffer, segment.Query) error{
				"csv":  func(w *bytes.Buffer, q segment.Query) error { return x.CSV(t.Context(), w, q) },
				"xlsx": func(w *bytes.Buffer, q segment.Query) error { return x.XLSX(t.Context(), w, q) },
			} {
				var out bytes.Buffer
				q := segment.Query{Columns: []string{"phone", "language", "registered", "custom.genre", "custom.children", "custom.wedding", "custom.dog", "custom.motto"}}
				if err := write(&out, q); err != nil {
					t.Fatal(err)
				}
				name = string(lang) + "." + name
				files[name] = b.file(name, out.String())
			}
		}
		for name, file := range files {
			if _, err := b.im.Members.Close(t.Context(), m.Home, 0, "", purchasetest.By, nil); err != nil {
				t.Fatal(err)
			}
			if _, rows := b.people(&importer.PeopleJob{File: file}); !cmp.Equal(rows, []string{"2|imported|false||"}) {
				t.Fatalf("%s: %v", name, rows)
			}
			found, err := member.ResolveAll(t.Context(), d, []member.Ref{{Kind: member.Phone, Value: "+79160000021"}})
			if err != nil {
				t.Fatal(err)
			}
			for _, list := range found {
				for _, r := range list {
					if !r.State.Gone() {
						m, err = member.Get(t.Context(), d, r.Home)
					}
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, m.Profile.Custom); diff != "" || m.Profile.Language != "ru" {
				t.Errorf("%s: of %q: %s", name, m.Profile.Language, diff)
			}
		}
	})
}

// TestOwnFieldsAsWritten: own fields are read as people write them; what is not
// theirs is refused with what was written, all of a row at once.
func TestOwnFieldsAsWritten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.ownFields()
		doubtful := b.file("doubtful.csv", "Phone,Children\n89160000041,\"1,500\"\n89160000042,\"1,50\"\n")
		if _, rows := b.people(&importer.PeopleJob{File: doubtful}); !cmp.Equal(rows, []string{"2|rejected|false|Children|importer.number-doubtful", "3|imported|false||"}) {
			t.Error(rows)
		}
		if _, rows := b.people(&importer.PeopleJob{File: b.file("decimal.csv", "Телефон;Детей\n89160000043;1,500\n")}); !cmp.Equal(rows, []string{"2|imported|false||"}) || b.people1("89160000043").Profile.Custom["children"] != "1.5" {
			t.Error(rows)
		}
		file := b.file("own.csv", `Телефон;favourite_GENRE;детей;Wedding;dog
89160000021;драма ;2,5;01.02.2020;Да
89160000022;TRAGEDY;1 000;12.10.2020;yes
89160000023;comedy;;2020-10-12;0
89160000024;Ужасы;два;32.10.2020;не знаю
`)
		want := []string{"2|imported|false||", "3|imported|false||", "4|imported|false||", "5|rejected|false|детей|importer.number"}
		var why *fault.Error
		job := &importer.PeopleJob{File: file}
		_, rows := b.people(job)
		if diff := cmp.Diff(want[:3], rows[:3]); diff != "" || !strings.Contains(rows[3], "rejected") {
			t.Fatal(rows)
		}
		job = &importer.PeopleJob{File: file, Map: importer.NewPeopleMap(), Dry: true, Report: func(o *importer.Outcome) error {
			why = o.Why
			return nil
		}}
		if _, err := b.im.ImportPeople(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		codes := []string{why.Code}
		for _, f := range why.Fields {
			codes = append(codes, f.Path+" "+f.Code)
		}
		if diff := cmp.Diff([]string{"importer.number", "dog importer.yes-no", "favourite_GENRE importer.choice", "Wedding importer.date"}, codes); diff != "" {
			t.Error(diff)
		}
		for phone, has := range map[string]map[string]string{
			"89160000021": {"genre": "drama", "children": "2.5", "wedding": "2020-02-01", "dog": "true"},
			"89160000022": {"genre": "drama", "children": "1000", "wedding": "2020-10-12", "dog": "true"},
			"89160000023": {"genre": "comedy", "wedding": "2020-10-12", "dog": "false"},
		} {
			if diff := cmp.Diff(has, b.people1(phone).Profile.Custom); diff != "" {
				t.Errorf("%s: %s", phone, diff)
			}
		}
	})
}

// TestOwnFieldsOfWorkbook: numbers and days of a workbook are what they are, also
// where its binary fractions are not.
func TestOwnFieldsOfWorkbook(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.ownFields()
		book := excelize.NewFile()
		for cell, v := range map[string]any{
			"A1": "Phone", "B1": "Children", "C1": "Wedding", "D1": "Has a dog", "A2": 79160000031, "B2": 2.2999999999999998, "C2": 44116, "D2": true,
			"A3": 79160000032, "B3": 0.000001, "C3": "12.10.2020", "D3": false,
		} {
			if err := book.SetCellValue("Sheet1", cell, v); err != nil {
				t.Fatal(err)
			}
		}
		name := filepath.Join(t.TempDir(), "own.xlsx")
		if err := book.SaveAs(name); err != nil {
			t.Fatal(err)
		}
		if _, rows := b.people(&importer.PeopleJob{File: name}); !cmp.Equal(rows, []string{"2|imported|false||", "3|imported|false||"}) {
			t.Fatal(rows)
		}
		for phone, has := range map[string]map[string]string{
			"89160000031": {"children": "2.3", "wedding": "2020-10-12", "dog": "true"}, "89160000032": {"children": "0.000001", "wedding": "2020-10-12", "dog": "false"},
		} {
			if diff := cmp.Diff(has, b.people1(phone).Profile.Custom); diff != "" {
				t.Errorf("%s: %s", phone, diff)
			}
		}
	})
}
