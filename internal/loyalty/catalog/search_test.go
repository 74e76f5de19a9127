package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

func (b *bundle) product(sku, name string, barcodes ...string) catalog.Product {
	return must(b.SaveProduct(b.ctx, catalog.Product{SKU: sku, Name: name, Barcodes: barcodes, Price: 21000}))
}

func (b *bundle) finds(typed string, want ...string) {
	b.t.Helper()
	var got []string
	for _, p := range must(catalog.Search(b.ctx, b.d, typed, 10)) {
		got = append(got, p.SKU)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("%q: %s", typed, diff)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.product("syrup", "Сироп для кофе")
		latte := b.product("latte", "Кофейный напиток «Латте», 0,3 л", "4600000000015", "4600000000022")
		b.product("coffee", "КОФЕ чёрный кофе")
		b.product("0", "Морс, 0,3 л")
		b.product("кофе", "Зёрна")
		b.product("old", "Кофе вчерашний", "4600000000039")
		old := must(b.BySKU(b.ctx, "old"))
		old.State = reference.Closed
		must(b.SaveProduct(b.ctx, old))
		must(b.Ensure(b.ctx, []catalog.Seen{{SKU: "unnamed кофе 7"}, {SKU: "met", Name: "Кофе с чека"}, {SKU: "777"}}))

		b.finds("4600000000022", "latte")
		b.finds(" latte ", "latte")
		b.finds("кофе", "кофе") // its SKU, before any name
		b.finds("кофе ", "кофе")
		b.finds("КоФ", "coffee", "met", "syrup", "latte")
		b.finds("черн", "coffee")
		b.finds("кофе ЧЁРНЫЙ", "coffee")
		b.finds("черн кофе коф", "coffee")
		b.finds("коф напит", "latte")
		b.finds("0,3", "0", "latte")
		b.finds("0,3 мор", "0")
		b.finds("3 латте", "latte")
		b.finds("зерна", "кофе")
		b.finds("офе")
		b.finds("коф чай")
		b.finds("вчерашний")     // closed
		b.finds("4600000000039") // likewise
		b.finds("old")
		b.finds("unnamed кофе 7") // has no name
		b.finds("unnamed")
		b.finds("777")
		b.finds("")
		b.finds("%")
		b.finds("_ «»")
		b.finds("\x00\xff")
		b.finds(strings.Repeat("кофе ", 1000), "coffee", "met", "syrup", "latte")
		b.finds("a b c d e f g h i j k l m n o p q r s t u v w x y z")

		if diff := cmp.Diff([]catalog.Product{latte}, must(catalog.Search(b.ctx, d, "латте", 1))); diff != "" {
			t.Error(diff)
		}
		if got := must(catalog.Search(b.ctx, d, "коф", 2)); len(got) != 2 {
			t.Errorf("%d of two", len(got))
		}
		latte.Name = "Латте"
		must(b.SaveProduct(b.ctx, latte))
		b.finds("напиток") // it is not called so any more
		b.finds("лат", "latte")
	})
}

func TestSearchGivesNoMoreThanAsked(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		var seen []catalog.Seen
		for i := range catalog.MaxFound + 10 {
			seen = append(seen, catalog.Seen{SKU: fmt.Sprint("s", i), Name: "Открытка"})
		}
		must(b.Ensure(b.ctx, seen))
		for limit, want := range map[int]int{-1: 1, 0: 1, 7: 7, 1_000: catalog.MaxFound} {
			if got := must(catalog.Search(b.ctx, d, "откр", limit)); len(got) != want {
				t.Errorf("%d asked, %d found", limit, len(got))
			}
		}
	})
}

// TestSearchGoesByKey: however many products there are, what is typed at a
// till is found by a key, in the order that it is wanted in.
func TestSearchGoesByKey(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		word := []any{[]byte("к"), []byte("к\xff")}
		for q, args := range map[string][]any{
			catalog.QProductBySKU:     {"1"},
			catalog.QProductByBarcode: {"1"},
			catalog.QCountWords:       append(word[:2:2], 500),
			catalog.FoundBy(1):        append([]any{50}, word...),
			catalog.FoundBy(3):        append(append(append([]any{50}, word...), word...), word...),
		} {
			plan := strings.ReplaceAll(b.plan(q, args...), "SCAN said", "") // of what it has found
			if strings.Contains(plan, "SCAN") || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "Sort") || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%s:\n%s", q, plan)
			}
		}
	})
}

// plan is how a query is answered. PostgreSQL would walk a table of no rows and
// sort what it finds, whatever its keys; it is asked not to.
func (b *bundle) plan(q string, args ...any) string {
	b.t.Helper()
	var plan []string
	err := b.d.Write(b.ctx, func(tx *db.Tx) error {
		if tx.Dialect() == db.SQLite {
			return tx.Each(b.ctx, func(r db.Row) error {
				var a, p, n int64
				var detail string
				err := r.Scan(&a, &p, &n, &detail)
				plan = append(plan, detail)
				return err
			}, "explain query plan "+q, args...)
		}
		for _, off := range []string{"enable_seqscan", "enable_sort"} {
			if _, err := tx.Exec(b.ctx, "set local "+off+" = off"); err != nil {
				return err
			}
		}
		return tx.Each(b.ctx, func(r db.Row) error {
			var detail string
			err := r.Scan(&detail)
			plan = append(plan, detail)
			return err
		}, "explain "+q, args...)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return strings.Join(plan, "\n")
}

// TestPriceIsALines: whatever a product may cost, a line of a receipt may.
func TestPriceIsALines(t *testing.T) {
	t.Parallel()
	if catalog.MaxPrice != rule.MaxCents {
		t.Errorf("%d and %d", int64(catalog.MaxPrice), int64(rule.MaxCents))
	}
	d := dbtest.Open(t, db.SQLite)
	b := setup(t, d)
	p := must(b.SaveProduct(b.ctx, catalog.Product{SKU: "1", Name: "Яхта", Price: catalog.MaxPrice}))
	if got := must(b.BySKU(b.ctx, "1")); got.Price != p.Price || p.Price != catalog.MaxPrice {
		t.Errorf("%+v", got)
	}
	for _, wrong := range []int64{-1, catalog.MaxPrice + 1} {
		_, err := b.SaveProduct(b.ctx, catalog.Product{SKU: "2", Name: "x", Price: money.Amount(wrong)})
		wants(t, err, "reference.invalid")
	}
}
