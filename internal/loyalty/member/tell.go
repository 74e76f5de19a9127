package member

import (
	"slices"
	"strings"

	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const qAddEvent = `insert into event (home_id, event_id, doc) values ($1, $2, $3)`

// eventsInRow is how many events lie in one row at most: a group of thousands
// of members is more than whoever follows should read at once.
const eventsInRow = 200

// told is what the trail tells the world of one member: what became of him, or
// else which of his fields have changed.
type told struct {
	home   home.ID
	kind   eventtype.Kind
	fields []string
}

// tell notes a change of a field for the events. Values are nobody else's
// business. Cards have events of their own.
func (t *Trail) tell(h home.ID, field Field, was, is string) {
	if field == FieldCard || field == FieldState && State(is) == Merged { // whoever merges tells of it
		return
	}
	at := slices.IndexFunc(t.told, func(x told) bool { return x.home == h })
	if at < 0 {
		at = len(t.told)
		t.told = append(t.told, told{home: h, kind: eventtype.MemberChanged})
	}
	x := &t.told[at]
	if !slices.Contains(x.fields, string(field)) {
		x.fields = append(x.fields, string(field))
	}
	switch {
	case field == FieldRegistered:
		x.kind = eventtype.MemberRegistered
	case field == FieldState && x.kind != eventtype.MemberRegistered:
		x.kind = turned(State(was), State(is))
	}
}

func turned(was, is State) eventtype.Kind {
	switch {
	case is == Closed:
		return eventtype.MemberClosed
	case is == Blocked:
		return eventtype.MemberBlocked
	case was == Blocked:
		return eventtype.MemberUnblocked
	}
	return eventtype.MemberActivated
}

// Card tells the world that a card was issued (was is then "") or has changed.
func (t *Trail) Card(h home.ID, card id.ID, was, is string) {
	kind := eventtype.CardChanged
	if was == "" {
		kind = eventtype.CardIssued
	}
	t.cards = append(t.cards, eventtype.Event{Kind: kind, Home: h, Op: card, At: t.at, Outlet: t.by.Outlet, Member: true, From: was, To: is})
}

// queueEvents adds the events to the batch, in rows that are not too long.
func (t *Trail) queueEvents(b *db.Batch) error {
	events := make([]eventtype.Event, 0, len(t.told)+len(t.cards))
	for _, x := range t.told {
		e := eventtype.Event{Kind: x.kind, Home: x.home, At: t.at, Outlet: t.by.Outlet, Member: true}
		if x.kind != eventtype.MemberRegistered {
			e.Cause = strings.Join(x.fields, " ")
		}
		events = append(events, e)
	}
	for part := range slices.Chunk(append(events, t.cards...), eventsInRow) {
		batch := eventtype.Batch{Events: part}
		doc, err := batch.AppendJSON(nil)
		if err != nil {
			return err
		}
		b.Exec(qAddEvent, part[0].Home, t.ids.New(), string(doc))
	}
	return nil
}
