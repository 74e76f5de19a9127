package staff

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/alexedwards/argon2id"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/contact"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/mail"
	"kopilka/internal/platform/text"
)

// Options say what a Staff is made of.
type Options struct {
	DB    *db.DB
	IDs   *id.Maker
	Clock clock.Clock
	Key   []byte // the base's own (secret.Server): seals TOTP secrets, hashes recovery codes
	Name  string // what a phone's list of codes shows beside the e-mail; "": Kopilka
	Mail  Mailer // nil: no letter is sent
	Post  Post   // where letters wait; needed with Mail
	// Letter words the letter with a person's link.
	Letter func(l Link) mail.Letter
	Cost   Cost // of passwords; zero: the usual one
}

// Staff keeps people, roles and sessions. It is safe for concurrent use.
type Staff struct {
	d       *db.DB
	ids     *id.Maker
	clock   clock.Clock
	key     []byte
	name    string
	mail    Mailer
	mailbox Post
	letters func(l Link) mail.Letter

	hashing argon2id.Params
	nobodys string // a hash that no password has
	hashes  chan struct{}
}

// New makes the staff of a base.
func New(o Options) *Staff {
	if o.Name == "" {
		o.Name = "Kopilka"
	}
	o.Cost = cmp.Or(o.Cost, usualCost)
	return &Staff{
		mail: o.Mail, mailbox: o.Post, letters: o.Letter,
		d: o.DB, ids: o.IDs, clock: o.Clock, key: o.Key, name: o.Name,
		hashing: o.Cost.params(), nobodys: o.Cost.nobodys(), hashes: make(chan struct{}, passwordsAtOnce),
	}
}

const tokenBytes = 32

// newToken draws a token and gives the hash that is kept of it. It is as
// strong as the hash, which so needs no salt.
func newToken() (token string, hash []byte) {
	secret := make([]byte, tokenBytes)
	_, _ = rand.Read(secret) // never fails
	sum := sha256.Sum256(secret)
	return base64.RawURLEncoding.EncodeToString(secret), sum[:]
}

// tokenHash gives the hash by which a token is found; nil for what is none.
func tokenHash(token string) []byte {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return nil
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(secret) != tokenBytes {
		return nil
	}
	sum := sha256.Sum256(secret)
	return sum[:]
}

// foldEmail gives an address as it is compared: whatever its case.
func foldEmail(email string) string {
	if canonical, err := contact.Email(email); err == nil {
		email = canonical
	}
	return strings.ToLower(email)
}

// clipped gives a request's origin as it is kept.
func (w Where) clipped() Where {
	const most = 200
	clean := func(s string) string {
		if s = text.Clip(strings.ToValidUTF8(s, ""), most); !text.Valid(s, most) {
			return ""
		}
		return s
	}
	return Where{Address: clean(w.Address), Agent: clean(w.Agent)}
}

func notFound(err error, f *fault.Error) error {
	if errors.Is(err, db.ErrNotFound) {
		return f
	}
	return err
}

func storable(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }

func noPerson() *fault.Error { return fault.New(fault.NotFound, "staff.not-found") }
