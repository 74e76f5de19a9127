package purchase

import (
	"cmp"
	"context"
	"fmt"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Refund is a refund as it is stored: what came back of a purchase, or of
// what is not known. All its figures are above zero, but those of its terms
// where a later refund undoes what an earlier one did.
type Refund struct {
	ID        id.ID        `json:"id"`
	Home      home.ID      `json:"home"`
	Purchase  id.ID        `json:"purchase,omitempty"` // 0: not linked
	Parent    id.ID        `json:"parent,omitempty"`   // the unlinked refund that was matched to the purchase
	Till      id.ID        `json:"till"`
	Outlet    id.ID        `json:"outlet"`
	Cashier   id.ID        `json:"cashier,omitempty"`
	Key       string       `json:"key"`
	Number    string       `json:"number,omitempty"`
	At        clock.Micros `json:"at"`
	WrittenAt clock.Micros `json:"written_at"`
	Day       string       `json:"day"`
	Counted   string       `json:"counted,omitempty"` // not linked: the programme's day, where that is another
	Account   id.ID        `json:"account,omitempty"`
	Programme id.ID        `json:"programme,omitempty"`
	Version   int64        `json:"version,omitempty"`

	AccountHome home.ID `json:"account_home,omitempty"` // as the purchase's

	Lines    []RefundLine `json:"lines"`
	Payments []Payment    `json:"payments"`           // money given back, by kind
	Gross    money.Amount `json:"gross"`              // before discounts
	Discount money.Amount `json:"discount,omitempty"` // campaigns'
	Paid     money.Amount `json:"paid,omitempty"`     // points' part of the price
	Money    money.Amount `json:"money"`              // given back
	Kept     money.Amount `json:"kept,omitempty"`     // money kept for points that were gone (clawback = money)
	Held     money.Amount `json:"held,omitempty"`     // money held back for discounts that what stays would not have had; below zero: given for those that it would, or after all
	Unheld   money.Amount `json:"unheld,omitempty"`   // of all that should be held back by now, what the money was too little for
	Spent    money.Points `json:"spent,omitempty"`    // spent points of the lines
	Given    money.Points `json:"given,omitempty"`    // of them given back
	Earned   money.Points `json:"earned,omitempty"`   // earned points of the lines, taken back
	Taken    money.Points `json:"taken,omitempty"`    // beside them, what the lines that stay would not have earned; below zero: taken before
	Short    money.Points `json:"short,omitempty"`    // of both no longer there

	Deposit   id.ID        `json:"deposit,omitempty"`    // that got back what went to its kind; 0: none did
	Acts      []Act        `json:"acts,omitempty"`       // what it took back of campaigns, where any but base had acted
	Uses      []UseRow     `json:"uses,omitempty"`       // counters that got their use back
	Codes     []string     `json:"codes,omitempty"`      // given out, that came back to be used again
	Withdrawn []string     `json:"withdrawn,omitempty"`  // codes that the purchase had awarded
	Whole     bool         `json:"whole,omitempty"`      // nothing of the purchase is left
	Matched   []id.ID      `json:"matched,omitempty"`    // refunds that an unlinked one was split into
	MatchedIn []home.ID    `json:"matched_in,omitempty"` // their homes, where any is not the member's own
	Flags     []string     `json:"flags,omitempty"`
	Level     string       `json:"level,omitempty"`      // of the account, after it
	LevelWas  string       `json:"level_was,omitempty"`  // where it stood, if the refund has moved it
	LevelWith money.Points `json:"level_with,omitempty"` // points that went with that, beside Claimed; below zero: given back
	GiftTaken money.Points `json:"gift_taken,omitempty"` // of the gift for a first purchase, beside Claimed
	Lapsed    money.Points `json:"lapsed,omitempty"`     // of Claimed and the gift, what had expired before
	Owed      money.Points `json:"owed,omitempty"`       // by how much the debt has grown
	Balance   Balance      `json:"balance,omitempty"`

	Taker home.ID `json:"taker,omitempty"` // of the member who has taken its buyer's account over in a merge; 0: nobody has
}

// buyer is the home of the member whose refund it is.
func (f *Refund) buyer(of *Stored) home.ID {
	if of != nil {
		return of.Buyer()
	}
	return cmp.Or(f.Taker, f.Home)
}

// Flags of a refund.
const (
	FlagUnmatched = "unmatched"      // a part of it is of no purchase that is known
	FlagAnonymous = "refund-nobody"  // nobody's points are concerned
	FlagEarly     = "clock-behind"   // the till's time was before its purchase, whose time was taken
	FlagPayments  = "payments-other" // money went back to other kinds than it came from
)

// Claimed is what the refund takes of earned points in all.
func (f *Refund) Claimed() money.Points { return f.Earned + f.Taken }

// RefundLine is what came back of one line.
type RefundLine struct {
	Line     int            `json:"line"` // index in the purchase, from 0
	SKU      string         `json:"sku"`
	Type     string         `json:"type,omitempty"` // not linked
	Quantity money.Quantity `json:"qty"`            // 0: by amount
	ByAmount bool           `json:"by_amount,omitempty"`
	Pieces   []int          `json:"pieces,omitempty"` // of a line of tickets, from 0

	Gross     money.Amount   `json:"gross"`
	Discounts []int64        `json:"discounts,omitempty"` // as the purchase's line has them
	Paid      money.Amount   `json:"paid,omitempty"`
	Points    money.Points   `json:"points,omitempty"`
	Earned    []int64        `json:"earned,omitempty"`
	Pays      []money.Amount `json:"pays"`
}

// Money is what came back of the line in money.
func (l *RefundLine) Money() (sum money.Amount) {
	for _, p := range l.Pays {
		sum += p
	}
	return sum
}

// RefundRequest asks for a refund of a purchase that is known.
type RefundRequest struct {
	Till     id.ID
	Cashier  id.ID
	Key      string
	Number   string
	At       clock.Micros // when it happened; 0: now
	Purchase PurchaseRef
	Lines    []RefundPart // by line and quantity, or
	Amount   money.Amount // by amount of money; neither: all that is left
	Payments []Payment    // how the money goes back; empty: in the share it came

	// Agreed is the Digest of what LookRefund has shown: a refund that would come
	// to anything else by now is refused as "refund.moved". "": it is as it comes.
	Agreed string `json:"-"`

	// Beside is done in the refund's transaction, at its end, once: where the
	// request was done before it is not. An error leaves nothing. nil: nothing is.
	Beside func(ctx context.Context, q db.Q, f *Refund) error `json:"-"`
}

// PurchaseRef names a purchase by its home and id, or by its till and key.
type PurchaseRef struct {
	Home home.ID
	ID   id.ID
	Till id.ID
	Key  string
}

// RefundPart is a quantity of one line.
type RefundPart struct {
	Line     int // index in the purchase, from 0
	Quantity money.Quantity
	Tickets  []string // which of the line's; none: such as are not used, from the last to the first, then the used ones
	pieces   []int    // the same by their places; nil: not told
}

// UnlinkedRequest asks for a refund whose purchase is not known.
type UnlinkedRequest struct {
	Till    id.ID
	Cashier id.ID
	Key     string
	Number  string
	At      clock.Micros // 0: now
	Buyer   Buyer        // none: only the figures fall
	Lines   []UnlinkedLine
}

// UnlinkedLine is a product that came back.
type UnlinkedLine struct {
	SKU      string
	Name     string
	Quantity money.Quantity
	Price    money.Amount // of one unit, as it was sold
}

func (r *RefundRequest) check() error {
	if err := checkKey(r.Key); err != nil {
		return err
	}
	switch {
	case len(r.Lines) > 0 && r.Amount != 0:
		return fault.New(fault.Invalid, "refund.lines-or-amount")
	case len(r.Lines) > 5000 || len(r.Payments) > MaxPayments || len(r.Number) > maxNumber:
		return fault.New(fault.TooLarge, "refund.too-large")
	case r.Amount < 0:
		return fault.New(fault.Invalid, "refund.amount")
	case r.Purchase.ID == 0 && r.Purchase.Key == "":
		return fault.New(fault.Invalid, "refund.no-purchase")
	}
	if bad := r.wrongLines(); len(bad) > 0 {
		return fault.New(fault.Invalid, "refund.lines").With(bad...)
	}
	return checkRefund(r.At, r.Payments)
}

// wrongLines names every line that can't be one.
func (r *RefundRequest) wrongLines() (bad []fault.Field) {
	seen := map[int]bool{}
	for i, l := range r.Lines {
		at := fmt.Sprintf("lines[%d]", i)
		if f := wrongLine(at, l.Line, l.Quantity, seen, "refund.no-line"); f != nil {
			bad = append(bad, *f)
		} else if len(l.Tickets) > 0 && l.Quantity != money.Quantity(len(l.Tickets))*money.Piece {
			bad = append(bad, fault.Field{Path: at + ".tickets", Code: "refund.tickets-count"})
		}
	}
	return bad
}

// wrongLine says what is wrong with a line that is named, at a place of the
// request, and by how much; each may be named once. none is the code of a line
// that there can't be.
func wrongLine(at string, line int, q money.Quantity, seen map[int]bool, none string) *fault.Field {
	twice := seen[line]
	seen[line] = true
	switch {
	case line < 0:
		return &fault.Field{Path: at + ".line", Code: none}
	case twice:
		return &fault.Field{Path: at + ".line", Code: "refund.line-twice"}
	case q <= 0:
		return &fault.Field{Path: at + ".quantity", Code: "purchase.quantity"}
	}
	return nil
}

func checkRefund(at clock.Micros, payments []Payment) error {
	if at < 0 {
		return fault.New(fault.Invalid, "purchase.time")
	}
	if bad := wrongPayments(payments); len(bad) > 0 {
		return fault.New(fault.Invalid, "purchase.invalid").With(bad...)
	}
	return nil
}
