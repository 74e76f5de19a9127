package admin

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// sessionPlace is a place in a list of sessions, as an address has it.
func sessionPlace(s string) (out playbill.SessionCursor, err error) {
	if s == "" {
		return out, nil
	}
	starts, session, _ := strings.Cut(s, ".")
	at, err := id.Parse(starts)
	of, err2 := id.Parse(session)
	if err != nil || err2 != nil {
		return out, fault.New(fault.Invalid, "admin.bad-place")
	}
	return playbill.SessionCursor{Starts: clock.Micros(at), ID: of}, nil
}

// sessionView is a session with a part of its tickets.
type sessionView struct {
	Code, Title, When, State string
	Tone                     kit.Tone
	About                    []kit.Pair
	Prices                   []kit.Pair
	Actions                  []kit.Action
	Version                  string
	Cancelled                bool
	MayTickets               bool
	Tickets                  []ticketRow
	States                   []kit.Link
	On                       string
}

type ticketRow struct {
	Number, Place, State, Href, Name string
	Member, Buyer                    string // his page and name
	Tone                             kit.Tone
	Used                             clock.Micros
}

func (p *page) session() error {
	s, h, err := p.sessionAt(p.code())
	if err != nil {
		return err
	}
	e, err := p.Playbill.Event(p.ctx(), s.Event)
	if err != nil {
		return err
	}
	starts := s.Starts.In(p.zoneOf(&h))
	v := sessionView{Code: s.Code, Title: e.Name, When: i18n.Date(p.lang(), starts) + ", " + starts.Format("15:04"), Version: id.ID(s.Version).String(), Cancelled: s.State == playbill.Cancelled}
	v.State, v.Tone = p.sessionState(s.State)
	o, _ := p.Directory.Outlet(h.OutletID)
	v.About = []kit.Pair{
		{Name: p.text("admin.playbill.hall"), Value: h.Name},
		{Name: p.text("admin.overview.outlet"), Value: o.Name},
		{Name: p.text("admin.outlet.code"), Value: s.Code},
	}
	if s.Ends != 0 {
		v.About = append(v.About, kit.Pair{Name: p.text("admin.playbill.ends"), Value: s.Ends.In(p.zoneOf(&h)).Format("15:04")})
	}
	if s.CancelledAt != 0 {
		v.About = append(v.About, kit.Pair{Name: p.text("admin.playbill.cancelled-at"), Value: ui.DateTime(p.ctx(), s.CancelledAt)})
	}
	for _, x := range s.Prices {
		name := strings.TrimSpace(x.Zone + " " + x.Tariff)
		if name == "" {
			name = p.text("admin.playbill.any-place")
		}
		v.Prices = append(v.Prices, kit.Pair{Name: name, Value: ui.Money(p.ctx(), x.Amount)})
	}
	if p.can(staff.PlaybillEdit) {
		v.Actions = p.sessionActions(&s)
	}
	if v.MayTickets = p.can(staff.PurchasesSee); v.MayTickets {
		if err := p.ticketsOf(&v); err != nil {
			return err
		}
	}
	return p.show(v.Title, playbillHere, sessionPage(v))
}

func (p *page) sessionActions(s *playbill.Session) []kit.Action {
	out := []kit.Action{{Text: p.text("admin.outlet.edit"), Icon: "pencil", Href: coded(sessionPath+"/edit", s.Code)}}
	switch s.State {
	case playbill.OnSale:
		out = append(out, kit.Action{Text: p.text("admin.playbill.archive"), Icon: "bookmark", Dialog: "archive"}, kit.Action{Text: p.text("admin.playbill.cancel"), Icon: "x", Weight: kit.Risky, Dialog: "cancel"})
	case playbill.Cancelled, playbill.Archived:
		out = append(out, kit.Action{Text: p.text("admin.playbill.restore"), Icon: "refresh", Dialog: "restore"})
	}
	return out
}

// ticketsAtOnce is how many tickets one part of a session's list has.
const ticketsAtOnce = 100

