package verify

import (
	"cmp"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/money"
)

// refundCheck is a refund with its purchase.
type refundCheck struct {
	*refundRow
	doc  *purchase.Refund
	sale *saleCheck // nil: not linked, or not there

	taken bool // as a purchase's
	taker home.ID
}

// of is the purchase of a refund as it is for its member, nil where it is not
// linked.
func (f *refundCheck) of() *purchase.Purchase {
	if f.sale == nil {
		return nil
	}
	return f.sale.as()
}

// countable tells whether it names lines that its purchase has.
func (f *refundCheck) countable() bool {
	of := f.of()
	if f.purchase != 0 && of == nil {
		return false
	}
	return of == nil || !slices.ContainsFunc(f.doc.Lines, func(l purchase.RefundLine) bool { return l.Line < 0 || l.Line >= len(of.Lines) })
}

// checkRefunds holds each refund to its row and to itself, then all refunds of
// a purchase to it.
func (c *homeCheck) checkRefunds() error {
	for _, f := range c.refunds {
		c.checkRefund(f)
		if err := c.checkActsBack(f); err != nil {
			return err
		}
	}
	for _, s := range c.sales {
		if s.doc == nil {
			continue
		}
		// In the order in which they were made, which is that of the journal.
		slices.SortFunc(s.refunds, func(x, y *refundCheck) int { return cmp.Compare(c.ops[x.id].first, c.ops[y.id].first) })
		if err := c.checkClaim(s); err != nil {
			return err
		}
		c.checkBack(s)
	}
	return nil
}

func (c *homeCheck) checkRefund(f *refundCheck) {
	r, at := f.doc, key("refund_id", f.id)
	if f.purchase != 0 && f.sale == nil {
		c.bad(RefundPurchase, "refund", at, "purchase_id "+f.purchase.String(), "a purchase of the home")
	}
	found := columns{f.home, f.keeps, f.id, f.account, 0, f.outlet, f.purchase, f.at, f.day}
	wanted := columns{r.Home, r.AccountHome, r.ID, r.Account, 0, r.Outlet, r.Purchase, r.At, r.Day}
	if f.taken {
		wanted.keeps, wanted.account = f.keeps, f.account
	}
	if found != wanted {
		c.bad(RefundColumns, "refund", at, found, wanted)
	}
	c.checkRefundSums(r, at)
	if r.Parent == 0 {
		c.keys.want(r.Till, r.Key, op{f.home, f.id}, RefundKey, "refund", place{int64(c.home), int64(f.id)})
	}
	if a := c.counts(r.Account); a != nil {
		a.turnover -= r.Money
	}
}

func (c *homeCheck) checkRefundSums(r *purchase.Refund, at rowKey) {
	var sum purchase.Refund
	for i := range r.Lines {
		l := &r.Lines[i]
		for _, v := range amountsBack(l) {
			if v < 0 {
				c.bad(RefundSums, "refund", at, fmt.Sprintf("%d in line %d", v, l.Line+1), "nothing below zero")
			}
		}
		sum.Gross += l.Gross
		sum.Paid += l.Paid
		sum.Spent += l.Points
		sum.Money += l.Money()
		for _, v := range l.Discounts {
			sum.Discount += money.Amount(v)
		}
		for _, v := range l.Earned {
			sum.Earned += money.Points(v)
		}
	}
	sum.Money -= r.Kept + r.Held
	found := totals{r.Gross, r.Discount, r.Paid, r.Money, r.Spent, r.Earned}
	if wanted := (totals{sum.Gross, sum.Discount, sum.Paid, sum.Money, sum.Spent, sum.Earned}); found != wanted {
		c.bad(RefundSums, "refund", at, found, wanted)
	}
	var paid money.Amount
	for _, p := range r.Payments {
		paid += p.Amount
	}
	if paid != r.Money || r.Kept < 0 || r.Money < 0 {
		c.bad(RefundPayments, "refund", at, fmt.Sprintf("%d by kinds", paid), fmt.Sprintf("%d", r.Money))
	}
	if r.Given != 0 && r.Given != r.Spent || r.Short < 0 || r.Short > r.Claimed() || r.Claimed() < 0 || r.Unheld < 0 || r.Unheld > 0 && r.Money > 0 {
		c.bad(RefundSums, "refund", at, fmt.Sprintf("given %d short %d unheld %d", r.Given, r.Short, r.Unheld), fmt.Sprintf("of spent %d, earned %d and taken %d", r.Spent, r.Earned, r.Taken))
	}
}

