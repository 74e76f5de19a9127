// Package bare is what a database must do at the very least for one receipt,
// with no service around it: find a member by phone, write one receipt, three
// lines, one lot, two ledger entries, add to a balance, commit. The benchmark
// measures the product against it, on the same machine and engine and with
// the same durability, so it speaks to the drivers directly: anything of ours
// between would make the yardstick shorter.
//
// On PostgreSQL it is receipt-8.sql by pgbench, prepared, sixteen clients; on
// SQLite the same statements from a loop over one connection, one transaction
// a receipt. Both lie in a base of their own that nothing else uses.
package bare

import (
	"context"
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Accounts is how many accounts the bare receipt is measured over.
const Accounts = 1_000_000

// clients is how many connections the bare receipt uses on PostgreSQL.
const clients = 16

// Figure is what one run saw.
type Figure struct {
	PerSecond float64 // receipts
	P50, P99  float64 // milliseconds; 0 where the tool does not tell
	Receipts  int64
}

// Runner runs the bare receipt.
type Runner interface {
	// Tool names what it runs.
	Tool() string
	// Run takes receipts for a time and counts them.
	Run(ctx context.Context, d time.Duration) (Figure, error)
	// Close ends it; the base stays.
	Close() error
}

//go:embed schema.sql
var schema string

//go:embed receipt-8.sql
var script string

// sized gives one of the texts for another number of accounts.
func sized(text string, accounts int) string {
	n := strconv.Itoa(accounts)
	last := strconv.FormatInt(firstPhone+int64(accounts)-1, 10)
	return strings.NewReplacer("1,1000000)", "1,"+n+")", "79001000000)", last+")").Replace(text)
}

const firstPhone = 79_000_000_001

// percentile gives the p-th part of times, which it sorts, in milliseconds.
func percentile(times []time.Duration, p float64) float64 {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return float64(times[int(float64(len(times)-1)*p)]) / float64(time.Millisecond)
}
