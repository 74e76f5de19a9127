package api

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/spoken"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Quote is what a purchase would give. Nothing of it is stored.
type Quote struct {
	ID             string        `json:"id"`
	Until          Time          `json:"until"`
	Member         home.ID       `json:"member,omitzero"`
	Programme      id.ID         `json:"programme,omitzero"`
	Version        int64         `json:"version,omitzero"`
	Lines          []QuoteLine   `json:"lines"`
	Gross          money.Amount  `json:"gross"`
	Discount       money.Amount  `json:"discount"`
	PaidWithPoints money.Amount  `json:"paid_with_points"`
	Due            money.Amount  `json:"due"`
	Spent          money.Points  `json:"spent"`
	Most           money.Points  `json:"most"`
	Allowed        money.Points  `json:"allowed"`
	Earned         money.Points  `json:"earned"`
	ProofAbove     *money.Points `json:"proof_above,omitempty"`
	Balance        Balance       `json:"balance"`
	Level          *AccountLevel `json:"level,omitempty"`
	Ending         []Ending      `json:"ending"`
	Campaigns      []string      `json:"campaigns,omitempty"`
	Messages       []string      `json:"messages,omitempty"`
	UnusedCodes    []UnusedCode  `json:"unused_codes,omitempty"`
	Why            []Why         `json:"why"`
	Hints          []Hint        `json:"hints,omitempty"`
}

// Hint tells what a little more in the receipt would bring: so many more units
// of the line, or so much more money.
type Hint struct {
	Rule     string       `json:"rule"`
	Campaign string       `json:"campaign,omitempty"`
	Line     int          `json:"line"`
	Units    int64        `json:"units,omitempty"`
	Amount   money.Amount `json:"amount,omitempty"`
	Saves    money.Amount `json:"saves"`
	Earns    money.Points `json:"earns"`
	Text     string       `json:"text"`
}

// QuoteLine is what becomes of one line.
type QuoteLine struct {
	Gross          money.Amount `json:"gross"`
	Discount       money.Amount `json:"discount"`
	PaidWithPoints money.Amount `json:"paid_with_points"`
	Most           money.Amount `json:"most"`
	Due            money.Amount `json:"due"`
	Spent          money.Points `json:"spent"`
	Earned         money.Points `json:"earned"`
	Fiscal         []FiscalPart `json:"fiscal,omitempty"`
	Place          *TicketPlace `json:"place,omitempty"`
	Discounts      []LineOff    `json:"discounts,omitempty"`
}

// LineOff is how much a rule took off a line.
type LineOff struct {
	Rule     string       `json:"rule"`
	Campaign string       `json:"campaign,omitempty"`
	Name     string       `json:"name,omitempty"`
	Amount   money.Amount `json:"amount"`
}

// Balance is an account's points.
type Balance struct {
	Active    money.Points `json:"active"`
	Pending   money.Points `json:"pending"`
	Held      money.Points `json:"held"`
	Debt      money.Points `json:"debt"`
	Spendable money.Points `json:"spendable"`
}

// Ending is points that expire at a time.
type Ending struct {
	At     Time         `json:"at"`
	Points money.Points `json:"points"`
}

// Why says of one rule that it acted, or why not.
type Why struct {
	Rule     string `json:"rule,omitempty"`
	Campaign string `json:"campaign,omitempty"`
	Code     string `json:"code,omitempty"`
	Applied  bool   `json:"applied"`
	Reason   string `json:"reason"`
	Amount   int64  `json:"amount"`
	Text     string `json:"text"`
}

// FiscalPart is a number of pieces of a line at one price of whole kopecks.
type FiscalPart struct {
	Price  money.Amount `json:"price"`
	Pieces int64        `json:"pieces"`
}

type quoteIn struct {
	Fiscal bool `query:"fiscal"`
	Body   CartBody
}

func quotes(a *API) {
	add(a, operation{
		id: "quotePurchase", method: http.MethodPost, path: "/quotes", group: "purchases", status: http.StatusOK, reads: true,
		scopes: []identity.Scope{identity.PurchasesQuote, identity.PurchasesWrite},
	}, quote)
}

func quote(ctx context.Context, c *call, in *quoteIn) (*Quote, error) {
	cart, err := c.toSell(&in.Body)
	if err != nil {
		return nil, err
	}
	q, err := c.Desk.Quote(ctx, cart)
	if err != nil {
		return nil, err
	}
	c.missedCodes(q.Unknown)
	return c.quoteOf(ctx, q, cart, in.Fiscal)
}

