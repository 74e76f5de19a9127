package scenario

import (
	"strings"
	"testing"

	"kopilka/client"
)

const club = "cinema-club.yaml"

// «На билет за 100 ₽ можно потратить до 10 бонусов и 90 ₽».
func TestTicketForTenPoints(t *testing.T) {
	tell(t, club, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		s.has(anna, 100_00, 0)
		s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("ticket", 1, 100_00)}, most: true,
			allowed: 10_00, spent: 10_00, due: 90_00, earned: 2_70, // 3 % of 90
			why: whys{
				"spend":        {"Оплачено бонусами: 10", "Paid with points: 10"},
				"guest-ticket": {"Начислено 3 % от 90,00 ₽", "Earned 3% of ₽90.00"},
			},
		})
		s.has(anna, 92_70, 0)
	})
}

// «Внесём 7 ₽ бонусами. Останется внести 713 ₽. Столько бонусов будет начислено
// клиенту после оплаты заказа»: it is shown before, and is so after.
func TestSevenHundredAndTwenty(t *testing.T) {
	tell(t, club, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		// 7 roubles lie on 500 of tickets and 220 of the bar as 4.86 and 2.14:
		// 3 % of 495.14 are 14.85, 5 % of 217.86 are 10.89.
		sold := s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("ticket", 2, 250_00), line("bar", 1, 220_00)}, spend: 7_00,
			allowed: 94_00, spent: 7_00, due: 713_00, earned: 25_74,
			why: whys{
				"guest-ticket": {"Начислено 3 % от 495,14 ₽", "Earned 3% of ₽495.14"},
				"guest-bar":    {"Начислено 5 % от 217,86 ₽", "Earned 5% of ₽217.86"},
			},
		})
		s.has(anna, 118_74, 0)
		if sold.Balance.Active != 118_74 {
			t.Errorf("the till shows %+v", sold.Balance)
		}
	})
}

// «Ограничить срок их использования»: welcome points that nobody uses are gone
// after thirty days, those earned by then are not.
func TestWelcomePointsExpire(t *testing.T) {
	tell(t, club, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("bar", 1, 1000_00)}, allowed: 200_00, due: 1000_00, earned: 50_00})
		s.days(30) // all of 1 April they are there
		s.has(anna, 150_00, 0)
		s.days(1)
		s.has(anna, 50_00, 0)
		if a := s.account(anna); a.Expired != 100_00 {
			t.Errorf("%+v", a)
		}
		s.days(60) // those of the purchase are there until 31 May
		s.has(anna, 0, 0)
	})
}

// «Необходимо выполнить 20 посещений в течение 30 дней», then «опускается на
// уровень ниже».
func TestTwentyVisits(t *testing.T) {
	tell(t, club, "2026-03-01 12:00", func(s *shop) {
		anna := s.joins("Анна")
		for range 19 {
			s.sells(&receipt{who: anna, lines: []client.CartLine{line("bar", 1, 10_00)}, allowed: 2_00, due: 10_00, earned: 50, level: "guest"})
			s.days(1)
		}
		// The twentieth is judged at the level held before it, and lifts.
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("bar", 1, 10_00)}, allowed: 2_00, due: 10_00, earned: 50, level: "regular"})
		s.stands(anna, "regular", "2026-04-19") // thirty days from 20 March
		last := s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("bar", 1, 100_00)}, allowed: 50_00, due: 100_00, earned: 10_00,
			why: whys{
				"regular-bar": {"Начислено 10 % от 100,00 ₽", "Earned 10% of ₽100.00"},
				"guest-bar":   {"Уровень: regular, нужно: guest", "Level: regular, needed: guest"},
			},
		})
		s.days(30)
		s.stands(anna, "regular", "2026-04-19")
		s.days(1)
		s.stands(anna, "guest", "")
		s.refunds(last) // of that time: what it earned goes, at the level of now
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("ticket", 1, 100_00)}, allowed: 10_00, due: 100_00, earned: 3_00, level: "guest"})
	})
}

// «Отдельно можно расписать суммы трат для бара и билетов»: five thousand of
// tickets alone are not enough, with a thousand of the bar they are.
func TestBarAndTicketsApart(t *testing.T) {
	tell(t, club, "2026-03-01 12:00", func(s *shop) {
		anna := s.joins("Анна")
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("ticket", 10, 500_00)}, allowed: 500_00, due: 5000_00, earned: 150_00, level: "guest"})
		next := s.account(anna).Level.Next
		if next == nil || next.Level != "regular" || next.Sum != 0 || len(next.Parts) != 2 || next.Parts[0].Sum != 1000_00 || next.Parts[1].Sum != 0 || next.Visits != 19 {
			t.Errorf("left to the next level: %+v", next)
		}
		lifts := s.sells(&receipt{who: anna, lines: []client.CartLine{line("bar", 2, 500_00)}, allowed: 200_00, due: 1000_00, earned: 50_00, level: "regular"})
		if back := s.refunds(lifts); back.Level != "guest" || back.Earned != 50_00 {
			t.Errorf("the rise that it caused stays: %+v", back)
		}
		s.days(31) // the tickets are of another period now
		s.sells(&receipt{who: anna, lines: []client.CartLine{line("bar", 2, 500_00)}, allowed: 200_00, due: 1000_00, earned: 50_00, level: "guest"})
	})
}

