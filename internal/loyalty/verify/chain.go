package verify

import (
	"bytes"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/money"
)

// chain walks the journal and counts each posting where it belongs.
func (c *homeCheck) chain() {
	var prev ledger.Hash
	var seq int64
	for i := range c.rows.postings {
		p := &c.rows.postings[i]
		seq++
		digest, known := c.digest(p)
		switch {
		case p.Seq != seq:
			// What follows a hole can't be held to what is not there.
			c.bad(PostingSeq, "posting", key("seq", p.Seq), p.Seq, seq)
			seq = p.Seq
		case !known:
			c.bad(PostingOp, "posting", key("seq", p.Seq), "op_id "+p.Op.String(), wantedOp(p))
		default:
			if want := ledger.Link(prev, c.home, &p.Posting, digest); want != p.Hash {
				c.bad(PostingHash, "posting", key("seq", p.Seq), hex(p.Hash[:]), hex(want[:]))
			}
		}
		prev = p.Hash // one wrong hash is told once
		c.count(p)
	}
	if len(c.rows.homes) > 0 {
		c.end(seq, prev)
	}
}

// end holds the home's row to its last posting.
func (c *homeCheck) end(seq int64, last ledger.Hash) {
	h := &c.rows.homes[0]
	if h.seq != seq {
		c.bad(HomeSeq, "home", rowKey{}, h.seq, seq)
		return
	}
	if empty := seq == 0 && len(h.head) == 0; !empty && !bytes.Equal(h.head, last[:]) {
		c.bad(HomeHead, "home", rowKey{}, hex(h.head), hex(last[:]))
	}
}

// digest is what the posting's operation puts into its hash: nothing for what
// time or the opening of an account does.
func (c *homeCheck) digest(p *postingRow) (d ledger.Hash, known bool) {
	if o := c.ops[p.Op]; o != nil {
		return o.digest, o.pays || !ofDeposit(p.Kind)
	}
	return d, !ofDeposit(p.Kind) && (p.Op == 0 || c.accounts[p.Op] != nil)
}

func wantedOp(p *postingRow) string {
	if ofDeposit(p.Kind) {
		return "a purchase, refund or operation of a deposit of the home"
	}
	return "a purchase, refund, visit, reservation, adjustment, change of level, gift, operation of a deposit or account of the home"
}

// move is from where to where points go, or money of a deposit.
type move struct{ debit, credit ledger.Side }

// moves gives what a kind of posting may do.
func moves(k ledger.Kind) []move {
	switch k {
	case ledger.Earn:
		return []move{{ledger.Issued, ledger.Active}, {ledger.Issued, ledger.Pending}}
	case ledger.Activate:
		return []move{{ledger.Pending, ledger.Active}}
	case ledger.Expire:
		return []move{{ledger.Active, ledger.Expired}, {ledger.Pending, ledger.Expired}}
	case ledger.Spend:
		return []move{{ledger.Active, ledger.Redeemed}, {ledger.Debt, ledger.Redeemed}, {ledger.Held, ledger.Redeemed}}
	case ledger.Reserve:
		return []move{{ledger.Active, ledger.Held}}
	case ledger.Release:
		return []move{{ledger.Held, ledger.Active}}
	case ledger.Restore:
		return []move{{ledger.Redeemed, ledger.Active}, {ledger.Redeemed, ledger.Debt}, {ledger.Redeemed, ledger.Expired}}
	case ledger.Take:
		return []move{{ledger.Active, ledger.Issued}, {ledger.Pending, ledger.Issued}, {ledger.Debt, ledger.Issued}}
	case ledger.Lapse:
		return []move{{ledger.Expired, ledger.Issued}}
	case ledger.Revive:
		return []move{{ledger.Expired, ledger.Pending}, {ledger.Expired, ledger.Active}}
	case ledger.Settle:
		return []move{{ledger.Active, ledger.Debt}}
	case ledger.Memo:
		return []move{{ledger.Issued, ledger.Issued}}
	case ledger.TopUp:
		return []move{{ledger.Received, ledger.Deposited}}
	case ledger.PayOut:
		return []move{{ledger.Deposited, ledger.Received}}
	case ledger.PayFrom:
		return []move{{ledger.Deposited, ledger.Sold}}
	case ledger.PayBack:
		return []move{{ledger.Sold, ledger.Deposited}}
	case ledger.Move:
		var out []move
		for _, s := range []ledger.Side{ledger.Active, ledger.Pending, ledger.Debt, ledger.Issued, ledger.Redeemed, ledger.Expired} {
			out = append(out, move{s, ledger.Moved}, move{ledger.Moved, s})
		}
		return out
	}
	return nil
}

func allowed(p *postingRow) bool {
	if memo := p.Kind == ledger.Memo; memo != (p.Amount == 0) || memo != (p.Account == 0) {
		return false
	}
	return slices.Contains(moves(p.Kind), move{p.Debit, p.Credit})
}

// count adds a posting to the sums of its account, lot and operation.
func (c *homeCheck) count(p *postingRow) {
	at := key("seq", p.Seq)
	if !allowed(p) {
		c.bad(PostingSides, "posting", at, fmt.Sprintf("%s: %s → %s, %d", p.Kind, p.Debit, p.Credit, p.Amount), "a move that its kind makes")
	}
	if o := c.ops[p.Op]; o != nil {
		if o.first == 0 {
			o.first = p.Seq
		}
		o.redeemed += net(p, ledger.Redeemed)
		o.issued += net(p, ledger.Issued)
		switch p.Kind {
		case ledger.Activate:
			o.activated += p.Amount
		case ledger.Move:
			o.moved = append(o.moved, p)
		case ledger.Settle:
			o.settled += p.Amount
		}
		if ofDeposit(p.Kind) {
			o.money = append(o.money, p)
		}
	}
	if !c.countAccount(p, at) || p.Lot == 0 {
		return
	}
	l := c.lots[p.Lot]
	if l == nil || l.Account != p.Account {
		c.bad(PostingLot, "posting", at, "lot_id "+p.Lot.String(), "a lot of the posting's account")
		return
	}
	l.count(p)
}

// countAccount adds a posting to the sums of its account or deposit; false: that is
// not there.
func (c *homeCheck) countAccount(p *postingRow, at rowKey) bool {
	a, d := c.accounts[p.Account], c.deposits[p.Account]
	switch {
	case ofDeposit(p.Kind) && d != nil:
		d.count(p)
	case ofDeposit(p.Kind):
		c.bad(PostingAccount, "posting", at, "account_id "+p.Account.String(), "a deposit of the home")
		return false
	case p.Account == 0:
	case a == nil:
		c.bad(PostingAccount, "posting", at, "account_id "+p.Account.String(), "an account of the home")
		return false
	default:
		a.sides.move(p.Debit, -p.Amount)
		a.sides.move(p.Credit, p.Amount)
	}
	return true
}

// sides are an account's sums over its postings.
type sides struct{ active, pending, held, debt, issued, redeemed, expired money.Points }

func (s *sides) move(side ledger.Side, n money.Points) {
	switch side {
	case ledger.Active:
		s.active += n
	case ledger.Pending:
		s.pending += n
	case ledger.Held:
		s.held += n
	case ledger.Debt:
		s.debt += n
	case ledger.Issued:
		s.issued += n
	case ledger.Redeemed:
		s.redeemed += n
	case ledger.Expired:
		s.expired += n
	}
}
