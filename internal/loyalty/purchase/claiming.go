package purchase

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// ClaimRequest asks for a receipt of nobody's to be given to a member.
type ClaimRequest struct {
	Buyer    Buyer
	Purchase PurchaseRef // or
	Fiscal   *Fiscal     // what the QR of its fiscal receipt says
	Till     id.ID       // that asks; 0: none does
	Cashier  id.ID

	// Contact says that the receipt is the member's by a phone or an e-mail of
	// his; nil: somebody gives it to him.
	Contact *Contact

	// Beside is done in the claim's transaction, at its end, once. An error
	// leaves nothing. nil: nothing is.
	Beside func(ctx context.Context, q db.Q, c *Claim) error

	// May tells whether who asks may have receipts of an outlet; nil: of any.
	// What he may not have he is not told of.
	May func(outlet id.ID) bool
}

// Contact is by what a guest's receipt is a member's: a phone or an e-mail, which
// the receipt names and he alone has.
type Contact member.Ref

// Claimed is what became of a claim.
type Claimed struct {
	Purchase *Stored
	Before   bool // it was the member's already
}

// Claim gives a receipt that has no member to one. It is done once; for the
// same member again it changes nothing. It refuses a receipt that is another's
// ("claim.taken"), that was a member's from the first ("claim.has-member"), of
// which nothing is left ("claim.refunded") and that is too old ("claim.late"): one
// that names his contact is his however old it is, and then gives no points.
func (d *Desk) Claim(ctx context.Context, r *ClaimRequest) (*Claimed, error) {
	mine := *r
	if err := mine.check(); err != nil {
		return nil, err
	}
	if stranger, err := d.stranger(ctx, r.Cashier); err != nil || stranger {
		if err == nil {
			err = errStranger()
		}
		return nil, err
	}
	op := &claiming{req: &mine}
	if _, err := d.submit(ctx, op); err != nil {
		return nil, err
	}
	return &Claimed{Purchase: op.out, Before: op.before}, nil
}

func (r *ClaimRequest) check() error {
	if r.Buyer.None() {
		return errNoHome()
	}
	if (r.Fiscal != nil) == (r.Purchase.ID != 0 || r.Purchase.Key != "") {
		return fault.New(fault.Invalid, "claim.ways")
	}
	if r.Fiscal == nil {
		return nil
	}
	whole, err := r.Fiscal.whole()
	r.Fiscal = &whole
	return err
}

// claiming is the operation of a claim. Its home is the receipt's; the member's
// and that of the account he uses are beside it. What programme the receipt is
// under is known when it is read, so the first transaction only reads it.
type claiming struct {
	req       *ClaimRequest
	receipt   home.ID
	purchase  id.ID
	onAccount                 // the member's
	of        *Stored         // as it was read first; nil: not yet
	programme *rule.Programme // that judges it, or (Version 0 in it) takes its sums only
	judged    bool            // it gives points: a programme was in force when it was made
	joined    clock.Micros    // since when what he buys by his contact is a member's; 0: it is not by that
	before    bool
	welcome   *rule.Gift // in a life: that is still to be had
	out       *Stored
}

func (c *claiming) claim() (claim, [32]byte) { return claim{}, [32]byte{} }
func (c *claiming) alone() bool              { return true }

func (c *claiming) replay(context.Context, db.Q, home.ID, id.ID) error { return nil }

func (c *claiming) lookUp(l *look) {
	l.standingOf(c.req.Buyer)
	if p := c.req.Purchase; p.Key != "" && p.ID == 0 {
		l.key(claim{p.Till, p.Key})
	}
	l.fiscal(c.req.Fiscal)
}

func (c *claiming) found(l *look) (home.ID, error) {
	var err error
	if c.home, err = l.home(c.req.Buyer); err != nil {
		return 0, err
	}
	at := op{c.req.Purchase.Home, c.req.Purchase.ID}
	there := true
	switch p := c.req.Purchase; {
	case c.req.Fiscal != nil:
		at, there = l.fiscals[c.req.Fiscal.key()]
	case p.ID == 0:
		var k doneKey
		k, there = l.keys[claim{p.Till, p.Key}]
		at = op{k.home, k.op}
	}
	if !there {
		return 0, errNoPurchase()
	}
	c.receipt, c.purchase = at.home, at.id
	return c.receipt, nil
}

func (c *claiming) at() home.ID { return c.receipt }

