package purchase

import (
	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/db"
)

// addEvents writes what the transaction did as one row.
func (g *group) addEvents(b *db.Batch, heads []ledger.Head) error {
	if len(g.events) == 0 && len(heads) == 0 {
		return nil
	}
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

func (g *group) happened(e eventtype.Event, book *ledger.Book) {
	e.Seq = book.Seq
	e.Member = book.Home > 0
	g.events = append(g.events, e)
}
