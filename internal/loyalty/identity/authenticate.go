package identity

import (
	"context"
	"crypto/hmac"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// KeyTTL is the longest that a key is taken from memory without asking the
// base whether any key has changed; so long a revoked one may still work.
const KeyTTL = 5 * time.Second

const (
	keyCheck   = KeyTTL / 2 // from this age on one caller asks, the others go on
	maxCached  = 50_000     // keys
	maxMissing = 10_000     // ids that are no key
)

// Keys tells who holds a token. A token it has met lately costs no query:
// each KeyTTL it asks the base once for the version of all keys, and forgets
// what it knows when that has moved. It is safe for concurrent use.
type Keys struct {
	d     *db.DB
	clock clock.Clock

	checking sync.Mutex
	checked  atomic.Int64 // Micros

	mu      sync.RWMutex
	version int64
	known   map[id.ID]*knownKey
	missing map[id.ID]struct{}
	used    map[id.ID]string // UTC days of use that the base does not have yet
}

type knownKey struct {
	principal Principal
	hash      []byte
	state     reference.State
	expires   clock.Micros
	usedDay   string
}

// NewKeys makes an empty cache of the base's keys.
func NewKeys(d *db.DB, c clock.Clock) *Keys {
	k := &Keys{d: d, clock: c, version: -1, known: map[id.ID]*knownKey{}, missing: map[id.ID]struct{}{}, used: map[id.ID]string{}}
	k.checked.Store(-1 << 62)
	return k
}

// Authenticate finds who holds the token. That a key is closed or past its
// end is told only to who has its secret.
func (k *Keys) Authenticate(ctx context.Context, token string) (Principal, error) {
	i, hash, err := crypto.ParseAPIKey(token)
	if err != nil {
		return Principal{}, fault.Wrap(err, fault.Unauthorized, "identity.key-invalid")
	}
	now := k.clock.Now()
	if err := k.current(ctx, now); err != nil {
		return Principal{}, err
	}
	key, err := k.find(ctx, i)
	if err != nil {
		return Principal{}, err
	}
	// An unknown id costs as much as a wrong secret.
	var want [32]byte
	if key != nil {
		copy(want[:], key.hash)
	}
	right := hmac.Equal(hash, want[:])
	switch {
	case key == nil || !right:
		return Principal{}, fault.New(fault.Unauthorized, "identity.key-invalid")
	case key.state != reference.Active:
		return Principal{}, fault.New(fault.Unauthorized, "identity.key-closed")
	case key.expires != 0 && now >= key.expires:
		return Principal{}, fault.New(fault.Unauthorized, "identity.key-expired")
	}
	k.use(i, key, now)
	return key.principal, nil
}

// current asks for the version when what is known is too old. Past KeyTTL
// nobody goes on without the answer.
func (k *Keys) current(ctx context.Context, now clock.Micros) error {
	age := func() time.Duration {
		checked := clock.Micros(k.checked.Load())
		if now < checked { // the clock has been set back
			return KeyTTL
		}
		return time.Duration(min(int64(now-checked), KeyTTL.Microseconds())) * time.Microsecond
	}
	switch a := age(); {
	case a < keyCheck:
		return nil
	case a < KeyTTL:
		if !k.checking.TryLock() {
			return nil
		}
		defer k.checking.Unlock()
		_ = k.check(ctx, now) // the base may be back before KeyTTL
		return nil
	}
	k.checking.Lock()
	defer k.checking.Unlock()
	if age() < keyCheck { // another has asked meanwhile
		return nil
	}
	return k.check(ctx, now)
}

func (k *Keys) check(ctx context.Context, now clock.Micros) error {
	v, err := reference.Version(ctx, k.d, SetKeys)
	if err != nil {
		return err
	}
	k.mu.Lock()
	if v != k.version {
		k.version = v
		clear(k.known)
		clear(k.missing)
	}
	k.mu.Unlock()
	k.checked.Store(int64(now))
	return nil
}

func (k *Keys) find(ctx context.Context, i id.ID) (*knownKey, error) {
	k.mu.RLock()
	version, key := k.version, k.known[i]
	_, missing := k.missing[i]
	k.mu.RUnlock()
	if key != nil || missing {
		return key, nil
	}
	key, err := loadKey(ctx, k.d, i)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.version != version {
		return key, nil // loaded while keys changed: good for this once
	}
	if key == nil {
		makeRoom(k.missing, maxMissing)
		k.missing[i] = struct{}{}
		return nil, nil
	}
	makeRoom(k.known, maxCached)
	k.known[i] = key
	return key, nil
}

func makeRoom[V any](m map[id.ID]V, most int) {
	if len(m) < most {
		return
	}
	for i := range m {
		delete(m, i)
		return
	}
}

func loadKey(ctx context.Context, q db.Q, i id.ID) (*knownKey, error) {
	k, hash, outlet, err := keyWithHash(ctx, q, i)
	if err != nil {
		return nil, err
	}
	p := Principal{Kind: KindOrganization, KeyID: k.ID, OutletIDs: k.OutletIDs, Scopes: k.Scopes, Name: k.Name, Rate: k.Rate}
	if k.TillID != 0 {
		p.Kind, p.TillID, p.OutletIDs = KindTill, k.TillID, []id.ID{outlet}
	}
	return &knownKey{principal: p, hash: hash, state: k.State, expires: k.Expires, usedDay: k.UsedDay}, nil
}

func (k *Keys) use(i id.ID, key *knownKey, now clock.Micros) {
	day := now.Time().Format(time.DateOnly)
	if key.usedDay == day {
		return
	}
	k.mu.RLock()
	noted := k.used[i] == day
	k.mu.RUnlock()
	if noted {
		return
	}
	k.mu.Lock()
	k.used[i] = day
	k.mu.Unlock()
}

// WriteUsed stores on what day keys were last used, for those used since the
// last time. A tick calls it, so that a purchase never waits for it.
func (k *Keys) WriteUsed(ctx context.Context) error {
	k.mu.RLock()
	used := make(map[id.ID]string, len(k.used))
	for i, day := range k.used {
		used[i] = day
	}
	k.mu.RUnlock()
	if len(used) == 0 {
		return nil
	}
	if err := k.d.Write(ctx, func(tx *db.Tx) error { return writeUsed(ctx, tx, used) }); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, day := range used {
		if k.used[i] == day {
			delete(k.used, i)
		}
		if key := k.known[i]; key != nil {
			written := *key
			written.usedDay = day
			k.known[i] = &written
		}
	}
	return nil
}
