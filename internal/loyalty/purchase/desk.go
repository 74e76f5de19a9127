package purchase

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Options are what a Desk works with.
type Options struct {
	DB         *db.DB
	IDs        *id.Maker
	Clock      clock.Clock
	Log        *slog.Logger
	Programmes *programme.Programmes
	Directory  *partner.Directory
	Catalog    *catalog.Index
	Playbill   *playbill.Index // nil: nothing is known of sessions
	Secret     []byte          // signs quotes
	UseStep    func(ctx context.Context, q db.Q, h home.ID, card id.ID, step int64) (bool, error)

	// Cashier tells whether there is such a cashier; nil: there is.
	Cashier func(ctx context.Context, cashier id.ID) (bool, error)

	// Unknown is told of goods that were sold and are not in the catalogue. It
	// must not wait.
	Unknown func([]catalog.Seen)

	Group   int           // operations in one transaction at most; 0: 64
	Workers int           // transactions at one time; 0: one on SQLite, three on PostgreSQL
	Wait    time.Duration // how long a request waits for its answer at most; 0: 15 s
}

const (
	maxAhead     = 5 * time.Minute // how far a till's clock may run before ours
	defaultGroup = 64
	defaultWait  = 15 * time.Second
	maxQueue     = 4096
)

// Desk takes operations on homes and carries them out in groups. It is safe
// for concurrent use.
type Desk struct {
	Options
	queue chan *ticket
	stop  chan struct{}
	done  sync.WaitGroup

	underway atomic.Int64

	gate   sync.RWMutex // held to read while an operation is put into the queue
	closed bool

	mu       sync.Mutex
	inFlight map[claim]chan struct{}
	tight    map[string]bool     // limits whose slots are nearly used up
	keepers  map[home.ID]home.ID // where members of households were last seen to have their account
}

// Claim is a till's key.
type claim struct {
	till id.ID
	key  string
}

// operation is one thing to be done to a home. Its methods are called in this
// order, by one worker; from lookUp to done it may go round more than once.
type operation interface {
	// claim is the key it is done under, and the hash of the request; a zero
	// key is none.
	claim() (claim, [32]byte)
	// lookUp names what must be known before the lock.
	lookUp(l *look)
	// found takes it and tells the home to lock.
	found(l *look) (home.ID, error)
	// beside tells the homes to lock beside that one, as far as they are known;
	// load or loadMore asks for another run where one is missing.
	beside(d *Desk) []home.ID
	// load names what is to be read under the lock.
	load(g *group) error
	// do judges and does it in memory. An error leaves nothing.
	do(g *group) error
	// replay fills the answer from the operation that was done under the key.
	replay(ctx context.Context, q db.Q, h home.ID, op id.ID) error
	// alone tells whether nothing else may happen to its homes in the group.
	alone() bool
}

// ticket is an operation in the queue and where its end is told.
type ticket struct {
	ctx    context.Context
	op     operation
	claim  claim
	hash   [32]byte
	home   home.ID
	homes  []home.ID // all that it may write, its own first
	err    error
	replay bool // the answer is an earlier one
	done   chan struct{}
}

// New opens a desk; Close ends it.
func New(o Options) *Desk {
	if o.Group == 0 {
		o.Group = defaultGroup
	}
	if o.Workers == 0 {
		o.Workers = 3
	}
	if o.DB.Dialect() == db.SQLite {
		o.Workers = 1
	}
	if o.Wait == 0 {
		o.Wait = defaultWait
	}
	d := &Desk{
		Options: o, queue: make(chan *ticket, maxQueue), stop: make(chan struct{}),
		inFlight: map[claim]chan struct{}{}, tight: map[string]bool{}, keepers: map[home.ID]home.ID{},
	}
	for range o.Workers {
		d.done.Go(d.work)
	}
	return d
}

// Close waits for what is in the queue and stops. What comes later is refused.
func (d *Desk) Close() {
	d.gate.Lock()
	if !d.closed {
		d.closed = true
		close(d.stop)
	}
	d.gate.Unlock()
	d.done.Wait()
}

// Underway is how many operations wait for their end now. What is in no hurry
// goes by it, so as not to stand in the way of tills.
func (d *Desk) Underway() int { return int(d.underway.Load()) }

// submit carries an operation out and waits for its end. It tells whether the
// answer is that of an earlier request with the same key.
func (d *Desk) submit(ctx context.Context, op operation) (replayed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, d.Wait)
	defer cancel()
	d.underway.Add(1)
	defer d.underway.Add(-1)
	t := &ticket{ctx: ctx, op: op, done: make(chan struct{})}
	t.claim, t.hash = op.claim()
	if t.claim.key != "" {
		release, err := d.hold(ctx, t.claim)
		if err != nil {
			return false, err
		}
		defer release()
	}
	if err := d.enqueue(t); err != nil {
		return false, err
	}
	// Once queued it is waited for to its end: the worker drops it if its time
	// is over before it began, and has bounds of its own after that.
	<-t.done
	return t.replay, t.err
}

