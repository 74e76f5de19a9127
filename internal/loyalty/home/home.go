// Package home knows what a home is: the unit in which everything of one
// person, or of one receipt without a member, is kept and locked. Its id
// stands first in every key of what it owns. A home is made with its member
// and never changes.
package home

import (
	"crypto/sha256"
	"encoding/binary"

	"kopilka/internal/platform/id"
)

// ID names a home. A member's is positive, that of a receipt without a member
// negative.
type ID int64

// Kind says whose home it is.
type Kind string

// The kinds of home.
const (
	Member  Kind = "member"
	Receipt Kind = "receipt"
)

// OfMember gives the home of the member made with the id.
func OfMember(i id.ID) ID { return ID(i) }

// OfReceipt derives the home of a receipt without a member from its till and
// key, so that whoever has the key finds it. Two receipts may share a home by
// chance (once in some billions of receipts); it holds both.
func OfReceipt(till id.ID, key string) ID {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(till))
	h := sha256.New()
	h.Write(b[:])
	h.Write([]byte(key))
	return ID(binary.BigEndian.Uint64(h.Sum(nil)) | 1<<63)
}

// Kind tells whose home it is.
func (h ID) Kind() Kind {
	if h < 0 {
		return Receipt
	}
	return Member
}

// String is the decimal form.
func (h ID) String() string { return id.ID(h).String() }

// MarshalJSON writes the id as a string, "" for none.
func (h ID) MarshalJSON() ([]byte, error) { return id.ID(h).MarshalJSON() }

// UnmarshalJSON reads the id from a string.
func (h *ID) UnmarshalJSON(b []byte) error { return (*id.ID)(h).UnmarshalJSON(b) }
