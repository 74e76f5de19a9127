package join_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/join"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/privacy"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// heldUp is a sale to a guest that has found who he is and has not ended: on
// PostgreSQL somebody else has its key. let lets it end.
type heldUp struct {
	s    *shop
	let  func()
	done chan *purchase.Purchase
}

var errLet = errors.New("let go")

// holdUp begins a sale and waits until it waits for its key.
func (s *shop) holdUp(g purchase.Guest) *heldUp {
	s.t.Helper()
	c := s.cart(g, line("T1", 1, 100_00))
	there, free := make(chan struct{}), make(chan struct{})
	h := &heldUp{s: s, let: sync.OnceFunc(func() { close(free) }), done: make(chan *purchase.Purchase, 1)}
	s.t.Cleanup(h.let)
	go func() {
		err := s.DB.Write(s.t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(s.t.Context(), `insert into receipt_key (till_id, key, home_id, op_id, hash) values ($1, $2, 1, 1, $3)`, c.Till, c.Key, []byte{1})
			close(there)
			<-free
			return errors.Join(err, errLet)
		})
		if !errors.Is(err, errLet) {
			s.t.Error(err)
		}
	}()
	<-there
	go func() {
		a, err := s.Desk.Commit(s.t.Context(), c)
		if err != nil {
			s.t.Error(err)
			a = &purchase.Answer{}
		}
		h.done <- a.Purchase
	}()
	s.waiting(1, nil)
	return h
}

// waiting waits until so many wait for locks of the base, or it is over.
func (s *shop) waiting(n int64, over <-chan struct{}) {
	s.t.Helper()
	for s.count(`select count(*) from pg_locks l join pg_database d on d.datname = current_database()
 where not l.granted and l.pid in (select pid from pg_stat_activity where datid = d.oid)`) < n {
		select {
		case <-over:
			return
		case <-s.t.Context().Done():
			s.t.Fatal("nobody waits")
		default:
		}
	}
}

// meanwhile does what may have to wait for the sale, and then lets that end.
func (h *heldUp) meanwhile(what func()) *purchase.Purchase {
	h.s.t.Helper()
	over := make(chan struct{})
	go func() {
		defer close(over)
		what()
	}()
	h.s.waiting(2, over)
	h.let()
	<-over
	return <-h.done
}

func (s *shop) merges() *merge.Merges {
	return &merge.Merges{DB: s.DB, IDs: s.IDs, Clock: s.Clock, Members: s.People(), Desk: s.Desk}
}

func (s *shop) unite(into, from home.ID) {
	r := merge.Request{Into: into, From: from, By: purchasetest.By, Reason: "одно лицо"}
	p, err := s.merges().Preview(context.WithoutCancel(s.t.Context()), r)
	if err == nil {
		r.Digest = p.Digest
		_, err = s.merges().Merge(s.t.Context(), r)
	}
	if err != nil {
		s.t.Error(err)
	}
}

func (s *shop) erase(h home.ID) {
	p := privacy.Privacy{DB: s.DB, IDs: s.IDs, Clock: s.Clock, Desk: s.Desk}
	if _, err := p.Erase(s.t.Context(), privacy.Erasure{Member: h, Ground: privacy.Withdrawn, Forfeit: true, By: purchasetest.By}); err != nil {
		s.t.Error(err)
	}
}

// A sale that began when nobody had proven the guest's e-mail, or when another
// had it, ends after somebody looked for what he bought: the job or the sale
// itself has noted that it is his.
func TestSaleUnderWay(t *testing.T) {
	t.Parallel()
	proven := func(s *shop) home.ID { return s.register(told(mail, s.prove(mail))).Home }
	for name, during := range map[string]func(s *shop, had home.ID) home.ID{
		"proven": func(s *shop, had home.ID) home.ID {
			s.fatal2(s.People().RemoveIdentifier(s.t.Context(), s.rules, had, 0, member.Ref(mail), purchasetest.By))
			h := proven(s)
			s.fatal(s.joins.Look(s.t.Context(), h))
			return h
		},
		"merged": func(s *shop, had home.ID) home.ID {
			h := s.register().Home
			s.unite(h, had)
			return h
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, dbtest.Open(t, db.Postgres), nil)
			had := proven(s)
			s.past()
			var whose home.ID
			p := s.holdUp(mail).meanwhile(func() { whose = during(s, had) })
			s.past()
			s.Clock.Add(time.Hour)
			s.past()
			if got := s.find(p); got.Claim == nil || got.Claim.Member != whose {
				t.Errorf("it is %+v's, not %s's", got.Claim, whose)
			}
			if n := s.count(`select count(*) from guest_due`); n != 0 {
				t.Errorf("%d still due", n)
			}
			s.proved()
		})
	}
}