func (c *claiming) beside(d *Desk) []home.ID {
	return append([]home.ID{c.home}, c.onAccount.beside(d)...)
}

func (c *claiming) load(g *group) error {
	g.docs.want(c.receipt, c.purchase)
	if g.books[c.home] == nil {
		return errNoHome()
	}
	if err := c.find(g); err != nil || c.of == nil {
		return err
	}
	if err := c.member(g); err != nil {
		return err
	}
	if err := c.findProgramme(g); err != nil {
		return err
	}
	by := c.judge(g)
	g.wantLots[c.keeps] = true
	if c.keeps != c.home {
		g.wantLots[c.home] = true
	}
	if a := g.books[c.keeps].Account(c.programme.ID); a != nil && c.programme.SlideTo(c.of.At) != 0 {
		g.bought[boughtOf{c.keeps, a.ID}] = &times{}
	}
	g.wantLevel(c.keeps, c.programme.ID, c.of.At)
	g.wantStand(c.home, c.keeps, c.programme.ID, c.of.At)
	by.wantRest(g)
	g.facts.want(c.home, c.programme.Needs())
	return nil
}

// findProgramme finds the rules of the receipt's time or, where there was no
// programme then, the one that is at its outlet now, whose sums it adds to.
func (c *claiming) findProgramme(g *group) (err error) {
	if u := c.of.soldUnder(); u.programme != 0 {
		if c.programme, err = g.version(u.programme, u.version); err != nil {
			return fmt.Errorf("%w: %w", errBase, err)
		}
		c.judged = c.joined == 0 || earnsByContact(c.programme, c.of.At, c.joined, g.now)
		return nil
	}
	day := c.of.Day
	if place, ok := g.desk.Directory.Place(c.of.Till); ok {
		day = place.Outlet.BusinessDay(g.now)
	}
	if c.programme = g.set.For(c.of.Outlet, c.of.Partner, day); c.programme == nil {
		c.programme = rule.None()
	}
	return nil
}

// earnsByContact tells whether a receipt that is a member's by his contact gives
// points: one of before he joined does only where the programme says so.
func earnsByContact(p *rule.Programme, at, joined, now clock.Micros) bool {
	return (at >= joined || p.Settings.GuestPoints) && now < p.EndAfter(at, p.Settings.ClaimWithin)
}

// judge is the receipt as a closed one that comes late, of the member's.
func (c *claiming) judge(g *group) *sale {
	return &sale{
		mode: Record, onAccount: c.onAccount, programme: c.programme, receipt: *c.of.receipt(), at: c.of.At,
		known: &g.facts, levels: g.levels,
	}
}

func (c *claiming) loadMore(g *group) error {
	s := g.docs.got[c.purchase]
	if s == nil || c.req.May != nil && !c.req.May(s.Outlet) {
		return errNoPurchase()
	}
	if c.of == nil {
		c.of = s
		return errAgain
	}
	return nil
}

func (c *claiming) do(g *group) error {
	s := g.docs.got[c.purchase]
	if err := c.refuse(g, s); err != nil || c.before {
		c.out = s
		return err
	}
	out, mark, book, err := c.happen(g, s)
	if err != nil {
		return err
	}
	c.out = s
	if err := c.write(g, s, out, book, mark); err != nil || c.req.Beside == nil {
		return err
	}
	if err := c.req.Beside(g.ctx, g.tx, out); err != nil {
		return fmt.Errorf("%w: %w", errBase, err)
	}
	return nil
}

// again is of a receipt that was given to somebody: the member himself, or one
// who was merged into him, or another.
func (c *claiming) again(g *group, to home.ID) error {
	if c.before = to == c.home; c.before {
		return nil
	}
	var n int64
	if err := g.tx.Row(g.ctx, `select count(*) from member where home_id = $1 and merged_into = $2`, to, c.home).Scan(&n); err != nil {
		return fmt.Errorf("%w: %w", errBase, err)
	}
	if c.before = n > 0; c.before {
		return nil
	}
	return fault.New(fault.Conflict, "claim.taken")
}

