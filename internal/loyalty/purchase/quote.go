package purchase

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/programme"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// quoteLife is how long a quote may be committed.
const quoteLife = 30 * time.Minute

// Quoted is what a purchase would give; nothing of it is stored.
type Quoted struct {
	ID        string // carry it to Commit to be told if the figures change
	Until     clock.Micros
	Home      home.ID // 0: no member
	Programme *rule.Programme
	Outcome   *rule.Outcome
	Lines     []rule.Line // as they were judged
	Balance   Balance     // before the purchase
	Ending    []ledger.Ending
	Level     *LevelView  // before the purchase; nil: the programme has no levels
	Rise      *Rise       // of a trial only; nil: nobody whose level it could be
	Refused   []rule.Step // of a trial only: why every rule that the trace does not name could not act
	Hints     []rule.Hint // what a little more would bring
	Idle      []rule.Idle // codes that nothing acts by
	IdleTold  []int       // … and the place in the trace that says why, code by code; -1: none does
	Unknown   int         // how many of its codes no campaign has
}

// Quote tells what a purchase would give, and why.
func (d *Desk) Quote(ctx context.Context, c *Cart) (*Quoted, error) {
	return d.quote(ctx, c, nil)
}

// quote is Quote, or a trial: nil is none.
func (d *Desk) quote(ctx context.Context, c *Cart, t *Trial) (*Quoted, error) {
	s, err := d.newSale(c, Commit)
	if err != nil {
		return nil, err
	}
	if s.stranger, err = d.stranger(ctx, c.Cashier); err != nil {
		return nil, err
	}
	l := newLook(d)
	s.lookUp(l)
	if err := l.run(ctx); err != nil {
		return nil, err
	}
	if _, err := s.found(l); err != nil {
		return nil, err
	}
	if err := s.numbersFree(nil); err != nil {
		return nil, err
	}
	s.at = d.Clock.Now()
	if t != nil {
		s.at = t.At
	}
	d.complete(s, d.find(t))
	if err := s.pushkinAllows(); err != nil {
		return nil, err
	}
	own, book, a, err := d.viewSettled(ctx, s, d.set(t))
	if err != nil {
		return nil, err
	}
	if err := d.findHeads(ctx, s); err != nil {
		return nil, err
	}
	s.mark(s.rows)
	out, err := s.atLevel(a, func(m *rule.Member) (*rule.Outcome, error) {
		if t != nil && t.Member != nil {
			m = t.Member
		}
		s.seen = m
		if s.usedUp, err = d.usedUp(ctx, s, m); err != nil {
			return nil, err
		}
		return s.evaluate(m, s.usedUp)
	})
	if err != nil {
		return nil, err
	}
	if t == nil { // a trial pays nothing
		if err := s.depositHas(ctx, d.DB); err != nil {
			return nil, err
		}
	}
	q := &Quoted{Until: s.at.Add(quoteLife), Programme: s.programme, Outcome: out, Lines: s.receipt.Lines, Balance: balanceOf(a)}
	q.ID = d.quoteID(s, out, own, book)
	q.Hints = rule.Hints(s.programme, &s.receipt, s.seen, s.usedUp, out)
	q.Idle, q.IdleTold = out.Idle(s.programme, s.receipt.Codes)
	q.Unknown = s.unknown()
	if t != nil {
		q.Rise = s.rise(t, out)
		q.Refused = rule.Refusals(s.programme, &s.receipt, s.seen, s.usedUp, out, false)
	}
	if a != nil {
		q.Home, q.Level = s.home, s.levels.view(s.stands)
		q.Ending = ledger.Expiring(a, book.Lots(a))
	}
	return q, nil
}

// viewSettled reads the buyer's home and that of the account that he uses, with
// what is due on it done but not written, and what the rules look at of him.
func (d *Desk) viewSettled(ctx context.Context, s *sale, set *programme.Set) (own, book *ledger.Book, a *ledger.Account, err error) {
	if own, book, err = d.view(ctx, s, set); err != nil {
		return nil, nil, nil, err
	}
	if a, err = s.account(ctx, d.DB, book); err != nil {
		return nil, nil, nil, err
	}
	if a != nil {
		s.levels.settle(book, a, s.at)
	}
	s.stands = s.levels.stands(own, book, a, s.at)
	if err = s.levels.gifts.err; err != nil {
		return nil, nil, nil, err
	}
	s.known, err = d.factsOf(ctx, s)
	return own, book, a, err
}

// view reads the buyer's home, and that of the account that he uses, without
// locking them.
func (d *Desk) view(ctx context.Context, s *sale, set *programme.Set) (own, book *ledger.Book, err error) {
	if s.home.Kind() == home.Receipt {
		s.levels = newLevels(set)
		book = ledger.NewBook(s.home, s.at, d.IDs)
		return book, book, nil
	}
	p, err := d.peek(ctx, set, s.home, s.programme.ID, s.at)
	if err != nil {
		return nil, nil, err
	}
	s.home, s.keeps, s.levels = p.own.Home, p.book.Home, p.levels
	return p.own, p.book, nil
}

// findHeads says whose rows count for a quote's buyer.
func (d *Desk) findHeads(ctx context.Context, s *sale) error {
	c := contacts{}
	s.wantContacts(&c)
	b := &db.Batch{}
	c.read(b, d.DB.Dialect())
	if b.Len() > 0 {
		if err := d.DB.Run(ctx, b); err != nil {
			return err
		}
	}
	s.finds(d, &c)
	return nil
}

