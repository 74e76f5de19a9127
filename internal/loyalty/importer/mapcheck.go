package importer

import (
	"fmt"
	"slices"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
)

// check names every wrong place of a map.
func (m *Map) check() error {
	c := &mapCheck{}
	c.file(&m.File)
	c.place(&m.Place)
	c.need("receipt.number", m.Receipt.Number != "" || len(m.Receipt.Key) > 0)
	c.need("time.columns", len(m.Time.Columns) > 0)
	c.need("time.formats", len(m.Time.Formats) > 0)
	for i, f := range m.Time.Formats {
		if _, err := layoutOf(f); err != nil {
			c.wrong(fmt.Sprintf("time.formats[%d]", i), "importer.map-format")
		}
	}
	if m.Time.Zone != "" {
		c.zone("time.zone", m.Time.Zone)
	}
	c.one("member.unknown", m.Member.Unknown, "make", "nobody", "reject")
	c.one("member.kind", string(m.Member.Kind), string(member.External), string(member.Phone), string(member.Email), string(member.Card), string(member.Number))
	if m.Member.Unknown == "make" && (m.Member.Kind == member.Card || m.Member.Kind == member.Number) {
		c.wrong("member.unknown", "importer.map-make") // a card needs an issue, a number is drawn
	}
	c.need("line.sku", m.Line.SKU != "")
	c.need("line.price", m.Line.Price != "" || m.Line.Total != "")
	c.one("refund.quantity", m.Refund.Quantity, "negative", "positive")
	c.one("refund.negative", m.Refund.Negative, "reject", "refund")
	c.need("refund.values", m.Refund.Column == "" || len(m.Refund.Values) > 0)
	c.codes(m)
	if len(c.fields) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "importer.map-wrong").With(c.fields...)
}

type mapCheck struct{ fields []fault.Field }

func (c *mapCheck) wrong(path, code string, args ...any) {
	c.fields = append(c.fields, fault.Field{Path: path, Code: code, Args: fault.Pairs(args...)})
}

func (c *mapCheck) need(path string, ok bool) {
	if !ok {
		c.wrong(path, "importer.map-missing")
	}
}

func (c *mapCheck) one(path, value string, values ...string) {
	if !slices.Contains(values, value) {
		c.wrong(path, "importer.map-one-of", "values", fmt.Sprint(values))
	}
}

func (c *mapCheck) zone(path, name string) {
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		c.wrong(path, "partner.zone-unknown")
	}
}

func (c *mapCheck) file(f *FileMap) {
	if f.Delimiter != auto && comma(f.Delimiter) == 0 {
		c.wrong("file.delimiter", "importer.map-delimiter")
	}
	c.one("file.encoding", f.Encoding, auto, "utf-8", "utf-16", "windows-1251")
	c.one("file.decimal", f.Decimal, ".", ",")
	if f.Header < 0 || f.Header > 1000 {
		c.wrong("file.header", "importer.map-missing")
	}
}

// IsDelimiter tells whether a text stands for what may be between columns.
func IsDelimiter(s string) bool { return comma(s) != 0 }

// comma is the character that a delimiter's text stands for, 0 for none.
func comma(s string) rune {
	if s == "tab" {
		return '\t'
	}
	r := []rune(s)
	if len(r) != 1 || r[0] == '"' || r[0] == '\r' || r[0] == '\n' || r[0] == 0xFFFD {
		return 0
	}
	return r[0]
}

func (c *mapCheck) place(p *PlaceMap) {
	c.need("place.partner.code", p.Partner.Code != "" && p.Partner.Column == "")
	c.need("place.outlet.code", (p.Outlet.Code != "") != (p.Outlet.Column != ""))
	c.need("place.till.code", (p.Till.Code != "") != (p.Till.Column != ""))
	c.zone("place.outlet.zone", p.Outlet.Zone)
	if _, err := cutover(p.Outlet.Cutover); err != nil {
		c.wrong("place.outlet.day_cutover", "importer.map-cutover")
	}
}

// cutover gives minutes after midnight; an empty text is the usual 04:00.
func cutover(s string) (int, error) {
	if s == "" {
		return 240, nil
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err
}

func (c *mapCheck) codes(m *Map) {
	if len(m.Codes) > maxCodes {
		c.wrong("codes", "importer.map-large", "most", maxCodes)
		return
	}
	for i := range m.Codes {
		k := &m.Codes[i]
		path := fmt.Sprintf("codes[%d]", i)
		c.need(path+".match", len(k.Match) > 0)
		c.one(path+".sale", k.Sale, doLine, doDiscount, doReject)
		if k.Refund == "" {
			k.Refund = k.Sale
			if k.Sale == doDiscount {
				k.Refund = doLine
			}
		}
		c.one(path+".refund", k.Refund, doLine, doReject)
		if _, ok := m.Types[k.Type]; k.Type != "" && !ok {
			c.wrong(path+".type", "importer.map-type")
		}
	}
	for code, t := range m.Types {
		c.need("types."+code, t.RU != "" && t.EN != "")
	}
}
