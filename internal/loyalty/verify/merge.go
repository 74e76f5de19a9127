package verify

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// A merge is proved from both ends. Its act stands in both journals, and the
// postings of each move what it says, out of the one and into the other; each
// lot of the one is in the other. Receipts stay where they were posted and are
// held to that journal; the rows name the account that has taken theirs over,
// where they count for its sums. A row may name another account than its
// document only where that one has taken over the document's.

// accountOf is the account of a document or row of a home.
func accountOf(own, keeps home.ID, account id.ID) ledger.AccountRef {
	return ledger.AccountRef{Home: cmp.Or(keeps, own), ID: account}
}

const qTookOver = `select coalesce(merged_home, home_id), coalesce(merged_account, account_id) from account where home_id = $1 and account_id = $2`

// now is the account that has what was on another: the same where no merge has
// moved it.
func (c *homeCheck) now(ref ledger.AccountRef) ledger.AccountRef {
	if ref.ID == 0 {
		return ref
	}
	if a := c.accounts[ref.ID]; a != nil && ref.Home == c.home {
		if a.Into.ID != 0 {
			return a.Into
		}
		return ref
	}
	if got, ok := c.moved[ref]; ok {
		return got
	}
	out := ref
	err := c.q.Row(c.ctx, qTookOver, ref.Home, ref.ID).Scan((*int64)(&out.Home), (*int64)(&out.ID))
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		c.cancel(err)
	}
	if c.moved == nil {
		c.moved = map[ledger.AccountRef]ledger.AccountRef{}
	}
	c.moved[ref] = out
	return out
}

// tookOver tells whether an account has taken another over.
func (c *homeCheck) tookOver(was, is ledger.AccountRef) bool {
	return was.ID != 0 && was != is && c.now(was) == is
}

// sameAccount tells whether two are one account by now.
func (c *homeCheck) sameAccount(x, y ledger.AccountRef) bool {
	return x == y || x.ID == 0 && y.ID == 0 || x.ID != 0 && y.ID != 0 && c.now(x) == c.now(y)
}

// counts is an account of the home for whose figures a document of it counts;
// nil: there is none, or another has taken it over.
func (c *homeCheck) counts(account id.ID) *accountCheck {
	if a := c.accounts[account]; a != nil && a.Into.ID == 0 {
		return a
	}
	return nil
}

// docAccount is the account that a purchase names, or its claim.
func (s *saleCheck) docAccount() ledger.AccountRef {
	p := s.as()
	return accountOf(p.Home, p.AccountHome, p.Account)
}

// readTaken finds out whether the purchase's account has been taken over.
func (c *homeCheck) readTaken(s *saleCheck) {
	if s.doc == nil {
		return
	}
	was, is := s.docAccount(), accountOf(s.home, s.keeps, s.account)
	own := was.Home == s.buyer()
	if s.taken = c.tookOver(was, is); s.taken && own {
		s.taker = is.Home
	}
}

func (c *homeCheck) readTakenBack(f *refundCheck) {
	was, is := accountOf(f.doc.Home, f.doc.AccountHome, f.doc.Account), accountOf(f.home, f.keeps, f.account)
	if f.taken = c.tookOver(was, is); f.taken && was.Home == f.doc.Home {
		f.taker = is.Home
	}
}

// posted is the home in whose journal the purchase's points are.
func (s *saleCheck) posted() home.ID {
	if s.taken {
		return s.docAccount().Home
	}
	return cmp.Or(s.keeps, s.home)
}

func (f *refundCheck) posted() home.ID {
	if f.taken {
		return cmp.Or(f.doc.AccountHome, f.doc.Home)
	}
	return cmp.Or(f.keeps, f.home)
}

// on is the account for whose sums it counts.
func (s *saleCheck) on() id.ID {
	if s.taken {
		return s.account
	}
	return s.as().Account
}

func (f *refundCheck) on() id.ID {
	if f.taken {
		return f.account
	}
	return f.doc.Account
}

