package importer_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

// A Russian shop's export: Windows-1251, semicolons, decimal commas, outlets,
// tills and kinds of receipts in columns, sums after discounts.
const russianMap = `
file: {delimiter: ";", encoding: windows-1251, decimal: ","}
place:
  partner: {code: chain, name: Сеть}
  outlet: {column: Магазин, zone: Asia/Yekaterinburg, day_cutover: "04:00"}
  till: {column: Касса}
receipt: {number: Чек, key: [Смена, Чек]}
time: {columns: [Дата, Время], formats: [DD.MM.YYYY HH:mm]}
member: {column: Телефон, kind: phone, unknown: make}
line: {sku: Артикул, name: Товар, quantity: Кол-во, price: Цена, total: Сумма}
refund: {column: Вид, values: [Возврат], quantity: positive, negative: refund}
types: {delivery: {ru: Доставка, en: Delivery, payable: false, earns: false}}
codes:
  - {match: [СКИДКА], name: Скидка на чек, sale: discount}
  - {match: ["ДОСТ*"], name: Доставка, sale: line, type: delivery}
`

const russianRows = `Магазин;Касса;Смена;Чек;Вид;Дата;Время;Телефон;Артикул;Товар;Кол-во;Цена;Сумма
Кофейня на Мира;1;7;15;Продажа;02.03.2025;01:30;8 912 345-67-89;К1;Кофе «Ёлка»;2;150,50;301,00
Кофейня на Мира;1;7;15;Продажа;02.03.2025;01:30;8 912 345-67-89;В1;Сыр;0,345;1 000,00;345,00
Кофейня на Мира;1;7;15;Продажа;02.03.2025;01:30;8 912 345-67-89;ДОСТ1;Курьер;1;100;100
Кофейня на Мира;1;7;15;Продажа;02.03.2025;01:30;8 912 345-67-89;СКИДКА;;-1;46;-46
Кофейня на Мира;2;7;15;Продажа;02.03.2025;10:00;;К1;Кофе;1;150,50;140,50
Склад;1;1;1;Продажа;03.03.2025;10:00;+79123456789;Г1;Гвозди;1000;0,055;55
Кофейня на Мира;1;8;15;Возврат;04.03.2025;10:00;89123456789;К1;Кофе;1;150,50;150,50
Кофейня на Мира;1;8;16;Продажа;04.03.2025;11:00;89123456789;К1;Кофе;1;150,50;150,50
Кофейня на Мира;1;8;16;Продажа;04.03.2025;11:00;89123456789;К1;Кофе;-1;150,50;-150,50
`

