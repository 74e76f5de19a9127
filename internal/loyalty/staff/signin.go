package staff

import (
	"context"
	"errors"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// How long sessions last. Half ones only long enough to find a phone.
const (
	halfLasts     = 10 * time.Minute
	idleLasts     = 12 * time.Hour
	browserLasts  = 7 * 24 * time.Hour
	rememberIdle  = 30 * 24 * time.Hour
	rememberLasts = 90 * 24 * time.Hour
	maxSessions   = 30 // a person's; the oldest ends first
)

// SignIn gives the token of a new session to whom the e-mail and the password
// are. Where he has set up a second proof the session is half: it is good for
// Half and Prove only.
//
// Whoever it is not, is told the same (staff.wrong) after the same time,
// whether there is such a person, and whether he may sign in. After five tries
// of an e-mail, and forty from an address, each further one takes a pause that
// doubles up to 15 minutes (staff.too-many-tries).
func (s *Staff) SignIn(ctx context.Context, email, password string, remember bool, w Where) (string, Session, error) {
	w = w.clipped()
	if err := s.count(ctx, ofEmail(email), ofAddress(w)); err != nil {
		return "", Session{}, err
	}
	p, err := personByEmail(ctx, s.d, foldEmail(email))
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return "", Session{}, err
	}
	ok, err := s.fits(ctx, password, p.password)
	if err != nil {
		return "", Session{}, err
	}
	if !ok || p.State != Active {
		return "", Session{}, fault.New(fault.Unauthorized, "staff.wrong")
	}
	token, hash := newToken()
	made := s.newSession(p.Person, remember, !p.TOTP, w)
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		// The row is locked and read again: between the password and now he may
		// have been blocked, or have been given another.
		now, err := lockPerson(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if now.State != Active || now.password != p.password || now.TOTP != p.TOTP {
			return fault.New(fault.Unauthorized, "staff.wrong")
		}
		if err := s.right(ctx, tx, ofEmail(email), w); err != nil {
			return err
		}
		return s.open(ctx, tx, now.Person, made, hash, nil)
	})
	if err != nil {
		return "", Session{}, err
	}
	return token, made, nil
}

func (s *Staff) newSession(p Person, remember, whole bool, w Where) Session {
	now := s.clock.Now()
	lasts := browserLasts
	switch {
	case !whole:
		lasts = halfLasts
	case remember:
		lasts = rememberLasts
	}
	return Session{
		ID: s.ids.New(), Person: p.ID, Created: now, Seen: now, Ends: now.Add(lasts), Where: w, Whole: whole, Remember: remember, Proven: now,
	}
}

// open stores a session and notes that the person has signed in, and by what.
func (s *Staff) open(ctx context.Context, tx *db.Tx, p Person, made Session, hash []byte, by any) error {
	if err := dropOldSessions(ctx, tx, made.Person, s.clock.Now()); err != nil {
		return err
	}
	idle := idleLasts
	if made.Remember {
		idle = rememberIdle
	}
	if err := insertSession(ctx, tx, made, hash, idle.Microseconds()); err != nil {
		return err
	}
	if !made.Whole {
		return nil
	}
	if _, err := tx.Exec(ctx, qSignedIn, made.Person, made.Created); err != nil {
		return err
	}
	return note(audit.By(ctx, actor(p, made.Where)), tx, s.clock.Now(), "signed-in", p.ID, nil, by)
}
