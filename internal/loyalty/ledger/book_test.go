package ledger

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

const hour = clock.Micros(time.Hour / time.Microsecond)

var start = clock.Of(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))

// machine does the same at random to a book and to its model.
type machine struct {
	book    *Book
	account *Account
	model   *model
	lots    []id.ID // of the model's batches
	earns   []*earning
	spends  []*spending
	holds   []id.ID // of the model's reservations
}

type earning struct {
	batch int
	left  int // not yet clawed back
}

type spending struct {
	parts []Part
	left  int
}

func newMachine() *machine {
	b := NewBook(home.OfMember(77), start, id.NewMaker(1))
	return &machine{book: b, account: b.Open(5, start), model: &model{clock: start}}
}

// when draws the time of an operation: mostly later, at times in the past.
func (m *machine) when(t *rapid.T) clock.Micros {
	if rapid.IntRange(0, 4).Draw(t, "late") == 0 {
		return m.account.Clock - clock.Micros(rapid.IntRange(0, 100).Draw(t, "hours ago"))*hour
	}
	return m.account.Clock + clock.Micros(rapid.IntRange(0, 40).Draw(t, "hours on"))*hour
}

// operate settles before and after, as every operation on an account does.
func (m *machine) operate(t *rapid.T, do func(op id.ID, at clock.Micros)) {
	at := m.when(t)
	m.book.Now = max(m.book.Now, at)
	m.book.Settle(m.account, at)
	m.model.settle(at)
	do(m.book.IDs.New(), at)
	m.book.Settle(m.account, m.account.Clock)
	m.model.settle(m.model.clock)
	m.sync(t)
}

// sync pairs lots that the last operation made with the model's batches.
func (m *machine) sync(t *rapid.T) {
	for _, l := range m.book.lots {
		if !slices.Contains(m.lots, l.ID) {
			m.lots = append(m.lots, l.ID)
		}
	}
	if len(m.lots) != len(m.model.lots) {
		t.Fatalf("%d lots, the model has %d", len(m.lots), len(m.model.lots))
	}
}

func (m *machine) earn(t *rapid.T) {
	n := rapid.IntRange(1, 20).Draw(t, "earned")
	m.operate(t, func(op id.ID, at clock.Micros) {
		b := batch{earned: at, active: at + clock.Micros(rapid.SampledFrom([]int{0, 0, 10, 50}).Draw(t, "delay"))*hour}
		switch rapid.IntRange(0, 2).Draw(t, "term") {
		case 0:
			b.ends = b.active + clock.Micros(rapid.IntRange(1, 90).Draw(t, "hours"))*hour
		case 1:
			b.slides = true
		}
		if rapid.IntRange(0, 2).Draw(t, "waits") == 0 {
			b = batch{earned: at, ends: b.ends, waits: true}
		}
		l := m.book.Earn(m.account, Grant{
			Points: money.Points(n), EarnedAt: at, ActiveAt: b.active, ExpiresAt: b.ends, Sliding: b.slides, Waits: b.waits, Source: FromPurchase, Op: op,
		})
		m.earns = append(m.earns, &earning{len(m.model.lots), n})
		m.model.earn(n, b)
		if l.Amount != money.Points(n) {
			t.Fatalf("%+v", l)
		}
	})
}

func (m *machine) use(t *rapid.T) {
	var waiting []int
	for i := range m.model.lots {
		if m.model.lots[i].waits {
			waiting = append(waiting, i)
		}
	}
	if len(waiting) == 0 {
		t.Skip("nothing waits")
	}
	i := rapid.SampledFrom(waiting).Draw(t, "used")
	m.operate(t, func(op id.ID, at clock.Micros) {
		u := Usage{Op: op, At: at, ActiveAt: at + clock.Micros(rapid.SampledFrom([]int{0, 0, 10}).Draw(t, "delay"))*hour}
		if rapid.Bool().Draw(t, "ends") {
			u.ExpiresAt = u.ActiveAt + clock.Micros(rapid.IntRange(1, 90).Draw(t, "hours"))*hour
		} else {
			u.Sliding = rapid.Bool().Draw(t, "slides")
		}
		lot := m.book.Lot(m.lots[i])
		got, later := m.book.Use(m.account, lot, u)
		want := m.model.use(i, at, u.ActiveAt, u.ExpiresAt, u.Sliding)
		if lot.Waits || int(got+later) != want || got > 0 && u.ActiveAt > m.account.Clock || later > 0 && u.ActiveAt <= m.account.Clock {
			t.Fatalf("%d active, %d later of %d, %+v", got, later, want, lot)
		}
	})
}

