package admin

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// purchases is the receipts: their list, the page of each, what is done there.
func purchases(a *Admin) {
	a.get("/purchases", staff.PurchasesSee, (*page).receipts)
	a.get("/purchases/file", staff.PurchasesSee, (*page).receiptsFile)
	a.get("/purchases/{purchase}", staff.PurchasesSee, (*page).receipt)
	a.get("/purchases/{purchase}/refund", staff.PurchasesRefund, (*page).refund)
	a.post("/purchases/{purchase}/refund", staff.PurchasesRefund, (*page).refundSent)
	a.get("/purchases/{purchase}/claim", staff.PurchasesClaim, (*page).claim)
	a.post("/purchases/{purchase}/claim", staff.PurchasesClaim, (*page).claimSent)
}

const (
	purchasesHere = "/purchases"
	purchasesPath = Base + purchasesHere
	receiptsShown = 50
	keysShown     = 20
)

// The kinds, owners and states that a list may be narrowed to.
var (
	receiptKinds  = []string{"sale", "order", "late"}
	receiptOwners = []string{"member", "nobody", "given"}
	receiptStates = []string{"done", "part", "refunded"}
)

// receiptList is a list of receipts as its address asks for it, and as it is.
type receiptList struct {
	page   *page
	query  url.Values
	From   time.Time // first day
	To     time.Time // last day
	Outlet id.ID     // 0: all that the reader works at
	Find   string

	Spans   []kit.Link
	Outlets []kit.Option
	Tiles   []tile
	Rows    []receiptRow
	On      string // address of the next part; "": there is none
	Back    string // address of the first part; "": this is it
	Found   bool   // by a key or a fiscal QR: the other filters say nothing
	Until   clock.Micros
}

// receiptRow is one receipt of the list.
type receiptRow struct {
	Href, Number, Place, Buyer, BuyerHref, Level, Kind string
	At                                                 clock.Micros
	Sum, Points                                        string
	Tone                                               kit.Tone
	State                                              string
	whose                                              home.ID // 0: nobody's
}

func (p *page) receipts() error {
	l, err := p.receiptList()
	if err != nil {
		return err
	}
	if err := l.nameBuyers(); err != nil {
		return err
	}
	if p.swaps() {
		return p.write(http.StatusOK, receiptsPart(l))
	}
	return p.show(p.text("admin.nav.purchases"), purchasesHere, receiptsPage(l))
}

func (p *page) receiptList() (*receiptList, error) {
	l, err := p.receiptsAsked()
	if err != nil {
		return nil, err
	}
	if done, err := l.lookUp(l.add); done || err != nil {
		return l, err
	}
	after, err := receiptPlace(p.r.URL.Query().Get("after"))
	if err != nil {
		return nil, err
	}
	if after.ID != 0 {
		l.Back = l.href("", "")
	}
	if err := l.sums(); err != nil {
		return nil, err
	}
	return l, l.read(after)
}

// receiptsAsked is a list as its address asks for it, with nothing read yet.
func (p *page) receiptsAsked() (*receiptList, error) {
	q := p.r.URL.Query()
	l := &receiptList{page: p, query: url.Values{}, Find: strings.TrimSpace(q.Get("q"))}
	for _, name := range []string{"q", "span", "from", "to", "outlet", "kind", "owner", "state"} {
		if v := strings.TrimSpace(q.Get(name)); v != "" {
			l.query.Set(name, v)
		}
	}
	if v := l.query.Get("outlet"); v != "" {
		o, err := id.Parse(v)
		if _, known := p.Directory.Outlet(o); err != nil || !known || !p.who.At(o) {
			return nil, fault.New(fault.NotFound, "admin.no-page")
		}
		l.Outlet = o
	}
	l.days()
	l.places()
	return l, nil
}

