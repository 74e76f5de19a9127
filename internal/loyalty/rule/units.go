package rule

import (
	"cmp"
	"slices"

	"kopilka/internal/platform/money"
)

// positions lowers units by their place among those in scope.
func (j *judgement) positions(c *candidate, picked []int) {
	hits := make([][]int, len(c.rule.Positions)) // segments, by position
	var start int64
	for _, i := range picked {
		n := j.segs[i].count
		left := n
		for x, pos := range c.rule.Positions {
			k := min(between(start, start+n, pos), left)
			if k > 0 {
				hits[x] = append(hits[x], j.carve(i, k, true))
				left -= k
			}
		}
		start += n
	}
	var sum onceRounded
	for x, segs := range hits {
		j.lowerBy(c, segs, &sum, c.rule.Positions[x].Rate)
	}
}

// onceRounded adds up parts of a rule that has several rates, so that their
// sum is rounded once: kopecks, and millionths of one.
type onceRounded struct{ whole, rest int64 }

// lowerBy takes a rate off segments as a part of what its rule takes off.
func (j *judgement) lowerBy(c *candidate, segs []int, of *onceRounded, rate money.Rate) {
	sum := int64(j.sumOf(segs))
	part, ok := money.MulDiv(sum, int64(rate), int64(money.Whole), money.Down)
	if !ok || sum == 0 {
		return
	}
	before := j.rounded(of)
	of.whole += part
	of.rest += mulMod(sum, int64(rate))
	amount := money.Amount(j.rounded(of) - before)
	c.asked += amount
	j.cut(c, segs, amount)
}

func (j *judgement) rounded(s *onceRounded) int64 {
	odd := s.whole % 2 // a half goes to the even
	n, _ := money.MulDiv(odd*int64(money.Whole)+s.rest, 1, int64(money.Whole), j.p.Settings.Round)
	return s.whole - odd + n
}

// between counts the positions of x among the places after start, up to end.
func between(start, end int64, x Position) int64 {
	if x.Every {
		return end/x.N - start/x.N
	}
	if x.N > start && x.N <= end {
		return 1
	}
	return 0
}

// run is units of one segment that cost the same.
type run struct {
	seg   int
	price int64
	count int64
	top   bool // the last ones of the segment, a kopeck dearer
}

// runs gives the units in scope, the dearest first; of equals the later line
// first, so that what is lowered is the earlier.
func (j *judgement) runs(picked []int) []run {
	out := make([]run, 0, 2*len(picked))
	for _, i := range picked {
		s := &j.segs[i]
		if s.count == 0 {
			continue
		}
		p, r := int64(s.sum)/s.count, int64(s.sum)%s.count
		if r > 0 {
			out = append(out, run{i, p + 1, r, true})
		}
		if s.count > r {
			out = append(out, run{i, p, s.count - r, false})
		}
	}
	slices.SortStableFunc(out, func(a, b run) int { return cmp.Compare(b.price, a.price) })
	return out
}

// take lets of each N units, the dearest with the dearest, only M be paid.
func (j *judgement) take(c *candidate, picked []int) {
	r := c.rule
	all := j.runs(picked)
	var total int64
	for i := range all {
		total += all[i].count
	}
	end := total / r.Take * r.Take
	free := make(map[int][2]int64)
	var at int64
	for _, x := range all {
		n := freeBelow(min(at+x.count, end), r.Take, r.Pay) - freeBelow(min(at, end), r.Take, r.Pay)
		at += x.count
		addRun(free, x, n)
	}
	j.lowerUnits(c, free, money.Whole)
}

// freeBelow counts those of the first n units that are not paid.
func freeBelow(n, take, pay int64) int64 {
	return n/take*(take-pay) + max(0, n%take-pay)
}

// addRun notes that n units of a run are lowered.
func addRun(to map[int][2]int64, x run, n int64) {
	if n <= 0 {
		return
	}
	v := to[x.seg]
	if x.top {
		v[1] += n
	} else {
		v[0] += n
	}
	to[x.seg] = v
}

// lowerUnits takes a rate off units, as many cheap and dear ones of each
// segment as told, rounded once.
func (j *judgement) lowerUnits(c *candidate, units map[int][2]int64, rate money.Rate) {
	chosen := j.carveAll(units)
	amount := j.rateOf(rate, j.sumOf(chosen))
	c.asked += amount
	if amount > 0 {
		j.cut(c, chosen, amount)
	}
}

