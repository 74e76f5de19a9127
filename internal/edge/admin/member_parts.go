package admin

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// note puts something into the audit trail that is a change of nothing.
func (p *page) note(action, kind string, i id.ID) error {
	return p.DB.Write(p.ctx(), func(tx *db.Tx) error {
		return audit.Note(p.ctx(), tx, p.Clock.Now(), audit.Entry{Action: action, Target: audit.On(kind, i)})
	})
}

// day is a date of a profile as it is read, YYYY-MM-DD in the base.
func (p *page) day(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return i18n.Date(p.lang(), t)
}

// programmeName is what a programme is called now.
func (p *page) programmeName(i id.ID) string {
	if pr := p.Programmes.Current().Get(i); pr != nil {
		return pr.Name
	}
	return i.String()
}

// lastMonths is how many months the charts of a member show.
const lastMonths = 12

// monthsOf are the beginnings of those months, the first first.
func monthsOf(now time.Time) []time.Time {
	out := make([]time.Time, lastMonths)
	for i := range out {
		out[i] = time.Date(now.Year(), now.Month()+time.Month(i+1-lastMonths), 1, 0, 0, 0, 0, now.Location())
	}
	return out
}

func (p *page) memberCharts(f *figure.MemberFigures) (revenue, points kit.Chart) {
	ctx := p.ctx()
	by := map[string]*figure.Sums{}
	for i := range f.Months {
		by[f.Months[i].Month] = &f.Months[i].Sums
	}
	in := kit.Series{Name: p.text("segment.field.turnover"), Color: kit.Earned}
	earned := kit.Series{Name: p.text("admin.overview.earned"), Color: kit.Earned}
	spent := kit.Series{Name: p.text("admin.overview.spent"), Color: kit.Spent}
	back := kit.Series{Name: p.text("admin.member.by-refunds"), Color: kit.Fourth}
	var x []string
	refunded := false
	for _, month := range monthsOf(ui.Of(ctx).Now.In(ui.Of(ctx).Zone)) {
		s := by[month.Format("2006-01")]
		if s == nil {
			s = &figure.Sums{}
		}
		x = append(x, month.Format("01.06"))
		in.Data, in.Cells = append(in.Data, float64(paid(s))/100), append(in.Cells, ui.Money(ctx, paid(s)))
		earned.Data, earned.Cells = append(earned.Data, float64(s[figure.Earned])/100), append(earned.Cells, ui.Points(ctx, money.Points(s[figure.Earned])))
		spent.Data, spent.Cells = append(spent.Data, -float64(s[figure.Spent])/100), append(spent.Cells, ui.Points(ctx, money.Points(s[figure.Spent])))
		net := s[figure.RefundSpent] - s[figure.RefundEarned]
		refunded = refunded || s[figure.RefundSpent] != 0 || s[figure.RefundEarned] != 0
		back.Data, back.Cells = append(back.Data, float64(net)/100), append(back.Cells, ui.Points(ctx, money.Points(net)))
	}
	over := p.text("admin.member.month")
	moves := []kit.Series{earned, spent}
	if refunded {
		moves = append(moves, back)
	}
	return kit.Chart{Kind: kit.Line, X: x, Unit: "₽", Series: []kit.Series{in}, Says: p.text("admin.member.money-by-month"), Over: over},
		kit.Chart{Kind: kit.Bars, X: x, Series: moves, Says: p.text("admin.member.points-by-month"), Over: over}
}

func (p *page) levelCards(accounts []purchase.AccountView) []levelCard {
	var out []levelCard
	for i := range accounts {
		v := accounts[i].Level
		if v == nil {
			continue
		}
		c := levelCard{Programme: p.programmeName(accounts[i].Account.Programme), Level: p.text("admin.member.no-level")}
		if v.Level != nil {
			c.Level = v.Level.Name
		}
		if n := p.ahead(v.Next); n != nil {
			c.Next = p.left(n.Level.Name, max(n.Total, n.Sum), n.Visits, n.Points)
			if whole := max(n.Level.Total, n.Level.Sum); whole > 0 {
				c.Whole, c.Done = int64(whole), int64(whole-max(n.Total, n.Sum))
			}
		}
		out = append(out, c)
	}
	return out
}

