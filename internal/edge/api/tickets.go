package api

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
)

// Ticket is a ticket that has a number, as it stands now.
type Ticket struct {
	Number   string               `json:"number"`
	Purchase OpID                 `json:"purchase"`
	Line     int                  `json:"line"`
	Piece    int                  `json:"piece"`
	SKU      string               `json:"sku"`
	Place    *TicketPlace         `json:"place,omitempty"`
	Member   home.ID              `json:"member,omitzero"`
	State    purchase.TicketState `json:"state" enum:"sold,used,returned"`
	UsedAt   Time                 `json:"used_at,omitzero"`
}

// listTickets is for whoever may act where the session is shown, wherever its
// tickets were sold; of one that is not in the playbill, for the whole
// organization.
func listTickets(ctx context.Context, c *call, in *listTicketsIn) (*Page[Ticket], error) {
	if err := c.maySee(ctx, in.Session); err != nil {
		return nil, err
	}
	page, err := c.Desk.Tickets(ctx, in.Session, purchase.TicketState(in.State), in.After, limitOf(in.Limit))
	if err != nil {
		return nil, err
	}
	if page.Looked == 0 && in.After == "" { // a session without tickets, or none
		if _, err := c.Playbill.Session(ctx, in.Session); err != nil {
			return nil, err
		}
	}
	return &Page[Ticket]{Items: each(page.Tickets, ticketOf), Next: page.Next}, nil
}

func (c *call) maySee(ctx context.Context, session string) error {
	if c.everywhere() {
		return nil
	}
	err := c.maySession(ctx, session, "")
	if err == nil {
		if _, err = c.Playbill.Session(ctx, session); fault.Is(err, "playbill.session-not-found") {
			return c.whole()
		}
	}
	return err
}

func ticketOf(t purchase.Ticket) Ticket {
	return Ticket{
		Number: t.Number, Purchase: OpID{t.Purchase.Home, t.Purchase.ID}, Line: t.Line, Piece: t.Piece, SKU: t.SKU,
		Place: placeOf(&t.Place, false, 0), Member: t.Buyer, State: t.State, UsedAt: Time(t.UsedAt),
	}
}
