package crypto

import (
	"crypto/hmac"
	"encoding/base64"

	"kopilka/internal/platform/fault"
)

const (
	tagSize  = 16
	maxToken = 4096 // characters
)

// Sign gives a compact token: the payload, readable by anyone, and a tag that
// only the holder of the key can make, in base64url.
func Sign(key, payload []byte) string {
	return base64.RawURLEncoding.EncodeToString(append(payload[:len(payload):len(payload)], tag(key, payload)...))
}

// Open gives the payload of a token that Sign made with the key. The payload
// may be at most 3,056 bytes.
func Open(key []byte, token string) ([]byte, error) {
	if len(token) > maxToken {
		return nil, fault.New(fault.Invalid, "crypto.token-invalid")
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	at := len(raw) - tagSize
	// A token has one spelling only: the decoder skips line breaks and more.
	if err != nil || at < 0 || !hmac.Equal(raw[at:], tag(key, raw[:at])) || base64.RawURLEncoding.EncodeToString(raw) != token {
		return nil, fault.New(fault.Invalid, "crypto.token-invalid")
	}
	return raw[:at:at], nil
}

func tag(key, payload []byte) []byte {
	mac := labelled(key, "token")
	mac.Write(payload)
	return mac.Sum(nil)[:tagSize]
}
