package staff_test

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/passkey"
	"kopilka/internal/platform/passkey/passkeytest"
)

const site = "https://loyalty.example.org"

func siteOf(t *testing.T) passkey.Site {
	t.Helper()
	s, err := passkey.At(site, site, "Kopilka")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// keyed adds a passkey to a person.
func (b *bundle) keyed(who *staff.Who, name string) *passkeytest.Key {
	b.t.Helper()
	k := passkeytest.New(b.t, site)
	k.Count = 1
	if err := b.add(who, name, k); err != nil {
		b.t.Fatal(err)
	}
	return k
}

func (b *bundle) add(who *staff.Who, name string, k *passkeytest.Key) error {
	b.t.Helper()
	asked, err := b.BeginPasskey(b.ctx, who, siteOf(b.t))
	if err != nil {
		b.t.Fatal(err)
	}
	answer := k.Create(asked)
	if k.Count > 0 {
		k.Count++
	}
	return b.AddPasskey(b.ctx, who, siteOf(b.t), name, answer)
}

// enter signs in by a passkey, from the asking on.
func (b *bundle) enter(k *passkeytest.Key) (string, staff.Session, error) {
	b.t.Helper()
	asked, browser, err := b.AskPasskey(b.ctx, siteOf(b.t), here())
	if err != nil {
		b.t.Fatal(err)
	}
	return b.SignInByPasskey(b.ctx, siteOf(b.t), browser, k.Get(asked), false, here())
}

// TestPasskeys: a passkey lets its person in whole, also where codes of a phone
// are asked for beside a password; what was asked is answered once, in time and
// in one browser.
func TestPasskeys(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, who := b.in()
		if any, err := b.AnyPasskeys(b.ctx); err != nil || any {
			t.Errorf("there are passkeys: %v, %v", any, err)
		}
		b.phone(who)
		k := b.keyed(who, "Ноутбук")
		if any, err := b.AnyPasskeys(b.ctx); err != nil || !any {
			t.Errorf("there is no passkey: %v, %v", any, err)
		}
		token, session, err := b.enter(k)
		if err != nil || !session.Whole {
			t.Fatalf("%+v, %v", session, err)
		}
		if who, err = b.Who(b.ctx, token); err != nil || who.Person.ID != b.owner.ID || who.Person.Passkeys != 1 {
			t.Fatalf("%+v, %v", who, err)
		}
		list, err := b.Passkeys(b.ctx, b.owner.ID)
		if err != nil || len(list) != 1 || list[0].Name != "Ноутбук" || list[0].Used != b.clock.Now() {
			t.Errorf("%+v, %v", list, err)
		}
		wants(t, b.add(who, "ещё раз", k), "staff.passkey-taken")
		wants(t, b.add(who, " ", passkeytest.New(t, site)), "reference.invalid")

		asked, browser, err := b.AskPasskey(b.ctx, siteOf(t), here())
		wants(t, err, "")
		_, other, err := b.AskPasskey(b.ctx, siteOf(t), here())
		wants(t, err, "")
		answer := k.Get(asked)
		_, _, err = b.SignInByPasskey(b.ctx, siteOf(t), other, answer, false, here())
		wants(t, err, "passkey.wrong") // what that browser was asked
		_, _, err = b.SignInByPasskey(b.ctx, siteOf(t), "no token", answer, false, here())
		wants(t, err, "staff.passkey-late")
		_, _, err = b.SignInByPasskey(b.ctx, siteOf(t), browser, answer, false, here())
		wants(t, err, "")
		_, _, err = b.SignInByPasskey(b.ctx, siteOf(t), browser, answer, false, here())
		wants(t, err, "staff.passkey-late")

		asked, browser, err = b.AskPasskey(b.ctx, siteOf(t), here())
		wants(t, err, "")
		b.clock.Add(5 * time.Minute)
		_, _, err = b.SignInByPasskey(b.ctx, siteOf(t), browser, k.Get(asked), false, here())
		wants(t, err, "staff.passkey-late")
		_, _, err = b.enter(passkeytest.New(t, site))
		wants(t, err, "passkey.wrong")
		k.Origin = "https://loyalty.example.com"
		_, _, err = b.enter(k)
		wants(t, err, "passkey.wrong")
		k.Origin = site

		wants(t, b.Tidy(b.ctx), "")
		b.clock.Add(6 * time.Minute)
		wants(t, b.Tidy(b.ctx), "")
		var left int64
		if err := d.Row(b.ctx, "select count(*) from staff_question").Scan(&left); err != nil || left != 0 {
			t.Errorf("%d questions are left, %v", left, err)
		}
		records, err := audit.Read(b.ctx, d, audit.Filter{Action: "staff."}, 0, 100)
		wants(t, err, "")
		said := 0
		for _, r := range records {
			if r.Action == "staff.signed-in" && strings.Contains(r.After, "Ноутбук") || r.Action == "staff.passkey-added" {
				said++
			}
		}
		if said != 3 {
			t.Errorf("the trail tells of %d, want a key added and two uses: %+v", said, records)
		}
	})
}

// TestPasskeyAtOneInstant: one answer opens one session, however many send it.
func TestPasskeyAtOneInstant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, who := b.in()
		k := b.keyed(who, "Ноутбук")
		asked, browser, err := b.AskPasskey(b.ctx, siteOf(t), here())
		wants(t, err, "")
		answer := k.Get(asked)
		var in atomic.Int64
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				switch _, _, err := b.SignInByPasskey(b.ctx, siteOf(t), browser, answer, false, here()); {
				case err == nil:
					in.Add(1)
				case !fault.Is(err, "staff.passkey-late"):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 {
			t.Errorf("one answer has opened %d sessions", in.Load())
		}
	})
}

