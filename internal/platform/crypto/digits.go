package crypto

import (
	"fmt"
	"io"

	"kopilka/internal/platform/fault"
)

// maxPrefix is the longest prefix of a virtual number: it leaves eight digits
// to chance.
const maxPrefix = 4

// Digits draws n decimal digits, each equally likely: a one-time code, a
// card's secret code.
func Digits(n int, random io.Reader) (string, error) {
	out := make([]byte, 0, n)
	buf := make([]byte, n)
	for len(out) < n {
		chunk := buf[:n-len(out)]
		if _, err := io.ReadFull(random, chunk); err != nil {
			return "", fmt.Errorf("crypto: draw digits: %w", err)
		}
		for _, b := range chunk {
			if b < 250 { // 250 to 255 would make the digits 0 to 5 likelier
				out = append(out, '0'+b%10)
			}
		}
	}
	return string(out), nil
}

// Letters draws n letters of Crockford's base32, five bits of chance each: a
// code that people read and type.
func Letters(n int, random io.Reader) (string, error) {
	out := make([]byte, n)
	if _, err := io.ReadFull(random, out); err != nil {
		return "", fmt.Errorf("crypto: draw letters: %w", err)
	}
	for i, b := range out {
		out[i] = crockford[b&31]
	}
	return string(out), nil
}

// VirtualNumber draws a card number: EAN-13 with a prefix of two to four
// digits in the in-company range 20 to 29 and a random body, so that one
// number tells nothing about another. That it is not taken yet is for the
// caller to see.
func VirtualNumber(prefix string, random io.Reader) (string, error) {
	if _, digits := EANDigit(prefix); !digits || len(prefix) < 2 || len(prefix) > maxPrefix || prefix[0] != '2' {
		return "", fault.New(fault.Invalid, "crypto.prefix-invalid")
	}
	body, err := Digits(12-len(prefix), random)
	if err != nil {
		return "", err
	}
	body = prefix + body
	check, _ := EANDigit(body)
	return body + string(check), nil
}
