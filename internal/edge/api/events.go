package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// kindNames are the kinds of events, for the document.
const kindNames = "purchase.committed,purchase.recorded,purchase.refunded,purchase.claimed,visit.recorded,reservation.held,reservation.extended,reservation.cancelled,account.opened,points.adjusted,points.activated," +
	"points.expired,points.revived,points.gifted,level.changed,deposit.opened,deposit.topped_up,deposit.closed,deposit.paid_out,member.registered,member.changed,member.activated,member.blocked,member.unblocked," +
	"member.closed,member.erased,member.merged,card.issued,card.changed,session.cancelled,session.restored,session.moved"

// EventKind says what happened.
type EventKind feed.Kind

// EventID names an event, and is a cursor in the feed.
type EventID feed.ID

// MarshalText writes the name; none as "".
func (e EventID) MarshalText() ([]byte, error) { return []byte(feed.ID(e).String()), nil }

// UnmarshalText reads the name.
func (e *EventID) UnmarshalText(b []byte) error {
	v, err := feed.ParseID(string(b))
	*e = EventID(v)
	return err
}

// IsZero tells that it names none.
func (e EventID) IsZero() bool { return e == EventID{} }

type (
	eventIDSchema   struct{}
	eventKindSchema struct{}
)

// Schema describes the name of an event.
func (eventIDSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "event-id", Examples: []any{"1001-912345678901234567"}}
}

// Schema describes the kind of an event.
func (eventKindSchema) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for name := range strings.SplitSeq(kindNames, ",") {
		s.Enum = append(s.Enum, name)
	}
	return s
}

// Event is one thing that happened: what it is about by ids, and its amounts.
// What does not belong to its kind is not there.
type Event struct {
	ID          EventID      `json:"id,omitzero"`
	Kind        EventKind    `json:"kind"`
	At          Time         `json:"at"`
	Day         string       `json:"day,omitempty" example:"2026-03-02"`
	Member      home.ID      `json:"member,omitzero"`
	Journal     int64        `json:"journal,omitempty"`
	Outlet      id.ID        `json:"outlet,omitzero"`
	Programme   id.ID        `json:"programme,omitzero"`
	Operation   OpID         `json:"operation,omitzero"`
	Purchase    OpID         `json:"purchase,omitzero"`
	Reservation OpID         `json:"reservation,omitzero"`
	Account     id.ID        `json:"account,omitzero"`
	Deposit     id.ID        `json:"deposit,omitzero"`
	Card        id.ID        `json:"card,omitzero"`
	Erasure     id.ID        `json:"erasure,omitzero"`
	Session     string       `json:"session,omitempty"`
	Merge       id.ID        `json:"merge,omitzero"`
	Merged      home.ID      `json:"merged,omitzero"`
	Gross       money.Amount `json:"gross,omitempty"`
	Discount    money.Amount `json:"discount,omitempty"`
	Paid        money.Amount `json:"paid_with_points,omitempty"`
	Money       money.Amount `json:"money,omitempty"`
	Withheld    money.Amount `json:"withheld,omitempty"`
	Spent       money.Points `json:"spent,omitempty"`
	Earned      money.Points `json:"earned,omitempty"`
	GivenBack   money.Points `json:"given_back,omitempty"`
	TakenBack   money.Points `json:"taken_back,omitempty"`
	Points      money.Points `json:"points,omitempty"`
	Whole       bool         `json:"whole,omitempty"`
	Part        bool         `json:"part,omitempty"`
	From        string       `json:"from,omitempty"`
	To          string       `json:"to,omitempty"`
	Cause       string       `json:"cause,omitempty"`
	Until       Time         `json:"until,omitzero"`
	Fields      []string     `json:"fields,omitempty"`
}

// EventsPage is a part of the feed: next is what after of the following part
// is, also where nothing of the kinds was found.
type EventsPage struct {
	Items []Event `json:"items"`
	Next  EventID `json:"next,omitzero"`
	More  bool    `json:"more"`
}

type listEventsIn struct {
	After EventID `query:"after"`
	Kind  string  `query:"kind" maxLength:"512"`
	Limit int     `query:"limit" maximum:"1000"`
}

const defaultEvents = 100

