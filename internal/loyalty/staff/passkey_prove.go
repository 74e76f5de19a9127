package staff

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/passkey"
)

// AskPasskey asks a browser in which nobody is signed in for any passkey of the
// site. The token is the browser's: only with it the answer is taken.
func (s *Staff) AskPasskey(ctx context.Context, site passkey.Site, w Where) (options json.RawMessage, token string, err error) {
	if err := s.count(ctx, ofAsked(w.clipped())); err != nil {
		return nil, "", err
	}
	q, err := site.Ask(nil)
	if err != nil {
		return nil, "", err
	}
	token, hash := newToken()
	return q.Options, token, s.ask(ctx, askedToEnter(hash), q.State)
}

func askedToEnter(hash []byte) string { return "enter " + hex.EncodeToString(hash) }

// SignInByPasskey gives the token of a new session, a whole one, to whom the
// passkey is that has answered AskPasskey in the same browser. Whoever it is not
// is told the same (passkey.wrong), whether there is such a key, and whether its
// person may sign in. A key that there are two of opens nothing from then on
// (staff.passkey-copied).
func (s *Staff) SignInByPasskey(ctx context.Context, site passkey.Site, token, answer string, remember bool, w Where) (string, Session, error) {
	w = w.clipped()
	if err := s.count(ctx, ofAddress(w)); err != nil {
		return "", Session{}, err
	}
	hash := tokenHash(token)
	if hash == nil {
		return "", Session{}, late()
	}
	state, err := s.answered(ctx, askedToEnter(hash))
	if err != nil {
		return "", Session{}, err
	}
	a, err := passkey.Read(answer)
	if err != nil {
		return "", Session{}, err
	}
	var whose id.ID
	if err := s.d.Row(ctx, qPasskeyOwner, a.Key).Scan(&whose); err != nil {
		return "", Session{}, notFound(err, keyWrong())
	}
	newTok, hash := newToken()
	var made Session
	err = s.proveByKey(ctx, whose, answeredKey{site, state, a}, w, func(tx *db.Tx, p login, key storedKey) error {
		if err := giveBack(ctx, tx, ofAddress(w)); err != nil {
			return err
		}
		if err := giveBack(ctx, tx, ofAsked(w)); err != nil {
			return err
		}
		made = s.newSession(p.Person, remember, true, w)
		return s.open(ctx, tx, p.Person, made, hash, keyNote{key.Name})
	})
	if err != nil {
		return "", Session{}, err
	}
	return newTok, made, nil
}

// AskProof asks the browser of who is signed in for one of his passkeys.
func (s *Staff) AskProof(ctx context.Context, who *Who, site passkey.Site) (json.RawMessage, error) {
	keys, err := passkeysOf(ctx, s.d, who.Person.ID, "")
	if err != nil {
		return nil, err
	}
	if keys = trusted(keys); len(keys) == 0 {
		return nil, fault.New(fault.Conflict, "staff.passkey-none")
	}
	q, err := site.Ask(holder(who.Person, keys))
	if err != nil {
		return nil, err
	}
	return q.Options, s.ask(ctx, askedToProve(who), q.State)
}

// ConfirmByPasskey takes the answer to AskProof in place of a password and a
// code: risky actions may be done for ProofLasts.
func (s *Staff) ConfirmByPasskey(ctx context.Context, who *Who, site passkey.Site, answer string) error {
	proof := ofProof(who.Person.ID)
	if err := s.count(ctx, proof); err != nil {
		return err
	}
	state, err := s.answered(ctx, askedToProve(who))
	if err != nil {
		return err
	}
	a, err := passkey.Read(answer)
	if err != nil {
		return err
	}
	return s.proveByKey(ctx, who.Person.ID, answeredKey{site, state, a}, Where{}, func(tx *db.Tx, _ login, _ storedKey) error {
		if _, err := tx.Exec(ctx, qForgetTry, proof.name); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, qProven, who.Session, s.clock.Now())
		return err
	})
}

// answeredKey is an answer with what it answers.
type answeredKey struct {
	site   passkey.Site
	state  []byte
	answer passkey.Answer
}

// proveByKey checks an answer against a person's keys and does what is open to
// whoever is proven so. All uses of his keys stand in one line, so that of two
// with one count one is a copy's.
func (s *Staff) proveByKey(ctx context.Context, person id.ID, a answeredKey, w Where, do func(tx *db.Tx, p login, key storedKey) error) error {
	copied := false
	err := s.d.Write(ctx, func(tx *db.Tx) error {
		p, err := lockPerson(ctx, tx, person)
		if err != nil {
			return notFound(err, keyWrong())
		}
		if p.State != Active {
			return keyWrong()
		}
		keys, err := passkeysOf(ctx, tx, person, tx.Dialect().ForUpdate())
		if err != nil {
			return err
		}
		keys = trusted(keys)
		k, twice, err := a.site.Check(a.state, a.answer, holder(p.Person, keys))
		if err != nil {
			return err
		}
		for _, key := range keys {
			if string(key.key.ID) != string(k.ID) {
				continue
			}
			if copied = twice; copied {
				return s.distrust(ctx, tx, p.Person, key, w)
			}
			if _, err := tx.Exec(ctx, qUsePasskey, key.Passkey.ID, int64(k.Count), s.clock.Now()); err != nil {
				return err
			}
			return do(tx, p, key)
		}
		return errors.New("staff: a passkey that was checked is nobody's")
	})
	if err == nil && copied {
		err = fault.New(fault.Refused, "staff.passkey-copied")
	}
	return err
}

// distrust ends what a key has opened that there are two of, and the key.
func (s *Staff) distrust(ctx context.Context, tx *db.Tx, p Person, key storedKey, w Where) error {
	if _, err := tx.Exec(ctx, qDistrustPasskey, key.Passkey.ID, s.clock.Now()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, qDropSessions, p.ID); err != nil {
		return err
	}
	if audit.Of(ctx).Kind != audit.Staff {
		ctx = audit.By(ctx, actor(p, w))
	}
	return note(ctx, tx, s.clock.Now(), "passkey-copied", p.ID, keyNote{key.Name}, nil)
}

func keyWrong() *fault.Error { return fault.New(fault.Unauthorized, "passkey.wrong") }
