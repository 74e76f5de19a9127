package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// CashierBody is what is told of a cashier. One without an outlet works at any.
type CashierBody struct {
	Outlet id.ID  `json:"outlet,omitzero"`
	Code   string `json:"code" minLength:"1" maxLength:"64" example:"17"`
	Name   string `json:"name" minLength:"1" maxLength:"200"`
}

// CashierChange is a cashier as he is to be; his PIN stays.
type CashierChange struct {
	CashierBody
	Change
}

// Cashier is a person who works at a till.
type Cashier struct {
	ID id.ID `json:"id"`
	CashierBody
	HasPIN  bool            `json:"has_pin"`
	State   reference.State `json:"state" enum:"active,closed"`
	Version int64           `json:"version"`
}

// PINBody is a cashier's PIN, 4 to 12 digits.
type PINBody struct {
	PIN string `json:"pin" minLength:"4" maxLength:"12"`
}

// PINCheck is what a cashier says of himself at a till.
type PINCheck struct {
	Code string `json:"code" minLength:"1" maxLength:"64"`
	PIN  string `json:"pin" minLength:"1" maxLength:"12"`
}

type (
	listCashiersIn struct {
		ListQuery
		Outlet id.ID `query:"outlet"`
	}
	cashierIn struct {
		Cashier id.ID `path:"cashier"`
	}
	createCashierIn struct{ Body CashierBody }
	changeCashierIn struct {
		Cashier id.ID `path:"cashier"`
		Body    CashierChange
	}
	setPINIn struct {
		Cashier id.ID `path:"cashier"`
		Body    PINBody
	}
	checkPINIn struct{ Body PINCheck }
)

func cashiers(a *API) {
	read := []identity.Scope{identity.ReferenceRead, identity.ReferenceWrite}
	write := []identity.Scope{identity.ReferenceWrite}
	row := func(id, method, path string, status int, scopes []identity.Scope) operation {
		return operation{id: id, method: method, path: path, group: "cashiers", status: status, scopes: scopes}
	}
	add(a, row("listCashiers", http.MethodGet, "/cashiers", http.StatusOK, read), listCashiers)
	add(a, row("createCashier", http.MethodPost, "/cashiers", http.StatusCreated, write), createCashier)
	add(a, row("checkCashierPIN", http.MethodPost, "/cashiers/check-pin", http.StatusOK, read), checkCashierPIN)
	add(a, row("getCashier", http.MethodGet, "/cashiers/{cashier}", http.StatusOK, read), getCashier)
	add(a, row("changeCashier", http.MethodPut, "/cashiers/{cashier}", http.StatusOK, write), changeCashier)
	add(a, row("setCashierPIN", http.MethodPut, "/cashiers/{cashier}/pin", http.StatusNoContent, write), setCashierPIN)
	add(a, row("removeCashierPIN", http.MethodDelete, "/cashiers/{cashier}/pin", http.StatusNoContent, write), removeCashierPIN)
}

// listCashiers shows a key with outlets those who work there, an outlet at a
// time; one with a single outlet need not name it.
func listCashiers(ctx context.Context, c *call, in *listCashiersIn) (*Page[Cashier], error) {
	outlet := in.Outlet
	if outlet == 0 && len(c.who.OutletIDs) == 1 {
		outlet = c.who.OutletIDs[0]
	}
	if err := c.worksAt(outlet); err != nil {
		return nil, err
	}
	list, err := c.Identity.Cashiers(ctx, outlet, in.page())
	return pageOf(list, err, cashierOf)
}

func getCashier(ctx context.Context, c *call, in *cashierIn) (*Cashier, error) {
	found, err := c.Identity.Cashier(ctx, in.Cashier)
	if err == nil && found.OutletID != 0 {
		err = c.at(found.OutletID)
	}
	return one(found, err, cashierOf)
}

func createCashier(ctx context.Context, c *call, in *createCashierIn) (*Cashier, error) {
	b := &in.Body
	if err := c.worksAt(b.Outlet); err != nil {
		return nil, err
	}
	return save(ctx, c, identity.Cashier{OutletID: b.Outlet, Code: b.Code, Name: b.Name}, c.Identity.SaveCashier, cashierOf)
}

func changeCashier(ctx context.Context, c *call, in *changeCashierIn) (*Cashier, error) {
	b := &in.Body
	if err := c.mayChangeCashier(ctx, in.Cashier); err != nil {
		return nil, err
	}
	if err := c.worksAt(b.Outlet); err != nil {
		return nil, err
	}
	to := identity.Cashier{ID: in.Cashier, OutletID: b.Outlet, Code: b.Code, Name: b.Name, State: b.State, Version: b.Version}
	return save(ctx, c, to, c.Identity.SaveCashier, cashierOf)
}

func setCashierPIN(ctx context.Context, c *call, in *setPINIn) (none, error) {
	return c.setPIN(ctx, in.Cashier, in.Body.PIN)
}

func removeCashierPIN(ctx context.Context, c *call, in *cashierIn) (none, error) {
	return c.setPIN(ctx, in.Cashier, "")
}

func (c *call) setPIN(ctx context.Context, cashier id.ID, pin string) (none, error) {
	if err := c.mayChangeCashier(ctx, cashier); err != nil {
		return none{}, err
	}
	if err := c.Identity.SetPIN(ctx, cashier, pin); err != nil {
		return none{}, err
	}
	c.changed(ctx)
	return none{}, nil
}

// checkCashierPIN tells who is at the till, if he works where the caller may
// act.
func checkCashierPIN(ctx context.Context, c *call, in *checkPINIn) (*Cashier, error) {
	if err := c.guess(); err != nil {
		return nil, err
	}
	found, err := c.Identity.CheckPIN(ctx, in.Body.Code, in.Body.PIN)
	if err == nil && found.OutletID != 0 {
		err = c.at(found.OutletID)
	}
	return one(found, err, cashierOf)
}

// mayChangeCashier refuses a caller with outlets a cashier who works at
// another, or at any.
func (c *call) mayChangeCashier(ctx context.Context, cashier id.ID) error {
	if c.everywhere() {
		return nil
	}
	found, err := c.Identity.Cashier(ctx, cashier)
	if err != nil {
		return err
	}
	return c.worksAt(found.OutletID)
}

// worksAt refuses an outlet where the caller may not act; 0 is all of them.
func (c *call) worksAt(outlet id.ID) error {
	if outlet == 0 {
		return c.whole()
	}
	return c.at(outlet)
}

func cashierOf(c identity.Cashier) Cashier {
	return Cashier{
		ID: c.ID, CashierBody: CashierBody{Outlet: c.OutletID, Code: c.Code, Name: c.Name}, HasPIN: c.HasPIN, State: c.State, Version: c.Version,
	}
}
