package partner_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kopilka/internal/loyalty/partner"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type bundle struct {
	*partner.Registry
	t   *testing.T
	ctx context.Context
	dir *partner.Directory
}

func setup(t *testing.T, d *db.DB) bundle {
	return bundle{partner.New(d, id.NewMaker(1)), t, t.Context(), partner.NewDirectory()}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (b bundle) partner(code string) partner.Partner {
	b.t.Helper()
	return must[partner.Partner](b.t)(b.SavePartner(b.ctx, partner.Partner{Code: code, Name: "Партнёр " + code}))
}

func (b bundle) outlet(p partner.Partner, code string) partner.Outlet {
	b.t.Helper()
	return must[partner.Outlet](b.t)(b.SaveOutlet(b.ctx, partner.Outlet{
		PartnerID: p.ID, Code: code, Name: "Кино «Звёзды» " + code, Zone: "Asia/Omsk", Cutover: partner.DefaultCutover, Address: "ул. Ленина, 1",
	}))
}

func (b bundle) till(o partner.Outlet, code string) partner.Till {
	b.t.Helper()
	return must[partner.Till](b.t)(b.SaveTill(b.ctx, partner.Till{OutletID: o.ID, Code: code, Name: "Касса " + code}))
}

func wants(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

var ignoreZone = cmpopts.IgnoreUnexported(partner.Outlet{})

func TestSaveAndFind(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p := b.partner(" kino ")
		o := b.outlet(p, "omsk-1")
		till := b.till(o, "1")
		if p.Code != "kino" || p.State != reference.Active || p.ID == 0 || p.Version != 1 || till.Version != 3 {
			t.Errorf("%+v %+v", p, till)
		}
		got := must[partner.Outlet](t)(b.Outlet(b.ctx, o.ID))
		if diff := cmp.Diff(o, got, ignoreZone); diff != "" {
			t.Error(diff)
		}
		o.Name, o.State, o.Zone, o.Cutover, o.Address = "Новое", reference.Closed, "Europe/Moscow", 0, ""
		o = must[partner.Outlet](t)(b.SaveOutlet(b.ctx, o))
		if diff := cmp.Diff(o, must[partner.Outlet](t)(b.Outlet(b.ctx, o.ID)), ignoreZone); diff != "" {
			t.Error(diff)
		}
		till.Name = "Бар"
		till = must[partner.Till](t)(b.SaveTill(b.ctx, till))
		if diff := cmp.Diff(till, must[partner.Till](t)(b.Till(b.ctx, till.ID))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p := b.partner("a")
		o := b.outlet(p, "o")
		other := b.outlet(p, "other")
		till := b.till(o, "1")
		b.till(other, "1") // the same code in another outlet is no conflict

		_, err := b.SavePartner(b.ctx, partner.Partner{Code: "a", Name: "x"})
		wants(t, err, "partner.code-taken")
		_, err = b.SaveOutlet(b.ctx, partner.Outlet{PartnerID: p.ID, Code: "o", Name: "x", Zone: "UTC"})
		wants(t, err, "partner.code-taken")
		_, err = b.SaveTill(b.ctx, partner.Till{OutletID: o.ID, Code: "1", Name: "x"})
		wants(t, err, "partner.code-taken")
		_, err = b.SaveOutlet(b.ctx, partner.Outlet{PartnerID: 77, Code: "n", Name: "x", Zone: "UTC"})
		wants(t, err, "partner.not-found")
		_, err = b.SaveTill(b.ctx, partner.Till{OutletID: 77, Code: "n", Name: "x"})
		wants(t, err, "partner.outlet-not-found")
		_, err = b.SaveTill(b.ctx, partner.Till{ID: 77, OutletID: o.ID, Code: "n", Name: "x"})
		wants(t, err, "partner.till-not-found")
		till.OutletID = other.ID
		_, err = b.SaveTill(b.ctx, till)
		wants(t, err, "partner.till-stays")
		_, err = b.Partner(b.ctx, 77)
		wants(t, err, "partner.not-found")

		p.Name = "first"
		must[partner.Partner](t)(b.SavePartner(b.ctx, p))
		_, err = b.SavePartner(b.ctx, p) // its version is the one before
		wants(t, err, "reference.changed")

		_, err = b.SaveOutlet(b.ctx, partner.Outlet{PartnerID: p.ID, Code: "a b", Zone: "Mars/Base", Cutover: 1440, Address: "a\nb", State: "gone"})
		var fields []string
		for _, f := range fault.From(err).Fields {
			fields = append(fields, f.Path+" "+f.Code)
		}
		want := []string{
			"code reference.code-invalid", "name reference.missing", "address reference.characters",
			"state reference.state-unknown", "day_cutover setting.between", "zone partner.zone-unknown",
		}
		if diff := cmp.Diff(want, fields); diff != "" {
			t.Error(diff)
		}
	})
}

func TestLists(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p, q := b.partner("p"), b.partner("q")
		for i := range 5 {
			b.outlet(p, fmt.Sprintf("o%d", i))
		}
		one := b.outlet(q, "o9")
		one.State = reference.Closed
		must[partner.Outlet](t)(b.SaveOutlet(b.ctx, one))
		codes := func(of id.ID, page reference.Page) (out []string, next string) {
			l, err := b.Outlets(b.ctx, of, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range l.Items {
				out = append(out, o.Code)
			}
			return out, l.Next
		}
		for _, c := range []struct {
			of   id.ID
			page reference.Page
			want []string
			next string
		}{
			{0, reference.Page{Limit: 2}, []string{"o0", "o1"}, "o1"},
			{0, reference.Page{Limit: 4, After: "o1"}, []string{"o2", "o3", "o4", "o9"}, ""},
			{q.ID, reference.Page{}, []string{"o9"}, ""},
			{0, reference.Page{State: reference.Closed}, []string{"o9"}, ""},
			{0, reference.Page{Find: "ЗВЕЗДЫ» O3"}, []string{"o3"}, ""},
			{0, reference.Page{Find: "%"}, nil, ""},
			{0, reference.Page{After: "\xff\x00", Find: "\x00\xff", Limit: 1}, []string{"o0"}, "o0"},
		} {
			got, next := codes(c.of, c.page)
			if diff := cmp.Diff(c.want, got); diff != "" || next != c.next {
				t.Errorf("%+v: %s next %q", c.page, diff, next)
			}
		}
		b.till(one, "T1")
		if l := must[reference.List[partner.Till]](t)(b.Tills(b.ctx, one.ID, reference.Page{Find: "касса"})); len(l.Items) != 1 {
			t.Errorf("%+v", l)
		}
		if l := must[reference.List[partner.Partner]](t)(b.Partners(b.ctx, reference.Page{Find: "ПАРТНЕР Q"})); len(l.Items) != 1 || l.Items[0].ID != q.ID {
			t.Errorf("%+v", l)
		}
	})
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		refresh := func(want bool) {
			t.Helper()
			if changed := must[bool](t)(b.dir.Refresh(b.ctx, d)); changed != want {
				t.Errorf("changed %v, want %v", changed, want)
			}
		}
		if _, ok := b.dir.Place(1); ok {
			t.Error("an empty directory knows a till")
		}
		refresh(true)
		p := b.partner("p")
		o := b.outlet(p, "o")
		till := b.till(o, "1")
		if _, ok := b.dir.Outlet(o.ID); ok {
			t.Error("a snapshot changed by itself")
		}
		refresh(true)
		refresh(false)
		want := partner.Place{Partner: p, Outlet: o, Till: till}
		for name, find := range map[string]func() (partner.Place, bool){
			"id":   func() (partner.Place, bool) { return b.dir.Place(till.ID) },
			"code": func() (partner.Place, bool) { return b.dir.PlaceByCode(o.ID, "1") },
		} {
			got, ok := find()
			if diff := cmp.Diff(want, got, ignoreZone); !ok || diff != "" {
				t.Errorf("%s: %v %s", name, ok, diff)
			}
			if !got.Open() {
				t.Errorf("%s: closed", name)
			}
		}
		if got, ok := b.dir.OutletByCode("o"); !ok || got.ID != o.ID || got.BusinessDay(0) != "1970-01-01" {
			t.Errorf("%v %+v", ok, got)
		}
		if got, ok := b.dir.PartnerByCode("p"); !ok || got != p {
			t.Errorf("%v %+v", ok, got)
		}
		if _, ok := b.dir.PartnerByCode("none"); ok {
			t.Error("found a partner that is not there")
		}
		p.State = reference.Closed
		must[partner.Partner](t)(b.SavePartner(b.ctx, p))
		refresh(true)
		if got, ok := b.dir.Place(till.ID); !ok || got.Open() {
			t.Error("a till of a closed partner is open")
		}
	})
}

