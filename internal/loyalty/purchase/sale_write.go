package purchase

import (
	"context"
	"crypto/sha256"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// write stores the receipt's document and chains it.
func (s *sale) write(g *group, book *ledger.Book, mark ledger.Mark, p *Purchase) error {
	if err := p.Seen.keepPerson(); err != nil {
		return err
	}
	p.takeDeposit(g.books[s.home], s.paysFor)
	doc, err := p.encode()
	if err != nil {
		return err
	}
	digest := sha256.Sum256(doc)
	own := g.chain(s.home, book, mark, p.ID, digest, s.at)
	g.purchases.Add(int64(p.Home), int64(p.ID), int64(p.Account), int64(p.Programme), int64(p.Outlet),
		int64(p.At), p.Day, p.ticketPieces(), db.N(p.AccountHome), string(doc), digest[:], orNull(p.Seen.Kept), orNull(p.Guest))
	g.bought.note(p)
	g.bindTickets(p, s.tickets)
	g.bindFiscal(p, s.fiscalTaken(g))
	g.noteGuest(s)
	g.claimKey(claim{p.Till, p.Key}, s.hash, p.Home, p.ID)
	g.happened(eventtype.Event{
		Kind: eventtype.Purchased, Home: p.Home, Op: p.ID, At: p.At, Day: p.Day, Outlet: p.Outlet, Programme: p.Programme,
		Gross: p.Gross, Discount: p.Discount, Paid: p.Paid, Money: p.Due, Spent: p.Spent, Earned: p.Earned,
		Recorded: s.mode == Record, Cashier: p.Cashier, Acts: toldOn(p.Acts), Purchase: s.paysFor,
	}, own)
	return nil
}

// replay reads the purchase that was made under the key.
func (s *sale) replay(ctx context.Context, q db.Q, h home.ID, op id.ID) error {
	st, err := scanPurchase(q.Row(ctx, qPurchase, h, op))
	if err != nil {
		return err
	}
	s.out = &st.Purchase
	return nil
}
