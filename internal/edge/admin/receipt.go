package admin

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/spoken"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// receiptView is a receipt, ready to be shown.
type receiptView struct {
	Title, Sub  string
	State       string
	Tone        kit.Tone
	Member      string // name; "": nobody's
	MemberHref  string
	Flags       []string
	Actions     []kit.Action
	Facts       []kit.Pair
	Lines       []receiptLine
	Totals      []kit.Pair
	Payments    []kit.Pair
	After       []kit.Pair
	Happened    []kit.Happening
	Steps       []kit.Happening
	Refused     []kit.Happening // of every other rule, why it could not act
	NoWhy       string          // why there are no reasons
	OtherReason bool            // by the rules of its time it would come out otherwise
}

// receiptLine is one position.
type receiptLine struct {
	Name, SKU, Quantity, Price, Sum, Points string
	Off                                     []string // discounts and points paid, in words
	Earned                                  []string
	Left                                    string // "": nothing has come back
}

// purchaseOf is the receipt of the address, if the reader works where it was
// made.
func (p *page) purchaseOf() (*purchase.Stored, error) {
	at := chi.URLParam(p.r, "purchase")
	cut := strings.LastIndex(at, "-")
	gone := fault.New(fault.NotFound, "purchase.not-found")
	if cut < 1 {
		return nil, gone
	}
	h, err := id.Parse(at[:cut])
	i, err2 := id.Parse(at[cut+1:])
	if err != nil || err2 != nil {
		return nil, gone
	}
	s, err := p.readPurchase(purchase.PurchaseRef{Home: home.ID(h), ID: i})
	if err == nil && !p.who.At(s.Outlet) {
		err = gone
	}
	return s, err
}

// readPurchase reads a receipt to be shown. A line that the till gave no name has
// that of the catalogue, else its SKU.
func (p *page) readPurchase(ref purchase.PurchaseRef) (*purchase.Stored, error) {
	s, err := p.Desk.Find(p.ctx(), ref)
	if err != nil {
		return nil, err
	}
	var bare []string
	for i := range s.Lines {
		if s.Lines[i].Name == "" {
			bare = append(bare, s.Lines[i].SKU)
		}
	}
	if len(bare) == 0 {
		return s, nil
	}
	names, err := p.Products.Names(p.ctx(), bare)
	for i := range s.Lines {
		l := &s.Lines[i]
		l.Name = cmp.Or(l.Name, names[l.SKU], l.SKU)
	}
	return s, err
}

func (p *page) receipt() error {
	s, err := p.purchaseOf()
	if err != nil {
		return err
	}
	v, err := p.viewOf(s)
	if err != nil {
		return err
	}
	return p.show(v.Title, purchasesHere, receiptPage(v))
}

// receiptTitle is what a receipt is called.
func (p *page) receiptTitle(s *purchase.Stored) string {
	return p.text("admin.receipt.title", "number", cmp.Or(s.Number, s.Key))
}

func (p *page) viewOf(s *purchase.Stored) (*receiptView, error) {
	ctx := p.ctx()
	v := &receiptView{
		Title: p.receiptTitle(s), Sub: ui.DateTime(ctx, s.At), State: p.text("admin.receipt.state-" + s.State), Tone: toneOf(s.State), Flags: p.flagsOf(s.Flags),
	}
	names, err := p.ruleNames(s)
	if err != nil {
		return nil, err
	}
	if err := p.buyerOf(s, v); err != nil {
		return nil, err
	}
	if v.Facts, err = p.factsOf(s); err != nil {
		return nil, err
	}
	for i := range s.Lines {
		v.Lines = append(v.Lines, p.lineOf(s, i, names))
	}
	v.Totals, v.Payments = p.totalsOf(s), p.paymentsOf(s.Payments)
	if s.Account != 0 {
		v.After = p.balanceOf(&s.Balance)
	}
	v.Happened = p.sinceOf(s)
	v.Actions = p.receiptActions(s)
	return v, p.whyOf(s, v, names)
}

func (p *page) receiptActions(s *purchase.Stored) (out []kit.Action) {
	if s.State == "refunded" {
		return nil
	}
	if s.Claim == nil && s.Buyer().Kind() != home.Member && p.can(staff.PurchasesClaim) {
		out = append(out, kit.Action{Text: p.text("admin.receipt.claim"), Icon: "user-plus", Href: receiptPath(s) + "/claim"})
	}
	if p.can(staff.PurchasesRefund) {
		out = append(out, kit.Action{Text: p.text("admin.receipt.refund"), Icon: "refresh", Weight: kit.Risky, Href: receiptPath(s) + "/refund"})
	}
	return out
}

