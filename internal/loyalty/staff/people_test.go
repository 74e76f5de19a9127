package staff_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

func TestInvite(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, owner := b.in()
		p, token, err := b.Invite(b.ctx, owner, staff.Person{
			Name: " Борис ", Email: "boris@Example.org", Role: staff.Analyst, Lang: "en", Outlets: []id.ID{outlet2, outlet1, outlet2}, Partners: []id.ID{partner2},
			State: staff.Active, TOTP: true, Seen: 5,
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.Person(b.ctx, p.ID)
		want := staff.Person{
			ID: p.ID, Name: "Борис", Email: "boris@example.org", Role: staff.Analyst, Lang: "en", Outlets: []id.ID{outlet1, outlet2}, Partners: []id.ID{partner2},
			State: staff.Invited, Created: b.clock.Now(), Version: p.Version,
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		if diff := cmp.Diff([][3]string{{"boris@example.org", "invite en", token}}, b.letters()); diff != "" {
			t.Error(diff)
		}
		if of, purpose, err := b.TokenOf(b.ctx, token); err != nil || purpose != staff.ForInvitation || of.ID != p.ID {
			t.Errorf("%v %s %+v", err, purpose, of)
		}
		_, _, err = b.SignIn(b.ctx, p.Email, password, false, here())
		wants(t, err, "staff.wrong") // no password yet
		wants(t, b.Reset(b.ctx, token, "another horse battery", here()), "")
		wants(t, b.Reset(b.ctx, token, password, here()), "staff.token-ended")
		_, who := b.as(p.Email, "another horse battery")
		if !who.At(outlet1) || !who.At(outlet3) || who.At(104) || who.Can(staff.StaffEdit) || !who.Can(staff.ReportsSee) {
			t.Errorf("%+v", who)
		}
		for _, c := range []struct {
			outlets, partners []id.ID
			want              bool
		}{
			{nil, nil, false},
			{[]id.ID{outlet1, outlet3}, nil, true},
			{nil, []id.ID{partner2}, true},
			{[]id.ID{outlet1}, []id.ID{partner2}, true},
			{[]id.ID{outlet1, 104}, nil, false},
			{nil, []id.ID{partner1}, false},
			{[]id.ID{outlet1}, []id.ID{partner1}, false},
		} {
			now, err := b.Standing(b.ctx, p.ID)
			if err != nil || now.Covers(c.outlets, c.partners) != c.want || who.Covers(c.outlets, c.partners) != c.want {
				t.Errorf("%v %v: %v", c.outlets, c.partners, err)
			}
		}

		for code, bad := range map[string]func(p *staff.Person){
			"staff.email-taken":     func(p *staff.Person) { p.Email = "BORIS@example.org" },
			"staff.role-not-found":  func(p *staff.Person) { p.Role = "king" },
			"staff.place-not-found": func(p *staff.Person) { p.Outlets = []id.ID{7} },
			"reference.invalid":     func(p *staff.Person) { p.Role, p.Outlets = staff.Owner, []id.ID{outlet1} },
		} {
			p := staff.Person{Name: "Вера", Email: "vera@example.org", Role: staff.Gate}
			bad(&p)
			_, _, err := b.Invite(b.ctx, owner, p)
			wants(t, err, code)
		}
		_, _, err = b.Invite(b.ctx, who, staff.Person{Name: "Вера", Email: "vera@example.org", Role: staff.Gate})
		wants(t, err, "staff.not-permitted")
		b.clock.Add(15 * time.Minute)
		_, _, err = b.Invite(b.ctx, owner, staff.Person{Name: "Вера", Email: "vera@example.org", Role: staff.Gate})
		wants(t, err, "staff.proof-stale")
	})
}

func TestLinks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		session, _ := b.in()
		boris := b.hired(staff.Person{Name: "Борис", Email: "boris@example.org", Role: staff.Analyst})
		b.letters()
		forgot := func(email, code string) [][3]string {
			t.Helper()
			wants(t, b.Forgot(b.ctx, email, here()), code)
			return b.letters()
		}
		if sent := forgot("nobody@example.org", ""); len(sent) != 0 {
			t.Errorf("%v", sent)
		}
		// The letter goes to the address that is kept, in the person's language.
		sent := forgot("ANNA@example.ORG", "")
		if len(sent) != 1 || sent[0][0] != "Anna@example.org" || sent[0][1] != "reset ru" {
			t.Fatalf("%v", sent)
		}
		first := sent[0][2]
		second := forgot(email, "")[0][2]
		wants(t, b.Reset(b.ctx, first, password, here()), "staff.token-ended")
		wants(t, b.Reset(b.ctx, second, "short", here()), "reference.invalid")
		// At once: one goes through.
		var through atomic.Int64
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				switch err := b.Reset(b.ctx, second, "another horse battery", here()); {
				case err == nil:
					through.Add(1)
				case !fault.Is(err, "staff.token-ended"):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if through.Load() != 1 {
			t.Errorf("%d went through", through.Load())
		}
		_, err := b.Who(b.ctx, session)
		wants(t, err, "staff.session-ended")
		_, owner := b.as(email, "another horse battery")

		third := forgot(email, "")[0][2]
		b.clock.Add(time.Hour)
		_, _, err = b.TokenOf(b.ctx, third)
		wants(t, err, "staff.token-ended")
		forgot("boris@example.org", "")
		for range 2 {
			forgot("boris@example.org", "")
		}
		forgot("boris@example.org", "staff.too-many-tries")
		for range 3 { // as for nobody
			forgot("none@example.org", "")
		}
		forgot("none@example.org", "staff.too-many-tries")

		if owner, err = b.As(b.ctx, owner.Person.ID); err != nil {
			t.Fatal(err)
		}
		token, err := b.Reinvite(b.ctx, owner, boris.Person.ID)
		if err != nil {
			t.Fatal(err)
		}
		wants(t, b.Block(b.ctx, owner, boris.Person.ID), "")
		_, _, err = b.TokenOf(b.ctx, token)
		wants(t, err, "staff.token-ended")
		_, err = b.Reinvite(b.ctx, owner, boris.Person.ID)
		wants(t, err, "staff.blocked")
		for _, wrong := range []string{"", "x", strings.Repeat("A", 43)} {
			_, _, err := b.TokenOf(b.ctx, wrong)
			wants(t, err, "staff.token-ended")
			wants(t, b.Reset(b.ctx, wrong, password, here()), "staff.token-ended")
		}
	})
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		other, _ := b.in()
		token, who := b.in()
		wants(t, b.ChangePassword(b.ctx, who, "wrong", "another horse battery"), "staff.password-wrong")
		wants(t, b.ChangePassword(b.ctx, who, password, "qwertyqwerty"), "reference.invalid")
		wants(t, b.ChangePassword(b.ctx, who, password, "another horse battery"), "")
		if _, err := b.Who(b.ctx, token); err != nil {
			t.Error(err)
		}
		_, err := b.Who(b.ctx, other)
		wants(t, err, "staff.session-ended")
		_, _, err = b.SignIn(b.ctx, email, password, false, here())
		wants(t, err, "staff.wrong")
		b.as(email, "another horse battery")
		for range 5 {
			wants(t, b.Confirm(b.ctx, who, "wrong", ""), "staff.password-wrong")
		}
		wants(t, b.Confirm(b.ctx, who, "another horse battery", ""), "staff.too-many-tries")
	})
}

