package verify

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// opCheck is an operation and what its postings come to.
type opCheck struct {
	digest           ledger.Hash
	first            int64        // its first posting; 0: none
	redeemed, issued money.Points // net, onto the side
	activated        money.Points
	settled          money.Points
	moved            []*postingRow // by a merge
	money            []*postingRow // of deposits
	pays             bool          // it may move that
}

// saleCheck is a purchase with its refunds.
type saleCheck struct {
	*purchaseRow
	doc     *purchase.Purchase // nil: it can't be read
	claim   *purchase.Claim    // nil: it was given to nobody, or that can't be read
	given   *purchase.Purchase // as it is for whom it was given to
	refunds []*refundCheck
	visits  []*visitCheck
	lines   []lineBack  // what has come back; nil: nothing, or it does not fit
	days    []level.Day // on which tickets were used, and are not back

	taken bool    // its row names the account that has taken over the one that its document names
	taker home.ID // of the member who has taken its buyer's account over; 0: nobody has
}

// readOps reads the documents and holds their digests to them.
func (c *homeCheck) readOps() {
	byID := make(map[id.ID]*saleCheck, len(c.rows.purchases))
	for i := range c.rows.purchases {
		row := &c.rows.purchases[i]
		s := &saleCheck{purchaseRow: row}
		at := key("purchase_id", row.id)
		c.op(row.id, "purchase", at, sha256.Sum256(row.doc), row.digest)
		if s.doc = readPurchase(row.doc); s.doc == nil {
			c.bad(PurchaseDoc, "purchase", at, "a document that can't be read", "a purchase")
		}
		if row.claim.by != 0 {
			c.op(row.claim.id, "purchase", at, sha256.Sum256(row.claim.doc), row.claim.digest)
			s.readClaim()
		}
		c.readTaken(s)
		c.sales = append(c.sales, s)
		byID[row.id] = s
	}
	for i := range c.rows.refunds {
		row := &c.rows.refunds[i]
		f := &refundCheck{refundRow: row}
		at := key("refund_id", row.id)
		c.op(row.id, "refund", at, sha256.Sum256(row.doc), row.digest)
		if f.doc = readRefund(row.doc); f.doc == nil {
			c.bad(RefundDoc, "refund", at, "a document that can't be read", "a refund")
			continue
		}
		c.readTakenBack(f)
		c.refunds = append(c.refunds, f)
		if row.purchase == 0 {
			continue
		}
		if f.sale = byID[row.purchase]; f.sale != nil {
			f.sale.refunds = append(f.sale.refunds, f)
		}
	}
	c.readVisits(byID)
	for i := range c.rows.adjustments {
		row := &c.rows.adjustments[i]
		a := purchase.Adjustment{
			Home: row.home, ID: row.id, Account: row.account, Points: row.points, Words: row.words, Actor: row.actor, At: row.at,
		}
		sum, _ := a.Digest() // plain fields can't fail
		c.op(row.id, "adjustment", key("op_id", row.id), sum, row.digest)
	}
	c.readChanges()
	c.readPresents()
	c.readDeposits()
}

// readVisits reads the documents of visits.
func (c *homeCheck) readVisits(byID map[id.ID]*saleCheck) {
	for i := range c.rows.visits {
		row := &c.rows.visits[i]
		v := &visitCheck{visitRow: row}
		at := key("visit_id", row.id)
		c.op(row.id, "visit", at, sha256.Sum256(row.doc), row.digest)
		if v.doc = readVisit(row.doc); v.doc == nil {
			c.bad(VisitDoc, "visit", at, "a document that can't be read", "a visit")
			continue
		}
		c.visits = append(c.visits, v)
		if v.sale = byID[row.purchase]; v.sale != nil {
			v.sale.visits = append(v.sale.visits, v)
		}
	}
}

