package scenario

import (
	"errors"
	"testing"

	"kopilka/client"
)

const theatre = "theatre-crm.yaml"

// «Акция, набор из 34, 50 %» and «набор из 2, 5 ₽».
func TestCodesOfHalfAndOfFiveRoubles(t *testing.T) {
	tell(t, theatre, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		made, err := s.office.MakePromoCodes(s.Context(), &client.NewPromoCodes{Programme: s.programme.ID, Campaign: "half", Count: 34})
		s.no(err)
		if len(made.Items) != 34 {
			t.Fatalf("%d codes", len(made.Items))
		}
		half, other := made.Items[0].Code, made.Items[1].Code
		cart := receipt{
			codes: []string{half}, lines: []client.CartLine{line("ticket", 1, 800_00), line("bar", 1, 100_00)}, discount: 400_00, due: 500_00,
			why: whys{"half-50": {"Скидка 400,00 ₽", "Discount of ₽400.00"}},
		}
		sold := s.sells(&cart)
		cart.discount, cart.due = 0, 900_00
		cart.why = whys{half: {"Промокод использован столько раз, сколько разрешено", "The promo code has been used as often as allowed"}}
		s.sells(&cart)
		s.refunds(sold) // with the last piece the use comes back
		s.quotes(&receipt{codes: []string{half}, lines: cart.lines, discount: 400_00, due: 500_00})

		five := receipt{
			who: anna, codes: []string{"пять"}, lines: []client.CartLine{line("bar", 1, 105_00)}, discount: 5_00, allowed: 50_00, due: 100_00, earned: 10_00,
			why: whys{"five-5": {"Скидка 5,00 ₽", "Discount of ₽5.00"}},
		}
		s.sells(&five)
		// Of two that exclude each other the better acts, and the other code is
		// not used up.
		five.codes, five.lines = []string{"ПЯТЬ", other}, []client.CartLine{line("ticket", 1, 100_00)}
		five.discount, five.allowed, five.due, five.earned = 50_00, 25_00, 50_00, 7_50
		five.why = whys{
			"half-50": {"Скидка 50,00 ₽", "Discount of ₽50.00"},
			"five-5":  {"Другое сочетание кампаний выгоднее: скидка 50,00 ₽", "Another combination of campaigns gives more: ₽50.00 off"},
		}
		s.sells(&five)
		five.codes, five.discount, five.allowed, five.due, five.earned, five.why = []string{"ПЯТЬ"}, 5_00, 47_00, 95_00, 14_25, nil
		s.sells(&five) // the second use of it
		five.discount, five.allowed, five.due, five.earned = 0, 50_00, 100_00, 15_00
		five.why = whys{"пять": {"Промокод использован столько раз, сколько разрешено", "The promo code has been used as often as allowed"}}
		s.sells(&five)
	})
}

// «Скидка на третью позицию в чеке! 3-й товар 10 %»: of tickets, for the general
// category with the standard card.
func TestThirdItemTenPercent(t *testing.T) {
	tell(t, theatre, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна", s.common)
		three := []client.CartLine{line("bar", 1, 50_00), line("ticket", 2, 500_00), line("ticket", 1, 300_00), line("ticket", 1, 200_00)}
		s.sells(&receipt{
			who: anna, lines: three, discount: 30_00, allowed: 760_00, due: 1520_00, earned: 225_50, // 15 % of 1470 and 10 % of 50
			why: whys{
				"third": {"Скидка 30,00 ₽", "Discount of ₽30.00"},
				"type":  {"Начислено 15 % от 1 470,00 ₽", "Earned 15% of ₽1,470.00"},
				"sum":   {"Начислено 10 % от 50,00 ₽", "Earned 10% of ₽50.00"},
			},
		})
		s.sells(&receipt{ // a third one there is not, the bar does not count
			who: anna, lines: three[:2], allowed: 525_00, due: 1050_00, earned: 155_00,
			why: whys{"third": {"В чеке 2 шт., нужно от 3", "2 pcs in the receipt, at least 3 needed"}},
		})
		oleg := s.joins("Олег", func(r *client.Registration) { r.Profile.Category = s.category })
		s.sells(&receipt{
			who: oleg, lines: three, allowed: 775_00, due: 1550_00, earned: 230_00,
			why: whys{"third": {"Типы карт участника: нет, нужно: standard", "Types of the member's cards: none, needed: standard"}},
		})
	})
}

