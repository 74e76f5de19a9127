package whatif_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/whatif"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// asking is a shop where something has happened, and what may be asked of it.
type asking struct {
	*shop
	*whatif.Questions
	question whatif.Question
}

func ask(t *testing.T, d *db.DB) *asking {
	s := open(t, d, full())
	s.wander(5, 60)
	draft := variants()[1]
	draft.ID = s.Programme.ID
	return &asking{
		shop:      s,
		Questions: &whatif.Questions{Options: whatif.Options{DB: d, Programmes: s.Programmes, Directory: s.Directory, Catalog: s.Catalog, Workers: 1}, IDs: s.IDs, Clock: s.Clock},
		question:  whatif.Question{Programme: s.Programme.ID, Draft: draft, Edition: 3, From: "2026-03-02", To: s.day(s.Clock.Now()), AskedBy: "Ольга"},
	}
}

func (a *asking) ask() whatif.Question {
	a.t.Helper()
	q, err := a.Ask(a.t.Context(), a.question)
	if err != nil {
		a.t.Fatal(err)
	}
	return q
}

func (a *asking) answerAll() {
	a.t.Helper()
	if err := a.AnswerAll(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
}

func (a *asking) state(i id.ID) whatif.State {
	a.t.Helper()
	q, err := a.Get(a.t.Context(), i)
	if err != nil {
		a.t.Fatal(err)
	}
	return q.State
}

// TestQuestionIsAnswered: the answer that is kept is what a run comes to, by
// months; of one outlet it is that outlet's part.
func TestQuestionIsAnswered(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := ask(t, d)
		want := a.run(a.question.Draft, a.question.From, a.question.To)
		all := a.ask()
		a.question.Outlets = []id.ID{a.Outlet.ID}
		here := a.ask()
		a.question.Outlets = []id.ID{a.Outlet.ID + 1}
		nowhere := a.ask()
		a.answerAll()
		read := func(i id.ID) *whatif.Answer {
			t.Helper()
			q, err := a.Get(t.Context(), i)
			if err != nil || q.State != whatif.Done || q.Answer == nil || q.Done != q.Whole || q.EndedAt == 0 {
				t.Fatalf("%+v %v", q, err)
			}
			return q.Answer
		}
		got := read(all.ID)
		var sum whatif.Sums
		for _, m := range got.Months {
			if m.Day != "2026-03" && m.Day != "2026-04" {
				t.Errorf("a month of %s", m.Day)
			}
			sum.Earned += m.Now.Earned
			sum.Expired += m.Now.Expired
		}
		if sum.Earned != want.Now.Earned || sum.Expired != want.Now.Expired {
			t.Errorf("by months %+v, want %+v", sum, want.Now)
		}
		if diff := cmp.Diff(want.Then, got.Then); diff != "" || !cmp.Equal(want.Now, got.Now) || !cmp.Equal(want.Winners, got.Winners) || got.Members != want.Members {
			t.Errorf("%s\n%+v\n%+v", diff, want.Now, got.Now)
		}
		var of whatif.Sums
		for _, l := range got.Levels {
			of.Receipts += l.Now.Receipts
			of.Money += l.Now.Money
			of.Refunds += l.Now.Refunds
		}
		if len(got.Levels) < 2 || of.Receipts != want.Now.Receipts || of.Money > want.Now.Money+1 && of.Refunds == want.Now.Refunds {
			t.Errorf("by levels %+v, want %+v", of, want.Now)
		}

		// One outlet has all the receipts here, and none of what no outlet does.
		part := read(here.ID)
		if part.Now.Receipts != want.Now.Receipts || part.Now.Earned != want.Now.Earned || part.Now.Gifts != 0 || part.Now.Expired != 0 || len(part.Moves) != 0 || want.Now.Gifts == 0 {
			t.Errorf("%+v, want of %+v", part.Now, want.Now)
		}
		if none := read(nowhere.ID); none.Now != (whatif.Sums{}) || none.Members != (whatif.Members{}) {
			t.Errorf("%+v", none)
		}
	})
}

