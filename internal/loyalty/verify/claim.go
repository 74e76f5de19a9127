package verify

import (
	"cmp"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// A receipt that was given to a member is proved from all its ends. In its own
// home it is held to itself, as nobody's, and its claim to what had come back
// by then; in the account's home the claim's points are held to postings, lots
// and sums; in the member's, where that is another, it must stand in the
// journal. The three journals have it under the claim's id.

// claimRow is what a purchase's row says of its claim.
type claimRow struct {
	by     home.ID // 0: it was given to nobody
	id     id.ID
	doc    []byte
	digest []byte
	person []byte // what is kept of the member beside the document
}

// givenRow is a purchase of another home that was given to a home's member, on
// an account that is not in that home.
type givenRow struct{ purchaseRow }

func (r *givenRow) of() home.ID { return r.claim.by }

func scanGiven(r db.Row) (g givenRow, err error) {
	g.purchaseRow, err = scanPurchase(r)
	return g, err
}

// givenBackRow is a refund of such a purchase, with the member whose it is.
type givenBackRow struct {
	refundRow
	member home.ID
}

func (r *givenBackRow) of() home.ID { return r.member }

func scanGivenBack(r db.Row) (g givenBackRow, err error) {
	g.refundRow, err = scanRefund(withMember{r, &g.member})
	return g, err
}

// withMember reads one column more than a refund's.
type withMember struct {
	db.Row
	member *home.ID
}

// Scan reads the row.
func (r withMember) Scan(dest ...any) error { return r.Row.Scan(append(dest, (*int64)(r.member))...) }

// readClaim reads the claim of a purchase whose document can be read.
func (s *saleCheck) readClaim() {
	if s.doc == nil || s.purchaseRow.claim.by == 0 {
		return
	}
	c, err := purchase.ReadClaim(s.purchaseRow.claim.doc, "")
	if err != nil || len(c.Lines) != len(s.doc.Lines) {
		return
	}
	for i := range c.Lines {
		if len(c.Lines[i].Back) != len(c.Lines[i].Earned) {
			return
		}
	}
	s.claim, s.given = c, c.As(s.doc)
}

// as is the purchase as it is for the member whom it was given to, if it was.
func (s *saleCheck) as() *purchase.Purchase { return cmp.Or(s.given, s.doc) }

// buyer is the home of the member whose purchase it is.
func (s *saleCheck) buyer() home.ID {
	if s.taker != 0 {
		return s.taker
	}
	if s.claim != nil {
		return s.claim.Member
	}
	return s.doc.Home
}

// before tells whether a refund had been when the purchase was given to its
// member.
func (s *saleCheck) before(f *refundCheck) bool {
	return s.claim != nil && slices.Contains(s.claim.Before, f.id)
}

// checkClaim holds a claim to its row and its purchase, in that one's home.
func (c *homeCheck) checkClaim(s *saleCheck) error {
	at, row := key("purchase_id", s.id), &s.purchaseRow.claim
	if row.by == 0 {
		return nil
	}
	x := s.claim
	if x == nil {
		c.bad(ClaimDoc, "purchase", at, "a claim that can't be read", "one that fits the purchase")
		return nil
	}
	found := fmt.Sprintf("claim %s of %s in home %s to member %s, account %s of home %s, sold by %s", row.id, s.id, s.home, row.by, s.account, s.keeps, s.doc.Cashier)
	account, keeps := x.Account, x.AccountHome
	if s.taken {
		account, keeps = s.account, s.keeps
	}
	wanted := fmt.Sprintf("claim %s of %s in home %s to member %s, account %s of home %s, sold by %s", x.ID, x.Purchase, x.Home, x.Member, account, keeps, x.SoldBy)
	if found != wanted || s.home.Kind() != home.Receipt || s.doc.Account != 0 || x.Outlet != s.doc.Outlet || x.Day != s.doc.Day || x.Sold != s.doc.Programme {
		c.bad(ClaimDoc, "purchase", at, found, wanted)
	}
	if x.Joined != 0 && s.doc.Guest == "" {
		c.bad(ClaimDoc, "purchase", at, "given by a phone or e-mail", "a receipt that names one")
	}
	if o := c.chained("purchase", at, row.id); o != nil {
		c.still("purchase", at, o)
	}
	c.checkClaimSums(s, at)
	return c.checkClaimActs(s, at)
}

// checkClaimSums holds what a claim takes out to the refunds that had been, and
// what it gives to that.
func (c *homeCheck) checkClaimSums(s *saleCheck, at rowKey) {
	x := s.claim
	var refunded money.Amount
	back := make([]claimBack, len(s.doc.Lines))
	n := 0
	for _, f := range s.refunds {
		if x.Account != 0 && s.before(f) != (f.doc.Account == 0) {
			c.bad(ClaimSums, "purchase", at, fmt.Sprintf("refund %s before it: %v", f.id, s.before(f)), "those that touched no account")
		}
		if !s.before(f) {
			continue
		}
		n++
		refunded += f.doc.Money
		for i := range f.doc.Lines {
			if l := &f.doc.Lines[i]; l.Line >= 0 && l.Line < len(back) {
				back[l.Line].add(l, &s.doc.Lines[l.Line], x.Lines[l.Line].Earned)
			}
		}
	}
	var sum money.Points
	for i := range x.Lines {
		l := &x.Lines[i]
		for k, e := range l.Earned {
			var want int64
			if back[i].back != nil {
				want = back[i].back[k]
			}
			if l.Back[k] != want || e.Amount < 0 {
				c.bad(ClaimSums, "purchase", at, fmt.Sprintf("line %d: %d of %d back", i+1, l.Back[k], e.Amount), want)
			}
			sum += money.Points(e.Amount - l.Back[k])
		}
		if l.Money != back[i].money {
			c.bad(ClaimSums, "purchase", at, fmt.Sprintf("line %d: money %d back", i+1, l.Money), back[i].money)
		}
	}
	if refunded != x.Refunded || n != len(x.Before) || sum-x.Taken != x.Earned || x.Taken < 0 || x.Earned < 0 || x.Money != s.doc.Due-refunded {
		c.bad(ClaimSums, "purchase", at, fmt.Sprintf("%d refunds, money %d of %d, earned %d", len(x.Before), x.Refunded, x.Refunded+x.Money, x.Earned),
			fmt.Sprintf("%d refunds, money %d of %d, earned %d", n, refunded, s.doc.Due, sum-x.Taken))
	}
}

// claimBack is what had come back of a line before its receipt was given away.
type claimBack struct {
	quantity money.Quantity
	money    money.Amount
	back     []int64
}

func (b *claimBack) add(l *purchase.RefundLine, of *purchase.Line, earned []purchase.RuleAmount) {
	b.quantity += l.Quantity
	b.money += l.Money()
	if b.back == nil {
		b.back = make([]int64, len(earned))
	}
	part, whole := int64(b.quantity), int64(of.Quantity)
	if l.ByAmount {
		part, whole = int64(b.money), int64(of.Due())
	}
	for k, e := range earned {
		if whole > 0 {
			b.back[k] = max(b.back[k], money.Share(e.Amount, part, whole))
		}
	}
}

// readGiven reads the receipts that were given to the home's member on another's
// account.
func (c *homeCheck) readGiven() {
	byID := make(map[id.ID]*saleCheck, len(c.rows.given))
	for i := range c.rows.given {
		s := &saleCheck{purchaseRow: &c.rows.given[i].purchaseRow}
		s.doc = readPurchase(s.purchaseRow.doc)
		s.readClaim()
		c.foreign(s.purchaseRow.claim.id, s.purchaseRow.claim.digest)
		if s.claim != nil {
			c.readTaken(s)
			c.given.sales = append(c.given.sales, s)
			byID[s.id] = s
		}
	}
	for i := range c.rows.givenBack {
		f := &refundCheck{refundRow: &c.rows.givenBack[i].refundRow}
		if f.doc = readRefund(f.refundRow.doc); f.doc != nil {
			c.readTakenBack(f)
			f.sale = byID[f.purchase]
			c.given.refunds = append(c.given.refunds, f)
		}
	}
}

// checkGiven: they stand in the member's journal, and move nothing there, but for
// those that had been given onto an account of his that was taken over since.
func (c *homeCheck) checkGiven() {
	for _, s := range c.given.sales {
		at := key("purchase_id", s.id)
		if s.posted() == c.home {
			c.checkTaken(s, at)
			continue
		}
		if o := c.chained("purchase", at, s.claim.ID); o != nil {
			c.still("purchase", at, o)
		}
	}
}

// checkTaken holds what a claim says of points to the home of its account.
func (c *homeCheck) checkTaken(s *saleCheck, at rowKey) {
	c.checkLots(s.claim.Lots, s.claim.ID, s.claim.Earned, at)
	if a := c.ofShared("purchase", at, s.claim.Account); a != nil && a.Into.ID == 0 {
		a.sale(s)
	}
	if o := c.chained("purchase", at, s.claim.ID); o != nil && (o.redeemed != 0 || o.issued != -s.claim.Earned) {
		c.bad(OpPostings, "purchase", at, moved(o), fmt.Sprintf("%d earned", s.claim.Earned))
	}
}
