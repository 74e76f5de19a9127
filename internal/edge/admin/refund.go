package admin

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// The ways of a refund.
const (
	refundAll   = "all"
	refundLines = "lines"
	refundSum   = "sum"
)

// refundView is a refund that is asked for: its form, or what it would bring.
type refundView struct {
	Title, Path string
	Way         kit.Field
	Lines       []refundLine
	Sum         kit.Field
	Whole       string
	Wrong       []kit.Field
	Along       []sent

	What   []kit.Pair // lines, and what was paid for them
	Change string     // the form again
	Back   []kit.Pair // money, by kind of payment
	Points []kit.Pair
	Notes  []string
	Said   string // what is given back, in words
}

// refundLine is a line of which some is left.
type refundLine struct {
	Name, Left string
	Field      kit.Field
}

// sent is a value that goes along unseen.
type sent struct{ Name, Value string }

// refund asks what comes back. The key is made here, so that however often the
// form is sent, it is one refund.
func (p *page) refund() error {
	s, err := p.purchaseOf()
	if err != nil {
		return err
	}
	if s.State == "refunded" {
		return p.to(receiptPath(s), "not-left")
	}
	key, err := p.once()
	if key == "" {
		return err
	}
	values := clone(p.r.URL.Query())
	values.Set(keyParam, key)
	f := p.filled(values)
	if !f.on("way") {
		f.values.Set("way", refundAll)
		return p.askRefund(f, s)
	}
	return p.lookRefund(f, s)
}

func (p *page) askRefund(f *form, s *purchase.Stored) error {
	v := refundView{Title: p.text("admin.refund.title", "number", p.receiptTitle(s)), Path: receiptPath(s), Along: []sent{{keyParam, f.get(keyParam)}}}
	var ways []kit.Option
	for _, w := range []string{refundAll, refundLines, refundSum} {
		ways = append(ways, kit.Option{Value: w, Text: p.text("admin.refund.way-" + w), Hint: p.text("admin.refund.way-" + w + "-hint")})
	}
	v.Way = f.field("way", "refund-way", of(ways...))
	for i := range s.Lines {
		left, byAmount := s.Left(i)
		if left <= 0 || byAmount {
			continue
		}
		x := f.field(lineField(i), "refund-quantity", narrow, mode("decimal"), most(20))
		x.Label = p.text("admin.refund.quantity-of", "line", s.Lines[i].Name)
		x.HideName = true
		v.Lines = append(v.Lines, refundLine{Name: s.Lines[i].Name, Left: p.text("admin.receipt.left", "quantity", i18n.Quantity(p.lang(), left)), Field: x})
	}
	v.Sum = f.field("sum", "refund-sum", narrow, mode("decimal"), most(20))
	v.Whole, v.Wrong = f.allProblems()
	if len(f.wrong) > 0 || f.whole != "" {
		return p.again(v.Title, purchasesHere, refundForm(v))
	}
	return p.show(v.Title, purchasesHere, refundForm(v))
}

// refundAgain asks again, of what is left by now.
func (p *page) refundAgain(f *form, s *purchase.Stored) error {
	now, err := p.readPurchase(purchase.PurchaseRef{Home: s.Home, ID: s.ID})
	if err != nil {
		return err
	}
	if now.State == "refunded" {
		return p.to(receiptPath(s), "not-left")
	}
	return p.askRefund(f, now)
}

func lineField(i int) string { return "line-" + strconv.Itoa(i) }

// refundSent leads on to the page that shows what the refund would bring back
// and, once that is agreed to, does it.
func (p *page) refundSent() error {
	s, err := p.purchaseOf()
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	r, err := p.refundRequest(f, s)
	if err == nil && f.on("sure") {
		if r.Agreed = f.get("agreed"); r.Agreed == "" {
			r.Agreed = "none" // who has seen nothing has agreed to nothing
		}
		return p.doRefund(f, s, r)
	}
	if err == nil {
		_, err = p.Desk.LookRefund(p.ctx(), r)
	}
	switch {
	case err == nil:
		return p.to(withQuery(receiptPath(s)+"/refund", f.refund(s)), "")
	case f.refuse(refundFault(err)):
		return p.refundAgain(f, s)
	}
	return err
}

// lookRefund shows what the refund that the address asks for would bring back.
func (p *page) lookRefund(f *form, s *purchase.Stored) error {
	var look *purchase.Refund
	r, err := p.refundRequest(f, s)
	if err == nil {
		look, err = p.Desk.LookRefund(p.ctx(), r)
	}
	switch {
	case err == nil:
		return p.agreeRefund(f, s, look, false)
	case f.refuse(refundFault(err)):
		return p.refundAgain(f, s)
	}
	return err
}

