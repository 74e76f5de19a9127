package offline

import (
	"crypto/ed25519"
	"encoding/json"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Judge judges a till's receipts. It is not safe for concurrent use.
type Judge struct {
	rules Rules
	zone  *time.Location
}

// Open reads signed rules as the till's.
func Open(signed []byte, key ed25519.PublicKey, till id.ID) (*Judge, error) {
	var s Signed
	if len(signed) > 2*MaxSize || json.Unmarshal(signed, &s) != nil {
		return nil, fault.New(fault.Invalid, CodeUnread)
	}
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, []byte(s.Rules), s.Signature) {
		return nil, fault.New(fault.Denied, CodeUnsigned)
	}
	j := &Judge{}
	if err := json.Unmarshal([]byte(s.Rules), &j.rules); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, CodeUnread)
	}
	if j.rules.Till != till {
		return nil, fault.New(fault.Denied, CodeOtherTill)
	}
	var err error
	if j.zone, err = time.LoadLocation(j.rules.Zone); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, CodeUnread)
	}
	for i := range j.rules.Programmes {
		if err := j.rules.Programmes[i].Compile(); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, CodeUnread)
		}
	}
	return j, nil
}

// Receipt is what the till sells.
type Receipt struct {
	At      int64        `json:"at"` // milliseconds since 1970
	Cashier id.ID        `json:"cashier,omitzero"`
	Lines   []Line       `json:"lines"`
	Codes   []string     `json:"codes,omitempty"` // as they were typed
	Buyer   *Buyer       `json:"buyer,omitempty"` // nil: nobody whom the till knows
	Most    bool         `json:"most,omitempty"`  // as many points as may be spent
	Spend   money.Points `json:"spend,omitempty"` // else at most so many, hundredths
}

// Line is a line of it.
type Line struct {
	SKU      string         `json:"sku"`
	Quantity money.Quantity `json:"quantity"`          // thousandths
	Gross    money.Amount   `json:"gross"`             // kopecks
	Product  *Product       `json:"product,omitempty"` // nil: it is in no catalogue
}

// Product is what rules look at of a product.
type Product struct {
	ID      id.ID        `json:"id"`
	Type    string       `json:"type,omitempty"`
	Groups  []id.ID      `json:"groups,omitempty"`
	Least   money.Amount `json:"least,omitempty"` // kopecks a unit
	Payable bool         `json:"payable,omitempty"`
	Earns   bool         `json:"earns,omitempty"`
}

// Buyer is a member as the till was told of him, and as he is after what it has
// sold him since.
type Buyer struct {
	Home      home.ID     `json:"home"`
	Programme id.ID       `json:"programme"` // in which he was seen so
	Seen      rule.Member `json:"seen"`
}

// Answer is what becomes of the receipt: sums in kopecks, points in hundredths.
type Answer struct {
	Programme id.ID        `json:"programme"`
	Version   int64        `json:"version"`
	Gross     money.Amount `json:"gross"`
	Discount  money.Amount `json:"discount"`
	Paid      money.Amount `json:"paid_with_points"`
	Due       money.Amount `json:"due"`
	Spent     money.Points `json:"spent"`
	Most      money.Points `json:"most"`
	Earned    money.Points `json:"earned"`
	Lines     []AnswerLine `json:"lines"`
	Codes     []string     `json:"codes"` // that opened something, as they were typed
	Messages  []rule.Text  `json:"messages"`
	After     *Buyer       `json:"after,omitempty"` // as he is once it is sold
}

// AnswerLine is what becomes of one line.
type AnswerLine struct {
	Gross     money.Amount `json:"gross"`
	Discount  money.Amount `json:"discount"`
	Paid      money.Amount `json:"paid_with_points"`
	Due       money.Amount `json:"due"`
	Discounts []rule.Off   `json:"discounts,omitempty"` // what took it off
}

// Judge says what a receipt comes to; nil: there are no rules for its day.
func (j *Judge) Judge(r *Receipt) (*Answer, error) {
	at := clock.Micros(r.At * 1000)
	if at > j.rules.Made.Add(Life) {
		return nil, fault.New(fault.Conflict, CodeOld)
	}
	moment := at.MomentIn(j.zone, j.rules.Cutover)
	place, there := j.rules.Days[moment.Day]
	if !there {
		return nil, nil
	}
	p := &j.rules.Programmes[place]
	receipt, typed := j.receipt(p, r, at, moment)
	m := member(p, r.Buyer)
	out, err := decide(p, receipt, m, r)
	if err != nil {
		return nil, err
	}
	a := answer(p, out)
	for _, code := range out.Codes {
		a.Codes = append(a.Codes, typed[code])
	}
	if m.Known() {
		a.After = after(p, m, out, receipt)
	}
	return a, nil
}

