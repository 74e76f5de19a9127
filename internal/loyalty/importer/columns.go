package importer

import (
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/text"
)

// columns are the places of the map's columns in a file; none is -1.
type columns struct {
	number                           int
	key, time                        []int
	outlet, till                     int
	member, phone, email, fiscal     int
	sku, name                        int
	quantity, price, total, discount int
	refund                           int
	most                             int // the last that is wanted
	width                            int // of the header; 0: there is none
}

const none = -1

// maxShown is how much of a file's header an error shows, in characters.
const maxShown = 500

// find finds the map's columns in the header, nil where the file has none,
// and names all that are missing.
func (m *Map) find(header []string) (*columns, error) {
	f := finder{header: make([]string, len(header)), bare: header == nil}
	for i, h := range header {
		f.header[i] = text.Fold(strings.TrimSpace(h))
	}
	c := &columns{most: none}
	c.number = f.column("receipt.number", m.Receipt.Number)
	c.key = f.columns("receipt.key", m.Receipt.Key)
	if len(c.key) == 0 {
		c.key = []int{c.number}
	}
	c.time = f.columns("time.columns", m.Time.Columns)
	c.outlet = f.column("place.outlet.column", m.Place.Outlet.Column)
	c.till = f.column("place.till.column", m.Place.Till.Column)
	c.member = f.column("member.column", m.Member.Column)
	c.phone = f.column("guest.phone", m.Guest.Phone)
	c.email = f.column("guest.email", m.Guest.Email)
	c.fiscal = f.column("receipt.fiscal", m.Receipt.Fiscal)
	c.sku = f.column("line.sku", m.Line.SKU)
	c.name = f.column("line.name", m.Line.Name)
	c.quantity = f.column("line.quantity", m.Line.Quantity)
	c.price = f.column("line.price", m.Line.Price)
	c.total = f.column("line.total", m.Line.Total)
	c.discount = f.column("line.discount", m.Line.Discount)
	c.refund = f.column("refund.column", m.Refund.Column)
	if err := f.fault(header); err != nil {
		return nil, err
	}
	c.most, c.width = f.most, len(header)
	return c, nil
}

type finder struct {
	header  []string
	bare    bool
	most    int
	missing []fault.Field
	twice   []fault.Field // named by more than one column
}

// fault says what can't be found, nil where all was.
func (f *finder) fault(head []string) error {
	code, wrong := "importer.no-columns", f.missing
	if len(wrong) == 0 {
		code, wrong = "importer.columns-twice", f.twice
	}
	if len(wrong) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, code, "columns", headShown(head)).With(wrong...)
}

// headShown is a file's header as an error shows it.
func headShown(head []string) string { return text.Clip(clean(strings.Join(head, " | ")), maxShown) }

// column finds one by its name, or by its number as #1.
func (f *finder) column(path, name string) int {
	if name == "" {
		return none
	}
	at := none
	if n, err := strconv.Atoi(strings.TrimPrefix(name, "#")); err == nil && name[0] == '#' && n > 0 && n <= maxColumns {
		at = n - 1
	} else if !f.bare {
		folded := text.Fold(strings.TrimSpace(name))
		at = slices.Index(f.header, folded)
		if at != none && slices.Contains(f.header[at+1:], folded) {
			f.twice = append(f.twice, fault.Field{Path: path, Code: "importer.column-twice", Args: fault.Pairs("column", name)})
		}
	}
	if at == none {
		f.missing = append(f.missing, fault.Field{Path: path, Code: "importer.no-column", Args: fault.Pairs("column", name)})
	}
	f.most = max(f.most, at)
	return at
}

func (f *finder) columns(path string, names []string) []int {
	var out []int
	for _, n := range names {
		out = append(out, f.column(path, n))
	}
	return out
}
