package money

import (
	"strconv"
	"strings"

	"kopilka/internal/platform/fault"
)

// maxText is how long the text of a number may be, in bytes.
const maxText = 64

// ParseAmount reads roubles as people and files write them: "1 234,56",
// "1234.5", also with no-break spaces between thousands. More than two
// decimals are an error; so are three digits behind a comma: in English "1,000"
// is a thousand.
func ParseAmount(s string) (Amount, error) {
	if Doubtful(s) {
		return 0, fault.New(fault.Invalid, "money.doubtful")
	}
	v, err := exact(s, 2)
	return Amount(v), err
}

// Doubtful tells whether the comma of a number may stand between its thousands as
// well as before its decimals: "1,500" may, "0,500" and "1500,500" may not.
func Doubtful(s string) bool {
	whole, behind, comma := strings.Cut(strings.TrimPrefix(strings.TrimSpace(s), "-"), ",")
	return comma && len(behind) == 3 && digitsOnly(behind) && len(whole) > 0 && len(whole) <= 3 && whole[0] != '0' && digitsOnly(whole)
}

// ParseRate reads a share in percent, at most four decimals: "7.5", "7,5" or
// "7.5 %". Below zero is an error.
func ParseRate(s string) (Rate, error) {
	v, err := exact(strings.TrimSuffix(strings.TrimSpace(s), "%"), 4)
	if err == nil && v < 0 {
		return 0, fault.New(fault.Invalid, "money.negative")
	}
	return Rate(v), err
}

// ParseQuantity reads a quantity, at most three decimals: "1", "0.345". Below
// zero is an error.
func ParseQuantity(s string) (Quantity, error) {
	v, err := exact(s, 3)
	if err == nil && v < 0 {
		return 0, fault.New(fault.Invalid, "money.negative")
	}
	return Quantity(v), err
}

// ParseDecimal reads a number in units of 10⁻ˢᶜᵃˡᵉ, as ParseAmount does, but
// rounds what is finer, and takes exponents, which spreadsheets write:
// "2.345" with scale 2 and HalfUp is 235. It tells whether it had to round.
// scale is 0 to 18.
func ParseDecimal(s string, scale int, r Rounding) (v int64, rounded bool, err error) {
	d, err := scan(s)
	if err != nil {
		return 0, false, err
	}
	return d.round(scale, r)
}

// String is the rate in percent, without needless decimals: "7.5".
func (r Rate) String() string { return format(int64(r), 4, true) }

// MarshalText writes the percent.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the percent.
func (r *Rate) UnmarshalText(b []byte) error {
	v, err := ParseRate(string(b))
	*r = v
	return err
}

// String is the quantity without needless decimals: "0.345".
func (q Quantity) String() string { return format(int64(q), 3, true) }

// MarshalText writes the quantity.
func (q Quantity) MarshalText() ([]byte, error) { return []byte(q.String()), nil }

// UnmarshalText reads the quantity.
func (q *Quantity) UnmarshalText(b []byte) error {
	v, err := ParseQuantity(string(b))
	*q = v
	return err
}

// UnmarshalJSON reads the quantity from a string or a number, exactly. null
// leaves it as it is.
func (q *Quantity) UnmarshalJSON(b []byte) error {
	s := string(b)
	if s == "null" {
		return nil
	}
	if unquoted, ok := strings.CutPrefix(s, `"`); ok {
		s = strings.TrimSuffix(unquoted, `"`)
	}
	return q.UnmarshalText([]byte(s))
}

// exact reads a number that must need no rounding and have no exponent.
func exact(s string, scale int) (int64, error) {
	d, err := scan(s)
	if err != nil {
		return 0, err
	}
	if d.exponent {
		return 0, invalid()
	}
	v, rounded, err := d.round(scale, Down)
	if err == nil && rounded {
		return 0, fault.New(fault.Invalid, "money.too-precise", "decimals", scale)
	}
	return v, err
}

