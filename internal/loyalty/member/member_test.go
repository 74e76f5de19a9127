package member_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// bundle is what most tests need.
type bundle struct {
	*member.Members
	t     *testing.T
	ctx   context.Context
	clock *clock.Fixed
	rules member.Rules
	by    member.Actor
}

func newMembers(d *db.DB) *member.Members {
	return &member.Members{DB: d, IDs: id.NewMaker(1), Clock: clock.NewFixed(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))}
}

func newBundle(t *testing.T, d *db.DB) *bundle {
	m := newMembers(d)
	return &bundle{
		Members: m,
		t:       t, ctx: t.Context(), clock: m.Clock.(*clock.Fixed), rules: member.DefaultRules(),
		by: member.Actor{Kind: member.ByCashier, ID: 77, Source: "till", Outlet: 5},
	}
}

// must ends the test on an error.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func phone(n int) member.NewIdentifier {
	return member.NewIdentifier{Kind: member.Phone, Value: fmt.Sprintf("+7916%07d", n)}
}

func email(s string) member.NewIdentifier {
	return member.NewIdentifier{Kind: member.Email, Value: s}
}

// register makes a member with a phone and whatever else.
func (b *bundle) register(n int, more ...member.NewIdentifier) member.Member {
	b.t.Helper()
	m, err := b.Register(b.ctx, b.rules, member.Registration{Identifiers: append([]member.NewIdentifier{phone(n)}, more...)}, b.by)
	if err != nil {
		b.t.Fatalf("register %d: %v", n, err)
	}
	return m
}

// refused checks that err is a fault with the code.
func refused(t *testing.T, err error, code string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

// wrong checks that err is an invalid form with exactly these wrong places.
func wrong(t *testing.T, err error, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	for _, f := range fault.From(err).Fields {
		got[f.Path] = f.Code
	}
	if len(got) != len(want) {
		t.Errorf("wrong places: got %v, want %v", got, want)
	}
	for path, code := range want {
		if got[path] != code {
			t.Errorf("%s: got %q, want %q (%v)", path, got[path], code, err)
		}
	}
}

// code is the last word of a text.
type sent struct {
	to, text string
}

// outbox is a channel that keeps what it was given.
type outbox struct {
	sent []sent
	fail bool
}

func (o *outbox) Send(_ context.Context, to, text string) error {
	o.sent = append(o.sent, sent{to, text})
	if o.fail {
		return io.ErrUnexpectedEOF
	}
	return nil
}

func (o *outbox) last() string { return o.sent[len(o.sent)-1].text }

func (b *bundle) codes(o *outbox) *member.Codes {
	return &member.Codes{
		DB: b.DB, IDs: b.IDs, Clock: b.clock, Key: []byte("0123456789abcdef0123456789abcdef"),
		Channels: map[member.Kind]member.Channel{member.Phone: o, member.Email: o},
		Text:     func(_ member.Purpose, _, code string) string { return code },
	}
}
