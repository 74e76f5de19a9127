package purchase

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"kopilka/internal/platform/id"
)

// A receipt's document is written on the hot path, so it is put together by
// hand here, to the same bytes as encoding/json would; a test holds the two
// together.

// encode gives the purchase's document.
func (p *Purchase) encode() ([]byte, error) {
	e := encoder{b: make([]byte, 0, 700+250*len(p.Lines))}
	e.raw(`{"home":`).id(id.ID(p.Home)).raw(`,"id":`).id(p.ID)
	e.raw(`,"mode":`).text(string(p.Mode))
	e.raw(`,"till":`).id(p.Till).raw(`,"outlet":`).id(p.Outlet)
	e.optID(`,"partner":`, p.Partner).optID(`,"cashier":`, p.Cashier)
	e.raw(`,"key":`).text(p.Key).optText(`,"number":`, p.Number)
	e.raw(`,"at":`).num(int64(p.At)).raw(`,"written_at":`).num(int64(p.WrittenAt)).raw(`,"day":`).text(p.Day).raw(`,"minute":`).num(int64(p.Minute))
	e.optText(`,"counted":`, p.Counted)
	e.optID(`,"account":`, p.Account).optID(`,"programme":`, p.Programme).optNum(`,"version":`, p.Version)
	if p.Judged != nil {
		e.other(`,"judged":`, p.Judged)
	}
	e.optID(`,"account_home":`, id.ID(p.AccountHome))
	if p.Fiscal != nil {
		e.other(`,"fiscal":`, p.Fiscal)
	}
	e.optText(`,"guest":`, p.Guest).optText(`,"channel":`, p.Channel).optTexts(`,"codes":`, p.Codes)
	e.seen(&p.Seen)
	e.lines(p.Lines)
	e.payments(p.Payments)
	e.optTrue(`,"told":`, p.Told)
	e.raw(`,"gross":`).num(int64(p.Gross)).optNum(`,"discount":`, int64(p.Discount)).optNum(`,"paid":`, int64(p.Paid))
	e.raw(`,"due":`).num(int64(p.Due)).optNum(`,"spent":`, int64(p.Spent)).optNum(`,"earned":`, int64(p.Earned))
	e.optID(`,"deposit":`, p.Deposit)
	if len(p.Parts) > 0 {
		e.other(`,"parts":`, p.Parts)
	}
	e.lots(p.Lots)
	if len(p.Uses) > 0 {
		e.other(`,"uses":`, p.Uses)
	}
	e.optTexts(`,"used_codes":`, p.UsedCodes)
	if len(p.Idle) > 0 {
		e.other(`,"idle_codes":`, p.Idle)
	}
	if len(p.Awards) > 0 {
		e.other(`,"awards":`, p.Awards)
	}
	if len(p.Acts) > 0 {
		e.other(`,"acts":`, p.Acts)
	}
	e.raw(`,"trace":`).text(p.Trace)
	if p.Would != nil {
		e.other(`,"would":`, p.Would)
	}
	e.optTexts(`,"flags":`, p.Flags)
	e.optText(`,"level":`, p.Level)
	e.raw(`,"balance":{"active":`).num(int64(p.Balance.Active))
	e.optNum(`,"pending":`, int64(p.Balance.Pending)).optNum(`,"held":`, int64(p.Balance.Held)).optNum(`,"debt":`, int64(p.Balance.Debt)).raw(`}}`)
	return e.b, e.err
}

// seen writes what the books know of the buyer; what is his own is kept beside
// the document.
func (e *encoder) seen(s *Seen) {
	m := &s.Member
	first := len(e.b) + len(`,"seen":{"member":`)
	e.raw(`,"seen":{"member":`)
	e.optTrue(`,"outside":`, m.Outside)
	e.optNum(`,"spendable":`, int64(m.Spendable)).optNum(`,"purchases":`, m.Purchases).optNum(`,"turnover":`, int64(m.Turnover))
	e.optNum(`,"used":`, int64(m.Used))
	e.optText(`,"last_day":`, m.LastDay).optText(`,"level":`, m.Level).optText(`,"level_day":`, m.LevelDay)
	if len(e.b) == first {
		e.raw(`{`)
	} else {
		e.b[first] = '{' // in the place of the first comma
	}
	e.raw(`}`).optTrue(`,"max":`, s.Max).optTexts(`,"used_up":`, s.UsedUp)
	if len(s.Given) > 0 {
		e.other(`,"given":`, s.Given)
	}
	e.optTrue(`,"beside":`, s.Beside).optText(`,"person":`, s.Person)
	e.raw(`}`)
}

func (e *encoder) lots(lots []Lot) {
	if len(lots) == 0 {
		return
	}
	e.raw(`,"lots":[`)
	for i := range lots {
		if i > 0 {
			e.raw(`,`)
		}
		e.raw(`{"id":`).id(lots[i].ID).raw(`,"points":`).num(int64(lots[i].Points)).optTexts(`,"rules":`, lots[i].Rules)
		if of := lots[i].Of; of != nil {
			e.raw(`,"of":{"line":`).num(int64(of.Line)).raw(`,"piece":`).num(int64(of.Piece)).raw(`}`)
		}
		e.raw(`}`)
	}
	e.raw(`]`)
}

