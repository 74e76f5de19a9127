package api

import (
	"context"
	"net/http"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// RefundBody asks for a refund of a purchase that is known: of lines, of an
// amount of money, or of all that is left.
type RefundBody struct {
	Till     id.ID        `json:"till,omitzero"`
	Cashier  id.ID        `json:"cashier,omitzero"`
	Number   string       `json:"number,omitempty" maxLength:"64"`
	At       Time         `json:"at,omitzero"`
	Purchase PurchaseRef  `json:"purchase"`
	Lines    []RefundPart `json:"lines,omitempty" maxItems:"5000"`
	Amount   money.Amount `json:"amount,omitempty" minimum:"1"`
	Whole    bool         `json:"whole,omitempty"`
	Payments []Payment    `json:"payments,omitempty" maxItems:"20"`
}

// PurchaseRef names a purchase by its id, or by its till and key.
type PurchaseRef struct {
	ID   OpID   `json:"id,omitzero"`
	Till id.ID  `json:"till,omitzero"`
	Key  string `json:"key,omitempty" maxLength:"128"`
}

// RefundPart is a quantity of one line.
type RefundPart struct {
	Line     int            `json:"line" minimum:"0"`
	Quantity money.Quantity `json:"quantity"`
	Tickets  []string       `json:"tickets,omitempty" maxItems:"500"`
}

// UnlinkedBody asks for a refund whose purchase is not known.
type UnlinkedBody struct {
	Till    id.ID          `json:"till,omitzero"`
	Cashier id.ID          `json:"cashier,omitzero"`
	Number  string         `json:"number,omitempty" maxLength:"64"`
	At      Time           `json:"at,omitzero"`
	Buyer   *Buyer         `json:"buyer,omitempty"`
	Lines   []UnlinkedLine `json:"lines" minItems:"1" maxItems:"5000"`
}

// UnlinkedLine is a product that came back.
type UnlinkedLine struct {
	SKU      string         `json:"sku" minLength:"1" maxLength:"64"`
	Name     string         `json:"name,omitempty" maxLength:"300"`
	Quantity money.Quantity `json:"quantity"`
	Price    money.Amount   `json:"price" minimum:"0"`
}

// Refund is what came back of a purchase, or of what is not known. All its
// figures are above zero, but held and taken where this refund undoes what an
// earlier one did.
type Refund struct {
	ID        OpID    `json:"id"`
	Purchase  OpID    `json:"purchase,omitzero"`
	Member    home.ID `json:"member,omitzero"`
	Till      id.ID   `json:"till"`
	Outlet    id.ID   `json:"outlet"`
	Cashier   id.ID   `json:"cashier,omitzero"`
	Key       string  `json:"key"`
	Number    string  `json:"number,omitempty"`
	At        Time    `json:"at"`
	WrittenAt Time    `json:"written_at"`
	Day       string  `json:"day"`
	Founder   home.ID `json:"founder,omitzero"`
	Programme id.ID   `json:"programme,omitzero"`

	RefundQuote
}

// RefundQuote is what a refund brings back, or would if nothing changes before
// it; nothing of a quote is stored.
type RefundQuote struct {
	Lines          []RefundLine `json:"lines"`
	Payments       []Payment    `json:"payments"`
	Gross          money.Amount `json:"gross"`
	Discount       money.Amount `json:"discount"`
	PaidWithPoints money.Amount `json:"paid_with_points"`
	Money          money.Amount `json:"money"`
	Kept           money.Amount `json:"kept"`
	Held           money.Amount `json:"held"`
	Unheld         money.Amount `json:"unheld"`
	Spent          money.Points `json:"spent"`
	Given          money.Points `json:"given"`
	Earned         money.Points `json:"earned"`
	Taken          money.Points `json:"taken"`
	Short          money.Points `json:"short"`
	Whole          bool         `json:"whole"`
	Level          string       `json:"level,omitempty"`
	LevelWas       string       `json:"level_was,omitempty"`
	LevelWith      money.Points `json:"level_with,omitempty"`
	GiftTaken      money.Points `json:"gift_taken,omitempty"`
	Lapsed         money.Points `json:"lapsed,omitempty"`
	Owed           money.Points `json:"owed,omitempty"`
	Balance        Balance      `json:"balance"`
	Flags          []string     `json:"flags,omitempty"`
}

// UnlinkedRefund is what came back of goods whose purchase was not named: the
// refunds of purchases that they were found to be of, and the rest, of none.
// Its own figures are of all of them together.
type UnlinkedRefund struct {
	ID       OpID         `json:"id"`
	Payments []Payment    `json:"payments"`
	Money    money.Amount `json:"money"`
	Kept     money.Amount `json:"kept"`
	Held     money.Amount `json:"held"`
	Given    money.Points `json:"given"`
	Claimed  money.Points `json:"claimed"`
	Level    string       `json:"level,omitempty"`
	Balance  Balance      `json:"balance"`
	Matched  []Refund     `json:"matched"`
	Rest     Refund       `json:"rest"`
}

// RefundLine is what came back of one line.
type RefundLine struct {
	Line           int            `json:"line"`
	SKU            string         `json:"sku"`
	Quantity       money.Quantity `json:"quantity"`
	ByAmount       bool           `json:"by_amount,omitempty"`
	Pieces         []int          `json:"pieces,omitempty"`
	Tickets        []string       `json:"tickets,omitempty"`
	Gross          money.Amount   `json:"gross"`
	PaidWithPoints money.Amount   `json:"paid_with_points"`
	Money          money.Amount   `json:"money"`
	Spent          money.Points   `json:"spent"`
	Earned         money.Points   `json:"earned"`
}

type refundIn struct{ Body RefundBody }

type unlinkedIn struct{ Body UnlinkedBody }

type getRefundIn struct {
	ID OpID `path:"id"`
}

func refunds(a *API) {
	add(a, operation{
		id: "refundPurchase", method: http.MethodPost, path: "/refunds", group: "purchases", status: http.StatusCreated,
		scopes: []identity.Scope{identity.PurchasesRefund}, keyed: true,
	}, refund)
	add(a, operation{
		id: "quoteRefund", method: http.MethodPost, path: "/refunds/quote", group: "purchases", status: http.StatusOK, reads: true,
		scopes: []identity.Scope{identity.PurchasesRefund},
	}, quoteRefund)
	add(a, operation{
		id: "refundUnlinked", method: http.MethodPost, path: "/refunds/unlinked", group: "purchases", status: http.StatusCreated,
		scopes: []identity.Scope{identity.PurchasesRefund}, keyed: true,
	}, refundUnlinked)
	add(a, operation{
		id: "getRefund", method: http.MethodGet, path: "/refunds/{id}", group: "purchases", status: http.StatusOK, scopes: readers,
	}, getRefund)
}

func refund(ctx context.Context, c *call, in *refundIn) (*Refund, error) {
	req, err := c.toRefund(ctx, &in.Body)
	if err != nil {
		return nil, err
	}
	req.Key = c.key
	done, err := c.Desk.Refund(ctx, req)
	if err != nil {
		return nil, err
	}
	c.replayed(done.Replayed)
	return c.refundOf(ctx, done.Refund)
}

func quoteRefund(ctx context.Context, c *call, in *refundIn) (*RefundQuote, error) {
	req, err := c.toRefund(ctx, &in.Body)
	if err != nil {
		return nil, err
	}
	if req.Purchase.ID == 0 {
		s, err := c.stored(ctx, req.Purchase)
		if err != nil {
			return nil, err
		}
		req.Purchase = purchase.PurchaseRef{Home: s.Home, ID: s.ID}
	}
	look, err := c.Desk.LookRefund(ctx, req)
	if err != nil {
		return nil, err
	}
	f, err := c.refundOf(ctx, look)
	if err != nil {
		return nil, err
	}
	return &f.RefundQuote, nil
}

// toRefund is what the body asks for, but for its key.
func (c *call) toRefund(ctx context.Context, b *RefundBody) (*purchase.RefundRequest, error) {
	till, err := c.till(b.Till)
	if err != nil {
		return nil, err
	}
	ways := 0
	for _, way := range []bool{len(b.Lines) > 0, b.Amount != 0, b.Whole} {
		if way {
			ways++
		}
	}
	if ways != 1 {
		return nil, fault.New(fault.Invalid, "api.refund-ways")
	}
	ref, err := c.purchaseRef(ctx, &b.Purchase, till)
	if err != nil {
		return nil, err
	}
	req := &purchase.RefundRequest{
		Till: till, Cashier: b.Cashier, Number: b.Number, At: clock.Micros(b.At), Purchase: ref,
		Amount: b.Amount, Payments: paymentsIn(b.Payments),
	}
	for _, l := range b.Lines {
		req.Lines = append(req.Lines, purchase.RefundPart{Line: l.Line, Quantity: l.Quantity, Tickets: each(l.Tickets, scanned)})
	}
	return req, nil
}

// purchaseRef names the purchase for the desk. A key of some outlets may give
// back only what was sold there.
func (c *call) purchaseRef(ctx context.Context, in *PurchaseRef, till id.ID) (purchase.PurchaseRef, error) {
	ref := purchase.PurchaseRef{Home: in.ID.Home, ID: in.ID.ID, Till: in.Till, Key: in.Key}
	if (ref.ID != 0) == (ref.Key != "") || ref.ID != 0 && ref.Till != 0 {
		return ref, fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "purchase", Code: "api.purchase-ways"})
	}
	if ref.Key != "" && ref.Till == 0 {
		ref.Till = till
	}
	if c.everywhere() {
		return ref, nil
	}
	_, err := c.stored(ctx, ref)
	return ref, err
}

