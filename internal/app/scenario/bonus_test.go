package scenario

import (
	"testing"

	"kopilka/client"
)

const (
	salon     = "bonus-shop.yaml"
	bonusCard = "bonus-card.yaml"
	byTheSum  = "bonus-receipt.yaml"
)

// «При покупке до 1000 рублей копится 3 % бонусами, а свыше 1000 рублей – 10 %»:
// the step itself belongs to the higher, and its rate acts on the whole.
func TestThreeBelowAThousandTenFromIt(t *testing.T) {
	tell(t, byTheSum, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("goods", 1, 999_99)}, allowed: 999_00, due: 999_99, earned: 29_99,
			why: whys{"by-sum": {"Начислено 3 % от 999,99 ₽", "Earned 3% of ₽999.99"}},
		})
		s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("goods", 2, 500_00)}, allowed: 999_00, due: 1000_00, earned: 100_00,
			why: whys{"by-sum": {"Начислено 10 % от 1 000,00 ₽", "Earned 10% of ₽1,000.00"}},
		})
		// Points paid a part: what is earned is earned on the money.
		s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("goods", 2, 500_00)}, spend: 1_00,
			allowed: 999_00, spent: 1_00, due: 999_00, earned: 29_97,
		})
		s.has(anna, 158_96, 0)
		s.at("2026-06-30 23:59")
		s.days(0)
		s.has(anna, 158_96, 0)
		s.at("2026-07-01 00:00") // «в определённые даты»
		s.days(0)
		s.has(anna, 0, 0)
	})
}

// «С каждой 1000 рублей в чеке начисляется 50 бонусов»: of full ones only.
func TestFiftyForEachFullThousand(t *testing.T) {
	tell(t, byTheSum, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("service", 1, 999_99)}, allowed: 999_00, due: 999_99})
		sold := s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("service", 2, 1999_99)}, allowed: 3999_00, due: 3999_98, earned: 150_00,
			why: whys{"thousands": {"Начислено бонусов: 150, по 50 за каждые полные 1 000,00 ₽ из 3 999,98 ₽", "Points earned: 150, 50 for each full ₽1,000.00 of ₽3,999.98"}},
		})
		s.refunds(sold, client.RefundPart{Line: 0, Quantity: "1"}) // what stays keeps its rate
		s.has(anna, 75_00, 0)
		s.refunds(sold)
		s.has(anna, 0, 0)
	})
}

// «При достижении клиентом общей суммы покупок 10000 рублей уровень его карты
// меняется с 3 % на 5 %».
func TestThreeToFiveAtTenThousand(t *testing.T) {
	tell(t, bonusCard, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		thing := func(price, earned int64, level string) *client.Purchase {
			t.Helper()
			return s.sells(&receipt{
				who: anna, lines: []client.CartLine{line("goods", 1, price)}, allowed: price * 3 / 10 / 100 * 100, due: price, earned: earned, level: level,
			})
		}
		thing(9000_00, 270_00, "standard")
		if next := s.account(anna).Level.Next; next == nil || next.Level != "gold" || next.Total != 1000_00 {
			t.Errorf("«на какую сумму нужно совершить покупки для получения следующей карты»: %+v", next)
		}
		thing(999_00, 29_97, "standard")
		lifts := thing(1_00, 3, "gold")
		s.days(400) // who has bought for ten thousand has for ever
		s.stands(anna, "gold", "")
		thing(1000_00, 50_00, "gold")
		s.refunds(lifts) // without it there are still 10 999
		s.stands(anna, "gold", "")
	})
}

// «При сумме покупки до 1000 рублей скидка 5 %, от 1000 рублей – 10 %» and points
// beside it: «бонусно-дисконтная программа».
func TestDiscountAndPointsOfTheVIPCard(t *testing.T) {
	tell(t, bonusCard, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("goods", 1, 100000_00)}, allowed: 30000_00, due: 100000_00, earned: 3000_00, level: "vip"})
		s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("goods", 1, 999_00)}, discount: 49_95, allowed: 284_00, due: 949_05, earned: 47_45,
			why: whys{
				"vip-less":   {"Скидка 49,95 ₽", "Discount of ₽49.95"},
				"vip-earns":  {"Начислено 5 % от 949,05 ₽", "Earned 5% of ₽949.05"},
				"standard-3": {"Уровень: vip, нужно: standard", "Level: vip, needed: standard"},
			},
		})
		// 2000 less 10 % and 540 points are 1260, of which 10 % are earned.
		sold := s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("goods", 2, 1000_00)}, most: true,
			discount: 200_00, allowed: 540_00, spent: 540_00, due: 1260_00, earned: 126_00,
		})
		back := s.refunds(sold, client.RefundPart{Line: 0, Quantity: "1"})
		if back.Money != 630_00 || back.Given != 270_00 || back.Earned != 63_00 {
			t.Errorf("half of it: %+v", back)
		}
	})
}

