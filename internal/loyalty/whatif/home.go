package whatif

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
)

// record is all that the books have of one home, in their order.
type record struct {
	*plan
	version func(of id.ID, version int64) (*rule.Programme, error)
	home    home.ID
	account *ledger.Account // in the programme; nil: there is none
	lots    []*ledger.Lot
	entries []ledger.Posting
	sales   map[id.ID]*purchase.Stored // with no refunds
	order   []*purchase.Stored
	refunds map[id.ID]*purchase.Refund
	visits  map[id.ID]*purchase.Visit
	away    map[id.ID]*purchase.Stored // on a household's account: the own one rests
	rests   []purchase.Rest
	claims  map[id.ID]*claimed         // by the claim
	backs   map[id.ID]*purchase.Refund // of those receipts, since
	hands   map[id.ID]*adjusted
	changes []ledger.LevelChange // the oldest first
	part    *part
}

// part lives all homes of a part.
func (t *tally) part(ctx context.Context, x *part) error {
	version := t.plan.version(ctx)
	left := x.rows
	for _, h := range x.homes {
		if err := ctx.Err(); err != nil {
			return err
		}
		rows := left.cut(h.home)
		if x.merged[h.home] {
			t.merged++
			continue
		}
		r, err := t.plan.open(h.home, rows, x)
		if err == nil && r != nil {
			r.version = version
			err = t.home(r)
		}
		if err != nil {
			return fmt.Errorf("home %s: %w", h.home, err)
		}
	}
	return nil
}

// open reads the rows of a home; nil: the programme has nothing to do with it.
func (p *plan) open(h home.ID, rows rows, x *part) (*record, error) {
	r := &record{
		plan: p, home: h, part: x, sales: map[id.ID]*purchase.Stored{}, refunds: map[id.ID]*purchase.Refund{}, hands: map[id.ID]*adjusted{},
		away: map[id.ID]*purchase.Stored{}, visits: map[id.ID]*purchase.Visit{},
		claims: map[id.ID]*claimed{}, backs: map[id.ID]*purchase.Refund{},
	}
	for _, doc := range slices.Concat(rows.purchases, rows.shared) {
		s, err := readPurchase(doc.row)
		if err != nil {
			return nil, err
		}
		if s.Programme != p.of && !p.takes(s) {
			continue
		}
		r.sales[s.ID] = s
		r.order = append(r.order, s)
	}
	slices.SortFunc(r.order, func(x, y *purchase.Stored) int { return cmp.Compare(x.ID, y.ID) })
	for _, doc := range slices.Concat(rows.refunds, rows.sharedBack) {
		f, err := readRefund(doc.row)
		if err != nil {
			return nil, err
		}
		if r.sales[f.Purchase] != nil || f.Purchase == 0 && len(f.Lines) > 0 && (f.Programme == p.of || p.takesBack(f) == p.draft) {
			if h.Kind() == home.Receipt {
				f = pointless(f) // they are where the receipt was given to
			}
			r.refunds[f.ID] = f
		}
	}
	for i := range rows.visits {
		v, err := readVisit(rows.visits[i].row)
		if err != nil {
			return nil, err
		}
		if r.sales[v.Purchase] != nil {
			r.visits[v.ID] = v
		}
	}
	for _, doc := range rows.elsewhere {
		s, err := readPurchase(doc.row)
		if err != nil {
			return nil, err
		}
		r.away[s.ID] = s
	}
	if err := r.readClaims(rows); err != nil {
		return nil, err
	}
	for _, x := range rows.rests {
		r.rests = append(r.rests, x.row)
	}
	if len(rows.accounts) > 0 {
		r.account = &rows.accounts[0].row
	}
	if r.account == nil && len(r.sales) == 0 && len(r.refunds) == 0 && len(r.claims) == 0 {
		return nil, nil
	}
	r.books(rows)
	return r, nil
}

// books takes what of the rows is of the account.
func (r *record) books(rows rows) {
	for i := range rows.postings {
		r.entries = append(r.entries, rows.postings[i].row)
	}
	if r.account == nil {
		return
	}
	for i := range rows.lots {
		if l := &rows.lots[i].row; l.Account == r.account.ID {
			r.lots = append(r.lots, l)
		}
	}
	for i := range rows.adjusted {
		if a := &rows.adjusted[i].row; a.account == r.account.ID {
			r.hands[a.id] = a
		}
	}
	for i := range rows.changes {
		if c := rows.changes[i].row; c.Account == r.account.ID {
			r.changes = append(r.changes, c)
		}
	}
}

