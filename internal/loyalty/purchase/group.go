package purchase

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// group is one transaction of the desk.
type group struct {
	desk *Desk
	ctx  context.Context
	tx   *db.Tx
	now  clock.Micros

	strict bool // a refusal ends the transaction

	set       *programme.Set
	books     ledger.Books
	levels    *levels
	docs      docs
	facts     facts
	contacts  contacts
	codes     codes
	limits    limits
	bought    bought
	shared    map[home.ID]bool // by more than one operation of this transaction
	bound     map[string]bool  // numbers of tickets that this transaction binds
	wantLots  map[home.ID]bool
	wantNamed []ledger.LotRef

	wantDeposits map[home.ID]bool

	// versionOf reads a version of a programme; nil: from the base.
	versionOf func(programme id.ID, version int64) (*rule.Programme, error)

	keys      *db.Many
	purchases *db.Many
	states    *db.Many
	refunds   *db.Many
	adjusts   *db.Many
	deposits  *db.Many // what was done to them by hand
	tickets   *db.Many
	visits    *db.Many
	fiscals   *db.Many
	claims    *db.Many

	boundFiscal map[fiscalKey]bool // fiscal receipts that this transaction binds

	reservations struct{ made, changed *db.Many }

	events []eventtype.Event
	guests []guestOf
}

// errAgain asks for the transaction to be run anew: what it was prepared for
// has changed.
var errAgain = errors.New("purchase: group to be run again")

// maxAgain is far above what happens: each run finds a new version of a
// programme, more limits of which all rows must be locked, or a guest who has
// become a member.
const maxAgain = 50

