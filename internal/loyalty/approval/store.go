package approval

import (
	"context"
	"errors"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// $1 is the time: what nobody has decided by its end has run out.
const columns = `select request_id, home_id, programme_id, points, days, reason, case when state = 'asked' and ends_at <= $1 then 'run-out' else state end,
 asked_by, asked_name, asked_at, ends_at, decided_by, decided_name, decided_at, refusal, op_home, op_id from adjustment_request `

const (
	qGet   = columns + `where request_id = $2`
	qByKey = columns + `where asked_by = $2 and asked_key = $3`
	qList  = columns + `where (cast($2 as bigint) = 0 or home_id = $2) and (cast($3 as bigint) = 0 or request_id < $3) and (cast($4 as bigint) = 0 or state = 'asked' and ends_at > $1) and (cast($5 as bigint) = 0 or not (state = 'asked' and ends_at > $1))
 and (cast($6 as bigint) = 0 or asked_by = $6) order by request_id desc limit $7`
	qAsk = `insert into adjustment_request (request_id, home_id, programme_id, points, days, reason, state, asked_by, asked_name, asked_at, ends_at, asked_key,
 decided_by, decided_name, decided_at, refusal, op_home, op_id) values ($1, $2, $3, $4, $5, $6, 'asked', $7, $8, $9, $10, $11, 0, '', 0, '', 0, 0)
 on conflict (asked_by, asked_key) do nothing`
	qApprove = `update adjustment_request set state = 'approved', decided_at = $2, decided_by = $3, decided_name = $4, op_home = $5, op_id = $6
 where request_id = $1 and state = 'asked' and ends_at > $2`
	qEnd = `update adjustment_request set state = $5, decided_at = $2, decided_by = $3, decided_name = $4, refusal = $6
 where request_id = $1 and state = 'asked' and ends_at > $2`
	qOpen    = `select count(*) from adjustment_request where asked_by = $1 and state = 'asked' and ends_at > $2`
	qWaiting = `select count(*) from adjustment_request where state = 'asked' and ends_at > $1`
	qErase   = `update adjustment_request set reason = '', refusal = '', state = case when state = 'asked' then 'withdrawn' else state end where `
)

func scan(r db.Row) (Request, error) {
	var q Request
	return q, r.Scan((*int64)(&q.ID), (*int64)(&q.Home), (*int64)(&q.Programme), (*int64)(&q.Points), &q.Days, &q.Reason, (*string)(&q.State),
		(*int64)(&q.By.ID), &q.By.Name, (*int64)(&q.At), (*int64)(&q.Ends), (*int64)(&q.Decided.ID), &q.Decided.Name, (*int64)(&q.DecidedAt), &q.Refusal,
		(*int64)(&q.Op.Home), (*int64)(&q.Op.ID))
}

func get(ctx context.Context, q db.Q, now clock.Micros, which string, of ...any) (Request, error) {
	r, err := scan(q.Row(ctx, which, append([]any{now}, of...)...))
	if errors.Is(err, db.ErrNotFound) {
		err = fault.New(fault.NotFound, "approval.not-found")
	}
	return r, err
}

// Get reads a request.
func (a *Approvals) Get(ctx context.Context, request id.ID) (Request, error) {
	return get(ctx, a.DB, a.Clock.Now(), qGet, request)
}

// Filter is which requests are asked for.
type Filter struct {
	Home    home.ID // 0: of everybody
	By      id.ID   // who asked; 0: whoever
	Waiting bool    // that nobody has decided
	Ended   bool    // that are decided, or have run out
}

// List reads requests, the newest first, those before one.
func (a *Approvals) List(ctx context.Context, f Filter, before id.ID, limit int) ([]Request, error) {
	flag := func(on bool) int64 {
		if on {
			return 1
		}
		return 0
	}
	return db.All(ctx, a.DB, scan, qList, a.Clock.Now(), f.Home, before, flag(f.Waiting), flag(f.Ended), f.By, limit)
}

// Waiting counts what nobody has decided.
func (a *Approvals) Waiting(ctx context.Context) (n int64, err error) {
	return n, a.DB.Row(ctx, qWaiting, a.Clock.Now()).Scan(&n)
}

// Erase takes out of requests what names a person whose homes are locked, and
// withdraws those that wait.
func Erase(ctx context.Context, q db.Q, homes []home.ID) ([]home.Wiped, error) {
	n, err := q.Exec(ctx, qErase+q.Dialect().In("home_id", 1), home.Numbers(homes))
	return []home.Wiped{{Table: "adjustment_request", What: []string{"reason", "refusal"}, Rows: n}}, err
}
