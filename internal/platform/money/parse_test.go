package money

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"kopilka/internal/platform/fault"

	"pgregory.net/rapid"
)

func TestParseAmount(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]Amount{
		"0": 0, "1": 100, "1234.5": 123450, "1234,56": 123456, "1 234,56": 123456, "1\u00a0234\u00a0567,8": 123456780,
		"1\u202f234.00": 123400, " 12 ": 1200, "-0,01": -1, "−5": -500, ".5": 50, ",05": 5, "-0": 0, "007": 700,
		"1.2300": 123, "92233720368547758.07": math.MaxInt64, "-92233720368547758.08": math.MinInt64,
	} {
		got, err := ParseAmount(s)
		if err != nil || got != want {
			t.Errorf("%q = %v, %v, want %v", s, got, err, want)
		}
	}
	for s, code := range map[string]string{
		"": "money.invalid", " ": "money.invalid", "-": "money.invalid", ".": "money.invalid", "5.": "money.invalid",
		"1,234.56": "money.invalid", "1.2.3": "money.invalid", "12 34": "money.invalid", "1234 567": "money.invalid",
		"1  234": "money.invalid", "1 23,4 5": "money.invalid", "abc": "money.invalid", "1e2": "money.invalid", "+5": "money.invalid",
		"--5": "money.invalid", "- 5": "money.invalid", "0x10": "money.invalid", "NaN": "money.invalid", "٣": "money.invalid",
		"1_000": "money.invalid", "1,000": "money.doubtful", "-12,345 ": "money.doubtful", "0,001": "money.too-precise", "1234,567": "money.too-precise", "1.234": "money.too-precise", "92233720368547758.08": "money.too-large",
		strings.Repeat("9", 40): "money.too-large", strings.Repeat("0", 65): "money.invalid", "1\t234": "money.invalid",
	} {
		if got, err := ParseAmount(s); !fault.Is(err, code) || fault.From(err).Kind != fault.Invalid {
			t.Errorf("%q = %v, %v, want %s", s, got, err, code)
		}
	}
}

func TestParseDecimal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s       string
		scale   int
		r       Rounding
		want    int64
		rounded bool
	}{
		{"2.345", 2, HalfUp, 235, true},
		{"2.345", 2, HalfEven, 234, true},
		{"2.355", 2, HalfEven, 236, true},
		{"2.345", 2, Down, 234, true},
		{"2.341", 2, Up, 235, true},
		{"-2.345", 2, HalfUp, -235, true},
		{"2.5499999999999998", 2, HalfUp, 255, true},
		{"2.3450000000001", 2, HalfEven, 235, true},
		{"2.340", 2, Up, 234, false},
		{"0.001", 2, Up, 1, true},
		{"0.001", 2, HalfUp, 0, true},
		{"-0.001", 2, Down, 0, true},
		{"0.005", 2, HalfUp, 1, true},
		{"1.5E2", 2, Down, 15000, false},
		{"4.0000000000000001E-2", 2, HalfUp, 4, true},
		{"1e-60", 2, Up, 1, true},
		{"0e60", 2, Up, 0, false},
		{"7", 0, Down, 7, false},
		{"1e18", 0, Down, 1e18, false},
	} {
		got, rounded, err := ParseDecimal(c.s, c.scale, c.r)
		if err != nil || got != c.want || rounded != c.rounded {
			t.Errorf("ParseDecimal(%q, %d, %v) = %d %v %v, want %d %v", c.s, c.scale, c.r, got, rounded, err, c.want, c.rounded)
		}
	}
	for s, code := range map[string]string{
		"1e": "money.invalid", "e5": "money.invalid", "1e65": "money.invalid", "1e5.0": "money.invalid", "1e5e5": "money.invalid",
		"1e64": "money.too-large", "1e17": "money.too-large", "92233720368547758.075": "money.too-large",
	} {
		if got, _, err := ParseDecimal(s, 2, Up); !fault.Is(err, code) {
			t.Errorf("%q = %v, %v, want %s", s, got, err, code)
		}
	}
}

// checkDecimal compares a number that was read with big.Rat's reading.
func checkDecimal(t tester, s string, scale int, r Rounding) {
	t.Helper()
	got, rounded, err := ParseDecimal(s, scale, r)
	if err != nil {
		if fault.From(err).Kind != fault.Invalid {
			t.Fatalf("%q: %v", s, err)
		}
		return
	}
	plain := strings.NewReplacer(",", ".", "−", "-", " ", "", "\u00a0", "", "\u202f", "", "\u2009", "").Replace(strings.TrimSpace(s))
	exact, ok := new(big.Rat).SetString(plain)
	if !ok {
		t.Fatalf("%q was read as %d and is no number", s, got)
	}
	exact.Mul(exact, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)))
	diff := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(got))
	if rounded != (diff.Sign() != 0) {
		t.Fatalf("%q: rounded is %v, off by %v", s, rounded, diff)
	}
	limit, abs := big.NewRat(1, 1), new(big.Rat).Abs(diff)
	if r == HalfUp || r == HalfEven {
		limit = big.NewRat(1, 2)
	}
	if c := abs.Cmp(limit); c > 0 || c == 0 && limit.IsInt() || c == 0 && r == HalfEven && got%2 != 0 {
		t.Fatalf("%q %v: %d is off by %v", s, r, got, diff)
	}
	if away := diff.Sign() * exact.Sign(); r == Down && away < 0 || r == Up && away > 0 {
		t.Fatalf("%q %v: %d is on the wrong side", s, r, got)
	}
}

func TestParseDecimalAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`-?[0-9]{1,12}([.,][0-9]{1,8})?(E-?[0-9])?`).Draw(t, "s")
		checkDecimal(t, s, rapid.IntRange(0, 6).Draw(t, "scale"), Rounding(rapid.IntRange(0, 3).Draw(t, "r")))
	})
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"1 234,56", "-0.005", "1.5E-3", "92233720368547758.07", "1\u00a0000"} {
		f.Add(s, 2, uint8(HalfEven))
	}
	f.Fuzz(func(t *testing.T, s string, scale int, r uint8) {
		if scale < 0 || scale > 18 {
			return
		}
		checkDecimal(t, s, scale, Rounding(r%4))
	})
}

func FuzzParseAmount(f *testing.F) {
	f.Add("1 234,56")
	f.Add("-0,01")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseAmount(s)
		if err != nil {
			return
		}
		again, err := ParseAmount(v.String())
		if err != nil || again != v {
			t.Fatalf("%q = %v, which reads as %v, %v", s, v, again, err)
		}
	})
}

func TestRateText(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]Rate{"7.5": 75_000, "100": Whole, "0.0001": 1, "7,5 %": 75_000, "12%": 12 * Percent, "0": 0, "250": 2_500_000} {
		if got, err := ParseRate(s); err != nil || got != want {
			t.Errorf("%q = %d, %v, want %d", s, got, err, want)
		}
	}
	for s, code := range map[string]string{"0.00001": "money.too-precise", "-1": "money.negative", "%": "money.invalid", "1e1": "money.invalid", "5%%": "money.invalid"} {
		if got, err := ParseRate(s); !fault.Is(err, code) {
			t.Errorf("%q = %d, %v, want %s", s, got, err, code)
		}
	}
	b, err := json.Marshal(map[string]Rate{"rate": 75_000})
	if err != nil || string(b) != `{"rate":"7.5"}` {
		t.Errorf("%s %v", b, err)
	}
}

func TestQuantityJSON(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Quantity{`"1"`: 1000, `0.345`: 345, `"0.345"`: 345, `12`: 12_000, `0`: 0, `1.500`: 1500, `"1,5"`: 1500, `null`: 7} {
		q := Quantity(7)
		if err := json.Unmarshal([]byte(in), &q); err != nil || q != want {
			t.Errorf("%s = %d, %v, want %d", in, q, err, want)
		}
	}
	for in, code := range map[string]string{
		`0.3451`: "money.too-precise", `1e3`: "money.invalid", `"1e3"`: "money.invalid", `-1`: "money.negative",
		`9223372036854776`: "money.too-large", `true`: "money.invalid", `"1\u0030"`: "money.invalid", `""`: "money.invalid", `[1]`: "money.invalid",
	} {
		var q Quantity
		if err := json.Unmarshal([]byte(in), &q); !fault.Is(err, code) {
			t.Errorf("%s = %d, %v, want %s", in, q, err, code)
		}
	}
	for q, want := range map[Quantity]string{1000: `"1"`, 345: `"0.345"`, 1500: `"1.5"`, 0: `"0"`, 10_000: `"10"`} {
		if b, err := json.Marshal(q); err != nil || string(b) != want {
			t.Errorf("%d writes as %s, %v, want %s", q, b, err, want)
		}
	}
}

func TestTextsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		v := whole().Draw(t, "v")
		if got, err := ParseAmount(Amount(v).String()); err != nil || int64(got) != v {
			t.Fatalf("%s reads as %d, %v", Amount(v), got, err)
		}
		if Points(v).String() != Amount(v).String() {
			t.Fatalf("points write as %s", Points(v))
		}
		v &= math.MaxInt64
		if got, err := ParseRate(Rate(v).String()); err != nil || int64(got) != v {
			t.Fatalf("%s reads as %d, %v", Rate(v), got, err)
		}
		b, err := json.Marshal(Quantity(v))
		if err != nil {
			t.Fatal(err)
		}
		var q, bare Quantity
		if err := json.Unmarshal(b, &q); err != nil || int64(q) != v {
			t.Fatalf("%s reads as %d, %v", b, q, err)
		}
		text, err := strconv.Unquote(string(b))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text), &bare); err != nil || bare != q {
			t.Fatalf("the number %s reads as %d, %v", text, bare, err)
		}
	})
}

func FuzzQuantityJSON(f *testing.F) {
	for _, s := range []string{`"1"`, `0.345`, `null`, `-1`, `1e3`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var q Quantity
		if err := json.Unmarshal(b, &q); err == nil && q < 0 {
			t.Fatalf("%s = %d", b, q)
		}
	})
}
