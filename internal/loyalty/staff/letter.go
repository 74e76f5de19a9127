package staff

import (
	"context"
	"encoding/hex"
	"errors"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/contact"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/jobs"
	"kopilka/internal/platform/mail"
)

// Mailer sends letters (package mail).
type Mailer interface {
	Send(ctx context.Context, l mail.Letter) error
}

// Post is where letters wait until they are sent (jobs.Runner): a letter is
// put there in the transaction of what it tells of, so that there are both or
// neither, and is tried again until the server takes it or its link is over.
type Post interface {
	Enqueue(ctx context.Context, tx *db.Tx, args jobs.Args, o jobs.Options) error
}

// Letter is a job: a person is sent his link.
type Letter struct {
	Person id.ID  `json:"person"`
	Token  []byte `json:"token"` // sealed: who reads the queue can't use it
}

// Kind names the job.
func (Letter) Kind() string { return "staff.letter" }

// Forgotten is a job: somebody has asked for a link to whoever has the e-mail,
// if anybody has.
type Forgotten struct {
	Email string `json:"email"`
	Where Where  `json:"where"`
}

// Kind names the job.
func (Forgotten) Kind() string { return "staff.forgotten" }

var errNoMail = errors.New("staff: no mail is set up")

// Mails tells whether letters can be sent.
func (s *Staff) Mails() bool { return s.mail != nil }

// put puts a letter with a person's link into the post; it is sent if the
// transaction commits.
func (s *Staff) put(ctx context.Context, tx *db.Tx, person id.ID, token string) error {
	if s.mail == nil {
		return nil
	}
	l := Letter{person, crypto.Seal(s.key, letterSeal(person), []byte(token))}
	return s.mailbox.Enqueue(ctx, tx, l, jobs.Options{Queue: jobs.Instant})
}

func letterSeal(person id.ID) string { return "staff letter " + person.String() }

// SendLetter does the job of a Letter. One whose link is over meanwhile, used
// or taken back, is not sent. A crash after the server took it sends it once
// more, under the same number.
func (s *Staff) SendLetter(ctx context.Context, l Letter) error {
	if s.mail == nil {
		return errNoMail
	}
	token, err := crypto.Unseal(s.key, letterSeal(l.Person), l.Token)
	if err != nil {
		return err
	}
	link, err := s.linked(ctx, s.d, string(token))
	if fault.Is(err, "staff.token-ended") {
		return nil
	}
	if err != nil {
		return err
	}
	letter := s.letters(link)
	letter.To = link.Person.Email
	// The hash of a hash of what was drawn: it tells nothing of the link.
	letter.ID = hex.EncodeToString(crypto.HashSecret(s.key, []byte("staff letter"), string(token)))[:letterDigits]
	return s.mail.Send(ctx, letter)
}

const letterDigits = 32 // of a letter's number

// Forgot sends whom the e-mail is a link by which he sets a new password
// within an hour. It takes and says the same where there is nobody, or where
// no mail is set up: who has the e-mail is looked for afterwards, by a job.
func (s *Staff) Forgot(ctx context.Context, email string, w Where) error {
	w = w.clipped()
	asked := ofEmail(email)
	asked.name, asked.bound = "forgot "+asked.name, byForgot
	if err := s.count(ctx, asked, ofAddress(w)); err != nil {
		return err
	}
	email, err := contact.Email(email)
	if s.mail == nil || err != nil {
		return nil //nolint:nilerr // what is no address is nobody's: the same is said
	}
	return s.mailbox.Enqueue(ctx, nil, Forgotten{email, w}, jobs.Options{Queue: jobs.Instant})
}

// FindForgotten does the job of a Forgotten: it makes the link and puts the
// letter into the post. done belongs to the job: in its transaction it is
// marked as done.
func (s *Staff) FindForgotten(ctx context.Context, f Forgotten, done func(context.Context, *db.Tx) error) error {
	found, err := personByEmail(ctx, s.d, foldEmail(f.Email))
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	token, hash := newToken()
	return s.d.Write(ctx, func(tx *db.Tx) error {
		p, err := lockPerson(ctx, tx, found.ID)
		if err != nil {
			return err
		}
		if err := s.forgotten(ctx, tx, p.Person, f.Where, token, hash); err != nil {
			return err
		}
		return done(ctx, tx)
	})
}

func (s *Staff) forgotten(ctx context.Context, tx *db.Tx, p Person, w Where, token string, hash []byte) error {
	var purpose Purpose
	switch p.State {
	case Invited:
		purpose = ForInvitation
	case Active:
		purpose = ForReset
	default:
		return nil
	}
	if err := s.putLink(ctx, tx, p.ID, purpose, resetLasts, hash); err != nil {
		return err
	}
	if err := s.put(ctx, tx, p.ID, token); err != nil {
		return err
	}
	return note(audit.By(ctx, actor(p, w)), tx, s.clock.Now(), "link-asked", p.ID, nil, nil)
}
