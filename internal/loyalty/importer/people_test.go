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

	"kopilka/internal/loyalty/card"
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
			"2|imported|false||", "3|imported|false||", "4|rejected|false||importer.unfound", "5|rejected|false|Телефон|importer.identifier",
			"6|rejected|false|Дата рождения|importer.day", "7|rejected|false|Пол|importer.sex", "8|rejected|false|Группа|importer.group",
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

// TestPeopleWithCards: whoever has a card already keeps it: a printed number is
// of its batch's type, any other of the only type of plastic; a row whose card
// can't be his makes nobody.
func TestPeopleWithCards(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		const file = "Телефон;Карта\n89160000041;4600000000015\n89160000042;4600000000018\n89160000043;4600000000015\n89160000044;\n89160000045;KINO-77\n"
		_, rows := b.people(&importer.PeopleJob{File: b.file("early.csv", file), Dry: true})
		if rows[0] != "2|rejected|false|Карта|card.type-unclear" {
			t.Errorf("no type of plastic: %s", rows[0])
		}
		plain, err := b.im.Cards.SaveType(t.Context(), card.Type{Code: "plain", Name: "Обычная", Kind: card.Plastic, Active: true})
		ok(err)
		want := []string{"2|imported|false||", "3|rejected|false|Карта|card.misread", "4|rejected|false|Карта|importer.card-twice", "5|imported|false||", "6|imported|false||"}
		for _, dry := range []bool{true, false} {
			if _, rows := b.people(&importer.PeopleJob{File: b.file("people.csv", file), Dry: dry}); !cmp.Equal(want, rows) {
				t.Errorf("dry %t: %s", dry, cmp.Diff(want, rows))
			}
		}
		if m := b.people1("KINO-77"); m.Main(member.Phone) != "+79160000045" {
			t.Errorf("the card finds %+v", m)
		}
		if _, rows := b.people(&importer.PeopleJob{File: b.file("again.csv", file)}); rows[0] != "2|imported|true||" || b.count("card") != 2 {
			t.Errorf("again: %v, %d cards", rows, b.count("card"))
		}

		// Who is there keeps what he has: the card that his row names may be another's.
		if _, rows := b.people(&importer.PeopleJob{File: b.file("there.csv", "Телефон;Карта\n89160000044;LATE-1\n89160000048;LATE-1\n89160000049;KINO-77\n")}); !cmp.Equal(rows, []string{
			"2|imported|true||", "3|imported|false||", "4|rejected|false|Карта|card.number-taken",
		}) {
			t.Errorf("of one who is there: %v", rows)
		}

		// A look says what will be, however far one number is from the other.
		far := strings.Builder{}
		far.WriteString("Телефон;Карта\n")
		for i := range importer.PeopleAtOnce + 1 {
			fmt.Fprintf(&far, "8916001%04d;%s\n", i, map[int]string{0: "far-1", importer.PeopleAtOnce: "FAR-1"}[i])
		}
		for _, dry := range []bool{true, false} {
			_, rows := b.people(&importer.PeopleJob{File: b.file("far.csv", far.String()), Dry: dry})
			if last := rows[importer.PeopleAtOnce]; rows[0] != "2|imported|false||" || last != "102|rejected|false|Карта|importer.card-twice" {
				t.Errorf("dry %t: far: %s, %s", dry, rows[0], last)
			}
		}

		// A printed number is of its batch's type, with the secret code on it; any
		// other is of which type nobody knows any more.
		gold, err := b.im.Cards.SaveType(t.Context(), card.Type{Code: "gold", Name: "Золотая", Kind: card.Plastic, Active: true, Properties: card.Properties{Secret: true}})
		ok(err)
		_, _, err = b.im.Cards.LoadBatch(t.Context(), gold.ID, []card.Stock{{Number: "GOLD-1", Secret: "4821"}}, "", member.Actor{Kind: member.BySystem})
		ok(err)
		_, rows = b.people(&importer.PeopleJob{File: b.file("gold.csv", "Телефон;Карта\n89160000046;gold-1\n89160000047;GOLD-2\n")})
		if diff := cmp.Diff([]string{"2|imported|false||", "3|rejected|false|Карта|card.type-unclear"}, rows); diff != "" {
			t.Error(diff)
		}
		cards, err := card.List(t.Context(), d, b.people1("89160000046").Home)
		if err != nil || len(cards) != 1 || cards[0].Type != gold.ID || !cards[0].HasSecret {
			t.Errorf("his cards: %+v, %v", cards, err)
		}
		plain.Active = false
		_, err = b.im.Cards.SaveType(t.Context(), plain)
		ok(err)
		if _, rows := b.people(&importer.PeopleJob{File: b.file("gold.csv", "Телефон;Карта\n89160000047;GOLD-2\n")}); rows[0] != "2|rejected|false|Карта|importer.card-secret" {
			t.Errorf("a secret code that nobody is told: %s", rows[0])
		}
		b.verified()
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

// TestPeopleColumnsTwice: a column that is meant and is there twice is told of, not
// guessed; so are two that are the same field. One that nobody needs may be.
func TestPeopleColumnsTwice(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		phones := importer.NewPeopleMap()
		phones.Columns = map[string]string{"phone": "Телефон"}
		numbered := importer.NewPeopleMap()
		numbered.Columns = map[string]string{"phone": "#2"}
		const twice = "Телефон;телефон;x;x\n89160000061;89160000062;;\n"
		for _, tc := range []struct {
			content, code string
			m             *importer.PeopleMap
		}{
			{twice, "importer.columns-twice", importer.NewPeopleMap()},
			{"Телефон;Мобильный\n89160000061;89160000062\n", "importer.columns-twice", importer.NewPeopleMap()},
			{twice, "importer.columns-twice", phones},
			{"Телефон;Имя;Скидка;Скидка\n89160000063;Анна;1;2\n", "", importer.NewPeopleMap()},
			{twice, "", numbered},
		} {
			_, err := b.im.ImportPeople(t.Context(), &importer.PeopleJob{File: b.file("twice.csv", tc.content), Map: tc.m})
			if (tc.code == "") != (err == nil) || err != nil && (!fault.Is(err, tc.code) || len(fault.From(err).Fields) != 1) {
				t.Errorf("%q: %v, wanted %q", tc.content, err, tc.code)
			}
		}
		if b.people1("89160000062"); b.count("member") != 2 {
			t.Errorf("%d were made", b.count("member"))
		}
	})
}

