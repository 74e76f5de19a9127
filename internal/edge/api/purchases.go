package api

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// readers are the scopes any of which lets a purchase be read.
var readers = []identity.Scope{identity.PurchasesWrite, identity.PurchasesRefund, identity.ReportsRead}

type commitIn struct {
	Fiscal bool `query:"fiscal"`
	Body   CommitBody
}

type recordIn struct {
	Fiscal bool `query:"fiscal"`
	Body   RecordBody
}

type purchaseIn struct {
	ID     OpID `path:"id"`
	Fiscal bool `query:"fiscal"`
}

type explainIn struct {
	ID        OpID  `path:"id"`
	Programme id.ID `query:"programme"`
	Version   int64 `query:"version"`
	Full      bool  `query:"full"`
}

type listPurchasesIn struct {
	Till   id.ID   `query:"till"`
	Key    string  `query:"key"`
	QR     string  `query:"qr"`
	Member home.ID `query:"member"`
	Outlet id.ID   `query:"outlet"`
	From   Time    `query:"from"`
	To     Time    `query:"to"`
	Fiscal bool    `query:"fiscal"`
	Paging
}

func purchases(a *API) {
	add(a, operation{
		id: "commitPurchase", method: http.MethodPost, path: "/purchases", group: "purchases", status: http.StatusCreated,
		scopes: []identity.Scope{identity.PurchasesWrite}, keyed: true,
	}, commit)
	add(a, operation{
		id: "recordPurchase", method: http.MethodPost, path: "/purchases/record", group: "purchases", status: http.StatusCreated,
		scopes: []identity.Scope{identity.PurchasesRecord}, keyed: true,
	}, record)
	add(a, operation{
		id: "listPurchases", method: http.MethodGet, path: "/purchases", group: "purchases", status: http.StatusOK, scopes: readers,
	}, listPurchases)
	add(a, operation{
		id: "getPurchase", method: http.MethodGet, path: "/purchases/{id}", group: "purchases", status: http.StatusOK, scopes: readers,
	}, getPurchase)
	add(a, operation{
		id: "explainPurchase", method: http.MethodGet, path: "/purchases/{id}/why", group: "purchases", status: http.StatusOK, scopes: readers,
	}, explainPurchase)
}

func commit(ctx context.Context, c *call, in *commitIn) (*Purchase, error) {
	cart, err := c.toCommit(ctx, &in.Body)
	if err != nil {
		return nil, err
	}
	if err := c.mayJoin(cart.Guest, in.Body.Join); err != nil {
		return nil, err
	}
	done, err := c.Desk.Commit(ctx, cart)
	if err != nil {
		return nil, err
	}
	c.missedCodes(done.Unknown)
	c.replayed(done.Replayed)
	return c.sold(ctx, done.Purchase, cart.Guest, in.Body.Join, in.Fiscal)
}

// sold renders what was sold, as it is the member's where a guest was one or
// has become one.
func (c *call) sold(ctx context.Context, p *purchase.Purchase, g purchase.Guest, in *Join, fiscal bool) (*Purchase, error) {
	if !g.None() {
		if out, err := c.join(ctx, p, g, in, fiscal); out != nil || err != nil {
			return out, err
		}
	}
	return c.made(p, fiscal), nil
}

// toCommit is the cart of a receipt that is to be done, or to wait for it.
func (c *call) toCommit(ctx context.Context, in *CommitBody) (*purchase.Cart, error) {
	cart, err := c.toSell(&in.CartBody)
	if err != nil {
		return nil, err
	}
	cart.Quote, cart.Accept = in.Quote, in.Accept
	cart.Fiscal = fiscalIn(in.FiscalReceipt)
	cart.Proof, err = c.proof(ctx, cart.Buyer, in.Buyer, in.Proof)
	return cart, err
}

func record(ctx context.Context, c *call, in *recordIn) (*Purchase, error) {
	cart, err := c.toRecord(&in.Body)
	if err != nil {
		return nil, err
	}
	if err := c.mayJoin(cart.Guest, in.Body.Join); err != nil {
		return nil, err
	}
	done, err := c.Desk.Record(ctx, cart)
	if err != nil {
		return nil, err
	}
	c.missedCodes(done.Unknown)
	if !done.Replayed && cart.Buyer.Kind != "" && done.Purchase.Home.Kind() != home.Member {
		c.missed() // it is kept as nobody's, and says so
	}
	c.replayed(done.Replayed)
	return c.sold(ctx, done.Purchase, cart.Guest, in.Body.Join, in.Fiscal)
}

func getPurchase(ctx context.Context, c *call, in *purchaseIn) (*Purchase, error) {
	s, err := c.stored(ctx, purchase.PurchaseRef{Home: in.ID.Home, ID: in.ID.ID})
	if err != nil {
		return nil, err
	}
	return c.kept(s, in.Fiscal), nil
}