// common gives the general category and a standard card.
func (s *shop) common(r *client.Registration) {
	r.Profile.Category = s.category
	r.Card = &client.NewCard{Type: s.cards}
}

// «Программа, 1 промокод»: what is awarded is a code, of that member, for one use.
func TestProgrammeAwardsACode(t *testing.T) {
	tell(t, theatre, "2026-03-02 12:00", func(s *shop) {
		anna, oleg := s.joins("Анна"), s.joins("Олег")
		s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("bar", 1, 999_99)}, allowed: 499_00, due: 999_99, earned: 99_99,
			why: whys{"award": {"Сумма: 999,99 ₽, нужно: от 1 000,00 ₽", "Sum: ₽999.99, needed: from ₽1,000.00"}},
		})
		sold := s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("bar", 1, 1000_00)}, allowed: 500_00, due: 1000_00, earned: 100_00,
			why: whys{"award": {"Выдан промокод", "A promo code is given"}},
		})
		if len(sold.Awards) != 1 || sold.Awards[0].Campaign != "personal" {
			t.Fatalf("%+v", sold.Awards)
		}
		code := sold.Awards[0].Code
		mine, err := s.office.ListMemberPromoCodes(s.Context(), anna, nil)
		s.no(err)
		if len(mine.Items) != 1 || mine.Items[0].Code != code || mine.Items[0].AwardedFor != sold.ID || mine.Items[0].Sizes[0].Amount != 200_00 {
			t.Errorf("%+v", mine.Items)
		}
		next := receipt{
			who: oleg, codes: []string{code}, lines: []client.CartLine{line("bar", 1, 500_00)}, allowed: 250_00, due: 500_00, earned: 50_00,
			why: whys{code: {"Промокод именной: действует для того, кому выдан", "The promo code is personal: it acts for whom it was given to"}},
		}
		s.sells(&next)
		next.who, next.discount, next.allowed, next.due, next.earned = anna, 200_00, 150_00, 300_00, 30_00
		next.why = whys{"personal-200": {"Скидка 200,00 ₽", "Discount of ₽200.00"}}
		s.sells(&next)
		next.discount, next.allowed, next.due, next.earned = 0, 250_00, 500_00, 50_00
		next.why = whys{code: {"Промокод использован столько раз, сколько разрешено", "The promo code has been used as often as allowed"}}
		s.sells(&next)
	})
}

// A code that was awarded goes with the purchase it was awarded for.
func TestAwardedCodeGoesWithItsPurchase(t *testing.T) {
	tell(t, theatre, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		sold := s.sells(&receipt{who: anna, lines: []client.CartLine{line("bar", 1, 1000_00)}, allowed: 500_00, due: 1000_00, earned: 100_00})
		s.refunds(sold)
		s.quotes(&receipt{
			who: anna, codes: []string{sold.Awards[0].Code}, lines: []client.CartLine{line("bar", 1, 500_00)}, allowed: 250_00, due: 500_00, earned: 50_00,
		})
		s.has(anna, 50_00, 0)
	})
}

// «% с суммы чека», «% с типа товара», «% с товара», «% с точки продаж»; each
// line earns by the one that gives it most. «Волшебный клиент» is made by hand.
func TestWhatTheAccrualProgrammesGive(t *testing.T) {
	tell(t, theatre, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна", s.common)
		all := receipt{
			who: anna, lines: []client.CartLine{line("ticket", 1, 100_00), line("bar", 1, 100_00), line("latte", 1, 100_00)},
			allowed: 150_00, due: 300_00, earned: 45_00, // 15, 10, 20
			why: whys{
				"type":    {"Начислено 15 % от 100,00 ₽", "Earned 15% of ₽100.00"},
				"product": {"Начислено 20 % от 100,00 ₽", "Earned 20% of ₽100.00"},
				"outlet":  {"Точка продаж: hall, нужно: site", "Outlet: hall, needed: site"},
			},
		}
		s.sells(&all)
		all.outlet, all.earned, all.why = "site", 47_00, nil // 15, 12, 20
		sold := s.sells(&all)
		if by := sold.Lines[1].EarnedBy; len(by) != 1 || by[0].Rule != "outlet" || by[0].Amount != 12_00 {
			t.Errorf("%+v", by)
		}
		given, _, err := s.office.SetLevel(s.Context(), "magic", &client.LevelBody{
			Buyer: client.Buyer{Member: anna}, Programme: s.programme.ID, Level: "magic", Reason: "За заслуги",
		})
		s.no(err)
		if given.Change.To != "magic" {
			t.Errorf("%+v", given)
		}
		all.discount, all.allowed, all.due, all.earned = 20_00, 140_00, 280_00, 140_00 // 10 % off the bar, then half of all
		all.why = whys{
			"magic-bar": {"Скидка 20,00 ₽", "Discount of ₽20.00"},
			"type":      {"Другое правило группы даёт больше: magic-sum", "Another rule of the group gives more: magic-sum"},
		}
		s.sells(&all)
	})
}

