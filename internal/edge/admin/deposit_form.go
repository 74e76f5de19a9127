package admin

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// depositDeed is something that is done to a deposit by hand: a form of its own.
type depositDeed struct {
	do   purchase.DepositDeed
	path string // below the deposit's own; its texts begin so too
	asks []string
	back bool // gives money back
}

func depositDeeds() []depositDeed {
	return []depositDeed{
		{purchase.OpenDeposit, "open", []string{"ends"}, false},
		{purchase.TopUpDeposit, "top-up", []string{"sum", "paid_by", "outlet", "reason"}, false},
		{purchase.MoveTerm, "term", []string{"ends"}, false},
		{purchase.CloseDeposit, "close", []string{"paid_by", "outlet", "reason"}, true},
		{purchase.PayOutDeposit, "pay-out", []string{"sum", "paid_by", "outlet", "reason"}, true},
	}
}

// seenParam is the sum that the form has shown to be paid out, in kopecks: of
// another the engine says so.
const seenParam = "seen"

// depositKinds are the kinds of payment that money comes in by, and goes back.
var depositKinds = []string{"cash", "card", "sbp", "transfer"}

// maxDepositReason bounds the words of a paper, in bytes, as package purchase has it.
const maxDepositReason = 500

// depositOf is the deposit of the address and whose it is; one that is to be
// opened is none yet.
func (p *page) depositOf(d depositDeed) (m member.Member, of purchase.DepositView, err error) {
	if m, err = p.readMember(); err != nil {
		return m, of, err
	}
	if d.do == purchase.OpenDeposit {
		of.DepositOf = ledger.DepositOf{Home: m.Home, Deposit: &ledger.Deposit{}}
		return m, of, nil
	}
	i, err := p.param("deposit")
	if err == nil {
		of, err = p.Desk.Deposit(p.ctx(), m.Home, i)
	}
	return m, of, err
}

// depositAsked asks for what is done to a deposit. What takes money for who is a
// member no more is not asked for, but for what is owed.
func (p *page) depositAsked(d depositDeed) error {
	m, of, err := p.depositOf(d)
	if err != nil {
		return err
	}
	if owes := d.do == purchase.TopUpDeposit && of.Balance < 0; m.State.Gone() && !d.back && !owes {
		return fault.New(fault.Conflict, "member.gone")
	}
	if of.Deposit.Closed != 0 && d.do != purchase.PayOutDeposit {
		return fault.New(fault.Conflict, "deposit.closed", "number", of.Number)
	}
	if d.do == purchase.PayOutDeposit && of.Balance <= 0 {
		return fault.New(fault.Conflict, "deposit.nothing", "number", of.Number)
	}
	if d.do == purchase.TopUpDeposit && m.State == member.Blocked && of.Balance >= 0 {
		return fault.New(fault.Conflict, "member.blocked")
	}
	key, err := p.once()
	if key == "" {
		return err
	}
	f := p.filled(url.Values{keyParam: {key}, seenParam: {strconv.FormatInt(int64(of.Balance), 10)}})
	if day, ok := p.lastDay(of.Ends); ok && p.carried == nil {
		f.values.Set("ends", day)
	}
	if d.do == purchase.PayOutDeposit && of.Deposit.Closed != 0 && p.carried == nil { // all of it, most likely
		f.values.Set("sum", of.Balance.String())
	}
	return p.askDeposit(f, d, &m, &of)
}

func (p *page) askDeposit(f *form, d depositDeed, m *member.Member, of *purchase.DepositView) error {
	texts, action := "admin.deposit."+d.path, depositPath(m.Home, of.ID)+"/"+d.path
	s := sheet{
		Title: p.text(texts+"-title", "number", of.Number), Here: "/members", Back: depositSeen(m.Home, of), Do: p.text(texts + "-do"), Action: action,
		Crumbs: append(p.memberCrumbs(m), kit.Link{Text: p.text("admin.member.deposits"), Href: depositsPath(m.Home)}),
		Hidden: []sentAlong{{keyParam, f.values.Get(keyParam)}},
	}
	switch d.do {
	case purchase.OpenDeposit:
		s.Action, s.Sub = depositsPath(m.Home)+"/open", p.text("admin.deposit.open-sub")
	case purchase.CloseDeposit:
		s.Sub, s.Notes = p.givenBack(f, of)
		s.Hidden = append(s.Hidden, sentAlong{seenParam, f.get(seenParam)})
	default:
		s.Sub, s.Notes = p.depositHas(d, of)
	}
	fields := make([]kit.Field, 0, len(d.asks))
	for _, name := range d.asks {
		if name != "paid_by" || d.do != purchase.CloseDeposit || f.seen() > 0 {
			fields = append(fields, p.depositField(f, d, name))
		}
	}
	s.Parts = []sheetPart{{Entries: lines(fields...)}}
	return p.ask(f, s)
}

