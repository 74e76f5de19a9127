package purchase

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// document makes the purchase from the receipt and its outcome.
func (s *sale) document(g *group, out *rule.Outcome, a *ledger.Account, uses []Use) (*Purchase, error) {
	c := s.cart
	digest := out.Digest()
	if s.mode == Record && a == nil {
		digest = unpaid(out).Digest()
	}
	p := &Purchase{
		Home: s.home, ID: s.id, Mode: s.mode, Till: c.Till, Outlet: s.place.Outlet.ID, Partner: s.place.Partner.ID,
		Cashier: c.Cashier, Key: c.Key, Number: c.Number, At: s.at, WrittenAt: g.now, Day: s.receipt.Day, Minute: s.receipt.Minute, Told: len(c.Payments) > 0,
		Programme: s.programme.ID, Version: s.programme.Version, Fiscal: c.Fiscal, Guest: s.guest, Channel: s.receipt.Channel, Codes: c.Codes,
		Seen:  s.saw(),
		Gross: out.Gross, Discount: out.Discount, Paid: out.Paid, Due: out.Due, Spent: out.Spent, Earned: out.Earned,
		Uses: uses, Trace: hex.EncodeToString(digest[:]), Flags: s.flags,
	}
	if s.again != nil { // it was judged before it was paid, maybe
		p.Day, p.Minute, p.Judged = s.again.was.Day, s.again.was.Minute, s.again.was.Judged
	}
	if a != nil {
		p.Account, p.AccountHome = a.ID, s.shared()
		if day := s.programme.Day(s.at); day != p.Day {
			p.Counted = day
		}
	}
	if f := c.Fiscal; f != nil && f.Sum != p.Due {
		p.Flags = append(p.Flags, FlagFiscalSum)
	}
	var err error
	if p.Payments, err = payments(c.Payments, out.Due, s.mode == Record || s.again != nil); err != nil {
		return nil, err
	}
	p.Lines = s.lines(out)
	splitPayments(p)
	if s.mode == Record {
		s.recorded(g, p, a)
	} else {
		p.Idle, _ = out.Idle(s.programme, s.receipt.Codes)
	}
	return p, nil
}

// saw is what the rules knew beside the receipt itself.
func (s *sale) saw() Seen {
	out := Seen{Member: *s.seen, Max: s.cart.Wish.Max, UsedUp: s.usedUp, Given: s.foundCodes(), Beside: len(s.heads.beside) > 0}
	out.Member.Home = 0 // it is the purchase's own
	return out
}

// unpaid is an outcome whose points nobody paid: what they took off stays, and
// of how many they were nothing is kept.
func unpaid(out *rule.Outcome) *rule.Outcome {
	o := *out
	o.Spent, o.Lines = 0, slices.Clone(out.Lines)
	for i := range o.Lines {
		o.Lines[i].Points = 0
	}
	return &o
}

// recorded notes what is odd about a receipt that came as a fact, and what
// the rules would have given.
func (s *sale) recorded(g *group, p *Purchase, a *ledger.Account) {
	if p.Spent > 0 && a == nil {
		// Nobody's account can pay: what was taken off stays off.
		p.Flags = append(p.Flags, FlagNoMember)
		p.Spent = 0
		for i := range p.Lines {
			p.Lines[i].Points = 0
		}
	}
	if s.ahead(g.now) {
		p.Flags = append(p.Flags, FlagAhead)
	}
	if above := s.programme.Settings.SpendProofAbove; above >= 0 && p.Spent > above {
		p.Flags = append(p.Flags, FlagProof)
	}
	if most := s.programme.Settings.OfflineSpend; most > 0 && p.Spent > most {
		p.Flags = append(p.Flags, FlagOffline)
	}
	if s.stranger {
		p.Flags = append(p.Flags, FlagCashier)
	}
	for i := range s.receipt.Codes {
		if !s.programme.Opens(&s.receipt.Codes[i]) {
			p.Flags = append(p.Flags, FlagCode)
			break
		}
	}
	if s.taken(g) != "" {
		p.Flags = append(p.Flags, FlagTicket)
	}
	if s.fiscalTaken(g) {
		p.Flags = append(p.Flags, FlagFiscal)
	}
	if s.again == nil && s.pushkinBroken() != nil {
		p.Flags = append(p.Flags, FlagPushkin)
	}
	if slices.ContainsFunc(p.Uses, Use.over) {
		p.Flags = append(p.Flags, FlagOverLimit)
	}
	if s.tooLate(g.now) && p.Earned > 0 {
		p.Flags = append(p.Flags, FlagTooLate)
		p.Earned = 0
		for i := range p.Lines {
			p.Lines[i].Earned = nil
		}
	}
	r := s.receipt
	r.Wish = rule.Wish{}
	would, err := rule.Judge(s.programme, &r, s.seen, nil)
	if err != nil {
		return
	}
	s.would = would
	if p.Spent > would.Allowed {
		p.Flags = append(p.Flags, FlagAbove)
	}
	w := Would{Discount: would.Discount, Most: would.Most, Earned: would.Earned}
	if w.Discount != p.Discount || w.Earned != p.Earned || p.Spent > w.Most {
		p.Would = &w
	}
}

