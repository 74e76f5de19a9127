package verify_test

import (
	"fmt"
	"testing"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/merge"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/money"
)

// united is a shop in which owing was merged into buyer, and buyer into rich;
// receipts of both came back in part before and after.
func united(t testing.TB, d *db.DB) *shop {
	t.Helper()
	p := programme()
	p.Settings.LateMax = 0
	p.Levels = []rule.Level{{ID: "start", Priority: 1}, {ID: "gold", Priority: 2, Days: 20, Sum: 1_000_00}}
	p.Rules = append(p.Rules, rule.Rule{ID: "use", Kind: rule.AccrualRule, Points: 5_00, Each: 100_00, Terms: &rule.Terms{OnUse: true}})
	p.Gifts = []rule.GiftRule{{On: rule.FirstPurchase, Points: 7_00}}
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t}
	s.rich, s.buyer, s.owing = s.Person(t), s.Person(t), s.Person(t)
	s.sell(s.Cart(s.rich, line("B1", 1, 400_00)))
	c := s.Cart(s.owing, line("B1", 2, 300_00))
	s.partly = s.sell(c)
	s.unite(s.buyer, s.owing)
	tickets := line("T1", 4, 100_00)
	tickets.SessionAt = s.Clock.Now().Add(24 * time.Hour)
	c = s.Cart(s.buyer, tickets, line("B2", 1, 200_00))
	c.Wish.Points = 20_00
	s.bought = s.sell(c)
	s.part = s.refund(&purchase.RefundRequest{Purchase: ref(c), Lines: []purchase.RefundPart{{Quantity: money.Piece}}})
	s.refundOf(s.partly, 1)
	s.useOf(s.bought)
	s.tomorrow(11) // the gift on joining expires
	s.unite(s.rich, s.buyer)
	s.whole = s.refundOf(s.bought, 1)
	s.useOf(s.bought)
	s.refundOf(s.partly, 0)
	return s
}

func (s *shop) refundOf(p *purchase.Purchase, pieces int64) *purchase.Refund {
	r := &purchase.RefundRequest{Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}}
	if pieces > 0 {
		r.Lines = []purchase.RefundPart{{Quantity: money.Quantity(pieces) * money.Piece}}
	}
	return s.refund(r)
}

func (s *shop) useOf(p *purchase.Purchase) {
	s.t.Helper()
	_, err := s.Desk.Visit(s.t.Context(), &purchase.VisitRequest{
		Till: s.Other, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}, Line: 0, Pieces: 1,
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// unite merges one member into another.
func (s *shop) unite(into, from purchase.Buyer) {
	s.t.Helper()
	m := &merge.Merges{DB: s.DB, IDs: s.IDs, Clock: s.Clock, Members: s.People(), Desk: s.Desk}
	r := merge.Request{Into: into.Home, From: from.Home, Reason: "одно лицо", By: member.Actor{Kind: member.BySystem, Source: "test"}}
	p, err := m.Preview(s.t.Context(), r)
	if err == nil {
		r.Digest = p.Digest
		_, err = m.Merge(s.t.Context(), r)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestMergesAreProved harms what merges have left by hand.
func TestMergesAreProved(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := united(t, d)
		if r := run(t, s.DB); !r.Clean() {
			t.Fatalf("%+v", r.Breaks)
		}
		prove(t, s, mergeHarms())
	})
}

// editAct changes the act of the last merge, and not its digest.
func editAct(change func(a *merge.Act)) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		var doc string
		if err := s.DB.Row(s.t.Context(), `select doc from member_merge where member_id = $1`, s.buyer.Home).Scan(&doc); err != nil {
			s.t.Fatal(err)
		}
		a := merge.Act{}
		edit(s.t, doc, &a, func() { change(&a) }, func(doc string) {
			s.exec(`update member_merge set doc = $2 where member_id = $1`, s.buyer.Home, doc)
		})
		return "member_merge", actKey(s)
	}
}

