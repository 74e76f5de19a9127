package approval_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/approval"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// The people of the tests.
const asker, second, third = 11, 12, 13

// office is a shop where points wait for a second person.
type office struct {
	*purchasetest.Shop
	*approval.Approvals
	t       *testing.T
	members *member.Members
}

func open(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{Shop: purchasetest.Open(t, d, purchasetest.Programme()), t: t}
	o.Approvals = &approval.Approvals{DB: d, IDs: o.Shop.IDs, Clock: o.Shop.Clock, Desk: o.Shop.Desk}
	o.members = &member.Members{DB: d, IDs: o.Shop.IDs, Clock: o.Shop.Clock}
	return o
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// as is the context of a person of the staff.
func (o *office) as(person id.ID) context.Context {
	return audit.By(o.t.Context(), audit.Actor{Kind: audit.Staff, ID: person, Name: "сотрудник " + person.String()})
}

func (o *office) request(h home.ID, points money.Points, key string) *purchase.AdjustRequest {
	return &purchase.AdjustRequest{Key: key, Buyer: purchase.Buyer{Home: h}, Programme: o.Programme.ID, Points: points, Reason: "за ожидание"}
}

func (o *office) ask(h home.ID, points money.Points) approval.Request {
	o.t.Helper()
	r, err := o.Ask(o.as(asker), o.request(h, points, o.Shop.IDs.New().String()))
	o.ok(err)
	return r
}

// posted are the points by hand of a member, each.
func (o *office) posted(h home.ID) (out []money.Points) {
	o.t.Helper()
	o.ok(o.Shop.DB.Each(o.t.Context(), func(r db.Row) error {
		var n money.Points
		err := r.Scan((*int64)(&n))
		out = append(out, n)
		return err
	}, `select points from adjustment where home_id = $1 order by op_id`, h))
	return out
}

func (o *office) refused(err error, code string) {
	o.t.Helper()
	if !fault.Is(err, code) {
		o.t.Errorf("%v, want %s", err, code)
	}
}

// TestSecondPerson: a request posts nothing until another person approves it,
// and then once; it is refused with a reason, withdrawn by whoever asked, and
// runs out; each step is in the trail.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		h := o.Member(t).Home
		first := o.ask(h, 500_00)
		again, err := o.Ask(o.as(asker), o.request(h, 100_00, "same"))
		o.ok(err)
		if same, err := o.Ask(o.as(asker), o.request(h, 100_00, "same")); err != nil || same.ID != again.ID {
			t.Errorf("sent twice: %v, %v", same, err)
		}
		_, err = o.Ask(o.as(asker), o.request(h, 200_00, "same"))
		o.refused(err, "key.other-body")
		if n, err := o.Waiting(t.Context()); err != nil || n != 2 || len(o.posted(h)) != 0 {
			t.Errorf("%d wait, %v posted: %v", n, o.posted(h), err)
		}
		_, err = o.Approve(o.as(asker), first.ID)
		o.refused(err, "approval.own")
		_, err = o.Refuse(o.as(asker), first.ID, "нет")
		o.refused(err, "approval.own")
		_, err = o.Withdraw(o.as(second), first.ID)
		o.refused(err, "approval.others")
		_, err = o.Approve(t.Context(), first.ID)
		o.refused(err, "approval.person")
		_, err = o.Ask(audit.By(t.Context(), audit.Actor{Kind: audit.Key, ID: 5}), o.request(h, 1, "key"))
		o.refused(err, "approval.person")
		_, err = o.Approve(o.as(second), 77)
		o.refused(err, "approval.not-found")
		for range 2 {
			r, err := o.Approve(o.as(second), first.ID)
			if err != nil || r.State != approval.Approved || r.Decided.ID != second || r.Op.ID == 0 || r.Op.Home != h {
				t.Errorf("%+v %v", r, err)
			}
		}
		if diff := cmp.Diff([]money.Points{500_00}, o.posted(h)); diff != "" {
			t.Error(diff)
		}
		_, err = o.Approve(o.as(third), first.ID)
		o.refused(err, "approval.decided")
		_, err = o.Refuse(o.as(third), first.ID, "поздно")
		o.refused(err, "approval.decided")
		_, err = o.Withdraw(o.as(asker), first.ID)
		o.refused(err, "approval.decided")

		_, err = o.Refuse(o.as(second), again.ID, "  ")
		o.refused(err, "adjust.reason")
		for range 2 {
			if r, err := o.Refuse(o.as(second), again.ID, "Нет основания"); err != nil || r.State != approval.Refused || r.Refusal != "Нет основания" {
				t.Errorf("%+v %v", r, err)
			}
		}
		_, err = o.Approve(o.as(third), again.ID)
		o.refused(err, "approval.decided")

		back := o.ask(h, -100_00)
		if r, err := o.Withdraw(o.as(asker), back.ID); err != nil || r.State != approval.Withdrawn {
			t.Errorf("%+v %v", r, err)
		}
		late := o.ask(h, -100_00)
		taken := o.ask(h, -200_00)
		if r, err := o.Approve(o.as(second), taken.ID); err != nil || r.State != approval.Approved {
			t.Errorf("%+v %v", r, err)
		}
		much := o.ask(h, -900_00)
		_, err = o.Approve(o.as(second), much.ID)
		o.refused(err, "points.not-enough")
		if r, err := o.Get(t.Context(), much.ID); err != nil || r.State != approval.Asked {
			t.Errorf("what could not be posted is decided: %+v %v", r, err)
		}
		o.Shop.Clock.Add(31 * 24 * time.Hour)
		_, err = o.Approve(o.as(second), late.ID)
		o.refused(err, "approval.run-out")
		_, err = o.Refuse(o.as(second), late.ID, "поздно")
		o.refused(err, "approval.run-out")
		if diff := cmp.Diff([]money.Points{500_00, -200_00}, o.posted(h)); diff != "" {
			t.Error(diff)
		}
		var states []approval.State
		ended, err := o.List(t.Context(), approval.Filter{Home: h, Ended: true}, 0, 10)
		o.ok(err)
		for _, r := range ended {
			states = append(states, r.State)
		}
		want := []approval.State{approval.RunOut, approval.Approved, approval.RunOut, approval.Withdrawn, approval.Refused, approval.Approved}
		if diff := cmp.Diff(want, states); diff != "" {
			t.Error(diff)
		}
		if waiting, err := o.List(t.Context(), approval.Filter{Waiting: true}, 0, 10); err != nil || len(waiting) != 0 {
			t.Errorf("%v %v", waiting, err)
		}
		steps := map[string]int{}
		trail, err := audit.Read(t.Context(), d, audit.Filter{Target: audit.On("member", id.ID(h))}, 0, 100)
		o.ok(err)
		for _, r := range trail {
			steps[r.Action]++
			if r.Action == "approval.approved" && r.Actor.ID != second || r.Action == "points.adjusted" && r.Actor.ID != second {
				t.Errorf("%+v", r)
			}
		}
		if diff := cmp.Diff(map[string]int{"approval.asked": 6, "approval.approved": 2, "approval.refused": 1, "approval.withdrawn": 1, "points.adjusted": 2}, steps); diff != "" {
			t.Error(diff)
		}
	})
}

