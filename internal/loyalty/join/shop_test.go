package join_test

import (
	"testing"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/join"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/purchase/purchasetest"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/verify"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/db/dbtest"
	"kopilka/internal/platform/id"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var line = purchasetest.Line

// mail is the guest of most tests.
var mail = purchase.Guest{Kind: member.Email, Value: "anna@example.ru"}

// shop is a shop whose guests may become members.
type shop struct {
	*purchasetest.Shop
	t     testing.TB
	rules member.Rules
	joins *join.Joins
	texts map[member.ConsentKind]id.ID
}

func open(t testing.TB, d *db.DB, change func(p *rule.Programme)) *shop {
	t.Helper()
	p := purchasetest.Programme()
	if change != nil {
		change(&p)
	}
	s := &shop{Shop: purchasetest.Open(t, d, p), t: t, rules: member.DefaultRules(), texts: map[member.ConsentKind]id.ID{}}
	s.rules.Mandatory, s.rules.JoinByOrder = nil, true
	s.joins = s.joinsAt(s.Desk)
	for _, k := range []member.ConsentKind{member.ToRules, member.ToPersonalData} {
		text, err := s.People().PublishText(t.Context(), member.ConsentText{Kind: k, Language: "ru", Title: "Текст", Body: "Согласен."})
		s.fatal(err)
		s.texts[k] = text.ID
	}
	return s
}

func (s *shop) joinsAt(desk *purchase.Desk) *join.Joins {
	people := &member.Members{DB: desk.DB, IDs: desk.IDs, Clock: s.Clock}
	return &join.Joins{DB: desk.DB, Clock: s.Clock, Members: people, Desk: desk, Rules: func() member.Rules { return s.rules }}
}

func (s *shop) fatal(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// agreed is an order with all that is asked.
func (s *shop) agreed() *join.Order {
	o := &join.Order{Profile: member.Profile{Name: "Анна"}}
	for _, k := range []member.ConsentKind{member.ToRules, member.ToPersonalData} {
		o.Consents = append(o.Consents, member.NewConsent{Kind: k, Action: member.Granted, Text: s.texts[k], TextVersion: 1, Proof: "box", IP: "10.0.0.1"})
	}
	return o
}

func (s *shop) cart(g purchase.Guest, lines ...purchase.CartLine) *purchase.Cart {
	c := s.Cart(purchase.Buyer{}, lines...)
	c.Guest = g
	return c
}

// buys sells to a guest, by what he gives.
func (s *shop) buys(g purchase.Guest, lines ...purchase.CartLine) *purchase.Purchase {
	s.t.Helper()
	a, err := s.Desk.Commit(s.t.Context(), s.cart(g, lines...))
	s.fatal(err)
	return a.Purchase
}

// bought takes in a guest's receipt of a time ago.
func (s *shop) bought(g purchase.Guest, ago time.Duration, lines ...purchase.CartLine) *purchase.Purchase {
	s.t.Helper()
	c := s.cart(g, lines...)
	c.Facts = &purchase.Facts{At: s.Clock.Now().Add(-ago)}
	a, err := s.Desk.Record(s.t.Context(), c)
	s.fatal(err)
	return a.Purchase
}

func (s *shop) order(p *purchase.Purchase, g purchase.Guest, o *join.Order) *join.Joined {
	s.t.Helper()
	out, err := s.joins.Order(s.t.Context(), p, g, o, purchasetest.By)
	s.fatal(err)
	return out
}

// stays wants a guest to stay one, for a reason.
func (s *shop) stays(p *purchase.Purchase, g purchase.Guest, o *join.Order, code string) {
	s.t.Helper()
	out := s.order(p, g, o)
	if out == nil || out.Why == nil || out.Why.Code != code || out.Member != 0 {
		s.t.Errorf("%+v instead of %s", out, code)
	}
	if got := s.find(p); got.Claim != nil {
		s.t.Errorf("it was given to %s", got.Claim.Member)
	}
}

// register registers a member with identifiers.
func (s *shop) register(list ...member.NewIdentifier) member.Member {
	s.t.Helper()
	m, err := s.People().Register(s.t.Context(), s.rules, member.Registration{Identifiers: list}, purchasetest.By)
	s.fatal(err)
	return m
}

// prove is a code by which a phone or an e-mail was proven just now.
func (s *shop) prove(g purchase.Guest) id.ID {
	s.t.Helper()
	proof, now := s.IDs.New(), s.Clock.Now()
	_, err := s.DB.Exec(s.t.Context(), `insert into one_time_code (kind, value, purpose, code_id, code_hash, sent_at, expires_at, tries, used_at)
 values ($1, $2, 'login', $3, $4, $5, $5, 1, $5) on conflict (kind, value, purpose) do update set code_id = excluded.code_id, used_at = excluded.used_at`,
		g.Kind, g.Value, proof, []byte{1}, now)
	s.fatal(err)
	return proof
}

func told(g purchase.Guest, proof id.ID) member.NewIdentifier {
	return member.NewIdentifier{Kind: g.Kind, Value: g.Value, Proof: proof}
}

func (s *shop) find(p *purchase.Purchase) *purchase.Stored {
	s.t.Helper()
	out, err := s.Desk.Find(s.t.Context(), purchase.PurchaseRef{Home: p.Home, ID: p.ID})
	s.fatal(err)
	return out
}

// account is what a member's account comes to.
func (s *shop) account(h home.ID) purchase.AccountView {
	s.t.Helper()
	all, err := s.Desk.Accounts(s.t.Context(), h)
	s.fatal(err)
	for _, v := range all {
		if v.Account.Programme == s.Programme.ID {
			return v
		}
	}
	return purchase.AccountView{}
}

// past has the job look for what guests bought.
func (s *shop) past() {
	s.t.Helper()
	s.Clock.Add(2 * time.Minute)
	s.fatal(s.joins.Past(s.t.Context()))
}

// refund brings pieces of the first line back, or all there is.
func (s *shop) refund(p *purchase.Purchase, parts ...purchase.RefundPart) *purchase.Refund {
	s.t.Helper()
	a, err := s.Desk.Refund(s.t.Context(), &purchase.RefundRequest{
		Till: s.Till, Key: s.IDs.New().String(), Purchase: purchase.PurchaseRef{Home: p.Home, ID: p.ID}, Lines: parts,
	})
	s.fatal(err)
	return a.Refund
}

func (s *shop) count(query string, args ...any) (n int64) {
	s.t.Helper()
	s.fatal(s.DB.Row(s.t.Context(), query, args...).Scan(&n))
	return n
}

func (s *shop) proved() {
	s.t.Helper()
	r, err := verify.Run(s.t.Context(), s.DB, verify.Options{})
	s.fatal(err)
	for _, b := range r.Breaks {
		s.t.Errorf("%s: %s %s: found %s, wanted %s, %d rows", b.Invariant, b.Table, b.Key, b.Found, b.Wanted, b.Rows)
	}
}
