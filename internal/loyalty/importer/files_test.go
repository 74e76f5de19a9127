package importer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

// dry only reads a file.
func (b *bundle) dry(file string, m *importer.Map) (*importer.Result, report, error) {
	rep := report{}
	res, err := b.im.Import(context.Background(), &importer.Job{File: file, Map: m, Dry: true, Report: rep.add})
	return res, rep, err
}

func extractBytes(t *testing.T) []byte {
	t.Helper()
	content, err := os.ReadFile(extract)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func encoded(t *testing.T, e encoding.Encoding, content []byte) []byte {
	t.Helper()
	out, err := e.NewEncoder().Bytes(content)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func gzipped(content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(content)
	_ = w.Close()
	return b.Bytes()
}

// TestWritings: one content, written in many ways, is understood alike.
func TestWritings(t *testing.T) {
	t.Parallel()
	b := setup(t, dbtest.Open(t, db.SQLite))
	plain := extractBytes(t)
	want, wantRep, err := b.dry(extract, loadMap(t, shipped))
	if err != nil {
		t.Fatal(err)
	}
	open := loadMap(t, shipped)
	open.File.Delimiter, open.File.Encoding = "auto", "auto"
	semicolons := func(comma rune) []byte {
		rows, err := csv.NewReader(bytes.NewReader(plain)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		w.Comma, w.UseCRLF = comma, true
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	for name, content := range map[string][]byte{
		"gzip":          gzipped(plain),
		"utf-8 mark":    append([]byte("\xEF\xBB\xBF"), plain...),
		"utf-16 little": encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), plain),
		"utf-16 big":    encoded(t, unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM), plain),
		"semicolons":    semicolons(';'),
		"tabs":          semicolons('\t'),
		"all at once":   gzipped(encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), semicolons('|'))),
	} {
		got, rep, err := b.dry(write(t, "file", content), open)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(wantRep, rep, cmp.AllowUnexported(fault.Error{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestUnsorted: rows in any order become the same books.
func TestUnsorted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		whole := setup(t, dbtest.Open(t, d.Dialect()))
		want, _ := whole.run(extract, shipped)
		lines := strings.SplitAfter(string(extractBytes(t)), "\n")
		rows := lines[1 : len(lines)-1]
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		b := setup(t, d)
		res, _ := b.run(write(t, "shuffled.csv", []byte(strings.Join(lines, ""))), shipped)
		if res.Sorted {
			t.Error("it is said to be in order")
		}
		res.Sorted = true
		if diff := cmp.Diff(want, res); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(whole.state(), b.state()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestWorkbook imports the extract as a workbook whose numbers and times are
// numbers, and finds the same books.
func TestWorkbook(t *testing.T) {
	t.Parallel()
	rows, err := csv.NewReader(bytes.NewReader(extractBytes(t))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	book := excelize.NewFile()
	w, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, cells := range rows {
		values := make([]any, len(cells))
		for j, c := range cells {
			values[j] = c
			if i == 0 {
				continue
			}
			switch j {
			case 3, 5:
				values[j], _ = strconv.ParseFloat(c, 64)
			case 4:
				values[j], _ = time.Parse("2006-01-02 15:04:05", c)
			case 6:
				if n, err := strconv.Atoi(c); err == nil {
					values[j] = n
				}
			}
		}
		at, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := w.SetRow(at, values); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "book.xlsx")
	if err := book.SaveAs(file); err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		whole := setup(t, dbtest.Open(t, d.Dialect()))
		want, wantRep := whole.run(extract, shipped)
		b := setup(t, d)
		res, rep := b.run(file, shipped)
		if diff := cmp.Diff(want, res); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(wantRep, rep, cmp.AllowUnexported(fault.Error{})); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(whole.state(), b.state()); diff != "" {
			t.Error(diff)
		}
	})
	m := loadMap(t, shipped)
	m.File.Sheet = "Лист2"
	if _, _, err := setup(t, dbtest.Open(t, db.SQLite)).dry(file, m); !fault.Is(err, "importer.no-sheet") {
		t.Errorf("got %v", err)
	}
}

func TestBrokenFiles(t *testing.T) {
	t.Parallel()
	b := setup(t, dbtest.Open(t, db.SQLite))
	plain := extractBytes(t)
	packed := gzipped(plain)
	damaged := bytes.Clone(packed)
	damaged[len(damaged)/2] ^= 0xFF
	random := make([]byte, 100_000)
	for i := range random {
		random[i] = byte(rand.IntN(256))
	}
	random[0] = 'x'
	line := plain[:bytes.IndexByte(plain, '\n')+1]
	// A line of a gigabyte: a megabyte, packed once, a thousand times.
	long := gzipped(line)
	megabyte := gzipped(bytes.Repeat([]byte("x"), 1<<20))
	for range 1 << 10 {
		long = append(long, megabyte...)
	}
	for name, tc := range map[string]struct {
		content []byte
		code    string
	}{
		"nothing":           {nil, "importer.empty"},
		"header only":       {line, ""},
		"binary":            {random, "importer.not-text"},
		"null bytes":        {append(bytes.Clone(line), make([]byte, 100)...), "importer.not-text"},
		"truncated gzip":    {packed[:len(packed)/2], "importer.truncated"},
		"damaged gzip":      {damaged, "importer.damaged"},
		"not a gzip":        {[]byte("\x1f\x8bxxxxxxxxxxxxxxxxxxxx"), "importer.damaged"},
		"not a workbook":    {[]byte("PK\x03\x04xxxxxxxxxxxxxxxx"), "importer.damaged"},
		"old Excel":         {[]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), "importer.old-excel"},
		"other columns":     {[]byte("a,b,c\n1,2,3\n"), "importer.no-columns"},
		"other delimiter":   {bytes.ReplaceAll(plain, []byte(","), []byte(";")), "importer.no-columns"},
		"a gigabyte's line": {long, "importer.long-row"},
		"an open quote":     {append(append(bytes.Clone(line), '"'), bytes.Repeat([]byte("x,\n"), 1<<20)...), "importer.long-row"},
	} {
		before := b.state()
		res, rep, err := b.dry(write(t, "file", tc.content), loadMap(t, shipped))
		code := ""
		if err != nil {
			code = fault.From(err).Code
		}
		if code != tc.code || len(rep) != 0 {
			t.Errorf("%s: %v, want %s; %+v", name, err, tc.code, res)
		}
		if err := must(b.im.Import(t.Context(), &importer.Job{File: write(t, "file", tc.content), Map: loadMap(t, shipped)})); err == nil && tc.code != "" {
			t.Errorf("%s is imported", name)
		}
		if diff := cmp.Diff(before, b.state()); diff != "" {
			t.Errorf("%s changes the base: %s", name, diff)
		}
	}
	for file, code := range map[string]string{"no-such-file": "importer.no-file", t.TempDir(): "importer.folder"} {
		if _, _, err := b.dry(file, loadMap(t, shipped)); !fault.Is(err, code) {
			t.Errorf("%s: %v", file, err)
		}
	}
	if left, err := os.ReadDir(b.im.TempDir); err != nil || len(left) != 0 {
		t.Errorf("%d temporary files are left: %v", len(left), err)
	}
}

func must(_ *importer.Result, err error) error { return err }

// TestBrokenRows: one bad row is rejected, the others go in.
func TestBrokenRows(t *testing.T) {
	t.Parallel()
	b := setup(t, dbtest.Open(t, db.SQLite))
	const good = "1,A,Кофе,2,2011-01-01 10:00:00,1.5,17,UK\n"
	many := strings.Repeat("x,", 2500) + "x\n"
	content := "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n" + good +
		",A,x,1,2011-01-01 10:00:00,1.5,17,UK\n" + // row 3
		"2,,x,1,2011-01-01 10:00:00,1.5,17,UK\n" +
		"2,A,x,one,2011-01-01 10:00:00,1.5,17,UK\n" +
		"2,A,x,1.0001,2011-01-01 10:00:00,1.5,17,UK\n" +
		"2,A,x,0,2011-01-01 10:00:00,1.5,17,UK\n" +
		"2,A,x,1,yesterday,1.5,17,UK\n" +
		"2,A,x,1,2011-01-01 10:00:00,a lot,17,UK\n" +
		"2,A,x,1,2011-01-01 10:00:00,-1,17,UK\n" + // row 10
		"2,A,x,1000000000,2011-01-01 10:00:00,1000000,17,UK\n" +
		"2,A\n" +
		"2,A,x\"y\"z,1,2011-01-01 10:00:00,1.5,17,UK\n" +
		"2,A,\"x\"y,1,2011-01-01 10:00:00,1.5,17,UK\n" +
		many +
		"2,\xff\xfe,x,1,2011-01-01 10:00:00,1.5,17,UK\n" +
		"C2,A,x,1,2011-01-01 10:00:00,1.5,17,UK\n" +
		"3,A,x,1,2011-01-01 10:00:00,1.5,17,UK\n" + // row 18
		"3,A,x,1,2011-01-01 10:00:00,1.5,18,UK\n" +
		strings.Repeat("9", 200) + ",A,x,1,2011-01-01 10:00:00,1.5,17,UK\n" +
		"6,D,x,-1,2011-01-01 10:00:00,5,17,UK\n" + // a discount with nothing to take it off
		"4,D,x,1,2011-01-01 10:00:00,5,17,UK\n" +
		"5,B,x,1,2011-01-01 10:00:00,5,17,UK\n" +
		",,,,,,,\n\n" + // nothing
		"8,A,x,1,2030-01-01 10:00:00,1.5,17,UK\n" + // row 26
		"10,A,x,1,2011-01-01 10:00:00\n" + // cut off
		"7,A,x,1,2011-01-01 10:00:00,1.5," + strings.Repeat("я", 100) + ",UK\n" +
		"9,A,x,1,2011-01-01 10:00:00,1.5,17,UK\n" + // the number of a receipt of another year
		"9,A,x,1,2012-01-01 10:00:00,1.5,17,UK\n" +
		"11,A,x,1,2011-01-01 10:00:00,1.5,17,UK,,\n" + // blank ones say nothing
		"12,A,x,1,2011-01-01 10:00:00,1.5,17,UK,moved\n"
	want := map[int64]string{
		2: "", 3: "importer.no-number", 4: "importer.sku", 5: "importer.quantity", 6: "importer.quantity", 7: "importer.quantity-zero",
		8: "importer.time", 9: "importer.price", 10: "importer.negative-price", 11: "importer.too-much", 12: "importer.short-row",
		13: "importer.quotes", 14: "importer.quotes", 15: "importer.wide", 16: "importer.encoding", 17: "importer.refund-sign",
		18: "importer.two-members", 19: "importer.two-members", 20: "importer.number-long", 21: "importer.discount-alone", 22: "importer.discount-sign",
		23: "importer.adjustment", 26: "importer.future", 27: "importer.short-row", 28: "importer.bad-member", 29: "importer.times-apart", 30: "importer.times-apart",
		31: "", 32: "importer.more-cells",
	}
	res, rep := b.run(write(t, "rows.csv", []byte(content)), shipped)
	got := map[int64]string{}
	for row, o := range rep {
		got[row] = ""
		if o.Why != nil {
			got[row] = o.Why.Code
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if res.Receipts != 3 || res.By[importer.Imported] != 3 {
		t.Errorf("%+v", res)
	}
	if p := b.purchase("1"); p.Due != 300 {
		t.Errorf("%+v", p)
	}
}

// TestBrokenRowKeepsItsReceiptBack: what is left of a receipt is not taken for
// the whole, so the file can be mended and imported.
func TestBrokenRowKeepsItsReceiptBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		const header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
		rows := func(name, quantity string) []byte {
			return []byte(header + "1,A,Кофе,1,2011-01-01 10:00:00,1.5,17,UK\n" +
				"1,T," + name + ",1,2011-01-01 10:00:00,2,17,UK\n" +
				"2,A,Coffee,1,2011-01-01 11:00:00,1.5,17,UK\n" +
				"2,T,Tea," + quantity + ",2011-01-01 11:00:00,2,17,UK\n" +
				"3,A,Coffee,1,2011-01-01 12:00:00,1.5,17,UK\n" +
				"3,AMAZONFEE,Fee,1,2011-01-01 12:00:00,9,17,UK\n") // left out on purpose
		}
		res, rep := b.run(write(t, "broken.csv", rows("\xd7\xe0\xe9", "two")), shipped)
		want := map[int64]string{
			2: "importer.receipt-broken", 3: "importer.encoding", 4: "importer.receipt-broken", 5: "importer.quantity", 6: "", 7: "importer.adjustment",
		}
		got := map[int64]string{}
		for row, o := range rep {
			got[row] = ""
			if o.Why != nil {
				got[row] = o.Why.Code
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || res.Receipts != 1 {
			t.Errorf("%d receipts: %s", res.Receipts, diff)
		}
		if at := rep[2].Why.Args; len(at) != 1 || at[0].Value != int64(3) {
			t.Errorf("the row that can't be read: %v", at)
		}
		res, _ = b.run(write(t, "mended.csv", rows("Чай", "2")), shipped)
		if res.Receipts != 3 || res.Again != 1 || res.By[importer.Imported] != 5 {
			t.Errorf("the mended file: %+v", res)
		}
		if p := b.purchase("2"); p.Due != 550 || len(p.Lines) != 2 {
			t.Errorf("%+v", p)
		}
		b.verified()
	})
}

// TestOtherEncoding: letters are not taken for others, whatever the map says.
func TestOtherEncoding(t *testing.T) {
	t.Parallel()
	b := setup(t, dbtest.Open(t, db.SQLite))
	m := loadMap(t, shipped)
	m.File.Encoding = "windows-1251"
	content := []byte("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,A,Кофе,1,2011-01-01 10:00:00,1.5,17,UK\n")
	if _, _, err := b.dry(write(t, "utf8.csv", content), m); !fault.Is(err, "importer.is-utf8") {
		t.Errorf("UTF-8 as Windows-1251: %v", err)
	}
	res, _, err := b.dry(write(t, "1251.csv", encoded(t, charmap.Windows1251, content)), m)
	if err != nil || res.By[importer.Imported] != 1 {
		t.Errorf("Windows-1251: %+v, %v", res, err)
	}
}
