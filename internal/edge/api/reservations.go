package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// ReserveBody is a receipt that is to wait for its payment.
type ReserveBody struct {
	CommitBody
	HoldMinutes int64 `json:"hold_minutes,omitempty" minimum:"1" maximum:"44640"`
}

// ExtendBody says how long from now a reservation is to hold.
type ExtendBody struct {
	HoldMinutes int64 `json:"hold_minutes" minimum:"1" maximum:"44640"`
}

// ConfirmBody says that a reservation is paid.
type ConfirmBody struct {
	Till     id.ID     `json:"till,omitzero"`
	Cashier  id.ID     `json:"cashier,omitzero"`
	Number   string    `json:"number,omitempty" maxLength:"64"`
	Payments []Payment `json:"payments,omitempty" maxItems:"20"`
	Record   bool      `json:"record,omitempty"`

	FiscalReceipt *FiscalReceipt `json:"fiscal_receipt,omitempty"`

	Lines []KeptLine `json:"lines,omitempty" minItems:"1" maxItems:"5000"`

	Guest *Guest `json:"guest,omitempty"`
	Join  *Join  `json:"join,omitempty"`
}

// KeptLine is so much of a reserved line as is paid for.
type KeptLine struct {
	Line     int            `json:"line" minimum:"0"`
	Quantity money.Quantity `json:"quantity"`
}

// Reservation is a receipt that waits for its payment, with the figures that
// its purchase will have.
type Reservation struct {
	ID        OpID    `json:"id"`
	State     string  `json:"state" enum:"held,confirmed,cancelled,expired"`
	Until     Time    `json:"until"`
	Purchase  OpID    `json:"purchase,omitzero"`
	Member    home.ID `json:"member,omitzero"`
	Till      id.ID   `json:"till"`
	Outlet    id.ID   `json:"outlet"`
	Cashier   id.ID   `json:"cashier,omitzero"`
	Key       string  `json:"key"`
	Number    string  `json:"number,omitempty"`
	At        Time    `json:"at"`
	Founder   home.ID `json:"founder,omitzero"`
	Programme id.ID   `json:"programme,omitzero"`
	Version   int64   `json:"version,omitzero"`

	Lines          []PurchaseLine `json:"lines"`
	Codes          []string       `json:"codes,omitempty"`
	UnusedCodes    []UnusedCode   `json:"unused_codes,omitempty"`
	Payments       []Payment      `json:"payments"`
	Gross          money.Amount   `json:"gross"`
	Discount       money.Amount   `json:"discount"`
	PaidWithPoints money.Amount   `json:"paid_with_points"`
	Due            money.Amount   `json:"due"`
	Spent          money.Points   `json:"spent"`
	Earned         money.Points   `json:"earned"`
	Balance        Balance        `json:"balance"`
}

type reserveIn struct {
	Fiscal bool `query:"fiscal"`
	Body   ReserveBody
}

type reservationIn struct {
	ID     OpID `path:"id"`
	Fiscal bool `query:"fiscal"`
}

type confirmIn struct {
	ID     OpID `path:"id"`
	Fiscal bool `query:"fiscal"`
	Body   ConfirmBody
}

type extendIn struct {
	ID   OpID `path:"id"`
	Body ExtendBody
}

type cancelIn struct {
	ID OpID `path:"id"`
}

type listReservationsIn struct {
	Member home.ID `path:"member"`
	Paging
}

func reservations(a *API) {
	write := []identity.Scope{identity.PurchasesWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "purchases", status: status, scopes: scopes}
	}
	making, paying := row("reservePurchase", http.MethodPost, "/reservations", http.StatusCreated, write), row("confirmReservation", http.MethodPost, "/reservations/{id}/confirm", http.StatusCreated, write)
	making.keyed, paying.keyed = true, true
	add(a, making, reserve)
	add(a, row("getReservation", http.MethodGet, "/reservations/{id}", http.StatusOK, readers), getReservation)
	add(a, paying, confirm)
	add(a, row("extendReservation", http.MethodPost, "/reservations/{id}/extend", http.StatusOK, write), extend)
	add(a, row("cancelReservation", http.MethodPost, "/reservations/{id}/cancel", http.StatusOK, write), cancelReservation)
	add(a, row("listReservations", http.MethodGet, "/members/{member}/reservations", http.StatusOK, []identity.Scope{identity.MembersRead}), listReservations)
}

func reserve(ctx context.Context, c *call, in *reserveIn) (*Reservation, error) {
	if in.Body.Join != nil { // nobody becomes a member by an order that he may never pay
		return nil, fault.New(fault.Invalid, "join.early")
	}
	cart, err := c.toCommit(ctx, &in.Body.CommitBody)
	if err != nil {
		return nil, err
	}
	done, err := c.Desk.Reserve(ctx, cart, time.Duration(in.Body.HoldMinutes)*time.Minute)
	if err != nil {
		return nil, err
	}
	c.missedCodes(done.Unknown)
	c.replayed(done.Replayed)
	return c.reservationOf(done.Reservation, in.Fiscal), nil
}

func getReservation(ctx context.Context, c *call, in *reservationIn) (*Reservation, error) {
	r, err := c.reservation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return c.reservationOf(r, in.Fiscal), nil
}

// reservation finds one that the caller may see.
func (c *call) reservation(ctx context.Context, of OpID) (*purchase.Reservation, error) {
	r, err := c.Desk.FindReservation(ctx, purchase.PurchaseRef{Home: of.Home, ID: of.ID})
	if err != nil {
		return nil, err
	}
	if !c.who.At(r.Outlet) {
		return nil, fault.New(fault.NotFound, "reservation.not-found")
	}
	return r, nil
}

