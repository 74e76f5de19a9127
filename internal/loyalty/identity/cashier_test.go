package identity_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

func (b *bundle) cashier(c identity.Cashier) identity.Cashier {
	b.t.Helper()
	saved, err := b.SaveCashier(b.ctx, c)
	if err != nil {
		b.t.Fatal(err)
	}
	return saved
}

func TestCashiers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		anna := b.cashier(identity.Cashier{Code: "01", Name: "Анна Семёнова", OutletID: outlet1})
		boris := b.cashier(identity.Cashier{Code: "02", Name: "Борис"})
		vera := b.cashier(identity.Cashier{Code: "03", Name: "Вера", OutletID: outlet2})
		if err := b.SetPIN(b.ctx, boris.ID, "2468"); err != nil {
			t.Fatal(err)
		}
		_, err := b.SaveCashier(b.ctx, boris) // its version is the one before the PIN
		wants(t, err, "reference.changed")
		boris.Version, boris.Name = 0, "Борис Б."
		boris = b.cashier(boris)
		if !boris.HasPIN {
			t.Error("saving took the PIN away")
		}
		list, err := b.Registry.Cashiers(b.ctx, outlet1, reference.Page{})
		if diff := cmp.Diff([]identity.Cashier{anna, boris}, list.Items); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		if list, err = b.Registry.Cashiers(b.ctx, 0, reference.Page{Find: "СЕМЕН"}); err != nil || len(list.Items) != 1 {
			t.Errorf("%v %v", err, list)
		}

		dir := identity.NewCashiers()
		if changed, err := dir.Refresh(b.ctx, d); err != nil || !changed {
			t.Fatal(changed, err)
		}
		if got, ok := dir.ByCode("03"); !ok || got != vera {
			t.Errorf("%v %+v", ok, got)
		}
		vera.State = reference.Closed
		vera = b.cashier(vera)
		b.make(identity.Key{}) // another set: cashiers need no new load
		if changed, err := dir.Refresh(b.ctx, d); err != nil || !changed {
			t.Fatal(changed, err)
		}
		if got, ok := dir.Get(vera.ID); !ok || got.State != reference.Closed {
			t.Errorf("%v %+v", ok, got)
		}

		_, err = b.SaveCashier(b.ctx, identity.Cashier{Code: "01", Name: "x"})
		wants(t, err, "identity.cashier-code-taken")
		_, err = b.SaveCashier(b.ctx, identity.Cashier{Code: "09", Name: "x", OutletID: 7})
		wants(t, err, "identity.outlet-not-found")
		_, err = b.SaveCashier(b.ctx, identity.Cashier{ID: 7, Code: "09", Name: "x"})
		wants(t, err, "identity.cashier-not-found")
		wants(t, b.SetPIN(b.ctx, 7, "1234"), "identity.cashier-not-found")
		for _, pin := range []string{"123", strings.Repeat("1", 13), "12a4", "１２３４"} {
			wants(t, b.SetPIN(b.ctx, anna.ID, pin), "identity.pin-invalid")
		}
	})
}

func TestPIN(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		anna := b.cashier(identity.Cashier{Code: "01", Name: "Анна"})
		check := func(pin, code string) {
			t.Helper()
			got, err := b.CheckPIN(b.ctx, "01", pin)
			if code == "" && (err != nil || got.ID != anna.ID) || code != "" && !fault.Is(err, code) {
				t.Errorf("%s: %v %+v", pin, err, got)
			}
		}
		check("", "identity.pin-wrong") // none is set: none fits
		if err := b.SetPIN(b.ctx, anna.ID, "2468"); err != nil {
			t.Fatal(err)
		}
		check("2468", "")
		check("1357", "identity.pin-wrong")
		check("2468", "")
		left := func(code string, outlet id.ID, want int, wanted bool) {
			t.Helper()
			if got, there, err := b.TriesLeft(b.ctx, code, outlet); got != want || there != wanted || err != nil {
				t.Errorf("%d left of %s, %t: %v", got, code, there, err)
			}
		}
		left("01", 7, 5, true)
		for i := range 5 {
			check("1357", "identity.pin-wrong")
			left("01", 7, 4-i, true)
		}
		left("02", 7, 0, false)
		left("02\x00", 7, 0, false)
		check("2468", "identity.pin-blocked")
		b.clock.Add(15 * time.Minute)
		check("2468", "identity.pin-blocked")
		b.clock.Add(time.Microsecond)
		left("01", 7, 5, true)
		check("2468", "")
		anna.Version, anna.State = 0, reference.Closed
		b.cashier(anna)
		check("2468", "identity.pin-wrong")
		_, err := b.CheckPIN(b.ctx, "02\x00", "2468")
		wants(t, err, "identity.pin-wrong")
	})
}

// TestPINTriesAtOneInstant guesses from many places at once: no more guesses
// are answered than one after the other.
func TestPINTriesAtOneInstant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		anna := b.cashier(identity.Cashier{Code: "01", Name: "Анна"})
		if err := b.SetPIN(b.ctx, anna.ID, "2468"); err != nil {
			t.Fatal(err)
		}
		var wrong, blocked atomic.Int64
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				_, err := b.CheckPIN(b.ctx, "01", "1357")
				switch {
				case fault.Is(err, "identity.pin-wrong"):
					wrong.Add(1)
				case fault.Is(err, "identity.pin-blocked"):
					blocked.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wrong.Load() != 5 || blocked.Load() != 11 {
			t.Errorf("%d answered, %d blocked", wrong.Load(), blocked.Load())
		}
	})
}
