package verify

import (
	"fmt"

	"kopilka/internal/loyalty/figure"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/money"
)

// fiscalKey tells a fiscal receipt apart.
type fiscalKey struct {
	drive        string
	number, sign int64
}

// String names its row.
func (k fiscalKey) String() string {
	return fmt.Sprintf("drive=%s number=%d sign=%d", k.drive, k.number, k.sign)
}

func fiscalOf(p *purchase.Purchase) fiscalKey {
	return fiscalKey{p.Fiscal.Drive, p.Fiscal.Number, p.Fiscal.Sign}
}

// fiscalWanted are the fiscal receipts that the purchases of a run of homes
// name.
type fiscalWanted struct {
	keys  []fiscalKey
	of    []op
	other []bool // the purchase says that it is another's
}

func (k *fiscalWanted) want(key fiscalKey, o op, other bool) {
	k.keys, k.of, k.other = append(k.keys, key), append(k.of, o), append(k.other, other)
}

func scanFiscal(r db.Row) (k fiscalKey, o op, err error) {
	return k, o, r.Scan(&k.drive, &k.number, &k.sign, (*int64)(&o.home), (*int64)(&o.id))
}

// check looks them up in the snapshot in which the purchases were read.
func (k *fiscalWanted) check(r *run, q *db.Snapshot) error {
	rows := make(map[fiscalKey]op, len(k.of))
	b := &db.Batch{}
	for _, key := range k.keys {
		b.Each(func(row db.Row) error {
			found, o, err := scanFiscal(row)
			rows[found] = o
			return err
		}, qFiscal, key.drive, key.number, key.sign)
	}
	if b.Len() == 0 {
		return nil
	}
	if err := q.Run(r.ctx, b); err != nil {
		return err
	}
	for i, key := range k.keys {
		found, ok := rows[key]
		if ok && (found == k.of[i]) != k.other[i] {
			continue
		}
		text := "no row"
		if ok {
			text = found.String()
		}
		r.bad(place{int64(k.of[i].home), int64(i)}, FiscalReceipt, "fiscal_receipt", key.String(), text, k.of[i])
	}
	return nil
}

// fiscals shares all fiscal receipts out: each stands for a purchase that names
// it. That purchases name such that stand for them is seen where homes are
// walked.
func (r *run) fiscals() {
	var from fiscalKey
	for n := int64(0); ; n++ {
		page, err := db.All(r.ctx, r.d, func(x db.Row) (k fiscalKey, err error) {
			return k, x.Scan(&k.drive, &k.number, &k.sign)
		}, qFiscalPage, from.drive, from.number, from.sign, limitsPerView)
		if r.stop(err) || len(page) == 0 {
			return
		}
		first, last := from, page[len(page)-1]
		r.do(func() error {
			return r.view(func(q *db.Snapshot) error { return r.fiscalPart(q, n, first, last) })
		})
		from = last
	}
}

func (r *run) fiscalPart(q *db.Snapshot, part int64, from, to fiscalKey) error {
	var rows int64
	err := eachIn(r.ctx, q, qFiscalRows, fiscalSpans(from, to), func(x db.Row) error {
		var k fiscalKey
		var o op
		var doc []byte
		err := x.Scan(&k.drive, &k.number, &k.sign, (*int64)(&o.home), (*int64)(&o.id), &doc)
		rows++
		if !names(doc, func(p *purchase.Purchase) bool { return p.Fiscal != nil && fiscalOf(p) == k }) {
			r.bad(place{part, rows}, FiscalReceipt, "fiscal_receipt", k.String(), o, "a purchase that names it")
		}
		return err
	})
	if err == nil {
		r.did("fiscal", rows, func(c *Counts) { c.Fiscals += rows })
	}
	return err
}

func readFiscal(c *figure.Cursor) *purchase.Fiscal {
	f := &purchase.Fiscal{}
	c.Object(func(name []byte) {
		switch string(name) {
		case "fn":
			f.Drive = text(c)
		case "i":
			f.Number = c.Int()
		case "fp":
			f.Sign = c.Int()
		case "t":
			f.Time = text(c)
		case "s":
			f.Sum = money.Amount(c.Int())
		default:
			c.Skip()
		}
	})
	return f
}