// refund is what the form asks for, as an address has it.
func (f *form) refund(s *purchase.Stored) url.Values {
	out := url.Values{}
	names := []string{keyParam, "way", "sum"}
	for i := range s.Lines {
		names = append(names, lineField(i))
	}
	for _, name := range names {
		if v := f.get(name); v != "" {
			out.Set(name, v)
		}
	}
	return out
}

// refundRequest is what the form asks for.
func (p *page) refundRequest(f *form, s *purchase.Stored) (*purchase.RefundRequest, error) {
	r := &purchase.RefundRequest{Till: s.Till, Key: "console-" + f.get(keyParam), Purchase: purchase.PurchaseRef{Home: s.Home, ID: s.ID}, Beside: p.noteRefund(s)}
	var bad []fault.Field
	switch f.get("way") {
	case refundAll:
		if f.anyLine(s) || f.get("sum") != "" {
			bad = append(bad, fault.Field{Path: "way", Code: "admin.refund-all-and"})
		}
	case refundLines:
		if f.get("sum") != "" {
			bad = append(bad, fault.Field{Path: "way", Code: "admin.refund-lines-and-sum"})
		}
		for i := range s.Lines {
			typed := f.get(lineField(i))
			if typed == "" || typed == "0" {
				continue
			}
			n, err := money.ParseQuantity(f.p.plain(typed))
			if err != nil || n <= 0 {
				bad = append(bad, fault.Field{Path: lineField(i), Code: "purchase.quantity"})
				continue
			}
			r.Lines = append(r.Lines, purchase.RefundPart{Line: i, Quantity: n})
		}
		if len(bad) == 0 && len(r.Lines) == 0 {
			bad = append(bad, fault.Field{Path: "way", Code: "admin.refund-no-lines"})
		}
	case refundSum:
		if f.anyLine(s) {
			bad = append(bad, fault.Field{Path: "way", Code: "admin.refund-lines-and-sum"})
		}
		sum, err := money.ParseAmount(f.sum("sum"))
		if err != nil || sum <= 0 {
			bad = append(bad, orDoubtful(err, fault.Field{Path: "sum", Code: "refund.amount"}))
		}
		r.Amount = sum
	default:
		bad = append(bad, fault.Field{Path: "way", Code: "admin.refund-way"})
	}
	if len(bad) > 0 {
		return nil, fault.New(fault.Invalid, "admin.invalid").With(bad...)
	}
	return r, nil
}

// anyLine tells whether a quantity of any line was typed.
func (f *form) anyLine(s *purchase.Stored) bool {
	for i := range s.Lines {
		if v := f.get(lineField(i)); v != "" && v != "0" {
			return true
		}
	}
	return false
}

// refundFault gives a refusal the field of the form that it is about.
func refundFault(err error) error {
	e := fault.From(err)
	place := ""
	switch e.Code {
	case "refund.above-paid", "refund.amount":
		place = "sum"
	case "refund.quantity", "refund.by-amount-only", "refund.ticket-pieces":
		for _, a := range e.Args {
			if n, ok := a.Value.(int); ok && a.Name == "line" {
				place = lineField(n - 1)
			}
		}
	}
	if place == "" || len(e.Fields) > 0 {
		return err
	}
	out := *e
	return (&out).With(out.At(place))
}

// agreeRefund shows what would come back, and asks for a yes; moved says that it
// is not what was shown before.
func (p *page) agreeRefund(f *form, s *purchase.Stored, look *purchase.Refund, moved bool) error {
	v := refundView{Title: p.text("admin.refund.agree", "number", p.receiptTitle(s)), Path: receiptPath(s), Along: []sent{{"sure", "yes"}, {"agreed", look.Digest()}}}
	asked := f.refund(s)
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		v.Along = append(v.Along, sent{name, asked.Get(name)})
	}
	v.What = p.refundedLines(s, look)
	v.Change = withQuery(v.Path+"/refund", url.Values{keyParam: {f.get(keyParam)}})
	v.Said = p.text("admin.refund.do", "sum", ui.Money(p.ctx(), look.Money))
	v.Back = p.paymentsOf(look.Payments)
	v.Back = append(v.Back, kit.Pair{Name: p.text("admin.refund.money"), Value: ui.Money(p.ctx(), look.Money)})
	v.Points, v.Notes = p.refundTold(look)
	if moved {
		v.Whole = p.text("admin.refund.moved", "sum", ui.Money(p.ctx(), look.Money))
		return p.again(v.Title, purchasesHere, refundAgree(v))
	}
	return p.show(v.Title, purchasesHere, refundAgree(v))
}

// refundedLines names what comes back, with what was paid for it.
func (p *page) refundedLines(s *purchase.Stored, look *purchase.Refund) (out []kit.Pair) {
	for i := range look.Lines {
		l := &look.Lines[i]
		name, sum := s.Lines[l.Line].Name, money.Amount(0)
		for _, part := range l.Pays {
			sum += part
		}
		if !l.ByAmount {
			name = p.text("admin.refund.line", "line", name, "quantity", i18n.Quantity(p.lang(), l.Quantity))
		}
		out = append(out, kit.Pair{Name: name, Value: ui.Money(p.ctx(), sum)})
	}
	return out
}

