package purchase

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// A fiscal receipt is told apart by its drive, its number there and its sign,
// all of which stand in its QR. It is one purchase's in all the organization
// and stays it for good, so that who holds the paper can name the purchase.

// Fiscal is what the QR of a sale's fiscal receipt says.
type Fiscal struct {
	Drive  string       `json:"fn"` // number of the fiscal drive, digits
	Number int64        `json:"i"`  // of the document
	Sign   int64        `json:"fp"`
	Time   string       `json:"t"` // of the till's clock, to the minute: 20190113T1548
	Sum    money.Amount `json:"s"`
}

const (
	fiscalTime    = "20060102T1504"
	fiscalSeconds = "20060102T150405"

	driveDigits = 16
	maxFiscal   = 1<<32 - 1 // of a document's number and sign
	maxQR       = 300

	fiscalSale = "1" // what a QR's n says of a sale
)

// ParseFiscal reads the text of a QR: t=…&s=…&fn=…&i=…&fp=…&n=1, in any order.
// It refuses what is none, with "fiscal.qr", and one of no sale, with
// "fiscal.kind".
func ParseFiscal(qr string) (Fiscal, error) {
	bad := func() (Fiscal, error) { return Fiscal{}, fault.New(fault.Invalid, "fiscal.qr") }
	qr = strings.TrimSpace(qr)
	if len(qr) > maxQR {
		return bad()
	}
	v, err := url.ParseQuery(qr)
	if err != nil {
		return bad()
	}
	for _, name := range []string{"t", "s", "fn", "i", "fp", "n"} {
		if len(v[name]) != 1 {
			return bad()
		}
	}
	if v.Get("n") != fiscalSale {
		return Fiscal{}, fault.New(fault.Invalid, "fiscal.kind")
	}
	f := Fiscal{Drive: v.Get("fn"), Time: v.Get("t")}
	var errs [3]error
	f.Sum, errs[0] = money.ParseAmount(v.Get("s"))
	f.Number, errs[1] = strconv.ParseInt(v.Get("i"), 10, 64)
	f.Sign, errs[2] = strconv.ParseInt(v.Get("fp"), 10, 64)
	for _, err := range errs {
		if err != nil {
			return bad()
		}
	}
	return f.whole()
}

// whole checks the fields and brings the time to the minute: some tills print
// seconds and some do not.
func (f Fiscal) whole() (Fiscal, error) {
	at, err := time.Parse(fiscalTime, f.Time)
	if err != nil {
		at, err = time.Parse(fiscalSeconds, f.Time)
	}
	f.Time = at.Format(fiscalTime)
	digits := len(f.Drive) == driveDigits && strings.Trim(f.Drive, "0123456789") == ""
	if err != nil || !digits || f.Number < 1 || f.Number > maxFiscal || f.Sign < 0 || f.Sign > maxFiscal || f.Sum < 0 {
		return f, fault.New(fault.Invalid, "fiscal.qr")
	}
	return f, nil
}

// fiscalKey tells a fiscal receipt apart.
type fiscalKey struct {
	drive        string
	number, sign int64
}

func (f *Fiscal) key() fiscalKey { return fiscalKey{f.Drive, f.Number, f.Sign} }

// String is what an error tells of it.
func (k fiscalKey) String() string { return fmt.Sprintf("%s %d %d", k.drive, k.number, k.sign) }

const (
	qFiscalPG = `select f.drive, f.number, f.sign, f.home_id, f.purchase_id from unnest($1::text[], $2::bigint[], $3::bigint[]) as u (drive, number, sign)
 join fiscal_receipt f on f.drive = u.drive and f.number = u.number and f.sign = u.sign`
	qFiscalLite = `select drive, number, sign, home_id, purchase_id from fiscal_receipt where drive = $1 and number = $2 and sign = $3`
)

var insertFiscal = db.Many{
	PG: `insert into fiscal_receipt (drive, number, sign, home_id, purchase_id)
 select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])`,
	Lite:  `insert into fiscal_receipt (drive, number, sign, home_id, purchase_id) values ($1, $2, $3, $4, $5)`,
	Types: []string{"text", "bigint", "bigint", "bigint", "bigint"},
}

// op is an operation in its home.
type op struct {
	home home.ID
	id   id.ID
}

func scanFiscal(r db.Row) (k fiscalKey, o op, err error) {
	return k, o, r.Scan(&k.drive, &k.number, &k.sign, (*int64)(&o.home), (*int64)(&o.id))
}

// fiscal asks which purchase a fiscal receipt is of.
func (l *look) fiscal(f *Fiscal) {
	if f != nil {
		l.papers = append(l.papers, f.key())
	}
}

// readFiscal adds to the batch what reads the fiscal receipts that were asked
// for.
func (l *look) readFiscal(b *db.Batch) {
	onFiscal := func(r db.Row) error {
		k, o, err := scanFiscal(r)
		l.fiscals[k] = o
		return err
	}
	switch {
	case len(l.papers) == 0:
	case l.desk.DB.Dialect() == db.Postgres:
		drives, numbers, signs := make([]string, len(l.papers)), make([]int64, len(l.papers)), make([]int64, len(l.papers))
		for i, k := range l.papers {
			drives[i], numbers[i], signs[i] = k.drive, k.number, k.sign
		}
		b.Each(onFiscal, qFiscalPG, drives, numbers, signs)
	default:
		for _, k := range l.papers {
			b.Each(onFiscal, qFiscalLite, k.drive, k.number, k.sign)
		}
	}
}

// fiscalTaken tells whether the cart's fiscal receipt is another purchase's.
// One that others bind between the look and the lock fails the transaction, and
// each of its operations looks anew.
func (s *sale) fiscalTaken(g *group) bool {
	f := s.cart.Fiscal
	if f == nil {
		return false
	}
	_, taken := s.fiscals[f.key()]
	return taken || g != nil && g.boundFiscal[f.key()]
}

func errFiscalTaken(f *Fiscal) error {
	return fault.New(fault.Conflict, "fiscal.taken", "number", f.key())
}

// bindFiscal makes a fiscal receipt stand for the purchase, unless it is
// another's.
func (g *group) bindFiscal(p *Purchase, taken bool) {
	f := p.Fiscal
	if f == nil || taken {
		return
	}
	g.boundFiscal[f.key()] = true
	g.fiscals.Add(f.Drive, f.Number, f.Sign, int64(p.Home), int64(p.ID))
}
