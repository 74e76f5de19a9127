package verify

import (
	"fmt"

	"kopilka/internal/platform/id"
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
		p := s.doc
		if o.redeemed != p.Spent || o.issued != -p.Earned {
			c.bad(OpPostings, "purchase", at, moved(o), fmt.Sprintf("%d spent, %d earned", p.Spent, p.Earned))
		}
	}
	for i := range c.rows.refunds {
		c.chained("refund", key("refund_id", c.rows.refunds[i].id), c.rows.refunds[i].id)
	}
	for _, f := range c.refunds {
		o, r := c.ops[f.id], f.doc
		if o.first == 0 {
			continue
		}
		// What the lots no longer had became debt, or was let go.
		taken := o.issued == r.Claimed() || o.issued == r.Claimed()-r.Short
		if o.redeemed != -r.Given || !taken {
			c.bad(OpPostings, "refund", key("refund_id", f.id), moved(o), fmt.Sprintf("%d spent, %d earned", -r.Given, -r.Claimed()))
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
