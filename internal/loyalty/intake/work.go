package intake

import (
	"context"
	"encoding/json"
	"maps"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/importer"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/lease"
)

// Every is how often Work is to be called.
const Every = time.Second

// Work goes on with the files that nobody works on, each for a while. What fails
// is told of and tried again at the next call.
func (s *Intakes) Work(ctx context.Context) error {
	open := lease.Leases{DB: s.DB, IDs: s.IDs, Clock: s.Clock, Log: s.Log, Table: "intake", Key: "intake_id", Wants: "state in ('reading', 'looking', 'running')"}
	return open.Each(ctx, s.goOn)
}

// goOn works on one file: reads all of it, or does some of its rows.
func (s *Intakes) goOn(ctx context.Context, h *lease.Held) error {
	in, err := s.Get(ctx, h.Item)
	if err != nil {
		return err
	}
	if in.State == Reading {
		return s.read(ctx, &in, h)
	}
	by := audit.By(ctx, audit.Actor{Kind: audit.Staff, ID: in.Staff, Name: in.StaffName})
	people, err := s.people(by, &in)
	if err != nil {
		return err
	}
	for h.On() {
		if in.Place >= in.Total {
			return s.finish(by, &in, h)
		}
		may, err := s.May(by, in.Staff, Needs)
		if err != nil {
			return err
		}
		if !may {
			return s.Stop(ctx, in.ID)
		}
		if err := s.part(by, &in, h, people); err != nil {
			return err
		}
	}
	return nil
}

// people is what makes members of a file's rows; it knows whom those that are
// done have named.
func (s *Intakes) people(ctx context.Context, in *Intake) (*importer.People, error) {
	by := member.Actor{Kind: member.ByStaff, ID: in.Staff, Source: importer.PeopleSource}
	var head []string
	if in.Layout.Header > 0 {
		head = in.Layout.Head
	}
	people, err := s.Importer.People(ctx, in.Layout.peopleMap(), head, len(in.Layout.Sheets) > 0, by, importer.NewSeen())
	if err != nil {
		return nil, err
	}
	for part := range parts(in.Place) {
		rows, err := s.rows(ctx, in.ID, part)
		if err != nil {
			return nil, err
		}
		list, err := s.outcomes(ctx, in.ID, part)
		if err != nil {
			return nil, err
		}
		people.Met(rows, list)
	}
	return people, nil
}

// part does the next rows: what becomes of them is noted with their members, or
// neither is.
func (s *Intakes) part(ctx context.Context, in *Intake, h *lease.Held, people *importer.People) error {
	rows, err := s.rows(ctx, in.ID, in.Place/partSize)
	if err != nil {
		return err
	}
	next := *in
	err = people.Make(ctx, rows, in.State == Looking, func(tx *db.Tx, list []*importer.Outcome) error {
		next = *in
		next.Place += int64(len(list))
		next.Tally = in.Tally.with(list)
		return s.mark(ctx, tx, in, &next, h, list)
	})
	if err == nil {
		*in = next
	}
	return err
}

// with is a tally with some rows more.
func (t Tally) with(list []*importer.Outcome) Tally {
	t.Reasons = maps.Clone(t.Reasons)
	if t.Reasons == nil {
		t.Reasons = map[string]int64{}
	}
	for _, o := range list {
		switch {
		case o.Status == importer.Rejected:
			t.Refused++
		case o.Again:
			t.There++
		default:
			t.Made++
		}
		if o.Why != nil {
			t.Reasons[o.Why.Code]++
		}
	}
	return t
}

// mark notes what became of some rows, in their order.
func (s *Intakes) mark(ctx context.Context, tx *db.Tx, in, next *Intake, h *lease.Held, list []*importer.Outcome) error {
	tally, err := json.Marshal(next.Tally)
	if err != nil {
		return err
	}
	told := 0
	for _, o := range list {
		if o.Why != nil {
			told++
		}
	}
	n, err := tx.Exec(ctx, qMark, in.ID, h.Holder, in.State, in.Place, next.Place, string(tally), lease.Until(s.Clock.Now()))
	if err != nil {
		return err
	}
	if n == 0 {
		return lease.ErrLost
	}
	_, err = tx.Exec(ctx, qPutOutcome, in.ID, in.Place/partSize, list[len(list)-1].Row, told, importer.PackOutcomes(list))
	return err
}
