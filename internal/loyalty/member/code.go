package member

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"strings"
	"time"
	"unicode"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Codes sends one-time codes to phones and e-mails and checks them. What is
// stored of a code is a hash by a key that is not in the base. It is safe for
// concurrent use.
type Codes struct {
	DB       *db.DB
	IDs      *id.Maker
	Clock    clock.Clock
	Key      []byte           // hashes the codes
	Digits   int              // of a code, 4 to 6; zero: 6
	Channels map[Kind]Channel // what carries a code to a phone and to an e-mail
	Text     func(p Purpose, language, code string) string
}

// Channel carries a short text to a phone or an e-mail.
type Channel interface {
	Send(ctx context.Context, to, text string) error
}

// Purpose says what a code is for; one code of each is valid at a time.
type Purpose string

// The purposes of codes.
const (
	ToProve  Purpose = "prove"  // that the phone or e-mail is his
	ToLogin  Purpose = "login"  // into the cabinet
	ToSpend  Purpose = "spend"  // points at a till
	ToForget Purpose = "forget" // a password, and set another
)

// Limits on codes.
const (
	CodeLife     = 5 * time.Minute
	CodeTries    = 5
	CodePause    = time.Minute // between two to one place for one purpose
	CodesADay    = 5           // to one place, of all purposes
	CodeProof    = 30 * time.Minute
	codeDay      = 24 * time.Hour
	codeTimeout  = 15 * time.Second
	codeKept     = 48 * time.Hour
	maxCodeInput = 16
)

// Length is how many digits a code has.
func (c *Codes) Length() int { return cmp.Or(c.Digits, 6) }

// Typed is a code as somebody has typed it, with no blanks and dashes: it is read and
// told in groups. "": it can be none, and is worth no try.
func (c *Codes) Typed(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '-' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	if len(s) != c.Length() || strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) {
		return ""
	}
	return s
}

// Sent says what became of a request for a code.
type Sent struct {
	To        string       `json:"to"` // masked
	ExpiresAt clock.Micros `json:"expires_at"`
	RepeatAt  clock.Micros `json:"repeat_at"` // another one may be asked for from here on
}

const (
	qPutCode = `insert into one_time_code (kind, value, purpose, code_id, code_hash, sent_at, expires_at, tries, used_at)
values ($1, $2, $3, $4, $5, $6, $7, 0, 0)
on conflict (kind, value, purpose) do update set code_id = excluded.code_id, code_hash = excluded.code_hash,
 sent_at = excluded.sent_at, expires_at = excluded.expires_at, tries = 0, used_at = 0
where one_time_code.sent_at <= $8`

	qCountCode = `insert into one_time_code_count (kind, value, since, sent) values ($1, $2, $3, 1)
on conflict (kind, value) do update set
 since = case when one_time_code_count.since <= $4 then excluded.since else one_time_code_count.since end,
 sent = case when one_time_code_count.since <= $4 then 1 else one_time_code_count.sent + 1 end
where one_time_code_count.since <= $4 or one_time_code_count.sent < $5`

	qSince  = `select since from one_time_code_count where kind = $1 and value = $2`
	qSentAt = `select sent_at from one_time_code where kind = $1 and value = $2 and purpose = $3`

	// A try counts before it is looked at, so that many at once are no more. A code
	// whose proof was taken has no id.
	qTryCode = `update one_time_code set tries = tries + 1
where kind = $1 and value = $2 and purpose = $3 and tries < $4 and expires_at > $5 and code_id <> 0 and (used_at = 0 or $6)`
	qCode    = `select code_id, code_hash, tries, expires_at, used_at from one_time_code where kind = $1 and value = $2 and purpose = $3`
	qUsedNow = `update one_time_code set used_at = $4 where kind = $1 and value = $2 and purpose = $3 and used_at = 0`

	qProvenBy  = `select used_at from one_time_code where kind = $1 and value = $2 and code_id = $3 and used_at > $4`
	qSpendCode = `update one_time_code set code_id = 0 where kind = $1 and value = $2 and purpose = $3 and code_id = $4 and used_at > $5`

	qForgetCodes  = `delete from one_time_code where sent_at < $1`
	qForgetCounts = `delete from one_time_code_count where since < $1`
)

// Send sends a new code; the one before it is no longer valid. A failed
// channel counts as sent: the text may have gone out all the same.
func (c *Codes) Send(ctx context.Context, p Purpose, to Ref, language string) (Sent, error) {
	channel := c.Channels[to.Kind]
	if channel == nil {
		return Sent{}, fault.New(fault.Unavailable, "member.no-channel", "kind", string(to.Kind))
	}
	code, err := crypto.Digits(c.Length(), rand.Reader)
	if err != nil {
		return Sent{}, err
	}
	now, codeID := c.Clock.Now(), c.IDs.New()
	if err := c.DB.Write(ctx, func(tx *db.Tx) error { return c.note(ctx, tx, p, to, codeID, code, now) }); err != nil {
		return Sent{}, err
	}
	sending, cancel := context.WithTimeout(ctx, codeTimeout)
	defer cancel()
	if err := channel.Send(sending, to.Value, c.Text(p, language, code)); err != nil {
		return Sent{}, fault.Wrap(err, fault.Unavailable, "member.code-not-sent")
	}
	return Sent{To: to.Mask(), ExpiresAt: now.Add(CodeLife), RepeatAt: now.Add(CodePause)}, nil
}

