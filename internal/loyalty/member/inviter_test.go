package member_test

import (
	"testing"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestInviter: whoever takes part invites, by anything that finds him alone;
// nobody else does, and then nobody is registered.
func TestInviter(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBundle(t, d)
		anna := b.register(1, email("anna@example.ru"))
		blocked, closed := b.register(2), b.register(3)
		must(b.Block(b.ctx, blocked.Home, 0, "споры", b.by))
		must(b.Close(b.ctx, closed.Home, 0, "ушёл", b.by, nil))
		family := b.rules
		family.UniquePhone = false
		for range 2 {
			must(b.Register(b.ctx, family, member.Registration{Identifiers: []member.NewIdentifier{phone(4)}}, b.by))
		}
		n := 10
		invited := func(by string) (member.Member, error) {
			n++
			return b.Register(b.ctx, b.rules, member.Registration{Identifiers: []member.NewIdentifier{phone(n)}, Inviter: by}, b.by)
		}
		for _, by := range []string{"8 (916) 000-00-01", "Anna@Example.ru", anna.Number} {
			m, err := invited(by)
			if err != nil || m.Registered.Inviter != anna.Home {
				t.Errorf("by %s: invited by %s: %v", by, m.Registered.Inviter, err)
			}
			if got := b.trail(m.Home, "inviter"); len(got) != 1 || got[0] != "inviter:  → "+anna.Home.String() {
				t.Errorf("by %s: the trail has %q", by, got)
			}
			if again := must(member.Get(b.ctx, b.DB, m.Home)); again.Registered != m.Registered {
				t.Errorf("by %s: read again %+v, was %+v", by, again.Registered, m.Registered)
			}
		}
		if m := must(invited("")); m.Registered.Inviter != 0 {
			t.Errorf("nobody invited: %s", m.Registered.Inviter)
		}
		for by, code := range map[string]string{
			phone(2).Value: "member.no-inviter", phone(3).Value: "member.no-inviter", "+79169999999": "member.no-inviter",
			"\x00": "member.no-inviter", phone(4).Value: "member.several-inviters",
		} {
			_, err := invited(by)
			wrong(t, err, map[string]string{"inviter": code})
			if found := must(member.Find(b.ctx, b.DB, phone(n).Value, "")); len(found) != 0 {
				t.Errorf("by %q: he is registered all the same", by)
			}
		}
	})
}
