package purchase

import (
	"context"
	"encoding/hex"
	"errors"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Cursor is a place in a list that goes by time: after the purchase of that
// time and id. The zero Cursor is the beginning.
type Cursor struct {
	At clock.Micros
	ID id.ID
}

// maxPage bounds a part of a list, in rows.
const maxPage = 200

// Find reads a purchase with its refunds, by home and id or by till and key.
func (d *Desk) Find(ctx context.Context, ref PurchaseRef) (*Stored, error) {
	if ref.ID == 0 {
		at, err := d.under(ctx, ref.Till, ref.Key)
		if err != nil {
			return nil, err
		}
		ref = at
	}
	s, err := scanPurchase(d.DB.Row(ctx, qPurchase, ref.Home, ref.ID))
	if err != nil {
		return nil, notFound(err)
	}
	s.Refunds, err = db.All(ctx, d.DB, scanRefund, qRefundsOf, ref.Home, ref.ID)
	return s, err
}

// FindRefund reads a refund, by home and id or by till and key.
func (d *Desk) FindRefund(ctx context.Context, ref PurchaseRef) (*Refund, error) {
	if ref.ID == 0 {
		at, err := d.under(ctx, ref.Till, ref.Key)
		if err != nil {
			return nil, refundNotFound(err)
		}
		ref = at
	}
	f, err := scanRefund(d.DB.Row(ctx, qRefund, ref.Home, ref.ID))
	return f, refundNotFound(err)
}

// under finds what was done under a till's key.
func (d *Desk) under(ctx context.Context, till id.ID, key string) (PurchaseRef, error) {
	_, k, err := scanKey(d.DB.Row(ctx, qKeyLite, till, key))
	return PurchaseRef{Home: k.home, ID: k.op}, notFound(err)
}

func notFound(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return fault.Wrap(err, fault.NotFound, "purchase.not-found")
	}
	return err
}

func refundNotFound(err error) error {
	if errors.Is(err, db.ErrNotFound) || fault.Is(err, "purchase.not-found") {
		return fault.Wrap(err, fault.NotFound, "refund.not-found")
	}
	return err
}

// OfHome lists a home's purchases, the newest first.
func (d *Desk) OfHome(ctx context.Context, h home.ID, after Cursor, limit int) ([]*Stored, error) {
	if after.ID == 0 {
		after = Cursor{At: 1<<63 - 1, ID: 1<<63 - 1}
	}
	return db.All(ctx, d.DB, scanPurchase, qOfHome, h, after.At, after.ID, min(limit, maxPage))
}

// OfOutlet lists the purchases that were made at an outlet from a time on and
// before another, in their order.
func (d *Desk) OfOutlet(ctx context.Context, outlet id.ID, from, to clock.Micros, after Cursor, limit int) ([]*Stored, error) {
	if after.ID == 0 {
		after = Cursor{At: from}
	}
	return db.All(ctx, d.DB, scanPurchase, qOfOutlet, outlet, after.At, after.ID, to, min(limit, maxPage))
}

// Reasons is a purchase's trace, computed again.
type Reasons struct {
	Trace []rule.Step
	Same  bool // it is the very trace that was decided by
}

// Why computes again why a purchase came out as it did, by the rules of its
// time. What the rules knew of the member then is not stored: the few ways in
// which it could have mattered are tried until the stored digest is met.
func (d *Desk) Why(ctx context.Context, s *Stored) (*Reasons, error) {
	p := rule.None()
	if s.Programme != 0 {
		var err error
		if p, err = d.Programmes.Version(ctx, s.Programme, s.Version); err != nil {
			return nil, err
		}
	}
	var first *rule.Outcome
	for _, try := range s.tries(p) {
		out, err := s.again(p, try)
		if err != nil {
			continue // this is not how it was
		}
		if first == nil {
			first = out
		}
		if digest := out.Digest(); hex.EncodeToString(digest[:]) == s.Trace {
			return &Reasons{Trace: out.Trace, Same: true}, nil
		}
	}
	if first == nil {
		return &Reasons{Trace: []rule.Step{}}, nil
	}
	return &Reasons{Trace: first.Trace}, nil
}

// attempt is one way in which a receipt may have been judged.
type attempt struct {
	wish   rule.Wish
	usedUp []string
}

// tries gives the ways: as it came out; with points wished and none there; and
// each with its codes that did not act used up.
func (s *Stored) tries(p *rule.Programme) []attempt {
	var idle []string
	for _, code := range s.Codes {
		u := p.UseOf(code)
		if u != nil && !s.used(u.Code) {
			idle = append(idle, u.Code)
		}
	}
	wishes := []rule.Wish{{Points: s.Spent}}
	if s.Spent == 0 {
		wishes = append(wishes, rule.Wish{Max: true})
	}
	var out []attempt
	for _, w := range wishes {
		out = append(out, attempt{w, nil})
		for _, o := range idle {
			out = append(out, attempt{w, []string{o}})
		}
		if len(idle) > 1 {
			out = append(out, attempt{w, idle})
		}
	}
	return out
}

func (s *Stored) used(code string) bool {
	for _, u := range s.Uses {
		if u.Code == code {
			return true
		}
	}
	return false
}

func (s *Stored) again(p *rule.Programme, try attempt) (*rule.Outcome, error) {
	r, m := s.receipt(), &rule.Member{Spendable: s.Spent}
	if s.Home.Kind() == home.Member {
		m.Home = s.Home
	}
	r.Wish = try.wish
	if s.Mode == Commit {
		return rule.Judge(p, r, m, try.usedUp)
	}
	f := &rule.Facts{Points: s.Spent}
	for i := range s.Lines {
		f.Discounts = append(f.Discounts, s.Lines[i].Discount())
	}
	return rule.Record(p, r, m, f)
}

// receipt is what was judged.
func (s *Stored) receipt() *rule.Receipt {
	r := &rule.Receipt{
		At: s.At, Day: s.Day, Outlet: s.Outlet, Partner: s.Partner, Till: s.Till, Cashier: s.Cashier,
		Codes: s.Codes, Lines: make([]rule.Line, len(s.Lines)),
	}
	for i := range s.Lines {
		l := &s.Lines[i]
		r.Lines[i] = rule.Line{
			SKU: l.SKU, Product: l.Product, Type: l.Type, Quantity: l.Quantity, Gross: l.Gross, Least: l.Least,
			Payable: !l.NotPaid, Earns: !l.NoEarn,
		}
	}
	return r
}
