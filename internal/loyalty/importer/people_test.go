package importer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

// people imports a file of members and gives what became of its rows, as
// row|status|again|column|code.
func (b *bundle) people(job *importer.PeopleJob) (*importer.Result, []string) {
	b.t.Helper()
	var rows []string
	if job.Map == nil {
		job.Map = importer.NewPeopleMap()
	}
	job.Report = func(o *importer.Outcome) error {
		code := ""
		if o.Why != nil {
			code = o.Why.Code
		}
		rows = append(rows, fmt.Sprintf("%d|%s|%t|%s|%s", o.Row, o.Status, o.Again, o.Column, code))
		return nil
	}
	res, err := b.im.ImportPeople(b.t.Context(), job)
	if err != nil {
		b.t.Fatal(err)
	}
	return res, rows
}

func (b *bundle) file(name, content string) string {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

func (b *bundle) people1(typed string) member.Member {
	b.t.Helper()
	found, err := member.Find(b.t.Context(), b.DB, typed, "")
	if err != nil || len(found) != 1 {
		b.t.Fatalf("%s finds %d (%v)", typed, len(found), err)
	}
	m, err := member.Get(b.t.Context(), b.DB, found[0].Home)
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

const crowdFile = `Код клиента;ФИО;Телефон;E-mail;Дата рождения;Пол;Город;Теги;Группа;Дата регистрации;Чужое
A1;Петрова Анна Ивановна;8 (916) 000-00-01;ANNA@example.com;31.12.1960;ж;Орёл;театр, кино;Летние;01.02.2020;x
A2;Сидоров Олег;+7 916 000-00-02;;1990-05-06;муж;;;;;
;Безымянный;;;;;;;;;
A4;Кривой;12345;;;;;;;;
A5;Ошибкина;89160000005;;31.02.1990;;;;;;
A6;Полова;89160000006;;;третий;;;;;
A7;Группова;89160000007;;;;;;Зимние;;
A8;Будущая;89160000008;;;;;;;01.01.2099;

A1;Петрова Анна;89160000009;;;;;;;;
A10;Двойник;8 916 000 00 02;;;;;;;;
A11;Метова;89160000011;;;;;` + `очень-длинный-тег-длиннее-пятидесяти-знаков-какого-не-бывает-никогда` + `;;;
A12;Последняя;89160000012;;;;;;;;
`

// TestPeople: the columns of a file are known by their names; each row makes a
// member with all that it tells, or is refused with the column and the code; who
// is there stays as he is, so that the same file again adds nothing; a dry run
// says the same and writes nothing.
func TestPeople(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		g, err := b.im.Members.SaveGroup(t.Context(), member.Group{Name: "Летние", Active: true})
		if err != nil {
			t.Fatal(err)
		}
		file := b.file("people.csv", crowdFile)
		want := []string{
			"2|imported|false||", "3|imported|false||", "4|rejected|false||importer.unfound", "5|rejected|false|Телефон|member.bad-identifier",
			"6|rejected|false|Дата рождения|importer.day", "7|rejected|false|Пол|importer.sex", "8|rejected|false|Группа|member.bad-group",
			"9|rejected|false|Дата регистрации|importer.day", "11|imported|true||importer.twice", "12|imported|true||importer.twice",
			"13|rejected|false|Теги|member.too-long", "14|imported|false||",
		}
		res, rows := b.people(&importer.PeopleJob{File: file, Dry: true})
		if diff := cmp.Diff(want, rows); diff != "" || res.Members != 3 || res.Rows != 12 {
			t.Errorf("looked at: %d of %d: %s", res.Members, res.Rows, diff)
		}
		if n := b.count("member"); n != 0 {
			t.Fatalf("a look made %d members", n)
		}
		res, rows = b.people(&importer.PeopleJob{File: file})
		if diff := cmp.Diff(want, rows); diff != "" || res.Members != 3 {
			t.Errorf("made %d: %s", res.Members, diff)
		}
		m := b.people1("anna@example.com")
		got := []string{
			m.Profile.Surname, m.Profile.Name, m.Profile.Patronymic, m.Main(member.Phone), m.Profile.BirthDate, m.Profile.Sex, m.Profile.Address.City,
			strings.Join(m.Tags, "+"), m.Registered.At.Time().Format("2006-01-02"),
		}
		if diff := cmp.Diff([]string{"Петрова", "Анна", "Ивановна", "+79160000001", "1960-12-31", "female", "Орёл", "кино+театр", "2020-02-01"}, got); diff != "" {
			t.Error(diff)
		}
		if len(m.Groups) != 1 || m.Groups[0] != g.ID {
			t.Errorf("his groups are %v", m.Groups)
		}
		res, rows = b.people(&importer.PeopleJob{File: file})
		if res.Members != 0 || b.count("member") != 3 || rows[0] != "2|imported|true||" || rows[2] != want[2] {
			t.Errorf("again made %d: %v", res.Members, rows[:3])
		}
		b.verified()
	})
}

