package purchase

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// VisitAnswer is what a gate is told.
type VisitAnswer struct {
	Visit    *Visit
	Replayed bool
}

// Visit writes down that tickets were used at a gate. The points that have
// waited for it become active at its own time.
func (d *Desk) Visit(ctx context.Context, r *VisitRequest) (*VisitAnswer, error) {
	if err := r.check(d.Clock.Now()); err != nil {
		return nil, err
	}
	place, err := d.place(r.Till)
	if err != nil {
		return nil, err
	}
	if stranger, err := d.stranger(ctx, r.Cashier); err != nil || stranger {
		return nil, cmp.Or(err, errStranger())
	}
	op := &entering{req: r, place: place, hash: d.hashOf("visit", r)}
	replayed, err := d.submit(ctx, op)
	if err != nil {
		return nil, err
	}
	return &VisitAnswer{Visit: op.out, Replayed: replayed}, nil
}

// FindVisit reads a visit, by home and id or by till and key.
func (d *Desk) FindVisit(ctx context.Context, ref PurchaseRef) (*Visit, error) {
	if ref.ID == 0 {
		at, err := d.under(ctx, ref.Till, ref.Key)
		if err != nil {
			return nil, visitNotFound(err)
		}
		ref = at
	}
	v, err := scanVisit(d.DB.Row(ctx, qVisit, ref.Home, ref.ID))
	return v, visitNotFound(err)
}

func visitNotFound(err error) error {
	if errors.Is(err, db.ErrNotFound) || fault.Is(err, "purchase.not-found") {
		return fault.Wrap(err, fault.NotFound, "visit.not-found")
	}
	return err
}

// entering is the operation of a visit.
type entering struct {
	req      *VisitRequest
	place    partner.Place
	hash     [32]byte
	home     home.ID
	keeps    home.ID // of the account that its points wait on: the same, or one that has taken that over in a merge; 0: not known yet
	purchase id.ID
	line     int
	piece    int // of the ticket; −1: such as are left
	at       clock.Micros
	day      string
	out      *Visit
}

func (e *entering) claim() (claim, [32]byte) { return claim{e.req.Till, e.req.Key}, e.hash }

// beside: the use of a ticket that was bought on a household's account is
// attendance only, as no points of it wait, and a visit of its buyer's own. Where
// that account was his own, the one that has taken it over is concerned.
func (e *entering) beside(*Desk) []home.ID {
	if e.keeps == 0 || e.keeps == e.home {
		return nil
	}
	return []home.ID{e.keeps}
}

// book is the home that it works on.
func (e *entering) book() home.ID { return cmp.Or(e.keeps, e.home) }

// alone keeps two uses of one ticket apart: the second must see the first.
func (e *entering) alone() bool { return true }

func (e *entering) replay(ctx context.Context, q db.Q, h home.ID, op id.ID) (err error) {
	e.out, err = scanVisit(q.Row(ctx, qVisit, h, op))
	return err
}

func (e *entering) lookUp(l *look) {
	switch p := e.req.Purchase; {
	case e.req.Ticket != "":
		l.numbers = append(l.numbers, e.req.Ticket)
	case p.ID == 0:
		l.key(claim{p.Till, p.Key})
	}
}

func (e *entering) found(l *look) (home.ID, error) {
	if e.req.Ticket != "" {
		t, ok := l.tickets[e.req.Ticket]
		if !ok {
			return 0, fault.New(fault.NotFound, "visit.no-ticket")
		}
		e.home, e.purchase, e.line, e.piece = t.home, t.purchase, t.line, t.piece
		return e.home, nil
	}
	p := e.req.Purchase
	if p.ID == 0 {
		k, ok := l.keys[claim{p.Till, p.Key}]
		if !ok {
			return 0, errNoPurchase()
		}
		p.Home, p.ID = k.home, k.op
	}
	e.home, e.purchase, e.line, e.piece = p.Home, p.ID, e.req.Line, -1
	return e.home, nil
}

func (e *entering) load(g *group) error {
	e.at = e.req.At
	if e.at == 0 {
		e.at = g.now
	}
	e.day = e.place.Outlet.BusinessDay(e.at)
	g.wantLots[e.book()] = true
	for _, a := range g.books[e.book()].Accounts {
		g.wantLevel(e.book(), a.Programme, e.at)
	}
	g.docs.want(e.home, e.purchase)
	return nil
}

