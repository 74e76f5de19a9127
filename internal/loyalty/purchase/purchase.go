// Package purchase is the hot path: it judges receipts and writes them into
// the books. identify, quote, commit, record and refund are here, and what
// else changes a home's points (by hand, by time).
//
// All writes go through a Desk. It takes what many callers want at one moment
// as a group: one transaction with one statement per table, whatever their
// number. A group
//
//  1. looks up the keys and members of all, outside the transaction;
//  2. locks their homes in the order of ids and reads what they need;
//  3. does each operation in memory, in turn; one that is refused is taken
//     back and leaves its neighbours alone;
//  4. writes everything and commits; only then is anybody answered.
//
// What holds, under any concurrency and crash:
//
//   - a key is done once: the same request again gets the first answer,
//     another request under it is refused;
//   - a quote and the commit that follows it with nothing changed give the
//     same figures;
//   - any sequence of partial refunds of a purchase ends exactly where one
//     whole refund ends, for each of its amounts;
//   - a limit is never exceeded but by record, which is counted apart.
//
// Money is in kopecks, points in hundredths.
package purchase

import (
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Mode says how a purchase came in.
type Mode string

// The modes.
const (
	Commit Mode = "commit" // we judged it
	Record Mode = "record" // the till had closed it already
)

// Purchase is a receipt as it is stored. Its JSON is what the digest is of.
type Purchase struct {
	Home      home.ID      `json:"home"`
	ID        id.ID        `json:"id"`
	Mode      Mode         `json:"mode"`
	Till      id.ID        `json:"till"`
	Outlet    id.ID        `json:"outlet"`
	Partner   id.ID        `json:"partner,omitempty"`
	Cashier   id.ID        `json:"cashier,omitempty"`
	Key       string       `json:"key"`
	Number    string       `json:"number,omitempty"` // the receipt's number on paper
	At        clock.Micros `json:"at"`
	WrittenAt clock.Micros `json:"written_at"`
	Day       string       `json:"day"`
	Minute    int          `json:"minute"`            // of the outlet's day
	Counted   string       `json:"counted,omitempty"` // the programme's day, where that is another
	Account   id.ID        `json:"account,omitempty"`
	Programme id.ID        `json:"programme,omitempty"`
	Version   int64        `json:"version,omitempty"` // of the programme

	Judged *Judged `json:"judged,omitempty"` // it was reserved before; nil: it was not

	AccountHome home.ID `json:"account_home,omitempty"` // of a household's account; 0: it is in this home

	Fiscal  *Fiscal  `json:"fiscal,omitempty"`  // the QR of its fiscal receipt
	Guest   string   `json:"guest,omitempty"`   // hash of the phone or e-mail of a buyer who is no member
	Channel string   `json:"channel,omitempty"` // sales channel
	Codes   []string `json:"codes,omitempty"`
	Seen    Seen     `json:"seen"`

	Lines    []Line       `json:"lines"`
	Payments []Payment    `json:"payments"`
	Told     bool         `json:"told,omitempty"` // the till told the kinds of payment
	Gross    money.Amount `json:"gross"`
	Discount money.Amount `json:"discount,omitempty"`
	Paid     money.Amount `json:"paid,omitempty"` // taken off by points
	Due      money.Amount `json:"due"`            // paid in money
	Spent    money.Points `json:"spent,omitempty"`
	Earned   money.Points `json:"earned,omitempty"`

	Deposit   id.ID         `json:"deposit,omitempty"` // that paid what its kind paid; 0: none did
	Parts     []ledger.Part `json:"parts,omitempty"`   // lots the points were taken from; lot 0: they were not there
	Lots      []Lot         `json:"lots,omitempty"`    // that it earned
	Uses      []Use         `json:"uses,omitempty"`
	UsedCodes []string      `json:"used_codes,omitempty"` // given out, folded
	Idle      []rule.Idle   `json:"idle_codes,omitempty"` // entered, and acted by nothing

	Awards []Award `json:"awards,omitempty"` // codes that it gave the member
	Acts   []Act   `json:"acts,omitempty"`   // of campaigns, where any but base acted

	Trace   string   `json:"trace"`             // digest of the outcome and its reasons, in hex
	Would   *Would   `json:"would,omitempty"`   // record: what we would have given, where it differs
	Flags   []string `json:"flags,omitempty"`   // what is odd about it
	Level   string   `json:"level,omitempty"`   // of the account, after it
	Balance Balance  `json:"balance,omitempty"` // of the account, after it
}

// Flags of a purchase.
const (
	FlagDebt      = "points-owed"      // points were spent that were not there
	FlagNoMember  = "points-nobody"    // points were spent by nobody we know
	FlagBuyer     = "buyer-not-served" // the buyer it names is not known, or can't be served
	FlagOverLimit = "over-limit"       // a limit was exceeded by what had happened already
	FlagLate      = "late"             // it came after something later had been written
	FlagTooLate   = "too-late"         // past the time in which a record still earns
	FlagCode      = "code-unknown"     // the till honoured a code that opens no campaign
	FlagAhead     = "clock-ahead"      // the till's clock ran far before ours: our time was taken
	FlagProof     = "proof-missing"    // more points were spent than the programme allows without a proof
	FlagOffline   = "offline-above"    // more points were spent than a till may with no network
	FlagAbove     = "points-above"     // more points were spent than the rules allow on the receipt
	FlagCashier   = "cashier-unknown"  // the cashier it names is not known
	FlagTicket    = "ticket-taken"     // a ticket's number is another purchase's
	FlagFiscal    = "fiscal-taken"     // its fiscal receipt is another purchase's
	FlagFiscalSum = "fiscal-sum"       // its fiscal receipt is of another sum
	FlagSession   = "session-differs"  // a line says something else than is known of its session or event
	FlagPushkin   = "pushkin-terms"    // it breaks the terms of the Pushkin card that paid for it
	FlagCancelled = "session-off"      // it has tickets to a session that is cancelled
)

// Line is one position as it is stored: its inputs and what became of it.
type Line struct {
	SKU      string         `json:"sku"`
	Name     string         `json:"name,omitempty"`
	Product  id.ID          `json:"product,omitempty"`
	Type     string         `json:"type,omitempty"`
	Quantity money.Quantity `json:"qty"`
	Price    money.Amount   `json:"price"`
	Least    money.Amount   `json:"least,omitempty"`
	NotPaid  bool           `json:"not_payable,omitempty"`
	NoEarn   bool           `json:"no_earn,omitempty"`
	Memo     bool           `json:"memorandum,omitempty"`

	Forbids *rule.Forbidden `json:"forbids,omitempty"` // by the memorandum; nil: that is not known
	Groups  []id.ID         `json:"groups,omitempty"`  // product groups
	Place   *rule.Place     `json:"place,omitempty"`   // of a ticket

	Tickets   []string     `json:"tickets,omitempty"`    // numbers, one for each piece
	SessionAt clock.Micros `json:"session_at,omitempty"` // when the session of its tickets begins

	Gross     money.Amount   `json:"gross"`
	Discounts []RuleAmount   `json:"discounts,omitempty"` // kopecks
	Paid      money.Amount   `json:"paid,omitempty"`
	Points    money.Points   `json:"points,omitempty"` // spent
	Earned    []RuleAmount   `json:"earned,omitempty"` // hundredths
	Pays      []money.Amount `json:"pays"`             // part of each payment
}

// Seen is what the rules knew beside the receipt itself, so that its reasons
// can be found again.
type Seen struct {
	Member rule.Member `json:"member"`
	Max    bool        `json:"max,omitempty"`     // as many points as may be were wished for
	UsedUp []string    `json:"used_up,omitempty"` // uses that were used up
	Given  []Given     `json:"given,omitempty"`   // its codes that were given out
	Beside bool        `json:"beside,omitempty"`  // a limit of the buyer's may have rested on uses of other homes
	Person string      `json:"person,omitempty"`  // hash of what is kept of the buyer himself beside the document
	Kept   string      `json:"-"`                 // that; "": nothing, or it was erased
}

// Lot is a lot that a purchase earned.
type Lot struct {
	ID     id.ID        `json:"id"`
	Points money.Points `json:"points"`
	Rules  []string     `json:"rules,omitempty"` // whose points they are; none: of all
	Of     *Piece       `json:"of,omitempty"`    // the ticket for whose use they wait
}

// CodesActed are the codes that were entered, those by which something acted apart
// from those by which nothing did.
func (p *Purchase) CodesActed() (acted, idle []string) {
	for _, c := range p.Codes {
		if slices.ContainsFunc(p.Idle, func(x rule.Idle) bool { return x.Code == text.Fold(c) }) {
			idle = append(idle, c)
		} else {
			acted = append(acted, c)
		}
	}
	return acted, idle
}

// Due is what the line cost in money.
func (l *Line) Due() (sum money.Amount) {
	for _, p := range l.Pays {
		sum += p
	}
	return sum
}

// Discount is what all rules took off the line.
func (l *Line) Discount() (sum money.Amount) {
	for _, d := range l.Discounts {
		sum += money.Amount(d.Amount)
	}
	return sum
}

// RuleAmount is a rule's part of a line.
type RuleAmount struct {
	Rule   string `json:"rule"`
	Amount int64  `json:"amount"`
	Waits  bool   `json:"waits,omitempty"` // points that wait for the tickets' use, each for its own
}

// Payment is money of one kind: cash, card, sbp …
type Payment struct {
	Kind   string       `json:"kind"`
	Amount money.Amount `json:"amount"`
}

// Use is a use of a limited campaign, with the rows that counted it.
type Use struct {
	Campaign string   `json:"campaign"`
	Code     string   `json:"code,omitempty"`
	Rows     []UseRow `json:"rows"`
}

// over tells whether any counter was exceeded by the use.
func (u Use) over() bool { return slices.ContainsFunc(u.Rows, func(r UseRow) bool { return r.Over }) }

// UseRow is one counter of a limit.
type UseRow struct {
	Key  string `json:"key"`
	Slot int64  `json:"slot,omitempty"`
	Over bool   `json:"over,omitempty"` // counted as exceeding
}

// Would is what the rules would have given to a receipt that came as a fact.
type Would struct {
	Discount money.Amount `json:"discount"`
	Most     money.Points `json:"most"`
	Earned   money.Points `json:"earned"`
}

// Balance is an account's points, in hundredths.
type Balance struct {
	Active  money.Points `json:"active"`
	Pending money.Points `json:"pending,omitempty"`
	Held    money.Points `json:"held,omitempty"`
	Debt    money.Points `json:"debt,omitempty"`
}

func balanceOf(a *ledger.Account) Balance {
	if a == nil {
		return Balance{}
	}
	return Balance{Active: a.Active, Pending: a.Pending, Held: a.Held, Debt: a.Debt}
}
