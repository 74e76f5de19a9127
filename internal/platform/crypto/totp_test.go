package crypto

import (
	"encoding/base32"
	"testing"
	"time"

	"kopilka/internal/platform/clock"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"pgregory.net/rapid"
)

var rfcSecret = []byte("12345678901234567890")

func TestTOTPVectors(t *testing.T) {
	t.Parallel()
	for at, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := TOTP(rfcSecret, TOTPStep(clock.Of(time.Unix(at, 0)))); got != want {
			t.Errorf("t=%d: %s, want %s", at, got, want)
		}
	}
}

func TestTOTPAgainstLibrary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.SliceOfN(rapid.Byte(), 1, 80).Draw(t, "secret")
		step := rapid.Int64Range(0, 1<<40).Draw(t, "step")
		for digits, of := range map[otp.Digits]func([]byte, int64) string{otp.DigitsEight: TOTP, otp.DigitsSix: PhoneTOTP} {
			want, err := hotp.GenerateCodeCustom(base32.StdEncoding.EncodeToString(secret), uint64(step),
				hotp.ValidateOpts{Digits: digits, Algorithm: otp.AlgorithmSHA1})
			if err != nil {
				t.Fatal(err)
			}
			if got := of(secret, step); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
		}
	})
}

func TestCheckTOTP(t *testing.T) {
	t.Parallel()
	at := clock.Of(time.Unix(1111111109, 0))
	now := TOTPStep(at)
	for off, want := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		step, ok := CheckTOTP(rfcSecret, TOTP(rfcSecret, now+off), at)
		if ok != want || ok && step != now+off {
			t.Errorf("%d steps off: %d %v", off, step, ok)
		}
	}
	for _, code := range []string{"", "0708180", "070818040", "07081805", "7081804"} {
		if _, ok := CheckTOTP(rfcSecret, code, at); ok {
			t.Errorf("%q is taken", code)
		}
	}
}