// loadMore reads the purchase's visits, and its lots, of which those that have
// lapsed are live no more.
func (e *entering) loadMore(g *group) error {
	s := g.docs.got[e.purchase]
	if s == nil {
		return nil
	}
	keeps := s.Home
	if s.waits() {
		keeps = s.Keeps()
	}
	loaded := e.book()
	if e.keeps = keeps; keeps != loaded {
		return errAgain
	}
	g.docs.wantVisits(s)
	for i := range s.Lots {
		if of := s.Lots[i].Of; of != nil && of.Line == e.line {
			g.wantNamed = append(g.wantNamed, ledger.LotRef{Home: e.keeps, Lot: s.Lots[i].ID})
		}
	}
	return nil
}

func (e *entering) do(g *group) error {
	s := g.docs.got[e.purchase]
	if s == nil {
		return errNoPurchase()
	}
	if e.at < s.At { // the gate's clock is wrong: nobody comes before he has bought
		e.at = s.At
		e.day = e.place.Outlet.BusinessDay(e.at)
	}
	pieces, err := e.pick(s)
	if err == nil {
		err = e.admits(g.desk, &s.Lines[e.line])
	}
	if err != nil {
		return err
	}
	v := e.blank(g, s, pieces)
	mark, err := e.happen(g, s, v)
	if err != nil {
		return err
	}
	g.claimKey(claim{e.req.Till, e.req.Key}, e.hash, e.home, v.ID)
	e.out = v
	return v.write(g, g.books[e.book()], mark, s.givenTo())
}

// happen does what the visit does to the purchase and its account.
func (e *entering) happen(g *group, s *Stored, v *Visit) (ledger.Mark, error) {
	book := g.books[e.book()]
	a := book.AccountByID(s.Account)
	at := stand{book, a}
	if g.levels.own(s.Buyer(), s.Keeps(), s.Programme) {
		at.a = book.Standing(s.Programme)
	}
	g.levels.others(at, book, a, s.Programme)
	mark := book.Mark()
	if at.a != nil {
		g.levels.settle(book, at.a, e.at)
		mark = book.Mark()
		if err := e.move(g, at, a, s, v); err != nil {
			return mark, err
		}
	}
	s.Visits = append(s.Visits, v)
	v.Balance, v.Level = balanceOf(a), levelOf(at.a)
	return mark, nil
}

// pick finds the pieces that are used: the ticket's, or the first that are
// neither used nor back.
func (e *entering) pick(s *Stored) ([]int, error) {
	if e.line >= len(s.Lines) || !s.Lines[e.line].Ticketed() {
		return nil, fault.New(fault.Invalid, "visit.not-tickets", "line", e.line+1)
	}
	st := &s.states()[e.line]
	if st.whole() {
		return nil, errTicketBack()
	}
	if e.piece >= 0 {
		switch p := &st.pieces[e.piece]; {
		case p.gone:
			return nil, errTicketBack()
		case p.used != nil:
			return nil, e.errUsed(p.used)
		}
		return []int{e.piece}, nil
	}
	var free []int
	var last *Visit
	for k := range st.pieces {
		switch p := &st.pieces[k]; {
		case p.gone:
		case p.used == nil:
			free = append(free, k)
		case last == nil || p.used.At > last.At:
			last = p.used
		}
	}
	switch n := int(e.req.Pieces); {
	case len(free) >= n:
		return free[:n], nil
	case len(free) == 0 && last != nil:
		return nil, e.errUsed(last)
	default:
		return nil, fault.New(fault.Conflict, "visit.left", "left", len(free))
	}
}

func errTicketBack() error { return fault.New(fault.Conflict, "visit.refunded") }

// errUsed says when the ticket was used, as the gate's clock shows it.
func (e *entering) errUsed(v *Visit) error {
	return fault.New(fault.Conflict, "visit.used", "at", e.place.Outlet.Local(v.At))
}