// TestQuestionIsStopped: one that waits or is being answered is left off at
// once; what is answered stays.
func TestQuestionIsStopped(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := ask(t, d)
		waits := a.ask()
		if err := a.Stop(t.Context(), waits.ID); err != nil {
			t.Fatal(err)
		}
		runs := a.ask()
		left := make(chan struct{})
		whatif.Hasten(a.Questions, func() { close(left) })
		a.Progress = func(int64, int64) {
			if err := a.Stop(t.Context(), runs.ID); err == nil {
				<-left
			}
		}
		a.answerAll()
		a.Progress = nil
		if a.state(waits.ID) != whatif.Stopped || a.state(runs.ID) != whatif.Stopped {
			t.Errorf("%s %s", a.state(waits.ID), a.state(runs.ID))
		}
		done := a.ask()
		a.answerAll()
		if err := a.Stop(t.Context(), done.ID); purchasetest.Code(err) != "whatif.ended" || a.state(done.ID) != whatif.Done {
			t.Errorf("%v %s", err, a.state(done.ID))
		}
	})
}

// TestQuestionOutlivesItsAnswerer: what a process was answering when it was
// stopped or killed is answered by the next one, and not by two at once.
func TestQuestionOutlivesItsAnswerer(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := ask(t, d)
		q := a.ask()
		ctx, stop := context.WithCancel(t.Context())
		a.Progress = func(int64, int64) { stop() }
		if err := a.AnswerAll(ctx); !errors.Is(err, context.Canceled) || a.state(q.ID) != whatif.Waiting {
			t.Fatalf("%v %s", err, a.state(q.ID))
		}
		a.Progress = nil
		// Another was killed while he was at it: while he may be alive nobody takes it.
		if _, err := d.Exec(t.Context(), `update whatif set state = 'running', beat_at = $1`, a.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		other := a.ask()
		if a.answerAll(); a.state(q.ID) != whatif.Running || a.state(other.ID) != whatif.Waiting {
			t.Errorf("%s %s", a.state(q.ID), a.state(other.ID))
		}
		a.shop.Clock.Add(61e9)
		if a.answerAll(); a.state(q.ID) != whatif.Done || a.state(other.ID) != whatif.Done {
			t.Errorf("%s %s", a.state(q.ID), a.state(other.ID))
		}

		// Whoever is killed by it each time is not given it for ever.
		q = a.ask()
		if _, err := d.Exec(t.Context(), `update whatif set tries = 2 where whatif_id = $1`, q.ID); err != nil {
			t.Fatal(err)
		}
		ctx, stop = context.WithCancel(t.Context())
		a.Progress = func(int64, int64) { stop() }
		if err := a.AnswerAll(ctx); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if a.state(q.ID) != whatif.Failed {
			t.Errorf("%s", a.state(q.ID))
		}
	})
}

// TestQuestionsHaveLimits: so many wait at once and so many are kept; what is
// wrong is told when it is asked.
func TestQuestionsHaveLimits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := ask(t, d)
		oldest := a.ask()
		for range whatif.MaxOpen - 1 {
			a.ask()
		}
		if _, err := a.Ask(t.Context(), a.question); purchasetest.Code(err) != "whatif.busy" {
			t.Errorf("got %v", err)
		}
		wrong := a.question
		wrong.To = "2027-01-01"
		if _, err := a.Ask(t.Context(), wrong); purchasetest.Code(err) != "whatif.future" {
			t.Errorf("got %v", err)
		}
		wrong.Outlets = make([]id.ID, whatif.MaxPlaces+1)
		if _, err := a.Ask(t.Context(), wrong); purchasetest.Code(err) != "whatif.outlets" {
			t.Errorf("got %v", err)
		}
		for range whatif.MaxKept {
			list, err := a.Of(t.Context(), a.Programme.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range list {
				if q.Open() {
					if err := a.Stop(t.Context(), q.ID); err != nil {
						t.Fatal(err)
					}
				}
			}
			a.ask()
		}
		if _, err := a.Get(t.Context(), oldest.ID); purchasetest.Code(err) != "whatif.not-found" {
			t.Errorf("the oldest is there: %v", err)
		}
		if list, err := a.Of(t.Context(), a.Programme.ID); err != nil || len(list) != whatif.MaxKept {
			t.Errorf("%d, %v", len(list), err)
		}
	})
}
