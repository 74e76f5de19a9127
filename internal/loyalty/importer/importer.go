// Package importer takes in files of receipts and of members that other systems
// keep: CSV in any of its forms, gzipped or not, and XLSX workbooks. A Map says
// which column is what and what is done with lines that are no goods; a
// PeopleMap, if the names of the columns do not, which is what of a member.
//
// An import goes over the file once before it writes anything, so a file that
// is broken at its end changes nothing:
//
//  1. every row is read and understood, or rejected with the reason;
//  2. rows are brought together into receipts, and these into the order of
//     time, through temporary files where they do not fit into memory;
//  3. receipts are recorded, each member's in the order of time, many members'
//     at once.
//
// What holds:
//
//   - every row that was read has exactly one Outcome;
//   - a receipt one of whose rows can't be read is not recorded, so that it can
//     be once the file is mended;
//   - a receipt's key comes from the file's own columns, so a file, or a part
//     of it, imported again adds nothing, and an import that was stopped at
//     any point goes on when it is run again.
//
// Money is in kopecks, quantities are in thousandths.
package importer

import (
	"context"
	"errors"
	"io"
	"slices"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/catalog"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/partner"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// Importer is what an import works with.
type Importer struct {
	DB        *db.DB
	Clock     clock.Clock
	Desk      *purchase.Desk
	Members   *member.Members
	Cards     *card.Cards // of imported members
	Partners  *partner.Registry
	Directory *partner.Directory
	Goods     *catalog.Registry
	Catalog   *catalog.Index
	TempDir   string // for temporary files; empty: the system's
	Lanes     int    // receipts recorded at one time; 0: 192
}

// Job is one file to be imported.
type Job struct {
	File     string
	Map      *Map
	Dry      bool                                 // look, write nothing
	Progress func(stage Stage, done, total int64) // called often, from several goroutines; nil: nobody looks
	Report   func(*Outcome) error                 // called for every row, in the file's order; nil: nobody reads
}

// Import imports a file. When it is stopped (ctx) it gives what was done so
// far along with the error; Report is called only for a whole import.
func (im *Importer) Import(ctx context.Context, job *Job) (*Result, error) {
	if job.Progress == nil {
		quiet := *job
		quiet.Progress = func(Stage, int64, int64) {}
		job = &quiet
	}
	r := &importing{Importer: im, job: job, tally: newTally(im.TempDir), byReceipt: newSorter(im.TempDir), byTime: newSorter(im.TempDir)}
	defer r.tally.rows.close()
	defer r.byReceipt.close()
	defer r.byTime.close()
	for _, step := range []func(context.Context) error{r.read, r.group, r.write} {
		if err := step(ctx); err != nil {
			return r.tally.result(), err
		}
	}
	return r.tally.result(), r.tally.report(ctx, job.Report)
}

// importing is an import under way.
type importing struct {
	*Importer
	job       *Job
	tally     *tally
	byReceipt *sorter // rows
	byTime    *sorter // receipts
	receipts  int64
	region    string
}

// read understands every row of the file.
func (r *importing) read(ctx context.Context) error {
	rules, _, err := member.LoadRules(ctx, r.DB)
	if err != nil {
		return err
	}
	r.region = rules.Region
	m := r.job.Map
	src, err := open(ctx, r.job.File, r.TempDir, &m.File, func(read, total int64) { r.job.Progress(Reading, read, total) })
	if err != nil {
		return err
	}
	defer src.close()
	c, err := headerOf(src, m)
	if err != nil {
		return err
	}
	p, err := newParser(m, c, src.sheet(), r.region)
	if err != nil {
		return err
	}
	for {
		no, cells, err := src.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if bad := new(badRow); errors.As(err, &bad) {
			err = r.tally.refuse(&row{no: no}, bad.why)
		} else if err == nil && !blank(cells) {
			err = r.take(p, no, cells)
		}
		if err != nil {
			return err
		}
		if no%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// headerOf finds the columns by their names.
func headerOf(src source, m *Map) (*columns, error) {
	head, err := headOf(src, m.File.Header)
	if err != nil {
		return nil, err
	}
	return m.find(head)
}

// headOf skips what stands before the columns' names and gives them; nil where
// the file has none.
func headOf(src source, at int) ([]string, error) {
	for at > 0 {
		no, cells, err := src.next()
		switch bad := new(badRow); {
		case errors.Is(err, io.EOF):
			return nil, fault.New(fault.Invalid, "importer.empty")
		case errors.As(err, &bad):
			if no >= int64(at) {
				return nil, fault.New(fault.Invalid, "importer.header", "row", no, "code", bad.why.Code)
			}
		case err != nil:
			return nil, err
		case no >= int64(at):
			return slices.Clone(cells), nil
		}
	}
	return nil, nil
}

// take puts a row that is understood to the others of its receipt.
func (r *importing) take(p *parser, no int64, cells []string) error {
	row, why := p.parse(no, cells)
	if why == nil {
		r.tally.at(row.at)
		return r.byReceipt.add(row.receiptKey(), row.packed())
	}
	if err := r.tally.refuse(row, why); err != nil || !row.known || why.Kind != fault.Invalid {
		return err
	}
	// What is left of its receipt must not be taken for the whole: the key
	// would then be used up, and the file that is mended come too late.
	row.broken = true
	return r.byReceipt.add(row.receiptKey(), row.packed())
}
