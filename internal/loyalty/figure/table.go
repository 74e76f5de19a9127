package figure

import "kopilka/internal/platform/id"

// OfReceipts is how many of the columns are of receipts and refunds: those
// before it are kept by cashier too.
const OfReceipts = Expired

// CashierKey says what a row of figures by cashier is of.
type CashierKey struct {
	Key
	Cashier id.ID // 0: receipts that name no cashier
}

// CampaignKey says what a row of figures by campaign is of.
type CampaignKey struct {
	Key
	Campaign string
}

// CampaignColumn is one of the figures of a campaign.
type CampaignColumn int

// The figures of a campaign, in the order of the table's columns.
const (
	Acted                  CampaignColumn = iota // receipts in which it acted
	Uses                                         // of them counted by its limits
	ActedMoney                                   // kopecks paid for those receipts
	CampaignDiscount                             // kopecks that it took off
	CampaignEarned                               // hundredths that it gave
	CampaignRefunds                              // refunds of those receipts
	RefundUses                                   // uses given back
	CampaignRefundMoney                          // kopecks given back for those receipts
	CampaignRefundDiscount                       // kopecks of its discounts that came back
	CampaignRefundEarned                         // hundredths of its points that were taken back
	CampaignColumns                              // how many there are
)

// String is the column's name in the table.
func (c CampaignColumn) String() string { return campaignNames[c] }

var campaignNames = [CampaignColumns]string{
	"receipts", "uses", "money", "discount", "earned", "refunds", "refund_uses", "refund_money", "refund_discount", "refund_earned",
}

// CampaignSums is a row of figures of a campaign.
type CampaignSums [CampaignColumns]int64

// Add adds another row.
func (s *CampaignSums) Add(x *CampaignSums) {
	for i, v := range x {
		s[i] += v
	}
}

// Table is rows of figures by what they are of.
type Table struct {
	days      rowsOf[Key, Sums]
	cashiers  rowsOf[CashierKey, Sums]
	campaigns rowsOf[CampaignKey, CampaignSums]
	words     map[string]string // one copy of each day and campaign, so that no document is kept for its sake
}

// NewTable makes an empty table.
func NewTable() *Table {
	return &Table{
		days: rowsOf[Key, Sums]{all: map[Key]*Sums{}}, cashiers: rowsOf[CashierKey, Sums]{all: map[CashierKey]*Sums{}},
		campaigns: rowsOf[CampaignKey, CampaignSums]{all: map[CampaignKey]*CampaignSums{}}, words: map[string]string{},
	}
}

// Rows are all rows by day.
func (t *Table) Rows() map[Key]*Sums { return t.days.all }

// Cashiers are all rows by cashier.
func (t *Table) Cashiers() map[CashierKey]*Sums { return t.cashiers.all }

// Campaigns are all rows by campaign.
func (t *Table) Campaigns() map[CampaignKey]*CampaignSums { return t.campaigns.all }

// word gives the table's own copy of a text.
func (t *Table) word(b []byte) string {
	w, ok := t.words[string(b)]
	if !ok {
		w = string(b)
		t.words[w] = w
	}
	return w
}

// key says what an event is of. Most of a batch are of the day of the one
// before.
func (t *Table) key(e *event) Key {
	if string(e.day) == t.days.key.Day {
		return Key{t.days.key.Day, e.outlet, e.programme}
	}
	return Key{t.word(e.day), e.outlet, e.programme}
}

// rowsOf are rows by key, with the one that was asked for last.
type rowsOf[K comparable, S any] struct {
	all  map[K]*S
	last *S
	key  K // of last
}

// row gives the row of a key, made at its first use.
func (r *rowsOf[K, S]) row(k K) *S {
	if r.last != nil && r.key == k {
		return r.last
	}
	r.key, r.last = k, r.all[k]
	if r.last == nil {
		r.last = new(S)
		r.all[k] = r.last
	}
	return r.last
}