// usedUp finds the uses that the receipt may make and whose limits are reached.
func (d *Desk) usedUp(ctx context.Context, s *sale, m *rule.Member) (out []string, err error) {
	uses := s.programme.Limited(&s.receipt, m)
	for i := range uses {
		u := &uses[i]
		key := ""
		for _, c := range counters(s.programme.ID, u, &s.heads) {
			used, held, err := d.used(ctx, &c, s.at)
			switch {
			case err != nil:
				return nil, err
			case used-held >= c.limit:
				key = u.Key()
			case used >= c.limit && key == "":
				key = u.HeldKey()
			}
		}
		if key != "" {
			out = append(out, key)
		}
	}
	return out, nil
}

// used reads how many uses of a limit are taken, and how many of those are
// only held by reservations.
func (d *Desk) used(ctx context.Context, c *counter, at clock.Micros) (used, held int64, err error) {
	sum := func(query string) (sum int64, err error) {
		for _, key := range append([]string{c.key}, c.beside...) {
			var n int64
			if err := d.DB.Row(ctx, query, key, int64(at)).Scan(&n); err != nil {
				return 0, err
			}
			sum += n
		}
		return sum, nil
	}
	if used, err = sum(qUsed); err != nil || used < c.limit {
		return used, 0, err
	}
	held, err = sum(qHeldNow)
	return used, held, err
}

// quoteID is a signed digest of what a quote rests on and of its figures.
func (d *Desk) quoteID(s *sale, out *rule.Outcome, own, book *ledger.Book) string {
	b := make([]byte, 0, quoteSize)
	b = binary.BigEndian.AppendUint64(b, uint64(s.at))
	b = append(b, s.quotedReceipt()...)
	b = append(b, s.quotedState(own, book)...)
	b = append(b, s.quotedWish()...)
	figures := out.Digest()
	return crypto.Sign(d.Secret, append(b, figures[:]...))
}

// A quote holds its time and four digests: of the receipt, of the state that
// it rests on, of the points that were asked for, and of its figures.
const (
	digestSize = 16
	quoteSize  = 8 + 4*digestSize
)

// quotedWish is the digest of how many points the till asks for.
func (s *sale) quotedWish() []byte {
	w := s.cart.Wish
	sum := sha256.Sum256(fmt.Append(nil, w.Max, w.Points))
	return sum[:digestSize]
}

// quotedReceipt is the digest of what the till asks, but for what it may only
// know when it commits.
func (s *sale) quotedReceipt() []byte {
	c := *s.cart
	c.Key, c.Quote, c.Accept, c.Payments, c.Number, c.Facts, c.Proof = "", "", false, nil, "", nil, Proof{}
	c.Till, c.Cashier, c.Wish = 0, 0, rule.Wish{} // how many points were asked for shows in the figures
	if !c.Buyer.None() {
		c.Buyer = Buyer{Home: s.home} // however he is named
	}
	doc, err := json.Marshal(&c)
	if err != nil {
		panic(err) // a cart is a plain struct
	}
	sum := sha256.Sum256(doc)
	return sum[:digestSize]
}

// quotedState is the digest of the programme's version and the homes': with the
// receipt, what must not change for the figures to stand.
func (s *sale) quotedState(own, book *ledger.Book) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(s.programme.ID))
	b = binary.BigEndian.AppendUint64(b, uint64(s.programme.Version))
	b = binary.BigEndian.AppendUint64(b, uint64(own.Version))
	if own != book {
		b = binary.BigEndian.AppendUint64(b, uint64(book.Home))
		b = binary.BigEndian.AppendUint64(b, uint64(book.Version))
	}
	sum := sha256.Sum256(b)
	return sum[:digestSize]
}

// checkQuote compares a commit with the quote that it carries. A receipt with
// other goods, codes or buyer is another one. The same figures are taken whatever
// else has moved; other figures only if the till says so.
func (d *Desk) checkQuote(s *sale, out *rule.Outcome, own, book *ledger.Book) error {
	if s.cart.Quote == "" {
		return nil
	}
	b, err := crypto.Open(d.Secret, s.cart.Quote)
	if err != nil || len(b) != quoteSize {
		return fault.New(fault.Invalid, "quote.invalid")
	}
	made := clock.Micros(binary.BigEndian.Uint64(b))
	if s.at > made.Add(quoteLife) {
		return fault.New(fault.Conflict, "quote.expired")
	}
	part := func(i int) []byte { return b[8+i*digestSize : 8+(i+1)*digestSize] }
	receipt, state, wish, quoted := part(0), part(1), part(2), part(3)
	figures := out.Digest()
	other := !bytes.Equal(s.quotedReceipt(), receipt)
	if s.cart.Accept || !other && bytes.Equal(figures[:], quoted) {
		return nil
	}
	changed := "quote.changed"
	switch {
	case other:
		changed = "quote.other-receipt"
	case !bytes.Equal(s.quotedWish(), wish):
		changed = "quote.other-points"
	case bytes.Equal(s.quotedState(own, book), state):
		// Neither the rules nor the member have moved: a campaign has ended
		// meanwhile, or others have used it up.
		changed = "quote.outdated"
	}
	return fault.New(fault.Conflict, changed, "due", out.Due, "earned", out.Earned, "most", out.Most)
}
