package api

import (
	"bytes"
	"encoding/json"
	"strconv"

	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Tills wait for the answer to a commit, so it is put together by hand here,
// to the same bytes as encoding/json would; a test holds the two together.

// appender is an answer that writes itself.
type appender interface{ appendJSON(b []byte) []byte }

func (p *Purchase) appendJSON(b []byte) []byte {
	if len(p.Refunds) > 0 || len(p.Visits) > 0 || p.Claim != nil || p.Joining != nil {
		return appendAny(b, p) // it is being read, or rare
	}
	w := writer{b}
	w.raw(`{"id":"`).op(p.ID).raw(`","mode":`).text(p.Mode).raw(`,"state":`).text(p.State)
	w.optID(`,"member":`, id.ID(p.Member)).raw(`,"till":`).id(p.Till).raw(`,"outlet":`).id(p.Outlet)
	w.optID(`,"partner":`, p.Partner).optID(`,"cashier":`, p.Cashier)
	w.raw(`,"key":`).text(p.Key).optText(`,"number":`, p.Number)
	w.raw(`,"at":"`).time(p.At).raw(`","written_at":"`).time(p.WrittenAt).raw(`","day":`).text(p.Day)
	w.optID(`,"account":`, p.Account).optID(`,"founder":`, id.ID(p.Founder)).optID(`,"programme":`, p.Programme)
	if p.Version != 0 {
		w.raw(`,"version":`).num(p.Version)
	}
	w.raw(`,"lines":[`)
	for i := range p.Lines {
		w.comma(i).line(&p.Lines[i])
	}
	w.raw(`]`).texts(`,"codes":`, p.Codes).unused(p.UnusedCodes).raw(`,"payments":[`)
	for i, v := range p.Payments {
		w.comma(i).raw(`{"kind":`).text(v.Kind).raw(`,"amount":`).num(int64(v.Amount)).raw(`}`)
	}
	w.raw(`]`).sums(p.Gross, p.Discount, p.PaidWithPoints, p.Due, p.Spent, p.Earned).raw(`,"refunded":`).num(int64(p.Refunded))
	w.optText(`,"level":`, p.Level)
	w.raw(`,"balance":{"active":`).num(int64(p.Balance.Active)).raw(`,"pending":`).num(int64(p.Balance.Pending))
	w.raw(`,"held":`).num(int64(p.Balance.Held)).raw(`,"debt":`).num(int64(p.Balance.Debt)).raw(`,"spendable":`).num(int64(p.Balance.Spendable)).raw(`}`)
	w.optID(`,"deposit":`, p.Deposit)
	w.awards(p.Awards).texts(`,"flags":`, p.Flags)
	if p.Would != nil {
		w.raw(`,"would":{"discount":`).num(int64(p.Would.Discount)).raw(`,"most":`).num(int64(p.Would.Most))
		w.raw(`,"earned":`).num(int64(p.Would.Earned)).raw(`}`)
	}
	if p.FiscalReceipt != nil {
		w.b = appendAny(w.raw(`,"fiscal_receipt":`).b, p.FiscalReceipt)
	}
	return w.raw(`}`).b
}

func (w *writer) unused(codes []UnusedCode) *writer {
	if len(codes) == 0 {
		return w
	}
	w.raw(`,"unused_codes":[`)
	for i, c := range codes {
		w.comma(i).raw(`{"code":`).text(c.Code).raw(`,"reason":`).text(c.Reason).raw(`,"text":`).text(c.Text).raw(`}`)
	}
	return w.raw(`]`)
}

func (w *writer) line(l *PurchaseLine) *writer {
	w.raw(`{"sku":`).text(l.SKU).optText(`,"name":`, l.Name).optID(`,"product":`, l.Product).optText(`,"type":`, l.Type)
	w.raw(`,"quantity":"`).raw(l.Quantity.String()).raw(`","price":`).num(int64(l.Price))
	w.sums(l.Gross, l.Discount, l.PaidWithPoints, l.Due, l.Spent, l.Earned)
	w.rules(`,"discounts":[`, l.Discounts).rules(`,"earned_by":[`, l.EarnedBy)
	if len(l.Fiscal) > 0 {
		w.raw(`,"fiscal":[`)
		for i, f := range l.Fiscal {
			w.comma(i).raw(`{"price":`).num(int64(f.Price)).raw(`,"pieces":`).num(f.Pieces).raw(`}`)
		}
		w.raw(`]`)
	}
	w.texts(`,"tickets":`, l.Tickets)
	if l.SessionAt != 0 {
		w.raw(`,"session_at":"`).time(l.SessionAt).raw(`"`)
	}
	if l.Place != nil {
		w.b = appendAny(w.raw(`,"place":`).b, l.Place)
	}
	return w.raw(`}`)
}

func (w *writer) awards(list []Award) *writer {
	if len(list) == 0 {
		return w
	}
	w.raw(`,"awards":[`)
	for i, a := range list {
		w.comma(i).raw(`{"campaign":`).text(a.Campaign).raw(`,"code":`).text(a.Code).optText(`,"until":`, a.Until).raw(`}`)
	}
	return w.raw(`]`)
}

// sums are the figures that a receipt and its lines have alike.
func (w *writer) sums(gross, discount, paid, due money.Amount, spent, earned money.Points) *writer {
	w.raw(`,"gross":`).num(int64(gross)).raw(`,"discount":`).num(int64(discount)).raw(`,"paid_with_points":`).num(int64(paid))
	return w.raw(`,"due":`).num(int64(due)).raw(`,"spent":`).num(int64(spent)).raw(`,"earned":`).num(int64(earned))
}

func (w *writer) rules(name string, list []RuleAmount) *writer {
	if len(list) == 0 {
		return w
	}
	w.raw(name)
	for i, r := range list {
		w.comma(i).raw(`{"rule":`).text(r.Rule).raw(`,"amount":`).num(r.Amount)
		if r.OnUse {
			w.raw(`,"on_use":true`)
		}
		w.raw(`}`)
	}
	return w.raw(`]`)
}

func (w *writer) texts(name string, list []string) *writer {
	if len(list) == 0 {
		return w
	}
	w.raw(name).raw(`[`)
	for i, s := range list {
		w.comma(i).text(s)
	}
	return w.raw(`]`)
}

// writer appends JSON; its methods give it back to be chained.
type writer struct{ b []byte }

func (w *writer) raw(s string) *writer {
	w.b = append(w.b, s...)
	return w
}

func (w *writer) comma(i int) *writer {
	if i > 0 {
		w.b = append(w.b, ',')
	}
	return w
}

func (w *writer) num(v int64) *writer {
	w.b = strconv.AppendInt(w.b, v, 10)
	return w
}

func (w *writer) id(i id.ID) *writer {
	w.b = append(w.b, '"')
	if i != 0 {
		w.b = strconv.AppendInt(w.b, int64(i), 10)
	}
	w.b = append(w.b, '"')
	return w
}

func (w *writer) optID(name string, i id.ID) *writer {
	if i == 0 {
		return w
	}
	return w.raw(name).id(i)
}

func (w *writer) optText(name, s string) *writer {
	if s == "" {
		return w
	}
	return w.raw(name).text(s)
}

func (w *writer) op(o OpID) *writer {
	if o.ID == 0 {
		return w
	}
	return w.num(int64(o.Home)).raw(`.`).num(int64(o.ID))
}

func (w *writer) time(t Time) *writer {
	w.b, _ = t.AppendText(w.b) // never fails
	return w
}

// text writes a string; what is not plain ASCII goes the long way.
func (w *writer) text(s string) *writer {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			w.b = appendAny(w.b, s)
			return w
		}
	}
	w.b = append(append(append(w.b, '"'), s...), '"')
	return w
}

// appendAny writes a value by encoding/json, as all other answers are.
func appendAny(b []byte, v any) []byte {
	buf := bytes.NewBuffer(b)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // texts and plain structs: never fails
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
