package crypto

import (
	"crypto/sha256"
	"math/bits"
	"slices"
)

// Hash is a SHA-256.
type Hash [sha256.Size]byte

// Root gives the root of the Merkle tree over the leaves (RFC 6962: leaves and
// nodes are hashed apart, and a tree that is not full splits at the largest
// power of two). Of no leaves it is the hash of nothing.
func Root(leaves []Hash) Hash {
	if len(leaves) == 0 {
		return sha256.Sum256(nil)
	}
	// The roots of full trees, largest first, one for each bit of the count.
	var full [64]Hash
	n := 0
	for i, leaf := range leaves {
		full[n] = leafHash(leaf)
		n++
		for ones := i; ones&1 == 1; ones >>= 1 {
			n--
			full[n-1] = nodeHash(full[n-1], full[n])
		}
	}
	for ; n > 1; n-- {
		full[n-2] = nodeHash(full[n-2], full[n-1])
	}
	return full[0]
}

// Proof gives the hashes that lead from the leaf at index to the root, lowest
// first. index must be within the leaves.
func Proof(leaves []Hash, index int) []Hash {
	lo, hi := 0, len(leaves)
	if index < 0 || index >= hi {
		panic("crypto: proof of a leaf that is not there")
	}
	var down []Hash
	for hi-lo > 1 {
		mid := lo + 1<<(bits.Len(uint(hi-lo-1))-1)
		if index < mid {
			down, hi = append(down, Root(leaves[mid:hi])), mid
		} else {
			down, lo = append(down, Root(leaves[lo:mid])), mid
		}
	}
	slices.Reverse(down)
	return down
}

// InTree tells whether the proof leads from the leaf at index in a tree of
// size leaves to the root (RFC 9162, 2.1.3.2).
func InTree(root, leaf Hash, index, size int, proof []Hash) bool {
	if index < 0 || index >= size {
		return false
	}
	at, last, got := index, size-1, leafHash(leaf)
	for _, side := range proof {
		if last == 0 {
			return false
		}
		if at&1 == 0 && at != last {
			got = nodeHash(got, side)
		} else {
			got = nodeHash(side, got)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		}
		at, last = at>>1, last>>1
	}
	return last == 0 && got == root
}

func leafHash(leaf Hash) Hash {
	var buf [1 + len(leaf)]byte
	copy(buf[1:], leaf[:])
	return sha256.Sum256(buf[:])
}

func nodeHash(left, right Hash) Hash {
	var buf [1 + len(left) + len(right)]byte
	buf[0] = 1
	copy(buf[1:], left[:])
	copy(buf[1+len(left):], right[:])
	return sha256.Sum256(buf[:])
}