func refundUnlinked(ctx context.Context, c *call, in *unlinkedIn) (*UnlinkedRefund, error) {
	b := &in.Body
	till, err := c.till(b.Till)
	if err != nil {
		return nil, err
	}
	buyer, err := c.buyer(b.Buyer)
	if err != nil {
		return nil, err
	}
	req := &purchase.UnlinkedRequest{Till: till, Cashier: b.Cashier, Key: c.key, Number: b.Number, At: clock.Micros(b.At), Buyer: buyer}
	for _, l := range b.Lines {
		req.Lines = append(req.Lines, purchase.UnlinkedLine{SKU: scanned(l.SKU), Name: l.Name, Quantity: l.Quantity, Price: l.Price})
	}
	done, err := c.Desk.RefundUnlinked(ctx, req)
	if err != nil {
		return nil, err
	}
	c.replayed(done.Replayed)
	return c.unlinkedOf(ctx, done)
}

func (c *call) unlinkedOf(ctx context.Context, a *purchase.RefundAnswer) (*UnlinkedRefund, error) {
	out := &UnlinkedRefund{ID: OpID{a.Refund.Home, a.Refund.ID}, Matched: make([]Refund, 0, len(a.Matched)), Rest: *refundOf(a.Refund, nil)}
	for _, m := range a.Matched {
		out.add(m)
		shown, err := c.refundOf(ctx, m)
		if err != nil {
			return nil, err
		}
		out.Matched = append(out.Matched, *shown)
	}
	out.add(a.Refund)
	if out.Payments == nil {
		out.Payments = []Payment{}
	}
	out.Level, out.Balance = out.Rest.Level, out.Rest.Balance // the last to be done
	return out, nil
}

