package segment_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// shop is a shop whose members' figures follow what happens.
type shop struct {
	*purchasetest.Shop
	t         *testing.T
	events    *figure.Dispatcher
	refresher *segment.Refresher
	merges    *merge.Merges
	privacy   *privacy.Privacy
}

func openShop(t *testing.T, d *db.DB) *shop {
	t.Helper()
	p := purchasetest.Programme()
	p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Total: 900_00}}
	p.Settings.ClaimWithin = 30
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t}
	s.refresher = &segment.Refresher{
		DB: d, IDs: s.IDs, Clock: s.Clock, Log: slog.New(slog.DiscardHandler),
		OwnLevel: func(i id.ID) bool { return s.Programmes.Current().OwnLevel(i) },
	}
	s.events = figure.NewDispatcher(figure.Options{DB: d, Clock: s.Clock, Log: slog.New(slog.DiscardHandler), Touched: s.refresher.Collect})
	s.merges = &merge.Merges{DB: d, IDs: s.IDs, Clock: s.Clock, Members: s.People(), Desk: s.Desk}
	s.privacy = &privacy.Privacy{DB: d, IDs: s.IDs, Clock: s.Clock, Desk: s.Desk}
	return s
}

func (s *shop) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) follow() {
	s.t.Helper()
	_, err := s.events.Drain(s.t.Context())
	s.ok(err)
	s.ok(s.refresher.Drain(s.t.Context()))
}

func (s *shop) sell(b purchase.Buyer, pieces int64) *purchase.Purchase {
	s.t.Helper()
	a, err := s.Desk.Commit(s.t.Context(), s.Cart(b, purchasetest.Line("T1", pieces, 100_00)))
	s.ok(err)
	return a.Purchase
}

// call names a member, and says where he lives.
func (s *shop) call(b purchase.Buyer) {
	s.t.Helper()
	rules := member.DefaultRules()
	rules.Mandatory = nil
	is := member.Patch{Set: map[member.Field]string{member.FieldName: "Анна", member.FieldAddressCity: "Орёл"}}
	_, err := s.People().Update(s.t.Context(), rules, b.Home, 0, is, purchasetest.By)
	s.ok(err)
}

func (s *shop) unite(into, from purchase.Buyer) error {
	s.t.Helper()
	r := merge.Request{Into: into.Home, From: from.Home, By: purchasetest.By, Reason: "одно лицо"}
	p, err := s.merges.Preview(s.t.Context(), r)
	if err != nil {
		return err
	}
	r.Digest = p.Digest
	_, err = s.merges.Merge(s.t.Context(), r)
	return err
}

// kept are the figures that a list filters by, as texts.
type kept struct {
	Level                       string
	Active, Purchases, Turnover int64
	First, Last, Consents       int64
	City, Given                 string
	Outlets                     int64
	Refunds, Tickets            int64
	Orders, Unpaid              int64
}

const qKept = `select f.home_id, f.level, f.active, f.purchases, f.turnover, f.first_purchase_at, f.last_purchase_at, f.consents, f.city_folded, f.given_folded,
 (select count(*) from member_outlet o where o.home_id = f.home_id), f.refunds, f.tickets, f.orders, f.orders_unpaid from member_figure f`

func (s *shop) stored() map[home.ID]kept {
	s.t.Helper()
	out := map[home.ID]kept{}
	s.ok(s.DB.Each(s.t.Context(), func(r db.Row) error {
		var h home.ID
		var k kept
		var given []byte
		err := r.Scan(&h, &k.Level, &k.Active, &k.Purchases, &k.Turnover, &k.First, &k.Last, &k.Consents, &k.City, &given, &k.Outlets, &k.Refunds, &k.Tickets, &k.Orders, &k.Unpaid)
		k.Given = string(given)
		out[h] = k
		return err
	}, qKept))
	return out
}