// TestDirectoryUnderChange reads while outlets are made and the snapshot is
// replaced: a till is never seen without its outlet.
func TestDirectoryUnderChange(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p := b.partner("p")
		done := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			defer close(done)
			for i := range 30 {
				b.till(b.outlet(p, fmt.Sprint("o", i)), "1")
			}
		})
		for range 2 {
			wg.Go(func() {
				for running := true; running; {
					select {
					case <-done:
						running = false
					default:
					}
					if _, err := b.dir.Refresh(b.ctx, d); err != nil {
						t.Error(err)
						return
					}
					for i := range 30 {
						o, ok := b.dir.OutletByCode(fmt.Sprint("o", i))
						if !ok {
							continue
						}
						if got, ok := b.dir.PlaceByCode(o.ID, "1"); ok && (got.Outlet.ID != o.ID || got.Partner.ID != p.ID) {
							t.Errorf("a till with half of its place: %+v", got)
						}
					}
				}
			})
		}
		wg.Wait()
		for i := range 30 {
			o, ok := b.dir.OutletByCode(fmt.Sprint("o", i))
			if !ok {
				t.Fatalf("outlet %d is missing after the last refresh", i)
			}
			if _, ok := b.dir.PlaceByCode(o.ID, "1"); !ok {
				t.Fatalf("till of outlet %d is missing after the last refresh", i)
			}
		}
	})
}
