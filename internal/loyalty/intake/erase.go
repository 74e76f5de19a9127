package intake

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

const qOpenFiles = `select ` + columns + ` from intake where state not in ('done', 'stopped', 'dropped') order by intake_id`

// Naming gives the files that have not ended and name somebody by any of what
// finds him, and those that can't be looked into as they are not taken apart. It
// rather takes one file more than leaves one out.
func (s *Intakes) Naming(ctx context.Context, who []member.Ref) (out []id.ID, err error) {
	list, err := db.All(ctx, s.DB, scanIntake, qOpenFiles)
	if err != nil {
		return nil, err
	}
	for i := range list {
		names, err := s.names(ctx, &list[i], who)
		if err != nil {
			return nil, err
		}
		if names {
			out = append(out, list[i].ID)
		}
	}
	return out, nil
}

func (s *Intakes) names(ctx context.Context, in *Intake, who []member.Ref) (bool, error) {
	if in.State == Sending || in.State == Reading || in.State == Broken {
		return true, nil
	}
	for part := range parts(in.Total) {
		rows, err := s.rows(ctx, in.ID, part)
		if errors.Is(err, db.ErrNotFound) { // it has ended meanwhile
			return false, nil
		}
		if err != nil {
			return false, err
		}
		for _, r := range rows {
			for _, cell := range r.Cells {
				for _, ref := range who {
					if namedIn(cell, ref) {
						return true, nil
					}
				}
			}
		}
	}
	return false, nil
}

// phoneTail is how many last digits tell a phone, however its beginning is
// written.
const phoneTail = 9

// namedIn tells whether a cell names somebody.
func namedIn(cell string, who member.Ref) bool {
	switch who.Kind {
	case member.Phone:
		tail := digits(who.Value)
		return strings.Contains(digits(cell), tail[max(0, len(tail)-phoneTail):])
	case member.Email:
		return strings.Contains(strings.ToLower(cell), strings.ToLower(who.Value))
	}
	for word := range strings.FieldsFuncSeq(cell, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == ';' }) {
		if strings.EqualFold(word, who.Value) {
			return true
		}
	}
	return strings.EqualFold(solid(cell), solid(who.Value))
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// solid is a number as it is without the blanks and dashes that people write in it.
func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, s)
}

// DropIn forgets what files hold, in the transaction of an erasure, wherever they
// have come to. What their rows have made already stays.
func (s *Intakes) DropIn(ctx context.Context, q db.Q, files []id.ID) error {
	for _, i := range files {
		in, err := get(ctx, q, i)
		if err != nil {
			return err
		}
		if in.State.Ended() {
			continue
		}
		layout, err := in.Layout.bare().packed()
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		for _, text := range []string{qDrop, qStop} {
			if _, err := q.Exec(ctx, text, i, layout, now); err != nil {
				return err
			}
		}
		for _, text := range []string{qDropAllPieces, qDropAllParts} {
			if _, err := q.Exec(ctx, text, i); err != nil {
				return err
			}
		}
		if in.State != Running { // of one that was begun it is kept what became of its rows
			if _, err := q.Exec(ctx, qDropOutcomes, i); err != nil {
				return err
			}
		}
		if err := audit.Note(ctx, q, now, audit.Entry{Action: "intake.erased", Target: audit.On("intake", i)}); err != nil {
			return err
		}
	}
	return nil
}

const (
	qDropAllPieces = `delete from intake_piece where intake_id = $1`
	qDropAllParts  = `delete from intake_part where intake_id = $1`
)