// refundTold says what a refund does to points, and what else is to be known.
func (p *page) refundTold(f *purchase.Refund) (points []kit.Pair, notes []string) {
	ctx := p.ctx()
	for _, x := range []struct {
		key    string
		points money.Points
	}{{"given", f.Given}, {"taken", f.Claimed()}, {"short", f.Short}} {
		if x.points != 0 {
			points = append(points, kit.Pair{Name: p.text("admin.refund." + x.key), Value: ui.Points(ctx, x.points)})
		}
	}
	points = append(points, p.refundMoves(f, "admin.refund.")...)
	for _, x := range []struct {
		key string
		sum money.Amount
	}{{"kept", f.Kept}, {"held", f.Held}, {"unheld", f.Unheld}} {
		if x.sum > 0 {
			notes = append(notes, p.text("admin.refund."+x.key, "sum", ui.Money(ctx, x.sum)))
		}
	}
	if slices.Contains(f.Flags, purchase.FlagAnonymous) {
		notes = append(notes, p.text("admin.receipt.flag-"+purchase.FlagAnonymous))
	}
	return points, notes
}

// refundMoves says, by texts of what will be or of what was, what a refund does to the buyer's level, and to the points that
// he had for more than the goods.
func (p *page) refundMoves(f *purchase.Refund, texts string) (out []kit.Pair) {
	add := func(key, value string) {
		out = append(out, kit.Pair{Name: p.text(texts + key), Value: value})
	}
	if f.LevelWas != "" {
		add("level", p.levelCalled(f.Programme, f.LevelWas)+" → "+p.levelCalled(f.Programme, f.Level))
	}
	switch {
	case f.LevelWith > 0:
		add("level-taken", ui.Points(p.ctx(), f.LevelWith))
	case f.LevelWith < 0:
		add("level-given", ui.Points(p.ctx(), -f.LevelWith))
	}
	for _, x := range []struct {
		key    string
		points money.Points
	}{{"gift-taken", f.GiftTaken}, {"lapsed", f.Lapsed}, {"owed", f.Owed}} {
		if x.points != 0 {
			add(x.key, ui.Points(p.ctx(), x.points))
		}
	}
	return out
}

// levelCalled is the name of a level, or that there is none.
func (p *page) levelCalled(programme id.ID, level string) string {
	return cmp.Or(p.Desk.LevelName(programme, level), p.text("admin.member.no-level"))
}

// doRefund gives money away, so that it wants a fresh proof.
func (p *page) doRefund(f *form, s *purchase.Stored, r *purchase.RefundRequest) error {
	err := p.fresh()
	if err == nil {
		_, err = p.Desk.Refund(p.ctx(), r)
	}
	if err == nil {
		return p.to(receiptPath(s), "refunded")
	}
	if fault.Is(err, "refund.moved") {
		return p.refundMoved(f, s, r)
	}
	if f.usedUp(err) {
		f.whole = p.text("admin.refund.used-up")
		return p.refundAgain(f, s)
	}
	if f.refuse(refundFault(err)) {
		return p.refundAgain(f, s)
	}
	return err
}

// refundMoved shows anew what would come back, where it is not what was agreed to.
func (p *page) refundMoved(f *form, s *purchase.Stored, r *purchase.RefundRequest) error {
	look, err := p.Desk.LookRefund(p.ctx(), r)
	switch {
	case err == nil:
		return p.agreeRefund(f, s, look, true)
	case f.refuse(refundFault(err)):
		return p.refundAgain(f, s)
	}
	return err
}

// refundNote is what the trail keeps of a refund.
type refundNote struct {
	Refund string       `json:"refund"`
	Money  money.Amount `json:"money"`
	Given  money.Points `json:"points_given"`
	Taken  money.Points `json:"points_taken"`
}

// noteRefund notes in the trail who gave the money back. The desk's own context
// is that of many at once, so the person is named from the page's.
func (p *page) noteRefund(s *purchase.Stored) func(context.Context, db.Q, *purchase.Refund) error {
	who := audit.Of(p.ctx())
	return func(ctx context.Context, q db.Q, f *purchase.Refund) error {
		return audit.Note(audit.By(ctx, who), q, p.Clock.Now(), audit.Entry{
			Action: "purchase.refunded", Target: audit.Target{Kind: "purchase", ID: s.Home.String() + "-" + s.ID.String()},
			After: refundNote{Refund: f.ID.String(), Money: f.Money, Given: f.Given, Taken: f.Claimed()},
		})
	}
}
