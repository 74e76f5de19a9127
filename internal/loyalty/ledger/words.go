package ledger

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// Words stand in an operation's digest for a text that somebody wrote: their
// salt and the hash of both, "salt:hash". When a person is erased the text goes
// and the salt with it, and what is left, ":hash", still is what the chain
// holds and tells nothing. "" stands for no text.
type Words string

const saltSize = 16 // bytes

// Said makes the words of a text.
func Said(text string) Words {
	if text == "" {
		return ""
	}
	var salt [saltSize]byte
	_, _ = rand.Read(salt[:]) // it never fails
	return Words(hex.EncodeToString(salt[:]) + ":" + said(salt[:], text))
}

func said(salt []byte, text string) string {
	sum := sha256.Sum256(append(salt, text...))
	return hex.EncodeToString(sum[:])
}

// MarshalJSON writes the hash alone.
func (w Words) MarshalJSON() ([]byte, error) {
	_, hash, _ := strings.Cut(string(w), ":")
	return json.Marshal(hash)
}

// Erased tells that there was a text, and that it is gone.
func (w Words) Erased() bool { return strings.HasPrefix(string(w), ":") }

// Are tells whether they are those of a text; of an erased one nothing is left.
func (w Words) Are(text string) bool {
	salt, hash, _ := strings.Cut(string(w), ":")
	if salt == "" {
		return text == ""
	}
	raw, err := hex.DecodeString(salt)
	return err == nil && said(raw, text) == hash
}

// WordsForgotten is SQL that takes the text and the salt out of a row.
const WordsForgotten = `reason = '', words = case when words = '' then '' else ':' || substr(words, 34) end`
