// Package eventtype names what can happen, nearly all of it to a home. Events are written in
// the transaction that makes them happen and read by whatever follows: the
// figures, the seal over the journals, the feed.
//
// An event holds ids, amounts and names of fields; nothing of a person.
package eventtype

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Kind says what happened.
type Kind string

// The kinds of events.
const (
	Purchased Kind = "purchase"
	Refunded  Kind = "refund"
	Visited   Kind = "visit"  // tickets were used
	Claimed   Kind = "claim"  // a receipt of nobody's was given to a member
	Adjusted  Kind = "adjust" // points by hand
	Opened    Kind = "open"   // an account was opened
	Due       Kind = "due"    // a lot became active or expired, or its expiry was taken back
	Leveled   Kind = "level"  // an account's level changed
	Gifted    Kind = "gift"   // a gift for an occasion was given, or taken back

	// Op: the reservation, Spent: the points it holds. One that is paid for is a
	// purchase; one that runs out does so by itself at Until, and nothing is written.
	ReservationHeld      Kind = "reservation.held"
	ReservationExtended  Kind = "reservation.extended"
	ReservationCancelled Kind = "reservation.cancelled"

	// Deposit: which; Money: what was put in or paid out.
	DepositOpened   Kind = "deposit.opened"
	DepositToppedUp Kind = "deposit.topped_up"
	DepositClosed   Kind = "deposit.closed"
	DepositPaidOut  Kind = "deposit.paid_out" // of one that is closed

	MemberRegistered Kind = "member.registered"
	MemberChanged    Kind = "member.changed" // Cause: the names of the fields, blank between
	MemberActivated  Kind = "member.activated"
	MemberBlocked    Kind = "member.blocked"
	MemberUnblocked  Kind = "member.unblocked"
	MemberClosed     Kind = "member.closed"
	MemberErased     Kind = "member.erased" // Op: the act
	MemberMerged     Kind = "member.merged" // Op: the merge, Of: who was merged into the member
	CardIssued       Kind = "card.issued"   // Op: the card, To: its state
	CardChanged      Kind = "card.changed"  // From, To: its states

	// Of no home; Op: the session, Cause: its code.
	SessionCancelled Kind = "session.cancelled"
	SessionRestored  Kind = "session.restored" // it is on again
	SessionMoved     Kind = "session.moved"    // to another time or hall; From, To: when it was to begin, and is now (RFC 3339)
)

// Event is one thing that happened. Seq is the number of its last posting, so
// the events of a home's journal have an order whatever order they are read in;
// what is in no journal (members, cards) has none.
type Event struct {
	Kind      Kind         `json:"k"`
	Home      home.ID      `json:"h"`
	Seq       int64        `json:"s"`
	Op        id.ID        `json:"o"`
	At        clock.Micros `json:"t"`
	Day       string       `json:"d,omitempty"` // business day of the outlet; without an outlet, the programme's day
	Outlet    id.ID        `json:"u,omitempty"`
	Programme id.ID        `json:"p,omitempty"`
	Member    bool         `json:"m,omitempty"`

	Gross    money.Amount `json:"g,omitempty"`
	Discount money.Amount `json:"c,omitempty"`  // campaigns'
	Paid     money.Amount `json:"b,omitempty"`  // taken off by points
	Money    money.Amount `json:"a,omitempty"`  // paid, or given back
	Withheld money.Amount `json:"wh,omitempty"` // of a refund: what was kept for points that were gone, and held back by its terms; below zero: given besides
	Spent    money.Points `json:"x,omitempty"`  // spent, or given back
	Earned   money.Points `json:"e,omitempty"`  // earned, or taken back; of a visit: active by it; with a level: given, less what was taken
	Expired  money.Points `json:"z,omitempty"`  // below zero: an expiry that was taken back
	Active   money.Points `json:"y,omitempty"`  // became active by time
	Recorded bool         `json:"v,omitempty"`  // a purchase that the till had closed already
	Purchase id.ID        `json:"j,omitempty"`  // that was refunded, visited or claimed; of a purchase: the reservation that it pays for
	Of       home.ID      `json:"i,omitempty"`  // its home, where that is another; of a merge, that of who was merged
	Whose    home.ID      `json:"of,omitempty"` // the member whom its purchase was given to
	Last     bool         `json:"l,omitempty"`  // a refund of all that was left
	Part     bool         `json:"r,omitempty"`  // a refund that an unlinked one was split into
	From     string       `json:"f,omitempty"`  // level left, "" none; of a session: when it was to begin
	To       string       `json:"n,omitempty"`  // level come to; of a session: when it begins
	Cause    string       `json:"w,omitempty"`  // of a change of level; a gift's occasion
	Until    clock.Micros `json:"un,omitempty"` // of a reservation: it holds before this
	Cashier  id.ID        `json:"q,omitempty"`  // who served; of a claim: who sold the receipt
	Deposit  id.ID        `json:"dp,omitempty"`
	Acts     []Act        `json:"cs,omitempty"`
}

// Act is what one campaign did in a receipt, or what a refund took back of it.
// A receipt without acts is of the programme's own rules alone: whatever it
// was discounted and earned is theirs.
type Act struct {
	Campaign string       `json:"c"`
	Uses     int64        `json:"n,omitempty"` // counted by its limits; of a refund: given back
	Discount money.Amount `json:"d,omitempty"`
	Earned   money.Points `json:"e,omitempty"`
	Again    bool         `json:"r,omitempty"` // of a claim: it had acted in the receipt already
}

// Batch is what one transaction did, with the heads of the homes it changed.
type Batch struct {
	Events []Event `json:"e"`
	Heads  []Head  `json:"h"`
}

// Head is where a home's journal ended after the transaction.
type Head struct {
	Home home.ID `json:"h"`
	Seq  int64   `json:"s"`
	Hash []byte  `json:"x"`
}

// Row is what one transaction did, on its way from where it was written to
// whatever follows.
type Row struct {
	ID     id.ID
	Count  int64
	Events []byte // the JSON of a list of Event
}