func (c *Codes) note(ctx context.Context, tx *db.Tx, p Purpose, to Ref, codeID id.ID, code string, now clock.Micros) error {
	n, err := tx.Exec(ctx, qPutCode, to.Kind, to.Value, p, codeID, c.hash(codeID, code), now, now.Add(CodeLife), now.Add(-CodePause))
	if err != nil {
		return err
	}
	if n == 0 {
		var last clock.Micros
		if err := tx.Row(ctx, qSentAt, to.Kind, to.Value, p).Scan(&last); err != nil {
			return err
		}
		return tooOften("member.code-too-soon", last.Add(CodePause), now)
	}
	n, err = tx.Exec(ctx, qCountCode, to.Kind, to.Value, now, now.Add(-codeDay), CodesADay)
	if err != nil || n > 0 {
		return err
	}
	var since clock.Micros
	if err := tx.Row(ctx, qSince, to.Kind, to.Value).Scan(&since); err != nil {
		return err
	}
	return tooOften("member.code-too-many", since.Add(codeDay), now)
}

// tooOften is the refusal of a code that can be had at a time, with how long
// that is from now.
func tooOften(code string, at, now clock.Micros) *fault.Error {
	left := at.Time().Sub(now.Time())
	return fault.New(fault.TooMany, code, fault.Seconds, int64((left+time.Second-1)/time.Second))
}

// Check tells whether the code is the one last sent for the purpose and uses
// it up; the id it gives proves that for CodeProof (NewIdentifier.Proof,
// UseProof). Whoever did not get the answer asks again while the code lives and
// has the same proof, unless it was taken; that of a login is told once.
func (c *Codes) Check(ctx context.Context, p Purpose, of Ref, code string) (id.ID, error) {
	now := c.Clock.Now()
	var proof id.ID
	var refusal error
	err := c.DB.Write(ctx, func(tx *db.Tx) (err error) {
		proof, refusal, err = c.try(ctx, tx, p, of, code, now)
		return err
	})
	if err == nil {
		err = refusal // a wrong try is committed too
	}
	return proof, err
}

func (c *Codes) try(ctx context.Context, tx *db.Tx, p Purpose, of Ref, code string, now clock.Micros) (proof id.ID, refusal, err error) {
	n, err := tx.Exec(ctx, qTryCode, of.Kind, of.Value, p, CodeTries, now, p != ToLogin && p != ToForget)
	if err != nil {
		return 0, nil, err
	}
	var codeID id.ID
	var hash []byte
	var tries int64
	var expires, used clock.Micros
	err = tx.Row(ctx, qCode, of.Kind, of.Value, p).Scan(&codeID, &hash, &tries, &expires, &used)
	switch {
	case errors.Is(err, db.ErrNotFound), err == nil && expires < now.Add(-CodeProof):
		return 0, fault.New(fault.Refused, "member.code-none"), nil
	case err != nil:
		return 0, nil, err
	case n == 0 && used == 0 && expires > now:
		return 0, fault.New(fault.Refused, "member.code-tries"), nil // waiting does not help, a new code does
	case n == 0:
		return 0, fault.New(fault.Refused, "member.code-expired"), nil
	case len(code) > maxCodeInput || !crypto.SameSecret(c.Key, salt(codeID), hash, code):
		return 0, fault.New(fault.Refused, "member.code-wrong", "left", CodeTries-tries), nil
	}
	_, err = tx.Exec(ctx, qUsedNow, of.Kind, of.Value, p, now)
	return codeID, nil, err
}

func (c *Codes) hash(codeID id.ID, code string) []byte {
	return crypto.HashSecret(c.Key, salt(codeID), code)
}

func salt(codeID id.ID) []byte { return binary.BigEndian.AppendUint64(nil, uint64(codeID)) }

// Forget deletes codes that no longer matter; a job calls it now and then.
func (c *Codes) Forget(ctx context.Context) error {
	before := c.Clock.Now().Add(-codeKept)
	return c.DB.Write(ctx, func(tx *db.Tx) error {
		var b db.Batch
		b.Exec(qForgetCodes, before)
		b.Exec(qForgetCounts, before)
		return tx.Run(ctx, &b)
	})
}

// UseProof takes a code checked lately for the purpose as proof of one thing
// in the operation's transaction; false where it is none, or was taken before.
func UseProof(ctx context.Context, q db.Q, p Purpose, of Ref, proof id.ID, now clock.Micros) (bool, error) {
	if proof == 0 {
		return false, nil
	}
	n, err := q.Exec(ctx, qSpendCode, of.Kind, of.Value, p, proof, now.Add(-CodeProof))
	return n == 1, err
}

// provenBy gives when a code of any purpose proved the phone or e-mail.
func provenBy(ctx context.Context, q db.Q, ref Ref, proof id.ID, now clock.Micros) (clock.Micros, error) {
	var at clock.Micros
	err := q.Row(ctx, qProvenBy, ref.Kind, ref.Value, proof, now.Add(-CodeProof)).Scan(&at)
	if errors.Is(err, db.ErrNotFound) || proof == 0 && err == nil {
		return 0, fault.New(fault.Refused, "member.no-proof")
	}
	return at, err
}
