package importer

import (
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// Status is what became of a row.
type Status string

// What may become of a row. Every row has exactly one.
const (
	Imported        Status = "imported"         // its receipt is in the base
	RefundMatched   Status = "refund-matched"   // it is a refund of purchases that are known
	RefundUnmatched Status = "refund-unmatched" // it is a refund, a part of it of no purchase that is known
	RefundFound     Status = "refund"           // it is a refund; only in a dry run, which matches none
	Rejected        Status = "rejected"         // it is not in the base
)

// Statuses lists them in the order of a report.
func Statuses() []Status {
	return []Status{Imported, RefundMatched, RefundUnmatched, RefundFound, Rejected}
}

// Outcome is what became of one row.
type Outcome struct {
	Row    int64  // in the file, from 1, the header counted
	Number string // of its receipt, as far as it was understood
	Column string // of a file of members: the one that is to blame; "": none is
	Status Status
	Again  bool         // an earlier run had done it already
	Why    *fault.Error // why it was rejected or not matched; a remark on one that was imported; nil: nothing to say. Its fields are other cells, by their columns
}

// New tells whether a row of members has made one.
func (o *Outcome) New() bool { return o.Status == Imported && !o.Again }

// Result is what an import did.
type Result struct {
	Rows     int64            // read, without the header
	By       map[Status]int64 // rows
	Reasons  map[string]int64 // rows, by the code of what is said about them
	Receipts int64            // purchases and refunds, of this and earlier runs
	Refunds  int64            // of them refunds
	Again    int64            // of them done by an earlier run
	Members  int64            // made; in a dry run: to be made
	Products int64            // made; in a dry run: to be made
	Sold     money.Amount     // kopecks paid for the purchases
	Back     money.Amount     // kopecks given back
	First    clock.Micros     // time of the earliest receipt; 0: there is none
	Last     clock.Micros     // of the latest
	Sorted   bool             // the rows of the file were in order of time
}

// Stage is what an import is busy with.
type Stage string

// The stages of an import.
const (
	Reading Stage = "reading" // counted in bytes of the file
	Writing Stage = "writing" // counted in receipts
)