// flagsOf says what is odd, in words.
func (p *page) flagsOf(flags []string) (out []string) {
	for _, f := range flags {
		out = append(out, p.text("admin.receipt.flag-"+f))
	}
	return out
}

// buyerOf names the member, for whoever may see members.
func (p *page) buyerOf(s *purchase.Stored, v *receiptView) error {
	b := s.Buyer()
	if b.Kind() != home.Member {
		return nil
	}
	v.Member = p.text("admin.purchases.member")
	if !p.can(staff.MembersSee) {
		return nil
	}
	m, err := member.Get(p.ctx(), p.DB, b)
	if err != nil {
		return err
	}
	v.Member, v.MemberHref = nameOf(&m), Base+"/members/"+b.String()
	return nil
}

// nameOf is a member as he is called on pages: by his name, else by his number.
func nameOf(m *member.Member) string {
	return cmp.Or(strings.TrimSpace(m.Profile.Name+" "+m.Profile.Surname), m.Number)
}

func (p *page) factsOf(s *purchase.Stored) ([]kit.Pair, error) {
	var out []kit.Pair
	add := func(key, value string) {
		if value != "" {
			out = append(out, kit.Pair{Name: p.text("admin.receipt." + key), Value: value})
		}
	}
	add("kind", p.text("admin.purchases.kind-"+kindOf(s)))
	if place, ok := p.Directory.Place(s.Till); ok {
		add("outlet", place.Outlet.Name)
		add("till", place.Till.Name)
	}
	if s.Cashier != 0 {
		c, err := p.Identity.Cashier(p.ctx(), s.Cashier)
		if err != nil && fault.From(err).Kind != fault.NotFound {
			return nil, err
		}
		add("cashier", c.Name)
	}
	add("channel", s.Channel)
	add("business-day", dayOf(p.lang(), s.Day))
	if s.WrittenAt.Time().Sub(s.At.Time()).Minutes() > 1 {
		add("written", ui.DateTime(p.ctx(), s.WrittenAt))
	}
	if s.Judged != nil {
		add("reserved", ui.DateTime(p.ctx(), s.Judged.At))
	}
	if pr := p.Programmes.Current().Get(s.Programme); pr != nil {
		add("programme", p.text("admin.receipt.programme-version", "name", pr.Name, "version", s.Version))
	}
	acted, idle := s.CodesActed()
	add("codes", promo.Shown(strings.Join(acted, ", ")))
	add("codes-idle", promo.Shown(strings.Join(idle, ", ")))
	if s.Number != "" {
		add("key", s.Key)
	}
	if f := s.Fiscal; f != nil {
		add("fiscal", p.text("admin.receipt.fiscal-is", "fn", f.Drive, "document", strconv.FormatInt(f.Number, 10), "sign", strconv.FormatInt(f.Sign, 10)))
	}
	return out, nil
}

// ruleNames calls what has given a discount or points.
type ruleNames struct {
	p  *page
	of *rule.Programme
}

func (p *page) ruleNames(s *purchase.Stored) (*ruleNames, error) {
	n := &ruleNames{p: p, of: rule.None()}
	if s.Programme == 0 {
		return n, nil
	}
	of, err := p.Programmes.Version(p.ctx(), s.Programme, s.Version)
	if err == nil {
		n.of = of
	}
	return n, err
}

// campaign is the name of a campaign.
func (n *ruleNames) campaign(i string) string {
	switch i {
	case rule.Base, "":
		return n.p.text("admin.receipt.base")
	case rule.TillRule:
		return n.p.text("admin.receipt.by-till")
	}
	if c := n.of.CampaignOf(i); c != nil && c.Name != "" {
		return c.Name
	}
	return i
}

// owner is what has given something: a rule by its own name, as it is called on a
// receipt, else whose it is.
func (n *ruleNames) owner(of string) string {
	return cmp.Or(n.of.Called(of), n.campaign(n.of.Owner(of)))
}

