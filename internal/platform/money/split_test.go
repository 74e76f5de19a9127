package money

import (
	"encoding/binary"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	none := []int64{math.MaxInt64, math.MaxInt64, math.MaxInt64}
	for name, c := range map[string]struct {
		total         int64
		weights, caps []int64
		want          []int64
		given         int64
	}{
		"equal lines":             {100, []int64{33333, 33333, 33334}, none, []int64{33, 33, 34}, 100},
		"by weight":               {10000, []int64{10000, 5000, 3333}, none, []int64{5455, 2727, 1818}, 10000},
		"a cap":                   {9000, []int64{10000, 5000, 3333}, []int64{9900, 4900, 1000}, []int64{5333, 2667, 1000}, 9000},
		"ties go to the earlier":  {2, []int64{1, 1, 1}, none, []int64{1, 1, 0}, 2},
		"more than the caps":      {100, []int64{1, 1}, []int64{10, 20}, []int64{10, 20}, 30},
		"an excluded line":        {100, []int64{50, 50, 50}, []int64{100, 0, 100}, []int64{50, 0, 50}, 100},
		"fixed at once":           {100, []int64{80, 15, 5}, []int64{40, 10, 100}, []int64{40, 10, 50}, 100},
		"fixed in turn":           {100, []int64{60, 30, 10}, []int64{20, 40, 100}, []int64{20, 40, 40}, 100},
		"weights of zero":         {10, []int64{0, 0, 0}, []int64{30, 10, 0}, []int64{8, 2, 0}, 10},
		"a zero weight waits":     {10, []int64{0, 5}, []int64{10, 10}, []int64{0, 10}, 10},
		"a zero weight overflows": {15, []int64{0, 5, 0}, []int64{20, 10, 20}, []int64{3, 10, 2}, 15},
		"nothing to split":        {0, []int64{1, 1}, []int64{5, 5}, []int64{0, 0}, 0},
		"below zero":              {-5, []int64{1, 1}, []int64{5, 5}, []int64{0, 0}, 0},
		"a cap below zero":        {5, []int64{1, 1}, []int64{-5, 5}, []int64{0, 5}, 5},
		"no lines":                {5, nil, nil, []int64{}, 0},
		"no room":                 {5, []int64{1}, []int64{0}, []int64{0}, 0},
		"the largest numbers": {
			math.MaxInt64,
			[]int64{math.MaxInt64, math.MaxInt64, math.MaxInt64},
			none,
			[]int64{math.MaxInt64/3 + 1, math.MaxInt64 / 3, math.MaxInt64 / 3},
			math.MaxInt64,
		},
	} {
		shares, given := Split(c.total, c.weights, c.caps)
		if given != c.given || !cmp.Equal(shares, c.want) {
			t.Errorf("%s: got %v, %d in all, want %v, %d", name, shares, given, c.want, c.given)
		}
	}
}

func TestSplitIntoRefusesLinesThatDiffer(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("three weights and two caps went through")
		}
	}()
	Split(1, []int64{1, 1, 1}, []int64{1, 1})
}

// slowSplit finds the lines at their caps by another way than Split: sorted by
// cap÷weight, they are the shortest prefix after which every other line has
// room for its share of the rest. It is exact for weights of any size.
func slowSplit(total int64, weights, caps []int64) (shares []int64, given int64) {
	shares = make([]int64, len(weights))
	room := new(big.Int)
	var weighted, weightless []int
	for i := range weights {
		if caps[i] <= 0 {
			continue
		}
		room.Add(room, big.NewInt(caps[i]))
		if weights[i] > 0 {
			weighted = append(weighted, i)
		} else {
			weightless = append(weightless, i)
		}
	}
	if total <= 0 {
		return shares, 0
	}
	if given = total; room.IsInt64() {
		given = min(total, room.Int64())
	}
	slices.SortStableFunc(weighted, func(a, b int) int { return big.NewRat(caps[a], weights[a]).Cmp(big.NewRat(caps[b], weights[b])) })
	left := given
	for len(weighted) > 0 {
		first := weighted[0]
		if fits(left, weights, caps[first], weights[first], weighted) {
			break
		}
		shares[first] = caps[first]
		left -= caps[first]
		weighted = weighted[1:]
	}
	if len(weighted) == 0 {
		weighted, weights = weightless, caps
	}
	slowSpread(shares, left, weights, weighted)
	return shares, given
}

func fits(left int64, weights []int64, limit, weight int64, lines []int) bool {
	share := new(big.Rat).SetFrac(big.NewInt(weight), sumOf(weights, lines))
	share.Mul(share, new(big.Rat).SetInt64(left))
	return share.Cmp(new(big.Rat).SetInt64(limit)) <= 0
}

