package ledger

import (
	"crypto/sha256"
	"encoding/binary"

	"kopilka/internal/loyalty/home"
)

// Link computes the hash of a posting from the one before it, its own figures
// and the digest of its operation (a purchase, a refund, an adjustment; zero
// for what has none), so neither the books nor a receipt can be changed
// without it showing. Nothing personal goes in: a home's chain outlives the
// erasure of its owner.
func Link(prev Hash, h home.ID, p *Posting, digest Hash) Hash {
	b := make([]byte, 0, 256)
	b = append(b, prev[:]...)
	for _, v := range [...]int64{
		int64(h), p.Seq, int64(p.Account), int64(p.Lot), int64(p.Op),
		int64(p.Amount), int64(p.At), int64(p.WrittenAt),
	} {
		b = binary.BigEndian.AppendUint64(b, uint64(v))
	}
	for _, s := range [...]string{string(p.Kind), string(p.Debit), string(p.Credit)} {
		b = append(b, byte(len(s)))
		b = append(b, s...)
	}
	b = append(b, digest[:]...)
	return sha256.Sum256(b)
}
