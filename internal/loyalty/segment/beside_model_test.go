package segment_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
)

// beside is what stands of a member in tables beside his.
type beside struct {
	login                    string
	phoneProven, emailProven bool
	cards                    [][2]string // types and states
	postcode, street         string
	relatives                []string // birth dates
	inviter                  home.ID
	deposit                  *int64 // of the open one
	closed                   bool   // another deposit was closed, with something amiss
	lots                     []points
}

// points are a lot of them.
type points struct {
	left    int64
	state   string
	expires time.Time // zero: with the account, where it slides
	sliding bool
}

// slides is when the accounts of the model expire: in four days.
func slides(now time.Time) time.Time { return now.AddDate(0, 0, 4) }

func drawBeside(r *rand.Rand, n int64, now time.Time) beside {
	b := beside{
		login: pick(r, "", fmt.Sprintf("user%d", n)), phoneProven: r.IntN(2) == 0, emailProven: r.IntN(2) == 0,
		postcode: pick(r, "", "190000", "190005", "301000"), street: pick(r, "", "Невский", "Мира"), closed: r.IntN(4) == 0,
	}
	for _, t := range some(r, "1", "2") {
		b.cards = append(b.cards, [2]string{t, pick(r, "new", "active", "blocked", "lost", "replaced")})
	}
	b.relatives = some(r, "2015-02-20", "2012-02-29", "", "1980-12-31", "2000-03-01")
	if n > 2 {
		b.inviter = home.ID(pick(r, 0, 0, 1000, 1001))
	}
	if r.IntN(3) == 0 {
		sum := pick(r, 0, 1050, int64(10050), -500)
		b.deposit = &sum
	}
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	for _, at := range some(r, time.Time{}, now.Add(time.Hour), midnight.AddDate(0, 0, 3), midnight.AddDate(0, 0, 3).Add(time.Minute), now.AddDate(0, 0, 40)) {
		b.lots = append(b.lots, points{left: r.Int64N(2) * 500, state: pick(r, "active", "active", "pending"), expires: at, sliding: at.IsZero() && r.IntN(2) == 0})
	}
	return b
}

// meetsBeside judges conditions on what stands beside members; false, false: it is on
// something else.
func (w *world) meetsBeside(p *person, c *segment.Condition) (met, known bool) {
	yes := func(v bool) bool { return v == (c.Op == segment.OpYes) }
	switch c.Field {
	case "login":
		return identifier(c, member.Login, p.login), true
	case "phone_proven":
		return yes(p.phone != "" && p.phoneProven), true
	case "email_proven":
		return yes(p.email != "" && p.emailProven), true
	case "card_types", "card_states":
		var has []string
		for _, x := range p.cards {
			if c.Field == "card_states" {
				has = append(has, x[1])
			} else if x[1] == "active" {
				has = append(has, x[0])
			}
		}
		return several(c, has), true
	case "postcode":
		if c.Op == segment.OpStarts {
			return slices.ContainsFunc(c.Values, func(v string) bool { return strings.HasPrefix(p.postcode, v) }), true
		}
		return choice(c, p.postcode), true
	case "address":
		return choice(c, p.street), true
	case "inviter":
		var number string
		if p.inviter != 0 {
			number = publicNumber(int64(p.inviter))
		}
		return identifier(c, member.Number, number), true
	case "relative_birthday_in":
		return slices.ContainsFunc(p.relatives, func(born string) bool { return born != "" && w.birthdayIn(born, atoi(c.Values[0])) }), true
	case "deposit":
		if p.deposit == nil {
			return amount(c, 0, 2), true
		}
		return amount(c, *p.deposit, 2), true
	case "has_deposit":
		return yes(p.deposit != nil), true
	case "expiring_in":
		return w.expiring(p, atoi(c.Values[0])), true
	}
	return false, false
}

// expiring tells whether points of a member end with the day that is n days from now, or
// before.
func (w *world) expiring(p *person, n int) bool {
	end := time.Date(w.now.Year(), w.now.Month(), w.now.Day()+n+1, 0, 0, 0, 0, w.zone)
	return slices.ContainsFunc(p.lots, func(x points) bool {
		at := x.expires
		if x.sliding {
			at = slides(w.now)
		}
		return x.left > 0 && x.state == "active" && !at.IsZero() && !at.After(end)
	})
}

