// Package feed keeps what has happened in one order, for whoever follows it:
// other systems over the API, and webhooks.
//
// The dispatcher of package figure gives each event its place (Collect) in the
// transaction that folds it and deletes its row, so an event is in the feed
// exactly once. Places are numbered 1, 2, 3 … without a gap: dispatchers take
// turns, and a number that is seen has all before it seen too. Events of one
// home come in the order they happened, as nearly as the clocks of machines
// agree; where that matters the number of its journal (Seq) tells.
//
// An event's name (ID) is its place and the row it was written in. The place
// makes it a cursor: whoever names the last event he has gets those after it.
// The row makes it an event's own for good: a base that was restored from an
// older copy numbers other events the same, and then says so.
//
// What is older than Keep is let go (Prune).
package feed

import (
	"strconv"
	"strings"
	"time"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Kind says what happened, to the outside.
type Kind string

// The kinds.
const (
	PurchaseCommitted    Kind = "purchase.committed"
	PurchaseRecorded     Kind = "purchase.recorded" // the till had closed it already
	PurchaseRefunded     Kind = "purchase.refunded"
	PurchaseClaimed      Kind = "purchase.claimed" // one of nobody's was given to a member
	VisitRecorded        Kind = "visit.recorded"   // tickets were used
	ReservationHeld      Kind = "reservation.held"
	ReservationExtended  Kind = "reservation.extended"
	ReservationCancelled Kind = "reservation.cancelled"
	AccountOpened        Kind = "account.opened"
	PointsAdjusted       Kind = "points.adjusted" // by hand
	PointsActivated      Kind = "points.activated"
	PointsExpired        Kind = "points.expired"
	PointsRevived        Kind = "points.revived"
	PointsGifted         Kind = "points.gifted"
	LevelChanged         Kind = "level.changed"
	DepositOpened        Kind = "deposit.opened"
	DepositToppedUp      Kind = "deposit.topped_up"
	DepositClosed        Kind = "deposit.closed"
	DepositPaidOut       Kind = "deposit.paid_out" // of one that is closed
	MemberRegistered     Kind = "member.registered"
	MemberChanged        Kind = "member.changed"
	MemberActivated      Kind = "member.activated"
	MemberBlocked        Kind = "member.blocked"
	MemberUnblocked      Kind = "member.unblocked"
	MemberClosed         Kind = "member.closed"
	MemberErased         Kind = "member.erased"
	MemberMerged         Kind = "member.merged" // another into him
	CardIssued           Kind = "card.issued"
	CardChanged          Kind = "card.changed"
	SessionCancelled     Kind = "session.cancelled"
	SessionRestored      Kind = "session.restored" // it is on again
	SessionMoved         Kind = "session.moved"    // to another time or hall
)

// Kinds lists all of them.
func Kinds() []Kind {
	return []Kind{
		PurchaseCommitted, PurchaseRecorded, PurchaseRefunded, PurchaseClaimed, VisitRecorded, ReservationHeld, ReservationExtended, ReservationCancelled, AccountOpened, PointsAdjusted, PointsActivated, PointsExpired, PointsRevived,
		PointsGifted, LevelChanged, DepositOpened, DepositToppedUp, DepositClosed, DepositPaidOut, MemberRegistered, MemberChanged, MemberActivated, MemberBlocked, MemberUnblocked, MemberClosed, MemberErased, MemberMerged,
		CardIssued, CardChanged, SessionCancelled, SessionRestored, SessionMoved,
	}
}

// ID names an event: its place in the feed and the row it was written in.
// Written as 1001-912345678901234567; the zero one, of no event, as "".
type ID struct {
	Seq int64
	Row id.ID
}

// String writes the name.
func (i ID) String() string {
	if i.Seq == 0 {
		return ""
	}
	return strconv.FormatInt(i.Seq, 10) + "-" + i.Row.String()
}

// ParseID reads a name, in no other form than String writes.
func ParseID(s string) (ID, error) {
	if s == "" {
		return ID{}, nil
	}
	place, row, _ := strings.Cut(s, "-")
	seq, err := id.Parse(place)
	of, err2 := id.Parse(row)
	if err != nil || err2 != nil || seq < 0 || of < 0 {
		return ID{}, fault.New(fault.Invalid, "events.cursor-invalid")
	}
	return ID{Seq: int64(seq), Row: of}, nil
}

// Event is one event in its place.
type Event struct {
	ID   ID
	Kind Kind
	eventtype.Event
}

// Feed reads the feed of a base and keeps it.
type Feed struct {
	DB    *db.DB
	Clock clock.Clock
	Keep  time.Duration // how long events stay
}

// kindOf is what the outside calls the kind of an event.
func kindOf(e *eventtype.Event) Kind {
	switch e.Kind {
	case eventtype.Purchased:
		if e.Recorded {
			return PurchaseRecorded
		}
		return PurchaseCommitted
	case eventtype.Refunded:
		return PurchaseRefunded
	case eventtype.Claimed:
		return PurchaseClaimed
	case eventtype.Visited:
		return VisitRecorded
	case eventtype.Adjusted:
		return PointsAdjusted
	case eventtype.Opened:
		return AccountOpened
	case eventtype.Due:
		if e.Expired < 0 {
			return PointsRevived
		}
		if e.Expired > 0 {
			return PointsExpired
		}
		return PointsActivated
	case eventtype.Leveled:
		return LevelChanged
	case eventtype.Gifted:
		return PointsGifted
	}
	return Kind(e.Kind)
}
