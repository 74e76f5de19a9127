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
	// Touched are the members whom the events name, with where they bought or
	// entered, and those in whose journals anything was written that is no event.
	Touched map[Touched]struct{}

	named map[home.ID]struct{} // by events
	list  []byte               // the list of the events last added, as it is written
	acts  []act                // room for those of the event that is read
}

// Touched is a member to whom something has happened, and the outlet where he
// bought or entered, 0 for anything else.
type Touched struct {
	Home   home.ID
	Outlet id.ID
}

// NewFold makes an empty one.
func NewFold() *Fold {
	return &Fold{Table: NewTable(), Touched: map[Touched]struct{}{}, named: map[home.ID]struct{}{}, acts: make([]act, 0, 8)}
}

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
	homes                  [3]home.ID // its own, another that it names, and of whom it is
	day                    []byte
	at                     int64
	outlet, programme      id.ID
	cashier                id.ID
	member, last, part     bool
	gross, discount, paid  int64
	money, withheld        int64
	spent, earned, expired int64
	acts                   []act
}

// act is what figures need of what a campaign did.
type act struct {
	campaign               []byte
	uses, discount, earned int64
	again                  bool
}

func (f *Fold) event(c *Cursor) {
	e := event{acts: f.acts[:0]}
	c.Object(func(key []byte) {
		if len(key) != 1 {
			switch string(key) {
			case "cs":
				c.Array(func() { e.acts = append(e.acts, shortAct(c)) })
				f.acts = e.acts // for the next, with its room
			case "wh":
				e.withheld = c.Int()
			case "of":
				e.homes[2] = home.ID(c.ID())
			default:
				c.Skip()
			}
			return
		}
		switch key[0] {
		case 'k':
			e.kind = c.Text()
		case 'h':
			e.homes[0] = home.ID(c.ID())
		case 'i':
			e.homes[1] = home.ID(c.ID())
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
		case 'q':
			e.cashier = id.ID(c.ID())
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
	f.touch(e)
	if !counted(eventtype.Kind(e.kind)) {
		return
	}
	day := e.day
	if len(day) == 0 { // no outlet's and no programme's: the day of UTC
		day = clock.Micros(e.at).Time().AppendFormat(nil, "2006-01-02")
	}
	e.day = day
	switch eventtype.Kind(e.kind) {
	case eventtype.Purchased:
		f.purchase(e)
	case eventtype.Refunded:
		f.refund(e)
	case eventtype.Claimed:
		f.claim(e)
	default:
		f.days.row(f.key(e)).other(e)
	}
}

// touch notes the members of an event.
func (f *Fold) touch(e *event) {
	var outlet id.ID
	switch eventtype.Kind(e.kind) {
	case eventtype.Purchased, eventtype.Claimed, eventtype.Visited:
		outlet = e.outlet
	}
	for _, h := range e.homes {
		if h > 0 {
			f.Touched[Touched{h, outlet}], f.named[h] = struct{}{}, struct{}{}
		}
	}
}

// other counts what belongs to no receipt.
func (s *Sums) other(e *event) {
	switch eventtype.Kind(e.kind) {
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
	if _, ok := f.named[h.Home]; !ok && h.Home > 0 { // points that a reservation holds or lets go
		f.Touched[Touched{Home: h.Home}] = struct{}{}
	}
}

// shortAct reads what a campaign did, as events have it.
func shortAct(c *Cursor) (a act) {
	c.Object(func(key []byte) {
		switch string(key) {
		case "c":
			a.campaign = c.Word()
		case "n":
			a.uses = c.Int()
		case "d":
			a.discount = c.Int()
		case "e":
			a.earned = c.Int()
		case "r":
			a.again = c.Bool()
		default:
			c.Skip()
		}
	})
	return a
}
