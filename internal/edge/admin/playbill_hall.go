package admin

import (
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

func (p *page) halls() error {
	s := p.shelfOf(p.text("admin.nav.playbill"), playbillHere, hallsPath)
	s.Tabs, s.Find, s.Filters = p.playbillTabs(hallsPath), p.text("admin.playbill.find-hall"), []shelfFilter{p.byState()}
	s.Actions = p.newOne(p.can(staff.PlaybillEdit), "admin.playbill.new-hall", hallPath+"/new")
	s.Icon, s.None, s.NoneText = "layout-grid", p.text("admin.playbill.no-halls"), p.text("admin.playbill.no-halls-text")
	s.Columns = []kit.Column{
		{Text: p.text("admin.playbill.hall"), Class: "c-who"},
		{Text: p.text("admin.overview.outlet"), Class: "c-last"},
		{Text: p.text("admin.playbill.zones")},
		{Text: p.text("admin.playbill.seats"), Right: true},
		{Text: p.text("segment.field.state"), Class: "c-tag"},
	}
	list, err := p.Playbill.Halls(p.ctx(), 0, s.asked())
	if err != nil {
		return err
	}
	for i := range list.Items {
		h := &list.Items[i]
		if !p.who.At(h.OutletID) {
			continue
		}
		o, _ := p.Directory.Outlet(h.OutletID)
		zones := make([]string, len(h.Zones))
		for n, z := range h.Zones {
			zones[n] = z.Code
		}
		r := shelfRow{Name: h.Name, Sub: h.Code, Cells: []string{o.Name, strings.Join(zones, ", "), ui.Number(p.ctx(), seatsOf(h))}}
		p.state(&r, h.State)
		if p.can(staff.PlaybillEdit) {
			r.Href = coded(hallPath+"/edit", h.Code)
		}
		s.Rows = append(s.Rows, r)
	}
	s.after(list.Next)
	return p.showShelf(s)
}

// seatsOf is how many people a hall takes.
func seatsOf(h *playbill.Hall) int64 {
	var n int64
	for i := range h.Sectors {
		n += h.Sectors[i].Capacity
		for _, r := range h.Sectors[i].Rows {
			n += r.Last - r.First + 1
		}
	}
	return n
}

func (p *page) newHall() error {
	return p.askHall(p.filled(url.Values{"zones": {p.text("admin.playbill.zones-sample")}, "sectors": {p.text("admin.playbill.sectors-sample")}}), nil)
}

func (p *page) askHall(f *form, h *playbill.Hall) error {
	v := sheet{
		Title: p.text("admin.playbill.new-hall"), Here: playbillHere, Action: hallPath + "/new", Back: hallsPath,
		Crumbs: []kit.Link{{Text: p.text("admin.nav.playbill"), Href: playbillPath}, {Text: p.text("admin.playbill.halls"), Href: hallsPath}},
		Hidden: []sentAlong{{"version", f.values.Get("version")}},
	}
	code := f.field("code", "playbill-code", needed, narrow, most(playbill.MaxCode))
	if h != nil {
		v.Title, v.Action = h.Name, coded(hallPath+"/edit", h.Code)
		code.Off = true
	}
	entries := []entry{
		{Field: f.field("name", "outlet-name", needed, first, most(reference.MaxName))},
		{Field: code},
		{Field: f.field("outlet", "hall-outlet", needed, of(p.outletOptions()...))},
		{Field: f.field("zones", "hall-zones", rows(3)), as: asText},
		{Field: f.field("sectors", "hall-sectors", rows(10)), as: asText},
	}
	if h != nil {
		entries = append(entries, lines(f.field("state", "state", of(p.states()...)))...)
	}
	v.Parts = []sheetPart{{Entries: entries}}
	return p.ask(f, v)
}

func (p *page) newHallSent() error { return p.saveHall(nil) }

func (p *page) editHall() error {
	h, err := p.hallAt(p.code())
	if err != nil {
		return err
	}
	return p.askHall(p.filled(url.Values{
		"code": {h.Code}, "name": {h.Name}, "outlet": {h.OutletID.String()}, "zones": {writeZones(h.Zones)}, "sectors": {writeSectors(h.Sectors)},
		"state": {string(h.State)}, "version": {id.ID(h.Version).String()},
	}), &h)
}

func (p *page) editHallSent() error {
	h, err := p.hallAt(p.code())
	if err != nil {
		return err
	}
	return p.saveHall(&h)
}

func (p *page) saveHall(old *playbill.Hall) error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	h, err := p.hallTyped(f, old)
	if err == nil {
		_, err = p.Playbill.SaveHall(p.ctx(), h)
	}
	if err != nil {
		if f.refuse(err) {
			p.hallWrong(f, err)
			return p.askHall(f, old)
		}
		return err
	}
	return p.kept(hallsPath)
}

