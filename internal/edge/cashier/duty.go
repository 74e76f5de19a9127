package cashier

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

const (
	dutyLasts = 16 * time.Hour
	dutyKeeps = 72 * time.Hour // a receipt is told late in its cashier's name
	maxBefore = 20             // who was on duty before
)

// duty says who works at a till. It is signed and lies in the till's browser,
// so that any process knows it.
type duty struct {
	Till    id.ID        `json:"t"`
	Cashier id.ID        `json:"c,omitzero"` // 0: nobody now
	Until   clock.Micros `json:"u"`
	Before  []id.ID      `json:"b,omitempty"` // who was on duty before
	Keeps   clock.Micros `json:"k"`           // so long they are known

	who identity.Cashier
}

// knows tells whether a cashier is or was on duty.
func (d *duty) knows(cashier id.ID) bool {
	return d != nil && (d.Cashier == cashier || slices.Contains(d.Before, cashier))
}

// written is what the till's browser says of duty; nil: nothing that holds.
func (c *Cashier) written(k *call) *duty {
	cookie, err := k.r.Cookie(dutyCookie)
	if err != nil {
		return nil
	}
	payload, err := crypto.Open(c.Secret, cookie.Value)
	if err != nil {
		return nil
	}
	d := &duty{}
	if json.Unmarshal(payload, d) != nil || d.Till != k.at.Till.ID || d.Keeps <= c.Clock.Now() {
		return nil
	}
	return d
}

// dutyOf is who is on duty at the till; nil: nobody. Whoever was closed since, or
// lost his PIN, is not.
func (c *Cashier) dutyOf(k *call) *duty {
	d := c.written(k)
	if d == nil || d.Cashier == 0 || d.Until <= c.Clock.Now() {
		return nil
	}
	who, ok := c.Cashiers.Get(d.Cashier)
	if !ok || who.State != reference.Active || !who.HasPIN || who.OutletID != 0 && who.OutletID != k.at.Outlet.ID {
		return nil
	}
	d.who = who
	return d
}

// signIn lets a cashier in by his code and PIN.
func (c *Cashier) signIn(k *call) error {
	var in struct {
		Code string `json:"code"`
		PIN  string `json:"pin"`
	}
	if err := read(k, &in); err != nil {
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	a := c.ask(k, http.MethodPost, "/cashiers/check-pin", body)
	if a.status != http.StatusOK {
		return c.notLetIn(k, a, in.Code)
	}
	var found struct {
		ID id.ID `json:"id"`
	}
	if err := json.Unmarshal(a.body.Bytes(), &found); err != nil {
		return err
	}
	now, before := c.Clock.Now(), c.written(k)
	d := duty{Till: k.at.Till.ID, Cashier: found.ID, Until: now.Add(dutyLasts), Keeps: now.Add(dutyKeeps), Before: before.all(found.ID)}
	return c.note(k, d)
}

// notLetIn answers who was not let in; whoever has given a wrong PIN and works
// here, as the till's list of cashiers says anyway, is told how often he may try.
func (c *Cashier) notLetIn(k *call, a *answer, code string) error {
	var problem struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(a.body.Bytes(), &problem); err != nil || problem.Code != "identity.pin-wrong" {
		a.relay(k)
		return nil //nolint:nilerr // what is no problem of ours is told as it is
	}
	left, there, err := c.Identity.TriesLeft(k.r.Context(), code, k.at.Outlet.ID)
	if err != nil {
		return err
	}
	minutes := int(identity.PINPause / time.Minute)
	switch {
	case !there:
		a.relay(k)
		return nil
	case left == 0:
		return fault.New(fault.Unauthorized, "cashier.pin-last", "minutes", minutes)
	}
	return fault.New(fault.Unauthorized, "cashier.pin-wrong", "left", left, "minutes", minutes)
}

// all are those who are and were on duty, the last first, but for one.
func (d *duty) all(but id.ID) []id.ID {
	if d == nil {
		return nil
	}
	list := slices.DeleteFunc(append([]id.ID{d.Cashier}, d.Before...), func(i id.ID) bool { return i == but || i == 0 })
	return list[:min(len(list), maxBefore)]
}

// signOut leaves the till with nobody on duty; in whose name was sold is kept
// for what is still to be told.
func (c *Cashier) signOut(k *call) error {
	before := c.written(k)
	if before == nil {
		return write(k, http.StatusOK, struct{}{})
	}
	return c.note(k, duty{Till: k.at.Till.ID, Keeps: before.Keeps, Before: before.all(0)})
}

func (c *Cashier) note(k *call, d duty) error {
	payload, err := json.Marshal(d)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal")
	}
	keep(k, dutyCookie, crypto.Sign(c.Secret, payload), d.Keeps.Time().Sub(c.Clock.Now().Time()))
	return write(k, http.StatusOK, struct{}{})
}
