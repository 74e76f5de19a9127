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

// planner is a process that carries plans out.
type planner struct {
	*programme.Plans
	t         *testing.T
	now       *clock.Fixed
	elsewhere string // a programme of other outlets
	blocked   bool
}

func newPlanner(t *testing.T, d *db.DB, now *clock.Fixed, node int) *planner {
	t.Helper()
	pl := &planner{t: t, now: now}
	pl.Plans = &programme.Plans{
		Programmes: &programme.Programmes{DB: d, IDs: id.NewMaker(node), Clock: now},
		May: func(_ context.Context, _ id.ID, p *rule.Programme) (bool, error) {
			return !pl.blocked && p.Name != pl.elsewhere, nil
		},
		Read: func(_ context.Context, text string) (rule.Programme, error) {
			if text == "broken" {
				return rule.Programme{}, fault.New(fault.Invalid, "programme.invalid")
			}
			settings := rule.DefaultSettings()
			settings.PublishTwo = strings.HasPrefix(text, "two")
			return rule.Programme{Code: text, Name: text, On: true, Zone: "Europe/Moscow", Settings: settings, Earning: rule.Earning{Expiry: rule.Expiry{Mode: rule.Never}}}, nil
		},
	}
	if err := pl.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return pl
}

// planned is a new draft, planned for an hour ahead.
func (pl *planner) planned(text string) programme.Drafted {
	pl.t.Helper()
	d, err := pl.SaveDraft(pl.t.Context(), programme.Drafted{Name: text, Text: text, By: "Анна"})
	if err == nil {
		_, err = pl.make(pl.t.Context(), pl.planOf(d, time.Hour))
	}
	if err != nil {
		pl.t.Fatal(err)
	}
	return d
}

// make plans a draft in the place of the plan that is there.
func (pl *planner) make(ctx context.Context, p programme.Plan) (programme.Plan, error) {
	pl.t.Helper()
	was, err := pl.Of(ctx, p.Programme)
	if err != nil {
		pl.t.Fatal(err)
	}
	return pl.Make(ctx, p, was.ID)
}

func (pl *planner) planOf(d programme.Drafted, ahead time.Duration) programme.Plan {
	at := clock.Of(pl.now.Now().Time().Add(ahead))
	return programme.Plan{Programme: d.Programme, Edition: d.Edition, At: at, Note: "с осени", By: "Анна (staff 7)", Staff: 7, StaffName: "Анна"}
}

// ended carries out what is due and gives why a programme's plan was not.
func (pl *planner) ended(d programme.Drafted) string {
	pl.t.Helper()
	if err := pl.CarryOut(pl.t.Context()); err != nil {
		pl.t.Fatal(err)
	}
	p, err := pl.Of(pl.t.Context(), d.Programme)
	if err != nil || pl.Current().Get(d.Programme) != nil {
		pl.t.Fatalf("it came into force: %+v %v", p, err)
	}
	if p.ID != 0 && p.Waits() {
		pl.t.Fatalf("it still waits: %+v", p)
	}
	return p.Reason
}

