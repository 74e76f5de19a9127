package bulk_test

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/bulk"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		os.Exit(child(url))
	}
	dbtest.Main(m)
}

var anna = bulk.Asker{ID: 77, Name: "Анна"}

// crowd is a shop with members to whom things are done.
type crowd struct {
	*purchasetest.Shop
	t       *testing.T
	actions *bulk.Actions
	homes   []home.ID
	barred  bool // Anna may do nothing any more
}

func withLevels() rule.Programme {
	p := purchasetest.Programme()
	p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Total: 900_00}}
	return p
}

func gather(t *testing.T, d *db.DB, size int) *crowd {
	t.Helper()
	c := &crowd{Shop: purchasetest.Open(t, d, withLevels()), t: t}
	c.actions = c.process(c.Desk)
	for range size {
		c.homes = append(c.homes, c.Person(t).Home)
	}
	return c
}

// process is what does actions in one process.
func (c *crowd) process(desk *purchase.Desk) *bulk.Actions {
	return &bulk.Actions{
		DB: c.DB, IDs: c.IDs, Clock: c.Clock, Log: slog.New(slog.DiscardHandler), Lists: &segment.Lists{DB: c.DB, IDs: c.IDs, Clock: c.Clock, Key: purchasetest.Secret},
		Members: c.People(), Programmes: c.Programmes, Desk: desk, Rules: member.DefaultRules,
		May: func(context.Context, id.ID, staff.Permission) (bool, error) { return !c.barred, nil },
	}
}

