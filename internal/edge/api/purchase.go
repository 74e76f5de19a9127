package api

import (
	"slices"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Purchase is a receipt as it is stored.
type Purchase struct {
	ID        OpID    `json:"id"`
	Mode      string  `json:"mode" enum:"commit,record"`
	State     string  `json:"state" enum:"done,part,refunded"`
	Member    home.ID `json:"member,omitzero"`
	Till      id.ID   `json:"till"`
	Outlet    id.ID   `json:"outlet"`
	Partner   id.ID   `json:"partner,omitzero"`
	Cashier   id.ID   `json:"cashier,omitzero"`
	Key       string  `json:"key"`
	Number    string  `json:"number,omitempty"`
	At        Time    `json:"at"`
	WrittenAt Time    `json:"written_at"`
	Day       string  `json:"day" example:"2026-03-02"`
	Account   id.ID   `json:"account,omitzero"`
	Founder   home.ID `json:"founder,omitzero"`
	Programme id.ID   `json:"programme,omitzero"`
	Version   int64   `json:"version,omitzero"`

	Lines          []PurchaseLine `json:"lines"`
	Codes          []string       `json:"codes,omitempty"`
	UnusedCodes    []UnusedCode   `json:"unused_codes,omitempty"`
	Payments       []Payment      `json:"payments"`
	Gross          money.Amount   `json:"gross"`
	Discount       money.Amount   `json:"discount"`
	PaidWithPoints money.Amount   `json:"paid_with_points"`
	Due            money.Amount   `json:"due"`
	Spent          money.Points   `json:"spent"`
	Earned         money.Points   `json:"earned"`
	Refunded       money.Amount   `json:"refunded"`
	Level          string         `json:"level,omitempty"`
	Balance        Balance        `json:"balance"`
	Deposit        id.ID          `json:"deposit,omitzero"`

	Awards []Award  `json:"awards,omitempty"`
	Flags  []string `json:"flags,omitempty"`
	Would  *Would   `json:"would,omitempty"`

	FiscalReceipt *FiscalReceipt `json:"fiscal_receipt,omitempty"`
	Claim         *PurchaseClaim `json:"claim,omitempty"`
	Joining       *Joining       `json:"joining,omitempty"`

	Refunds []Refund `json:"refunds,omitempty"`
	Visits  []Visit  `json:"visits,omitempty"`
}

// UnusedCode is a code that was shown and by which nothing acted.
type UnusedCode struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
}

// plainReasons are those whose sentence says all by itself.
var plainReasons = []string{
	rule.WhyCodeUnknown, rule.WhyCodeUsed, rule.WhyCodeExpired, rule.WhyCodeWithdrawn, rule.WhyCodeHeld, rule.WhyCodeForeign, rule.WhyOff, rule.WhyNothing,
}

// idleReasons are those whose sentence tells of a rule, with what it found:
// about a code they have another one, under "why.idle-".
var idleReasons = []string{
	rule.WhyDates, rule.WhyLost, rule.WhyCodeSpare, rule.WhyUsedUp, rule.WhyUsedByBuyer, rule.WhyNoUnits, rule.WhyMaxUnits, rule.WhyIfPayment, rule.WhyNoMember,
}

// idleText is the key of the sentence that tells why a code did nothing.
func idleText(reason string) string {
	switch {
	case slices.Contains(plainReasons, reason):
		return "why." + reason
	case slices.Contains(idleReasons, reason):
		return "why.idle-" + reason
	case strings.HasPrefix(reason, rule.Unmet):
		return "why.idle-unmet"
	case slices.Contains(rule.TooFew, reason):
		return "why.idle-few"
	case reason == rule.WhyLostPoints:
		return "why.idle-lost"
	}
	return "why.code-idle"
}

// unused tells of codes that did nothing; what the conditions found and needed
// the purchase's reasons say.
func (c *call) unused(in []rule.Idle) (out []UnusedCode) {
	for _, idle := range in {
		out = append(out, UnusedCode{Code: promo.Shown(idle.Code), Reason: idle.Reason, Text: c.Texts.Text(c.lang(), idleText(idle.Reason))})
	}
	return out
}

// made renders a purchase that is being made.
func (c *call) made(p *purchase.Purchase, fiscal bool) *Purchase {
	out := purchaseOf(p, fiscal)
	out.UnusedCodes = c.unused(p.Idle)
	return out
}

// kept renders a purchase that is read.
func (c *call) kept(s *purchase.Stored, fiscal bool) *Purchase {
	out := storedOf(s, fiscal)
	out.UnusedCodes = c.unused(s.Idle)
	return out
}

