package member_test

import (
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

var toPhone = member.Ref{Kind: member.Phone, Value: "+79160000001"}

func other(code string) string {
	if code[0] == '0' {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

func TestCodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		var box outbox
		c := b.codes(&box)
		sent := must(c.Send(b.ctx, member.ToLogin, toPhone, "ru"))
		if sent.To != "+7 9** ***-**-01" || sent.ExpiresAt != b.clock.Now().Add(5*time.Minute) || sent.RepeatAt != b.clock.Now().Add(time.Minute) {
			t.Errorf("%+v", sent)
		}
		code := box.last()
		if len(code) != 6 || strings.Trim(code, "0123456789") != "" || box.sent[0].to != toPhone.Value {
			t.Fatalf("sent %v", box.sent)
		}
		_, err := c.Check(b.ctx, member.ToProve, toPhone, code)
		refused(t, err, "member.code-none") // of another purpose
		_, err = c.Check(b.ctx, member.ToLogin, toPhone, other(code))
		refused(t, err, "member.code-wrong")
		if left := fault.From(err).Arg("left"); left != int64(4) {
			t.Errorf("%v tries left", left)
		}
		if id, err := c.Check(b.ctx, member.ToLogin, toPhone, code); err != nil || id == 0 {
			t.Errorf("right code: %v, %v", id, err)
		}
		_, err = c.Check(b.ctx, member.ToLogin, toPhone, code)
		refused(t, err, "member.code-expired")

		var stored []byte
		must(0, d.Row(b.ctx, "select code_hash from one_time_code").Scan(&stored))
		if strings.Contains(string(stored), code) || len(stored) != 32 {
			t.Errorf("stored %q", stored)
		}
	})
}

// TestCodeIsCheckedAgain: the answer of a check may be lost on its way to the till;
// asked again it is the same proof, which is taken once all the same.
func TestCodeIsCheckedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		var box outbox
		c := b.codes(&box)
		must(c.Send(b.ctx, member.ToSpend, toPhone, "ru"))
		proof := must(c.Check(b.ctx, member.ToSpend, toPhone, box.last()))
		b.clock.Add(4 * time.Minute)
		_, err := c.Check(b.ctx, member.ToSpend, toPhone, other(box.last()))
		refused(t, err, "member.code-wrong")
		if again := must(c.Check(b.ctx, member.ToSpend, toPhone, box.last())); again != proof {
			t.Errorf("proof %v, then %v", proof, again)
		}
		// It lives from the first time on.
		late := b.clock.Now().Add(member.CodeProof - 4*time.Minute)
		if must(member.UseProof(b.ctx, d, member.ToSpend, toPhone, proof, late)) {
			t.Error("a second check made the proof live longer")
		}
		if !must(member.UseProof(b.ctx, d, member.ToSpend, toPhone, proof, late-1)) {
			t.Error("not taken")
		}
		_, err = c.Check(b.ctx, member.ToSpend, toPhone, box.last())
		refused(t, err, "member.code-expired")
		b.clock.Add(member.CodeLife + member.CodeProof)
		_, err = c.Check(b.ctx, member.ToSpend, toPhone, box.last())
		refused(t, err, "member.code-none") // nobody waits for it any more
	})
}

func TestCodeHasLimits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		var box outbox
		c := b.codes(&box)
		must(c.Send(b.ctx, member.ToLogin, toPhone, "ru"))
		first := box.last()
		b.clock.Add(59*time.Second + 1)
		_, err := c.Send(b.ctx, member.ToLogin, toPhone, "ru")
		refused(t, err, "member.code-too-soon")
		if s := fault.From(err).Arg("seconds"); s != int64(1) {
			t.Errorf("in %v s", s)
		}
		must(c.Send(b.ctx, member.ToSpend, toPhone, "ru")) // another purpose need not wait
		b.clock.Add(time.Second)
		must(c.Send(b.ctx, member.ToLogin, toPhone, "ru"))
		if first != box.last() {
			_, err = c.Check(b.ctx, member.ToLogin, toPhone, first)
			refused(t, err, "member.code-wrong")
		}
		b.clock.Add(5 * time.Minute)
		_, err = c.Check(b.ctx, member.ToLogin, toPhone, box.last())
		refused(t, err, "member.code-expired")

		must(c.Send(b.ctx, member.ToLogin, toPhone, "ru"))
		b.clock.Add(time.Minute)
		must(c.Send(b.ctx, member.ToLogin, toPhone, "ru"))
		fifth := box.last()
		b.clock.Add(time.Minute)
		_, err = c.Send(b.ctx, member.ToLogin, toPhone, "ru")
		refused(t, err, "member.code-too-many")
		// The first of the day was sent 8 minutes ago.
		if s := fault.From(err).Arg("seconds"); s != int64((24*time.Hour-8*time.Minute)/time.Second) {
			t.Errorf("in %v s", s)
		}
		must(c.Check(b.ctx, member.ToLogin, toPhone, fifth)) // a refused request leaves the last one valid
		b.clock.Add(24 * time.Hour)
		must(c.Send(b.ctx, member.ToLogin, toPhone, "ru"))
		if len(box.sent) != 6 {
			t.Errorf("%d sent", len(box.sent))
		}
		_, err = c.Send(b.ctx, member.ToLogin, member.Ref{Kind: member.Login, Value: "x"}, "ru")
		refused(t, err, "member.no-channel")

		b.clock.Add(49 * time.Hour)
		must(0, c.Forget(b.ctx))
		var left int64
		must(0, d.Row(b.ctx, "select (select count(*) from one_time_code) + (select count(*) from one_time_code_count)").Scan(&left))
		if left != 0 {
			t.Errorf("%d rows left", left)
		}
	})
}

