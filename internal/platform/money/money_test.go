package money

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestMulDiv(t *testing.T) {
	t.Parallel()
	const most, least = math.MaxInt64, math.MinInt64
	for _, c := range []struct {
		a, b, c int64
		down    int64
		up      int64
		halfUp  int64
		even    int64
	}{
		{7, 1, 2, 3, 4, 4, 4},
		{5, 1, 2, 2, 3, 3, 2},
		{-5, 1, 2, -2, -3, -3, -2},
		{5, -1, 2, -2, -3, -3, -2},
		{5, 1, -2, -2, -3, -3, -2},
		{-5, -1, -2, -2, -3, -3, -2},
		{10, 1, 3, 3, 4, 3, 3},
		{11, 1, 3, 3, 4, 4, 4},
		{12, 1, 3, 4, 4, 4, 4},
		{0, most, 1, 0, 0, 0, 0},
		{most, most, most, most, most, most, most},
		{least, 1, 1, least, least, least, least},
		{least, most, most, least, least, least, least},
		{least, least, least, least, least, least, least},
		{most, 1, least, 0, -1, -1, -1},
	} {
		for r, want := range []int64{c.down, c.up, c.halfUp, c.even} {
			got, ok := MulDiv(c.a, c.b, c.c, Rounding(r))
			if !ok || got != want {
				t.Errorf("%d·%d÷%d %v = %d %v, want %d", c.a, c.b, c.c, Rounding(r), got, ok, want)
			}
		}
	}
	for _, c := range [][3]int64{{1, 1, 0}, {0, 0, 0}, {least, 1, -1}, {most, 2, 1}, {most, most, 1}, {least, least, 1}} {
		if v, ok := MulDiv(c[0], c[1], c[2], Down); ok {
			t.Errorf("%d·%d÷%d = %d, want none", c[0], c[1], c[2], v)
		}
	}
	// A product past 64 bits may well have a quotient that fits.
	if v, ok := MulDiv(most, 2, 2, Up); !ok || v != most {
		t.Errorf("an exact result is refused: %d %v", v, ok)
	}
}

// slowMulDiv rounds by comparing twice the remainder with the divisor.
func slowMulDiv(a, b, c int64, r Rounding) (int64, bool) {
	if c == 0 {
		return 0, false
	}
	product := new(big.Int).Mul(big.NewInt(a), big.NewInt(b))
	divisor := big.NewInt(c)
	sign := product.Sign() * divisor.Sign()
	product.Abs(product)
	divisor.Abs(divisor)
	q, rest := new(big.Int).QuoRem(product, divisor, new(big.Int))
	half := new(big.Int).Lsh(rest, 1).Cmp(divisor)
	if r == Up && rest.Sign() > 0 || r == HalfUp && half >= 0 || r == HalfEven && (half > 0 || half == 0 && q.Bit(0) == 1) {
		q.Add(q, big.NewInt(1))
	}
	if sign < 0 {
		q.Neg(q)
	}
	return q.Int64(), q.IsInt64()
}

// whole draws from all magnitudes, with the ends well represented.
func whole() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-20, 20),
		rapid.SampledFrom([]int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, math.MaxInt64 - 1, 1 << 32, 1 << 62}))
}

func TestMulDivAgainstBig(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := whole().Draw(t, "a"), whole().Draw(t, "b"), whole().Draw(t, "c")
		r := Rounding(rapid.IntRange(0, 3).Draw(t, "r"))
		got, ok := MulDiv(a, b, c, r)
		want, wantOK := slowMulDiv(a, b, c, r)
		if ok != wantOK || ok && got != want {
			t.Fatalf("got %d %v, want %d %v", got, ok, want, wantOK)
		}
	})
}

func FuzzMulDiv(f *testing.F) {
	f.Add(int64(math.MinInt64), int64(-1), int64(1), uint8(1))
	f.Add(int64(math.MaxInt64), int64(3), int64(2), uint8(3))
	f.Fuzz(func(t *testing.T, a, b, c int64, r uint8) {
		got, ok := MulDiv(a, b, c, Rounding(r%4))
		want, wantOK := slowMulDiv(a, b, c, Rounding(r%4))
		if ok != wantOK || ok && got != want {
			t.Fatalf("got %d %v, want %d %v", got, ok, want, wantOK)
		}
	})
}