// add adds a refund to the sums.
func (u *UnlinkedRefund) add(f *purchase.Refund) {
	u.Money += f.Money
	u.Kept += f.Kept
	u.Held += f.Held
	u.Given += f.Given
	u.Claimed += f.Claimed()
	for _, p := range f.Payments {
		i := slices.IndexFunc(u.Payments, func(o Payment) bool { return o.Kind == p.Kind })
		if i < 0 {
			i = len(u.Payments)
			u.Payments = append(u.Payments, Payment{Kind: p.Kind})
		}
		u.Payments[i].Amount += p.Amount
	}
}

func getRefund(ctx context.Context, c *call, in *getRefundIn) (*Refund, error) {
	f, err := c.Desk.FindRefund(ctx, purchase.PurchaseRef{Home: in.ID.Home, ID: in.ID.ID})
	if err != nil {
		return nil, err
	}
	if !c.who.At(f.Outlet) {
		return nil, fault.New(fault.NotFound, "refund.not-found")
	}
	return c.refundOf(ctx, f)
}

// refundOf renders a refund. Where tickets came back it reads their purchase,
// which has their numbers.
func (c *call) refundOf(ctx context.Context, f *purchase.Refund) (*Refund, error) {
	if f.Purchase == 0 || !slices.ContainsFunc(f.Lines, func(l purchase.RefundLine) bool { return len(l.Pieces) > 0 }) {
		return refundOf(f, nil), nil
	}
	s, err := c.Desk.Find(ctx, purchase.PurchaseRef{Home: f.Home, ID: f.Purchase})
	if err != nil {
		return nil, err
	}
	return refundOf(f, s.Lines), nil
}

