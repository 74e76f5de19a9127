package verify

import (
	"fmt"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
)

// ticketWanted is what a ticket's number must stand for.
type ticketWanted struct {
	op
	purchase.Piece
	other bool // its purchase says that the number is another's
}

// String tells it.
func (w ticketWanted) String() string {
	return fmt.Sprintf("%s, ticket %d of line %d", w.op, w.Piece.Piece+1, w.Line+1)
}

// ticketsWanted are the numbers that the purchases of a run of homes name.
type ticketsWanted struct {
	numbers []string
	of      []ticketWanted
}

func (k *ticketsWanted) want(number string, w ticketWanted) {
	k.numbers, k.of = append(k.numbers, number), append(k.of, w)
}

func scanTicket(r db.Row) (number string, w ticketWanted, err error) {
	return number, w, r.Scan(&number, (*int64)(&w.home), (*int64)(&w.id), &w.Line, &w.Piece.Piece)
}

// check looks the numbers up in the snapshot in which the purchases were read.
func (k *ticketsWanted) check(r *run, q *db.Snapshot) error {
	rows := make(map[string]ticketWanted, len(k.of))
	onTicket := func(row db.Row) error {
		number, w, err := scanTicket(row)
		rows[number] = w
		return err
	}
	b := &db.Batch{}
	if q.Dialect() == db.Postgres && len(k.of) > 0 {
		b.Each(onTicket, qTicketsPG, k.numbers)
	} else {
		for _, number := range k.numbers {
			b.Each(onTicket, qTicketLite, number)
		}
	}
	if err := q.Run(r.ctx, b); err != nil {
		return err
	}
	for i, w := range k.of {
		found, ok := rows[k.numbers[i]]
		if ok && (found.op == w.op && found.Piece == w.Piece || w.other && found.op != w.op) {
			continue
		}
		text := "no row"
		if ok {
			text = found.String()
		}
		r.bad(place{int64(w.home), int64(i)}, TicketPiece, "ticket", "number="+k.numbers[i], text, w)
	}
	return nil
}

// tickets shares all numbers out: each stands for a piece that names it. That
// pieces name numbers that stand for them is seen where homes are walked.
func (r *run) tickets() {
	from := ""
	for n := int64(0); ; n++ {
		page, err := db.All(r.ctx, r.d, scanText, qTicketPage, from, limitsPerView)
		if r.stop(err) || len(page) == 0 {
			return
		}
		first, last := from, page[len(page)-1]
		r.do(func() error {
			return r.view(func(q *db.Snapshot) error { return r.ticketPart(q, n, first, last) })
		})
		from = last
	}
}

func (r *run) ticketPart(q *db.Snapshot, part int64, from, to string) error {
	var rows int64
	err := q.Each(r.ctx, func(x db.Row) error {
		var number, session string
		var w ticketWanted
		var doc []byte
		err := x.Scan(&number, (*int64)(&w.home), (*int64)(&w.id), &w.Line, &w.Piece.Piece, &session, &doc)
		at := place{part, rows}
		rows++
		if !names(doc, func(p *purchase.Purchase) bool {
			return w.Line >= 0 && w.Line < len(p.Lines) && w.Piece.Piece >= 0 && w.Piece.Piece < len(p.Lines[w.Line].Tickets) && p.Lines[w.Line].Tickets[w.Piece.Piece] == number && sessionOf(&p.Lines[w.Line]) == session
		}) {
			r.bad(at, TicketPiece, "ticket", "number="+number, w, "a ticket of the purchase with this number, to this session")
		}
		return err
	}, qTicketRows, from, to)
	if err == nil {
		r.did("tickets", rows, func(c *Counts) { c.Tickets += rows })
	}
	return err
}

// sessionOf is the session that a line's tickets are to; "": it was not told.
func sessionOf(l *purchase.Line) string {
	if l.Place == nil {
		return ""
	}
	return l.Place.Session
}
