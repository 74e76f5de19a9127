package member

import (
	"context"
	"crypto/rand"
	"strings"

	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// Public numbers are ten digits, the last checking the rest. They begin with
// 1, 2 or 5: no phone written without its country does.
const (
	numberDigits = 10
	numberFirst  = "125"
)

func memberNumber(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 2*numberDigits {
		return "", false
	}
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	return s, len(s) == numberDigits && strings.IndexByte(numberFirst, s[0]) >= 0 && crypto.ValidLuhn(s)
}

// numberTries is how often a public number is drawn anew; one in thirty is
// taken when there are ten million members.
const numberTries = 50

// drawNumber takes a public number that nobody has.
func (r *registering) drawNumber(ctx context.Context, q db.Q, state State) (string, error) {
	for range numberTries {
		number, err := randomNumber()
		if err != nil {
			return "", err
		}
		ok, err := insertIdentifier(ctx, q, r.home, Identifier{Ref: Ref{Number, number}, State: On, Main: true, AddedAt: r.now}, state, true)
		if err != nil || ok {
			return number, err
		}
	}
	return "", fault.New(fault.Unavailable, "member.no-number")
}

func randomNumber() (string, error) {
	digits, err := crypto.Digits(numberDigits-1, rand.Reader)
	if err != nil {
		return "", err
	}
	first := numberFirst[int(digits[0]-'0')%len(numberFirst)]
	body := string(first) + digits[1:]
	check, _ := crypto.LuhnDigit(body)
	return body + string(check), nil
}
