package admin

import (
	"context"
	"time"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/spreadsheet"
)

// fileAtOnce is how many receipts or operations of a file are read at once.
const fileAtOnce = 200

// receiptsFile sends the list that is seen, all of it, as a file: a line for each
// receipt, with what came back of it. That it left the house is in the trail first.
func (p *page) receiptsFile() error {
	l, err := p.receiptsAsked()
	if err != nil {
		return err
	}
	b, err := p.fileBuyers()
	if err != nil {
		return err
	}
	if err := p.note("purchases.exported", "purchase", 0); err != nil {
		return err
	}
	return p.sendTable(p.datedName("purchases"), "receipts", receiptHead(p, b), func(context.Context) spreadsheet.Lines {
		return func(line func([]spreadsheet.Cell) error) error {
			cashiers := cashierNames{}
			return l.each(func(list []*purchase.Stored) error { return b.receipts(list, cashiers, line) })
		}
	})
}

// datedName is what a file of today is called.
func (p *page) datedName(of string) string {
	return of + "-" + ui.Of(p.ctx()).Now.In(ui.Of(p.ctx()).Zone).Format(time.DateOnly)
}

// fileActions offer a list as a file, by the address of either kind.
func (p *page) fileActions(href func(as string) string) []kit.Action {
	return []kit.Action{
		{Text: p.text("admin.members.export-xlsx"), Icon: "file-spreadsheet", Href: href("xlsx")},
		{Text: p.text("admin.members.export-csv"), Icon: "list", Href: href("csv")},
	}
}

// fileHref is where the list that is seen is had as a file.
func (l *receiptList) fileHref(as string) string {
	q := clone(l.query)
	q.Set("as", as)
	return withQuery(purchasesPath+"/file", q)
}

// each gives the receipts of the list, part by part.
func (l *receiptList) each(part func([]*purchase.Stored) error) error {
	var found []*purchase.Stored
	done, err := l.lookUp(func(s *purchase.Stored) { found = append(found, s) })
	if err != nil {
		return err
	}
	if done {
		return part(found)
	}
	q := l.latest()
	for q.Limit = fileAtOnce; ; {
		list, err := l.page.Desk.Latest(l.page.ctx(), q)
		if err != nil {
			return err
		}
		if err := part(list.Items); err != nil || list.Next.ID == 0 {
			return err
		}
		q.After = list.Next
	}
}

func receiptHead(p *page, b *fileBuyers) []string {
	head := []string{p.text("admin.file.at"), p.text("admin.receipt.business-day"), p.text("admin.purchases.receipt"), p.text("admin.overview.outlet"), p.text("admin.operations.cashier")}
	head = append(head, b.head()...)
	for _, key := range []string{
		"admin.file.level", "admin.file.gross", "admin.file.discount", "admin.file.paid", "admin.file.due", "admin.file.spent", "admin.file.earned",
		"admin.file.refunded", "admin.purchases.kind", "admin.purchases.state",
	} {
		head = append(head, p.text(key))
	}
	return head
}

// receipts writes the lines of some receipts.
func (b *fileBuyers) receipts(list []*purchase.Stored, cashiers cashierNames, line func([]spreadsheet.Cell) error) error {
	homes := make([]home.ID, 0, len(list))
	for _, s := range list {
		if h := s.Buyer(); h.Kind() == home.Member {
			homes = append(homes, h)
		}
	}
	if err := b.read(homes); err != nil {
		return err
	}
	for _, s := range list {
		if err := line(b.receipt(s, cashiers)); err != nil {
			return err
		}
	}
	return nil
}

func (b *fileBuyers) receipt(s *purchase.Stored, cashiers cashierNames) []spreadsheet.Cell {
	p := b.page
	r := p.receiptRow(s)
	out := []spreadsheet.Cell{
		spreadsheet.Time(s.At.In(ui.Of(p.ctx()).Zone)), spreadsheet.Day(s.Day), spreadsheet.Text(r.Number), spreadsheet.Text(r.Place), spreadsheet.Text(cashiers.of(p, s.Cashier)),
	}
	out = append(out, b.cells(r.whose)...)
	return append(
		out, spreadsheet.Text(r.Level), spreadsheet.Hundredths(int64(s.Gross)), spreadsheet.Hundredths(int64(s.Discount)), spreadsheet.Hundredths(int64(s.Paid)),
		spreadsheet.Hundredths(int64(s.Due)), spreadsheet.Hundredths(int64(s.Spent)), spreadsheet.Hundredths(int64(s.Earned)), spreadsheet.Hundredths(s.Refunded),
		spreadsheet.Text(p.text("admin.purchases.kind-"+kindOf(s))), spreadsheet.Text(r.State),
	)
}