func (m *machine) spend(t *rapid.T) {
	n := rapid.IntRange(1, 30).Draw(t, "spent")
	m.operate(t, func(op id.ID, at clock.Micros) {
		parts, short := m.book.Spend(m.account, op, money.Points(n), at)
		want, wantShort := m.model.spend(n)
		if int(short) != wantShort || len(parts) != len(want) {
			t.Fatalf("short %d of %d, the model %d; parts %v, the model %v", short, n, wantShort, parts, want)
		}
		for i, p := range parts {
			if p.Lot != m.lots[want[i][0]] || int(p.Points) != want[i][1] {
				t.Fatalf("parts %v, the model %v", parts, want)
			}
		}
		if short > 0 {
			m.book.Owe(m.account, op, short, at)
			m.model.owe(int(short))
			parts = append(parts, Part{Points: short})
		}
		m.spends = append(m.spends, &spending{parts, n})
	})
}

func (m *machine) claw(t *rapid.T) {
	live := slices.DeleteFunc(slices.Clone(m.earns), func(e *earning) bool { return e.left == 0 })
	if len(live) == 0 {
		t.Skip("nothing earned")
	}
	e := rapid.SampledFrom(live).Draw(t, "of")
	n := rapid.IntRange(1, e.left).Draw(t, "clawed")
	e.left -= n
	own, batch := []Part{{Lot: m.lots[e.batch], Points: money.Points(n)}}, e.batch
	if rapid.IntRange(0, 4).Draw(t, "by hand") == 0 {
		own, batch = nil, -1
	}
	m.operate(t, func(op id.ID, at clock.Micros) {
		short := m.book.Claw(m.account, op, own, money.Points(n), at)
		if want := m.model.claw(batch, n); int(short) != want {
			t.Fatalf("short %d of %d, the model %d", short, n, want)
		}
		if short > 0 && rapid.Bool().Draw(t, "debt") {
			m.book.Charge(m.account, op, short, at)
			m.model.charge(int(short))
		}
	})
}

func (m *machine) restore(t *rapid.T) {
	live := slices.DeleteFunc(slices.Clone(m.spends), func(s *spending) bool { return s.left == 0 })
	if len(live) == 0 {
		t.Skip("nothing spent")
	}
	s := rapid.SampledFrom(live).Draw(t, "of")
	n := rapid.IntRange(1, s.left).Draw(t, "back")
	s.left -= n
	var back []Part
	for i := len(s.parts) - 1; n > 0; i-- { // the last taken first
		p := &s.parts[i]
		k := min(n, int(p.Points))
		p.Points -= money.Points(k)
		n -= k
		if k > 0 {
			back = append(back, Part{p.Lot, money.Points(k)})
		}
	}
	m.operate(t, func(op id.ID, at clock.Micros) {
		b := Back{Op: op, At: at}
		if rapid.Bool().Draw(t, "grace") {
			b.Grace = at + clock.Micros(rapid.IntRange(1, 60).Draw(t, "of hours"))*hour
		}
		if rapid.Bool().Draw(t, "has a term") {
			b.Term = at + clock.Micros(rapid.IntRange(1, 60).Draw(t, "term"))*hour
		} else {
			b.Sliding = rapid.Bool().Draw(t, "slides")
		}
		m.book.Restore(m.account, back, b)
		for _, p := range back {
			if p.Lot == 0 {
				m.model.restoreOwed(int(p.Points), at, b.Term, b.Sliding)
				continue
			}
			m.model.restore(slices.Index(m.lots, p.Lot), int(p.Points), at, b.Grace)
		}
	})
}