func (p *page) lineOf(s *purchase.Stored, i int, names *ruleNames) receiptLine {
	ctx, l := p.ctx(), &s.Lines[i]
	out := receiptLine{
		Name: l.Name, SKU: l.SKU, Quantity: i18n.Quantity(p.lang(), l.Quantity), Price: ui.Money(ctx, l.Price), Sum: ui.Money(ctx, l.Due()),
	}
	for _, d := range l.Discounts {
		if d.Amount != 0 {
			out.Off = append(out.Off, p.text("admin.receipt.off", "sum", ui.Money(ctx, money.Amount(d.Amount)), "by", names.owner(d.Rule)))
		}
	}
	if l.Paid != 0 {
		out.Off = append(out.Off, p.text("admin.receipt.paid-with-points", "sum", ui.Money(ctx, l.Paid), "points", ui.Points(ctx, l.Points)))
	}
	var earned money.Points
	for _, e := range l.Earned {
		if e.Amount != 0 {
			earned += money.Points(e.Amount)
			key := "admin.receipt.earned-by"
			if e.Waits {
				key = "admin.receipt.earned-on-use"
			}
			out.Earned = append(out.Earned, p.text(key, "points", ui.Signed(ctx, money.Points(e.Amount)), "by", names.owner(e.Rule)))
		}
	}
	if len(out.Earned) == 1 && names.of.Owner(l.Earned[0].Rule) == rule.Base && !l.Earned[0].Waits {
		out.Earned = nil // the programme's own rules go without saying
	}
	if earned != 0 {
		out.Points = ui.Signed(ctx, earned)
	}
	if len(s.Refunds) > 0 {
		left, byAmount := s.Left(i)
		switch {
		case byAmount:
			out.Left = p.text("admin.receipt.left-by-sum")
		case left != l.Quantity:
			out.Left = p.text("admin.receipt.left", "quantity", i18n.Quantity(p.lang(), left))
		}
	}
	return out
}

func (p *page) totalsOf(s *purchase.Stored) []kit.Pair {
	ctx := p.ctx()
	out := []kit.Pair{{Name: p.text("admin.receipt.gross"), Value: ui.Money(ctx, s.Gross)}}
	add := func(key, value string, there bool) {
		if there {
			out = append(out, kit.Pair{Name: p.text("admin.receipt." + key), Value: value})
		}
	}
	add("discount", ui.Money(ctx, -s.Discount), s.Discount != 0)
	add("by-points", ui.Money(ctx, -s.Paid), s.Paid != 0)
	add("due", ui.Money(ctx, s.Due), true)
	add("spent", ui.Signed(ctx, -s.Spent), s.Spent != 0)
	add("earned", ui.Signed(ctx, s.Earned), s.Earned != 0)
	add("refunded", ui.Money(ctx, money.Amount(-s.Refunded)), s.Refunded != 0)
	return out
}

func (p *page) paymentsOf(list []purchase.Payment) (out []kit.Pair) {
	for _, x := range list {
		out = append(out, kit.Pair{Name: p.payKind(x.Kind), Value: ui.Money(p.ctx(), x.Amount)})
	}
	return out
}

// payKind is a kind of payment in words; a till's own kind is what it is.
func (p *page) payKind(kind string) string {
	if key := "admin.receipt.pay-" + kind; p.Texts.Has(p.lang(), key) {
		return p.text(key)
	}
	return kind
}

func (p *page) balanceOf(b *purchase.Balance) []kit.Pair {
	out := []kit.Pair{{Name: p.text("admin.receipt.active"), Value: ui.Points(p.ctx(), b.Active)}}
	for _, x := range []struct {
		key    string
		points money.Points
	}{{"pending", b.Pending}, {"held", b.Held}, {"debt", b.Debt}} {
		if x.points != 0 {
			out = append(out, kit.Pair{Name: p.text("admin.receipt." + x.key), Value: ui.Points(p.ctx(), x.points)})
		}
	}
	return out
}

