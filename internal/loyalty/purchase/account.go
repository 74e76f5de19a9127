package purchase

import (
	"context"
	"errors"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Open opens the account that a member uses in a programme, with the gift that
// it gives; an account that is open already stays as it is.
func (d *Desk) Open(ctx context.Context, h home.ID, programme id.ID) (Balance, error) {
	op := &opening{onAccount: onAccount{home: h}, programme: programme}
	_, err := d.submit(ctx, op)
	return op.out, err
}

// opening is the operation that opens an account.
type opening struct {
	onAccount
	programme id.ID
	out       Balance
}

func (o *opening) claim() (claim, [32]byte)     { return claim{}, [32]byte{} }
func (o *opening) lookUp(*look)                 {}
func (o *opening) found(*look) (home.ID, error) { return o.home, nil }
func (o *opening) alone() bool                  { return false }

func (o *opening) replay(context.Context, db.Q, home.ID, id.ID) error { return nil }

func (o *opening) load(g *group) error {
	if g.set.Get(o.programme) == nil {
		return fault.New(fault.NotFound, "programme.not-found")
	}
	if err := o.find(g); err != nil {
		return err
	}
	if o.ended(g) {
		return notServed(member.Closed)
	}
	g.wantLots[o.keeps] = true
	g.wantLevel(o.keeps, o.programme, g.now)
	return nil
}

func (o *opening) do(g *group) error {
	book := g.books[o.keeps]
	a := book.Account(o.programme)
	if a != nil {
		g.levels.settle(book, a, g.now)
		o.out = balanceOf(a)
		return nil
	}
	var err error
	if a, err = open(g.ctx, g.tx, book, g.set.Get(o.programme), g.now, 0); err != nil {
		return err
	}
	g.levels.settle(book, a, g.now)
	book.Touch()
	a.Changed()
	o.out = balanceOf(a)
	return nil
}

// SettleDue writes activations and expiries that are due, for up to limit
// accounts that nobody touches. It tells how many it took: fewer than limit
// means that nothing is due any more. It may run late, twice and in many
// processes.
func (d *Desk) SettleDue(ctx context.Context, limit int) (n int, err error) {
	type account struct{ home, account int64 }
	due, err := db.All(ctx, d.DB, func(r db.Row) (a account, err error) {
		return a, r.Scan(&a.home, &a.account)
	}, qDue, d.Clock.Now(), limit)
	if err != nil {
		return 0, err
	}
	err = submitAll(ctx, d, due, func(a account) operation { return &settling{home: home.ID(a.home), account: id.ID(a.account)} })
	return len(due), err
}

// dueAtOnce is how many accounts are settled in one go.
const dueAtOnce = 500

// SettleAllDue writes what is due until nothing is any more. After each go told
// is told how many accounts it took; nil: nobody asks.
func (d *Desk) SettleAllDue(ctx context.Context, told func(n int)) error {
	for {
		n, err := d.SettleDue(ctx, dueAtOnce)
		if err != nil {
			return err
		}
		if told != nil {
			told(n)
		}
		if n < dueAtOnce {
			return nil
		}
	}
}

// submitAll carries out an operation for each of a list, as many at once as
// make a group.
func submitAll[T any](ctx context.Context, d *Desk, list []T, of func(T) operation) error {
	ends := make(chan error, len(list))
	slots := make(chan struct{}, d.Group)
	for _, item := range list {
		slots <- struct{}{}
		go func() {
			defer func() { <-slots }()
			_, err := d.submit(ctx, of(item))
			ends <- err
		}()
	}
	var bad []error
	for range list {
		if err := <-ends; err != nil {
			bad = append(bad, err)
		}
	}
	return errors.Join(bad...)
}

// settling is the operation that writes an account's dues: of one that is
// named, or of the member's in a programme, if there is one.
type settling struct {
	home      home.ID
	account   id.ID
	programme id.ID
	missed    *missedDays // whose gifts are given though their time is over
}

func (o *settling) claim() (claim, [32]byte)     { return claim{}, [32]byte{} }
func (o *settling) lookUp(*look)                 {}
func (o *settling) found(*look) (home.ID, error) { return o.home, nil }
func (o *settling) beside(*Desk) []home.ID       { return nil }
func (o *settling) alone() bool                  { return false }

func (o *settling) replay(context.Context, db.Q, home.ID, id.ID) error { return nil }

func (o *settling) load(g *group) error {
	g.wantLots[o.home] = true
	if o.missed != nil {
		g.levels.gifts.missed[o.home] = o.missed
	}
	if a := o.of(g); a != nil {
		g.wantLevel(o.home, a.Programme, g.now)
	}
	return nil
}

func (o *settling) of(g *group) *ledger.Account {
	if o.account != 0 {
		return g.books[o.home].AccountByID(o.account)
	}
	return g.books[o.home].Account(o.programme)
}

func (o *settling) do(g *group) error {
	a := o.of(g)
	switch {
	case a != nil:
		g.levels.settle(g.books[o.home], a, g.now)
	case o.account != 0:
		return fault.New(fault.NotFound, "account.not-found")
	}
	return nil
}

// AccountView is an account as it is at one instant, dues written in thought.
type AccountView struct {
	Account ledger.Account
	Shared  home.ID // of a household's: the founder's home; 0: it is the member's own
	Rests   bool    // the member's own, while he uses a household's
	Lots    []ledger.Lot
	Ending  []ledger.Ending
	Level   *LevelView // nil: the programme has no levels
}

// Accounts reads the accounts that a member uses as they are now, and after
// those of a household his own, which rest.
func (d *Desk) Accounts(ctx context.Context, h home.ID) ([]AccountView, error) {
	now := d.Clock.Now()
	p, err := d.peek(ctx, d.Programmes.Current(), h, 0, now)
	if err != nil {
		return nil, err
	}
	out, err := p.views(p.book, now)
	if err != nil || p.own == p.book {
		return out, err
	}
	for i := range out {
		out[i].Shared = p.book.Home
	}
	own, err := p.views(p.own, now)
	for _, v := range own {
		v.Rests = true
		if p.levels.own(p.own.Home, p.book.Home, v.Account.Programme) {
			v.Level = nil // it is told with the account that he uses
		}
		out = append(out, v)
	}
	return out, err
}

// shows tells whether an account that holds nothing but a level is told of: it
// is the one that the member uses, and it will be opened when he does.
func (p *peeked) shows(book *ledger.Book, a *ledger.Account) bool {
	of := p.levels.set.Get(a.Programme)
	return book == p.book && p.own == p.book && of != nil && of.Settings.OpenAccount == rule.OpenAtUse
}

func (p *peeked) views(book *ledger.Book, now clock.Micros) ([]AccountView, error) {
	out := make([]AccountView, 0, len(book.Accounts))
	for _, a := range book.Accounts {
		if a.LevelOnly && !p.shows(book, a) {
			continue
		}
		p.levels.settle(book, a, max(now, a.Clock))
		at := p.levels.stands(p.own, book, a, max(now, a.Clock))
		if err := p.levels.gifts.err; err != nil {
			return nil, err
		}
		v := AccountView{Account: *a, Level: p.levels.view(at), Ending: ledger.Expiring(a, book.Lots(a))}
		for _, l := range book.Lots(a) {
			v.Lots = append(v.Lots, *l)
		}
		out = append(out, v)
	}
	return out, nil
}
