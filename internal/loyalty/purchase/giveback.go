package purchase

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// RefundAnswer is what a till is told of a refund.
type RefundAnswer struct {
	Refund   *Refund
	Matched  []*Refund // of an unlinked one: what was found to be of known purchases
	Replayed bool
}

// Refund takes a purchase back, in whole or in part.
func (d *Desk) Refund(ctx context.Context, r *RefundRequest) (*RefundAnswer, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	place, err := d.place(r.Till)
	if err != nil {
		return nil, err
	}
	op := &linkedRefund{req: r, refunding: refunding{till: r.Till, key: r.Key, place: place, hash: d.hashOf("refund", r)}}
	if op.stranger, err = d.stranger(ctx, r.Cashier); err != nil {
		return nil, err
	}
	replayed, err := d.submit(ctx, op)
	if err != nil {
		return nil, err
	}
	return &RefundAnswer{Refund: op.out, Replayed: replayed}, nil
}

// refunding is what linked and unlinked refunds have in common.
type refunding struct {
	till  id.ID
	key   string
	place partner.Place
	hash  [32]byte
	onAccount
	buyer    home.ID // the member whom its purchase was given to; 0: it was his from the first, or is nobody's
	at       clock.Micros
	day      string
	ahead    bool // the till's clock runs far before ours: our time is taken
	stranger bool // its cashier is not known
	out      *Refund
}

func (r *refunding) claim() (claim, [32]byte) { return claim{r.till, r.key}, r.hash }
func (r *refunding) alone() bool              { return true }

func (r *refunding) replay(ctx context.Context, q db.Q, h home.ID, op id.ID) (err error) {
	r.out, err = scanRefund(q.Row(ctx, qRefund, h, op))
	return err
}

// start sets the refund's time.
func (r *refunding) start(g *group, at clock.Micros) {
	r.at = at
	if r.ahead = at > g.now.Add(maxAhead); r.ahead || at == 0 {
		r.at = g.now
	}
	r.day = r.place.Outlet.BusinessDay(r.at)
}

// odd flags what is odd about the request: what has gone back has gone back.
func (r *refunding) odd() (flags []string) {
	if r.ahead {
		flags = append(flags, FlagAhead)
	}
	if r.stranger {
		flags = append(flags, FlagCashier)
	}
	return flags
}

// whose is the home of the member whose level it may change.
func (r *refunding) whose() home.ID { return cmp.Or(r.buyer, r.home) }

// want names what a refund needs of a home whose accounts it may change: the
// lots, what the levels look at, and how they came to be, since a refund may
// take a rise back.
func (r *refunding) want(g *group, h home.ID) {
	g.wantLots[h] = true
	for _, a := range g.books[h].Accounts {
		g.wantLevel(h, a.Programme, r.at)
		g.levels.gifts.wantHad(h, a)
	}
	g.levels.wantChanges(h)
}

// wantOwn names the same of the buyer's home where his level may be his own,
// beside the account that he used.
func (r *refunding) wantOwn(g *group) {
	if r.whose().Kind() == home.Member && g.set.OwnLevels() {
		r.want(g, r.whose())
	}
}

// linkedRefund is the operation of a refund whose purchase is known.
type linkedRefund struct {
	refunding
	req      *RefundRequest
	purchase id.ID
}

func (r *linkedRefund) lookUp(l *look) {
	if p := r.req.Purchase; p.ID == 0 {
		l.key(claim{p.Till, p.Key})
	}
}

func (r *linkedRefund) found(l *look) (home.ID, error) {
	p := r.req.Purchase
	if p.ID != 0 {
		r.home, r.purchase = p.Home, p.ID
		return p.Home, nil
	}
	k, ok := l.keys[claim{p.Till, p.Key}]
	if !ok {
		return 0, errNoPurchase()
	}
	r.home, r.purchase = k.home, k.op
	return k.home, nil
}

func errNoPurchase() error { return fault.New(fault.NotFound, "purchase.not-found") }

func (r *linkedRefund) load(g *group) error {
	r.start(g, r.req.At)
	if r.keeps == 0 {
		r.keeps, r.buyer = r.home, r.home // until the purchase says otherwise
	}
	r.want(g, r.keeps)
	r.wantOwn(g)
	g.docs.want(r.home, r.purchase)
	return nil
}

