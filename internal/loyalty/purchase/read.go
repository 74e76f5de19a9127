package purchase

import (
	"context"
	"errors"
	"slices"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
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
	if s.Refunds, err = db.All(ctx, d.DB, scanRefund, qRefundsOf, ref.Home, ref.ID); err == nil && s.HasTickets() {
		s.Visits, err = db.All(ctx, d.DB, scanVisit, qVisitsOf, ref.Home, ref.ID)
	}
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

// OfFiscal finds the purchase of a fiscal receipt whose time and sum are those
// that it was told with.
func (d *Desk) OfFiscal(ctx context.Context, f *Fiscal) (PurchaseRef, error) {
	whole, err := f.whole()
	if err != nil {
		return PurchaseRef{}, err
	}
	_, at, err := scanFiscal(d.DB.Row(ctx, qFiscalLite, whole.Drive, whole.Number, whole.Sign))
	if err != nil {
		return PurchaseRef{}, notFound(err)
	}
	ref := PurchaseRef{Home: at.home, ID: at.id}
	s, err := d.Find(ctx, ref)
	if err == nil && (s.Fiscal == nil || *s.Fiscal != whole) {
		err = errNoPurchase()
	}
	return ref, err
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

// OfHome lists a member's purchases, the newest first. Who was merged into
// another is that one.
func (d *Desk) OfHome(ctx context.Context, h home.ID, after Cursor, limit int) ([]*Stored, error) {
	if after.ID == 0 {
		after = Cursor{At: 1<<63 - 1, ID: 1<<63 - 1}
	}
	if err := d.DB.Row(ctx, qNow, h).Scan((*int64)(&h)); err != nil {
		return nil, err
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

// receipt is what was judged.
func (s *Stored) receipt() *rule.Receipt {
	r := &rule.Receipt{
		At: s.At, Day: s.Day, Minute: s.Minute, Weekday: weekdayOf(s.Day), Outlet: s.Outlet, Partner: s.Partner, Till: s.Till, Cashier: s.Cashier,
		Channel: s.Channel, Codes: codesOf(s.Codes), Lines: make([]rule.Line, len(s.Lines)),
	}
	if j := s.Judged; j != nil {
		r.At, r.Day, r.Minute, r.Weekday, r.Till, r.Cashier = j.At, j.Day, j.Minute, weekdayOf(j.Day), j.Till, j.Cashier
	}
	for _, v := range s.Seen.Given {
		i := slices.IndexFunc(r.Codes, func(c rule.Code) bool { return c.Text == v.Code })
		if i >= 0 {
			r.Codes[i] = rule.Code{Text: v.Code, Campaign: v.Campaign, Foreign: v.Foreign, Gone: v.Gone}
		}
	}
	if s.Told {
		for _, p := range s.Payments {
			r.Payments = append(r.Payments, rule.PaidBy{Kind: text.Fold(p.Kind), Amount: p.Amount})
		}
	}
	for i := range s.Lines {
		l := &s.Lines[i]
		r.Lines[i] = rule.Line{
			SKU: l.SKU, Product: l.Product, Type: l.Type, Quantity: l.Quantity, Gross: l.Gross, Least: l.Least,
			Payable: !l.NotPaid, Earns: !l.NoEarn, Groups: l.Groups, Memorandum: l.Memo, Forbids: l.Forbids,
		}
		if l.Place != nil {
			r.Lines[i].Place = *l.Place
		}
	}
	return r
}

// weekdayOf is the weekday of a business day, from Monday = 1; 0 where it is
// no day.
func weekdayOf(day string) int {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	return clock.WeekdayNumber(t.Weekday())
}
