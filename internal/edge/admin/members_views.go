package admin

import (
	"net/url"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/reference"
)

// readViews finds the lists that are kept and that the reader may see, and which of
// them this is.
func (l *memberList) readViews() error {
	p := l.page
	list, err := p.Lists.Views(p.ctx(), p.who.Person.ID)
	if err != nil {
		return err
	}
	here := l.values().Encode()
	l.views = append(l.views, kit.Link{Text: p.text("admin.members.all"), Href: membersPath, Here: here == ""})
	for i := range list {
		v := &list[i]
		if l.cat.Keeps(&v.Definition) {
			continue // it is of figures of the whole organization, which the reader may not see
		}
		a := viewed(&v.Definition)
		a.Columns = l.cat.Known(a.Columns)
		to := a.values()
		if to.Encode() == here && here != "" {
			l.view = v
		}
		l.views = append(l.views, kit.Link{Text: v.Name, Href: a.href(func(url.Values) {}), Here: to.Encode() == here})
	}
	return nil
}

// viewed is what a view asks for.
func viewed(d *segment.Definition) *asked {
	a := &asked{}
	a.Filter, a.Order, a.Columns = d.Filter, d.Order, d.Columns
	if len(a.Columns) == 0 {
		a.Columns = columns
	}
	return a
}

// viewSent keeps the list that is seen under a name.
func (p *page) viewSent() error {
	f, err := p.sent()
	if err != nil {
		return err
	}
	asks, err := url.ParseQuery(f.get("list"))
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "admin.bad-form")
	}
	a := readAsked(asks)
	_, err = p.Lists.SaveView(p.ctx(), segment.View{
		Staff: p.who.Person.ID, Name: f.get("name"), Shared: f.on("shared"),
		Definition: segment.Definition{Filter: a.Filter, Order: a.Order, Columns: a.Columns},
	})
	if err != nil {
		return p.instead(f, err, "name", func() sheet {
			shared := kit.Field{Name: "shared", Label: p.text("admin.members.view-shared")}
			return sheet{
				Title: p.text("admin.members.keep"), Here: "/members", Action: membersPath + "/views", Back: a.href(func(url.Values) {}), Do: p.text("admin.members.keep-do"),
				Crumbs: []kit.Link{{Text: p.text("admin.nav.members"), Href: membersPath}}, Hidden: []sentAlong{{"list", f.get("list")}},
				Parts: []sheetPart{{Entries: []entry{f.asked("name", "admin.members.view-name", reference.MaxName), {Field: shared, as: asBox, on: f.on("shared")}}}},
			}
		})
	}
	return p.to(a.href(func(url.Values) {}), "view-saved")
}

// viewDropped forgets one of the reader's own.
func (p *page) viewDropped() error {
	view, err := p.param("view")
	if err != nil {
		return err
	}
	switch err := p.Lists.DeleteView(p.ctx(), p.who.Person.ID, view); {
	case fault.Is(err, "segment.view-not-found"): // it was forgotten already, or is another's
		return p.to(membersPath, "")
	case err != nil:
		return err
	}
	return p.to(membersPath, "view-dropped")
}
