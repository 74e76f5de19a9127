package whatif

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/jobs"
)

// State is how far a question is.
type State string

// The states. Those that are not Waiting or Running are for good.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Stopped State = "stopped" // somebody has stopped it
	Failed  State = "failed"
)

// Question is a run that somebody has asked for, and its answer when there is
// one. It is answered in the background, by one process, and kept.
type Question struct {
	ID        id.ID
	Programme id.ID
	Draft     rule.Programme // as it was when it was asked
	Edition   int64          // of the stored draft
	From, To  string         // first and last day, YYYY-MM-DD
	Outlets   []id.ID
	AskedAt   clock.Micros
	AskedBy   string

	State       State
	Done, Whole int64 // homes
	EndedAt     clock.Micros
	Fault       string  // why it failed, a key of texts; "": for no reason that its reader could mend
	Answer      *Answer // nil: there is none, or it was not asked for
}

// Open tells whether the question is still to be answered.
func (q *Question) Open() bool { return q.State == Waiting || q.State == Running }

// Answer is a report by months.
type Answer struct {
	Report       // without its days
	Months []Day `json:"months"` // each named YYYY-MM
}

// Limits of questions.
const (
	MaxOpen   = 5   // of all programmes
	MaxKept   = 50  // of one programme: the oldest goes where one more is asked
	MaxPlaces = 200 // outlets of one question
)

// Jobs is what tells a process that something waits.
type Jobs interface {
	Enqueue(ctx context.Context, tx *db.Tx, args jobs.Args, o jobs.Options) error
}

// Questions are those of a base.
type Questions struct {
	Options // DB, Programmes, Directory, Catalog, Workers, Progress; the rest is each question's own
	IDs     *id.Maker
	Clock   clock.Clock
	Jobs    Jobs // nil: nobody is told that something waits

	every time.Duration // of beats; 0: as usual
	left  func()        // for tests: an answer was left off
}

// Ask stores a question, to be answered in the background. What can be told to
// be wrong with it is told at once.
func (qs *Questions) Ask(ctx context.Context, q Question) (Question, error) {
	if len(q.Outlets) > MaxPlaces {
		return q, fault.New(fault.TooLarge, "whatif.outlets", "most", MaxPlaces)
	}
	q.ID, q.State, q.AskedAt = qs.IDs.New(), Waiting, qs.Clock.Now()
	o := qs.options(&q)
	if _, err := newPlan(ctx, &o); err != nil {
		return q, err
	}
	doc, err := json.Marshal(&q.Draft)
	if err != nil {
		return q, err
	}
	err = qs.DB.Write(ctx, func(tx *db.Tx) error {
		var open int64
		if err := tx.Row(ctx, qOpenQuestions).Scan(&open); err != nil {
			return err
		}
		if open >= MaxOpen {
			return fault.New(fault.Refused, "whatif.busy", "most", MaxOpen)
		}
		if _, err := tx.Exec(ctx, qAddQuestion, q.ID, q.Programme, string(doc), q.Edition, q.From, q.To, placesText(q.Outlets), q.AskedAt, q.AskedBy); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qDropOldest, q.Programme, MaxKept); err != nil || qs.Jobs == nil {
			return err
		}
		return qs.Jobs.Enqueue(ctx, tx, Answering{}, jobs.Options{Queue: jobs.Bulk, Attempts: 1})
	})
	return q, err
}

// Get reads a question with its answer.
func (qs *Questions) Get(ctx context.Context, i id.ID) (Question, error) {
	q, err := scanQuestion(qs.DB.Row(ctx, qQuestion, i))
	if errors.Is(err, db.ErrNotFound) {
		err = fault.Wrap(err, fault.NotFound, "whatif.not-found")
	}
	return q, err
}

// Of lists the questions of a programme, the newest first, without answers.
func (qs *Questions) Of(ctx context.Context, programme id.ID) ([]Question, error) {
	return db.All(ctx, qs.DB, scanQuestion, qQuestionsOf, programme, MaxKept)
}

// Stop ends a question that is not answered yet: whoever is at it leaves off.
func (qs *Questions) Stop(ctx context.Context, i id.ID) error {
	n, err := qs.DB.Exec(ctx, qStop, i, qs.Clock.Now())
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "whatif.ended")
	}
	return err
}

// Drop throws a question away, and its answer.
func (qs *Questions) Drop(ctx context.Context, i id.ID) error {
	_, err := qs.DB.Exec(ctx, qDropQuestion, i)
	return err
}

// options are what a question is answered with.
func (qs *Questions) options(q *Question) Options {
	o := qs.Options
	o.Draft, o.From, o.To, o.Outlets, o.Now = q.Draft, q.From, q.To, q.Outlets, qs.Clock.Now()
	return o
}

func placesText(of []id.ID) string {
	out := make([]string, len(of))
	for i, x := range of {
		out[i] = x.String()
	}
	return strings.Join(out, " ")
}

const questionFields = `whatif_id, programme_id, doc, edition, from_day, to_day, outlets, asked_at, asked_by, state, done, whole, ended_at, fault`

const (
	qAddQuestion = `insert into whatif (` + questionFields + `, answer, tries, beat_at)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 0, 0, 0, '', '', 0, 0)`
	qQuestion      = `select ` + questionFields + `, answer from whatif where whatif_id = $1`
	qQuestionsOf   = `select ` + questionFields + `, '' from whatif where programme_id = $1 order by whatif_id desc limit $2`
	qOpenQuestions = `select count(*) from whatif where state in ('waiting', 'running')`
	qDropOldest    = `delete from whatif where programme_id = $1 and state not in ('waiting', 'running') and whatif_id not in (
 select whatif_id from whatif where programme_id = $1 order by whatif_id desc limit $2)`
	qStop         = `update whatif set state = 'stopped', ended_at = $2 where whatif_id = $1 and state in ('waiting', 'running')`
	qDropQuestion = `delete from whatif where whatif_id = $1`

	// One is answered at a time. One whose answerer has given no sign of life is
	// taken from him.
	qTake = `update whatif set state = 'running', tries = tries + 1, beat_at = $1, done = 0, whole = 0
 where whatif_id = (select min(whatif_id) from whatif where state = 'waiting' or state = 'running' and beat_at < $2)
 and (state = 'waiting' or state = 'running' and beat_at < $2)
 and not exists (select 1 from whatif where state = 'running' and beat_at >= $2)
 returning whatif_id, tries`
	qBeat     = `update whatif set beat_at = $3, done = $4, whole = $5 where whatif_id = $1 and tries = $2 and state = 'running'`
	qGiveBack = `update whatif set state = 'waiting' where whatif_id = $1 and tries = $2 and state = 'running'`
	qEnd      = `update whatif set state = $3, ended_at = $4, answer = $5, fault = $6, done = whole where whatif_id = $1 and tries = $2 and state = 'running'`
)

func scanQuestion(r db.Row) (q Question, err error) {
	var doc, outlets, answer string
	if err = r.Scan(&q.ID, &q.Programme, &doc, &q.Edition, &q.From, &q.To, &outlets, &q.AskedAt, &q.AskedBy,
		(*string)(&q.State), &q.Done, &q.Whole, &q.EndedAt, &q.Fault, &answer); err != nil {
		return q, err
	}
	for word := range strings.FieldsSeq(outlets) {
		i, err := id.Parse(word)
		if err != nil {
			return q, err
		}
		q.Outlets = append(q.Outlets, i)
	}
	if answer != "" {
		if err := json.Unmarshal([]byte(answer), &q.Answer); err != nil {
			return q, err
		}
	}
	return q, json.Unmarshal([]byte(doc), &q.Draft)
}
