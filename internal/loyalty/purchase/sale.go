package purchase

import (
	"context"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Answer is what a till is told of a purchase.
type Answer struct {
	Purchase *Purchase
	LeftOut  *Refund // of a reservation that was paid for in part: what was not; nil: nothing
	Replayed bool    // this is what an earlier request with the same key did
	Unknown  int     // how many of its codes no campaign has; of a receipt that is replayed it is not told
}

// Commit judges a receipt and does it.
func (d *Desk) Commit(ctx context.Context, c *Cart) (*Answer, error) {
	return d.sell(ctx, c, Commit)
}

// Record takes in a receipt that the till has closed already. It is never
// refused for a business reason.
func (d *Desk) Record(ctx context.Context, c *Cart) (*Answer, error) {
	return d.sell(ctx, c, Record)
}

func (d *Desk) sell(ctx context.Context, c *Cart, mode Mode) (*Answer, error) {
	if err := checkKey(c.Key); err != nil {
		return nil, err
	}
	s, err := d.newSale(c, mode)
	if err != nil {
		return nil, err
	}
	if s.stranger, err = d.stranger(ctx, c.Cashier); err != nil {
		return nil, err
	}
	s.hash = d.hashOfCart(s.cart, mode)
	replayed, err := d.submit(ctx, s)
	if err != nil {
		return nil, err
	}
	out := &Answer{Purchase: s.out, Replayed: replayed}
	if !replayed {
		out.Unknown = s.unknown()
		d.tellUnknown(s.out)
	}
	return out, nil
}

// unknown is how many of the receipt's codes no campaign has.
func (s *sale) unknown() (n int) {
	for i := range s.receipt.Codes {
		if !s.programme.Opens(&s.receipt.Codes[i]) {
			n++
		}
	}
	return n
}

// sale is the operation of a purchase.
type sale struct {
	cart  *Cart
	mode  Mode
	place partner.Place
	hash  [32]byte
	onAccount
	flags []string // what is odd about it before it is judged

	differs []fault.Field // where its lines say something else than the playbill
	off     string        // a session of its tickets that is cancelled; "": none is
	odd     []string      // flags of both, of a record

	guest string    // hash of what a guest gave; "": none
	same  []home.ID // members who have it
	heads heads     // where the buyer's limits are counted

	limited []rule.Use // that the receipt may come to, of campaigns with limits

	stranger  bool // its cashier is not known
	programme *rule.Programme
	receipt   rule.Receipt
	seen      *rule.Member // what the rules know of the buyer
	usedUp    []string     // uses that are used up
	known     *facts       // what is read of members for the rules
	levels    *levels
	stands    stand                  // whose level it is judged at
	reached   string                 // level that it is judged at, since it reaches it; "": that held before
	rows      map[string]*promo.Code // of its codes that were given out, before the lock
	tickets   map[string]ticketRow   // those of its tickets' numbers that are taken, before the lock
	fiscals   map[fiscalKey]op       // whose its fiscal receipt is, before the lock
	id        id.ID                  // of the purchase that it becomes
	paysFor   id.ID                  // the reservation that is confirmed by it; 0: none
	at        clock.Micros
	hold      *ledger.Hold  // that keeps the points it spends; nil: none does
	again     *again        // what it was when it happened; nil: it happens
	would     *rule.Outcome // of a record: what the rules would have given
	out       *Purchase
}

func (d *Desk) newSale(c *Cart, mode Mode) (*sale, error) {
	if (mode == Record) != (c.Facts != nil) { // what we judge happens now
		return nil, fault.New(fault.Invalid, "purchase.time")
	}
	mine := *c // what check completes must not be seen by the caller
	mine.Lines = slices.Clone(c.Lines)
	c = &mine
	if err := c.check(d.Clock.Now()); err != nil {
		return nil, err
	}
	place, err := d.place(c.Till)
	if err != nil {
		return nil, err
	}
	s := &sale{cart: c, mode: mode, place: place}
	d.learn(s)
	return s, nil
}

func (s *sale) claim() (claim, [32]byte) { return claim{s.cart.Till, s.cart.Key}, s.hash }

func (s *sale) lookUp(l *look) {
	l.standingOf(s.cart.Buyer)
	s.lookUpGuest(l)
	l.codes = append(l.codes, s.unlisted(l.desk)...)
	for i := range s.cart.Lines {
		l.numbers = append(l.numbers, s.cart.Lines[i].Tickets...)
	}
	l.fiscal(s.cart.Fiscal)
}

func (s *sale) found(l *look) (home.ID, error) {
	if err := served(s.mode, s.place, s.stranger); err != nil {
		return 0, err
	}
	s.rows, s.tickets, s.fiscals = l.given, l.tickets, l.fiscals
	s.foundGuest(l.members)
	s.flags = append([]string(nil), s.odd...)
	if err := s.agrees(); err != nil {
		return 0, err
	}
	if s.cart.Buyer.None() {
		s.home = home.OfReceipt(s.cart.Till, s.cart.Key)
		return s.home, nil
	}
	h, err := l.home(s.cart.Buyer)
	if s.mode == Record && fault.From(err) != nil {
		h, err = l.homeOfFact(s.cart.Buyer), nil
		s.flags = append(s.flags, FlagBuyer)
		if h == 0 {
			h = home.OfReceipt(s.cart.Till, s.cart.Key)
		}
	}
	s.home = h
	return h, err
}

func (s *sale) alone() bool { return false }

// load finds the programme and the receipt's own facts, and says whether the
// lots are needed: to spend, or since something is due.
func (s *sale) load(g *group) error {
	s.at = g.now
	set := g.set
	if s.cart.Facts != nil && !s.ahead(g.now) { // it may be late: then the rules of its time judge it
		s.at = s.cart.Facts.At
		var err error
		if set, err = g.inForce(s.at); err != nil {
			return err
		}
	}
	if err := s.find(g); err != nil {
		return err
	}
	if err := s.lives(g); err != nil {
		return err
	}
	g.desk.complete(s, set.For)
	if a := g.books[s.keeps].Account(s.programme.ID); a != nil && (s.spends() || a.NeedsLots(s.at)) {
		g.wantLots[s.keeps] = true
	}
	s.levels = g.levels
	g.wantLevel(s.keeps, s.programme.ID, s.at)
	g.wantStand(s.home, s.keeps, s.programme.ID, s.at)
	s.wantRest(g)
	s.wantBought(g)
	s.known = &g.facts
	g.facts.want(s.home, s.programme.Needs())
	for _, c := range s.receipt.Codes {
		if c.Campaign != "" {
			g.codes.want[c.Text] = true
		}
	}
	s.wantContacts(&g.contacts)
	if ofDeposit(s.cart.Payments) != 0 {
		g.wantDeposits[s.home] = true
	}
	return nil
}

// loadMore asks for the limits that the receipt may come under, of the buyer's
// as of everybody's.
func (s *sale) loadMore(g *group) error {
	s.finds(g.desk, &g.contacts)
	for i := range s.limited {
		g.need(s.programme.ID, &s.limited[i], s.home, &s.heads)
	}
	return nil
}

func (s *sale) spends() bool {
	w := s.receipt.Wish
	return w.Max || w.Points > 0 || s.cart.Facts != nil && s.cart.Facts.Points > 0
}

// complete fills the receipt from the outlet, the programme and the catalogue.
func (d *Desk) complete(s *sale, find func(outlet, partner id.ID, day string) *rule.Programme) {
	m := s.place.Outlet.Moment(s.at)
	s.programme = find(s.place.Outlet.ID, s.place.Partner.ID, m.Day)
	if s.programme == nil {
		s.programme = rule.None()
	}
	c := s.cart
	s.receipt = rule.Receipt{
		At: s.at, Day: m.Day, Minute: m.Minute, Weekday: clock.WeekdayNumber(m.Weekday),
		Outlet: s.place.Outlet.ID, Partner: s.place.Partner.ID, Till: c.Till, Cashier: c.Cashier, Channel: text.Fold(c.Channel),
		Lines: make([]rule.Line, len(c.Lines)), Codes: codesOf(c.Codes), Wish: c.Wish,
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		r := &s.receipt.Lines[i]
		*r = d.line(l.SKU, l.Quantity, l.Gross)
		l.tell(r)
	}
	for _, p := range c.Payments {
		s.receipt.Payments = append(s.receipt.Payments, rule.PaidBy{Kind: text.Fold(p.Kind), Amount: p.Amount})
	}
	s.name()
	s.limited = s.mayUse()
}

// line completes a line from the catalogue; a product that is not there is
// taken as it is.
func (d *Desk) line(sku string, q money.Quantity, gross money.Amount) rule.Line {
	r := rule.Line{SKU: sku, Folded: text.Fold(sku), Quantity: q, Gross: gross, Payable: true, Earns: true}
	if p, ok := d.Catalog.Get(sku); ok {
		r.Product, r.Type, r.Groups, r.Least = p.ID, p.Type, p.Groups, p.Least
		r.Payable, r.Earns = p.Payable, p.Earns
	}
	return r
}

// do judges the receipt and writes it into the book of its account.
func (s *sale) do(g *group) error {
	p, mark, err := s.happen(g)
	if err != nil {
		return err
	}
	return s.write(g, g.books[p.Keeps()], mark, p)
}

// happen judges the receipt and moves its points.
func (s *sale) happen(g *group) (*Purchase, ledger.Mark, error) {
	book := g.books[s.keeps]
	mark := book.Mark()
	p, out, a, err := s.decide(g)
	if err != nil {
		return nil, ledger.Mark{}, err
	}
	if a == nil { // no account is concerned
		mark = g.books[s.home].Mark()
	} else {
		s.move(g, book, a, p, out)
		g.levels.others(s.stands, g.books[s.home], a, p.Programme)
		s.rest(g)
	}
	s.useCodes(g, p, out)
	s.award(g, p, out)
	p.note(s.programme, out.Campaigns)
	p.Balance, p.Level = balanceOf(a), levelOf(s.stands.a)
	s.out = p
	return p, mark, nil
}

// decide judges the receipt, with what was due on its account written, and says
// whether it may be done.
func (s *sale) decide(g *group) (*Purchase, *rule.Outcome, *ledger.Account, error) {
	book := g.books[s.keeps]
	a, err := s.account(g.ctx, g.tx, book)
	if err != nil {
		return nil, nil, nil, err
	}
	s.id = g.desk.IDs.New()
	if a != nil {
		g.levels.settle(book, a, s.at)
		if s.mode == Record && s.at < a.Clock {
			s.revive(g, book, a, s.id)
		}
	}
	s.stands = g.levels.stands(g.books[s.home], book, a, s.at)
	if err := s.pushkinAllows(); err != nil {
		return nil, nil, nil, err
	}
	out, rows, err := s.judge(g, a)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := g.desk.checkQuote(s, out, g.books[s.home], book); err != nil {
		g.giveBackUses(rows)
		return nil, nil, nil, err
	}
	p, err := s.document(g, out, a, rows)
	if err == nil {
		err = p.payFromDeposit(g.books[s.home], s.at, s.mode == Record, 0)
	}
	if err == nil {
		err = s.numbersFree(g)
	}
	if err == nil {
		err = s.prove(g, p)
	}
	if err != nil {
		g.giveBackUses(rows)
		return nil, nil, nil, err
	}
	return p, out, a, nil
}

// prove asks for the proof that spending needs, and uses a one-time one up.
func (s *sale) prove(g *group, p *Purchase) error {
	if err := s.needsProof(s.programme, p); err != nil {
		return err
	}
	return s.useProof(g, p)
}

// account is the account that the buyer uses in the receipt's programme, opened
// at its first use unless that is done by hand; nil for a receipt without a
// member, a programme or an account.
func (s *sale) account(ctx context.Context, q db.Q, book *ledger.Book) (*ledger.Account, error) {
	if s.home.Kind() != home.Member || s.programme.ID == 0 {
		return nil, nil
	}
	if a := book.Account(s.programme.ID); a != nil {
		return a, nil
	}
	if s.programme.Settings.OpenAccount == rule.OpenByHand {
		return nil, nil
	}
	if s.again != nil {
		return openAccount(book, s.programme, s.at, s.place.Partner.ID, s.again.welcome), nil
	}
	return open(ctx, q, book, s.programme, s.at, s.place.Partner.ID)
}

// judge judges the receipt, or takes the till's facts, and counts its uses of
// limited campaigns.
func (s *sale) judge(g *group, a *ledger.Account) (*rule.Outcome, []Use, error) {
	s.mark(g.codes.rows)
	out, err := s.atLevel(a, func(m *rule.Member) (*rule.Outcome, error) {
		s.seen = m
		if err := s.findUsedUp(g); err != nil {
			return nil, err
		}
		return s.evaluate(s.seen, s.usedUp)
	})
	if err != nil {
		return nil, nil, err
	}
	uses := out.Uses
	if s.mode == Record {
		uses = s.honoured()
	}
	taken := make([]Use, 0, len(uses))
	for i := range uses {
		u := &uses[i]
		rows, _, err := g.take(s.programme.ID, u, s.home, &s.heads, s.mode == Record) // usedUp has seen that there is room
		if err != nil {
			return nil, nil, err
		}
		taken = append(taken, Use{Campaign: u.Campaign, Code: u.Code, Rows: rows})
	}
	return out, taken, nil
}

// codesOf folds the codes of a cart, each once.
func codesOf(codes []string) (out []rule.Code) {
	for _, c := range codes {
		f := text.Fold(c)
		if !slices.ContainsFunc(out, func(o rule.Code) bool { return o.Text == f }) {
			out = append(out, rule.Code{Text: f})
		}
	}
	return out
}

// member is what the rules may know of the buyer.
func (s *sale) member(a *ledger.Account) *rule.Member {
	m := &rule.Member{Outside: a == nil && s.home.Kind() == home.Member && s.programme.ID != 0}
	if a != nil {
		if held, since := s.levels.heldAt(s.stands, s.at); held != "" {
			m.Level, m.LevelDay = text.Fold(held), s.programme.Day(since)
		}
		m.Home, m.Spendable, m.Purchases, m.Turnover, m.Used = s.home, a.Spendable(), a.Purchases, a.Turnover, a.Used
		if a.LastPurchase != 0 {
			m.LastDay = s.programme.Day(a.LastPurchase)
		}
		s.known.tell(s.programme, s.home, m)
		if s.again != nil {
			s.again.tell(s.programme, m)
		}
	}
	return m
}

func (s *sale) evaluate(m *rule.Member, usedUp []string) (*rule.Outcome, error) {
	if s.again != nil {
		return s.evaluateAgain(m, usedUp)
	}
	if s.mode == Commit {
		return rule.Judge(s.programme, &s.receipt, m, usedUp)
	}
	return rule.Record(s.programme, &s.receipt, m, s.facts())
}

func (s *sale) facts() *rule.Facts {
	f := &rule.Facts{Points: s.cart.Facts.Points, Discounts: make([]money.Amount, len(s.cart.Lines))}
	for i := range s.cart.Lines {
		f.Discounts[i] = s.cart.Lines[i].Discount
	}
	return f
}
