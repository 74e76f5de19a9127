package verify

import (
	"cmp"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// visitRow is a visit as it lies in the base.
type visitRow struct {
	home                 home.ID
	id, purchase, outlet id.ID
	at                   clock.Micros
	day                  string
	doc, digest          []byte
}

func (r *visitRow) of() home.ID { return r.home }

func scanVisit(r db.Row) (v visitRow, err error) {
	return v, r.Scan((*int64)(&v.home), (*int64)(&v.id), (*int64)(&v.purchase), (*int64)(&v.outlet), (*int64)(&v.at), &v.day, &v.doc, &v.digest)
}

// readVisit reads a visit's document, nil where it can't be.
func readVisit(doc []byte) *purchase.Visit {
	c := figure.NewCursor(doc)
	v := &purchase.Visit{}
	c.Object(func(name []byte) {
		switch string(name) {
		case "id":
			v.ID = id.ID(c.ID())
		case "home":
			v.Home = home.ID(c.ID())
		case "purchase":
			v.Purchase = id.ID(c.ID())
		case "till":
			v.Till = id.ID(c.ID())
		case "outlet":
			v.Outlet = id.ID(c.ID())
		case "key":
			v.Key = text(c)
		case "at":
			v.At = clock.Micros(c.Int())
		case "day":
			v.Day = text(c)
		case "counted":
			v.Counted = text(c)
		case "account":
			v.Account = id.ID(c.ID())
		case "account_home":
			v.AccountHome = home.ID(c.ID())
		case "programme":
			v.Programme = id.ID(c.ID())
		case "line":
			v.Line = int(c.Int())
		case "pieces":
			c.Array(func() { v.Pieces = append(v.Pieces, int(c.Int())) })
		case "active":
			v.Active = money.Points(c.Int())
		default:
			c.Skip()
		}
	})
	if c.Bad {
		return nil
	}
	return v
}

// visitCheck is a visit with its purchase.
type visitCheck struct {
	*visitRow
	doc  *purchase.Visit
	sale *saleCheck // nil: not there
}

// tickets are what became of the pieces of a purchase.
type tickets struct {
	used map[purchase.Piece]*visitCheck
	gone map[purchase.Piece]bool
}

// checkVisits holds each visit to its row and its purchase, then the tickets
// of each purchase to what used and returned them, and its lots to that.
func (c *homeCheck) checkVisits() {
	for _, v := range c.visits {
		c.checkVisit(v)
	}
	for _, s := range c.sales {
		if s.doc == nil || !s.doc.HasTickets() && len(s.visits) == 0 {
			continue
		}
		t := c.checkTickets(s)
		c.checkTally(s, t)
		c.checkWaiting(s, t)
		for i := range s.doc.Lines {
			for k, number := range s.doc.Lines[i].Tickets {
				c.tickets.want(number, ticketWanted{op{s.home, s.id}, purchase.Piece{Line: i, Piece: k}, slices.Contains(s.doc.Flags, purchase.FlagTicket)})
			}
		}
	}
}

func (c *homeCheck) checkVisit(v *visitCheck) {
	d, at := v.doc, key("visit_id", v.id)
	if v.sale == nil || v.sale.doc == nil {
		c.bad(VisitPurchase, "visit", at, "purchase_id "+v.purchase.String(), "a purchase of the home")
		return
	}
	of := v.sale.doc
	account := of.Account
	if d.AccountHome != 0 && c.sameAccount(accountOf(d.Home, d.AccountHome, d.Account), accountOf(of.Home, of.AccountHome, of.Account)) {
		account = d.Account
	}
	found := columns{v.home, 0, v.id, d.Account, d.Programme, v.outlet, v.purchase, v.at, v.day}
	if wanted := (columns{d.Home, 0, d.ID, account, of.Programme, d.Outlet, d.Purchase, d.At, d.Day}); found != wanted {
		c.bad(VisitColumns, "visit", at, found, wanted)
	}
	c.keys.want(d.Till, d.Key, op{v.home, v.id}, VisitKey, "visit", place{int64(c.home), int64(v.id)})
	active := d.Active
	if d.AccountHome != 0 {
		active = 0 // where its account is
	}
	c.activated(v, active)
}

// activated holds a visit to what it activated in the home's journal.
func (c *homeCheck) activated(v *visitCheck, active money.Points) {
	at := key("visit_id", v.id)
	if o := c.chained("visit", at, v.id); o != nil && (o.redeemed != 0 || o.issued != 0 || o.activated != active) {
		c.bad(OpPostings, "visit", at, fmt.Sprintf("%s, %d activated", moved(o), o.activated), fmt.Sprintf("%d activated, nothing else", active))
	}
}

// checkTickets takes uses and returns in the order in which they were made.
func (c *homeCheck) checkTickets(s *saleCheck) *tickets {
	t := &tickets{used: map[purchase.Piece]*visitCheck{}, gone: map[purchase.Piece]bool{}}
	type step struct {
		op id.ID
		do func()
	}
	var steps []step
	for _, v := range s.visits {
		steps = append(steps, step{v.id, func() { c.use(s, v, t) }})
	}
	for _, f := range s.refunds {
		steps = append(steps, step{f.id, func() { c.takeBack(s, f, t) }})
	}
	slices.SortStableFunc(steps, func(x, y step) int { return cmp.Compare(c.ops[x.op].first, c.ops[y.op].first) })
	for _, x := range steps {
		x.do()
	}
	return t
}

// ofTickets tells whether a line is one of tickets that can be counted.
func ofTickets(l *purchase.Line) bool { return l.Ticketed() && countable(l) }

// countable tells whether a line of tickets has whole pieces, not too many,
// and a number for each or for none.
func countable(l *purchase.Line) bool {
	n := l.Pieces()
	return l.Quantity%money.Piece == 0 && n > 0 && n <= purchase.MaxPieces && (len(l.Tickets) == 0 || len(l.Tickets) == n)
}

// has tells whether a purchase has a ticket.
func has(s *saleCheck, p purchase.Piece) bool {
	if p.Line < 0 || p.Line >= len(s.doc.Lines) || !ofTickets(&s.doc.Lines[p.Line]) {
		return false
	}
	return p.Piece >= 0 && p.Piece < s.doc.Lines[p.Line].Pieces()
}

func (c *homeCheck) use(s *saleCheck, v *visitCheck, t *tickets) {
	for _, k := range v.doc.Pieces {
		p := purchase.Piece{Line: v.doc.Line, Piece: k}
		if !has(s, p) || t.gone[p] || t.used[p] != nil {
			c.bad(VisitPieces, "visit", key("visit_id", v.id), fmt.Sprintf("ticket %d of line %d", k+1, p.Line+1), "one that is neither used nor back")
			continue
		}
		t.used[p] = v
	}
}

func (c *homeCheck) takeBack(s *saleCheck, f *refundCheck, t *tickets) {
	for i := range f.doc.Lines {
		l := &f.doc.Lines[i]
		if l.Line < 0 || l.Line >= len(s.doc.Lines) {
			continue // told already
		}
		if s.doc.Lines[l.Line].Ticketed() && l.Quantity != money.Quantity(len(l.Pieces))*money.Piece {
			c.bad(RefundPieces, "refund", key("refund_id", f.id), fmt.Sprintf("%d tickets of line %d", len(l.Pieces), l.Line+1), l.Quantity)
		}
		for _, k := range l.Pieces {
			p := purchase.Piece{Line: l.Line, Piece: k}
			if !has(s, p) || t.gone[p] {
				c.bad(RefundPieces, "refund", key("refund_id", f.id), fmt.Sprintf("ticket %d of line %d", k+1, p.Line+1), "one that is not back yet")
			}
			t.gone[p] = true
		}
	}
}

// checkTally counts the uses that stand: their share of the money, and the
// days on which they were.
func (c *homeCheck) checkTally(s *saleCheck, t *tickets) {
	a := c.counts(s.on())
	lines := s.lines
	if lines == nil {
		lines = linesOf(s)
	}
	for i := range s.doc.Lines {
		l := &s.doc.Lines[i]
		if !ofTickets(l) || lines[i].over(l.Quantity) {
			continue
		}
		var used, there int64
		for k := range l.Pieces() {
			p := purchase.Piece{Line: i, Piece: k}
			if t.gone[p] {
				continue
			}
			there++
			if v := t.used[p]; v != nil {
				used++
				if day := v.doc.CountedOn(); !slices.Contains(s.days, day) {
					s.days = append(s.days, day)
				}
			}
		}
		if a != nil && used > 0 {
			a.used += money.Amount(money.Share(int64(l.Due())-lines[i].money(len(l.Pays)), used, there))
		}
	}
}

// money is what of the line's money has come back.
func (b *lineBack) money(kinds int) (sum int64) {
	for _, v := range b.back[len(b.back)-kinds:] {
		sum += v
	}
	return sum
}

// checkWaiting holds the lots of tickets to the points that each has earned:
// a lot waits as long as its ticket is not used.
func (c *homeCheck) checkWaiting(s *saleCheck, t *tickets) {
	at := key("purchase_id", s.id)
	wanted, found := map[purchase.Piece]money.Points{}, map[purchase.Piece]money.Points{}
	for i := range s.doc.Lines {
		l := &s.doc.Lines[i]
		if !ofTickets(l) {
			continue
		}
		n := int64(l.Pieces())
		for k := range n {
			for _, e := range l.Earned {
				if e.Waits {
					wanted[purchase.Piece{Line: i, Piece: int(k)}] += money.Points(money.Share(e.Amount, k+1, n) - money.Share(e.Amount, k, n))
				}
			}
		}
	}
	for i := range s.doc.Lots {
		x := &s.doc.Lots[i]
		l := c.lots[x.ID]
		if x.Of == nil || l == nil {
			continue
		}
		l.ticket = true
		found[*x.Of] += x.Points
		if a := c.accounts[l.Account]; a != nil && a.Into.ID != 0 {
			continue // it waits where the account is now
		}
		if used := t.used[*x.Of] != nil; l.Waits == used {
			c.bad(LotWaits, "lot", key("lot_id", l.ID), fmt.Sprintf("waits %v", l.Waits), fmt.Sprintf("ticket used %v", used))
		}
	}
	for p, n := range wanted {
		if found[p] != n {
			c.bad(PurchaseLots, "purchase", at, fmt.Sprintf("%d for ticket %d of line %d", found[p], p.Piece+1, p.Line+1), n)
		}
		delete(found, p)
	}
	for p, n := range found {
		c.bad(PurchaseLots, "purchase", at, fmt.Sprintf("%d for ticket %d of line %d", n, p.Piece+1, p.Line+1), "nothing")
	}
}
