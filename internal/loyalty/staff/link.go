package staff

import (
	"context"
	"time"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// Purpose is what a link is for.
type Purpose string

// The purposes.
const (
	ForInvitation Purpose = "invite"
	ForReset      Purpose = "reset"
)

const (
	inviteLasts = 7 * 24 * time.Hour
	resetLasts  = time.Hour
	givenLasts  = 24 * time.Hour // what staff have made for another
)

// putLink makes a link the person's only one.
func (s *Staff) putLink(ctx context.Context, tx *db.Tx, person id.ID, purpose Purpose, lasts time.Duration, hash []byte) error {
	if _, err := tx.Exec(ctx, qDropLinks, person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qAddLink, hash, person, purpose, s.clock.Now().Add(lasts))
	return err
}

// TokenOf tells whose the token of a link is and what it is for; one that is
// over, used or was never is staff.token-ended.
func (s *Staff) TokenOf(ctx context.Context, token string) (Person, Purpose, error) {
	l, err := s.linked(ctx, s.d, token)
	return l.Person, l.Purpose, err
}

// Link is by what a person sets his password.
type Link struct {
	Person  Person
	Purpose Purpose
	Token   string
	Ends    clock.Micros
}

func (s *Staff) linked(ctx context.Context, q db.Q, token string) (Link, error) {
	ended := fault.New(fault.NotFound, "staff.token-ended")
	hash := tokenHash(token)
	if hash == nil {
		return Link{}, ended
	}
	var person id.ID
	l := Link{Token: token}
	err := q.Row(ctx, qLink, hash, s.clock.Now()).Scan(&person, (*string)(&l.Purpose), (*int64)(&l.Ends))
	if err != nil {
		return Link{}, notFound(err, ended)
	}
	if l.Person, err = personByID(ctx, q, person); err != nil {
		return Link{}, err
	}
	if l.Person.State != Invited && l.Person.State != Active {
		return Link{}, ended
	}
	return l, nil
}

// Reset sets the password of whom the link's token is, once. His sessions end;
// who was invited is active now. A second proof is still asked for.
func (s *Staff) Reset(ctx context.Context, token, password string, w Where) error {
	w = w.clipped()
	p, _, err := s.TokenOf(ctx, token)
	if err != nil {
		return err
	}
	if err := checkPassword(password, p); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.d.Write(ctx, func(tx *db.Tx) error {
		version, err := reference.Bump(ctx, tx, SetStaff)
		if err != nil {
			return err
		}
		l, err := s.linked(ctx, tx, token) // another may have used it meanwhile
		if err != nil {
			return err
		}
		p, n := l.Person, l.Person
		n.State, n.Version = Active, version
		if err := updatePerson(ctx, tx, n); err != nil {
			return err
		}
		if err := s.setPassword(ctx, tx, n, hash, 0); err != nil {
			return err
		}
		return note(audit.By(ctx, actor(p, w)), tx, s.clock.Now(), "password-set", p.ID, noted(p), noted(n))
	})
}

// ChangePassword sets a new password for whom the old one is. His other
// sessions end, links to him too.
func (s *Staff) ChangePassword(ctx context.Context, who *Who, old, password string) error {
	if err := checkPassword(password, who.Person); err != nil {
		return err
	}
	if err := s.ownPassword(ctx, who, old); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.change(ctx, who.Person.ID, func(tx *db.Tx, p login, _ int64) error {
		if err := s.setPassword(ctx, tx, p.Person, hash, who.Session); err != nil {
			return err
		}
		return note(by(ctx, p.Person), tx, s.clock.Now(), "password-set", p.ID, nil, nil)
	})
}

// setPassword stores a password and ends all that older ones opened, but one
// session.
func (s *Staff) setPassword(ctx context.Context, tx *db.Tx, p Person, hash string, but id.ID) error {
	if _, err := tx.Exec(ctx, qSetPassword, p.ID, hash); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qDropLinks, p.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qDropOthers, p.ID, but); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qForgetTry, ofEmail(p.Email).name)
	return err
}
