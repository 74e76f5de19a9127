package staff

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"net/url"

	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

const (
	totpBytes      = 20 // as RFC 4226 advises for SHA-1
	recoveryCodes  = 10
	recoveryDigits = 16 // of 5 bits each
	recoveryGroup  = 4
)

// TOTPSetup is what a phone needs to make codes.
type TOTPSetup struct {
	Secret string // base32, to be typed in
	URL    string // otpauth://…, to be shown as a QR
}

// BeginTOTP draws a secret for the person's phone; it counts once ConfirmTOTP
// has had a code of it. Who has one already goes on with that one until then.
func (s *Staff) BeginTOTP(ctx context.Context, who *Who) (TOTPSetup, error) {
	if err := who.Fresh(s.clock.Now()); err != nil {
		return TOTPSetup{}, err
	}
	secret := make([]byte, totpBytes)
	_, _ = rand.Read(secret) // never fails
	if _, err := s.d.Exec(ctx, qBeginTOTP, who.Person.ID, s.seal(who.Person.ID, secret)); err != nil {
		return TOTPSetup{}, err
	}
	return s.setup(who, secret), nil
}

// BegunTOTP gives the secret again that BeginTOTP drew, as long as it has not
// been confirmed (staff.totp-not-begun).
func (s *Staff) BegunTOTP(ctx context.Context, who *Who) (TOTPSetup, error) {
	if err := who.Fresh(s.clock.Now()); err != nil {
		return TOTPSetup{}, err
	}
	p, err := loginByID(ctx, s.d, who.Person.ID)
	if err != nil {
		return TOTPSetup{}, notFound(err, noPerson())
	}
	if p.totpBegun == nil {
		return TOTPSetup{}, fault.New(fault.Conflict, "staff.totp-not-begun")
	}
	secret, err := s.unseal(p.ID, p.totpBegun)
	if err != nil {
		return TOTPSetup{}, err
	}
	return s.setup(who, secret), nil
}

// setup is a secret as a phone takes it.
func (s *Staff) setup(who *Who, secret []byte) TOTPSetup {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	u := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/" + s.name + ":" + who.Person.Email,
		RawQuery: "secret=" + text + "&issuer=" + url.PathEscape(s.name),
	}
	return TOTPSetup{Secret: text, URL: u.String()}
}

// ConfirmTOTP takes the first code of the phone. From now on the person is
// asked for one after his password; the recovery codes, shown now and never
// again, each stand for one. His other sessions end.
func (s *Staff) ConfirmTOTP(ctx context.Context, who *Who, code string) (recovery []string, err error) {
	if err := who.Fresh(s.clock.Now()); err != nil {
		return nil, err
	}
	proof := ofProof(who.Person.ID)
	if err := s.count(ctx, proof); err != nil {
		return nil, err
	}
	err = s.change(ctx, who.Person.ID, func(tx *db.Tx, p login, version int64) error {
		if p.totpBegun == nil {
			return fault.New(fault.Conflict, "staff.totp-not-begun")
		}
		secret, err := s.unseal(p.ID, p.totpBegun)
		if err != nil {
			return err
		}
		step, ok := crypto.CheckPhoneTOTP(secret, plainCode(code), s.clock.Now())
		if !ok {
			return fault.New(fault.Unauthorized, "staff.code-wrong")
		}
		if _, err := tx.Exec(ctx, qConfirmTOTP, p.ID, step, version); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qForgetTry, proof.name); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qDropOthers, p.ID, who.Session); err != nil {
			return err
		}
		if recovery, err = s.newRecovery(ctx, tx, p.ID); err != nil {
			return err
		}
		return note(by(ctx, p.Person), tx, s.clock.Now(), "phone-set", p.ID, nil, nil)
	})
	return recovery, err
}

// DropTOTP ends the second proof of whoever has just proven himself.
func (s *Staff) DropTOTP(ctx context.Context, who *Who) error {
	if err := who.Fresh(s.clock.Now()); err != nil {
		return err
	}
	return s.change(ctx, who.Person.ID, func(tx *db.Tx, p login, version int64) error {
		if err := dropTOTP(ctx, tx, p.ID, version); err != nil {
			return err
		}
		return note(by(ctx, p.Person), tx, s.clock.Now(), "phone-dropped", p.ID, nil, nil)
	})
}

// NewRecovery gives new recovery codes in place of those that are left.
func (s *Staff) NewRecovery(ctx context.Context, who *Who) (recovery []string, err error) {
	if err := who.Fresh(s.clock.Now()); err != nil {
		return nil, err
	}
	err = s.change(ctx, who.Person.ID, func(tx *db.Tx, p login, _ int64) error {
		if p.totp == nil {
			return fault.New(fault.Conflict, "staff.totp-not-begun")
		}
		if recovery, err = s.newRecovery(ctx, tx, p.ID); err != nil {
			return err
		}
		return note(by(ctx, p.Person), tx, s.clock.Now(), "recovery-made", p.ID, nil, nil)
	})
	return recovery, err
}

// newRecovery stores new codes and gives them as they are shown.
func (s *Staff) newRecovery(ctx context.Context, tx *db.Tx, person id.ID) ([]string, error) {
	if _, err := tx.Exec(ctx, qDropRecovery, person); err != nil {
		return nil, err
	}
	shown := make([]string, recoveryCodes)
	for i := range shown {
		code, err := crypto.Letters(recoveryDigits, rand.Reader)
		if err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, qAddRecovery, person, s.recoveryHash(person, code)); err != nil {
			return nil, err
		}
		for at := 0; at < len(code); at += recoveryGroup {
			if at > 0 {
				shown[i] += "-"
			}
			shown[i] += code[at : at+recoveryGroup]
		}
	}
	return shown, nil
}

func dropTOTP(ctx context.Context, tx *db.Tx, person id.ID, version int64) error {
	if _, err := tx.Exec(ctx, qDropTOTP, person, version); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, qDropRecovery, person)
	return err
}

// change does something to a person who is there, in one line with all other
// changes of people.
func (s *Staff) change(ctx context.Context, person id.ID, do func(tx *db.Tx, p login, version int64) error) error {
	return s.d.Write(ctx, func(tx *db.Tx) error {
		version, err := reference.Bump(ctx, tx, SetStaff)
		if err != nil {
			return err
		}
		p, err := lockPerson(ctx, tx, person)
		if err != nil {
			return notFound(err, noPerson())
		}
		return do(tx, p, version)
	})
}

// RecoveryLeft tells how many recovery codes a person has left.
func (s *Staff) RecoveryLeft(ctx context.Context, who *Who) (n int64, err error) {
	err = s.d.Row(ctx, qCountRecovery, who.Person.ID).Scan(&n)
	return n, err
}
