package importer_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		os.Exit(child(url))
	}
	dbtest.Main(m)
}

const (
	extract = "testdata/online-retail-extract.csv"
	shipped = "online-retail"
)

// bundle is a shop with an importer, on a base of its own.
type bundle struct {
	*purchasetest.Shop
	t  testing.TB
	im *importer.Importer
}

func setup(t testing.TB, d *db.DB) *bundle {
	s := purchasetest.Open(t, d, purchasetest.Programme())
	im := assemble(d, s.IDs, s.Desk, s.Directory, s.Catalog)
	im.Clock, im.Members.Clock, im.TempDir = s.Clock, s.Clock, t.TempDir()
	return &bundle{s, t, im}
}

func assemble(d *db.DB, ids *id.Maker, desk *purchase.Desk, directory *partner.Directory, index *catalog.Index) *importer.Importer {
	people := &member.Members{DB: d, IDs: ids, Clock: clock.System{}}
	return &importer.Importer{
		DB: d, Clock: clock.System{}, Desk: desk,
		Members: people, Cards: &card.Cards{Members: people, Key: purchasetest.Secret},
		Partners: partner.New(d, ids), Directory: directory, Goods: catalog.New(d, ids), Catalog: index,
	}
}

func loadMap(t testing.TB, name string) *importer.Map {
	t.Helper()
	m, err := importer.LoadMap(name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// report keeps every row's outcome.
type report map[int64]*importer.Outcome

func (r report) add(o *importer.Outcome) error {
	if r[o.Row] != nil {
		return errors.New("a row stands in the report twice")
	}
	r[o.Row] = o
	return nil
}

// run imports a file by the map and gives the result and the report.
func (b *bundle) run(file, mapName string) (*importer.Result, report) {
	b.t.Helper()
	rep := report{}
	res, err := b.im.Import(b.t.Context(), &importer.Job{File: file, Map: loadMap(b.t, mapName), Report: rep.add})
	if err != nil {
		b.t.Fatal(err)
	}
	var sum int64
	for _, n := range res.By {
		sum += n
	}
	if sum != res.Rows || int64(len(rep)) != res.Rows {
		b.t.Errorf("%d rows were read, %d are counted, %d reported", res.Rows, sum, len(rep))
	}
	return res, rep
}

// verified wants books that hold in every way.
func (b *bundle) verified() {
	b.t.Helper()
	rep, err := verify.Run(context.Background(), b.DB, verify.Options{})
	if err != nil || !rep.Clean() {
		b.t.Errorf("%+v %v", rep.Breaks, err)
	}
}

// state is what an import left: how much there is of everything, and the
// books of every member by his external id, with all times and without ids.
func (b *bundle) state() map[string]any {
	b.t.Helper()
	out := map[string]any{}
	for _, table := range []string{"member", "product", "purchase", "refund", "receipt_key", "till", "outlet"} {
		out[table] = b.count(table)
	}
	b.rows(out, "account", `select i.value, a.active, a.debt, a.earned, a.expired, a.purchases, a.turnover, a.first_purchase_at, a.last_purchase_at, a.clock_at
		from account a join identifier i on i.home_id = a.home_id and i.kind = 'external'`)
	b.rows(out, "lot", `select i.value, l.amount, l.remaining, l.written_off, l.earned_at, l.active_at, coalesce(l.expires_at, 0), 0, 0, 0
		from lot l join identifier i on i.home_id = l.home_id and i.kind = 'external' order by l.earned_at, l.amount, l.remaining`)
	b.rows(out, "posting", `select i.value, p.seq, p.amount, p.at, p.account_id * 0, 0, 0, 0, 0, 0
		from posting p join identifier i on i.home_id = p.home_id and i.kind = 'external' order by p.home_id, p.seq`)
	return out
}

// rows adds rows of an external id and nine numbers.
func (b *bundle) rows(out map[string]any, what, query string) {
	b.t.Helper()
	type numbers [9]int64
	err := b.DB.Each(context.Background(), func(r db.Row) error {
		var ref string
		var n numbers
		if err := r.Scan(&ref, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8]); err != nil {
			return err
		}
		list, _ := out[what+" "+ref].([]numbers)
		out[what+" "+ref] = append(list, n)
		return nil
	}, query)
	if err != nil {
		b.t.Fatal(err)
	}
}

// The extract holds every trap of the whole file; what must come out was
// counted by other means.
var extractWant = map[importer.Status]int64{
	importer.Imported: 3515, importer.RefundMatched: 151, importer.RefundUnmatched: 132, importer.Rejected: 82,
}

var extractReasons = map[string]int64{
	"importer.negative-quantity": 44, "importer.adjustment": 38, "importer.price-rounded": 4,
	"importer.not-matched": 45, "importer.nobody": 86, "importer.matched-partly": 1,
}

func TestExtract(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		res, rep := b.run(extract, shipped)
		if diff := cmp.Diff(extractWant, res.By); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(extractReasons, res.Reasons); diff != "" {
			t.Error(diff)
		}
		if res.Rows != 3880 || res.Receipts != 300 || res.Refunds != 95 || res.Members != 84 || res.Products != 1768 || res.Again != 0 {
			t.Errorf("%+v", res)
		}
		if res.Sold != 36381357 || res.Back != 29709897 || !res.Sorted {
			t.Errorf("sold %d, back %d, sorted %v", res.Sold, res.Back, res.Sorted)
		}
		for row := range int64(3880) {
			if rep[row+2] == nil {
				t.Fatalf("row %d has no outcome", row+2)
			}
		}
		first := b.state()
		b.verified()

		// Once more: everything is there, nothing is new.
		again, _ := b.run(extract, shipped)
		if again.Again != again.Receipts || again.Members != 0 || again.Products != 0 || again.Sold != res.Sold || again.Back != res.Back {
			t.Errorf("%+v", again)
		}
		if diff := cmp.Diff(res.By, again.By); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(first, b.state()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestInterrupted stops imports at many points; the last, which is let go on,
// leaves what one that was never stopped leaves.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		whole := setup(t, dbtest.Open(t, d.Dialect()))
		want, _ := whole.run(extract, shipped)

		b := setup(t, d)
		var before int64
		for _, stop := range []int64{1, 40, 250} {
			res := b.interrupt(stop)
			after := b.count("receipt_key")
			// What is written and was not waited for any more is not in the result.
			if res.Again > before || res.Receipts-res.Again > after-before || after < stop {
				t.Errorf("stopped at %d: %d receipts, %d again; there were %d, are %d", stop, res.Receipts, res.Again, before, after)
			}
			before = after
		}
		if before == want.Receipts {
			t.Error("none was left for the last import")
		}
		res, _ := b.run(extract, shipped)
		if res.Again != before || res.Receipts != want.Receipts {
			t.Errorf("%d of %d were there, the import says %d", before, want.Receipts, res.Again)
		}
		if diff := cmp.Diff(want.By, res.By); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(whole.state(), b.state()); diff != "" {
			t.Error(diff)
		}
	})
}