// TestRaceOfProofs: guests buy while they become members, by two processes.
// Once the jobs have run, nothing is left that is not given.
func TestRaceOfProofs(t *testing.T) {
	t.Parallel()
	twoProcesses(t, func(s *shop, at [2]*join.Joins) {
		const guests, sales = 30, 3
		whose := make([]home.ID, guests)
		of := func(i int) purchase.Guest {
			return purchase.Guest{Kind: member.Email, Value: fmt.Sprintf("guest%d@example.ru", i)}
		}
		proofs := make([]id.ID, guests)
		for i := range guests {
			proofs[i] = s.prove(of(i))
		}
		atOnce(guests*(sales+1), at, func(i int, j *join.Joins) {
			who := i / (sales + 1)
			if i%(sales+1) != 0 {
				if _, err := j.Desk.Commit(s.t.Context(), s.cart(of(who), line("T1", 1, 100_00))); err != nil {
					s.t.Error(err)
				}
				return
			}
			m, err := j.Members.Register(s.t.Context(), s.rules, member.Registration{Identifiers: []member.NewIdentifier{told(of(who), proofs[who])}}, purchasetest.By)
			if err == nil {
				whose[who], err = m.Home, j.Look(s.t.Context(), m.Home)
			}
			if err != nil {
				s.t.Error(err)
			}
		})
		s.past()
		if n := s.count(`select count(*) from purchase where claimed_by is null`); n != 0 {
			s.t.Errorf("%d receipts are nobody's", n)
		}
		for i := range whose {
			if a := s.account(whose[i]).Account; a.Purchases != sales || a.Turnover != sales*money.Amount(100_00) {
				s.t.Errorf("guest %d has %+v", i, a)
			}
		}
	})
}

// What several members had is searched as soon as one alone has it: the others
// were merged into him, have let it go, were closed or erased.
func TestAloneAgain(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(s *shop, stays, goes home.ID){
		"merged":       func(s *shop, stays, goes home.ID) { s.unite(stays, goes) },
		"merged other": func(s *shop, stays, goes home.ID) { s.unite(s.register().Home, goes); _ = stays },
		"removed": func(s *shop, _, goes home.ID) {
			s.fatal2(s.People().RemoveIdentifier(s.t.Context(), s.rules, goes, 0, member.Ref(mail), purchasetest.By))
		},
		"closed": func(s *shop, _, goes home.ID) {
			s.fatal2(s.People().Close(s.t.Context(), goes, 0, "просил", purchasetest.By, nil))
		},
		"erased": func(s *shop, _, goes home.ID) { s.erase(goes) },
	} {
		for _, choice := range []member.GuestPurchases{member.GuestsProven, member.GuestsOrder} {
			t.Run(fmt.Sprint(name, " ", choice), func(t *testing.T) {
				t.Parallel()
				dbtest.Each(t, func(t *testing.T, d *db.DB) {
					s := open(t, d, nil)
					s.rules.UniqueEmail, s.rules.GuestPurchases = false, choice
					s.buys(mail, line("T1", 1, 100_00))
					proof := id.ID(0)
					if choice == member.GuestsProven {
						proof = s.prove(mail)
					}
					stays, goes := s.register(told(mail, proof)).Home, s.register(told(mail, proof)).Home
					want := int64(1)
					if choice == member.GuestsOrder { // an order names it while it is his
						s.Clock.Add(1)
						s.buys(mail, line("T1", 1, 100_00))
						want = 2
					}
					s.past()
					if n := s.count(`select count(*) from purchase where claimed_by is not null`); n != 0 {
						t.Fatalf("%d given while two have it", n)
					}
					leave(s, stays, goes)
					if name == "merged other" {
						want = 0 // two have it still
					}
					s.past()
					if a := s.account(stays).Account; a.Purchases != want {
						t.Errorf("%d purchases are his, not %d", a.Purchases, want)
					}
					s.proved()
				})
			})
		}
	}
}

// An order that waited for its payment while its guest became a member is his
// when it is paid, if who is paid names him again.
func TestPaidLater(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d, nil)
		r, err := s.Desk.Reserve(t.Context(), s.cart(mail, line("T1", 1, 100_00)), time.Hour)
		s.fatal(err)
		m := s.register(told(mail, s.prove(mail)))
		s.past()
		a, err := s.Desk.Confirm(t.Context(), &purchase.ConfirmRequest{
			Reservation: purchase.PurchaseRef{Home: r.Reservation.Home, ID: r.Reservation.ID}, Till: s.Till, Key: "paid", Guest: mail,
		})
		s.fatal(err)
		s.past()
		if got := s.find(a.Purchase); got.Claim == nil || got.Claim.Member != m.Home {
			t.Errorf("%+v", got.Claim)
		}
		s.proved()
	})
}
