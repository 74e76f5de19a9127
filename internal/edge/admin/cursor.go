package admin

import (
	"strconv"
	"strings"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// cursorOf reads where a list of purchases goes on: <time>-<id>; "" is its
// beginning.
func cursorOf(s string) (purchase.Cursor, error) {
	if s == "" {
		return purchase.Cursor{}, nil
	}
	at, i, _ := strings.Cut(s, "-")
	t, err := strconv.ParseInt(at, 10, 64)
	n, err2 := id.Parse(i)
	if err != nil || err2 != nil {
		return purchase.Cursor{}, fault.New(fault.Invalid, "admin.bad-place")
	}
	return purchase.Cursor{At: clock.Micros(t), ID: n}, nil
}

// numberOf reads where a list goes on that is numbered; 0 is its beginning.
func numberOf(s string) (int64, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.Invalid, "admin.bad-place")
	}
	return n, nil
}
