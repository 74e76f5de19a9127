package intake

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/lease"
	"kopilka/internal/platform/text"
)

// read takes a file apart into rows. Whoever was killed at it begins anew; a
// file by which the program is brought down again and again is let be.
func (s *Intakes) read(ctx context.Context, in *Intake, h *lease.Held) error {
	if in.tries >= maxTries {
		return s.spoil(ctx, in, h, fault.New(fault.Invalid, "intake.unreadable"))
	}
	n, err := s.DB.Exec(ctx, qTry, in.ID, h.Holder)
	if err != nil {
		return err
	}
	if n == 0 {
		return lease.ErrLost
	}
	if err := s.dropRows(ctx, in.ID); err != nil {
		return err
	}
	file, err := s.piecesOf(ctx, in)
	if err != nil {
		return err
	}
	r := &reading{Intakes: s, in: in, h: h}
	if err := r.file(ctx, file); err != nil {
		if why := theirs(err); why != nil {
			return s.spoil(ctx, in, h, why)
		}
		return err
	}
	return nil
}

// theirs is what is wrong with a file, nil where the error is not the file's.
func theirs(err error) *fault.Error {
	f := new(fault.Error)
	if !errors.As(err, &f) {
		return nil
	}
	switch f.Kind {
	case fault.Invalid, fault.TooLarge, fault.Unsupported:
		return f
	default:
		return nil
	}
}

// spoil says that a file can't be read, and why.
func (s *Intakes) spoil(ctx context.Context, in *Intake, h *lease.Held, why *fault.Error) error {
	layout, err := in.Layout.packed()
	if err != nil {
		return err
	}
	n, err := s.DB.Exec(ctx, qBreak, in.ID, h.Holder, packFault(why), layout)
	if err == nil && n == 0 {
		err = lease.ErrLost
	}
	return err
}

// reading is a file that is being taken apart.
type reading struct {
	*Intakes
	in    *Intake
	h     *lease.Held
	rows  []importer.Row // of the next part
	total int64
	kept  int
	at    int64 // bytes read
}

func (r *reading) file(ctx context.Context, file []byte) error {
	l := &r.in.Layout
	m := l.peopleMap()
	src, err := importer.OpenRows(ctx, bytes.NewReader(file), int64(len(file)), &m.File, func(read, _ int64) { r.at = read })
	if err != nil {
		return err
	}
	defer src.Close()
	l.Sheets = nil
	for _, name := range src.Book() {
		l.Sheets = append(l.Sheets, tidy(name))
	}
	head, err := src.Head(l.Header)
	if err != nil {
		return err
	}
	own, err := member.CustomFields(ctx, r.DB)
	if err != nil {
		return err
	}
	if err := r.head(head, own); err != nil {
		return err
	}
	for {
		row, err := src.Next()
		if errors.Is(err, io.EOF) {
			return r.end(ctx)
		}
		if err == nil {
			err = r.row(ctx, &row)
		}
		if err != nil {
			return err
		}
	}
}

// head takes the columns' names.
func (r *reading) head(head []string, own []member.CustomField) error {
	for len(head) > 0 && tidy(head[len(head)-1]) == "" {
		head = head[:len(head)-1]
	}
	if len(head) > MaxColumns {
		return fault.New(fault.TooLarge, "intake.wide", "most", MaxColumns)
	}
	l := &r.in.Layout
	l.Head = nil
	whole := make([]string, len(head)) // as they are shown, they may be cut
	for i, h := range head {
		whole[i] = tidy(h)
		l.Head = append(l.Head, text.Clip(whole[i], sampleSize))
	}
	l.Fields, l.Samples = guess(whole, own), make([][]string, len(l.Head))
	return nil
}

// row keeps a row. What stands behind the columns that have names is none of
// them; where none has, there are as many as the widest row has.
func (r *reading) row(ctx context.Context, row *importer.Row) error {
	if r.total++; r.total > cmp.Or(r.Most, MaxRows) {
		return fault.New(fault.TooLarge, "importer.people-most", "most", cmp.Or(r.Most, MaxRows))
	}
	kept := importer.Row{No: row.No, Bad: row.Bad}
	l := &r.in.Layout
	if row.Bad == nil {
		if l.Header == 0 && len(row.Cells) > len(l.Head) {
			if err := r.widen(row.Cells); err != nil {
				return err
			}
		}
		for _, c := range row.Cells[:min(len(row.Cells), len(l.Head))] {
			kept.Cells = append(kept.Cells, text.Clip(c, MaxCell))
		}
		l.sample(kept.Cells)
	}
	size := 0
	for _, c := range kept.Cells {
		size += len(c)
	}
	if size > maxRow {
		kept.Cells, kept.Bad = nil, fault.New(fault.TooLarge, "intake.long", "most", maxRow>>10)
		size = 0
	}
	if r.kept += size; r.kept > maxKept {
		return fault.New(fault.TooLarge, "importer.too-large")
	}
	if r.rows = append(r.rows, kept); len(r.rows) < partSize {
		return nil
	}
	return r.flush(ctx)
}

// widen makes room for the columns of a row in a file without names.
func (r *reading) widen(cells []string) error {
	if len(cells) > MaxColumns {
		return fault.New(fault.TooLarge, "intake.wide", "most", MaxColumns)
	}
	l := &r.in.Layout
	for len(l.Head) < len(cells) {
		l.Head, l.Fields, l.Samples = append(l.Head, ""), append(l.Fields, ""), append(l.Samples, nil)
	}
	return nil
}

// flush writes a part of the rows, if the file is still this process's.
func (r *reading) flush(ctx context.Context) error {
	part := parts(r.total) - 1
	data := importer.PackRows(r.rows)
	r.rows = slices.Delete(r.rows, 0, len(r.rows))
	return r.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, qAt, r.in.ID, r.h.Holder, r.at, lease.Until(r.Clock.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return lease.ErrLost
		}
		_, err = tx.Exec(ctx, qPutPart, r.in.ID, part, data)
		return err
	})
}

// end says that all of a file is read.
func (r *reading) end(ctx context.Context) error {
	if r.total == 0 {
		return fault.New(fault.Invalid, "intake.no-rows")
	}
	if len(r.rows) > 0 {
		if err := r.flush(ctx); err != nil {
			return err
		}
	}
	layout, err := r.in.Layout.packed()
	if err != nil {
		return err
	}
	n, err := r.DB.Exec(ctx, qRead, r.in.ID, r.h.Holder, layout, r.total)
	if err == nil && n == 0 {
		err = lease.ErrLost
	}
	return err
}
