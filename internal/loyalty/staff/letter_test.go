package staff_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
)

// TestLettersWait: a letter that the server does not take stays to be tried
// again under the same number; one whose link was replaced is not sent; the
// link can't be read from the queue; who asks for nobody's e-mail, or for what
// is none, makes no letter.
func TestLettersWait(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, owner := b.in()
		p, token, err := b.Invite(b.ctx, owner, staff.Person{Name: "Борис", Email: "boris@example.org", Role: staff.Analyst, Lang: "en"})
		if err != nil {
			t.Fatal(err)
		}
		letter := b.post.waiting[0]
		raw, err := json.Marshal(letter)
		if err != nil || bytes.Contains(raw, []byte(token)) {
			t.Errorf("%v: the queue tells the link: %s", err, raw)
		}
		b.post.down = errors.New("down")
		if err := b.work(letter); !errors.Is(err, b.post.down) {
			t.Errorf("got %v", err)
		}
		b.post.down = nil
		for range 2 { // as after a crash
			if err := b.work(letter); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.post.sent; len(got) != 2 || got[0] != [3]string{"boris@example.org", "invite en", token} || b.post.ids[0] == "" || b.post.ids[0] != b.post.ids[1] {
			t.Errorf("%v %v", got, b.post.ids)
		}
		if sent := b.letters(); len(sent) != 3 {
			t.Errorf("%v", sent)
		}
		if _, err := b.Reinvite(b.ctx, owner, p.ID); err != nil {
			t.Fatal(err)
		}
		if err := b.work(letter); err != nil || len(b.post.sent) != 0 {
			t.Errorf("%v: a letter with a dead link was sent: %v", err, b.post.sent)
		}
		b.letters()
		wants(t, b.Forgot(b.ctx, "no address", here()), "")
		wants(t, b.Forgot(b.ctx, "nobody@example.org", here()), "")
		if len(b.post.waiting) != 1 { // that of the second
			t.Errorf("%v", b.post.waiting)
		}
		if sent := b.letters(); len(sent) != 0 {
			t.Errorf("%v", sent)
		}
	})
}

// TestNoLetterOfWhatIsNotThere: a letter waits only if what it tells of is in
// the base.
func TestNoLetterOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, owner := b.in()
		_, _, err := b.Invite(b.ctx, owner, staff.Person{Name: "Борис", Email: email, Role: staff.Analyst})
		wants(t, err, "staff.email-taken")
		if len(b.post.waiting) != 0 {
			t.Errorf("%v", b.post.waiting)
		}
	})
}