// stored finds a purchase that the caller may see.
func (c *call) stored(ctx context.Context, ref purchase.PurchaseRef) (*purchase.Stored, error) {
	s, err := c.Desk.Find(ctx, ref)
	if err != nil {
		return nil, err
	}
	if !c.who.At(s.Outlet) {
		return nil, fault.New(fault.NotFound, "purchase.not-found")
	}
	return s, nil
}

// Reasons is why a purchase came out as it did.
type Reasons struct {
	Programme id.ID    `json:"programme,omitzero"`
	Version   int64    `json:"version,omitzero"`
	Why       []Why    `json:"why"`
	Same      bool     `json:"same"`
	Unseen    []string `json:"unseen,omitempty"`
}

func explainPurchase(ctx context.Context, c *call, in *explainIn) (*Reasons, error) {
	s, err := c.stored(ctx, purchase.PurchaseRef{Home: in.ID.Home, ID: in.ID.ID})
	if err != nil {
		return nil, err
	}
	r, err := c.Desk.Why(ctx, s, purchase.Asked{Programme: in.Programme, Version: in.Version, Full: in.Full})
	if err != nil {
		return nil, err
	}
	out := &Reasons{Programme: r.Programme, Version: r.Version, Same: r.Same}
	for _, f := range r.Unseen {
		out.Unseen = append(out.Unseen, string(f))
	}
	out.Why, err = c.why(ctx, append(r.Trace, r.Refused...))
	return out, err
}

func listPurchases(ctx context.Context, c *call, in *listPurchasesIn) (*Page[Purchase], error) {
	asked := 0
	for _, one := range []bool{in.Key != "", in.QR != "", in.Member != 0, in.Outlet != 0} {
		if one {
			asked++
		}
	}
	if asked != 1 || in.Outlet == 0 && (in.From != 0 || in.To != 0) || in.Key == "" && in.Till != 0 {
		return nil, fault.New(fault.Invalid, "api.list-purchases")
	}
	if in.Key != "" || in.QR != "" {
		return c.oneOf(ctx, in)
	}
	after, err := cursorIn(in.After)
	if err != nil {
		return nil, err
	}
	var list []*purchase.Stored
	if in.Member != 0 {
		if err := c.who.Require(identity.MembersRead); err != nil {
			return nil, err
		}
		list, err = c.Desk.OfHome(ctx, in.Member, after, in.limit())
	} else {
		if err := c.at(in.Outlet); err != nil {
			return nil, err
		}
		to := clock.Micros(in.To)
		if to == 0 {
			to = clock.Of(c.now().AddDate(1, 0, 0))
		}
		list, err = c.Desk.OfOutlet(ctx, in.Outlet, clock.Micros(in.From), to, after, in.limit())
	}
	if err != nil {
		return nil, err
	}
	out := &Page[Purchase]{Items: []Purchase{}}
	for _, s := range list {
		// What was sold elsewhere is nothing to a key of some outlets.
		if c.who.At(s.Outlet) {
			out.Items = append(out.Items, *c.kept(s, in.Fiscal))
		}
	}
	if len(list) == in.limit() {
		last := list[len(list)-1]
		out.Next = cursorOut(purchase.Cursor{At: last.At, ID: last.ID})
	}
	return out, nil
}

// oneOf gives what was done under a till's key, if that is a purchase, or the
// purchase of a fiscal receipt.
func (c *call) oneOf(ctx context.Context, in *listPurchasesIn) (*Page[Purchase], error) {
	if in.QR != "" {
		if err := c.guess(); err != nil {
			return nil, err
		}
	}
	ref, err := c.oneRef(ctx, in)
	var s *purchase.Stored
	if err == nil {
		s, err = c.stored(ctx, ref)
	}
	out := &Page[Purchase]{Items: []Purchase{}}
	if fault.Is(err, "purchase.not-found") {
		c.missed()
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	out.Items = append(out.Items, *c.kept(s, in.Fiscal))
	return out, nil
}

func (c *call) oneRef(ctx context.Context, in *listPurchasesIn) (purchase.PurchaseRef, error) {
	if in.QR == "" {
		till, err := c.till(in.Till)
		return purchase.PurchaseRef{Till: till, Key: in.Key}, err
	}
	f, err := fiscalQR(in.QR)
	if err != nil {
		return purchase.PurchaseRef{}, err
	}
	return c.Desk.OfFiscal(ctx, f)
}

// cursorIn and cursorOut turn a place in a list by time into a word.
func cursorIn(s string) (purchase.Cursor, error) {
	if s == "" {
		return purchase.Cursor{}, nil
	}
	at, last, _ := strings.Cut(s, "-")
	t, err := strconv.ParseInt(at, 36, 64)
	i, err2 := strconv.ParseInt(last, 36, 64)
	if err != nil || err2 != nil || t < 0 || i <= 0 {
		return purchase.Cursor{}, badCursor()
	}
	return purchase.Cursor{At: clock.Micros(t), ID: id.ID(i)}, nil
}

func cursorOut(c purchase.Cursor) string {
	return strconv.FormatInt(int64(c.At), 36) + "-" + strconv.FormatInt(int64(c.ID), 36)
}
