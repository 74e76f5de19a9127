package api

import (
	"strings"

	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Cart is what every receipt has, however it comes in.
type Cart struct {
	Till    id.ID    `json:"till,omitzero"`
	Cashier id.ID    `json:"cashier,omitzero"`
	Number  string   `json:"number,omitempty" maxLength:"64"`
	Channel string   `json:"sales_channel,omitempty" maxLength:"32"`
	Buyer   *Buyer   `json:"buyer,omitempty"`
	Guest   *Guest   `json:"guest,omitempty"`
	Codes   []string `json:"codes,omitempty" maxItems:"20"`
}

// CartBody is a receipt to be quoted or committed.
type CartBody struct {
	Cart
	Lines    []CartLine   `json:"lines" minItems:"1" maxItems:"5000"`
	Spend    money.Points `json:"spend,omitempty" minimum:"0"`
	SpendMax bool         `json:"spend_max,omitempty"`
	Payments []Payment    `json:"payments,omitempty" maxItems:"20"`
}

// CommitBody is a receipt to be committed. A proof is shown here only: a quote
// uses none up, and is no place to guess secrets at.
type CommitBody struct {
	CartBody
	Proof  *Proof `json:"proof,omitempty"`
	Quote  string `json:"quote,omitempty" maxLength:"200"`
	Accept bool   `json:"accept,omitempty"`

	FiscalReceipt *FiscalReceipt `json:"fiscal_receipt,omitempty"`
	Join          *Join          `json:"join,omitempty"`
}

// CartLine is one position.
type CartLine struct {
	SKU      string         `json:"sku" minLength:"1" maxLength:"64" example:"popcorn-l"`
	Name     string         `json:"name,omitempty" maxLength:"300"`
	Quantity money.Quantity `json:"quantity"`
	Price    money.Amount   `json:"price" minimum:"0"`
	Gross    money.Amount   `json:"gross,omitempty" minimum:"0"`

	Event      string `json:"event,omitempty" maxLength:"300"`
	EventType  string `json:"event_type,omitempty" maxLength:"300"`
	Session    string `json:"session,omitempty" maxLength:"300"`
	Hall       string `json:"hall,omitempty" maxLength:"300"`
	Zone       string `json:"price_zone,omitempty" maxLength:"300"`
	Sector     string `json:"sector,omitempty" maxLength:"300"`
	Row        string `json:"row,omitempty" maxLength:"300"`
	Seat       string `json:"seat,omitempty" maxLength:"300"`
	Memorandum bool   `json:"memorandum,omitempty"`

	Tickets   []string `json:"tickets,omitempty" maxItems:"500"`
	SessionAt Time     `json:"session_at,omitzero"`
}

// TicketPlace is where and what a line's tickets are for: what the till said
// and what is known of their session. Codes are as rules compare them.
type TicketPlace struct {
	Event      string       `json:"event,omitempty"`
	EventType  string       `json:"event_type,omitempty"`
	Session    string       `json:"session,omitempty"`
	Hall       string       `json:"hall,omitempty"`
	Zone       string       `json:"price_zone,omitempty"`
	Sector     string       `json:"sector,omitempty"`
	Row        string       `json:"row,omitempty"`
	Seat       string       `json:"seat,omitempty"`
	Memorandum bool         `json:"memorandum,omitempty"`
	LeastPrice money.Amount `json:"least_price,omitempty"`
}

// placeOf is the place of a line of tickets; nil of any other.
func placeOf(p *rule.Place, memorandum bool, least money.Amount) *TicketPlace {
	if p == nil || *p == (rule.Place{}) {
		return nil
	}
	return &TicketPlace{
		Event: p.Event, EventType: p.EventType, Session: p.Session, Hall: p.Hall, Zone: p.Zone, Sector: p.Sector, Row: p.Row, Seat: p.Seat,
		Memorandum: memorandum, LeastPrice: least,
	}
}

// RecordBody is a receipt that the till has closed already.
type RecordBody struct {
	Cart
	At       Time         `json:"at"`
	Lines    []RecordLine `json:"lines" minItems:"1" maxItems:"5000"`
	Spent    money.Points `json:"spent,omitempty" minimum:"0"`
	Payments []Payment    `json:"payments,omitempty" maxItems:"20"`

	FiscalReceipt *FiscalReceipt `json:"fiscal_receipt,omitempty"`
	Join          *Join          `json:"join,omitempty"`
}

// RecordLine is one position with what the till took off.
type RecordLine struct {
	CartLine
	Discount money.Amount `json:"discount,omitempty" minimum:"0"`
}

// Payment is money of one kind.
type Payment struct {
	Kind   string       `json:"kind" minLength:"1" maxLength:"32" example:"card"`
	Amount money.Amount `json:"amount" minimum:"0"`
}

// cart makes the domain's cart of the common part.
func (c *call) cart(in *Cart, named func(*Buyer) (purchase.Buyer, error)) (*purchase.Cart, error) {
	till, err := c.till(in.Till)
	if err != nil {
		return nil, err
	}
	buyer, err := named(in.Buyer)
	if err != nil {
		return nil, err
	}
	guest, err := c.guest(in.Guest, "guest")
	if err == nil && len(in.Codes) > 0 {
		err = c.guess()
	}
	if err != nil {
		return nil, err
	}
	return &purchase.Cart{
		Till: till, Cashier: in.Cashier, Key: c.key, Number: in.Number, Channel: in.Channel, Buyer: buyer, Guest: guest, Codes: in.Codes,
	}, nil
}

// toSell is the cart of a receipt that we judge.
func (c *call) toSell(in *CartBody) (*purchase.Cart, error) {
	cart, err := c.cart(&in.Cart, c.buyer)
	if err != nil {
		return nil, err
	}
	if in.SpendMax && in.Spend != 0 {
		return nil, fault.New(fault.Invalid, "api.spend-ways")
	}
	cart.Wish = rule.Wish{Max: in.SpendMax, Points: in.Spend}
	cart.Payments = paymentsIn(in.Payments)
	cart.Lines = make([]purchase.CartLine, len(in.Lines))
	for i := range in.Lines {
		cart.Lines[i] = lineOf(&in.Lines[i])
	}
	return cart, nil
}

// scanned is a code without the blanks that a scanner, or a file of fixed
// columns, leaves around it.
func scanned(code string) string { return strings.TrimSpace(code) }

func lineOf(l *CartLine) purchase.CartLine {
	return purchase.CartLine{
		SKU: scanned(l.SKU), Name: l.Name, Quantity: l.Quantity, Price: l.Price, Gross: l.Gross, Memorandum: l.Memorandum,
		Tickets: each(l.Tickets, scanned), SessionAt: clock.Micros(l.SessionAt),
		Place: rule.Place{
			Event: l.Event, EventType: l.EventType, Session: l.Session, Hall: l.Hall, Zone: l.Zone, Sector: l.Sector, Row: l.Row, Seat: l.Seat,
		},
	}
}

// toRecord is the cart of a receipt that is a fact.
func (c *call) toRecord(in *RecordBody) (*purchase.Cart, error) {
	cart, err := c.cart(&in.Cart, c.buyerOfFact)
	if err != nil {
		return nil, err
	}
	cart.Facts = &purchase.Facts{At: clock.Micros(in.At), Points: in.Spent}
	cart.Fiscal = fiscalIn(in.FiscalReceipt)
	cart.Payments = paymentsIn(in.Payments)
	cart.Lines = make([]purchase.CartLine, len(in.Lines))
	for i := range in.Lines {
		cart.Lines[i] = lineOf(&in.Lines[i].CartLine)
		cart.Lines[i].Discount = in.Lines[i].Discount
	}
	return cart, nil
}

func paymentsIn(in []Payment) []purchase.Payment {
	if len(in) == 0 {
		return nil
	}
	out := make([]purchase.Payment, len(in))
	for i, p := range in {
		out[i] = purchase.Payment{Kind: p.Kind, Amount: p.Amount}
	}
	return out
}

func paymentsOut(in []purchase.Payment) []Payment {
	out := make([]Payment, len(in))
	for i, p := range in {
		out[i] = Payment{Kind: p.Kind, Amount: p.Amount}
	}
	return out
}
