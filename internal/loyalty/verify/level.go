package verify

import (
	"cmp"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// changeRow is a change of an account's level.
type changeRow struct {
	ledger.LevelChange
	digest []byte
}

func scanChange(r db.Row) (c changeRow, err error) {
	c.LevelChange, err = ledger.ScanChange(withDigest{r, &c.digest})
	return c, err
}

// withDigest reads one column more than the ledger does.
type withDigest struct {
	db.Row
	digest *[]byte
}

// Scan reads the row.
func (r withDigest) Scan(dest ...any) error { return r.Row.Scan(append(dest, r.digest)...) }

// readChanges holds the digests of changes to them.
func (c *homeCheck) readChanges() {
	for i := range c.rows.changes {
		row := &c.rows.changes[i]
		c.op(row.ID, "level_change", key("change_id", row.ID), row.Digest(), row.digest)
	}
}

// checkChanges holds each change to its postings, and the changes of each
// account to one another and to where it stands.
func (c *homeCheck) checkChanges() {
	of := map[id.ID][]*changeRow{}
	for i := range c.rows.changes {
		row := &c.rows.changes[i]
		at := key("change_id", row.ID)
		c.checkMoved("level_change", at, row.ID, row.Given, row.Taken, row.Seq)
		if c.accounts[row.Account] == nil {
			c.bad(LevelChain, "level_change", at, "account_id "+row.Account.String(), "an account of the home")
			continue
		}
		of[row.Account] = append(of[row.Account], row)
	}
	for i := range c.rows.accounts {
		a := &c.rows.accounts[i]
		c.checkStanding(a, of[a.ID])
	}
}

func (c *homeCheck) checkStanding(a *accountRow, changes []*changeRow) {
	slices.SortFunc(changes, func(x, y *changeRow) int { return cmp.Compare(x.Seq, y.Seq) })
	var last ledger.Standing
	var since clock.Micros // when the level before the last one began
	for i, x := range changes {
		if x.From != last.Level {
			c.bad(LevelChain, "level_change", key("change_id", x.ID), fmt.Sprintf("from %q", x.From), fmt.Sprintf("from %q", last.Level))
		}
		switch {
		case i > 0 && x.Returns(&changes[i-1].LevelChange):
			last.Since = since
		case x.From != x.To:
			since, last.Since = last.Since, x.At
		}
		last.Level = x.To
	}
	if s := &a.Standing; s.Level != last.Level || s.Since != last.Since {
		c.bad(AccountLevel, "account", key("programme_id", a.Programme), fmt.Sprintf("%q since %d", s.Level, s.Since), fmt.Sprintf("%q since %d", last.Level, last.Since))
	}
}

// checkSums holds an account's sums by day to its receipts.
func (c *homeCheck) checkSums(a *accountRow) {
	at := key("programme_id", a.Programme)
	found, err := level.Decode(a.Standing.Sums)
	if err != nil {
		c.bad(AccountSums, "account", at, "sums that can't be read", "sums by day")
		return
	}
	if found.From == 0 {
		return
	}
	wanted := level.Sums{From: found.From, Own: found.Own, Types: found.Types}
	for _, s := range slices.Concat(c.sales, c.shared.sales, c.given.sales) {
		if s.doc != nil && c.counted(&found, a, s.buyer(), s.on(), s.as().Programme) {
			e := s.counts()
			wanted.Add(&e)
		}
	}
	for _, f := range slices.Concat(c.refunds, c.shared.refunds, c.given.refunds) {
		if f.countable() && c.counted(&found, a, f.buyer(), f.on(), f.doc.Programme) {
			e := f.doc.Counts(f.of())
			wanted.Add(&e)
		}
	}
	for _, s := range slices.Concat(c.sales, c.shared.sales) {
		if s.doc == nil || !c.counted(&found, a, s.buyer(), s.on(), s.doc.Programme) {
			continue
		}
		for _, day := range s.days { // on which its tickets were used
			wanted.Add(&level.Entry{Day: day, Visits: 1})
		}
	}
	if !found.Equal(&wanted) {
		c.bad(AccountSums, "account", at, tell(&found, &wanted), tell(&wanted, &found))
	}
}

// counts is what a purchase counts for.
func (s *saleCheck) counts() level.Entry {
	if s.claim != nil {
		return s.claim.Counts(s.as())
	}
	return s.doc.Counts()
}

// buyer is the home of the member whose refund it is.
func (f *refundCheck) buyer() home.ID {
	if f.sale != nil && f.sale.doc != nil {
		return f.sale.buyer()
	}
	return cmp.Or(f.taker, f.doc.Home)
}

// counted tells whether a document counts for sums of an account: it is the
// account's or, where they are its member's own, his, on whichever account.
func (c *homeCheck) counted(s *level.Sums, a *accountRow, buyer home.ID, account, programme id.ID) bool {
	if s.Own {
		return buyer == c.home && account != 0 && programme == a.Programme
	}
	return account == a.ID
}

// tell tells the first day that is another in other sums.
func tell(s, other *level.Sums) string {
	for i := range s.Days {
		d := &s.Days[i]
		if !slices.ContainsFunc(other.Days, func(x level.Sum) bool {
			return x.Day == d.Day && x.Visits == d.Visits && x.Sum == d.Sum && slices.Equal(x.By, d.By)
		}) {
			return fmt.Sprintf("%s: %d visits, %d, by types %d", d.Day, d.Visits, d.Sum, d.By)
		}
	}
	return fmt.Sprintf("%d days, %d in all", len(s.Days), s.Total)
}
