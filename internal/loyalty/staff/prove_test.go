package staff_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

func (b *bundle) half() string {
	b.t.Helper()
	token, s, err := b.SignIn(b.ctx, email, password, false, here())
	if err != nil || s.Whole {
		b.t.Fatalf("%v %+v", err, s)
	}
	return token
}

func TestSecondProof(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		other, _ := b.in()
		first, who := b.in()
		code, _ := b.phone(who)
		_, err := b.Who(b.ctx, other)
		wants(t, err, "staff.session-ended") // one that had no second proof
		if who, err = b.Who(b.ctx, first); err != nil || !who.Person.TOTP {
			t.Fatalf("%v %+v", err, who)
		}

		half := b.half()
		_, err = b.Who(b.ctx, half)
		wants(t, err, "staff.second-proof-needed")
		if p, err := b.Half(b.ctx, half); err != nil || p.ID != b.owner.ID {
			t.Errorf("%v %+v", err, p)
		}
		_, _, err = b.Prove(b.ctx, half, "000000", here())
		wants(t, err, "staff.code-wrong")
		used := code()
		whole, s, err := b.Prove(b.ctx, half, used[:3]+" "+used[3:], here())
		if err != nil || !s.Whole || whole == half {
			t.Fatalf("%v %+v", err, s)
		}
		if _, err := b.Who(b.ctx, whole); err != nil {
			t.Error(err)
		}
		// A token that was known before is worth nothing after.
		_, err = b.Who(b.ctx, half)
		wants(t, err, "staff.session-ended")
		_, _, err = b.Prove(b.ctx, half, code(), here())
		wants(t, err, "staff.session-ended")
		_, _, err = b.Prove(b.ctx, whole, code(), here())
		wants(t, err, "staff.proven-already")

		// A code is taken once, and none older after it.
		half = b.half()
		_, _, err = b.Prove(b.ctx, half, used, here())
		wants(t, err, "staff.code-wrong")
		b.clock.Add(30 * time.Second)
		older := code()
		b.clock.Add(30 * time.Second)
		if _, _, err = b.Prove(b.ctx, half, code(), here()); err != nil {
			t.Fatal(err)
		}
		_, _, err = b.Prove(b.ctx, b.half(), older, here())
		wants(t, err, "staff.code-wrong")

		// A half session lasts ten minutes.
		half = b.half()
		b.clock.Add(10 * time.Minute)
		_, _, err = b.Prove(b.ctx, half, code(), here())
		wants(t, err, "staff.session-ended")
		_, err = b.Half(b.ctx, half)
		wants(t, err, "staff.session-ended")
	})
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		token, who := b.in()
		code, codes := b.phone(who)
		for i, code := range codes {
			if i%2 == 1 {
				code = strings.ToLower(strings.ReplaceAll(code, "-", " "))
			}
			// At once from many places: one goes through.
			halves := make([]string, 3)
			for i := range halves {
				halves[i] = b.half()
			}
			var through atomic.Int64
			var wg sync.WaitGroup
			for _, half := range halves {
				wg.Go(func() {
					switch _, _, err := b.Prove(b.ctx, half, code, here()); {
					case err == nil:
						through.Add(1)
					case !fault.Is(err, "staff.code-wrong"):
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if through.Load() != 1 {
				t.Fatalf("code %d went through %d times", i, through.Load())
			}
			b.clock.Add(12 * time.Hour / 20)
			if who, err := b.Who(b.ctx, token); err != nil || who == nil {
				t.Fatal(err)
			}
		}
		// Of whoever has codes of a phone a password is half a proof.
		who, err := b.Who(b.ctx, token)
		if err != nil {
			t.Fatal(err)
		}
		wants(t, b.Confirm(b.ctx, who, password, ""), "staff.code-wrong")
		wants(t, b.DropTOTP(b.ctx, who), "staff.proof-stale")
		wants(t, b.Confirm(b.ctx, who, password, code()), "")                   // it takes back that two of the last three were wrong
		wants(t, b.Confirm(b.ctx, who, password, codes[0]), "staff.code-wrong") // used
		wants(t, b.Confirm(b.ctx, who, "wrong", code()), "staff.password-wrong")
		if who, err = b.Who(b.ctx, token); err != nil {
			t.Fatal(err)
		}
		fresh, err := b.NewRecovery(b.ctx, who)
		if err != nil || len(fresh) != 10 || fresh[0] == codes[0] {
			t.Fatalf("%v %v", err, fresh)
		}
		if left, err := b.RecoveryLeft(b.ctx, who); err != nil || left != 10 {
			t.Errorf("%v: %d codes are left", err, left)
		}
		wants(t, b.DropTOTP(b.ctx, who), "")
		b.in() // whole at once
		var n int64
		if err := d.Row(b.ctx, "select count(*) from staff_recovery").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d codes are left, %v", n, err)
		}
	})
}

// TestCodesAtOneInstant tries codes from many half sessions at once.
func TestCodesAtOneInstant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, who := b.in()
		b.phone(who)
		halves := make([]string, 16)
		for i := range halves {
			halves[i] = b.half()
		}
		var wrong, slowed atomic.Int64
		var wg sync.WaitGroup
		for _, half := range halves {
			wg.Go(func() {
				_, _, err := b.Prove(b.ctx, half, "000000", here())
				switch {
				case fault.Is(err, "staff.code-wrong"):
					wrong.Add(1)
				case fault.Is(err, "staff.too-many-tries"):
					slowed.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wrong.Load() != 5 || slowed.Load() != 11 {
			t.Errorf("%d answered, %d slowed", wrong.Load(), slowed.Load())
		}
	})
}

func TestProofGetsStale(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		token, who := b.in()
		b.clock.Add(15*time.Minute - time.Microsecond)
		wants(t, who.Fresh(b.clock.Now()), "")
		b.clock.Add(time.Microsecond)
		_, err := b.BeginTOTP(b.ctx, who)
		wants(t, err, "staff.proof-stale")
		_, err = b.ConfirmTOTP(b.ctx, who, "123456")
		wants(t, err, "staff.proof-stale")
		_, err = b.NewRecovery(b.ctx, who)
		wants(t, err, "staff.proof-stale")
		wants(t, b.Confirm(b.ctx, who, "wrong", ""), "staff.password-wrong")
		if who, err = b.Who(b.ctx, token); err != nil || who.Fresh(b.clock.Now()) == nil {
			t.Error("a wrong password proves")
		}
		wants(t, b.Confirm(b.ctx, who, password, ""), "")
		if who, err = b.Who(b.ctx, token); err != nil {
			t.Fatal(err)
		}
		_, err = b.NewRecovery(b.ctx, who)
		wants(t, err, "staff.totp-not-begun")
		_, err = b.ConfirmTOTP(b.ctx, who, "123456")
		wants(t, err, "staff.totp-not-begun")
		set, err := b.BeginTOTP(b.ctx, who)
		if err != nil || !strings.HasPrefix(set.URL, "otpauth://totp/Kopilka:Anna@example.org?secret="+set.Secret+"&issuer=Kopilka") {
			t.Errorf("%v %+v", err, set)
		}
		if again, err := b.BegunTOTP(b.ctx, who); err != nil || again != set {
			t.Errorf("%v %+v, begun %+v", err, again, set)
		}
		var sealed []byte
		if err := d.Row(b.ctx, "select totp_begun from staff").Scan(&sealed); err != nil || len(sealed) != 12+20+16 {
			t.Errorf("%v %d bytes", err, len(sealed))
		}
	})
}
