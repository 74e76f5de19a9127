package purchase

import (
	"cmp"
	"slices"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/money"
)

// addEvents writes what the transaction did as one row.
func (g *group) addEvents(b *db.Batch, heads []ledger.Head) error {
	if len(g.events) == 0 && len(heads) == 0 {
		return nil
	}
	for i := range heads {
		g.byItself(g.books[heads[i].Home])
	}
	// What happened on the way, before or after the operation, in its place.
	slices.SortStableFunc(g.events, func(x, y eventtype.Event) int {
		return cmp.Or(cmp.Compare(x.Home, y.Home), cmp.Compare(x.Seq, y.Seq))
	})
	batch := eventtype.Batch{Events: g.events, Heads: make([]eventtype.Head, len(heads))}
	for i := range heads {
		h := &heads[i]
		batch.Heads[i] = eventtype.Head{Home: h.Home, Seq: h.Seq, Hash: h.Hash[:]}
	}
	doc, err := batch.AppendJSON(make([]byte, 0, 300*len(heads)))
	if err != nil {
		return err
	}
	b.Exec(qAddEvent, int64(heads[0].Home), int64(g.desk.IDs.New()), string(doc))
	return nil
}

// byItself adds the events of what happened on the way, whatever the
// operation was: accounts opened at their first use, dues written before
// anything else.
func (g *group) byItself(book *ledger.Book) {
	book.Opened(func(a *ledger.Account, seq int64, gift money.Points) {
		e := eventtype.Event{
			Kind: eventtype.Opened, Home: book.Home, Seq: seq, Op: a.ID, At: a.Opened, Programme: a.Programme, Earned: gift, Member: true,
		}
		if p := g.set.Get(a.Programme); p != nil {
			e.Day = p.Day(a.Opened)
		}
		g.events = append(g.events, e)
	})
	book.Dues(func(a *ledger.Account, p *ledger.Posting) {
		e := eventtype.Event{Kind: eventtype.Due, Home: book.Home, Seq: p.Seq, At: p.At, Programme: a.Programme, Member: true}
		switch p.Kind {
		case ledger.Expire:
			e.Expired = p.Amount
		case ledger.Revive:
			e.Op, e.Expired = p.Op, -p.Amount
		default:
			e.Active = p.Amount
		}
		if of := g.set.Get(a.Programme); of != nil {
			e.Day = of.Day(p.At - 1) // what ends with a day ends on it
		}
		g.events = append(g.events, e)
	})
	book.Changes(func(a *ledger.Account, c *ledger.LevelChange) {
		e := eventtype.Event{
			Kind: eventtype.Leveled, Home: book.Home, Seq: c.Seq, Op: c.ID, At: c.At, Programme: a.Programme, Member: true,
			Earned: c.Given - c.Taken, From: c.From, To: c.To, Cause: string(c.Cause),
		}
		if of := g.set.Get(a.Programme); of != nil {
			e.Day = of.Day(c.At)
		}
		g.events = append(g.events, e)
	})
	book.Presents(func(a *ledger.Account, x *ledger.Present) {
		e := eventtype.Event{
			Kind: eventtype.Gifted, Home: book.Home, Seq: x.Seq, Op: x.ID, At: x.At, Programme: a.Programme, Member: true,
			Earned: x.Given - x.Taken, Cause: x.Occasion,
		}
		if of := g.set.Get(a.Programme); of != nil {
			e.Day = of.Day(x.At)
		}
		g.events = append(g.events, e)
	})
}

func (g *group) happened(e eventtype.Event, book *ledger.Book) {
	e.Seq = book.Seq
	e.Member = book.Home > 0
	g.events = append(g.events, e)
}