func TestPeopleAreChanged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, owner := b.in()
		boris := b.hired(staff.Person{Name: "Борис", Email: "boris@example.org", Role: staff.Marketer, Outlets: []id.ID{outlet1}})
		token, _ := b.as("boris@example.org", password)

		p := boris.Person
		p.Name = "Борис Борисов"
		saved, err := b.Save(b.ctx, owner, p)
		if err != nil || saved.Name != p.Name || saved.Version <= p.Version {
			t.Fatalf("%v %+v", err, saved)
		}
		_, err = b.Save(b.ctx, owner, p)
		wants(t, err, "reference.changed")
		if _, err := b.Who(b.ctx, token); err != nil {
			t.Errorf("a new name ended the session: %v", err)
		}
		p = saved
		p.Outlets, p.Partners = nil, []id.ID{partner2}
		if saved, err = b.Save(b.ctx, owner, p); err != nil {
			t.Fatal(err)
		}
		_, err = b.Who(b.ctx, token)
		wants(t, err, "staff.session-ended")

		// His own: name, e-mail and language, nothing else.
		own := saved
		own.Name, own.Email, own.Lang = "Боря", "borya@example.org", "en"
		if saved, err = b.Save(b.ctx, boris, own); err != nil || saved.Email != "borya@example.org" {
			t.Fatalf("%v %+v", err, saved)
		}
		for _, grow := range []func(p *staff.Person){
			func(p *staff.Person) { p.Role = staff.Administrator }, func(p *staff.Person) { p.Partners = nil },
		} {
			own = saved
			grow(&own)
			_, err = b.Save(b.ctx, boris, own)
			wants(t, err, "staff.own-role")
		}
		wants(t, b.Block(b.ctx, boris, owner.Person.ID), "staff.not-permitted")
		wants(t, b.Block(b.ctx, owner, owner.Person.ID), "staff.own-role")

		token, _ = b.as("borya@example.org", password)
		wants(t, b.Block(b.ctx, owner, boris.Person.ID), "")
		_, err = b.Who(b.ctx, token)
		wants(t, err, "staff.session-ended")
		_, _, err = b.SignIn(b.ctx, "borya@example.org", password, false, here())
		wants(t, err, "staff.wrong")
		wants(t, b.Unblock(b.ctx, owner, boris.Person.ID), "")
		b.as("borya@example.org", password)
		wants(t, b.Close(b.ctx, owner, boris.Person.ID), "")
		wants(t, b.Unblock(b.ctx, owner, boris.Person.ID), "staff.closed")
		b.hired(staff.Person{Name: "Боря", Email: "borya@example.org", Role: staff.Gate}) // the address is free

		list, err := b.People(b.ctx, reference.Page{Limit: 2})
		if err != nil || len(list.Items) != 2 || list.Next == "" {
			t.Fatalf("%v %+v", err, list)
		}
		rest, err := b.People(b.ctx, reference.Page{After: list.Next})
		if err != nil || len(rest.Items) != 1 || rest.Next != "" {
			t.Errorf("%v %+v", err, rest)
		}
		if list, err = b.People(b.ctx, reference.Page{Find: "ильин"}); err != nil || len(list.Items) != 1 || list.Items[0].ID != b.owner.ID {
			t.Errorf("%v %+v", err, list)
		}
		if list, err = b.People(b.ctx, reference.Page{State: reference.Closed}); err != nil || len(list.Items) != 1 || list.Items[0].ID != boris.Person.ID {
			t.Errorf("%v %+v", err, list)
		}
	})
}

