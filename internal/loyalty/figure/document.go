package figure

import (
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// AddPurchase adds what a stored purchase counts for, from its document: the
// same as its event does.
func (t *Table) AddPurchase(doc []byte) error {
	var e event
	var h int64
	c := NewCursor(doc)
	c.Object(func(key []byte) {
		switch string(key) {
		case "home":
			h = c.ID()
		case "spent":
			e.spent = c.Int()
		case "due":
			e.money = c.Int()
		default:
			e.common(c, key)
		}
	})
	if c.Bad {
		return fault.New(fault.Internal, "figure.document")
	}
	e.member = h > 0
	t.Row(e.day, e.outlet, e.programme).purchase(&e)
	return nil
}

// AddClaim adds what a stored claim counts for, from its document.
func (t *Table) AddClaim(doc []byte) error {
	var e event
	c := NewCursor(doc)
	c.Object(func(key []byte) {
		switch string(key) {
		case "day":
			e.day = c.Text()
		case "outlet":
			e.outlet = id.ID(c.ID())
		case "sold_under":
			e.programme = id.ID(c.ID())
		case "earned":
			e.earned = c.Int()
		default:
			c.Skip()
		}
	})
	if c.Bad {
		return fault.New(fault.Internal, "figure.document")
	}
	t.Row(e.day, e.outlet, e.programme).claim(&e)
	return nil
}

// AddRefund adds what a stored refund counts for, from its document.
func (t *Table) AddRefund(doc []byte) error {
	var e event
	c := NewCursor(doc)
	c.Object(func(key []byte) {
		switch string(key) {
		case "parent":
			e.part = c.ID() != 0
		case "money":
			e.money = c.Int()
		case "given":
			e.spent = c.Int()
		case "whole":
			e.last = c.Bool()
		default:
			e.common(c, key)
		}
	})
	if c.Bad {
		return fault.New(fault.Internal, "figure.document")
	}
	t.Row(e.day, e.outlet, e.programme).refund(&e)
	return nil
}

// common reads what purchases and refunds call by one name.
func (e *event) common(c *Cursor, key []byte) {
	switch string(key) {
	case "day":
		e.day = c.Text()
	case "outlet":
		e.outlet = id.ID(c.ID())
	case "programme":
		e.programme = id.ID(c.ID())
	case "gross":
		e.gross = c.Int()
	case "discount":
		e.discount = c.Int()
	case "paid":
		e.paid = c.Int()
	case "earned", "taken": // of a refund: by its lines, and by its terms
		e.earned += c.Int()
	default:
		c.Skip()
	}
}