// checkUsed counts the tickets that were used of a purchase whose account has
// been taken over by one of the home, and holds its lots to that.
func (c *homeCheck) checkUsed(s *saleCheck) {
	if s.claim != nil || s.taker == 0 || !s.doc.HasTickets() {
		return
	}
	s.lines = linesOf(s)
	t := &tickets{used: map[purchase.Piece]*visitCheck{}, gone: map[purchase.Piece]bool{}}
	for _, f := range s.refunds {
		for i := range f.doc.Lines {
			l := &f.doc.Lines[i]
			if l.Line < 0 || l.Line >= len(s.lines) || len(amountsBack(l)) != len(s.lines[l.Line].amounts) {
				return // told in its home
			}
			b := &s.lines[l.Line]
			b.quantity += l.Quantity
			b.byAmount = b.byAmount || l.ByAmount
			for j, v := range amountsBack(l) {
				b.back[j] += v
			}
			for _, k := range l.Pieces {
				t.gone[purchase.Piece{Line: l.Line, Piece: k}] = true
			}
		}
	}
	for i := range c.rows.takenUses {
		row := &c.rows.takenUses[i].visitRow
		v := &visitCheck{visitRow: row, doc: readVisit(row.doc)}
		if v.doc == nil || row.home != s.home || row.purchase != s.id {
			continue
		}
		for _, k := range v.doc.Pieces {
			t.used[purchase.Piece{Line: v.doc.Line, Piece: k}] = v
		}
	}
	c.checkTally(s, t)
	c.checkWaiting(s, t)
}

// readMerges notes the acts as operations.
func (c *homeCheck) readMerges() {
	for i := range c.rows.merges {
		m := &c.rows.merges[i]
		m.act, m.err = merge.ReadAct(m.doc)
		c.op(m.id, "member_merge", key("merge_id", m.id), sha256.Sum256(m.doc), m.digest)
	}
	for i := range c.rows.mergedBy {
		m := &c.rows.mergedBy[i]
		m.act, m.err = merge.ReadAct(m.doc)
		c.foreign(m.id, m.digest)
	}
	c.takenLots = make(map[id.ID]*takenLotRow, len(c.rows.takenLots))
	for i := range c.rows.takenLots {
		l := &c.rows.takenLots[i]
		c.takenLots[l.lot] = l
	}
}

func (c *homeCheck) checkMerges() error {
	for i := range c.rows.merges {
		c.checkMerge(&c.rows.merges[i])
	}
	var into home.ID
	if len(c.rows.homes) > 0 {
		into = c.rows.homes[0].into
	}
	if into != 0 && len(c.rows.mergedBy) == 0 {
		c.bad(MergeAct, "home", rowKey{}, "merged_into "+into.String(), "an act that says so")
	}
	for i := range c.rows.mergedBy {
		c.checkMergedBy(&c.rows.mergedBy[i].mergeRow)
	}
	c.checkTakenLots()
	c.checkFormer()
	return c.ctx.Err()
}

// checkMerge holds an act to its row, to the member who was merged, and to the
// postings of the home that has taken his points.
func (c *homeCheck) checkMerge(m *mergeRow) {
	at := key("merge_id", m.id)
	a := &m.act
	found := fmt.Sprintf("merge %s of %s into %s at %d", m.id, m.member, m.home, m.at)
	wanted := fmt.Sprintf("merge %s of %s into %s at %d", a.ID, a.From, a.Into, a.At)
	if m.err != nil || found != wanted {
		c.bad(MergeAct, "member_merge", at, found, wanted)
		return
	}
	into := c.home
	if len(c.rows.homes) > 0 && c.rows.homes[0].into != 0 {
		into = c.rows.homes[0].into
	}
	if m.state != "merged" || m.memberInto != into || m.homeInto != into {
		c.bad(MergeAct, "member", rowKey{}, fmt.Sprintf("%s is %s, merged_into %s, his home's %s", m.member, m.state, m.memberInto, m.homeInto), "merged into "+into.String())
	}
	c.kept("member_merge", at, m.kept, a.Kept)
	o := c.chained("member_merge", at, m.id)
	if o == nil {
		return
	}
	var settled money.Points
	for i := range a.Accounts {
		t := &a.Accounts[i]
		settled += t.Settled
		c.checkMoving(o, at, t, t.To.ID, 1)
	}
	if o.settled != settled {
		c.bad(MergePostings, "member_merge", at, fmt.Sprintf("%d settled", o.settled), settled)
	}
}