// takes tells whether the draft would judge a purchase.
func (p *plan) takes(s *purchase.Stored) bool {
	return s.Day >= p.From && s.Day <= p.To && p.next.For(s.Outlet, s.Partner, s.Day) == p.draft
}

// judge is the programme that judges a purchase in the life.
func (r *record) judge(s *purchase.Stored) (*rule.Programme, error) {
	switch {
	case s.Day < r.From && s.Programme == r.of:
		return r.version(s.Programme, s.Version)
	case s.Day >= r.From && r.next.For(s.Outlet, s.Partner, s.Day) == r.draft:
		return r.draft, nil
	}
	return rule.None(), nil
}

// takesBack is the programme of a refund that is of no purchase.
func (p *plan) takesBack(f *purchase.Refund) *rule.Programme {
	place, _ := p.Directory.Place(f.Till)
	if f.Day < p.From {
		return p.then.For(f.Outlet, place.Partner.ID, f.Day)
	}
	return p.next.For(f.Outlet, place.Partner.ID, f.Day)
}

// home adds up what the books have of a home, and lives it again.
func (t *tally) home(r *record) error {
	m := person{home: r.home}
	if err := t.then(r, &m); err != nil {
		return err
	}
	if err := t.live(r, &m); err != nil {
		return err
	}
	t.member(&m)
	return nil
}

// then adds up what was.
func (t *tally) then(r *record, m *person) error {
	s := side{t: t, r: r, m: m}
	for _, p := range r.order {
		own, err := r.own(&p.Purchase)
		if err != nil {
			return err
		}
		s.sale(p, own, nil)
	}
	for _, f := range r.refunds {
		if err := s.refund(f, r.sales[f.Purchase]); err != nil {
			return err
		}
	}
	if err := s.claimsThen(); err != nil {
		return err
	}
	if r.account == nil {
		return nil
	}
	ladder := r.current.Ladder(r.of)
	s.entries(r.entries, r.account.ID, r.was)
	s.changes(r.changes, ladder, r.was)
	s.presents(r.presents(), r.was)
	if book := r.part.books[r.home]; book != nil && book.Account(r.of) != nil && book.Account(r.of).Clock < r.ends {
		o := r.origin(len(r.entries))
		o.Book = book
		postings, changes := purchase.Due(r.world(), o, r.ends)
		s.entries(postings, r.account.ID, r.was)
		s.changes(changes, ladder, r.was)
	}
	return nil
}

func (r *record) world() purchase.World {
	return purchase.World{Set: r.plan.then, Next: r.next, IDs: r.ids, Catalog: r.Catalog, Version: r.version}
}

// own is the programme that judged a purchase.
func (r *record) own(p *purchase.Purchase) (*rule.Programme, error) {
	if p.Programme == 0 {
		return rule.None(), nil
	}
	return r.version(p.Programme, p.Version)
}

// live lives a home from the first day on.
func (t *tally) live(r *record, m *person) error {
	s := side{t: t, r: r, m: m, now: true}
	first, erased := r.first(), r.erased()
	if r.account != nil && erased >= first {
		r.account.Closed = false // it was open until then
	}
	o := r.origin(first)
	l, err := purchase.Begin(r.world(), o)
	if err != nil {
		return err
	}
	done := map[id.ID]bool{}
	for i := first; i < len(r.entries); i++ {
		r.openBefore(l, &r.entries[i])
		if i == erased {
			l.Forfeit(r.entries[i].At)
		}
		r.pass(l, &r.entries[i])
		if op := r.entries[i].Op; op != 0 && !done[op] {
			done[op] = true
			if err := s.again(l, op); err != nil {
				return err
			}
		}
	}
	if a := r.account; a != nil && a.Opened >= r.begins && r.within(a.Opened) {
		l.Open(a.Opened)
	}
	l.Settle(r.ends)
	ladder := r.next.Ladder(r.of)
	if r.account != nil {
		s.entries(r.entries[:first], r.account.ID, r.draft)
		s.changes(r.changesBefore(first), ladder, r.draft)
		s.presents(o.Presents, r.draft)
	}
	if a := l.Account(); a != nil {
		s.entries(l.Postings, a.ID, r.draft)
		s.changes(l.Changes, ladder, r.draft)
		s.presents(l.Presents, r.draft)
	}
	return nil
}

