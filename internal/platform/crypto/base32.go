package crypto

import (
	"encoding/base32"
	"math"
	"strings"

	"kopilka/internal/platform/id"
)

// crockford has no I, L, O and U: nothing in it is misread.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

func secretEncoding() *base32.Encoding {
	return base32.NewEncoding(strings.ToLower(crockford)).WithPadding(base32.NoPadding)
}

// encodeID writes a positive id in Crockford's base32, shortest form.
func encodeID(v id.ID) string {
	var buf [13]byte
	at := len(buf)
	for rest := uint64(v); rest > 0; rest >>= 5 {
		at--
		buf[at] = crockford[rest&31]
	}
	return string(buf[at:])
}

// decodeID reads what encodeID writes, in either case, taking O for 0 and I or
// L for 1 as Crockford asks.
func decodeID(s string) (id.ID, bool) {
	if len(s) > 13 {
		return 0, false
	}
	var v uint64
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		switch c {
		case 'O':
			c = '0'
		case 'I', 'L':
			c = '1'
		}
		digit := strings.IndexByte(crockford, c)
		if digit < 0 || v > math.MaxInt64>>5 || i == 0 && digit == 0 {
			return 0, false
		}
		v = v<<5 | uint64(digit)
	}
	return id.ID(v), v > 0
}
