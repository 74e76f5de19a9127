package purchase

import (
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// A line that names its tickets, or when their session begins, is a line of
// tickets: whole pieces, each of which is used once at a gate. A ticket's
// number is one purchase's in all the organization and stays it for good, so
// that a gate finds it by the number alone.

// Ticketed tells whether the line is one of tickets.
func (l *Line) Ticketed() bool { return len(l.Tickets) > 0 || l.SessionAt != 0 }

// Pieces is how many pieces a line of tickets has.
func (l *Line) Pieces() int { return int(l.Quantity / money.Piece) }

// waitForNothing lets its points wait for no ticket: its account is in another
// home, be it since it was reserved.
func (p *Purchase) waitForNothing() {
	for i := range p.Lines {
		l := &p.Lines[i]
		l.Earned = slices.Clone(l.Earned)
		for k := range l.Earned {
			l.Earned[k].Waits = false
		}
	}
}

// HasTickets tells whether any line is one of tickets.
func (p *Purchase) HasTickets() bool {
	for i := range p.Lines {
		if p.Lines[i].Ticketed() {
			return true
		}
	}
	return false
}

// ticketPieces is how many pieces its lines of tickets have.
func (p *Purchase) ticketPieces() (n int64) {
	for i := range p.Lines {
		if l := &p.Lines[i]; l.Ticketed() {
			n += int64(l.Pieces())
		}
	}
	return n
}

// ticketCheck checks the tickets of a cart.
type ticketCheck struct {
	pieces int64
	seen   map[string]bool
}

func (k *ticketCheck) check(l *CartLine, at string, want func(ok bool, path, code string)) {
	if len(l.Tickets) == 0 && l.SessionAt == 0 {
		return
	}
	n := int64(l.Quantity / money.Piece)
	want(l.Quantity%money.Piece == 0 && n <= MaxPieces, at+".quantity", "purchase.ticket-pieces")
	want(len(l.Tickets) == 0 || int64(len(l.Tickets)) == n, at+".tickets", "purchase.tickets")
	want(l.SessionAt >= 0, at+".session_at", "purchase.time")
	k.pieces += n
	if k.seen == nil {
		k.seen = map[string]bool{}
	}
	for i, number := range l.Tickets {
		path := fmt.Sprintf("%s.tickets[%d]", at, i)
		want(number != "" && text.Valid(number, maxTicket), path, "purchase.ticket")
		want(!k.seen[number], path, "purchase.ticket-twice")
		k.seen[number] = true
	}
}

// ticketRow is the piece that a ticket's number stands for.
type ticketRow struct {
	home        home.ID
	purchase    id.ID
	line, piece int
}

func scanTicket(r db.Row) (number string, t ticketRow, err error) {
	err = r.Scan(&number, (*int64)(&t.home), (*int64)(&t.purchase), &t.line, &t.piece)
	return number, t, err
}

// readTickets adds to the batch what reads the numbers that were asked for.
func (l *look) readTickets(b *db.Batch) {
	onTicket := func(r db.Row) error {
		number, t, err := scanTicket(r)
		l.tickets[number] = t
		return err
	}
	switch {
	case len(l.numbers) == 0:
	case l.desk.DB.Dialect() == db.Postgres:
		b.Each(onTicket, qTicketsPG, l.numbers)
	default:
		for _, number := range l.numbers {
			b.Each(onTicket, qTicketLite, number)
		}
	}
}

// taken gives the first of the receipt's tickets whose number is another
// purchase's; "" none is. A number that others bind between the look and the
// lock fails the transaction, and each of its operations looks anew.
func (s *sale) taken(g *group) string {
	for i := range s.cart.Lines {
		for _, number := range s.cart.Lines[i].Tickets {
			if _, ok := s.tickets[number]; ok || g != nil && g.bound[number] {
				return number
			}
		}
	}
	return ""
}

// numbersFree refuses a receipt with a ticket that has been sold before, or
// whose fiscal receipt is another's; of one that is closed already it is told.
func (s *sale) numbersFree(g *group) error {
	if s.mode == Record {
		return nil
	}
	if number := s.taken(g); number != "" {
		return fault.New(fault.Conflict, "purchase.ticket-taken", "ticket", number)
	}
	if s.fiscalTaken(g) {
		return errFiscalTaken(s.cart.Fiscal)
	}
	return nil
}

// bindTickets makes the numbers stand for the purchase's pieces, but for those
// that are another's.
func (g *group) bindTickets(p *Purchase, taken map[string]ticketRow) {
	for i := range p.Lines {
		session := ""
		if at := p.Lines[i].Place; at != nil {
			session = at.Session
		}
		for piece, number := range p.Lines[i].Tickets {
			if _, ok := taken[number]; ok || g.bound[number] {
				continue
			}
			g.bound[number] = true
			g.tickets.Add(number, int64(p.Home), int64(p.ID), int64(i), int64(piece), session)
		}
	}
}
