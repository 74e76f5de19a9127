package staff_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
)

func TestFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := empty(t, d)
		if is, err := b.Empty(b.ctx); err != nil || !is {
			t.Fatalf("%v %v", is, err)
		}
		for wrong, f := range map[string]func(*staff.Founder){
			"name":     func(f *staff.Founder) { f.Name = " " },
			"email":    func(f *staff.Founder) { f.Email = "anna" },
			"lang":     func(f *staff.Founder) { f.Lang = "de" },
			"password": func(f *staff.Founder) { f.Password = "short" },
		} {
			bad := founder()
			f(&bad)
			_, err := b.Found(b.ctx, bad, here())
			wants(t, err, "reference.invalid")
			if fields := fault.From(err).Fields; len(fields) != 1 || fields[0].Path != wrong {
				t.Errorf("%s: %v", wrong, err)
			}
		}
		// Of many at once one is made.
		var made, refused atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				f := founder()
				f.Email = fmt.Sprintf("f%d@example.org", i)
				switch _, err := b.Found(b.ctx, f, here()); {
				case err == nil:
					made.Add(1)
				case fault.Is(err, "staff.founded"):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if made.Load() != 1 || refused.Load() != 7 {
			t.Errorf("%d owners, %d refused", made.Load(), refused.Load())
		}
		if is, err := b.Empty(b.ctx); err != nil || is {
			t.Errorf("%v %v", is, err)
		}
	})
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := empty(t, d)
		for p, code := range map[string]string{
			"короткий1": "staff.password-length", strings.Repeat("я", 201): "staff.password-length", "with\x00in it here": "staff.password-length",
			"aaaaaaaaaaaa": "staff.password-common", "1234567890123": "staff.password-common", "Password2026!": "staff.password-common",
			"qwertyqwerty": "staff.password-common", "ЙЦУКЕНГШЩЗ": "staff.password-common", "ababababab": "staff.password-common",
			"anna@example.org": "staff.password-own", "Анна Ильина 1": "staff.password-own", "анна   ильина": "staff.password-own",
		} {
			f := founder()
			f.Password = p
			_, err := b.Found(b.ctx, f, here())
			wants(t, err, "reference.invalid")
			if fields := fault.From(err).Fields; len(fields) != 1 || fields[0].Code != code {
				t.Errorf("%q: %v, want %s", p, err, code)
			}
		}
		f := founder()
		f.Password = strings.Repeat("дождь ", 33) // 198 characters, 363 bytes
		if _, err := b.Found(b.ctx, f, here()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := b.SignIn(b.ctx, email, f.Password, false, here()); err != nil {
			t.Error(err)
		}
		_, _, err := b.SignIn(b.ctx, email, f.Password[:len(f.Password)-1], false, here())
		wants(t, err, "staff.wrong")
	})
}

// TestNobodysHash: an answer to whom there is no password of takes as long.
func TestNobodysHash(t *testing.T) {
	t.Parallel()
	want, nobodys := staff.Hashing()
	got, salt, key, err := argon2id.DecodeHash(nobodys)
	if err != nil || got.Memory != want.Memory || got.Iterations != want.Iterations || got.Parallelism != want.Parallelism ||
		len(salt) != int(want.SaltLength) || len(key) != int(want.KeyLength) {
		t.Errorf("%v %+v, want %+v", err, got, want)
	}
	if want.Memory < 19*1024 || want.Iterations < 2 {
		t.Errorf("%+v is less than OWASP asks", want)
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		token, s, err := b.SignIn(b.ctx, " anna@EXAMPLE.org", password, true, staff.Where{Address: "192.0.2.7", Agent: strings.Repeat("x", 500) + "\n"})
		if err != nil || !s.Whole || !s.Remember || s.Person != b.owner.ID || s.Where.Address != "192.0.2.7" || len(s.Where.Agent) != 200 {
			t.Fatalf("%v %+v", err, s)
		}
		who, err := b.Who(b.ctx, token)
		if err != nil || who.Person.Name != "Анна Ильина" || who.Person.Email != "Anna@example.org" || who.Person.Seen != b.clock.Now() {
			t.Fatalf("%v %+v", err, who)
		}
		for _, p := range staff.Permissions() {
			if !who.Can(p) {
				t.Errorf("the owner can't %s", p)
			}
		}
		if !who.At(outlet1) || !who.At(outlet3) || who.Narrowed() {
			t.Error("the owner is narrowed")
		}
		var kept []byte
		if err := d.Row(b.ctx, "select token_hash from staff_session").Scan(&kept); err != nil || len(kept) != 32 || strings.Contains(token, string(kept)) {
			t.Errorf("%v: the base has %x", err, kept)
		}
		for _, wrong := range []string{"", "x", token[1:], token + "A", strings.ToUpper(token), strings.Repeat("A", 43), token[:42] + "\n"} {
			_, err := b.Who(b.ctx, wrong)
			wants(t, err, "staff.session-ended")
			wants(t, b.SignOut(b.ctx, wrong), "")
		}
		// Unknown, wrong and such as no base stores: all one answer.
		for _, c := range [][2]string{{"nobody@example.org", password}, {email, password + "x"}, {email, ""}, {"\x00@example.org", "x"}, {"", ""}, {"a\xff@b.ru", strings.Repeat("x", 5000)}} {
			_, _, err := b.SignIn(b.ctx, c[0], c[1], false, here())
			wants(t, err, "staff.wrong")
		}
		wants(t, b.SignOut(b.ctx, token), "")
		_, err = b.Who(b.ctx, token)
		wants(t, err, "staff.session-ended")
	})
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		alive := func(token, code string) {
			t.Helper()
			_, err := b.Who(b.ctx, token)
			wants(t, err, code)
		}
		short, _ := b.in()
		long, _, err := b.SignIn(b.ctx, email, password, true, here())
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Add(12*time.Hour - time.Second)
		alive(short, "")
		alive(long, "")
		b.clock.Add(12*time.Hour - time.Second)
		alive(short, "") // it slides
		b.clock.Add(12 * time.Hour)
		alive(short, "staff.session-ended")
		alive(long, "")
		b.clock.Add(30 * 24 * time.Hour)
		alive(long, "staff.session-ended")

		// However busy, it ends at its end.
		long, s, err := b.SignIn(b.ctx, email, password, true, here())
		if err != nil {
			t.Fatal(err)
		}
		for b.clock.Now().Add(7*24*time.Hour) < s.Ends {
			b.clock.Add(7 * 24 * time.Hour)
			alive(long, "")
		}
		b.clock.Set(s.Ends - 1)
		alive(long, "")
		b.clock.Set(s.Ends)
		alive(long, "staff.session-ended")

		var n int64
		if err := b.Tidy(b.ctx); err != nil {
			t.Fatal(err)
		}
		if err := d.Row(b.ctx, "select count(*) from staff_session").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d sessions are left, %v", n, err)
		}
	})
}

