package figure

import (
	"encoding/base64"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Fold is what events come to.
type Fold struct {
	*Table
	Heads  []ledger.Head // of the homes they changed, in the order they were read
	Events int64

	list []byte // the list of the events last added, as it is written
}

// NewFold makes an empty one.
func NewFold() *Fold { return &Fold{Table: NewTable()} }

// Add folds one row of event: what one transaction did.
func (f *Fold) Add(doc []byte) error {
	c := NewCursor(doc)
	f.list = nil
	c.Object(func(key []byte) {
		switch string(key) {
		case "e":
			f.list = c.Raw(func() { c.Array(func() { f.event(c) }) })
		case "h":
			c.Array(func() { f.head(c) })
		default:
			c.Skip()
		}
	})
	if c.Bad {
		return fault.New(fault.Internal, "figure.event")
	}
	return nil
}

// event is what figures need of one.
type event struct {
	kind                   []byte
	day                    []byte
	at                     int64
	outlet, programme      id.ID
	member, last, part     bool
	gross, discount, paid  int64
	money                  int64
	spent, earned, expired int64
}

func (f *Fold) event(c *Cursor) {
	var e event
	c.Object(func(key []byte) {
		if len(key) != 1 {
			c.Skip()
			return
		}
		switch key[0] {
		case 'k':
			e.kind = c.Text()
		case 't':
			e.at = c.Int()
		case 'd':
			e.day = c.Text()
		case 'u':
			e.outlet = id.ID(c.ID())
		case 'p':
			e.programme = id.ID(c.ID())
		case 'm':
			e.member = c.Bool()
		case 'l':
			e.last = c.Bool()
		case 'r':
			e.part = c.Bool()
		case 'g':
			e.gross = c.Int()
		case 'c':
			e.discount = c.Int()
		case 'b':
			e.paid = c.Int()
		case 'a':
			e.money = c.Int()
		case 'x':
			e.spent = c.Int()
		case 'e':
			e.earned = c.Int()
		case 'z':
			e.expired = c.Int()
		default:
			c.Skip()
		}
	})
	if !c.Bad {
		f.count(&e)
	}
}

func (f *Fold) count(e *event) {
	f.Events++
	if !counted(eventtype.Kind(e.kind)) {
		return
	}
	day := e.day
	if len(day) == 0 { // no outlet's and no programme's: the day of UTC
		day = clock.Micros(e.at).Time().AppendFormat(nil, "2006-01-02")
	}
	s := f.Row(day, e.outlet, e.programme)
	switch eventtype.Kind(e.kind) {
	case eventtype.Purchased:
		s.purchase(e)
	case eventtype.Refunded:
		s.refund(e)
	case eventtype.Claimed:
		s.claim(e)
	case eventtype.Adjusted:
		s[Adjusted] += e.earned
	case eventtype.Opened:
		s[Opened]++
		s[Gifts] += e.earned
	case eventtype.Gifted:
		s[Gifts] += e.earned
	case eventtype.Due:
		s[Expired] += e.expired
	case eventtype.Leveled:
		s[Levels] += e.earned
	}
}

// counted tells whether there are figures of the kind.
func counted(k eventtype.Kind) bool {
	switch k {
	case eventtype.Purchased, eventtype.Refunded, eventtype.Claimed, eventtype.Adjusted, eventtype.Opened, eventtype.Gifted, eventtype.Due, eventtype.Leveled:
		return true
	}
	return false
}

func (s *Sums) purchase(e *event) {
	s[Receipts]++
	if e.member {
		s[MemberReceipts]++
	}
	s[Gross] += e.gross
	s[Discount] += e.discount
	s[Paid] += e.paid
	s[Money] += e.money
	s[Spent] += e.spent
	s[Earned] += e.earned
}

// claim counts a receipt of nobody's that a member has been given: on the day
// it was made it is a member's now.
func (s *Sums) claim(e *event) {
	s[MemberReceipts]++
	s[Earned] += e.earned
}

func (s *Sums) refund(e *event) {
	if !e.part {
		s[Refunds]++
	}
	if e.last {
		s[RefundsWhole]++
	}
	s[RefundGross] += e.gross
	s[RefundDiscount] += e.discount
	s[RefundPaid] += e.paid
	s[RefundMoney] += e.money
	s[RefundSpent] += e.spent
	s[RefundEarned] += e.earned
}

func (f *Fold) head(c *Cursor) {
	var h ledger.Head
	c.Object(func(key []byte) {
		switch string(key) {
		case "h":
			h.Home = home.ID(c.ID())
		case "s":
			h.Seq = c.Int()
		case "x":
			text := c.Text()
			if base64.StdEncoding.DecodedLen(len(text)) > len(h.Hash)+2 {
				c.Bad = true
				return
			}
			var b [len(h.Hash) + 2]byte // the decoder counts the padding in
			n, err := base64.StdEncoding.Decode(b[:], text)
			copy(h.Hash[:], b[:])
			c.Bad = c.Bad || err != nil || n != len(h.Hash)
		default:
			c.Skip()
		}
	})
	f.Heads = append(f.Heads, h)
}