// checkMergedBy holds the act by which the home's member was merged to its
// accounts and postings.
func (c *homeCheck) checkMergedBy(m *mergeRow) {
	at := key("merge_id", m.id)
	if m.left != "" { // it would find nobody, or be given to nobody
		c.bad(MergeLeft, m.left, rowKey{}, "something of a member who was merged", "nothing")
	}
	if m.err != nil {
		return // told where it lies
	}
	named := map[id.ID]bool{}
	for i := range m.act.Accounts {
		t := &m.act.Accounts[i]
		named[t.From.ID] = true
		a := c.accounts[t.From.ID]
		if to := c.now(t.To); t.From.Home != c.home || a == nil || a.Into != to {
			c.bad(MergeAct, "member_merge", at, fmt.Sprintf("account %s of home %s", t.From.ID, t.From.Home), fmt.Sprintf("one of the home that %s of home %s has taken over", to.ID, to.Home))
		}
	}
	for i := range c.rows.accounts {
		if a := &c.rows.accounts[i]; a.Into.ID != 0 && !named[a.ID] {
			c.bad(MergeAct, "account", key("programme_id", a.Programme), "taken over", "not by an act")
		}
	}
	o := c.chained("member_merge", at, m.id)
	if o == nil {
		return
	}
	for i := range m.act.Accounts {
		t := &m.act.Accounts[i]
		c.checkMoving(o, at, t, t.From.ID, -1)
	}
}

// movedOf is what an operation moved, of an account or of one of its lots.
type movedOf struct {
	left, active, pending, debt, issued, redeemed, expired money.Points
}

func (m *movedOf) add(p *postingRow) {
	m.active += net(p, ledger.Active)
	m.pending += net(p, ledger.Pending)
	m.left = m.active + m.pending
	m.debt += net(p, ledger.Debt)
	m.issued += net(p, ledger.Issued)
	m.redeemed += net(p, ledger.Redeemed)
	m.expired += net(p, ledger.Expired)
}

// checkMoving holds the postings of one account's side of a merge to the act; by
// is −1 for the account that was taken over.
func (c *homeCheck) checkMoving(o *opCheck, at rowKey, t *ledger.Taken, account id.ID, by money.Points) {
	var all movedOf
	lots := map[id.ID]*movedOf{}
	for _, p := range o.moved {
		if p.Account != account {
			continue
		}
		all.add(p)
		if p.Lot == 0 {
			continue
		}
		if lots[p.Lot] == nil {
			lots[p.Lot] = &movedOf{}
		}
		lots[p.Lot].add(p)
	}
	wanted := movedOf{
		left: by * (t.Active + t.Pending), active: by * t.Active, pending: by * t.Pending, debt: -by * t.Debt,
		issued: -by * t.Earned, redeemed: by * t.Spent, expired: by * t.Expired,
	}
	if all != wanted {
		c.bad(MergePostings, "member_merge", at, fmt.Sprintf("%+v of account %s", all, account), fmt.Sprintf("%+v", wanted))
	}
	for _, l := range t.Lots {
		m := lots[l.Lot]
		if m == nil || m.left != by*l.Left || m.expired != by*l.Expired {
			c.bad(MergePostings, "member_merge", at, fmt.Sprintf("%+v of lot %s", m, l.Lot), fmt.Sprintf("%d left and %d expired", by*l.Left, by*l.Expired))
		}
		delete(lots, l.Lot)
	}
	for lot, m := range lots {
		c.bad(MergePostings, "member_merge", at, fmt.Sprintf("%+v of lot %s", *m, lot), "nothing")
	}
}

// checkTakenLots: each lot of who was merged is in the account that has taken
// his over.
func (c *homeCheck) checkTakenLots() {
	to := map[ledger.AccountRef]id.ID{}
	for i := range c.rows.merges {
		for _, t := range c.rows.merges[i].act.Accounts {
			to[t.From] = t.To.ID
		}
	}
	for i := range c.rows.takenLots {
		was := &c.rows.takenLots[i]
		l := c.lots[was.lot]
		account := to[ledger.AccountRef{Home: was.from, ID: was.account}]
		if l == nil || l.Amount != was.amount || l.Op != was.op || l.Account != account {
			found := "no such lot"
			if l != nil {
				found = fmt.Sprintf("amount %d by %s in account %s", l.Amount, l.Op, l.Account)
			}
			c.bad(MergeLots, "lot", key("lot_id", was.lot), found, fmt.Sprintf("amount %d by %s in account %s", was.amount, was.op, account))
		}
	}
}