// left says what is left to a level.
func (p *page) left(name string, sum money.Amount, visits int64, points money.Points) string {
	switch {
	case sum > 0:
		return p.text("admin.member.left-sum", "level", name, "sum", ui.Money(p.ctx(), sum))
	case visits > 0:
		return p.text("admin.member.left-visits", "level", name, "count", visits)
	}
	return p.text("admin.member.left-points", "level", name, "count", points)
}

// lotRow is one accrual with what is left of it.
type lotRow struct {
	Source, Left, Amount, State string
	At, Ends                    clock.Micros
	Slides                      bool // it ends when nothing was bought for long; when, is not told
	Tone                        kit.Tone
}

// accountPart is one bonus account with its accruals.
type accountPart struct {
	Name  string
	Note  string // whose it is
	Stats []tile
	Lots  []lotRow
}

// memberPoints are the accounts that the member uses, and their accruals: of receipts
// that the reader may see.
func (p *page) memberPoints(m *member.Member, accounts []purchase.AccountView) (templ.Component, error) {
	parts := make([]accountPart, len(accounts))
	for i := range accounts {
		v := &accounts[i]
		if p.who.Narrowed() {
			if err := p.ownLots(m, v); err != nil {
				return nil, err
			}
		}
		parts[i] = p.accountPart(v, m.Home == v.Shared)
	}
	return pointsOf(parts), nil
}

func (p *page) accountPart(v *purchase.AccountView, own bool) accountPart {
	ctx, a := p.ctx(), &v.Account
	out := accountPart{Name: p.programmeName(a.Programme), Stats: []tile{
		{p.text("segment.field.active"), ui.Points(ctx, a.Active), ""},
		{p.text("segment.field.pending"), ui.Points(ctx, a.Pending), ""},
		{p.text("admin.member.held"), ui.Points(ctx, a.Held), ""},
	}}
	if !p.who.Narrowed() {
		out.Stats = append(out.Stats,
			tile{p.text("segment.field.earned"), ui.Points(ctx, a.Earned), ""},
			tile{p.text("segment.field.spent"), ui.Points(ctx, a.Spent), ""},
			tile{p.text("admin.member.expired"), ui.Points(ctx, a.Expired), ""})
	}
	switch {
	case v.Rests:
		out.Note = p.text("admin.member.rests")
	case v.Shared != 0 && !own:
		out.Note = p.text("admin.member.shared")
	}
	if a.Debt > 0 {
		out.Stats = append(out.Stats, tile{p.text("admin.member.debt"), ui.Points(ctx, a.Debt), ""})
	}
	for i := range v.Lots {
		l := &v.Lots[i]
		r := lotRow{
			Source: p.text("admin.lot." + string(l.Source)), Left: ui.Points(ctx, l.Remaining), Amount: ui.Points(ctx, l.Amount),
			State: p.text("admin.lot.active"), Tone: kit.Good, At: l.EarnedAt, Ends: l.ExpiresAt,
		}
		if l.Pending {
			r.State, r.Tone = p.text("admin.lot.pending"), kit.Warn
		}
		if l.Waits {
			r.State = p.text("admin.lot.waits")
		}
		if l.Sliding && p.who.Narrowed() { // by the day it would be known when he last bought anywhere
			r.Slides = true
		} else if l.Sliding {
			r.Ends = a.SlideAt
		}
		out.Lots = append(out.Lots, r)
	}
	return out
}

// purchaseRow is one receipt in a list.
type purchaseRow struct {
	Href, Number, Outlet string
	Money, Earned, Spent string
	At                   clock.Micros
	State                string
	Tone                 kit.Tone
}

const listed = 50 // rows of a part

// memberPurchases are his receipts, the newest first.
func (p *page) memberPurchases(m *member.Member, _ []purchase.AccountView) (templ.Component, error) {
	after, err := cursorOf(p.r.URL.Query().Get("after"))
	if err != nil {
		return nil, err
	}
	list, err := p.Desk.OfHome(p.ctx(), m.Home, after, listed+1)
	if err != nil {
		return nil, err
	}
	on := ""
	if len(list) > listed {
		list = list[:listed]
		last := list[listed-1]
		on = memberPath(m.Home) + "/operations?after=" + strconv.FormatInt(int64(last.At), 10) + "-" + last.ID.String()
	}
	var out []purchaseRow
	for _, s := range list {
		if p.who.At(s.Outlet) {
			out = append(out, p.purchaseRow(s))
		}
	}
	return purchasesOf(out, on, p.noPurchases()), nil
}

