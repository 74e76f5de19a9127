package scenario

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"kopilka/client"
)

const (
	usedPoints   = "universal-tickets.yaml"
	usedDiscount = "universal-discount.yaml"
)

// tickets is an order of tickets with numbers of their own, for an evening in
// Moscow.
func tickets(order string, pieces int, price int64, evening string) client.CartLine {
	l := line("ticket", pieces, price)
	for i := range pieces {
		l.Tickets = append(l.Tickets, fmt.Sprint(order, "-", i+1))
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", evening, moscow)
	if err != nil {
		panic(err)
	}
	l.SessionAt = at
	return l
}

// enter lets people in by their tickets.
func (s *shop) enter(numbers ...string) {
	s.Helper()
	for _, n := range numbers {
		_, _, err := s.gate.RecordVisit(s.Context(), "gate-"+n, &client.VisitBody{Ticket: n})
		s.no(err)
	}
}

// «Накоплено бонусов: 700. Ещё 2075 бонусов будут активированы после использования
// билетов»: ten tickets of 10 000 ₽, then six of them are used.
func TestPointsOfTicketsWaitForTheirUse(t *testing.T) {
	tell(t, usedPoints, "2026-05-02 12:12", func(s *shop) {
		anna := s.joins("Анна")
		first := tickets("A", 8, 1100_00, "2026-05-10 19:00")
		s.sells(&receipt{who: anna, lines: []client.CartLine{first}, allowed: 4400_00, due: 8800_00, earned: 2200_00})
		s.sells(&receipt{who: anna, lines: []client.CartLine{tickets("B", 1, 800_00, "2026-05-10 19:00")}, allowed: 400_00, due: 800_00, earned: 200_00})
		s.has(anna, 0, 2400_00)
		s.at("2026-05-10 18:40")
		s.enter(append(first.Tickets, "B-1")...)
		s.has(anna, 2400_00, 0)

		s.at("2026-05-31 14:03")
		order := tickets("C", 10, 1000_00, "2026-05-31 19:00")
		sold := s.sells(&receipt{
			who: anna, lines: []client.CartLine{order}, spend: 1700_00,
			allowed: 5000_00, spent: 1700_00, due: 8300_00, earned: 2075_00,
		})
		s.has(anna, 700_00, 2075_00)

		s.at("2026-05-31 18:45")
		s.enter(order.Tickets[:6]...)
		s.has(anna, 1945_00, 830_00) // six of ten parts of 2 075
		_, _, err := s.gate.RecordVisit(s.Context(), "again", &client.VisitBody{Ticket: "C-6"})
		if problem := (*client.Problem)(nil); !errors.As(err, &problem) || problem.Code != "visit.used" {
			t.Errorf("let in twice: %v", err)
		}
		// Who does not come gives his ticket back: only its own points go.
		back := s.refunds(sold, client.RefundPart{Line: 0, Quantity: "1", Tickets: []string{"C-10"}})
		if back.Money != 830_00 || back.Given != 170_00 || back.Earned != 207_50 {
			t.Errorf("a ticket back: %+v", back)
		}
		s.has(anna, 2115_00, 622_50)
		// Three nobody came with: what has waited for them is gone after a month.
		s.days(29)
		s.has(anna, 2115_00, 622_50)
		s.days(2)
		s.has(anna, 2115_00, 0)
	})
}

// «Размер скидки определяется суммой совершённых ранее покупок. Учитываются только
// те билеты, по которым был осуществлён проход».
func TestDiscountBySumOfUsedTickets(t *testing.T) {
	tell(t, usedDiscount, "2026-05-02 12:12", func(s *shop) {
		anna := s.joins("Анна")
		evening := "2026-05-10 19:00"
		s.sells(&receipt{who: anna, lines: []client.CartLine{tickets("A", 2, 500_00, evening)}, due: 1000_00})
		s.sells(&receipt{who: anna, lines: []client.CartLine{tickets("B", 1, 500_00, evening)}, due: 500_00}) // bought is not used
		s.at("2026-05-10 18:40")
		s.enter("A-1")
		s.sells(&receipt{who: anna, lines: []client.CartLine{tickets("C", 1, 500_00, evening)}, due: 500_00}) // 500 are
		s.enter("A-2")
		sold := s.sells(&receipt{
			who: anna, lines: []client.CartLine{tickets("D", 1, 500_00, evening), line("goods", 1, 100_00)}, discount: 50_00, due: 550_00,
			why: whys{"saved": {"Скидка 50,00 ₽", "Discount of ₽50.00"}},
		})
		if back := s.refunds(sold); back.Money != 550_00 {
			t.Errorf("%+v", back)
		}
	})
}
