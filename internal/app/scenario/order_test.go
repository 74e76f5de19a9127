package scenario

import (
	"errors"
	"testing"

	"kopilka/client"
)

// An order on the site waits for its payment: nobody else has its points
// meanwhile, it is paid by what was shown, and its tickets are used as any.
func TestOrderWaitsForItsPayment(t *testing.T) {
	tell(t, usedPoints, "2026-05-02 12:12", func(s *shop) {
		anna := s.joins("Анна")
		first := tickets("A", 8, 1100_00, "2026-05-10 19:00")
		s.sells(&receipt{who: anna, lines: []client.CartLine{first}, allowed: 4400_00, due: 8800_00, earned: 2200_00})
		s.at("2026-05-10 18:40")
		s.enter(first.Tickets...)
		s.has(anna, 2200_00, 0)

		s.at("2026-05-31 14:03")
		r := &receipt{who: anna, lines: []client.CartLine{tickets("B", 10, 1000_00, "2026-05-31 19:00")}, spend: 2000_00}
		site := s.till(r)
		order, _, err := site.ReservePurchase(s.Context(), "order-1", &client.ReserveBody{
			Buyer: &client.Buyer{Member: anna}, Lines: r.lines, Spend: r.spend, HoldMinutes: 15,
		}, nil)
		s.no(err)
		if order.State != "held" || order.Due != 8000_00 || order.Spent != 2000_00 || order.Balance.Held != 2000_00 {
			t.Errorf("%+v", order)
		}
		s.refuses("points.not-enough", func() error {
			_, _, err := site.CommitPurchase(s.Context(), "elsewhere", &client.CommitBody{
				Buyer: &client.Buyer{Member: anna}, Lines: []client.CartLine{line("ticket", 1, 1000_00)}, Spend: 300_00,
			}, nil)
			return err
		}())
		s.at("2026-05-31 14:15")
		paid, _, err := site.ConfirmReservation(s.Context(), order.ID, "paid-1", &client.ConfirmBody{Payments: []client.Payment{{Kind: "card", Amount: 8000_00}}}, nil)
		s.no(err)
		if paid.Due != order.Due || paid.Earned != order.Earned || paid.Spent != 2000_00 {
			t.Errorf("%+v", paid)
		}
		s.has(anna, 200_00, 2000_00)

		// Another is not paid in time: its points are free, and gone.
		late, _, err := site.ReservePurchase(s.Context(), "order-2", &client.ReserveBody{
			Buyer: &client.Buyer{Member: anna}, Lines: []client.CartLine{tickets("C", 1, 1000_00, "2026-05-31 19:00")}, Spend: 200_00,
		}, nil)
		s.no(err)
		s.at("2026-05-31 14:35") // the programme's 20 minutes
		s.has(anna, 200_00, 2000_00)
		_, _, err = site.CommitPurchase(s.Context(), "after", &client.CommitBody{
			Buyer: &client.Buyer{Member: anna}, Lines: []client.CartLine{tickets("D", 1, 1000_00, "2026-05-31 19:00")}, Spend: 200_00,
		}, nil)
		s.no(err)
		s.refuses("reservation-expired", func() error {
			_, _, err := site.ConfirmReservation(s.Context(), late.ID, "paid-2", &client.ConfirmBody{}, nil)
			return err
		}())
		s.at("2026-05-31 18:45")
		s.enter("B-1", "B-2")
		s.has(anna, 400_00, 1600_00+200_00)
	})
}

// refuses wants a refusal of a code.
func (s *shop) refuses(code string, err error) {
	s.Helper()
	if problem := (*client.Problem)(nil); !errors.As(err, &problem) || problem.Code != code {
		s.Errorf("%v, want %s", err, code)
	}
}
