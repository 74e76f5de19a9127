package staff_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// TestWhoSeesWhom: who works at some places sees himself and who works nowhere
// else, whatever part of the list he asks for; who works everywhere sees all.
// Power is another thing: over nobody above, over nobody who is gone, over
// himself never.
func TestWhoSeesWhom(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		hire := func(name, role string, outlets ...id.ID) *staff.Who {
			return b.hired(staff.Person{Name: name, Email: name + "@example.org", Role: role, Outlets: outlets})
		}
		everywhere := hire("boris", staff.Administrator)
		narrow := hire("vera", staff.Administrator, outlet1, outlet2)
		under, beside, above := hire("gleb", staff.Cashier, outlet1), hire("dina", staff.Cashier, outlet3), hire("egor", staff.Cashier)
		seen := func(who *staff.Who) (names []string) {
			t.Helper()
			for page := (reference.Page{Limit: 1}); ; {
				list, err := b.Seen(b.ctx, who, page)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range list.Items {
					names = append(names, p.Name)
				}
				if page.After = list.Next; page.After == "" {
					return names
				}
			}
		}
		if diff := cmp.Diff([]string{"gleb", "vera"}, seen(narrow)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"Анна Ильина", "boris", "dina", "egor", "gleb", "vera"}, seen(everywhere)); diff != "" {
			t.Error(diff)
		}
		for _, c := range []struct {
			who  *staff.Who
			over staff.Person
			may  bool
		}{
			{narrow, under.Person, true},
			{narrow, beside.Person, false},
			{narrow, above.Person, false},
			{narrow, narrow.Person, false},
			{everywhere, b.owner, false},
			{everywhere, narrow.Person, true},
			{under, beside.Person, false},
		} {
			if may, err := b.May(b.ctx, c.who, c.over); err != nil || may != c.may {
				t.Errorf("%s over %s: %v %v", c.who.Person.Name, c.over.Name, may, err)
			}
		}
		token, _ := b.as("gleb@example.org", password)
		wants(t, b.EndSessions(b.ctx, narrow, beside.Person.ID), "staff.above")
		wants(t, b.EndSessions(b.ctx, narrow, under.Person.ID), "")
		_, err := b.Who(b.ctx, token)
		wants(t, err, "staff.session-ended")
		wants(t, b.Close(b.ctx, narrow, under.Person.ID), "")
		gone, err := b.Person(b.ctx, under.Person.ID)
		if may, err2 := b.May(b.ctx, narrow, gone); err != nil || err2 != nil || may {
			t.Errorf("%v %v %v", may, err, err2)
		}
	})
}
