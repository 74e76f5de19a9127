package purchase

import (
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/text"
)

// admits refuses a ticket to another session than the gate lets in to, and one
// to a session that was cancelled by then.
func (e *entering) admits(d *Desk, l *Line) error {
	if off := d.cancelledSession([]Line{*l}, e.at); off != "" {
		return fault.New(fault.Conflict, "visit.session-cancelled", "session", off)
	}
	if e.req.Session == "" || d.isTo(l, e.req.Session) {
		return nil
	}
	if l.Place == nil || l.Place.Session == "" {
		return fault.New(fault.Conflict, "visit.no-session")
	}
	return fault.New(fault.Conflict, "visit.wrong-session", "session", l.Place.Session)
}

// isTo tells whether a line's tickets are to a session: by its code or, where
// they name none, by its beginning.
func (d *Desk) isTo(l *Line, session string) bool {
	if l.Place != nil && l.Place.Session != "" {
		return l.Place.Session == text.Fold(session)
	}
	if d.Playbill == nil || l.SessionAt == 0 {
		return false
	}
	s, ok := d.Playbill.Session(session)
	return ok && s.Starts == l.SessionAt && (l.Place == nil || l.Place.Event == "" || l.Place.Event == text.Fold(s.Event.Code))
}
