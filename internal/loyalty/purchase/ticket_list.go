package purchase

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// TicketState says what has become of a ticket.
type TicketState string

// The states.
const (
	TicketSold     TicketState = "sold"
	TicketUsed     TicketState = "used"
	TicketReturned TicketState = "returned" // also one that was used before
)

// Ticket is one piece of a line of tickets, as it stands now.
type Ticket struct {
	Number   string // "": it has none
	Purchase PurchaseRef
	Line     int // index in the purchase, from 0
	Piece    int // of the line, from 0
	SKU      string
	Name     string
	Place    rule.Place   // folded
	Outlet   id.ID        // where it was sold
	Begins   clock.Micros // of the session; 0: not told
	Buyer    home.ID      // 0: nobody we know
	State    TicketState
	UsedAt   clock.Micros // 0: it is not used
	Gate     id.ID        // the outlet where it was used
}

// TicketPage is a part of a list of tickets.
type TicketPage struct {
	Tickets []Ticket
	Looked  int    // so many were looked at
	Next    string // the number to go on after; "" at the end
}

const qTicketsOf = `select number, home_id, purchase_id, line, piece from ticket where session = $1 and number > $2 order by number limit $3`

// Tickets lists the tickets to a session by their numbers, in any state ("")
// or in one, after a number. It looks at limit tickets at most, so that a part
// in one state may be shorter, or empty, and yet not the last.
func (d *Desk) Tickets(ctx context.Context, session string, state TicketState, after string, limit int) (*TicketPage, error) {
	limit = min(limit, maxPage)
	var list []Ticket
	err := d.DB.Each(ctx, func(r db.Row) error {
		number, t, err := scanTicket(r)
		list = append(list, Ticket{Number: number, Purchase: PurchaseRef{Home: t.home, ID: t.purchase}, Line: t.line, Piece: t.piece})
		return err
	}, qTicketsOf, text.Fold(session), after, limit+1)
	if err != nil {
		return nil, err
	}
	out := &TicketPage{Tickets: []Ticket{}}
	if len(list) > limit {
		list = list[:limit]
		out.Next = list[limit-1].Number
	}
	out.Looked = len(list)
	sold, err := d.soldIn(ctx, list)
	if err != nil {
		return nil, err
	}
	for i := range list {
		t := &list[i]
		if sold[t.Purchase].tell(t) && (state == "" || t.State == state) {
			out.Tickets = append(out.Tickets, *t)
		}
	}
	return out, nil
}

// soldIn reads the tickets' purchases with what became of them.
func (d *Desk) soldIn(ctx context.Context, list []Ticket) (map[PurchaseRef]*Stored, error) {
	read, b := docs{}, &db.Batch{}
	asked := map[PurchaseRef]bool{}
	for i := range list {
		if p := list[i].Purchase; !asked[p] {
			asked[p] = true
			read.want(p.Home, p.ID)
		}
	}
	for range 2 { // visits are read once the purchases are known
		read.read(b, d.DB.Dialect())
		if b.Len() == 0 {
			break
		}
		if err := d.DB.Run(ctx, b); err != nil {
			return nil, err
		}
		b = &db.Batch{}
		for _, s := range read.got {
			read.wantVisits(s)
		}
	}
	out := make(map[PurchaseRef]*Stored, len(read.got))
	for _, s := range read.got {
		out[PurchaseRef{Home: s.Home, ID: s.ID}] = s
	}
	return out, nil
}

// tell says of a ticket what its purchase knows; false where there is none.
func (s *Stored) tell(t *Ticket) bool {
	if s == nil || t.Line >= len(s.Lines) {
		return false
	}
	l, st := &s.Lines[t.Line], &s.states()[t.Line]
	t.SKU, t.Name, t.State, t.Outlet, t.Begins = l.SKU, l.Name, TicketSold, s.Outlet, l.SessionAt
	if l.Place != nil {
		t.Place = *l.Place
	}
	if b := s.Buyer(); b.Kind() == home.Member {
		t.Buyer = b
	}
	if t.Piece < len(st.pieces) {
		p := &st.pieces[t.Piece]
		if p.used != nil {
			t.State, t.UsedAt, t.Gate = TicketUsed, p.used.At, p.used.Outlet
		}
		if p.gone {
			t.State = TicketReturned
		}
	}
	if st.whole() {
		t.State = TicketReturned
	}
	return true
}

// MemberTickets are the tickets of some of a member's purchases.
type MemberTickets struct {
	Tickets []Ticket // of the newest purchase first, in each as they stand in it
	Next    Cursor   // the purchase to go on after; zero: these were the last
}

// TicketsOf lists the tickets that a member has bought. It looks at limit of his
// purchases at most, so that a part may be empty and yet not the last.
func (d *Desk) TicketsOf(ctx context.Context, h home.ID, after Cursor, limit int) (*MemberTickets, error) {
	limit = min(limit, maxPage-1)
	bought, err := d.OfHome(ctx, h, after, limit+1)
	if err != nil {
		return nil, err
	}
	out := &MemberTickets{Tickets: []Ticket{}}
	if len(bought) > limit {
		bought = bought[:limit]
		last := bought[limit-1]
		out.Next = Cursor{At: last.At, ID: last.ID}
	}
	var list []Ticket
	for _, s := range bought {
		list = append(list, s.tickets()...)
	}
	sold, err := d.soldIn(ctx, list)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if t := &list[i]; sold[t.Purchase].tell(t) {
			out.Tickets = append(out.Tickets, *t)
		}
	}
	return out, nil
}

// tickets are the pieces of the purchase's lines of tickets, of which nothing
// is told yet but where they stand.
func (s *Stored) tickets() (out []Ticket) {
	for i := range s.Lines {
		l := &s.Lines[i]
		if !l.Ticketed() {
			continue
		}
		for k := range l.Pieces() {
			t := Ticket{Purchase: PurchaseRef{Home: s.Home, ID: s.ID}, Line: i, Piece: k}
			if k < len(l.Tickets) {
				t.Number = l.Tickets[k]
			}
			out = append(out, t)
		}
	}
	return out
}
