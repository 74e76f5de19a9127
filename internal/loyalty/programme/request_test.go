package programme_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// pair is two people of an organization where nothing comes into force without
// both.
type pair struct {
	programme.Requests
	t           *testing.T
	planner     *planner
	anna, boris context.Context
	programme   *rule.Programme // that says so
}

func newPair(t *testing.T, d *db.DB) *pair {
	t.Helper()
	now := clock.NewFixed(time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC))
	as := func(i id.ID, name string) context.Context {
		return audit.By(t.Context(), audit.Actor{Kind: audit.Staff, ID: i, Name: name})
	}
	p := &pair{t: t, planner: newPlanner(t, d, now, 1), anna: as(7, "Анна"), boris: as(8, "Борис")}
	p.Requests = programme.Requests{Plans: p.planner.Plans}
	put, err := p.Read(t.Context(), "two")
	p.ok(err)
	p.programme, err = p.Put(t.Context(), put, "Анна") // by nobody of the staff: nothing forbids it yet
	p.ok(err)
	return p
}

func (p *pair) ok(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *pair) refused(err error, code string) {
	p.t.Helper()
	if !fault.Is(err, code) {
		p.t.Errorf("%v, want %s", err, code)
	}
}

// drafted is the draft of the programme, with a text.
func (p *pair) drafted(text string) programme.Drafted {
	p.t.Helper()
	next := programme.Drafted{Programme: p.programme.ID, Version: p.version(), Name: "two", Text: text, By: "Анна"}
	if d, err := p.Draft(p.anna, p.programme.ID); err == nil {
		next.Edition = d.Edition
	}
	d, err := p.SaveDraft(p.anna, next)
	p.ok(err)
	return d
}

func (p *pair) version() int64 { return p.Current().Get(p.programme.ID).Version }

func (p *pair) ask(d programme.Drafted, due clock.Micros) programme.Request {
	p.t.Helper()
	r, err := p.Ask(p.anna, programme.Request{Programme: d.Programme, Edition: d.Edition, Version: p.version(), Due: due, Note: "с осени"})
	p.ok(err)
	return r
}

func (p *pair) state(r programme.Request) (programme.State, string) {
	p.t.Helper()
	got, err := p.Request(p.anna, r.ID)
	p.ok(err)
	return got.State, got.Reason
}

