package intake

import (
	"context"
	"slices"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/lease"
)

// begun is what the trail keeps of a file that is begun.
type begun struct {
	Rows   int64    `json:"rows"`
	Fields []string `json:"fields"`
}

// Begin lets a file that was tried be taken in: only whoever sent it may, and
// once.
func (s *Intakes) Begin(ctx context.Context, who Sender, intake id.ID) error {
	return s.change(ctx, who, intake, func(tx *db.Tx, in *Intake) error {
		now := s.Clock.Now()
		n, err := tx.Exec(ctx, qBegin, intake, now)
		if err == nil && n == 0 {
			err = moved()
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qDropOutcomes, intake); err != nil {
			return err
		}
		fields := slices.DeleteFunc(slices.Clone(in.Layout.Fields), func(f string) bool { return f == "" })
		return audit.Note(ctx, tx, now, audit.Entry{Action: "intake.begun", Target: audit.On("intake", intake), After: begun{Rows: in.Total, Fields: fields}})
	})
}

// Stop ends a file before its end: the rows that are done stay, no others are.
// One that was not begun yet is dropped.
func (s *Intakes) Stop(ctx context.Context, intake id.ID) error {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		in, err := get(ctx, tx, intake)
		if err != nil {
			return err
		}
		layout, err := in.Layout.bare().packed()
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		dropped, err := tx.Exec(ctx, qDrop, intake, layout, now)
		if err != nil {
			return err
		}
		if dropped > 0 {
			_, err := tx.Exec(ctx, qDropOutcomes, intake)
			return err
		}
		stopped, err := tx.Exec(ctx, qStop, intake, layout, now)
		if err != nil || stopped == 0 {
			return err // it has ended meanwhile: there is nothing to stop
		}
		if in, err = get(ctx, tx, intake); err != nil { // where it was stopped
			return err
		}
		return audit.Note(ctx, tx, now, audit.Entry{Action: "intake.stopped", Target: audit.On("intake", intake), After: ended{State: Stopped, Rows: in.Place, Tally: in.Tally.sums()}})
	})
	if err != nil {
		return err
	}
	return s.dropFile(ctx, intake)
}

// ended is what the trail keeps of a file that has ended.
type ended struct {
	State State `json:"state"`
	Rows  int64 `json:"rows"`
	Tally
}

// sums is a tally without the reasons.
func (t Tally) sums() Tally {
	t.Reasons = nil
	return t
}

// finish closes what is at its end: a try, or the file itself, of which what it
// held is forgotten.
func (s *Intakes) finish(ctx context.Context, in *Intake, h *lease.Held) error {
	if in.State == Looking {
		n, err := s.DB.Exec(ctx, qLooked, in.ID, h.Holder)
		if err == nil && n == 0 {
			err = lease.ErrLost
		}
		return err
	}
	layout, err := in.Layout.bare().packed()
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		now := s.Clock.Now()
		n, err := tx.Exec(ctx, qEnd, in.ID, h.Holder, layout, now)
		if err != nil {
			return err
		}
		if n == 0 {
			return lease.ErrLost
		}
		return audit.Note(ctx, tx, now, audit.Entry{Action: "intake.ended", Target: audit.On("intake", in.ID), After: ended{State: Done, Rows: in.Total, Tally: in.Tally.sums()}})
	})
	if err != nil {
		return err
	}
	return s.dropFile(ctx, in.ID)
}

// dropFile forgets what a file held.
func (s *Intakes) dropFile(ctx context.Context, intake id.ID) error {
	if err := s.dropAll(ctx, qDropPieces, intake); err != nil {
		return err
	}
	return s.dropAll(ctx, qDropParts, intake)
}

// dropRows forgets the rows of a file that is to be read anew.
func (s *Intakes) dropRows(ctx context.Context, intake id.ID) error {
	if err := s.dropAll(ctx, qDropParts, intake); err != nil {
		return err
	}
	_, err := s.DB.Exec(ctx, qDropOutcomes, intake)
	return err
}

// dropAll drops what a text drops some of, until nothing is left.
func (s *Intakes) dropAll(ctx context.Context, text string, intake id.ID) error {
	for {
		n, err := s.DB.Exec(ctx, text, intake)
		if err != nil || n == 0 {
			return err
		}
	}
}

// forget drops all of a file.
func (s *Intakes) forget(ctx context.Context, intake id.ID) error {
	if err := s.dropFile(ctx, intake); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, qDropOutcomes, intake); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qDropRow, intake)
		return err
	})
}

// Prune forgets files that were not begun within a day, and those of which the
// report is kept no longer; and what a process that was killed has left of files
// that have ended.
func (s *Intakes) Prune(ctx context.Context) error {
	now := s.Clock.Now()
	if err := s.each(ctx, s.dropFile, qLeft); err != nil {
		return err
	}
	for _, old := range []struct {
		text   string
		before clock.Micros
	}{{qStale, now.Add(-staleFor)}, {qOld, now.Add(-keptFor)}} {
		// Stopped first, so that nobody writes of it what nobody would drop.
		stop := func(ctx context.Context, i id.ID) error {
			if err := s.Stop(ctx, i); err != nil {
				return err
			}
			return s.forget(ctx, i)
		}
		if err := s.each(ctx, stop, old.text, old.before); err != nil {
			return err
		}
	}
	return nil
}

// each does something to the files that a query finds.
func (s *Intakes) each(ctx context.Context, do func(context.Context, id.ID) error, text string, args ...any) error {
	list, err := db.All(ctx, s.DB, func(r db.Row) (i id.ID, err error) { return i, r.Scan(&i) }, text, args...)
	if err != nil {
		return err
	}
	for _, i := range list {
		if err := do(ctx, i); err != nil {
			return err
		}
	}
	return nil
}