// erased is the posting from which on the points of the member, who was erased,
// were written off: all at the instant at which that was written, while a term ends
// at its own. -1: there was nothing to write off, or he was not.
func (r *record) erased() int {
	if r.account == nil || !r.account.Closed {
		return -1
	}
	return slices.IndexFunc(r.entries, func(e ledger.Posting) bool {
		return e.Account == r.account.ID && e.Kind == ledger.Expire && e.Op == 0 && e.At == e.WrittenAt
	})
}

// openBefore opens the account before the first posting that speaks of it, as
// it was opened. What came before knew of no account.
func (r *record) openBefore(l *purchase.Life, e *ledger.Posting) {
	a := r.account
	if a == nil || l.Account() != nil || a.Opened < r.begins || !r.within(a.Opened) {
		return // a late receipt opens its own
	}
	speaks := e.Account == a.ID || slices.ContainsFunc(r.changes, func(c ledger.LevelChange) bool { return c.ID == e.Op })
	if p := r.sales[e.Op]; p != nil {
		speaks = p.Account == a.ID
	}
	if f := r.refunds[e.Op]; f != nil {
		speaks = f.Account == a.ID
	}
	if c := r.claims[e.Op]; c != nil {
		speaks = c.claim.Account == a.ID
	}
	if speaks {
		l.Open(a.Opened)
	}
}

// pass lets time pass in the life as far as it had in the books when something
// was due: what comes after may be of before.
func (r *record) pass(l *purchase.Life, e *ledger.Posting) {
	if a := r.account; a == nil || l.Account() == nil || e.At <= l.Account().Clock {
		return
	}
	due := e.Op == 0 && e.Account == r.account.ID
	given := slices.ContainsFunc(r.presents(), func(g ledger.Present) bool { return g.ID == e.Op && g.Op == 0 })
	if due || given || slices.ContainsFunc(r.changes, func(c ledger.LevelChange) bool { return c.ID == e.Op && c.Cause == ledger.ByTime }) {
		l.Settle(e.At)
	}
}

// changesBefore are the changes of level before a posting.
func (r *record) changesBefore(first int) []ledger.LevelChange {
	n := 0
	for n < len(r.changes) && (first == len(r.entries) || r.changes[n].Seq < r.entries[first].Seq) {
		n++
	}
	return r.changes[:n]
}

// again does one operation of the books again.
func (s *side) again(l *purchase.Life, op id.ID) error {
	r := s.r
	if p := r.sales[op]; p != nil {
		if p.Day > r.To {
			return nil
		}
		by, err := r.judge(p)
		if err != nil {
			return err
		}
		out, err := l.Sell(p, by)
		if err != nil {
			return fmt.Errorf("purchase %s: %w", p.ID, err)
		}
		s.sale(out.Stored, by, out.Would)
		return nil
	}
	if f := r.refunds[op]; f != nil {
		return s.refundAgain(l, f)
	}
	if c := r.claims[op]; c != nil {
		return s.claimAgain(l, c)
	}
	if f := r.backs[op]; f != nil {
		return s.backAgain(l, f)
	}
	if v := r.visits[op]; v != nil {
		if v.Day > r.To {
			return nil
		}
		return l.Visit(v)
	}
	if p := r.away[op]; p != nil {
		by, err := r.judge(p)
		if err == nil && p.Day <= r.To {
			l.Rest(p, by)
		}
		return err
	}
	if a := r.hands[op]; a != nil && r.within(a.at) {
		var lot *ledger.Lot
		if i := slices.IndexFunc(r.lots, func(l *ledger.Lot) bool { return l.Op == op }); i >= 0 {
			lot = r.lots[i]
		}
		l.Adjust(op, a.points, lot, a.at)
		return nil
	}
	if i := slices.IndexFunc(r.changes, func(c ledger.LevelChange) bool { return c.ID == op && c.Cause == ledger.ByHand }); i >= 0 && r.within(r.changes[i].At) {
		l.SetLevel(&r.changes[i])
	}
	return nil
}

func (s *side) refundAgain(l *purchase.Life, f *purchase.Refund) error {
	if f.Day > s.r.To {
		return nil
	}
	if f.Purchase == 0 {
		place, _ := s.r.Directory.Place(f.Till)
		return s.refund(l.Unlinked(f, place.Partner.ID, s.r.takesBack(f)), nil)
	}
	back, of, err := l.Refund(f)
	if err != nil {
		return fmt.Errorf("refund %s: %w", f.ID, err)
	}
	if back == nil {
		return nil
	}
	return s.refund(back, of)
}