// TestPeopleByMap: columns are what the map says, own fields too; a map that is
// wrong says where; a file without what would find its members is refused.
func TestPeopleByMap(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		if err := b.im.Members.SaveCustomField(t.Context(), member.CustomField{Key: "seat", Kind: member.CustomText, LabelRU: "Место", LabelEN: "Seat", Active: true}); err != nil {
			t.Fatal(err)
		}
		load := func(text string) (*importer.PeopleMap, error) {
			return importer.LoadPeopleMap(b.file("map.yaml", text))
		}
		m, err := load("file: {header: 2, encoding: windows-1251, delimiter: tab}\ndates: [DD-MM-YY]\ncolumns: {phone: Кому звонить, surname: '#1', custom.seat: Место, birth_date: Родился}\n")
		if err != nil {
			t.Fatal(err)
		}
		text, err := charmap.Windows1251.NewEncoder().String("Выгрузка от вчера\nКто\tКому звонить\tМесто\tРодился\nЁлкина\t8 916 000 00 21\tЛожа\t05-06-01\n")
		if err != nil {
			t.Fatal(err)
		}
		_, rows := b.people(&importer.PeopleJob{File: b.file("old.txt", text), Map: m})
		if diff := cmp.Diff([]string{"3|imported|false||"}, rows); diff != "" {
			t.Fatal(diff)
		}
		if got := b.people1("89160000021").Profile; got.Surname != "Ёлкина" || got.Custom["seat"] != "Ложа" || got.BirthDate != "2001-06-05" {
			t.Errorf("he is %+v", got)
		}
		for text, code := range map[string]string{"columns: {shoe: Обувь}": "importer.map-wrong", "dates: [Q]": "importer.map-wrong", "colums: {}": "importer.map-key", "dates: 5": "importer.map-value"} {
			if _, err := load(text); !fault.Is(err, code) {
				t.Errorf("%s: %v, wanted %s", text, err, code)
			}
		}
		for content, code := range map[string]string{"Имя;Город\nАнна;Орёл\n": "importer.no-finder", "": "importer.empty", "Телефон\n\x00\x01\x02": "importer.not-text"} {
			if _, err := b.im.ImportPeople(t.Context(), &importer.PeopleJob{File: b.file("bad.csv", content), Map: importer.NewPeopleMap()}); !fault.Is(err, code) {
				t.Errorf("%q: %v, wanted %s", content, err, code)
			}
		}
	})
}

// TestPeopleOfWorkbook: days and numbers of a workbook are read as what they are.
func TestPeopleOfWorkbook(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		book := excelize.NewFile()
		for cell, v := range map[string]any{"A1": "Phone", "B1": "Last name", "C1": "Date of birth", "A2": 79160000031, "B2": "Springs", "C2": 22280} {
			if err := book.SetCellValue("Sheet1", cell, v); err != nil {
				t.Fatal(err)
			}
		}
		name := filepath.Join(t.TempDir(), "people.xlsx")
		if err := book.SaveAs(name); err != nil {
			t.Fatal(err)
		}
		_, rows := b.people(&importer.PeopleJob{File: name})
		if diff := cmp.Diff([]string{"2|imported|false||"}, rows); diff != "" {
			t.Fatal(diff)
		}
		if m := b.people1("89160000031"); m.Profile.Surname != "Springs" || m.Profile.BirthDate != "1960-12-30" {
			t.Errorf("he is %+v", m.Profile)
		}
	})
}

// TestPeopleInterrupted: an import that was stopped in its midst goes on when it
// is run again, and everybody is made once.
func TestPeopleInterrupted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		var text strings.Builder
		text.WriteString("id,phone\n")
		for i := range 450 {
			fmt.Fprintf(&text, "p%d,+7916100%04d\n", i, i)
		}
		file := b.file("many.csv", text.String())
		ctx, cancel := context.WithCancel(t.Context())
		res, err := b.im.ImportPeople(ctx, &importer.PeopleJob{File: file, Map: importer.NewPeopleMap(), Progress: func(stage importer.Stage, done, _ int64) {
			if stage == importer.Writing && done >= 200 {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) || res.Members != 200 {
			t.Fatalf("stopped at %d (%v)", res.Members, err)
		}
		res, _ = b.people(&importer.PeopleJob{File: file})
		if res.Members != 250 || b.count("member") != 450 {
			t.Errorf("then %d were made, of %d", res.Members, b.count("member"))
		}
		b.verified()
	})
}

// TestPeopleThatAreThere: whoever is there, also blocked, stays as he is; what
// one who has left was found by is free for another.
func TestPeopleThatAreThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		here := func(phone string) member.Member {
			m, err := b.im.Members.Register(t.Context(), member.DefaultRules(), member.Registration{Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: phone}}}, purchasetest.By)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		blocked, left := here("89160000041"), here("89160000042")
		_, err := b.im.Members.Block(t.Context(), blocked.Home, 0, "x", purchasetest.By)
		_, err2 := b.im.Members.Close(t.Context(), left.Home, 0, "", purchasetest.By, nil)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		_, rows := b.people(&importer.PeopleJob{File: b.file("x.csv", "Телефон;Фамилия\n89160000041;Новая\n89160000042;Новая\n")})
		if diff := cmp.Diff([]string{"2|imported|true||", "3|imported|false||"}, rows); diff != "" {
			t.Error(diff)
		}
		if m, err := member.Get(t.Context(), d, blocked.Home); err != nil || m.Profile.Surname != "" || m.State != member.Blocked {
			t.Errorf("he became %+v (%v)", m.Profile, err)
		}
	})
}
