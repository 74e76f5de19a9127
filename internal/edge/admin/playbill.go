package admin

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// playbillPages is the pages of what is shown: sessions by day with their
// tickets, events, halls. Codes are whatever another system calls its rows, so
// they stand in the query of an address, not in its path.
func playbillPages(a *Admin) {
	a.get("/playbill", staff.ReferenceSee, (*page).sessions)
	a.get("/playbill/session", staff.ReferenceSee, (*page).session)
	a.get("/playbill/session/new", staff.PlaybillEdit, (*page).newSession)
	a.post("/playbill/session/new", staff.PlaybillEdit, (*page).newSessionSent)
	a.get("/playbill/session/edit", staff.PlaybillEdit, (*page).editSession)
	a.post("/playbill/session/edit", staff.PlaybillEdit, (*page).editSessionSent)
	a.post("/playbill/session/state", staff.PlaybillEdit, (*page).sessionTurned)
	a.get("/playbill/events", staff.ReferenceSee, (*page).events)
	a.get("/playbill/event/new", staff.PlaybillEdit, (*page).newEvent, Everywhere)
	a.post("/playbill/event/new", staff.PlaybillEdit, (*page).newEventSent, Everywhere)
	a.get("/playbill/event/edit", staff.PlaybillEdit, (*page).editEvent, Everywhere)
	a.post("/playbill/event/edit", staff.PlaybillEdit, (*page).editEventSent, Everywhere)
	a.get("/playbill/halls", staff.ReferenceSee, (*page).halls)
	a.get("/playbill/hall/new", staff.PlaybillEdit, (*page).newHall)
	a.post("/playbill/hall/new", staff.PlaybillEdit, (*page).newHallSent)
	a.get("/playbill/hall/edit", staff.PlaybillEdit, (*page).editHall)
	a.post("/playbill/hall/edit", staff.PlaybillEdit, (*page).editHallSent)
}

const (
	playbillHere = "/playbill"
	playbillPath = Base + playbillHere
	sessionPath  = playbillPath + "/session"
	eventsPath   = playbillPath + "/events"
	eventPath    = playbillPath + "/event"
	hallsPath    = playbillPath + "/halls"
	hallPath     = playbillPath + "/hall"
)

// coded is the address of the thing of a code.
func coded(path, code string) string { return path + "?" + url.Values{"code": {code}}.Encode() }

func (p *page) code() string { return p.r.URL.Query().Get("code") }

func (p *page) playbillTabs(here string) []kit.Link {
	return []kit.Link{
		{Text: p.text("admin.playbill.sessions"), Href: playbillPath, Here: here == playbillPath},
		{Text: p.text("admin.playbill.events"), Href: eventsPath, Here: here == eventsPath},
		{Text: p.text("admin.playbill.halls"), Href: hallsPath, Here: here == hallsPath},
	}
}

// hallAt is a hall, if the reader works at its outlet.
func (p *page) hallAt(code string) (playbill.Hall, error) {
	h, err := p.Playbill.Hall(p.ctx(), code)
	if err == nil && !p.who.At(h.OutletID) {
		err = fault.New(fault.NotFound, "playbill.hall-not-found", "code", code)
	}
	return h, err
}

// sessionAt is a session and its hall, if the reader works there.
func (p *page) sessionAt(code string) (playbill.Session, playbill.Hall, error) {
	s, err := p.Playbill.Session(p.ctx(), code)
	if err != nil {
		return s, playbill.Hall{}, err
	}
	h, err := p.hallAt(s.Hall)
	if fault.Is(err, "playbill.hall-not-found") {
		err = fault.New(fault.NotFound, "playbill.session-not-found", "code", code)
	}
	return s, h, err
}

// zoneOf is the zone of a hall's outlet, by whose clock its sessions begin.
func (p *page) zoneOf(h *playbill.Hall) *time.Location {
	o, ok := p.Directory.Outlet(h.OutletID)
	if !ok {
		return ui.Of(p.ctx()).Zone
	}
	return o.Local(0).Location()
}

// daySessions is the sessions of one day.
type daySessions struct {
	Day, DayWords string
	Tabs          []kit.Link
	Days          []kit.Link
	Actions       []kit.Action
	Halls         []kit.Option
	Hall          string
	Rows          []showingRow
	On            string
}

type showingRow struct {
	Href, Time, Event, Hall, Price, State string
	Tone                                  kit.Tone
}

// sessionsAtOnce is how many sessions one part of a day has.
const sessionsAtOnce = 200

