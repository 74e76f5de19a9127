package staff

import (
	"context"
	"encoding/binary"
	"strings"

	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Prove gives, for a half session and a code of the person's phone or one of
// his recovery codes, a whole session with a token of its own; the half one
// ends. A code is taken once. Wrong ones are counted as passwords are
// (staff.code-wrong, staff.too-many-tries).
func (s *Staff) Prove(ctx context.Context, token, code string, w Where) (string, Session, error) {
	w = w.clipped()
	half, p, err := s.session(ctx, token)
	if err != nil {
		return "", Session{}, err
	}
	if half.Whole {
		return "", Session{}, fault.New(fault.Conflict, "staff.proven-already")
	}
	if err := s.count(ctx, ofProof(p.ID), ofAddress(w)); err != nil {
		return "", Session{}, err
	}
	newTok, hash := newToken()
	made := s.newSession(p, half.Remember, true, w)
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		now, err := lockPerson(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		// Another may have used the half session meanwhile, or have ended it.
		if n, err := tx.Exec(ctx, qDropSession, half.ID, p.ID); err != nil || n == 0 || now.State != Active {
			return orElse(err, fault.New(fault.Unauthorized, "staff.session-ended"))
		}
		if err := s.useCode(ctx, tx, now, code); err != nil {
			return err
		}
		if err := s.right(ctx, tx, ofProof(p.ID), w); err != nil {
			return err
		}
		return s.open(ctx, tx, now.Person, made, hash, nil)
	})
	if err != nil {
		return "", Session{}, err
	}
	return newTok, made, nil
}

// useCode takes a code of the phone or a recovery code, once.
func (s *Staff) useCode(ctx context.Context, tx *db.Tx, p login, code string) error {
	wrong := fault.New(fault.Unauthorized, "staff.code-wrong")
	code = plainCode(code)
	if len(code) == recoveryDigits {
		n, err := tx.Exec(ctx, qUseRecovery, p.ID, s.recoveryHash(p.ID, code))
		if err != nil || n == 1 {
			return err
		}
		return wrong
	}
	if p.totp == nil {
		return wrong
	}
	secret, err := s.unseal(p.ID, p.totp)
	if err != nil {
		return err
	}
	step, ok := crypto.CheckPhoneTOTP(secret, code, s.clock.Now())
	if !ok || step <= p.totpStep {
		return wrong
	}
	_, err = tx.Exec(ctx, qUseStep, p.ID, step)
	return err
}

// plainCode takes out what people put into codes, and reads letters that look
// like digits as these.
func plainCode(code string) string {
	return strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(code))
}

func (s *Staff) recoveryHash(person id.ID, code string) []byte {
	return crypto.HashSecret(s.key, binary.BigEndian.AppendUint64(nil, uint64(person)), code)
}

func (s *Staff) seal(person id.ID, secret []byte) []byte {
	return crypto.Seal(s.key, "staff totp "+person.String(), secret)
}

func (s *Staff) unseal(person id.ID, sealed []byte) ([]byte, error) {
	return crypto.Unseal(s.key, "staff totp "+person.String(), sealed)
}

func orElse(err error, f *fault.Error) error {
	if err != nil {
		return err
	}
	return f
}
