package importer

import (
	"context"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// sell records what was bought.
func (w *writing) sell(ctx context.Context, rc *receipt, till id.ID) (*done, error) {
	first := rc.rows[0]
	c := &purchase.Cart{
		Till: till, Key: first.key, Number: first.number,
		Buyer: purchase.Buyer{Kind: string(rc.buyer.Kind), Value: rc.buyer.Value},
		Facts: &purchase.Facts{At: rc.at},
	}
	if rc.buyer.Value == "" {
		c.Guest = purchase.Guest(first.guest)
	}
	if first.fiscal != "" {
		f, err := purchase.ParseFiscal(first.fiscal)
		if err != nil {
			return nil, err // it was read when its row was
		}
		c.Fiscal = &f
	}
	d := &done{}
	for _, r := range rc.rows {
		if r.off {
			continue
		}
		lines := r.lines()
		if lines == nil {
			d.refuse(r, fault.New(fault.Invalid, "importer.too-much"))
			continue
		}
		c.Lines = append(c.Lines, lines...)
		d.add(r, Imported)
	}
	for _, r := range rc.rows {
		switch {
		case !r.off:
		case len(c.Lines) == 0:
			d.refuse(r, fault.New(fault.Refused, "importer.discount-alone"))
		case !spread(r.gross, c.Lines):
			d.refuse(r, fault.New(fault.Refused, "importer.discount-much"))
		default:
			d.add(r, Imported)
		}
	}
	if d.empty = len(c.Lines) == 0; d.empty {
		return d, nil
	}
	if w.job.Dry {
		for _, l := range c.Lines {
			d.sum += l.Gross - l.Discount
		}
		return d, nil
	}
	a, err := w.Desk.Record(ctx, c)
	if err != nil {
		return nil, err
	}
	d.again, d.sum = a.Replayed, a.Purchase.Due
	return d, nil
}

// lines are what a row becomes on a receipt: one line, two where its price is
// finer than a kopeck and that shows; nil where the numbers are too large.
func (r *row) lines() []purchase.CartLine {
	var out []purchase.CartLine
	left := r.discount
	for _, p := range pieces(r.micro, r.quantity, r.gross) {
		off := min(left, p.gross)
		left -= off
		out = append(out, purchase.CartLine{SKU: r.sku, Name: r.name, Quantity: p.quantity, Price: p.price, Gross: p.gross, Discount: off})
	}
	return out
}

// spread takes a discount off the lines, in proportion to what they cost;
// false if they cost less.
func spread(off money.Amount, lines []purchase.CartLine) bool {
	caps := make([]int64, len(lines))
	for i := range lines {
		caps[i] = int64(lines[i].Gross - lines[i].Discount)
	}
	shares, given := money.Split(int64(off), caps, caps)
	if given != int64(off) {
		return false
	}
	for i, s := range shares {
		lines[i].Discount += money.Amount(s)
	}
	return true
}

// refund takes back what came back. The file names no purchase, so it is
// matched to the member's newest ones.
func (w *writing) refund(ctx context.Context, rc *receipt, till id.ID) (*done, error) {
	first := rc.rows[0]
	req := &purchase.UnlinkedRequest{
		Till: till, Key: first.key, Number: first.number, At: rc.at,
		Buyer: purchase.Buyer{Kind: string(rc.buyer.Kind), Value: rc.buyer.Value},
	}
	d := &done{}
	var of []int // rows of the request's lines
	for i, r := range rc.rows {
		lines := r.lines()
		if lines == nil {
			d.refuse(r, fault.New(fault.Invalid, "importer.too-much"))
			continue
		}
		for _, l := range lines {
			req.Lines = append(req.Lines, purchase.UnlinkedLine{SKU: l.SKU, Name: l.Name, Quantity: l.Quantity, Price: l.Price})
			of = append(of, i)
		}
	}
	if d.empty = len(req.Lines) == 0; d.empty {
		return d, nil
	}
	left := make([]money.Quantity, len(rc.rows)) // of no purchase that is known
	if !w.job.Dry {
		a, err := w.Desk.RefundUnlinked(ctx, req)
		if err != nil {
			return nil, err
		}
		d.again, d.sum = a.Replayed, a.Refund.Money
		for _, m := range a.Matched {
			d.sum += m.Money
		}
		for _, l := range a.Refund.Lines {
			left[of[l.Line]] += l.Quantity
		}
	}
	for i, r := range rc.rows {
		if contains(of, i) {
			d.matched(r, left[i], rc, w.job.Dry)
		}
	}
	return d, nil
}

func contains(sorted []int, v int) bool {
	lo, hi := 0, len(sorted)
	for lo < hi {
		if mid := (lo + hi) / 2; sorted[mid] < v {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(sorted) && sorted[lo] == v
}

func (d *done) add(r *row, s Status) {
	o := &Outcome{Row: r.no, Number: r.number, Status: s}
	switch {
	case r.cells > 0: // a separator inside a cell has moved those behind it, maybe
		o.Why = fault.New(fault.Invalid, "importer.more-cells", "found", r.cells)
	case r.badGuest:
		o.Why = fault.New(fault.Invalid, "importer.bad-guest")
	case r.rounded:
		o.Why = fault.New(fault.Invalid, "importer.price-rounded")
	}
	d.rows = append(d.rows, o)
}

func (d *done) refuse(r *row, why *fault.Error) {
	d.rows = append(d.rows, &Outcome{Row: r.no, Number: r.number, Status: Rejected, Why: why})
}

// matched notes a refunded row, of which left is of no purchase that is
// known.
func (d *done) matched(r *row, left money.Quantity, rc *receipt, dry bool) {
	switch {
	case dry:
		d.add(r, RefundFound)
	case left == 0:
		d.add(r, RefundMatched)
	default:
		why := fault.New(fault.NotFound, "importer.not-matched")
		if left < r.quantity {
			why = fault.New(fault.NotFound, "importer.matched-partly", "left", left, "quantity", r.quantity)
		} else if rc.buyer.Value == "" {
			why = fault.New(fault.NotFound, "importer.nobody")
		}
		d.rows = append(d.rows, &Outcome{Row: r.no, Number: r.number, Status: RefundUnmatched, Why: why})
	}
}
