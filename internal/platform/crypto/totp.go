package crypto

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"fmt"

	"kopilka/internal/platform/clock"
)

const (
	totpSeconds = 30
	totpModulus = 100_000_000 // eight digits
	totpDigits  = 8
)

// TOTPStep gives the 30-second step that a moment lies in, counted from 1970.
func TOTPStep(at clock.Micros) int64 {
	return at.Time().Unix() / totpSeconds
}

// TOTP gives a step's code of eight digits (RFC 6238 with SHA-1).
func TOTP(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0x0f
	value := binary.BigEndian.Uint32(sum[from:]) &^ (1 << 31)
	return fmt.Sprintf("%0*d", totpDigits, value%totpModulus)
}

// CheckTOTP tells whether the code is that of the moment's step or of a
// neighbour, and of which: each step may be used once, which the caller keeps.
func CheckTOTP(secret []byte, code string, at clock.Micros) (step int64, ok bool) {
	now := TOTPStep(at)
	for s := now - 1; s <= now+1; s++ {
		// No early way out: how long it takes says nothing about the step.
		if subtle.ConstantTimeCompare([]byte(TOTP(secret, s)), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}
