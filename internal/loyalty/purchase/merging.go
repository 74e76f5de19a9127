package purchase

import (
	"context"
	"fmt"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Merging takes all that a member has in the books over into another's: from
// then on that one's accounts are as if they had had both histories. Receipts
// stay where they are; their rows name the account that has taken theirs over,
// so that they come back there, and are the other's.
type Merging struct {
	ID     id.ID     // of the merge, which stands in both journals
	Into   home.ID   // who stays
	From   home.ID   // who is merged
	Before []home.ID // who were merged into him before

	// Move does in the same transaction what lies outside the books; the homes
	// are locked, their versions are told, and nothing is done yet. Write is told what was done, and gives
	// the digest of the act, which goes into both journals.
	Move  func(ctx context.Context, q db.Q, at clock.Micros, versions [2]int64) error
	Write func(ctx context.Context, q db.Q, done Merged) (ledger.Hash, error)
}

// Merged is what became of the books.
type Merged struct {
	At     clock.Micros
	Taken  []ledger.Taken
	Before []AccountState // of who stays …
	After  []AccountState // … and after it
}

// AccountState is an account's balance and level at one instant.
type AccountState struct {
	Programme id.ID        `json:"programme"`
	Account   id.ID        `json:"account"`
	Balance   Balance      `json:"balance"`
	Level     string       `json:"level,omitempty"`
	Until     clock.Micros `json:"level_until,omitempty"`
}

// Merge does it in one transaction. It is refused while a reservation of either
// holds anything ("merge.reserved"), where others bought on the account of who is
// merged, as his household's ("merge.founder"), and where levels are each
// member's own and one of the two was in a household ("merge.own-levels"). An
// error of Write leaves nothing either.
func (d *Desk) Merge(ctx context.Context, m *Merging) error {
	return d.strictly(ctx, &merging{Merging: m})
}

// merging is the operation.
type merging struct {
	unkeyed
	*Merging
}

func (o *merging) lookUp(*look)                 {}
func (o *merging) found(*look) (home.ID, error) { return o.Into, nil }
func (o *merging) beside(*Desk) []home.ID       { return append([]home.ID{o.From}, o.Before...) }
func (o *merging) alone() bool                  { return true }

const (
	qOthersOn = `select count(*) from (select 1 as there from purchase where account_home = $1 and (home_id > 0 or claimed_by not in ` + ofMember + `) and ` + notMerged + `
 union all select 1 from refund where account_home = $1 and home_id > 0 and ` + notMerged + `
 union all select 1 from reservation where account_home = $1 and ` + notMerged + `) x`
	notMerged = `home_id not in ` + mergedInto + ` and home_id <> $1`
	qHoused   = `select count(*) from household_member where `

	qRerouteOwn    = ` set account_home = $3, account_id = $4 where home_id = $1 and account_id = $2 and account_home is null`
	qRerouteOthers = ` set account_home = $3, account_id = $4 where account_home = $1 and account_id = $2`
	qMergedHome    = `update home set merged_into = $2, unserved = null where home_id = $1 or merged_into = $1`
)

func (o *merging) load(g *group) error {
	homes := append([]home.ID{o.Into, o.From}, o.Before...)
	for _, h := range homes {
		if g.books[h] == nil {
			return errNoHome()
		}
	}
	if err := o.refuse(g, homes); err != nil {
		return err
	}
	b := &db.Batch{}
	g.books.LoadAllLots(b, o.From)
	if err := g.tx.Run(g.ctx, b); err != nil {
		return err
	}
	g.wantWhole(o.Into)
	g.wantWhole(o.From)
	for _, a := range g.books[o.From].Accounts {
		g.wantLevel(o.Into, a.Programme, g.now)
	}
	return nil
}

func (o *merging) refuse(g *group, homes []home.ID) error {
	if err := g.noReservations(homes, "merge.reserved"); err != nil {
		return err
	}
	if err := g.noDeposits([]home.ID{o.From}, "merge.deposit"); err != nil {
		return err
	}
	var others, housed int64
	if err := g.tx.Row(g.ctx, qOthersOn, o.From).Scan(&others); err != nil {
		return err
	}
	if others > 0 {
		return fault.New(fault.Refused, "merge.founder", "receipts", others)
	}
	if !g.set.OwnLevels() {
		return nil
	}
	if err := g.tx.Row(g.ctx, qHoused+g.tx.Dialect().In("home_id", 1), home.Numbers(homes)).Scan(&housed); err != nil {
		return err
	}
	if housed > 0 {
		return fault.New(fault.Refused, "merge.own-levels")
	}
	return nil
}

func (o *merging) do(g *group) error {
	from, into := g.books[o.From], g.books[o.Into]
	done := Merged{At: g.now}
	for _, book := range []*ledger.Book{from, into} {
		for _, a := range book.Accounts {
			if !a.LevelOnly && !a.Closed {
				g.levels.settle(book, a, g.now)
			}
		}
	}
	done.Before = statesOf(into)
	if err := o.Move(g.ctx, g.tx, g.now, [2]int64{into.Version, from.Version}); err != nil {
		return err
	}
	stood := o.takeOver(g, from, into, &done)
	if err := o.reroute(g, done.Taken); err != nil {
		return err
	}
	if err := g.levels.readAnew(g, o.Into); err != nil {
		return err
	}
	for i := range done.Taken {
		a := into.AccountByID(done.Taken[i].To.ID)
		g.levels.merge(into, a, stood[i], o.ID)
		into.Settle(a, a.Clock)
	}
	done.After = statesOf(into)
	digest, err := o.Write(g.ctx, g.tx, done)
	if err != nil {
		return err
	}
	for _, book := range []*ledger.Book{into, from} {
		book.ChainOp(o.ID, digest, g.now)
	}
	g.happened(eventtype.Event{Kind: eventtype.MemberMerged, Home: o.Into, Op: o.ID, At: g.now, Of: o.From}, into)
	return nil
}

// takeOver moves the accounts, and tells where each that was taken over stood.
func (o *merging) takeOver(g *group, from, into *ledger.Book, done *Merged) (stood []level.State) {
	for _, b := range from.Accounts {
		switch {
		case b.Closed:
			continue
		case b.LevelOnly:
			from.Rest(b) // its level was by receipts on others' accounts, and goes by them
			continue
		}
		a := into.Account(b.Programme)
		if a == nil {
			a = into.Open(b.Programme, g.now)
		}
		stood = append(stood, stateOf(b))
		done.Taken = append(done.Taken, ledger.TakeOver(from, b, into, a, o.ID, g.now))
	}
	return stood
}

// reroute makes rows of receipts name the account that has theirs now.
func (o *merging) reroute(g *group, taken []ledger.Taken) error {
	b := &db.Batch{}
	for i := range taken {
		t := &taken[i]
		for _, table := range []string{"purchase", "refund", "reservation"} {
			for _, q := range []string{qRerouteOwn, qRerouteOthers} {
				b.Exec(`update `+table+q, t.From.Home, t.From.ID, t.To.Home, t.To.ID)
			}
		}
		ledger.Overtaken(b, t)
	}
	b.Exec(qMergedHome, o.From, o.Into)
	return g.tx.Run(g.ctx, b)
}

// statesOf are the accounts of a home that are open for points.
func statesOf(b *ledger.Book) []AccountState {
	out := make([]AccountState, 0, len(b.Accounts))
	for _, a := range b.Accounts {
		if !a.LevelOnly && !a.Closed {
			out = append(out, AccountState{Programme: a.Programme, Account: a.ID, Balance: balanceOf(a), Level: a.Standing.Level, Until: a.Standing.Until})
		}
	}
	return out
}

// readAnew reads what levels look at of a home whose receipts and groups have
// changed in the transaction.
func (v *levels) readAnew(g *group, h home.ID) error {
	b := &db.Batch{}
	v.readPapers(b, h)
	v.groups[h] = []id.ID{}
	member.LoadGroups(b, h, func(x id.ID) { v.groups[h] = append(v.groups[h], x) })
	if err := g.tx.Run(g.ctx, b); err != nil {
		return fmt.Errorf("%w: %w", errBase, err)
	}
	return nil
}

// merge lets an account stand where the higher of the two stood, without points
// that go with a rise, and rise from there by what both have bought.
func (v *levels) merge(b *ledger.Book, a *ledger.Account, other level.State, op id.ID) {
	a.Standing.Sums = nil
	a.Changed()
	c := ledger.LevelChange{At: a.Clock, Cause: ledger.ByMerge, Op: op}
	if l := v.set.Ladder(a.Programme); !l.None() {
		was := stateOf(a)
		switch next, changed := l.Merge(was, other, a.Clock); {
		case changed:
			b.ChangeLevel(a, standing(a, next), c, ledger.Moves{})
		case next != was:
			b.SetStanding(a, standing(a, next))
		}
	}
	v.count(stand{b, a}, level.Entry{}) // keeps the sums
	v.rise(b, a, c)
}
