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
// what he was active with, and what became of his orders. A chart of nothing is not
// shown.
func (p *page) memberShape(h home.ID) (charts []kit.Chart, err error) {
	var may func(id.ID) bool
	if p.who.Narrowed() {
		may = p.who.At
	}
	now := ui.Of(p.ctx()).Now.In(ui.Of(p.ctx()).Zone)
	months := monthsOf(now)
	s, err := p.Desk.Shape(p.ctx(), h, clock.Of(months[0]), may)
	if err != nil {
		return nil, err
	}
	if len(s.Months) > 0 {
		charts = append(charts, p.activityChart(s.Months, months))
	}
	if len(s.Kinds) > 0 || s.Points > 0 {
		charts = append(charts, p.kindsChart(s))
	}
	if s.Orders != (purchase.Orders{}) {
		charts = append(charts, p.ordersChart(&s.Orders))
	}
	return charts, nil
}

// activityChart is what he does by month: how often he comes, and how often he
// uses points and promo codes.
func (p *page) activityChart(by map[string]purchase.Activity, months []time.Time) kit.Chart {
	came := kit.Series{Name: p.text("admin.member.came"), Color: kit.Balance}
	points := kit.Series{Name: p.text("admin.member.used-points"), Color: kit.Spent}
	codes := kit.Series{Name: p.text("admin.member.used-codes"), Color: kit.Earned}
	c := kit.Chart{Kind: kit.Line, Whole: true, Says: p.text("admin.member.activity"), Over: p.text("admin.member.month")}
	for _, m := range months {
		a := by[m.Format("2006-01")]
		c.X = append(c.X, m.Format("01.06"))
		p.counted(&came, a.Purchases+a.Visits)
		p.counted(&points, a.Points)
		p.counted(&codes, a.Codes)
	}
	c.Series = []kit.Series{came, points, codes}
	return c
}

// counted has a count as the next of a series.
func (p *page) counted(s *kit.Series, n int64) {
	s.Data, s.Cells = append(s.Data, float64(n)), append(s.Cells, ui.Number(p.ctx(), n))
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
	c := kit.Chart{Kind: kit.Bars, Whole: true, Says: p.text("admin.member.orders"), Over: p.text("admin.member.order-state")}
	for _, x := range []struct {
		name string
		n    int64
	}{{"admin.member.order-paid", o.Paid}, {"admin.member.order-unpaid", o.Unpaid}, {"admin.member.order-returned", o.Returned}} {
		c.X = append(c.X, p.text(x.name))
		p.counted(&count, x.n)
	}
	c.Series = []kit.Series{count}
	return c
}
