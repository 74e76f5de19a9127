package crypto

import "crypto/ed25519"

// SigningKey is the key of signatures that others check by its public half,
// without being able to make any. It is derived from the secret, by its use.
func SigningKey(secret []byte, use string) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(labelled(secret, "signing "+use).Sum(nil))
}
