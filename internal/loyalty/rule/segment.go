package rule

import (
	"kopilka/internal/platform/money"
)

// segment is a run of units of one line that have been treated alike. It
// costs sum: with n units, n−r of them cost sum div n and the last r a kopeck
// more.
type segment struct {
	line        int
	from, count int64
	sum, floor  money.Amount
}

// cost is what the first k units of the segment cost.
func (s *segment) cost(k int64) money.Amount {
	if s.count == 0 {
		return 0
	}
	p, r := int64(s.sum)/s.count, int64(s.sum)%s.count
	return money.Amount(p*k + max(0, k-(s.count-r)))
}

// carve makes a segment of its own of the first k units, or the last, and
// gives its place.
func (j *judgement) carve(at int, k int64, last bool) int {
	s := &j.segs[at]
	if k >= s.count {
		return at
	}
	head := *s
	n := k
	if last {
		n = s.count - k
	}
	head.count, head.sum = n, s.cost(n)
	head.floor = money.Amount(money.Share(int64(s.floor), n, s.count))
	tail := segment{
		line: s.line, from: s.from + n, count: s.count - n, sum: s.sum - head.sum, floor: s.floor - head.floor,
	}
	// A floor that was split may come out a kopeck above what its units cost.
	if d := head.floor - head.sum; d > 0 {
		head.floor, tail.floor = head.floor-d, tail.floor+d
	}
	if d := tail.floor - tail.sum; d > 0 {
		head.floor, tail.floor = head.floor+d, tail.floor-d
	}
	*s = head
	j.segs = append(j.segs, tail)
	if last {
		return len(j.segs) - 1
	}
	return at
}

// inScope picks the segments of a candidate's lines.
func (j *judgement) inScope(lines []bool) []int {
	j.picked = j.picked[:0]
	for i := range j.segs {
		if lines == nil || lines[j.segs[i].line] {
			j.picked = append(j.picked, i)
		}
	}
	return j.picked
}

// sumOf adds up what segments cost.
func (j *judgement) sumOf(picked []int) (sum money.Amount) {
	for _, i := range picked {
		sum += j.segs[i].sum
	}
	return sum
}

// cut takes an amount off segments in proportion to what they cost, none
// below its floor, and tells how much it came to.
func (j *judgement) cut(c *candidate, picked []int, amount money.Amount) money.Amount {
	j.grow(len(j.segs))
	w, caps, out := j.a[:len(j.segs)], j.b[:len(j.segs)], j.out[:len(j.segs)]
	clear(w)
	clear(caps)
	for _, i := range picked {
		s := &j.segs[i]
		w[i], caps[i] = int64(s.sum), int64(max(s.sum-s.floor, 0))
	}
	given := money.SplitInto(out, int64(amount), w, caps)
	if given == 0 {
		return 0
	}
	clear(j.byLine)
	for _, i := range picked {
		if out[i] == 0 {
			continue
		}
		s := &j.segs[i]
		s.sum -= money.Amount(out[i])
		l := &j.Lines[s.line]
		l.Discount += money.Amount(out[i])
		l.Due -= money.Amount(out[i])
		j.byLine[s.line] += out[i]
	}
	j.Discount += money.Amount(given)
	j.Due -= money.Amount(given)
	c.gave += money.Amount(given)
	if j.final {
		j.effect(Effect{Rule: c.rule.ID, Campaign: c.rule.campaignID(), Kind: Discount, Amount: given}, picked)
	}
	return money.Amount(given)
}

// grow makes room for as many segments.
func (j *judgement) grow(n int) {
	if len(j.a) >= n {
		return
	}
	n += 16
	buf := make([]int64, 3*n)
	j.a, j.b, j.out = buf[:n:n], buf[n:2*n:2*n], buf[2*n:]
}

// effect notes an effect whose lines' parts stand in byLine; picked are the
// segments it fell on, nil for whole lines.
func (j *judgement) effect(e Effect, picked []int) {
	n := 0
	for _, v := range j.byLine {
		if v != 0 {
			n++
		}
	}
	e.Shares = make([]Share, 0, n)
	for i, v := range j.byLine {
		if v != 0 {
			e.Shares = append(e.Shares, Share{Line: i, Amount: v})
			if picked == nil {
				e.Units = append(e.Units, Span{Line: i, Count: j.r.Lines[i].Units()})
			}
		}
	}
	for _, i := range picked {
		if s := &j.segs[i]; j.byLine[s.line] != 0 {
			e.Units = append(e.Units, Span{Line: s.line, From: s.from, Count: s.count})
		}
	}
	j.Effects = append(j.Effects, e)
}

func (r *Rule) campaignID() string {
	if r.campaign == nil {
		return ""
	}
	return r.campaign.ID
}