// refuse says why the receipt can't be given to the member; before: it is his.
func (c *claiming) refuse(g *group, s *Stored) error {
	switch f := c.req.Fiscal; {
	case f != nil && (s.Fiscal == nil || *s.Fiscal != *f): // who has the paper knows its time and sum
		return errNoPurchase()
	case c.req.Contact != nil && s.Guest != g.desk.GuestHash(Guest(*c.req.Contact)):
		return errNoPurchase()
	case s.Claim != nil:
		return c.again(g, s.Claim.Member)
	case s.Home.Kind() == home.Member:
		return fault.New(fault.Conflict, "claim.has-member")
	case s.State == "refunded":
		return fault.New(fault.Refused, "claim.refunded")
	}
	days := c.programme.Settings.ClaimWithin
	if c.req.Contact == nil && g.now >= c.programme.EndAfter(s.At, days) {
		return fault.New(fault.Refused, "claim.late", "days", days)
	}
	return nil
}

// happen judges the receipt for the member and moves its points; s is his from
// here on.
func (c *claiming) happen(g *group, s *Stored) (*Claim, ledger.Mark, *ledger.Book, error) {
	by, book := c.judge(g), g.books[c.keeps]
	mark := book.Mark()
	a, err := c.account(g, book)
	if err != nil {
		return nil, mark, nil, err
	}
	out := c.blank(g, s, a)
	if a != nil {
		g.levels.settle(book, a, g.now)
		by.revive(g, book, a, out.ID)
	}
	by.stands = g.levels.stands(g.books[c.home], book, a, g.now)
	outcome, err := c.earned(by, a, s, out)
	if err != nil {
		return nil, mark, nil, err
	}
	if outcome != nil {
		c.award(g, out, outcome)
	}
	before := s.acted()
	s.Give(out)
	if err := s.takeOut(c.programme, out); err != nil {
		return nil, mark, nil, err
	}
	out.note(c.programme, before)
	if a == nil {
		book = g.books[c.home]
		mark = book.Mark()
	} else {
		c.move(g, book, a, by, s, outcome)
		g.levels.others(by.stands, g.books[c.home], a, c.programme.ID)
		by.rest(g)
	}
	out.Balance, out.Level = balanceOf(a), levelOf(by.stands.a)
	s.Balance, s.Level = out.Balance, out.Level
	return out, mark, book, nil
}

// account is the one that the member uses, opened now where it is opened at its
// first use.
func (c *claiming) account(g *group, book *ledger.Book) (*ledger.Account, error) {
	if c.programme.ID == 0 {
		return nil, nil
	}
	if a := book.Account(c.programme.ID); a != nil {
		return a, nil
	}
	now := g.set.Get(c.programme.ID)
	if now == nil || now.Settings.OpenAccount == rule.OpenByHand {
		return nil, nil
	}
	if c.welcome != nil {
		return openAccount(book, now, g.now, c.of.Partner, *c.welcome), nil
	}
	return open(g.ctx, g.tx, book, now, g.now, c.of.Partner)
}

// blank is the claim without what it gives.
func (c *claiming) blank(g *group, s *Stored, a *ledger.Account) *Claim {
	out := &Claim{
		ID: g.desk.IDs.New(), Home: s.Home, Purchase: s.ID, Member: c.home, Till: c.req.Till, Cashier: c.req.Cashier, At: g.now, Outlet: s.Outlet, Day: s.Day,
		Lines: make([]ClaimLine, len(s.Lines)), Counted: s.Counted, Programme: s.Programme, Version: s.Version, Sold: s.Programme,
		SoldBy: s.Cashier,
	}
	out.Joined = c.joined
	for _, f := range s.Refunds {
		out.Before = append(out.Before, f.ID)
		out.Refunded += f.Money
		for i := range f.Lines {
			l := &f.Lines[i]
			out.Lines[l.Line].Money += l.Money()
		}
	}
	out.Money = s.Due - out.Refunded
	if a == nil {
		return out
	}
	out.Account, out.AccountHome, out.Programme, out.Version = a.ID, c.keeps, c.programme.ID, c.programme.Version
	if day := c.programme.Day(s.At); day != s.Day {
		out.Counted = day
	}
	return out
}

