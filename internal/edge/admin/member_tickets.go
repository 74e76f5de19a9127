package admin

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/playbill"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// ticketLine is one ticket of a member.
type ticketLine struct {
	Name, Place, Number, Href, Gate, State string
	Off                                    bool // the session is cancelled
	Begins, Used                           clock.Micros
	Tone                                   kit.Tone
}

// memberTickets are his tickets with what became of them, those bought last
// first.
func (p *page) memberTickets(m *member.Member, _ []purchase.AccountView) (templ.Component, error) {
	after, err := cursorOf(p.r.URL.Query().Get("after"))
	if err != nil {
		return nil, err
	}
	found, err := p.Desk.TicketsOf(p.ctx(), m.Home, after, listed)
	if err != nil {
		return nil, err
	}
	on := ""
	if found.Next.ID != 0 {
		on = memberPath(m.Home) + "/tickets?after=" + strconv.FormatInt(int64(found.Next.At), 10) + "-" + found.Next.ID.String()
	}
	off := map[string]bool{}
	var out []ticketLine
	for i := range found.Tickets {
		t := &found.Tickets[i]
		if !p.who.At(t.Outlet) {
			continue
		}
		l := p.ticketLine(t)
		if l.Off, err = p.cancelled(t.Place.Session, off); err != nil {
			return nil, err
		}
		if l.Off && t.State == purchase.TicketSold {
			l.Tone = kit.Warn
		}
		out = append(out, l)
	}
	return ticketsOf(out, on), nil
}

// cancelled tells whether a session is, as far as the playbill knows it; known are
// those that were asked about before.
func (p *page) cancelled(session string, known map[string]bool) (bool, error) {
	if _, asked := known[session]; !asked && session != "" {
		s, err := p.Playbill.Session(p.ctx(), session)
		if err != nil && fault.From(err).Kind != fault.NotFound {
			return false, err
		}
		known[session] = s.State == playbill.Cancelled
	}
	return known[session], nil
}

func (p *page) ticketLine(t *purchase.Ticket) ticketLine {
	l := ticketLine{
		Name: t.Name, Number: t.Number, Href: purchasePath(t.Purchase.Home, t.Purchase.ID), State: p.text("admin.ticket." + string(t.State)), Begins: t.Begins, Used: t.UsedAt,
	}
	if l.Name == "" {
		l.Name = t.SKU
	}
	if t.Place.Row != "" {
		l.Place = p.text("admin.ticket.row", "row", t.Place.Row)
	}
	if t.Place.Seat != "" {
		l.Place = strings.TrimPrefix(l.Place+", "+p.text("admin.ticket.seat", "seat", t.Place.Seat), ", ")
	}
	if o, ok := p.Directory.Outlet(t.Gate); ok {
		l.Gate = o.Name
	}
	switch t.State {
	case purchase.TicketUsed:
		l.Tone = kit.Good
	case purchase.TicketReturned:
		l.Tone = kit.Warn
	default:
		l.Tone = kit.Info
	}
	return l
}

// purchasePath is the address of a receipt.
func purchasePath(h home.ID, i id.ID) string {
	return purchasesPath + "/" + h.String() + "-" + i.String()
}

// codeRow is one promo code of a member's own.
type codeRow struct {
	Code, Campaign, State, Until, Used string
	Tone                               kit.Tone
	Made                               clock.Micros
	Active                             bool // it can be used, or withdrawn
}

// memberCodesView is a member's promo codes.
type memberCodesView struct {
	Own       []codeRow
	Used      []usedRow
	On        string
	Give      []kit.Action // none: the reader makes no codes, or there is none to be made
	Withdraws string       // where one is withdrawn; "": the reader may not
}

// usedRow is a receipt that promo codes were given with.
type usedRow struct {
	Codes, Receipt, Href, State string
	Tone                        kit.Tone
	At                          clock.Micros
}

// memberCodes are the promo codes that are his own, and those that he has used
// of late, public ones too.
func (p *page) memberCodes(m *member.Member, _ []purchase.AccountView) (templ.Component, error) {
	guests, err := p.Desk.GuestsOf(p.ctx(), p.DB, m.Home)
	if err != nil {
		return nil, err
	}
	after, err := codePlace(p.r.URL.Query().Get("after"))
	if err != nil {
		return nil, err
	}
	list, err := promo.Newest(p.ctx(), p.DB, promo.Filter{Home: m.Home, Guests: guests}, after, listed+1)
	if err != nil {
		return nil, err
	}
	on := ""
	if len(list) > listed {
		list = list[:listed]
		on = memberPath(m.Home) + "/codes?after=" + codePlaceOf(&list[listed-1])
	}
	if list, err = p.ownCodes(list); err != nil {
		return nil, err
	}
	v := memberCodesView{On: on, Own: make([]codeRow, len(list))}
	for i := range list {
		v.Own[i] = p.codeRow(&list[i])
	}
	if v.Used, err = p.usedCodes(m.Home); err != nil {
		return nil, err
	}
	if p.goes("/members/{member}/codes/new") {
		v.Withdraws = memberPath(m.Home) + "/codes/withdraw"
		if !m.State.Gone() && len(p.codeCampaigns()) > 0 {
			v.Give = []kit.Action{{Text: p.text("admin.codes.give"), Icon: "plus", Small: true, Href: memberPath(m.Home) + "/codes/new"}}
		}
	}
	return codesOf(v), nil
}

func (p *page) codeRow(c *promo.Code) codeRow {
	set := p.Programmes.Current()
	r := codeRow{Code: promo.Shown(c.Code), Campaign: c.Campaign, Until: p.day(c.Expires), Made: c.MadeAt}
	today := ui.Of(p.ctx()).Now.In(ui.Of(p.ctx()).Zone).Format("2006-01-02")
	if pr := set.Get(c.Programme); pr != nil {
		today = pr.Day(ui.Of(p.ctx()).Now)
		if k := pr.CampaignOf(c.Campaign); k != nil && k.Name != "" {
			r.Campaign = k.Name
		}
	}
	state := c.On(today)
	r.Active = state == promo.Active
	r.State, r.Tone = p.text("admin.code."+string(state)), map[promo.State]kit.Tone{promo.Active: kit.Good, promo.Used: kit.Info, promo.Withdrawn: kit.Bad, promo.Expired: kit.Warn}[state]
	if c.UsedOp != 0 {
		r.Used = purchasePath(c.UsedHome, c.UsedOp)
	}
	return r
}

// usedCodes are the receipts among his latest in which codes acted.
func (p *page) usedCodes(h home.ID) ([]usedRow, error) {
	bought, err := p.Desk.OfHome(p.ctx(), h, purchase.Cursor{}, listed)
	if err != nil {
		return nil, err
	}
	var out []usedRow
	for _, s := range bought {
		if codes, _ := s.CodesActed(); len(codes) > 0 && p.who.At(s.Outlet) {
			r := p.purchaseRow(s)
			out = append(out, usedRow{Codes: promo.Shown(strings.Join(codes, ", ")), Receipt: r.Number, Href: r.Href, At: s.At, State: p.text("admin.receipt.state-" + s.State), Tone: toneOf(s.State)})
		}
	}
	return out, nil
}
