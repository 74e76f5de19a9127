package demo

import (
	"context"
	"fmt"
	"time"

	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/money"
)

// How far the playbill of the demo goes, in days.
const (
	daysAhead = 14
	daysBack  = 2
)

// showing is an event of the demo with where and at which hours it is shown.
type showing struct {
	event playbill.Event
	hall  string
	hours []int
	least money.Amount // price of the cheapest place
}

func showings(today string) []showing {
	vat := 10 * money.Percent
	film := func(code, name string, age int) playbill.Event {
		return playbill.Event{Code: code, Name: name, Type: "film", Age: age, Contractor: "ООО «Прокат на волнах»", Contract: "№ 17"}
	}
	premiere := film("zvezdopad", "Звездопад", 12)
	premiere.Memorandum = &playbill.Memorandum{
		From: today, NoDiscounts: true, NoPoints: true, Earns: true, Least: 250_00, Distributor: "Прокат на волнах", Note: "До распоряжения прокатчика",
	}
	play := func(code, name string) playbill.Event {
		return playbill.Event{Code: code, Name: name, Type: "play", Age: 16, Audience: "Молодёжь", VAT: &vat, Pushkin: true, PushkinID: "31578"}
	}
	return []showing{
		{premiere, "kino-1", []int{12, 16, 20}, 450_00},
		{film("pchela", "Пчела и аптекарь", 0), "kino-2", []int{11, 14}, 250_00},
		{film("mayak", "Смотритель маяка", 16), "kino-2", []int{18, 21}, 450_00},
		{play("ivonna", "Ивонна, принцесса бургундская"), "teatr-1", []int{19}, 900_00},
	}
}

// makePlaybill makes halls, events and the sessions of the days around today.
func (f *filler) makePlaybill(ctx context.Context) error {
	var now time.Time
	for _, p := range f.places {
		if p.outlet.Code == Cinema {
			now = p.outlet.Local(f.end)
		}
	}
	for _, h := range f.halls() {
		if _, err := f.Playbill.SaveHall(ctx, h); err != nil {
			return err
		}
	}
	var events []playbill.Event
	var sessions []playbill.Session
	for _, s := range showings(now.Format(time.DateOnly)) {
		events = append(events, s.event)
		for day := -daysBack; day < daysAhead; day++ {
			for _, hour := range s.hours {
				starts := time.Date(now.Year(), now.Month(), now.Day()+day, hour, 0, 0, 0, now.Location())
				sessions = append(sessions, playbill.Session{
					Code: fmt.Sprintf("%s-%s", s.event.Code, starts.Format("0102-15")), Event: s.event.Code, Hall: s.hall, Starts: clock.Of(starts),
					Ends: clock.Of(starts.Add(2 * time.Hour)), Prices: []playbill.Price{{Zone: "B", Amount: s.least}, {Zone: "A", Amount: 2 * s.least}},
				})
			}
		}
	}
	if _, err := f.Playbill.SaveEvents(ctx, events); err != nil {
		return err
	}
	f.sessions = sessions
	_, err := f.Playbill.SaveSessions(ctx, sessions)
	return err
}

// halls are two of the cinema and one of the theatre.
func (f *filler) halls() []playbill.Hall {
	rows := func(n int, seats int64) (out []playbill.Row) {
		for i := range n {
			out = append(out, playbill.Row{Code: fmt.Sprint(i + 1), First: 1, Last: seats})
		}
		return out
	}
	zones := []playbill.Zone{{Code: "A", Name: "Лучшие места"}, {Code: "B", Name: "Остальные"}}
	var out []playbill.Hall
	for _, p := range f.places {
		hall := func(code, name string, sectors ...playbill.Sector) {
			out = append(out, playbill.Hall{Code: code, Name: name, OutletID: p.outlet.ID, Zones: zones, Sectors: sectors})
		}
		switch p.outlet.Code {
		case Cinema:
			hall("kino-1", "Большой зал", playbill.Sector{Code: "zal", Name: "Зал", Zone: "B", Rows: rows(12, 18)}, playbill.Sector{Code: "divany", Name: "Диваны", Zone: "A", Rows: rows(1, 8)})
			hall("kino-2", "Малый зал", playbill.Sector{Code: "zal", Name: "Зал", Zone: "B", Rows: rows(7, 10)})
		case "teatr":
			hall("teatr-1", "Большая сцена", playbill.Sector{Code: "parter", Name: "Партер", Zone: "A", Rows: rows(15, 24)},
				playbill.Sector{Code: "balkon", Name: "Балкон", Zone: "B", Rows: rows(4, 30)}, playbill.Sector{Code: "stoyachie", Name: "Стоячие места", Zone: "B", Capacity: 40})
		}
	}
	return out
}
