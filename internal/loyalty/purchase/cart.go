package purchase

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// Bounds on a request.
const (
	MaxKey      = 128
	MaxCodes    = 20
	MaxPayments = 20
	maxSKU      = 64
	maxName     = 300
	maxKind     = 32
	maxNumber   = 64
	maxTicket   = 64

	MaxPieces  = 500  // of one line of tickets
	MaxTickets = 2000 // pieces in all lines of tickets
)

// Buyer names the member: by home, or by an identifier. The zero Buyer is
// nobody.
type Buyer struct {
	Home  home.ID
	Kind  string // phone, email, card, number, external, qr
	Value string
}

// None tells whether the receipt has no member.
func (b Buyer) None() bool { return b.Home == 0 && b.Value == "" }

// Cart is what a till sends to be quoted, committed or recorded.
type Cart struct {
	Till    id.ID
	Cashier id.ID
	Key     string // the till's own key of the receipt
	Number  string
	Buyer   Buyer
	Guest   Guest // where there is no buyer
	Proof   Proof
	Channel string  // sales channel
	Fiscal  *Fiscal // the QR of its fiscal receipt; nil: not told
	Lines   []CartLine
	Codes   []string
	Wish    rule.Wish

	Payments []Payment // empty: all of it in one kind, "money"
	Quote    string    // id of the quote it follows; "" none
	Accept   bool      // take new figures where the quote's have changed

	Facts *Facts // record
}

// Facts are what the till has done already.
type Facts struct {
	At     clock.Micros
	Points money.Points // spent
}

// CartLine is one position of a cart.
type CartLine struct {
	SKU      string
	Name     string
	Quantity money.Quantity
	Price    money.Amount // of one unit
	Gross    money.Amount // price × quantity as the till rounds it; 0: we do
	Discount money.Amount // record: taken off by the till
	Place    rule.Place   // of a ticket

	Memorandum bool // a film under a distributor's terms

	Tickets   []string     // numbers or barcodes, one for each piece
	SessionAt clock.Micros // when the session begins that they are for

	known *known // what the playbill says of it; nil: nothing
}

// check refuses a cart that no programme could judge, naming every wrong place.
func (c *Cart) check(now clock.Micros) error {
	var bad []fault.Field
	want := func(ok bool, path, code string) {
		if !ok {
			bad = append(bad, fault.Field{Path: path, Code: code})
		}
	}
	want(len(c.Lines) > 0, "lines", "purchase.no-lines")
	want(len(c.Lines) <= rule.MaxLines, "lines", "purchase.too-many-lines")
	want(len(c.Codes) <= MaxCodes, "codes", "purchase.too-many-codes")
	want(len(c.Payments) <= MaxPayments, "payments", "purchase.too-many-payments")
	want(len(c.Number) <= maxNumber, "number", "purchase.text")
	want(text.Valid(c.Channel, maxKind), "channel", "purchase.text")
	want(c.Guest.None() || c.Buyer.None(), "guest", "purchase.guest-and-buyer")
	if len(bad) > 0 {
		return fault.New(fault.Invalid, "purchase.invalid").With(bad...)
	}
	if f := c.Fiscal; f != nil {
		whole, err := f.whole()
		want(err == nil, "fiscal_receipt", "fiscal.qr")
		c.Fiscal = &whole
	}
	tickets := ticketCheck{}
	var sum money.Amount
	for i := range c.Lines {
		l := &c.Lines[i]
		at := fmt.Sprintf("lines[%d]", i)
		want(validSKU(l.SKU), at+".sku", "purchase.sku")
		want(text.Valid(l.Name, maxName), at+".name", "purchase.text")
		for _, v := range l.Place.Words() {
			want(text.Valid(v, maxName), at+".place", "purchase.text")
		}
		want(l.Quantity > 0 && l.Quantity <= 1e12, at+".quantity", "purchase.quantity")
		want(l.Price >= 0 && l.Price <= rule.MaxCents, at+".price", "purchase.price")
		if _, ok := l.cost(); ok {
			want(l.fill(), at+".gross", "purchase.gross")
			sum += min(l.Gross, rule.MaxCents) // so that no number of lines can overflow
		} else {
			want(false, at, "purchase.line-sum-most")
		}
		tickets.check(l, at, want)
		want(l.Discount >= 0 && l.Discount <= l.Gross && (c.Facts != nil || l.Discount == 0), at+".discount", "purchase.line-discount")
	}
	if sum > rule.MaxCents {
		bad = append(bad, rule.SumTooMuch().At("lines"))
	}
	want(tickets.pieces <= MaxTickets, "lines", "purchase.too-many-tickets")
	bad = append(bad, wrongPayments(c.Payments)...)
	for i, code := range c.Codes {
		want(code != "" && text.Valid(code, 64), fmt.Sprintf("codes[%d]", i), "purchase.code")
	}
	if c.Facts != nil {
		want(c.Facts.At > 0, "at", "purchase.time")
		want(c.Facts.Points >= 0 && c.Facts.Points <= 1e14, "points", "purchase.points-negative")
	}
	if len(bad) > 0 {
		return fault.New(fault.Invalid, "purchase.invalid").With(bad...)
	}
	return nil
}

