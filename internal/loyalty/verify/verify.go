// Package verify proves the books, and everything that is made of them, on a
// live base. It writes nothing, stops nobody and needs no quiet hour: each
// piece is read in one snapshot, in which every transaction is there whole or
// not at all, so a receipt being written is no false alarm.
//
// Homes are walked side by side, some hundreds in a snapshot, with set-based
// reads; what spans homes (figures, limits shared by all) is recomputed from
// all documents in a snapshot of its own. Memory does not grow with the base
// but with what one snapshot of homes holds and with the number of rows of
// figures and shared limits.
//
// The invariants are listed in invariant.go; each is told by the first row
// that breaks it and by how many do. Money is in kopecks, points in
// hundredths.
package verify

import (
	"context"
	"runtime"

	"kopilka/internal/platform/db"
)

// Options say how to verify.
type Options struct {
	Workers int // snapshots at one time; 0: as many as there are processors
	// Progress is told what is done of what, by one caller at a time; the total
	// may still move on a live base. nil: nobody is told.
	Progress func(done, total int64, stage string)
}

// Counts are what was looked at.
type Counts struct {
	Homes        int64 `json:"homes"`
	Accounts     int64 `json:"accounts"`
	Lots         int64 `json:"lots"`
	Postings     int64 `json:"postings"`
	Purchases    int64 `json:"purchases"`
	Refunds      int64 `json:"refunds"`
	Adjustments  int64 `json:"adjustments"`
	Visits       int64 `json:"visits"`
	Reservations int64 `json:"reservations"`
	LevelChanges int64 `json:"level_changes"`
	Gifts        int64 `json:"gifts"`
	Deposits     int64 `json:"deposits"`
	Keys         int64 `json:"keys"`
	Limits       int64 `json:"limits"`
	Codes        int64 `json:"codes"`
	Tickets      int64 `json:"tickets"`
	Fiscals      int64 `json:"fiscal_receipts"`
	Programmes   int64 `json:"programmes"`
	Figures      int64 `json:"figures"`
	Listed       int64 `json:"listed"` // members whose lists' figures were looked at
	Events       int64 `json:"events"` // not folded yet
	Seals        int64 `json:"seals"`
	Leaves       int64 `json:"leaves"`
	Audit        int64 `json:"audit"` // rows of the trail
}

// Break is the first row that breaks an invariant.
type Break struct {
	Invariant Invariant `json:"invariant"`
	Table     string    `json:"table"`
	Key       string    `json:"key"` // of the row: column=value …
	Found     string    `json:"found"`
	Wanted    string    `json:"wanted"`
	Rows      int64     `json:"rows"` // how many rows break it in all
}

// Report is what verifying came to.
type Report struct {
	Breaks []Break `json:"breaks"` // in the order of Invariants
	Counts Counts  `json:"counts"`
}

// Clean tells whether every invariant holds.
func (r *Report) Clean() bool { return len(r.Breaks) == 0 }

// Run verifies a base. An error is a failure to read it; what is broken in it
// is in the report.
func Run(ctx context.Context, d *db.DB, o Options) (Report, error) {
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	r := newRun(ctx, d, o)
	defer r.cancel(nil)
	r.total()
	r.start()
	// The longest goes first: it is one snapshot that can't be shared out.
	r.do(r.whole)
	r.do(r.programmes)
	r.do(r.trail)
	r.do(r.lists)
	r.homes()
	r.keys()
	r.limits()
	r.codes()
	r.tickets()
	r.fiscals()
	r.seals()
	return r.end()
}
