package verify

import (
	"cmp"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// presentRow is a gift given or taken back.
type presentRow struct {
	ledger.Present
	digest []byte
}

func scanPresent(r db.Row) (g presentRow, err error) {
	g.Present, err = ledger.ScanPresent(withDigest{r, &g.digest})
	return g, err
}

// readPresents holds the digests of gifts to them.
func (c *homeCheck) readPresents() {
	for i := range c.rows.presents {
		row := &c.rows.presents[i]
		c.op(row.ID, "gift", key("gift_id", row.ID), row.Digest(), row.digest)
	}
}

// checkPresents holds each gift to its postings, and the gifts of each account
// to one another.
func (c *homeCheck) checkPresents() {
	of := map[id.ID][]*presentRow{}
	for i := range c.rows.presents {
		row := &c.rows.presents[i]
		at := key("gift_id", row.ID)
		c.checkMoved("gift", at, row.ID, row.Given, row.Taken, row.Seq)
		if row.Op != 0 && c.ops[row.Op] == nil || c.accounts[row.Account] == nil {
			c.bad(GiftOnce, "gift", at, fmt.Sprintf("for operation %s, to account %s", row.Op, row.Account), "both in the home")
		}
		of[row.Account] = append(of[row.Account], row)
	}
	taken := map[id.ID][]ledger.Present{}
	for i := range c.rows.takenGift {
		g := &c.rows.takenGift[i].Present
		taken[g.Account] = append(taken[g.Account], *g)
	}
	for i := range c.rows.accounts {
		a := &c.rows.accounts[i]
		gifts := of[a.ID]
		slices.SortFunc(gifts, func(x, y *presentRow) int { return cmp.Compare(x.Seq, y.Seq) })
		if len(taken[a.ID]) == 0 && a.Into.ID == 0 {
			c.checkFirst(a, gifts)
		} else {
			c.checkFirsts(a, gifts, taken[a.ID])
		}
		c.checkBirthdays(gifts)
		c.checkSilences(gifts)
	}
}

// checkFirst: the gift for a first purchase is given, taken back whole, given
// again, in turns; the account knows which was the last.
func (c *homeCheck) checkFirst(a *accountRow, gifts []*presentRow) {
	var state ledger.Gift
	for _, g := range gifts {
		if g.Occasion != string(rule.FirstPurchase) {
			continue
		}
		has := state == ledger.GiftFirstPurchase
		if has != (g.Taken+g.Short > 0) {
			c.bad(GiftOnce, "gift", key("gift_id", g.ID), fmt.Sprintf("given %d taken %d", g.Given, g.Taken), "given and taken back in turns")
		}
		switch {
		case g.Given > 0:
			state = ledger.GiftFirstPurchase
		case g.Short == 0:
			state = ledger.GiftFirstAgain
		}
	}
	const first = ledger.GiftFirstPurchase | ledger.GiftFirstAgain
	if a.Gifts&first != state {
		c.bad(AccountGifts, "account", key("programme_id", a.Programme), int64(a.Gifts&first), int64(state))
	}
}

// checkFirsts: of an account that has taken others over, or was taken over, each
// gift for a first purchase is taken back once at most; the account knows whether
// it still has one.
func (c *homeCheck) checkFirsts(a *accountRow, own []*presentRow, taken []ledger.Present) {
	all := slices.Clone(taken)
	for _, g := range own {
		all = append(all, g.Present)
	}
	all = slices.DeleteFunc(all, func(g ledger.Present) bool { return g.Occasion != string(rule.FirstPurchase) })
	given, back := map[id.ID]bool{}, false
	for i := range all {
		g := &all[i]
		if has := given[g.Lot]; has != (g.Taken+g.Short > 0) {
			c.bad(GiftOnce, "gift", key("gift_id", g.ID), fmt.Sprintf("given %d taken %d", g.Given, g.Taken), "each taken back once at most")
		}
		given[g.Lot] = g.Given > 0
		back = back || g.Given == 0 && g.Short == 0
	}
	var state ledger.Gift
	switch {
	case ledger.FirstHeld(all) > 0:
		state = ledger.GiftFirstPurchase
	case back:
		state = ledger.GiftFirstAgain
	}
	const first = ledger.GiftFirstPurchase | ledger.GiftFirstAgain
	if a.Into.ID == 0 && a.Gifts&first != state {
		c.bad(AccountGifts, "account", key("programme_id", a.Programme), int64(a.Gifts&first), int64(state))
	}
}

// checkBirthdays: between two gifts for the member's own birthday there is a
// year.
func (c *homeCheck) checkBirthdays(gifts []*presentRow) {
	var days []*presentRow
	for _, g := range gifts {
		if g.Occasion == string(rule.Birthday) {
			days = append(days, g)
		}
	}
	slices.SortFunc(days, func(x, y *presentRow) int { return cmp.Compare(x.Day, y.Day) })
	for i := 1; i < len(days); i++ {
		if rule.DaysBetween(days[i-1].Day, days[i].Day) < rule.GiftGap {
			c.bad(GiftOnce, "gift", key("gift_id", days[i].ID), "for "+days[i-1].Day+" and "+days[i].Day, "one in a year")
		}
	}
}

// checkSilences: the gift for no purchases is given once for each silence.
func (c *homeCheck) checkSilences(gifts []*presentRow) {
	last := ""
	for _, g := range gifts {
		if g.Occasion != string(rule.NoPurchases) {
			continue
		}
		if g.Day <= last {
			c.bad(GiftOnce, "gift", key("gift_id", g.ID), "for "+last+" and then "+g.Day, "one for each day, later ones after it")
		}
		last = g.Day
	}
}
