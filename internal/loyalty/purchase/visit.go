package purchase

import (
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Visit is the use of tickets of one line at a gate, as it is stored. Each
// piece is used once; one that has come back can't be used, and one that
// comes back after its use has not been used.
type Visit struct {
	ID        id.ID        `json:"id"`
	Home      home.ID      `json:"home"` // the purchase's
	Purchase  id.ID        `json:"purchase"`
	Till      id.ID        `json:"till"`   // the gate
	Outlet    id.ID        `json:"outlet"` // of the gate
	Cashier   id.ID        `json:"cashier,omitempty"`
	Key       string       `json:"key"`
	At        clock.Micros `json:"at"`
	WrittenAt clock.Micros `json:"written_at"`
	Day       string       `json:"day"`
	Counted   string       `json:"counted,omitempty"` // the programme's day, where that is another
	Account   id.ID        `json:"account,omitempty"`
	Programme id.ID        `json:"programme,omitempty"`

	AccountHome home.ID `json:"account_home,omitempty"` // that has taken the account over in a merge; 0: it is in this home

	Line    int          `json:"line"` // index in the purchase, from 0
	SKU     string       `json:"sku"`
	Pieces  []int        `json:"pieces"`            // of the line, from 0
	Tickets []string     `json:"tickets,omitempty"` // their numbers
	Active  money.Points `json:"active,omitempty"`  // points that are active by it
	Pending money.Points `json:"pending,omitempty"` // and that will be, by their delay
	Level   string       `json:"level,omitempty"`   // of the account, after it
	Balance Balance      `json:"balance,omitempty"`
}

// CountedOn is the day of the programme on which the visit counts.
func (v *Visit) CountedOn() level.Day {
	if v.Counted != "" {
		return level.DayOf(v.Counted)
	}
	return level.DayOf(v.Day)
}

// VisitRequest tells of tickets that were used: one by its number, or some of
// a line of a purchase.
type VisitRequest struct {
	Till     id.ID // the gate
	Cashier  id.ID
	Key      string
	At       clock.Micros // when it happened; 0: now
	Ticket   string       // its number, or
	Purchase PurchaseRef
	Line     int   // index in the purchase, from 0
	Pieces   int64 // so many of its tickets, from the first to the last

	Session string // that the gate lets in to, by its code; "": to any
}

func (r *VisitRequest) check(now clock.Micros) error {
	if err := checkKey(r.Key); err != nil {
		return err
	}
	byTicket := r.Ticket != ""
	switch {
	case byTicket == (r.Purchase.ID != 0 || r.Purchase.Key != ""), byTicket && (r.Pieces != 0 || r.Line != 0):
		return fault.New(fault.Invalid, "visit.ways")
	case !text.Valid(r.Session, maxName):
		return fault.New(fault.Invalid, "purchase.text")
	case byTicket && !text.Valid(r.Ticket, maxTicket):
		return fault.New(fault.Invalid, "purchase.ticket")
	case !byTicket && (r.Pieces <= 0 || r.Pieces > MaxPieces || r.Line < 0):
		return fault.New(fault.Invalid, "visit.pieces", "most", MaxPieces)
	case r.At < 0 || r.At > now.Add(maxAhead):
		return fault.New(fault.Invalid, "visit.time")
	}
	return nil
}