func sumOf(weights []int64, lines []int) *big.Int {
	sum := new(big.Int)
	for _, i := range lines {
		sum.Add(sum, big.NewInt(weights[i]))
	}
	return sum
}

// slowSpread gives each line its floor and then the units left over, each to
// the line whose remainder is the largest.
func slowSpread(shares []int64, left int64, weights []int64, lines []int) {
	if left == 0 {
		return
	}
	sum := sumOf(weights, lines)
	rests := map[int]*big.Int{}
	slices.Sort(lines)
	over := left
	for _, i := range lines {
		q, rest := new(big.Int).QuoRem(new(big.Int).Mul(big.NewInt(left), big.NewInt(weights[i])), sum, new(big.Int))
		shares[i], rests[i] = q.Int64(), rest
		over -= q.Int64()
	}
	for ; over > 0; over-- {
		best := lines[0]
		for _, i := range lines {
			if rests[i].Cmp(rests[best]) > 0 {
				best = i
			}
		}
		shares[best]++
		rests[best] = big.NewInt(-1)
	}
}

type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

func checkSplit(t tester, total int64, weights, caps []int64) {
	t.Helper()
	shares, given := Split(total, weights, caps)
	room, sum, base := new(big.Int), new(big.Int), new(big.Int)
	for i, share := range shares {
		if share < 0 || share > max(0, caps[i]) {
			t.Fatalf("line %d: share %d past cap %d", i, share, caps[i])
		}
		sum.Add(sum, big.NewInt(share))
		room.Add(room, big.NewInt(max(0, caps[i])))
		base.Add(base, big.NewInt(max(0, weights[i])))
	}
	if want := max(0, total); given != want && (given > want || room.Cmp(big.NewInt(given)) != 0) {
		t.Fatalf("given %d of %d with room %v", given, total, room)
	}
	if sum.Cmp(big.NewInt(given)) != 0 {
		t.Fatalf("the shares add up to %v, given %d", sum, given)
	}
	if !base.IsUint64() || !room.IsUint64() {
		return // the lowest bits of the weights are lost: only the bounds hold
	}
	want, wantGiven := slowSplit(total, weights, caps)
	if given != wantGiven || !slices.Equal(shares, want) {
		t.Fatalf("total %d\nweights %v\ncaps    %v\ngot  %v %d\nwant %v %d", total, weights, caps, shares, given, want, wantGiven)
	}
}

func TestSplitAgainstSlow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int64{3, 100, 1_000_000, math.MaxInt64}).Draw(t, "size")
		n := rapid.OneOf(rapid.IntRange(0, 8), rapid.IntRange(60, 90)).Draw(t, "lines")
		line := rapid.OneOf(rapid.Int64Range(-1, size), rapid.Just(int64(0)))
		weights := rapid.SliceOfN(line, n, n).Draw(t, "weights")
		caps := rapid.SliceOfN(line, n, n).Draw(t, "caps")
		total := rapid.OneOf(rapid.Int64Range(-1, size), rapid.Int64()).Draw(t, "total")
		checkSplit(t, total, weights, caps)
	})
}

func FuzzSplit(f *testing.F) {
	f.Add(int64(9000), []byte{0x27, 0x10, 0x26, 0xac})
	f.Fuzz(func(t *testing.T, total int64, raw []byte) {
		var weights, caps []int64
		for len(raw) >= 16 && len(weights) < 200 {
			weights = append(weights, int64(binary.BigEndian.Uint64(raw)))
			caps = append(caps, int64(binary.BigEndian.Uint64(raw[8:])))
			raw = raw[16:]
		}
		for len(raw) >= 2 && len(weights) < 200 {
			weights = append(weights, int64(raw[0]))
			caps = append(caps, int64(raw[1]))
			raw = raw[2:]
		}
		checkSplit(t, total, weights, caps)
	})
}

func TestSplitIntoDoesNotAllocate(t *testing.T) {
	weights, caps, dst := make([]int64, 64), make([]int64, 64), make([]int64, 64)
	for i := range weights {
		weights[i], caps[i] = int64(i*i+1), int64(100+i)
	}
	if n := testing.AllocsPerRun(100, func() { SplitInto(dst, 5_001, weights, caps) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkSplitInto(b *testing.B) {
	weights, caps, dst := []int64{10000, 5000, 3333}, []int64{9900, 4900, 1000}, make([]int64, 3)
	for b.Loop() {
		SplitInto(dst, 9000, weights, caps)
	}
}
