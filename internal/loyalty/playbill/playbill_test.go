package playbill_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type bundle struct {
	*playbill.Registry
	t      testing.TB
	d      *db.DB
	index  *playbill.Index
	outlet id.ID
}

func setup(t testing.TB, d *db.DB) *bundle {
	t.Helper()
	ids := id.NewMaker(1)
	places := partner.New(d, ids)
	own := must(places.SavePartner(t.Context(), partner.Partner{Code: "own", Name: "Театр"}))
	o := must(places.SaveOutlet(t.Context(), partner.Outlet{PartnerID: own.ID, Code: "one", Name: "Сцена", Zone: "Europe/Moscow"}))
	return &bundle{playbill.New(d, ids, clock.NewFixed(start.Time())), t, d, playbill.NewIndex(), o.ID}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

var start = clock.Of(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))

func (b *bundle) refresh(want bool) {
	b.t.Helper()
	if changed, err := b.index.Refresh(b.t.Context(), b.d); err != nil || changed != want {
		b.t.Fatalf("changed %v, want %v: %v", changed, want, err)
	}
}

func (b *bundle) furnish() {
	b.t.Helper()
	ctx := b.t.Context()
	must(b.SaveHall(ctx, playbill.Hall{Code: "Hall", OutletID: b.outlet, Name: "Зал"}))
	must(b.SaveEvent(ctx, playbill.Event{Code: "Film", Name: "Фильм", Type: "film"}))
}

// TestRowsAreKeptWhole writes rows of every sort and reads them back, from the
// base and from memory.
func TestRowsAreKeptWhole(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		ctx, vat := t.Context(), 10*money.Percent
		hall := must(b.SaveHall(ctx, playbill.Hall{
			Code: "Ёлка", OutletID: b.outlet, Name: "Зал", Zones: []playbill.Zone{{Code: "A"}, {Code: "B", Name: "Балкон"}},
			Sectors: []playbill.Sector{{Code: "p", Zone: "A", Rows: []playbill.Row{{Code: "1", First: 1, Last: 20, Zone: "B"}}}, {Code: "fan", Capacity: 300}},
		}))
		event := must(b.SaveEvent(ctx, playbill.Event{
			Code: "Film", Name: "Фильм", Type: "Film", Group: "g", Age: 18, Contractor: "ООО", Contract: "№ 1", Audience: "Все", VAT: &vat, Pushkin: true, PushkinID: "77",
			Memorandum: &playbill.Memorandum{From: "2026-03-01", NoDiscounts: true, NoPoints: true, Earns: true, Least: 25000, Distributor: "Прокат", Note: "до выхода"},
		}))
		session := must(b.SaveSession(ctx, playbill.Session{Code: "S", Event: "FILM", Hall: "ЕЛКА", Starts: start, Ends: start + 1, Prices: []playbill.Price{{Zone: "a", Tariff: "child", Amount: 5}}}))
		for what, diff := range map[string]string{
			"hall":    cmp.Diff(hall, must(b.Hall(ctx, "елка"))),
			"event":   cmp.Diff(event, must(b.Event(ctx, "film"))),
			"session": cmp.Diff(session, must(b.Session(ctx, "s"))),
		} {
			if diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		}
		b.refresh(true)
		got, ok := b.index.Session("s")
		if !ok || got.Starts != start || got.CancelledAt != 0 || got.ID != session.ID {
			t.Errorf("%v %+v", ok, got)
		}
		if diff := cmp.Diff(hall, *got.Hall) + cmp.Diff(event, *got.Event); diff != "" {
			t.Error(diff)
		}
		for at, want := range map[[2]string]string{{"P", "1"}: "B", {"p", "2"}: "A", {"p", ""}: "A", {"fan", ""}: "", {"", "1"}: "", {"none", "1"}: ""} {
			if zone := got.Hall.ZoneOf(at[0], at[1]); zone != want {
				t.Errorf("zone of %v: %q, want %q", at, zone, want)
			}
		}
	})
}