// beside is the home of the account that the purchase was made on, whoever
// uses it now, or was given to, and of its member.
func (r *linkedRefund) beside(*Desk) (out []home.ID) {
	for _, h := range []home.ID{r.keeps, r.buyer} {
		if h != 0 && h != r.home {
			out = append(out, h)
		}
	}
	return out
}

// loadMore reads the lots that the purchase made and took from, and locks the
// counters that may get a use back.
func (r *linkedRefund) loadMore(g *group) error {
	s := g.docs.got[r.purchase]
	if s == nil {
		return nil
	}
	if keeps, buyer := s.carriedTo(); keeps != r.keeps || buyer != r.buyer {
		r.keeps, r.buyer = keeps, buyer
		return errAgain
	}
	g.wantOf(s)
	return nil
}

func (g *group) wantOf(s *Stored) {
	if s.Deposit != 0 {
		g.wantDeposits[s.Home] = true
	}
	g.docs.wantVisits(s)
	for i := range s.Lots {
		g.wantNamed = append(g.wantNamed, ledger.LotRef{Home: s.Keeps(), Lot: s.Lots[i].ID})
	}
	for _, p := range s.Parts {
		if p.Lot != 0 {
			g.wantNamed = append(g.wantNamed, ledger.LotRef{Home: s.Keeps(), Lot: p.Lot})
		}
	}
	if book := g.books[s.Keeps()]; book != nil {
		if gift := g.levels.gifts.byPurchase(book, s.earnedBy()); gift != nil {
			g.wantNamed = append(g.wantNamed, ledger.LotRef{Home: s.Keeps(), Lot: gift.Lot})
		}
	}
	for _, u := range s.Uses {
		for _, row := range u.Rows {
			g.limits.want[slotKey{row.Key, row.Slot}] = true
		}
	}
	g.wantCodes(s)
}

func (r *linkedRefund) do(g *group) error {
	s := g.docs.got[r.purchase]
	if s == nil {
		return errNoPurchase()
	}
	lines, whole, err := s.parts(r.req)
	if err != nil {
		return err
	}
	early := r.at < s.At
	if early { // the till's clock is wrong: nothing comes back before it was bought
		r.at = s.At
		r.day = r.place.Outlet.BusinessDay(r.at)
	}
	f := r.blank(g, g.desk.IDs.New(), s)
	if early && r.req.At != 0 {
		f.Flags = append(f.Flags, FlagEarly)
	}
	f.Cashier, f.Number = r.req.Cashier, r.req.Number
	f.Lines, f.Whole = lines, whole
	if err := r.bring(g, s, f, r.req.Payments); err != nil {
		return err
	}
	if err := r.req.agreed(f); err != nil {
		return err
	}
	if r.req.Beside != nil {
		if err := r.req.Beside(g.ctx, g.tx, f); err != nil {
			return fmt.Errorf("%w: %w", errBase, err)
		}
	}
	g.claimKey(claim{r.till, r.key}, r.hash, r.home, f.ID)
	r.out = f
	return nil
}

// blank makes the refund's document of a purchase, s, without what came back.
func (r *refunding) blank(g *group, i id.ID, s *Stored) *Refund {
	return &Refund{
		ID: i, Home: cmp.Or(s.Home, r.home), Purchase: s.ID, Till: r.till, Outlet: r.place.Outlet.ID, Key: r.key,
		At: r.at, WrittenAt: g.now, Day: r.day, Account: s.Account, Programme: s.Programme, AccountHome: s.AccountHome, Taker: s.taker, Flags: r.odd(),
	}
}

// bring does what a refund of known lines does, and writes it.
func (r *refunding) bring(g *group, s *Stored, f *Refund, named []Payment) error {
	a, mark, err := r.takeBack(g, s, f, named)
	if err != nil {
		return err
	}
	f.giveDepositBack(g.books[f.Home], s)
	return r.write(g, g.books[f.Keeps()], mark, a, f, s.givenTo())
}