// told are the same as the programs that serve one member tell them.
func (s *shop) told(people []purchase.Buyer) map[home.ID]kept {
	s.t.Helper()
	ctx, out := s.t.Context(), map[home.ID]kept{}
	reader := &figure.Reader{DB: s.DB}
	for _, b := range people {
		m, err := member.Get(ctx, s.DB, b.Home)
		s.ok(err)
		if m.State == member.Merged || m.State == member.Closed { // who is closed here is erased
			continue
		}
		f, err := reader.OfMember(ctx, figure.MemberQuery{Home: b.Home})
		s.ok(err)
		k := kept{Active: int64(s.Balance(s.t, b).Active), First: int64(f.First), Last: int64(f.Last), City: "орел", Given: "анна"}
		k.Purchases = f.Totals[figure.Receipts] - f.Totals[figure.RefundsWhole]
		k.Turnover = f.Totals[figure.Money] - f.Totals[figure.RefundMoney]
		all, err := s.Desk.Accounts(ctx, b.Home)
		s.ok(err)
		for i := range all {
			if !all[i].Rests {
				k.Level = all[i].Account.Standing.Level
			}
		}
		if f.Totals[figure.Receipts] > 0 {
			k.Outlets = 1
		}
		s.counted(b, &k)
		out[b.Home] = k
	}
	return out
}

// counted adds what his receipts, tickets and orders are, one by one.
func (s *shop) counted(b purchase.Buyer, k *kept) {
	s.t.Helper()
	ctx := s.t.Context()
	bought, err := s.Desk.OfHome(ctx, b.Home, purchase.Cursor{}, 200)
	s.ok(err)
	for _, p := range bought {
		if p.State != "done" {
			k.Refunds++
		}
	}
	tickets, err := s.Desk.TicketsOf(ctx, b.Home, purchase.Cursor{}, 200)
	s.ok(err)
	for i := range tickets.Tickets {
		if tickets.Tickets[i].State != purchase.TicketReturned {
			k.Tickets++
		}
	}
	shape, err := s.Desk.Shape(ctx, b.Home, 0, nil)
	s.ok(err)
	k.Orders, k.Unpaid = shape.Orders.Paid+shape.Orders.Unpaid+shape.Orders.Returned, shape.Orders.Unpaid
}

// session is when that of tickets begins.
func (s *shop) session() clock.Micros { return s.Clock.Now().Add(240 * time.Hour) }

// wrong are those whose figures are found to be wrong.
func (s *shop) wrong() []segment.Wrong {
	s.t.Helper()
	ctx := s.t.Context()
	all, err := db.All(ctx, s.DB, func(r db.Row) (h home.ID, err error) { return h, r.Scan(&h) }, `select home_id from member order by home_id`)
	s.ok(err)
	var out []segment.Wrong
	s.ok(s.DB.View(ctx, func(q *db.Snapshot) error {
		out, err = (&segment.Checker{Q: q, Own: s.refresher.OwnLevel}).Check(ctx, all)
		return err
	}))
	return out
}

// harmed sees that what is changed behind the program's back is told of, until
// it is worked out anew.
func (s *shop) harmed() {
	s.t.Helper()
	ctx, person := s.t.Context(), s.Person(s.t)
	s.follow()
	for _, text := range []string{
		`update member_figure set active = active + 1 where home_id = $1`, `update member_figure set average = average + 1 where home_id = $1`,
		`update member_figure set level = 'x' where home_id = $1`, `update member_figure set city_folded = 'x' where home_id = $1`,
		`update member_figure set last_purchase_at = last_purchase_at - 1 where home_id = $1`, `update member_figure set consents = consents + 1 where home_id = $1`,
		`update member_figure set tickets = tickets + 1 where home_id = $1`, `update member_figure set orders_unpaid = orders_unpaid + 1 where home_id = $1`,
		`delete from member_figure where home_id = $1`,
	} {
		if _, err := s.DB.Exec(ctx, text, person.Home); err != nil {
			s.t.Fatal(err)
		}
		if wrong := s.wrong(); len(wrong) != 1 || wrong[0].Home != person.Home || wrong[0].Found == wrong[0].Wanted {
			s.t.Errorf("%s: %+v", text, wrong)
		}
		s.ok(s.refresher.Rebuild(ctx, func(int64) {}))
	}
	if wrong := s.wrong(); len(wrong) > 0 {
		s.t.Errorf("worked out anew: %+v", wrong)
	}
}

