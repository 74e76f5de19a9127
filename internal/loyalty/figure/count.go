package figure

import "kopilka/internal/loyalty/rule"

// purchase counts a receipt: on its day, its cashier's and its campaigns'.
func (t *Table) purchase(e *event) {
	k := t.key(e)
	t.days.row(k).purchase(e)
	t.cashiers.row(CashierKey{k, e.cashier}).purchase(e)
	t.acted(e, func(s *CampaignSums, a *act) {
		s[Acted]++
		s[ActedMoney] += e.money
		s[Uses] += a.uses
		s[CampaignDiscount] += a.discount
		s[CampaignEarned] += a.earned
	})
}

// claim counts a receipt of nobody's that a member has been given: on the day
// it was made it is a member's now, also of its cashier. A campaign that has
// given points for it, and had not acted in it, has acted in it since.
func (t *Table) claim(e *event) {
	k := t.key(e)
	t.days.row(k).claim(e)
	t.cashiers.row(CashierKey{k, e.cashier}).claim(e)
	t.acted(e, func(s *CampaignSums, a *act) {
		s[CampaignEarned] += a.earned
		if !a.again {
			s[Acted]++
			s[ActedMoney] += e.money
		}
	})
}

// refund counts a refund: on its day, and its cashier's, who is the one that
// gave the money back.
func (t *Table) refund(e *event) {
	k := t.key(e)
	t.days.row(k).refund(e)
	t.cashiers.row(CashierKey{k, e.cashier}).refund(e)
	t.acted(e, func(s *CampaignSums, a *act) {
		s[CampaignRefunds]++
		s[CampaignRefundMoney] += e.money
		s[RefundUses] += a.uses
		s[CampaignRefundDiscount] += a.discount
		s[CampaignRefundEarned] += a.earned
	})
}

// acted counts for each campaign that acted. Where none is named all that there
// is is of the programme's own rules.
func (t *Table) acted(e *event, count func(s *CampaignSums, a *act)) {
	if len(e.acts) == 0 && (e.discount != 0 || e.earned != 0) {
		e.acts = append(e.acts, act{campaign: alone, discount: e.discount, earned: e.earned})
	}
	k := t.key(e)
	for i := range e.acts {
		count(t.campaigns.row(CampaignKey{k, t.word(e.acts[i].campaign)}), &e.acts[i])
	}
}

// alone names the programme's own rules.
var alone = []byte(rule.Base)

func (s *Sums) purchase(e *event) {
	s[Receipts]++
	if e.member {
		s[MemberReceipts]++
	}
	s[Gross] += e.gross
	s[Discount] += e.discount
	s[Paid] += e.paid
	s[Money] += e.money
	s[Spent] += e.spent
	s[Earned] += e.earned
}

func (s *Sums) claim(e *event) {
	s[MemberReceipts]++
	s[Earned] += e.earned
}

func (s *Sums) refund(e *event) {
	if !e.part {
		s[Refunds]++
	}
	if e.last {
		s[RefundsWhole]++
	}
	s[RefundGross] += e.gross
	s[RefundDiscount] += e.discount
	s[RefundPaid] += e.paid
	s[RefundWithheld] += e.withheld
	s[RefundMoney] += e.money
	s[RefundSpent] += e.spent
	s[RefundEarned] += e.earned
}