func (p *page) ticketsOf(v *sessionView) error {
	q := p.r.URL.Query()
	state := purchase.TicketState(q.Get("state"))
	for _, s := range []purchase.TicketState{"", purchase.TicketSold, purchase.TicketUsed, purchase.TicketReturned} {
		link := kit.Link{Text: p.text("admin.playbill.tickets-any"), Href: coded(sessionPath, v.Code), Here: s == state}
		if s != "" {
			link.Text = p.text("admin.playbill.ticket-" + string(s))
			link.Href += "&" + url.Values{"state": {string(s)}}.Encode()
		}
		v.States = append(v.States, link)
	}
	list, err := p.Desk.Tickets(p.ctx(), v.Code, state, q.Get("after"), ticketsAtOnce)
	if err != nil {
		return err
	}
	if list.Next != "" {
		v.On = sessionPath + "?" + url.Values{"code": {v.Code}, "state": {string(state)}, "after": {list.Next}}.Encode()
	}
	buyers := make([]home.ID, 0, len(list.Tickets))
	for i := range list.Tickets {
		if h := list.Tickets[i].Buyer; h != 0 && p.who.At(list.Tickets[i].Outlet) {
			buyers = append(buyers, h)
		}
	}
	names, err := p.namesOf(buyers)
	if err != nil {
		return err
	}
	tones := map[purchase.TicketState]kit.Tone{purchase.TicketSold: kit.Info, purchase.TicketUsed: kit.Good}
	for i := range list.Tickets {
		t := &list.Tickets[i]
		r := ticketRow{
			Number: t.Number, Place: p.placeOf(t), State: p.text("admin.playbill.ticket-" + string(t.State)), Tone: tones[t.State], Used: t.UsedAt, Name: cmp.Or(t.Name, t.SKU),
			Href: purchasesPath + "/" + t.Purchase.Home.String() + "-" + t.Purchase.ID.String(),
		}
		if t.Buyer != 0 && p.can(staff.MembersSee) {
			r.Member, r.Buyer = memberPath(t.Buyer), cmp.Or(names[t.Buyer], p.text("admin.members.member"))
		}
		v.Tickets = append(v.Tickets, r)
	}
	return nil
}

// placeOf is where a ticket's owner sits, in words.
func (p *page) placeOf(t *purchase.Ticket) string {
	var out []string
	for _, x := range []struct{ key, value string }{{"sector", t.Place.Sector}, {"row", t.Place.Row}, {"seat", t.Place.Seat}} {
		if x.value != "" {
			out = append(out, p.text("admin.playbill.of-"+x.key, "name", x.value))
		}
	}
	return strings.Join(out, ", ")
}

// clockForm is a time as a field of a form has it.
const clockForm = "2006-01-02T15:04"

func (p *page) newSession() error {
	day := p.r.URL.Query().Get("day")
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		day = ui.Of(p.ctx()).Now.In(ui.Of(p.ctx()).Zone).Format(time.DateOnly)
	}
	return p.askSession(p.filled(url.Values{"starts": {day + "T19:00"}}), nil)
}

func (p *page) askSession(f *form, s *playbill.Session) error {
	halls, err := p.hallsHere()
	if err != nil {
		return err
	}
	events, err := p.eventOptions(f.values.Get("event"))
	if err != nil {
		return err
	}
	v := sheet{
		Title: p.text("admin.playbill.new-session"), Here: playbillHere, Action: sessionPath + "/new", Back: playbillPath,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.playbill"), Href: playbillPath}}, Hidden: []sentAlong{{"version", f.values.Get("version")}},
	}
	code := f.field("code", "playbill-code", needed, narrow, most(playbill.MaxCode))
	if s != nil {
		v.Title, v.Action, v.Back = p.text("admin.playbill.edit-session"), coded(sessionPath+"/edit", s.Code), coded(sessionPath, s.Code)
		v.Notes = []string{p.text("admin.playbill.move-note")}
		code.Off = true
	}
	if len(halls) == 0 || len(events) == 0 {
		v.Notes = append(v.Notes, p.text("admin.playbill.needs"))
	}
	v.Parts = []sheetPart{{Entries: []entry{
		{Field: f.field("event", "event", needed, of(events...))},
		{Field: f.field("hall", "hall", needed, of(p.hallOptions(halls, f.values.Get("hall"))...))},
		{Field: f.field("starts", "starts", needed, kind("datetime-local", "off"))},
		{Field: f.field("ends", "ends", kind("datetime-local", "off"))},
		{Field: code},
		{Field: f.field("prices", "prices", rows(4)), as: asText},
	}}}
	return p.ask(f, v)
}

// eventOptions are the events to choose from, the one that is chosen among
// them.
func (p *page) eventOptions(here string) ([]kit.Option, error) {
	list, err := p.Playbill.Events(p.ctx(), playbill.EventFilter{}, reference.Page{Limit: reference.MaxLimit, State: reference.Active})
	if err != nil {
		return nil, err
	}
	var out []kit.Option
	has := false
	for i := range list.Items {
		e := &list.Items[i]
		has = has || e.Code == here
		out = append(out, kit.Option{Value: e.Code, Text: e.Name})
	}
	if !has && here != "" {
		if e, err := p.Playbill.Event(p.ctx(), here); err == nil {
			out = append(out, kit.Option{Value: e.Code, Text: e.Name})
		}
	}
	return out, nil
}

func (p *page) newSessionSent() error { return p.saveSession(nil) }

