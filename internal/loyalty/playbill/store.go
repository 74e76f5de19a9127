package playbill

import (
	"context"
	"encoding/json"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

const (
	hallColumns    = `hall_id, code, outlet_id, name, layout, state, version`
	eventColumns   = `playbill_event_id, code, name, event_type, event_group, age, contractor, contract, audience, vat, pushkin, pushkin_id, memorandum, state, version`
	sessionColumns = `s.session_id, s.code, e.code, h.code, s.starts_at, s.ends_at, s.prices, s.state, s.cancelled_at, s.version`

	qAllHalls    = `select ` + hallColumns + ` from hall`
	qHallByCode  = qAllHalls + ` where code_folded = $1`
	qAllEvents   = `select ` + eventColumns + ` from playbill_event`
	qEventByCode = qAllEvents + ` where code_folded = $1`
	qAllSessions = `select ` + sessionColumns + ` from playbill_session s join playbill_event e on e.playbill_event_id = s.playbill_event_id
		join hall h on h.hall_id = s.hall_id`
	qSessionByCode = qAllSessions + ` where s.code_folded = $1`

	qCountHalls    = `select count(*) from hall`
	qCountEvents   = `select count(*) from playbill_event`
	qCountSessions = `select count(*) from playbill_session`
	qCountOutlet   = `select count(*) from outlet where outlet_id = $1`

	found  = ` where code_folded > $1 and ($2 = '' or search_folded like $2 escape '\') and ($3 = '' or state = $3)`
	qHalls = qAllHalls + found + ` and (outlet_id = $5 or $5 = 0) order by code_folded limit $4`

	qEvents   = qAllEvents + found + ` and ($5 = '' or type_folded = $5) and (pushkin or $6) order by code_folded limit $4`
	qSessions = qAllSessions + ` where (s.starts_at > $1 or s.starts_at = $1 and s.session_id > $2) and s.starts_at < $3
		and (s.playbill_event_id = $4 or $4 = 0) and (s.hall_id = $5 or $5 = 0) and ($6 = '' or s.state = $6)
		order by s.starts_at, s.session_id limit $7`

	qInsertHall  = `insert into hall (` + hallColumns + `, code_folded, search_folded) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	qUpdateHall  = `update hall set code = $2, outlet_id = $3, name = $4, layout = $5, state = $6, version = $7, code_folded = $8, search_folded = $9 where hall_id = $1`
	qInsertEvent = `insert into playbill_event (` + eventColumns + `, code_folded, type_folded, search_folded)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`
	qUpdateEvent = `update playbill_event set code = $2, name = $3, event_type = $4, event_group = $5, age = $6, contractor = $7, contract = $8, audience = $9,
		vat = $10, pushkin = $11, pushkin_id = $12, memorandum = $13, state = $14, version = $15, code_folded = $16, type_folded = $17, search_folded = $18
		where playbill_event_id = $1`
	qInsertSession = `insert into playbill_session (session_id, code, playbill_event_id, hall_id, starts_at, ends_at, prices, state, cancelled_at, version, code_folded)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	qUpdateSession = `update playbill_session set code = $2, playbill_event_id = $3, hall_id = $4, starts_at = $5, ends_at = $6, prices = $7, state = $8,
		cancelled_at = $9, version = $10, code_folded = $11 where session_id = $1`

	qAddEvent = `insert into event (home_id, event_id, doc) values (0, $1, $2)`

	qSessionsSince = `select code_folded, session_id, code, playbill_event_id, hall_id, starts_at, cancelled_at from playbill_session where version > $1`
)

// layout is what of a hall is stored as one document.
type layout struct {
	Zones   []Zone   `json:"zones,omitempty"`
	Sectors []Sector `json:"sectors,omitempty"`
}

func scanHall(r db.Row) (h Hall, err error) {
	var doc string
	if err = r.Scan(&h.ID, &h.Code, &h.OutletID, &h.Name, &doc, &h.State, &h.Version); err != nil {
		return h, err
	}
	var l layout
	err = json.Unmarshal([]byte(doc), &l)
	h.Zones, h.Sectors = l.Zones, l.Sectors
	return h, err
}

func scanEvent(r db.Row) (e Event, err error) {
	var vat *int64
	var memorandum *string
	err = r.Scan(&e.ID, &e.Code, &e.Name, &e.Type, &e.Group, &e.Age, &e.Contractor, &e.Contract, &e.Audience, &vat, &e.Pushkin, &e.PushkinID,
		&memorandum, &e.State, &e.Version)
	if err != nil {
		return e, err
	}
	if vat != nil {
		rate := money.Rate(*vat)
		e.VAT = &rate
	}
	if memorandum != nil {
		e.Memorandum = &Memorandum{}
		err = json.Unmarshal([]byte(*memorandum), e.Memorandum)
	}
	return e, err
}

func scanSession(r db.Row) (s Session, err error) {
	var prices string
	if err = r.Scan(&s.ID, &s.Code, &s.Event, &s.Hall, (*int64)(&s.Starts), (*int64)(&s.Ends), &prices, &s.State, (*int64)(&s.CancelledAt), &s.Version); err != nil {
		return s, err
	}
	err = json.Unmarshal([]byte(prices), &s.Prices)
	return s, err
}

func hallByCode(ctx context.Context, q db.Q, code string) (Hall, error) {
	return scanHall(q.Row(ctx, qHallByCode, key(code)))
}

func eventByCode(ctx context.Context, q db.Q, code string) (Event, error) {
	return scanEvent(q.Row(ctx, qEventByCode, key(code)))
}

func sessionByCode(ctx context.Context, q db.Q, code string) (Session, error) {
	return scanSession(q.Row(ctx, qSessionByCode, key(code)))
}

// key is a code as it is looked up by; one that no row can have finds none.
func key(code string) string {
	if !text.Valid(code, MaxCode) {
		return ""
	}
	return text.Fold(code)
}

func writeHall(ctx context.Context, q db.Q, query string, h *Hall) error {
	doc, err := json.Marshal(layout{h.Zones, h.Sectors})
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, query, h.ID, h.Code, h.OutletID, h.Name, string(doc), h.State, h.Version, text.Fold(h.Code), reference.Fold(h.Code, h.Name))
	return err
}

func writeEvent(ctx context.Context, q db.Q, query string, e *Event) error {
	var vat *int64
	if e.VAT != nil {
		v := int64(*e.VAT)
		vat = &v
	}
	var memorandum *string
	if e.Memorandum != nil {
		doc, err := json.Marshal(e.Memorandum)
		if err != nil {
			return err
		}
		s := string(doc)
		memorandum = &s
	}
	_, err := q.Exec(ctx, query, e.ID, e.Code, e.Name, e.Type, e.Group, e.Age, e.Contractor, e.Contract, e.Audience, vat, e.Pushkin, e.PushkinID,
		memorandum, e.State, e.Version, text.Fold(e.Code), text.Fold(e.Type), reference.Fold(e.Code, e.Name))
	return err
}

func writeSession(ctx context.Context, q db.Q, query string, s *Session, event, hall id.ID) error {
	prices := s.Prices
	if prices == nil {
		prices = []Price{}
	}
	doc, err := json.Marshal(prices)
	if err != nil {
		return err
	}
	_, err = q.Exec(ctx, query, s.ID, s.Code, event, hall, int64(s.Starts), int64(s.Ends), string(doc), string(s.State), int64(s.CancelledAt), s.Version,
		text.Fold(s.Code))
	return err
}
