// Package money holds the numbers that are worth something: amounts, points,
// rates and quantities, all int64 in their smallest unit, and the few ways to
// multiply, round and split them.
//
// Nothing here is a float and nothing is rounded unless the caller says how.
// Products are made in 128 bits; a result that does not fit is reported, never
// wrapped around.
package money

import (
	"math/bits"
)

// Amount is money in kopecks. In JSON it is an integer.
type Amount int64

// Points are bonus points in hundredths of a point. In JSON they are an
// integer.
type Points int64

// Rate is a share in millionths: 1,000,000 is 100 %. In JSON it is a string
// with the percent, exactly: "7.5" is 7.5 %.
type Rate int64

// Quantity is how much of a product, in thousandths: 1,000 is one piece or one
// kilogram. In JSON it is a string with at most three decimals; a number is
// accepted too.
type Quantity int64

const (
	// Rouble is a rouble in kopecks.
	Rouble Amount = 100
	// Point is one point in hundredths.
	Point Points = 100
	// Percent is 1 % in millionths.
	Percent Rate = 10_000
	// Whole is 100 % in millionths.
	Whole Rate = 1_000_000
	// Piece is one piece in thousandths.
	Piece Quantity = 1_000
)

// String is the amount in roubles with a point and two decimals: "1234.50".
func (a Amount) String() string { return format(int64(a), 2, false) }

// String is the points with a point and two decimals: "12.50".
func (p Points) String() string { return format(int64(p), 2, false) }

// Add gives a + b; false if that does not fit.
func Add(a, b int64) (int64, bool) {
	sum := a + b
	return sum, (a^sum)&(b^sum) >= 0
}

// MulDiv gives a·b÷c rounded by r, from the exact product; false if c is zero
// or the result does not fit.
func MulDiv(a, b, c int64, r Rounding) (int64, bool) {
	if c == 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	divisor := magnitude(c)
	if hi >= divisor {
		return 0, false
	}
	q, rest := bits.Div64(hi, lo, divisor)
	if q > 1<<63 {
		return 0, false
	}
	if r.up(q, rest, divisor) {
		q++
	}
	return signed(q, a < 0 != (b < 0) != (c < 0))
}

// Step rounds v to a multiple of step; false if step is not positive or the
// result does not fit.
func Step(v, step int64, r Rounding) (int64, bool) {
	if step <= 0 {
		return 0, false
	}
	n, _ := MulDiv(v, 1, step, r)
	return MulDiv(n, step, 1, Down)
}

// Share gives the part of amount that has come back when part of whole has:
// amount·part div whole, towards zero. A refund's own share is the difference
// of two of these, so that refunds in any parts end exactly at amount. A part
// outside 0 to whole counts as the nearer end.
func Share(amount, part, whole int64) int64 {
	if part <= 0 {
		return 0
	}
	if part >= whole {
		return amount
	}
	v, _ := MulDiv(amount, part, whole, Down) // fits: it is nearer zero than amount
	return v
}

// UnitPrices splits the sum of a line over its pieces for a fiscal receipt,
// which wants unit prices in whole kopecks: of the n pieces, n−r cost p and r
// cost p+1. Without pieces all three are zero.
func UnitPrices(total Amount, pieces int64) (p Amount, n, r int64) {
	if pieces <= 0 {
		return 0, 0, 0
	}
	p, r = total/Amount(pieces), int64(total)%pieces
	if r < 0 {
		p, r = p-1, r+pieces
	}
	return p, pieces, r
}

// Of gives the rate's share of v, in v's unit; false if that does not fit.
func (r Rate) Of(v int64, round Rounding) (int64, bool) {
	return MulDiv(v, int64(r), int64(Whole), round)
}

// Cost gives what the quantity costs at a price in kopecks for one; false if
// that does not fit.
func (q Quantity) Cost(price Amount, round Rounding) (Amount, bool) {
	v, ok := MulDiv(int64(price), int64(q), int64(Piece), round)
	return Amount(v), ok
}

// magnitude is |v|, right for the least int64 too.
func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// signed puts the sign back; false if the value does not fit.
func signed(v uint64, negative bool) (int64, bool) {
	if negative {
		return int64(-v), v <= 1<<63
	}
	return int64(v), v < 1<<63
}
