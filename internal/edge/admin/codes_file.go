package admin

import (
	"context"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/spreadsheet"
)

// codesFile sends the list that is seen, all of it, as a file: codes that were made at
// once stand as the people did whom they were made for. That it left the house is in
// the trail first.
func (p *page) codesFile() error {
	l, err := p.codesAsked()
	if err != nil {
		return err
	}
	if err := p.note("promo.exported", "programme", l.of.ID); err != nil {
		return err
	}
	o := &codeOwners{page: p, whole: p.mayTakeOut()}
	head := []string{p.text("admin.code.code"), p.text("admin.code.campaign"), p.text("admin.code.whose")}
	if o.whole {
		head = append(head, p.text("segment.field.number"), p.text("segment.field.phone"))
	}
	for _, key := range []string{"segment.field.state", "admin.code.until", "admin.code.made", "admin.code.by", "admin.code.used-at"} {
		head = append(head, p.text(key))
	}
	return p.sendTable(p.datedName("promo-codes"), "promo codes", head, func(context.Context) spreadsheet.Lines {
		return func(line func([]spreadsheet.Cell) error) error {
			return l.each(func(list []promo.Code) error { return o.lines(list, line) })
		}
	})
}

// fileHref is where the list that is seen is had as a file.
func (l *codeList) fileHref(as string) string {
	q := clone(l.query, "q")
	q.Set("as", as)
	return withQuery(l.Path+"/file", q)
}

// each gives the codes of the list, part by part.
func (l *codeList) each(part func([]promo.Code) error) error {
	p, at := l.page, promo.Place{}
	for {
		list, err := promo.Newest(p.ctx(), p.DB, l.filter(), at, fileAtOnce)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := part(list); err != nil {
			return err
		}
		last := &list[len(list)-1]
		at = promo.Place{At: last.MadeAt, Code: last.Code}
	}
}

// codeOwners tells in a file of codes whose they are: who a member is, to whoever may
// take that out.
type codeOwners struct {
	page  *page
	whole bool
	names map[home.ID]member.Named
	mains map[home.ID]card.Main
}

func (o *codeOwners) read(list []promo.Code) (err error) {
	if !o.whole {
		return nil
	}
	homes := make([]home.ID, 0, len(list))
	for i := range list {
		if h := list[i].Home; h != 0 {
			homes = append(homes, h)
		}
	}
	if o.names, err = member.Names(o.page.ctx(), o.page.DB, homes); err != nil {
		return err
	}
	o.mains, err = card.Mains(o.page.ctx(), o.page.DB, homes)
	return err
}

func (o *codeOwners) lines(list []promo.Code, line func([]spreadsheet.Cell) error) error {
	if err := o.read(list); err != nil {
		return err
	}
	for i := range list {
		if err := line(o.line(&list[i])); err != nil {
			return err
		}
	}
	return nil
}

func (o *codeOwners) line(c *promo.Code) []spreadsheet.Cell {
	p, n := o.page, o.names[c.Home]
	r := p.codeLine(c, map[home.ID]string{c.Home: n.Name})
	out := []spreadsheet.Cell{spreadsheet.Text(r.Code), spreadsheet.Text(r.Campaign), spreadsheet.Text(r.Whose)}
	if o.whole {
		out = append(out, spreadsheet.Text(n.Number), spreadsheet.Text(o.mains[c.Home].Phone))
	}
	used := spreadsheet.Text("")
	if c.UsedAt != 0 {
		used = o.moment(c.UsedAt)
	}
	return append(out, spreadsheet.Text(r.State), spreadsheet.Day(c.Expires), o.moment(c.MadeAt), spreadsheet.Text(r.By), used)
}

func (o *codeOwners) moment(at clock.Micros) spreadsheet.Cell {
	return spreadsheet.Time(at.In(ui.Of(o.page.ctx()).Zone))
}
