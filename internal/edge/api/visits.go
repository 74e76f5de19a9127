package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// VisitBody tells of tickets that were used: one by its number, or some of a
// line of a purchase.
type VisitBody struct {
	Till     id.ID        `json:"till,omitzero"`
	Cashier  id.ID        `json:"cashier,omitzero"`
	At       Time         `json:"at,omitzero"`
	Ticket   string       `json:"ticket,omitempty" maxLength:"64"`
	Purchase *PurchaseRef `json:"purchase,omitempty"`
	Line     int          `json:"line,omitempty" minimum:"0"`
	Pieces   int64        `json:"pieces,omitempty" minimum:"1" maximum:"500"`
	Session  string       `json:"session,omitempty" maxLength:"300"`
}

// Visit is the use of tickets of one line at a gate.
type Visit struct {
	ID        OpID         `json:"id"`
	Purchase  OpID         `json:"purchase"`
	Member    home.ID      `json:"member,omitzero"`
	Till      id.ID        `json:"till"`
	Outlet    id.ID        `json:"outlet"`
	Cashier   id.ID        `json:"cashier,omitzero"`
	Key       string       `json:"key"`
	At        Time         `json:"at"`
	WrittenAt Time         `json:"written_at"`
	Day       string       `json:"day"`
	Line      int          `json:"line"`
	SKU       string       `json:"sku"`
	Pieces    []int        `json:"pieces"`
	Tickets   []string     `json:"tickets,omitempty"`
	Activated money.Points `json:"activated"`
	Pending   money.Points `json:"pending"`
	Level     string       `json:"level,omitempty"`
	Balance   Balance      `json:"balance"`
}

type visitIn struct{ Body VisitBody }

type getVisitIn struct {
	ID OpID `path:"id"`
}

func visits(a *API) {
	add(a, operation{
		id: "recordVisit", method: http.MethodPost, path: "/visits", group: "purchases", status: http.StatusCreated,
		scopes: []identity.Scope{identity.VisitsWrite}, keyed: true,
	}, recordVisit)
	add(a, operation{
		id: "getVisit", method: http.MethodGet, path: "/visits/{id}", group: "purchases", status: http.StatusOK,
		scopes: append([]identity.Scope{identity.VisitsWrite}, readers...),
	}, getVisit)
}

// recordVisit takes a ticket's number from anybody who may tell of visits:
// what is sold on the site is used at a gate. Who names a purchase must be
// where it was made.
func recordVisit(ctx context.Context, c *call, in *visitIn) (*Visit, error) {
	b := &in.Body
	till, err := c.till(b.Till)
	if err != nil {
		return nil, err
	}
	req := &purchase.VisitRequest{Till: till, Cashier: b.Cashier, Key: c.key, At: clock.Micros(b.At), Ticket: scanned(b.Ticket), Line: b.Line, Pieces: b.Pieces, Session: scanned(b.Session)}
	if b.Purchase != nil {
		if req.Purchase, err = c.purchaseRef(ctx, b.Purchase, till); err != nil {
			return nil, err
		}
	}
	done, err := c.Desk.Visit(ctx, req)
	if err != nil {
		return nil, err
	}
	c.replayed(done.Replayed)
	return visitOf(done.Visit), nil
}

func getVisit(ctx context.Context, c *call, in *getVisitIn) (*Visit, error) {
	v, err := c.Desk.FindVisit(ctx, purchase.PurchaseRef{Home: in.ID.Home, ID: in.ID.ID})
	if err != nil {
		return nil, err
	}
	if !c.who.At(v.Outlet) {
		return nil, fault.New(fault.NotFound, "visit.not-found")
	}
	return visitOf(v), nil
}

func visitOf(v *purchase.Visit) *Visit {
	out := &Visit{
		ID: OpID{v.Home, v.ID}, Purchase: OpID{v.Home, v.Purchase}, Till: v.Till, Outlet: v.Outlet, Cashier: v.Cashier, Key: v.Key,
		At: Time(v.At), WrittenAt: Time(v.WrittenAt), Day: v.Day, Line: v.Line, SKU: v.SKU, Pieces: v.Pieces, Tickets: v.Tickets,
		Activated: v.Active, Pending: v.Pending, Level: v.Level, Balance: balanceOf(v.Balance),
	}
	if v.Home.Kind() == home.Member {
		out.Member = v.Home
	}
	return out
}
