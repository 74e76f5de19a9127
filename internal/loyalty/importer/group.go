package importer

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
)

// receiptKey orders rows by the receipt that they are of, and then as they
// stand in the file.
func (r *row) receiptKey() []byte {
	b := make([]byte, 0, len(r.outlet)+len(r.till)+len(r.key)+11)
	for _, s := range []string{r.outlet, r.till, r.key} {
		b = append(append(b, s...), 0)
	}
	return binary.BigEndian.AppendUint64(b, uint64(r.no))
}

const noBytes = 8 // of a row's number at the end of a key

func (r *row) packed() []byte {
	var p packer
	r.pack(&p)
	return p.b
}

// group brings rows together into receipts and puts these in the order of
// time.
func (r *importing) group(ctx context.Context) error {
	var rows []*row
	var of []byte
	too := false      // the receipt has too many rows
	var unread *int64 // its first row that can't be read
	end := func() error {
		switch {
		case len(rows) == 0 || too:
			return nil
		case unread != nil:
			return r.tally.refuseAll(rows, fault.New(fault.Invalid, "importer.receipt-broken", "row", *unread))
		}
		return r.receipt(rows)
	}
	err := r.byReceipt.each(ctx, func(key, value []byte) error {
		if k := key[:len(key)-noBytes]; !bytes.Equal(k, of) {
			if err := end(); err != nil {
				return err
			}
			rows, of, too, unread = rows[:0], append(of[:0], k...), false, nil
		}
		row, err := unpackRow(value)
		if err != nil {
			return err
		}
		if row.broken {
			unread = cmp.Or(unread, &row.no)
			return nil
		}
		if too {
			return r.tally.refuse(row, tooManyRows())
		}
		if rows = append(rows, row); len(rows) > rule.MaxLines {
			too = true
			return r.tally.refuseAll(rows, tooManyRows())
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.byReceipt.close()
	return end()
}

func tooManyRows() *fault.Error {
	return fault.New(fault.TooLarge, "importer.receipt-long", "most", rule.MaxLines)
}

// longest is how far the times of a receipt's rows may be apart: past it they
// are two receipts, and the map's key is not enough to tell them.
const longest = 24 * time.Hour

// receipt keeps the rows of one receipt: what was bought and what came back
// apart.
func (r *importing) receipt(rows []*row) error {
	var buyer, guest member.Ref
	bad, fiscal := false, ""
	first, last := rows[0].at, rows[0].at
	for _, row := range rows {
		bad = bad || row.badBuyer
		first, last = min(first, row.at), max(last, row.at)
		switch {
		case row.buyer.Value == "" || row.buyer == buyer:
		case buyer.Value != "":
			return r.tally.refuseAll(rows, fault.New(fault.Invalid, "importer.two-members"))
		default:
			buyer = row.buyer
		}
		switch {
		case row.guest.Value == "" || row.guest == guest:
		case guest.Value != "":
			return r.tally.refuseAll(rows, fault.New(fault.Invalid, "importer.two-guests"))
		default:
			guest = row.guest
		}
		switch {
		case row.fiscal == "" || row.fiscal == fiscal:
		case fiscal != "":
			return r.tally.refuseAll(rows, fault.New(fault.Invalid, "importer.two-fiscals"))
		default:
			fiscal = row.fiscal
		}
	}
	if last > first.Add(longest) {
		return r.tally.refuseAll(rows, fault.New(fault.Invalid, "importer.times-apart"))
	}
	if last > r.Clock.Now() { // a till's clock may be wrong, a file's is not one
		return r.tally.refuseAll(rows, fault.New(fault.Invalid, "importer.future"))
	}
	if bad && buyer.Value == "" && r.job.Map.Member.Unknown != "nobody" {
		return r.tally.refuseAll(rows, fault.New(fault.Invalid, "importer.bad-member"))
	}
	var sold, back []*row
	for _, row := range rows {
		row.buyer, row.guest, row.fiscal = buyer, guest, fiscal
		if row.back {
			back = append(back, row)
		} else {
			sold = append(sold, row)
		}
	}
	if err := r.keep(sold, ""); err != nil || len(back) == 0 {
		return err
	}
	suffix := "" // a refund in a receipt that sells too needs a key of its own
	if len(sold) > 0 {
		suffix = "/refund"
	}
	return r.keep(back, suffix)
}

func (r *importing) keep(rows []*row, suffix string) error {
	if len(rows) == 0 {
		return nil
	}
	at := rows[0].at
	var p packer
	for _, row := range rows {
		at = min(at, row.at)
		row.key += suffix
		p.text(string(row.packed()))
	}
	r.receipts++
	key := binary.BigEndian.AppendUint64(nil, uint64(at))
	return r.byTime.add(binary.BigEndian.AppendUint64(key, uint64(rows[0].no)), p.b)
}

// receipt is one receipt of the file, with all of its rows that are
// understood.
type receipt struct {
	rows  []*row
	at    clock.Micros
	back  bool
	buyer member.Ref
	lane  int
	paper *paper // nil if it names none
}

func unpackReceipt(key, value []byte) (*receipt, error) {
	rc := &receipt{at: clock.Micros(binary.BigEndian.Uint64(key))}
	for u := (&unpacker{b: value}); len(u.b) > 0; {
		b := u.bytes()
		if u.bad {
			return nil, errPacked
		}
		row, err := unpackRow(b)
		if err != nil {
			return nil, err
		}
		rc.rows = append(rc.rows, row)
	}
	if len(rc.rows) == 0 {
		return nil, errPacked
	}
	rc.back, rc.buyer = rc.rows[0].back, rc.rows[0].buyer
	return rc, nil
}
