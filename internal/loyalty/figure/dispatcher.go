package figure

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/metrics"
)

// Options are what a Dispatcher works with.
type Options struct {
	DB      *db.DB
	Clock   clock.Clock
	Log     *slog.Logger
	Metrics *metrics.Registry // nil: none
	// Heads adds to the batch what keeps the changed heads for their seal; nil
	// lets them go.
	Heads func(b *db.Batch, heads []ledger.Head)
	// Feed adds to the batch what gives the rows their places in the feed, in
	// their order; nil: there is none.
	Feed func(b *db.Batch, rows []eventtype.Row)
	// Touched adds to the batch what keeps the members of the events for whoever
	// works out their figures; nil: nobody does.
	Touched func(b *db.Batch, members []Touched)
	// Done is called after each turn that has folded anything; nil: nobody asks.
	Done  func()
	Batch int           // rows of event in one transaction at most; 0: 500
	Every time.Duration // how long new events may gather; 0: a second
}

const (
	defaultBatch = 500
	defaultEvery = time.Second
)

// Dispatcher folds events into figures and gives them their places in the
// feed. Any number of them may run, in any number of processes; they take turns.
type Dispatcher struct {
	Options
	wake chan struct{}
	lag  func(time.Duration)
	done func(events int64)
}

// NewDispatcher makes one; Run sets it to work.
func NewDispatcher(o Options) *Dispatcher {
	o.Batch = cmp.Or(o.Batch, defaultBatch)
	o.Every = cmp.Or(o.Every, defaultEvery)
	d := &Dispatcher{Options: o, wake: make(chan struct{}, 1), lag: func(time.Duration) {}, done: func(int64) {}}
	if o.Metrics != nil {
		lag := o.Metrics.Gauge("dispatch_lag_seconds", "Age of the oldest event when it was last folded into figures and the feed, or could not be.").WithLabelValues()
		folded := o.Metrics.Counter("events_folded_total", "Events that were folded into figures.").WithLabelValues()
		d.lag = func(age time.Duration) { lag.Set(age.Seconds()) }
		d.done = func(events int64) { folded.Add(float64(events)) }
	}
	return d
}

// Wake asks Run to look now.
func (d *Dispatcher) Wake() {
	select {
	case d.wake <- struct{}{}:
	default: // it has been asked already
	}
}

// Run folds until ctx ends. It works without a pause while there is much to
// fold, and lets events gather while there is little: a turn costs about the
// same whatever it folds.
func (d *Dispatcher) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if _, err := d.Drain(ctx); err != nil && ctx.Err() == nil {
			d.Log.ErrorContext(ctx, "events were not folded", "error", err)
			if lag, err := d.Lag(ctx); err == nil {
				d.lag(lag) // else it would stay what it was at the last that went well
			}
		}
		pause, end := context.WithTimeout(ctx, d.Every)
		select {
		case <-d.wake:
		case <-pause.Done():
		}
		end()
	}
}

// Drain folds what is there and tells how many events it was.
func (d *Dispatcher) Drain(ctx context.Context) (events int64, err error) {
	for {
		t, err := d.turn(ctx)
		if err != nil {
			return events, err
		}
		events += t.fold.Events
		d.done(t.fold.Events)
		d.lag(d.age(t.oldest))
		if d.Done != nil && len(t.rows) > 0 {
			d.Done()
		}
		if len(t.rows) < d.Batch {
			return events, nil
		}
	}
}

// Lag is how old the oldest event is that is not folded yet; 0: there is
// none. Figures are as of that long ago.
func (d *Dispatcher) Lag(ctx context.Context) (time.Duration, error) {
	var oldest int64
	if err := d.DB.Row(ctx, qOldest).Scan(&oldest); err != nil {
		return 0, err
	}
	return d.age(oldest), nil
}

func (d *Dispatcher) age(event int64) time.Duration {
	if event == 0 {
		return 0
	}
	return max(0, d.Clock.Now().Time().Sub(id.ID(event).Time()))
}

// turn is one transaction of the dispatcher.
type turn struct {
	rows   []taken
	told   []eventtype.Row
	fold   *Fold
	oldest int64
}

func (t *turn) scan(r db.Row) error {
	var row taken
	var doc []byte
	if err := r.Scan(&row.home, &row.event, &doc); err != nil {
		return err
	}
	t.rows = append(t.rows, row)
	if t.oldest == 0 || row.event < t.oldest {
		t.oldest = row.event
	}
	before := t.fold.Events
	if err := t.fold.Add(doc); err != nil {
		return fmt.Errorf("event %d of home %d: %w", row.event, row.home, err)
	}
	if n := t.fold.Events - before; n > 0 {
		t.told = append(t.told, eventtype.Row{ID: id.ID(row.event), Count: n, Events: bytes.Clone(t.fold.list)})
	}
	return nil
}

