package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// bound says how often something may be tried: the first tries at once, after
// each further one a pause, which doubles up to the longest.
type bound struct {
	free int64
	// Microseconds.
	pause, longest clock.Micros
}

// forgotten after so long without a try.
const triesLast = 12 * time.Hour

func micros(d time.Duration) clock.Micros { return clock.Micros(d.Microseconds()) }

// An e-mail's bound is also that of one that nobody has, so that it tells
// nothing. An address stands for all who sit behind it.
var (
	byEmail   = bound{5, micros(time.Minute), micros(15 * time.Minute)}
	byPerson  = bound{5, micros(time.Minute), micros(15 * time.Minute)}
	byForgot  = bound{3, micros(5 * time.Minute), micros(time.Hour)}
	byAddress = bound{40, micros(10 * time.Second), micros(15 * time.Minute)}
	byAsked   = bound{60, micros(5 * time.Second), micros(5 * time.Minute)}
)

// subject is one thing that is tried, and how often it may be.
type subject struct {
	name  string
	bound bound
}

func ofEmail(email string) subject {
	sum := sha256.Sum256([]byte(foldEmail(email)))
	return subject{"email " + hex.EncodeToString(sum[:16]), byEmail}
}

func ofAddress(w Where) subject    { return subject{"address " + w.Address, byAddress} }
func ofAsked(w Where) subject      { return subject{"asked " + w.Address, byAsked} }
func ofProof(person id.ID) subject { return subject{"proof " + person.String(), byPerson} }
func ofOwn(person id.ID) subject   { return subject{"own " + person.String(), byPerson} }

// count takes one try of each subject, or refuses where one has none left
// (staff.too-many-tries). It comes before the try is known to be wrong: many
// at one instant get no more than one after the other.
func (s *Staff) count(ctx context.Context, subjects ...subject) error {
	// One order everywhere: two that try the same wait in a line.
	slices.SortFunc(subjects, func(a, b subject) int { return strings.Compare(a.name, b.name) })
	return s.d.Write(ctx, func(tx *db.Tx) error {
		now := s.clock.Now()
		for _, sub := range subjects {
			t, err := lockTry(ctx, tx, sub.name)
			if err != nil {
				return err
			}
			if now < t.free {
				wait := int64((t.free - now + 999_999) / 1_000_000)
				return fault.New(fault.TooMany, "staff.too-many-tries", fault.Seconds, wait)
			}
			if t.at.Add(triesLast) <= now {
				t.tries = 0
			}
			t.tries++
			t.at, t.free = now, now+sub.bound.after(t.tries)
			if err := putTry(ctx, tx, sub.name, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// after is the pause that follows so many tries, in microseconds.
func (b bound) after(tries int64) clock.Micros {
	over := tries - b.free
	if over < 0 {
		return 0
	}
	pause := b.pause
	for ; over > 0 && pause < b.longest; over-- {
		pause *= 2
	}
	return min(pause, b.longest)
}

// right forgets the tries of what has turned out to be known, and gives the
// address its try back: it must not reset what others have tried from there.
func (s *Staff) right(ctx context.Context, q db.Q, known subject, w Where) error {
	if _, err := q.Exec(ctx, qForgetTry, known.name); err != nil {
		return err
	}
	return giveBack(ctx, q, ofAddress(w))
}

func giveBack(ctx context.Context, q db.Q, of subject) error {
	_, err := q.Exec(ctx, qGiveTryBack, of.name, of.bound.free)
	return err
}