// TestIndexFollows changes sessions at random and holds the index to the base.
func TestIndexFollows(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.furnish()
		late := playbill.NewIndex() // that refreshes seldom
		rapid.Check(t, func(t *rapid.T) {
			ctx := b.t.Context()
			var list []playbill.Session
			for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 9), 1, 4, rapid.ID[int]).Draw(t, "sessions") {
				list = append(list, playbill.Session{
					Code: fmt.Sprint("s", n), Event: "film", Hall: "hall", Starts: start + clock.Micros(rapid.IntRange(0, 5).Draw(t, "starts")),
					State: rapid.SampledFrom([]playbill.SessionState{"", playbill.OnSale, playbill.Cancelled, playbill.Archived}).Draw(t, "state"),
				})
			}
			if _, err := b.SaveSessions(ctx, list); err != nil {
				t.Fatal(err)
			}
			b.refresh(true)
			if rapid.Bool().Draw(t, "late") {
				must(late.Refresh(ctx, d))
			}
			for n := range 10 {
				code := fmt.Sprint("s", n)
				want, err := b.Session(ctx, code)
				got, ok := b.index.Session(code)
				if ok != (err == nil) || ok && (got.Starts != want.Starts || got.CancelledAt != want.CancelledAt || got.Code != want.Code) {
					t.Fatalf("%s: %v %+v, in the base %+v %v", code, ok, got, want, err)
				}
			}
		})
		must(late.Refresh(t.Context(), d))
		for n := range 10 {
			code := fmt.Sprint("s", n)
			x, okX := b.index.Session(code)
			y, okY := late.Session(code)
			if okX != okY || x.Starts != y.Starts || x.CancelledAt != y.CancelledAt {
				t.Errorf("%s: %+v, and %+v where it was refreshed seldom", code, x, y)
			}
		}
	})
}

// TestAllOrNone: of a list with one wrong row nothing is written.
func TestAllOrNone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.furnish()
		ctx := t.Context()
		_, err := b.SaveSessions(ctx, []playbill.Session{{Code: "a", Event: "film", Hall: "hall", Starts: start}, {Code: "b", Event: "none", Hall: "hall", Starts: start}})
		if !fault.Is(err, "playbill.event-not-found") {
			t.Errorf("got %v", err)
		}
		if _, err := b.Session(ctx, "a"); !fault.Is(err, "playbill.session-not-found") {
			t.Errorf("half of a list was written: %v", err)
		}
	})
}

// TestCancelledIsToldOnce counts the events of a session's ups and downs.
func TestCancelledIsToldOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.furnish()
		ctx := t.Context()
		for i, c := range []struct {
			state playbill.SessionState
			told  int64
			since bool
		}{
			{playbill.OnSale, 0, false},
			{playbill.Cancelled, 1, true},
			{playbill.Cancelled, 1, true},
			{playbill.Archived, 1, true},
			{"", 1, true},
			{playbill.OnSale, 1, false},
			{playbill.Archived, 1, false},
			{playbill.Cancelled, 2, true},
		} {
			s := must(b.SaveSession(ctx, playbill.Session{Code: "s", Event: "film", Hall: "hall", Starts: start, State: c.state}))
			var told int64
			if err := d.Row(ctx, `select count(*) from event`).Scan(&told); err != nil {
				t.Fatal(err)
			}
			if told != c.told || (s.CancelledAt != 0) != c.since {
				t.Errorf("step %d, %q: told %d times, cancelled since %d", i, c.state, told, s.CancelledAt)
			}
		}
	})
}

// TestDaysOfMemorandum: its days are both included.
func TestDaysOfMemorandum(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to, day string
		want          bool
	}{
		{"", "", "2026-03-02", true},
		{"2026-03-02", "2026-03-03", "2026-03-01", false},
		{"2026-03-02", "2026-03-03", "2026-03-02", true},
		{"2026-03-02", "2026-03-03", "2026-03-03", true},
		{"2026-03-02", "2026-03-03", "2026-03-04", false},
		{"2026-03-02", "", "2027-03-01", true},
		{"", "2026-03-02", "2025-03-01", true},
	} {
		m := &playbill.Memorandum{From: c.from, To: c.to}
		if m.On(c.day) != c.want {
			t.Errorf("%+v", c)
		}
	}
	if (*playbill.Memorandum)(nil).On("2026-03-02") {
		t.Error("no memorandum holds")
	}
}

// TestClosedIsFound: what is closed stays where late receipts look for it.
func TestClosedIsFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.furnish()
		ctx := t.Context()
		must(b.SaveSession(ctx, playbill.Session{Code: "s", Event: "film", Hall: "hall", Starts: start}))
		must(b.CloseSession(ctx, "s"))
		must(b.CloseEvent(ctx, "film"))
		must(b.CloseHall(ctx, "hall"))
		b.refresh(true)
		if got, ok := b.index.Session("S"); !ok || got.Event.State != reference.Closed {
			t.Errorf("%v %+v", ok, got)
		}
		if list := must(b.Events(ctx, playbill.EventFilter{}, reference.Page{State: reference.Active})); len(list.Items) != 0 {
			t.Errorf("%+v", list)
		}
	})
}