// interrupt imports the extract until so many receipts have ended. It has a
// desk of its own, as a process has, which comes to its end: what was on its
// way is then there or never.
func (b *bundle) interrupt(stop int64) *importer.Result {
	b.t.Helper()
	desk := b.NewDesk(b.t)
	im := *b.im
	im.Desk, im.Lanes = desk, 8 // few, so that it stops soon after
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	res, err := im.Import(ctx, &importer.Job{File: extract, Map: loadMap(b.t, shipped), Progress: func(stage importer.Stage, done, _ int64) {
		if stage == importer.Writing && done >= stop {
			cancel()
		}
	}})
	desk.Close()
	if !errors.Is(err, context.Canceled) {
		b.t.Fatalf("stopped at %d: %v", stop, err)
	}
	return res
}

func (b *bundle) count(table string) (n int64) {
	if err := b.DB.Row(context.Background(), "select count(*) from "+table).Scan(&n); err != nil {
		b.t.Fatal(err)
	}
	return n
}

// TestTraps looks at the rows themselves.
func TestTraps(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, rep := b.run(extract, shipped)
		codes := func(number string) map[string]int {
			out := map[string]int{}
			for _, o := range rep {
				if o.Number == number {
					code := string(o.Status)
					if o.Why != nil {
						code += " " + o.Why.Code
					}
					out[code]++
				}
			}
			return out
		}
		for number, want := range map[string]map[string]int{
			"573585":  {"imported": 1114},                                     // the longest invoice
			"542806":  {"imported": 39},                                       // two times, and not in one piece
			"541431":  {"imported": 1},                                        // a customer's 74,215 pieces …
			"C541433": {"refund-matched": 1},                                  // … which all come back
			"A563185": {"rejected importer.adjustment": 1},                    // bad debt
			"A563186": {"rejected importer.adjustment": 1},                    // with a negative price
			"C556445": {"refund-unmatched importer.not-matched": 1},           // £38,970 by hand that nobody bought
			"550193":  {"imported": 92, "imported importer.price-rounded": 1}, // £0.001
		} {
			if diff := cmp.Diff(want, codes(number)); diff != "" {
				t.Errorf("%s: %s", number, diff)
			}
		}
		p := b.purchase("573585")
		if len(p.Lines) != 1114 || p.Account != 0 || p.Day != "2011-10-31" {
			t.Errorf("%d lines, account %d, day %s", len(p.Lines), p.Account, p.Day)
		}
		p = b.purchase("542806")
		if got := p.At.Time().Format("15:04"); got != "11:19" || len(p.Lines) != 39 {
			t.Errorf("%s, %d lines", got, len(p.Lines))
		}
		p = b.purchase("541431")
		if p.Gross != 7718360 || p.Earned != 231550 || p.Mode != purchase.Record || p.Lines[0].Quantity != 74_215_000 {
			t.Errorf("gross %d, earned %d", p.Gross, p.Earned)
		}
		for _, sku := range []string{"POST", "DOT", "C2", "BANK CHARGES", "gift_0001_20"} {
			if it, ok := b.Catalog.Get(sku); !ok || it.Earns || it.Payable || it.Type == "" {
				t.Errorf("%s: %+v", sku, it)
			}
		}
		for _, sku := range []string{"AMAZONFEE", "S", "B", "CRUK"} {
			if _, ok := b.Catalog.Get(sku); ok {
				t.Errorf("%s became a product", sku)
			}
		}
	})
}

