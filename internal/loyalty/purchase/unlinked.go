package purchase

import (
	"context"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// RefundUnlinked takes goods back whose purchase is not known. It is matched
// to the member's newest purchases with the same product and price; of what
// is left the programme says whether it takes points back, and the sums fall.
func (d *Desk) RefundUnlinked(ctx context.Context, r *UnlinkedRequest) (*RefundAnswer, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	place, err := d.place(r.Till)
	if err != nil {
		return nil, err
	}
	op := &unlinkedRefund{req: r, refunding: refunding{till: r.Till, key: r.Key, place: place, hash: d.hashOf("unlinked", r)}}
	if op.stranger, err = d.stranger(ctx, r.Cashier); err != nil {
		return nil, err
	}
	replayed, err := d.submit(ctx, op)
	if err != nil {
		return nil, err
	}
	return &RefundAnswer{Refund: op.out, Matched: op.matched, Replayed: replayed}, nil
}

func (r *UnlinkedRequest) check() error {
	if err := checkKey(r.Key); err != nil {
		return err
	}
	if len(r.Lines) == 0 || len(r.Lines) > rule.MaxLines || len(r.Number) > maxNumber {
		return fault.New(fault.Invalid, "refund.too-large")
	}
	var bad []fault.Field
	var sum money.Amount
	for i, l := range r.Lines {
		g, ok := l.Quantity.Cost(l.Price, money.HalfUp)
		if !validSKU(l.SKU) || !text.Valid(l.Name, maxName) || l.Quantity <= 0 || l.Price < 0 || !ok || g > rule.MaxCents {
			bad = append(bad, fault.Field{Path: fmt.Sprintf("lines[%d]", i), Code: "refund.line"})
			continue
		}
		sum += g
	}
	if sum > rule.MaxCents {
		bad = append(bad, rule.SumTooMuch().At("lines"))
	}
	if len(bad) > 0 {
		return fault.New(fault.Invalid, "purchase.invalid").With(bad...)
	}
	return checkRefund(r.At, nil)
}

// unlinkedRefund is the operation of a refund whose purchase is not known.
type unlinkedRefund struct {
	refunding
	req     *UnlinkedRequest
	matched []*Refund
	former  []home.ID // of other accounts that purchases were made on
	merged  []home.ID // of the purchases of those who were merged into the member, and of receipts that were given to him
}

func (r *unlinkedRefund) lookUp(l *look) { l.buyer(r.req.Buyer) }

func (r *unlinkedRefund) found(l *look) (home.ID, error) {
	if r.req.Buyer.None() {
		r.home = home.OfReceipt(r.till, r.key)
		return r.home, nil
	}
	h, err := l.home(r.req.Buyer)
	r.home = h
	return h, err
}

func (r *unlinkedRefund) load(g *group) error {
	r.start(g, r.req.At)
	if err := r.find(g); err != nil {
		return err
	}
	if r.home.Kind() == home.Member {
		for _, h := range append([]home.ID{r.keeps}, r.former...) {
			r.want(g, h)
		}
		r.wantOwn(g)
		g.docs.wantNewest(r.home, r.at)
	}
	return nil
}

// beside are the home of the account that the member uses, and those of others
// that he has used before.
func (r *unlinkedRefund) beside(d *Desk) []home.ID {
	return slices.Concat(r.onAccount.beside(d), r.former, r.merged)
}

func (r *unlinkedRefund) loadMore(g *group) error {
	again := false
	for _, s := range g.docs.lists[r.home] {
		if s.State == "part" {
			g.docs.wantRefunds(s.Home, s.ID)
		}
		if s.State == "refunded" || !r.concerns(s) {
			continue
		}
		if k := s.Keeps(); k != r.keeps && !slices.Contains(r.former, k) {
			r.former = append(r.former, k)
			again = true
		}
		if s.Home != r.home && !slices.Contains(r.merged, s.Home) {
			r.merged = append(r.merged, s.Home)
			again = true
		}
		g.wantOf(s)
	}
	if again {
		return errAgain
	}
	return nil
}

func (r *unlinkedRefund) concerns(s *Stored) bool {
	for _, l := range r.req.Lines {
		for i := range s.Lines {
			if s.Lines[i].SKU == l.SKU && s.Lines[i].Price == l.Price {
				return true
			}
		}
	}
	return false
}

func (r *unlinkedRefund) do(g *group) error {
	parent := g.desk.IDs.New()
	left := append([]UnlinkedLine(nil), r.req.Lines...)
	r.matched = nil
	for _, s := range g.docs.lists[r.home] {
		if err := r.match(g, s, left, parent); err != nil {
			return err
		}
	}
	f := &Refund{
		ID: parent, Home: r.home, Till: r.till, Outlet: r.place.Outlet.ID, Cashier: r.req.Cashier, Key: r.key, Number: r.req.Number,
		At: r.at, WrittenAt: g.now, Day: r.day, Lines: []RefundLine{}, Payments: []Payment{}, Flags: r.odd(),
	}
	elsewhere := false
	for _, m := range r.matched {
		f.Matched, f.MatchedIn = append(f.Matched, m.ID), append(f.MatchedIn, m.Home)
		elsewhere = elsewhere || m.Home != r.home
	}
	if !elsewhere {
		f.MatchedIn = nil
	}
	set, err := g.inForce(r.at) // by the rules of its time, as a late receipt
	if err != nil {
		return err
	}
	p := set.For(r.place.Outlet.ID, r.place.Partner.ID, r.day)
	a, mark := r.unmatched(g, p, f, r.unfound(g, f, left))
	if err := r.write(g, g.books[f.Keeps()], mark, a, f, 0); err != nil {
		return err
	}
	g.claimKey(claim{r.till, r.key}, r.hash, r.home, f.ID)
	r.out = f
	return nil
}

// match refunds what of the lines the purchase still has, and takes it off
// what is left.
func (r *unlinkedRefund) match(g *group, s *Stored, left []UnlinkedLine, parent id.ID) error {
	if s.State == "refunded" {
		return nil
	}
	states := s.states()
	req := &RefundRequest{}
	for j := range left {
		for i := range states {
			st := &states[i]
			if st.byAmount || st.line.SKU != left[j].SKU || st.line.Price != left[j].Price {
				continue
			}
			q := min(left[j].Quantity, st.line.Quantity-st.quantity)
			if st.line.Ticketed() {
				q -= q % money.Piece
			}
			if q <= 0 {
				continue
			}
			st.quantity += q
			left[j].Quantity -= q
			req.add(i, q)
		}
	}
	if len(req.Lines) == 0 {
		return nil
	}
	lines, whole, err := s.parts(req)
	if err != nil {
		return err
	}
	f := r.blank(g, g.desk.IDs.New(), s)
	f.Parent, f.Cashier, f.Number, f.Lines, f.Whole = parent, r.req.Cashier, r.req.Number, lines, whole
	r.matched = append(r.matched, f)
	return r.bring(g, s, f, nil)
}

func (r *RefundRequest) add(line int, q money.Quantity) {
	for i := range r.Lines {
		if r.Lines[i].Line == line {
			r.Lines[i].Quantity += q
			return
		}
	}
	r.Lines = append(r.Lines, RefundPart{Line: line, Quantity: q})
}

// unfound puts the lines that are of no purchase into the refund.
func (r *unlinkedRefund) unfound(g *group, f *Refund, left []UnlinkedLine) (lines []rule.Line) {
	for i, l := range left {
		if l.Quantity == 0 {
			continue
		}
		gross, _ := l.Quantity.Cost(l.Price, money.HalfUp) // fits: it was checked
		line := g.desk.line(l.SKU, l.Quantity, gross)
		f.Lines = append(f.Lines, RefundLine{Line: i, SKU: l.SKU, Type: line.Type, Quantity: l.Quantity, Gross: gross, Pays: []money.Amount{gross}})
		lines = append(lines, line)
	}
	return lines
}

// unmatched does what is of no purchase that is known, under a programme or
// (nil) none; its lines are in the refund.
func (r *refunding) unmatched(g *group, p *rule.Programme, f *Refund, lines []rule.Line) (*ledger.Account, ledger.Mark) {
	book := g.books[r.keeps]
	if p == nil {
		p = rule.None()
	}
	f.Programme, f.Version = p.ID, p.Version
	receipt := rule.Receipt{At: r.at, Day: r.day, Outlet: r.place.Outlet.ID, Partner: r.place.Partner.ID, Till: r.till, Lines: lines}
	f.sum()
	if f.Money > 0 {
		f.Flags = append(f.Flags, FlagUnmatched)
		f.Payments = []Payment{{Kind: "money", Amount: f.Money}}
	}
	var a *ledger.Account
	if r.home.Kind() == home.Member {
		a = book.Account(p.ID)
	}
	if a == nil {
		book = g.books[r.home] // no account is concerned
	}
	mark := book.Mark()
	if a != nil {
		f.Account, f.AccountHome = a.ID, r.shared() // whose sums fall, also where no points do
		if day := p.Day(r.at); day != f.Day {
			f.Counted = day
		}
		g.levels.settle(book, a, r.at)
		own := g.levels.stand(g.books[r.home], book, a)
		g.levels.settleOwn(own, a, r.at)
		mark = book.Mark()
		owed := a.Debt
		r.takeBase(book, a, p, &receipt, f)
		f.Owed = max(a.Debt-owed, 0)
		a.Turnover -= f.Money
		a.Changed()
		g.levels.others(own, g.books[r.home], a, p.ID)
		g.levels.count(own, f.Counts(nil))
	}
	return a, mark
}

// takeBase takes what the lines would have earned by the base rules.
func (r *refunding) takeBase(book *ledger.Book, a *ledger.Account, p *rule.Programme, receipt *rule.Receipt, f *Refund) {
	if !p.Settings.UnlinkedTakes || len(receipt.Lines) == 0 {
		return
	}
	out, err := rule.Judge(p, receipt, &rule.Member{Home: r.home}, nil)
	if err != nil {
		return // no programme could judge it, so none gave points for it
	}
	for i := range f.Lines {
		f.Lines[i].Earned = []int64{int64(out.Lines[i].Earned)}
	}
	f.Earned = out.Earned
	r.claw(book, a, p, f, nil)
}

// replay reads the refund that was made under the key, with what it was
// matched to.
func (r *unlinkedRefund) replay(ctx context.Context, q db.Q, h home.ID, op id.ID) error {
	if err := r.refunding.replay(ctx, q, h, op); err != nil {
		return err
	}
	for i, m := range r.out.Matched {
		in := h
		if len(r.out.MatchedIn) > 0 {
			in = r.out.MatchedIn[i]
		}
		f, err := scanRefund(q.Row(ctx, qMatched, in, m))
		if err != nil {
			return err
		}
		r.matched = append(r.matched, f)
	}
	return nil
}
