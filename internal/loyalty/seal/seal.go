// Package seal makes the journals' history provable to outsiders. Every home's
// journal is a hash chain of its own; each minute the heads that have changed
// become the leaves of a Merkle tree, whose root is chained to the last. Who
// keeps one seal's hash (a partner, a notary, a printed page) can later tell
// whether anything that stood before it was changed; who is given a proof can
// check that his home's head is under a seal without seeing anybody else's.
//
// What holds (package verify proves it):
//
//   - seals are numbered 1, 2, 3 …, each with the hash of the one before;
//   - a seal's leaves are sorted by home, one of each, and their tree has its
//     root;
//   - each leaf is a posting of the home's journal with just that hash.
//
// Nothing personal goes in: a leaf is made of numbers and a hash.
package seal

import (
	"crypto/sha256"
	"encoding/binary"
	"log/slog"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Seal is the root over the heads that changed since the one before.
type Seal struct {
	ID     int64 // 1, 2, 3 …
	At     clock.Micros
	Prev   crypto.Hash // of the seal before; zeros for the first
	Root   crypto.Hash
	Leaves int64
	Hash   crypto.Hash
}

// Digest is what the seal's hash must be.
func (s *Seal) Digest() crypto.Hash {
	b := make([]byte, 0, 128)
	for _, v := range [...]int64{s.ID, int64(s.At), s.Leaves} {
		b = binary.BigEndian.AppendUint64(b, uint64(v))
	}
	b = append(b, s.Prev[:]...)
	return sha256.Sum256(append(b, s.Root[:]...))
}

// Leaf is what a head is in the tree: the hash of its home, number and hash.
func Leaf(h *ledger.Head) crypto.Hash {
	var b [RecordSize]byte
	putRecord(b[:], h)
	return sha256.Sum256(b[:])
}

// RecordSize is how many bytes a head takes in a chunk.
const RecordSize = 8 + 8 + sha256.Size

// chunkRecords is how many heads a chunk holds at most.
const chunkRecords = 1000

func putRecord(b []byte, h *ledger.Head) {
	binary.BigEndian.PutUint64(b, uint64(h.Home))
	binary.BigEndian.PutUint64(b[8:], uint64(h.Seq))
	copy(b[16:], h.Hash[:])
}

func appendRecord(b []byte, h *ledger.Head) []byte {
	var r [RecordSize]byte
	putRecord(r[:], h)
	return append(b, r[:]...)
}

// Records takes a chunk's heads apart; ok is false where it is no whole
// number of records.
func Records(data []byte) (heads []ledger.Head, ok bool) {
	heads = make([]ledger.Head, len(data)/RecordSize)
	for i := range heads {
		r := data[i*RecordSize:]
		heads[i].Home = home.ID(binary.BigEndian.Uint64(r))
		heads[i].Seq = int64(binary.BigEndian.Uint64(r[8:]))
		copy(heads[i].Hash[:], r[16:])
	}
	return heads, len(data)%RecordSize == 0
}

// Sealer makes seals. It is safe for concurrent use, in any number of
// processes.
type Sealer struct {
	DB    *db.DB
	IDs   *id.Maker
	Clock clock.Clock
	Log   *slog.Logger // nil: none
	Most  int64        // leaves of one seal, about; 0: 200,000
}

const defaultMost = 200_000

// Collect adds to the batch what keeps changed heads until they are sealed.
// The dispatcher of events calls it in the transaction that deletes them.
func (s *Sealer) Collect(b *db.Batch, heads []ledger.Head) {
	data := make([]byte, 0, len(heads)*RecordSize)
	n := 0
	for i := range heads {
		if heads[i].Seq > 0 { // a journal without a posting has no head
			data = appendRecord(data, &heads[i])
			n++
		}
	}
	if n > 0 {
		b.Exec(qKeep, int64(s.IDs.New()), int64(n), data)
	}
}
