package admin

import (
	"context"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/feed"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/spreadsheet"
)

// operationsFile sends the journal that is seen, from its newest on and all of it,
// as a file. That it left the house is in the trail first.
func (p *page) operationsFile() error {
	v := operationsView{query: clone(p.r.URL.Query(), "before", "after")}
	inOrder(v.query)
	asked, err := p.operationsAsked(&v)
	if err != nil {
		return err
	}
	b, err := p.fileBuyers()
	if err != nil {
		return err
	}
	if err := p.note("operations.exported", "purchase", 0); err != nil {
		return err
	}
	head := append([]string{p.text("admin.file.at"), p.text("admin.operations.operation"), p.text("admin.overview.outlet"), p.text("admin.operations.cashier")}, b.head()...)
	head = append(head, p.text("admin.file.money"), p.text("admin.file.points-in"), p.text("admin.file.points-out"), p.text("admin.file.why"))
	return p.sendTable(p.datedName("operations"), "operations", head, func(context.Context) spreadsheet.Lines {
		return func(line func([]spreadsheet.Cell) error) error {
			cashiers := cashierNames{}
			return p.eachOperation(asked.Journal, func(list []feed.Event) error { return b.operations(list, cashiers, line) })
		}
	})
}

// fileHref is where the journal that is seen is had as a file.
func (v *operationsView) fileHref(as string) string {
	q := clone(v.query, "before", "after")
	q.Set("as", as)
	return withQuery(operationsPath+"/file", q)
}

// eachOperation gives the events of a journal, part by part.
func (p *page) eachOperation(q feed.Journal, part func([]feed.Event) error) error {
	for q.Limit = fileAtOnce; ; {
		leaf, err := p.Feed.Leaf(p.ctx(), q)
		if err != nil {
			return err
		}
		if err := part(leaf.Events); err != nil || leaf.Older == 0 {
			return err
		}
		q.Before = leaf.Older
	}
}

// operations writes the lines of some operations.
func (b *fileBuyers) operations(list []feed.Event, cashiers cashierNames, line func([]spreadsheet.Cell) error) error {
	homes := make([]home.ID, 0, len(list))
	for i := range list {
		if h := memberOf(&list[i].Event); h != 0 {
			homes = append(homes, h)
		}
	}
	if err := b.read(homes); err != nil {
		return err
	}
	told, err := b.page.reasonsOf(list)
	if err != nil {
		return err
	}
	for i := range list {
		if err := line(b.operation(&list[i], cashiers, told)); err != nil {
			return err
		}
	}
	return nil
}

func (b *fileBuyers) operation(e *feed.Event, cashiers cashierNames, told map[id.ID]purchase.Deed) []spreadsheet.Cell {
	p := b.page
	r := p.operationRow(e, cashiers, nil)
	out := []spreadsheet.Cell{spreadsheet.Time(e.At.In(ui.Of(p.ctx()).Zone)), spreadsheet.Text(r.Kind), spreadsheet.Text(r.Place), spreadsheet.Text(r.Cashier)}
	out = append(out, b.cells(memberOf(&e.Event))...)
	var in, off int64
	for _, n := range pointsMoved(&e.Event) {
		in, off = in+max(0, int64(n)), off+max(0, -int64(n))
	}
	return append(out, spreadsheet.Hundredths(int64(moneyMoved(&e.Event))), spreadsheet.Hundredths(in), spreadsheet.Hundredths(off), spreadsheet.Text(p.whyAdjusted(e, told)))
}