func invalid() error  { return fault.New(fault.Invalid, "money.invalid") }
func tooLarge() error { return fault.New(fault.Invalid, "money.too-large") }

// decimal is a number as written: digits·10⁻ᶠʳᵃᶜ.
type decimal struct {
	negative bool
	exponent bool   // one was written
	digits   string // at least one, no leading zeros but for 0 itself
	frac     int    // how many of the digits, or of zeros before them, are decimals
}

// scan takes a number's text apart.
func scan(s string) (decimal, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxText {
		return decimal{}, invalid()
	}
	var d decimal
	for _, minus := range []string{"-", "−"} {
		if rest, ok := strings.CutPrefix(s, minus); ok {
			d.negative, s = true, rest
			break
		}
	}
	power := 0
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		e, err := strconv.Atoi(s[at+1:])
		if err != nil || e > maxText || e < -maxText {
			return decimal{}, invalid()
		}
		d.exponent, power, s = true, e, s[:at]
	}
	whole, decimals, point := s, "", false
	if at := strings.IndexAny(s, ".,"); at >= 0 {
		whole, decimals, point = s[:at], s[at+1:], true
	}
	whole, ok := ungroup(whole)
	if !ok || !digitsOnly(decimals) || point && decimals == "" || !point && whole == "" {
		return decimal{}, invalid()
	}
	d.frac = len(decimals) - power
	d.digits = strings.TrimLeft(whole+decimals, "0")
	if d.digits == "" {
		d.digits, d.frac, d.negative = "0", 0, false
	}
	return d, nil
}

// ungroup takes the spaces between thousands away; each must be followed by
// exactly three digits.
func ungroup(s string) (string, bool) {
	groups := strings.FieldsFunc(s, func(r rune) bool {
		return r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\u2009'
	})
	joined := strings.Join(groups, "")
	if !digitsOnly(joined) {
		return "", false
	}
	if len(groups) < 2 {
		return joined, joined == s
	}
	spaces := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			spaces++
		}
	}
	if spaces != len(groups)-1 || len(groups[0]) > 3 {
		return "", false
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return "", false
		}
	}
	return joined, true
}

func digitsOnly(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

// round gives the number in units of 10⁻ˢᶜᵃˡᵉ.
func (d decimal) round(scale int, r Rounding) (v int64, rounded bool, err error) {
	digits, dropped := d.digits, ""
	switch cut := d.frac - scale; {
	case cut >= len(digits):
		digits, dropped = "0", strings.Repeat("0", cut-len(digits))+digits
	case cut > 0:
		digits, dropped = digits[:len(digits)-cut], digits[len(digits)-cut:]
	case digits != "0" && -cut > maxText:
		return 0, false, tooLarge()
	case digits != "0":
		digits += strings.Repeat("0", -cut)
	}
	q, parseErr := strconv.ParseUint(digits, 10, 64)
	if parseErr != nil || q > 1<<63 {
		return 0, false, tooLarge()
	}
	// The dropped digits stand to a whole unit as rest stands to four.
	dropped = strings.TrimRight(dropped, "0")
	rest := uint64(0)
	switch {
	case dropped == "":
	case dropped < "5":
		rest = 1
	case dropped == "5":
		rest = 2
	default:
		rest = 3
	}
	if r.up(q, rest, 4) {
		q++
	}
	v, ok := signed(q, d.negative)
	if !ok {
		return 0, false, tooLarge()
	}
	return v, rest > 0, nil
}

// format writes v units of 10⁻ˢᶜᵃˡᵉ with a point, all decimals or only those
// that say something.
func format(v int64, scale int, short bool) string {
	s := strconv.FormatUint(magnitude(v), 10)
	if len(s) <= scale {
		s = strings.Repeat("0", scale+1-len(s)) + s
	}
	whole, decimals := s[:len(s)-scale], s[len(s)-scale:]
	if short {
		decimals = strings.TrimRight(decimals, "0")
	}
	if decimals != "" {
		whole += "." + decimals
	}
	if v < 0 {
		whole = "-" + whole
	}
	return whole
}
