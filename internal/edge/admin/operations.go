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
	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// operations is the journal of what was done with receipts and points, of all
// members and of nobody. It is read from the feed, so it costs a receipt
// nothing, and reaches as far back as events are kept.
func operations(a *Admin) {
	a.get("/operations", staff.PurchasesSee, (*page).operationList)
	a.get("/operations/file", staff.PurchasesSee, (*page).operationsFile)
}

const (
	operationsHere = "/operations"
	operationsPath = Base + operationsHere
)

// operationKinds are the kinds of events that are operations.
var operationKinds = []feed.Kind{
	feed.PurchaseCommitted, feed.PurchaseRecorded, feed.PurchaseRefunded, feed.PurchaseClaimed, feed.VisitRecorded,
	feed.ReservationHeld, feed.ReservationExtended, feed.ReservationCancelled,
	feed.AccountOpened, feed.PointsAdjusted, feed.PointsActivated, feed.PointsExpired, feed.PointsRevived, feed.PointsGifted, feed.LevelChanged,
	feed.DepositOpened, feed.DepositToppedUp, feed.DepositClosed, feed.DepositPaidOut,
}

// operationsView is a part of the journal, ready to be shown.
type operationsView struct {
	query    url.Values
	Rows     []operationRow
	On, Back string
	Short    bool
	Chips    []kit.Link
	Kinds    []kit.Option
	Outlets  []kit.Option
	Cashiers []kit.Option
	From, To kit.Field
	files    []kit.Action
	Who      kit.Field // whose operations are asked for; without a name: the reader may see no members
}

type operationRow struct {
	Why                                           string // points were put right by hand, and who did it
	Kind, Href, Place, Cashier, Sum, Who, WhoHref string
	At                                            clock.Micros
	Points                                        []string
}

// operationsAsked is what is asked of the journal.
type operationsAsked struct {
	feed.Journal
	kind            feed.Kind
	outlet, cashier id.ID
	member          home.ID
}

func (p *page) operationList() error {
	v := operationsView{query: clone(p.r.URL.Query(), doneParam)}
	inOrder(v.query)
	for name := range v.query {
		if v.query.Get(name) == "" {
			v.query.Del(name)
		}
	}
	if who := strings.TrimSpace(v.query.Get("who")); who != "" {
		if whose := p.memberTyped(who); whose != 0 { // his id stands in the address, and not what was typed of him
			v.query.Del("who")
			return p.to(v.href("member", whose.String()), "")
		}
	}
	asked, err := p.operationsAsked(&v)
	if err != nil {
		return err
	}
	leaf, err := p.Feed.Leaf(p.ctx(), asked.Journal)
	if err != nil {
		return err
	}
	homes := make([]home.ID, 0, len(leaf.Events))
	for i := range leaf.Events {
		if h := memberOf(&leaf.Events[i].Event); h != 0 {
			homes = append(homes, h)
		}
	}
	names, err := p.namesOf(homes)
	if err != nil {
		return err
	}
	told, err := p.reasonsOf(leaf.Events)
	if err != nil {
		return err
	}
	cashiers := cashierNames{}
	for i := range leaf.Events {
		e := &leaf.Events[i]
		r := p.operationRow(e, cashiers, names)
		r.Why = p.whyAdjusted(e, told)
		v.Rows = append(v.Rows, r)
	}
	v.Short = leaf.Short
	v.files = p.fileActions(v.fileHref)
	if leaf.Older != 0 {
		v.On = v.href("before", strconv.FormatInt(leaf.Older, 10))
	}
	if leaf.Newer != 0 {
		v.Back = v.href("after", strconv.FormatInt(leaf.Newer, 10))
	}
	if p.swaps() {
		return p.write(http.StatusOK, operationsPart(v))
	}
	return p.show(p.text("admin.nav.operations"), operationsHere, operationsPage(v))
}

// reasonsOf are why points were put right by hand, and by whom.
func (p *page) reasonsOf(list []feed.Event) (map[id.ID]purchase.Deed, error) {
	if !p.can(staff.MembersSee) { // they speak of members
		return nil, nil
	}
	ops := map[home.ID][]id.ID{}
	for i := range list {
		if e := &list[i]; e.Kind == feed.PointsAdjusted {
			ops[e.Home] = append(ops[e.Home], e.Op)
		}
	}
	return p.Desk.Reasons(p.ctx(), ops)
}

// whyAdjusted is why points were put right by hand, and by whom; "": they were not,
// or it is not for the reader.
func (p *page) whyAdjusted(e *feed.Event, told map[id.ID]purchase.Deed) string {
	t := told[e.Op]
	if e.Kind != feed.PointsAdjusted || t.Reason == "" {
		return ""
	}
	return p.detail(t.Reason, p.staffOf(t.Actor))
}

