package admin

import (
	"net/url"
	"strconv"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/reference"
)

func (p *page) events() error {
	s := p.shelfOf(p.text("admin.nav.playbill"), playbillHere, eventsPath)
	may := p.goes("/playbill/event/new")
	s.Tabs, s.Find = p.playbillTabs(eventsPath), p.text("admin.playbill.find-event")
	s.Filters = []shelfFilter{
		{Name: "pushkin", Label: p.text("admin.playbill.pushkin"), Options: []kit.Option{{Text: p.text("admin.playbill.tickets-any")}, {Value: "1", Text: p.text("admin.playbill.pushkin-only")}}},
		p.byState(),
	}
	s.Actions = p.newOne(may, "admin.playbill.new-event", eventPath+"/new")
	s.Icon, s.None, s.NoneText = "ticket", p.text("admin.playbill.no-events"), p.text("admin.playbill.no-events-text")
	s.Columns = []kit.Column{
		{Text: p.text("admin.playbill.event"), Class: "c-who"},
		{Text: p.text("admin.playbill.type")},
		{Text: p.text("admin.playbill.age"), Class: "c-sum"},
		{Text: p.text("admin.playbill.terms"), Class: "c-last"},
		{Text: p.text("segment.field.state"), Class: "c-tag"},
	}
	list, err := p.Playbill.Events(p.ctx(), playbill.EventFilter{Pushkin: s.query.Get("pushkin") != ""}, s.asked())
	if err != nil {
		return err
	}
	for i := range list.Items {
		e := &list.Items[i]
		r := shelfRow{Name: e.Name, Sub: e.Code, Cells: []string{e.Type, strconv.Itoa(e.Age) + "+", p.eventTerms(e)}}
		p.state(&r, e.State)
		if may {
			r.Href = coded(eventPath+"/edit", e.Code)
		}
		s.Rows = append(s.Rows, r)
	}
	s.after(list.Next)
	return p.showShelf(s)
}

// eventTerms is what tickets to an event are sold on, in short.
func (p *page) eventTerms(e *playbill.Event) string {
	switch {
	case e.Memorandum != nil && e.Memorandum.Least > 0:
		return p.text("admin.playbill.memorandum-least", "sum", ui.Money(p.ctx(), e.Memorandum.Least))
	case e.Memorandum != nil:
		return p.text("admin.playbill.memorandum")
	case e.Pushkin:
		return p.text("admin.playbill.pushkin")
	}
	return ""
}

func (p *page) newEvent() error {
	return p.askEvent(p.filled(url.Values{"type": {"film"}, "age": {"0"}, "memorandum.earns": yes(true)}), nil)
}

func (p *page) askEvent(f *form, e *playbill.Event) error {
	v := sheet{
		Title: p.text("admin.playbill.new-event"), Here: playbillHere, Action: eventPath + "/new", Back: eventsPath,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.playbill"), Href: playbillPath}, {Text: p.text("admin.playbill.events"), Href: eventsPath}},
		Hidden: []sentAlong{{"version", f.values.Get("version")}},
	}
	code := f.field("code", "playbill-code", needed, narrow, most(playbill.MaxCode))
	if e != nil {
		v.Title, v.Action = e.Name, coded(eventPath+"/edit", e.Code)
		code.Off = true
	}
	own := lines(
		f.field("name", "outlet-name", needed, first, most(reference.MaxName)), code,
		f.field("type", "event-type", narrow, most(playbill.MaxCode)),
		f.field("group", "event-group", narrow, most(playbill.MaxCode)),
		f.field("age", "event-age", narrow, mode("numeric"), most(2)),
		f.field("audience", "event-audience", most(reference.MaxText)),
	)
	if e != nil {
		own = append(own, lines(f.field("state", "state", of(p.states()...)))...)
	}
	v.Parts = []sheetPart{
		{Entries: own},
		{Name: p.text("admin.playbill.sold-by"), Entries: lines(
			f.field("contractor", "event-contractor", most(reference.MaxText)),
			f.field("contract", "event-contract", most(reference.MaxText)),
			f.field("vat", "event-vat", narrow, mode("decimal"), most(10)),
		)},
		{Name: p.text("admin.playbill.pushkin"), Entries: []entry{
			f.box("pushkin", "event-pushkin"), {Field: f.field("pushkin_id", "event-pushkin-id", narrow, most(playbill.MaxCode))},
		}},
		{Name: p.text("admin.playbill.memorandum"), Hint: p.text("admin.playbill.memorandum-hint"), Entries: []entry{
			f.box("memorandum", "event-memorandum"),
			{Field: f.field("memorandum.from", "memorandum-from", narrow, kind("date", "off"))},
			{Field: f.field("memorandum.to", "memorandum-to", narrow, kind("date", "off"))},
			f.box("memorandum.no_discounts", "memorandum-no-discounts"),
			f.box("memorandum.no_points", "memorandum-no-points"),
			f.box("memorandum.earns", "memorandum-earns"),
			{Field: f.field("memorandum.least_price", "memorandum-least", narrow, mode("decimal"), most(20))},
			{Field: f.field("memorandum.distributor", "memorandum-distributor", most(reference.MaxText))},
			{Field: f.field("memorandum.note", "memorandum-note", most(reference.MaxText))},
		}},
	}
	return p.ask(f, v)
}