func (p *page) editSession() error {
	s, h, err := p.sessionAt(p.code())
	if err != nil {
		return err
	}
	zone := p.zoneOf(&h)
	values := url.Values{
		"code": {s.Code}, "event": {s.Event}, "hall": {s.Hall}, "starts": {s.Starts.In(zone).Format(clockForm)}, "version": {id.ID(s.Version).String()},
	}
	if s.Ends != 0 {
		values.Set("ends", s.Ends.In(zone).Format(clockForm))
	}
	lines := make([]string, len(s.Prices))
	for i, x := range s.Prices {
		lines[i] = x.Zone + "; " + x.Tariff + "; " + p.decimalSaid(x.Amount.String())
	}
	values.Set("prices", strings.Join(lines, "\n"))
	return p.askSession(p.filled(values), &s)
}

func (p *page) editSessionSent() error {
	s, _, err := p.sessionAt(p.code())
	if err != nil {
		return err
	}
	return p.saveSession(&s)
}

func (p *page) saveSession(old *playbill.Session) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	s, err := p.sessionTyped(f, old)
	if err == nil {
		s, err = p.Playbill.SaveSession(p.ctx(), s)
	}
	if err != nil {
		if f.refuse(err) {
			return p.askSession(f, old)
		}
		return err
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(coded(sessionPath, s.Code), "saved")
}

// sessionTyped is the session as it was typed, by the clock of its hall.
func (p *page) sessionTyped(f *form, old *playbill.Session) (playbill.Session, error) {
	s := playbill.Session{Code: f.get("code"), Event: f.get("event"), Hall: f.get("hall")}
	var bad []fault.Field
	if old != nil {
		s.Code, s.State = old.Code, old.State
		f.values.Set("code", old.Code)
	} else if _, err := p.Playbill.Session(p.ctx(), s.Code); err == nil {
		bad = append(bad, fault.Field{Path: "code", Code: "admin.code-taken"})
	}
	h, err := p.hallAt(s.Hall)
	switch {
	case fault.Is(err, "playbill.hall-not-found"):
		bad = append(bad, fault.Field{Path: "hall", Code: "admin.bad-choice"})
	case err != nil:
		return s, err
	}
	zone := p.zoneOf(&h)
	for name, at := range map[string]*clock.Micros{"starts": &s.Starts, "ends": &s.Ends} {
		if typed := f.get(name); typed != "" {
			t, err := parseMoment(typed, zone)
			if err != nil {
				bad = append(bad, fault.Field{Path: name, Code: "admin.date-time"})
				continue
			}
			*at = clock.Of(t)
		}
	}
	s.Prices = f.prices("prices", &bad)
	if s.Version, err = numberOf(f.get("version")); err != nil {
		return s, err
	}
	if len(bad) > 0 {
		return s, fault.New(fault.Invalid, "admin.invalid").With(bad...)
	}
	return s, nil
}

// prices reads prices, one a line: zone; tariff; sum. Fewer parts are the sum,
// or a zone and the sum.
func (f *form) prices(name string, bad *[]fault.Field) []playbill.Price {
	var out []playbill.Price
	for l := range typedLines(f.values.Get(name)) {
		parts := strings.Split(l, ";")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		x := playbill.Price{}
		if len(parts) > 1 {
			x.Zone = parts[0]
		}
		if len(parts) > 2 {
			x.Tariff = parts[1]
		}
		sum := form{p: f.p, values: url.Values{name: {parts[len(parts)-1]}}}
		before := len(*bad)
		x.Amount = sum.money(name, bad)
		if len(*bad) > before || len(parts) > 3 || len(out) > playbill.MaxPrices {
			*bad = append((*bad)[:before], fault.Field{Path: name, Code: "admin.price-line"})
			return nil
		}
		out = append(out, x)
	}
	return out
}

// sessionTurned cancels a session, puts it back, or archives it.
func (p *page) sessionTurned() error {
	s, _, err := p.sessionAt(p.code())
	if err != nil {
		return err
	}
	f, err := p.sent()
	if err != nil {
		return err
	}
	if s.Version, err = numberOf(f.get("version")); err != nil {
		return err
	}
	var done string
	switch to := playbill.SessionState(p.r.URL.Query().Get("to")); to {
	case playbill.Cancelled:
		s.State, done = to, "session-cancelled"
	case playbill.OnSale:
		s.State, done = to, "session-restored"
	case playbill.Archived:
		s.State, done = to, "saved"
	default:
		return fault.New(fault.NotFound, "admin.no-page")
	}
	switch _, err := p.Playbill.SaveSession(p.ctx(), s); {
	case fault.Is(err, "reference.changed"):
		return p.sessionOvertaken(&s, done)
	case err != nil:
		return err
	}
	if err := p.Changed(p.ctx()); err != nil {
		return err
	}
	return p.to(coded(sessionPath, s.Code), done)
}

// sessionOvertaken leads to a session that was changed while its page was open:
// nothing is done, but where it has become just what was wanted.
func (p *page) sessionOvertaken(wanted *playbill.Session, done string) error {
	now, err := p.Playbill.Session(p.ctx(), wanted.Code)
	if err != nil {
		return err
	}
	if now.State != wanted.State {
		done = "not-session-" + string(now.State)
	}
	return p.to(coded(sessionPath, now.Code), done)
}