// TestPeopleMost: rows that are refused count too.
func TestPeopleMost(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		file := b.file("x.csv", "Телефон\n1\n2\n3\n89160000071\n")
		if _, err := b.im.ImportPeople(t.Context(), &importer.PeopleJob{File: file, Map: importer.NewPeopleMap(), Most: 3}); !fault.Is(err, "importer.people-most") {
			t.Errorf("it is %v", err)
		}
		if res, _ := b.people(&importer.PeopleJob{File: file, Most: 4}); res.Members != 1 {
			t.Errorf("%d were made", res.Members)
		}
	})
}

// TestPeopleNamedByARefusedRow: whoever is named by a row that is refused is not
// there yet, so the next row that names him makes him.
func TestPeopleNamedByARefusedRow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		long := strings.Repeat("очень", 100)
		file := b.file("x.csv", "Телефон;Теги\n89160000081;"+long+"\n89160000081;театр\n89160000081;кино\n89160000082;"+long+"\n89160000083;\n")
		want := []string{"2|rejected|false|Теги|member.too-long", "3|imported|false||", "4|imported|true||importer.twice", "5|rejected|false|Теги|member.too-long", "6|imported|false||"}
		for _, dry := range []bool{true, false} {
			if _, rows := b.people(&importer.PeopleJob{File: file, Dry: dry}); !cmp.Equal(want, rows) {
				t.Errorf("dry is %t: %s", dry, cmp.Diff(want, rows))
			}
		}
		if b.count("member") != 2 {
			t.Errorf("%d were made", b.count("member"))
		}
	})
}

// TestOtherKinds: what is neither a text nor a workbook is told by its name.
func TestOtherKinds(t *testing.T) {
	t.Parallel()
	for start, code := range map[string]string{
		"": "importer.empty", "%PDF-1.7": "importer.other-kind", "\x89PNG\r\n\x1a\n": "importer.other-kind", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1": "importer.old-excel",
		"Rar!\x1a\x07": "importer.other-kind", "Телефон": "", "PK\x03\x04": "", "\x1f\x8b\x08": "",
	} {
		if err := importer.Known([]byte(start)); code == "" && err != nil || code != "" && !fault.Is(err, code) {
			t.Errorf("%q: %v, wanted %q", start, err, code)
		}
	}
}
