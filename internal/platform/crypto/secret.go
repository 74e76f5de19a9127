package crypto

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
)

const (
	saltSize = 16 // bytes
	leastKey = 16 // bytes
)

// Salt draws the salt of one stored secret.
func Salt(random io.Reader) ([]byte, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, fmt.Errorf("crypto: draw a salt: %w", err)
	}
	return salt, nil
}

// HashSecret gives what is stored of a short secret (a one-time code, a PIN, a
// card's secret code): HMAC-SHA-256 by a key that is not in the base. Without
// the key a stolen base does not give such secrets away, however short.
func HashSecret(key, salt []byte, secret string) []byte {
	mac := labelled(key, "secret")
	mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(salt))))
	mac.Write(salt)
	mac.Write([]byte(secret))
	return mac.Sum(nil)
}

// SameSecret tells whether stored is the secret's, in a time that does not
// depend on where they differ.
func SameSecret(key, salt, stored []byte, secret string) bool {
	return hmac.Equal(stored, HashSecret(key, salt, secret))
}

// labelled is an HMAC that no other use of the same key can be mistaken for. A
// key that was never set must stop the program, not sign what anyone can forge.
func labelled(key []byte, use string) hash.Hash {
	if len(key) < leastKey {
		panic("crypto: a key of less than 16 bytes")
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("kopilka " + use + " 1\x00"))
	return mac
}