// «За услуги можно начислять 10 % бонусов, а на сопутствующие товары только 3 %. И
// при этом, за услуги можно расплатиться бонусами до 50 %», goods not at all.
func TestServicesAndGoods(t *testing.T) {
	tell(t, salon, "2026-03-02 13:00", func(s *shop) {
		anna := s.joins("Анна")
		s.has(anna, 200_00, 0)
		s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("service", 1, 300_00), line("goods", 1, 200_00)}, most: true,
			allowed: 150_00, spent: 150_00, due: 350_00, earned: 21_00, // 15 and 6
			why: whys{
				"spend":        {"Оплачено бонусами: 150", "Paid with points: 150"},
				"earn.service": {"Начислено 10 % от 150,00 ₽", "Earned 10% of ₽150.00"},
				"earn.goods":   {"Начислено 3 % от 200,00 ₽", "Earned 3% of ₽200.00"},
				"vip":          {"Группы участника: нет, нужно: VIP", "The member's groups: none, needed: VIP"},
			},
		})
		s.has(anna, 150_00, 21_00) // 50 and the gift for a first purchase can be spent at once, the rest after a fortnight
		s.days(14)
		s.has(anna, 171_00, 0)
		s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("goods", 1, 100_00)}, most: true, due: 100_00, earned: 3_00,
			why: whys{"spend": {"В чеке нет того, что можно оплатить бонусами", "Nothing in the receipt can be paid with points"}},
		})
	})
}

// «С 9 до 12 начисляем в 2 раза больше бонусов»: by the outlet's clock, twelve
// itself is past it.
func TestFromNineToTwelveDouble(t *testing.T) {
	tell(t, salon, "2026-03-02 08:59", func(s *shop) {
		anna := s.joins("Анна")
		goods := func(earned int64, why [2]string) {
			t.Helper()
			s.sells(&receipt{who: anna, lines: []client.CartLine{line("goods", 1, 100_00)}, due: 100_00, earned: earned, why: whys{"morning": why}})
		}
		goods(3_00, [2]string{"Время: 08:59, нужно: от 09:00 и меньше 12:00", "Time: 08:59, needed: from 09:00 and below 12:00"})
		s.at("2026-03-02 09:00")
		goods(6_00, [2]string{"200 % обычных бонусов: ещё 3", "200% of the usual points: 3 more"})
		s.at("2026-03-02 11:59")
		goods(6_00, [2]string{"200 % обычных бонусов: ещё 3", "200% of the usual points: 3 more"})
		s.at("2026-03-02 12:00")
		goods(3_00, [2]string{"Время: 12:00, нужно: от 09:00 и меньше 12:00", "Time: 12:00, needed: from 09:00 and below 12:00"})
	})
}

// «Изменение правил начисления/списания и срока жизни бонусов в зависимости от
// группы товара, текущего времени, способа оплаты, кассира».
func TestByGroupPaymentAndCashier(t *testing.T) {
	tell(t, salon, "2026-03-02 13:00", func(s *shop) {
		anna, boss := s.joins("Анна"), s.joins("Борис", s.in("VIP"))
		s.sells(&receipt{ // 10 of the coffee, for a week
			who: anna, lines: []client.CartLine{line("latte", 1, 200_00), line("goods", 1, 100_00)}, due: 300_00, earned: 13_00,
			why: whys{"coffee-soon": {"Начислено 5 % от 200,00 ₽", "Earned 5% of ₽200.00"}},
		})
		s.has(anna, 310_00, 3_00)
		s.days(8)
		s.has(anna, 300_00, 3_00)

		s.sells(&receipt{ // half of it in cash
			who: boss, lines: []client.CartLine{line("goods", 1, 1000_00)}, due: 1000_00, earned: 55_00,
			payments: []client.Payment{{Kind: "наличные", Amount: 500_00}, {Kind: "карта", Amount: 500_00}},
			why: whys{
				"cash": {"Начислено 1 % от 500,00 ₽", "Earned 1% of ₽500.00"},
				"vip":  {"Начислено 2 % от 1 000,00 ₽", "Earned 2% of ₽1,000.00"},
			},
		})
		s.sells(&receipt{
			who: boss, cashier: s.trainee, lines: []client.CartLine{line("service", 1, 100_00)}, most: true,
			allowed: 20_00, spent: 20_00, due: 80_00, earned: 9_60, // 10 % and 2 %
			why: whys{"trainee": {"Бонусами можно оплатить до 20 %", "Up to 20% may be paid with points"}},
		})
	})
}

// «Сгорание бонусов через N дней с момента последней покупки».
func TestPointsLiveByTheLastPurchase(t *testing.T) {
	tell(t, salon, "2026-03-02 13:00", func(s *shop) {
		anna := s.joins("Анна")
		sold := s.sells(&receipt{who: anna, lines: []client.CartLine{line("service", 1, 100_00)}, allowed: 50_00, due: 100_00, earned: 10_00})
		s.days(180)
		s.has(anna, 10_00, 0) // the gifts have had their own terms
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("goods", 1, 10_00)}, due: 10_00, earned: 30})
		s.days(180)
		s.has(anna, 10_30, 0)
		s.days(1)
		s.has(anna, 0, 0)
		s.refunds(sold) // nothing is owed for what has expired
		s.has(anna, 0, 0)
	})
}

// «Подарочные бонусы с ограниченным сроком действия на день рождения клиентов», and
// of their children: each once, whether anybody comes or not.
func TestBirthdays(t *testing.T) {
	tell(t, salon, "2026-03-02 13:00", func(s *shop) {
		anna := s.joins("Анна", func(r *client.Registration) {
			r.Profile.BirthDate = "1990-03-05"
			r.Relatives = []client.Relative{{Kind: client.RelativeKindChild, Name: "Петя", BirthDate: "2018-03-07"}}
		})
		s.has(anna, 200_00, 0)
		s.days(3)
		s.has(anna, 500_00, 0)
		s.days(2)
		s.has(anna, 550_00, 0)
		s.days(14)
		s.has(anna, 250_00, 0) // all of the 21st Petya's are there
		s.days(1)
		s.has(anna, 200_00, 0)
	})
}
