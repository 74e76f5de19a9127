package importer_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// shopYear is the programme that the real shop lives its year under.
func shopYear(t testing.TB) rule.Programme {
	t.Helper()
	text, err := os.ReadFile("../../../testdata/programmes/shop-year.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := draft.Read(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d.Programme
}

// TestShopUnderAProgramme: what the real shop's receipts come to when they are
// imported under a programme is what simulating it says over the same receipts
// imported under another.
func TestShopUnderAProgramme(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		livesTwice(t, d, extract)
	})
}

// TestWholeYearUnderAProgramme is the same of the whole file of which the
// extract is a part, where KOPILKA_TEST_DATA names the folder that has it.
func TestWholeYearUnderAProgramme(t *testing.T) {
	file := filepath.Join(os.Getenv("KOPILKA_TEST_DATA"), "online-retail.csv.gz")
	if _, err := os.Stat(file); os.Getenv("KOPILKA_TEST_DATA") == "" || err != nil {
		t.Skip("left out: KOPILKA_TEST_DATA names no folder with online-retail.csv.gz")
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			livesTwice(t, dbtest.Open(t, dialect), file)
		})
	}
}

func livesTwice(t *testing.T, d *db.DB, file string) {
	t.Helper()
	other := purchasetest.Programme()
	other.Code = shopYear(t).Code
	lived := yearOf(t, d, shopYear(t), file)
	dreamt := yearOf(t, dbtest.Open(t, d.Dialect()), other, file)

	// Under its own programme nothing would have been otherwise.
	if diff := cmp.Diff(lived.Then, lived.Now); diff != "" {
		t.Errorf("the shop's own programme (- then, + now):\n%s", diff)
	}
	if lived.Members.Gain+lived.Members.Lose != 0 || lived.Members.Same == 0 {
		t.Errorf("%+v", lived.Members)
	}
	for _, m := range lived.Moves {
		if m.Then != m.Now {
			t.Errorf("%+v", m)
		}
	}
	// Imported receipts have the till's discounts: what the rules would have
	// taken off was computed beside each, and points were earned.
	if diff := cmp.Diff(lived.Then, dreamt.Now); diff != "" {
		t.Errorf("(- imported under the programme, + simulated):\n%s", diff)
	}
	if diff := cmp.Diff(daysThen(lived), daysNow(dreamt)); diff != "" {
		t.Errorf("days (- imported, + simulated):\n%s", diff)
	}
	if diff := cmp.Diff(movesThen(lived), movesNow(dreamt)); diff != "" {
		t.Errorf("levels (- imported, + simulated):\n%s", diff)
	}
	if lived.Then.Told == 0 || lived.Then.Earned == 0 || lived.Then.Gifts == 0 || lived.Then.Expired == 0 || len(lived.Moves) < 3 {
		t.Errorf("hardly anything happened: %+v %+v", lived.Then, lived.Moves)
	}
	for _, name := range []string{"take-3", "partner-off"} {
		for _, r := range dreamt.Rule {
			if r.Rule == name && r.Now.Told == 0 {
				t.Errorf("%s took nothing off", name)
			}
		}
	}
	t.Logf("%+v\n%+v\n%+v", dreamt.Then, dreamt.Now, dreamt.Moves)
}

// yearOf imports a file under a programme and simulates the shop's over it.
func yearOf(t *testing.T, d *db.DB, p rule.Programme, file string) *whatif.Report {
	t.Helper()
	b := &bundle{Shop: purchasetest.Open(t, d, p)}
	b.im = assemble(d, b.IDs, b.Desk, b.Directory, b.Catalog)
	b.im.Clock, b.im.Members.Clock, b.im.TempDir = b.Clock, b.Clock, t.TempDir()
	if _, err := b.im.Import(t.Context(), &importer.Job{File: file, Map: loadMap(t, shipped)}); err != nil {
		t.Fatal(err)
	}
	r, err := whatif.Run(t.Context(), whatif.Options{
		DB: d, Programmes: b.Programmes, Directory: b.Directory, Catalog: b.Catalog, Draft: shopYear(t), From: "2010-12-01", To: "2011-12-31", Now: b.Clock.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func daysThen(r *whatif.Report) map[string]whatif.Sums {
	out := map[string]whatif.Sums{}
	for _, x := range r.Days {
		out[x.Day] = x.Then
	}
	return out
}

func daysNow(r *whatif.Report) map[string]whatif.Sums {
	out := map[string]whatif.Sums{}
	for _, x := range r.Days {
		if x.Now != (whatif.Sums{}) {
			out[x.Day] = x.Now
		}
	}
	return out
}

func movesThen(r *whatif.Report) map[string]int64 {
	out := map[string]int64{}
	for _, m := range r.Moves {
		out[m.From+" "+m.To] = m.Then
	}
	return out
}

func movesNow(r *whatif.Report) map[string]int64 {
	out := map[string]int64{}
	for _, m := range r.Moves {
		if m.Now != 0 {
			out[m.From+" "+m.To] = m.Now
		}
	}
	return out
}
