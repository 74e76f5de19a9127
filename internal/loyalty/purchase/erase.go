package purchase

import (
	"context"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Erasing takes a person out of the books of his homes, which stay whole: his
// accounts are closed, and nothing is kept any more beside his documents.
type Erasing struct {
	ID      id.ID     // of the act, which stands in the journal
	Homes   []home.ID // the member's own first, then those that were merged into him
	Forfeit bool      // the points that are left are written off; else they forbid it

	// Work does in the same transaction what lies outside the books, and gives
	// the digest of the act, which goes into the member's journal.
	Work func(ctx context.Context, q db.Q, done Erased) (ledger.Hash, error)
}

// Erased is what became of the books.
type Erased struct {
	At        clock.Micros
	Forfeited money.Points // hundredths
	Wiped     []home.Wiped
}

// Erase does it in one transaction. It is refused while a reservation holds
// anything (erase.reserved), or with points left (erase.points-left).
func (d *Desk) Erase(ctx context.Context, e *Erasing) error {
	return d.strictly(ctx, &erasing{Erasing: e})
}

// erasing is the operation.
type erasing struct {
	unkeyed
	*Erasing
}

func (o *erasing) lookUp(*look)                 {}
func (o *erasing) found(*look) (home.ID, error) { return o.Homes[0], nil }
func (o *erasing) beside(*Desk) []home.ID       { return o.Homes[1:] }
func (o *erasing) alone() bool                  { return true }

const qLive = `select count(*) from reservation where state = 'held' and until_at > $2 and `

// noDeposits refuses homes in which a deposit is open, or has money that is
// somebody's.
func (g *group) noDeposits(homes []home.ID, code string) error {
	list, err := ledger.ViewDeposits(g.ctx, g.tx, home.Numbers(homes))
	if err != nil {
		return err
	}
	for _, d := range list {
		if d.Closed == 0 || d.Balance != 0 {
			return fault.New(fault.Refused, code, "number", d.Number, "left", d.Balance)
		}
	}
	return nil
}

// noReservations refuses homes in which a reservation holds something, or on
// whose accounts one does.
func (g *group) noReservations(homes []home.ID, code string) error {
	return noReservations(g.ctx, g.tx, homes, g.now, code)
}

// HoldsNothing refuses a home in which a reservation holds something
// (member.reserved): its member's membership does not end before that.
func (d *Desk) HoldsNothing(ctx context.Context, q db.Q, h home.ID) error {
	return noReservations(ctx, q, []home.ID{h}, d.Clock.Now(), "member.reserved")
}

func noReservations(ctx context.Context, q db.Q, homes []home.ID, now clock.Micros, code string) error {
	for _, column := range []string{"home_id", "account_home"} {
		var n int64
		if err := q.Row(ctx, qLive+q.Dialect().In(column, 1), home.Numbers(homes), now).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Refused, code, "reservations", n)
		}
	}
	return nil
}

// wantWhole names all that settling the accounts of a home takes.
func (g *group) wantWhole(h home.ID) {
	g.wantLots[h] = true
	for _, a := range g.books[h].Accounts {
		g.wantLevel(h, a.Programme, g.now)
	}
}

func (o *erasing) load(g *group) error {
	for _, h := range o.Homes {
		if g.books[h] == nil {
			return errNoHome()
		}
		g.wantWhole(h)
	}
	if err := g.noReservations(o.Homes, "erase.reserved"); err != nil {
		return err
	}
	return g.noDeposits(o.Homes, "erase.deposit")
}

func (o *erasing) do(g *group) error {
	done := Erased{At: g.now}
	for _, h := range o.Homes {
		book := g.books[h]
		for _, a := range book.Accounts {
			if a.Closed {
				continue // of one who was merged: it is another's now
			}
			if !a.LevelOnly {
				g.levels.settle(book, a, g.now)
			}
			if left := a.Active + a.Pending; left > 0 && !o.Forfeit {
				return fault.New(fault.Refused, "erase.points-left", "points", left)
			}
			done.Forfeited += book.Forfeit(a, g.now)
			if !a.LevelOnly {
				book.Close(a)
			}
		}
	}
	var err error
	if done.Wiped, err = wipe(g.ctx, g.tx, o.Homes); err != nil {
		return err
	}
	digest, err := o.Work(g.ctx, g.tx, done)
	if err != nil {
		return err
	}
	book := g.books[o.Homes[0]]
	book.Memo(o.ID, digest, g.now)
	g.happened(eventtype.Event{Kind: eventtype.MemberErased, Home: book.Home, Op: o.ID, At: g.now}, book)
	return nil
}

// wipe takes out of the books what is a person's: what rules looked at of him,
// and what somebody has written of him.
func wipe(ctx context.Context, q db.Q, homes []home.ID) (out []home.Wiped, err error) {
	in := q.Dialect().In("home_id", 1)
	for _, x := range []struct{ table, what, text string }{
		{"purchase", "person", `update purchase set person = null where person is not null and `},
		{"reservation", "person", `update reservation set person = null where person is not null and `},
		{"adjustment", "reason", `update adjustment set ` + ledger.WordsForgotten + ` where reason <> '' and `},
		{"deposit_op", "reason", `update deposit_op set ` + ledger.WordsForgotten + ` where reason <> '' and `},
		{"level_change", "reason", `update level_change set ` + ledger.WordsForgotten + ` where reason <> '' and `},
	} {
		n, err := q.Exec(ctx, x.text+in, home.Numbers(homes))
		if err != nil {
			return nil, err
		}
		out = append(out, home.Wiped{Table: x.table, What: []string{x.what}, Rows: n})
	}
	n, err := q.Exec(ctx, `update purchase set claim_person = null where claim_person is not null and `+q.Dialect().In("claimed_by", 1), home.Numbers(homes))
	if err != nil {
		return nil, err
	}
	return append(out, home.Wiped{Table: "purchase", What: []string{"claim_person"}, Rows: n}), nil
}