func TestSessionsAreListed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		one, who := b.in()
		b.clock.Add(time.Minute)
		two, _ := b.in()
		three, _ := b.in()
		list, err := b.Sessions(b.ctx, who.Person.ID)
		if err != nil || len(list) != 3 || list[2].ID != who.Session {
			t.Fatalf("%v %+v", err, list)
		}
		wants(t, b.EndSession(b.ctx, who, list[0].ID), "")
		wants(t, b.EndSession(b.ctx, who, list[0].ID), "staff.session-not-found")
		_, err = b.Who(b.ctx, three)
		wants(t, err, "staff.session-ended")
		wants(t, b.EndOthers(b.ctx, who), "")
		_, err = b.Who(b.ctx, two)
		wants(t, err, "staff.session-ended")
		if _, err = b.Who(b.ctx, one); err != nil {
			t.Error(err)
		}
		// There are at most 30 of a person, the oldest goes.
		for range 30 {
			b.clock.Add(time.Second)
			b.in()
		}
		if list, err = b.Sessions(b.ctx, who.Person.ID); err != nil || len(list) != 30 {
			t.Errorf("%v: %d", err, len(list))
		}
		_, err = b.Who(b.ctx, one)
		wants(t, err, "staff.session-ended")
	})
}

// TestSeenIsWrittenSeldom: a page of many requests writes once a minute.
func TestSeenIsWrittenSeldom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		token, who := b.in()
		for _, c := range []struct {
			after time.Duration
			moved bool
		}{{59 * time.Second, false}, {time.Second, true}, {30 * time.Second, false}} {
			b.clock.Add(c.after)
			if _, err := b.Who(b.ctx, token); err != nil {
				t.Fatal(err)
			}
			list, err := b.Sessions(b.ctx, who.Person.ID)
			if err != nil || (list[0].Seen == b.clock.Now()) != c.moved {
				t.Errorf("%v %+v", err, list)
			}
		}
	})
}

// TestGuessing holds for an e-mail that is somebody's and one that is nobody's
// alike.
func TestGuessing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		for i, who := range []string{email, "nobody@example.org"} {
			at := func() staff.Where { return staff.Where{Address: fmt.Sprintf("198.51.100.%d", i)} }
			try := func(password, code string) {
				t.Helper()
				_, _, err := b.SignIn(b.ctx, who, password, false, at())
				wants(t, err, code)
			}
			for range 5 {
				try("wrong", "staff.wrong")
			}
			for _, pause := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute} {
				b.clock.Add(pause - time.Microsecond)
				try(password, "staff.too-many-tries")
				b.clock.Add(time.Microsecond)
				try("wrong", "staff.wrong")
			}
			// Somebody else is not held up by it.
			_, _, err := b.SignIn(b.ctx, "other@example.org", "wrong", false, at())
			wants(t, err, "staff.wrong")
		}
		b.clock.Add(15 * time.Minute)
		b.in() // and begins anew
		for range 5 {
			_, _, err := b.SignIn(b.ctx, email, "wrong", false, here())
			wants(t, err, "staff.wrong")
		}
	})
}

func TestGuessingFromOneAddress(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		// Signing in takes nothing from the address, whose tries stay counted.
		for range 39 {
			b.in()
		}
		for i := range 40 {
			_, _, err := b.SignIn(b.ctx, fmt.Sprintf("n%d@example.org", i), "wrong", false, here())
			wants(t, err, "staff.wrong")
			if i == 20 {
				b.in()
			}
		}
		_, _, err := b.SignIn(b.ctx, email, password, false, here())
		wants(t, err, "staff.too-many-tries")
		if s, _ := fault.From(err).Arg(fault.Seconds).(int64); s != 10 {
			t.Errorf("wait %d s", s)
		}
		if _, _, err := b.SignIn(b.ctx, email, password, false, staff.Where{Address: "203.0.113.1"}); err != nil {
			t.Error(err)
		}
	})
}

// TestGuessingAtOneInstant: many at once get no more answers than one after
// the other.
func TestGuessingAtOneInstant(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		var wrong, slowed atomic.Int64
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				_, _, err := b.SignIn(b.ctx, email, "wrong", false, staff.Where{Address: fmt.Sprint(i % 3)})
				switch {
				case fault.Is(err, "staff.wrong"):
					wrong.Add(1)
				case fault.Is(err, "staff.too-many-tries"):
					slowed.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if wrong.Load() != 5 || slowed.Load() != 19 {
			t.Errorf("%d answered, %d slowed", wrong.Load(), slowed.Load())
		}
	})
}