// run carries out the tickets that may share a transaction and gives back the
// others. An error means that nothing of the transaction is there.
func (g *group) run(batch []*ticket) (rest []*ticket, err error) {
	open, err := g.lookUp(batch)
	if err != nil {
		return nil, err
	}
	var mine []*ticket
	for try := 1; ; try++ {
		// What is learnt under the locks may change who can share them.
		if mine, rest = g.share(open); len(mine) == 0 {
			return rest, nil
		}
		err = g.write(mine)
		if !errors.Is(err, errAgain) || try == maxAgain {
			break
		}
		if err := g.desk.Programmes.Refresh(g.ctx); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	g.answer(mine)
	return rest, nil
}

// answer ends the tickets. What is refused may have been done under its key by
// another process between the look and the lock: then that is its answer.
func (g *group) answer(mine []*ticket) {
	refused := slices.DeleteFunc(slices.Clone(mine), func(t *ticket) bool { return t.err == nil || t.claim.key == "" })
	if len(refused) > 0 {
		g.lookAgain(refused)
	}
	for _, t := range mine {
		t.end(t.err)
	}
}

func (g *group) lookAgain(refused []*ticket) {
	l := newLook(g.desk)
	for _, t := range refused {
		l.key(t.claim)
	}
	if l.run(g.ctx) != nil {
		return // what they were refused for stands
	}
	for _, t := range refused {
		if k, done := l.keys[t.claim]; done {
			t.replay, t.err = true, g.answerAgain(t, k)
		}
	}
}

// lookUp finds homes, and answers those whose key is done already.
func (g *group) lookUp(batch []*ticket) ([]*ticket, error) {
	l := newLook(g.desk)
	for _, t := range batch {
		if t.claim.key != "" {
			l.key(t.claim)
		}
		t.op.lookUp(l)
	}
	if err := l.run(g.ctx); err != nil {
		return nil, err
	}
	var mine []*ticket
	for _, t := range batch {
		if k, ok := l.keys[t.claim]; ok && t.claim.key != "" {
			t.replay = true
			t.end(g.answerAgain(t, k))
			continue
		}
		h, err := t.op.found(l)
		if err != nil {
			t.end(err)
			continue
		}
		t.home = h
		mine = append(mine, t)
	}
	return mine, nil
}

// answerAgain gives a ticket the answer of its key. It is read beside the
// transaction, so it is here that a lost base is told of.
func (g *group) answerAgain(t *ticket, k doneKey) error {
	if k.hash != t.hash {
		return errOtherBody()
	}
	err := t.op.replay(g.ctx, g.desk.DB, k.home, k.op)
	if db.IsUnavailable(err) {
		return g.desk.giveUp(err, false)
	}
	return err
}

// share picks the tickets that may be done together: an operation that wants
// to be alone with its homes does not share them.
func (g *group) share(batch []*ticket) (mine, rest []*ticket) {
	taken := make(map[home.ID]bool, len(batch)) // true: by one that is alone
	for _, t := range batch {
		if o, ok := t.op.(interface{ at() home.ID }); ok && o.at() != 0 {
			t.home = o.at()
		}
		t.homes = append(append(t.homes[:0], t.home), t.op.beside(g.desk)...)
		alone := t.op.alone()
		if slices.ContainsFunc(t.homes, func(h home.ID) bool {
			byAlone, seen := taken[h]
			return seen && (byAlone || alone)
		}) {
			rest = append(rest, t)
			continue
		}
		for _, h := range t.homes {
			taken[h] = alone
		}
		mine = append(mine, t)
	}
	return mine, rest
}

// write is the transaction.
func (g *group) write(mine []*ticket) error {
	return g.desk.DB.Write(g.ctx, func(tx *db.Tx) error {
		g.reset(tx)
		if err := g.lock(mine); err != nil {
			return err
		}
		if err := g.prepare(mine); err != nil {
			return err
		}
		for _, t := range mine {
			if t.err == nil {
				if err := g.do(t); err != nil {
					return err
				}
			}
			if t.err != nil && g.strict {
				return t.err
			}
		}
		if err := g.levels.gifts.err; err != nil {
			return err
		}
		return g.flush()
	})
}

func (g *group) reset(tx *db.Tx) {
	g.tx = tx
	g.set = g.desk.Programmes.Current()
	g.books = ledger.Books{}
	g.levels = newLevels(g.set)
	g.levels.gifts.ctx, g.levels.gifts.q = g.ctx, tx
	g.docs, g.facts, g.contacts = docs{}, facts{}, contacts{}
	g.wantLots, g.wantNamed, g.wantDeposits = map[home.ID]bool{}, nil, map[home.ID]bool{}
	g.codes.reset()
	g.limits.reset()
	g.bought, g.shared = bought{}, map[home.ID]bool{}
	g.keys, g.purchases, g.states = insertKey.Of(), insertPurchase.Of(), updatePurchase.Of()
	g.refunds, g.adjusts, g.deposits = insertRefund.Of(), insertAdjustment.Of(), insertDepositOp.Of()
	g.tickets, g.visits, g.bound = insertTicket.Of(), insertVisit.Of(), map[string]bool{}
	g.fiscals, g.boundFiscal = insertFiscal.Of(), map[fiscalKey]bool{}
	g.claims = updateClaim.Of()
	g.reservations.made, g.reservations.changed = insertReservation.Of(), updateReservation.Of()
	g.events, g.guests = nil, nil
}

// lock takes the homes' locks in order and reads homes and accounts, the
// versions of the programmes and whatever the operations name.
func (g *group) lock(mine []*ticket) error {
	homes := make([]int64, 0, len(mine))
	for _, t := range mine {
		t.err = nil
		for _, h := range t.homes {
			homes = append(homes, int64(h))
		}
	}
	slices.Sort(homes)
	homes = slices.Compact(homes)
	b := &db.Batch{}
	g.books.Load(b, g.tx.Dialect(), homes, true, g.now, g.desk.IDs)
	versions := map[id.ID]int64{}
	programme.Versions(b, versions)
	if err := g.tx.Run(g.ctx, b); err != nil {
		return err
	}
	if !g.set.Is(versions) {
		return errAgain
	}
	for _, h := range homes {
		if h := home.ID(h); g.books[h] == nil {
			if h.Kind() == home.Member {
				continue // its operation says so
			}
			g.books[h] = ledger.NewBook(h, g.now, g.desk.IDs)
		}
	}
	for _, b := range g.books {
		b.Turns = g.levels
	}
	return nil
}

// prepare reads what the operations need of their homes, and the limits.
func (g *group) prepare(mine []*ticket) error {
	met := make(map[home.ID]bool, len(mine))
	again := false
	for _, t := range mine {
		if g.books[t.home] == nil {
			t.err = errNoHome()
			continue
		}
		for _, h := range t.homes {
			// Where one operation follows another on an account, what the first
			// does may make the second need the lots.
			if met[h] && g.books[h] != nil {
				g.shared[h], g.wantLots[h] = true, true
				g.levels.wantChanges(h)
				g.levels.gifts.wantAll(h)
			}
			met[h] = true
		}
		if t.err = t.op.load(g); errors.Is(t.err, errBase) {
			return t.err
		}
		again = again || errors.Is(t.err, errAgain)
	}
	if again {
		return errAgain
	}
	b := &db.Batch{}
	lots := make([]int64, 0, len(g.wantLots))
	for h := range g.wantLots {
		lots = append(lots, int64(h))
	}
	if len(lots) > 0 {
		slices.Sort(lots)
		g.books.LoadLots(b, g.tx.Dialect(), lots)
	}
	g.readDeposits(b)
	g.docs.read(b, g.tx.Dialect())
	g.levels.read(b, g.tx.Dialect())
	g.facts.read(b, g.tx.Dialect())
	g.contacts.read(b, g.tx.Dialect())
	g.bought.read(b, g.books)
	if err := g.tx.Run(g.ctx, b); err != nil {
		return err
	}
	if err := g.named(mine); err != nil {
		return err
	}
	if err := g.codes.lock(g); err != nil {
		return err
	}
	if err := g.limits.lock(g); err != nil {
		return err
	}
	return g.guestsStand(mine)
}

// deepLoader is an operation that, having read something, needs more.
type deepLoader interface{ loadMore(*group) error }

// named reads the lots that documents just read have named.
func (g *group) named(mine []*ticket) error {
	again := false
	for _, t := range mine {
		if n, ok := t.op.(deepLoader); ok && t.err == nil {
			t.err = n.loadMore(g)
			again = again || errors.Is(t.err, errAgain)
		}
	}
	if again {
		return errAgain
	}
	b := &db.Batch{}
	if len(g.wantNamed) > 0 {
		g.books.LoadNamed(b, g.tx.Dialect(), g.wantNamed)
	}
	g.readDeposits(b)
	g.docs.read(b, g.tx.Dialect())
	return g.tx.Run(g.ctx, b)
}

// do does one operation; if it is refused its homes are as they were.
func (g *group) do(t *ticket) error {
	marks := make([]ledger.Mark, len(t.homes))
	for i, h := range t.homes {
		if book := g.books[h]; book != nil {
			marks[i] = book.Mark()
		}
	}
	err := t.op.do(g)
	switch {
	case errors.Is(err, errAgain), errors.Is(err, errBase), errors.Is(err, errMoved):
		return err
	case err != nil:
		for i, h := range t.homes {
			if book := g.books[h]; book != nil {
				book.Revert(marks[i])
			}
		}
		t.err = err
	}
	return nil
}

// version gives one version of a programme.
func (g *group) version(programme id.ID, version int64) (*rule.Programme, error) {
	if g.versionOf != nil {
		return g.versionOf(programme, version)
	}
	return g.desk.Programmes.VersionIn(g.ctx, g.tx, programme, version)
}

// inForce is the set of the programmes' versions that were in force at a time.
func (g *group) inForce(at clock.Micros) (*programme.Set, error) {
	s, err := g.desk.Programmes.InForce(g.ctx, g.tx, g.set, at)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBase, err)
	}
	return s, nil
}