// seen is what the form has shown to be paid out.
func (f *form) seen() money.Amount {
	n, err := strconv.ParseInt(f.get(seenParam), 10, 64)
	if err != nil {
		return 0
	}
	return money.Amount(n)
}

// depositHas says what there is before something is put in or paid out.
func (p *page) depositHas(d depositDeed, of *purchase.DepositView) (sub string, notes []string) {
	if d.do == purchase.MoveTerm {
		return "", nil
	}
	if d.do == purchase.PayOutDeposit && of.Held > 0 {
		notes = append(notes, p.text("admin.deposit.keeps", "held", ui.Money(p.ctx(), of.Held)))
	}
	return p.text("admin.deposit.has", "sum", ui.Money(p.ctx(), of.Balance)), notes
}

// givenBack says what the member gets as his deposit is closed, and what else is to
// be known before.
func (p *page) givenBack(f *form, of *purchase.DepositView) (sub string, notes []string) {
	sum := f.seen()
	switch {
	case of.Held > 0: // nothing is, before the orders are paid
	case sum > 0:
		sub = p.text("admin.deposit.gives", "sum", ui.Money(p.ctx(), sum))
	case sum == 0:
		sub = p.text("admin.deposit.gives-nothing")
	}
	notes = append(notes, p.text("admin.deposit.close-text"))
	if of.Held > 0 {
		notes = append(notes, p.text("fault.deposit.held", "held", of.Held))
	}
	if of.Balance < 0 {
		notes = append(notes, p.text("fault.deposit.owes", "owed", -of.Balance))
	}
	return sub, notes
}

// depositField is a field of a form about a deposit.
func (p *page) depositField(f *form, d depositDeed, name string) kit.Field {
	switch name {
	case "sum":
		return f.field(name, "deposit-sum", needed, first, narrow, mode("decimal"))
	case "ends":
		return f.field(name, "deposit-ends", first, narrow, example(p.exampleDay()))
	case "paid_by":
		label := "deposit-paid-by"
		if d.back {
			label = "deposit-back-by"
		}
		return f.field(name, label, of(p.depositKinds()...))
	case "outlet":
		return f.field(name, "deposit-outlet", of(p.depositOutlets()...))
	}
	label := "deposit-paper"
	if d.back {
		label = "deposit-why"
	}
	return f.field(name, label, most(maxDepositReason))
}

func (p *page) depositKinds() (out []kit.Option) {
	for _, k := range depositKinds {
		out = append(out, kit.Option{Value: k, Text: p.payKind(k)})
	}
	return out
}

// depositOutlets are where money may be taken or given. Whoever works at some
// outlets does it at one of them, so that he sees it afterwards.
func (p *page) depositOutlets() (out []kit.Option) {
	if !p.who.Narrowed() {
		out = append(out, kit.Option{Text: p.text("admin.deposit.no-outlet")})
	}
	list := p.ownOutlets()
	for i := range list {
		if list[i].State == reference.Active {
			out = append(out, outletOption(&list[i]))
		}
	}
	return out
}

func (p *page) depositSent(d depositDeed) error {
	m, of, err := p.depositOf(d)
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	r, bad := p.depositRequest(f, d, &of)
	if bad != nil {
		f.refuse(bad)
		return p.askDeposit(f, d, &m, &of)
	}
	if d.back && r.Amount > 0 { // money leaves the house, as with a refund
		if err := p.fresh(); err != nil {
			return err
		}
	}
	done, err := p.Desk.DoDeposit(p.ctx(), r)
	if err == nil {
		now := purchase.DepositView{DepositOf: done.Of}
		return p.to(depositSeen(m.Home, &now), depositDone(d, done.Replayed))
	}
	return p.depositRefused(f, d, &m, &of, err)
}