func (p *page) newEventSent() error { return p.saveEvent(nil) }

func (p *page) editEvent() error {
	e, err := p.Playbill.Event(p.ctx(), p.code())
	if err != nil {
		return err
	}
	values := url.Values{
		"code": {e.Code}, "name": {e.Name}, "type": {e.Type}, "group": {e.Group}, "age": {strconv.Itoa(e.Age)}, "audience": {e.Audience}, "contractor": {e.Contractor},
		"contract": {e.Contract}, "pushkin": yes(e.Pushkin), "pushkin_id": {e.PushkinID}, "state": {string(e.State)}, "version": {id.ID(e.Version).String()},
	}
	if e.VAT != nil {
		values.Set("vat", e.VAT.String())
	}
	if m := e.Memorandum; m != nil {
		values["memorandum"] = yes(true)
		values["memorandum.no_discounts"], values["memorandum.no_points"], values["memorandum.earns"] = yes(m.NoDiscounts), yes(m.NoPoints), yes(m.Earns)
		for name, v := range map[string]string{"from": m.From, "to": m.To, "distributor": m.Distributor, "note": m.Note} {
			values.Set("memorandum."+name, v)
		}
		if m.Least > 0 {
			values.Set("memorandum.least_price", m.Least.String())
		}
	}
	return p.askEvent(p.filled(values), &e)
}

func (p *page) editEventSent() error {
	e, err := p.Playbill.Event(p.ctx(), p.code())
	if err != nil {
		return err
	}
	return p.saveEvent(&e)
}

func (p *page) saveEvent(old *playbill.Event) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	e, err := p.eventTyped(f, old)
	if err == nil {
		_, err = p.Playbill.SaveEvent(p.ctx(), e)
	}
	if err != nil {
		if f.refuse(err) {
			return p.askEvent(f, old)
		}
		return err
	}
	return p.kept(eventsPath)
}

func (p *page) eventTyped(f *form, old *playbill.Event) (playbill.Event, error) {
	e := playbill.Event{
		Code: f.get("code"), Name: f.get("name"), Type: f.get("type"), Group: f.get("group"), Audience: f.get("audience"),
		Contractor: f.get("contractor"), Contract: f.get("contract"), Pushkin: f.on("pushkin"), PushkinID: f.get("pushkin_id"),
	}
	var bad []fault.Field
	if old != nil {
		e.Code = old.Code
		f.values.Set("code", old.Code)
	} else if _, err := p.Playbill.Event(p.ctx(), e.Code); err == nil {
		bad = append(bad, fault.Field{Path: "code", Code: "admin.code-taken"})
	}
	if typed := f.number("age"); typed != "" {
		n, err := strconv.Atoi(typed)
		if err != nil {
			bad = append(bad, fault.Field{Path: "age", Code: "admin.number"})
		}
		e.Age = n
	}
	if typed := f.number("vat"); typed != "" {
		rate, err := money.ParseRate(typed)
		if err != nil {
			bad = append(bad, fault.Field{Path: "vat", Code: "admin.rate"})
		}
		e.VAT = &rate
	}
	if f.on("memorandum") {
		e.Memorandum = &playbill.Memorandum{
			From: f.get("memorandum.from"), To: f.get("memorandum.to"), NoDiscounts: f.on("memorandum.no_discounts"), NoPoints: f.on("memorandum.no_points"),
			Earns: f.on("memorandum.earns"), Distributor: f.get("memorandum.distributor"), Note: f.get("memorandum.note"), Least: f.money("memorandum.least_price", &bad),
		}
	}
	if len(bad) > 0 {
		return e, fault.New(fault.Invalid, "admin.invalid").With(bad...)
	}
	return e, f.stands(&e.State, &e.Version)
}
