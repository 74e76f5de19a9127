package join_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/join"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// goes are the ways in which a member ceases to have what a guest bought: of the
// first he is asked for by nobody, of the others not by his e-mail.
func (s *shop) goes(way string, h home.ID) {
	s.t.Helper()
	var err error
	switch way {
	case "blocked":
		_, err = s.People().Block(s.t.Context(), h, 0, "спор", purchasetest.By)
	case "closed":
		_, err = s.People().Close(s.t.Context(), h, 0, "просил", purchasetest.By, nil)
	case "erased":
		s.erase(h)
	case "removed":
		_, err = s.People().RemoveIdentifier(s.t.Context(), s.rules, h, 0, member.Ref(mail), purchasetest.By)
	}
	if err != nil {
		s.t.Error(err)
	}
}

// inside has what is done in a test done in a transaction.
type inside struct {
	testing.TB
	tx *db.Tx
}

func (i inside) Context() context.Context { return db.Within(i.TB.Context(), i.tx) }

// whileGoing does something that has looked its member up while he goes, and
// comes to his lock when he is gone.
func (s *shop) whileGoing(way string, h home.ID, do func() error) error {
	s.t.Helper()
	there := make(chan struct{})
	var all sync.WaitGroup
	defer all.Wait()
	all.Go(func() {
		err := s.DB.Write(s.t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(s.t.Context(), `select 1 from home where home_id = $1 for update`, h)
			close(there)
			s.waiting(1, nil)
			sub := *s
			sub.t = inside{s.t, tx}
			sub.goes(way, h)
			return err
		})
		if err != nil {
			s.t.Error(err)
		}
	})
	<-there
	return do()
}

// TestGoneBeforeTheLock: who is blocked, closed or erased, or has let his e-mail
// go, while a claim waits for his lock is given nothing.
func TestGoneBeforeTheLock(t *testing.T) {
	t.Parallel()
	for way, want := range map[string][2]string{ // of a claim by hand, and of one by his e-mail
		"blocked": {"buyer.not-served", "buyer.not-served"},
		"closed":  {"buyer.not-served", "buyer.not-served"},
		"erased":  {"buyer.not-served", "buyer.not-served"},
		"removed": {"", "buyer.not-found"},
		"":        {"", ""},
	} {
		for i, by := range []*purchase.Contact{nil, (*purchase.Contact)(&mail)} {
			t.Run(fmt.Sprint(way, i), func(t *testing.T) {
				t.Parallel()
				s := open(t, dbtest.Open(t, db.Postgres), nil)
				p := s.buys(mail, line("T1", 1, 100_00))
				h := s.register(told(mail, s.prove(mail))).Home
				err := s.whileGoing(way, h, func() error {
					_, err := s.Desk.Claim(t.Context(), &purchase.ClaimRequest{
						Buyer: purchase.Buyer{Home: h}, Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}, Contact: by,
					})
					return err
				})
				if purchasetest.Code(err) != want[i] {
					t.Errorf("%v instead of %q", err, want[i])
				}
				s.proved()
			})
		}
	}
}

