package identity_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestPairing: of many tills that type one code at once, one gets a key, which is
// the doing of who gave the code.
func TestPairing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p, err := b.BeginPairing(audit.By(b.ctx, audit.Actor{Kind: audit.Staff, ID: 7, Name: "Ольга"}), till1)
		if err != nil {
			t.Fatal(err)
		}
		var made atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				k, token, err := b.Pair(audit.By(b.ctx, audit.Actor{Kind: audit.System, Address: "10.0.0.9"}), p.Code)
				if err != nil {
					wants(t, err, "identity.pairing-unknown")
					return
				}
				made.Add(1)
				if who, err := b.keys.Authenticate(b.ctx, token); err != nil || who.TillID != till1 || k.TillID != till1 || who.Can(identity.PointsAdjust) {
					t.Errorf("%+v %v", who, err)
				}
			})
		}
		all.Wait()
		if made.Load() != 1 {
			t.Errorf("%d keys by one code", made.Load())
		}
		trail, err := audit.Read(b.ctx, d, audit.Filter{}, 0, 10)
		if err != nil || len(trail) != 2 {
			t.Fatal(err, trail)
		}
		if r := trail[0]; r.Action != "api_key.saved" || r.Actor.ID != 7 || r.Actor.Name != "Ольга" || r.Actor.Address != "10.0.0.9" {
			t.Errorf("%+v", r)
		}
	})
}
