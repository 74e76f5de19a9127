// Package crypto makes and checks what must not be guessed or forged: card
// numbers, one-time codes, keys, signed tokens, and the tree that seals the
// journals. It keeps no state: keys and the source of randomness are given.
package crypto

// EANDigit gives the check digit of an EAN body: 12 digits for EAN-13, 7 for
// EAN-8. False if body has anything but digits, or none.
func EANDigit(body string) (byte, bool) {
	return checkDigit(body, func(digit, fromRight int) int {
		if fromRight%2 == 0 {
			return 3 * digit
		}
		return digit
	})
}

// LuhnDigit gives the check digit of a Luhn body. False if body has anything
// but digits, or none.
func LuhnDigit(body string) (byte, bool) {
	return checkDigit(body, func(digit, fromRight int) int {
		if fromRight%2 == 0 {
			return 2*digit/10 + 2*digit%10
		}
		return digit
	})
}

// ValidEAN13 tells whether s is 13 digits, the last of which checks the rest.
func ValidEAN13(s string) bool { return len(s) == 13 && checks(s, EANDigit) }

// ValidEAN8 tells whether s is 8 digits, the last of which checks the rest.
func ValidEAN8(s string) bool { return len(s) == 8 && checks(s, EANDigit) }

// ValidLuhn tells whether s is digits, the last of which checks the rest.
func ValidLuhn(s string) bool { return len(s) > 1 && checks(s, LuhnDigit) }

func checks(s string, digit func(string) (byte, bool)) bool {
	last := len(s) - 1
	want, ok := digit(s[:last])
	return ok && s[last] == want
}

// checkDigit is what brings the weighted sum to a multiple of ten.
func checkDigit(body string, weigh func(digit, fromRight int) int) (byte, bool) {
	sum := 0
	for i := range len(body) {
		c := body[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		sum += weigh(int(c-'0'), len(body)-1-i)
	}
	return byte('0' + (10-sum%10)%10), body != ""
}