// receipt is the same as the engine reads it, with what was typed by the digest
// of each code.
func (j *Judge) receipt(p *rule.Programme, r *Receipt, at clock.Micros, moment clock.Moment) (*rule.Receipt, map[string]string) {
	out := &rule.Receipt{
		At: at, Day: moment.Day, Minute: moment.Minute, Weekday: clock.WeekdayNumber(moment.Weekday),
		Outlet: j.rules.Outlet, Partner: j.rules.Partner, Till: j.rules.Till, Cashier: r.Cashier, Lines: make([]rule.Line, len(r.Lines)),
	}
	for i := range r.Lines {
		out.Lines[i] = r.Lines[i].line()
	}
	typed := map[string]string{}
	for _, code := range r.Codes {
		d := j.rules.digest(code)
		if _, twice := typed[d]; twice || !p.Opens(&rule.Code{Text: d}) {
			continue // one that was given out can't be looked up here
		}
		typed[d] = code
		out.Codes = append(out.Codes, rule.Code{Text: d})
	}
	return out, typed
}

func (l *Line) line() rule.Line {
	out := rule.Line{SKU: l.SKU, Folded: text.Fold(l.SKU), Quantity: l.Quantity, Gross: l.Gross, Payable: true, Earns: true}
	if p := l.Product; p != nil {
		out.Product, out.Type, out.Groups, out.Least, out.Payable, out.Earns = p.ID, p.Type, p.Groups, p.Least, p.Payable, p.Earns
	}
	return out
}

// member is the buyer as the rules know him. One who was seen in another
// programme is nobody here.
func member(p *rule.Programme, b *Buyer) *rule.Member {
	if b == nil || b.Programme != p.ID {
		return &rule.Member{}
	}
	m := b.Seen
	if !m.Outside {
		m.Home = b.Home
	}
	return &m
}

// decide judges with as many points as are wanted and may be risked.
func decide(p *rule.Programme, r *rule.Receipt, m *rule.Member, asked *Receipt) (*rule.Outcome, error) {
	var usedUp []string
	for _, u := range p.Limited(r, m) {
		usedUp = append(usedUp, u.Key())
	}
	out, err := rule.Judge(p, r, m, usedUp)
	if err != nil {
		return nil, err
	}
	step := p.Settings.SpendStep
	most := min(out.Most, p.Settings.OfflineSpend)
	most -= most % step
	out.Most = most
	want := most
	if !asked.Most {
		want = min(asked.Spend, most)
		want -= want % step
	}
	if want <= 0 {
		return out, nil
	}
	r.Wish = rule.Wish{Points: want}
	spent, err := rule.Judge(p, r, m, usedUp)
	switch {
	case fault.From(err) != nil:
		return out, nil //nolint:nilerr // fewer than may be spent at once: then none are
	case err != nil:
		return nil, err
	}
	spent.Most = most
	return spent, nil
}

func answer(p *rule.Programme, out *rule.Outcome) *Answer {
	a := &Answer{
		Programme: p.ID, Version: p.Version, Gross: out.Gross, Discount: out.Discount, Paid: out.Paid, Due: out.Due,
		Spent: out.Spent, Most: out.Most, Earned: out.Earned, Lines: make([]AnswerLine, len(out.Lines)), Codes: []string{}, Messages: []rule.Text{},
	}
	for i := range out.Lines {
		l := &out.Lines[i]
		a.Lines[i] = AnswerLine{Gross: l.Gross, Discount: l.Discount, Paid: l.Paid, Due: l.Due}
	}
	for _, off := range p.Off(out) {
		l := &a.Lines[off.Line]
		l.Discounts = append(l.Discounts, off)
	}
	for _, m := range out.Messages {
		a.Messages = append(a.Messages, m.Text)
	}
	return a
}

// after is the buyer as he is once the receipt is sold. What he earned by it is
// not his to spend before the program has it.
func after(p *rule.Programme, m *rule.Member, out *rule.Outcome, r *rule.Receipt) *Buyer {
	b := &Buyer{Home: m.Home, Programme: p.ID, Seen: *m}
	b.Seen.Spendable -= out.Spent
	b.Seen.Purchases++
	b.Seen.Turnover += out.Due
	b.Seen.LastDay = r.Day
	return b
}
