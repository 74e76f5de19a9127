package purchase

import (
	"context"
	"strings"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/member"
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
	Only      bool // of the home that is named: who was merged into another is refused
}

// Check refuses what can be nobody's level.
func (r *LevelRequest) Check() error {
	_, err := time.Parse(time.DateOnly, r.Until)
	reason := strings.TrimSpace(r.Reason)
	switch {
	case r.Until != "" && (err != nil || r.Level == ""):
		return fault.New(fault.Invalid, "level.until")
	case reason == "" || !text.Valid(reason, maxReason):
		return fault.New(fault.Invalid, "adjust.reason", "most", maxReason)
	}
	return nil
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
	mine := *r
	mine.Reason = strings.TrimSpace(r.Reason)
	r = &mine
	if err := r.Check(); err != nil {
		return nil, err
	}
	if r.Buyer.None() {
		return nil, errNoHome()
	}
	op := &leveling{req: r, hash: d.hashOf("level", r), who: audit.Of(ctx)}
	replayed, err := d.submit(ctx, op)
	if err != nil {
		return nil, err
	}
	op.out.Replayed = replayed
	return op.out, nil
}

// Standing is at which level a member stands in a programme; "": at none.
func (d *Desk) Standing(ctx context.Context, h home.ID, programme id.ID) (string, error) {
	accounts, err := d.Accounts(ctx, h)
	return StandingIn(accounts, programme), err
}

// StandingIn is the same of accounts that are read already.
func StandingIn(accounts []AccountView, programme id.ID) string {
	for i := range accounts {
		a := &accounts[i]
		if !a.Rests && a.Account.Programme == programme && a.Level != nil && a.Level.Level != nil {
			return a.Level.Level.ID
		}
	}
	return ""
}

// Left tells whether a change by hand has left somebody who now stands at a level
// where he was before: he has reached more.
func (l *Leveled) Left(now string) bool { return l.Change.From != l.Change.To && l.Change.From == now }

// leveling is the operation of a level by hand.
type leveling struct {
	onAccount
	req  *LevelRequest
	hash [32]byte
	who  audit.Actor
	out  *Leveled
}

func (o *leveling) claim() (claim, [32]byte) { return claim{o.req.By, o.req.Key}, o.hash }
func (o *leveling) alone() bool              { return false }

func (o *leveling) lookUp(l *look) {
	if o.req.Only {
		l.standingOf(o.req.Buyer)
	} else {
		l.buyer(o.req.Buyer)
	}
}

func (o *leveling) found(l *look) (home.ID, error) {
	if o.req.Only {
		s, there := l.states[o.req.Buyer.Home]
		switch {
		case !there:
			return 0, errNoHome()
		case s.Home != o.req.Buyer.Home:
			return 0, notServed(member.Merged)
		}
		o.home = s.Home
		return o.home, nil
	}
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
	if err := o.lives(g); err != nil {
		return err
	}
	g.wantLots[o.keeps] = true
	g.wantLevel(o.keeps, o.req.Programme, g.now)
	g.wantStand(o.home, o.keeps, o.req.Programme, g.now)
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
	at := g.levels.stands(g.books[o.home], book, a, g.now)
	if at.a == nil { // the programme has no levels
		at.a = at.book.OpenForLevel(p.ID, g.now)
	}
	var until clock.Micros
	if day, err := time.Parse(time.DateOnly, o.req.Until); err == nil {
		if until = p.EndOf(day); until <= at.a.Clock {
			return fault.New(fault.Invalid, "level.until")
		}
	}
	c := ledger.LevelChange{At: at.a.Clock, Cause: ledger.ByHand, Reason: o.req.Reason, Actor: o.req.Actor}
	done := g.levels.byHand(at, o.req.Level, until, c)
	g.claimKey(claim{o.req.By, o.req.Key}, o.hash, at.book.Home, done.ID)
	o.out = &Leveled{Change: done, Balance: balanceOf(a)}
	return g.noteByHand(o.who, "level.set", o.home, byHandNote{Operation: done.ID.String(), Programme: p.ID, From: done.From, To: done.To})
}

// byHand puts somebody at a level; who has reached a higher one comes back
// to that at once. Points go with where he was and where he has come back to:
// what a level gives is not given again for having been lowered for no time.
func (v *levels) byHand(at stand, to string, until clock.Micros, c ledger.LevelChange) ledger.LevelChange {
	b, a := at.book, at.a
	l := v.set.Ladder(a.Programme)
	was := stateOf(a)
	next, changed := l.Hand(was, to, until, c.At)
	back, returns := v.comesBack(b, a, l, was, next, c.At)
	var m ledger.Moves
	if changed && back.Level != was.Level {
		m = v.moves(a, l, was.Level, back.Level, c.At)
	}
	done := *b.ChangeLevel(a, standing(a, next), c, m)
	again := ledger.LevelChange{At: c.At, Cause: ledger.ByRules}
	if returns {
		b.ChangeLevel(a, standing(a, back), again, ledger.Moves{})
	}
	v.rise(b, a, again)
	return done
}

// comesBack is where somebody comes back to at once who was put below what he has
// reached; else where he was put. Back where he was he stands there as if he had not left.
func (v *levels) comesBack(b *ledger.Book, a *ledger.Account, l *level.Ladder, was, put level.State, at clock.Micros) (_ level.State, comes bool) {
	if l.None() || !l.Rose(put.Level, was.Level) {
		return put, false
	}
	back, comes := l.Up(put, v.facts(b, a, l, l.Day(at)), at)
	if !comes {
		return put, false
	}
	if back.Level == was.Level {
		back.Since, back.Until = was.Since, was.Until
	}
	return back, true
}

func (o *leveling) replay(ctx context.Context, q db.Q, h home.ID, op id.ID) error {
	c, err := ledger.FindLevelChange(ctx, q, h, op)
	if err != nil {
		return err
	}
	o.out = &Leveled{Change: c}
	o.out.Balance, err = usedBalance(ctx, q, h, c.Account, c.WrittenAt)
	return err
}

// usedBalance is the balance of an account or, of one whose member uses a
// household's, of that.
func usedBalance(ctx context.Context, q db.Q, h home.ID, account id.ID, now clock.Micros) (none Balance, err error) {
	books, err := ledger.View(ctx, q, []int64{int64(h)}, false, now, nil)
	if err != nil || books[h] == nil {
		return none, err
	}
	a, keeps := books[h].AccountByID(account), books[h].Keeps()
	if a == nil || keeps == h {
		return balanceOf(a), nil
	}
	if books, err = ledger.View(ctx, q, []int64{int64(keeps)}, false, now, nil); err != nil || books[keeps] == nil {
		return none, err
	}
	return balanceOf(books[keeps].Account(a.Programme)), nil
}

// LevelName is a level's name in a programme as it is now; its id where it has
// none, or is not there any more.
func (d *Desk) LevelName(programme id.ID, l string) string {
	if x := d.Programmes.Current().Ladder(programme).Find(l); x != nil && x.Name != "" {
		return x.Name
	}
	return l
}
