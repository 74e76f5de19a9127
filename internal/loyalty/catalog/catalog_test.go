package catalog_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type bundle struct {
	*catalog.Registry
	t     *testing.T
	ctx   context.Context
	d     *db.DB
	index *catalog.Index
}

func setup(t *testing.T, d *db.DB) *bundle {
	return &bundle{catalog.New(d, id.NewMaker(1)), t, t.Context(), d, catalog.NewIndex()}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (b *bundle) kind(code string, payable, earns bool) catalog.Type {
	return must(b.SaveType(b.ctx, catalog.Type{Code: code, NameRU: "Тип " + code, NameEN: "Type " + code, Payable: payable, Earns: earns}))
}

func (b *bundle) group(code string) catalog.Group {
	return must(b.SaveGroup(b.ctx, catalog.Group{Code: code, Name: "Группа " + code}))
}

func (b *bundle) refresh(want bool) {
	b.t.Helper()
	if changed, err := b.index.Refresh(b.ctx, b.d); err != nil || changed != want {
		b.t.Fatalf("changed %v, want %v: %v", changed, want, err)
	}
}

func wants(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestProducts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		bar, g1, g2 := b.kind("bar", true, true), b.group("sweet"), b.group("drink")
		p := must(b.SaveProduct(b.ctx, catalog.Product{
			SKU: "Кола 0,5 #1", Name: "Кола", TypeID: bar.ID, GroupIDs: []id.ID{g2.ID, g1.ID, g2.ID},
			Barcodes: []string{"4600000000022", "4600000000015"}, Price: 18000, Least: 5000, Unknown: true,
		}))
		if p.Unknown || len(p.GroupIDs) != 2 || p.Barcodes[0] != "4600000000015" {
			t.Errorf("%+v", p)
		}
		for name, got := range map[string]catalog.Product{
			"id": must(b.Product(b.ctx, p.ID)), "sku": must(b.BySKU(b.ctx, p.SKU)), "barcode": must(b.ByBarcode(b.ctx, "4600000000022")),
		} {
			if diff := cmp.Diff(p, got); diff != "" {
				t.Errorf("by %s: %s", name, diff)
			}
		}
		p.Name, p.TypeID, p.GroupIDs, p.Barcodes, p.Price, p.Least, p.State = "Кола 0,5 л", 0, []id.ID{g1.ID}, nil, 0, 0, reference.Closed
		p = must(b.SaveProduct(b.ctx, p))
		if diff := cmp.Diff(p, must(b.Product(b.ctx, p.ID)), cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
		_, err := b.ByBarcode(b.ctx, "4600000000022")
		wants(t, err, "catalog.product-not-found")
		must(b.SaveProduct(b.ctx, catalog.Product{SKU: "2", Name: "Вторая", Barcodes: []string{"4600000000022"}})) // free again

		p.Barcodes = []string{"4600000000022"}
		_, err = b.SaveProduct(b.ctx, p)
		wants(t, err, "catalog.barcode-taken")
		p.Barcodes, p.Version = nil, p.Version-1
		_, err = b.SaveProduct(b.ctx, p)
		wants(t, err, "reference.changed")
		p.Version, p.SKU = 0, "3"
		_, err = b.SaveProduct(b.ctx, p)
		wants(t, err, "catalog.sku-stays")
		_, err = b.SaveProduct(b.ctx, catalog.Product{SKU: "2", Name: "x"})
		wants(t, err, "catalog.code-taken")
		_, err = b.SaveProduct(b.ctx, catalog.Product{SKU: "5", Name: "x", TypeID: 7})
		wants(t, err, "catalog.type-not-found")
		_, err = b.SaveProduct(b.ctx, catalog.Product{SKU: "5", Name: "x", GroupIDs: []id.ID{g1.ID, 7}})
		wants(t, err, "catalog.group-not-found")
		_, err = b.SaveProduct(b.ctx, catalog.Product{ID: 7, SKU: "5", Name: "x"})
		wants(t, err, "catalog.product-not-found")
		_, err = b.BySKU(b.ctx, "\x00\xff")
		wants(t, err, "catalog.product-not-found")
		for _, wrong := range []catalog.Product{
			{SKU: "", Name: "x"},
			{SKU: " 5", Name: "x"},
			{SKU: strings.Repeat("я", catalog.MaxSKU+1), Name: "x"},
			{SKU: "5"},
			{SKU: "5", Name: "x", Least: -1},
			{SKU: "5", Name: "x", Price: 100, Least: 101},
			{SKU: "5", Name: "x", Barcodes: []string{""}},
			{SKU: "5", Name: "x", GroupIDs: many(catalog.MaxOf + 1)},
		} {
			_, err = b.SaveProduct(b.ctx, wrong)
			wants(t, err, "reference.invalid")
		}
	})
}

func many(n int) (out []id.ID) {
	for i := range n {
		out = append(out, id.ID(i+1))
	}
	return out
}

