package whatif

import (
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/id"
)

// first is the index of the first posting of the period or after it: what is
// before is what a life begins with.
func (r *record) first() int {
	causes := make(map[id.ID]id.ID, len(r.changes))
	for i := range r.changes {
		causes[r.changes[i].ID] = r.changes[i].Op
	}
	for _, g := range r.presents() {
		causes[g.ID] = g.Op
	}
	for i := range r.entries {
		e := &r.entries[i]
		op := e.Op
		cause, leveled := causes[op]
		if cause != 0 {
			op = cause // a change of level belongs to what caused it
		}
		var in bool
		switch {
		case r.sales[op] != nil:
			in = r.sales[op].Day >= r.From
		case r.refunds[op] != nil:
			in = r.refunds[op].Day >= r.From
		case r.visits[op] != nil:
			in = r.visits[op].Day >= r.From
		case r.claims[op] != nil:
			in = r.claims[op].sold.Day >= r.From
		case r.backs[op] != nil:
			in = r.backs[op].Day >= r.From
		case r.away[op] != nil:
			in = r.away[op].Day >= r.From
		case r.account != nil && (e.Account == r.account.ID || leveled):
			in = e.At >= r.begins
		}
		if in {
			return i
		}
	}
	return len(r.entries)
}

// origin is the home as it was before a posting.
func (r *record) origin(first int) *purchase.Origin {
	o := &purchase.Origin{
		Home: r.home, Programme: r.of, Groups: r.part.groups[r.home], Known: r.part.known, Begins: r.begins, Greeted: r.part.had[r.home], Himself: r.part.himself[r.home],
		Former: r.part.former[r.home], Left: r.part.gone[r.home], Rests: r.rests,
	}
	before := make(map[id.ID]bool, first)
	for i := range first {
		before[r.entries[i].Op] = true
	}
	sales := map[id.ID]*purchase.Stored{}
	for _, s := range r.order {
		if before[s.ID] {
			x := *s
			sales[s.ID] = &x
			o.Purchases = append(o.Purchases, &x)
		}
	}
	for op, s := range r.away {
		if before[op] {
			o.Away = append(o.Away, s)
		}
	}
	o.Purchases = append(o.Purchases, r.claimedBefore(before)...)
	for _, f := range r.inOrder(first) {
		switch s := sales[f.Purchase]; {
		case s != nil:
			s.Refunds = append(s.Refunds, f)
		case f.Purchase == 0:
			o.Refunds = append(o.Refunds, f)
		}
	}
	for _, v := range r.visitsBefore(first) {
		if s := sales[v.Purchase]; s != nil {
			s.Visits = append(s.Visits, v)
		}
	}
	for i := range r.changes {
		if c := &r.changes[i]; before[c.ID] {
			o.Changes = append(o.Changes, *c)
		}
	}
	for _, g := range r.presents() {
		if before[g.ID] {
			o.Presents = append(o.Presents, g)
		}
	}
	a := r.account
	if a != nil && (a.Opened >= r.begins || r.openedBySale(first)) && !r.touched(first) {
		a = nil
	}
	o.Book = ledger.Past(r.home, a, r.lots, r.entries[:first], r.ids)
	if r.home.Kind() != home.Member {
		o.Book.Accounts = nil
	}
	slices.Reverse(o.Changes)
	return o
}

// presents are the account's gifts for occasions, in their order.
func (r *record) presents() (out []ledger.Present) {
	if r.account == nil {
		return nil
	}
	for _, g := range r.part.known.Presents(r.home) {
		if g.Account == r.account.ID {
			out = append(out, g)
		}
	}
	return out
}

// touched tells whether the account has any of the first postings.
func (r *record) touched(first int) bool {
	return slices.ContainsFunc(r.entries[:first], func(e ledger.Posting) bool { return e.Account == r.account.ID })
}

// openedBySale tells whether a purchase of after the first postings has opened
// the account: one that came late may have done so at a time of before.
func (r *record) openedBySale(first int) bool {
	return slices.ContainsFunc(r.entries[first:], func(e ledger.Posting) bool {
		p := r.sales[e.Op]
		return p != nil && p.Account == r.account.ID && p.At == r.account.Opened
	})
}

// inOrder gives the refunds among the first postings, in their order.
func (r *record) inOrder(first int) (out []*purchase.Refund) {
	seen := map[id.ID]bool{}
	for i := range first {
		op := r.entries[i].Op
		if f := r.refunds[op]; f != nil && !seen[op] {
			seen[op] = true
			out = append(out, f)
		}
	}
	return out
}
