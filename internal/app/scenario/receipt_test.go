package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"kopilka/client"
)

// receipt is what somebody buys, and what must come of it: money in kopecks,
// points in hundredths.
type receipt struct {
	who      string // id of a member; "": nobody
	outlet   string // "": hall
	channel  string
	cashier  string
	codes    []string
	payments []client.Payment
	lines    []client.CartLine
	spend    int64 // points
	most     bool  // as many points as may be

	discount int64
	allowed  int64 // the most that may be paid with points, by the rules
	spent    int64
	due      int64
	earned   int64
	why      whys
	level    string // after it; "": not looked at
}

// whys are the reasons that decide, by the id of the rule, or by the code:
// Russian and English.
type whys map[string][2]string

// line is so many pieces of a product, named by its type, at a price.
func line(sku string, pieces int, price int64) client.CartLine {
	return client.CartLine{SKU: sku, Quantity: fmt.Sprint(pieces), Price: price}
}

// joins registers a member; what changes his registration may be told.
func (s *shop) joins(name string, more ...func(*client.Registration)) string {
	s.Helper()
	s.receipts++
	r := &client.Registration{
		Profile:     &client.Profile{Name: name},
		Identifiers: []client.NewIdentifier{{Kind: client.MemberKindPhone, Value: fmt.Sprintf("+7916%07d", s.receipts)}},
		Programmes:  []string{s.programme.ID},
	}
	for _, f := range more {
		f(r)
	}
	made, err := s.office.RegisterMember(s.Context(), r)
	s.no(err)
	return made.ID
}

// in puts the member into a group of the organization.
func (s *shop) in(group string) func(*client.Registration) {
	return func(r *client.Registration) { r.Groups = append(r.Groups, s.groups[group]) }
}

func (r *receipt) cart() *client.CartBody {
	c := &client.CartBody{
		SalesChannel: r.channel, Cashier: r.cashier, Codes: r.codes, Payments: r.payments, Lines: r.lines, Spend: r.spend, SpendMax: r.most,
	}
	if r.who != "" {
		c.Buyer = &client.Buyer{Member: r.who}
	}
	return c
}

// quotes shows what a receipt would give and compares it with what the
// document says.
func (s *shop) quotes(r *receipt) *client.Quote {
	s.Helper()
	q, err := s.till(r).QuotePurchase(s.Context(), r.cart(), nil)
	s.no(err)
	type figures struct{ Discount, Allowed, Spent, Due, Earned int64 }
	want := figures{r.discount, r.allowed, r.spent, r.due, r.earned}
	if diff := cmp.Diff(want, figures{q.Discount, q.Allowed, q.Spent, q.Due, q.Earned}); diff != "" {
		s.Fatalf("the document says (-), the quote (+):\n%s%s", diff, texts(q.Why))
	}
	return q
}

// sells shows the receipt to the buyer and then sells: what was shown before
// is what comes of it, and the decisive reasons are told in both languages.
func (s *shop) sells(r *receipt) *client.Purchase {
	s.Helper()
	q := s.quotes(r)
	c := r.cart()
	p := s.commits(r, &client.CommitBody{
		SalesChannel: c.SalesChannel, Cashier: c.Cashier, Buyer: c.Buyer, Codes: c.Codes, Lines: c.Lines,
		Spend: c.Spend, SpendMax: c.SpendMax, Payments: c.Payments, Quote: q.ID,
	})
	type figures struct{ Gross, Discount, PaidWithPoints, Spent, Due, Earned int64 }
	shown := figures{q.Gross, q.Discount, q.PaidWithPoints, q.Spent, q.Due, q.Earned}
	if diff := cmp.Diff(shown, figures{p.Gross, p.Discount, p.PaidWithPoints, p.Spent, p.Due, p.Earned}); diff != "" {
		s.Errorf("shown before paying (-), after (+):\n%s", diff)
	}
	if r.level != "" && p.Level != r.level {
		s.Errorf("at level %q after it, want %q", p.Level, r.level)
	}
	s.explained(p.ID, q.Why, r.why)
	return p
}

