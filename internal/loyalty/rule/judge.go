package rule

import (
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// Bounds on a receipt. Within them no sum of the engine can overflow.
const (
	MaxLines = 5000
	MaxCents = 1_000_000_000_000 // kopecks in a receipt: ten thousand million roubles

	maxEarned = maxPoints * 100 // hundredths that a receipt may earn: what MaxCents earn at the highest rate
)

// Facts are what a till has done already: they are taken as they are, and the
// rules only say what the receipt earns.
type Facts struct {
	Discounts []money.Amount // per line; nil: none
	Points    money.Points   // spent
	Codes     []string       // that the till honoured
}

// Judge says what becomes of a receipt. A use whose Key stands in usedUp is
// refused as used up, one whose HeldKey does as held. It fails only on input
// that no programme could judge, and on a wish for points that can't be met.
func Judge(p *Programme, r *Receipt, m *Member, usedUp []string) (*Outcome, error) {
	j, err := newJudgement(p, r, m)
	if err != nil {
		return nil, err
	}
	j.usedUp = usedUp
	j.gather()
	j.best()
	if err := j.decide(); err != nil {
		return nil, err
	}
	return &j.Outcome, nil
}

// Record says what becomes of a receipt that the till has closed already.
func Record(p *Programme, r *Receipt, m *Member, f *Facts) (*Outcome, error) {
	j, err := newJudgement(p, r, m)
	if err != nil {
		return nil, err
	}
	j.gather()
	j.chosen = j.offByFacts()
	if err := j.facts(f); err != nil {
		return nil, err
	}
	j.earn()
	if err := j.earnsTooMuch(); err != nil {
		return nil, err
	}
	j.say()
	return &j.Outcome, nil
}

// judgement is an outcome being made.
type judgement struct {
	Outcome
	p      *Programme
	r      *Receipt
	m      *Member
	usedUp []string

	opened  []opening      // campaigns met, by how they stand
	cands   []candidate    // rules that may act, in the order they act
	chosen  []bool         // of the combination, by candidate
	final   bool           // the outcome is being told, not only weighed
	pruned  bool           // some combinations were not weighed, as none could be better
	floor   []money.Amount // below which no discount takes a line …
	least   []money.Amount // … and no points
	before  []money.Amount // what lines cost before the stage that is on
	segs    []segment
	a, b    []int64 // weights and caps of a split
	out     []int64
	byLine  []int64
	picked  []int
	amounts []earning
	tooMuch bool // some rule gives more points than there may be
}

func newJudgement(p *Programme, r *Receipt, m *Member) (*judgement, error) {
	n := len(r.Lines)
	if n > MaxLines {
		return nil, fault.New(fault.TooLarge, "purchase.too-many-lines", "most", MaxLines)
	}
	j := &judgement{p: p, r: r, m: m, final: true, floor: make([]money.Amount, 3*n), segs: make([]segment, 0, n+8)}
	j.floor, j.least, j.before = j.floor[:n:n], j.floor[n:2*n:2*n], j.floor[2*n:]
	buf := make([]int64, 4*n)
	j.a, j.b, j.out, j.byLine = buf[:n:n], buf[n:2*n:2*n], buf[2*n:3*n:3*n], buf[3*n:]
	j.Lines = make([]LineOutcome, n)
	for i := range r.Lines {
		l := &r.Lines[i]
		if l.Gross < 0 || l.Gross > MaxCents || l.Quantity < 0 {
			return nil, fault.New(fault.Invalid, "purchase.line-sum", "line", i+1)
		}
		if j.Gross += l.Gross; j.Gross > MaxCents {
			return nil, SumTooMuch()
		}
		j.floor[i], j.least[i] = floorsOf(p, l)
	}
	j.reset()
	return j, nil
}

// SumTooMuch is the refusal of a receipt that comes to more than MaxCents.
func SumTooMuch() *fault.Error {
	return fault.New(fault.Invalid, "purchase.sum-most", "most", money.Amount(MaxCents))
}

// reset takes the outcome back to the till's prices.
func (j *judgement) reset() {
	j.segs = j.segs[:0]
	for i := range j.r.Lines {
		l := &j.r.Lines[i]
		j.Lines[i] = LineOutcome{Gross: l.Gross, Due: l.Gross}
		j.segs = append(j.segs, segment{line: i, count: l.Units(), sum: l.Gross, floor: j.floor[i]})
	}
	j.Due, j.Discount, j.Spent, j.Paid, j.Earned = j.Gross, 0, 0, 0, 0
}

// decide makes the outcome of the chosen combination.
func (j *judgement) decide() error {
	j.final = true
	j.reset()
	j.tellTerms()
	j.lower()
	if err := j.spend(); err != nil {
		return err
	}
	j.earn()
	if err := j.earnsTooMuch(); err != nil {
		return err
	}
	j.say()
	j.settleCampaigns()
	return nil
}

// weigh finds what a combination gives.
func (j *judgement) weigh(chosen []bool) score {
	j.chosen, j.final = chosen, false
	j.reset()
	j.lower()
	j.spendAtMost()
	j.earn()
	got := score{discount: j.Discount, points: j.Earned}
	j.countWords(&got)
	return got
}

// lower lets the tariffs and discounts act, stage by stage.
func (j *judgement) lower() {
	if j.p.Gives == GivesPoints {
		return
	}
	stage := -1
	for i := range j.cands {
		c := &j.cands[i]
		if c.order > 2 {
			break
		}
		if !j.chosen[i] {
			continue
		}
		if c.order != stage {
			stage = c.order
			j.snapshot()
		}
		j.discount(c)
	}
}

// snapshot keeps what lines cost before a stage.
func (j *judgement) snapshot() {
	for i := range j.Lines {
		j.before[i] = j.Lines[i].Due
		if j.p.Settings.ConditionsOn == BeforeAll {
			j.before[i] = j.Lines[i].Gross
		}
	}
}

// facts takes the till's discounts and points as they are.
func (j *judgement) facts(f *Facts) error {
	j.final = true
	j.tellTerms()
	if f.Discounts != nil {
		for i := range j.Lines {
			d := f.Discounts[i]
			if d < 0 || d > j.Lines[i].Gross {
				return fault.New(fault.Invalid, "purchase.line-discount", "line", i+1)
			}
			j.byLine[i] = int64(d)
			j.Discount += d
			j.Lines[i].Discount = d
			j.Lines[i].Due -= d
		}
		if j.Discount > 0 {
			j.effect(Effect{Rule: TillRule, Kind: Discount, Amount: int64(j.Discount)}, nil)
			j.why(Step{Rule: TillRule, Applied: true, Reason: WhyDiscount, Amount: int64(j.Discount), Args: args("amount", j.Discount)})
		}
		j.Due -= j.Discount
	}
	if f.Points < 0 {
		return fault.New(fault.Invalid, "purchase.points-negative")
	}
	j.caps()
	if f.Points == 0 {
		return nil
	}
	// What points paid is a fact: it may go past our shares, not past the price.
	for i := range j.Lines {
		j.a[i], j.b[i] = int64(j.Lines[i].Due), int64(j.Lines[i].Due)
	}
	cost, ok := j.p.kopecks(f.Points)
	if !ok || cost > j.Due {
		return fault.New(fault.Invalid, "purchase.points-above-due", "due", j.Due)
	}
	j.pay(f.Points, cost)
	return nil
}

// TillRule names what the till did by itself.
const TillRule = "till"

// offByFacts lets only what does not lower prices act: a closed receipt has
// its prices.
func (j *judgement) offByFacts() []bool {
	on := make([]bool, len(j.cands))
	for i := range j.cands {
		on[i] = j.cands[i].order > 2
	}
	return on
}
