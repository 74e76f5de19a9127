package money

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// onStack is how many lines are split without a heap allocation.
const onStack = 64

// open marks a line whose share is not known yet.
const open = -1

// Split spreads total over lines in proportion to their weights, none getting
// more than its cap, and gives each line's share and what was given in all:
// the total, or the sum of the caps if that is less. Always 0 ≤ shareᵢ ≤ capᵢ
// and Σ shares = given.
//
// Lines whose share would pass the cap are fixed at it, all at once, and the
// rest is split again, until none is. The units that division leaves over go one by
// one to the largest remainders, the earlier line first among equals.
//
// A line of weight zero gets nothing while a line with a weight has room;
// what is left then is spread over such lines by their caps. Weights, caps and
// a total below zero count as zero. Weights that add up to 2⁶⁴ or more lose
// their lowest bits, and nothing else changes.
func Split(total int64, weights, caps []int64) (shares []int64, given int64) {
	shares = make([]int64, len(weights))
	return shares, SplitInto(shares, total, weights, caps)
}

// SplitInto is Split with the shares written to dst, which is as long as
// weights and caps and none of them. Up to 64 lines it allocates nothing.
func SplitInto(dst []int64, total int64, weights, caps []int64) (given int64) {
	if len(dst) != len(weights) || len(caps) != len(weights) {
		panic("money: weights, caps and shares differ in number")
	}
	room := int64(0)
	for i, c := range caps {
		dst[i] = 0
		if c > 0 {
			dst[i] = open
			room += min(c, math.MaxInt64-room)
		}
	}
	given = max(0, min(total, room))
	left := given
	for {
		sum, shift := openSum(dst, weights)
		if sum == 0 && left > 0 {
			weights = caps
			continue
		}
		fixed := fixFull(dst, left, weights, caps, sum, shift)
		if fixed == 0 {
			finish(dst, left, weights, sum, shift)
			return given
		}
		left -= fixed
	}
}

// openSum adds up the weights of the open lines, each shifted right by as
// little as makes the sum fit.
func openSum(dst, weights []int64) (sum uint64, shift int) {
	var hi uint64
	for i, w := range weights {
		if dst[i] == open {
			var carry uint64
			sum, carry = bits.Add64(sum, uint64(max(w, 0)), 0)
			hi += carry
		}
	}
	if hi == 0 {
		return sum, 0
	}
	sum, shift = 0, bits.Len64(hi)
	for i, w := range weights {
		if dst[i] == open {
			sum += uint64(max(w, 0)) >> shift
		}
	}
	return sum, shift
}

// fixFull gives every open line whose share of left would pass its cap the
// cap, and tells how much that took.
func fixFull(dst []int64, left int64, weights, caps []int64, sum uint64, shift int) (fixed int64) {
	for i, w := range weights {
		if dst[i] != open {
			continue
		}
		hi, lo := bits.Mul64(uint64(left), uint64(max(w, 0))>>shift)
		capHi, capLo := bits.Mul64(uint64(caps[i]), sum)
		if hi > capHi || hi == capHi && lo > capLo {
			dst[i] = caps[i]
			fixed += caps[i]
		}
	}
	return fixed
}

// finish gives the open lines their shares of left, none of which passes a
// cap. A line with a remainder is below its cap, and there are more of those
// than units left over.
func finish(dst []int64, left int64, weights []int64, sum uint64, shift int) {
	type remainder struct {
		line int
		of   uint64
	}
	var stack [onStack]remainder
	rests := stack[:0]
	if len(dst) > onStack {
		rests = make([]remainder, 0, len(dst))
	}
	over := left
	for i, w := range weights {
		if dst[i] != open {
			continue
		}
		dst[i] = 0
		if left == 0 {
			continue
		}
		hi, lo := bits.Mul64(uint64(left), uint64(max(w, 0))>>shift)
		q, rest := bits.Div64(hi, lo, sum)
		dst[i] = int64(q)
		over -= int64(q)
		if rest > 0 {
			rests = append(rests, remainder{i, rest})
		}
	}
	if over == 0 {
		return
	}
	slices.SortFunc(rests, func(a, b remainder) int {
		return cmp.Or(cmp.Compare(b.of, a.of), cmp.Compare(a.line, b.line))
	})
	for _, r := range rests[:over] {
		dst[r.line]++
	}
}