// turn folds up to a batch. On SQLite it reads before it writes, so that the
// one writer waits for no reading; that nobody else has folded the same is
// what the deletion then tells. Who has lost once reads as the writer: of many
// dispatchers one could lose for ever.
func (d *Dispatcher) turn(ctx context.Context) (*turn, error) {
	if d.DB.Dialect() == db.Postgres {
		return d.alone(ctx)
	}
	t := &turn{fold: NewFold()}
	err := d.DB.Each(ctx, t.scan, qTakeLite, d.Batch)
	if err == nil && len(t.rows) > 0 {
		err = d.DB.Write(ctx, func(tx *db.Tx) error { return d.write(ctx, tx, t) })
	}
	if errors.Is(err, db.ErrMoved) {
		return d.alone(ctx)
	}
	return t, err
}

// alone reads and writes in one transaction that no other dispatcher has.
func (d *Dispatcher) alone(ctx context.Context) (t *turn, err error) {
	err = d.DB.Write(ctx, func(tx *db.Tx) error {
		t = &turn{fold: NewFold()}
		take := qTakeLite
		if tx.Dialect() == db.Postgres {
			take = qTakePG
			if _, err := tx.Exec(ctx, qTurnPG, turnLock); err != nil {
				return err
			}
		}
		if err := tx.Each(ctx, t.scan, take, d.Batch); err != nil {
			return err
		}
		return d.write(ctx, tx, t)
	})
	return t, err
}

// write deletes the events and adds what they come to.
func (d *Dispatcher) write(ctx context.Context, tx *db.Tx, t *turn) error {
	if len(t.rows) == 0 {
		return nil
	}
	gone := deleteEvent.Of()
	for _, r := range t.rows {
		gone.Add(r.home, r.event)
	}
	b := &db.Batch{}
	b.Many(gone)
	t.fold.add(b)
	if d.Heads != nil && len(t.fold.Heads) > 0 {
		d.Heads(b, t.fold.Heads)
	}
	if d.Feed != nil && len(t.told) > 0 {
		d.Feed(b, t.told)
	}
	if d.Touched != nil && len(t.fold.Touched) > 0 {
		d.Touched(b, slices.SortedFunc(maps.Keys(t.fold.Touched), Touched.compare))
	}
	return tx.Run(ctx, b)
}

func (t Touched) compare(x Touched) int {
	return cmp.Or(cmp.Compare(t.Home, x.Home), cmp.Compare(t.Outlet, x.Outlet))
}

// add adds the rows to those that are stored. In one order, so that two
// dispatchers can't wait for each other.
func (t *Table) add(b *db.Batch) {
	day, cashier, campaign := addDay.Of(), addCashier.Of(), addCampaign.Of()
	for _, k := range slices.SortedFunc(maps.Keys(t.days.all), Key.Compare) {
		day.Add(rowOf(k, t.days.all[k][:])...)
	}
	for _, k := range slices.SortedFunc(maps.Keys(t.cashiers.all), CashierKey.Compare) {
		cashier.Add(rowOf(k.Key, t.cashiers.all[k][:OfReceipts], int64(k.Cashier))...)
	}
	for _, k := range slices.SortedFunc(maps.Keys(t.campaigns.all), CampaignKey.Compare) {
		campaign.Add(rowOf(k.Key, t.campaigns.all[k][:], k.Campaign)...)
	}
	for _, m := range []*db.Many{day, cashier, campaign} {
		if m.Len() > 0 {
			b.Many(m)
		}
	}
}

// Compare orders keys by day, outlet and programme.
func (k Key) Compare(x Key) int {
	return cmp.Or(cmp.Compare(k.Day, x.Day), cmp.Compare(k.Outlet, x.Outlet), cmp.Compare(k.Programme, x.Programme))
}

// Compare orders keys by day, outlet, programme and cashier.
func (k CashierKey) Compare(x CashierKey) int {
	return cmp.Or(k.Key.Compare(x.Key), cmp.Compare(k.Cashier, x.Cashier))
}

// Compare orders keys by day, outlet, programme and campaign.
func (k CampaignKey) Compare(x CampaignKey) int {
	return cmp.Or(k.Key.Compare(x.Key), cmp.Compare(k.Campaign, x.Campaign))
}
