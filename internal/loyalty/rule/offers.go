package rule

import (
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// candidate is an offer that a code has opened, and what it would take off.
type candidate struct {
	offer  *Offer
	code   string
	amount money.Amount
}

// offers lets the one offer act that takes most off, of those that the
// receipt's codes open; of equals the one named first.
func (j *judgement) offers(usedUp []string) {
	var best *candidate
	for _, code := range j.r.Codes {
		c := j.candidate(text.Fold(code), usedUp)
		if c == nil {
			continue
		}
		if best != nil && best.amount >= c.amount {
			j.why(c.offer.ID, false, WhyCodeLost, int64(c.amount), "best", best.amount)
			continue
		}
		if best != nil {
			j.why(best.offer.ID, false, WhyCodeLost, int64(best.amount), "best", c.amount)
		}
		best = c
	}
	if best == nil {
		return
	}
	j.room()
	shares, given := j.give(int64(best.amount))
	for i, v := range shares {
		j.Lines[i].Discount += money.Amount(v)
		j.Lines[i].Due -= money.Amount(v)
	}
	j.Discount += money.Amount(given)
	j.Due -= money.Amount(given)
	j.effect(best.offer.ID, Discount, given, shares)
	j.why(best.offer.ID, true, WhyDiscount, given)
	if best.offer.Limits.bound() {
		j.Uses = append(j.Uses, *best.offer.use(best.code))
	}
}

func (j *judgement) candidate(code string, usedUp []string) *candidate {
	o := j.p.codes[code]
	if o == nil {
		j.why("", false, WhyCodeUnknown, 0)
		return nil
	}
	if reason, args := j.refusal(o, code, usedUp); reason != "" {
		j.why(o.ID, false, reason, 0, args...)
		return nil
	}
	room := j.room()
	amount := o.Amount
	if o.Rate > 0 {
		v, _ := o.Rate.Of(int64(j.Gross), j.p.Settings.Round) // fits: a rate is at most the whole
		amount = money.Amount(v)
	}
	amount = min(amount, room)
	if amount == 0 {
		j.why(o.ID, false, WhyCodeNothing, 0)
		return nil
	}
	return &candidate{offer: o, code: code, amount: amount}
}

// room sets the weights and caps of a discount and gives the sum of the caps:
// what the lines cost above their floors.
func (j *judgement) room() (sum money.Amount) {
	for i := range j.Lines {
		l := &j.Lines[i]
		c := max(l.Due-j.floor[i], 0)
		j.a[i], j.b[i] = int64(l.Due), int64(c)
		sum += c
	}
	return sum
}
