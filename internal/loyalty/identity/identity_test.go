package identity_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	outlet1 = id.ID(101)
	outlet2 = id.ID(102)
	till1   = id.ID(201)
)

type bundle struct {
	*identity.Registry
	t     *testing.T
	ctx   context.Context
	d     *db.DB
	clock *clock.Fixed
	keys  *identity.Keys
}

// setup puts two outlets and a till in by hand: this package may not import
// the one that owns them.
func setup(t *testing.T, d *db.DB) *bundle {
	t.Helper()
	for _, q := range []string{
		"insert into partner (partner_id, code, name, state, version, search_folded) values (1, 'p', 'p', 'active', 1, 'p')",
		"insert into outlet (outlet_id, partner_id, code, name, zone, day_cutover, address, state, version, search_folded) values (101, 1, 'a', 'a', 'UTC', 240, '', 'active', 1, 'a'), (102, 1, 'b', 'b', 'UTC', 240, '', 'active', 1, 'b')",
		"insert into till (till_id, outlet_id, code, name, state, version, search_folded) values (201, 101, '1', '1', 'active', 1, '1')",
	} {
		if _, err := d.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	c := clock.NewFixed(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))
	return &bundle{identity.New(d, id.NewMaker(1), c), t, t.Context(), d, c, identity.NewKeys(d, c)}
}

func (b *bundle) make(k identity.Key) (identity.Key, string) {
	b.t.Helper()
	if k.Name == "" {
		k.Name = "Касса"
	}
	if k.Scopes == nil {
		k.Scopes = identity.TillScopes()
	}
	made, token, err := b.MakeKey(b.ctx, k)
	if err != nil {
		b.t.Fatal(err)
	}
	return made, token
}

func (b *bundle) save(k identity.Key) identity.Key {
	b.t.Helper()
	saved, err := b.SaveKey(b.ctx, k)
	if err != nil {
		b.t.Fatal(err)
	}
	return saved
}

func wants(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		k, token := b.make(identity.Key{TillID: till1})
		got, err := b.keys.Authenticate(b.ctx, token)
		want := identity.Principal{
			Kind: identity.KindTill, KeyID: k.ID, TillID: till1, OutletIDs: []id.ID{outlet1}, Scopes: identity.TillScopes(),
			Name: "Касса",
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		if !got.At(outlet1) || got.At(outlet2) || !got.Can(identity.PurchasesWrite) || got.Can(identity.PointsAdjust) {
			t.Error("a till's key acts where it should not")
		}
		wants(t, got.Require(identity.Admin), "identity.scope-missing")

		_, token = b.make(identity.Key{OutletIDs: []id.ID{outlet2, outlet2}, Scopes: []identity.Scope{identity.Admin}})
		got, err = b.keys.Authenticate(b.ctx, token)
		if err != nil || got.Kind != identity.KindOrganization || got.At(outlet1) || !got.At(outlet2) || got.Require(identity.ReportsRead) != nil {
			t.Errorf("%v %+v", err, got)
		}
		_, token = b.make(identity.Key{})
		if got, err = b.keys.Authenticate(b.ctx, token); err != nil || !got.At(outlet1) || !got.At(outlet2) {
			t.Errorf("%v %+v", err, got)
		}
	})
}

func TestWrongTokens(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		k, token := b.make(identity.Key{})
		mark := token[:strings.LastIndex(token, "_")+1]
		other, _, err := crypto.NewAPIKey(k.ID, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		unknown, _, err := crypto.NewAPIKey(77, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range []string{
			"", "kp_", "kp__", "kp_x_y", mark, "Bearer " + token, token[:len(token)-1], token + "A", other, unknown,
			strings.Repeat("kp_1_", 1000), "kp_1_\x00\xff",
		} {
			for range 2 { // the second time from memory
				_, err := b.keys.Authenticate(b.ctx, wrong)
				wants(t, err, "identity.key-invalid")
			}
		}
		if _, err := b.keys.Authenticate(b.ctx, token); err != nil {
			t.Errorf("the right one after the wrong ones: %v", err)
		}
		var hash []byte
		err = d.Row(b.ctx, "select hash from api_key where key_id = $1", k.ID).Scan(&hash)
		if err != nil || len(hash) != 32 || strings.Contains(token, string(hash)) {
			t.Errorf("%v: the base has %x", err, hash)
		}
	})
}

func TestKeyEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		end := b.clock.Now().Add(time.Second)
		k, token := b.make(identity.Key{Expires: end})
		for _, c := range []struct {
			name, code string
			prepare    func()
		}{
			{"works", "", func() {}},
			{"is past its end without a query", "identity.key-expired", func() { b.clock.Set(end) }},
			{"works once prolonged", "", func() { k.Expires = 0; k = b.save(k); b.clock.Add(identity.KeyTTL) }},
			{"may work until the TTL", "", func() { k.State = reference.Closed; k = b.save(k); b.clock.Add(identity.KeyTTL/2 - time.Microsecond) }},
			{"is closed", "identity.key-closed", func() { b.clock.Add(identity.KeyTTL/2 + time.Microsecond) }},
			{"works when opened again", "", func() { k.State = reference.Active; k = b.save(k); b.clock.Add(identity.KeyTTL) }},
			{"is closed though the clock went back", "identity.key-closed", func() { k.State = reference.Closed; k = b.save(k); b.clock.Add(-time.Hour) }},
		} {
			c.prepare()
			if _, err := b.keys.Authenticate(b.ctx, token); c.code == "" && err != nil || c.code != "" && !fault.Is(err, c.code) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	})
}

// TestMemoryAnswers proves that the hot path makes no query: it goes on with
// the base closed, and no longer than the TTL.
func TestMemoryAnswers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, token := b.make(identity.Key{TillID: till1})
		if _, err := b.keys.Authenticate(b.ctx, token); err != nil {
			t.Fatal(err)
		}
		d.Close()
		b.clock.Add(identity.KeyTTL - time.Microsecond)
		if _, err := b.keys.Authenticate(b.ctx, token); err != nil {
			t.Errorf("a known key needed the base: %v", err)
		}
		b.clock.Add(time.Microsecond)
		if _, err := b.keys.Authenticate(b.ctx, token); err == nil {
			t.Error("a key was taken from memory for longer than the TTL")
		}
	})
}

// TestRevokedUnderLoad closes keys while many authenticate: once the TTL is
// over since the closing, none gets through.
func TestRevokedUnderLoad(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		for round := range 5 {
			k, token := b.make(identity.Key{Name: fmt.Sprint("k", round)})
			b.clock.Add(identity.KeyTTL)
			stop := make(chan struct{})
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for {
						select {
						case <-stop:
							return
						default:
						}
						if _, err := b.keys.Authenticate(b.ctx, token); err != nil && !fault.Is(err, "identity.key-closed") {
							t.Error(err)
							return
						}
						b.clock.Add(time.Millisecond)
					}
				})
			}
			k.State = reference.Closed
			b.save(k)
			b.clock.Add(identity.KeyTTL)
			_, err := b.keys.Authenticate(b.ctx, token)
			wants(t, err, "identity.key-closed")
			close(stop)
			wg.Wait()
		}
	})
}

func TestKeysAreKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		k, _ := b.make(identity.Key{OutletIDs: []id.ID{outlet2, outlet1}, Expires: b.clock.Now() + 5, Rate: 60, Scopes: []identity.Scope{identity.Admin, identity.MembersRead}})
		if diff := cmp.Diff([]identity.Scope{identity.MembersRead, identity.Admin}, k.Scopes); diff != "" {
			t.Error(diff)
		}
		got, err := b.Key(b.ctx, k.ID)
		if diff := cmp.Diff(k, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		second, _ := b.make(identity.Key{TillID: till1})
		k.OutletIDs, k.Name, k.Rate, k.Expires = []id.ID{outlet2}, "Сайт", 0, 0
		k = b.save(k)
		if k.Rate != 0 {
			t.Errorf("rate %d", k.Rate)
		}
		for _, c := range []struct {
			till, after id.ID
			limit       int
			want        []identity.Key
		}{
			{0, 0, 0, []identity.Key{k, second}}, {0, 0, 1, []identity.Key{k}}, {0, k.ID, 5, []identity.Key{second}}, {till1, 0, 5, []identity.Key{second}},
		} {
			list, err := b.Keys(b.ctx, c.till, c.after, c.limit)
			if diff := cmp.Diff(c.want, list); err != nil || diff != "" {
				t.Errorf("%v %s", err, diff)
			}
		}
	})
}

func TestKeyRefusals(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		good := identity.Key{Name: "k", Scopes: []identity.Scope{identity.Admin}}
		for _, c := range []struct {
			code string
			edit func(*identity.Key)
		}{
			{"reference.invalid", func(k *identity.Key) { k.Name = "" }},
			{"reference.invalid", func(k *identity.Key) { k.Scopes = nil }},
			{"reference.invalid", func(k *identity.Key) { k.Scopes = []identity.Scope{"root"} }},
			{"reference.invalid", func(k *identity.Key) { k.Rate = -1 }},
			{"reference.invalid", func(k *identity.Key) { k.Expires = -1 }},
			{"reference.invalid", func(k *identity.Key) { k.OutletIDs = make([]id.ID, identity.MaxOutlets+1) }},
			{"identity.outlet-not-found", func(k *identity.Key) { k.OutletIDs = []id.ID{outlet1, 7} }},
			{"identity.till-not-found", func(k *identity.Key) { k.TillID = 7 }},
			{"identity.till-and-outlets", func(k *identity.Key) { k.TillID, k.OutletIDs = till1, []id.ID{outlet1} }},
		} {
			k := good
			c.edit(&k)
			_, _, err := b.MakeKey(b.ctx, k)
			wants(t, err, c.code)
		}
		k, _ := b.make(good)
		b.save(k)
		_, err := b.SaveKey(b.ctx, k)
		wants(t, err, "reference.changed")
		k.ID = 7
		_, err = b.SaveKey(b.ctx, k)
		wants(t, err, "identity.key-not-found")
	})
}

func TestUseIsWritten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		k, token := b.make(identity.Key{})
		idle, _ := b.make(identity.Key{})
		used := func() string {
			t.Helper()
			if err := b.keys.WriteUsed(b.ctx); err != nil {
				t.Fatal(err)
			}
			if got, err := b.Key(b.ctx, idle.ID); err != nil || got.UsedDay != "" {
				t.Errorf("a key never used was used on %q", got.UsedDay)
			}
			got, err := b.Key(b.ctx, k.ID)
			if err != nil || got.Version != k.Version {
				t.Errorf("use moved the version: %v", err)
			}
			return got.UsedDay
		}
		if day := used(); day != "" {
			t.Errorf("used on %q", day)
		}
		for _, want := range []string{"2026-11-22", "2026-11-23"} {
			for range 3 {
				if _, err := b.keys.Authenticate(b.ctx, token); err != nil {
					t.Fatal(err)
				}
			}
			if day := used(); day != want {
				t.Errorf("used on %q, want %s", day, want)
			}
			b.clock.Add(24 * time.Hour)
		}
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	d := dbtest.Open(b, db.SQLite)
	ctx := context.Background()
	c := clock.NewFixed(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))
	_, token, err := identity.New(d, id.NewMaker(1), c).MakeKey(ctx, identity.Key{Name: "k", Scopes: identity.TillScopes()})
	if err != nil {
		b.Fatal(err)
	}
	keys := identity.NewKeys(d, c)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := keys.Authenticate(ctx, token); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