// enqueue puts a ticket into the queue, but not after the workers have begun to
// go: nobody would take it.
func (d *Desk) enqueue(t *ticket) error {
	d.gate.RLock()
	defer d.gate.RUnlock()
	if d.closed {
		return fault.New(fault.Unavailable, "desk.closing")
	}
	select {
	case d.queue <- t:
		return nil
	case <-t.ctx.Done():
		return fault.Wrap(t.ctx.Err(), fault.Unavailable, "desk.busy")
	}
}

// hold makes requests with one key follow each other in this process, so that
// a till that asks again while we still work gets the answer of the first.
func (d *Desk) hold(ctx context.Context, c claim) (release func(), err error) {
	for {
		d.mu.Lock()
		busy := d.inFlight[c]
		if busy == nil {
			mine := make(chan struct{})
			d.inFlight[c] = mine
			d.mu.Unlock()
			return func() {
				d.mu.Lock()
				delete(d.inFlight, c)
				d.mu.Unlock()
				close(mine)
			}, nil
		}
		d.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, fault.Wrap(ctx.Err(), fault.Conflict, "key.in-progress")
		}
	}
}

// work takes what is in the queue, up to a group at a time.
func (d *Desk) work() {
	batch := make([]*ticket, 0, d.Group)
	for {
		batch = batch[:0]
		select {
		case t := <-d.queue:
			batch = append(batch, t)
		case <-d.stop:
			select {
			case t := <-d.queue: // what is queued is still done
				batch = append(batch, t)
			default:
				return
			}
		}
	fill:
		for len(batch) < d.Group {
			select {
			case t := <-d.queue:
				batch = append(batch, t)
			default:
				break fill
			}
		}
		for rest := batch; len(rest) > 0; {
			rest = d.round(rest)
		}
	}
}

// round carries out as many of the tickets as may share a transaction and
// gives back the others.
func (d *Desk) round(batch []*ticket) (rest []*ticket) {
	live := make([]*ticket, 0, len(batch))
	for _, t := range batch {
		if err := t.ctx.Err(); err != nil {
			t.end(fault.Wrap(err, fault.Unavailable, "desk.busy"))
			continue
		}
		live = append(live, t)
	}
	rest, err := d.try(live)
	if err == nil {
		return rest
	}
	// The transaction as a whole failed: each is taken again by itself, so
	// that one can't spoil its neighbours, and so that what COMMIT left open
	// is settled by the key.
	for _, t := range live {
		if !t.ended() {
			d.settleAlone(t, err)
		}
	}
	return nil
}

const (
	aloneTries = 4
	tryTimeout = 10 * time.Second
)

// settleAlone takes a ticket by itself until it has a certain end.
func (d *Desk) settleAlone(t *ticket, cause error) {
	unknown := errors.Is(cause, db.ErrOutcomeUnknown)
	for try := 1; ; try++ {
		if try > aloneTries || t.ctx.Err() != nil {
			t.end(d.giveUp(cause, unknown))
			return
		}
		_, err := d.try([]*ticket{t})
		if t.ended() {
			return
		}
		if errors.Is(err, errMoved) {
			t.end(fault.From(err))
			return
		}
		cause = err
		unknown = unknown || errors.Is(err, db.ErrOutcomeUnknown)
		if !d.pause(t.ctx, try, err) {
			t.end(d.giveUp(err, unknown))
			return
		}
	}
}

// pause waits before the next try where the base can't be reached.
func (d *Desk) pause(ctx context.Context, try int, err error) bool {
	if !db.IsUnavailable(err) && !errors.Is(err, db.ErrOutcomeUnknown) {
		return true
	}
	timer := time.NewTimer(time.Duration(try*try) * 100 * time.Millisecond) //nolint:forbidigo // it waits for the machine, whatever the product's clock says
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// giveUp is what a caller is told where the base has refused: a key that may be
// done already is told apart from a base that is not there, which may be asked
// again.
func (d *Desk) giveUp(cause error, unknown bool) error {
	switch {
	case unknown:
		return fault.Wrap(cause, fault.Unavailable, "key.outcome-unknown")
	case db.IsUnavailable(cause):
		return fault.Wrap(cause, fault.Unavailable, "db.unavailable")
	}
	return fault.From(cause)
}

// try runs one transaction. An error says that the transaction as a whole
// came to nothing; what a ticket got wrong by itself is its own.
func (d *Desk) try(batch []*ticket) (rest []*ticket, err error) {
	if len(batch) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(batch[0].ctx), tryTimeout)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("desk: panic: %v", r)
			d.Log.ErrorContext(ctx, "operation failed", "error", err, "stack", stack())
		}
	}()
	g := &group{desk: d, now: d.Clock.Now(), ctx: ctx}
	return g.run(batch)
}

func (t *ticket) end(err error) {
	t.err = err
	close(t.done)
}

func (t *ticket) ended() bool {
	select {
	case <-t.done:
		return true
	default:
		return false
	}
}

// stranger tells whether a cashier is named whom nobody knows.
func (d *Desk) stranger(ctx context.Context, cashier id.ID) (bool, error) {
	if cashier == 0 || d.Cashier == nil {
		return false, nil
	}
	known, err := d.Cashier(ctx, cashier)
	return !known, err
}

// Place finds an open till.
func (d *Desk) place(till id.ID) (partner.Place, error) {
	p, ok := d.Directory.Place(till)
	if !ok {
		return p, fault.New(fault.NotFound, "till.not-found")
	}
	return p, nil
}
