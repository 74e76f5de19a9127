package admin

import (
	"cmp"
	"slices"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/reference"
)

// ofPlaybill offers what is shown where the reader works: what is in use, and
// sessions that are to come.
func (n *naming) ofPlaybill(of rule.Field, add func(value, text string)) {
	p := n.p
	switch of {
	case rule.FieldEvent:
		list, err := p.Playbill.Events(p.ctx(), playbill.EventFilter{}, reference.Page{Limit: maxOffered, State: reference.Active})
		for _, e := range itemsOf(n, list, err) {
			add(e.Code, withCode(e.Name, e.Code))
		}
	case rule.FieldEventType:
		list, err := p.Playbill.EventTypes(p.ctx(), maxOffered)
		for _, kind := range itemsOf(n, reference.List[string]{Items: list}, err) {
			add(kind, kind)
		}
	case rule.FieldSession:
		for _, o := range n.comingSessions("", sessionsOffered+1) {
			add(o.Value, o.Text)
		}
	case rule.FieldHall:
		for _, h := range n.hallsOffered() {
			add(h.Code, n.hallSaid(&h))
		}
	default:
		for _, o := range n.placesOffered(of) {
			add(o.Value, o.Text)
		}
	}
}

// withCode is a name with what tells it apart from its likes.
func withCode(name, code string) string {
	if name == "" || name == code {
		return code
	}
	return name + " (" + code + ")"
}

func (n *naming) hallSaid(h *playbill.Hall) string {
	o, _ := n.p.Directory.Outlet(h.OutletID)
	return h.Name + ", " + o.Name
}

// hallsOffered are the halls in use where the reader works.
func (n *naming) hallsOffered() []playbill.Hall {
	var out []playbill.Hall
	for page := (reference.Page{Limit: reference.MaxLimit, State: reference.Active}); len(out) < maxOffered; {
		list, err := n.p.Playbill.Halls(n.p.ctx(), 0, page)
		for _, h := range itemsOf(n, list, err) {
			if n.p.who.At(h.OutletID) {
				out = append(out, h)
			}
		}
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	return out
}

// placesOffered are the price zones or sectors of halls: of one code, once, by all the
// names that it has.
func (n *naming) placesOffered(of rule.Field) []kit.Option {
	var out []kit.Option
	names := map[string][]string{}
	add := func(code, name string) {
		at := slices.IndexFunc(out, func(o kit.Option) bool { return strings.EqualFold(o.Value, code) })
		if at < 0 {
			at, out = len(out), append(out, kit.Option{Value: code})
		}
		code = out[at].Value
		if name != "" && name != code && !slices.Contains(names[code], name) {
			names[code] = append(names[code], name)
		}
	}
	for _, h := range n.hallsOffered() {
		if of == rule.FieldZone {
			for _, z := range h.Zones {
				add(z.Code, z.Name)
			}
			continue
		}
		for i := range h.Sectors {
			add(h.Sectors[i].Code, h.Sectors[i].Name)
		}
	}
	for i := range out {
		out[i].Text = withCode(strings.Join(names[out[i].Value], " / "), out[i].Value)
	}
	slices.SortStableFunc(out, func(a, b kit.Option) int { return cmp.Compare(a.Text, b.Text) })
	return out
}

// Of sessions there are many of few names: a form offers a handful to tick, and one
// search all that an event has for weeks.
const (
	sessionsOffered = 30
	sessionsFound   = 100
)

// comingSessions are sessions on sale that have not begun, of an event or ("") of any.
func (n *naming) comingSessions(event string, most int) []kit.Option {
	var out []kit.Option
	w := playbill.SessionFilter{Event: event, State: playbill.OnSale, From: ui.Of(n.p.ctx()).Now}
	for after := (playbill.SessionCursor{}); len(out) < most; {
		list, err := n.p.Playbill.Sessions(n.p.ctx(), w, after, reference.MaxLimit)
		for _, s := range itemsOf(n, reference.List[playbill.Session]{Items: list}, err) {
			if h, ok := n.hall(s.Hall); ok && n.p.who.At(h.OutletID) && len(out) < most {
				out = append(out, kit.Option{Value: s.Code, Text: n.sessionSaid(&s, &h)})
			}
			after = playbill.SessionCursor{Starts: s.Starts, ID: s.ID}
		}
		if len(list) < reference.MaxLimit {
			break
		}
	}
	return out
}

func (n *naming) sessionSaid(s *playbill.Session, h *playbill.Hall) string {
	return n.eventSaid(s.Event) + ", " + i18n.DateTime(n.p.lang(), s.Starts.In(n.p.zoneOf(h))) + ", " + h.Name
}

// hall and eventSaid ask the base once for each: many sessions are of few.
func (n *naming) hall(code string) (playbill.Hall, bool) {
	h, there := n.halls[code]
	if !there {
		h, _ = n.p.Playbill.Hall(n.p.ctx(), code) // one that can't be had is called by its code
		n.halls[code] = h
	}
	return h, h.ID != 0
}

func (n *naming) eventSaid(code string) string {
	name, there := n.events[code]
	if !there {
		name = code
		if e, err := n.p.Playbill.Event(n.p.ctx(), code); err == nil {
			name = e.Name
		}
		n.events[code] = name
	}
	return name
}

// callShown is the name of an event, a session or a hall, of one that is closed or over
// too; of what is not in the playbill the word itself.
func (n *naming) callShown(of rule.Field, word string) string {
	switch of {
	case rule.FieldEvent:
		return n.eventSaid(word)
	case rule.FieldHall:
		if h, ok := n.hall(word); ok {
			return n.hallSaid(&h)
		}
	case rule.FieldSession:
		s, err := n.p.Playbill.Session(n.p.ctx(), word)
		if err != nil {
			break
		}
		if h, ok := n.hall(s.Hall); ok {
			return n.sessionSaid(&s, &h)
		}
	}
	return word
}

// findShown looks events, halls and sessions up by what they are called.
func (n *naming) findShown(of rule.Field, words string) []kit.Option {
	var out []kit.Option
	page := reference.Page{Find: words, Limit: foundAtOnce, State: reference.Active}
	switch of {
	case rule.FieldHall:
		list, err := n.p.Playbill.Halls(n.p.ctx(), 0, page)
		for _, h := range itemsOf(n, list, err) {
			if n.p.who.At(h.OutletID) {
				out = append(out, kit.Option{Value: h.Code, Text: n.hallSaid(&h)})
			}
		}
	case rule.FieldEvent, rule.FieldSession:
		list, err := n.p.Playbill.Events(n.p.ctx(), playbill.EventFilter{}, page)
		for _, e := range itemsOf(n, list, err) {
			if of == rule.FieldEvent {
				out = append(out, kit.Option{Value: e.Code, Text: withCode(e.Name, e.Code)})
			} else if len(out) < sessionsFound {
				out = append(out, n.comingSessions(e.Code, sessionsFound-len(out))...)
			}
		}
	}
	return out
}
