package intake

import (
	"context"
	"encoding/json"
	"errors"

	"kopilka/internal/loyalty/importer"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

const (
	columns = `intake_id, staff_id, staff_name, file, size, state, layout, why, total, place, tally, tries, asked_at, begun_at, ended_at`

	qPut  = `insert into intake (` + columns + `, holder, held_until) values ($1, $2, $3, $4, 0, 'sending', '{}', $5, 0, 0, '{}', 0, $6, 0, 0, 0, 0)`
	qGet  = `select ` + columns + ` from intake where intake_id = $1`
	qList = `select ` + columns + ` from intake where intake_id < $1 or $1 = 0 order by intake_id desc limit $2`
	qOpen = `select count(*) from intake where staff_id = $1 and state not in ('done', 'stopped', 'dropped')`

	qSent   = `update intake set state = 'reading', size = $2, layout = $3 where intake_id = $1 and state = 'sending'`
	qAgain  = `update intake set state = 'reading', layout = $2, why = $3, total = 0, place = 0, tally = '{}', tries = 0 where intake_id = $1 and state in ('broken', 'read', 'looked')`
	qTry    = `update intake set tries = tries + 1 where intake_id = $1 and holder = $2 and state = 'reading'`
	qAt     = `update intake set place = $3, held_until = $4 where intake_id = $1 and holder = $2 and state = 'reading'`
	qRead   = `update intake set state = 'read', layout = $3, total = $4, place = 0, held_until = 0 where intake_id = $1 and holder = $2 and state = 'reading'`
	qBreak  = `update intake set state = 'broken', why = $3, layout = $4, place = 0, held_until = 0 where intake_id = $1 and holder = $2 and state = 'reading'`
	qMap    = `update intake set state = 'looking', layout = $2, place = 0, tally = '{}' where intake_id = $1 and state in ('read', 'looked')`
	qLooked = `update intake set state = 'looked', held_until = 0 where intake_id = $1 and holder = $2 and state = 'looking'`
	qBegin  = `update intake set state = 'running', place = 0, tally = '{}', begun_at = $2 where intake_id = $1 and state = 'looked'`
	qMark   = `update intake set place = $5, tally = $6, held_until = $7 where intake_id = $1 and holder = $2 and state = $3 and place = $4`
	qEnd    = `update intake set state = 'done', layout = $3, ended_at = $4, held_until = 0 where intake_id = $1 and holder = $2 and state = 'running'`
	qStop   = `update intake set state = 'stopped', layout = $2, ended_at = $3 where intake_id = $1 and state = 'running'`
	qDrop   = `update intake set state = 'dropped', layout = $2, ended_at = $3 where intake_id = $1 and state in ('sending', 'reading', 'broken', 'read', 'looking', 'looked')`

	qPutPiece   = `insert into intake_piece (intake_id, piece, data) values ($1, $2, $3)`
	qPiece      = `select data from intake_piece where intake_id = $1 and piece = $2`
	qPutPart    = `insert into intake_part (intake_id, part, data) values ($1, $2, $3)`
	qPart       = `select data from intake_part where intake_id = $1 and part = $2`
	qPutOutcome = `insert into intake_outcome (intake_id, part, last_row, told, data) values ($1, $2, $3, $4, $5)`
	qOutcome    = `select data from intake_outcome where intake_id = $1 and part = $2`
	qTold       = `select part, data from intake_outcome where intake_id = $1 and part >= $2 and last_row > $3 and told > 0 order by part limit $4`

	// What is in a file is large: it is dropped some at a time.
	qDropPieces   = `delete from intake_piece where intake_id = $1 and piece in (select piece from intake_piece where intake_id = $1 order by piece limit 20)`
	qDropParts    = `delete from intake_part where intake_id = $1 and part in (select part from intake_part where intake_id = $1 order by part limit 50)`
	qDropOutcomes = `delete from intake_outcome where intake_id = $1`
	qDropRow      = `delete from intake where intake_id = $1`

	qStale = `select intake_id from intake where asked_at < $1 and state not in ('running', 'done', 'stopped', 'dropped') limit 100`
	qOld   = `select intake_id from intake where asked_at < $1 and state in ('done', 'stopped', 'dropped') limit 100`
	// Whoever ended it was killed before all of it was dropped, or is at it.
	qLeft = `select intake_id from intake i where state in ('done', 'stopped', 'dropped') and (exists (select 1 from intake_piece p where p.intake_id = i.intake_id)
 or exists (select 1 from intake_part p where p.intake_id = i.intake_id))`
)

func scanIntake(r db.Row) (in Intake, err error) {
	var layout, tally string
	var why []byte
	err = r.Scan(&in.ID, &in.Staff, &in.StaffName, &in.File, &in.Size, &in.State, &layout, &why, &in.Total, &in.Place, &tally, &in.tries, &in.AskedAt, &in.BegunAt, &in.EndedAt)
	if err != nil {
		return in, err
	}
	if in.Why, err = unpackFault(why); err != nil {
		return in, err
	}
	return in, errors.Join(json.Unmarshal([]byte(layout), &in.Layout), json.Unmarshal([]byte(tally), &in.Tally))
}

// packFault keeps a fault that may be none as the outcome of no row.
func packFault(why *fault.Error) []byte {
	return importer.PackOutcomes([]*importer.Outcome{{Why: why}})
}

func unpackFault(b []byte) (*fault.Error, error) {
	list, err := importer.UnpackOutcomes(b)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0].Why, nil
}

// Get reads a file's state.
func (s *Intakes) Get(ctx context.Context, intake id.ID) (Intake, error) {
	return get(ctx, s.DB, intake)
}

func get(ctx context.Context, q db.Q, intake id.ID) (Intake, error) {
	in, err := scanIntake(q.Row(ctx, qGet, intake))
	if errors.Is(err, db.ErrNotFound) {
		return in, notFound()
	}
	return in, err
}

// List gives files, the newest first: those before the one already had, from
// the newest with 0.
func (s *Intakes) List(ctx context.Context, before id.ID, limit int) ([]Intake, error) {
	return db.All(ctx, s.DB, scanIntake, qList, before, min(limit, MaxPage))
}

// rows reads some of a file's rows.
func (s *Intakes) rows(ctx context.Context, intake id.ID, part int64) ([]importer.Row, error) {
	var b []byte
	if err := s.DB.Row(ctx, qPart, intake, part).Scan(&b); err != nil {
		return nil, err
	}
	return importer.UnpackRows(b)
}

// outcomes reads what becomes of some of a file's rows.
func (s *Intakes) outcomes(ctx context.Context, intake id.ID, part int64) ([]*importer.Outcome, error) {
	var b []byte
	if err := s.DB.Row(ctx, qOutcome, intake, part).Scan(&b); err != nil {
		return nil, err
	}
	return importer.UnpackOutcomes(b)
}

// parts is how many parts some rows make.
func parts(rows int64) int64 { return (rows + partSize - 1) / partSize }