// takeBack does what a refund of known lines does: money, points, counters, the
// purchase's state.
func (r *refunding) takeBack(g *group, s *Stored, f *Refund, named []Payment) (*ledger.Account, ledger.Mark, error) {
	f.sum()
	book := g.books[s.Keeps()]
	p := g.set.Get(s.Programme)
	if p == nil {
		p = rule.None()
	}
	f.Version = p.Version
	held, claimed, err := g.terms(s, f)
	if err != nil {
		return nil, ledger.Mark{}, err
	}
	if p.Settings.PushkinRefund {
		if err := f.toPushkin(s, named); err != nil {
			return nil, ledger.Mark{}, err
		}
	}
	if err := f.pay(s, named); err != nil {
		return nil, ledger.Mark{}, err
	}
	f.hold(s, held)
	a := book.AccountByID(s.Account)
	if a == nil {
		f.Flags = append(f.Flags, FlagAnonymous)
	}
	own := g.levels.stand(g.books[r.whose()], book, a)
	mark := book.Mark()
	was, now := s.Tally(), s.after(f).Tally()
	if a != nil {
		f.Taken = claimed - f.Earned
		g.levels.settle(book, a, r.at)
		g.levels.settleOwn(own, a, r.at)
		mark = book.Mark()
		owed := debtOf(own, a)
		r.restore(book, a, p, s, f)
		r.claw(book, a, p, f, s)
		if f.Whole {
			a.Purchases--
			g.levels.takeFirst(book, a, p, s, f)
		}
		a.Turnover -= f.Money
		a.Used += now.Used - was.Used
		a.Changed()
		g.levels.others(own, g.books[r.whose()], a, s.Programme)
		g.levels.count(own, f.Counts(&s.Purchase))
		if s.Claim == nil && (own.a != a || s.waits()) {
			g.levels.countVisits(own, was, now)
		}
		book.Settle(a, a.Clock)
		g.levels.lower(own, stand{book, a}, s, f.ID)
		if own.a != a {
			f.moved(stand{book, a})
			f.LevelWas = "" // the buyer stands elsewhere
		}
		f.moved(own)
		f.Owed = max(debtOf(own, a)-owed, 0)
	}
	judged, err := g.rulesOf(s)
	if err != nil {
		return nil, ledger.Mark{}, err
	}
	f.noteBack(s, judged, g.returnUses(p, s, f))
	s.Refunds = append(s.Refunds, f)
	s.Refunded += int64(f.Money)
	s.State = "part"
	if f.Whole {
		s.State = "refunded"
	}
	g.states.Add(int64(s.Home), int64(s.ID), s.State, s.Refunded, s.ticketsLeft())
	return a, mark, nil
}

// debtOf is what is owed on the account that a purchase was made on, and where its
// buyer stands.
func debtOf(own stand, a *ledger.Account) money.Points {
	if own.a == nil || own.a == a {
		return a.Debt
	}
	return a.Debt + own.a.Debt
}

// moved tells what the refund has done to where somebody stands, and which points
// went with it.
func (f *Refund) moved(at stand) {
	if at.a == nil {
		return
	}
	at.book.Changes(func(a *ledger.Account, c *ledger.LevelChange) {
		if a != at.a || c.Op != f.ID {
			return
		}
		if f.LevelWith += c.Taken - c.Given; f.LevelWas == "" && c.From != c.To {
			f.LevelWas = c.From
		}
	})
}

// sum adds the lines up.
func (f *Refund) sum() {
	for i := range f.Lines {
		l := &f.Lines[i]
		f.Gross += l.Gross
		f.Paid += l.Paid
		f.Spent += l.Points
		f.Money += l.Money()
		for _, v := range l.Discounts {
			f.Discount += moneyOf(v)
		}
		for _, v := range l.Earned {
			f.Earned += pointsOf(v)
		}
	}
}

// restore gives spent points back into their lots, the last taken first.
func (r *refunding) restore(book *ledger.Book, a *ledger.Account, p *rule.Programme, s *Stored, f *Refund) {
	if !p.Settings.ReturnSpent || f.Spent == 0 {
		return
	}
	var before int64
	for _, x := range s.Refunds {
		before += int64(x.Spent)
	}
	parts := reversed(s.Parts, before, int64(f.Spent))
	back := ledger.Back{Op: f.ID, At: r.at}
	if d := p.Settings.ExpiredReturn; d > 0 {
		back.Grace = p.EndAfter(r.at, d)
	}
	back.Term, back.Sliding = termNow(p, a)
	book.Restore(a, parts, back)
	f.Given = f.Spent
}

