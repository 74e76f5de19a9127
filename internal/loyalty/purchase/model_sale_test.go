package purchase_test

import (
	"slices"
	"strings"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// mWorld is everything that the model knows.
type mWorld struct {
	programme *rule.Programme // the newest; while a late receipt is looked at, that of its time
	made      []mMade
	now       clock.Micros
	day       func(clock.Micros) string // the outlet's business day
	accounts  map[home.ID]*mAccount     // members'; nil: none yet
	sales     []*mSale
	used      map[string]int64 // of limits, by what they count
	over      map[string]int64
}

// mMade is a version of the programme, from a time on.
type mMade struct {
	at        clock.Micros
	programme *rule.Programme
}

// under puts the programme of a time in force until the end is called; the time
// before all of them is the newest's.
func (w *mWorld) under(at clock.Micros) (end func()) {
	newest := w.programme
	for _, m := range slices.Backward(w.made) {
		if m.at <= at {
			w.programme = m.programme
			break
		}
	}
	return func() { w.programme = newest }
}

// mSale is a purchase of the model.
type mSale struct {
	at    clock.Micros
	home  home.ID
	doc   *purchase.Purchase // what it should be
	lines []mLine
	parts []mPart
	own   []int // lots it earned
	uses  []mUse
	rules *rule.Programme // of its time
	seen  rule.Member
	codes []rule.Code
	wish  rule.Wish
	full  []string // uses that were used up

	refunds []*purchase.Refund // what they should be
	state   string
}

// mUse is a use of a campaign.
type mUse struct {
	campaign string
	rows     []string // of counters
	over     []bool
}

// codesOf folds codes, each once.
func codesOf(codes []string) (out []rule.Code) {
	for _, c := range codes {
		if code := (rule.Code{Text: text.Fold(c)}); !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	return out
}

// goods is what the catalogue says of a product, by its number's first letter.
func goods(sku string) (typ string, free bool) {
	switch sku[0] {
	case 'T':
		return "ticket", true
	case 'B':
		return "bar", true
	case 'S':
		return "service", false
	}
	return "", true
}

func (w *mWorld) receipt(c *purchase.Cart, at clock.Micros) *rule.Receipt {
	r := &rule.Receipt{At: at, Day: w.day(at), Codes: codesOf(c.Codes), Wish: c.Wish}
	for _, l := range c.Lines {
		gross, _ := l.Quantity.Cost(l.Price, money.HalfUp)
		typ, free := goods(l.SKU)
		r.Lines = append(r.Lines, rule.Line{SKU: l.SKU, Type: typ, Quantity: l.Quantity, Gross: gross, Payable: free, Earns: free})
	}
	return r
}

// sell judges a receipt, or takes a record's facts, and does it. The error is
// what the till should be told; nothing has happened then.
func (w *mWorld) sell(c *purchase.Cart) (*mSale, error) {
	at := w.now
	if c.Facts != nil {
		at = c.Facts.At
	}
	defer w.under(at)()
	h := c.Buyer.Home
	a := w.accounts[h].copy()
	if h > 0 && a == nil {
		a = openAccountAt(w.programme, at)
	}
	m := &rule.Member{}
	if a != nil {
		a.settle(at)
		if c.Facts != nil {
			w.revive(h, at, a)
		}
		m = &rule.Member{Home: h, Spendable: a.spendable(), Purchases: a.purchases, Turnover: money.Amount(a.turnover)}
	}
	out, uses, full, err := w.judge(c, w.receipt(c, at), m)
	if err != nil {
		return nil, err
	}
	s := &mSale{at: at, home: h, uses: uses, state: "done", rules: w.programme, seen: *m, codes: codesOf(c.Codes), wish: c.Wish, full: full}
	if err := s.document(w, c, out, m, a != nil); err != nil {
		return nil, err
	}
	for _, u := range uses {
		w.count(u, 1)
	}
	if a != nil {
		s.move(w, a)
		w.accounts[h] = a
	}
	s.doc.Balance = a.balance()
	w.sales = append(w.sales, s)
	return s, nil
}

// judge finds the best that may be had without codes whose limits are reached.
func (w *mWorld) judge(c *purchase.Cart, r *rule.Receipt, m *rule.Member) (*rule.Outcome, []mUse, []string, error) {
	if c.Facts != nil {
		f := &rule.Facts{Points: c.Facts.Points}
		for _, l := range c.Lines {
			f.Discounts = append(f.Discounts, l.Discount)
		}
		out, err := rule.Record(w.programme, r, m, f)
		var uses []mUse
		for i := range r.Codes {
			u := w.programme.UseOf(&r.Codes[i])
			if u != nil && !slices.ContainsFunc(uses, func(x mUse) bool { return x.campaign == u.Campaign }) {
				use, _ := w.use(u, c.Buyer.Home)
				uses = append(uses, use)
			}
		}
		return out, uses, nil, err
	}
	var usedUp []string
	for i := range r.Codes {
		if u := w.programme.UseOf(&r.Codes[i]); u != nil {
			if _, full := w.use(u, c.Buyer.Home); full {
				usedUp = append(usedUp, u.Key())
			}
		}
	}
	out, err := rule.Judge(w.programme, r, m, usedUp)
	if err != nil || len(out.Uses) == 0 {
		return out, nil, usedUp, err
	}
	use, _ := w.use(&out.Uses[0], c.Buyer.Home)
	return out, []mUse{use}, usedUp, nil
}

// use names the counters of a use and tells whether any is full.
func (w *mWorld) use(u *rule.Use, h home.ID) (use mUse, full bool) {
	use.campaign = u.Campaign
	for _, c := range []struct {
		key  string
		most int64
	}{{u.Campaign + " in all", u.InAll}, {u.Campaign + " by " + u.Code, u.PerCode}, {u.Campaign + " of " + h.String(), u.PerHead}} {
		// A receipt of nobody is its own buyer.
		if c.most == 0 || h == 0 && strings.HasSuffix(c.key, " of 0") {
			continue
		}
		use.rows = append(use.rows, c.key)
		use.over = append(use.over, w.used[c.key] >= c.most)
		full = full || w.used[c.key] >= c.most
	}
	return use, full
}

func (w *mWorld) count(u mUse, n int64) {
	for i, key := range u.rows {
		if u.over[i] {
			w.over[key] += n
		} else {
			w.used[key] += n
		}
	}
}

// move does what the receipt does to the account.
func (s *mSale) move(w *mWorld, a *mAccount) {
	p := w.programme
	if s.doc.Spent > 0 {
		s.parts = a.spend(int64(s.doc.Spent))
		for _, part := range s.parts {
			s.doc.Parts = append(s.doc.Parts, ledger.Part{Points: money.Points(part.n)})
		}
	}
	a.slide = max(a.slide, p.SlideTo(s.at))
	if s.doc.Earned > 0 {
		terms := p.Terms()
		active := p.ActiveAt(&terms, s.at)
		ends, slides := p.Expires(&terms.Expiry, active)
		a.earn(mLot{left: int64(s.doc.Earned), earned: s.at, active: active, ends: ends, slides: slides})
		s.own = []int{len(a.lots) - 1}
		if l := &a.lots[len(a.lots)-1]; slides && s.at < a.clock && ended(p, s.at, append(w.bought(s.home), s.at), a.clock) {
			a.expired += l.left
			l.off, l.left = l.left, 0
		}
	}
	a.purchases++
	a.turnover += int64(s.doc.Due)
	a.last = max(a.last, s.at)
	if a.first == 0 || s.at < a.first {
		a.first = s.at
	}
	a.settle(a.clock)
}

// revive brings back what slid off only because the receipt comes late.
func (w *mWorld) revive(h home.ID, at clock.Micros, a *mAccount) {
	p := w.programme
	if late := p.Settings.LateMax; at >= a.clock || p.SlideTo(at) == 0 || late > 0 && at < w.now-clock.Micros(late)*clock.Micros(day/time.Microsecond) {
		return
	}
	times := w.bought(h)
	for i := range a.lots {
		l := &a.lots[i]
		if l.off == 0 || !l.slides || !ended(p, l.earned, times, a.clock) || ended(p, l.earned, append(slices.Clip(times), at), a.clock) {
			continue
		}
		a.slide = max(a.slide, p.SlideTo(at))
		a.expired -= l.off
		l.left += l.off
		l.off = 0
		if !l.pending {
			a.payDebt(l)
		}
	}
}

func (w *mWorld) bought(h home.ID) (times []clock.Micros) {
	for _, x := range w.sales {
		if x.home == h {
			times = append(times, x.at)
		}
	}
	return times
}

// ended tells whether a lot that lives by purchases would be over by now, had
// all of them been told of in their time: its end moves as long as there is a
// purchase before it that moves it.
func ended(p *rule.Programme, earned clock.Micros, times []clock.Micros, now clock.Micros) bool {
	if len(times) == 0 {
		return false
	}
	end := p.SlideTo(max(earned, slices.Min(times)))
	if slices.Min(times) < earned {
		end = 0
		for _, t := range times {
			if t <= earned {
				end = max(end, p.SlideTo(t))
			}
		}
	}
	for moved := true; moved; {
		moved = false
		for _, t := range times {
			if to := p.SlideTo(t); t < end && to > end {
				end, moved = to, true
			}
		}
	}
	return end <= now
}

// document writes down what the purchase should be.
func (s *mSale) document(w *mWorld, c *purchase.Cart, out *rule.Outcome, m *rule.Member, member bool) error {
	d := &purchase.Purchase{
		Mode: purchase.Commit, At: s.at, Day: w.day(s.at), Gross: out.Gross, Discount: out.Discount, Paid: out.Paid,
		Due: out.Due, Spent: out.Spent, Earned: out.Earned,
	}
	s.doc = d
	if c.Facts != nil {
		d.Mode = purchase.Record
		late := w.programme.Settings.LateMax
		if late > 0 && s.at < w.now-clock.Micros(late)*clock.Micros(day/time.Microsecond) {
			d.Earned = 0
		}
		if !member {
			d.Spent = 0
		}
		r := w.receipt(c, s.at)
		r.Wish = rule.Wish{}
		if o, err := rule.Judge(w.programme, r, m, nil); err == nil && (o.Discount != d.Discount || o.Earned != d.Earned || d.Spent > o.Most) {
			d.Would = &purchase.Would{Discount: o.Discount, Most: o.Most, Earned: o.Earned}
		}
	}
	var err error
	if d.Payments, err = mPayments(c, out.Due); err != nil {
		return err
	}
	for i := range c.Lines {
		s.lines = append(s.lines, newLine(&c.Lines[i], i, out, d))
	}
	splitPays(s.lines, d.Payments)
	for i := range s.lines {
		d.Lines = append(d.Lines, s.lines[i].stored())
	}
	return nil
}

// mPayments fits the payments of a record to what was due; a commit's must fit.
func mPayments(c *purchase.Cart, due money.Amount) ([]purchase.Payment, error) {
	if len(c.Payments) == 0 {
		return []purchase.Payment{{Kind: "money", Amount: due}}, nil
	}
	left := due
	out := slices.Clone(c.Payments)
	for i := range out {
		if i == len(out)-1 && c.Facts != nil {
			out[i].Amount = left
		}
		out[i].Amount = min(out[i].Amount, left)
		left -= out[i].Amount
	}
	if c.Facts == nil && (left != 0 || !slices.Equal(out, c.Payments)) {
		return nil, fault.New(fault.Invalid, "purchase.payments-sum")
	}
	return out, nil
}