func TestLastOwnerStays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		owners := []*staff.Who{b.hired(staff.Person{Name: "Вера", Email: "vera@example.org", Role: staff.Owner})}
		_, first := b.in()
		owners = append(owners, first)
		// Each throws the other out at one instant.
		for round := range 4 {
			var wg sync.WaitGroup
			for i, who := range owners {
				wg.Go(func() {
					other := owners[1-i].Person
					switch round % 2 {
					case 0:
						_ = b.Block(b.ctx, who, other.ID)
					default:
						other.Role, other.Version = staff.Analyst, 0
						_, _ = b.Save(b.ctx, who, other)
					}
				})
			}
			wg.Wait()
			var left []id.ID
			for i, who := range owners {
				p, err := b.Person(b.ctx, who.Person.ID)
				if err != nil {
					t.Fatal(err)
				}
				if p.Role == staff.Owner && p.State == staff.Active {
					left = append(left, owners[1-i].Person.ID)
				}
			}
			if len(left) != 1 {
				t.Fatalf("round %d: %d owners are left", round, len(left))
			}
			if _, err := d.Exec(b.ctx, "update staff set role = 'owner', state = 'active'"); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestRoles(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, owner := b.in()
		role, err := b.SaveRole(b.ctx, owner, staff.Role{Name: "Старший", Permissions: []staff.Permission{staff.StaffEdit, staff.MembersSee, staff.StaffEdit}})
		want := []staff.Permission{staff.MembersSee, staff.StaffEdit}
		if diff := cmp.Diff(want, role.Permissions); err != nil || diff != "" || role.Code == "" {
			t.Fatalf("%v %s", err, diff)
		}
		if got, err := b.Role(b.ctx, role.Code); err != nil || cmp.Diff(role, got) != "" {
			t.Errorf("%v %s", err, cmp.Diff(role, got))
		}
		all, err := b.Roles(b.ctx)
		if err != nil || len(all) != 7 || all[0].Code != staff.Owner || all[6].Code != role.Code {
			t.Errorf("%v %+v", err, all)
		}
		vera := b.hired(staff.Person{Name: "Вера", Email: "vera@example.org", Role: role.Code})
		_, err = b.SaveRole(b.ctx, vera, staff.Role{Name: "Больше", Permissions: []staff.Permission{staff.MembersSee, staff.PointsAdjust}})
		wants(t, err, "staff.above")
		_, err = b.SaveRole(b.ctx, vera, role)
		wants(t, err, "staff.own-role")
		high, err := b.SaveRole(b.ctx, owner, staff.Role{Name: "Выше", Permissions: staff.Permissions()})
		if err != nil {
			t.Fatal(err)
		}
		high.Permissions = []staff.Permission{staff.MembersSee}
		_, err = b.SaveRole(b.ctx, vera, high) // nor takes from it
		wants(t, err, "staff.above")
		_, err = b.SaveRole(b.ctx, vera, staff.Role{Name: "Смотрит", Permissions: []staff.Permission{staff.MembersSee}})
		wants(t, err, "")
		for code, bad := range map[string]staff.Role{
			"staff.role-built-in":  {Code: staff.Analyst, Name: "x", Permissions: want},
			"staff.role-not-found": {Code: "7", Name: "x", Permissions: want},
			"reference.invalid":    {Name: "x", Permissions: []staff.Permission{"all"}},
			"staff.role-in-use":    {Code: role.Code, Name: "x", Permissions: want, State: reference.Closed},
			"reference.changed":    {Code: role.Code, Name: "x", Permissions: want, Version: 1},
		} {
			_, err := b.SaveRole(b.ctx, owner, bad)
			wants(t, err, code)
		}
		narrow := b.hired(staff.Person{Name: "Глеб", Email: "gleb@example.org", Role: staff.Administrator, Outlets: []id.ID{outlet1}})
		_, err = b.SaveRole(b.ctx, narrow, staff.Role{Name: "Смотрит", Permissions: []staff.Permission{staff.MembersSee}})
		wants(t, err, "staff.above")
		// What a role may do counts at once.
		role.Permissions, role.Version = []staff.Permission{staff.MembersSee}, 0
		token, _ := b.as("vera@example.org", password)
		if _, err := b.SaveRole(b.ctx, owner, role); err != nil {
			t.Fatal(err)
		}
		if who, err := b.Who(b.ctx, token); err != nil || who.Can(staff.StaffEdit) {
			t.Errorf("%v %+v", err, who)
		}
	})
}