// purchase reads the purchase of an invoice.
func (b *bundle) purchase(number string) *purchase.Purchase { return b.purchaseOf(number, "site") }

// purchaseOf reads a purchase by its key and the code of its till.
func (b *bundle) purchaseOf(key, till string) *purchase.Purchase {
	b.t.Helper()
	var doc string
	err := b.DB.Row(b.t.Context(), `select p.doc from receipt_key k join till t on t.till_id = k.till_id
		join purchase p on p.home_id = k.home_id and p.purchase_id = k.op_id where k.key = $1 and t.code = $2`, key, till).Scan(&doc)
	if err != nil {
		b.t.Fatalf("%s: %v", key, err)
	}
	p := &purchase.Purchase{}
	if err := json.Unmarshal([]byte(doc), p); err != nil {
		b.t.Fatal(err)
	}
	return p
}

func TestDryRunWritesNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		before := b.state()
		res, err := b.im.Import(t.Context(), &importer.Job{File: extract, Map: loadMap(t, shipped), Dry: true})
		if err != nil {
			t.Fatal(err)
		}
		want := map[importer.Status]int64{importer.Imported: 3515, importer.RefundFound: 283, importer.Rejected: 82}
		if diff := cmp.Diff(want, res.By); diff != "" {
			t.Error(diff)
		}
		if res.Members != 84 || res.Products != 1768 || res.Sold != 36381357 {
			t.Errorf("%+v", res)
		}
		if diff := cmp.Diff(before, b.state()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestWholeYear imports the whole file of which the extract is a part, where
// KOPILKA_TEST_DATA names the folder that has it.
func TestWholeYear(t *testing.T) {
	file := filepath.Join(os.Getenv("KOPILKA_TEST_DATA"), "online-retail.csv.gz")
	if _, err := os.Stat(file); os.Getenv("KOPILKA_TEST_DATA") == "" || err != nil {
		t.Skip("left out: KOPILKA_TEST_DATA names no folder with online-retail.csv.gz")
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			b := setup(t, dbtest.Open(t, dialect))
			res, err := b.im.Import(t.Context(), &importer.Job{File: file, Map: loadMap(t, shipped)})
			if err != nil {
				t.Fatal(err)
			}
			want := map[importer.Status]int64{
				importer.Imported: 531_278, importer.RefundMatched: 7_181, importer.RefundUnmatched: 1_973, importer.Rejected: 1_477,
			}
			if diff := cmp.Diff(want, res.By); diff != "" {
				t.Error(diff)
			}
			reasons := map[string]int64{
				"importer.negative-quantity": 1336, "importer.adjustment": 141, "importer.price-rounded": 4,
				"importer.not-matched": 1655, "importer.nobody": 265, "importer.matched-partly": 53,
			}
			if diff := cmp.Diff(reasons, res.Reasons); diff != "" {
				t.Error(diff)
			}
			if res.Rows != 541_909 || res.Receipts != 24_467 || res.Refunds != 3_746 || res.Members != 4_372 || res.Products != 3_953 {
				t.Errorf("%+v", res)
			}
			if res.Sold != 1_064_179_834 || res.Back != 64_314_439 {
				t.Errorf("sold %d, back %d", res.Sold, res.Back)
			}
			b.verified()
		})
	}
}

// write makes a file of the test's own.
func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