// cheapest lowers the cheapest units where there are enough.
func (j *judgement) cheapest(c *candidate, picked []int) {
	x := c.rule.Cheapest
	all := j.runs(picked)
	if j.unitsOf(picked) < x.Of {
		return
	}
	j.lowerUnits(c, pickRuns(all, x.Count, false), x.Rate)
}

// pickRuns takes n units from one end of the runs.
func pickRuns(all []run, n int64, dearest bool) map[int][2]int64 {
	out := make(map[int][2]int64)
	for i := range all {
		x := all[len(all)-1-i]
		if dearest {
			x = all[i]
		}
		k := min(n, x.count)
		addRun(out, x, k)
		n -= k
	}
	return out
}

// set lowers units that are bought together.
func (j *judgement) set(c *candidate) {
	s := c.rule.Set
	most := j.sets(c)
	if s.Most > 0 {
		most = min(most, s.Most)
	}
	if most == 0 {
		return
	}
	var chosen []int
	var sum onceRounded
	taken := make(map[int]bool)
	for i := range s.Parts {
		part := &s.Parts[i]
		picked := slices.DeleteFunc(slices.Clone(j.inScope(c.parts[i])), func(x int) bool { return taken[x] })
		// What is lowered is the cheapest; where the whole set has one price the dearest go in.
		units := pickRuns(j.runs(picked), most*part.Count, part.Rate == 0)
		got := j.carveAll(units)
		for _, x := range got {
			taken[x] = true
		}
		chosen = append(chosen, got...)
		if part.Rate > 0 {
			j.lowerBy(c, got, &sum, part.Rate)
		}
	}
	j.wholeSet(c, chosen, most)
}

// wholeSet lowers sets that have a price or a discount as a whole.
func (j *judgement) wholeSet(c *candidate, chosen []int, sets int64) {
	s, sum := c.rule.Set, j.sumOf(chosen)
	var amount money.Amount
	switch {
	case s.Price > 0:
		v, ok := money.MulDiv(int64(s.Price), sets, 1, money.Down)
		if !ok {
			return
		}
		amount = max(sum-money.Amount(v), 0)
	case s.Off > 0:
		v, ok := money.MulDiv(int64(s.Off), sets, 1, money.Down)
		if !ok {
			v = int64(sum)
		}
		amount = min(sum, money.Amount(v))
	case s.Rate > 0:
		amount = j.rateOf(s.Rate, sum)
	}
	c.asked += amount
	if amount > 0 {
		j.cut(c, chosen, amount)
	}
}

// carveAll makes segments of their own of the units.
func (j *judgement) carveAll(units map[int][2]int64) (out []int) {
	for i, s := range j.segs {
		n := units[i]
		switch cheap, dear := n[0], n[1]; {
		case cheap+dear == 0:
		case cheap+dear == s.count:
			out = append(out, i)
		case dear == 0:
			out = append(out, j.carve(i, cheap, false))
		case cheap == 0:
			out = append(out, j.carve(i, dear, true))
		default:
			out = append(out, j.carve(i, dear, true), j.carve(i, cheap, false))
		}
	}
	return out
}

// sets finds how many sets there are: parts take their units in turn, and a
// unit is in one part only.
func (j *judgement) sets(c *candidate) int64 {
	s := c.rule.Set
	most := int64(1 << 40)
	for i := range s.Parts {
		most = min(most, j.unitsOf(j.inScope(c.parts[i]))/s.Parts[i].Count)
	}
	low := int64(0) // so many there are
	for low < most {
		mid := low + (most-low+1)/2
		if j.enough(c, mid) {
			low = mid
		} else {
			most = mid - 1
		}
	}
	return low
}

// enough tells whether the units suffice for n sets.
func (j *judgement) enough(c *candidate, n int64) bool {
	left := make([]int64, len(j.segs))
	for i := range j.segs {
		left[i] = j.segs[i].count
	}
	for k := range c.rule.Set.Parts {
		part := &c.rule.Set.Parts[k]
		all := j.runs(j.inScope(c.parts[k]))
		need := n * part.Count
		for i := range all {
			x := all[len(all)-1-i]
			if part.Rate == 0 {
				x = all[i]
			}
			got := min(need, x.count, left[x.seg])
			left[x.seg] -= got
			need -= got
		}
		if need > 0 {
			return false
		}
	}
	return true
}
