package importer

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// What is done with a row's line.
const (
	doLine     = "line"     // it was bought, or came back
	doDiscount = "discount" // it was taken off the receipt's other lines
	doReject   = "reject"   // it is no purchase
)

// row is one row of a file, understood.
type row struct {
	no       int64 // in the file
	outlet   string
	till     string
	number   string // of the receipt, on paper
	key      string // of the receipt, for its till
	back     bool   // it came back
	off      bool   // it is a discount
	at       clock.Micros
	buyer    member.Ref
	badBuyer bool // a member is named whom nobody can have
	guest    member.Ref
	badGuest bool   // what stands for a guest's phone or e-mail is none
	fiscal   string // the text of its fiscal receipt's QR
	sku      string
	name     string
	typ      string // product type that the map gives, "" for none
	quantity money.Quantity
	micro    int64 // price of a unit, in millionths of a rouble
	gross    money.Amount
	discount money.Amount
	rounded  bool // the price is finer than a kopeck
	cells    int  // it has more than the header, with something in them: so many; 0: it has not
	known    bool // it is told which receipt it is of
	broken   bool // it can't be read, and so neither can its receipt
}

// Bounds on a row's texts, in characters.
const (
	maxNumber = 64
	maxKey    = 100 // a refund in the same receipt adds to it
	maxName   = 300
)

// parser understands rows.
type parser struct {
	m       *Map
	c       *columns
	n       numbers
	moments moments
	codes   map[string]*CodeMap
	begins  []*CodeMap // with a name that ends in *
	values  map[string]bool
	region  string // where phones without a country belong
}

func newParser(m *Map, c *columns, sheet bool, region string) (*parser, error) {
	p := &parser{m: m, c: c, n: numbers{decimal: m.File.Decimal[0], sheet: sheet}, region: region, codes: map[string]*CodeMap{}, values: map[string]bool{}}
	name := m.Time.Zone
	if name == "" {
		name = m.Place.Outlet.Zone
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "partner.zone-unknown")
	}
	p.moments.zone = zone
	for _, f := range m.Time.Formats {
		layout, err := layoutOf(f)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "importer.map-format")
		}
		p.moments.layouts = append(p.moments.layouts, layout)
	}
	for i := range m.Codes {
		k := &m.Codes[i]
		for _, sku := range k.Match {
			if strings.HasSuffix(sku, "*") {
				p.begins = append(p.begins, k)
			} else if p.codes[sku] == nil {
				p.codes[sku] = k
			}
		}
	}
	for _, v := range m.Refund.Values {
		p.values[text.Fold(strings.TrimSpace(v))] = true
	}
	return p, nil
}

// code is what the map says about the SKU, nil for nothing.
func (p *parser) code(sku string) *CodeMap {
	if k := p.codes[sku]; k != nil {
		return k
	}
	for _, k := range p.begins {
		for _, m := range k.Match {
			if begin, ok := strings.CutSuffix(m, "*"); ok && strings.HasPrefix(sku, begin) {
				return k
			}
		}
	}
	return nil
}

// shortOr is why a cell can't be read: the row ends before it, or as given.
func shortOr(f *fault.Error, cells []string, at ...int) *fault.Error {
	if last := slices.Max(at); last >= len(cells) {
		return fault.New(fault.Invalid, "importer.short-row", "found", len(cells), "needed", last+1)
	}
	return f
}

func cell(cells []string, at int) string {
	if at < 0 || at >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[at])
}

// parse understands a row, or says why not. What it can tell of a row that
// it refuses is filled in.
func (p *parser) parse(no int64, cells []string) (*row, *fault.Error) {
	r := &row{no: no}
	r.number = text.Clip(clean(cell(cells, p.c.number)), maxNumber)
	for i := range cells {
		if i <= p.c.most && !utf8.ValidString(cells[i]) {
			_ = p.identity(r, cells) // as far as it can be told
			return r, fault.New(fault.Invalid, "importer.encoding", "column", i+1)
		}
	}
	for i := p.c.width; p.c.width > 0 && i < len(cells); i++ {
		if cell(cells, i) != "" {
			r.cells = len(cells)
		}
	}
	for _, step := range []func(*row, []string) *fault.Error{p.identity, p.fiscal, p.moment, p.product, p.quantity, p.sums} {
		if why := step(r, cells); why != nil {
			return r, why
		}
	}
	return r, nil
}