// «Ценовые зоны», «в определённые сектора, на определённые места».
func TestZonesSectorsAndSeats(t *testing.T) {
	tell(t, theatre, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна", s.common)
		vip := line("ticket", 2, 400_00)
		vip.PriceZone = "vip"
		seat := line("ticket", 1, 100_00)
		seat.Sector, seat.Seat = "балкон", "2"
		other := line("ticket", 1, 100_00)
		other.Sector, other.Seat = "Балкон", "3"
		s.sells(&receipt{
			// The third ticket is the one of the balcony: 30 roubles go first, or
			// its tenth; both act on what the other left: 100 − 10 − 30.
			who: anna, lines: []client.CartLine{vip, seat, other}, discount: 40_00, allowed: 480_00, due: 960_00, earned: 344_00,
			why: whys{
				"zone":    {"Начислено бонусов: 200", "Points earned: 200"},
				"balcony": {"Скидка 30,00 ₽", "Discount of ₽30.00"},
			},
		})
	})
}

// A code of two campaigns, or none at all, is told to the till as it is.
func TestCodeThatIsNone(t *testing.T) {
	tell(t, theatre, "2026-03-02 12:00", func(s *shop) {
		s.sells(&receipt{
			codes: []string{"ШЕСТЬ"}, lines: []client.CartLine{line("bar", 1, 100_00)}, due: 100_00,
			why: whys{"шесть": {"Такого промокода нет", "There is no such promo code"}},
		})
		_, err := s.office.MakePromoCodes(s.Context(), &client.NewPromoCodes{Programme: s.programme.ID, Campaign: "no-such", Count: 1})
		if p, ok := errors.AsType[*client.Problem](err); !ok || p.Code != "promo.no-campaign" {
			t.Errorf("%v", err)
		}
	})
}

// «ДР, 33 бонуса».
func TestThirtyThreeForABirthday(t *testing.T) {
	tell(t, theatre, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна", func(r *client.Registration) { r.Profile.BirthDate = "1990-03-05" })
		s.days(2)
		s.has(anna, 50_00, 0)
		s.days(1)
		s.has(anna, 83_00, 0)
		s.days(364)
		s.has(anna, 83_00, 0)
		s.days(1)
		s.has(anna, 116_00, 0)
	})
}

// «Распределение привилегий в зависимости от уровня: промокоды, скидки, закрытые
// мероприятия»: a code that acts for a level, on the tickets of a closed event only.
func TestPrivilegesOfALevel(t *testing.T) {
	tell(t, theatre, "2026-03-02 12:00", func(s *shop) {
		anna, oleg := s.joins("Анна", s.common), s.joins("Олег", s.common)
		_, _, err := s.office.SetLevel(s.Context(), "magic", &client.LevelBody{Buyer: client.Buyer{Member: anna}, Programme: s.programme.ID, Level: "magic", Reason: "За заслуги"})
		s.no(err)
		closed := line("ticket", 1, 100_00)
		closed.Event = "закрытый показ"
		order := []client.CartLine{closed, line("ticket", 1, 100_00)}
		s.sells(&receipt{
			who: anna, codes: []string{"показ"}, lines: order, discount: 40_00, allowed: 80_00, due: 160_00, earned: 80_00,
			why: whys{"show-40": {"Скидка 40,00 ₽", "Discount of ₽40.00"}},
		})
		s.sells(&receipt{
			who: oleg, codes: []string{"показ"}, lines: order, allowed: 100_00, due: 200_00, earned: 30_00,
			why: whys{"show-40": {"Уровень: usual, нужно: magic", "Level: usual, needed: magic"}},
		})
	})
}
