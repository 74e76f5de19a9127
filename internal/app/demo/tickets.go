package demo

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const (
	perAudience = 60 // so many members for each receipt to a session
	maxAudience = 6  // receipts
	soldDays    = 2  // for sessions so far from today
	comes       = 85 // of a hundred who have a ticket
)

// makeTickets sells seats of the sessions of the days around today; to those
// that have begun most have come.
func (f *filler) makeTickets(ctx context.Context) error {
	audience := min(max(f.size.Members/perAudience, 1), maxAudience)
	for i := range f.sessions {
		s := &f.sessions[i]
		if s.Starts > f.end.Add(soldDays*24*time.Hour) {
			continue
		}
		p := f.placeOf(s.Hall)
		for n := range audience {
			if err := f.sellSeats(ctx, s, p, n); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *filler) placeOf(hall string) *place {
	for _, h := range f.halls() {
		for _, p := range f.places {
			if h.Code == hall && h.OutletID == p.outlet.ID {
				return p
			}
		}
	}
	return f.places[0]
}

// sellSeats sells the n-th receipt to a session: one to three seats of a row of
// its own, side by side.
func (f *filler) sellSeats(ctx context.Context, s *playbill.Session, p *place, n int) error {
	till := p.tills[len(p.tills)-1]
	at := min(s.Starts.Add(-time.Duration(1+f.random.IntN(5))*time.Hour), f.end.Add(-time.Duration(1+f.random.IntN(600))*time.Minute))
	sector, price, good := "zal", s.Prices[0].Amount, tickets[0]
	if s.Hall == "teatr-1" {
		sector, price, good = "balkon", s.Prices[0].Amount, stage[1]
	}
	c := &purchase.Cart{Till: till, Key: fmt.Sprintf("seats-%s-%d", s.Code, n), Facts: &purchase.Facts{At: at}, Channel: "сайт"}
	if f.random.IntN(100) < 75 {
		if who := f.buyer(at); who != nil {
			c.Buyer.Home = who.home
		}
	}
	for seat := range 1 + f.random.IntN(3) {
		c.Lines = append(c.Lines, purchase.CartLine{
			SKU: good.sku, Name: good.name, Quantity: money.Piece, Price: price, SessionAt: s.Starts,
			Place:   rule.Place{Session: s.Code, Sector: sector, Row: fmt.Sprint(n%4 + 1), Seat: fmt.Sprint(10*(n/4) + seat + 1)},
			Tickets: []string{fmt.Sprintf("%s-%d-%d", s.Code, n+1, seat+1)},
		})
	}
	c.Payments = paidBy(c, at)
	if _, err := f.Desk.Record(ctx, c); err != nil {
		return err
	}
	for i := range c.Lines {
		if err := f.letIn(ctx, s, till, c.Lines[i].Tickets[0]); err != nil {
			return err
		}
	}
	return nil
}

// letIn uses a ticket at the gate of a session that has begun, if its holder
// has come.
func (f *filler) letIn(ctx context.Context, s *playbill.Session, gate id.ID, ticket string) error {
	at := s.Starts.Add(-time.Duration(f.random.IntN(20)) * time.Minute)
	if s.Starts > f.end || f.random.IntN(100) >= comes {
		return nil
	}
	_, err := f.Desk.Visit(ctx, &purchase.VisitRequest{Till: gate, Key: "gate-" + ticket, At: at, Ticket: ticket, Session: s.Code})
	return err
}