// href is the address of the journal with one parameter changed, from its
// newest on unless told otherwise.
func (v *operationsView) href(name, value string) string {
	q := clone(v.query, "before", "after", name)
	if value != "" {
		q.Set(name, value)
	}
	return withQuery(operationsPath, q)
}

// kept are the parameters in force that no filter of the form sends.
func (v *operationsView) kept() []string {
	names := []string{"member"}
	if !slices.ContainsFunc(v.Cashiers, func(o kit.Option) bool { return o.Value != "" && o.Chosen }) {
		names = append(names, "cashier") // there are more than the filter has
	}
	return slices.DeleteFunc(names, func(n string) bool { return v.query.Get(n) == "" })
}

// operationsAsked reads what is asked for, and notes it as chips and as what the
// filters offer.
func (p *page) operationsAsked(v *operationsView) (*operationsAsked, error) {
	a := &operationsAsked{Journal: feed.Journal{Limit: linesShown}, kind: feed.Kind(v.query.Get("kind"))}
	var err error
	if a.Before, err = numberOf(v.query.Get("before")); err != nil {
		return nil, err
	}
	if a.After, err = numberOf(v.query.Get("after")); err != nil {
		return nil, err
	}
	chip := func(name, text string) { v.Chips = append(v.Chips, kit.Link{Text: text, Href: v.href(name, "")}) }
	for _, end := range []struct {
		name string
		to   *clock.Micros
		add  int
	}{{"from", &a.From, 0}, {"to", &a.Until, 1}} {
		day, err := time.ParseInLocation(time.DateOnly, v.query.Get(end.name), ui.Of(p.ctx()).Zone)
		if err != nil {
			continue
		}
		*end.to = clock.Of(day.AddDate(0, 0, end.add))
		chip(end.name, p.text("admin.operations.chip-"+end.name, "day", ui.Date(p.ctx(), clock.Of(day))))
	}
	if slices.Contains(operationKinds, a.kind) {
		chip("kind", p.text("admin.event."+string(a.kind)))
	} else {
		a.kind = ""
	}
	for _, x := range []struct {
		name string
		to   *int64
	}{{"outlet", (*int64)(&a.outlet)}, {"cashier", (*int64)(&a.cashier)}, {"member", (*int64)(&a.member)}} {
		if *x.to, err = numberOf(v.query.Get(x.name)); err != nil {
			return nil, err
		}
	}
	if a.outlet != 0 {
		o, ok := p.Directory.Outlet(a.outlet)
		if !ok || !p.who.At(o.ID) {
			return nil, fault.New(fault.NotFound, "admin.no-page")
		}
		chip("outlet", o.Name)
	}
	if a.cashier != 0 {
		c, err := p.Identity.Cashier(p.ctx(), a.cashier)
		if err == nil && !p.seesCashier(&c) {
			err = fault.New(fault.NotFound, "identity.cashier-not-found")
		}
		if err != nil {
			return nil, err
		}
		chip("cashier", c.Name)
	}
	unknown := v.query.Get("who") != ""
	if unknown { // nobody, or several: he that is one goes by his id
		chip("who", p.text("admin.operations.nobody", "who", v.query.Get("who")))
	}
	if a.member != 0 {
		names, err := p.seenNames(a.member)
		if err != nil {
			return nil, err
		}
		chip("member", cmp.Or(names[a.member], p.text("admin.operations.one-member")))
	}
	a.Keep = func(e *feed.Event) bool {
		return !unknown && a.takes(e) && (!p.who.Narrowed() || e.Outlet != 0 && p.who.At(e.Outlet))
	}
	return a, p.operationFilters(v, a)
}

// memberTyped is the one member whom a typed phone, card, e-mail or number finds; 0:
// none, several, or none whom the reader may see.
func (p *page) memberTyped(typed string) home.ID {
	if !p.can(staff.MembersSee) {
		return 0
	}
	found, err := member.Find(p.ctx(), p.DB, typed, p.Rules().Region)
	if err != nil || len(found) != 1 {
		return 0
	}
	if _, err := p.memberAt(p.ctx(), found[0].Home); err != nil {
		return 0
	}
	return found[0].Home
}

// seenNames is the name of one member, if the reader may see him.
func (p *page) seenNames(h home.ID) (map[home.ID]string, error) {
	if p.can(staff.MembersSee) {
		if _, err := p.memberAt(p.ctx(), h); err != nil {
			return nil, nil //nolint:nilerr // who is not seen has no name here; his operations are narrowed by their places
		}
	}
	return p.namesOf([]home.ID{h})
}

// takes tells whether an event is an operation that is asked for.
func (a *operationsAsked) takes(e *feed.Event) bool {
	return slices.Contains(operationKinds, e.Kind) && (a.kind == "" || e.Kind == a.kind) && (a.outlet == 0 || e.Outlet == a.outlet) &&
		(a.cashier == 0 || e.Cashier == a.cashier) && (a.member == 0 || e.Home == a.member || e.Whose == a.member)
}

