package member

import (
	"context"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// What a member has at his registration is his own beginning: there is nothing
// yet that another could have put himself in the way of. That of one who was merged into him since is, of a till's making, no beginning
// of his.
const qGivenAtTill = `select count(*) from member_change c join member m on m.home_id = c.home_id
where (c.home_id = $1 or m.merged_into = $1) and c.field = $2 and c.new_value = $3 and (c.source = $4 and c.at > $5 and c.at > m.registered_at
 or exists (select 1 from member b join member_change x on x.home_id = b.home_id
  where b.merged_into = $1 and b.registered_source = $4 and b.registered_at > $5 and x.field = 'state' and x.new_value = 'merged' and x.at = c.at))`

// TrustedSince is the time after which what a till has set (a phone, a card's
// secret code) proves nothing for spending: whoever stands at the till could
// have made the proof himself.
func (r *Rules) TrustedSince(now clock.Micros) clock.Micros {
	return now.Add(-time.Duration(r.TillProof) * 24 * time.Hour)
}

// MayProve refuses a phone or e-mail by which nothing is to be spent yet, since
// a till has only just given it to the member. That a code has proven it does
// not help: it proves whose the phone is, not whose the points are.
func MayProve(ctx context.Context, q db.Q, rules *Rules, h home.ID, ref Ref, now clock.Micros) error {
	var given int64
	err := q.Row(ctx, qGivenAtTill, h, ref.Kind.field(), ref.Value, FromTill, rules.TrustedSince(now)).Scan(&given)
	if err == nil && given > 0 {
		err = fault.New(fault.Refused, "member.contact-too-new", "days", rules.TillProof)
	}
	return err
}