func (e *encoder) lines(lines []Line) {
	if lines == nil {
		e.raw(`,"lines":null`)
		return
	}
	e.raw(`,"lines":[`)
	for i := range lines {
		l := &lines[i]
		if i > 0 {
			e.raw(`,`)
		}
		e.raw(`{"sku":`).text(l.SKU).optText(`,"name":`, l.Name).optID(`,"product":`, l.Product).optText(`,"type":`, l.Type)
		e.raw(`,"qty":`).text(l.Quantity.String()).raw(`,"price":`).num(int64(l.Price)).optNum(`,"least":`, int64(l.Least))
		e.optTrue(`,"not_payable":`, l.NotPaid).optTrue(`,"no_earn":`, l.NoEarn).optTrue(`,"memorandum":`, l.Memo)
		if l.Forbids != nil {
			e.other(`,"forbids":`, l.Forbids)
		}
		e.optIDs(`,"groups":`, l.Groups)
		if l.Place != nil {
			e.other(`,"place":`, l.Place)
		}
		e.optTexts(`,"tickets":`, l.Tickets).optNum(`,"session_at":`, int64(l.SessionAt))
		e.raw(`,"gross":`).num(int64(l.Gross)).rules(`,"discounts":`, l.Discounts)
		e.optNum(`,"paid":`, int64(l.Paid)).optNum(`,"points":`, int64(l.Points)).rules(`,"earned":`, l.Earned)
		if l.Pays == nil {
			e.raw(`,"pays":null}`)
			continue
		}
		e.raw(`,"pays":[`)
		for j, p := range l.Pays {
			if j > 0 {
				e.raw(`,`)
			}
			e.num(int64(p))
		}
		e.raw(`]}`)
	}
	e.raw(`]`)
}

func (e *encoder) rules(name string, rules []RuleAmount) *encoder {
	if len(rules) == 0 {
		return e
	}
	e.raw(name).raw(`[`)
	for i, r := range rules {
		if i > 0 {
			e.raw(`,`)
		}
		e.raw(`{"rule":`).text(r.Rule).raw(`,"amount":`).num(r.Amount).optTrue(`,"waits":`, r.Waits).raw(`}`)
	}
	return e.raw(`]`)
}

func (e *encoder) payments(payments []Payment) {
	if payments == nil {
		e.raw(`,"payments":null`)
		return
	}
	e.raw(`,"payments":[`)
	for i, p := range payments {
		if i > 0 {
			e.raw(`,`)
		}
		e.raw(`{"kind":`).text(p.Kind).raw(`,"amount":`).num(int64(p.Amount)).raw(`}`)
	}
	e.raw(`]`)
}

// encoder appends JSON; its methods give it back to be chained.
type encoder struct {
	b   []byte
	err error
}

func (e *encoder) raw(s string) *encoder {
	e.b = append(e.b, s...)
	return e
}

func (e *encoder) num(v int64) *encoder {
	e.b = strconv.AppendInt(e.b, v, 10)
	return e
}

func (e *encoder) id(v id.ID) *encoder {
	e.b = append(e.b, '"')
	if v != 0 {
		e.b = strconv.AppendInt(e.b, int64(v), 10)
	}
	e.b = append(e.b, '"')
	return e
}

// text writes a string; one that needs an escape is left to encoding/json.
func (e *encoder) text(s string) *encoder {
	if !plain(s) {
		return e.other("", s)
	}
	e.b = append(e.b, '"')
	e.b = append(e.b, s...)
	e.b = append(e.b, '"')
	return e
}

func plain(s string) bool {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
			return false
		}
		i += n
	}
	return true
}

// other writes what is rare by encoding/json.
func (e *encoder) other(name string, v any) *encoder {
	doc, err := json.Marshal(v)
	if err != nil {
		e.err = err
	}
	e.b = append(append(e.b, name...), doc...)
	return e
}

func (e *encoder) optNum(name string, v int64) *encoder {
	if v == 0 {
		return e
	}
	return e.raw(name).num(v)
}

func (e *encoder) optID(name string, v id.ID) *encoder {
	if v == 0 {
		return e
	}
	return e.raw(name).id(v)
}

func (e *encoder) optText(name, v string) *encoder {
	if v == "" {
		return e
	}
	return e.raw(name).text(v)
}

func (e *encoder) optTrue(name string, v bool) *encoder {
	if !v {
		return e
	}
	return e.raw(name).raw(`true`)
}

func (e *encoder) optTexts(name string, vs []string) *encoder {
	if len(vs) == 0 {
		return e
	}
	e.raw(name).raw(`[`)
	for i, v := range vs {
		if i > 0 {
			e.raw(`,`)
		}
		e.text(v)
	}
	return e.raw(`]`)
}

func (e *encoder) optIDs(name string, vs []id.ID) *encoder {
	if len(vs) == 0 {
		return e
	}
	e.raw(name).raw(`[`)
	for i, v := range vs {
		if i > 0 {
			e.raw(`,`)
		}
		e.id(v)
	}
	return e.raw(`]`)
}
