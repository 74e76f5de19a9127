package purchase_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// tickets is a line of numbered tickets.
func tickets(sku string, price money.Amount, numbers ...string) purchase.CartLine {
	l := purchasetest.Line(sku, int64(len(numbers)), price)
	l.Tickets, l.SessionAt = numbers, clock.Of(purchasetest.Start.AddDate(0, 0, 10))
	return l
}

func TestTicketsOfACart(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		many := make([]string, purchase.MaxPieces+1)
		for i := range many {
			many[i] = fmt.Sprint(i)
		}
		few := tickets("T1", 100, "a", "b")
		few.Tickets = few.Tickets[:1]
		broken := tickets("T1", 100, "a")
		broken.Quantity = 1500
		broken.Gross = 0
		full := make([]purchase.CartLine, 5)
		for i := range full {
			full[i] = purchasetest.Line("T1", 450, 1)
			full[i].SessionAt = 1
		}
		for name, c := range map[string]struct {
			lines []purchase.CartLine
			codes []string // path and code
		}{
			"fewer numbers than pieces": {[]purchase.CartLine{few}, []string{"lines[0].tickets purchase.tickets"}},
			"one number twice":          {[]purchase.CartLine{tickets("T1", 100, "a"), tickets("T2", 100, "b", "a")}, []string{"lines[1].tickets[1] purchase.ticket-twice"}},
			"no number":                 {[]purchase.CartLine{tickets("T1", 100, "")}, []string{"lines[0].tickets[0] purchase.ticket"}},
			"half a ticket":             {[]purchase.CartLine{broken}, []string{"lines[0].quantity purchase.ticket-pieces"}},
			"too many":                  {[]purchase.CartLine{tickets("T1", 1, many...)}, []string{"lines[0].quantity purchase.ticket-pieces"}},
			"too many in all":           {full, []string{"lines purchase.too-many-tickets"}},
		} {
			_, err := s.Desk.Commit(t.Context(), s.Cart(s.Member(t), c.lines...))
			var got []string
			if f := fault.From(err); err != nil {
				for _, x := range f.Fields {
					got = append(got, x.Path+" "+x.Code)
				}
			}
			if !slices.Equal(got, c.codes) {
				t.Errorf("%s: %v, want %v", name, got, c.codes)
			}
		}
	})
}

// TestTicketIsSoldOnce: a ticket's number is one purchase's, whatever sells it
// at one instant; a receipt that is closed already is kept, and flagged.
func TestTicketIsSoldOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := purchasetest.Open(t, d, purchasetest.Programme())
		desks := []*purchase.Desk{s.Desk, s.NewDesk(t)}
		for round := range 10 {
			number := fmt.Sprint("n", round)
			var mu sync.Mutex
			var wg sync.WaitGroup
			sold, refused := 0, 0
			for i := range 6 {
				c := s.Cart(s.Member(t), tickets("T1", 10_000, number, fmt.Sprint(number, "-", i)))
				wg.Go(func() {
					_, err := desks[i%2].Commit(ctx, c)
					mu.Lock()
					defer mu.Unlock()
					switch purchasetest.Code(err) {
					case "":
						sold++
					case "purchase.ticket-taken":
						refused++
					default:
						t.Errorf("commit: %v", err)
					}
				})
			}
			wg.Wait()
			if sold != 1 || refused != 5 {
				t.Fatalf("round %d: sold %d times, refused %d times", round, sold, refused)
			}
		}
		again := s.Cart(s.Member(t), tickets("T1", 10_000, "n0"))
		if _, err := s.Desk.Quote(ctx, again); !fault.Is(err, "purchase.ticket-taken") {
			t.Errorf("quoted: %v", err)
		}
		again.Facts = &purchase.Facts{At: s.Clock.Now()}
		a, err := s.Desk.Record(ctx, again)
		if err != nil || !has(a.Purchase.Flags, purchase.FlagTicket) {
			t.Errorf("recorded: %+v, %v", a, err)
		}
		proved(t, d)
	})
}