func (s *shop) till(r *receipt) *client.Client {
	if r.outlet == "" {
		return s.tills["hall"]
	}
	return s.tills[r.outlet]
}

func (s *shop) commits(r *receipt, body *client.CommitBody) *client.Purchase {
	s.Helper()
	s.receipts++
	p, _, err := s.till(r).CommitPurchase(s.Context(), fmt.Sprint("sale/", s.receipts), body, nil)
	s.no(err)
	return p
}

// explained asks why a purchase came out so: the reasons are those that were
// shown before it, and those that decide are among them, in both languages.
func (s *shop) explained(purchase string, shown []client.Why, want whys) {
	s.Helper()
	said, err := s.office.ExplainPurchase(s.Context(), purchase, nil)
	s.no(err)
	if diff := cmp.Diff(shown, said.Why); diff != "" || !said.Same {
		s.Errorf("the reasons shown before (-) and told after (+):\n%s", diff)
	}
	full := &client.ExplainPurchaseQuery{Full: true}
	ru, err := s.office.ExplainPurchase(s.Context(), purchase, full)
	s.no(err)
	en, err := s.english.ExplainPurchase(s.Context(), purchase, full)
	s.no(err)
	for rule, text := range want {
		if !tells(ru.Why, rule, text[0]) || !tells(en.Why, rule, text[1]) {
			s.Errorf("%s: want %q, %q; told:\n%s%s", rule, text[0], text[1], texts(ru.Why), texts(en.Why))
		}
	}
}

func tells(all []client.Why, rule, text string) bool {
	for i := range all {
		if w := &all[i]; (w.Rule == rule || strings.EqualFold(w.Code, rule) || w.Campaign == rule && w.Rule == "") && plain(w.Text) == text {
			return true
		}
	}
	return false
}

// plain writes the spaces that keep a figure on its line as spaces.
func plain(s string) string { return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s) }

func texts(all []client.Why) string {
	var b strings.Builder
	for i := range all {
		fmt.Fprintf(&b, "  %s %s %s %v: %s\n", all[i].Campaign, all[i].Rule, all[i].Code, all[i].Applied, plain(all[i].Text))
	}
	return b.String()
}

// refunds gives a purchase back, in whole or by its lines.
func (s *shop) refunds(p *client.Purchase, parts ...client.RefundPart) *client.Refund {
	s.Helper()
	s.receipts++
	back, _, err := s.tills["hall"].RefundPurchase(s.Context(), fmt.Sprint("back/", s.receipts), &client.RefundBody{
		Purchase: client.PurchaseRef{ID: p.ID}, Lines: parts, Whole: len(parts) == 0,
	})
	s.no(err)
	return back
}

// account is the member's account in the programme, as it is now.
func (s *shop) account(member string) *client.Account {
	s.Helper()
	all, err := s.office.ListAccounts(s.Context(), member)
	s.no(err)
	used := slices.DeleteFunc(all.Items, func(a client.Account) bool { return a.Rests })
	if len(used) != 1 {
		s.Fatalf("%d accounts", len(used))
	}
	return &used[0]
}

// has wants the member to have so many points.
func (s *shop) has(member string, active, pending int64) {
	s.Helper()
	b := s.account(member).Balance
	if want := (client.Balance{Active: active, Pending: pending, Spendable: active}); b != want {
		s.Errorf("%+v, want %+v", b, want)
	}
}

// stands wants the member to be at a level, until the end of a day; "" where
// that is not looked at.
func (s *shop) stands(member, level, until string) {
	s.Helper()
	l := s.account(member).Level
	if l == nil || l.Level != level {
		s.Fatalf("at %+v, want %s", l, level)
	}
	if until == "" {
		return
	}
	if last := l.Until.Add(-time.Minute).In(moscow).Format(time.DateOnly); last != until {
		s.Errorf("at %s until the end of %s, want %s", level, last, until)
	}
}