// purchaseRow is a receipt as it stands in a list.
func (p *page) purchaseRow(s *purchase.Stored) purchaseRow {
	ctx := p.ctx()
	o, _ := p.Directory.Outlet(s.Outlet)
	r := purchaseRow{
		Href: Base + "/purchases/" + s.Home.String() + "-" + s.ID.String(), Number: cmp.Or(s.Number, s.Key), Outlet: o.Name,
		Money: ui.Money(ctx, s.Due), Earned: ui.Signed(ctx, s.Earned), Spent: ui.Signed(ctx, -s.Spent), At: s.At,
	}
	switch s.State {
	case "part":
		r.State, r.Tone = p.text("admin.purchase.part"), kit.Warn
	case "refunded":
		r.State, r.Tone = p.text("admin.purchase.refunded"), kit.Bad
	default:
		r.State, r.Tone = p.text("admin.purchase.done"), kit.Good
	}
	return r
}

// movementRow is one movement of points.
type movementRow struct {
	What, Href, Account, Points string
	Why                         string // of what was done by hand: its reason and who did it
	At                          clock.Micros
	Plus, Minus                 bool
}

// memberMovements is what moved his points, the newest first.
func (p *page) memberMovements(m *member.Member, _ []purchase.AccountView) (templ.Component, error) {
	before, err := numberOf(p.r.URL.Query().Get("before"))
	if err != nil {
		return nil, err
	}
	list, homes, err := p.Desk.Movements(p.ctx(), m.Home, 0, before, listed+1)
	if err != nil {
		return nil, err
	}
	on := ""
	if len(list) > listed {
		list = list[:listed]
		on = memberPath(m.Home) + "/movement?before=" + strconv.FormatInt(list[listed-1].Seq, 10)
	}
	of, err := p.Desk.ProgrammesOf(p.ctx(), homes)
	if err != nil {
		return nil, err
	}
	out, err := p.movementRows(list, homes, of)
	if err != nil {
		return nil, err
	}
	return movementsOf(out, on), nil
}

// movementRows are postings as people count: what one operation took from
// several accruals is one row; of are the programmes of accounts.
func (p *page) movementRows(list []ledger.Posting, homes *purchase.OpHomes, of map[id.ID]id.ID) (out []movementRow, err error) {
	list = slices.DeleteFunc(slices.Clone(list), carriesTotals)
	ops := make([]id.ID, len(list))
	for i := range list {
		ops[i] = list[i].Op
	}
	deeds, err := p.deeds(homes, ops)
	if err != nil {
		return nil, err
	}
	for i := 0; i < len(list); { // hidden only when joined: what is left would be joined over what is not
		x, way := &list[i], gives(&list[i])
		sum := money.Points(0)
		for ; i < len(list) && oneDeed(&list[i], x) && gives(&list[i]) == way; i++ {
			sum += list[i].Amount
		}
		if !deeds.moves(x, of[x.Account]) {
			continue
		}
		r := movementRow{What: p.movementName(x), Account: p.programmeName(of[x.Account]), At: x.At, Plus: way > 0, Minus: way < 0}
		if r.Points = i18n.Points(p.lang(), sum); way != 0 {
			r.Points = ui.Signed(p.ctx(), sum*money.Points(way))
		}
		t := deeds.told[x.Op]
		if t.Receipt.ID != 0 && p.can(staff.PurchasesSee) && p.who.At(t.Outlet) {
			r.Href = purchasesPath + "/" + t.Receipt.Home.String() + "-" + t.Receipt.ID.String()
		}
		if t.Reason != "" {
			r.Why = p.detail(t.Reason, p.staffOf(t.Actor))
		}
		if t.Occasion != "" {
			r.Why = p.text("rule.occasion." + t.Occasion)
		}
		if t.From != t.To {
			level := p.levelCalled(of[x.Account], t.From) + " → " + p.levelCalled(of[x.Account], t.To)
			r.Why = p.detail(p.text("admin.movement.level", "levels", level), r.Why)
		}
		out = append(out, r)
	}
	return out, nil
}