func (c *call) quoteOf(ctx context.Context, q *purchase.Quoted, cart *purchase.Cart, fiscal bool) (*Quote, error) {
	o := q.Outcome
	why, err := c.why(ctx, o.Trace)
	if err != nil {
		return nil, err
	}
	out := &Quote{
		ID: q.ID, Until: Time(q.Until), Member: q.Home, Programme: q.Programme.ID, Version: q.Programme.Version,
		Lines: make([]QuoteLine, len(o.Lines)), Gross: o.Gross, Discount: o.Discount, PaidWithPoints: o.Paid, Due: o.Due,
		Spent: o.Spent, Most: o.Most, Allowed: o.Allowed, Earned: o.Earned,
		Balance: balanceOf(q.Balance), Level: accountLevelOf(q.Level), Ending: endingOf(q.Ending), Why: why, UnusedCodes: c.unused(q.Idle), Campaigns: o.Campaigns, Messages: c.messages(o.Messages),
	}
	for i, at := range q.IdleTold { // which condition it is, where one does not hold
		if at >= 0 && strings.HasPrefix(o.Trace[at].Reason, rule.Unmet) {
			out.UnusedCodes[i].Text = c.Texts.Text(c.lang(), "why.idle-unmet-by", "why", why[at].Text)
		}
	}
	for i := range q.Hints {
		out.Hints = append(out.Hints, c.hint(&q.Hints[i], cart))
	}
	if above := q.Programme.Settings.SpendProofAbove; above >= 0 && q.Home != 0 {
		out.ProofAbove = &above
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		out.Lines[i] = QuoteLine{
			Gross: l.Gross, Discount: l.Discount, PaidWithPoints: l.Paid, Most: l.Most, Due: l.Due, Spent: l.Points, Earned: l.Earned,
			Place: placeOf(&q.Lines[i].Place, q.Lines[i].Memorandum, q.Lines[i].Least),
		}
		if fiscal {
			out.Lines[i].Fiscal = fiscalOf(l.Due, cart.Lines[i].Quantity)
		}
	}
	for _, off := range q.Programme.Off(o) {
		l := &out.Lines[off.Line]
		l.Discounts = append(l.Discounts, LineOff{off.Rule, off.Campaign, off.Name, off.Amount})
	}
	return out, nil
}

// endingOf adds up what expires at one time.
func endingOf(list []ledger.Ending) []Ending {
	out := []Ending{}
	for _, e := range list {
		if last := len(out) - 1; last >= 0 && out[last].At == Time(e.At) {
			out[last].Points += e.Points
			continue
		}
		out = append(out, Ending{Time(e.At), e.Points})
	}
	return out
}

func balanceOf(b purchase.Balance) Balance {
	out := Balance{Active: b.Active, Pending: b.Pending, Held: b.Held, Debt: b.Debt}
	if b.Debt == 0 {
		out.Spendable = b.Active
	}
	return out
}

// why renders a trace in the reader's language.
func (c *call) why(ctx context.Context, trace []rule.Step) ([]Why, error) {
	names := c.names(ctx)
	say := spoken.Speaker{Texts: c.Texts, Lang: c.lang(), Names: names}
	out := make([]Why, len(trace))
	for i := range trace {
		s := &trace[i]
		out[i] = Why{Rule: s.Rule, Campaign: s.Campaign, Code: promo.Shown(s.Code), Applied: s.Applied, Reason: s.Reason, Amount: s.Amount, Text: say.Say(s)}
	}
	return out, names.Err()
}

// hint puts a hint into words; lines are counted from 0, as everywhere here.
func (c *call) hint(h *rule.Hint, cart *purchase.Cart) Hint {
	out := Hint{Rule: h.Rule, Campaign: h.Campaign, Line: h.Line, Units: h.Units, Amount: h.Amount, Saves: h.Saves, Earns: h.Earns}
	l := &cart.Lines[h.Line]
	key := "why.hint-units"
	if h.Units == 0 {
		key = "why.hint-amount"
	}
	switch {
	case h.Earns == 0:
		key += "-saves"
	case h.Saves == 0:
		key += "-earns"
	default:
		key += "-both"
	}
	out.Text = c.Texts.Text(c.lang(), key,
		"name", cmp.Or(l.Name, l.SKU), "units", h.Units, "amount", h.Amount, "saves", h.Saves, "earns", h.Earns)
	return out
}

// messages are what rules say, in the reader's language.
func (c *call) messages(list []rule.Message) (out []string) {
	for _, m := range list {
		text := m.Text.RU
		if c.lang() == i18n.EN && m.Text.EN != "" {
			text = m.Text.EN
		}
		out = append(out, text)
	}
	return out
}

// fiscalOf splits a line's sum over its pieces; nothing for a quantity that is
// no number of pieces.
func fiscalOf(sum money.Amount, q money.Quantity) []FiscalPart {
	if q <= 0 || q%money.Piece != 0 {
		return nil
	}
	price, pieces, dearer := money.UnitPrices(sum, int64(q/money.Piece))
	var out []FiscalPart
	if pieces > dearer {
		out = append(out, FiscalPart{price, pieces - dearer})
	}
	if dearer > 0 {
		out = append(out, FiscalPart{price + 1, dearer})
	}
	return out
}
