package staff_test

import (
	"context"
	"encoding/base32"
	"fmt"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/jobs"
	"kopilka/internal/platform/mail"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const (
	partner1, partner2        = id.ID(1), id.ID(2)
	outlet1, outlet2, outlet3 = id.ID(101), id.ID(102), id.ID(103) // the third is the second partner's

	password = "correct horse battery"
	email    = "Anna@Example.org"
)

func here() staff.Where { return staff.Where{Address: "192.0.2.1", Agent: "Firefox"} }

type bundle struct {
	*staff.Staff
	t     *testing.T
	ctx   context.Context
	d     *db.DB
	clock *clock.Fixed
	owner staff.Person
	post  *box
}

// box is a post whose letters are sent when a test looks, and keeps those that
// were sent.
type box struct {
	mu      sync.Mutex
	waiting []jobs.Args
	sent    [][3]string // to, subject, text
	ids     []string
	down    error // why the server takes nothing; nil: it does
}

func (b *box) Enqueue(_ context.Context, _ *db.Tx, args jobs.Args, _ jobs.Options) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, args)
	return nil
}

func (b *box) Send(_ context.Context, l mail.Letter) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down != nil {
		return b.down
	}
	b.sent = append(b.sent, [3]string{l.To, l.Subject, l.Text})
	b.ids = append(b.ids, l.ID)
	return nil
}

// letters does what waits and takes all that was sent out.
func (b *bundle) letters() [][3]string {
	b.t.Helper()
	for len(b.post.waiting) > 0 {
		next := b.post.waiting[0]
		b.post.waiting = b.post.waiting[1:]
		if err := b.work(next); err != nil {
			b.t.Fatal(err)
		}
	}
	sent := b.post.sent
	b.post.sent, b.post.ids = nil, nil
	return sent
}

func (b *bundle) work(args jobs.Args) error {
	switch a := args.(type) {
	case staff.Letter:
		return b.SendLetter(b.ctx, a)
	case staff.Forgotten:
		return b.FindForgotten(b.ctx, a, func(context.Context, *db.Tx) error { return nil })
	}
	return fmt.Errorf("a job of no kind that is known: %s", args.Kind())
}

// hired makes a person with a password and gives him as if he had signed in.
func (b *bundle) hired(p staff.Person) *staff.Who {
	b.t.Helper()
	owner, err := b.As(b.ctx, b.owner.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	p, token, err := b.Invite(b.ctx, owner, p)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.Reset(b.ctx, token, password, here()); err != nil {
		b.t.Fatal(err)
	}
	who, err := b.As(b.ctx, p.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return who
}

// setup makes two partners with three outlets and the first owner.
func setup(t *testing.T, d *db.DB) *bundle {
	t.Helper()
	b := empty(t, d)
	var err error
	if b.owner, err = b.Found(b.ctx, founder(), here()); err != nil {
		t.Fatal(err)
	}
	return b
}

func founder() staff.Founder {
	return staff.Founder{Name: "Анна Ильина", Email: email, Password: password, Lang: "ru"}
}

func empty(t *testing.T, d *db.DB) *bundle {
	t.Helper()
	for _, q := range []string{
		"insert into partner (partner_id, code, name, state, version, search_folded) values (1, 'p', 'p', 'active', 1, 'p'), (2, 'q', 'q', 'active', 1, 'q')",
		`insert into outlet (outlet_id, partner_id, code, name, zone, day_cutover, address, state, version, search_folded) values (101, 1, 'a', 'a', 'UTC', 240, '', 'active', 1, 'a'),
			(102, 1, 'b', 'b', 'UTC', 240, '', 'active', 1, 'b'), (103, 2, 'c', 'c', 'UTC', 240, '', 'active', 1, 'c')`,
	} {
		if _, err := d.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	c := clock.NewFixed(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))
	post := &box{}
	s := staff.New(staff.Options{
		DB: d, IDs: id.NewMaker(1), Clock: c, Key: []byte("a key of the base, 32 bytes long"), Mail: post, Post: post, Cost: staff.Cost{Memory: 64, Iterations: 1}, // hundreds are given
		Letter: func(l staff.Link) mail.Letter {
			return mail.Letter{Subject: string(l.Purpose) + " " + l.Person.Lang, Text: l.Token}
		},
	})
	return &bundle{Staff: s, t: t, ctx: t.Context(), d: d, clock: c, post: post}
}

// in signs the owner in, whole.
func (b *bundle) in() (token string, who *staff.Who) {
	b.t.Helper()
	return b.as(email, password)
}

func (b *bundle) as(email, password string) (token string, who *staff.Who) {
	b.t.Helper()
	token, s, err := b.SignIn(b.ctx, email, password, false, here())
	if err != nil || !s.Whole {
		b.t.Fatalf("%v %+v", err, s)
	}
	who, err = b.Who(b.ctx, token)
	if err != nil {
		b.t.Fatal(err)
	}
	return token, who
}

// phone sets codes of a phone up and gives what makes them, and the recovery codes.
func (b *bundle) phone(who *staff.Who) (code func() string, recovery []string) {
	b.t.Helper()
	set, err := b.BeginTOTP(b.ctx, who)
	if err != nil {
		b.t.Fatal(err)
	}
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(set.Secret)
	if err != nil {
		b.t.Fatal(err)
	}
	code = func() string { return crypto.PhoneTOTP(secret, crypto.TOTPStep(b.clock.Now())) }
	recovery, err = b.ConfirmTOTP(b.ctx, who, code())
	if err != nil || len(recovery) != 10 {
		b.t.Fatalf("%v %v", err, recovery)
	}
	b.clock.Add(30 * time.Second) // the code that confirmed is used up
	return code, recovery
}

func wants(t *testing.T, err error, code string) {
	t.Helper()
	if code == "" && err == nil {
		return
	}
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}