// operationFilters are what the journal may be narrowed by.
func (p *page) operationFilters(v *operationsView, a *operationsAsked) error {
	v.Kinds = []kit.Option{{Text: p.text("admin.purchases.any"), Chosen: a.kind == ""}}
	for _, k := range operationKinds {
		v.Kinds = append(v.Kinds, kit.Option{Value: string(k), Text: p.text("admin.event." + string(k)), Chosen: a.kind == k})
	}
	v.Outlets = []kit.Option{{Text: p.text("admin.purchases.any-outlet"), Chosen: a.outlet == 0}}
	for _, o := range p.ownOutlets() {
		v.Outlets = append(v.Outlets, kit.Option{Value: o.ID.String(), Text: o.Name, Chosen: a.outlet == o.ID})
	}
	v.From = kit.Field{Name: "from", Label: p.text("admin.purchases.from"), Kind: "date", Value: v.query.Get("from")}
	v.To = kit.Field{Name: "to", Label: p.text("admin.purchases.to"), Kind: "date", Value: v.query.Get("to")}
	if p.can(staff.MembersSee) {
		v.Who = kit.Field{Name: "who", Label: p.text("admin.operations.who"), Hint: p.text("admin.operations.who-hint"), Value: v.query.Get("who"), Most: member.MaxFind}
	}
	return p.cashierOptions(v, a)
}

// cashierOptions offers cashiers, of the outlet where one is asked for: as many
// as can be read over; there are as many more as it takes, by their own pages.
func (p *page) cashierOptions(v *operationsView, a *operationsAsked) error {
	list, err := seen(reference.Page{}, func(at reference.Page) (reference.List[identity.Cashier], error) {
		return p.Identity.Cashiers(p.ctx(), a.outlet, at)
	}, func(c *identity.Cashier) string { return c.Code }, p.seesCashier)
	if err != nil || len(list.Items) == 0 {
		return err
	}
	v.Cashiers = []kit.Option{{Text: p.text("admin.operations.any-cashier"), Chosen: a.cashier == 0}}
	for i := range list.Items {
		c := &list.Items[i]
		v.Cashiers = append(v.Cashiers, kit.Option{Value: c.ID.String(), Text: c.Name, Chosen: a.cashier == c.ID})
	}
	return nil
}

// operationSaid is what an operation is called.
func (p *page) operationSaid(e *feed.Event) string {
	if e.Kind == feed.PointsGifted && e.Earned < 0 {
		return p.text("admin.event.points.gift-taken")
	}
	return p.text("admin.event." + string(e.Kind))
}

// cashierNames are what cashiers are called, as far as they were asked for.
type cashierNames map[id.ID]string

// of is a cashier's name; "": there is none.
func (n cashierNames) of(p *page, i id.ID) string {
	if i == 0 {
		return ""
	}
	name, known := n[i]
	if !known {
		if c, err := p.Identity.Cashier(p.ctx(), i); err == nil {
			name = c.Name
		}
		n[i] = name
	}
	return name
}

func (p *page) operationRow(e *feed.Event, cashiers cashierNames, names map[home.ID]string) operationRow {
	ctx := p.ctx()
	r := operationRow{Kind: p.operationSaid(e), At: e.At, Cashier: cashiers.of(p, e.Cashier), Who: p.text("admin.purchases.nobody")}
	if o, ok := p.Directory.Outlet(e.Outlet); ok {
		r.Place = o.Name
	}
	if n := moneyMoved(&e.Event); n != 0 {
		r.Sum = ui.Money(ctx, n)
	}
	for _, n := range pointsMoved(&e.Event) {
		if n != 0 {
			r.Points = append(r.Points, ui.Signed(ctx, n))
		}
	}
	if of := receiptOf(&e.Event); of != "" {
		r.Href = purchasesPath + "/" + of
	}
	if whose := memberOf(&e.Event); whose != 0 {
		r.Who = cmp.Or(names[whose], p.text("admin.purchases.member"))
		if p.can(staff.MembersSee) {
			r.WhoHref = Base + "/members/" + whose.String()
		}
	}
	return r
}

// memberOf is whose operation it is; 0: nobody's.
func memberOf(e *eventtype.Event) home.ID {
	switch {
	case e.Whose != 0:
		return e.Whose
	case e.Member:
		return e.Home
	}
	return 0
}

// receiptOf is the receipt that an operation is, or is of; "": it is of none.
func receiptOf(e *eventtype.Event) string {
	switch e.Kind {
	case eventtype.Purchased:
		return e.Home.String() + "-" + e.Op.String()
	case eventtype.Refunded, eventtype.Visited:
		if e.Purchase != 0 {
			return e.Home.String() + "-" + e.Purchase.String()
		}
	case eventtype.Claimed:
		return e.Of.String() + "-" + e.Purchase.String()
	default:
	}
	return ""
}
