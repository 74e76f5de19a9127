package admin

import (
	"time"

	"github.com/a-h/templ"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// memberDepositPages is what is done by hand with a member's prepaid money.
func memberDepositPages(a *Admin) {
	for _, d := range depositDeeds() {
		path := "/members/{member}/deposits/{deposit}/" + d.path
		if d.do == purchase.OpenDeposit {
			path = "/members/{member}/deposits/" + d.path
		}
		a.get(path, staff.DepositsEdit, func(p *page) error { return p.depositAsked(d) })
		a.post(path, staff.DepositsEdit, func(p *page) error { return p.depositSent(d) })
	}
}

// depositsView is a member's prepaid money: one of his deposits with what moved
// it, and the others.
type depositsView struct {
	Shown    *depositCard // nil: none is open
	Open     string       // where one is opened; "": not by the reader, or not now
	Moves    []depositMoveRow
	On       string
	None     string // says that there are no movements, as far as the reader may see
	Others   []depositLine
	OthersOf string // what they are called
}

// depositCard is a deposit as it stands.
type depositCard struct {
	Title, State string
	Tone         kit.Tone
	Stats        []tile
	Days         []kit.Pair
	Owes, Left   string // what is to be known of its money
	Actions      []kit.Action
}

// depositLine is a deposit among others.
type depositLine struct {
	Number, Href, State, Balance string
	Tone                         kit.Tone
	Opened                       clock.Micros
	Closed                       clock.Micros // 0: it is not
}

func depositsPath(h home.ID) string { return memberPath(h) + "/deposits" }

func depositPath(h home.ID, deposit id.ID) string { return depositsPath(h) + "/" + deposit.String() }

// depositSeen is where a deposit is shown with what moved it.
func depositSeen(h home.ID, d *purchase.DepositView) string {
	if d.Closed == 0 {
		return depositsPath(h)
	}
	return depositsPath(h) + "?deposit=" + d.ID.String()
}

// memberDeposits shows the deposit that is open, or the one that is asked for.
func (p *page) memberDeposits(m *member.Member, _ []purchase.AccountView) (templ.Component, error) {
	list, err := p.Desk.Deposits(p.ctx(), m.Home)
	if err != nil {
		return nil, err
	}
	shown, err := p.shownDeposit(list)
	if err != nil {
		return nil, err
	}
	v := depositsView{OthersOf: p.text("admin.deposit.closed-ones"), None: p.text("admin.deposit.no-moves")}
	if p.who.Narrowed() {
		v.None = p.text("admin.deposit.no-moves-own")
	}
	if p.can(staff.DepositsEdit) && m.State.Serves() && !hasOpen(list) {
		v.Open = depositsPath(m.Home) + "/open"
	}
	for i := range list {
		if &list[i] != shown {
			v.Others = append(v.Others, p.depositLine(m, &list[i]))
		}
	}
	if shown != nil {
		v.Shown = p.depositCard(m, shown)
		if shown.Closed != 0 {
			v.OthersOf = p.text("admin.deposit.others")
		}
		if v.Moves, v.On, err = p.depositMoves(m, shown); err != nil {
			return nil, err
		}
	}
	return depositsOf(v), nil
}

// shownDeposit is the deposit that the address names, else the open one; nil:
// there is none.
func (p *page) shownDeposit(list []purchase.DepositView) (*purchase.DepositView, error) {
	asked := p.r.URL.Query().Get("deposit")
	for i := range list {
		if asked == "" && list[i].Closed == 0 || asked == list[i].ID.String() {
			return &list[i], nil
		}
	}
	if asked != "" {
		return nil, fault.New(fault.NotFound, "deposit.not-found")
	}
	return nil, nil
}

func hasOpen(list []purchase.DepositView) bool {
	for i := range list {
		if list[i].Closed == 0 {
			return true
		}
	}
	return false
}

// depositState is a deposit's state in a word.
func (p *page) depositState(d *purchase.DepositView) (string, kit.Tone) {
	switch {
	case d.Closed != 0:
		return p.text("admin.deposit.is-closed"), kit.Plain
	case d.Over(p.Clock.Now()):
		return p.text("admin.deposit.is-over"), kit.Warn
	}
	return p.text("admin.deposit.is-open"), kit.Good
}

func (p *page) depositLine(m *member.Member, d *purchase.DepositView) depositLine {
	l := depositLine{Number: p.text("admin.deposit.numbered", "number", d.Number), Href: depositSeen(m.Home, d), Balance: ui.Money(p.ctx(), d.Balance), Opened: d.Opened, Closed: d.Closed}
	l.State, l.Tone = p.depositState(d)
	return l
}

func (p *page) depositCard(m *member.Member, d *purchase.DepositView) *depositCard {
	ctx := p.ctx()
	c := &depositCard{Title: p.text("admin.deposit.account", "number", d.Number), Stats: p.depositStats(d), Actions: p.depositActions(m, d)}
	c.State, c.Tone = p.depositState(d)
	c.Days = []kit.Pair{{Name: p.text("admin.deposit.opened"), Value: ui.DateTime(ctx, d.Opened)}}
	switch {
	case d.Closed != 0:
		c.Days = append(c.Days, kit.Pair{Name: p.text("admin.deposit.closed"), Value: ui.DateTime(ctx, d.Closed)})
	case d.Over(p.Clock.Now()):
		c.Days = append(c.Days, kit.Pair{Name: p.text("admin.deposit.ended"), Value: p.endSaid(d.Ends)})
	default:
		c.Days = append(c.Days, kit.Pair{Name: p.text("admin.deposit.ends"), Value: p.endSaid(d.Ends)})
	}
	switch {
	case d.Closed == 0 && m.State == member.Blocked && d.Balance >= 0:
		c.Left = p.text("admin.deposit.blocked")
	case d.Balance < 0:
		c.Owes = p.text("admin.deposit.owes", "sum", ui.Money(ctx, -d.Balance))
	case d.Balance > 0 && d.Closed != 0:
		c.Left = p.text("admin.deposit.left", "sum", ui.Money(ctx, d.Balance))
	}
	return c
}

// depositStats are a deposit's figures. How often and how much it has paid is of
// all outlets, and not told to whoever works at some.
func (p *page) depositStats(d *purchase.DepositView) []tile {
	ctx := p.ctx()
	out := []tile{{p.text("admin.member.balance"), ui.Money(ctx, d.Balance), ""}}
	if d.Held > 0 {
		out[0].Detail = p.text("admin.deposit.spendable", "sum", ui.Money(ctx, d.Spendable))
		out = append(out, tile{p.text("admin.member.held"), ui.Money(ctx, d.Held), ""})
	}
	if p.who.Narrowed() {
		return out
	}
	return append(out,
		tile{p.text("admin.deposit.times"), ui.Number(ctx, d.Times), ""},
		tile{p.text("admin.deposit.spent"), ui.Money(ctx, d.Sold), ""},
	)
}

// depositTile is what a member has on his deposits, where he has one that is open
// or money on one.
func (p *page) depositTile(h home.ID) ([]tile, error) {
	list, err := p.Desk.Deposits(p.ctx(), h)
	var left money.Amount
	for i := range list {
		left += list[i].Balance
	}
	if err != nil || left == 0 && !hasOpen(list) {
		return nil, err
	}
	return []tile{{p.text("admin.deposit.of-member"), ui.Money(p.ctx(), left), ""}}, nil
}

// depositActions are what the reader may do with a deposit: of who is not served
// nothing but to give the money back.
func (p *page) depositActions(m *member.Member, d *purchase.DepositView) (out []kit.Action) {
	if !p.can(staff.DepositsEdit) {
		return nil
	}
	base := depositPath(m.Home, d.ID) + "/"
	switch {
	case d.Closed != 0 && d.Balance > 0:
		return []kit.Action{{Text: p.text("admin.deposit.pay-out"), Icon: "coins", Weight: kit.Risky, Href: base + "pay-out"}}
	case d.Closed != 0:
		return nil
	}
	if m.State.Serves() && !d.Over(p.Clock.Now()) || d.Balance < 0 { // what is owed may always be paid
		out = append(out, kit.Action{Text: p.text("admin.deposit.top-up"), Icon: "plus", Weight: kit.Primary, Href: base + "top-up"})
	}
	if m.State.Serves() {
		out = append(out, kit.Action{Text: p.text("admin.deposit.term"), Icon: "calendar", Href: base + "term"})
	}
	if d.Balance > d.Held {
		out = append(out, kit.Action{Text: p.text("admin.deposit.pay-out"), Icon: "coins", Href: base + "pay-out"})
	}
	return append(out, kit.Action{Text: p.text("admin.deposit.close"), Icon: "lock", Weight: kit.Risky, Href: base + "close"})
}

// lastDay is the last day of a term, where it ends with a day.
func (p *page) lastDay(ends clock.Micros) (string, bool) {
	at := ends.In(ui.Of(p.ctx()).Zone)
	if ends == 0 || at.Hour()+at.Minute()+at.Second() != 0 {
		return "", false
	}
	return i18n.Date(p.lang(), at.Add(-time.Second)), true
}

// endSaid is when a deposit ends: it is good for all of its last day.
func (p *page) endSaid(ends clock.Micros) string {
	if day, ok := p.lastDay(ends); ok {
		return p.text("admin.deposit.end-of-day", "day", day)
	}
	if ends == 0 {
		return p.text("admin.deposit.no-term")
	}
	return ui.DateTime(p.ctx(), ends)
}

// endTyped is the end of a day that was typed; none is no end.
func (p *page) endTyped(day string) (clock.Micros, error) {
	if day == "" {
		return 0, nil
	}
	zone := ui.Of(p.ctx()).Zone
	t, err := parseDay(day, zone)
	if err != nil {
		return 0, fault.Wrap(err, fault.Invalid, "admin.day")
	}
	return clock.Of(time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, zone)), nil
}
