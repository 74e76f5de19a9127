package importer

import (
	"bufio"
	"bytes"
	"errors"
	"strings"
	"testing"

	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

const fuzzMap = `
file: {delimiter: auto, encoding: auto, decimal: ","}
place:
  partner: {code: p}
  outlet: {column: shop, zone: Europe/Moscow}
  till: {code: t}
receipt: {number: no}
time: {columns: [date, time], formats: ["DD.MM.YYYY HH:mm", excel]}
member: {column: phone, kind: phone, unknown: nobody}
line: {sku: sku, name: name, quantity: q, price: price, total: total, discount: off}
refund: {prefix: R, quantity: negative, negative: refund}
types: {s: {ru: У, en: S}}
codes:
  - {match: [DISC], sale: discount}
  - {match: ["X*"], sale: reject}
  - {match: [SVC], sale: line, type: s}
`

// FuzzRows feeds whole files: nothing may panic, and a row that is taken has
// values that a receipt can have.
func FuzzRows(f *testing.F) {
	const header = "no;shop;date;time;phone;sku;name;q;price;total;off\n"
	f.Add([]byte(header + "1;Касса 1;01.02.2026;10:00;+7 912 345-67-89;A;Кофе;2;150,50;301;0\nR2;k;01.02.2026;10:00;;A;;-1;150,5;150,5;\n"))
	f.Add([]byte(header + "1;k;01.02.2026;10:00;;DISC;;-1;10;10;\n1;k;46000,5;;;A;;0,333;0,001;0;0\n"))
	f.Add([]byte("\xff\xfen\x00o\x00,\x00"))
	f.Add([]byte(header + "\"1;k"))
	f.Add([]byte("no,shop,date,time,phone,sku,name,q,price,total,off\n1,k,01.02.2026,10:00,,SVC,\"a\"\"b\",1,\"1.000,5\",,\n"))
	m, err := ReadMap(strings.NewReader(fuzzMap))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		feed(t, m, content)
		feed(t, m, append([]byte(header), content...))
	})
}

// FuzzMap reads maps: what is wrong is told, and what is taken can be used on
// a file.
func FuzzMap(f *testing.F) {
	f.Add([]byte(fuzzMap), "no;shop\n1;k\n")
	f.Add([]byte("file: {delimiter: ';'}\nplace: {}\n"), "")
	f.Add([]byte("receipt: &a {number: *a}\n"), "x")
	f.Add([]byte("codes: [{match: ['*'], sale: x}]"), "x")
	f.Add([]byte("\xff\xfe"), "x")
	f.Add([]byte("a: [[[[{{{{"), "x")
	f.Fuzz(func(t *testing.T, content []byte, file string) {
		m, err := ReadMap(bytes.NewReader(content))
		if err != nil {
			if fault.From(err).Kind == fault.Internal {
				t.Errorf("%v is no fault", err)
			}
			return
		}
		feed(t, m, []byte(file))
	})
}

func feed(t *testing.T, m *Map, content []byte) {
	t.Helper()
	src, err := openText(nil, bufio.NewReaderSize(bytes.NewReader(content), sniffed), &m.File)
	if err != nil {
		return
	}
	c, err := headerOf(src, m)
	if err != nil {
		return
	}
	p, err := newParser(m, c, false, "RU")
	if err != nil {
		t.Fatal(err)
	}
	for {
		no, cells, err := src.next()
		if bad := new(badRow); errors.As(err, &bad) {
			continue
		}
		if err != nil {
			return // a fault, or the end
		}
		r, why := p.parse(no, cells)
		if why == nil {
			checkRow(t, r)
		} else if !text.Valid(r.number, maxNumber) {
			t.Errorf("number %q goes into the report", r.number)
		}
		r.known = false // its use is over before a row is packed
		if back, err := unpackRow(r.packed()); err != nil || *back != *r {
			t.Errorf("%+v comes back as %+v: %v", r, back, err)
		}
	}
}

func checkRow(t *testing.T, r *row) {
	t.Helper()
	switch {
	case r.quantity <= 0, r.micro < 0, r.gross < 0, r.gross > rule.MaxCents, r.discount < 0, r.discount > r.gross, r.at <= 0:
		t.Errorf("%+v", r)
	case r.key == "", !text.Valid(r.key, maxKey), !text.Valid(r.number, maxNumber), !text.Valid(r.sku, catalog.MaxSKU), r.sku == "", !text.Valid(r.name, maxName):
		t.Errorf("%+v", r)
	}
	var gross, off money.Amount
	for _, l := range r.lines() {
		p := piece{l.Quantity, l.Price, l.Gross}
		if l.Quantity <= 0 || l.Price < 0 || l.Discount > l.Gross || !p.near() {
			t.Errorf("%+v of %+v", l, r)
		}
		gross, off = gross+l.Gross, off+l.Discount
	}
	if gross != r.gross || off != r.discount {
		t.Errorf("%+v: %d less %d", r, gross, off)
	}
}
