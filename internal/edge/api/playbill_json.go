package api

import (
	"context"

	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

// PriceZone is a price zone of a hall.
type PriceZone struct {
	Code string `json:"code" minLength:"1" maxLength:"64" example:"A"`
	Name string `json:"name,omitempty" maxLength:"200"`
}

// Sector is a part of a hall: rows of numbered seats, or general admission.
type Sector struct {
	Code     string `json:"code" minLength:"1" maxLength:"64" example:"parter"`
	Name     string `json:"name,omitempty" maxLength:"200"`
	Zone     string `json:"price_zone,omitempty" maxLength:"64"`
	Capacity int64  `json:"capacity,omitempty" minimum:"0"`
	Rows     []Row  `json:"rows,omitempty" maxItems:"500"`
}

// Row is a row of a sector, its seats numbered from the first to the last.
type Row struct {
	Code  string `json:"code" minLength:"1" maxLength:"64" example:"5"`
	First int64  `json:"first" minimum:"0"`
	Last  int64  `json:"last" minimum:"0"`
	Zone  string `json:"price_zone,omitempty" maxLength:"64"`
}

// PlaybillChange is what saving a row says besides the data: without a state
// it stays in its own.
type PlaybillChange struct {
	State   reference.State `json:"state,omitempty" enum:"active,closed"`
	Version int64           `json:"version,omitempty" minimum:"1"`
}

// HallData is what is told of a hall.
type HallData struct {
	Outlet  id.ID       `json:"outlet"`
	Name    string      `json:"name" minLength:"1" maxLength:"200"`
	Zones   []PriceZone `json:"price_zones,omitempty" maxItems:"100"`
	Sectors []Sector    `json:"sectors,omitempty" maxItems:"500"`
}

// HallBody is a hall as it is to be.
type HallBody struct {
	HallData
	PlaybillChange
}

// Hall is where sessions are shown.
type Hall struct {
	Code string `json:"code"`
	HallData
	State   reference.State `json:"state" enum:"active,closed"`
	Version int64           `json:"version"`
}

func (b *HallBody) hall(code string) playbill.Hall {
	return playbill.Hall{
		Code: code, OutletID: b.Outlet, Name: b.Name, State: b.State, Version: b.Version,
		Zones: each(b.Zones, func(z PriceZone) playbill.Zone { return playbill.Zone(z) }),
		Sectors: each(b.Sectors, func(s Sector) playbill.Sector {
			rows := each(s.Rows, func(r Row) playbill.Row { return playbill.Row(r) })
			return playbill.Sector{Code: s.Code, Name: s.Name, Zone: s.Zone, Capacity: s.Capacity, Rows: rows}
		}),
	}
}

func hallOf(h playbill.Hall) Hall {
	return Hall{Code: h.Code, State: h.State, Version: h.Version, HallData: HallData{
		Outlet: h.OutletID, Name: h.Name, Zones: each(h.Zones, func(z playbill.Zone) PriceZone { return PriceZone(z) }),
		Sectors: each(h.Sectors, func(s playbill.Sector) Sector {
			rows := each(s.Rows, func(r playbill.Row) Row { return Row(r) })
			return Sector{Code: s.Code, Name: s.Name, Zone: s.Zone, Capacity: s.Capacity, Rows: rows}
		}),
	}}
}

// Memorandum is a distributor's terms for an event.
type Memorandum struct {
	From        string       `json:"from,omitempty" maxLength:"10" example:"2026-03-02"`
	To          string       `json:"to,omitempty" maxLength:"10" example:"2026-03-15"`
	NoDiscounts bool         `json:"no_discounts"`
	NoPoints    bool         `json:"no_points"`
	Earns       bool         `json:"earns"`
	Least       money.Amount `json:"least_price,omitempty" minimum:"0"`
	Distributor string       `json:"distributor,omitempty" maxLength:"1000"`
	Note        string       `json:"note,omitempty" maxLength:"1000"`
}

// PlaybillEventData is what is told of an event.
type PlaybillEventData struct {
	Name       string      `json:"name" minLength:"1" maxLength:"200"`
	Type       string      `json:"type,omitempty" maxLength:"64" example:"film"`
	Group      string      `json:"group,omitempty" maxLength:"64"`
	Age        int         `json:"age,omitempty" minimum:"0" maximum:"21"`
	Contractor string      `json:"contractor,omitempty" maxLength:"1000"`
	Contract   string      `json:"contract,omitempty" maxLength:"1000"`
	Audience   string      `json:"audience,omitempty" maxLength:"1000"`
	VAT        *money.Rate `json:"vat,omitempty"`
	Pushkin    bool        `json:"pushkin,omitempty"`
	PushkinID  string      `json:"pushkin_id,omitempty" maxLength:"64"`
	Memorandum *Memorandum `json:"memorandum,omitempty"`
}

// PlaybillEventBody is an event as it is to be.
type PlaybillEventBody struct {
	PlaybillEventData
	PlaybillChange
}

// PlaybillEventItem is one of several events as they are to be.
type PlaybillEventItem struct {
	Code string `json:"code" minLength:"1" maxLength:"64"`
	PlaybillEventBody
}

// PlaybillEventList is events as they are to be, all or none.
type PlaybillEventList struct {
	Items []PlaybillEventItem `json:"items" minItems:"1" maxItems:"500"`
}

// PlaybillEvent is what is shown: a film, a play, a match.
type PlaybillEvent struct {
	Code string `json:"code"`
	PlaybillEventData
	State   reference.State `json:"state" enum:"active,closed"`
	Version int64           `json:"version"`
}

func (b *PlaybillEventBody) event(code string) playbill.Event {
	e := playbill.Event{
		Code: code, Name: b.Name, Type: b.Type, Group: b.Group, Age: b.Age, Contractor: b.Contractor, Contract: b.Contract, Audience: b.Audience,
		VAT: b.VAT, Pushkin: b.Pushkin, PushkinID: b.PushkinID, State: b.State, Version: b.Version,
	}
	if b.Memorandum != nil {
		m := playbill.Memorandum(*b.Memorandum)
		e.Memorandum = &m
	}
	return e
}

func playbillEventOf(e playbill.Event) PlaybillEvent {
	out := PlaybillEvent{Code: e.Code, State: e.State, Version: e.Version, PlaybillEventData: PlaybillEventData{
		Name: e.Name, Type: e.Type, Group: e.Group, Age: e.Age, Contractor: e.Contractor, Contract: e.Contract, Audience: e.Audience,
		VAT: e.VAT, Pushkin: e.Pushkin, PushkinID: e.PushkinID,
	}}
	if e.Memorandum != nil {
		m := Memorandum(*e.Memorandum)
		out.Memorandum = &m
	}
	return out
}

// SessionPrice is what a place of a price zone costs by a tariff.
type SessionPrice struct {
	Zone   string       `json:"price_zone,omitempty" maxLength:"64"`
	Tariff string       `json:"tariff,omitempty" maxLength:"64"`
	Amount money.Amount `json:"amount" minimum:"0"`
}

// SessionData is what is told of a session.
type SessionData struct {
	Event  string         `json:"event" minLength:"1" maxLength:"64"`
	Hall   string         `json:"hall" minLength:"1" maxLength:"64"`
	Starts Time           `json:"starts"`
	Ends   Time           `json:"ends,omitzero"`
	Prices []SessionPrice `json:"prices,omitempty" maxItems:"500"`
}

// SessionBody is a session as it is to be.
type SessionBody struct {
	SessionData
	State   playbill.SessionState `json:"state,omitempty" enum:"on_sale,cancelled,closed"`
	Version int64                 `json:"version,omitempty" minimum:"1"`
}

// SessionItem is one of several sessions as they are to be.
type SessionItem struct {
	Code string `json:"code" minLength:"1" maxLength:"64"`
	SessionBody
}

// SessionList is sessions as they are to be, all or none.
type SessionList struct {
	Items []SessionItem `json:"items" minItems:"1" maxItems:"500"`
}

// Session is one showing of an event.
type Session struct {
	Code string `json:"code"`
	SessionData
	State       playbill.SessionState `json:"state" enum:"on_sale,cancelled,closed"`
	CancelledAt Time                  `json:"cancelled_at,omitzero"`
	Version     int64                 `json:"version"`
}

func (b *SessionBody) session(code string) playbill.Session {
	return playbill.Session{
		Code: code, Event: b.Event, Hall: b.Hall, Starts: clock.Micros(b.Starts), Ends: clock.Micros(b.Ends), State: b.State, Version: b.Version,
		Prices: each(b.Prices, func(p SessionPrice) playbill.Price { return playbill.Price(p) }),
	}
}

func sessionOf(s playbill.Session) Session {
	return Session{Code: s.Code, State: s.State, CancelledAt: Time(s.CancelledAt), Version: s.Version, SessionData: SessionData{
		Event: s.Event, Hall: s.Hall, Starts: Time(s.Starts), Ends: Time(s.Ends),
		Prices: each(s.Prices, func(p playbill.Price) SessionPrice { return SessionPrice(p) }),
	}}
}

// shut closes a row by its code and renders what is there now.
func shut[D, R any](ctx context.Context, c *call, code string, do func(context.Context, string) (D, error), render func(D) R) (*R, error) {
	row, err := do(ctx, code)
	if err == nil {
		c.changed(ctx)
	}
	return one(row, err, render)
}

// mayHall refuses a caller who may not act at the hall's outlet, if there is
// the hall, or at that which it is to have (0: none).
func (c *call) mayHall(ctx context.Context, code string, outlet id.ID) error {
	if c.everywhere() {
		return nil
	}
	h, err := c.Playbill.Hall(ctx, code)
	switch {
	case err == nil && !c.who.At(h.OutletID), outlet != 0 && !c.who.At(outlet):
		return fault.New(fault.Denied, "api.other-outlet")
	case fault.Is(err, "playbill.hall-not-found") && outlet != 0:
		return nil
	}
	return err
}

// maySession refuses a caller who may not act at the outlet of the session's
// hall, if there is the session, or of that which it is to have ("": none).
func (c *call) maySession(ctx context.Context, code, hall string) error {
	if c.everywhere() {
		return nil
	}
	s, err := c.Playbill.Session(ctx, code)
	if err != nil && !fault.Is(err, "playbill.session-not-found") {
		return err
	}
	for _, h := range []string{s.Hall, hall} {
		if h == "" {
			continue
		}
		if err := c.mayHall(ctx, h, 0); err != nil {
			return err
		}
	}
	return nil
}
