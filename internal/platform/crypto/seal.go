package crypto

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
)

// ErrSeal says that what was sealed is broken, or was sealed for another use
// or by another key.
var ErrSeal = errors.New("crypto: a seal is broken")

// Seal hides a secret that must be read again, by AES-256-GCM with a key made
// of key for the use. What is sealed for one use, a row's, opens for no other.
func Seal(key []byte, use string, secret []byte) []byte {
	g := gcm(key, use)
	nonce := make([]byte, g.NonceSize(), g.NonceSize()+len(secret)+g.Overhead())
	_, _ = rand.Read(nonce) // never fails
	return g.Seal(nonce, nonce, secret, []byte(use))
}

// Unseal gives the secret that Seal hid for the use.
func Unseal(key []byte, use string, sealed []byte) ([]byte, error) {
	g := gcm(key, use)
	if len(sealed) < g.NonceSize() {
		return nil, ErrSeal
	}
	secret, err := g.Open(nil, sealed[:g.NonceSize()], sealed[g.NonceSize():], []byte(use))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSeal, err)
	}
	return secret, nil
}

// gcm can't fail: the key made is of AES's size.
func gcm(key []byte, use string) cipher.AEAD {
	mac := labelled(key, "seal")
	mac.Write([]byte(use))
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		panic(err)
	}
	g, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return g
}