// TestPlans: a draft comes into force at its time and not before, once however
// many processes there are, also where none ran at that time.
func TestPlans(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		now := clock.NewFixed(time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC))
		one, two := newPlanner(t, d, now, 1), newPlanner(t, d, now, 2)
		dr := one.planned("kino")
		now.Add(59 * time.Minute)
		if err := one.CarryOut(ctx); err != nil || one.Current().Get(dr.Programme) != nil {
			t.Fatalf("before its time: %v", err)
		}
		now.Add(3 * time.Hour)
		var both sync.WaitGroup
		for _, pl := range []*planner{one, two} {
			both.Go(func() {
				if err := pl.CarryOut(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		made, err := one.History(ctx, dr.Programme, 0, 10)
		if err != nil || len(made) != 1 || made[0].By != "Анна (staff 7)" || made[0].Note != "с осени" || made[0].At != now.Now() {
			t.Errorf("%+v %v", made, err)
		}
		if p, err := one.Of(ctx, dr.Programme); err != nil || p.ID != 0 {
			t.Errorf("the plan is still there: %+v %v", p, err)
		}
		if _, err := one.Draft(ctx, dr.Programme); !fault.Is(err, "programme.no-draft") {
			t.Errorf("the draft is still there: %v", err)
		}
		var actions, by int
		if err := d.Row(ctx, `select count(*), sum(case when actor_kind = 'staff' and actor_id = 7 then 1 else 0 end) from audit where action = 'programme.published'`).Scan(&actions, &by); err != nil || actions != 1 || by != 1 {
			t.Errorf("published %d times, by her %d: %v", actions, by, err)
		}
	})
}

// TestPlanEnds: what was changed, thrown away, overtaken, called off, broken or
// planned by who may not any more does not come into force, and it is told.
func TestPlanEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := audit.By(t.Context(), audit.Actor{Kind: audit.Staff, ID: 7, Name: "Анна"})
		now := clock.NewFixed(time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC))
		pl := newPlanner(t, d, now, 1)
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		changed, dropped, broken, called := pl.planned("changed"), pl.planned("dropped"), pl.planned("broken"), pl.planned("called")
		_, err := pl.SaveDraft(ctx, changed)
		ok(err)
		ok(pl.DropDraft(ctx, dropped))
		plan, err := pl.Of(ctx, called.Programme)
		ok(err)
		if err := pl.Cancel(ctx, called.Programme, plan.ID+1); !fault.Is(err, "programme.plan-gone") {
			t.Errorf("another plan was called off: %v", err)
		}
		ok(pl.Cancel(ctx, called.Programme, plan.ID))
		if _, err := pl.make(ctx, pl.planOf(changed, time.Hour)); !fault.Is(err, "programme.draft-changed") {
			t.Errorf("an older edition was planned: %v", err)
		}
		for code, ahead := range map[string]time.Duration{"programme.plan-past": 0, "programme.plan-far": 367 * 24 * time.Hour} {
			if _, err := pl.make(ctx, pl.planOf(called, ahead)); err == nil || fault.From(err).Fields[0].Code != code {
				t.Errorf("%s: %v", code, err)
			}
		}
		now.Add(2 * time.Hour)
		for _, c := range []struct {
			of   programme.Drafted
			want string
		}{{changed, "programme.plan-changed"}, {dropped, "programme.plan-dropped"}, {broken, "programme.plan-unfit"}, {called, ""}} {
			if got := pl.ended(c.of); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		}
		right := pl.planned("right")
		now.Add(2 * time.Hour)
		pl.blocked = true
		if got := pl.ended(right); got != "programme.plan-no-right" {
			t.Error(got)
		}
		pl.blocked = false
		moved := pl.planned("moved")
		now.Add(2 * time.Hour)
		pl.elsewhere = "moved" // who planned it works elsewhere by now
		if got := pl.ended(moved); got != "programme.plan-no-right" {
			t.Error(got)
		}
		var told int
		ok(d.Row(ctx, `select count(*) from audit where action = 'programme.plan-ended'`).Scan(&told))
		if told != 5 {
			t.Errorf("told of %d", told)
		}
	})
}

// TestPlanOvertaken: a version that is made meanwhile is not overwritten.
func TestPlanOvertaken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		now := clock.NewFixed(time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC))
		pl := newPlanner(t, d, now, 1)
		dr := pl.planned("kino")
		now.Add(2 * time.Hour)
		if err := pl.CarryOut(ctx); err != nil {
			t.Fatal(err)
		}
		next, err := pl.SaveDraft(ctx, programme.Drafted{Programme: dr.Programme, Version: 1, Name: "kino", Text: "kino"})
		if err != nil {
			t.Fatal(err)
		}
		plan := pl.planOf(next, time.Hour)
		if _, err := pl.make(ctx, plan); !fault.Is(err, "programme.version") {
			t.Errorf("planned over a version nobody looked at: %v", err)
		}
		plan.Version = 1
		if _, err := pl.make(ctx, plan); err != nil {
			t.Fatal(err)
		}
		if _, err := pl.Rollback(ctx, dr.Programme, 1, 1, "Борис", ""); err != nil {
			t.Fatal(err)
		}
		now.Add(2 * time.Hour)
		if err := pl.CarryOut(ctx); err != nil {
			t.Fatal(err)
		}
		got, err := pl.Of(ctx, dr.Programme)
		if err != nil || got.Reason != "programme.plan-moved" || pl.Current().Get(dr.Programme).Version != 2 {
			t.Errorf("%+v %v", got, err)
		}
	})
}

// TestPlanOfAnother: a plan takes the place of the one that was seen, and of no
// other; one that was not carried out is in nobody's way.
func TestPlanOfAnother(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, now := t.Context(), clock.NewFixed(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
		pl := newPlanner(t, d, now, 1)
		dr := pl.planned("kino")
		first, err := pl.Of(ctx, dr.Programme)
		if err != nil {
			t.Fatal(err)
		}
		for _, seen := range []id.ID{0, first.ID + 1} {
			if _, err := pl.Make(ctx, pl.planOf(dr, 2*time.Hour), seen); !fault.Is(err, "programme.plan-set") {
				t.Errorf("over a plan that was not seen: %v", err)
			}
		}
		if is, err := pl.Of(ctx, dr.Programme); err != nil || is != first {
			t.Errorf("%+v %v, want %+v", is, err, first)
		}
		if _, err := pl.Make(ctx, pl.planOf(dr, 2*time.Hour), first.ID); err != nil {
			t.Error(err)
		}
		pl.blocked = true
		now.Add(3 * time.Hour)
		if why := pl.ended(dr); why == "" {
			t.Error("it was carried out")
		}
		if _, err := pl.Make(ctx, pl.planOf(dr, time.Hour), 0); err != nil {
			t.Errorf("in the place of one that failed: %v", err)
		}
	})
}