func (e *entering) blank(g *group, s *Stored, pieces []int) *Visit {
	l := &s.Lines[e.line]
	account := s.Account
	if s.Claim != nil {
		account = 0 // of one that was given to a member later a use is attendance only
	}
	v := &Visit{
		ID: g.desk.IDs.New(), Home: e.home, Purchase: s.ID, Till: e.req.Till, Outlet: e.place.Outlet.ID, Cashier: e.req.Cashier, Key: e.req.Key,
		At: e.at, WrittenAt: g.now, Day: e.day, Account: account, AccountHome: sharedHome(s.Home, e.book()), Programme: s.soldUnder().programme,
		Line: e.line, SKU: l.SKU, Pieces: pieces,
	}
	if len(l.Tickets) > 0 {
		for _, k := range pieces {
			v.Tickets = append(v.Tickets, l.Tickets[k])
		}
	}
	return v
}

// move does what the visit does to the account (nil: it is a household's) and to
// where its buyer stands: by the terms of the version that the purchase was
// judged by.
func (e *entering) move(g *group, at stand, a *ledger.Account, s *Stored, v *Visit) error {
	p, err := g.version(s.Programme, s.Version)
	if err != nil {
		return fmt.Errorf("%w: %w", errBase, err)
	}
	if day := p.Day(v.At); day != v.Day {
		v.Counted = day
	}
	was, now := s.Tally(), s.entered(v).Tally()
	if a != nil {
		e.activate(at.book, a, p, s, v)
		a.Used += now.Used - was.Used
		a.Changed()
	}
	g.levels.countVisits(at, was, now)
	at.book.Settle(at.a, at.a.Clock)
	g.levels.rise(at.book, at.a, ledger.LevelChange{At: at.a.Clock, Cause: ledger.ByVisit, Op: v.ID})
	return nil
}

// activate ends the waiting of the pieces' lots.
func (e *entering) activate(book *ledger.Book, a *ledger.Account, p *rule.Programme, s *Stored, v *Visit) {
	at := max(v.At, s.At) // a gate's clock may be behind the till's
	for i := range s.Lots {
		lot := &s.Lots[i]
		if !lot.of(v) {
			continue
		}
		l := book.Lot(lot.ID)
		if l == nil || !l.Waits {
			continue
		}
		terms := p.TermsOf(s.ruleOf(lot))
		u := ledger.Usage{Op: v.ID, At: at, ActiveAt: p.ActiveAt(&terms, at)}
		u.ExpiresAt, u.Sliding = p.Expires(&terms.Expiry, u.ActiveAt)
		active, pending := book.Use(a, l, u)
		v.Active += active
		v.Pending += pending
	}
}

// of tells whether a lot has waited for one of the visit's tickets.
func (l *Lot) of(v *Visit) bool {
	if l.Of == nil || l.Of.Line != v.Line {
		return false
	}
	return slices.Contains(v.Pieces, l.Of.Piece)
}

// ruleOf is a rule whose points lie in a ticket's lot; all of them have the
// same terms.
func (s *Stored) ruleOf(l *Lot) string {
	if len(l.Rules) > 0 {
		return l.Rules[0]
	}
	for _, e := range s.Lines[l.Of.Line].Earned {
		if e.Waits {
			return e.Rule
		}
	}
	return ""
}

// entered is the purchase after one more visit.
func (s *Stored) entered(v *Visit) *Stored {
	out := *s
	out.Visits = append(slices.Clip(s.Visits), v)
	return &out
}

// countVisits counts the days on which tickets were used, where they are
// others now.
func (v *levels) countVisits(at stand, was, now Tally) {
	count := func(days, other []level.Day, n int64) {
		for _, d := range days {
			if !slices.Contains(other, d) {
				v.count(at, level.Entry{Day: d, Visits: n})
			}
		}
	}
	count(was.Days, now.Days, -1)
	count(now.Days, was.Days, 1)
}

// write stores the visit's document and chains it; given is the member whom its
// purchase was given to, 0: none.
func (v *Visit) write(g *group, book *ledger.Book, mark ledger.Mark, given home.ID) error {
	doc, err := json.Marshal(v)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(doc)
	own := g.chain(v.Home, book, mark, v.ID, digest, v.At)
	g.visits.Add(int64(v.Home), int64(v.ID), int64(v.Purchase), int64(v.Outlet), int64(v.At), v.Day, string(doc), digest[:])
	g.happened(eventtype.Event{
		Kind: eventtype.Visited, Home: v.Home, Op: v.ID, At: v.At, Day: v.Day, Outlet: v.Outlet, Programme: v.Programme, Earned: v.Active,
		Purchase: v.Purchase, Whose: given,
	}, own)
	return nil
}
