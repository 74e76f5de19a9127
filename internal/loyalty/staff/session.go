package staff

import (
	"context"
	"errors"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// seenEvery is how exactly it is known when a session was last used.
const seenEvery = time.Minute

// Who gives the person of a token with his rights as they are now. A session
// that is over, or was never, is staff.session-ended; a half one is
// staff.second-proof-needed.
func (s *Staff) Who(ctx context.Context, token string) (*Who, error) {
	session, p, err := s.session(ctx, token)
	if err != nil {
		return nil, err
	}
	if !session.Whole {
		return nil, fault.New(fault.Unauthorized, "staff.second-proof-needed")
	}
	who := &Who{Session: session.ID, Person: p, Proven: session.Proven}
	role, err := roleByCode(ctx, s.d, p.Role)
	if err != nil {
		return nil, err
	}
	who.Permissions = role.Permissions
	if who.outlets, err = outletsOf(ctx, s.d, p); err != nil {
		return nil, err
	}
	if now := s.clock.Now(); now >= session.Seen.Add(seenEvery) {
		if _, err := s.d.Exec(ctx, qSeen, session.ID, now, now.Add(-seenEvery)); err != nil {
			return nil, err
		}
	}
	return who, nil
}

// Half gives the person of a half session, for the page that asks him for the
// second proof; of a whole one too.
func (s *Staff) Half(ctx context.Context, token string) (Person, error) {
	_, p, err := s.session(ctx, token)
	return p, err
}

// session finds a session that is not over, with its person.
func (s *Staff) session(ctx context.Context, token string) (Session, Person, error) {
	ended := fault.New(fault.Unauthorized, "staff.session-ended")
	hash := tokenHash(token)
	if hash == nil {
		return Session{}, Person{}, ended
	}
	session, idle, err := sessionByToken(ctx, s.d, hash)
	if err != nil {
		return Session{}, Person{}, notFound(err, ended)
	}
	p, err := personByID(ctx, s.d, session.Person)
	if err != nil {
		return Session{}, Person{}, err
	}
	if now := s.clock.Now(); now >= session.Ends || now >= session.Seen+clock.Micros(idle) || p.State != Active {
		return Session{}, Person{}, ended
	}
	return session, p, nil
}

// SignOut ends the session of the token, if there is one.
func (s *Staff) SignOut(ctx context.Context, token string) error {
	hash := tokenHash(token)
	if hash == nil {
		return nil
	}
	_, err := s.d.Exec(ctx, qDropByToken, hash)
	return err
}

// Sessions lists the whole sessions of a person that are not over, the one
// last seen first.
func (s *Staff) Sessions(ctx context.Context, person id.ID) ([]Session, error) {
	return db.All(ctx, s.d, scanSession, qSessions, person, s.clock.Now())
}

// EndSession ends another session of his own, or this one.
func (s *Staff) EndSession(ctx context.Context, who *Who, session id.ID) error {
	n, err := s.d.Exec(ctx, qDropSession, session, who.Person.ID)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "staff.session-not-found")
	}
	return err
}

// EndOthers ends all his sessions but this one.
func (s *Staff) EndOthers(ctx context.Context, who *Who) error {
	_, err := s.d.Exec(ctx, qDropOthers, who.Person.ID, who.Session)
	return err
}

// Confirm takes the password once more and, of whoever has set up codes of a
// phone, one of these or a recovery code, so that risky actions may be done for
// ProofLasts. who knows of it at the next Who.
func (s *Staff) Confirm(ctx context.Context, who *Who, password, code string) error {
	proof := ofProof(who.Person.ID)
	if who.Person.TOTP {
		if err := s.count(ctx, proof); err != nil {
			return err
		}
	}
	if err := s.ownPassword(ctx, who, password); err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		p, err := lockPerson(ctx, tx, who.Person.ID)
		if err != nil {
			return notFound(err, noPerson())
		}
		if p.totp != nil {
			if err := s.useCode(ctx, tx, p, code); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, qForgetTry, proof.name); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, qProven, who.Session, s.clock.Now())
		return err
	})
}

// ownPassword checks the password of somebody who is signed in.
func (s *Staff) ownPassword(ctx context.Context, who *Who, password string) error {
	own := ofOwn(who.Person.ID)
	if err := s.count(ctx, own); err != nil {
		return err
	}
	p, err := loginByID(ctx, s.d, who.Person.ID)
	if err != nil {
		return notFound(err, noPerson())
	}
	ok, err := s.fits(ctx, password, p.password)
	if err != nil {
		return err
	}
	if !ok || p.State != Active {
		return fault.New(fault.Unauthorized, "staff.password-wrong")
	}
	_, err = s.d.Exec(ctx, qForgetTry, own.name)
	return err
}

// Tidy throws away sessions, links, tries and questions that are over. A tick calls it.
func (s *Staff) Tidy(ctx context.Context) error {
	now := s.clock.Now()
	_, err := s.d.Exec(ctx, qTidySessions, now)
	_, err2 := s.d.Exec(ctx, qTidyLinks, now)
	_, err3 := s.d.Exec(ctx, qTidyTries, now.Add(-triesLast), now)
	_, err4 := s.d.Exec(ctx, qTidyQuestions, now)
	return errors.Join(err, err2, err3, err4)
}