func TestAdd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := whole().Draw(t, "a"), whole().Draw(t, "b")
		want := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		got, ok := Add(a, b)
		if ok != want.IsInt64() || ok && got != want.Int64() {
			t.Fatalf("got %d %v, want %v", got, ok, want)
		}
	})
}

func TestStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v, step int64
		r       Rounding
		want    int64
	}{
		{1234, 100, Down, 1200},
		{1234, 100, Up, 1300},
		{1250, 100, HalfUp, 1300},
		{1250, 100, HalfEven, 1200},
		{-1250, 100, HalfUp, -1300},
		{1200, 100, Up, 1200},
		{0, 7, Up, 0},
		{5, 1, HalfEven, 5},
	} {
		if got, ok := Step(c.v, c.step, c.r); !ok || got != c.want {
			t.Errorf("Step(%d, %d, %v) = %d %v, want %d", c.v, c.step, c.r, got, ok, c.want)
		}
	}
	for _, c := range [][2]int64{{1, 0}, {1, -5}, {math.MaxInt64, 10}} {
		if v, ok := Step(c[0], c[1], Up); ok {
			t.Errorf("Step(%d, %d) = %d, want none", c[0], c[1], v)
		}
	}
}

func TestShareEndsWhereTheWholeEnds(t *testing.T) {
	t.Parallel()
	if got := Share(100, 1, 3); got != 33 {
		t.Errorf("a third of 100 is %d", got)
	}
	if got := Share(math.MaxInt64, math.MaxInt64-1, math.MaxInt64); got != math.MaxInt64-1 {
		t.Errorf("the product must not overflow: %d", got)
	}
	if Share(100, -1, 3) != 0 || Share(100, 4, 3) != 100 || Share(100, 0, 0) != 0 {
		t.Error("parts outside the whole must count as the nearer end")
	}
	rapid.Check(t, func(t *rapid.T) {
		amount, n := whole().Draw(t, "amount"), rapid.Int64Range(1, 50_000).Draw(t, "whole")
		var back, returned int64
		for returned < n {
			returned = rapid.Int64Range(returned+1, n).Draw(t, "returned")
			now := Share(amount, returned, n)
			if now != back && now > back != (amount > 0) {
				t.Fatalf("the share went back from %d to %d", back, now)
			}
			back = now
		}
		if back != amount {
			t.Fatalf("refunds end at %d of %d", back, amount)
		}
	})
}

func TestUnitPrices(t *testing.T) {
	t.Parallel()
	if p, n, r := UnitPrices(10000, 3); p != 3333 || n != 3 || r != 1 {
		t.Errorf("100.00 over 3: %d %d %d", p, n, r)
	}
	if p, n, r := UnitPrices(10000, 0); p != 0 || n != 0 || r != 0 {
		t.Errorf("no pieces: %d %d %d", p, n, r)
	}
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(-1<<50, 1<<50).Draw(t, "total")
		pieces := rapid.Int64Range(1, 1<<20).Draw(t, "pieces")
		p, n, r := UnitPrices(Amount(total), pieces)
		if r < 0 || r >= n || int64(p)*(n-r)+int64(p+1)*r != total {
			t.Fatalf("p=%d n=%d r=%d", p, n, r)
		}
	})
}

func TestOfAndCost(t *testing.T) {
	t.Parallel()
	if v, ok := (5 * Percent).Of(123_456, Down); !ok || v != 6_172 {
		t.Errorf("5 %% of 1234.56 is %d %v", v, ok)
	}
	if v, ok := Quantity(345).Cost(199_90, HalfUp); !ok || v != 68_97 {
		t.Errorf("0.345 at 199.90 costs %v %v", v, ok)
	}
	if _, ok := (2 * Whole).Of(math.MaxInt64, Down); ok {
		t.Error("an overflow went unseen")
	}
}
