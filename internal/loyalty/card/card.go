// Package card keeps the cards of members: plastic, virtual, in a phone's
// wallet, or the phone number itself.
//
// A card lies in its member's home and its number is an identifier of his. A
// card that is not in use (new, blocked, lost, replaced) has its number turned
// off: it still finds the member, and serves nobody. A number is never given
// twice, not even after its card is gone.
//
// A card may have a secret code, of which only a hash is stored, and may show
// one-time QRs (TOTP): each step of one is accepted once. Both keys are made
// with a key that is not in the base.
package card

import (
	"context"
	"errors"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Cards are the operations on cards. It is safe for concurrent use.
type Cards struct {
	Members *member.Members
	Key     []byte // hashes secret codes and makes the secrets of QRs
}

// State is a card's state.
type State string

// The states of a card.
const (
	New      State = "new"      // given to the member, not yet activated
	Active   State = "active"   // in use
	Blocked  State = "blocked"  // by staff or the member, with a reason
	Lost     State = "lost"     // told to be lost; another may replace it
	Replaced State = "replaced" // another one took its place, for good
)

// Card is one card of a member.
type Card struct {
	Home         home.ID      `json:"member"`
	ID           id.ID        `json:"id"`
	Type         id.ID        `json:"type"`
	Number       string       `json:"number"`
	State        State        `json:"state"`
	BlockReason  string       `json:"block_reason,omitempty"`
	HasSecret    bool         `json:"has_secret"`
	HasQR        bool         `json:"has_qr"` // shows one-time QRs
	ByTill       bool         `json:"-"`      // a till's key has given it its state
	ReplacedBy   id.ID        `json:"replaced_by,omitzero"`
	IssuedAt     clock.Micros `json:"issued_at"`
	IssuedOutlet id.ID        `json:"issued_outlet,omitzero"`
	ChangedAt    clock.Micros `json:"changed_at"`
}

// Limits on cards.
const (
	MaxCards  = 50  // of one member, those that are gone too
	MaxReason = 500 // characters
)

const (
	cardColumns = `home_id, card_id, card_type_id, number, state, block_reason,
 case when secret_hash is null then 0 else 1 end, case when totp_salt is null then 0 else 1 end,
 till_state, replaced_by, issued_at, issued_outlet, changed_at`

	qCard    = `select ` + cardColumns + ` from card where home_id = $1 and card_id = $2`
	qCards   = `select ` + cardColumns + ` from card where home_id = $1 order by card_id`
	qPutCard = `insert into card (home_id, card_id, card_type_id, number, state, block_reason, secret_hash, secret_tries, secret_until,
 totp_salt, last_totp_step, secret_till_at, till_state, replaced_by, issued_at, issued_outlet, changed_at)
values ($1, $2, $3, $4, $5, '', $6, 0, 0, null, 0, $9, $10, null, $7, $8, $7)`
	qSetState = `update card set state = $3, block_reason = $4, replaced_by = $5, changed_at = $6, till_state = $7 where home_id = $1 and card_id = $2`
)

// Get reads one card of a member.
func Get(ctx context.Context, q db.Q, h home.ID, card id.ID) (Card, error) {
	c, err := scanCard(q.Row(ctx, qCard, h, card))
	if errors.Is(err, db.ErrNotFound) {
		err = fault.New(fault.NotFound, "card.not-found")
	}
	return c, err
}

// List gives a member's cards, the oldest first.
func List(ctx context.Context, q db.Q, h home.ID) ([]Card, error) {
	return db.All(ctx, q, scanCard, qCards, h)
}

func scanCard(r db.Row) (Card, error) {
	var c Card
	var secret, qr int64
	var replaced, outlet *int64
	err := r.Scan(&c.Home, &c.ID, &c.Type, &c.Number, &c.State, &c.BlockReason, &secret, &qr, &c.ByTill, &replaced, &c.IssuedAt, &outlet, &c.ChangedAt)
	c.HasSecret, c.HasQR = secret == 1, qr == 1
	if replaced != nil {
		c.ReplacedBy = id.ID(*replaced)
	}
	if outlet != nil {
		c.IssuedOutlet = id.ID(*outlet)
	}
	return c, err
}

// ref is the identifier that the card's number is.
func (c *Card) ref() member.Ref { return member.Ref{Kind: member.Card, Value: c.Number} }

// change is one change of a card under its member's lock.
func (c *Cards) change(ctx context.Context, h home.ID, card id.ID, by member.Actor, fn func(q db.Q, w *work) error) (Card, error) {
	var out Card
	err := c.Members.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := member.LockOpen(ctx, tx, h, 0)
		if err != nil {
			return err
		}
		is, err := Get(ctx, tx, h, card)
		if err != nil {
			return err
		}
		now := c.Members.Clock.Now()
		w := &work{member: &m, card: is, by: by, now: now, trail: member.NewTrail(c.Members.IDs, by, now)}
		if err := fn(tx, w); err != nil {
			return err
		}
		if w.trail.Len() > 0 {
			member.Touch(&w.batch, h, now)
			if err := w.trail.Queue(&w.batch); err != nil {
				return err
			}
		}
		if err := tx.Run(ctx, &w.batch); err != nil {
			return err
		}
		out, err = Get(ctx, tx, h, card)
		return err
	})
	return out, err
}

// work is a change of a card under way.
type work struct {
	member *member.Member
	card   Card
	by     member.Actor
	now    clock.Micros
	batch  db.Batch
	trail  *member.Trail
}