func (c *crowd) ok(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// ask asks for a deed to everybody and begins it.
func (c *crowd) begin(d bulk.Deed) id.ID {
	c.t.Helper()
	a, err := c.actions.Ask(c.t.Context(), anna, d, segment.Filter{})
	c.ok(err)
	c.ok(c.actions.Begin(audit.By(c.t.Context(), audit.Actor{Kind: audit.Staff, ID: anna.ID, Name: anna.Name}), anna, a.ID))
	return a.ID
}

// finish works until nothing is left to do: an action has its turn and no more at
// a time, which on a slow machine does not do for all.
func (c *crowd) finish() {
	c.t.Helper()
	for left := 1; left > 0; {
		c.ok(c.actions.Work(c.t.Context()))
		c.ok(c.DB.Row(c.t.Context(), `select count(*) from bulk_action where state in ('running', 'stopping')`).Scan(&left))
	}
}

// done does a deed to everybody and tells what came of it.
func (c *crowd) done(d bulk.Deed) (changed int64, left map[string]int64) {
	c.t.Helper()
	action := c.begin(d)
	c.finish()
	a, err := c.actions.Get(c.t.Context(), action)
	c.ok(err)
	if a.State != bulk.Done || a.Place != a.Total {
		c.t.Fatalf("it is %+v", a)
	}
	left = map[string]int64{}
	reasons, err := c.actions.Reasons(c.t.Context(), action)
	c.ok(err)
	for _, r := range reasons {
		left[r.Code] = r.Count
	}
	return a.Changed, left
}

func (c *crowd) member(h home.ID) member.Member {
	c.t.Helper()
	m, err := member.Get(c.t.Context(), c.DB, h)
	c.ok(err)
	return m
}

func (c *crowd) proved() {
	c.t.Helper()
	r, err := verify.Run(c.t.Context(), c.DB, verify.Options{})
	c.ok(err)
	for _, b := range r.Breaks {
		c.t.Errorf("%s: %s %s: found %s, wanted %s, %d rows", b.Invariant, b.Table, b.Key, b.Found, b.Wanted, b.Rows)
	}
}

// expect compares what came of a deed.
func (c *crowd) expect(d bulk.Deed, changed int64, left map[string]int64) {
	c.t.Helper()
	got, why := c.done(d)
	if left == nil {
		left = map[string]int64{}
	}
	if diff := cmp.Diff(left, why); diff != "" || got != changed {
		c.t.Errorf("%s: done to %d, wanted %d; left out %s", d.Kind, got, changed, diff)
	}
}

// TestDeeds: each deed is done to everybody whom it can be done to; who is left
// out is named with the reason; all of it is in the members' trail, by whom it
// was asked for.
func TestDeeds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := gather(t, d, 120)
		g, err := c.People().SaveGroup(t.Context(), member.Group{Name: "Летние", Active: true})
		c.ok(err)
		one := c.homes[3]
		tags := []string{"Лето", "театр"}
		_, err = c.People().Update(t.Context(), member.DefaultRules(), one, 0, member.Patch{Tags: &tags}, purchasetest.By)
		c.ok(err)
		_, err = c.People().Block(t.Context(), c.homes[4], 0, "Старое", purchasetest.By)
		c.ok(err)
		_, err = c.People().Close(t.Context(), c.homes[5], 0, "", purchasetest.By, nil)
		c.ok(err)

		gone := map[string]int64{"member.gone": 1}
		c.expect(bulk.Deed{Kind: bulk.TagGiven, Tag: " лето "}, 118, map[string]int64{"bulk.already": 1, "member.gone": 1})
		if m := c.member(one); !slices.Equal(m.Tags, tags) {
			t.Errorf("his tags are %v", m.Tags)
		}
		c.expect(bulk.Deed{Kind: bulk.TagTaken, Tag: "ЛЕТО"}, 119, gone)
		if m := c.member(one); !slices.Equal(m.Tags, []string{"театр"}) {
			t.Errorf("his tags are %v", m.Tags)
		}
		c.expect(bulk.Deed{Kind: bulk.IntoGroup, Group: g.ID}, 119, gone)
		c.expect(bulk.Deed{Kind: bulk.IntoGroup, Group: g.ID}, 0, map[string]int64{"bulk.already": 119, "member.gone": 1})
		c.expect(bulk.Deed{Kind: bulk.OutOfGroup, Group: g.ID}, 119, gone)
		c.expect(bulk.Deed{Kind: bulk.Blocked, Reason: "Проверка"}, 118, map[string]int64{"bulk.already": 1, "member.gone": 1})
		if m := c.member(c.homes[4]); m.BlockReason != "Старое" {
			t.Errorf("the reason of another's block became %q", m.BlockReason)
		}
		c.expect(bulk.Deed{Kind: bulk.Level, Programme: c.Programme.ID, Level: "gold", Reason: "Юбилей"}, 0, map[string]int64{"buyer.not-served": 120})
		c.expect(bulk.Deed{Kind: bulk.Unblocked}, 119, gone)
		c.expect(bulk.Deed{Kind: bulk.Level, Programme: c.Programme.ID, Level: "gold", Reason: "Юбилей"}, 119, map[string]int64{"buyer.not-served": 1})
		c.expect(bulk.Deed{Kind: bulk.Points, Programme: c.Programme.ID, Points: 500, Reason: "Юбилей"}, 119, map[string]int64{"buyer.not-served": 1})
		c.expect(bulk.Deed{Kind: bulk.Points, Programme: c.Programme.ID, Points: -500, Reason: "Ошибка"}, 119, map[string]int64{"points.not-enough": 1})

		changes, err := member.Changes(t.Context(), d, one, member.FieldTags, 0, 10)
		c.ok(err)
		if len(changes) != 2 || changes[0].By != anna.ID || changes[0].Actor != member.ByStaff {
			t.Errorf("his trail has %+v", changes)
		}
		begun, err := audit.Read(t.Context(), d, audit.Filter{Action: "bulk.begun"}, 0, 100)
		c.ok(err)
		ended, err := audit.Read(t.Context(), d, audit.Filter{Action: "bulk.ended"}, 0, 100)
		c.ok(err)
		if len(begun) != 11 || len(ended) != 11 || begun[0].Actor.Name != anna.Name || strings.Contains(begun[0].After, "Ошибка") || !strings.Contains(ended[0].After, `"changed":119`) {
			t.Errorf("noted %d and %d: %+v, %+v", len(begun), len(ended), begun[0], ended[0])
		}
		c.proved()
	})
}