func confirm(ctx context.Context, c *call, in *confirmIn) (*Purchase, error) {
	b := &in.Body
	held, err := c.reservation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	till, err := c.till(cmp.Or(b.Till, c.who.TillID, held.Till))
	if err != nil {
		return nil, err
	}
	if b.Record {
		if err := c.who.Require(identity.PurchasesRecord); err != nil {
			return nil, err
		}
	}
	guest, err := c.guestOf(held, b)
	if err != nil {
		return nil, err
	}
	done, err := c.Desk.Confirm(ctx, &purchase.ConfirmRequest{
		Reservation: purchase.PurchaseRef{Home: in.ID.Home, ID: in.ID.ID}, Till: till, Cashier: b.Cashier, Key: c.key, Number: b.Number,
		Payments: paymentsIn(b.Payments), Record: b.Record, Fiscal: fiscalIn(b.FiscalReceipt), Guest: guest, Lines: each(b.Lines, func(l KeptLine) purchase.KeptLine { return purchase.KeptLine(l) }),
	})
	if err != nil {
		return nil, err
	}
	c.replayed(done.Replayed)
	if !guest.None() {
		if out, err := c.join(ctx, done.Purchase, guest, b.Join, in.Fiscal); err != nil || out != nil && out.Claim != nil {
			return out, err // with what was left out
		} else if out != nil {
			return c.withLeftOut(out, done), nil
		}
	}
	return c.withLeftOut(c.made(done.Purchase, in.Fiscal), done), nil
}

// guestOf is the guest that a confirm names again, of whom only a hash was kept.
func (c *call) guestOf(held *purchase.Reservation, in *ConfirmBody) (purchase.Guest, error) {
	guest, err := c.guest(in.Guest, "guest")
	if err == nil {
		err = c.mayJoin(guest, in.Join)
	}
	if err == nil && !guest.None() && c.Desk.GuestHash(guest) != held.Guest {
		err = fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "guest", Code: "join.other-guest"})
	}
	return guest, err
}

// withLeftOut adds what was not paid for of a reservation: what it all comes to.
func (c *call) withLeftOut(out *Purchase, done *purchase.Answer) *Purchase {
	if f := done.LeftOut; f != nil {
		out.State, out.Refunded, out.Refunds = "part", f.Money, []Refund{*refundOf(f, done.Purchase.Lines)}
		out.Level, out.Balance = f.Level, balanceOf(f.Balance)
	}
	return out
}

func extend(ctx context.Context, c *call, in *extendIn) (*Reservation, error) {
	if _, err := c.reservation(ctx, in.ID); err != nil {
		return nil, err
	}
	r, err := c.Desk.Extend(ctx, purchase.PurchaseRef{Home: in.ID.Home, ID: in.ID.ID}, time.Duration(in.Body.HoldMinutes)*time.Minute)
	if err != nil {
		return nil, err
	}
	return c.reservationOf(r, false), nil
}

func cancelReservation(ctx context.Context, c *call, in *cancelIn) (*Reservation, error) {
	if _, err := c.reservation(ctx, in.ID); err != nil {
		return nil, err
	}
	r, err := c.Desk.Cancel(ctx, purchase.PurchaseRef{Home: in.ID.Home, ID: in.ID.ID})
	if err != nil {
		return nil, err
	}
	return c.reservationOf(r, false), nil
}

func listReservations(ctx context.Context, c *call, in *listReservationsIn) (*Page[Reservation], error) {
	before, err := idCursor(in.After)
	if err != nil {
		return nil, err
	}
	list, err := c.Desk.Reservations(ctx, in.Member, before, in.limit())
	if err == nil {
		err = c.known(ctx, in.Member, len(list))
	}
	if err != nil {
		return nil, err
	}
	out := &Page[Reservation]{Items: []Reservation{}}
	for _, r := range list {
		// What waits elsewhere is nothing to a key of some outlets.
		if c.who.At(r.Outlet) {
			out.Items = append(out.Items, *c.reservationOf(r, false))
		}
	}
	if len(list) == in.limit() {
		out.Next = list[len(list)-1].ID.String()
	}
	return out, nil
}

// idCursor reads a place in a list that goes by ids.
func idCursor(s string) (id.ID, error) {
	if s == "" {
		return 0, nil
	}
	i, err := id.Parse(s)
	if err != nil || i <= 0 {
		return 0, badCursor()
	}
	return i, nil
}

func (c *call) reservationOf(r *purchase.Reservation, fiscal bool) *Reservation {
	p := purchaseOf(&r.Purchase, fiscal)
	out := &Reservation{
		ID: p.ID, State: string(r.StateAt(c.Clock.Now())), Until: Time(r.Until), Member: p.Member, Till: p.Till, Outlet: p.Outlet, Cashier: p.Cashier,
		Key: p.Key, Number: p.Number, At: p.At, Founder: p.Founder, Programme: p.Programme, Version: p.Version,
		Lines: p.Lines, Codes: p.Codes, UnusedCodes: c.unused(r.Idle), Payments: p.Payments,
		Gross: p.Gross, Discount: p.Discount, PaidWithPoints: p.PaidWithPoints, Due: p.Due, Spent: p.Spent, Earned: p.Earned, Balance: p.Balance,
	}
	if r.Done != 0 {
		out.Purchase = OpID{r.Home, r.Done}
	}
	return out
}