func (p *page) sessions() error {
	q := p.r.URL.Query()
	zone := ui.Of(p.ctx()).Zone
	today := ui.Of(p.ctx()).Now.In(zone)
	day, err := time.ParseInLocation(time.DateOnly, q.Get("day"), zone)
	if err != nil {
		day = time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, zone)
	}
	v := daySessions{Day: day.Format(time.DateOnly), DayWords: i18n.Date(p.lang(), day), Tabs: p.playbillTabs(playbillPath), Hall: q.Get("hall")}
	v.Actions = p.newOne(p.can(staff.PlaybillEdit), "admin.playbill.new-session", sessionPath+"/new?"+url.Values{"day": {v.Day}}.Encode())
	at := func(d time.Time) string {
		ask := url.Values{"day": {d.Format(time.DateOnly)}}
		if v.Hall != "" {
			ask.Set("hall", v.Hall)
		}
		return playbillPath + "?" + ask.Encode()
	}
	v.Days = []kit.Link{
		{Text: p.text("admin.playbill.day-before"), Href: at(day.AddDate(0, 0, -1))},
		{Text: p.text("admin.playbill.today"), Href: at(today), Here: v.Day == today.Format(time.DateOnly)},
		{Text: p.text("admin.playbill.day-after"), Href: at(day.AddDate(0, 0, 1))},
	}
	halls, err := p.hallsHere()
	if err != nil {
		return err
	}
	v.Halls = p.hallOptions(halls, v.Hall)
	if err := p.showings(&v, halls, day); err != nil {
		return err
	}
	return p.show(p.text("admin.nav.playbill"), playbillHere, sessionsPage(v))
}

// hallsHere are the halls where the reader works, by their codes.
func (p *page) hallsHere() (map[string]playbill.Hall, error) {
	list, err := p.Playbill.Halls(p.ctx(), 0, reference.Page{Limit: reference.MaxLimit})
	out := map[string]playbill.Hall{}
	for i := range list.Items {
		if p.who.At(list.Items[i].OutletID) {
			out[list.Items[i].Code] = list.Items[i]
		}
	}
	return out, err
}

// hallOptions are halls to choose from, by name.
func (p *page) hallOptions(halls map[string]playbill.Hall, here string) []kit.Option {
	out := make([]kit.Option, 0, len(halls))
	for code := range halls {
		h := halls[code]
		o, _ := p.Directory.Outlet(h.OutletID)
		out = append(out, kit.Option{Value: code, Text: h.Name + ", " + o.Name, Chosen: code == here})
	}
	slices.SortFunc(out, func(a, b kit.Option) int { return cmp.Compare(a.Text, b.Text) })
	return out
}

func (p *page) showings(v *daySessions, halls map[string]playbill.Hall, day time.Time) error {
	w := playbill.SessionFilter{Hall: v.Hall, From: clock.Of(day), To: clock.Of(day.AddDate(0, 0, 1))}
	after, err := sessionPlace(p.r.URL.Query().Get("after"))
	if err != nil {
		return err
	}
	list, err := p.Playbill.Sessions(p.ctx(), w, after, sessionsAtOnce+1)
	if err != nil {
		return err
	}
	if len(list) > sessionsAtOnce {
		list = list[:sessionsAtOnce]
		last := &list[sessionsAtOnce-1]
		v.On = playbillPath + "?" + url.Values{"day": {v.Day}, "hall": {v.Hall}, "after": {id.ID(last.Starts).String() + "." + last.ID.String()}}.Encode()
	}
	names := map[string]string{}
	for i := range list {
		s := &list[i]
		h, ok := halls[s.Hall]
		if !ok {
			if h, err = p.hallAt(s.Hall); fault.Is(err, "playbill.hall-not-found") {
				continue
			} else if err != nil {
				return err
			}
		}
		if _, ok := names[s.Event]; !ok {
			e, err := p.Playbill.Event(p.ctx(), s.Event)
			if err != nil {
				return err
			}
			names[s.Event] = e.Name
		}
		r := showingRow{
			Href: coded(sessionPath, s.Code), Time: s.Starts.In(p.zoneOf(&h)).Format("15:04"), Event: names[s.Event], Hall: h.Name, Price: p.pricesOf(s),
		}
		r.State, r.Tone = p.sessionState(s.State)
		v.Rows = append(v.Rows, r)
	}
	return nil
}

// pricesOf are the least and the most that a ticket costs.
func (p *page) pricesOf(s *playbill.Session) string {
	if len(s.Prices) == 0 {
		return ""
	}
	least, most := s.Prices[0].Amount, s.Prices[0].Amount
	for _, x := range s.Prices {
		least, most = min(least, x.Amount), max(most, x.Amount)
	}
	if least == most {
		return ui.Money(p.ctx(), least)
	}
	return p.text("admin.purchases.days", "from", ui.Money(p.ctx(), least), "to", ui.Money(p.ctx(), most))
}

func (p *page) sessionState(s playbill.SessionState) (string, kit.Tone) {
	tones := map[playbill.SessionState]kit.Tone{playbill.OnSale: kit.Good, playbill.Cancelled: kit.Bad}
	return p.text("admin.playbill.state-" + string(s)), tones[s]
}

func (p *page) outletOptions() []kit.Option {
	var out []kit.Option
	for _, code := range p.Directory.OutletCodes() {
		if o, ok := p.Directory.OutletByCode(code); ok && p.who.At(o.ID) {
			out = append(out, outletOption(&o))
		}
	}
	return out
}

func outletOption(o *partner.Outlet) kit.Option {
	return kit.Option{Value: o.ID.String(), Text: o.Name}
}
