package verify_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

// harm is something done to a base by hand.
type harm struct {
	name string
	// do harms the base and names the row that must be told.
	do func(s *shop) (table, key string)
	// breaks are all invariants that must be told broken and no other; the
	// first is the one that is meant.
	breaks []verify.Invariant
}

// tables are all that the shop has rows in, children before parents.
var tables = []string{
	"household_member", "household", "member_merge", "member_erasure", "member_change", "consent", "guest_due", "identifier", "member", "home",
	"account", "lot", "posting", "adjustment", "level_change", "gift", "receipt_key", "purchase", "refund", "visit", "ticket", "fiscal_receipt", "reservation", "hold", "limit_use", "limit_hold",
	"promo_code", "event", "deposit", "deposit_hold", "deposit_op",
	"programme_version", "programme", "figure_day", "figure_cashier", "figure_campaign", "seal_chunk", "seal", "seal_pending",
	"audit", "audit_head", "member_figure",
}

// TestEachInvariantIsProved harms the base by hand, in one way at a time, and
// wants exactly that to be found, and the row to be named.
func TestEachInvariantIsProved(t *testing.T) {
	t.Parallel()
	all := slices.Concat(journalHarms(), accountHarms(), receiptHarms(), refundHarms(), derivedHarms(), trailHarms())
	meant := map[verify.Invariant]bool{}
	for _, h := range slices.Concat(all, levelHarms(), giftHarms(), householdHarms(), servedHarms(), ownLevelHarms(), visitHarms(), reservationHarms(), claimHarms(), erasureHarms(), mergeHarms(), listHarms(0), depositHarms()) {
		meant[h.breaks[0]] = true
	}
	for _, i := range verify.Invariants() {
		if !meant[i] {
			t.Errorf("nothing breaks %s", i)
		}
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) { prove(t, fill(t, d), all) })
}

// prove does the harms one by one.
func prove(t *testing.T, s *shop, all []harm) {
	t.Helper()
	for _, table := range tables {
		s.exec("create table kept_" + table + " as select * from " + table)
	}
	for _, h := range all {
		t.Run(string(h.breaks[0])+": "+h.name, func(t *testing.T) {
			s := s.in(t)
			defer s.mend()
			table, key := h.do(s)
			r := run(t, s.DB)
			var found []verify.Invariant
			for _, b := range r.Breaks {
				found = append(found, b.Invariant)
				if b.Found == b.Wanted || b.Rows < 1 {
					t.Errorf("%+v tells nothing", b)
				}
				if b.Invariant == h.breaks[0] && (b.Table != table || b.Key != key) {
					t.Errorf("%s %s is named, not %s %s: found %s, wanted %s", b.Table, b.Key, table, key, b.Found, b.Wanted)
				}
			}
			wanted := slices.Clone(h.breaks)
			if h.breaks[0] != verify.FigureDay && slices.Contains(wanted, verify.FigureDay) {
				wanted = append(wanted, verify.FigureCashier) // a receipt's figures are also its cashier's
			}
			slices.Sort(wanted)
			slices.Sort(found)
			if diff := cmp.Diff(wanted, found); diff != "" {
				t.Errorf("%s\n%+v", diff, r.Breaks)
			}
		})
	}
	if r := run(t, s.DB); !r.Clean() {
		t.Errorf("the test itself does not mend what it breaks: %+v", r.Breaks)
	}
}

// in gives the shop to a subtest.
func (s *shop) in(t *testing.T) *shop {
	sub := *s
	sub.t = t
	return &sub
}

// mend puts all rows back.
func (s *shop) mend() {
	for _, table := range tables {
		s.exec("delete from " + table)
	}
	for _, table := range slices.Backward(tables) {
		s.exec("insert into " + table + " select * from kept_" + table)
	}
}