func russian(t *testing.T) *importer.Map {
	t.Helper()
	m, err := importer.ReadMap(strings.NewReader(russianMap))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRussianShop(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		rep := report{}
		file := write(t, "чеки.csv", encoded(t, charmap.Windows1251, []byte(strings.ReplaceAll(russianRows, "\n", "\r\n"))))
		res, err := b.im.Import(t.Context(), &importer.Job{File: file, Map: russian(t), Report: rep.add})
		if err != nil {
			t.Fatal(err)
		}
		want := map[importer.Status]int64{importer.Imported: 7, importer.RefundMatched: 2}
		if diff := cmp.Diff(want, res.By); diff != "" || res.Receipts != 6 || res.Members != 1 {
			t.Errorf("%s %+v", diff, res)
		}
		outlet, ok := b.Directory.OutletByCode("Кофейня-на-Мира")
		if !ok || outlet.Name != "Кофейня на Мира" || outlet.Zone != "Asia/Yekaterinburg" || outlet.Cutover != 240 {
			t.Errorf("%+v", outlet)
		}
		for _, till := range []string{"1", "2"} {
			if _, ok := b.Directory.PlaceByCode(outlet.ID, till); !ok {
				t.Errorf("there is no till %s", till)
			}
		}
		found, err := member.Find(t.Context(), d, "8 (912) 345-67-89", "RU")
		if err != nil || len(found) != 1 {
			t.Fatalf("%+v %v", found, err)
		}
		who, err := member.Get(t.Context(), d, found[0].Home)
		if err != nil || who.Registered.Source != "import" || who.Registered.At.Time().Format("2006-01-02 15:04") != "2025-03-01 20:30" || who.Registered.Outlet != outlet.ID {
			t.Errorf("%+v %v", who.Registered, err)
		}

		// Night belongs to the day before; the discount is spread to the kopeck.
		p := b.purchaseOf("7/15", "1")
		var off []int64
		for i := range p.Lines {
			off = append(off, int64(p.Lines[i].Discount()))
		}
		if p.Day != "2025-03-01" || p.Number != "15" || p.Gross != 74600 || p.Discount != 4600 || p.Due != 70000 {
			t.Errorf("%s %s: gross %d, discount %d, due %d", p.Day, p.Number, p.Gross, p.Discount, p.Due)
		}
		if diff := cmp.Diff([]int64{1856, 2127, 617}, off); diff != "" {
			t.Error(diff)
		}
		if p.Lines[0].Name != "Кофе «Ёлка»" || p.Lines[1].Quantity != 345 || !p.Lines[2].NoEarn || !p.Lines[2].NotPaid {
			t.Errorf("%+v", p.Lines)
		}
		// 3 % of the 606,17 that coffee and cheese cost after the discount.
		if p.Earned != 1818 {
			t.Errorf("earned %d", p.Earned)
		}
		// A sum below the price is a discount of the line; nobody earns it.
		p = b.purchaseOf("7/15", "2")
		if p.Home >= 0 || p.Discount != 1000 || p.Due != 14050 || p.Earned != 0 {
			t.Errorf("%+v", p)
		}
		// 1,000 nails at 5.5 kopecks are 55 roubles, as prices in whole kopecks.
		p = b.purchaseOf("1/1", "1")
		if p.Due != 5500 || len(p.Lines) != 2 || p.Lines[0].Price != 5 || p.Lines[0].Quantity != 500_000 || p.Lines[1].Price != 6 {
			t.Errorf("%+v", p.Lines)
		}
		if rep[7].Why == nil || rep[7].Why.Code != "importer.price-rounded" {
			t.Errorf("%+v", rep[7])
		}
		if n := b.count("refund"); n != 4 { // two unlinked ones, and what each was matched to
			t.Errorf("%d refunds", n)
		}
	})
}

// TestChangedReceipt: a receipt that was imported and has changed in the file
// since is told, not overwritten.
func TestChangedReceipt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		const header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
		row := func(no, quantity string) string { return no + ",A,x," + quantity + ",2011-01-01 10:00:00,1.5,17,UK\n" }
		b.run(write(t, "first.csv", []byte(header+row("1", "1"))), shipped)
		res, rep := b.run(write(t, "second.csv", []byte(header+row("1", "2")+row("2", "1"))), shipped)
		if res.Receipts != 1 || rep[2].Status != importer.Rejected || rep[2].Why.Code != "key.other-body" || rep[3].Status != importer.Imported {
			t.Errorf("%+v %+v", res, rep[2])
		}
		if p := b.purchase("1"); p.Due != 150 {
			t.Errorf("due %d", p.Due)
		}
	})
}

// TestUnknownMembers: what becomes of members that nobody has registered is
// the map's choice.
func TestUnknownMembers(t *testing.T) {
	t.Parallel()
	for unknown, want := range map[string]map[importer.Status]int64{
		"make":   {importer.Imported: 3, importer.Rejected: 1},
		"nobody": {importer.Imported: 4},
		"reject": {importer.Imported: 1, importer.Rejected: 3},
	} {
		dbtest.Each(t, func(t *testing.T, d *db.DB) {
			b := setup(t, d)
			m := loadMap(t, shipped)
			m.Member.Unknown, m.Member.Kind = unknown, member.Email
			content := "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n" +
				"1,A,x,1,2011-01-01 10:00:00,1.5,a@example.org,UK\n2,A,x,1,2011-01-01 10:00:00,1.5,b@example.org,UK\n" +
				"3,A,x,1,2011-01-01 10:00:00,1.5,,UK\n4,A,x,1,2011-01-01 10:00:00,1.5,not a mailbox,UK\n"
			for range 2 { // the second time everything is there
				res, err := b.im.Import(t.Context(), &importer.Job{File: write(t, "file.csv", []byte(content)), Map: m})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, res.By); diff != "" {
					t.Errorf("%s: %s", unknown, diff)
				}
			}
			made := int64(0)
			if unknown == "make" {
				made = 2
			}
			if n := b.count("member"); n != made {
				t.Errorf("%s: %d members", unknown, n)
			}
		})
	}
}

