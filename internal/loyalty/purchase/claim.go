package purchase

import (
	"cmp"
	"encoding/json"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// A receipt that had no member may be given to one later, once. It keeps its
// home; the claim lies with it, in its row, and says whose it is since, on which
// account, and what it earned there by the rules of its time. The points are
// posted in the account's home under the claim's id, which the journals of the
// receipt's home and of the member's chain too.
//
// The claim says what the whole receipt would have earned, and how much of
// that had come back by then. So refunds end with the same figures whether they
// come before the claim or after it.

// Claim is how a receipt was given to a member, as it is stored.
type Claim struct {
	ID       id.ID        `json:"id"`
	Home     home.ID      `json:"home"` // the receipt's
	Purchase id.ID        `json:"purchase"`
	Member   home.ID      `json:"member"`
	Till     id.ID        `json:"till,omitempty"` // that asked for it
	Cashier  id.ID        `json:"cashier,omitempty"`
	At       clock.Micros `json:"at"`
	Joined   clock.Micros `json:"joined,omitempty"`     // when he became a member, if it is his by the contact that it names; 0: somebody gave it
	Outlet   id.ID        `json:"outlet"`               // the receipt's …
	Day      string       `json:"day"`                  // … and its day
	Sold     id.ID        `json:"sold_under,omitempty"` // the programme that judged it then
	SoldBy   id.ID        `json:"sold_by,omitempty"`    // its cashier
	Counted  string       `json:"counted,omitempty"`

	Account     id.ID   `json:"account,omitempty"`      // 0: the member has none; it gave him nothing
	AccountHome home.ID `json:"account_home,omitempty"` // the member's or, of a household, its founder's
	Programme   id.ID   `json:"programme,omitempty"`
	Version     int64   `json:"version,omitempty"`

	Seen     Seen         `json:"seen"`
	Lines    []ClaimLine  `json:"lines"`
	Refunded money.Amount `json:"refunded,omitempty"` // of its money, before
	Money    money.Amount `json:"money,omitempty"`    // of it that was left
	Before   []id.ID      `json:"before,omitempty"`   // the refunds that had been
	Taken    money.Points `json:"taken,omitempty"`    // of what it would have earned, what the lines that stay would not have
	Earned   money.Points `json:"earned,omitempty"`   // that it gave: without what had come back and was taken
	Lots     []Lot        `json:"lots,omitempty"`
	Acts     []Act        `json:"acts,omitempty"`   // whose the points are that it gave
	Awards   []Award      `json:"awards,omitempty"` // codes that it gave
	Trace    string       `json:"trace,omitempty"`  // digest of the outcome and its reasons, in hex; "": it was not judged
	Flags    []string     `json:"flags,omitempty"`
	Level    string       `json:"level,omitempty"`
	Balance  Balance      `json:"balance,omitempty"`
}

// ClaimLine is what a claim says of one line.
type ClaimLine struct {
	Earned []RuleAmount `json:"earned,omitempty"` // by the whole of it
	Back   []int64      `json:"back,omitempty"`   // how much of each had come back
	Money  money.Amount `json:"money,omitempty"`  // that had come back
}

// ReadClaim reads a claim's document, and what is kept of the member beside it.
func ReadClaim(doc []byte, person string) (*Claim, error) {
	c := &Claim{}
	if err := json.Unmarshal(doc, c); err != nil {
		return nil, err
	}
	return c, c.Seen.WithPerson(person)
}

// Back is what of the receipt's points had come back with its refunds.
func (c *Claim) Back() (sum money.Points) {
	for i := range c.Lines {
		for _, v := range c.Lines[i].Back {
			sum += pointsOf(v)
		}
	}
	return sum
}

// Counts is what the receipt adds to its member's sums: what of it had not
// come back.
func (c *Claim) Counts(of *Purchase) level.Entry {
	e := of.Counts()
	for i := range c.Lines {
		e.Lines[i].Money -= c.Lines[i].Money
	}
	e.Total -= c.Refunded
	return e
}

// As is a purchase as it is for the member whom it was given to.
func (c *Claim) As(p *Purchase) *Purchase {
	out := *p
	out.Account, out.AccountHome, out.Programme, out.Version, out.Counted = c.Account, c.AccountHome, c.Programme, c.Version, c.Counted
	out.Lots, out.Awards, out.Level, out.Balance = c.Lots, c.Awards, c.Level, c.Balance
	out.Earned = 0
	out.Lines = make([]Line, len(p.Lines))
	copy(out.Lines, p.Lines)
	for i := range c.Lines {
		l := &out.Lines[i]
		l.Earned = c.Lines[i].Earned
		for _, e := range l.Earned {
			out.Earned += pointsOf(e.Amount)
		}
	}
	return &out
}

// under is the programme that judged a purchase.
type under struct {
	programme id.ID
	version   int64
}

// Give makes a stored purchase that of the member whom a claim gave it to.
func (s *Stored) Give(c *Claim) {
	s.sold = under{s.Programme, s.Version}
	s.Purchase, s.Claim = *c.As(&s.Purchase), c
}

// soldUnder is the programme that judged the purchase when it was made.
func (s *Stored) soldUnder() under {
	if s.Claim != nil {
		return s.sold
	}
	return under{s.Programme, s.Version}
}

// Buyer is the home of the member whose purchase it is, since a merge of the one
// he is now; that of the receipt where it is nobody's.
func (s *Stored) Buyer() home.ID {
	switch {
	case s.taker != 0:
		return s.taker
	case s.Claim != nil:
		return s.Claim.Member
	}
	return s.Home
}

// givenTo is the member whom the purchase was given to; 0: none.
func (s *Stored) givenTo() home.ID {
	if s.Claim != nil {
		return s.Claim.Member
	}
	return 0
}

// earnedBy is the operation that moved the points which it earned.
func (s *Stored) earnedBy() id.ID {
	if s.Claim != nil {
		return s.Claim.ID
	}
	return s.ID
}

// Counts is what the purchase adds to the sums of its account.
func (s *Stored) Counts() level.Entry {
	if s.Claim != nil {
		return s.Claim.Counts(&s.Purchase)
	}
	return s.Purchase.Counts()
}

// before tells whether a refund had been when the purchase was given to its
// member: it touched no account.
func (s *Stored) before(f *Refund) bool { return s.Claim != nil && f.Account != s.Account }

// waits tells whether its tickets count for the account: of one on a household's,
// or that was given to a member, their use is attendance only.
func (s *Stored) waits() bool { return s.Claim == nil && (s.AccountHome == 0 || s.taker != 0) }

// since are the refunds that concern the account.
func (s *Stored) since() []*Refund {
	if s.Claim == nil {
		return s.Refunds
	}
	var out []*Refund
	for _, f := range s.Refunds {
		if !s.before(f) {
			out = append(out, f)
		}
	}
	return out
}

// backBefore is what of the points had come back when the purchase was given to
// its member, and what had been taken of them with that.
func (s *Stored) backBefore() (back, claimed money.Points) {
	if s.Claim == nil {
		return 0, 0
	}
	back = s.Claim.Back()
	return back, back + s.Claim.Taken
}

// carriedTo are the homes that a refund of the purchase concerns beside its
// own: that of the account whose points and sums it changes, and that of the
// member whose level it may be.
func (s *Stored) carriedTo() (keeps, buyer home.ID) {
	return cmp.Or(s.AccountHome, s.Home), s.Buyer()
}
