package verify

import (
	"fmt"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// accountCheck is an account and what stands behind its figures.
type accountCheck struct {
	*accountRow
	sides sides

	lotsActive, lotsPending money.Points
	holds                   money.Points
	activeLot               id.ID        // one with something left
	due                     clock.Micros // the earliest of its live lots; 0: none

	purchases   int64
	turnover    money.Amount
	used        money.Amount
	first, last clock.Micros
}

// lotCheck is a lot and what its postings come to.
type lotCheck struct {
	*lotRow
	seen                     bool
	ticket                   bool         // a purchase says that it waits for a ticket, or did
	made                     money.Points // by its first posting
	madeBy                   id.ID
	active, pending, expired money.Points
}

func (l *lotCheck) count(p *postingRow) {
	active, pending := net(p, ledger.Active), net(p, ledger.Pending)
	if !l.seen {
		l.seen = true
		l.made, l.madeBy = active+pending, p.Op
	}
	l.active += active
	l.pending += pending
	l.expired += net(p, ledger.Expired)
}

// due is when something next happens to the lot by itself; 0: never.
func (l *lotCheck) due(a *accountCheck) clock.Micros {
	e := l.ExpiresAt
	if l.Sliding {
		e = a.SlideAt
	}
	if l.Pending && !l.Waits && (e == 0 || l.ActiveAt <= e) {
		return l.ActiveAt
	}
	return e
}

func (c *homeCheck) checkEachLot() {
	for i := range c.rows.lots {
		l := c.lots[c.rows.lots[i].ID]
		at := key("lot_id", l.ID)
		a := c.accounts[l.Account]
		if a == nil {
			c.bad(LotAccount, "lot", at, "account_id "+l.Account.String(), "an account of the home")
			continue
		}
		if l.Remaining < 0 || l.Remaining > l.Amount {
			c.bad(LotRemaining, "lot", at, int64(l.Remaining), fmt.Sprintf("0 … %d", l.Amount))
		}
		if c.takenLots[l.ID] == nil && (l.made != l.Amount || l.madeBy != l.Op) {
			c.bad(LotMade, "lot", at, fmt.Sprintf("amount %d by %s", l.Amount, l.Op), fmt.Sprintf("amount %d by %s", l.made, l.madeBy))
		}
		left, other := l.active, l.pending
		if l.Pending {
			left, other = other, left
		}
		if left != l.Remaining || other != 0 {
			c.bad(LotPostings, "lot", at, fmt.Sprintf("remaining %d", l.Remaining), fmt.Sprintf("active %d, pending %d by postings", l.active, l.pending))
		}
		if l.expired != l.WrittenOff {
			c.bad(LotWrittenOff, "lot", at, int64(l.WrittenOff), int64(l.expired))
		}
		if l.Waits && !l.ticket && a.Into.ID == 0 {
			c.bad(LotWaits, "lot", at, "waits", "a ticket that it waits for")
		}
		a.lot(l)
	}
}

// lot adds a lot to what its account must have.
func (a *accountCheck) lot(l *lotCheck) {
	if l.Remaining == 0 {
		return
	}
	if l.Pending {
		a.lotsPending += l.Remaining
	} else {
		a.lotsActive += l.Remaining
		a.activeLot = l.ID
	}
	if t := l.due(a); t != 0 && (a.due == 0 || t < a.due) {
		a.due = t
	}
}

func (c *homeCheck) checkAccounts() error {
	for i := range c.rows.accounts {
		a := c.accounts[c.rows.accounts[i].ID]
		at := key("programme_id", a.Programme)
		equal := func(i Invariant, found, wanted int64) {
			if found != wanted {
				c.bad(i, "account", at, found, wanted)
			}
		}
		if a.LevelOnly && (a.first != 0 || a.sides != (sides{})) {
			c.bad(AccountOpened, "account", at, "one that holds a level and nothing else", "one that is opened: it has points or receipts")
		}
		equal(AccountLotsActive, int64(a.Active), int64(a.lotsActive))
		equal(AccountLotsPending, int64(a.Pending), int64(a.lotsPending))
		equal(AccountActive, int64(a.Active), int64(a.sides.active))
		equal(AccountPending, int64(a.Pending), int64(a.sides.pending))
		equal(AccountHeld, int64(a.Held), int64(a.sides.held))
		equal(AccountHolds, int64(a.Held), int64(a.holds))
		equal(AccountDebt, int64(a.Debt), -int64(a.sides.debt))
		equal(AccountEarned, int64(a.Earned), -int64(a.sides.issued))
		equal(AccountSpent, int64(a.Spent), int64(a.sides.redeemed))
		equal(AccountExpired, int64(a.Expired), int64(a.sides.expired))
		equal(AccountPurchases, a.Purchases, a.purchases)
		equal(AccountTurnover, int64(a.Turnover), int64(a.turnover))
		equal(AccountUsed, int64(a.Used), int64(a.used))
		c.checkSums(a.accountRow)
		if t := a.Standing.Until; t != 0 && (a.due == 0 || t < a.due) {
			a.due = t
		}
		if a.Debt > 0 && a.activeLot != 0 {
			c.bad(AccountDebtFirst, "account", at, fmt.Sprintf("debt %d and points in lot %s", a.Debt, a.activeLot), "no active lot with anything left")
		}
		if a.due != 0 && (a.DueAt == 0 || a.DueAt > a.due) {
			c.bad(AccountDue, "account", at, a.DueAt, fmt.Sprintf("not later than %d", a.due))
		}
		if a.FirstPurchase != a.first || a.LastPurchase != a.last {
			c.bad(AccountDates, "account", at, fmt.Sprintf("%d … %d", a.FirstPurchase, a.LastPurchase), fmt.Sprintf("%d … %d", a.first, a.last))
		}
		there, err := c.hasProgramme(a.Programme)
		if err != nil {
			return err
		}
		if !there {
			c.bad(AccountProgramme, "account", at, "programme_id "+a.Programme.String(), "a programme")
		}
	}
	return nil
}