// TestTwoToPublish: nobody puts anything into force alone, whichever way he
// tries and of whichever programme, nor turns it off; a key neither; a command
// does, which the trail shows.
func TestTwoToPublish(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPair(t, d)
		dr := p.drafted("two")
		off := *p.programme
		off.Settings.PublishTwo = false
		fresh := off
		fresh.ID, fresh.Version, fresh.Code = 0, 0, "fresh"
		key := audit.By(t.Context(), audit.Actor{Kind: audit.Key, ID: 5, Name: "касса"})
		for name, try := range map[string]func(context.Context) error{
			"draft":     func(ctx context.Context) error { _, err := p.PublishDraft(ctx, dr, *p.programme, "x", ""); return err },
			"off":       func(ctx context.Context) error { _, err := p.Put(ctx, off, "x"); return err },
			"another":   func(ctx context.Context) error { _, err := p.Put(ctx, fresh, "x"); return err },
			"gone back": func(ctx context.Context) error { _, err := p.Rollback(ctx, p.programme.ID, 1, 1, "x", ""); return err },
			"at its time": func(ctx context.Context) error {
				_, err := p.planner.make(ctx, p.planner.planOf(dr, time.Hour))
				return err
			},
		} {
			for _, ctx := range []context.Context{p.anna, p.boris, key} {
				if err := try(ctx); !fault.Is(err, "programme.second-person") {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		_, err := p.Ask(key, programme.Request{Programme: dr.Programme, Edition: dr.Edition, Version: 1})
		p.refused(err, "approval.person")
		_, err = p.Put(audit.By(t.Context(), audit.Actor{Kind: audit.Command}), off, "admin")
		p.ok(err)
		var after string
		p.ok(d.Row(t.Context(), `select after_doc from audit where action = 'programme.published' order by seq desc limit 1`).Scan(&after))
		if want := `"without_second_person":true`; !strings.Contains(after, want) {
			t.Errorf("the trail says %s", after)
		}
		if p.Current().TwoToPublish() {
			t.Error("it is still on")
		}
	})
}

// TestRequests: what one asks for another approves, once however many at a
// time; refuses, with a reason; who asked withdraws; it runs out. Each step is
// in the trail.
func TestRequests(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPair(t, d)
		dr := p.drafted("two")
		r := p.ask(dr, 0)
		if again := p.ask(dr, 0); again.ID != r.ID {
			t.Error("asked twice, there are two")
		}
		_, err := p.Ask(p.boris, programme.Request{Programme: dr.Programme, Edition: dr.Edition, Version: 1})
		p.refused(err, "programme.request-waits")
		_, err = p.Approve(p.anna, r.ID)
		p.refused(err, "approval.own")
		_, err = p.Refuse(p.anna, r.ID, "нет")
		p.refused(err, "approval.own")
		_, err = p.Withdraw(p.boris, r.ID)
		p.refused(err, "approval.others")
		_, err = p.Refuse(p.boris, r.ID, " ")
		p.refused(err, "adjust.reason")
		_, err = p.Approve(t.Context(), r.ID)
		p.refused(err, "approval.person")
		_, err = p.Approve(p.boris, 77)
		p.refused(err, "approval.not-found")
		if n, err := p.RequestsWait(t.Context()); err != nil || n != 1 || p.version() != 1 {
			t.Errorf("%d wait, version %d is in force: %v", n, p.version(), err)
		}
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { _, _ = p.Approve(p.boris, r.ID) })
		}
		all.Wait()
		got, err := p.Approve(p.boris, r.ID)
		if err != nil || got.State != programme.Approved || got.Decided.Name != "Борис" || p.version() != 2 {
			t.Errorf("%+v, version %d: %v", got, p.version(), err)
		}
		made, err := p.Made(t.Context(), p.programme.ID, 2)
		if err != nil || made.By != "Анна (staff 7) · Борис (staff 8)" || made.Note != "с осени" {
			t.Errorf("%+v %v", made, err)
		}
		_, err = p.Refuse(p.boris, r.ID, "поздно")
		p.refused(err, "approval.decided")

		dr = p.drafted("two")
		r = p.ask(dr, 0)
		for range 2 {
			if got, err := p.Refuse(p.boris, r.ID, "Не сейчас"); err != nil || got.State != programme.Refused || got.Refusal != "Не сейчас" {
				t.Errorf("%+v %v", got, err)
			}
		}
		r = p.ask(dr, 0)
		if got, err := p.Withdraw(p.anna, r.ID); err != nil || got.State != programme.Withdrawn || got.Reason != "" {
			t.Errorf("%+v %v", got, err)
		}
		r = p.ask(dr, 0)
		p.planner.now.Add(31 * 24 * time.Hour)
		_, err = p.Approve(p.boris, r.ID)
		p.refused(err, "approval.run-out")
		next := p.ask(dr, 0)
		if s, _ := p.state(r); s != programme.RunOut || next.ID == r.ID {
			t.Errorf("%s, %d", s, next.ID)
		}
		if list, err := p.ListRequests(t.Context(), programme.RequestFilter{By: 7}, 0, 10); err != nil || len(list) != 4 {
			t.Errorf("%+v %v", list, err)
		}
		if list, err := p.ListRequests(t.Context(), programme.RequestFilter{Waiting: true}, 0, 10); err != nil || len(list) != 1 || list[0].ID != next.ID {
			t.Errorf("%+v %v", list, err)
		}
		for action, want := range map[string]int{"asked": 5, "approved": 1, "refused": 1, "withdrawn": 1} {
			var n int
			p.ok(d.Row(t.Context(), `select count(*) from audit where action = $1`, "programme.request-"+action).Scan(&n))
			if n != want {
				t.Errorf("%s is noted %d times, want %d", action, n, want)
			}
		}
	})
}