// depositDone is what is said of a deed that was done.
func depositDone(d depositDeed, before bool) string {
	if before {
		return "deposit-before"
	}
	return "deposit-" + d.path
}

// depositRefused asks again, of a deposit as it stands by now.
func (p *page) depositRefused(f *form, d depositDeed, m *member.Member, of *purchase.DepositView, err error) error {
	if f.usedUp(err) {
		f.whole = p.text("admin.deposit.used-up")
		return p.askDeposit(f, d, m, of)
	}
	if !f.refuse(depositFault(err)) {
		return err
	}
	if of.ID != 0 {
		now, err := p.Desk.Deposit(p.ctx(), m.Home, of.ID)
		if err != nil {
			return err
		}
		of = &now
		f.values.Set(seenParam, strconv.FormatInt(int64(of.Balance), 10))
	}
	return p.askDeposit(f, d, m, of)
}

// depositRequest is what the form asks for.
func (p *page) depositRequest(f *form, d depositDeed, of *purchase.DepositView) (*purchase.DepositRequest, error) {
	r := &purchase.DepositRequest{
		By: p.who.Person.ID, Key: f.key(), Do: d.do, Home: of.Home, Deposit: of.ID, Reason: f.get("reason"), Actor: byStaff + p.who.Person.ID.String(),
	}
	asked := func(name string) bool { return slices.Contains(d.asks, name) }
	var bad []fault.Field
	note := func(err error, place string) {
		if err != nil {
			bad = append(bad, fault.From(err).At(place))
		}
	}
	var err error
	if asked("sum") {
		r.Amount, err = p.sumTyped(f)
		note(err, "sum")
	}
	if asked("ends") {
		r.Ends, err = p.endTyped(f.get("ends"))
		note(err, "ends")
	}
	if asked("outlet") {
		r.Outlet, err = p.depositOutlet(f.get("outlet"))
		note(err, "outlet")
	}
	if d.do == purchase.CloseDeposit {
		r.Amount = max(f.seen(), 0) // of what is owed the engine says so
	}
	if r.Amount != 0 {
		r.PaidBy = f.get("paid_by")
	}
	if len(bad) > 0 {
		return nil, fault.New(fault.Invalid, "admin.invalid").With(bad...)
	}
	return r, nil
}

// dotted is what some write for thousands.
var dotted = regexp.MustCompile(`^\d{1,3}(\.\d{3})+$`)

// sumTyped is the money that is put in.
func (p *page) sumTyped(f *form) (money.Amount, error) {
	typed := f.sum("sum")
	sum, err := money.ParseAmount(typed)
	switch {
	case typed == "":
		return 0, fault.New(fault.Invalid, "api.required")
	case dotted.MatchString(typed): // a thousand and a half, or one and a half
		return 0, fault.New(fault.Invalid, "money.doubtful")
	case err != nil:
		return 0, err
	case sum <= 0:
		return 0, fault.New(fault.Invalid, "deposit.amount", "most", money.Amount(purchase.MaxTopUp))
	}
	return sum, nil
}

// depositOutlet is where money is taken or given, of the reader's outlets.
func (p *page) depositOutlet(s string) (id.ID, error) {
	if s == "" && !p.who.Narrowed() {
		return 0, nil
	}
	i, err := id.Parse(s)
	if o, ok := p.Directory.Outlet(i); err != nil || !ok || o.State != reference.Active || !p.who.At(i) {
		return 0, fault.New(fault.NotFound, "outlet.not-found")
	}
	return i, nil
}

// depositFault gives a refusal the field of the form that it is about.
func depositFault(err error) error {
	e := fault.From(err)
	place, ok := map[string]string{
		"deposit.amount": "sum", "deposit.too-much": "sum", "deposit.pays-less": "sum", "deposit.kind": "paid_by", "deposit.kind-needed": "paid_by", "deposit.reason": "reason", "deposit.term": "ends", "outlet.not-found": "outlet",
	}[e.Code]
	if ok {
		return at(e, place)
	}
	return err
}
