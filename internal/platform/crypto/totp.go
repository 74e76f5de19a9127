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
	totpDigits  = 8 // of a card's
	phoneDigits = 6 // all that people's programs make
)

// TOTPStep gives the 30-second step that a moment lies in, counted from 1970.
func TOTPStep(at clock.Micros) int64 {
	return at.Time().Unix() / totpSeconds
}

// TOTP gives a step's code of eight digits (RFC 6238 with SHA-1).
func TOTP(secret []byte, step int64) string { return totp(secret, step, totpDigits) }

// PhoneTOTP gives a step's code of six digits, as the programs make them that
// people have on their phones.
func PhoneTOTP(secret []byte, step int64) string { return totp(secret, step, phoneDigits) }

func totp(secret []byte, step int64, digits int) string {
	mac := hmac.New(sha1.New, secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	from := sum[len(sum)-1] & 0x0f
	value := binary.BigEndian.Uint32(sum[from:]) &^ (1 << 31)
	modulus := uint32(1)
	for range digits {
		modulus *= 10
	}
	return fmt.Sprintf("%0*d", digits, value%modulus)
}

// CheckTOTP tells whether the code is that of the moment's step or of a
// neighbour, and of which: each step may be used once, which the caller keeps.
func CheckTOTP(secret []byte, code string, at clock.Micros) (step int64, ok bool) {
	return checkTOTP(TOTP, secret, code, at)
}

// CheckPhoneTOTP does the same for a code of PhoneTOTP.
func CheckPhoneTOTP(secret []byte, code string, at clock.Micros) (step int64, ok bool) {
	return checkTOTP(PhoneTOTP, secret, code, at)
}

func checkTOTP(of func([]byte, int64) string, secret []byte, code string, at clock.Micros) (step int64, ok bool) {
	now := TOTPStep(at)
	for s := now - 1; s <= now+1; s++ {
		// No early way out: how long it takes says nothing about the step.
		if subtle.ConstantTimeCompare([]byte(of(secret, s)), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}
