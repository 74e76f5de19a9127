package rule

import (
	"slices"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// Bounds on a receipt. Within them no sum of the engine can overflow.
const (
	MaxLines = 5000
	MaxCents = 1_000_000_000_000 // kopecks in one line: ten thousand million roubles
)

// Facts are what a till has done already: they are taken as they are, and the
// rules only say what the receipt earns.
type Facts struct {
	Discounts []money.Amount // per line; nil: none
	Points    money.Points   // spent
	Codes     []string       // that the till honoured
}

// Judge says what becomes of a receipt. A code in usedUp, folded, is refused as
// used up. It fails only on input that no programme could judge.
func Judge(p *Programme, r *Receipt, m *Member, usedUp []string) (*Outcome, error) {
	j, err := newJudgement(p, r, m)
	if err != nil {
		return nil, err
	}
	j.offers(usedUp)
	if err := j.spend(); err != nil {
		return nil, err
	}
	j.earn()
	return &j.Outcome, nil
}

// Record says what becomes of a receipt that the till has closed already.
func Record(p *Programme, r *Receipt, m *Member, f *Facts) (*Outcome, error) {
	j, err := newJudgement(p, r, m)
	if err != nil {
		return nil, err
	}
	if err := j.facts(f); err != nil {
		return nil, err
	}
	j.earn()
	return &j.Outcome, nil
}

// judgement is an outcome being made.
type judgement struct {
	Outcome
	p *Programme
	r *Receipt
	m *Member

	floor []money.Amount // a line's least sum after discounts and points
	a, b  []int64        // weights and caps of a split
	out   []int64
}

func newJudgement(p *Programme, r *Receipt, m *Member) (*judgement, error) {
	n := len(r.Lines)
	if n > MaxLines {
		return nil, fault.New(fault.TooLarge, "purchase.too-many-lines", "most", MaxLines)
	}
	j := &judgement{p: p, r: r, m: m, floor: make([]money.Amount, n)}
	buf := make([]int64, 3*n)
	j.a, j.b, j.out = buf[:n:n], buf[n:2*n:2*n], buf[2*n:]
	j.Lines = make([]LineOutcome, n)
	for i := range r.Lines {
		l := &r.Lines[i]
		if l.Gross < 0 || l.Gross > MaxCents || l.Quantity < 0 {
			return nil, fault.New(fault.Invalid, "purchase.line-sum", "line", i+1)
		}
		j.Lines[i] = LineOutcome{Gross: l.Gross, Due: l.Gross}
		j.Gross += l.Gross
		j.floor[i] = floorOf(p, l)
	}
	j.Due = j.Gross
	return j, nil
}

// floorOf is the least that a line may cost: the least price of its units, or
// the programme's floor; a line that is cheaper already is left as it is.
func floorOf(p *Programme, l *Line) money.Amount {
	unit := max(l.Least, p.Settings.PriceFloor)
	q := max(l.Quantity, 1000) // a broken quantity is one unit
	if l.Quantity%1000 != 0 && l.Least > 0 {
		q = l.Quantity
	}
	f, ok := q.Cost(unit, money.Up)
	if !ok || f > l.Gross {
		return l.Gross
	}
	return f
}

// give splits amount over the lines by j.a with the caps of j.b and gives what
// was taken, never more than asked.
func (j *judgement) give(amount int64) (shares []int64, given int64) {
	return j.out, money.SplitInto(j.out, amount, j.a, j.b)
}

// effect notes an effect whose shares stand in out. It covers all units of the
// lines that have a share.
func (j *judgement) effect(rule string, kind EffectKind, amount int64, out []int64) {
	e := Effect{Rule: rule, Kind: kind, Amount: amount}
	n := 0
	for _, v := range out {
		if v != 0 {
			n++
		}
	}
	e.Shares = make([]Share, 0, n)
	e.Units = make([]Span, 0, n)
	for i, v := range out {
		if v != 0 {
			e.Shares = append(e.Shares, Share{Line: i, Amount: v})
			e.Units = append(e.Units, Span{Line: i, Count: j.r.Lines[i].Units()})
		}
	}
	j.Effects = append(j.Effects, e)
}

// facts takes the till's discounts and points as they are.
func (j *judgement) facts(f *Facts) error {
	if f.Discounts != nil {
		for i := range j.Lines {
			d := f.Discounts[i]
			if d < 0 || d > j.Lines[i].Gross {
				return fault.New(fault.Invalid, "purchase.line-discount", "line", i+1)
			}
			j.out[i] = int64(d)
			j.Discount += d
			j.Lines[i].Discount = d
			j.Lines[i].Due -= d
		}
		if j.Discount > 0 {
			j.effect(TillRule, Discount, int64(j.Discount), j.out)
			j.why(TillRule, true, WhyDiscount, int64(j.Discount))
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

// refusal tells why the offer may not act on the receipt by a code; "" if it
// may.
func (j *judgement) refusal(o *Offer, code string, usedUp []string) (reason string, args []any) {
	switch {
	case !within(j.r.Day, o.From, o.To):
		return WhyCodeDates, []any{"day", j.r.Day, "from", o.From, "to", o.To}
	case o.Members && !j.m.Known():
		return WhyCodeMember, nil
	case j.Gross < o.LeastSum:
		return WhyCodeSum, []any{"found", j.Gross, "needed", o.LeastSum}
	case slices.Contains(usedUp, code):
		return WhyCodeUsed, nil
	}
	return "", nil
}
