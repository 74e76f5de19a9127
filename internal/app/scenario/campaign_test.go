package scenario

import (
	"testing"

	"kopilka/client"
)

const (
	boxOffice = "box-office.yaml"
	chain     = "chain.yaml"
)

// «Одновременно действует только один вариант: тот, который даёт максимальную
// скидку».
func TestVariantThatGivesMost(t *testing.T) {
	tell(t, boxOffice, "2026-03-02 12:00", func(s *shop) {
		s.sells(&receipt{
			lines: []client.CartLine{line("ticket", 1, 499_99)}, due: 499_99,
			why: whys{"offer-10": {"Сумма: 499,99 ₽, нужно: от 500,00 ₽", "Sum: ₽499.99, needed: from ₽500.00"}},
		})
		s.sells(&receipt{
			lines: []client.CartLine{line("ticket", 1, 500_00)}, discount: 50_00, due: 450_00,
			why: whys{"offer-10": {"Скидка 50,00 ₽", "Discount of ₽50.00"}},
		})
		four := receipt{
			lines: []client.CartLine{line("ticket", 4, 500_00)}, discount: 300_00, due: 1700_00,
			why: whys{
				"offer-300": {"Скидка 300,00 ₽", "Discount of ₽300.00"},
				"offer-10":  {"Другое сочетание кампаний выгоднее: скидка 300,00 ₽", "Another combination of campaigns gives more: ₽300.00 off"},
			},
		}
		sold := s.sells(&four)
		// Of four one comes back: what stays keeps its discount, a quarter of it goes.
		if back := s.refunds(sold, client.RefundPart{Line: 0, Quantity: "1"}); back.Money != 425_00 {
			t.Errorf("%+v", back)
		}
		four.lines, four.discount, four.due = []client.CartLine{line("ticket", 4, 1000_00)}, 400_00, 3600_00
		four.why = whys{"offer-10": {"Скидка 400,00 ₽", "Discount of ₽400.00"}}
		s.sells(&four)
		premiere := line("ticket", 1, 1000_00)
		premiere.Event = "премьера"
		s.sells(&receipt{lines: []client.CartLine{premiere}, due: 1000_00})
	})
}

// «Промокод можно будет применить только в случае, если в заказе не более
// указанного количества билетов»; «максимальное количество заказов: всего, на один
// промокод, на покупателя».
func TestLimitsOfThePromoCode(t *testing.T) {
	tell(t, boxOffice, "2026-03-02 12:00", func(s *shop) {
		anna, oleg, ivan, vera := s.joins("Анна"), s.joins("Олег"), s.joins("Иван"), s.joins("Вера")
		order := func(who, code string, pieces int, off int64, why whys) *client.Purchase {
			t.Helper()
			gross := 100_00 * int64(pieces)
			return s.sells(&receipt{who: who, codes: []string{code}, lines: []client.CartLine{line("ticket", pieces, 100_00)}, discount: off, due: gross - off, why: why})
		}
		used := [2]string{"Промокод использован столько раз, сколько разрешено", "The promo code has been used as often as allowed"}
		order(anna, "ВЕСНА", 5, 50_00, whys{"code-20": {"В чеке 5 шт., а можно не больше 4", "5 units in the receipt, at most 4 allowed"}}) // the offer acts
		order(anna, "весна", 4, 80_00, whys{"code-20": {"Скидка 80,00 ₽", "Discount of ₽80.00"}})
		order(anna, "ВЕСНА", 1, 0, whys{"code-20": used}) // one of a buyer
		order(oleg, "ВЕСНА", 1, 20_00, nil)
		order(ivan, "ВЕСНА", 1, 0, whys{"весна": used}) // two of a code
		order(ivan, "VESNA-2026", 1, 20_00, nil)
		order(vera, "VESNA-2026", 1, 0, whys{"code-20": used}) // three in all
	})
}

// «Промо-тариф» takes the place of the till's price, and only lowers it.
func TestPromoTariff(t *testing.T) {
	tell(t, boxOffice, "2026-03-02 12:00", func(s *shop) {
		morning := line("ticket", 1, 400_00)
		morning.Event = "Утренник"
		s.sells(&receipt{
			lines: []client.CartLine{morning}, discount: 150_00, due: 250_00,
			why: whys{"tariff-250": {"Скидка 150,00 ₽", "Discount of ₽150.00"}},
		})
		morning.Price = 200_00
		s.sells(&receipt{lines: []client.CartLine{morning}, due: 200_00})
	})
}

// «По накоплению определённого количества активных баллов присваивается уровень…
// имеет определённый срок действия… сопровождается изменением активного баланса».
func TestLevelByActivePoints(t *testing.T) {
	tell(t, chain, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("goods", 1, 2999_80)}, allowed: 2999_00, due: 2999_80, earned: 149_99, level: "standard"})
		sold := s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("goods", 1, 3500_20)}, allowed: 3500_00, due: 3500_20, earned: 350_02, level: "vip",
			why: whys{
				"big-more":   {"200 % обычных бонусов: ещё 175,01", "200% of the usual points: 175.01 more"},
				"big-coupon": {"Выдан промокод", "A promo code is given"},
				"big-less":   {"Типы карт участника: нет, нужно: standard", "Types of the member's cards: none, needed: standard"},
			},
		})
		s.has(anna, 400_01, 0) // 100 were its price
		s.stands(anna, "vip", "2026-05-31")
		s.days(90) // it stays for its term, though the points are fewer now
		s.stands(anna, "vip", "2026-05-31")
		s.days(1)
		s.stands(anna, "standard", "")
		s.refunds(sold)
		s.has(anna, 49_99, 0)
		s.quotes(&receipt{
			who: anna, codes: []string{sold.Awards[0].Code}, lines: []client.CartLine{line("goods", 1, 100_00)}, allowed: 99_00, due: 100_00, earned: 5_00,
		})
	})
}

// «К чеку применяются правила начисления баллов или предоставляются скидки»: a
// campaign's discount, points, coupon and message go together.
func TestEverythingOfACampaign(t *testing.T) {
	tell(t, chain, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна", func(r *client.Registration) { r.Card = &client.NewCard{Type: s.cards} })
		big := receipt{
			who: anna, lines: []client.CartLine{line("goods", 3, 1000_00)}, discount: 100_00, allowed: 2899_00, due: 2900_00, earned: 290_00,
		}
		if q := s.quotes(&big); len(q.Messages) != 1 || q.Messages[0] != "Купон – в личном кабинете" {
			t.Errorf("%q", q.Messages)
		}
		coupon := s.sells(&big).Awards[0].Code
		s.sells(&receipt{
			who: anna, codes: []string{coupon}, lines: []client.CartLine{line("goods", 1, 500_00)}, discount: 50_00, allowed: 449_00, due: 450_00, earned: 22_50,
			why: whys{"coupon-10": {"Скидка 50,00 ₽", "Discount of ₽50.00"}},
		})
	})
}