// op notes an operation. The chain is held to the digest that is stored: a
// document changed alone shows in its digest, one changed with its digest in
// the chain.
func (c *homeCheck) op(i id.ID, table string, at rowKey, sum [32]byte, stored []byte) {
	o := &opCheck{}
	copy(o.digest[:], stored)
	c.ops[i] = o
	if !bytes.Equal(sum[:], stored) {
		c.bad(OpDigest, table, at, hex(stored), hex(sum[:]))
	}
}

// checkSale holds a purchase to its row and to itself.
func (c *homeCheck) checkSale(s *saleCheck) error {
	p := s.doc
	if p == nil {
		return nil
	}
	at := key("purchase_id", s.id)
	found := columns{s.home, s.keeps, s.id, s.account, s.programme, s.outlet, 0, s.at, s.day}
	keeps, account := p.AccountHome, p.Account
	if s.claim != nil {
		keeps, account = s.claim.AccountHome, s.claim.Account
	}
	if s.taken {
		keeps, account = s.keeps, s.account
	}
	if wanted := (columns{p.Home, keeps, p.ID, account, p.Programme, p.Outlet, 0, p.At, p.Day}); found != wanted {
		c.bad(PurchaseColumns, "purchase", at, found, wanted)
	}
	if s.guest != p.Guest {
		c.bad(PurchaseColumns, "purchase", at, "guest "+s.guest, "guest "+p.Guest)
	}
	c.checkLines(p, at)
	if s.posted() == c.home || s.claim != nil {
		c.checkPoints(p, at) // else where its account is
	}
	if f := p.Fiscal; f != nil {
		c.fiscals.want(fiscalOf(p), op{s.home, s.id}, slices.Contains(p.Flags, purchase.FlagFiscal))
	}
	c.keys.want(p.Till, p.Key, op{s.home, s.id}, PurchaseKey, "purchase", place{int64(c.home), int64(s.id)})
	if a := c.counts(p.Account); a != nil {
		a.sale(s)
	}
	there, err := c.hasVersion(p.Programme, p.Version)
	if err == nil && !there {
		c.bad(PurchaseProgramme, "purchase", at, fmt.Sprintf("programme %s version %d", p.Programme, p.Version), "one that is there")
	}
	if err != nil {
		return err
	}
	return c.checkActs(p, at)
}

// checkPoints holds the points that a purchase spent and earned to the lots of
// its account's home.
func (c *homeCheck) checkPoints(p *purchase.Purchase, at rowKey) {
	var parts money.Points
	for _, part := range p.Parts {
		parts += part.Points
		if part.Lot != 0 && c.lots[part.Lot] == nil || part.Points <= 0 {
			c.bad(PurchaseParts, "purchase", at, fmt.Sprintf("%d of lot %s", part.Points, part.Lot), "a lot of the home")
		}
	}
	if parts != p.Spent && p.Account != 0 || parts != 0 && p.Account == 0 {
		c.bad(PurchaseParts, "purchase", at, fmt.Sprintf("spent %d", p.Spent), fmt.Sprintf("parts %d", parts))
	}
	c.checkEarned(p, at)
}

// columns are what a row and its document both say.
type columns struct {
	home, keeps                          home.ID
	id, account, programme, outlet, sale id.ID
	at                                   clock.Micros
	day                                  string
}

// String tells them.
func (c columns) String() string {
	return fmt.Sprintf("home %s account's %s id %s account %s programme %s outlet %s purchase %s at %d day %s",
		c.home, c.keeps, c.id, c.account, c.programme, c.outlet, c.sale, c.at, c.day)
}

