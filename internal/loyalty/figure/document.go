package figure

import (
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// AddPurchase adds what a stored purchase counts for, from its document: the
// same as its event does.
func (t *Table) AddPurchase(doc []byte) error {
	e, err := readPurchase(doc)
	if err == nil {
		t.purchase(&e)
	}
	return err
}

// AddClaim adds what a stored claim counts for, from its document.
func (t *Table) AddClaim(doc []byte) error {
	e, err := readClaim(doc)
	if err == nil {
		t.claim(&e)
	}
	return err
}

// AddRefund adds what a stored refund counts for, from its document.
func (t *Table) AddRefund(doc []byte) error {
	e, err := readRefund(doc)
	if err == nil {
		t.refund(&e)
	}
	return err
}

func errDocument() error { return fault.New(fault.Internal, "figure.document") }

func readPurchase(doc []byte) (e event, err error) {
	c := NewCursor(doc)
	c.Object(func(key []byte) {
		switch string(key) {
		case "home":
			e.member = c.ID() > 0
		case "at":
			e.at = c.Int()
		case "spent":
			e.spent = c.Int()
		case "due":
			e.money = c.Int()
		default:
			e.common(c, key)
		}
	})
	if c.Bad {
		err = errDocument()
	}
	return e, err
}

func readClaim(doc []byte) (e event, err error) {
	c := NewCursor(doc)
	c.Object(func(key []byte) {
		switch string(key) {
		case "day":
			e.day = c.Text()
		case "outlet":
			e.outlet = id.ID(c.ID())
		case "sold_under":
			e.programme = id.ID(c.ID())
		case "sold_by":
			e.cashier = id.ID(c.ID())
		case "money":
			e.money = c.Int()
		case "earned":
			e.earned = c.Int()
		case "acts":
			e.longActs(c)
		default:
			c.Skip()
		}
	})
	if c.Bad {
		err = errDocument()
	}
	return e, err
}

func readRefund(doc []byte) (e event, err error) {
	c := NewCursor(doc)
	c.Object(func(key []byte) {
		switch string(key) {
		case "parent":
			e.part = c.ID() != 0
		case "money":
			e.money = c.Int()
		case "kept", "held":
			e.withheld += c.Int()
		case "given":
			e.spent = c.Int()
		case "whole":
			e.last = c.Bool()
		default:
			e.common(c, key)
		}
	})
	if c.Bad {
		err = errDocument()
	}
	return e, err
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
	case "cashier":
		e.cashier = id.ID(c.ID())
	case "acts":
		e.longActs(c)
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

// longActs reads what campaigns did, as documents have it.
func (e *event) longActs(c *Cursor) {
	c.Array(func() {
		var a act
		c.Object(func(key []byte) {
			switch string(key) {
			case "campaign":
				a.campaign = c.Word()
			case "uses":
				a.uses = c.Int()
			case "discount":
				a.discount = c.Int()
			case "earned":
				a.earned = c.Int()
			case "again":
				a.again = c.Bool()
			default:
				c.Skip()
			}
		})
		e.acts = append(e.acts, a)
	})
}