// TestPasskeyIsAFreshProof: a passkey stands for password and code before what
// is risky, each in the session that was asked, each of the person himself; and
// to add or remove one wants a fresh proof.
func TestPasskeyIsAFreshProof(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		token, who := b.in()
		_, err := b.AskProof(b.ctx, who, siteOf(t))
		wants(t, err, "staff.passkey-none")
		own := b.keyed(who, "Ноутбук")
		boris := b.hired(staff.Person{Name: "Борис", Email: "boris@example.org", Role: staff.Administrator})
		_, hisWho := b.as("boris@example.org", password)
		his := b.keyed(hisWho, "Телефон")

		b.clock.Add(staff.ProofLasts)
		wants(t, b.add(who, "Второй", passkeytest.New(t, site)), "staff.proof-stale")
		list, err := b.Passkeys(b.ctx, who.Person.ID)
		wants(t, err, "")
		wants(t, b.DropPasskey(b.ctx, who, list[0].ID), "staff.proof-stale")

		asked, err := b.AskProof(b.ctx, who, siteOf(t))
		wants(t, err, "")
		wants(t, b.ConfirmByPasskey(b.ctx, hisWho, siteOf(t), own.Get(asked)), "staff.passkey-late") // he was not asked
		wants(t, b.ConfirmByPasskey(b.ctx, who, siteOf(t), his.Get(asked)), "passkey.wrong")
		wants(t, b.ConfirmByPasskey(b.ctx, who, siteOf(t), own.Get(asked)), "staff.passkey-late") // was answered
		stale, err := b.Who(b.ctx, token)
		if wants(t, err, ""); stale.Fresh(b.clock.Now()) == nil {
			t.Error("a proof of another's is taken")
		}
		asked, err = b.AskProof(b.ctx, who, siteOf(t))
		wants(t, err, "")
		wants(t, b.ConfirmByPasskey(b.ctx, who, siteOf(t), own.Get(asked)), "")
		who, err = b.Who(b.ctx, token)
		wants(t, err, "")
		wants(t, who.Fresh(b.clock.Now()), "")

		// Another's is no more removed than it proves; one's own ends where it was used.
		hisList, err := b.Passkeys(b.ctx, boris.Person.ID)
		wants(t, err, "")
		wants(t, b.DropPasskey(b.ctx, who, hisList[0].ID), "staff.passkey-not-found")
		elsewhere, _, err := b.enter(own)
		wants(t, err, "")
		wants(t, b.DropPasskey(b.ctx, who, list[0].ID), "")
		_, err = b.Who(b.ctx, elsewhere)
		wants(t, err, "staff.session-ended")
		_, err = b.Who(b.ctx, token)
		wants(t, err, "")
		_, _, err = b.enter(own)
		wants(t, err, "passkey.wrong")

		// Whoever has lost all is helped; who is blocked is not let in.
		wants(t, b.Block(b.ctx, who, boris.Person.ID), "")
		_, _, err = b.enter(his)
		wants(t, err, "passkey.wrong")
		wants(t, b.Unblock(b.ctx, who, boris.Person.ID), "")
		_, _, err = b.enter(his)
		wants(t, err, "")
		wants(t, b.DropProofs(b.ctx, who, boris.Person.ID), "")
		_, _, err = b.enter(his)
		wants(t, err, "passkey.wrong")
	})
}

// TestPasskeyThatIsTwo: a key whose count goes back is copied: it is taken no
// more, what it has opened ends, and the trail tells.
func TestPasskeyThatIsTwo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, who := b.in()
		k := b.keyed(who, "Ноутбук")
		thief := *k
		open, _, err := b.enter(k)
		wants(t, err, "")
		_, _, err = b.enter(&thief) // with a count that was used
		wants(t, err, "staff.passkey-copied")
		_, err = b.Who(b.ctx, open)
		wants(t, err, "staff.session-ended")
		_, _, err = b.enter(k)
		wants(t, err, "passkey.wrong")
		list, err := b.Passkeys(b.ctx, b.owner.ID)
		if err != nil || len(list) != 1 || list[0].Copied == 0 {
			t.Errorf("%+v, %v", list, err)
		}
		records, err := audit.Read(b.ctx, d, audit.Filter{Action: "staff.passkey-copied"}, 0, 10)
		if err != nil || len(records) != 1 || records[0].Actor.Address != here().Address || !strings.Contains(records[0].Before, "Ноутбук") {
			t.Errorf("the trail: %+v, %v", records, err)
		}
		_, who = b.in()
		if who.Person.Passkeys != 0 {
			t.Error("a copied key counts")
		}
		wants(t, b.DropPasskey(b.ctx, who, list[0].ID), "")
		for i := range staff.MaxPasskeys {
			b.keyed(who, strconv.Itoa(i))
		}
		wants(t, b.add(who, "лишний", passkeytest.New(t, site)), "staff.passkeys-too-many")
	})
}

// TestAskingIsBounded: nobody fills the base with questions.
func TestAskingIsBounded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		for range 60 {
			_, _, err := b.AskPasskey(b.ctx, siteOf(t), here())
			wants(t, err, "")
		}
		_, _, err := b.AskPasskey(b.ctx, siteOf(t), here())
		wants(t, err, "staff.too-many-tries")
	})
}