// TestFiguresFollow: whatever happens to members, once it has been followed
// their figures are what is told of each alone, and what working all of them
// out anew gives.
func TestFiguresFollow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := openShop(t, d)
		r := rand.New(rand.NewPCG(7, 7))
		ctx := t.Context()
		var people []purchase.Buyer
		var sold []*purchase.Purchase
		var held []purchase.PurchaseRef
		person := func() purchase.Buyer {
			b := s.Person(t)
			s.call(b)
			people = append(people, b)
			return b
		}
		for range 6 {
			person()
		}
		family, kin := s.Family(t, 3)
		people = append(people, kin...)
		for _, b := range kin {
			s.call(b)
		}
		line := func(pieces int64) purchase.CartLine {
			l := purchasetest.Line("T1", pieces, 100_00)
			if r.IntN(2) == 0 {
				l.SessionAt = s.session()
			}
			return l
		}
		for step := range 150 {
			s.Clock.Add(time.Duration(1+r.IntN(30)) * time.Hour)
			b := people[r.IntN(len(people))]
			switch n := r.IntN(23); {
			case n < 9:
				a, err := s.Desk.Commit(ctx, s.Cart(b, line(1+r.Int64N(4)), line(1)))
				if err == nil {
					sold = append(sold, a.Purchase)
				}
			case n < 13 && len(sold) > 0:
				p := sold[r.IntN(len(sold))]
				req := &purchase.RefundRequest{Till: s.Till, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}}
				if r.IntN(2) == 0 {
					req.Lines = []purchase.RefundPart{{Line: r.IntN(2), Quantity: money.Piece}}
				}
				_, _ = s.Desk.Refund(ctx, req)
			case n < 14:
				nameless := s.sell(purchase.Buyer{}, 2)
				if _, err := s.Desk.Claim(ctx, &purchase.ClaimRequest{Buyer: b, Purchase: purchase.PurchaseRef{Home: nameless.Home, ID: nameless.ID}}); err == nil {
					sold = append(sold, nameless)
				}
			case n < 15:
				_ = s.unite(b, people[r.IntN(len(people))])
			case n < 16 && step%3 == 0:
				_, _ = s.privacy.Erase(ctx, privacy.Erasure{Member: b.Home, Ground: privacy.Withdrawn, Forfeit: true, By: purchasetest.By})
			case n < 17:
				_, _ = s.People().LeaveHousehold(ctx, family.ID, b.Home, purchasetest.By)
			case n < 18:
				_, _ = s.People().JoinHousehold(ctx, family.ID, b.Home, purchasetest.By)
			case n < 19:
				_, err := s.Desk.SettleDue(ctx, 100)
				s.ok(err)
			case n < 21:
				c := s.Cart(b, line(1))
				c.Wish.Points = money.Points(1+r.Int64N(10)) * 1_00
				if a, err := s.Desk.Reserve(ctx, c, 48*time.Hour); err == nil {
					held = append(held, purchase.PurchaseRef{Home: a.Reservation.Home, ID: a.Reservation.ID})
				}
			case n < 22 && len(held) > 0 && r.IntN(2) == 0:
				c := &purchase.ConfirmRequest{Reservation: held[r.IntN(len(held))], Till: s.Till, Key: s.IDs.New().String()}
				if a, err := s.Desk.Confirm(ctx, c); err == nil {
					sold = append(sold, a.Purchase)
				}
			case n < 22 && len(held) > 0:
				_, _ = s.Desk.Cancel(ctx, held[r.IntN(len(held))])
			default:
				person()
			}
			if wrong := s.wrong(); len(wrong) > 0 {
				t.Fatalf("step %d, while changes wait: %+v", step, wrong)
			}
			if step%10 != 9 {
				continue
			}
			s.ok(s.Desk.SettleAllDue(ctx, nil)) // what has run out is let go when it is written
			s.follow()
			if wrong := s.wrong(); len(wrong) > 0 {
				t.Fatalf("after step %d: %+v", step, wrong)
			}
			if diff := cmp.Diff(s.told(people), s.stored()); diff != "" {
				t.Fatalf("after step %d: %s", step, diff)
			}
		}
		s.harmed()
		before := s.stored()
		for _, table := range []string{"member_figure", "member_outlet"} {
			_, err := d.Exec(ctx, "delete from "+table)
			s.ok(err)
		}
		s.ok(s.refresher.Rebuild(ctx, func(int64) {}))
		if diff := cmp.Diff(before, s.stored()); diff != "" {
			t.Fatalf("worked out anew: %s", diff)
		}
		if len(before) < 5 {
			t.Fatal(fmt.Sprint(len(before), " are left: too few to tell"))
		}
	})
}