// ahead tells whether the till's clock runs so far before ours that its time
// means nothing.
func (s *sale) ahead(now clock.Micros) bool { return s.cart.Facts.At > now.Add(maxAhead) }

// lines pairs the till's lines with what became of them.
func (s *sale) lines(out *rule.Outcome) []Line {
	lines := make([]Line, len(s.cart.Lines))
	for i := range lines {
		c, r, o := &s.cart.Lines[i], &s.receipt.Lines[i], &out.Lines[i]
		lines[i] = Line{
			SKU: c.SKU, Name: c.Name, Product: r.Product, Type: r.Type, Quantity: c.Quantity, Price: c.Price,
			Least: r.Least, NotPaid: !r.Payable, NoEarn: !r.Earns, Memo: r.Memorandum, Forbids: r.Forbids, Groups: r.Groups,
			Gross: o.Gross, Paid: o.Paid, Points: o.Points, Tickets: c.Tickets, SessionAt: c.sessionAt(),
		}
		if r.Place != (rule.Place{}) {
			lines[i].Place = &r.Place
		}
	}
	for i := range out.Effects {
		e := &out.Effects[i]
		for _, sh := range e.Shares {
			l := &lines[sh.Line]
			switch e.Kind {
			case rule.Discount:
				l.Discounts = append(l.Discounts, RuleAmount{Rule: e.Rule, Amount: sh.Amount})
			case rule.Accrual:
				l.Earned = append(l.Earned, RuleAmount{Rule: e.Rule, Amount: sh.Amount, Waits: l.Ticketed() && s.shared() == 0 && out.OnUse(e.Rule)})
			}
		}
	}
	return lines
}

// payments checks the till's kinds of payment against what is due; without
// them all is paid in one kind. What a record paid is its own affair: it is
// made to fit, the last kind taking the difference.
func payments(given []Payment, due money.Amount, fit bool) ([]Payment, error) {
	if len(given) == 0 {
		return []Payment{{Kind: "money", Amount: due}}, nil
	}
	var sum money.Amount
	for _, p := range given {
		sum += p.Amount
	}
	if sum == due {
		return given, nil
	}
	if !fit {
		return nil, fault.New(fault.Invalid, "purchase.payments-sum", "paid", sum, "due", due)
	}
	out := make([]Payment, 0, len(given))
	left := due
	for i, p := range given {
		p.Amount = min(p.Amount, left)
		if i == len(given)-1 {
			p.Amount = left
		}
		left -= p.Amount
		out = append(out, p)
	}
	return out, nil
}

// splitPayments gives each line its part of each payment: every kind is split
// over what the lines still owe, so both the lines and the kinds add up.
func splitPayments(p *Purchase) {
	n, k := len(p.Lines), len(p.Payments)
	left := make([]int64, n)
	pays := make([]money.Amount, n*k)
	for i := range p.Lines {
		l := &p.Lines[i]
		left[i] = int64(l.Gross - l.Discount() - l.Paid)
		l.Pays = pays[i*k : (i+1)*k : (i+1)*k]
	}
	shares := make([]int64, n)
	for j := range p.Payments {
		money.SplitInto(shares, int64(p.Payments[j].Amount), left, left)
		for i, v := range shares {
			p.Lines[i].Pays[j] = money.Amount(v)
			left[i] -= v
		}
	}
}

// welcome is a programme's gift on joining that is still to be had by a member:
// it is given once a person, whom one who has left and comes back is known by
// again, however he registered then and now.
func welcome(ctx context.Context, q db.Q, h home.ID, p *rule.Programme) (none rule.Gift, err error) {
	himself := false
	if p.Himself.Points > 0 {
		if himself, err = member.Himself(ctx, q, h); err != nil {
			return none, err
		}
	}
	gift := p.WelcomeOf(himself)
	if gift.Points == 0 {
		return none, nil
	}
	before, err := member.Before(ctx, q, h)
	if err != nil || len(before) == 0 {
		return gift, err
	}
	had, err := ledger.HadGift(ctx, q, before, p.ID, ledger.GiftWelcome)
	if err != nil || had {
		return none, err
	}
	return gift, nil
}

// open opens a member's account in a programme, with the gift that it gives.
func open(ctx context.Context, q db.Q, book *ledger.Book, p *rule.Programme, at clock.Micros, partner id.ID) (*ledger.Account, error) {
	gift, err := welcome(ctx, q, book.Home, p)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBase, err)
	}
	return openAccount(book, p, at, partner, gift), nil
}

// openAccount opens an account in a programme, with a gift if it has points.
func openAccount(book *ledger.Book, p *rule.Programme, at clock.Micros, partner id.ID, gift rule.Gift) *ledger.Account {
	a := book.Open(p.ID, at)
	if gift.Points == 0 {
		return a
	}
	var expires clock.Micros
	if gift.Days > 0 {
		expires = p.EndAfter(at, gift.Days)
	}
	a.Gifts |= ledger.GiftWelcome
	book.Earn(a, ledger.Grant{
		Points: gift.Points, EarnedAt: at, ActiveAt: at, ExpiresAt: expires,
		Source: ledger.FromGift, Op: a.ID, Partner: partner,
	})
	return a
}