func TestTypesAndGroups(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		bar := b.kind("bar", true, false)
		if diff := cmp.Diff(bar, must(b.Type(b.ctx, bar.ID))); diff != "" {
			t.Error(diff)
		}
		bar.NameRU, bar.NameEN, bar.Payable, bar.Earns, bar.State = "Ёлки", "Food", false, true, reference.Closed
		bar = must(b.SaveType(b.ctx, bar))
		if diff := cmp.Diff([]catalog.Type{bar}, must(b.Types(b.ctx, reference.Page{Find: "елки FOOD"})).Items); diff != "" {
			t.Error(diff)
		}
		g := b.group("a")
		g.Name = "Другое"
		g = must(b.SaveGroup(b.ctx, g))
		if diff := cmp.Diff(g, must(b.Group(b.ctx, g.ID))); diff != "" {
			t.Error(diff)
		}
		b.group("b")
		if l := must(b.Groups(b.ctx, reference.Page{After: "a"})); len(l.Items) != 1 || l.Items[0].Code != "b" {
			t.Errorf("%+v", l)
		}
		_, err := b.SaveGroup(b.ctx, catalog.Group{Code: "a", Name: "x"})
		wants(t, err, "catalog.code-taken")
		_, err = b.SaveType(b.ctx, catalog.Type{ID: 7, Code: "x", NameRU: "x", NameEN: "x"})
		wants(t, err, "catalog.type-not-found")
		// Rules in force name a type by its code: it would fall out of them unseen.
		drinks := bar
		drinks.Code = "drinks"
		_, err = b.SaveType(b.ctx, drinks)
		wants(t, err, "catalog.type-code-stays")
		_, err = b.SaveType(b.ctx, catalog.Type{Code: "x", NameRU: "x"})
		wants(t, err, "reference.invalid")
		_, err = b.Group(b.ctx, 7)
		wants(t, err, "catalog.group-not-found")
	})
}

func TestEnsureKeepsUnknownGoods(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		known := must(b.SaveProduct(b.ctx, catalog.Product{SKU: "85123A", Name: "Фонарь"}))
		seen := []catalog.Seen{
			{SKU: "85123A", Name: "other"},
			{SKU: "POST", Name: "POSTAGE"},
			{SKU: "POST", Name: "again"},
			{SKU: "BANK CHARGES"},
			{SKU: "22", Name: "a\x00b\xff" + strings.Repeat("ж", 300)},
		}
		if n := must(b.Ensure(b.ctx, seen)); n != 3 {
			t.Errorf("made %d", n)
		}
		version := must(reference.Version(b.ctx, d, catalog.Set))
		if n := must(b.Ensure(b.ctx, seen)); n != 0 || must(reference.Version(b.ctx, d, catalog.Set)) != version {
			t.Errorf("made %d again", n)
		}
		if diff := cmp.Diff(known, must(b.BySKU(b.ctx, "85123A"))); diff != "" {
			t.Error(diff)
		}
		l := must(b.Products(b.ctx, catalog.Filter{Unknown: true}, reference.Page{Limit: 2}))
		var got []string
		for _, p := range append(l.Items, must(b.Products(b.ctx, catalog.Filter{Unknown: true}, reference.Page{After: l.Next})).Items...) {
			got = append(got, p.SKU+" "+p.Name)
			if !p.Unknown || p.State != reference.Active {
				t.Errorf("%+v", p)
			}
		}
		if diff := cmp.Diff([]string{"22 a b " + strings.Repeat("ж", 196), "BANK CHARGES BANK CHARGES", "POST POSTAGE"}, got); diff != "" {
			t.Error(diff)
		}
		post := must(b.BySKU(b.ctx, "POST"))
		post.Name = "Доставка"
		must(b.SaveProduct(b.ctx, post))
		if l := must(b.Products(b.ctx, catalog.Filter{Unknown: true}, reference.Page{Find: "доставка"})); len(l.Items) != 0 {
			t.Error("a completed product is still unknown")
		}
		_, err := b.Ensure(b.ctx, []catalog.Seen{{SKU: ""}})
		wants(t, err, "catalog.sku-invalid")
	})
}

// TestEnsureAtOneInstant has many tills meet the same new products.
func TestEnsureAtOneInstant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		var made atomic.Int64
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := range 10 {
					// Overlapping windows, in either direction.
					var seen []catalog.Seen
					for k := range 8 {
						seen = append(seen, catalog.Seen{SKU: fmt.Sprint((i*4 + k*(1-w%2*2) + 100) % 50)})
					}
					n, err := b.Ensure(b.ctx, seen)
					if err != nil {
						t.Error(err)
					}
					made.Add(int64(n))
				}
			})
		}
		wg.Wait()
		b.refresh(true)
		var rows int64
		if err := d.Row(b.ctx, "select count(*) from product").Scan(&rows); err != nil || rows != made.Load() || int64(b.index.Len()) != rows {
			t.Errorf("%d rows, %d made, %d in the index: %v", rows, made.Load(), b.index.Len(), err)
		}
	})
}