// days finds the days that are asked for: a span up to today, or both ends.
func (l *receiptList) days() {
	ctx := l.page.ctx()
	today := l.page.businessDay(l.Outlet)
	inOrder(l.query)
	spans := []period{{"today", 1}, {"week", 7}, {"month", 30}, {"quarter", 90}}
	from, err := time.ParseInLocation(time.DateOnly, l.query.Get("from"), ui.Of(ctx).Zone)
	to, err2 := time.ParseInLocation(time.DateOnly, l.query.Get("to"), ui.Of(ctx).Zone)
	own := err == nil && err2 == nil
	chosen := l.query.Get("span")
	if !slices.ContainsFunc(spans, func(s period) bool { return s.Name == chosen }) {
		chosen = spans[2].Name
	}
	for _, s := range spans {
		if s.Name == chosen && !own {
			l.From, l.To = today.AddDate(0, 0, 1-s.Days), today
		}
		link := *l
		link.query = clone(l.query, "from", "to", "span")
		l.Spans = append(l.Spans, kit.Link{Text: l.page.text("admin.purchases.span-" + s.Name), Href: link.href("span", s.Name), Here: s.Name == chosen && !own})
	}
	if own {
		l.From, l.To = from, to
	}
}

// places are the outlets to choose from, by name.
func (l *receiptList) places() {
	for _, o := range l.page.ownOutlets() {
		l.Outlets = append(l.Outlets, kit.Option{Value: o.ID.String(), Text: o.Name, Chosen: o.ID == l.Outlet})
	}
}