// valuesBeside are those that the fields may be asked for.
func valuesBeside(r *rand.Rand, f *segment.Field) []string {
	switch f.Code {
	case "login":
		return []string{fmt.Sprintf("USER%d", r.IntN(20)), "user3"}
	case "card_types":
		return []string{"1", "2", "3"}
	case "postcode":
		return []string{"190", "190000", "301", "1"}
	case "inviter":
		return []string{publicNumber(1000), publicNumber(1001), publicNumber(1002)}
	case "relative_birthday_in", "expiring_in":
		return []string{"0", "2", "3", "4", "8", "9", "10", "300", "400"}
	}
	return nil
}

// putBeside stores it.
func (p *person) putBeside(t *testing.T, tx *db.Tx, now time.Time) {
	t.Helper()
	do := func(q string, args ...any) {
		t.Helper()
		if _, err := tx.Exec(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	do(`update member set address_postcode = $2, address_street = $3, inviter = $4 where home_id = $1`, p.home, p.postcode, p.street, orNull(int64(p.inviter)))
	if p.login != "" {
		do(addIdentifier, "login", p.login, p.home)
	}
	for kind, proved := range map[string]bool{"phone": p.phoneProven, "email": p.emailProven} {
		if proved {
			do(`update identifier set proven_at = 1 where home_id = $1 and kind = $2`, p.home, kind)
		}
	}
	for i, x := range p.cards {
		do(`insert into card (home_id, card_id, card_type_id, number, state, block_reason, secret_tries, secret_until, last_totp_step, secret_till_at, till_state, issued_at, changed_at)
 values ($1, $2, $3, '', $4, '', 0, 0, 0, 0, false, 0, 0)`, p.home, i+1, atoi(x[0]), x[1])
	}
	for i, born := range p.relatives {
		do(`insert into member_relative (home_id, relative_id, kind, name, birth_date) values ($1, $2, 'child', '', $3)`, p.home, i+1, born)
	}
	const addDeposit = `insert into deposit (home_id, deposit_id, number, opened_at, closed_at, balance, received, sold) values ($1, $2, '', 0, $3, $4, $4, 0)`
	if p.deposit != nil {
		do(addDeposit, p.home, 1, nil, *p.deposit)
	}
	if p.closed {
		do(addDeposit, p.home, 2, 1, 77_00)
	}
	putLots(t, tx, p.home, p.lots, now)
}

// putLots stores an account with points in it.
func putLots(t *testing.T, tx *db.Tx, of home.ID, lots []points, now time.Time) {
	t.Helper()
	if len(lots) == 0 {
		return
	}
	var due any
	for _, x := range lots {
		at := x.expires
		if x.sliding {
			at = slides(now)
		}
		if earliest, ok := due.(int64); !at.IsZero() && (!ok || int64(clock.Of(at)) < earliest) {
			due = int64(clock.Of(at))
		}
	}
	if _, err := tx.Exec(t.Context(), `insert into account (home_id, account_id, programme_id, state, active, pending, held, debt, earned, spent, expired, purchases, turnover, used,
 slide_at, clock_at, due_at, gifts, level, level_floor, opened_at) values ($1, $1, 1, 'open', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, $2, 0, $3, 0, '', '', 0)`, of, int64(clock.Of(slides(now))), due); err != nil {
		t.Fatal(err)
	}
	for i, x := range lots {
		var expires any
		if !x.expires.IsZero() {
			expires = int64(clock.Of(x.expires))
		}
		if _, err := tx.Exec(t.Context(), `insert into lot (home_id, lot_id, account_id, amount, remaining, written_off, state, earned_at, active_at, expires_at, sliding, source, op_id)
 values ($1, $2, $1, 500, $3, 0, $4, 0, 0, $5, $6, 'hand', 1)`, of, i+1, x.left, x.state, expires, x.sliding); err != nil {
			t.Fatal(err)
		}
	}
}
