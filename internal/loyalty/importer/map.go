package importer

import (
	"bytes"
	"embed"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// Map says how the columns of a file become receipts. It is the YAML file of
// docs/import.md.
type Map struct {
	File    FileMap            `yaml:"file"`
	Place   PlaceMap           `yaml:"place"`
	Receipt ReceiptMap         `yaml:"receipt"`
	Time    TimeMap            `yaml:"time"`
	Member  MemberMap          `yaml:"member"`
	Guest   GuestMap           `yaml:"guest"`
	Line    LineMap            `yaml:"line"`
	Refund  RefundMap          `yaml:"refund"`
	Types   map[string]TypeMap `yaml:"types"`
	Codes   []CodeMap          `yaml:"codes"`
	Round   money.Rounding     `yaml:"round"` // of sums finer than a kopeck
}

// FileMap says how the file is written. What is "auto" is found out.
type FileMap struct {
	Delimiter string `yaml:"delimiter"` // one character, "tab" or auto
	Encoding  string `yaml:"encoding"`  // utf-8, utf-16, windows-1251 or auto
	Decimal   string `yaml:"decimal"`   // "." or ","
	Header    int    `yaml:"header"`    // row of the column names, from 1; 0: none, columns are #1, #2 …
	Sheet     string `yaml:"sheet"`     // of a workbook; empty: the first
	LazyQuote bool   `yaml:"lazy_quotes"`
}

// PlaceMap says where the receipts were sold. What is not there is made.
type PlaceMap struct {
	Partner CodeName  `yaml:"partner"`
	Outlet  OutletMap `yaml:"outlet"`
	Till    CodeName  `yaml:"till"`
}

// CodeName is a fixed code and name, or the column that holds them.
type CodeName struct {
	Code   string `yaml:"code"`
	Name   string `yaml:"name"`
	Column string `yaml:"column"`
}

// OutletMap is a CodeName with what a new outlet needs.
type OutletMap struct {
	CodeName `yaml:",inline"`
	Zone     string `yaml:"zone"`        // IANA name
	Cutover  string `yaml:"day_cutover"` // HH:MM
}

// ReceiptMap says which rows are one receipt.
type ReceiptMap struct {
	Number string   `yaml:"number"` // column of the number on paper
	Fiscal string   `yaml:"fiscal"` // column of the text of its fiscal receipt's QR
	Key    []string `yaml:"key"`    // columns that together are never the same for two receipts of a till; empty: the number
}

// TimeMap says when a receipt was sold.
type TimeMap struct {
	Columns []string `yaml:"columns"` // joined by a blank
	Formats []string `yaml:"formats"` // YYYY-MM-DD HH:mm:ss and the like, excel, unix
	Zone    string   `yaml:"zone"`    // IANA name; empty: the outlet's
}

// MemberMap says who bought.
type MemberMap struct {
	Column  string      `yaml:"column"`
	Kind    member.Kind `yaml:"kind"`
	Unknown string      `yaml:"unknown"` // make, nobody, reject
}

// GuestMap says what a buyer who is no member left: by it the receipt may be
// given to him later.
type GuestMap struct {
	Phone string `yaml:"phone"` // column; it goes before the e-mail
	Email string `yaml:"email"` // column
}

// LineMap says what was bought.
type LineMap struct {
	SKU      string `yaml:"sku"`
	Name     string `yaml:"name"`
	Quantity string `yaml:"quantity"` // empty: one piece
	Price    string `yaml:"price"`    // of one unit
	Total    string `yaml:"total"`    // paid for the line
	Discount string `yaml:"discount"` // taken off the line
}

// RefundMap says which receipts are refunds.
type RefundMap struct {
	Prefix   string   `yaml:"prefix"` // of the number
	Column   string   `yaml:"column"` // or a column with
	Values   []string `yaml:"values"` // one of these
	Quantity string   `yaml:"quantity"`
	Negative string   `yaml:"negative"` // what a negative row of any other receipt is: reject, refund
}

// TypeMap is a product type that is made if it is not there.
type TypeMap struct {
	RU      string `yaml:"ru"`
	EN      string `yaml:"en"`
	Payable bool   `yaml:"payable"`
	Earns   bool   `yaml:"earns"`
}

// CodeMap says what is done with lines of some SKUs.
type CodeMap struct {
	Match  []string `yaml:"match"`  // SKUs; one that ends in * names all that begin so
	Name   string   `yaml:"name"`   // what they are, for the report
	Sale   string   `yaml:"sale"`   // line, discount, reject
	Refund string   `yaml:"refund"` // line, reject; empty: as the sale, a discount as a line
	Type   string   `yaml:"type"`   // product type
}

const (
	maxMap   = 1 << 20
	maxCodes = 1_000
	auto     = "auto"
)

//go:embed mappings/*.yaml
var shipped embed.FS

// Shipped lists the names of the maps that come with the program.
func Shipped() []string {
	entries, err := shipped.ReadDir("mappings")
	if err != nil {
		return nil // embedded: it is there
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// LoadMap reads a map: a file, or one that comes with the program by its
// name.
func LoadMap(name string) (*Map, error) {
	f, err := os.Open(filepath.Clean(name))
	if errors.Is(err, os.ErrNotExist) {
		content, missing := shipped.ReadFile("mappings/" + name + ".yaml")
		if missing != nil {
			return nil, fault.New(fault.NotFound, "importer.no-map", "file", name, "names", strings.Join(Shipped(), ", "))
		}
		return ReadMap(bytes.NewReader(content))
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "importer.unreadable", "file", name)
	}
	defer f.Close()
	return ReadMap(f)
}

// ReadMap reads a map and checks it; an unknown key is an error.
func ReadMap(r io.Reader) (*Map, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxMap+1))
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "importer.map-yaml")
	}
	if len(content) > maxMap {
		return nil, fault.New(fault.TooLarge, "importer.map-large", "most", maxMap)
	}
	m := &Map{Round: money.HalfUp}
	m.File = FileMap{Delimiter: auto, Encoding: auto, Decimal: ".", Header: 1}
	m.Member = MemberMap{Kind: member.External, Unknown: "make"}
	m.Refund = RefundMap{Quantity: "negative", Negative: "reject"}
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	if err := d.Decode(m); err != nil {
		return nil, badMap(err)
	}
	return m, m.check()
}

var (
	unknownKey = regexp.MustCompile(`line (\d+): field (\S+) not found in type`)
	badValue   = regexp.MustCompile(`line (\d+): cannot unmarshal .* into (\S+)`)
)

// badMap says at which line a map has a key that there is not, or a value that
// can't be there.
func badMap(err error) error {
	if m := unknownKey.FindStringSubmatch(err.Error()); m != nil {
		return fault.New(fault.Invalid, "importer.map-key", "line", m[1], "key", m[2])
	}
	if m := badValue.FindStringSubmatch(err.Error()); m != nil {
		if m[2] == "importer.Map" {
			return fault.New(fault.Invalid, "importer.map-yaml")
		}
		return fault.New(fault.Invalid, "importer.map-value", "line", m[1])
	}
	return fault.Wrap(err, fault.Invalid, "importer.map-yaml")
}