func events(a *API) {
	add(a, operation{
		id: "listEvents", method: http.MethodGet, path: "/events", group: "events", status: http.StatusOK,
		scopes: []identity.Scope{identity.EventsRead},
	}.forOffice(), listEvents)
}

func listEvents(ctx context.Context, c *call, in *listEventsIn) (*EventsPage, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	q := feed.Query{After: feed.ID(in.After), Limit: in.Limit}
	if q.Limit == 0 {
		q.Limit = defaultEvents
	}
	for kind := range strings.SplitSeq(in.Kind, ",") {
		switch {
		case in.Kind == "":
		case !isOne(kindNames, kind):
			return nil, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "kind", Code: "api.choice", Args: fault.Pairs("choices", kindNames)})
		default:
			q.Kinds = append(q.Kinds, feed.Kind(kind))
		}
	}
	p, err := c.Feed.Read(ctx, q)
	if err != nil {
		return nil, err
	}
	return &EventsPage{Items: each(p.Events, eventOf), Next: EventID(p.Next), More: p.More}, nil
}

// EventBody writes an event as webhooks send it: as the feed shows it.
func EventBody(e feed.Event) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(eventOf(e)); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func eventOf(e feed.Event) Event {
	out := Event{
		ID: EventID(e.ID), Kind: EventKind(e.Kind), At: Time(e.At), Day: e.Day, Journal: e.Seq, Outlet: e.Outlet, Programme: e.Programme,
		Gross: e.Gross, Discount: e.Discount, Paid: e.Paid, Withheld: e.Withheld, Money: e.Money, From: e.From, To: e.To, Cause: e.Cause,
	}
	if e.Member {
		out.Member = e.Home
	}
	if e.Whose != 0 {
		out.Member, out.Journal = e.Whose, 0 // the number is of the receipt's own journal
	}
	out.about(&e.Event)
	return out
}

// about tells what the kind has of its own.
func (v *Event) about(e *eventtype.Event) {
	op := OpID{Home: e.Home, ID: e.Op}
	switch e.Kind {
	case eventtype.Purchased:
		v.Operation, v.Spent, v.Earned, v.Reservation = op, e.Spent, e.Earned, ofPurchase(e)
	case eventtype.Refunded:
		v.Operation, v.GivenBack, v.TakenBack, v.Whole, v.Part = op, e.Spent, e.Earned, e.Last, e.Part
		v.Purchase = ofPurchase(e)
	case eventtype.Claimed:
		v.Earned, v.Purchase = e.Earned, OpID{Home: e.Of, ID: e.Purchase}
	case eventtype.Visited:
		v.Operation, v.Points, v.Purchase = op, e.Earned, ofPurchase(e)
	case eventtype.Opened:
		v.Account, v.Points = e.Op, e.Earned
	case eventtype.Due:
		v.Points = e.Expired + e.Active // it is one or the other
		if e.Expired < 0 {
			v.Operation, v.Points = op, -e.Expired
		}
	case eventtype.Adjusted, eventtype.Leveled, eventtype.Gifted:
		v.Operation, v.Points = op, e.Earned
	case eventtype.ReservationHeld, eventtype.ReservationExtended, eventtype.ReservationCancelled:
		v.Operation, v.Points, v.Until = op, e.Spent, Time(e.Until)
	case eventtype.DepositOpened, eventtype.DepositToppedUp, eventtype.DepositClosed, eventtype.DepositPaidOut:
		v.Operation, v.Deposit = op, e.Deposit
	case eventtype.MemberErased:
		v.Erasure = e.Op
	case eventtype.SessionCancelled, eventtype.SessionRestored, eventtype.SessionMoved:
		v.Session, v.Cause = e.Cause, ""
	case eventtype.MemberMerged:
		v.Merge, v.Merged = e.Op, e.Of
	case eventtype.CardIssued, eventtype.CardChanged:
		v.Card = e.Op
	case eventtype.MemberChanged, eventtype.MemberActivated, eventtype.MemberBlocked, eventtype.MemberUnblocked, eventtype.MemberClosed:
		v.Fields, v.Cause = strings.Fields(e.Cause), ""
	}
}

func ofPurchase(e *eventtype.Event) OpID {
	if e.Purchase == 0 {
		return OpID{}
	}
	return OpID{Home: e.Home, ID: e.Purchase}
}