// earned judges what the whole receipt would have earned for the member; nil:
// it is not judged.
func (c *claiming) earned(by *sale, a *ledger.Account, s *Stored, out *Claim) (*rule.Outcome, error) {
	if a == nil || !c.judged {
		return nil, nil
	}
	outcome, err := by.atLevel(a, func(m *rule.Member) (*rule.Outcome, error) {
		if m.Level == "" {
			by.begins(m)
		}
		by.seen = m
		return rule.Record(c.programme, &by.receipt, m, s.factsOfClaim())
	})
	if err != nil {
		return nil, err
	}
	out.Seen.Member = *by.seen
	out.Seen.Member.Home = 0 // it is the claim's own
	digest := outcome.Digest()
	out.Trace = hex.EncodeToString(digest[:])
	if s.Mode == Record && tooLate(c.programme, s.At, s.WrittenAt) {
		if outcome.Earned > 0 { // as it would have been for a member
			out.Flags = append(out.Flags, FlagTooLate)
		}
		return outcome, nil
	}
	for i := range outcome.Effects {
		e := &outcome.Effects[i]
		if e.Kind != rule.Accrual {
			continue
		}
		for _, sh := range e.Shares {
			l := &out.Lines[sh.Line]
			l.Earned = append(l.Earned, RuleAmount{Rule: e.Rule, Amount: sh.Amount})
		}
	}
	return outcome, nil
}

// begins gives who had no level then the one where everybody begins.
func (s *sale) begins(m *rule.Member) {
	l := s.levels.set.Ladder(s.programme.ID)
	if l.None() {
		return
	}
	if first := l.Begins(l.Day(s.at)); first != "" {
		m.Level, m.LevelDay = text.Fold(first), s.programme.Day(s.at)
	}
}

// member is what was known of the member when the receipt was given to him.
func (c *Claim) member() rule.Member {
	m := c.Seen.Member
	m.Home = c.Member
	return m
}

// factsOfClaim are the receipt's own: what was taken off stays off, whoever's
// points it was.
func (s *Stored) factsOfClaim() *rule.Facts {
	f := &rule.Facts{}
	for i := range s.Lines {
		f.Discounts = append(f.Discounts, s.Lines[i].Discount()+s.Lines[i].Paid)
	}
	return f
}

// move writes what the receipt does to the account of the member who has it
// now.
func (c *claiming) move(g *group, book *ledger.Book, a *ledger.Account, by *sale, s *Stored, outcome *rule.Outcome) {
	a.Slide(c.programme.SlideTo(s.At))
	if s.Claim.Earned > 0 {
		c.earn(book, a, s, outcome)
		by.end(g, book, a, s.Claim.ID)
	}
	left := Purchase{ID: s.Claim.ID, At: s.At, Partner: s.Partner, Due: s.Due - s.Claim.Refunded, Flags: s.Claim.Flags}
	if c.judged {
		by.levels.first(book, a, c.programme, &left)
	}
	a.Purchases++
	a.Turnover += left.Due
	a.LastPurchase = max(a.LastPurchase, s.At)
	if a.FirstPurchase == 0 || s.At < a.FirstPurchase {
		a.FirstPurchase = s.At
	}
	a.Changed()
	at := by.stands
	by.levels.count(at, s.Counts())
	book.Settle(a, a.Clock) // what it brought may be due already
	if at.a == nil {
		return
	}
	cause := ledger.LevelChange{At: at.a.Clock, Cause: ledger.ByPurchase, Op: s.Claim.ID}
	if by.reached != "" {
		by.levels.reach(at, by.reached, cause)
	}
	by.levels.rise(at.book, at.a, cause)
}

// write stores the claim and chains it in all its homes.
func (c *claiming) write(g *group, s *Stored, out *Claim, book *ledger.Book, mark ledger.Mark) error {
	if err := out.Seen.keepPerson(); err != nil {
		return err
	}
	told := *out
	told.Seen.Member = ofBooks(&out.Seen.Member) // the rest lies beside it
	doc, err := json.Marshal(&told)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(doc)
	book.Chain(mark, out.ID, digest, g.now)
	for _, h := range []home.ID{c.home, c.receipt} {
		if h != book.Home {
			g.books[h].Memo(out.ID, digest, g.now)
		}
	}
	g.bought.note(&s.Purchase)
	g.claims.Add(int64(s.Home), int64(s.ID), int64(out.Member), int64(out.ID), int64(out.Account), db.N(out.AccountHome), string(doc), digest[:], orNull(out.Seen.Kept))
	g.happened(eventtype.Event{
		Kind: eventtype.Claimed, Home: out.Member, Op: out.ID, At: out.At, Day: out.Day, Outlet: out.Outlet, Programme: out.Sold,
		Money: out.Money, Earned: out.Earned, Purchase: out.Purchase, Of: out.Home, Cashier: out.SoldBy, Acts: toldOn(out.Acts),
	}, g.books[c.home])
	return nil
}
