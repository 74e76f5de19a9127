package api

import (
	"context"
	"net/http"
	"strconv"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Deposit is a member's prepaid money, in kopecks.
type Deposit struct {
	ID        id.ID        `json:"id"`
	Number    string       `json:"number" example:"12345678903"`
	State     string       `json:"state" enum:"open,ended,closed"`
	Opened    Time         `json:"opened"`
	EndsAt    Time         `json:"ends_at,omitzero"`
	Closed    Time         `json:"closed,omitzero"`
	Balance   money.Amount `json:"balance"`
	Held      money.Amount `json:"held"`
	Spendable money.Amount `json:"spendable"`
	Received  money.Amount `json:"received"`
	Spent     money.Amount `json:"spent"`
	Purchases int64        `json:"purchases"`
}

// DepositMovement is money that came onto a deposit, or, below zero, left it.
type DepositMovement struct {
	Seq       int64        `json:"seq"`
	Kind      string       `json:"kind" enum:"top_up,pay_from,pay_back,pay_out"`
	Amount    money.Amount `json:"amount"`
	At        Time         `json:"at"`
	Operation OpID         `json:"operation"`
	Purchase  OpID         `json:"purchase,omitzero"`
	PaidBy    string       `json:"paid_by,omitempty"`
	Outlet    id.ID        `json:"outlet,omitzero"`
	Reason    string       `json:"reason,omitempty"`
	Actor     string       `json:"actor,omitempty"`
}

// DepositDone is what was done to a deposit, and the deposit after it.
type DepositDone struct {
	ID      OpID         `json:"id"`
	Amount  money.Amount `json:"amount"`
	At      Time         `json:"at"`
	Deposit Deposit      `json:"deposit"`
}

// OpenDepositBody opens a deposit; without an end it has none.
type OpenDepositBody struct {
	EndsAt Time   `json:"ends_at,omitzero"`
	Outlet id.ID  `json:"outlet,omitzero"`
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// DepositTermBody moves the end of a deposit; without one it has none.
type DepositTermBody struct {
	EndsAt Time   `json:"ends_at,omitzero"`
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// DepositMoneyBody is money that is put in or paid out; as a deposit is closed, all
// that there is.
type DepositMoneyBody struct {
	Amount money.Amount `json:"amount" minimum:"0"`
	PaidBy string       `json:"paid_by,omitempty" maxLength:"32" example:"card"`
	Outlet id.ID        `json:"outlet,omitzero"`
	Reason string       `json:"reason,omitempty" maxLength:"500"`
}

type (
	openDepositIn struct {
		Member home.ID `path:"member"`
		Body   OpenDepositBody
	}
	depositTermIn struct {
		Member  home.ID `path:"member"`
		Deposit id.ID   `path:"deposit"`
		Body    DepositTermBody
	}
	depositMoneyIn struct {
		Member  home.ID `path:"member"`
		Deposit id.ID   `path:"deposit"`
		Body    DepositMoneyBody
	}
	depositMovementsIn struct {
		Member  home.ID `path:"member"`
		Deposit id.ID   `path:"deposit"`
		Paging
	}
)

func deposits(a *API) {
	const all, one = "/members/{member}/deposits", "/members/{member}/deposits/{deposit}"
	read := func(id, path string) operation {
		return operation{id: id, method: http.MethodGet, path: path, group: "accounts", status: http.StatusOK, scopes: []identity.Scope{identity.MembersRead}}
	}
	write := func(id, path string) operation {
		return operation{id: id, method: http.MethodPost, path: path, group: "accounts", status: http.StatusCreated, scopes: []identity.Scope{identity.DepositsWrite}, keyed: true}
	}
	add(a, read("listDeposits", all), listDeposits)
	add(a, read("listDepositMovements", one+"/movements"), listDepositMovements)
	add(a, write("openDeposit", all), openDeposit)
	add(a, write("moveDepositTerm", one+"/term"), moveDepositTerm)
	add(a, write("topUpDeposit", one+"/top-ups"), topUpDeposit)
	add(a, write("closeDeposit", one+"/close"), closeDeposit)
	add(a, write("payOutDeposit", one+"/pay-outs"), payOutDeposit)
}

func listDeposits(ctx context.Context, c *call, in *memberIn) (*Page[Deposit], error) {
	list, err := c.Desk.Deposits(ctx, in.Member)
	if err == nil {
		err = c.known(ctx, in.Member, len(list))
	}
	if err != nil {
		return nil, err
	}
	return &Page[Deposit]{Items: each(list, func(v purchase.DepositView) Deposit { return depositOf(&v, c.Clock.Now()) })}, nil
}

func depositOf(v *purchase.DepositView, now clock.Micros) Deposit {
	out := Deposit{
		ID: v.ID, Number: v.Number, State: "open", Opened: Time(v.Opened), EndsAt: Time(v.Ends), Closed: Time(v.Deposit.Closed),
		Balance: v.Balance, Held: v.Held, Spendable: v.Spendable, Received: v.Received, Spent: v.Sold, Purchases: v.Times,
	}
	switch {
	case v.Deposit.Closed != 0:
		out.State = "closed"
	case v.Over(now):
		out.State = "ended"
	}
	return out
}

func listDepositMovements(ctx context.Context, c *call, in *depositMovementsIn) (*Page[DepositMovement], error) {
	var before int64
	if in.After != "" {
		n, err := strconv.ParseInt(in.After, 10, 64)
		if err != nil || n <= 0 {
			return nil, badCursor()
		}
		before = n
	}
	if err := someone(in.Member); err != nil {
		return nil, err
	}
	d, err := c.Desk.Deposit(ctx, in.Member, in.Deposit)
	if err != nil {
		return nil, err
	}
	limit := in.limit()
	list, err := c.Desk.DepositMoves(ctx, d.DepositOf, before, limit+1)
	render := func(m purchase.DepositMove) DepositMovement {
		out := DepositMovement{
			Seq: m.Seq, Kind: string(m.Kind), Amount: m.Amount, At: Time(m.At), Operation: opOf(d.Home, m.Op),
			PaidBy: m.PaidBy, Outlet: m.Outlet, Reason: m.Reason, Actor: m.Actor,
		}
		if p := m.Purchase; p != nil {
			out.Purchase = opOf(p.Home, p.ID)
		}
		return out
	}
	return cut(list, err, limit, render, func(m DepositMovement) string { return strconv.FormatInt(m.Seq, 10) })
}

func openDeposit(ctx context.Context, c *call, in *openDepositIn) (*DepositDone, error) {
	return c.doDeposit(ctx, &purchase.DepositRequest{
		Do: purchase.OpenDeposit, Home: in.Member, Ends: clock.Micros(in.Body.EndsAt), Outlet: in.Body.Outlet, Reason: in.Body.Reason,
	})
}

func moveDepositTerm(ctx context.Context, c *call, in *depositTermIn) (*DepositDone, error) {
	return c.doDeposit(ctx, &purchase.DepositRequest{
		Do: purchase.MoveTerm, Home: in.Member, Deposit: in.Deposit, Ends: clock.Micros(in.Body.EndsAt), Reason: in.Body.Reason,
	})
}

func topUpDeposit(ctx context.Context, c *call, in *depositMoneyIn) (*DepositDone, error) {
	return c.moveDeposit(ctx, purchase.TopUpDeposit, in)
}

func closeDeposit(ctx context.Context, c *call, in *depositMoneyIn) (*DepositDone, error) {
	return c.moveDeposit(ctx, purchase.CloseDeposit, in)
}

func payOutDeposit(ctx context.Context, c *call, in *depositMoneyIn) (*DepositDone, error) {
	return c.moveDeposit(ctx, purchase.PayOutDeposit, in)
}

func (c *call) moveDeposit(ctx context.Context, do purchase.DepositDeed, in *depositMoneyIn) (*DepositDone, error) {
	b := &in.Body
	return c.doDeposit(ctx, &purchase.DepositRequest{
		Do: do, Home: in.Member, Deposit: in.Deposit, Amount: b.Amount, PaidBy: b.PaidBy, Outlet: b.Outlet, Reason: b.Reason,
	})
}

// doDeposit does it by the caller's key. A key of some outlets says at which of
// them.
func (c *call) doDeposit(ctx context.Context, r *purchase.DepositRequest) (*DepositDone, error) {
	if err := someone(r.Home); err != nil {
		return nil, err
	}
	if r.Outlet == 0 && len(c.who.OutletIDs) == 1 {
		r.Outlet = c.who.OutletIDs[0]
	}
	if r.Outlet != 0 || r.Do != purchase.MoveTerm {
		if err := c.depositAt(r.Outlet); err != nil {
			return nil, err
		}
	}
	if r.Deposit != 0 {
		d, err := c.Desk.Deposit(ctx, r.Home, r.Deposit)
		if err != nil {
			return nil, err
		}
		r.Home = d.Home // it may be of one who was merged into the member
	}
	r.By, r.Key, r.Actor = c.who.KeyID, c.key, "key "+c.who.KeyID.String()
	done, err := c.Desk.DoDeposit(ctx, r)
	if err != nil {
		return nil, err
	}
	c.replayed(done.Replayed)
	now := c.Clock.Now()
	view := purchase.DepositView{DepositOf: done.Of, Spendable: done.Of.SpendableAt(now, 0), Held: done.Of.HeldAt(now, 0)}
	if view.Times, err = c.Desk.DepositPaid(ctx, done.Of); err != nil {
		return nil, err
	}
	return &DepositDone{ID: opOf(done.Home, done.ID), Amount: done.Amount, At: Time(done.At), Deposit: depositOf(&view, now)}, nil
}

// depositAt refuses an outlet where the caller may not act, and that it tells none
// where it may not act at any.
func (c *call) depositAt(outlet id.ID) error {
	switch {
	case outlet != 0:
		return c.at(outlet)
	case c.everywhere():
		return nil
	}
	return fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "outlet", Code: "api.required"})
}