// TestFrozen: whom it is done to is who matched when it was asked for: not who
// came afterwards, and of two who became one meanwhile the one who is left.
func TestFrozen(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := gather(t, d, 3)
		a, err := c.actions.Ask(t.Context(), anna, bulk.Deed{Kind: bulk.Points, Programme: c.Programme.ID, Points: 700, Reason: "Подарок"}, segment.Filter{})
		c.ok(err)
		if a.Total != 3 || a.Sum() != 2100 || a.State != bulk.Asked {
			t.Fatalf("asked for %+v", a)
		}
		late := c.Person(t)
		merges := &merge.Merges{DB: d, IDs: c.IDs, Clock: c.Clock, Members: c.People(), Desk: c.Desk}
		r := merge.Request{From: c.homes[0], Into: c.homes[1], Reason: "Один человек", By: purchasetest.By}
		look, err := merges.Preview(t.Context(), r)
		c.ok(err)
		r.Digest = look.Digest
		_, err = merges.Merge(t.Context(), r)
		c.ok(err)
		c.ok(c.actions.Begin(t.Context(), anna, a.ID))
		c.finish()
		left, err := c.actions.Left(t.Context(), a.ID, 0, 10)
		c.ok(err)
		if len(left) != 1 || left[0].Home != c.homes[0] || left[0].Code != "buyer.not-served" {
			t.Errorf("left out %+v", left)
		}
		for i, want := range map[home.ID]int64{c.homes[1]: 700, c.homes[2]: 700, late.Home: 0} {
			if got := c.Balance(t, purchase.Buyer{Home: i}).Active; int64(got) != want {
				t.Errorf("%d has %d, wanted %d", i, got, want)
			}
		}
		c.proved()
	})
}

// TestAskIsRefused: what can't be done is told before anybody is asked about;
// only who asked begins, and once; nobody fills the base with what he does not
// begin.
func TestAskIsRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := gather(t, d, 1)
		ask := func(d bulk.Deed, f segment.Filter) error {
			_, err := c.actions.Ask(t.Context(), anna, d, f)
			return err
		}
		tag := bulk.Deed{Kind: bulk.TagGiven, Tag: "x"}
		nobody := segment.Filter{Search: "Никого"}
		for _, x := range []struct {
			deed bulk.Deed
			f    segment.Filter
			code string
		}{
			{bulk.Deed{Kind: "erased"}, segment.Filter{}, "bulk.kind"},
			{bulk.Deed{Kind: bulk.TagGiven, Tag: " "}, segment.Filter{}, "bulk.tag"},
			{bulk.Deed{Kind: bulk.TagGiven, Tag: "a,b"}, segment.Filter{}, "bulk.tag"},
			{bulk.Deed{Kind: bulk.IntoGroup, Group: 5}, segment.Filter{}, "member.bad-group"},
			{bulk.Deed{Kind: bulk.Blocked}, segment.Filter{}, "bulk.reason"},
			{bulk.Deed{Kind: bulk.Points, Programme: c.Programme.ID, Points: 1}, segment.Filter{}, "adjust.reason"},
			{bulk.Deed{Kind: bulk.Points, Programme: 1, Points: 1, Reason: "x"}, segment.Filter{}, "programme.not-found"},
			{bulk.Deed{Kind: bulk.Level, Programme: c.Programme.ID, Level: "none", Reason: "x"}, segment.Filter{}, "level.not-found"},
			{tag, nobody, "bulk.nobody"},
			{tag, segment.Filter{Conditions: []segment.Condition{{Field: "shoe", Op: segment.OpYes}}}, "segment.bad-filter"},
		} {
			if got := fault.From(ask(x.deed, x.f)).Code; got != x.code {
				t.Errorf("%+v: %s, wanted %s", x.deed, got, x.code)
			}
		}
		a, err := c.actions.Ask(t.Context(), anna, tag, segment.Filter{})
		c.ok(err)
		if err := c.actions.Begin(t.Context(), bulk.Asker{ID: 78}, a.ID); !fault.Is(err, "bulk.not-yours") {
			t.Error(err)
		}
		c.ok(c.actions.Begin(t.Context(), anna, a.ID))
		if err := c.actions.Begin(t.Context(), anna, a.ID); !fault.Is(err, "bulk.begun") {
			t.Error(err)
		}
		for range bulk.MaxOpen - 1 {
			c.ok(ask(tag, segment.Filter{}))
		}
		if err := ask(tag, segment.Filter{}); !fault.Is(err, "bulk.open-most") {
			t.Error(err)
		}
		// What was not begun within a day is forgotten, and makes room.
		c.Clock.Add(25 * time.Hour)
		c.ok(c.actions.Prune(t.Context()))
		c.ok(ask(tag, segment.Filter{}))
		if list, err := c.actions.List(t.Context(), anna.ID, 0, 100); err != nil || len(list) != 2 {
			t.Errorf("%d are kept (%v)", len(list), err)
		}
	})
}

