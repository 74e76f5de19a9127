package purchase

import (
	"math"
	"slices"

	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// Lived is a purchase as it came out in a life.
type Lived struct {
	*Stored
	Would *rule.Outcome // of a record: what the rules would have given; nil: they can't judge it
}

// again is what a purchase was when it happened.
type again struct {
	was     *Stored
	own     *rule.Programme // that judged it
	welcome rule.Gift       // that is still to be had
}

// Sell does a purchase again, under a programme: that of the life's, or of the
// receipt's own time where it came late. The member spends what he spent then,
// at most what this life allows; what a till had done already stays.
func (l *Life) Sell(was *Stored, p *rule.Programme) (*Lived, error) {
	own, err := l.own(was)
	if err != nil {
		return nil, err
	}
	l.Days(was.At)
	l.now(was.WrittenAt)
	l.told = max(l.told, was.WrittenAt)
	s := &sale{
		cart: was.cart(own), mode: was.Mode, onAccount: l.account(was.Home), programme: p, receipt: *was.receipt(), known: l.known, levels: l.g.levels,
		place: partner.Place{Partner: partner.Partner{ID: was.Partner}, Outlet: partner.Outlet{ID: was.Outlet}},
		at:    was.At, again: &again{was: was, own: own, welcome: l.welcome(p)},
	}
	if p.ID != was.Programme { // campaigns of another programme are others
		for i := range s.receipt.Codes {
			s.receipt.Codes[i] = rule.Code{Text: s.receipt.Codes[i].Text}
		}
	}
	l.limits(s)
	l.bought(was.At, was.Mode == Record)
	done, _, err := s.happen(l.g)
	if err != nil {
		return nil, err
	}
	l.done()
	out := &Stored{Purchase: *done, State: "done"}
	l.docs[was.ID] = out
	before := *was
	before.Refunds = nil
	l.was[was.ID] = &before
	l.count(was.Uses, 1)
	return &Lived{Stored: out, Would: s.would}, nil
}

// bought tells the group when the account's purchases were, for a receipt that
// may come late.
func (l *Life) bought(at clock.Micros, told bool) {
	l.g.bought = bought{}
	a := l.Account()
	if a == nil || !told || at >= a.Clock {
		return
	}
	x := &times{away: l.away}
	for _, s := range l.docs {
		if s.Account == a.ID {
			x.own = append(x.own, s.At)
		}
	}
	l.g.bought[boughtOf{l.home, a.ID}] = x
}

// own is the programme that judged a purchase.
func (l *Life) own(s *Stored) (*rule.Programme, error) {
	if s.Programme == 0 {
		return rule.None(), nil
	}
	return l.Version(s.Programme, s.Version)
}

// cart is what the till sent, as far as it is stored.
func (s *Stored) cart(own *rule.Programme) *Cart {
	c := &Cart{
		Till: s.Till, Cashier: s.Cashier, Key: s.Key, Number: s.Number, Codes: s.Codes, Channel: s.Channel,
		Lines: make([]CartLine, len(s.Lines)), Proof: Proof{Kind: ProofSecret}, // it was given then
	}
	for i := range s.Lines {
		x := &s.Lines[i]
		c.Lines[i] = CartLine{SKU: x.SKU, Name: x.Name, Quantity: x.Quantity, Price: x.Price, Gross: x.Gross, Memorandum: x.Memo, Tickets: x.Tickets, SessionAt: x.SessionAt}
		if s.Mode == Record {
			c.Lines[i].Discount = x.Discount()
		}
	}
	if s.Told {
		c.Payments = s.Payments
	}
	if s.Mode == Commit {
		c.Wish.Max = s.Seen.Max
		return c
	}
	c.Facts = &Facts{At: s.At}
	c.Facts.Points = s.pointsTold(own)
	return c
}

// pointsTold is how many points a till took. Nobody's are not in the document,
// but what they took off is: the fewest, of one on, that take off as much.
func (s *Stored) pointsTold(own *rule.Programme) money.Points {
	if !slices.Contains(s.Flags, FlagNoMember) {
		return s.Spent
	}
	v, _ := money.MulDiv(int64(s.Paid), 100, int64(own.Settings.PointValue), money.Up) // it has been as much
	return money.Points(max(v, 1))
}

// evaluateAgain judges a receipt that has been: nobody spends more than he
// did.
func (s *sale) evaluateAgain(m *rule.Member, usedUp []string) (*rule.Outcome, error) {
	spent := s.again.was.Spent
	if s.mode == Record {
		f := s.facts()
		if m.Known() {
			f.Points = min(f.Points, m.Spendable+s.again.owed())
		}
		out, err := rule.Record(s.programme, &s.receipt, m, f)
		if fault.Is(err, "purchase.points-above-due") { // a point takes more off than it did
			f.Points = 0
			out, err = rule.Record(s.programme, &s.receipt, m, f)
		}
		return out, err
	}
	s.receipt.Wish = rule.Wish{Max: s.cart.Wish.Max}
	if !s.cart.Wish.Max {
		s.receipt.Wish.Points = spent
	}
	out, err := rule.Judge(s.programme, &s.receipt, m, usedUp)
	if fault.From(err) == nil && out.Spent <= spent || spent == 0 && !s.cart.Wish.Max {
		return out, err
	}
	most := *m
	most.Spendable = min(m.Spendable, spent)
	s.receipt.Wish = rule.Wish{Max: true}
	return rule.Judge(s.programme, &s.receipt, &most, usedUp)
}

// owed is what was spent though it was not there.
func (x *again) owed() (sum money.Points) {
	for _, p := range x.was.Parts {
		if p.Lot == 0 {
			sum += p.Points
		}
	}
	return sum
}

// tell gives the rules what was seen of the member then; of the rest they know
// what is known today.
func (x *again) tell(p *rule.Programme, m *rule.Member) {
	seen := &x.was.Seen.Member
	both := both{p, x.own}
	giveSeen(both, rule.FieldSex, &m.Sex, seen.Sex)
	giveSeen(both, rule.FieldCity, &m.City, seen.City)
	giveSeen(both, rule.FieldCategory, &m.Category, seen.Category)
	giveSeen(both, rule.FieldSource, &m.Source, seen.Source)
	giveSeen(both, rule.FieldMemberGroup, &m.Groups, seen.Groups)
	giveSeen(both, rule.FieldTag, &m.Tags, seen.Tags)
	giveSeen(both, rule.FieldRelative, &m.Relatives, seen.Relatives)
	giveSeen(both, rule.FieldAge, &m.Birth, seen.Birth)
	giveSeen(both, rule.FieldBirthday, &m.Birth, seen.Birth)
	giveSeen(both, rule.FieldRegistered, &m.RegisteredDay, seen.RegisteredDay)
	giveSeen(both, rule.FieldCardType, &m.CardTypes, seen.CardTypes)
	for key := range m.Custom {
		if x.own.LooksAt(rule.Field(rule.CustomField + key)) {
			delete(m.Custom, key)
		}
	}
	for key, v := range seen.Custom {
		if p.LooksAt(rule.Field(rule.CustomField + key)) {
			if m.Custom == nil {
				m.Custom = map[string]string{}
			}
			m.Custom[key] = v
		}
	}
}

// both are the programme that judges and that which judged.
type both struct{ now, then *rule.Programme }

func giveSeen[T any](b both, f rule.Field, to *T, v T) {
	if b.now.LooksAt(f) && b.then.LooksAt(f) {
		*to = v
	}
}

// limits sets the counters of the uses that the receipt may make. Those of a
// member are the life's own. What all members together have used can't be
// known here: a campaign with the limits of then is used up where it was then,
// and any other is not.
func (l *Life) limits(s *sale) {
	s.heads = heads{own: headOfMember(s.home)}
	if s.guest = s.again.was.Guest; s.guest != "" {
		s.heads.own = headOfGuest(s.guest)
	}
	if s.guest != "" || s.again.was.Seen.Beside {
		s.heads.beside = []string{headOfOthers}
	}
	for _, u := range s.mayUse() {
		full := l.usedUp(s, &u)
		for _, c := range counters(s.programme.ID, &u, &s.heads) {
			own := slotKey{c.key, c.slot(s.home)}
			switch {
			case !c.slots:
				l.counter(own)
				for _, key := range c.beside {
					others := &slotState{}
					if full {
						others.used = c.limit
					}
					l.g.limits.slots[slotKey{key, 0}] = others
				}
			case full:
				for i := range int64(Slots) {
					l.g.limits.slots[slotKey{c.key, i}] = &slotState{used: c.limit}
				}
			default:
				l.g.limits.slots[own] = &slotState{laid: c.limit, room: math.MaxInt64}
			}
		}
	}
}

// headOfOthers stands for all other homes of the same person.
const headOfOthers = "others"

// counter makes sure that a counter is there.
func (l *Life) counter(k slotKey) {
	if l.g.limits.slots[k] == nil {
		l.g.limits.slots[k] = &slotState{}
	}
}

// usedUp tells whether others had used a campaign up by then.
func (l *Life) usedUp(s *sale, u *rule.Use) bool {
	was := s.again.was
	if s.programme.ID != was.Programme || !slices.Contains(was.Seen.UsedUp, u.Key()) && !slices.Contains(was.Seen.UsedUp, u.HeldKey()) {
		return false
	}
	now, then := s.programme.CampaignOf(u.Campaign), s.again.own.CampaignOf(u.Campaign)
	if then == nil || now.Limits != then.Limits {
		return false
	}
	for _, c := range counters(s.programme.ID, u, &s.heads) {
		if !c.slots && l.uses[c.key] >= c.limit {
			return false // the member himself had
		}
	}
	return true
}