func amountsBack(l *purchase.RefundLine) []int64 {
	out := make([]int64, 0, 3+len(l.Discounts)+len(l.Earned)+len(l.Pays))
	out = append(out, int64(l.Gross), int64(l.Paid), int64(l.Points))
	out = append(out, l.Discounts...)
	out = append(out, l.Earned...)
	for _, p := range l.Pays {
		out = append(out, int64(p))
	}
	return out
}

// lineBack is what has come back of a line.
type lineBack struct {
	amounts, back []int64
	quantity      money.Quantity
	byAmount      bool
}

// checkBack holds all that came back of a purchase to what it was, and its
// state to that.
func (c *homeCheck) checkBack(s *saleCheck) {
	var lines []lineBack
	if len(s.refunds) > 0 {
		lines = linesOf(s)
	}
	state, refunded := "done", money.Amount(0)
	whole := false
	var terms termsBack
	if s.claim != nil {
		terms.claimed = s.claim.Back() + s.claim.Taken
	}
	for _, f := range s.refunds {
		at := key("refund_id", f.id)
		if !c.addBack(lines, s, f) {
			return
		}
		refunded += f.doc.Money
		state = "part"
		if whole {
			c.bad(RefundAbove, "refund", at, "a refund of a purchase of which nothing was left", "none")
		}
		c.checkTerms(s, f, &terms)
		all := left(s.doc, lines) == ""
		if f.doc.Whole != all {
			c.bad(RefundExact, "refund", at, fmt.Sprintf("whole %v", f.doc.Whole), "left: "+left(s.doc, lines))
		}
		whole = whole || f.doc.Whole
	}
	s.lines = lines
	if whole {
		state = "refunded"
	}
	at := key("purchase_id", s.id)
	if s.state != state {
		c.bad(PurchaseState, "purchase", at, s.state, state)
	}
	if s.refunded != refunded {
		c.bad(PurchaseRefunded, "purchase", at, int64(s.refunded), int64(refunded))
	}
	if n := ticketsLeft(s.doc, lines); s.tickets != n {
		c.bad(PurchaseTickets, "purchase", at, s.tickets, n)
	}
	if len(s.refunds) > 0 {
		c.checkPayments(s)
	}
	if len(s.doc.Uses) > 0 || len(s.refunds) > 0 {
		c.checkUses(s)
	}
	if len(s.doc.UsedCodes) > 0 || len(s.doc.Awards) > 0 || s.claim != nil && len(s.claim.Awards) > 0 || len(s.refunds) > 0 {
		c.checkCodes(s)
	}
}

func linesOf(s *saleCheck) []lineBack {
	p := s.as()
	lines := make([]lineBack, len(p.Lines))
	for i := range lines {
		lines[i].amounts = amounts(&p.Lines[i])
		lines[i].back = make([]int64, len(lines[i].amounts))
		if s.claim != nil {
			copy(lines[i].back[3+len(p.Lines[i].Discounts):], s.claim.Lines[i].Back)
		}
	}
	return lines
}

