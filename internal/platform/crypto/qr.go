package crypto

import (
	"strings"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// qrMark begins a dynamic QR's payload and tells its version.
const qrMark = "L1"

// QR gives the payload of a card's dynamic QR: L1.<card>.<code>, the card in
// Crockford's base32 and the code of TOTP. Its characters are those of a QR's
// alphanumeric mode, which keeps the picture small.
func QR(card id.ID, code string) string {
	return qrMark + "." + encodeID(card) + "." + code
}

// ParseQR takes a dynamic QR's payload apart. It does not check the code.
func ParseQR(s string) (card id.ID, code string, err error) {
	mark, rest, _ := strings.Cut(s, ".")
	number, code, _ := strings.Cut(rest, ".")
	card, ok := decodeID(number)
	_, digits := EANDigit(code)
	if !ok || !strings.EqualFold(mark, qrMark) || len(code) != totpDigits || !digits {
		return 0, "", fault.New(fault.Invalid, "crypto.qr-invalid")
	}
	return card, code, nil
}