// identity reads which receipt it is of, where it was sold and to whom.
func (p *parser) identity(r *row, cells []string) *fault.Error {
	parts := make([]string, len(p.c.key))
	for i, at := range p.c.key {
		parts[i] = cell(cells, at)
	}
	r.key = strings.Join(parts, "/")
	if strings.Trim(r.key, "/") == "" || p.c.number != none && r.number == "" {
		return fault.New(fault.Invalid, "importer.no-number")
	}
	if !text.Valid(r.key, maxKey) || len(r.number) > maxNumber || len(r.key) > maxKey {
		return fault.New(fault.Invalid, "importer.number-long", "most", maxNumber)
	}
	if p.c.outlet != none {
		if r.outlet = cell(cells, p.c.outlet); r.outlet == "" || !text.Valid(r.outlet, maxNumber) {
			return fault.New(fault.Invalid, "importer.no-place")
		}
	}
	if p.c.till != none {
		if r.till = cell(cells, p.c.till); r.till == "" || !text.Valid(r.till, maxNumber) {
			return fault.New(fault.Invalid, "importer.no-place")
		}
	}
	r.known = true
	if p.c.refund != none {
		r.back = p.values[text.Fold(cell(cells, p.c.refund))]
	}
	if p.m.Refund.Prefix != "" && strings.HasPrefix(r.number, p.m.Refund.Prefix) {
		r.back = true
	}
	if v := cell(cells, p.c.member); v != "" {
		ref, err := member.Normalise(p.m.Member.Kind, v, p.region)
		r.buyer, r.badBuyer = ref, err != nil
	}
	p.guest(r, cells)
	return nil
}

// guest reads what the buyer left: a phone, or else an e-mail.
func (p *parser) guest(r *row, cells []string) {
	for _, x := range []struct {
		kind member.Kind
		at   int
	}{{member.Phone, p.c.phone}, {member.Email, p.c.email}} {
		v := cell(cells, x.at)
		if v == "" || r.guest.Value != "" {
			continue
		}
		ref, err := member.Normalise(x.kind, v, p.region)
		if err != nil {
			r.badGuest = true
			continue
		}
		r.guest, r.badGuest = ref, false
	}
}

// fiscal reads the QR of what was sold; that of a refund names no purchase.
func (p *parser) fiscal(r *row, cells []string) *fault.Error {
	v := cell(cells, p.c.fiscal)
	if v == "" || r.back {
		return nil
	}
	if _, err := purchase.ParseFiscal(v); err != nil {
		return fault.From(err)
	}
	r.fiscal = v
	return nil
}

func (p *parser) moment(r *row, cells []string) *fault.Error {
	s := cell(cells, p.c.time[0])
	for _, at := range p.c.time[1:] {
		s += " " + cell(cells, at)
	}
	at, ok := p.moments.read(s)
	if !ok {
		return shortOr(fault.New(fault.Invalid, "importer.time", "value", shown(s)), cells, p.c.time...)
	}
	r.at = at
	return nil
}

func (p *parser) product(r *row, cells []string) *fault.Error {
	r.sku = cell(cells, p.c.sku)
	if r.sku == "" || !text.Valid(r.sku, catalog.MaxSKU) || len(r.sku) > catalog.MaxSKU {
		return fault.New(fault.Invalid, "importer.sku", "most", catalog.MaxSKU)
	}
	r.name = text.Clip(clean(cell(cells, p.c.name)), maxName)
	return nil
}

// quantity reads how much, and which way it went.
func (p *parser) quantity(r *row, cells []string) *fault.Error {
	r.quantity = money.Piece
	if p.m.Refund.Quantity == "negative" && r.back {
		r.quantity = -money.Piece
	}
	if p.c.quantity != none {
		q, ok := p.n.quantity(cell(cells, p.c.quantity))
		if !ok {
			return shortOr(fault.New(fault.Invalid, "importer.quantity", "value", shown(cell(cells, p.c.quantity))), cells, p.c.quantity)
		}
		r.quantity = q
	}
	k := p.code(r.sku)
	switch {
	case r.quantity == 0:
		return fault.New(fault.Invalid, "importer.quantity-zero")
	case r.back && (r.quantity < 0) != (p.m.Refund.Quantity == "negative"):
		return fault.New(fault.Invalid, "importer.refund-sign")
	case r.quantity > 0 || r.back:
	case k != nil && k.Sale == doDiscount:
	case p.m.Refund.Negative != "refund":
		return fault.New(fault.Refused, "importer.negative-quantity")
	default:
		r.back = true
	}
	return p.use(r, k)
}

