package admin

import (
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/money"
)

// overview is the first page: how it goes today, and over a period beside the
// one before.
func overview(a *Admin) { a.get("/", "", (*page).overview) }

// period is the days that the overview is of, the last of them today.
type period struct {
	Name string // of the address
	Days int
}

// periods are those to choose from.
func periods() []period { return []period{{"week", 7}, {"month", 30}, {"quarter", 90}} }

// live is what the overview shows.
type live struct {
	Path    string // at which these figures are read
	Periods []kit.Link
	Tiles   []tile
	AsOf    clock.Micros
	Money   kit.Chart
	Points  kit.Chart
	Outlets []outletRow
	Empty   bool // nothing was ever sold
	Steps   []step
}

// tile is one figure and what it is beside that of the period before.
type tile struct {
	Label, Value, Detail string
}

// outletRow is one place's figures in the period.
type outletRow struct {
	Name, Money, Receipts, Average string
}

func (p *page) overview() error {
	title := p.text("admin.nav.overview")
	if p.firstTime() && p.goes("/organization") {
		return p.to(Base+"/organization", "")
	}
	if !p.can(staff.OverviewSee) {
		says := "admin.overview.choose"
		if !p.anyPlace() {
			says = "admin.overview.nowhere"
		}
		return p.show(title, "", welcome(p.who.Person.Name, p.text(says)))
	}
	l, err := p.live()
	if err != nil {
		return err
	}
	return p.show(title, "", overviewPage(title, l))
}

// live reads the figures of the chosen period.
func (p *page) live() (live, error) {
	chosen := periods()[1]
	var l live
	for _, x := range periods() {
		if x.Name == p.r.URL.Query().Get("period") {
			chosen = x
		}
	}
	for _, x := range periods() {
		l.Periods = append(l.Periods, kit.Link{Text: p.text("admin.overview.period-" + x.Name), Href: Base + "?period=" + x.Name, Here: x == chosen})
	}
	l.Path = Base + "?period=" + chosen.Name
	today := p.businessDay(0)
	from, before := today.AddDate(0, 0, 1-chosen.Days), today.AddDate(0, 0, 1-2*chosen.Days)
	now, err := p.figuresOf(figure.ByDay, from, today)
	if err != nil {
		return l, err
	}
	was, err := p.figuresOf(figure.ByDay, before, from.AddDate(0, 0, -1))
	if err != nil {
		return l, err
	}
	places, err := p.figuresOf(figure.ByOutlet, from, today)
	if err != nil {
		return l, err
	}
	l.AsOf = now.AsOf
	l.Tiles = p.tiles(&now.Totals, &was.Totals)
	l.Money, l.Points = p.charts(now.Rows, from, chosen.Days)
	l.Outlets = p.outlets(places.Rows)
	l.Empty = now.Totals[figure.Receipts] == 0 && was.Totals[figure.Receipts] == 0 && !p.who.Narrowed()
	if l.Steps, err = p.steps(); !l.Empty {
		l.Steps = owed(l.Steps)
	}
	return l, err
}

// figuresOf are the figures of days, both in, at the outlets that the reader
// works at.
func (p *page) figuresOf(by figure.By, from, to time.Time) (*figure.Figures, error) {
	q := figure.Query{By: by, From: from.Format(time.DateOnly), To: to.Format(time.DateOnly), Limit: figure.MaxDays}
	if p.who.Narrowed() {
		q.Outlets = p.who.Outlets()
	}
	return p.Figures.Read(p.ctx(), q)
}

// money paid, refunds taken off.
func paid(s *figure.Sums) money.Amount { return money.Amount(s[figure.Money] - s[figure.RefundMoney]) }

// receipts are those of which anything is left: what came back whole is in no revenue
// either. In a period that took back more than it sold there are none.
func receipts(s *figure.Sums) int64 { return max(s[figure.Receipts]-s[figure.RefundsWhole], 0) }

// averageOf is the average receipt: what stands as revenue beside it, by what
// stands as receipts.
func averageOf(s *figure.Sums) money.Amount {
	n := receipts(s)
	if n == 0 {
		return 0
	}
	average, _ := money.MulDiv(int64(paid(s)), 1, n, money.HalfUp)
	return money.Amount(average)
}