// «В сумме они не должны превышать общую».
func TestPartsAboveTheSum(t *testing.T) {
	tell(t, club, "2026-03-01 12:00", func(s *shop) {
		text := strings.Replace(s.read(club), "{types: [bar], sum: 1000}", "{types: [bar], sum: 2000.01}", 1)
		if status, body := s.send(text); status != 400 || !strings.Contains(body, "levels[1].parts") {
			t.Errorf("%d %s", status, body)
		}
	})
}

// «Уровень будет действовать только для этих клиентов» and «количество дней, в
// течение которых начисляется кешбэк».
func TestLevelOfAGroup(t *testing.T) {
	tell(t, club, "2026-03-01 12:00", func(s *shop) {
		oleg := s.joins("Олег", s.in("Сотрудники"))
		s.stands(oleg, "staff", "")
		coffee := receipt{
			who: oleg, lines: []client.CartLine{line("bar", 1, 100_00)}, allowed: 20_00, due: 100_00, earned: 20_00,
			why: whys{"staff-bar": {"Начислено 20 % от 100,00 ₽", "Earned 20% of ₽100.00"}},
		}
		s.sells(&coffee)
		s.days(15) // they live a fortnight
		s.has(oleg, 100_00, 0)
		s.days(44)
		s.sells(&coffee)
		s.days(1)
		coffee.earned = 0
		coffee.why = whys{"earn": {"На этом уровне бонусы не начисляются", "No points are earned at this level"}}
		s.sells(&coffee)
	})
}

// «Чтобы при возврате товара или билета клиенту возвращались бонусы, потраченные
// при покупке, поставьте эту галочку».
func TestRefundWithAndWithoutTheTick(t *testing.T) {
	tell(t, club, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		two := receipt{
			who: anna, lines: []client.CartLine{line("ticket", 2, 100_00)}, spend: 20_00,
			allowed: 20_00, spent: 20_00, due: 180_00, earned: 5_40,
		}
		sold := s.sells(&two)
		s.has(anna, 85_40, 0)
		one := s.refunds(sold, client.RefundPart{Line: 0, Quantity: "1"})
		if one.Money != 90_00 || one.Given != 10_00 || one.Earned != 2_70 {
			t.Errorf("%+v", one)
		}
		s.refunds(sold, client.RefundPart{Line: 0, Quantity: "1"})
		s.has(anna, 100_00, 0)

		s.put(strings.Replace(s.read(club), "return_spent: yes", "return_spent: no", 1))
		back := s.refunds(s.sells(&two))
		if back.Money != 180_00 || back.Spent != 20_00 || back.Given != 0 || back.Earned != 5_40 {
			t.Errorf("%+v", back)
		}
		s.has(anna, 80_00, 0)
	})
}

// «Бонусы могут начисляться: при покупке товаров со скидками; за билеты на фильмы
// с меморандумом; а также при частичной оплате бонусами»: each can be off.
func TestWhatEarns(t *testing.T) {
	film := line("ticket", 1, 100_00)
	film.Memorandum = true
	tell(t, club, "2026-03-02 12:00", func(s *shop) {
		anna := s.joins("Анна")
		s.sells(&receipt{who: anna, lines: []client.CartLine{film}, due: 100_00, earned: 3_00})
		s.put(strings.Replace(s.read(club), "earn_on_memorandum: yes", "earn_on_memorandum: no", 1))
		s.sells(&receipt{who: anna, lines: []client.CartLine{film, line("bar", 1, 100_00)}, allowed: 20_00, due: 200_00, earned: 5_00})
		s.put(strings.Replace(s.read(club), "earn_with_spend: yes", "earn_with_spend: no", 1))
		s.sells(&receipt{
			who: anna, lines: []client.CartLine{line("ticket", 1, 100_00)}, spend: 1_00, allowed: 10_00, spent: 1_00, due: 99_00,
			why: whys{"earn": {"При оплате бонусами новые бонусы не начисляются", "A receipt paid with points earns none"}},
		})
		// A discount of a day, to see what goods with one earn.
		sale := "rules: [{id: sale, kind: discount, rate: 10%, scope: {type: bar}}]\n"
		bar := receipt{who: anna, lines: []client.CartLine{line("bar", 1, 100_00)}, discount: 10_00, allowed: 18_00, due: 90_00, earned: 4_50}
		s.put(s.read(club) + sale)
		s.sells(&bar)
		s.put(strings.Replace(s.read(club), "earn_on_discounted: yes", "earn_on_discounted: no", 1) + sale)
		bar.earned = 0
		s.sells(&bar)
	})
}