// use applies what the map says about the row's SKU.
func (p *parser) use(r *row, k *CodeMap) *fault.Error {
	if k == nil {
		return nil
	}
	do := k.Sale
	if r.back {
		do = k.Refund
	}
	if do == doReject {
		return fault.New(fault.Refused, "importer.adjustment", "name", k.Name, "sku", r.sku)
	}
	r.off, r.typ = do == doDiscount, k.Type
	return nil
}

// sums reads price and sums, and makes quantity and sums positive.
func (p *parser) sums(r *row, cells []string) *fault.Error {
	negative := r.quantity < 0
	if negative {
		r.quantity = -r.quantity
	}
	if p.c.price != none {
		micro, ok := p.n.price(cell(cells, p.c.price))
		if !ok {
			return shortOr(fault.New(fault.Invalid, "importer.price", "value", shown(cell(cells, p.c.price))), cells, p.c.price)
		}
		if micro < 0 && r.off && !negative {
			micro, negative = -micro, true
		}
		if micro < 0 {
			return fault.New(fault.Refused, "importer.negative-price")
		}
		r.micro, r.rounded = micro, micro%microKopeck != 0
		gross, ok := money.MulDiv(micro, int64(r.quantity), microKopeck*int64(money.Piece), p.m.Round)
		if !ok {
			return fault.New(fault.Invalid, "importer.too-much")
		}
		r.gross = money.Amount(gross)
	}
	if why := p.paid(r, cells, negative); why != nil {
		return why
	}
	switch {
	case r.gross > rule.MaxCents || r.quantity > 1e12 || r.micro > rule.MaxCents*microKopeck:
		return fault.New(fault.Invalid, "importer.too-much")
	case r.off && !negative:
		return fault.New(fault.Refused, "importer.discount-sign")
	}
	return nil
}

// paid brings the price, what was taken off and what was paid together.
func (p *parser) paid(r *row, cells []string, negative bool) *fault.Error {
	if p.c.discount != none {
		if s := cell(cells, p.c.discount); s != "" {
			d, ok := p.n.amount(s, p.m.Round)
			if d < 0 && negative {
				d = -d
			}
			if !ok || d < 0 || p.c.total == none && d > r.gross {
				return fault.New(fault.Invalid, "importer.discount", "value", shown(s))
			}
			r.discount = d
		}
	}
	if p.c.total == none {
		return nil
	}
	total, ok := p.n.amount(cell(cells, p.c.total), p.m.Round)
	if total < 0 && negative {
		total = -total
	}
	switch {
	case !ok:
		return shortOr(fault.New(fault.Invalid, "importer.total", "value", shown(cell(cells, p.c.total))), cells, p.c.total)
	case total < 0:
		return fault.New(fault.Refused, "importer.negative-price")
	case p.c.price == none:
		r.gross = total + r.discount
		r.micro, ok = money.MulDiv(int64(r.gross), microKopeck*int64(money.Piece), int64(r.quantity), money.HalfUp)
		if !ok {
			return fault.New(fault.Invalid, "importer.too-much")
		}
	case total >= r.gross-r.discount-1 && total <= r.gross-r.discount+1:
		r.gross = total + r.discount // the till rounds its own way
	case total < r.gross && p.c.discount == none:
		r.discount = r.gross - total
	default:
		return fault.New(fault.Invalid, "importer.total-mismatch")
	}
	return nil
}

// clean makes one line of a text that a file brought.
func clean(s string) string {
	if text.Valid(s, len(s)) {
		return s
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !text.Valid(string(r), 1) {
			return ' '
		}
		return r
	}, s))
}

// shown is a value as a reason may show it.
func shown(s string) string { return text.Clip(clean(s), 40) }