// TestGoneMeanwhile: who was closed after something was asked for him gets
// nothing, and nothing is taken from him; nothing more is asked for him.
func TestGoneMeanwhile(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := open(t, d)
		made, err := o.members.Register(t.Context(), member.DefaultRules(), member.Registration{Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "+79161234567"}}}, member.Actor{Kind: member.BySystem})
		o.ok(err)
		h := made.Home
		given, taken := o.ask(h, 100_00), o.ask(h, 300_00)
		_, err = o.Approve(o.as(second), taken.ID)
		o.ok(err)
		taken = o.ask(h, -100_00)
		_, err = o.members.Close(t.Context(), h, o.version(h), "", member.Actor{Kind: member.BySystem}, func(db.Q) error { return nil })
		o.ok(err)
		for _, r := range []approval.Request{given, taken} {
			_, err := o.Approve(o.as(second), r.ID)
			o.refused(err, "approval.gone")
		}
		_, err = o.Ask(o.as(asker), o.request(h, 1, "x"))
		o.refused(err, "approval.gone")
		_, err = o.Ask(o.as(asker), o.request(h+1, 1, "y"))
		o.refused(err, "member.not-found")
		if diff := cmp.Diff([]money.Points{300_00}, o.posted(h)); diff != "" {
			t.Error(diff)
		}
		if r, err := o.Refuse(o.as(second), given.ID, "закрыт"); err != nil || r.State != approval.Refused {
			t.Errorf("%+v %v", r, err)
		}
	})
}

// TestRaceOfDeciders: many in two processes approve, refuse and withdraw the
// same requests at once: each is decided by one, and its points are there
// exactly where it was approved.
func TestRaceOfDeciders(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			url := dbtest.URL(t, dialect)
			base := func() *db.DB {
				d, err := db.Open(t.Context(), db.Options{URL: url, MaxConns: 4})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(d.Close)
				return d
			}
			o := open(t, base())
			other := *o.Approvals
			if dialect == db.Postgres {
				opts := o.Shop.Desk.Options
				opts.DB, opts.IDs = base(), id.NewMaker(2)
				opts.Programmes = &programme.Programmes{DB: opts.DB, IDs: opts.IDs, Clock: opts.Clock}
				o.ok(opts.Programmes.Refresh(t.Context()))
				other = approval.Approvals{DB: opts.DB, IDs: opts.IDs, Clock: opts.Clock, Desk: purchase.New(opts)}
				t.Cleanup(other.Desk.Close)
			}
			const requests, deciders = 12, 6
			var asked [requests]approval.Request
			for i := range asked {
				asked[i] = o.ask(o.Member(t).Home, money.Points(100+i))
			}
			var approved, ended [requests]atomic.Int64
			var all sync.WaitGroup
			for i := range requests * deciders {
				all.Go(func() {
					at, who := i%requests, id.ID(20+i/requests)
					by := []*approval.Approvals{o.Approvals, &other}[i/requests%2]
					var err error
					switch who % 3 {
					case 0:
						_, err = by.Refuse(o.as(who), asked[at].ID, "нет")
					default:
						_, err = by.Approve(o.as(who), asked[at].ID)
					}
					switch {
					case err == nil && who%3 == 0:
						ended[at].Add(1)
					case err == nil:
						approved[at].Add(1)
					case !fault.Is(err, "approval.decided"):
						t.Errorf("%v", err)
					}
				})
			}
			all.Wait()
			for i := range asked {
				r, err := o.Get(t.Context(), asked[i].ID)
				o.ok(err)
				yes, no := approved[i].Load(), ended[i].Load()
				if yes+no != 1 || (r.State == approval.Approved) != (yes == 1) || int64(len(o.posted(r.Home))) != yes {
					t.Errorf("request %d: %d said yes, %d no, it is %s, %v posted", i, yes, no, r.State, o.posted(r.Home))
				}
			}
		})
	}
}

func (o *office) version(h home.ID) int64 {
	o.t.Helper()
	m, err := member.Get(o.t.Context(), o.Shop.DB, h)
	o.ok(err)
	return m.Version
}
