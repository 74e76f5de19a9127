package importer

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
)

// MaxPeople is how many rows a file of members may have.
const MaxPeople = 1_000_000

// PeopleJob is one file of members to be taken in.
type PeopleJob struct {
	File     string
	Map      *PeopleMap
	Dry      bool                                 // look, write nothing
	Most     int64                                // rows; 0: MaxPeople
	Progress func(stage Stage, done, total int64) // called often; nil: nobody looks
	Report   func(*Outcome) error                 // called for every row, in the file's order; nil: nobody reads
}

// ImportPeople makes members of a file's rows. Whoever is found already, by any
// of what would find him, stays as he is: so the same file again adds nothing,
// and what was stopped goes on when it is run again. Consents are not taken
// in: they need a proof. When it is stopped (ctx) it gives what was done so far
// along with the error; Report is called only for a whole import.
func (im *Importer) ImportPeople(ctx context.Context, job *PeopleJob) (*Result, error) {
	if job.Progress == nil {
		quiet := *job
		quiet.Progress = func(Stage, int64, int64) {}
		job = &quiet
	}
	r := &peopling{Importer: im, job: job, tally: newTally(im.TempDir), rows: newSorter(im.TempDir)}
	defer r.tally.rows.close()
	defer r.rows.close()
	for _, step := range []func(context.Context) error{r.read, r.write} {
		if err := step(ctx); err != nil {
			return r.tally.result(), err
		}
	}
	return r.tally.result(), r.tally.report(ctx, job.Report)
}

// peopling is an import of members under way.
type peopling struct {
	*Importer
	job    *PeopleJob
	people *People
	tally  *tally
	rows   *sorter
}

// read understands every row of the file, before anything is written.
func (r *peopling) read(ctx context.Context) error {
	m := r.job.Map
	src, err := open(ctx, r.job.File, r.TempDir, &m.File, func(read, total int64) { r.job.Progress(Reading, read, total) })
	if err != nil {
		return err
	}
	defer src.close()
	head, err := headOf(src, m.File.Header)
	if err != nil {
		return err
	}
	by := member.Actor{Kind: member.BySystem, Source: PeopleSource}
	if r.people, err = r.People(ctx, m, head, src.sheet(), by, NewSeen()); err != nil {
		return err
	}
	for lines := int64(0); ; {
		row, err := nextRow(src)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if lines++; lines > cmp.Or(r.job.Most, MaxPeople) {
			return fault.New(fault.TooLarge, "importer.people-most", "most", cmp.Or(r.job.Most, MaxPeople))
		}
		if err := r.take(&row); err != nil {
			return err
		}
		if lines%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

func (r *peopling) take(row *Row) error {
	one, refused := r.people.understand(row)
	if refused != nil {
		return r.tally.put(refused)
	}
	packed, err := json.Marshal(one)
	if err != nil {
		return err
	}
	return r.rows.add(binary.BigEndian.AppendUint64(nil, uint64(row.No)), packed)
}

// PeopleAtOnce is how many rows are written in one transaction.
const PeopleAtOnce = 100

// write makes the members, some at a time.
func (r *peopling) write(ctx context.Context) error {
	var part []*person
	var done int64
	flush := func() error {
		err := r.put(ctx, part)
		done += int64(len(part))
		r.job.Progress(Writing, done, r.rows.count)
		part = part[:0]
		return err
	}
	err := r.rows.each(ctx, func(_, value []byte) error {
		one := &person{}
		if err := json.Unmarshal(value, one); err != nil {
			return errPacked
		}
		if part = append(part, one); len(part) < PeopleAtOnce {
			return nil
		}
		return flush()
	})
	if err != nil || len(part) == 0 {
		return err
	}
	return flush()
}

// put makes members of some rows and counts what became of them.
func (r *peopling) put(ctx context.Context, part []*person) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	list, err := r.people.put(ctx, part, make([]*Outcome, len(part)), r.job.Dry, nil)
	if err != nil {
		return err
	}
	for _, o := range list {
		if o.New() {
			r.tally.made(1, 0)
		}
		if err := r.tally.put(o); err != nil {
			return err
		}
	}
	return nil
}
