package purchase

import (
	"cmp"
	"fmt"

	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// A line may name no more of its tickets than their session and place, or
// their event: the playbill says the rest. What the line says besides must
// agree with it; a code that the playbill does not have stays a code. What was
// found is in the receipt's document, so that nothing that changes later
// touches it.

// known is what the playbill says of a line.
type known struct {
	place      rule.Place
	sessionAt  clock.Micros
	least      money.Amount // of a ticket
	memorandum bool
	forbids    *rule.Forbidden
	event      *playbill.Event // nil: not known
	cancelled  bool
}

// placed is where and what the line's tickets are for.
func (l *CartLine) placed() rule.Place {
	if l.known != nil {
		return l.known.place
	}
	return l.Place
}

// sessionAt is when the session of its tickets begins; 0: it has none.
func (l *CartLine) sessionAt() clock.Micros {
	if l.known != nil {
		return l.known.sessionAt
	}
	return l.SessionAt
}

// tell gives a line of the receipt what is known of its tickets.
func (l *CartLine) tell(r *rule.Line) {
	r.Place, r.Memorandum = l.placed().Folded(), l.Memorandum
	if k := l.known; k != nil && k.memorandum {
		r.Memorandum, r.Forbids = true, k.forbids
		r.Least = max(r.Least, k.least)
	}
}

// learn looks up what the cart's lines name in the playbill.
func (d *Desk) learn(s *sale) {
	if d.Playbill == nil || d.Playbill.Empty() {
		return
	}
	at := d.Clock.Now()
	if f := s.cart.Facts; f != nil {
		at = f.At
	}
	var pieces int64
	for i := range s.cart.Lines {
		l := &s.cart.Lines[i]
		if l.Place.Session == "" && l.Place.Event == "" {
			pieces += l.pieces()
			continue
		}
		n := &naming{desk: d, line: l, path: fmt.Sprintf("lines[%d]", i), outlet: &s.place.Outlet, at: at}
		l.known = n.find()
		if pieces += l.pieces(); pieces > MaxTickets && !l.ticketed() && l.sessionAt() != 0 {
			n.differ("", "purchase.too-many-tickets")
			l.known.sessionAt = 0
		}
		if l.known != nil && l.known.cancelled && s.off == "" {
			s.off = l.known.place.Session
		}
		s.differs = append(s.differs, n.wrong...)
	}
	if s.mode != Record {
		return
	}
	if len(s.differs) > 0 {
		s.odd = append(s.odd, FlagSession)
	}
	if s.off != "" {
		s.odd = append(s.odd, FlagCancelled)
	}
}

// ticketed tells whether the line says by itself that it is one of tickets.
func (l *CartLine) ticketed() bool { return len(l.Tickets) > 0 || l.SessionAt != 0 }

// pieces is how many tickets the line has.
func (l *CartLine) pieces() int64 {
	if !l.ticketed() && l.sessionAt() == 0 {
		return 0
	}
	return int64(l.Quantity / money.Piece)
}

// agrees refuses a receipt that says something else than is known of its
// sessions, or has tickets to one that is cancelled; of one that is closed
// already it is told.
func (s *sale) agrees() error {
	if s.mode == Record {
		return nil
	}
	if len(s.differs) > 0 {
		return fault.New(fault.Invalid, "purchase.session-differs").With(s.differs...)
	}
	if s.off != "" {
		return errCancelled(s.off)
	}
	return nil
}

func errCancelled(session string) error {
	return fault.New(fault.Refused, "purchase.session-cancelled", "session", session)
}

// naming is a line of which the playbill is asked.
type naming struct {
	desk   *Desk
	line   *CartLine
	path   string
	outlet *partner.Outlet // that sells
	at     clock.Micros    // of the receipt
	wrong  []fault.Field
}

func (n *naming) differ(field, code string, args ...any) {
	path := n.path
	if field != "" {
		path += "." + field
	}
	n.wrong = append(n.wrong, fault.Field{Path: path, Code: code, Args: fault.Pairs(args...)})
}

// find completes the line; nil where nothing that it names is known.
func (n *naming) find() *known {
	k := &known{place: n.line.Place, sessionAt: n.line.SessionAt}
	day := n.outlet.BusinessDay(n.at)
	if k.sessionAt != 0 {
		day = n.outlet.BusinessDay(k.sessionAt)
	}
	s, ok := n.desk.Playbill.Session(k.place.Session)
	if ok {
		k.event, k.cancelled = s.Event, s.CancelledAt != 0
		n.ofSession(k, &s)
		if o, ok := n.desk.Directory.Outlet(s.Hall.OutletID); ok {
			day = o.BusinessDay(cmp.Or(k.sessionAt, s.Starts))
		}
	}
	if k.event == nil || text.Fold(k.place.Event) != text.Fold(k.event.Code) {
		k.event, _ = n.desk.Playbill.Event(k.place.Event)
	}
	if !ok && k.event == nil {
		return nil
	}
	if e := k.event; e != nil {
		n.word("event_type", &k.place.EventType, e.Type)
		k.under(e.Memorandum, day)
	}
	return k
}

// ofSession takes what is known of the line's session.
func (n *naming) ofSession(k *known, s *playbill.Showing) {
	n.word("event", &k.place.Event, s.Event.Code)
	n.word("hall", &k.place.Hall, s.Hall.Code)
	n.word("price_zone", &k.place.Zone, s.Hall.ZoneOf(k.place.Sector, k.place.Row))
	switch {
	case k.sessionAt == 0 && n.line.whole():
		k.sessionAt = s.Starts
	case k.sessionAt == 0:
		n.differ("quantity", "purchase.ticket-pieces")
	case k.sessionAt != s.Starts:
		n.differ("session_at", "purchase.known-time", "known", n.outlet.Local(s.Starts))
	}
}

// whole tells whether the line's quantity can be that of tickets.
func (l *CartLine) whole() bool {
	return l.Quantity%money.Piece == 0 && int64(l.Quantity/money.Piece) <= MaxPieces
}

// word takes a code that the line does not name, and compares one that it does.
func (n *naming) word(field string, said *string, is string) {
	switch {
	case is == "":
	case *said == "":
		*said = is
	case text.Fold(*said) != text.Fold(is):
		n.differ(field, "purchase.known-word", "known", is)
	}
}

// under takes a memorandum's terms, where they hold on the day.
func (k *known) under(m *playbill.Memorandum, day string) {
	if !m.On(day) {
		return
	}
	k.memorandum, k.least = true, m.Least
	k.forbids = &rule.Forbidden{NoDiscounts: m.NoDiscounts, NoPoints: m.NoPoints, NoEarning: !m.Earns}
}

// cancelledSession gives the session of any of the purchase's lines that is
// cancelled by a time; "" none is.
func (d *Desk) cancelledSession(lines []Line, at clock.Micros) string {
	if d.Playbill == nil {
		return ""
	}
	for i := range lines {
		p := lines[i].Place
		if p == nil || p.Session == "" {
			continue
		}
		if s, ok := d.Playbill.Session(p.Session); ok && s.CancelledAt != 0 && at >= s.CancelledAt {
			return s.Code
		}
	}
	return ""
}
