package purchase

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// maxReason bounds the reason of an adjustment, in bytes.
const maxReason = 500

// maxAdjust bounds an adjustment, in hundredths.
const maxAdjust = 1e12

// AdjustRequest puts points into an account by hand, or takes them out.
type AdjustRequest struct {
	By        id.ID // the API key or person; with Key it makes the request once-only
	Key       string
	Buyer     Buyer
	Programme id.ID
	Points    money.Points // below zero: taken out, as far as there are any
	Days      int          // term of points put in; 0: the programme's
	Reason    string
	Actor     string
	Approved  bool `json:"-"` // by a second person
	Only      bool // of the home that is named: who was merged into another is refused

	// Beside is done in the adjustment's transaction, at its end, once: where the
	// request was done before it is not. An error leaves nothing. nil: nothing is.
	Beside func(ctx context.Context, q db.Q, a *Adjustment) error `json:"-"`
}

// Check refuses what can be nobody's adjustment.
func (r *AdjustRequest) Check() error {
	reason := strings.TrimSpace(r.Reason)
	switch {
	case r.Points == 0 || r.Points > maxAdjust || r.Points < -maxAdjust:
		return fault.New(fault.Invalid, "adjust.points")
	case reason == "" || !text.Valid(reason, maxReason):
		return fault.New(fault.Invalid, "adjust.reason", "most", maxReason)
	case r.Days != 0 && r.Points < 0:
		return fault.New(fault.Invalid, "adjust.days")
	case r.Days < 0 || r.Days > rule.MaxDays:
		return fault.New(fault.Invalid, "programme.days", "least", 0, "most", rule.MaxDays)
	}
	return nil
}

// Adjustment is what was done by hand. Of a household's account it lies with
// that, in the founder's home, whichever of its members was named.
type Adjustment struct {
	Home    home.ID      `json:"home"`
	ID      id.ID        `json:"id"`
	Account id.ID        `json:"account"`
	Points  money.Points `json:"points"`
	Reason  string       `json:"-"`
	Words   ledger.Words `json:"reason"` // of the reason
	Actor   string       `json:"actor"`
	At      clock.Micros `json:"at"`

	Balance  Balance `json:"-"`
	Replayed bool    `json:"-"`
}

// Digest is what the chain holds of an adjustment.
func (a *Adjustment) Digest() ([32]byte, error) {
	doc, err := json.Marshal(a)
	return sha256.Sum256(doc), err
}

// Adjust puts points in by hand, or takes them out, with a reason.
func (d *Desk) Adjust(ctx context.Context, r *AdjustRequest) (*Adjustment, error) {
	if err := checkKey(r.Key); err != nil {
		return nil, err
	}
	mine := *r
	mine.Reason = strings.TrimSpace(r.Reason)
	r = &mine
	if err := r.Check(); err != nil {
		return nil, err
	}
	if r.Buyer.None() {
		return nil, errNoHome()
	}
	op := &adjusting{req: r, hash: d.hashOf("adjust", r), who: audit.Of(ctx)}
	replayed, err := d.submit(ctx, op)
	if err != nil {
		return nil, err
	}
	op.out.Replayed = replayed
	return op.out, nil
}

// adjusting is the operation of an adjustment.
type adjusting struct {
	onAccount
	req  *AdjustRequest
	hash [32]byte
	who  audit.Actor
	out  *Adjustment
}

// byHandNote is what the trail keeps of what was done by hand to an account. The
// reason, which may name somebody, stays with the operation.
type byHandNote struct {
	Operation string       `json:"operation"`
	Programme id.ID        `json:"programme"`
	Points    money.Points `json:"points,omitempty"`
	From      string       `json:"from,omitempty"` // level
	To        string       `json:"to,omitempty"`
}

// noteByHand notes in the audit trail who has changed a member's account by hand.
func (g *group) noteByHand(who audit.Actor, action string, h home.ID, n byHandNote) error {
	return audit.Note(audit.By(g.ctx, who), g.tx, g.now, audit.Entry{Action: action, Target: audit.On("member", id.ID(h)), After: n})
}

func (o *adjusting) claim() (claim, [32]byte) { return claim{o.req.By, o.req.Key}, o.hash }
func (o *adjusting) alone() bool              { return false }

func (o *adjusting) lookUp(l *look) { l.standingOf(o.req.Buyer) }