// ownOutlets are the outlets that the reader works at, by name.
func (p *page) ownOutlets() (out []partner.Outlet) {
	for _, code := range p.Directory.OutletCodes() {
		if o, ok := p.Directory.OutletByCode(code); ok && p.who.At(o.ID) {
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b partner.Outlet) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out
}

// lookUp finds the one that is searched for by its till's key or the text of
// its fiscal QR: those have indexes. What is neither is looked for among the
// receipts' numbers, in the period. It takes those that the reader may see.
func (l *receiptList) lookUp(take func(*purchase.Stored)) (bool, error) {
	p := l.page
	if l.Find == "" {
		return false, nil
	}
	if f, err := purchase.ParseFiscal(l.Find); err == nil {
		ref, err := p.Desk.OfFiscal(p.ctx(), &f)
		if err == nil {
			var s *purchase.Stored
			if s, err = p.Desk.Find(p.ctx(), ref); err == nil && p.who.At(s.Outlet) {
				take(s)
			}
		}
		if fault.Is(err, "purchase.not-found") {
			err = nil
		}
		l.Found = true
		return true, err
	}
	if len(l.Find) > purchase.MaxKey {
		return false, nil
	}
	list, err := p.Desk.Under(p.ctx(), l.Find, keysShown)
	for _, s := range list {
		if p.who.At(s.Outlet) {
			l.Found = true
			take(s)
		}
	}
	return l.Found, err
}

// latest is what is asked of the desk: days are business days, each outlet's by its
// zone and cut-over, as they are in all figures.
func (l *receiptList) latest() *purchase.Latest {
	q := &purchase.Latest{Keep: l.keep()}
	apart := false
	for _, o := range l.page.ownOutlets() {
		if l.Outlet != 0 && l.Outlet != o.ID {
			continue
		}
		from, before := clock.Of(o.Begins(l.From)), clock.Of(o.Begins(l.To.AddDate(0, 0, 1)))
		if len(q.Outlets) == 0 {
			q.From, q.Before = from, before
		}
		apart = apart || from != q.From || before != q.Before
		q.From, q.Before = min(q.From, from), max(q.Before, before)
		q.Outlets = append(q.Outlets, o.ID)
	}
	if apart {
		q.Keep = l.ofDays(q.Keep)
	}
	return q
}

// ofDays keeps receipts of the days that are asked for: where outlets begin theirs at
// several times what is read has others too.
func (l *receiptList) ofDays(keep func(*purchase.Stored) bool) func(*purchase.Stored) bool {
	from, to := l.From.Format(time.DateOnly), l.To.Format(time.DateOnly)
	return func(s *purchase.Stored) bool { return s.Day >= from && s.Day <= to && (keep == nil || keep(s)) }
}

// read reads a part of the list.
func (l *receiptList) read(after purchase.Cursor) error {
	p, q := l.page, l.latest()
	q.After, q.Limit = after, receiptsShown
	list, err := p.Desk.Latest(p.ctx(), q)
	if err != nil {
		return err
	}
	for _, s := range list.Items {
		l.add(s)
	}
	if list.Next.ID != 0 {
		l.On, l.Until = l.href("after", strconv.FormatInt(int64(list.Next.At), 36)+"-"+strconv.FormatInt(int64(list.Next.ID), 36)), list.Next.At
	}
	return nil
}

// keep says which receipts the filters ask for; nil: all.
func (l *receiptList) keep() func(*purchase.Stored) bool {
	kind, owner, state := l.query.Get("kind"), l.query.Get("owner"), l.query.Get("state")
	if kind == "" && owner == "" && state == "" && l.Find == "" {
		return nil
	}
	return func(s *purchase.Stored) bool {
		return (kind == "" || kindOf(s) == kind) && (owner == "" || slices.Contains(ownersOf(s), owner)) &&
			(state == "" || s.State == state) && (l.Find == "" || s.Number == l.Find)
	}
}

func kindOf(s *purchase.Stored) string {
	switch {
	case slices.Contains(s.Flags, purchase.FlagLate), slices.Contains(s.Flags, purchase.FlagTooLate):
		return "late"
	case s.Judged != nil:
		return "order"
	}
	return "sale"
}

func ownersOf(s *purchase.Stored) []string {
	switch {
	case s.Claim != nil:
		return []string{"member", "given"}
	case s.Buyer().Kind() == home.Member:
		return []string{"member"}
	}
	return []string{"nobody"}
}

// add adds a receipt that the reader may see.
func (l *receiptList) add(s *purchase.Stored) { l.Rows = append(l.Rows, l.page.receiptRow(s)) }

// receiptRow is a receipt in words.
func (p *page) receiptRow(s *purchase.Stored) receiptRow {
	ctx := p.ctx()
	r := receiptRow{
		Href: receiptPath(s), Number: cmp.Or(s.Number, s.Key), At: s.At, Sum: ui.Money(ctx, s.Due), Points: pointsOfReceipt(ctx, s),
		Buyer: p.text("admin.purchases.nobody"), State: p.text("admin.receipt.state-" + s.State), Tone: toneOf(s.State),
	}
	if o, ok := p.Directory.Outlet(s.Outlet); ok {
		r.Place = o.Name
	}
	if b := s.Buyer(); b.Kind() == home.Member {
		r.whose, r.Buyer, r.Level = b, p.text("admin.purchases.member"), p.Desk.LevelName(s.Programme, s.Level)
		if p.can(staff.MembersSee) {
			r.BuyerHref = Base + "/members/" + b.String()
		}
	}
	if k := kindOf(s); k != "sale" {
		r.Kind = p.text("admin.purchases.kind-" + k)
	}
	return r
}

// nameBuyers calls the buyers by their names, as far as the reader may see them.
func (l *receiptList) nameBuyers() error {
	homes := make([]home.ID, 0, len(l.Rows))
	for i := range l.Rows {
		if h := l.Rows[i].whose; h != 0 {
			homes = append(homes, h)
		}
	}
	names, err := l.page.namesOf(homes)
	if err != nil {
		return err
	}
	for i := range l.Rows {
		l.Rows[i].Buyer = cmp.Or(names[l.Rows[i].whose], l.Rows[i].Buyer)
	}
	return nil
}

func toneOf(state string) kit.Tone {
	switch state {
	case "part":
		return kit.Warn
	case "refunded":
		return kit.Plain
	}
	return kit.Good
}

func receiptPath(s *purchase.Stored) string {
	return purchasesPath + "/" + s.Home.String() + "-" + s.ID.String()
}

// sums are the figures of all receipts of the period, whatever else is asked.
func (l *receiptList) sums() error {
	p := l.page
	q := figure.Query{By: figure.ByDay, From: l.From.Format(time.DateOnly), To: l.To.Format(time.DateOnly), Limit: 1}
	switch {
	case l.Outlet != 0:
		q.Outlets = []id.ID{l.Outlet}
	case p.who.Narrowed():
		q.Outlets = p.who.Outlets()
	}
	if l.To.Sub(l.From) > figure.MaxDays*24*time.Hour {
		return nil
	}
	f, err := p.Figures.Read(p.ctx(), q)
	if err != nil {
		return err
	}
	s, ctx := &f.Totals, p.ctx()
	l.Tiles = []tile{
		{p.text("admin.purchases.sold"), ui.Number(ctx, s[figure.Receipts]), p.text("admin.purchases.with-members", "count", s[figure.MemberReceipts])},
		{p.text("admin.overview.revenue"), ui.Money(ctx, paid(s)), p.text("admin.purchases.refunds-off", "sum", ui.Money(ctx, money.Amount(s[figure.RefundMoney])))},
		{p.text("admin.overview.earned"), ui.Points(ctx, money.Points(s[figure.Earned])), ""},
		{p.text("admin.overview.spent"), ui.Points(ctx, money.Points(s[figure.Spent])), ""},
	}
	return nil
}

// href is the address of the list with one parameter changed.
func (l *receiptList) href(name, value string) string {
	q := clone(l.query)
	if name != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return purchasesPath
	}
	return purchasesPath + "?" + q.Encode()
}

