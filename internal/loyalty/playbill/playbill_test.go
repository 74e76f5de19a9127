package playbill_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kopilka/internal/loyalty/eventtype"
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

// TestChangesAreTold reads the events of a session's ups and downs: each time
// that it is cancelled, put back or moved, and nothing else.
func TestChangesAreTold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.furnish()
		ctx := t.Context()
		must(b.SaveHall(ctx, playbill.Hall{Code: "Other", OutletID: b.outlet, Name: "Другой"}))
		const off, back, moved = eventtype.SessionCancelled, eventtype.SessionRestored, eventtype.SessionMoved
		var last id.ID
		for i, c := range []struct {
			state playbill.SessionState
			hall  string
			later int // hours
			since bool
			told  []eventtype.Kind
		}{
			{playbill.OnSale, "hall", 0, false, nil},
			{playbill.Cancelled, "hall", 0, true, []eventtype.Kind{off}},
			{playbill.Cancelled, "hall", 0, true, nil},
			{playbill.Archived, "hall", 0, true, nil},
			{"", "HALL", 0, true, nil},
			{playbill.OnSale, "hall", 0, false, []eventtype.Kind{back}},
			{playbill.Archived, "hall", 0, false, nil},
			{playbill.Cancelled, "hall", 0, true, []eventtype.Kind{off}},
			{playbill.OnSale, "hall", 3, false, []eventtype.Kind{back, moved}},
			{playbill.OnSale, "hall", 3, false, nil},
			{playbill.OnSale, "other", 3, false, []eventtype.Kind{moved}},
			{playbill.Cancelled, "other", 4, true, []eventtype.Kind{off, moved}},
		} {
			starts := start + clock.Micros(time.Duration(c.later)*time.Hour/time.Microsecond)
			s := must(b.SaveSession(ctx, playbill.Session{Code: "s", Event: "film", Hall: c.hall, Starts: starts, State: c.state}))
			var told []eventtype.Kind
			err := d.Each(ctx, func(r db.Row) error {
				var doc []byte
				var batch eventtype.Batch
				if err := r.Scan((*int64)(&last), &doc); err != nil {
					return err
				}
				if err := json.Unmarshal(doc, &batch); err != nil {
					return err
				}
				for _, e := range batch.Events {
					told = append(told, e.Kind)
					if e.Op != s.ID || e.Cause != "s" || e.Outlet != b.outlet || e.Kind == moved && e.To != starts.Time().Format(time.RFC3339) {
						t.Errorf("step %d: %+v", i, e)
					}
				}
				return nil
			}, `select event_id, doc from event where event_id > $1 order by event_id`, last)
			if diff := cmp.Diff(c.told, told); diff != "" || err != nil || (s.CancelledAt != 0) != c.since {
				t.Errorf("step %d, %q: cancelled since %d: %v %s", i, c.state, s.CancelledAt, err, diff)
			}
		}
	})
}

// TestWrongRowIsNamed: what the base refuses of a list is told with its place,
// as what is wrong in itself is.
func TestWrongRowIsNamed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.furnish()
		ctx := t.Context()
		must(b.SaveHall(ctx, playbill.Hall{Code: "zoned", OutletID: b.outlet, Name: "С зонами", Zones: []playbill.Zone{{Code: "A"}}}))
		good := playbill.Session{Code: "good", Event: "film", Hall: "hall", Starts: start}
		for _, c := range []struct {
			wrong playbill.Session
			path  string
			code  string
		}{
			{playbill.Session{Event: "none", Hall: "hall"}, "event", "playbill.event-not-found"},
			{playbill.Session{Event: "film", Hall: "none"}, "hall", "playbill.hall-not-found"},
			{playbill.Session{Event: "film", Hall: "zoned", Prices: []playbill.Price{{Zone: "A"}, {Zone: "Z"}}}, "prices[1].price_zone", "playbill.zone-not-found"},
			{playbill.Session{Event: "film", Hall: "hall", Version: 77}, "version", "reference.changed"},
		} {
			c.wrong.Code, c.wrong.Starts = "wrong", start
			_, err := b.SaveSessions(ctx, []playbill.Session{good, good2(c.wrong), c.wrong})
			want := []fault.Field{{Path: "items[2]." + c.path, Code: c.code}}
			if diff := cmp.Diff(want, fieldsOf(err)); diff != "" || !fault.Is(err, c.code) {
				t.Errorf("%s of a list: %v %s", c.code, err, diff)
			}
			_, err = b.SaveSession(ctx, c.wrong)
			want[0].Path = c.path
			if diff := cmp.Diff(want, fieldsOf(err)); diff != "" || !fault.Is(err, c.code) {
				t.Errorf("%s alone: %v %s", c.code, err, diff)
			}
		}
		_, err := b.SaveEvents(ctx, []playbill.Event{{Code: "one", Name: "Раз"}, {Code: "two", Name: "Два", Version: 77}})
		if diff := cmp.Diff([]fault.Field{{Path: "items[1].version", Code: "reference.changed"}}, fieldsOf(err)); diff != "" {
			t.Errorf("an event: %v %s", err, diff)
		}
		if _, err := b.Session(ctx, "good"); !fault.Is(err, "playbill.session-not-found") {
			t.Errorf("half of a list was written: %v", err)
		}
	})
}

// good2 is another that can be saved.
func good2(s playbill.Session) playbill.Session {
	return playbill.Session{Code: "good 2", Event: "film", Hall: "hall", Starts: s.Starts}
}

// fieldsOf are the places of a fault, without what they say.
func fieldsOf(err error) (out []fault.Field) {
	if f := fault.From(err); f != nil {
		for _, x := range f.Fields {
			out = append(out, fault.Field{Path: x.Path, Code: x.Code})
		}
	}
	return out
}

// TestZonesOfOldPrices: a hall may be laid out anew under sessions that have
// prices of its old zones. They can still be closed, cancelled and moved; new
// prices are of the new zones.
func TestZonesOfOldPrices(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.furnish()
		ctx := t.Context()
		hall := playbill.Hall{Code: "zoned", OutletID: b.outlet, Name: "Зал", Zones: []playbill.Zone{{Code: "A"}}}
		must(b.SaveHall(ctx, hall))
		s := playbill.Session{Code: "s", Event: "film", Hall: "zoned", Starts: start, Prices: []playbill.Price{{Zone: "a", Amount: 5}}}
		must(b.SaveSession(ctx, s))
		hall.Zones = []playbill.Zone{{Code: "B"}}
		must(b.SaveHall(ctx, hall))
		s.State, s.Starts = playbill.Cancelled, start+1
		must(b.SaveSession(ctx, s))
		if closed, err := b.CloseSession(ctx, "S"); err != nil || closed.State != playbill.Archived || closed.CancelledAt == 0 || closed.Hall != "zoned" || len(closed.Prices) != 1 {
			t.Errorf("%+v %v", closed, err)
		}
		if closed := must(b.Session(ctx, "s")); closed.State != playbill.Archived || closed.Starts != start+1 {
			t.Errorf("%+v", closed)
		}
		s.State, s.Prices = playbill.OnSale, []playbill.Price{{Zone: "A", Amount: 6}}
		if _, err := b.SaveSession(ctx, s); !fault.Is(err, "playbill.zone-not-found") {
			t.Errorf("a new price of an old zone: %v", err)
		}
		s.Prices = []playbill.Price{{Zone: "b", Amount: 6}}
		must(b.SaveSession(ctx, s))
		if _, err := b.CloseSession(ctx, "none"); !fault.Is(err, "playbill.session-not-found") {
			t.Errorf("none: %v", err)
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