// TestWhatPeopleDoIsNoted: each change of people is in the trail, by whom and
// from where, and no secret with it.
func TestWhatPeopleDoIsNoted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, owner := b.in()
		ctx := audit.By(b.ctx, owner.Actor(here()))
		p, token, err := b.Invite(ctx, owner, staff.Person{Name: "Борис", Email: "boris@example.org", Role: staff.Analyst})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Reset(b.ctx, token, password, staff.Where{Address: "203.0.113.9"}); err != nil {
			t.Fatal(err)
		}
		p.Role, p.Version = staff.Marketer, 0
		if _, err := b.Save(ctx, owner, p); err != nil {
			t.Fatal(err)
		}
		wants(t, b.Block(ctx, owner, p.ID), "")
		b.phone(owner)
		trail, err := audit.Read(b.ctx, d, audit.Filter{}, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"staff.phone-set", "staff.blocked", "staff.saved", "staff.password-set", "staff.invited", "staff.signed-in", "staff.founded"}
		var got []string
		for _, r := range trail {
			got = append(got, r.Action)
			if strings.Contains(r.Before+r.After, "argon2") || strings.Contains(r.Before+r.After, token) {
				t.Errorf("a secret is in %+v", r)
			}
			if by := r.Actor; by.Kind != audit.Staff || by.ID != owner.Person.ID && r.Action != "staff.password-set" {
				t.Errorf("%s by %+v", r.Action, by)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]audit.Change{{Field: "role", Before: `"analyst"`, After: `"marketer"`}}, trail[2].Changes()); diff != "" {
			t.Error(diff)
		}
		if from := trail[3].Actor; from.ID != p.ID || from.Address != "203.0.113.9" {
			t.Errorf("%+v", from)
		}
		if from := trail[2].Actor; from.Address != here().Address || from.Agent != here().Agent {
			t.Errorf("%+v", from)
		}
	})
}