func TestCodeCannotBeGuessedInParallel(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		var box outbox
		c := b.codes(&box)
		must(c.Send(b.ctx, member.ToSpend, toPhone, "ru"))
		var looked, stopped atomic.Int64
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				switch _, err := c.Check(b.ctx, member.ToSpend, toPhone, other(box.last())); {
				case fault.Is(err, "member.code-wrong"):
					looked.Add(1)
				case fault.Is(err, "member.code-tries"):
					stopped.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if looked.Load() != member.CodeTries || stopped.Load() != 64-member.CodeTries {
			t.Errorf("%d codes were looked at, %d stopped", looked.Load(), stopped.Load())
		}
		_, err := c.Check(b.ctx, member.ToSpend, toPhone, box.last())
		refused(t, err, "member.code-tries")
	})
}

func TestRightCodeInParallelIsGoodOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		var box outbox
		c := b.codes(&box)
		must(c.Send(b.ctx, member.ToSpend, toPhone, "ru"))
		var good, uses atomic.Int64
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				proof, err := c.Check(b.ctx, member.ToSpend, toPhone, box.last())
				if err != nil {
					return
				}
				good.Add(1)
				for range 2 {
					must(0, d.Write(b.ctx, func(tx *db.Tx) error {
						ok, err := member.UseProof(b.ctx, tx, member.ToSpend, toPhone, proof, b.clock.Now())
						if ok {
							uses.Add(1)
						}
						return err
					}))
				}
			})
		}
		wg.Wait()
		if good.Load() == 0 || good.Load() > member.CodeTries || uses.Load() != 1 {
			t.Errorf("accepted %d times, used %d times", good.Load(), uses.Load())
		}
	})
}

func TestChannelThatFails(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	b := newBundle(t, d)
	box := outbox{fail: true}
	c := b.codes(&box)
	_, err := c.Send(b.ctx, member.ToLogin, toPhone, "ru")
	refused(t, err, "member.code-not-sent")
	if !errors.Is(err, io.ErrUnexpectedEOF) || fault.From(err).Kind != fault.Unavailable {
		t.Errorf("%v", err)
	}
	// It may have gone out all the same.
	must(c.Check(b.ctx, member.ToLogin, toPhone, box.last()))
}

func TestProvingActivates(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		var box outbox
		c := b.codes(&box)
		b.rules.ConfirmPhone = true
		m := b.register(1, email("a@example.ru"))
		if m.State != member.New {
			t.Fatalf("state %s", m.State)
		}
		_, err := b.Activate(b.ctx, b.rules, m.Home, b.by)
		refused(t, err, "member.unproven")
		in := phone(1)
		in.Proof = 12345
		_, err = b.Prove(b.ctx, b.rules, m.Home, in, b.by)
		refused(t, err, "member.no-proof")

		must(c.Send(b.ctx, member.ToProve, toPhone, "ru"))
		in.Proof = must(c.Check(b.ctx, member.ToProve, toPhone, box.last()))
		b.clock.Add(10 * time.Minute)
		wrongPhone := phone(2)
		wrongPhone.Proof = in.Proof
		_, err = b.Register(b.ctx, b.rules, member.Registration{Identifiers: []member.NewIdentifier{wrongPhone}}, b.by)
		refused(t, err, "member.no-proof") // of another phone

		m = must(b.Prove(b.ctx, b.rules, m.Home, in, b.by))
		at := m.Identifiers[slicesIndex(m, member.Phone)].ProvenAt
		if m.State != member.Active || at != b.clock.Now().Add(-10*time.Minute) {
			t.Errorf("state %s, proven at %d", m.State, at)
		}
		if found := must(member.Find(b.ctx, d, toPhone.Value, "")); found[0].State != member.Active || found[0].ProvenAt != at {
			t.Errorf("the till sees %+v", found)
		}
		b.clock.Add(time.Hour)
		_, err = b.Prove(b.ctx, b.rules, m.Home, in, b.by)
		refused(t, err, "member.no-proof") // too long ago
	})
}

func slicesIndex(m member.Member, k member.Kind) int {
	for i, v := range m.Identifiers {
		if v.Kind == k {
			return i
		}
	}
	return -1
}

func TestActivationStep(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t, db.SQLite)
	b := newBundle(t, d)
	var box outbox
	c := b.codes(&box)
	b.rules.Activation, b.rules.ConfirmPhone = true, true
	must(c.Send(b.ctx, member.ToProve, toPhone, "ru"))
	in := phone(1)
	in.Proof = must(c.Check(b.ctx, member.ToProve, toPhone, box.last()))
	m := must(b.Register(b.ctx, b.rules, member.Registration{Identifiers: []member.NewIdentifier{in}}, b.by))
	if m.State != member.New {
		t.Fatalf("state %s: a proven phone is not activation", m.State)
	}
	// Blocking and unblocking is no way round activation.
	must(b.Block(b.ctx, m.Home, 0, "x", b.by))
	must(b.Block(b.ctx, m.Home, 0, "y", b.by))
	if m = must(b.Unblock(b.ctx, m.Home, 0, b.by)); m.State != member.New {
		t.Errorf("unblocked to %s", m.State)
	}
	if m = must(b.Activate(b.ctx, b.rules, m.Home, b.by)); m.State != member.Active {
		t.Errorf("activated to %s", m.State)
	}
}