func (m *machine) hold(t *rapid.T) {
	n := rapid.IntRange(1, 20).Draw(t, "held")
	m.operate(t, func(op id.ID, at clock.Micros) {
		until := m.account.Clock + clock.Micros(rapid.IntRange(1, 60).Draw(t, "for hours"))*hour
		short := m.book.Hold(m.account, op, money.Points(n), until, at)
		if want := m.model.hold(n, until); int(short) != want {
			t.Fatalf("short %d of %d, the model %d", short, n, want)
		}
		m.holds = append(m.holds, op)
	})
}

// endHold ends a reservation by hand, or moves its end.
func (m *machine) endHold(t *rapid.T) {
	if len(m.holds) == 0 {
		t.Skip("nothing held")
	}
	i := rapid.IntRange(0, len(m.holds)-1).Draw(t, "which")
	m.operate(t, func(op id.ID, at clock.Micros) {
		h, w := m.book.FindHold(m.holds[i]), &m.model.holds[i]
		if (h == nil) != w.over {
			t.Fatalf("hold %+v, the model %+v", h, w)
		}
		if h == nil {
			return
		}
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			m.book.Release(m.account, h, op, m.account.Clock)
			m.model.release(w, m.model.clock)
		case 1:
			parts := m.book.Redeem(m.account, h, op, at)
			m.model.redeem(w)
			n := 0
			for _, p := range parts {
				n += int(p.Points)
			}
			m.spends = append(m.spends, &spending{slices.Clone(parts), n})
		default:
			w.until = m.account.Clock + clock.Micros(rapid.IntRange(1, 60).Draw(t, "more hours"))*hour
			m.book.Extend(m.account, h, w.until)
		}
	})
}

func (m *machine) slide(t *rapid.T) {
	m.operate(t, func(_ id.ID, at clock.Micros) {
		to := at + clock.Micros(rapid.IntRange(1, 100).Draw(t, "slide"))*hour
		m.account.Slide(to)
		m.model.slide = max(m.model.slide, to)
	})
}

func (m *machine) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"earn": m.earn, "earn more": m.earn, "spend": m.spend, "claw": m.claw, "restore": m.restore, "slide": m.slide, "use": m.use, "use more": m.use, "hold": m.hold, "end hold": m.endHold,
		"settle": func(t *rapid.T) { m.operate(t, func(id.ID, clock.Micros) {}) },
	}
}

// check compares the book with the model and with its own postings.
func (m *machine) check(t *rapid.T) {
	a, w := m.account, m.model
	got := fmt.Sprint(a.Active, a.Pending, a.Held, a.Debt, a.Earned, a.Spent, a.Expired, a.Clock, a.SlideAt)
	want := fmt.Sprint(money.Points(w.count(-1, active)), money.Points(w.count(-1, pending)), money.Points(w.count(-1, kept)), money.Points(w.debt),
		money.Points(w.earned), money.Points(w.spent), money.Points(w.expired), w.clock, w.slide)
	if got != want {
		t.Fatalf("active pending held debt earned spent expired clock slide:\n%s, the model\n%s", got, want)
	}
	for i, lot := range m.lots {
		l := m.book.Lot(lot)
		if int(l.Remaining) != w.count(i, active)+w.count(i, pending) || int(l.WrittenOff) != w.count(i, written) ||
			l.Remaining > 0 && l.Pending != (w.count(i, pending) > 0) {
			t.Fatalf("lot %d: %+v, the model: %d active, %d pending, %d written off", i, l, w.count(i, active), w.count(i, pending), w.count(i, written))
		}
	}
}

func TestBookAgainstModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine()
		actions := m.actions()
		actions[""] = func(t *rapid.T) {
			m.check(t)
			checkBook(t, m.book, m.account)
		}
		t.Repeat(actions)
	})
}
