package importer

import (
	"context"
	"encoding/binary"
	"maps"
	"sync"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
)

// tally counts what becomes of rows and keeps it for the report. It is safe
// for concurrent use.
type tally struct {
	mu   sync.Mutex
	r    Result
	rows *sorter // by number in the file
	last clock.Micros
}

func newTally(temp string) *tally {
	return &tally{
		r:    Result{By: map[Status]int64{}, Reasons: map[string]int64{}, Sorted: true},
		rows: newSorter(temp),
	}
}

// put notes what became of a row.
func (t *tally) put(o *Outcome) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.r.Rows++
	t.r.By[o.Status]++
	if o.Why != nil {
		t.r.Reasons[o.Why.Code]++
	}
	var p packer
	o.pack(&p)
	return t.rows.add(binary.BigEndian.AppendUint64(nil, uint64(o.Row)), p.b)
}

// refuse notes a row that is rejected.
func (t *tally) refuse(r *row, why *fault.Error) error {
	if len(why.Fields) > 0 { // of several places the first says enough
		first := *why
		first.Code, first.Args, first.Fields = why.Fields[0].Code, why.Fields[0].Args, nil
		why = &first
	}
	return t.put(&Outcome{Row: r.no, Number: r.number, Status: Rejected, Why: why})
}

// refuseAll notes rows that are rejected for one reason.
func (t *tally) refuseAll(rows []*row, why *fault.Error) error {
	for _, r := range rows {
		if err := t.refuse(r, why); err != nil {
			return err
		}
	}
	return nil
}

// at notes the time of a row as it is read.
func (t *tally) at(at clock.Micros) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.r.Sorted = t.r.Sorted && at >= t.last
	t.last = at
}

// done notes what became of a receipt.
func (t *tally) done(rc *receipt, d *done) error {
	for _, o := range d.rows {
		o.Again = d.again && o.Status != Rejected
		if err := t.put(o); err != nil {
			return err
		}
	}
	if !d.empty {
		t.count(rc, d)
	}
	return nil
}

func (t *tally) count(rc *receipt, d *done) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.r.Receipts++
	if d.again {
		t.r.Again++
	}
	if rc.back {
		t.r.Refunds++
		t.r.Back += d.sum
	} else {
		t.r.Sold += d.sum
	}
	t.r.Last = max(t.r.Last, rc.at)
	if t.r.First == 0 || rc.at < t.r.First {
		t.r.First = rc.at
	}
}

func (t *tally) made(members, products int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.r.Members += int64(members)
	t.r.Products += int64(products)
}

func (t *tally) result() *Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.r
	r.By, r.Reasons = maps.Clone(t.r.By), maps.Clone(t.r.Reasons)
	return &r
}

// report gives all rows in the order of the file.
func (t *tally) report(ctx context.Context, to func(*Outcome) error) error {
	if to == nil {
		return nil
	}
	return t.rows.each(ctx, func(key, value []byte) error {
		o, err := unpackOutcome(int64(binary.BigEndian.Uint64(key)), value)
		if err != nil {
			return err
		}
		return to(o)
	})
}