// oneDeed tells whether two postings beside each other are one thing done. What time does
// has no operation: it is one at one moment.
func oneDeed(a, b *ledger.Posting) bool {
	return a.Op == b.Op && a.Kind == b.Kind && a.Account == b.Account && (a.Op != 0 || a.At == b.At)
}

// carriesTotals tells whether a posting of a merge takes over what an account has come
// to in all, and no points that are there.
func carriesTotals(x ledger.Posting) bool { return x.Kind == ledger.Move && gives(&x) == 0 }

// gives tells whether a posting adds to what the member has, waiting and kept for
// orders too (1), takes from it (-1), or neither: it only says how they are his.
func gives(x *ledger.Posting) int {
	has := func(s ledger.Side) int {
		if s == ledger.Active || s == ledger.Pending || s == ledger.Held {
			return 1
		}
		return 0
	}
	return has(x.Credit) - has(x.Debit)
}

// movementName is what a posting is called; points that were to be taken and are gone
// are owed.
func (p *page) movementName(x *ledger.Posting) string {
	if x.Debit == ledger.Debt {
		return p.text("admin.movement.owed")
	}
	return p.text("admin.movement." + string(x.Kind))
}

// changeRow is one change of a member.
type changeRow struct {
	Field, Was, Is, By string
	At                 clock.Micros
}

// memberChanges is his audit trail, the newest first. Contacts are masked: what
// they were is as personal as what they are.
func (p *page) memberChanges(m *member.Member, _ []purchase.AccountView) (templ.Component, error) {
	before, err := numberOf(p.r.URL.Query().Get("before"))
	if err != nil {
		return nil, err
	}
	of := member.Field(p.r.URL.Query().Get("field"))
	if !slices.Contains(journals, of) {
		of = ""
	}
	list, err := member.Changes(p.ctx(), p.DB, m.Home, of, id.ID(before), listed+1)
	if err != nil {
		return nil, err
	}
	on := ""
	if len(list) > listed {
		list = list[:listed]
		on = memberPath(m.Home) + "/changes?" + url.Values{"field": {string(of)}, "before": {list[listed-1].ID.String()}}.Encode()
	}
	words, err := p.changeWords(list)
	if err != nil {
		return nil, err
	}
	out := make([]changeRow, len(list))
	for i := range list {
		out[i] = words.row(&list[i])
	}
	merged, err := p.mergedOf(m)
	if err != nil {
		return nil, err
	}
	return changesOf(out, p.journalLinks(m, of), merged, on), nil
}

// journals are the changes that are read apart; "": all.
var journals = []member.Field{"", member.FieldPhone, member.FieldEmail, member.FieldState, member.FieldGroup}

func (p *page) journalLinks(m *member.Member, here member.Field) []kit.Link {
	out := make([]kit.Link, len(journals))
	for i, of := range journals {
		out[i] = kit.Link{Text: p.text("admin.journal." + cmp.Or(string(of), "all")), Href: memberPath(m.Home) + "/changes", Here: of == here}
		if of != "" {
			out[i].Href += "?field=" + string(of)
		}
	}
	return out
}

// mergedOf are the merges that a member was in, for whoever may read their acts.
func (p *page) mergedOf(m *member.Member) (out []kit.Link, err error) {
	if p.who.Narrowed() {
		return nil, nil
	}
	list, err := p.Merges.List(p.ctx(), m.Home, 0, listed)
	for i := range list {
		out = append(out, kit.Link{Text: p.text("admin.merge.was-merged", "number", list[i].Number, "time", ui.DateTime(p.ctx(), list[i].At)), Href: mergePath(list[i].ID)})
	}
	return out, err
}

// cardRow is one card of a member.
type cardRow struct {
	Number, Type, State, Href string
	Tone                      kit.Tone
	At                        clock.Micros
}

func (p *page) cardRows(list []card.Card, types []card.Type) []cardRow {
	names := map[id.ID]string{}
	for _, t := range types {
		names[t.ID] = t.Name
	}
	out := make([]cardRow, len(list))
	for i := range list {
		c := &list[i]
		out[i] = cardRow{Number: c.Number, Type: names[c.Type], State: p.text("admin.card." + string(c.State)), Tone: cardTone(c.State), At: c.IssuedAt, Href: cardPath(c)}
	}
	return out
}
