package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"kopilka/internal/platform/money"
)

// Caller is one client's way to the program. It is used by one goroutine.
type Caller interface {
	// Sell commits a receipt; an error is any end but a commit.
	Sell(ctx context.Context, r *Receipt) error
	// Quote asks what a receipt would come to.
	Quote(ctx context.Context, r *Receipt) error
	// Find looks a member up by his phone; an error is any end but one member.
	Find(ctx context.Context, phone string) error
	// Close ends it.
	Close()
}

// Receipt is three lines of one member.
type Receipt struct {
	Key   string
	Phone string
	Lines [3]Line
}

// Line is a position of a receipt.
type Line struct {
	SKU    string
	Pieces int64
	Price  money.Amount // kopecks a piece
}

// walk goes through the members in an order that jumps about and meets each
// once before any again.
type walk struct {
	members int64
	step    int64
	next    atomic.Int64
}

func newWalk(members int64) *walk {
	w := &walk{members: members, step: 1}
	if members > 2 {
		for step := members*618/1000 + 1; ; step++ {
			if gcd(step, members) == 1 {
				w.step = step
				break
			}
		}
	}
	w.next.Store(rand.Int64N(members))
	return w
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func (w *walk) member() int64 {
	return w.next.Add(1) % w.members * w.step % w.members
}

// load is clients that send one receipt after the other, each at its own
// till, without a pause.
type load struct {
	walk    *walk
	run     string // distinguishes the keys of this run
	callers []Caller
	sold    []int64 // receipts so far, by client
}

// seen is what the clients saw in one phase.
type seen struct {
	took   time.Duration
	times  []time.Duration // of each answer, sorted
	errors int64
	first  error
	all    int64 // answered, those outside the measured time too
}

func (s *seen) perSecond() float64 { return float64(len(s.times)) / s.took.Seconds() }

// errNobody is that a member of the benchmark was not found.
var errNobody = errors.New("bench: the member was not found")

// call is one request of a client.
type call func(ctx context.Context, c Caller, r *Receipt) error

func sell(ctx context.Context, c Caller, r *Receipt) error  { return c.Sell(ctx, r) }
func quote(ctx context.Context, c Caller, r *Receipt) error { return c.Quote(ctx, r) }
func find(ctx context.Context, c Caller, r *Receipt) error  { return c.Find(ctx, r.Phone) }

// phase warms up, then measures one sort of requests for a time.
func (l *load) phase(ctx context.Context, do call, warm, d time.Duration, measured func(begins bool)) (*seen, error) {
	parts := make([]seen, len(l.callers))
	begin := time.Now().Add(warm)
	end := begin.Add(d)
	if measured != nil {
		starting := time.AfterFunc(warm, func() { measured(true) })
		defer func() {
			if !starting.Stop() {
				measured(false)
			}
		}()
	}
	var all sync.WaitGroup
	for i, c := range l.callers {
		all.Go(func() { l.client(ctx, do, i, c, begin, end, &parts[i]) })
	}
	all.Wait()
	sum := &seen{took: d}
	for i := range parts {
		p := &parts[i]
		sum.times = append(sum.times, p.times...)
		sum.errors += p.errors
		sum.all += p.all
		if sum.first == nil {
			sum.first = p.first
		}
	}
	slices.Sort(sum.times)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(sum.times) == 0 {
		return nil, fmt.Errorf("bench: nothing was answered: %w", sum.first)
	}
	return sum, nil
}

func (l *load) client(ctx context.Context, do call, i int, c Caller, begin, end time.Time, s *seen) {
	r := &Receipt{}
	for ctx.Err() == nil {
		l.fill(r, i)
		t := time.Now()
		if t.After(end) {
			return
		}
		err := do(ctx, c, r)
		answered := time.Now()
		if err != nil {
			s.errors++
			if s.first == nil {
				s.first = err
			}
			continue
		}
		s.all++
		if answered.After(begin) && answered.Before(end) {
			s.times = append(s.times, answered.Sub(t))
		}
	}
}

// fill makes the client's next receipt. Its key is what a fiscal drive would
// give: the drive's number and the document's.
func (l *load) fill(r *Receipt, client int) {
	l.sold[client]++
	r.Key = fmt.Sprintf("%s-%04d-%08d", l.run, client, l.sold[client])
	r.Phone = phoneOf(l.walk.member())
	first := rand.IntN(products)
	for n := range r.Lines {
		r.Lines[n] = Line{SKU: skuOf((first + n*331) % products), Pieces: int64(1 + n%2), Price: money.Amount(100_00 + rand.IntN(90_000))}
	}
}
