package rule

import "kopilka/internal/platform/money"

// Kept is what of a receipt is not judged anew: what points paid stays paid,
// and what a till took off by itself stays off.
type Kept struct {
	Points    money.Points   // spent
	Paid      []money.Amount // by them, per line
	Discounts []money.Amount // per line, of a receipt that the till had closed; nil: they are judged
}

// Again says what becomes of what stays of a receipt after a refund, as if
// nothing else had been bought.
func Again(p *Programme, r *Receipt, m *Member, usedUp []string, k *Kept) (*Outcome, error) {
	j, err := newJudgement(p, r, m)
	if err != nil {
		return nil, err
	}
	j.usedUp = usedUp
	j.gather()
	if k.Discounts == nil {
		j.best()
		j.final = true
		j.reset()
		j.lower()
	} else {
		j.chosen = j.offByFacts()
		if err := j.facts(&Facts{Discounts: k.Discounts}); err != nil {
			return nil, err
		}
	}
	j.keep(k)
	j.earn()
	return &j.Outcome, nil
}

// keep lets points pay what they have paid, though never past the price.
func (j *judgement) keep(k *Kept) {
	j.Spent = k.Points
	for i := range j.Lines {
		l := &j.Lines[i]
		l.Paid = min(k.Paid[i], l.Due)
		l.Due -= l.Paid
		j.Paid += l.Paid
	}
	j.Due -= j.Paid
}

// KeepsAll tells whether what stays at a refund keeps all its figures,
// whatever rules gave them.
func (p *Programme) KeepsAll() bool {
	if p.Settings.RefundTerms != KeepTerms {
		return false
	}
	for _, how := range p.onRefund {
		if how != KeepTerms {
			return false
		}
	}
	return true
}

// OnRefund says what becomes at a refund of what a rule gave to what stays:
// its campaign says so, else the programme. What a till took off by itself
// stays.
func (p *Programme) OnRefund(rule string) OnRefund {
	if rule == TillRule {
		return KeepTerms
	}
	if how, ok := p.onRefund[rule]; ok {
		return how
	}
	return p.Settings.RefundTerms
}
