package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

type (
	listHallsIn struct {
		ListQuery
		Outlet id.ID `query:"outlet"`
	}
	hallIn struct {
		Hall string `path:"hall"`
	}
	saveHallIn struct {
		Hall string `path:"hall"`
		Body HallBody
	}

	listPlaybillEventsIn struct {
		ListQuery
		Type    string `query:"type" maxLength:"64"`
		Pushkin bool   `query:"pushkin"`
	}
	playbillEventIn struct {
		Event string `path:"event"`
	}
	saveEventIn struct {
		Event string `path:"event"`
		Body  PlaybillEventBody
	}
	saveEventsIn struct{ Body PlaybillEventList }

	listSessionsIn struct {
		Event string `query:"event" maxLength:"64"`
		Hall  string `query:"hall" maxLength:"64"`
		State string `query:"state" enum:"on_sale,cancelled,closed"`
		From  Time   `query:"from"`
		To    Time   `query:"to"`
		After string `query:"after"`
		Limit int    `query:"limit" maximum:"200"`
	}
	sessionIn struct {
		Session string `path:"session"`
	}
	saveSessionIn struct {
		Session string `path:"session"`
		Body    SessionBody
	}
	saveSessionsIn struct{ Body SessionList }
	listTicketsIn  struct {
		Session string `path:"session"`
		State   string `query:"state" enum:"sold,used,returned"`
		After   string `query:"after" maxLength:"64"`
		Limit   int    `query:"limit" maximum:"200"`
	}
)

func playbillRows(a *API) {
	read := []identity.Scope{identity.ReferenceRead, identity.ReferenceWrite, identity.PlaybillWrite}
	write := []identity.Scope{identity.ReferenceWrite, identity.PlaybillWrite}
	get := func(id, path string) operation {
		return operation{id: id, method: http.MethodGet, path: path, group: "playbill", status: http.StatusOK, scopes: read}
	}
	put := func(id, method, path string) operation {
		return operation{id: id, method: method, path: path, group: "playbill", status: http.StatusOK, scopes: write}.forOffice()
	}
	add(a, get("listHalls", "/playbill/halls"), listHalls)
	add(a, get("getHall", "/playbill/halls/{hall}"), getHall)
	add(a, put("saveHall", http.MethodPut, "/playbill/halls/{hall}"), saveHall)
	add(a, put("closeHall", http.MethodDelete, "/playbill/halls/{hall}"), closeHall)

	add(a, get("listPlaybillEvents", "/playbill/events"), listPlaybillEvents)
	add(a, get("getEvent", "/playbill/events/{event}"), getPlaybillEvent)
	add(a, put("saveEvent", http.MethodPut, "/playbill/events/{event}"), savePlaybillEvent)
	add(a, put("saveEvents", http.MethodPost, "/playbill/events"), savePlaybillEvents)
	add(a, put("closeEvent", http.MethodDelete, "/playbill/events/{event}"), closePlaybillEvent)

	add(a, get("listSessions", "/playbill/sessions"), listSessions)
	add(a, get("getSession", "/playbill/sessions/{session}"), getSession)
	add(a, put("saveSession", http.MethodPut, "/playbill/sessions/{session}"), saveSession)
	add(a, put("saveSessions", http.MethodPost, "/playbill/sessions"), saveSessions)
	tickets := get("listTickets", "/playbill/sessions/{session}/tickets")
	tickets.scopes = append([]identity.Scope{identity.VisitsWrite, identity.PlaybillWrite}, readers...)
	add(a, tickets, listTickets)
	add(a, put("closeSession", http.MethodDelete, "/playbill/sessions/{session}"), closeSession)
}

func listHalls(ctx context.Context, c *call, in *listHallsIn) (*Page[Hall], error) {
	list, err := c.Playbill.Halls(ctx, in.Outlet, in.page())
	return pageOf(list, err, hallOf)
}

func getHall(ctx context.Context, c *call, in *hallIn) (*Hall, error) {
	h, err := c.Playbill.Hall(ctx, in.Hall)
	return one(h, err, hallOf)
}

// saveHall is for whoever may act at the hall's outlet: that which it has, and
// that which it is to have.
func saveHall(ctx context.Context, c *call, in *saveHallIn) (*Hall, error) {
	if err := c.mayHall(ctx, in.Hall, in.Body.Outlet); err != nil {
		return nil, err
	}
	return save(ctx, c, in.Body.hall(in.Hall), c.Playbill.SaveHall, hallOf)
}

