package settings_test

import (
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/money"
)

// pushkin is paid by a Pushkin card.
func pushkin(amount money.Amount) []purchase.Payment {
	return []purchase.Payment{{Kind: "pushkin", Amount: amount}}
}

// underTerms is a ticket of 100 roubles to a film whose distributor wants 95.
func underTerms(s *stage) purchase.CartLine {
	s.Show(s.T, nil, []playbill.Event{{Code: "film", Name: "Фильм", Memorandum: &playbill.Memorandum{Earns: true, Least: 9500}}}, nil)
	l := ticket(1, 10_000)
	l.Place.Event = "film"
	return l
}

// ticketEffects are those of the settings of memoranda, least prices and
// Pushkin cards.
var ticketEffects = map[string]effect{
	"programme.earn_on_memorandum": {
		change: func(p *rule.Programme) { p.Settings.EarnMemorandum = false },
		play: func(s *stage) string {
			l := ticket(1, 10_000)
			l.Memorandum = true
			return earned(s.sell(l))
		},
		was: "earned 10.00", is: "earned 0.00",
	},
	"programme.discount_on_memorandum": {
		with:   tenPercentOff,
		change: func(p *rule.Programme) { p.Settings.DiscountMemorandum = false },
		play:   func(s *stage) string { return "due " + s.sell(underTerms(s)).Due.String() },
		was:    "due 95.00", is: "due 100.00",
	},
	"programme.spend_on_memorandum": {
		change: func(p *rule.Programme) { p.Settings.SpendMemorandum = false },
		play: func(s *stage) string {
			s.give(1900)
			c := s.Cart(s.buyer, underTerms(s))
			c.Wish.Max = true
			return "spent " + s.commit(c).Spent.String()
		},
		was: "spent 5.00", is: "spent 0.00",
	},
	"programme.lower_least_price": {
		with:   tenPercentOff,
		change: func(p *rule.Programme) { p.Settings.LowerLeast = false },
		play:   func(s *stage) string { return "due " + s.sell(underTerms(s)).Due.String() },
		was:    "due 95.00", is: "due 100.00",
	},
	"programme.pushkin_spend": {
		change: func(p *rule.Programme) { p.Settings.PushkinSpend = true },
		play: func(s *stage) string {
			s.give(1000)
			c := s.Cart(s.buyer, ticket(1, 10_000))
			c.Wish.Points, c.Payments = 1000, pushkin(9_000)
			return s.code(c)
		},
		was: "points.pushkin", is: "",
	},
	"programme.pushkin_earn": {
		change: func(p *rule.Programme) { p.Settings.PushkinEarn = true },
		play: func(s *stage) string {
			c := s.Cart(s.buyer, ticket(1, 10_000))
			c.Payments = pushkin(10_000)
			return earned(s.commit(c))
		},
		was: "earned 0.00", is: "earned 10.00",
	},
	"programme.pushkin_with_certificate": {
		change: func(p *rule.Programme) { p.Settings.PushkinCertificate = true },
		play: func(s *stage) string {
			c := s.Cart(s.buyer, ticket(1, 10_000))
			c.Payments = append(pushkin(9_000), purchase.Payment{Kind: "certificate", Amount: 1_000})
			return s.code(c)
		},
		was: "pushkin.certificate", is: "",
	},
	"programme.pushkin_mixed": {
		change: func(p *rule.Programme) { p.Settings.PushkinMixed = true },
		play: func(s *stage) string {
			c := s.Cart(s.buyer, ticket(1, 10_000))
			c.Payments = append(pushkin(9_000), purchase.Payment{Kind: "cash", Amount: 1_000})
			return s.code(c)
		},
		was: "pushkin.mixed", is: "",
	},
	"programme.pushkin_one_ticket": {
		change: func(p *rule.Programme) { p.Settings.PushkinOne = false },
		play: func(s *stage) string {
			c := s.Cart(s.buyer, ticket(2, 10_000))
			c.Payments = pushkin(20_000)
			return s.code(c)
		},
		was: "pushkin.one-ticket", is: "",
	},
	"programme.pushkin_refund_to_card": {
		with:   func(p *rule.Programme) { p.Settings.PushkinMixed, p.Settings.PushkinOne = true, false },
		change: func(p *rule.Programme) { p.Settings.PushkinRefund = false },
		play: func(s *stage) string {
			c := s.Cart(s.buyer, ticket(2, 10_000))
			c.Payments = append(pushkin(10_000), purchase.Payment{Kind: "cash", Amount: 10_000})
			p := s.commit(c)
			_, err := s.Desk.Refund(s.Context(), &purchase.RefundRequest{
				Till: s.Till, Key: "back", Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}, Lines: []purchase.RefundPart{{Line: 0, Quantity: money.Piece}},
				Payments: []purchase.Payment{{Kind: "cash", Amount: 10_000}},
			})
			return purchasetest.Code(err)
		},
		was: "pushkin.refund", is: "",
	},
	"programme.pushkin_listed_events": {
		change: func(p *rule.Programme) { p.Settings.PushkinListed = false },
		play: func(s *stage) string {
			s.Show(s.T, nil, []playbill.Event{{Code: "film", Name: "Фильм"}}, nil)
			c := s.Cart(s.buyer, ticket(1, 10_000))
			c.Lines[0].Place.Event, c.Payments = "film", pushkin(10_000)
			return s.code(c)
		},
		was: "pushkin.event", is: "",
	},
}
