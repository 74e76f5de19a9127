package crypto

import (
	"crypto/sha256"
	"fmt"
	"io"
	"strings"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

const (
	keyMark    = "kp"
	keyBytes   = 32
	keyLetters = 52 // keyBytes in base32
)

// NewAPIKey draws the token of the API key with that id,
// kp_<id>_<32 random bytes>, and gives the SHA-256 of the bytes, which is all
// that is stored. The bytes are as strong as the hash, so it needs no salt.
func NewAPIKey(key id.ID, random io.Reader) (token string, hash []byte, err error) {
	secret := make([]byte, keyBytes)
	if _, err := io.ReadFull(random, secret); err != nil {
		return "", nil, fmt.Errorf("crypto: draw a key: %w", err)
	}
	sum := sha256.Sum256(secret)
	token = keyMark + "_" + strings.ToLower(encodeID(key)) + "_" + secretEncoding().EncodeToString(secret)
	return token, sum[:], nil
}

// ParseAPIKey takes a token apart into the key's id and the hash to compare
// with the stored one, by hmac.Equal.
func ParseAPIKey(token string) (key id.ID, hash []byte, err error) {
	parts := strings.SplitN(token, "_", 4)
	if len(parts) != 3 || parts[0] != keyMark || len(parts[2]) != keyLetters {
		return 0, nil, fault.New(fault.Unauthorized, "crypto.key-invalid")
	}
	key, ok := decodeID(parts[1])
	secret, decodeErr := secretEncoding().DecodeString(parts[2])
	// A token has one spelling only: the decoder lets the last bits be anything.
	if !ok || decodeErr != nil || strings.ToLower(encodeID(key)) != parts[1] || secretEncoding().EncodeToString(secret) != parts[2] {
		return 0, nil, fault.New(fault.Unauthorized, "crypto.key-invalid")
	}
	sum := sha256.Sum256(secret)
	return key, sum[:], nil
}
