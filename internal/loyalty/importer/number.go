package importer

import (
	"strings"

	"kopilka/internal/platform/money"
)

// numbers reads the numbers of a file.
type numbers struct {
	decimal byte // '.' or ','
	sheet   bool // of a workbook, whose numbers are written with a point
}

// priceScale is how many decimals of a price count: what a workbook's binary
// fractions have beyond is noise.
const priceScale = 6

// price reads a price, in millionths of a rouble.
func (n numbers) price(s string) (int64, bool) {
	s, ok := n.plain(s)
	if !ok {
		return 0, false
	}
	v, _, err := money.ParseDecimal(s, priceScale, money.HalfUp)
	return v, err == nil
}

// amount reads a sum; finer than a kopeck it is rounded.
func (n numbers) amount(s string, round money.Rounding) (money.Amount, bool) {
	micro, ok := n.price(s)
	if !ok {
		return 0, false
	}
	v, ok := money.MulDiv(micro, 1, microKopeck, round)
	return money.Amount(v), ok
}

// microKopeck is a kopeck in millionths of a rouble.
const microKopeck = 10_000

// quantity reads a quantity of at most three decimals, which may be negative.
func (n numbers) quantity(s string) (money.Quantity, bool) {
	s, ok := n.plain(s)
	if !ok {
		return 0, false
	}
	const fine = 1_000_000 // nine decimals for three
	v, _, err := money.ParseDecimal(s, 9, money.HalfUp)
	return money.Quantity(v / fine), err == nil && v%fine == 0
}

// plain takes the characters between thousands away, so that what is left has
// one meaning: 1.234 is a little more than one here and a thousand there.
func (n numbers) plain(s string) (string, bool) {
	decimal := n.decimal
	if n.sheet && !strings.Contains(s, ",") {
		decimal = '.'
	}
	group := byte(',')
	if decimal == ',' {
		group = '.'
	}
	if strings.IndexByte(s, group) < 0 {
		return s, true
	}
	whole, fraction := s, ""
	if at := strings.IndexByte(s, decimal); at >= 0 {
		whole, fraction = s[:at], s[at:]
	}
	parts := strings.Split(whole, string(group))
	for i, p := range parts {
		if i > 0 && len(p) != 3 || i == 0 && (p == "" || len(p) > 4) { // 4: with a sign
			return "", false
		}
	}
	return strings.Join(parts, "") + fraction, strings.IndexByte(fraction, group) < 0
}

// piece is a line as it can be kept: a price in whole kopecks and a sum.
type piece struct {
	quantity money.Quantity
	price    money.Amount
	gross    money.Amount
}

// pieces gives the lines that a quantity sold for gross becomes. It is one,
// unless its unit price has no whole number of kopecks and the quantity is
// so large that rounding the price would show in the sum: then part of it
// costs p and the rest p+1, as on a fiscal receipt.
func pieces(micro int64, q money.Quantity, gross money.Amount) []piece {
	if p, ok := money.MulDiv(micro, 1, microKopeck, money.HalfUp); ok {
		if one := (piece{q, money.Amount(p), gross}); one.near() {
			return []piece{one}
		}
	}
	if q%money.Piece == 0 {
		p, n, r := money.UnitPrices(gross, int64(q/money.Piece))
		return parts(p, money.Quantity(n-r)*money.Piece, money.Quantity(r)*money.Piece, gross)
	}
	// The same by thousandths: p·(q−r) + (p+1)·r is exactly 1000·gross.
	p, ok := money.MulDiv(int64(gross), int64(money.Piece), int64(q), money.Down)
	if !ok {
		return nil
	}
	back, ok := money.MulDiv(p, int64(q), 1, money.Down)
	if !ok {
		return nil
	}
	r := money.Quantity(int64(gross)*int64(money.Piece) - back)
	return parts(money.Amount(p), q-r, r, gross)
}

// parts makes lines of a quantity at a price and one at a kopeck more.
func parts(p money.Amount, low, high money.Quantity, gross money.Amount) []piece {
	if high == 0 {
		return []piece{{low, p, gross}}
	}
	first, ok := low.Cost(p, money.HalfUp)
	if !ok {
		return nil
	}
	return []piece{{low, p, first}, {high, p + 1, gross - first}}
}

// near tells whether the sum is the price times the quantity, but for the
// till's own rounding.
func (p piece) near() bool {
	sum, ok := p.quantity.Cost(p.price, money.HalfUp)
	return ok && p.gross >= sum-1 && p.gross <= sum+1
}