// wrongPayments tells what is wrong with kinds of payment.
func wrongPayments(list []Payment) (bad []fault.Field) {
	for i, p := range list {
		at := fmt.Sprintf("payments[%d]", i)
		if p.Kind == "" || !text.Valid(p.Kind, maxKind) {
			bad = append(bad, fault.Field{Path: at + ".kind", Code: "purchase.payment-kind"})
		}
		if p.Amount < 0 || p.Amount > rule.MaxCents {
			bad = append(bad, fault.Field{Path: at + ".amount", Code: "purchase.payment-amount"})
		}
	}
	return bad
}

// fill computes the line's sum, or checks the till's: it may round its own
// way, by less than a kopeck.
func (l *CartLine) fill() bool {
	g, _ := l.cost()
	if l.Gross == 0 {
		l.Gross = g
		return true
	}
	return l.Gross >= g-1 && l.Gross <= g+1 && l.Gross <= rule.MaxCents
}

// cost is price × quantity; false where that is more than a line may cost.
func (l *CartLine) cost() (money.Amount, bool) {
	g, ok := l.Quantity.Cost(l.Price, money.HalfUp)
	return g, ok && g <= rule.MaxCents
}

// validSKU takes what the catalogue takes: nothing that a till sells is lost
// to it.
func validSKU(s string) bool { return s != "" && s == strings.TrimSpace(s) && text.Valid(s, maxSKU) }

func checkKey(key string) error {
	if key == "" || !text.Valid(key, MaxKey) {
		return fault.New(fault.Invalid, "key.invalid", "most", MaxKey)
	}
	return nil
}

// hashOfCart is the hash of the cart, field by field: a till repeats it all the time.
func (d *Desk) hashOfCart(c *Cart, kind Mode) [32]byte {
	b := make([]byte, 0, 512)
	text := func(vs ...string) {
		for _, v := range vs {
			b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
		}
	}
	num := func(vs ...int64) {
		for _, v := range vs {
			b = binary.AppendVarint(b, v)
		}
	}
	flag := func(v bool) int64 {
		if v {
			return 1
		}
		return 0
	}
	text(string(kind), c.Channel, c.Key, c.Number, c.Buyer.Kind, c.Buyer.Value, c.Quote, string(c.Proof.Kind), string(c.Guest.Kind), c.Guest.Value)
	num(int64(c.Till), int64(c.Cashier), int64(c.Buyer.Home), flag(c.Wish.Max), int64(c.Wish.Points), flag(c.Accept))
	num(int64(len(c.Lines)), int64(len(c.Codes)), int64(len(c.Payments)), flag(c.Facts != nil))
	for i := range c.Lines {
		l := &c.Lines[i]
		text(l.SKU, l.Name)
		num(int64(l.Quantity), int64(l.Price), int64(l.Gross), int64(l.Discount), flag(l.Memorandum))
		if l.Place != (rule.Place{}) {
			text(l.Place.Words()...)
		}
		if len(l.Tickets) > 0 || l.SessionAt != 0 {
			num(int64(len(l.Tickets)), int64(l.SessionAt))
			text(l.Tickets...)
		}
	}
	text(c.Codes...)
	for _, p := range c.Payments {
		text(p.Kind)
		num(int64(p.Amount))
	}
	if c.Facts != nil {
		num(int64(c.Facts.At), int64(c.Facts.Points))
	}
	if f := c.Fiscal; f != nil {
		text(f.Drive, f.Time)
		num(f.Number, f.Sign, int64(f.Sum))
	}
	return d.keyed(b)
}

// keyed is a hash that only who has the base's secret can try requests by: they
// may name a phone, of which there are not many.
func (d *Desk) keyed(b []byte) (sum [32]byte) {
	mac := hmac.New(sha256.New, d.Secret)
	_, _ = mac.Write(b)
	mac.Sum(sum[:0])
	return sum
}

// hashOf is the hash of a request under its key: of what it means, not of how
// its JSON was written.
func (d *Desk) hashOf(kind string, request any) [32]byte {
	b, err := json.Marshal(request)
	if err != nil {
		panic(err) // requests are plain structs
	}
	return d.keyed(append([]byte(kind+"\n"), b...))
}
