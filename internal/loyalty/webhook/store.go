package webhook

import (
	"strings"

	"kopilka/internal/loyalty/feed"
	"kopilka/internal/platform/db"
)

const (
	columns = `webhook_id, name, url, kinds, state, off_cause, secret, old_secret, old_until, cursor_seq, missed, failures, failing_at,
 resume_at, sent, sent_at, outcome, status, leased_until, created_at, version`

	qOne   = `select ` + columns + ` from webhook where webhook_id = $1`
	qList  = `select ` + columns + ` from webhook where webhook_id > $1 order by webhook_id limit $2`
	qCount = `select count(*) from webhook`

	qInsert = `insert into webhook (webhook_id, name, url, kinds, state, off_cause, secret, old_until, cursor_seq, missed, failures, failing_at,
 resume_at, sent, sent_at, outcome, status, holder, leased_until, created_at, version)
 values ($1, $2, $3, $4, 'on', '', $5, 0, $6, 0, 0, 0, 0, 0, 0, '', 0, '', 0, $7, 1)`
	qSave = `update webhook set name = $2, url = $3, kinds = $4, state = $5, off_cause = $6, failures = 0, failing_at = 0, resume_at = 0,
 version = version + 1 where webhook_id = $1`
	qRotate = `update webhook set old_secret = secret, secret = $2, old_until = $3, version = version + 1 where webhook_id = $1`
	qRewind = `update webhook set cursor_seq = $2, failures = 0, failing_at = 0, resume_at = 0 where webhook_id = $1`
	qHasten = `update webhook set failures = 0, resume_at = 0 where webhook_id = $1`
	qDelete = `delete from webhook where webhook_id = $1`

	// What there is to do: new events, or old ones whose time has come.
	qWork = `select webhook_id from webhook w where state = 'on' and resume_at <= $1 and (holder = $2 or leased_until <= $1) and (
 cursor_seq < (select last_seq from feed_state where one = 1) or exists (select 1 from webhook_delivery d
 where d.webhook_id = w.webhook_id and d.state = 'waiting' and d.next_at <= $1))`
	qClaim = `update webhook set holder = $2, leased_until = $3
 where webhook_id = $1 and state = 'on' and (holder = $2 or leased_until <= $4)`
	qRelease = `update webhook set leased_until = 0 where webhook_id = $1 and holder = $2`

	qMark = `update webhook set cursor_seq = $3, missed = $4, failures = $5, failing_at = $6, resume_at = $7, sent = $8, sent_at = $9,
 outcome = $10, status = $11, leased_until = $12, state = $13, off_cause = $14 where webhook_id = $1 and holder = $2`

	deliveryColumns = `webhook_id, seq, event_id, kind, body, state, attempts, next_at, outcome, status`

	qDue = `select ` + deliveryColumns + ` from webhook_delivery
 where webhook_id = $1 and state = 'waiting' and next_at <= $2 order by next_at, seq limit $3`
	qDeliveries = `select ` + deliveryColumns + ` from webhook_delivery
 where webhook_id = $1 and seq > $2 and (state = $3 or $3 = '') order by seq limit $4`
	qDelivery  = `select ` + deliveryColumns + ` from webhook_delivery where webhook_id = $1 and seq = $2 and event_id = $3`
	qGiveAgain = `update webhook_delivery set state = 'waiting', attempts = 0, next_at = $3 where webhook_id = $1 and seq = $2`
	qRaise     = `update webhook_delivery set state = 'waiting', attempts = 0, next_at = $2 where webhook_id = $1 and seq in (
 select seq from webhook_delivery where webhook_id = $1 and state = 'dead' and next_at >= $3 order by seq limit $4)`
	qForget = `delete from webhook_delivery where webhook_id = $1 and seq > $2`
	qBury   = `delete from webhook_delivery where state = 'dead' and next_at < $1`
)

// addDelivery notes an event that did not go through.
var addDelivery = db.Many{
	PG: `insert into webhook_delivery (` + deliveryColumns + `) select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[],
 $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::text[], $10::bigint[])` + onConflict,
	Lite: `insert into webhook_delivery (` + deliveryColumns + `)
 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)` + onConflict,
	Types: []string{"bigint", "bigint", "bigint", "text", "text", "text", "bigint", "bigint", "text", "bigint"},
	Exact: true,
}

const onConflict = ` on conflict (webhook_id, seq) do update set event_id = excluded.event_id, kind = excluded.kind, body = excluded.body,
 state = excluded.state, attempts = excluded.attempts, next_at = excluded.next_at, outcome = excluded.outcome, status = excluded.status`

// againDelivery notes that it did not go through again, unless somebody has
// asked for it to be tried anew meanwhile.
var againDelivery = db.Many{
	PG: `update webhook_delivery d set state = u.state, attempts = u.attempts, next_at = u.next_at, outcome = u.outcome, status = u.status
 from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[])
 as u (webhook_id, seq, had, state, attempts, next_at, outcome, status)
 where d.webhook_id = u.webhook_id and d.seq = u.seq and d.attempts = u.had`,
	Lite: `update webhook_delivery set state = $4, attempts = $5, next_at = $6, outcome = $7, status = $8
 where webhook_id = $1 and seq = $2 and attempts = $3`,
	Types: []string{"bigint", "bigint", "bigint", "text", "bigint", "bigint", "text", "bigint"},
}

var dropDelivery = db.Many{
	PG: `delete from webhook_delivery d using unnest($1::bigint[], $2::bigint[]) as u (webhook_id, seq)
 where d.webhook_id = u.webhook_id and d.seq = u.seq`,
	Lite:  `delete from webhook_delivery where webhook_id = $1 and seq = $2`,
	Types: []string{"bigint", "bigint"},
}

func scanWebhook(r db.Row) (Webhook, error) {
	var w Webhook
	var kinds string
	err := r.Scan((*int64)(&w.ID), &w.Name, &w.URL, &kinds, (*string)(&w.State), (*string)(&w.Cause), &w.secret, &w.oldSecret,
		(*int64)(&w.OldUntil), &w.Cursor, &w.Missed, &w.Failures, (*int64)(&w.Failing), (*int64)(&w.Resume), &w.Sent, (*int64)(&w.SentAt),
		(*string)(&w.Outcome), &w.Status, (*int64)(&w.leased), (*int64)(&w.Created), &w.Version)
	for kind := range strings.FieldsSeq(kinds) {
		w.Kinds = append(w.Kinds, feed.Kind(kind))
	}
	return w, err
}

func kindsText(kinds []feed.Kind) string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return strings.Join(out, " ")
}

func scanDelivery(r db.Row) (Delivery, error) {
	var d Delivery
	var body []byte
	err := r.Scan((*int64)(&d.Webhook), &d.Event.Seq, (*int64)(&d.Event.Row), (*string)(&d.Kind), &body, (*string)(&d.State), &d.Attempts,
		(*int64)(&d.Next), (*string)(&d.Outcome), &d.Status)
	d.body = body
	return d, err
}

func (d *Delivery) row() []any {
	return []any{
		int64(d.Webhook), d.Event.Seq, int64(d.Event.Row), string(d.Kind), string(d.body), string(d.State), d.Attempts, int64(d.Next),
		string(d.Outcome), d.Status,
	}
}
