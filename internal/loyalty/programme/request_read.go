package programme

import (
	"context"
	"errors"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// $1 is the time: what nobody has decided by its end has run out.
const (
	qRequests = `select request_id, programme_id, name, edition, hash, version, back_to, due_at, note,
 case when state = 'asked' and ends_at <= $1 then 'run-out' else state end, asked_by, asked_name, asked_at, ends_at,
 decided_by, decided_name, decided_at, refusal, reason from programme_request `
	qRequest     = qRequests + `where request_id = $2`
	qWaitsFor    = qRequests + `where programme_id = $2 and state = 'asked' and ends_at > $1`
	qLastOf      = qRequests + `where programme_id = $2 order by request_id desc limit 1`
	qRequestList = qRequests + `where (cast($2 as bigint) = 0 or asked_by = $2) and (cast($3 as bigint) = 0 or request_id < $3)
 and case when state = 'asked' and ends_at > $1 then 1 else 0 end = $4 order by request_id desc limit $5`
	qRequestsWait = `select count(*) from programme_request where state = 'asked' and ends_at > $1`

	qAddRequest = `insert into programme_request (request_id, programme_id, name, edition, hash, version, back_to, due_at, note, state, asked_by, asked_name, asked_at, ends_at,
 decided_by, decided_name, decided_at, refusal, reason) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked', $10, $11, $12, $13, 0, '', 0, '', '')`
	qRunOut     = `update programme_request set state = 'run-out' where programme_id = $1 and state = 'asked' and ends_at <= $2`
	qDecide     = `update programme_request set state = $3, decided_at = $2, decided_by = $4, decided_name = $5, refusal = $6 where request_id = $1 and state = 'asked' and ends_at > $2`
	qEndRequest = `update programme_request set state = 'withdrawn', decided_at = $2, reason = $3 where request_id = $1 and state = 'asked'`
)

func scanRequest(r db.Row) (q Request, err error) {
	return q, r.Scan(&q.ID, &q.Programme, &q.Name, &q.Edition, &q.Hash, &q.Version, &q.Back, &q.Due, &q.Note, (*string)(&q.State),
		&q.By.ID, &q.By.Name, &q.At, &q.Ends, &q.Decided.ID, &q.Decided.Name, &q.DecidedAt, &q.Refusal, &q.Reason)
}

func getRequest(ctx context.Context, q db.Q, now clock.Micros, request id.ID) (Request, error) {
	r, err := scanRequest(q.Row(ctx, qRequest, now, request))
	if errors.Is(err, db.ErrNotFound) {
		err = fault.Wrap(err, fault.NotFound, "approval.not-found")
	}
	return r, err
}

// Request reads one request.
func (rs *Requests) Request(ctx context.Context, request id.ID) (Request, error) {
	return getRequest(ctx, rs.DB, rs.Clock.Now(), request)
}

// LastOf reads the request that was made last of a programme; a zero one where
// there is none.
func (rs *Requests) LastOf(ctx context.Context, programme id.ID) (Request, error) {
	r, err := scanRequest(rs.DB.Row(ctx, qLastOf, rs.Clock.Now(), programme))
	if errors.Is(err, db.ErrNotFound) {
		return Request{}, nil
	}
	return r, err
}

// Of tells whether the draft is still the one that was asked for.
func (r *Request) Of(d Drafted) bool {
	return r.Back == 0 && r.Programme == d.Programme && r.Edition == d.Edition && r.Hash == hashOf(d.Text)
}

// RequestFilter is which requests are asked for.
type RequestFilter struct {
	By      id.ID // who asked; 0: whoever
	Waiting bool  // those that nobody has decided, else the others
}

// ListRequests reads requests, the newest first, those before one.
func (rs *Requests) ListRequests(ctx context.Context, f RequestFilter, before id.ID, limit int) ([]Request, error) {
	waiting := int64(0)
	if f.Waiting {
		waiting = 1
	}
	return db.All(ctx, rs.DB, scanRequest, qRequestList, rs.Clock.Now(), f.By, before, waiting, min(limit, MaxHistory))
}

// RequestsWait counts what nobody has decided.
func (rs *Requests) RequestsWait(ctx context.Context) (n int64, err error) {
	return n, rs.DB.Row(ctx, qRequestsWait, rs.Clock.Now()).Scan(&n)
}
