package identity

import (
	"context"
	"crypto/rand"
	"slices"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/crypto"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// MakeKey makes a key and its token, which is shown now and never again.
func (r *Registry) MakeKey(ctx context.Context, k Key) (made Key, token string, err error) {
	err = r.d.Write(ctx, func(tx *db.Tx) error {
		made, token, err = r.makeKey(ctx, tx, k)
		return err
	})
	if err != nil {
		return Key{}, "", err
	}
	return made, token, nil
}

func (r *Registry) makeKey(ctx context.Context, tx *db.Tx, k Key) (Key, string, error) {
	if err := checkKey(&k, r.clock.Now()); err != nil {
		return Key{}, "", err
	}
	k.ID, k.Created, k.UsedDay = r.ids.New(), r.clock.Now(), ""
	token, hash, err := crypto.NewAPIKey(k.ID, rand.Reader)
	if err != nil {
		return Key{}, "", err
	}
	if k.Version, err = reference.Bump(ctx, tx, SetKeys); err != nil {
		return Key{}, "", err
	}
	if err := room(ctx, tx, qCountKeys, MaxKeys); err != nil {
		return Key{}, "", err
	}
	if err := belongs(ctx, tx, k); err != nil {
		return Key{}, "", err
	}
	if err := insertKey(ctx, tx, k, hash); err != nil {
		return Key{}, "", err
	}
	return k, token, audit.Saved(ctx, tx, k.Created, putKeyOutlets(ctx, tx, k), "api_key", k.ID, nil, k)
}

// SaveKey changes a key's name, scopes, outlets, rate, end and state; its
// till and its secret stay. A Version other than 0 must be the one that is
// there. Other processes act on it within KeyTTL.
func (r *Registry) SaveKey(ctx context.Context, k Key) (Key, error) {
	if err := checkKey(&k, r.clock.Now()); err != nil {
		return Key{}, err
	}
	var saved Key
	err := r.d.Write(ctx, func(tx *db.Tx) error {
		now, err := reference.Bump(ctx, tx, SetKeys)
		if err != nil {
			return err
		}
		old, err := keyByID(ctx, tx, k.ID)
		if err != nil {
			return notFound(err, fault.New(fault.NotFound, "identity.key-not-found"))
		}
		if err := unmoved(k.Version, old.Version); err != nil {
			return err
		}
		n := k
		n.TillID, n.Created, n.UsedDay, n.Version = old.TillID, old.Created, old.UsedDay, now
		if err := belongs(ctx, tx, n); err != nil {
			return err
		}
		if err := updateKey(ctx, tx, n); err != nil {
			return err
		}
		saved = n
		return audit.Saved(ctx, tx, r.clock.Now(), putKeyOutlets(ctx, tx, n), "api_key", n.ID, old, n)
	})
	if err != nil {
		return Key{}, err
	}
	return saved, nil
}

// Key finds a key.
func (r *Registry) Key(ctx context.Context, i id.ID) (Key, error) {
	k, err := keyByID(ctx, r.d, i)
	return k, notFound(err, fault.New(fault.NotFound, "identity.key-not-found"))
}

// Keys lists keys after the one with the id, in the order they were made:
// those of a till or, with 0, all.
func (r *Registry) Keys(ctx context.Context, till, after id.ID, limit int) ([]Key, error) {
	if limit <= 0 {
		limit = reference.DefaultLimit
	}
	return keysAfter(ctx, r.d, till, after, min(limit, reference.MaxLimit))
}

// OrganizationKeys lists the keys that are of no till, the newest first: those
// made before the one with the id or, with 0, from the last on.
func (r *Registry) OrganizationKeys(ctx context.Context, before id.ID, limit int) ([]Key, error) {
	keys, err := db.All(ctx, r.d, scanKey, qOwnKeys, before, min(limit, reference.MaxLimit))
	if err != nil {
		return nil, err
	}
	return keys, addOutlets(ctx, r.d, keys)
}

// Held tells whether any key in force was given a scope by its name. Admin,
// which includes it, is no sign that anybody means to use it.
func Held(ctx context.Context, q db.Q, s Scope, now clock.Micros) (bool, error) {
	var n int64
	err := q.Row(ctx, qHeld, "% "+string(s)+" %", now).Scan(&n)
	return n > 0, err
}

func checkKey(k *Key, now clock.Micros) error {
	var f reference.Form
	f.Name("name", &k.Name)
	f.State("state", &k.State)
	f.Range("rate", k.Rate, 0, MaxRate)
	if len(k.Scopes) == 0 {
		f.Add(fault.Field{Path: "scopes", Code: "identity.scopes-missing", Args: fault.Pairs("known", listed(Scopes(), ", "))})
	}
	for _, s := range k.Scopes {
		if !slices.Contains(Scopes(), s) {
			f.Add(fault.Field{Path: "scopes", Code: "identity.scope-unknown", Args: fault.Pairs("value", string(s), "known", listed(Scopes(), ", "))})
			break
		}
	}
	k.Scopes = slices.DeleteFunc(Scopes(), func(s Scope) bool { return !slices.Contains(k.Scopes, s) })
	if len(k.OutletIDs) > MaxOutlets {
		f.Add(fault.Field{Path: "outlets", Code: "identity.outlets-too-many", Args: fault.Pairs("max", MaxOutlets)})
	}
	k.OutletIDs = slices.Compact(slices.Sorted(slices.Values(k.OutletIDs)))
	if k.ID == 0 && k.Expires > 0 && k.Expires <= now {
		f.Add(fault.Field{Path: "expires", Code: "identity.expires-past"})
	}
	if k.Expires < 0 {
		f.Add(fault.Field{Path: "expires", Code: "identity.expires-invalid"})
	}
	return f.Err()
}

// belongs checks that what the key names is there. A till's key acts at the
// till's outlet and needs no list.
func belongs(ctx context.Context, q db.Q, k Key) error {
	if k.TillID == 0 {
		return outletsExist(ctx, q, k.OutletIDs...)
	}
	if len(k.OutletIDs) > 0 {
		return fault.New(fault.Invalid, "identity.till-and-outlets")
	}
	var there int64
	err := q.Row(ctx, qTillThere, k.TillID).Scan(&there)
	return notFound(err, fault.New(fault.Invalid, "identity.till-not-found"))
}
