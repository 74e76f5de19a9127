package crypto

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"pgregory.net/rapid"
)

func someLeaves(n int) []Hash {
	leaves := make([]Hash, n)
	for i := range leaves {
		leaves[i] = sha256.Sum256([]byte{byte(i), byte(i >> 8)})
	}
	return leaves
}

// slowRoot is RFC 6962's definition, word for word.
func slowRoot(leaves []Hash) Hash {
	switch n := len(leaves); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0][:]...))
	default:
		left, right := slowRoot(leaves[:below(n)]), slowRoot(leaves[below(n):])
		return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
	}
}

// slowProof is RFC 6962's PATH, word for word.
func slowProof(leaves []Hash, at int) []Hash {
	n := len(leaves)
	if n == 1 {
		return nil
	}
	if k := below(n); at < k {
		return append(slowProof(leaves[:k], at), slowRoot(leaves[k:]))
	} else {
		return append(slowProof(leaves[k:], at-k), slowRoot(leaves[:k]))
	}
}

// below is the largest power of two below n.
func below(n int) int {
	k := 1
	for k*2 < n {
		k *= 2
	}
	return k
}

func TestMerkle(t *testing.T) {
	t.Parallel()
	empty := Root(nil)
	if got := hex.EncodeToString(empty[:]); got != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("no leaves: %s", got)
	}
	for n := 1; n <= 70; n++ {
		leaves := someLeaves(n)
		root := Root(leaves)
		if want := slowRoot(leaves); root != want {
			t.Fatalf("%d leaves: %x, want %x", n, root, want)
		}
		for at := range leaves {
			proof, want := Proof(leaves, at), slowProof(leaves, at)
			if len(proof) != len(want) {
				t.Fatalf("leaf %d of %d: %d hashes, want %d", at, n, len(proof), len(want))
			}
			for i := range proof {
				if proof[i] != want[i] {
					t.Fatalf("leaf %d of %d: hash %d differs", at, n, i)
				}
			}
			if !InTree(root, leaves[at], at, n, proof) {
				t.Fatalf("leaf %d of %d is not in the tree", at, n)
			}
		}
	}
}

func TestMerkleForgeries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "leaves")
		at := rapid.IntRange(0, n-1).Draw(t, "at")
		leaves := someLeaves(n)
		root, proof := Root(leaves), Proof(leaves, at)
		for name, in := range map[string]bool{
			"another leaf":   InTree(root, Hash{1}, at, n, proof),
			"another root":   InTree(Hash{1}, leaves[at], at, n, proof),
			"a longer proof": InTree(root, leaves[at], at, n, append(proof[:len(proof):len(proof)], Hash{})),
			"outside":        InTree(root, leaves[at], n, n, proof) || InTree(root, leaves[at], -1, n, proof),
			"no leaves":      InTree(root, leaves[at], 0, 0, nil),
			"another place":  n > 1 && InTree(root, leaves[at], (at+1)%n, n, proof),
			"a part of it":   len(proof) > 0 && InTree(root, leaves[at], at, n, proof[1:]),
		} {
			if in {
				t.Fatalf("%s passes for leaf %d of %d", name, at, n)
			}
		}
		changed := someLeaves(n)
		changed[at][0] ^= 1
		if Root(changed) == root {
			t.Fatal("the root does not see a changed leaf")
		}
	})
}

// A node can't be passed off as a leaf: they are hashed apart.
func TestMerkleKeepsLeavesAndNodesApart(t *testing.T) {
	t.Parallel()
	leaves := someLeaves(4)
	if Root([]Hash{Root(leaves[:2]), Root(leaves[2:])}) == Root(leaves) {
		t.Error("two nodes stand for four leaves")
	}
}

func FuzzInTree(f *testing.F) {
	f.Add(3, 7, []byte{1, 2, 3})
	leaves := someLeaves(7)
	root := Root(leaves)
	f.Fuzz(func(t *testing.T, at, size int, raw []byte) {
		var proof []Hash
		for ; len(raw) >= 32 && len(proof) < 100; raw = raw[32:] {
			proof = append(proof, Hash(raw[:32]))
		}
		if InTree(root, Hash{42}, at, size, proof) {
			t.Fatalf("a leaf that is not there passes at %d of %d", at, size)
		}
	})
}
