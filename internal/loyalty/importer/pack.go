package importer

import (
	"encoding/binary"
	"errors"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// packer writes values one after the other; unpacker reads them back. What
// they write lives in a temporary file of one run.
type packer struct{ b []byte }

func (p *packer) text(s string) {
	p.b = binary.AppendUvarint(p.b, uint64(len(s)))
	p.b = append(p.b, s...)
}

func (p *packer) int(v int64) { p.b = binary.AppendVarint(p.b, v) }

func (p *packer) bool(v bool) {
	if v {
		p.int(1)
	} else {
		p.int(0)
	}
}

type unpacker struct {
	b   []byte
	bad bool
}

var errPacked = errors.New("importer: a temporary file is damaged")

func (u *unpacker) text() string { return string(u.bytes()) }

func (u *unpacker) bytes() []byte {
	n, k := binary.Uvarint(u.b)
	if k <= 0 || n > uint64(len(u.b)-k) {
		u.bad, u.b = true, nil
		return nil
	}
	out := u.b[k : k+int(n)]
	u.b = u.b[k+int(n):]
	return out
}

func (u *unpacker) int() int64 {
	v, k := binary.Varint(u.b)
	if k <= 0 {
		u.bad, u.b = true, nil
		return 0
	}
	u.b = u.b[k:]
	return v
}

func (u *unpacker) bool() bool { return u.int() == 1 }

func (u *unpacker) err() error {
	if u.bad {
		return errPacked
	}
	return nil
}

func (r *row) pack(p *packer) {
	for _, s := range []string{r.outlet, r.till, r.number, r.key, string(r.buyer.Kind), r.buyer.Value, string(r.guest.Kind), r.guest.Value, r.fiscal, r.sku, r.name, r.typ} {
		p.text(s)
	}
	for _, v := range []int64{r.no, int64(r.at), int64(r.quantity), r.micro, int64(r.gross), int64(r.discount), int64(r.cells)} {
		p.int(v)
	}
	for _, v := range []bool{r.back, r.off, r.badBuyer, r.badGuest, r.rounded, r.broken} {
		p.bool(v)
	}
}

func unpackRow(b []byte) (*row, error) {
	u := &unpacker{b: b}
	r := &row{outlet: u.text(), till: u.text(), number: u.text(), key: u.text()}
	r.buyer = member.Ref{Kind: member.Kind(u.text()), Value: u.text()}
	r.guest = member.Ref{Kind: member.Kind(u.text()), Value: u.text()}
	r.fiscal = u.text()
	r.sku, r.name, r.typ = u.text(), u.text(), u.text()
	r.no, r.at, r.quantity = u.int(), clock.Micros(u.int()), money.Quantity(u.int())
	r.micro, r.gross, r.discount = u.int(), money.Amount(u.int()), money.Amount(u.int())
	r.cells = int(u.int())
	r.back, r.off, r.badBuyer, r.badGuest, r.rounded, r.broken = u.bool(), u.bool(), u.bool(), u.bool(), u.bool(), u.bool()
	return r, u.err()
}

func (o *Outcome) pack(p *packer) {
	p.text(o.Number)
	p.text(o.Column)
	p.text(string(o.Status))
	p.bool(o.Again)
	p.fault(o.Why)
}

// fault writes a fault that may be none.
func (p *packer) fault(why *fault.Error) {
	if why == nil {
		p.text("")
		return
	}
	p.text(why.Code)
	p.int(int64(why.Kind))
	p.args(why.Args)
	p.int(int64(len(why.Fields)))
	for _, f := range why.Fields {
		p.text(f.Path)
		p.text(f.Code)
		p.args(f.Args)
	}
}

func (p *packer) args(args []fault.Arg) {
	p.int(int64(len(args)))
	for _, a := range args {
		p.text(a.Name)
		switch v := a.Value.(type) {
		case int:
			p.bool(true)
			p.int(int64(v))
		case int64:
			p.bool(true)
			p.int(v)
		case money.Quantity:
			p.bool(false)
			p.text(v.String())
		case string:
			p.bool(false)
			p.text(v)
		default: // whatever else the domain says of a receipt stays in the log
			p.bool(false)
			p.text("")
		}
	}
}

func unpackOutcome(no int64, b []byte) (*Outcome, error) {
	u := &unpacker{b: b}
	return u.outcome(no), u.err()
}

func (u *unpacker) outcome(no int64) *Outcome {
	return &Outcome{Row: no, Number: u.text(), Column: u.text(), Status: Status(u.text()), Again: u.bool(), Why: u.fault()}
}

func (u *unpacker) fault() *fault.Error {
	code := u.text()
	if code == "" || u.bad {
		return nil
	}
	why := &fault.Error{Kind: fault.Kind(u.int())}
	why.Code, why.Args = code, u.args()
	for n := u.int(); n > 0 && !u.bad; n-- {
		var f fault.Field
		f.Path, f.Code = u.text(), u.text()
		f.Args = u.args()
		why.Fields = append(why.Fields, f)
	}
	return why
}

func (u *unpacker) args() (out []fault.Arg) {
	for n := u.int(); n > 0 && !u.bad; n-- {
		a := fault.Arg{Name: u.text()}
		if u.bool() {
			a.Value = u.int()
		} else {
			a.Value = u.text()
		}
		out = append(out, a)
	}
	return out
}