func (s *shop) exec(q string, args ...any) {
	s.t.Helper()
	n, err := s.DB.Exec(s.t.Context(), q, args...)
	if err != nil {
		s.t.Fatalf("%s: %v", q, err)
	}
	if n == 0 && q[0] == 'u' {
		s.t.Fatalf("%s %v touches nothing", q, args)
	}
}

// one reads a number.
func (s *shop) one(q string, args ...any) (v int64) {
	s.t.Helper()
	if err := s.DB.Row(s.t.Context(), q, args...).Scan(&v); err != nil {
		s.t.Fatalf("%s: %v", q, err)
	}
	return v
}

// posting finds a posting of a kind in a home and gives its number and name.
func (s *shop) posting(b purchase.Buyer, kind string) (seq int64, key string) {
	s.t.Helper()
	seq = s.one(`select min(seq) from posting where home_id = $1 and kind = $2`, b.Home, kind)
	return seq, fmt.Sprintf("home_id=%s seq=%d", b.Home, seq)
}

// account names a member's account.
func (s *shop) account(b purchase.Buyer) string {
	return fmt.Sprintf("home_id=%s programme_id=%s", b.Home, s.Programme.ID)
}

// editPurchase changes a purchase's document, and not its digest.
func editPurchase(which func(s *shop) *purchase.Purchase, change func(p *purchase.Purchase)) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		of := which(s)
		var doc string
		if err := s.DB.Row(s.t.Context(), `select doc from purchase where home_id = $1 and purchase_id = $2`, of.Home, of.ID).Scan(&doc); err != nil {
			s.t.Fatal(err)
		}
		p := purchase.Purchase{}
		edit(s.t, doc, &p, func() { change(&p) }, func(doc string) {
			s.exec(`update purchase set doc = $3 where home_id = $1 and purchase_id = $2`, of.Home, of.ID, doc)
		})
		return "purchase", fmt.Sprintf("home_id=%s purchase_id=%s", of.Home, of.ID)
	}
}

// editRefund changes a refund's document, and not its digest.
func editRefund(which func(s *shop) *purchase.Refund, change func(f *purchase.Refund)) func(s *shop) (string, string) {
	return func(s *shop) (string, string) {
		of := which(s)
		var doc string
		if err := s.DB.Row(s.t.Context(), `select doc from refund where home_id = $1 and refund_id = $2`, of.Home, of.ID).Scan(&doc); err != nil {
			s.t.Fatal(err)
		}
		f := purchase.Refund{}
		edit(s.t, doc, &f, func() { change(&f) }, func(doc string) {
			s.exec(`update refund set doc = $3 where home_id = $1 and refund_id = $2`, of.Home, of.ID, doc)
		})
		return "refund", fmt.Sprintf("home_id=%s refund_id=%s", of.Home, of.ID)
	}
}

func edit(t testing.TB, doc string, into any, change func(), put func(doc string)) {
	t.Helper()
	if err := json.Unmarshal([]byte(doc), into); err != nil {
		t.Fatal(err)
	}
	change()
	out, err := json.Marshal(into)
	if err != nil {
		t.Fatal(err)
	}
	if string(out) == doc {
		t.Fatal("nothing was changed")
	}
	put(string(out))
}

func bought(s *shop) *purchase.Purchase   { return s.bought }
func partly(s *shop) *purchase.Purchase   { return s.partly }
func returned(s *shop) *purchase.Purchase { return s.returned }
func part(s *shop) *purchase.Refund       { return s.part }
func whole(s *shop) *purchase.Refund      { return s.whole }

func purchaseKey(p *purchase.Purchase) string {
	return fmt.Sprintf("home_id=%s purchase_id=%s", p.Home, p.ID)
}

func refundKey(f *purchase.Refund) string {
	return fmt.Sprintf("home_id=%s refund_id=%s", f.Home, f.ID)
}

func sum(doc string) []byte {
	h := sha256.Sum256([]byte(doc))
	return h[:]
}

const nobody = id.ID(12345)
