package card

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Seed is what the secret codes of a batch are made of: who was given it tells
// them once more. It is kept nowhere.
type Seed string

// NewSeed is one that nobody guesses.
func NewSeed() Seed { return Seed(rand.Text()) }

// Tell gives numbers that were made of the seed their secret codes.
func (s Seed) Tell(list []Stock) {
	for i := range list {
		list[i].Secret = s.code(list[i].Number)
	}
}

func (s Seed) code(number string) string {
	mac := hmac.New(sha256.New, []byte(s))
	mac.Write([]byte(number))
	const codes = 1_0000_0000 // with secretDigits digits; 2^64 are so many more that none is likelier than another
	return fmt.Sprintf("%0*d", secretDigits, binary.BigEndian.Uint64(mac.Sum(nil))%codes)
}