// TestStop: an action that is stopped, or whose asker is let in no more, does
// nothing to anybody else, and tells how far it came.
func TestStop(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := gather(t, d, 60)
		give := bulk.Deed{Kind: bulk.Points, Programme: c.Programme.ID, Points: 100, Reason: "Подарок"}
		first, second := c.begin(give), c.begin(give)
		c.ok(c.actions.Stop(t.Context(), first))
		c.finish()
		c.barred = true
		third := c.begin(give)
		c.finish()
		for i, want := range map[id.ID]bulk.State{first: bulk.Stopped, second: bulk.Done, third: bulk.Stopped} {
			a, err := c.actions.Get(t.Context(), i)
			if err != nil || a.State != want || want == bulk.Stopped && a.Place != 0 {
				t.Errorf("%+v, wanted %s (%v)", a, want, err)
			}
		}
		a, err := c.actions.Ask(t.Context(), anna, give, segment.Filter{})
		c.ok(err)
		c.ok(c.actions.Stop(t.Context(), a.ID))
		if a, err := c.actions.Get(t.Context(), a.ID); err != nil || a.State != bulk.Dropped {
			t.Errorf("it is %+v (%v)", a, err)
		}
		for _, h := range c.homes {
			if got := c.Balance(t, purchase.Buyer{Home: h}).Active; got != 100 {
				t.Fatalf("%d has %d", h, got)
			}
		}
	})
}

// TestNothingTypedIsKept: what somebody was searched for by is forgotten with the
// end of the action, and with its being dropped; what says nothing of a person
// is kept.
func TestNothingTypedIsKept(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		c := gather(t, d, 0)
		rules := member.DefaultRules()
		_, err := c.People().Register(t.Context(), rules, member.Registration{
			Profile:     member.Profile{Surname: "Тайная", Custom: map[string]string{}},
			Identifiers: []member.NewIdentifier{{Kind: member.Phone, Value: "89160001234", Main: true}},
		}, purchasetest.By)
		c.ok(err)
		f := segment.Filter{Search: "89160001234", Conditions: []segment.Condition{
			{Field: "name", Op: segment.OpStarts, Values: []string{"Тайн"}}, {Field: "state", Op: segment.OpIn, Values: []string{"active", "new"}},
		}}
		done, err := c.actions.Ask(t.Context(), anna, bulk.Deed{Kind: bulk.TagGiven, Tag: "x"}, f)
		c.ok(err)
		dropped, err := c.actions.Ask(t.Context(), anna, bulk.Deed{Kind: bulk.TagGiven, Tag: "x"}, f)
		c.ok(err)
		c.ok(c.actions.Begin(t.Context(), anna, done.ID))
		c.finish()
		c.ok(c.actions.Stop(t.Context(), dropped.ID))
		want := segment.Filter{Search: "…", Conditions: []segment.Condition{
			{Field: "name", Op: segment.OpStarts, Values: []string{"…"}}, {Field: "state", Op: segment.OpIn, Values: []string{"active", "new"}},
		}}
		for _, i := range []id.ID{done.ID, dropped.ID} {
			a, err := c.actions.Get(t.Context(), i)
			c.ok(err)
			if diff := cmp.Diff(want, a.Filter); diff != "" || !a.State.Ended() {
				t.Errorf("%s: %s", a.State, diff)
			}
		}
	})
}