// checkLines holds the receipt to its lines.
func (c *homeCheck) checkLines(p *purchase.Purchase, at rowKey) {
	var sum purchase.Purchase
	pays := make([]money.Amount, len(p.Payments))
	for i := range p.Lines {
		l := &p.Lines[i]
		if v := lowest(l); v < 0 {
			c.bad(PurchaseLines, "purchase", at, fmt.Sprintf("%d in line %d", v, i+1), "nothing below zero")
		}
		if l.Ticketed() && !countable(l) {
			c.bad(PurchaseLines, "purchase", at, fmt.Sprintf("%s tickets with %d numbers in line %d", l.Quantity, len(l.Tickets), i+1), "whole tickets")
		}
		if len(l.Pays) != len(pays) || l.Gross-l.Discount()-l.Paid != l.Due() {
			c.bad(PurchaseSums, "purchase", at, fmt.Sprintf("line %d: %d paid in %d kinds", i+1, l.Due(), len(l.Pays)),
				fmt.Sprintf("%d in %d kinds", l.Gross-l.Discount()-l.Paid, len(pays)))
			return
		}
		sum.Gross += l.Gross
		sum.Discount += l.Discount()
		sum.Paid += l.Paid
		sum.Spent += l.Points
		for _, e := range l.Earned {
			sum.Earned += money.Points(e.Amount)
		}
		for j, v := range l.Pays {
			pays[j] += v
		}
	}
	for j, v := range p.Payments {
		sum.Due += v.Amount
		if pays[j] != v.Amount {
			c.bad(PurchaseSums, "purchase", at, fmt.Sprintf("%s %d", v.Kind, v.Amount), fmt.Sprintf("%d in lines", pays[j]))
		}
	}
	found := totals{p.Gross, p.Discount, p.Paid, p.Due, p.Spent, p.Earned}
	wanted := totals{sum.Gross, sum.Discount, sum.Paid, sum.Due, sum.Spent, sum.Earned}
	if found != wanted || p.Gross-p.Discount-p.Paid != p.Due {
		c.bad(PurchaseSums, "purchase", at, found, wanted)
	}
}

// totals are the sums of a receipt or a refund.
type totals struct {
	gross, discount, paid, money money.Amount
	spent, earned                money.Points
}

// String tells them.
func (t totals) String() string {
	return fmt.Sprintf("gross %d discount %d paid %d money %d spent %d earned %d", t.gross, t.discount, t.paid, t.money, t.spent, t.earned)
}

// checkEarned holds what it earned to the lots it made.
func (c *homeCheck) checkEarned(p *purchase.Purchase, at rowKey) {
	c.checkLots(p.Lots, p.ID, p.Earned, at)
}

// checkLots holds points that an operation earned to the lots it made.
func (c *homeCheck) checkLots(lots []purchase.Lot, op id.ID, points money.Points, at rowKey) {
	var earned money.Points
	for _, x := range lots {
		if l := c.lots[x.ID]; l != nil && l.Op == op && l.Amount == x.Points {
			earned += l.Amount
		}
	}
	if earned != points {
		c.bad(PurchaseLots, "purchase", at, fmt.Sprintf("earned %d", points), fmt.Sprintf("%d in its lots", earned))
	}
}

// sale adds a purchase to what its account must have.
func (a *accountCheck) sale(s *saleCheck) {
	p := s.doc
	if s.state != "refunded" {
		a.purchases++
	}
	a.turnover += p.Due
	if s.claim != nil {
		a.turnover -= s.claim.Refunded
	}
	a.last = max(a.last, p.At)
	if a.first == 0 || p.At < a.first {
		a.first = p.At
	}
}

// lowest is the least of all that a line is made of.
func lowest(l *purchase.Line) int64 {
	v := min(int64(l.Gross), int64(l.Paid), int64(l.Points))
	for i := range l.Discounts {
		v = min(v, l.Discounts[i].Amount)
	}
	for i := range l.Earned {
		v = min(v, l.Earned[i].Amount)
	}
	for i := range l.Pays {
		v = min(v, int64(l.Pays[i]))
	}
	return v
}

// amounts lists all that a line is made of: gross, points' part, points, then
// each discount, each rule's points, each payment.
func amounts(l *purchase.Line) []int64 {
	out := make([]int64, 0, 3+len(l.Discounts)+len(l.Earned)+len(l.Pays))
	out = append(out, int64(l.Gross), int64(l.Paid), int64(l.Points))
	for _, d := range l.Discounts {
		out = append(out, d.Amount)
	}
	for _, e := range l.Earned {
		out = append(out, e.Amount)
	}
	for _, p := range l.Pays {
		out = append(out, int64(p))
	}
	return out
}
