package verify

import (
	"fmt"

	"kopilka/internal/platform/money"
)

// termsBack is what the refunds of a purchase have held back by its terms,
// and claimed of what it earned.
type termsBack struct {
	held    money.Amount
	money   money.Amount // of the lines
	claimed money.Points
}

// checkTerms holds what the refunds so far have held back and claimed to what
// the purchase gave: never more than its discounts, nor given besides than
// was paid for what stays, nor claimed than it earned; and once nothing is
// left, nothing is held and all is claimed. How much it is in
// between follows from the programme's rules and is not judged again here.
func (c *homeCheck) checkTerms(s *saleCheck, f *refundCheck, t *termsBack) {
	t.held += f.doc.Held
	t.claimed += f.doc.Claimed()
	for i := range f.doc.Lines {
		t.money += f.doc.Lines[i].Money()
	}
	var paid money.Amount
	for _, p := range s.doc.Payments {
		paid += p.Amount
	}
	of := s.as()
	most, least := of.Discount, money.Points(0)
	if f.doc.Whole {
		most, least = 0, of.Earned
		if of.Account == 0 {
			least = 0
		}
	}
	at := key("refund_id", f.id)
	if lowest := t.money - paid; t.held < lowest || t.held > most {
		c.bad(RefundTerms, "refund", at, fmt.Sprintf("%d held back by now", t.held), fmt.Sprintf("%d to %d", lowest, most))
	}
	if t.claimed < least || t.claimed > of.Earned {
		c.bad(RefundTerms, "refund", at, fmt.Sprintf("%d points taken by now", t.claimed), fmt.Sprintf("%d to %d", least, of.Earned))
	}
}