// wantLevel names what the level of an account needs of its home.
func (g *group) wantLevel(h home.ID, of id.ID, at clock.Micros) {
	if g.levels.want(h, g.books[h].Standing(of), of, at) {
		g.wantLots[h] = true
	}
}

// claimKey notes that the operation is what the ticket's key stands for.
func (g *group) claimKey(c claim, hash [32]byte, h home.ID, op id.ID) {
	g.keys.Add(int64(c.till), c.key, int64(h), int64(op), hash[:])
}

func (g *group) flush() error {
	b := &db.Batch{}
	b.Many(g.keys)
	heads := g.books.Flush(b)
	b.Many(g.purchases)
	b.Many(g.states)
	b.Many(g.refunds)
	b.Many(g.adjusts)
	b.Many(g.deposits)
	b.Many(g.tickets)
	b.Many(g.visits)
	b.Many(g.fiscals)
	b.Many(g.claims)
	b.Many(g.reservations.made)
	b.Many(g.reservations.changed)
	g.codes.flush(b)
	g.limits.flush(b)
	g.queueGuests(b)
	if err := g.addEvents(b, heads); err != nil {
		return err
	}
	return g.tx.Run(g.ctx, b)
}

// errBase marks an error of the base inside an operation: it ends the
// transaction, not the operation.
var errBase = errors.New("purchase: the base failed")

func stack() string { return string(debug.Stack()) }