// termNow is when points that come back to an account without a lot of theirs
// expire. None is over at once: else parts of a refund, between which it would
// end, would owe what the whole has just given back.
func termNow(p *rule.Programme, a *ledger.Account) (at clock.Micros, sliding bool) {
	at, sliding = p.Expires(&p.Earning.Expiry, a.Clock)
	if sliding && a.SlideAt != 0 && a.SlideAt <= a.Clock {
		return p.SlideTo(a.Clock), false
	}
	return at, sliding
}

// reversed gives the next n hundredths of the parts, counted from the end,
// after those that came back before.
func reversed(parts []ledger.Part, before, n int64) (out []ledger.Part) {
	for i := len(parts) - 1; i >= 0 && n > 0; i-- {
		have := int64(parts[i].Points)
		skip := min(before, have)
		before -= skip
		take := min(have-skip, n)
		n -= take
		if take > 0 {
			out = append(out, ledger.Part{Lot: parts[i].Lot, Points: pointsOf(take)})
		}
	}
	return out
}

// claw takes earned points back, of a purchase or (nil) of none; for those that
// are gone the programme says what happens.
func (r *refunding) claw(book *ledger.Book, a *ledger.Account, p *rule.Programme, f *Refund, s *Stored) {
	points := f.Claimed()
	if points == 0 {
		return
	}
	var own []ledger.Part
	var before money.Points // what earlier refunds of the purchase were short of
	if s != nil {
		own = s.asked(f)
		for _, x := range s.Refunds {
			before += x.Short
		}
	}
	expired := a.Expired
	f.Short = book.Claw(a, f.ID, own, points, r.at)
	f.Lapsed = expired - a.Expired
	if f.Short == 0 {
		return
	}
	switch p.Settings.Clawback {
	case rule.ClawForgive:
	case rule.ClawMoney:
		f.keep(p.Kopecks(before+f.Short) - p.Kopecks(before)) // rounded once for all parts
	default:
		book.Charge(a, f.ID, f.Short, r.at)
	}
}

// write stores the refund's document and chains it; given is the member whom its
// purchase was given to, 0: none.
func (r *refunding) write(g *group, book *ledger.Book, mark ledger.Mark, a *ledger.Account, f *Refund, given home.ID) error {
	f.Balance, f.Level = balanceOf(a), levelOf(g.levels.stand(g.books[r.whose()], book, a).a)
	doc, err := json.Marshal(f)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(doc)
	own := g.chain(f.Home, book, mark, f.ID, digest, r.at)
	g.refunds.Add(int64(f.Home), int64(f.ID), int64(f.Purchase), int64(f.Outlet), int64(f.At), f.Day, int64(f.Account), db.N(f.AccountHome), string(doc), digest[:])
	g.happened(eventtype.Event{
		Kind: eventtype.Refunded, Home: f.Home, Op: f.ID, At: f.At, Day: f.Day, Outlet: f.Outlet, Programme: f.Programme,
		Gross: f.Gross, Discount: f.Discount, Paid: f.Paid, Withheld: f.Kept + f.Held, Money: f.Money, Spent: f.Given, Earned: f.Claimed(), Last: f.Whole,
		Part: f.Parent != 0, Purchase: f.Purchase, Whose: given, Cashier: f.Cashier, Acts: toldOn(f.Acts),
	}, own)
	return nil
}

// rulesOf are the rules that the purchase was judged by.
func (g *group) rulesOf(s *Stored) (*rule.Programme, error) {
	if s.Programme == 0 {
		return rule.None(), nil
	}
	return g.version(s.Programme, s.Version)
}

// returnUses gives uses of codes back when nothing of the purchase is left
// and the campaign says so, and names those campaigns.
func (g *group) returnUses(p *rule.Programme, s *Stored, f *Refund) (returned []string) {
	if !f.Whole {
		return nil
	}
	g.returnCodes(p, s, f)
	for _, u := range s.Uses {
		if c := p.CampaignOf(u.Campaign); c != nil && c.Limits.Return {
			g.giveBack(u.Rows)
			f.Uses = append(f.Uses, u.Rows...)
			returned = append(returned, u.Campaign)
		}
	}
	return returned
}
