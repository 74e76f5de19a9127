package importer

import (
	"context"
	"errors"
	"io"

	"kopilka/internal/platform/fault"
)

// Row is a row of a file as it stands there.
type Row struct {
	No    int64 // in the file, from 1, the header counted
	Cells []string
	Bad   *fault.Error // why it can't be taken apart; nil: it can
}

// nextRow gives the next row that is not blank; io.EOF ends.
func nextRow(src source) (Row, error) {
	for {
		no, cells, err := src.next()
		if bad := new(badRow); errors.As(err, &bad) {
			return Row{No: no, Bad: bad.why}, nil
		}
		if err != nil || !blank(cells) {
			return Row{No: no, Cells: cells}, err
		}
	}
}

// sent are the bounds on a file that somebody sends to the console: all of it
// is held in memory while it is read, and nothing of it goes to the disk.
func sent() *bounds {
	const all = 200 << 20
	return &bounds{all: all, texts: 64 << 20, parts: 32 << 20, memory: all}
}

// Rows goes over the rows of a file that was sent.
type Rows struct{ src source }

// OpenRows finds out what a file of size bytes is and opens it; done, if any, is
// told how many of them were read. Who has opened it closes it.
func OpenRows(ctx context.Context, f io.ReaderAt, size int64, m *FileMap, done func(read, total int64)) (*Rows, error) {
	src, err := openBlob(ctx, &blob{ReaderAt: f, size: size, close: func() error { return nil }}, sent(), "", m, done)
	if err != nil {
		return nil, err
	}
	return &Rows{src}, nil
}

// Head skips what stands before the columns' names, which are the row at, and
// gives them; nil where at is 0: the file has none.
func (r *Rows) Head(at int) ([]string, error) { return headOf(r.src, at) }

// Next gives the next row that is not blank; its cells are good until the one
// after it. io.EOF ends.
func (r *Rows) Next() (Row, error) { return nextRow(r.src) }

// Book lists the sheets of a workbook; nil: it is none.
func (r *Rows) Book() []string {
	if s, ok := r.src.(*sheetFile); ok {
		return s.book.GetSheetList()
	}
	return nil
}

// Close lets the file go.
func (r *Rows) Close() { r.src.close() }

// PackRows writes rows one after the other, to be kept.
func PackRows(rows []Row) []byte {
	var p packer
	p.int(int64(len(rows)))
	for i := range rows {
		r := &rows[i]
		p.int(r.No)
		p.int(int64(len(r.Cells)))
		for _, c := range r.Cells {
			p.text(c)
		}
		p.fault(r.Bad)
	}
	return p.b
}

// UnpackRows reads what PackRows has written.
func UnpackRows(b []byte) ([]Row, error) {
	u := &unpacker{b: b}
	var out []Row
	for n := u.int(); n > 0 && !u.bad; n-- {
		r := Row{No: u.int()}
		for cells := u.int(); cells > 0 && !u.bad; cells-- {
			r.Cells = append(r.Cells, u.text())
		}
		r.Bad = u.fault()
		out = append(out, r)
	}
	return out, u.err()
}

// PackOutcomes writes what became of rows, to be kept.
func PackOutcomes(list []*Outcome) []byte {
	var p packer
	p.int(int64(len(list)))
	for _, o := range list {
		p.int(o.Row)
		o.pack(&p)
	}
	return p.b
}

// UnpackOutcomes reads what PackOutcomes has written.
func UnpackOutcomes(b []byte) ([]*Outcome, error) {
	u := &unpacker{b: b}
	var out []*Outcome
	for n := u.int(); n > 0 && !u.bad; n-- {
		no := u.int()
		out = append(out, u.outcome(no))
	}
	return out, u.err()
}
