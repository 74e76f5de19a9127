// Package figure keeps the sums that reports and dashboards read: per
// business day, outlet and programme, and of that by cashier and by campaign.
// A Dispatcher folds them from events, each once: the events are deleted in the
// transaction that adds them up, so neither a crash nor a second process can
// count one twice or leave one out.
// The heads of journals that the events carry go on to the seal in the same
// transaction.
//
// What holds at any instant: the rows here plus the events not folded yet are
// exactly the sums over purchases, claims and refunds (package verify proves it
// with the same fold over their documents). The rows by cashier add up to those
// by day, and so do discounts and points by campaign.
//
// Figures of one member are not kept: all that he bought lies in his home, or
// names him, so they are read from there, exactly and as of now (ADR 0010).
//
// The events themselves go on to the feed likewise. Dispatchers take turns, the
// oldest event first, so the feed has one order.
//
// Figures of a refund fall on the refund's business day. Folding adds up, so
// it does not matter in which order two dispatchers take the events of a home.
//
// Of each row gross − discount − paid = money; of refunds what was withheld is
// taken off too, and there may be kopecks between: each amount of a part of a
// line is rounded by itself, so that all parts together are exactly the line.
//
// Money is in kopecks, points in hundredths.
package figure

import "kopilka/internal/platform/id"

// Key says what a row of figures is of.
type Key struct {
	Day       string // YYYY-MM-DD
	Outlet    id.ID  // 0: what belongs to none
	Programme id.ID  // 0: receipts under none
}

// Column is one of the figures.
type Column int

// The figures, in the order of the table's columns.
const (
	Receipts       Column = iota
	MemberReceipts        // of Receipts
	Gross                 // kopecks, before discounts
	Discount              // kopecks taken off by campaigns
	Paid                  // kopecks taken off by points
	Money                 // kopecks paid in money
	Spent                 // hundredths
	Earned                // hundredths
	Refunds               // refund receipts; one matched to several purchases counts once
	RefundsWhole          // purchases of which nothing is left
	RefundGross
	RefundDiscount
	RefundPaid
	RefundWithheld // kopecks kept for points that were gone, and held back by the refund's terms less what was given besides
	RefundMoney    // kopecks given back
	RefundSpent    // hundredths given back
	RefundEarned   // hundredths taken back
	Expired        // hundredths
	Adjusted       // hundredths by hand, signed
	Opened         // accounts
	Gifts          // hundredths given on opening
	Levels         // hundredths given by changes of level, less those taken
	Columns        // how many there are
)

// String is the column's name in the table.
func (c Column) String() string { return columnNames[c] }

var columnNames = [Columns]string{
	"receipts", "member_receipts", "gross", "discount", "paid", "money", "spent", "earned",
	"refunds", "refunds_whole", "refund_gross", "refund_discount", "refund_paid", "refund_withheld", "refund_money", "refund_spent", "refund_earned",
	"expired", "adjusted", "opened", "gifts", "levels",
}

// Sums is a row of figures.
type Sums [Columns]int64

// Add adds another row.
func (s *Sums) Add(x *Sums) {
	for i, v := range x {
		s[i] += v
	}
}