// found finds the member. Points are put right of whoever is blocked too, but
// nobody is given any after his membership has ended.
func (o *adjusting) found(l *look) (h home.ID, err error) {
	h = o.req.Buyer.Home
	if h == 0 {
		h, err = l.home(o.req.Buyer)
	} else if s, there := l.states[h]; !there {
		err = errNoHome()
	} else if o.req.Only && s.Home != h {
		err = notServed(member.Merged)
	} else if h = s.Home; o.req.Points > 0 && s.State.Gone() {
		err = notServed(s.State)
	}
	o.home = h
	return h, err
}

func (o *adjusting) load(g *group) error {
	if g.set.Get(o.req.Programme) == nil {
		return fault.New(fault.NotFound, "programme.not-found")
	}
	if err := o.req.withoutSecond(g.set.Get(o.req.Programme)); err != nil {
		return err
	}
	if err := o.find(g); err != nil {
		return err
	}
	if o.req.Points > 0 && o.ended(g) {
		return notServed(member.Closed)
	}
	g.wantLots[o.keeps] = true
	g.wantLevel(o.keeps, o.req.Programme, g.now)
	return nil
}

// withoutSecond refuses what wants the approval of a second person and has none.
func (r *AdjustRequest) withoutSecond(p *rule.Programme) error {
	above := p.Settings.ApproveAbove
	if r.Approved || above == 0 || r.Points <= above && r.Points >= -above {
		return nil
	}
	return fault.New(fault.Refused, "adjust.approval", "most", above)
}

func (o *adjusting) do(g *group) error {
	book, p := g.books[o.keeps], g.set.Get(o.req.Programme)
	a := book.Account(p.ID)
	if a == nil {
		var err error
		if a, err = open(g.ctx, g.tx, book, p, g.now, 0); err != nil {
			return err
		}
	}
	g.levels.settle(book, a, g.now)
	out := &Adjustment{
		Home: o.keeps, ID: g.desk.IDs.New(), Account: a.ID, Points: o.req.Points,
		Reason: o.req.Reason, Words: ledger.Said(o.req.Reason), Actor: o.req.Actor, At: g.now,
	}
	mark := book.Mark()
	if o.req.Points > 0 {
		expires, sliding := p.Expires(&p.Earning.Expiry, g.now)
		if o.req.Days > 0 {
			expires, sliding = p.EndAfter(g.now, o.req.Days), false
		}
		book.Earn(a, ledger.Grant{
			Points: o.req.Points, EarnedAt: g.now, ActiveAt: g.now, ExpiresAt: expires, Sliding: sliding, Source: ledger.FromHand, Op: out.ID,
		})
	} else if short := book.Claw(a, out.ID, nil, -o.req.Points, g.now); short > 0 {
		return fault.New(fault.Refused, "points.not-enough", "asked", -o.req.Points, "most", -o.req.Points-short)
	}
	digest, err := out.Digest()
	if err != nil {
		return err
	}
	book.Chain(mark, out.ID, digest, g.now)
	g.levels.rise(book, a, ledger.LevelChange{At: a.Clock, Cause: ledger.ByAdjustment, Op: out.ID})
	g.adjusts.Add(int64(o.keeps), int64(out.ID), int64(a.ID), int64(out.Points), out.Reason, string(out.Words), out.Actor, int64(out.At), digest[:])
	g.claimKey(claim{o.req.By, o.req.Key}, o.hash, o.keeps, out.ID)
	g.happened(eventtype.Event{Kind: eventtype.Adjusted, Home: o.keeps, Op: out.ID, At: g.now, Day: p.Day(g.now), Programme: p.ID, Earned: out.Points}, book)
	out.Balance = balanceOf(a)
	o.out = out
	if o.req.Beside != nil {
		if err := o.req.Beside(g.ctx, g.tx, out); err != nil {
			return fmt.Errorf("%w: %w", errBase, err)
		}
	}
	return g.noteByHand(o.who, "points.adjusted", o.home, byHandNote{Operation: out.ID.String(), Programme: p.ID, Points: out.Points})
}

func (o *adjusting) replay(ctx context.Context, q db.Q, h home.ID, op id.ID) error {
	a := &Adjustment{Home: h, ID: op}
	err := q.Row(ctx, qAdjustment, h, op).Scan((*int64)(&a.Account), (*int64)(&a.Points), &a.Reason, (*string)(&a.Words), &a.Actor, (*int64)(&a.At))
	if err != nil {
		return err
	}
	books, err := ledger.View(ctx, q, []int64{int64(h)}, false, a.At, nil)
	if err != nil {
		return err
	}
	if b := books[h]; b != nil {
		a.Balance = balanceOf(b.AccountByID(a.Account))
	}
	o.out = a
	return nil
}
