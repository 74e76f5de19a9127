package admin

import (
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
)

// memberShape is how a member has bought in the months of the charts: what with,
// and what became of his orders. A chart of nothing is not shown.
func (p *page) memberShape(h home.ID) (charts []kit.Chart, err error) {
	var may func(id.ID) bool
	if p.who.Narrowed() {
		may = p.who.At
	}
	now := ui.Of(p.ctx()).Now.In(ui.Of(p.ctx()).Zone)
	since := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, now.Location()).AddDate(0, 1-lastMonths, 0)
	s, err := p.Desk.Shape(p.ctx(), h, clock.Of(since), may)
	if err != nil {
		return nil, err
	}
	if len(s.Kinds) > 0 || s.Points > 0 {
		charts = append(charts, p.kindsChart(s))
	}
	if s.Orders != (purchase.Orders{}) {
		charts = append(charts, p.ordersChart(&s.Orders))
	}
	return charts, nil
}

// kindsChart is what the purchases were paid with.
func (p *page) kindsChart(s *purchase.Shape) kit.Chart {
	money := kit.Series{Name: p.text("segment.field.turnover"), Color: kit.Earned}
	c := kit.Chart{Kind: kit.Bars, Unit: "₽", Says: p.text("admin.member.by-kind"), Over: p.text("admin.deposit.paid-by")}
	kinds := s.Kinds
	if s.Points > 0 {
		kinds = append(kinds, purchase.Payment{Kind: "points", Amount: s.Points})
	}
	for _, k := range kinds {
		c.X = append(c.X, p.payKind(k.Kind))
		money.Data, money.Cells = append(money.Data, float64(k.Amount)/100), append(money.Cells, ui.Money(p.ctx(), k.Amount))
	}
	c.Series = []kit.Series{money}
	return c
}

// ordersChart is what became of the orders that waited for their payment.
func (p *page) ordersChart(o *purchase.Orders) kit.Chart {
	count := kit.Series{Name: p.text("admin.member.orders-count"), Color: kit.Balance}
	c := kit.Chart{Kind: kit.Bars, Says: p.text("admin.member.orders"), Over: p.text("admin.member.order-state")}
	for _, x := range []struct {
		name string
		n    int64
	}{{"admin.member.order-paid", o.Paid}, {"admin.member.order-unpaid", o.Unpaid}, {"admin.member.order-returned", o.Returned}} {
		c.X = append(c.X, p.text(x.name))
		count.Data, count.Cells = append(count.Data, float64(x.n)), append(count.Cells, ui.Number(p.ctx(), x.n))
	}
	c.Series = []kit.Series{count}
	return c
}