// refundOf renders a refund of a purchase with these lines.
func refundOf(f *purchase.Refund, of []purchase.Line) *Refund {
	out := &Refund{
		ID: OpID{f.Home, f.ID}, Till: f.Till, Outlet: f.Outlet, Cashier: f.Cashier, Key: f.Key, Number: f.Number,
		At: Time(f.At), WrittenAt: Time(f.WrittenAt), Day: f.Day, Founder: f.AccountHome, Programme: f.Programme,
		RefundQuote: RefundQuote{
			Lines: make([]RefundLine, len(f.Lines)), Payments: paymentsOut(f.Payments),
			Gross: f.Gross, Discount: f.Discount, PaidWithPoints: f.Paid, Money: f.Money, Kept: f.Kept, Held: f.Held, Unheld: f.Unheld,
			Spent: f.Spent, Given: f.Given, Earned: f.Earned, Taken: f.Taken, Short: f.Short, Whole: f.Whole,
			Level: f.Level, LevelWas: f.LevelWas, LevelWith: f.LevelWith, GiftTaken: f.GiftTaken, Lapsed: f.Lapsed, Owed: f.Owed, Balance: balanceOf(f.Balance), Flags: f.Flags,
		},
	}
	if f.Purchase != 0 {
		out.Purchase = OpID{f.Home, f.Purchase}
	}
	if f.Home.Kind() == home.Member {
		out.Member = f.Home
		if f.Taker != 0 { // since a merge he is that one
			out.Member, out.Founder = f.Taker, 0
		}
	} else { // of a receipt that was given to a member later: his account says whose
		out.Founder = 0
	}
	for i := range f.Lines {
		l := &f.Lines[i]
		o := RefundLine{
			Line: l.Line, SKU: l.SKU, Quantity: l.Quantity, ByAmount: l.ByAmount, Pieces: l.Pieces,
			Gross: l.Gross, PaidWithPoints: l.Paid, Money: l.Money(), Spent: l.Points,
		}
		for _, e := range l.Earned {
			o.Earned += money.Points(e)
		}
		if l.Line < len(of) {
			o.Tickets = ticketsOf(of[l.Line].Tickets, l.Pieces)
		}
		out.Lines[i] = o
	}
	return out
}

// ticketsOf gives the numbers of pieces; none where the line's have none.
func ticketsOf(numbers []string, pieces []int) (out []string) {
	for _, k := range pieces {
		if k < len(numbers) {
			out = append(out, numbers[k])
		}
	}
	return out
}
