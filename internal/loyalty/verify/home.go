package verify

import (
	"fmt"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// homeCheck checks one home.
type homeCheck struct {
	*walk
	q    *db.Snapshot
	home home.ID
	rows rows
	told int64

	ops     map[id.ID]*opCheck
	sales   []*saleCheck
	refunds []*refundCheck
	shared  sharedCheck
	given   sharedCheck // to its member, on an account elsewhere
	visits  []*visitCheck

	reservations map[id.ID]*reservationCheck
	takenLots    map[id.ID]*takenLotRow // of those who were merged into the home's member
	former       formerCheck

	accounts map[id.ID]*accountCheck
	lots     map[id.ID]*lotCheck
	deposits map[id.ID]*depositCheck
}

func (w *walk) newHome(q *db.Snapshot, h home.ID, r rows) *homeCheck {
	c := &homeCheck{
		walk: w, q: q, home: h, rows: r,
		ops:      make(map[id.ID]*opCheck, len(r.purchases)+len(r.refunds)+len(r.adjustments)+len(r.depositOps)),
		accounts: make(map[id.ID]*accountCheck, len(r.accounts)), lots: make(map[id.ID]*lotCheck, len(r.lots)),
		deposits: make(map[id.ID]*depositCheck, len(r.deposits)),
	}
	for i := range r.accounts {
		c.accounts[r.accounts[i].ID] = &accountCheck{accountRow: &r.accounts[i]}
	}
	for i := range r.lots {
		c.lots[r.lots[i].ID] = &lotCheck{lotRow: &r.lots[i]}
	}
	for i := range r.deposits {
		c.deposits[r.deposits[i].ID] = &depositCheck{depositRow: &r.deposits[i]}
	}
	return c
}

// bad notes a row of the home; those of one home are told in the order in
// which they are found.
func (c *homeCheck) bad(i Invariant, table string, at rowKey, found, wanted any) {
	c.told++
	c.run.bad(place{int64(c.home), c.told}, i, table, "home_id="+c.home.String()+at.String(), found, wanted)
}

func (c *homeCheck) check() error {
	if len(c.rows.homes) == 0 {
		c.bad(HomeMissing, c.rows.table(), rowKey{}, "no row in home", "one")
	}
	c.checkHoused()
	c.checkServed()
	c.readMerges()
	c.readOps()
	c.readErased()
	c.readShared()
	c.readGiven()
	c.readReservations()
	c.readFormer()
	c.chain()
	for _, s := range c.sales {
		if err := c.checkSale(s); err != nil {
			return err
		}
	}
	if err := c.checkRefunds(); err != nil {
		return err
	}
	c.checkVisits()
	c.checkOps()
	c.checkShared()
	c.checkGiven()
	c.checkReservations()
	c.checkDeposits()
	c.checkErased()
	if err := c.checkMerges(); err != nil {
		return err
	}
	c.checkEachLot()
	return c.checkAccounts()
}

// table is one that has rows.
func (r *rows) table() string {
	switch {
	case len(r.postings) > 0:
		return "posting"
	case len(r.accounts) > 0:
		return "account"
	case len(r.lots) > 0:
		return "lot"
	case len(r.purchases) > 0:
		return "purchase"
	case len(r.refunds) > 0:
		return "refund"
	case len(r.visits) > 0:
		return "visit"
	case len(r.changes) > 0:
		return "level_change"
	case len(r.presents) > 0:
		return "gift"
	case len(r.shared) > 0, len(r.given) > 0:
		return "purchase"
	case len(r.sharedBack) > 0, len(r.givenBack) > 0:
		return "refund"
	case len(r.reservations) > 0, len(r.sharedHeld) > 0:
		return "reservation"
	case len(r.holds) > 0:
		return "hold"
	case len(r.deposits) > 0:
		return "deposit"
	case len(r.depositOps) > 0:
		return "deposit_op"
	case len(r.depositHolds) > 0:
		return "deposit_hold"
	case len(r.housed) > 0:
		return "household_member"
	case len(r.merges) > 0, len(r.mergedBy) > 0:
		return "member_merge"
	}
	return "adjustment"
}

// net is what a posting puts onto a side, below zero what it takes off.
func net(p *postingRow, s ledger.Side) (n money.Points) {
	if p.Credit == s {
		n += p.Amount
	}
	if p.Debit == s {
		n -= p.Amount
	}
	return n
}

// rowKey names a row inside its home; the zero value is the home's own.
type rowKey struct {
	column string
	v      int64
}

func key[T ~int64](column string, v T) rowKey { return rowKey{column, int64(v)} }

// String is what follows the home's number. It is made only where something
// is broken.
func (k rowKey) String() string {
	if k.column == "" {
		return ""
	}
	return fmt.Sprintf(" %s=%d", k.column, k.v)
}

func hex(b []byte) string { return fmt.Sprintf("%x", b) }