// TestRaceOfGoing: of claims and of what ends them at one instant, none comes
// after the end.
func TestRaceOfGoing(t *testing.T) {
	t.Parallel()
	twoProcesses(t, func(s *shop, at [2]*join.Joins) {
		const people = 24
		ways := []string{"blocked", "closed", "erased", "removed"}
		homes, sold := make([]home.ID, people), make([]*purchase.Purchase, people)
		for i := range people {
			g := purchase.Guest{Kind: member.Email, Value: fmt.Sprintf("guest%d@example.ru", i)}
			sold[i] = s.buys(g, line("T1", 1, 100_00))
			homes[i] = s.register(told(g, s.prove(g))).Home
		}
		atOnce(2*people, at, func(i int, j *join.Joins) {
			h, way := homes[i/2], ways[i/2%len(ways)]
			if i%2 == 0 {
				if err := j.Look(s.t.Context(), h); err != nil {
					s.t.Error(err)
				}
				return
			}
			if way == "removed" {
				g := purchase.Guest{Kind: member.Email, Value: fmt.Sprintf("guest%d@example.ru", i/2)}
				s.fatal2(s.People().RemoveIdentifier(s.t.Context(), s.rules, h, 0, member.Ref(g), purchasetest.By))
				return
			}
			s.goes(way, h)
		})
		s.past()
		for i, p := range sold {
			got := s.find(p)
			if got.Claim == nil {
				continue
			}
			end := id.ID(s.count(`select coalesce(max(change_id), 0) from member_change
 where home_id = $1 and (field = 'state' and new_value in ('blocked', 'closed') or field = 'email' and new_value = '' and old_value <> '')`, homes[i]))
			// An erasure has its id before it begins, two processes have ids of their own.
			if end != 0 && got.Claim.ID > end && s.DB.Dialect() == db.SQLite {
				s.t.Errorf("%s: given by %d, gone by %d", ways[i%len(ways)], got.Claim.ID, end)
			}
		}
	})
}

// TestSoldToNobodyGone: who is blocked or closed between being looked up and
// being locked buys, holds and is given nothing; a closed receipt is kept: of a
// blocked member as his, of one who has left as nobody's.
func TestSoldToNobodyGone(t *testing.T) {
	t.Parallel()
	ops := map[string]func(s *shop, c *purchase.Cart) error{
		"commit":  func(s *shop, c *purchase.Cart) error { _, err := s.Desk.Commit(s.t.Context(), c); return err },
		"reserve": func(s *shop, c *purchase.Cart) error { _, err := s.Desk.Reserve(s.t.Context(), c, 0); return err },
		"give": func(s *shop, c *purchase.Cart) error {
			_, err := s.Desk.Adjust(s.t.Context(), &purchase.AdjustRequest{By: c.Till, Key: c.Key, Buyer: c.Buyer, Programme: s.Programme.ID, Points: 100, Reason: "подарок", Actor: "тест"})
			return err
		},
		"open": func(s *shop, c *purchase.Cart) error {
			_, err := s.Desk.Open(s.t.Context(), c.Buyer.Home, s.Programme.ID)
			return err
		},
	}
	for _, way := range []string{"blocked", "closed", "erased"} {
		for name, op := range ops {
			t.Run(way+" "+name, func(t *testing.T) {
				t.Parallel()
				s := open(t, dbtest.Open(t, db.Postgres), nil)
				h := s.register(told(mail, s.prove(mail))).Home
				c := s.cart(purchase.Guest{}, line("T1", 1, 100_00))
				c.Buyer = purchase.Buyer{Home: h}
				want := "buyer.not-served"
				if way == "blocked" && (name == "give" || name == "open") { // his points may be put right
					want = ""
				}
				if err := s.whileGoing(way, h, func() error { return op(s, c) }); purchasetest.Code(err) != want {
					t.Errorf("%v instead of %q", err, want)
				}
				s.proved()
			})
		}
		t.Run(way+" record", func(t *testing.T) {
			t.Parallel()
			s := open(t, dbtest.Open(t, db.Postgres), nil)
			h := s.register(told(mail, s.prove(mail))).Home
			c := s.cart(purchase.Guest{}, line("T1", 1, 100_00))
			c.Buyer, c.Facts = purchase.Buyer{Home: h}, &purchase.Facts{At: s.Clock.Now()}
			var p *purchase.Purchase
			err := s.whileGoing(way, h, func() error {
				a, err := s.Desk.Record(t.Context(), c)
				if err == nil {
					p = a.Purchase
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if his := p.Home == h; his != (way == "blocked") || !slices.Contains(p.Flags, purchase.FlagBuyer) {
				t.Errorf("in home %s of %s, flags %v", p.Home, h, p.Flags)
			}
			again, err := s.Desk.Record(t.Context(), c)
			if err != nil || !again.Replayed || again.Purchase.ID != p.ID {
				t.Errorf("told again: %+v, %v", again, err)
			}
			s.proved()
		})
	}
}