// addBack adds a refund to what has come back; it tells of what is above the
// purchase, and whether the two fit together at all.
func (c *homeCheck) addBack(lines []lineBack, s *saleCheck, f *refundCheck) bool {
	at := key("refund_id", f.id)
	of := s.as()
	if s.before(f) {
		of = s.doc
	}
	if f.doc.Programme != of.Programme || !c.sameAccount(accountOf(f.doc.Home, f.doc.AccountHome, f.doc.Account), accountOf(of.Home, of.AccountHome, of.Account)) {
		c.bad(RefundColumns, "refund", at, fmt.Sprintf("account %s of home %s programme %s", f.doc.Account, f.doc.AccountHome, f.doc.Programme),
			fmt.Sprintf("account %s of home %s programme %s of its purchase", of.Account, of.AccountHome, of.Programme))
	}
	for i := range f.doc.Lines {
		l := &f.doc.Lines[i]
		if s.before(f) && l.Line >= 0 && l.Line < len(lines) {
			l = earningNothing(l, s.given.Lines[l.Line].Earned)
		}
		back := amountsBack(l)
		if l.Line < 0 || l.Line >= len(lines) || len(back) != len(lines[l.Line].amounts) {
			c.bad(RefundSums, "refund", at, fmt.Sprintf("line %d of %d amounts", l.Line+1, len(back)), "a line of the purchase")
			return false
		}
		b := &lines[l.Line]
		b.quantity += l.Quantity
		b.byAmount = b.byAmount || l.ByAmount
		for j, v := range back {
			b.back[j] += v
			if b.back[j] > b.amounts[j] {
				c.bad(RefundAbove, "refund", at, fmt.Sprintf("line %d: %d back", l.Line+1, b.back[j]), fmt.Sprintf("at most %d", b.amounts[j]))
			}
		}
		if q := s.doc.Lines[l.Line].Quantity; b.quantity > q {
			c.bad(RefundAbove, "refund", at, fmt.Sprintf("line %d: quantity %s back", l.Line+1, b.quantity), fmt.Sprintf("at most %s", q))
		}
	}
	return true
}

// earningNothing is what came back of a line before it earned anything.
func earningNothing(l *purchase.RefundLine, earned []purchase.RuleAmount) *purchase.RefundLine {
	out := *l
	if len(l.Earned) == 0 {
		out.Earned = make([]int64, len(earned))
	}
	return &out
}

// left says what of a purchase has not come back; "" nothing.
func left(p *purchase.Purchase, lines []lineBack) string {
	for i := range lines {
		b := &lines[i]
		for j, v := range b.amounts {
			if b.back[j] != v {
				return fmt.Sprintf("%d of %d in line %d", v-b.back[j], v, i+1)
			}
		}
		if !b.byAmount && b.quantity != p.Lines[i].Quantity {
			return fmt.Sprintf("quantity of line %d", i+1)
		}
	}
	return ""
}

// ticketsLeft counts the tickets of a purchase that have not come back.
func ticketsLeft(p *purchase.Purchase, lines []lineBack) (n int64) {
	for i := range p.Lines {
		switch l := &p.Lines[i]; {
		case !l.Ticketed() || lines != nil && lines[i].over(l.Quantity):
		case lines == nil:
			n += int64(l.Quantity / money.Piece)
		default:
			n += int64((l.Quantity - lines[i].quantity) / money.Piece)
		}
	}
	return n
}

// over tells whether nothing of a line is left.
func (b *lineBack) over(q money.Quantity) bool {
	return slices.Equal(b.back, b.amounts) && (b.byAmount || b.quantity == q)
}

// checkPayments holds the money given back, and kept, to what was paid.
func (c *homeCheck) checkPayments(s *saleCheck) {
	paid := map[string]money.Amount{}
	for _, p := range s.doc.Payments {
		paid[p.Kind] += p.Amount
	}
	due := s.doc.Due
	for _, f := range s.refunds {
		at := key("refund_id", f.id)
		for _, p := range f.doc.Payments {
			if paid[p.Kind] -= p.Amount; paid[p.Kind] < 0 {
				c.bad(RefundPayments, "refund", at, fmt.Sprintf("%s %d too much", p.Kind, -paid[p.Kind]), "at most what was paid")
			}
		}
		if due -= f.doc.Money + f.doc.Kept; due < 0 {
			c.bad(RefundPayments, "refund", at, fmt.Sprintf("%d too much", -due), "at most what was paid")
		}
	}
}

// checkUses holds the uses given back to those that were made.
func (c *homeCheck) checkUses(s *saleCheck) {
	made := map[purchase.UseRow]int{}
	for _, u := range s.doc.Uses {
		for _, row := range u.Rows {
			made[row]++
		}
	}
	for _, f := range s.refunds {
		for _, row := range f.doc.Uses {
			if made[row]--; made[row] < 0 {
				c.bad(RefundUses, "refund", key("refund_id", f.id), fmt.Sprintf("%s slot %d", row.Key, row.Slot), "a use of the purchase")
			}
		}
	}
	for row, n := range made {
		if n > 0 && personal(row.Key) {
			c.uses.want(row.Key, row.Slot, place{int64(c.home), int64(s.id)})
		}
	}
}