// clone copies parameters, but for some.
func clone(q url.Values, but ...string) url.Values {
	out := url.Values{}
	for name, v := range q {
		if !slices.Contains(but, name) {
			out[name] = v
		}
	}
	return out
}

// chips are the filters in force, each with the address without it.
func (l *receiptList) chips() (out []kit.Link) {
	drop := func(text string, names ...string) {
		x := *l
		x.query = clone(l.query, names...)
		out = append(out, kit.Link{Text: text, Href: x.href("", "")})
	}
	p := l.page
	if l.query.Get("from") != "" && l.query.Get("to") != "" {
		drop(p.text("admin.purchases.days", "from", ui.Date(p.ctx(), clock.Of(l.From)), "to", ui.Date(p.ctx(), clock.Of(l.To))), "from", "to")
	}
	if o, ok := p.Directory.Outlet(l.Outlet); ok {
		drop(o.Name, "outlet")
	}
	for _, f := range l.filters() {
		if v := l.query.Get(f.name); slices.Contains(f.values, v) {
			drop(p.text("admin.purchases."+f.name+"-"+v), f.name)
		}
	}
	return out
}

// receiptFilter is a filter by words.
type receiptFilter struct {
	name   string
	values []string
}

func (l *receiptList) filters() []receiptFilter {
	return []receiptFilter{{"owner", receiptOwners}, {"kind", receiptKinds}, {"state", receiptStates}}
}

// options are a filter's, any of them first.
func (l *receiptList) options(f receiptFilter) []kit.Option {
	out := []kit.Option{{Text: l.page.text("admin.purchases.any"), Chosen: l.query.Get(f.name) == ""}}
	for _, v := range f.values {
		out = append(out, kit.Option{Value: v, Text: l.page.text("admin.purchases." + f.name + "-" + v), Chosen: l.query.Get(f.name) == v})
	}
	return out
}

// allOutlets are the options of the filter by outlet.
func (l *receiptList) allOutlets() []kit.Option {
	return append([]kit.Option{{Text: l.page.text("admin.purchases.any-outlet"), Chosen: l.Outlet == 0}}, l.Outlets...)
}

// sub is the key of what the page is: who works at some outlets sees theirs.
func (l *receiptList) sub() string {
	if l.page.who.Narrowed() {
		return "admin.purchases.sub-own"
	}
	return "admin.purchases.sub"
}

// narrowed tells whether anything but the period is asked for.
func (l *receiptList) narrowed() bool { return len(clone(l.query, "span")) > 0 }

// receiptPlace reads where a list goes on.
func receiptPlace(s string) (purchase.Cursor, error) {
	if s == "" {
		return purchase.Cursor{}, nil
	}
	at, last, _ := strings.Cut(s, "-")
	t, err := strconv.ParseInt(at, 36, 64)
	i, err2 := strconv.ParseInt(last, 36, 64)
	if err != nil || err2 != nil || t < 0 || i <= 0 {
		return purchase.Cursor{}, fault.New(fault.NotFound, "admin.no-page")
	}
	return purchase.Cursor{At: clock.Micros(t), ID: id.ID(i)}, nil
}