// TestHomesClock: points expire at their own time, not at the import's, and a
// purchase between finds them as they were then.
func TestHomesClock(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d) // points live for 90 days
		content := "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n" +
			"3,A,x,1,2011-06-01 10:00:00,100,17,UK\n" + // the file is in no order
			"1,A,x,1,2011-01-01 10:00:00,100,17,UK\n" +
			"2,A,x,1,2011-03-01 10:00:00,100,17,UK\n" +
			"C1,A,x,-1,2011-05-01 10:00:00,100,17,UK\n"
		b.run(write(t, "file.csv", []byte(content)), shipped)
		rows, err := db.All(t.Context(), d, func(r db.Row) (s string, err error) {
			var at, written int64
			err = r.Scan(&s, &at, &written)
			if clock.Micros(written) != b.Clock.Now() {
				t.Errorf("%s is written at %d", s, written)
			}
			return clock.Micros(at).Time().Format("2006-01-02 ") + s, err
		}, "select kind, at, written_at from posting where account_id <> 0 order by seq")
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"2011-01-01 earn", "2011-03-01 earn", "2011-04-01 expire", "2011-05-01 take", "2011-06-01 earn",
		}
		if diff := cmp.Diff(want, rows); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMaps(t *testing.T) {
	t.Parallel()
	for _, name := range importer.Shipped() {
		loadMap(t, name)
	}
	if _, err := importer.LoadMap("no-such-map"); !fault.Is(err, "importer.no-map") {
		t.Errorf("got %v", err)
	}
	for old, wrong := range map[string]struct{ with, path string }{
		`delimiter: ";"`:                 {`delimiter: "ab"`, "file.delimiter"},
		"encoding: windows-1251":         {"encoding: koi8", "file.encoding"},
		`decimal: ","`:                   {`decimal: "x"`, "file.decimal"},
		"code: chain, ":                  {"", "place.partner.code"},
		"zone: Asia/Yekaterinburg":       {"zone: Luna/Mare", "place.outlet.zone"},
		`day_cutover: "04:00"`:           {`day_cutover: "25:00"`, "place.outlet.day_cutover"},
		"number: Чек, key: [Смена, Чек]": {"", "receipt.number"},
		"[DD.MM.YYYY HH:mm]":             {"[tomorrow]", "time.formats[0]"},
		"kind: phone":                    {"kind: qr", "member.kind"},
		"unknown: make":                  {"unknown: who", "member.unknown"},
		"sku: Артикул, ":                 {"", "line.sku"},
		"price: Цена, total: Сумма":      {"", "line.price"},
		"quantity: positive":             {"quantity: any", "refund.quantity"},
		", values: [Возврат]":            {"", "refund.values"},
		"sale: discount":                 {"sale: gift", "codes[0].sale"},
		"type: delivery":                 {"type: other", "codes[1].type"},
		"ru: Доставка, ":                 {"", "types.delivery"},
	} {
		if !strings.Contains(russianMap, old) {
			t.Fatalf("the map has no %q", old)
		}
		_, err := importer.ReadMap(strings.NewReader(strings.Replace(russianMap, old, wrong.with, 1)))
		f := fault.From(err)
		if f == nil || f.Code != "importer.map-wrong" || len(f.Fields) == 0 || f.Fields[0].Path != wrong.path {
			t.Errorf("%s: %v, want %s", old, err, wrong.path)
		}
	}
	for _, text := range []string{"", "[", "a: b", "file: {delimeter: x}", "codes: " + strings.Repeat("x", 1<<20)} {
		if _, err := importer.ReadMap(strings.NewReader(text)); err == nil {
			t.Errorf("%.20q is taken for a map", text)
		}
	}
}

// TestMapTellsItsLine: a key that there is not, or a value of another kind, is
// told with its line.
func TestMapTellsItsLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]*fault.Error{
		"file:\n  delimeter: \";\"\n":       fault.New(fault.Invalid, "importer.map-key", "line", "2", "key", "delimeter"),
		"file:\n  header: первая\n":         fault.New(fault.Invalid, "importer.map-value", "line", "2"),
		"receipt: {number: [a]}\n":          fault.New(fault.Invalid, "importer.map-value", "line", "1"),
		"a,b\n":                             fault.New(fault.Invalid, "importer.map-yaml"),
		"round: наверх\n":                   fault.New(fault.Invalid, "importer.map-yaml"),
		"file: {header: 1, delimiter: \"\n": fault.New(fault.Invalid, "importer.map-yaml"),
	} {
		_, err := importer.ReadMap(strings.NewReader(text))
		got := fault.From(err)
		if got == nil || got.Code != want.Code || !slices.Equal(got.Args, want.Args) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
