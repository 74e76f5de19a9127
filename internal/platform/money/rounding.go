package money

import "kopilka/internal/platform/fault"

// Rounding says where a value between two units goes. Negative values go the
// mirrored way, so that a refund rounds as its sale did.
type Rounding uint8

// The ways to round.
const (
	Down     Rounding = iota // toward zero
	Up                       // away from zero
	HalfUp                   // to the nearest, a half away from zero
	HalfEven                 // to the nearest, a half to the even one
)

// Roundings lists the ways to round, by their names in settings.
func Roundings() []string { return []string{"down", "up", "half-up", "half-even"} }

// String is the name in settings: down, up, half-up or half-even.
func (r Rounding) String() string {
	if names := Roundings(); int(r) < len(names) {
		return names[r]
	}
	return "unknown"
}

// MarshalText writes the name.
func (r Rounding) MarshalText() ([]byte, error) {
	if r > HalfEven {
		return nil, fault.New(fault.Internal, "money.rounding-unknown")
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads a name.
func (r *Rounding) UnmarshalText(b []byte) error {
	for i, name := range Roundings() {
		if name == string(b) {
			*r = Rounding(i)
			return nil
		}
	}
	return fault.New(fault.Invalid, "money.rounding-unknown")
}

// up tells whether q, left with rest of divisor, goes one further from zero.
func (r Rounding) up(q, rest, divisor uint64) bool {
	switch r {
	case Up:
		return rest > 0
	case HalfUp:
		return rest >= divisor-rest
	case HalfEven:
		return rest > divisor-rest || rest == divisor-rest && q&1 == 1
	}
	return false
}