func (p *page) tiles(now, was *figure.Sums) []tile {
	ctx := p.ctx()
	average := func(s *figure.Sums) int64 { return int64(averageOf(s)) }
	share := func(s *figure.Sums) int64 {
		if s[figure.Receipts] == 0 {
			return 0
		}
		return s[figure.MemberReceipts] * 1000 / s[figure.Receipts]
	}
	return []tile{
		{p.text("admin.overview.revenue"), ui.Money(ctx, paid(now)), p.beside(int64(paid(now)), int64(paid(was)))},
		{p.text("admin.overview.receipts"), ui.Number(ctx, receipts(now)), p.beside(receipts(now), receipts(was))},
		{p.text("admin.overview.average"), ui.Money(ctx, money.Amount(average(now))), p.beside(average(now), average(was))},
		{p.text("admin.overview.member-share"), ui.Rate(ctx, money.Rate(share(now)*1000)), p.text("admin.overview.of-receipts")},
		{p.text("admin.overview.earned"), ui.Points(ctx, money.Points(now[figure.Earned])), p.beside(now[figure.Earned], was[figure.Earned])},
		{p.text("admin.overview.spent"), ui.Points(ctx, money.Points(now[figure.Spent])), p.beside(now[figure.Spent], was[figure.Spent])},
	}
}

// beside says how a figure stands to that of the period before.
func (p *page) beside(now, was int64) string {
	switch {
	case was == 0:
		return p.text("admin.overview.no-before")
	case now == was:
		return p.text("admin.overview.as-before")
	}
	change := (now - was) * 1000 / was
	if change == 0 { // less than a tenth of a per cent
		return p.text("admin.overview.as-before")
	}
	key := "admin.overview.more"
	if change < 0 {
		key, change = "admin.overview.less", -change
	}
	return p.text(key, "rate", ui.Rate(p.ctx(), money.Rate(change*1000)))
}

// charts draws days that have no figures too: a gap would look like a line.
func (p *page) charts(rows []figure.Row, from time.Time, days int) (revenue, points kit.Chart) {
	by := map[string]*figure.Sums{}
	for i := range rows {
		by[rows[i].Day] = &rows[i].Sums
	}
	ctx := p.ctx()
	in := kit.Series{Name: p.text("admin.overview.revenue"), Color: kit.Earned}
	earned := kit.Series{Name: p.text("admin.overview.earned"), Color: kit.Earned}
	spent := kit.Series{Name: p.text("admin.overview.spent"), Color: kit.Spent}
	var x []string
	for i := range days {
		day := from.AddDate(0, 0, i)
		s := by[day.Format(time.DateOnly)]
		if s == nil {
			s = &figure.Sums{}
		}
		x = append(x, i18n.YearDay(p.lang(), day))
		in.Data, in.Cells = append(in.Data, float64(paid(s))/100), append(in.Cells, ui.Money(ctx, paid(s)))
		got, gone := s[figure.Earned], s[figure.Spent]
		earned.Data, earned.Cells = append(earned.Data, float64(got)/100), append(earned.Cells, ui.Points(ctx, money.Points(got)))
		spent.Data, spent.Cells = append(spent.Data, -float64(gone)/100), append(spent.Cells, ui.Points(ctx, money.Points(gone)))
	}
	over := p.text("admin.overview.day")
	return kit.Chart{Kind: kit.Line, X: x, Unit: "₽", Series: []kit.Series{in}, Says: p.text("admin.overview.revenue-by-day"), Over: over},
		kit.Chart{Kind: kit.Bars, X: x, Series: []kit.Series{earned, spent}, Says: p.text("admin.overview.points-by-day"), Over: over}
}

func (p *page) outlets(rows []figure.Row) []outletRow {
	var out []outletRow
	for i := range rows {
		s := &rows[i].Sums
		o, ok := p.Directory.Outlet(rows[i].ID)
		if !ok || s[figure.Receipts] == 0 {
			continue
		}
		out = append(out, outletRow{
			Name: o.Name, Money: ui.Money(p.ctx(), paid(s)), Receipts: ui.Number(p.ctx(), receipts(s)),
			Average: ui.Money(p.ctx(), averageOf(s)),
		})
	}
	return out
}