func closeHall(ctx context.Context, c *call, in *hallIn) (*Hall, error) {
	if err := c.mayHall(ctx, in.Hall, 0); err != nil {
		return nil, err
	}
	return shut(ctx, c, in.Hall, c.Playbill.CloseHall, hallOf)
}

func listPlaybillEvents(ctx context.Context, c *call, in *listPlaybillEventsIn) (*Page[PlaybillEvent], error) {
	list, err := c.Playbill.Events(ctx, playbill.EventFilter{Type: in.Type, Pushkin: in.Pushkin}, in.page())
	return pageOf(list, err, playbillEventOf)
}

func getPlaybillEvent(ctx context.Context, c *call, in *playbillEventIn) (*PlaybillEvent, error) {
	e, err := c.Playbill.Event(ctx, in.Event)
	return one(e, err, playbillEventOf)
}

func savePlaybillEvent(ctx context.Context, c *call, in *saveEventIn) (*PlaybillEvent, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	return save(ctx, c, in.Body.event(in.Event), c.Playbill.SaveEvent, playbillEventOf)
}

func savePlaybillEvents(ctx context.Context, c *call, in *saveEventsIn) (*Page[PlaybillEvent], error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	list := each(in.Body.Items, func(e PlaybillEventItem) playbill.Event { return e.event(e.Code) })
	saved, err := c.Playbill.SaveEvents(ctx, list)
	if err == nil {
		c.changed(ctx)
	}
	return all(saved, err, playbillEventOf)
}

func closePlaybillEvent(ctx context.Context, c *call, in *playbillEventIn) (*PlaybillEvent, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	return shut(ctx, c, in.Event, c.Playbill.CloseEvent, playbillEventOf)
}

func listSessions(ctx context.Context, c *call, in *listSessionsIn) (*Page[Session], error) {
	after, err := sessionCursor(in.After)
	if err != nil {
		return nil, err
	}
	limit := limitOf(in.Limit)
	list, err := c.Playbill.Sessions(ctx, playbill.SessionFilter{
		Event: in.Event, Hall: in.Hall, State: playbill.SessionState(in.State), From: clock.Micros(in.From), To: clock.Micros(in.To),
	}, after, limit+1)
	if err != nil {
		return nil, err
	}
	out := &Page[Session]{Items: each(list[:min(limit, len(list))], sessionOf)}
	if len(list) > limit {
		last := &list[limit-1]
		out.Next = strconv.FormatInt(int64(last.Starts), 10) + "." + last.ID.String()
	}
	return out, nil
}

func sessionCursor(s string) (out playbill.SessionCursor, err error) {
	if s == "" {
		return out, nil
	}
	starts, session, _ := strings.Cut(s, ".")
	at, err := id.Parse(starts)
	of, err2 := id.Parse(session)
	if err != nil || err2 != nil || of <= 0 {
		return out, badCursor()
	}
	return playbill.SessionCursor{Starts: clock.Micros(at), ID: of}, nil
}

func getSession(ctx context.Context, c *call, in *sessionIn) (*Session, error) {
	s, err := c.Playbill.Session(ctx, in.Session)
	return one(s, err, sessionOf)
}

func saveSession(ctx context.Context, c *call, in *saveSessionIn) (*Session, error) {
	if err := c.maySession(ctx, in.Session, in.Body.Hall); err != nil {
		return nil, err
	}
	return save(ctx, c, in.Body.session(in.Session), c.Playbill.SaveSession, sessionOf)
}

func saveSessions(ctx context.Context, c *call, in *saveSessionsIn) (*Page[Session], error) {
	list := make([]playbill.Session, len(in.Body.Items))
	for i := range in.Body.Items {
		item := &in.Body.Items[i]
		if err := c.maySession(ctx, item.Code, item.Hall); err != nil {
			return nil, inItem(err, i)
		}
		list[i] = item.session(item.Code)
	}
	saved, err := c.Playbill.SaveSessions(ctx, list)
	if err == nil {
		c.changed(ctx)
	}
	return all(saved, err, sessionOf)
}

// inItem says with a fault which item of a list it is of.
func inItem(err error, i int) error {
	if f := fault.From(err); f != nil {
		return f.With(f.At(fmt.Sprintf("items[%d]", i)))
	}
	return err
}

func closeSession(ctx context.Context, c *call, in *sessionIn) (*Session, error) {
	if err := c.maySession(ctx, in.Session, ""); err != nil {
		return nil, err
	}
	return shut(ctx, c, in.Session, c.Playbill.CloseSession, sessionOf)
}
