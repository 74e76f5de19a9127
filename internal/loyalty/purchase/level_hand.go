package purchase

import (
	"context"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// LevelRequest puts an account at a level by hand.
type LevelRequest struct {
	By        id.ID // the API key or person; with Key it makes the request once-only
	Key       string
	Buyer     Buyer
	Programme id.ID
	Level     string // "": none
	Until     string // last day on which it does not fall below, YYYY-MM-DD; "": the level's own term
	Reason    string
	Actor     string
}

// Leveled is what was done by hand.
type Leveled struct {
	Change   ledger.LevelChange
	Balance  Balance
	Replayed bool
}

// SetLevel puts an account at a level by hand, with a reason. A member who has
// reached a higher one comes back to that at once.
func (d *Desk) SetLevel(ctx context.Context, r *LevelRequest) (*Leveled, error) {
	if err := checkKey(r.Key); err != nil {
		return nil, err
	}
	_, err := time.Parse(time.DateOnly, r.Until)
	switch {
	case r.Until != "" && (err != nil || r.Level == ""):
		return nil, fault.New(fault.Invalid, "level.until")
	case r.Reason == "" || !text.Valid(r.Reason, maxReason):
		return nil, fault.New(fault.Invalid, "adjust.reason", "most", maxReason)
	case r.Buyer.None():
		return nil, errNoHome()
	}
	op := &leveling{req: r, hash: hashOf("level", r)}
	replayed, err := d.submit(ctx, op)
	if err != nil {
		return nil, err
	}
	op.out.Replayed = replayed
	return op.out, nil
}

// leveling is the operation of a level by hand.
type leveling struct {
	onAccount
	req  *LevelRequest
	hash [32]byte
	out  *Leveled
}

func (o *leveling) claim() (claim, [32]byte) { return claim{o.req.By, o.req.Key}, o.hash }
func (o *leveling) lookUp(l *look)           { l.buyer(o.req.Buyer) }
func (o *leveling) alone() bool              { return false }

func (o *leveling) found(l *look) (home.ID, error) {
	h, err := l.home(o.req.Buyer)
	o.home = h
	return h, err
}

func (o *leveling) load(g *group) error {
	l := g.set.Ladder(o.req.Programme)
	switch {
	case g.set.Get(o.req.Programme) == nil:
		return fault.New(fault.NotFound, "programme.not-found")
	case o.req.Level != "" && l.Find(o.req.Level) == nil:
		return fault.New(fault.NotFound, "level.not-found", "level", o.req.Level)
	}
	if err := o.find(g); err != nil {
		return err
	}
	g.wantLots[o.keeps] = true
	g.wantLevel(o.keeps, o.req.Programme, g.now)
	return nil
}

func (o *leveling) do(g *group) error {
	book, p := g.books[o.keeps], g.set.Get(o.req.Programme)
	a := book.Account(p.ID)
	if a == nil {
		var err error
		if a, err = open(g.ctx, g.tx, book, p, g.now, 0); err != nil {
			return err
		}
	}
	g.levels.settle(book, a, g.now)
	var until clock.Micros
	if day, err := time.Parse(time.DateOnly, o.req.Until); err == nil {
		if until = p.EndOf(day); until <= a.Clock {
			return fault.New(fault.Invalid, "level.until")
		}
	}
	c := ledger.LevelChange{At: a.Clock, Cause: ledger.ByHand, Reason: o.req.Reason, Actor: o.req.Actor}
	done := g.levels.byHand(book, a, o.req.Level, until, c)
	g.claimKey(claim{o.req.By, o.req.Key}, o.hash, o.keeps, done.ID)
	o.out = &Leveled{Change: done, Balance: balanceOf(a)}
	return nil
}

// byHand puts an account at a level; who has reached a higher one comes back
// to that at once.
func (v *levels) byHand(b *ledger.Book, a *ledger.Account, to string, until clock.Micros, c ledger.LevelChange) ledger.LevelChange {
	l := v.set.Ladder(a.Programme)
	was := stateOf(a)
	next, changed := l.Hand(was, to, until, c.At)
	var m ledger.Moves
	if changed {
		m = v.moves(a, l, was.Level, next.Level, c.At)
	}
	done := *b.ChangeLevel(a, standing(a, next), c, m)
	v.rise(b, a, ledger.LevelChange{At: c.At, Cause: ledger.ByRules})
	return done
}

func (o *leveling) replay(ctx context.Context, q db.Q, h home.ID, op id.ID) error {
	c, err := ledger.FindLevelChange(ctx, q, h, op)
	if err != nil {
		return err
	}
	books, err := ledger.View(ctx, q, []int64{int64(h)}, false, c.WrittenAt, nil)
	if err != nil {
		return err
	}
	o.out = &Leveled{Change: c}
	if b := books[h]; b != nil {
		o.out.Balance = balanceOf(b.AccountByID(c.Account))
	}
	return nil
}

// LevelName is a level's name in a programme as it is now; its id where it has
// none, or is not there any more.
func (d *Desk) LevelName(programme id.ID, l string) string {
	if x := d.Programmes.Current().Ladder(programme).Find(l); x != nil && x.Name != "" {
		return x.Name
	}
	return l
}