// PurchaseLine is one position with what became of it.
type PurchaseLine struct {
	SKU            string         `json:"sku"`
	Name           string         `json:"name,omitempty"`
	Product        id.ID          `json:"product,omitzero"`
	Type           string         `json:"type,omitempty"`
	Quantity       money.Quantity `json:"quantity"`
	Price          money.Amount   `json:"price"`
	Gross          money.Amount   `json:"gross"`
	Discount       money.Amount   `json:"discount"`
	PaidWithPoints money.Amount   `json:"paid_with_points"`
	Due            money.Amount   `json:"due"`
	Spent          money.Points   `json:"spent"`
	Earned         money.Points   `json:"earned"`
	Discounts      []RuleAmount   `json:"discounts,omitempty"`
	EarnedBy       []RuleAmount   `json:"earned_by,omitempty"`
	Fiscal         []FiscalPart   `json:"fiscal,omitempty"`
	Tickets        []string       `json:"tickets,omitempty"`
	SessionAt      Time           `json:"session_at,omitzero"`
	Place          *TicketPlace   `json:"place,omitempty"`
}

// RuleAmount is a rule's part of a line: kopecks of a discount, hundredths of
// points earned.
type RuleAmount struct {
	Rule   string `json:"rule"`
	Amount int64  `json:"amount"`
	OnUse  bool   `json:"on_use,omitempty"`
}

// Would is what the rules would have given to a receipt that came as a fact.
type Would struct {
	Discount money.Amount `json:"discount"`
	Most     money.Points `json:"most"`
	Earned   money.Points `json:"earned"`
}

// purchaseOf renders a purchase as it was made.
func purchaseOf(p *purchase.Purchase, fiscal bool) *Purchase {
	out := &Purchase{
		ID: OpID{p.Home, p.ID}, Mode: string(p.Mode), State: "done", Till: p.Till, Outlet: p.Outlet, Partner: p.Partner, Cashier: p.Cashier,
		Key: p.Key, Number: p.Number, At: Time(p.At), WrittenAt: Time(p.WrittenAt), Day: p.Day,
		Account: p.Account, Founder: p.AccountHome, Programme: p.Programme, Version: p.Version,
		Lines: make([]PurchaseLine, len(p.Lines)), Codes: p.Codes, Payments: paymentsOut(p.Payments),
		Gross: p.Gross, Discount: p.Discount, PaidWithPoints: p.Paid, Due: p.Due, Spent: p.Spent, Earned: p.Earned,
		Level: p.Level, Balance: balanceOf(p.Balance), Deposit: p.Deposit, Flags: p.Flags, Awards: awardsOf(p.Awards),
	}
	if p.Home.Kind() == home.Member {
		out.Member = p.Home
	}
	out.FiscalReceipt = fiscalReceiptOf(p.Fiscal)
	if w := p.Would; w != nil {
		out.Would = &Would{Discount: w.Discount, Most: w.Most, Earned: w.Earned}
	}
	for i := range p.Lines {
		l, o := &p.Lines[i], &out.Lines[i]
		*o = PurchaseLine{
			SKU: l.SKU, Name: l.Name, Product: l.Product, Type: l.Type, Quantity: l.Quantity, Price: l.Price,
			Gross: l.Gross, Discount: l.Discount(), PaidWithPoints: l.Paid, Due: l.Due(), Spent: l.Points,
			Discounts: rulesOut(l.Discounts), EarnedBy: rulesOut(l.Earned),
			Tickets: l.Tickets, SessionAt: Time(l.SessionAt), Place: placeOf(l.Place, l.Memo, l.Least),
		}
		for _, e := range l.Earned {
			o.Earned += money.Points(e.Amount)
		}
		if fiscal {
			o.Fiscal = fiscalOf(o.Due, l.Quantity)
		}
	}
	return out
}

func rulesOut(in []purchase.RuleAmount) []RuleAmount {
	if len(in) == 0 {
		return nil
	}
	out := make([]RuleAmount, len(in))
	for i, r := range in {
		out[i] = RuleAmount{r.Rule, r.Amount, r.Waits}
	}
	return out
}

// storedOf renders a purchase with what has come back of it since.
func storedOf(s *purchase.Stored, fiscal bool) *Purchase {
	out := purchaseOf(&s.Purchase, fiscal)
	out.State, out.Refunded = s.State, money.Amount(s.Refunded)
	if s.Claim != nil {
		out.Claim = claimOf(s.Claim)
	}
	if buyer := s.Buyer(); buyer.Kind() == home.Member {
		out.Member = buyer
		if out.Founder == buyer { // it is no household's account
			out.Founder = 0
		}
	}
	for _, r := range s.Refunds {
		out.Refunds = append(out.Refunds, *refundOf(r, s.Lines))
	}
	for _, v := range s.Visits {
		out.Visits = append(out.Visits, *visitOf(v))
	}
	return out
}