func TestIndex(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		if _, ok := b.index.Get("1"); ok {
			t.Error("an empty index knows a product")
		}
		b.refresh(true)
		bar, g := b.kind("bar", false, true), b.group("g")
		one := must(b.SaveProduct(b.ctx, catalog.Product{SKU: "1", Name: "x", TypeID: bar.ID, GroupIDs: []id.ID{g.ID}, Least: 100}))
		must(b.Ensure(b.ctx, []catalog.Seen{{SKU: "2"}}))
		b.refresh(true)
		b.refresh(false)
		check := func(sku string, want catalog.Item) {
			t.Helper()
			got, ok := b.index.Get(sku)
			want.ID = got.ID
			if diff := cmp.Diff(want, got); !ok || got.ID == 0 || diff != "" {
				t.Errorf("%s: %v %s", sku, ok, diff)
			}
		}
		check("1", catalog.Item{TypeID: bar.ID, Type: "bar", Groups: []id.ID{g.ID}, Least: 100, Payable: false, Earns: true})
		check("2", catalog.Item{Payable: true, Earns: true, Unknown: true})
		if diff := cmp.Diff([]string{"3"}, b.index.Missing([]string{"1", "3", "2", "3"})); diff != "" {
			t.Error(diff)
		}
		// A changed type reaches the products that did not change.
		bar.Payable = true
		must(b.SaveType(b.ctx, bar))
		b.refresh(true)
		check("1", catalog.Item{TypeID: bar.ID, Type: "bar", Groups: []id.ID{g.ID}, Least: 100, Payable: true, Earns: true})
		one.GroupIDs, one.TypeID = nil, 0
		must(b.SaveProduct(b.ctx, one))
		b.refresh(true)
		check("1", catalog.Item{Least: 100, Payable: true, Earns: true})
		if n := b.index.Len(); n != 2 {
			t.Errorf("%d products", n)
		}
	})
}

// TestIndexByParts compares an index refreshed in many steps, past the point
// where its two parts are joined, with one loaded at once.
func TestIndexByParts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.refresh(true)
		const products, step = 5000, 700
		for from := 0; from < products; from += step {
			var seen []catalog.Seen
			for i := range step + 50 {
				seen = append(seen, catalog.Seen{SKU: fmt.Sprint("s", from+i)})
			}
			must(b.Ensure(b.ctx, seen))
			p := must(b.BySKU(b.ctx, fmt.Sprint("s", from/2)))
			p.Least = 77
			must(b.SaveProduct(b.ctx, p))
			b.refresh(true)
		}
		whole := catalog.NewIndex()
		if _, err := whole.Refresh(b.ctx, d); err != nil {
			t.Fatal(err)
		}
		if whole.Len() != b.index.Len() || whole.Len() < products {
			t.Fatalf("%d and %d products", whole.Len(), b.index.Len())
		}
		for i := range products {
			sku := fmt.Sprint("s", i)
			want, _ := whole.Get(sku)
			got, ok := b.index.Get(sku)
			if diff := cmp.Diff(want, got); !ok || diff != "" {
				t.Fatalf("%s: %v %s", sku, ok, diff)
			}
		}
	})
}

func BenchmarkIndex(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		d := dbtest.Open(b, dialect)
		ctx := context.Background()
		r := catalog.New(d, id.NewMaker(1))
		const products = 200_000
		seen := make([]catalog.Seen, products)
		for i := range seen {
			seen[i] = catalog.Seen{SKU: fmt.Sprintf("sku-%06d", i), Name: fmt.Sprint("Товар ", i)}
		}
		must(r.Ensure(ctx, seen))
		b.Run(string(dialect)+"/load", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must(catalog.NewIndex().Refresh(ctx, d))
			}
		})
		x := catalog.NewIndex()
		must(x.Refresh(ctx, d))
		b.Run(string(dialect)+"/get", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, ok := x.Get(seen[i%products].SKU); !ok {
					b.Fatal("missing")
				}
			}
		})
		n := 0
		b.Run(string(dialect)+"/one-new", func(b *testing.B) {
			for b.Loop() {
				n++
				must(r.Ensure(ctx, []catalog.Seen{{SKU: fmt.Sprint("new", n)}}))
				must(x.Refresh(ctx, d))
			}
		})
	}
}

// TestBareTypes: a type is bare until something that is sold is of it, and again
// when that is closed.
func TestBareTypes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := catalog.New(d, id.NewMaker(1))
		bare := func() string {
			list, err := r.Bare(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return strings.Join(list, " ")
		}
		made := map[string]catalog.Type{}
		for _, code := range []string{"bar", "ticket"} {
			typ, err := r.SaveType(t.Context(), catalog.Type{Code: code, NameRU: code, NameEN: code})
			if err != nil {
				t.Fatal(err)
			}
			made[code] = typ
		}
		if got := bare(); got != "bar ticket" {
			t.Errorf("at first: %s", got)
		}
		p, err := r.SaveProduct(t.Context(), catalog.Product{SKU: "1", Name: "Билет", TypeID: made["ticket"].ID})
		if err != nil {
			t.Fatal(err)
		}
		if got := bare(); got != "bar" {
			t.Errorf("with a ticket: %s", got)
		}
		p.State = reference.Closed
		if _, err := r.SaveProduct(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if got := bare(); got != "bar ticket" {
			t.Errorf("closed: %s", got)
		}
	})
}
