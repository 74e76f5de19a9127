package verify

import (
	"fmt"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Receipts on a household's account are proved from both ends. In their own
// home they are held to themselves, and move nothing; in the account's home
// they are read once more, and what they say of points is held to its postings,
// lots and sums. So a posting there that no receipt stands behind is told, and
// a receipt that has no posting there.

// sharedRow is a purchase of another home on an account of this one.
type sharedRow struct{ purchaseRow }

func (r *sharedRow) of() home.ID { return r.keeps }

func scanShared(r db.Row) (s sharedRow, err error) {
	s.purchaseRow, err = scanPurchase(r)
	return s, err
}

// sharedBackRow is a refund of another home on an account of this one.
type sharedBackRow struct{ refundRow }

func (r *sharedBackRow) of() home.ID { return r.keeps }

func scanSharedBack(r db.Row) (s sharedBackRow, err error) {
	s.refundRow, err = scanRefund(r)
	return s, err
}

// housedRow is a member who is in a household.
type housedRow struct {
	home, founder home.ID
	ended         int64 // 0: it lives
}

func (r *housedRow) of() home.ID { return r.home }

func scanHoused(r db.Row) (h housedRow, err error) {
	return h, r.Scan((*int64)(&h.home), (*int64)(&h.founder), &h.ended)
}

// sharedCheck are the receipts of other homes on the accounts of one.
type sharedCheck struct {
	sales   []*saleCheck
	refunds []*refundCheck
}

// checkHoused holds the home to the household that its member is in.
func (c *homeCheck) checkHoused() {
	var keeps, wanted home.ID
	if len(c.rows.homes) > 0 {
		keeps = c.rows.homes[0].keeps
	}
	for _, h := range c.rows.housed {
		switch {
		case h.ended != 0:
			c.bad(HouseholdHome, "household_member", rowKey{}, "in a household that has ended", "out of it")
		case h.founder != h.home:
			wanted = h.founder
		}
	}
	if keeps != wanted {
		c.bad(HouseholdHome, "home", rowKey{}, "account_home "+keeps.String(), "account_home "+wanted.String())
	}
}

// readShared reads the receipts of other homes. Whether they can be read and
// are what their digests say is told in those.
func (c *homeCheck) readShared() {
	byID := make(map[id.ID]*saleCheck, len(c.rows.shared))
	for i := range c.rows.shared {
		s := &saleCheck{purchaseRow: &c.rows.shared[i].purchaseRow}
		s.doc = readPurchase(s.purchaseRow.doc)
		if claim := &s.purchaseRow.claim; claim.by != 0 {
			c.foreign(claim.id, claim.digest)
			if s.readClaim(); s.claim == nil {
				continue // told in its home
			}
		} else {
			c.foreign(s.id, s.digest)
		}
		if s.doc != nil {
			c.readTaken(s)
			c.shared.sales = append(c.shared.sales, s)
			byID[s.id] = s
		}
	}
	for i := range c.rows.sharedBack {
		f := &refundCheck{refundRow: &c.rows.sharedBack[i].refundRow}
		c.foreign(f.id, f.digest)
		if f.doc = readRefund(f.refundRow.doc); f.doc == nil {
			continue
		}
		c.readTakenBack(f)
		c.shared.refunds = append(c.shared.refunds, f)
		if f.sale = byID[f.purchase]; f.sale != nil {
			f.sale.refunds = append(f.sale.refunds, f)
		}
	}
}

// foreign notes an operation of another home.
func (c *homeCheck) foreign(i id.ID, digest []byte) {
	o := &opCheck{}
	copy(o.digest[:], digest)
	c.ops[i] = o
}

// checkShared holds what receipts of other homes say of points to this home.
func (c *homeCheck) checkShared() {
	for _, s := range c.shared.sales {
		at := key("purchase_id", s.id)
		if s.posted() != c.home { // it was in a home whose accounts are in this one now
			if a := c.ofShared("purchase", at, s.account); a != nil {
				a.sale(s)
				c.checkUsed(s)
			}
			continue
		}
		if s.claim != nil {
			c.checkTaken(s, at)
			continue
		}
		c.checkPoints(s.doc, at)
		if a := c.ofShared("purchase", at, s.doc.Account); a != nil {
			a.sale(s)
		}
		if o := c.chained("purchase", at, s.id); o != nil {
			c.movedBySale(s, o)
		}
	}
	for _, f := range c.shared.refunds {
		at := key("refund_id", f.id)
		if a := c.ofShared("refund", at, f.on()); a != nil {
			a.turnover -= f.doc.Money
		}
		if f.posted() != c.home {
			continue
		}
		if o := c.chained("refund", at, f.id); o != nil {
			c.movedByRefund(f, o)
		}
	}
}

func (c *homeCheck) ofShared(table string, at rowKey, account id.ID) *accountCheck {
	a := c.accounts[account]
	if a == nil {
		c.bad(SharedAccount, table, at, fmt.Sprintf("account_id %s", account), "an account of the home")
	}
	return a
}