// sinceOf is what has happened to the receipt since: refunds, visits, a claim,
// the newest first.
func (p *page) sinceOf(s *purchase.Stored) []kit.Happening {
	type dated struct {
		at clock.Micros
		kit.Happening
	}
	var list []dated
	ctx := p.ctx()
	for _, f := range s.Refunds {
		h := kit.Happening{Icon: "refresh", Tone: kit.Warn, Title: p.text("admin.receipt.refund-was"), Figure: ui.Money(ctx, -f.Money)}
		h.Detail = p.detail(ui.DateTime(ctx, f.At), p.refundPoints(f), strings.Join(p.flagsOf(f.Flags), ". "))
		list = append(list, dated{f.At, h})
	}
	for _, w := range s.Visits {
		h := kit.Happening{Icon: "ticket", Tone: kit.Info, Title: p.text("admin.receipt.visit", "count", len(w.Pieces)), Plus: true}
		if got := w.Active + w.Pending; got != 0 {
			h.Figure = ui.Signed(ctx, got)
		}
		h.Detail = p.detail(ui.DateTime(ctx, w.At), s.Lines[w.Line].Name, strings.Join(w.Tickets, ", "))
		list = append(list, dated{w.At, h})
	}
	if c := s.Claim; c != nil {
		key := "admin.receipt.claim-given"
		if c.Joined != 0 {
			key = "admin.receipt.claim-joined"
		}
		h := kit.Happening{Icon: "user-plus", Tone: kit.Brand, Title: p.text(key), Plus: true, Detail: p.detail(ui.DateTime(ctx, c.At), p.tillName(c.Till))}
		if c.Earned != 0 {
			h.Figure = ui.Signed(ctx, c.Earned)
		}
		list = append(list, dated{c.At, h})
	}
	slices.SortStableFunc(list, func(a, b dated) int { return cmp.Compare(b.at, a.at) })
	out := make([]kit.Happening, len(list))
	for i := range list {
		out[i] = list[i].Happening
	}
	return out
}

func (p *page) tillName(till id.ID) string {
	place, ok := p.Directory.Place(till)
	if !ok {
		return ""
	}
	return place.Outlet.Name + ", " + place.Till.Name
}

func (p *page) detail(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " · ")
}

// refundPoints is what a refund did to points, in words.
func (p *page) refundPoints(f *purchase.Refund) string {
	var out []string
	if f.Given != 0 {
		out = append(out, p.text("admin.receipt.points-back", "points", ui.Points(p.ctx(), f.Given)))
	}
	if c := f.Claimed(); c != 0 {
		out = append(out, p.text("admin.receipt.points-taken", "points", ui.Points(p.ctx(), c)))
	}
	for _, x := range p.refundMoves(f, "admin.receipt.refund-") {
		out = append(out, x.Name+": "+x.Value)
	}
	return strings.Join(out, ", ")
}

// whyOf gives the reasons of a receipt, each as a sentence.
func (p *page) whyOf(s *purchase.Stored, v *receiptView, names *ruleNames) error {
	r, err := p.Desk.Why(p.ctx(), s, purchase.Asked{Full: true})
	if fault.Is(err, "purchase.person-erased") {
		v.NoWhy = p.Texts.Fault(p.lang(), fault.From(err))
		return nil
	}
	if err != nil {
		return err
	}
	called := p.naming()
	called.of = names.of
	say := spoken.Speaker{Texts: p.Texts, Lang: p.lang(), Names: spokenNames{called}}
	v.Steps, v.Refused = p.reasonsSaid(r.Trace, r.Refused, &say, false, names)
	if len(v.Steps) == 0 && s.Programme != 0 {
		v.NoWhy = p.text("admin.receipt.no-rule-fits")
	}
	v.OtherReason = !r.Same
	return called.Err()
}

// dayOf is a business day as people write it.
func dayOf(lang i18n.Lang, day string) string {
	y, rest, ok := strings.Cut(day, "-")
	m, d, ok2 := strings.Cut(rest, "-")
	if !ok || !ok2 {
		return day
	}
	if lang == i18n.EN {
		return d + "/" + m + "/" + y
	}
	return d + "." + m + "." + y
}

// pointsOfReceipt is what a receipt did to points: +48, −57,50.
func pointsOfReceipt(ctx context.Context, s *purchase.Stored) string {
	var out []string
	if s.Earned != 0 {
		out = append(out, ui.Signed(ctx, s.Earned))
	}
	if s.Spent != 0 {
		out = append(out, ui.Signed(ctx, -s.Spent))
	}
	return strings.Join(out, " ")
}

// seenOf says what of a list is seen.
func seenOf(ctx context.Context, l *receiptList) string {
	if l.Until != 0 && len(l.Rows) < receiptsShown {
		return ui.T(ctx, "admin.purchases.looked", "time", ui.DateTime(ctx, l.Until))
	}
	return ui.T(ctx, "admin.purchases.seen", "count", len(l.Rows))
}
