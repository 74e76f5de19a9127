package verify

import (
	"fmt"

	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// checkOps holds what the postings of each operation move to what its
// document says.
func (c *homeCheck) checkOps() {
	for _, s := range c.sales {
		at := key("purchase_id", s.id)
		o := c.chained("purchase", at, s.id)
		if o == nil || s.doc == nil {
			continue
		}
		if s.posted() != c.home && s.claim == nil {
			c.still("purchase", at, o)
			continue
		}
		c.movedBySale(s, o)
	}
	for i := range c.rows.refunds {
		c.chained("refund", key("refund_id", c.rows.refunds[i].id), c.rows.refunds[i].id)
	}
	for _, f := range c.refunds {
		switch o := c.ops[f.id]; {
		case o.first == 0:
		case f.posted() != c.home:
			c.still("refund", key("refund_id", f.id), o)
		default:
			c.movedByRefund(f, o)
		}
	}
	for i := range c.rows.adjustments {
		row := &c.rows.adjustments[i]
		at := key("op_id", row.id)
		if o := c.chained("adjustment", at, row.id); o != nil && o.issued != -row.points {
			c.bad(OpPostings, "adjustment", at, moved(o), fmt.Sprintf("%d earned", row.points))
		}
	}
	c.checkChanges()
	c.checkPresents()
}

func (c *homeCheck) movedBySale(s *saleCheck, o *opCheck) {
	if p := s.doc; o.redeemed != p.Spent || o.issued != -p.Earned {
		c.bad(OpPostings, "purchase", key("purchase_id", s.id), moved(o), fmt.Sprintf("%d spent, %d earned", p.Spent, p.Earned))
	}
}

func (c *homeCheck) movedByRefund(f *refundCheck, o *opCheck) {
	// What the lots no longer had became debt, or was let go.
	r := f.doc
	taken := o.issued == r.Claimed() || o.issued == r.Claimed()-r.Short
	if o.redeemed != -r.Given || !taken {
		c.bad(OpPostings, "refund", key("refund_id", f.id), moved(o), fmt.Sprintf("%d spent, %d earned", -r.Given, -r.Claimed()))
	}
}

// still holds an operation on a household's account to moving nothing in its
// own home.
func (c *homeCheck) still(table string, at rowKey, o *opCheck) {
	if o.redeemed != 0 || o.issued != 0 {
		c.bad(OpPostings, table, at, moved(o), "nothing: its account is in another home")
	}
}

func moved(o *opCheck) string {
	return fmt.Sprintf("%d spent, %d earned by postings", o.redeemed, -o.issued)
}

// chained gives an operation that stands in the chain, and tells of one that
// does not.
func (c *homeCheck) chained(table string, at rowKey, i id.ID) *opCheck {
	o := c.ops[i]
	if o.first > 0 {
		return o
	}
	c.bad(OpChained, table, at, "no posting", "one at least")
	return nil
}

// checkMoved holds what an operation of a table says it gave and took, and its
// first posting, to its postings.
func (c *homeCheck) checkMoved(table string, at rowKey, i id.ID, given, taken money.Points, first int64) {
	o := c.chained(table, at, i)
	if o == nil || o.issued == taken-given && o.first == first {
		return
	}
	c.bad(OpPostings, table, at, fmt.Sprintf("%s, first %d", moved(o), o.first), fmt.Sprintf("%d given, %d taken, first %d", given, taken, first))
}