// hallWrong says at which sector and row something is wrong: they are all lines
// of one field.
func (p *page) hallWrong(f *form, err error) {
	for _, w := range fault.From(err).Fields {
		said := p.Texts.FaultField(p.lang(), w)
		var sector, row int
		switch n, _ := fmt.Sscanf(w.Path, "sectors[%d].rows[%d]", &sector, &row); {
		case n == 2:
			f.wrong["sectors"] = p.text("admin.playbill.at-row", "sector", sector+1, "row", row+1, "text", said)
		case n == 1:
			f.wrong["sectors"] = p.text("admin.playbill.at-sector", "sector", sector+1, "text", said)
		case strings.HasPrefix(w.Path, "price_zones"):
			delete(f.wrong, "price_zones")
			f.wrong["zones"] = said
		}
	}
}

// hallTyped is the hall as it was typed; the reader works where it was and
// where it is to be.
func (p *page) hallTyped(f *form, old *playbill.Hall) (playbill.Hall, error) {
	h := playbill.Hall{Code: f.get("code"), Name: f.get("name")}
	var bad []fault.Field
	if old != nil {
		h.Code = old.Code
		f.values.Set("code", old.Code)
	} else if _, err := p.Playbill.Hall(p.ctx(), h.Code); err == nil {
		bad = append(bad, fault.Field{Path: "code", Code: "admin.code-taken"})
	}
	if h.OutletID = f.ref("outlet", &bad); !p.who.At(h.OutletID) {
		bad = append(bad, fault.Field{Path: "outlet", Code: "admin.bad-choice"})
	}
	for l := range typedLines(f.values.Get("zones")) {
		code, name, _ := strings.Cut(l, ";")
		h.Zones = append(h.Zones, playbill.Zone{Code: strings.TrimSpace(code), Name: strings.TrimSpace(name)})
	}
	sectors, line := readSectors(f.values.Get("sectors"))
	if line > 0 {
		bad = append(bad, fault.Field{Path: "sectors", Code: "admin.sector-line", Args: fault.Pairs("line", line)})
	}
	h.Sectors = sectors
	if len(bad) > 0 {
		return h, fault.New(fault.Invalid, "admin.invalid").With(bad...)
	}
	return h, f.stands(&h.State, &h.Version)
}

// typedLines are the lines of a text that have anything in them.
func typedLines(typed string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for l := range strings.SplitSeq(strings.ReplaceAll(strings.ToValidUTF8(typed, ""), "\x00", ""), "\n") {
			if l = strings.TrimSpace(l); l != "" && !yield(l) {
				return
			}
		}
	}
}

func writeZones(zones []playbill.Zone) string {
	out := make([]string, len(zones))
	for i, z := range zones {
		out[i] = partsOf(z.Code, z.Name)
	}
	return strings.Join(out, "\n")
}

// partsOf are parts of a line, without the empty ones at its end.
func partsOf(parts ...string) string {
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return strings.Join(parts, "; ")
}

// writeSectors writes sectors as readSectors reads them.
func writeSectors(sectors []playbill.Sector) string {
	var out []string
	for i := range sectors {
		s := &sectors[i]
		capacity := ""
		if s.Capacity > 0 {
			capacity = strconv.FormatInt(s.Capacity, 10)
		}
		out = append(out, partsOf(s.Code, s.Name, s.Zone, capacity))
		for _, r := range s.Rows {
			out = append(out, "- "+partsOf(r.Code, fmt.Sprintf("%d-%d", r.First, r.Last), r.Zone))
		}
	}
	return strings.Join(out, "\n")
}

// readSectors reads sectors, one a line: code; name; price zone; how many it
// takes without seats. Below it are its rows, each after a dash: row; first
// seat-last seat; price zone. It tells the line that can't be read, from 1.
func readSectors(typed string) ([]playbill.Sector, int) {
	var out []playbill.Sector
	n := 0
	for l := range typedLines(typed) {
		n++
		row, isRow := strings.CutPrefix(l, "-")
		parts := strings.Split(row, ";")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		parts = append(parts, "", "", "")
		if !isRow {
			s := playbill.Sector{Code: parts[0], Name: parts[1], Zone: parts[2]}
			if parts[3] != "" {
				capacity, err := strconv.ParseInt(parts[3], 10, 64)
				if err != nil {
					return nil, n
				}
				s.Capacity = capacity
			}
			out = append(out, s)
			continue
		}
		from, to, _ := strings.Cut(parts[1], "-")
		first, err := strconv.ParseInt(strings.TrimSpace(from), 10, 64)
		last, err2 := strconv.ParseInt(strings.TrimSpace(to), 10, 64)
		if err != nil || err2 != nil || len(out) == 0 {
			return nil, n
		}
		s := &out[len(out)-1]
		s.Rows = append(s.Rows, playbill.Row{Code: parts[0], First: first, Last: last, Zone: parts[2]})
	}
	return out, 0
}
