package verify

import (
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Documents are read by hand: by reflection it would be half of all the work.
// Only what is proved is taken; a test holds this to encoding/json.

// readPurchase reads a purchase's document, nil where it can't be.
func readPurchase(doc []byte) *purchase.Purchase {
	c := figure.NewCursor(doc)
	p := &purchase.Purchase{}
	c.Object(func(name []byte) {
		switch string(name) {
		case "home":
			p.Home = home.ID(c.ID())
		case "id":
			p.ID = id.ID(c.ID())
		case "till":
			p.Till = id.ID(c.ID())
		case "outlet":
			p.Outlet = id.ID(c.ID())
		case "cashier":
			p.Cashier = id.ID(c.ID())
		case "key":
			p.Key = text(c)
		case "at":
			p.At = clock.Micros(c.Int())
		case "day":
			p.Day = text(c)
		case "counted":
			p.Counted = text(c)
		case "account":
			p.Account = id.ID(c.ID())
		case "judged":
			p.Judged = readJudged(c)
		case "account_home":
			p.AccountHome = home.ID(c.ID())
		case "fiscal":
			p.Fiscal = readFiscal(c)
		case "guest":
			p.Guest = text(c)
		case "programme":
			p.Programme = id.ID(c.ID())
		case "version":
			p.Version = c.Int()
		case "seen":
			p.Seen = readSeen(c)
		case "lines":
			c.Array(func() { p.Lines = append(p.Lines, readLine(c)) })
		case "payments":
			p.Payments = readPayments(c)
		case "gross":
			p.Gross = money.Amount(c.Int())
		case "discount":
			p.Discount = money.Amount(c.Int())
		case "paid":
			p.Paid = money.Amount(c.Int())
		case "due":
			p.Due = money.Amount(c.Int())
		case "spent":
			p.Spent = money.Points(c.Int())
		case "earned":
			p.Earned = money.Points(c.Int())
		case "deposit":
			p.Deposit = id.ID(c.ID())
		case "parts":
			c.Array(func() { p.Parts = append(p.Parts, readPart(c)) })
		case "lots":
			c.Array(func() { p.Lots = append(p.Lots, readLot(c)) })
		case "uses":
			c.Array(func() { p.Uses = append(p.Uses, readUse(c)) })
		case "flags":
			c.Array(func() { p.Flags = append(p.Flags, text(c)) })
		case "used_codes":
			c.Array(func() { p.UsedCodes = append(p.UsedCodes, text(c)) })
		case "awards":
			c.Array(func() { p.Awards = append(p.Awards, readAward(c)) })
		case "acts":
			c.Array(func() { p.Acts = append(p.Acts, readAct(c)) })
		default:
			c.Skip()
		}
	})
	if c.Bad {
		return nil
	}
	return p
}

func readSeen(c *figure.Cursor) (s purchase.Seen) {
	c.Object(func(name []byte) {
		if string(name) == "person" {
			s.Person = text(c)
			return
		}
		c.Skip()
	})
	return s
}

func readJudged(c *figure.Cursor) *purchase.Judged {
	j := &purchase.Judged{}
	c.Object(func(name []byte) {
		switch string(name) {
		case "reservation":
			j.Reservation = id.ID(c.ID())
		case "till":
			j.Till = id.ID(c.ID())
		case "cashier":
			j.Cashier = id.ID(c.ID())
		case "at":
			j.At = clock.Micros(c.Int())
		case "day":
			j.Day = text(c)
		case "minute":
			j.Minute = int(c.Int())
		default:
			c.Skip()
		}
	})
	return j
}

func readLine(c *figure.Cursor) (l purchase.Line) {
	c.Object(func(name []byte) {
		switch string(name) {
		case "type":
			l.Type = text(c)
		case "qty":
			l.Quantity = quantity(c)
		case "place":
			l.Place = readPlace(c)
		case "tickets":
			c.Array(func() { l.Tickets = append(l.Tickets, text(c)) })
		case "session_at":
			l.SessionAt = clock.Micros(c.Int())
		case "gross":
			l.Gross = money.Amount(c.Int())
		case "discounts":
			c.Array(func() { l.Discounts = append(l.Discounts, readShare(c)) })
		case "paid":
			l.Paid = money.Amount(c.Int())
		case "points":
			l.Points = money.Points(c.Int())
		case "earned":
			c.Array(func() { l.Earned = append(l.Earned, readShare(c)) })
		case "pays":
			c.Array(func() { l.Pays = append(l.Pays, money.Amount(c.Int())) })
		default:
			c.Skip()
		}
	})
	return l
}

// readPlace reads of a place what is proved: the session.
func readPlace(c *figure.Cursor) *rule.Place {
	p := &rule.Place{}
	c.Object(func(name []byte) {
		if string(name) == "session" {
			p.Session = text(c)
		} else {
			c.Skip()
		}
	})
	return p
}

// readRefund reads a refund's document, nil where it can't be.
func readRefund(doc []byte) *purchase.Refund {
	c := figure.NewCursor(doc)
	r := &purchase.Refund{}
	c.Object(func(name []byte) {
		switch string(name) {
		case "id":
			r.ID = id.ID(c.ID())
		case "home":
			r.Home = home.ID(c.ID())
		case "purchase":
			r.Purchase = id.ID(c.ID())
		case "parent":
			r.Parent = id.ID(c.ID())
		case "till":
			r.Till = id.ID(c.ID())
		case "outlet":
			r.Outlet = id.ID(c.ID())
		case "key":
			r.Key = text(c)
		case "at":
			r.At = clock.Micros(c.Int())
		case "day":
			r.Day = text(c)
		case "counted":
			r.Counted = text(c)
		case "account":
			r.Account = id.ID(c.ID())
		case "account_home":
			r.AccountHome = home.ID(c.ID())
		case "programme":
			r.Programme = id.ID(c.ID())
		case "deposit":
			r.Deposit = id.ID(c.ID())
		case "lines":
			c.Array(func() { r.Lines = append(r.Lines, readRefundLine(c)) })
		case "payments":
			r.Payments = readPayments(c)
		case "acts":
			c.Array(func() { r.Acts = append(r.Acts, readAct(c)) })
		case "uses":
			c.Array(func() { r.Uses = append(r.Uses, readUseRow(c)) })
		case "codes":
			c.Array(func() { r.Codes = append(r.Codes, text(c)) })
		case "withdrawn":
			c.Array(func() { r.Withdrawn = append(r.Withdrawn, text(c)) })
		case "whole":
			r.Whole = c.Bool()
		default:
			readRefundSum(c, name, r)
		}
	})
	if c.Bad {
		return nil
	}
	return r
}

func readRefundSum(c *figure.Cursor, name []byte, r *purchase.Refund) {
	switch string(name) {
	case "gross":
		r.Gross = money.Amount(c.Int())
	case "discount":
		r.Discount = money.Amount(c.Int())
	case "paid":
		r.Paid = money.Amount(c.Int())
	case "money":
		r.Money = money.Amount(c.Int())
	case "kept":
		r.Kept = money.Amount(c.Int())
	case "held":
		r.Held = money.Amount(c.Int())
	case "unheld":
		r.Unheld = money.Amount(c.Int())
	case "taken":
		r.Taken = money.Points(c.Int())
	case "spent":
		r.Spent = money.Points(c.Int())
	case "given":
		r.Given = money.Points(c.Int())
	case "earned":
		r.Earned = money.Points(c.Int())
	case "short":
		r.Short = money.Points(c.Int())
	default:
		c.Skip()
	}
}

func readRefundLine(c *figure.Cursor) (l purchase.RefundLine) {
	c.Object(func(name []byte) {
		switch string(name) {
		case "line":
			l.Line = int(c.Int())
		case "type":
			l.Type = text(c)
		case "qty":
			l.Quantity = quantity(c)
		case "by_amount":
			l.ByAmount = c.Bool()
		case "pieces":
			c.Array(func() { l.Pieces = append(l.Pieces, int(c.Int())) })
		case "gross":
			l.Gross = money.Amount(c.Int())
		case "discounts":
			c.Array(func() { l.Discounts = append(l.Discounts, c.Int()) })
		case "paid":
			l.Paid = money.Amount(c.Int())
		case "points":
			l.Points = money.Points(c.Int())
		case "earned":
			c.Array(func() { l.Earned = append(l.Earned, c.Int()) })
		case "pays":
			c.Array(func() { l.Pays = append(l.Pays, money.Amount(c.Int())) })
		default:
			c.Skip()
		}
	})
	return l
}

func readPayments(c *figure.Cursor) (out []purchase.Payment) {
	c.Array(func() {
		var p purchase.Payment
		c.Object(func(name []byte) {
			switch string(name) {
			case "kind":
				p.Kind = text(c)
			case "amount":
				p.Amount = money.Amount(c.Int())
			default:
				c.Skip()
			}
		})
		out = append(out, p)
	})
	return out
}

// readShare reads a rule's part; which rule's does not matter here.
func readShare(c *figure.Cursor) (r purchase.RuleAmount) {
	c.Object(func(name []byte) {
		switch string(name) {
		case "rule":
			r.Rule = text(c)
		case "amount":
			r.Amount = c.Int()
		case "waits":
			r.Waits = c.Bool()
		default:
			c.Skip()
		}
	})
	return r
}

func readLot(c *figure.Cursor) (l purchase.Lot) {
	c.Object(func(name []byte) {
		switch string(name) {
		case "id":
			l.ID = id.ID(c.ID())
		case "points":
			l.Points = money.Points(c.Int())
		case "of":
			l.Of = readPiece(c)
		default:
			c.Skip()
		}
	})
	return l
}

func readPiece(c *figure.Cursor) *purchase.Piece {
	p := &purchase.Piece{}
	c.Object(func(name []byte) {
		switch string(name) {
		case "line":
			p.Line = int(c.Int())
		case "piece":
			p.Piece = int(c.Int())
		default:
			c.Skip()
		}
	})
	return p
}

func readPart(c *figure.Cursor) (p ledger.Part) {
	c.Object(func(name []byte) {
		switch string(name) {
		case "lot":
			p.Lot = id.ID(c.ID())
		case "points":
			p.Points = money.Points(c.Int())
		default:
			c.Skip()
		}
	})
	return p
}

func readUse(c *figure.Cursor) (u purchase.Use) {
	c.Object(func(name []byte) {
		switch string(name) {
		case "campaign":
			u.Campaign = text(c)
		case "rows":
			c.Array(func() { u.Rows = append(u.Rows, readUseRow(c)) })
		default:
			c.Skip()
		}
	})
	return u
}

func readAct(c *figure.Cursor) (a purchase.Act) {
	c.Object(func(name []byte) {
		switch string(name) {
		case "campaign":
			a.Campaign = text(c)
		case "uses":
			a.Uses = c.Int()
		case "discount":
			a.Discount = money.Amount(c.Int())
		case "earned":
			a.Earned = money.Points(c.Int())
		case "again":
			a.Again = c.Bool()
		default:
			c.Skip()
		}
	})
	return a
}

func readAward(c *figure.Cursor) (a purchase.Award) {
	c.Object(func(name []byte) {
		if string(name) == "code" {
			a.Code = text(c)
			return
		}
		c.Skip()
	})
	return a
}

func readUseRow(c *figure.Cursor) (r purchase.UseRow) {
	c.Object(func(name []byte) {
		switch string(name) {
		case "key":
			r.Key = text(c)
		case "slot":
			r.Slot = c.Int()
		case "over":
			r.Over = c.Bool()
		default:
			c.Skip()
		}
	})
	return r
}

// text reads a string with its escapes.
func text(c *figure.Cursor) string { return string(c.Word()) }

// quantity reads a quantity: whole pieces, or with up to three decimals.
func quantity(c *figure.Cursor) money.Quantity {
	raw := c.Text()
	var v int64
	for i, x := range raw {
		if x < '0' || x > '9' || i > 9 {
			q, err := money.ParseQuantity(string(raw))
			c.Bad = c.Bad || err != nil
			return q
		}
		v = v*10 + int64(x-'0')
	}
	c.Bad = c.Bad || len(raw) == 0
	return money.Quantity(v) * money.Piece
}
