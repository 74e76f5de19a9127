package card_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

func TestSecretCode(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		secretly := b.typ(card.Type{Code: "secret", Kind: card.Virtual, Properties: card.Properties{Prefix: "25", Secret: true}})
		m := b.member(1)
		c := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: secretly.ID}, b.by))
		if len(c.Secret) != 8 || !c.HasSecret {
			t.Fatalf("%+v", c)
		}
		check := func(secret string) error { return b.CheckSecret(b.ctx, m.Home, c.ID, secret) }
		must(0, check(c.Secret))
		must(0, check(" "+c.Secret+" "))
		for left := int64(4); left >= 0; left-- {
			err := check("wrong")
			refused(t, err, "card.secret-wrong")
			if got := fault.From(err).Arg("left"); got != left {
				t.Errorf("%v tries left, want %d", got, left)
			}
		}
		err := check(c.Secret)
		refused(t, err, "card.secret-locked")
		if got := fault.From(err).Arg("minutes"); got != int64(30) {
			t.Errorf("in %v minutes", got)
		}
		b.clock.Add(30 * time.Minute)
		refused(t, check("wrong"), "card.secret-wrong") // and no more than one
		refused(t, check(c.Secret), "card.secret-locked")
		b.clock.Add(30 * time.Minute)
		must(0, check(c.Secret))
		refused(t, check("wrong"), "card.secret-wrong") // counted from the start again
		must(0, check(c.Secret))

		anew := must(b.RegenerateSecret(b.ctx, m.Home, c.ID, b.by))
		if anew.Secret == c.Secret || len(anew.Secret) != 8 {
			t.Errorf("made anew: %q", anew.Secret)
		}
		refused(t, check(c.Secret), "card.secret-wrong")
		must(0, check(anew.Secret))
		must(b.SetSecret(b.ctx, m.Home, c.ID, "на обороте", b.by))
		must(0, check("на обороте"))
		must(b.Block(b.ctx, m.Home, c.ID, "x", b.by))
		refused(t, check("на обороте"), "card.bad-state")
		refused(t, b.CheckSecret(b.ctx, m.Home, 5, "1234"), "card.not-found")
		plain := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: b.virtual.ID}, b.by))
		refused(t, b.CheckSecret(b.ctx, m.Home, plain.ID, "1234"), "card.no-secret")

		for _, r := range must(member.Changes(b.ctx, d, m.Home, "", 0, 100)) {
			if strings.Contains(r.Old+r.New, anew.Secret) || strings.Contains(r.Old+r.New, "обороте") {
				t.Errorf("the trail tells the secret: %+v", r)
			}
		}
	})
}

func TestSecretCannotBeGuessedInParallel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m := b.member(1)
		c := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: b.plastic.ID, Number: "2037215727383", Secret: "1234"}, b.by))
		var looked, stopped atomic.Int64
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				switch err := b.CheckSecret(b.ctx, m.Home, c.ID, "4321"); {
				case fault.Is(err, "card.secret-wrong"):
					looked.Add(1)
				case fault.Is(err, "card.secret-locked"):
					stopped.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if looked.Load() != card.SecretTries || stopped.Load() != 64-card.SecretTries {
			t.Errorf("%d codes were looked at, %d stopped", looked.Load(), stopped.Load())
		}
	})
}

func TestOneTimeQR(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m := b.member(1)
		c := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: b.virtual.ID}, b.by))
		secret := must(b.Provision(b.ctx, m.Home, c.ID, b.by))
		if is := must(card.Get(b.ctx, d, m.Home, c.ID)); !is.HasQR {
			t.Errorf("%+v", is)
		}
		now := b.clock.Now()
		at := crypto.TOTPStep(now)
		show := func(secret []byte, step int64) string { return crypto.QR(c.ID, crypto.TOTP(secret, step)) }
		verify := func(payload string) (card.Shown, error) { return b.VerifyQR(b.ctx, d, payload, now) }

		for step := at - 1; step <= at+1; step++ {
			got, err := verify(strings.ToLower(show(secret, step)))
			if want := (card.Shown{Home: m.Home, Card: c.ID, Step: step}); err != nil || got != want {
				t.Errorf("step %d: %+v, %v", step-at, got, err)
			}
		}
		for payload, code := range map[string]string{
			show(secret, at-2): "card.qr-stale", show(secret, at+2): "card.qr-stale",
			crypto.QR(c.ID+1, crypto.TOTP(secret, at)): "card.not-found", "L1.x": "crypto.qr-invalid",
		} {
			_, err := verify(payload)
			refused(t, err, code)
		}
		use := func(step int64) (ok bool) {
			must(0, d.Write(b.ctx, func(tx *db.Tx) (err error) {
				ok, err = card.UseStep(b.ctx, tx, m.Home, c.ID, step)
				return err
			}))
			return ok
		}
		if !use(at) || use(at) || use(at-1) {
			t.Error("a step is used once, and none before it")
		}
		_, err := verify(show(secret, at))
		refused(t, err, "card.qr-used")
		must(verify(show(secret, at+1)))

		again := must(b.Provision(b.ctx, m.Home, c.ID, b.by))
		_, err = verify(show(secret, at+1))
		refused(t, err, "card.qr-stale") // of a device that had it before
		must(verify(show(again, at+1)))

		must(b.Block(b.ctx, m.Home, c.ID, "x", b.by))
		_, err = verify(show(again, at+1))
		refused(t, err, "card.bad-state")
		if use(at + 1) {
			t.Error("a blocked card's step was used")
		}
		must(b.Unblock(b.ctx, m.Home, c.ID, b.by))
		must(verify(show(again, at+1)))
		must(b.Members.Block(b.ctx, m.Home, 0, "x", b.by))
		_, err = verify(show(again, at+1))
		refused(t, err, "card.not-served")

		var stored []byte
		must(0, d.Row(b.ctx, "select totp_salt from card").Scan(&stored))
		if strings.Contains(string(stored), string(again)) || len(stored) == 0 {
			t.Error("the base keeps the secret")
		}
	})
}

func TestAStepIsTakenOnceByManyTills(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		m := b.member(1)
		c := must(b.Issue(b.ctx, m.Home, card.NewCard{Type: b.virtual.ID}, b.by))
		secret := must(b.Provision(b.ctx, m.Home, c.ID, b.by))
		payload := crypto.QR(c.ID, crypto.TOTP(secret, crypto.TOTPStep(b.clock.Now())))
		var wins, verified atomic.Int64
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				shown, err := b.VerifyQR(b.ctx, d, payload, b.clock.Now())
				if fault.Is(err, "card.qr-used") {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				verified.Add(1)
				err = d.Write(b.ctx, func(tx *db.Tx) error {
					ok, err := card.UseStep(b.ctx, tx, shown.Home, shown.Card, shown.Step)
					if ok {
						tx.AfterCommit(func() { wins.Add(1) })
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wins.Load() != 1 || verified.Load() < 1 {
			t.Errorf("accepted %d times of %d verified", wins.Load(), verified.Load())
		}
	})
}
