package importer

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/maphash"
	"io"
	"slices"
	"strings"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// MaxPeople is how many rows a file of members may have.
const MaxPeople = 1_000_000

// PeopleJob is one file of members to be taken in.
type PeopleJob struct {
	File     string
	Map      *PeopleMap
	Dry      bool                                 // look, write nothing
	Progress func(stage Stage, done, total int64) // called often; nil: nobody looks
	Report   func(*Outcome) error                 // called for every row, in the file's order; nil: nobody reads
}

// person is a row understood.
type person struct {
	No   int64
	In   member.Registration
	Refs []member.Ref // of what finds him
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
	rules, _, err := member.LoadRules(ctx, im.DB)
	if err != nil {
		return newTally(im.TempDir).result(), err
	}
	r := &peopling{Importer: im, job: job, rules: rules, tally: newTally(im.TempDir), rows: newSorter(im.TempDir), seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}}
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
	job     *PeopleJob
	rules   member.Rules
	columns *peopleColumns
	tally   *tally
	rows    *sorter
	seed    maphash.Seed
	seen    map[uint64]struct{} // hashes of what has found a row's member
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
	if r.columns, err = m.find(head); err != nil {
		return err
	}
	p, err := r.parser(ctx, src.sheet())
	if err != nil {
		return err
	}
	for {
		no, cells, err := src.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if bad := new(badRow); errors.As(err, &bad) {
			err = r.refuse(no, "", bad.why)
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

func (r *peopling) take(p *peopleParser, no int64, cells []string) error {
	one, column, why := p.parse(no, cells)
	if why != nil {
		return r.refuse(no, column, why)
	}
	if r.rows.count >= MaxPeople {
		return fault.New(fault.TooLarge, "importer.people-most", "most", MaxPeople)
	}
	packed, err := json.Marshal(one)
	if err != nil {
		return err
	}
	return r.rows.add(binary.BigEndian.AppendUint64(nil, uint64(no)), packed)
}

// refuse notes a row that is rejected, and the column that is to blame.
func (r *peopling) refuse(no int64, column string, why *fault.Error) error {
	if len(why.Fields) > 0 { // of several places the first says enough
		if column == "" {
			column = r.columns.ofField(why.Fields[0].Path)
		}
		first := *why
		first.Code, first.Args, first.Fields = why.Fields[0].Code, why.Fields[0].Args, nil
		why = &first
	}
	return r.tally.put(&Outcome{Row: no, Column: column, Status: Rejected, Why: why})
}

// peopleAtOnce is how many rows are written in one transaction.
const peopleAtOnce = 100

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
		if part = append(part, one); len(part) < peopleAtOnce {
			return nil
		}
		return flush()
	})
	if err != nil || len(part) == 0 {
		return err
	}
	return flush()
}

// put makes members of some rows, but of those who are there.
func (r *peopling) put(ctx context.Context, part []*person) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var refs []member.Ref
	for _, one := range part {
		refs = append(refs, one.Refs...)
	}
	there, err := member.ResolveAll(ctx, r.DB, refs)
	if err != nil {
		return err
	}
	var fresh []*person
	for _, one := range part {
		twice := r.met(one)
		switch {
		case slices.ContainsFunc(one.Refs, func(ref member.Ref) bool { return slices.ContainsFunc(there[ref], stays) }):
			err = r.tally.put(&Outcome{Row: one.No, Status: Imported, Again: true})
		case twice:
			err = r.tally.put(&Outcome{Row: one.No, Status: Imported, Again: true, Why: fault.New(fault.Conflict, "importer.twice")})
		default:
			fresh = append(fresh, one)
		}
		if err != nil {
			return err
		}
	}
	if err = r.register(ctx, fresh); err == nil {
		for _, one := range fresh {
			if err := r.tally.put(&Outcome{Row: one.No, Status: Imported}); err != nil {
				return err
			}
		}
		r.tally.made(len(fresh), 0)
		return nil
	}
	if ours(err) {
		return err
	}
	return r.each(ctx, fresh)
}

// stays tells whether a member is still one: what one who is gone was found by
// is free.
func stays(r member.Resolved) bool { return !r.State.Gone() }

// each makes members one by one, where one of them can't be made.
func (r *peopling) each(ctx context.Context, fresh []*person) error {
	for _, one := range fresh {
		err := r.register(ctx, []*person{one})
		switch {
		case err == nil:
			r.tally.made(1, 0)
			err = r.tally.put(&Outcome{Row: one.No, Status: Imported})
		case ours(err):
		default:
			err = r.refuse(one.No, "", fault.From(err))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ours tells whether an error is not the row's.
func ours(err error) bool {
	f := fault.From(err)
	return f.Kind == fault.Internal || f.Kind == fault.Unavailable || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// met tells whether an earlier row was found by the same, and notes this one.
func (r *peopling) met(one *person) (twice bool) {
	for _, ref := range one.Refs {
		h := maphash.String(r.seed, string(ref.Kind)+"\n"+ref.Value)
		if _, there := r.seen[h]; there {
			twice = true
		}
		r.seen[h] = struct{}{}
	}
	return twice
}

var errDry = errors.New("importer: nothing is written")

// register makes members in one transaction, which a dry run takes back: so it
// refuses what the import itself would.
func (r *peopling) register(ctx context.Context, list []*person) error {
	by := member.Actor{Kind: member.BySystem, Source: "import"}
	err := r.DB.Write(ctx, func(tx *db.Tx) error {
		for _, one := range list {
			if _, err := r.Members.RegisterIn(ctx, tx, r.rules, one.In, by); err != nil {
				return err
			}
		}
		if r.job.Dry {
			return errDry
		}
		return nil
	})
	if errors.Is(err, errDry) {
		return nil
	}
	return err
}

// words are the parts of a text between commas or semicolons.
func words(s string) (out []string) {
	for _, w := range strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ';' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