// TestFrozen: any change of what was asked for withdraws the request, and so
// does another version; a draft that was begun anew is not the one that was
// asked for, though it is counted from one again.
func TestFrozen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPair(t, d)
		r := p.ask(p.drafted("two"), 0)
		dr := p.drafted("two")
		if s, why := p.state(r); s != programme.Withdrawn || why != "programme.request-changed" {
			t.Errorf("changed: %s %s", s, why)
		}
		r = p.ask(dr, 0)
		p.ok(p.DropDraft(p.boris, dr))
		if s, why := p.state(r); s != programme.Withdrawn || why != "programme.plan-dropped" {
			t.Errorf("dropped: %s %s", s, why)
		}
		r = p.ask(p.drafted("two"), 0)
		p.ok(d.Write(t.Context(), func(tx *db.Tx) error { // behind the program's back
			_, err := tx.Exec(t.Context(), `update programme_draft set body = 'two-other'`)
			return err
		}))
		_, err := p.Approve(p.boris, r.ID)
		p.refused(err, "programme.draft-changed")
		_, err = p.Rollback(audit.By(t.Context(), audit.Actor{Kind: audit.Command}), p.programme.ID, 1, 1, "admin", "")
		p.ok(err)
		if s, why := p.state(r); s != programme.Withdrawn || why != "programme.plan-moved" {
			t.Errorf("overtaken: %s %s", s, why)
		}
		_, err = p.Ask(p.anna, programme.Request{Programme: r.Programme, Edition: 1, Version: 1})
		p.refused(err, "programme.version")
		_, err = p.Ask(p.anna, programme.Request{Programme: r.Programme, Edition: 9, Version: 2})
		p.refused(err, "programme.draft-changed")
	})
}

// TestAskedForATime: approved before its time, a draft comes into force at it;
// a plan of before that nobody has approved does not.
func TestAskedForATime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPair(t, d)
		alone := p.drafted("two")
		_, err := p.planner.make(t.Context(), func() programme.Plan { x := p.planner.planOf(alone, time.Hour); x.Version = 1; return x }())
		p.ok(err)
		p.planner.now.Add(2 * time.Hour)
		p.ok(p.CarryOut(t.Context()))
		if got, err := p.Of(t.Context(), p.programme.ID); err != nil || got.Reason != "programme.second-person" || p.version() != 1 {
			t.Errorf("alone: %+v %v", got, err)
		}
		dr := p.drafted("two")
		due := p.planner.now.Now().Add(3 * time.Hour)
		late := p.ask(dr, due)
		p.planner.now.Add(4 * time.Hour)
		_, err = p.Approve(p.boris, late.ID)
		p.refused(err, "approval.run-out")
		if _, err := p.Ask(p.anna, programme.Request{Programme: dr.Programme, Edition: dr.Edition, Version: 1, Due: due}); fault.From(err).Fields[0].Code != "programme.plan-past" {
			t.Error(err)
		}
		r := p.ask(dr, p.planner.now.Now().Add(3*time.Hour))
		got, err := p.Approve(p.boris, r.ID)
		if err != nil || got.State != programme.Approved || p.version() != 1 {
			t.Errorf("%+v, version %d: %v", got, p.version(), err)
		}
		p.planner.now.Add(4 * time.Hour)
		p.ok(p.CarryOut(t.Context()))
		if p.version() != 2 {
			t.Error("it did not come into force")
		}
	})
}

// TestAskedToGoBack: a version that was in force comes back when another
// approves it; the draft that there is stays.
func TestAskedToGoBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := newPair(t, d)
		_, err := p.Approve(p.boris, p.ask(p.drafted("two"), 0).ID)
		p.ok(err)
		p.drafted("two")
		_, err = p.Ask(p.anna, programme.Request{Programme: p.programme.ID, Version: 2, Back: 9})
		p.refused(err, "programme.version-not-found")
		r, err := p.Ask(p.anna, programme.Request{Programme: p.programme.ID, Name: "two", Version: 2, Back: 1, Note: "было лучше"})
		p.ok(err)
		p.drafted("three") // a draft that is changed is no matter of it
		_, err = p.Approve(p.boris, r.ID)
		p.ok(err)
		if _, err := p.Draft(t.Context(), p.programme.ID); err != nil || p.version() != 3 {
			t.Errorf("version %d is in force: %v", p.version(), err)
		}
	})
}