// actKey names the act of the last merge.
func actKey(s *shop) string {
	return fmt.Sprintf("home_id=%s merge_id=%d", s.rich.Home, s.one(`select merge_id from member_merge where member_id = $1`, s.buyer.Home))
}

func mergeHarms() []harm {
	act := verify.MergeAct
	ofBuyer := func(table, change string) func(s *shop) (string, string) {
		return func(s *shop) (string, string) {
			s.exec(`update `+table+` set `+change+` where home_id = $1`, s.buyer.Home)
			return "member", "home_id=" + s.rich.Home.String()
		}
	}
	moved := func(s *shop) (seq int64) {
		return s.one(`select min(seq) from posting where home_id = $1 and kind = 'move'`, s.rich.Home)
	}
	lot := func(s *shop) int64 {
		return s.one(`select min(lot_id) from lot where home_id = $1 and op_id = $2`, s.rich.Home, s.bought.ID)
	}
	ofLot := func(change string) func(s *shop) (string, string) {
		return func(s *shop) (string, string) {
			at := lot(s)
			s.exec(`update lot set `+change+` where home_id = $1 and lot_id = $2`, s.rich.Home, at)
			return "lot", fmt.Sprintf("home_id=%s lot_id=%d", s.rich.Home, at)
		}
	}
	stays := func(table, text string) harm {
		return harm{"it left a row of " + table, func(s *shop) (string, string) {
			s.exec(text, s.buyer.Home)
			return table, "home_id=" + s.buyer.Home.String()
		}, []verify.Invariant{verify.MergeLeft}}
	}
	return []harm{
		stays("identifier", `insert into identifier (kind, value, excl, home_id, state, member_state, main, proven_at, added_at) values ('phone', '+7', 0, $1, 'off', 'closed', false, 0, 0)`),
		stays("guest_due", `insert into guest_due (kind, value, home_id, told, due_at, mark, after_id) values ('phone', '+7', $1, true, 0, 1, 0)`),
		stays("consent", `insert into consent (home_id, consent_id, kind, channel, action, at, source, ip, user_agent, actor_kind, proof) values ($1, 1, 'rules', '', 'withdrawn', 0, '', '', '', 'system', '')`),
		{"an act that can't be read", func(s *shop) (string, string) {
			key := actKey(s)
			s.exec(`update member_merge set doc = '{' where member_id = $1`, s.buyer.Home)
			return "member_merge", key
		}, []verify.Invariant{act, verify.OpDigest, verify.MergeLots}},
		{"an act of another", editAct(func(a *merge.Act) { a.From++ }), []verify.Invariant{act, verify.OpDigest}},
		{"the member is active", ofBuyer("member", "state = 'active'"), []verify.Invariant{act}},
		{"the member is another's", ofBuyer("member", "merged_into = home_id"), []verify.Invariant{act, verify.PostingOp, verify.LotWaits, verify.AccountUsed, verify.AccountSums}},
		{"the home is nobody's", ofBuyer("home", "merged_into = null"), []verify.Invariant{act}},
		{"the act says more points", editAct(func(a *merge.Act) { a.Accounts[0].Active++ }), []verify.Invariant{verify.MergePostings, verify.OpDigest}},
		{"the act says more of a lot", editAct(func(a *merge.Act) { a.Accounts[0].Lots[0].Left++ }), []verify.Invariant{verify.MergePostings, verify.OpDigest}},
		{"the act says more settled", editAct(func(a *merge.Act) { a.Accounts[0].Settled++ }), []verify.Invariant{verify.MergePostings, verify.OpDigest}},
		{"a posting moved more", func(s *shop) (string, string) {
			s.exec(`update posting set amount = amount + 1 where home_id = $1 and seq = $2`, s.rich.Home, moved(s))
			return "member_merge", actKey(s)
		}, []verify.Invariant{verify.MergePostings, verify.PostingHash, verify.LotWrittenOff, verify.AccountExpired}},
		{"a posting moved to where nothing goes", func(s *shop) (string, string) {
			seq := moved(s)
			s.exec(`update posting set credit = 'held' where home_id = $1 and seq = $2`, s.rich.Home, seq)
			return "member_merge", actKey(s)
		}, []verify.Invariant{verify.MergePostings, verify.PostingSides, verify.PostingHash, verify.LotWrittenOff, verify.AccountExpired, verify.AccountHeld}},
		{"a lot is not there", func(s *shop) (string, string) {
			at := s.one(`select min(lot_id) from lot l where home_id = $1 and remaining = 0 and written_off = 0 and not exists (select 1 from posting p where p.home_id = l.home_id and p.lot_id = l.lot_id)`, s.rich.Home)
			s.exec(`delete from lot where home_id = $1 and lot_id = $2`, s.rich.Home, at)
			return "lot", fmt.Sprintf("home_id=%s lot_id=%d", s.rich.Home, at)
		}, []verify.Invariant{verify.MergeLots, verify.PurchaseLots}},
		{"a lot was made with more", ofLot("amount = amount + 1"), []verify.Invariant{verify.MergeLots}},
		{"a lot is of another operation", ofLot("op_id = 7"), []verify.Invariant{verify.MergeLots}},
		{"what the member was is not there", func(s *shop) (string, string) {
			s.exec(`update member_merge set kept = null where member_id = $1`, s.buyer.Home)
			return "member_merge", actKey(s)
		}, []verify.Invariant{verify.KeptHash}},
		{"the member was another", func(s *shop) (string, string) {
			s.exec(`update member_merge set kept = '{}' where member_id = $1`, s.buyer.Home)
			return "member_merge", actKey(s)
		}, []verify.Invariant{verify.KeptHash}},
		{"the journal of who was merged does not have it", func(s *shop) (string, string) {
			s.exec(`update posting set op_id = 0 where home_id = $1 and op_id = (select merge_id from member_merge where member_id = $1)`, s.buyer.Home)
			return "member_merge", fmt.Sprintf("home_id=%s merge_id=%d", s.buyer.Home, s.one(`select merge_id from member_merge where member_id = $1`, s.buyer.Home))
		}, []verify.Invariant{verify.OpChained, verify.PostingHash}},
		{"a receipt names the account as it was", func(s *shop) (string, string) {
			s.exec(`update purchase set account_home = null, account_id = (select account_id from account where home_id = $1) where home_id = $1 and purchase_id = $2`, s.buyer.Home, s.bought.ID)
			return "account", s.account(s.rich)
		}, []verify.Invariant{verify.AccountPurchases, verify.AccountTurnover, verify.AccountUsed, verify.AccountSums, verify.LotWaits}},
		{"a receipt names an account that has nothing to do with it", func(s *shop) (string, string) {
			s.exec(`update purchase set account_id = 7 where home_id = $1 and purchase_id = $2`, s.buyer.Home, s.bought.ID)
			return "purchase", purchaseKey(s.bought)
		}, []verify.Invariant{
			verify.PurchaseColumns, verify.OpChained, verify.OpPostings, verify.SharedAccount, verify.LotWaits,
			verify.AccountPurchases, verify.AccountTurnover, verify.AccountUsed, verify.AccountSums,
		}},
		{"an account was taken over by none", func(s *shop) (string, string) {
			s.exec(`update account set merged_home = null, merged_account = null where home_id = $1`, s.buyer.Home)
			return "member_merge", fmt.Sprintf("home_id=%s merge_id=%d", s.buyer.Home, s.one(`select merge_id from member_merge where member_id = $1`, s.buyer.Home))
		}, []verify.Invariant{
			act, verify.OpChained, verify.OpPostings, verify.PurchaseColumns, verify.RefundColumns, verify.VisitColumns, verify.SharedAccount, verify.LotWaits,
			verify.AccountDates, verify.AccountGifts, verify.AccountPurchases, verify.AccountTurnover, verify.AccountUsed, verify.AccountSums,
		}},
	}
}
