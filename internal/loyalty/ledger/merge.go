package ledger

import (
	"slices"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// When a member is merged into another, each of his accounts is taken over by
// one of the other's, which is then as if it had had both histories. Each side
// goes by a posting from the one journal into the other, under the id of the
// merge in both; over an account the side "moved" comes to nothing, as a journal
// is balanced. Lots keep their ids, so that receipts that name them come back in
// the new account as they would have in the old.

// Taken is what an account took over from another, in hundredths and kopecks.
type Taken struct {
	Programme id.ID      `json:"programme"`
	From      AccountRef `json:"from"`
	To        AccountRef `json:"to"`
	Opened    bool       `json:"opened,omitempty"` // for it

	Active    money.Points `json:"active,omitempty"`
	Pending   money.Points `json:"pending,omitempty"`
	Debt      money.Points `json:"debt,omitempty"`
	Earned    money.Points `json:"earned,omitempty"`
	Spent     money.Points `json:"spent,omitempty"`
	Expired   money.Points `json:"expired,omitempty"`
	Settled   money.Points `json:"settled,omitempty"` // of the debt of the one, what points of the other have paid
	Purchases int64        `json:"purchases,omitempty"`
	Turnover  money.Amount `json:"turnover,omitempty"`
	Used      money.Amount `json:"used,omitempty"`
	Level     string       `json:"level,omitempty"` // that it held
	Lots      []TakenLot   `json:"lots,omitempty"`  // in which there was anything
}

// TakenLot is what of a lot was moved.
type TakenLot struct {
	Lot     id.ID        `json:"lot"`
	Left    money.Points `json:"left,omitempty"`
	Expired money.Points `json:"expired,omitempty"` // and not yet taken by a refund
}

// takeover is one account being taken over.
type takeover struct {
	from, into *Book
	b, a       *Account
	op         id.ID
	at         clock.Micros
}

// TakeOver moves all of one account, with its lots (all of which are loaded),
// into another of the same programme, and closes it. Both are settled, and
// nothing is held.
func TakeOver(from *Book, b *Account, into *Book, a *Account, op id.ID, at clock.Micros) Taken {
	t := &takeover{from: from, into: into, b: b, a: a, op: op, at: at}
	out := Taken{
		Programme: b.Programme, From: AccountRef{from.Home, b.ID}, To: AccountRef{into.Home, a.ID}, Opened: a.opens,
		Active: b.Active, Pending: b.Pending, Debt: b.Debt, Earned: b.Earned, Spent: b.Spent, Expired: b.Expired,
		Purchases: b.Purchases, Turnover: b.Turnover, Used: b.Used, Level: b.Standing.Level,
	}
	t.figures()
	out.Lots = t.lots()
	t.move(nil, nil, Expired, b.Expired) // what was lost and is of no lot
	t.move(nil, nil, Issued, -b.Earned)
	t.move(nil, nil, Redeemed, b.Spent)
	t.move(nil, nil, Debt, -b.Debt)
	out.Settled = t.settle()
	b.Into = out.To
	b.DueAt, b.Standing.Until, b.Standing.Sums = 0, 0, nil
	from.Close(b)
	into.touched = true
	return out
}

// Rest keeps an account that holds nothing but a level from ever changing by
// itself again: its member is another now.
func (b *Book) Rest(a *Account) {
	a.DueAt, a.Standing.Until, a.Standing.Sums, a.dirty = 0, 0, nil, true
	b.touched = true
}

// figures are those that are not in the postings.
func (t *takeover) figures() {
	a, b := t.a, t.b
	a.Slide(b.SlideAt)
	a.Clock = max(a.Clock, b.Clock)
	a.Purchases, b.Purchases = a.Purchases+b.Purchases, 0
	a.Turnover, b.Turnover = a.Turnover+b.Turnover, 0
	a.Used, b.Used = a.Used+b.Used, 0
	if b.FirstPurchase != 0 && (a.FirstPurchase == 0 || b.FirstPurchase < a.FirstPurchase) {
		a.FirstPurchase = b.FirstPurchase
	}
	a.LastPurchase = max(a.LastPurchase, b.LastPurchase)
	if a.Gifts |= b.Gifts; a.Gifts&GiftFirstPurchase != 0 {
		a.Gifts &^= GiftFirstAgain
	}
	b.FirstPurchase, b.LastPurchase, b.SlideAt = 0, 0, 0
	a.dirty, b.dirty = true, true
}

// lots moves what is left in lots, and what has expired of them.
func (t *takeover) lots() (out []TakenLot) {
	var lots []*Lot
	for _, l := range t.from.lots {
		if l.Account == t.b.ID {
			lots = append(lots, l)
		}
	}
	slices.SortFunc(lots, func(x, y *Lot) int { return int(min(max(x.ID-y.ID, -1), 1)) })
	for _, l := range lots {
		mine := *l
		mine.Account, mine.isNew, mine.dirty = t.a.ID, true, false
		t.into.lots = append(t.into.lots, &mine)
		if l.Remaining == 0 && l.WrittenOff == 0 {
			continue
		}
		out = append(out, TakenLot{Lot: l.ID, Left: l.Remaining, Expired: l.WrittenOff})
		side := Active
		if l.Pending {
			side = Pending
		}
		t.move(l, &mine, side, l.Remaining)
		t.move(l, &mine, Expired, l.WrittenOff)
		l.Remaining, l.WrittenOff = 0, 0
		t.into.noteDue(t.a, &mine)
	}
	return out
}

// move takes what a side has, which may be below zero, from the one account into
// the other.
func (t *takeover) move(from, into *Lot, s Side, n money.Points) {
	switch {
	case n > 0:
		t.from.post(t.b, from, t.op, Move, s, Moved, n, t.at)
		t.into.post(t.a, into, t.op, Move, Moved, s, n, t.at)
	case n < 0:
		t.from.post(t.b, from, t.op, Move, Moved, s, -n, t.at)
		t.into.post(t.a, into, t.op, Move, s, Moved, -n, t.at)
	}
}

// settle lets the points of both pay the debt of both.
func (t *takeover) settle() money.Points {
	was := t.a.Debt
	for _, l := range t.into.active(t.a) {
		t.into.payDebt(t.a, l, t.op, t.at)
	}
	return was - t.a.Debt
}

const qOvertaken = `update account set merged_home = $3, merged_account = $4
 where home_id = $1 and account_id = $2 or merged_home = $1 and merged_account = $2`

// Overtaken adds to a batch what notes, with an account and with those that it
// has taken over before, which one has them now.
func Overtaken(b *db.Batch, t *Taken) {
	b.Exec(qOvertaken, t.From.Home, t.From.ID, t.To.Home, t.To.ID)
}
