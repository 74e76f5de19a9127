package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
)

// KeyBody is what is told of a key. One with neither till nor outlets acts
// everywhere. A new key of a till may do what tills do unless told otherwise.
type KeyBody struct {
	Name    string           `json:"name" minLength:"1" maxLength:"200" example:"Касса 2"`
	Scopes  []identity.Scope `json:"scopes,omitempty" maxItems:"20"`
	Outlets []id.ID          `json:"outlets,omitempty" maxItems:"1000"`
	Rate    int64            `json:"rate,omitempty" minimum:"0" maximum:"1000000"`
	Expires Time             `json:"expires,omitzero"`
}

// NewKey is a key to be made, of a till or of the organization.
type NewKey struct {
	Till id.ID `json:"till,omitzero"`
	KeyBody
}

// KeyChange is a key as it is to be; its till and its token stay.
type KeyChange struct {
	KeyBody
	Change
}

// Key is an API key without its token.
type Key struct {
	ID   id.ID `json:"id"`
	Till id.ID `json:"till,omitzero"`
	KeyBody
	State   reference.State `json:"state" enum:"active,closed"`
	Created Time            `json:"created"`
	UsedDay string          `json:"used_day,omitempty" example:"2026-03-02"`
	Version int64           `json:"version"`
}

// MadeKey is a key that was just made, with the token that is told this once.
type MadeKey struct {
	Key
	Token string `json:"token,omitempty"`
}

type (
	listKeysIn struct {
		After id.ID `query:"after"`
		Limit int   `query:"limit" maximum:"200"`
		Till  id.ID `query:"till"`
	}
	keyIn struct {
		Key id.ID `path:"key"`
	}
	createKeyIn struct{ Body NewKey }
	changeKeyIn struct {
		Key  id.ID `path:"key"`
		Body KeyChange
	}
)

// keys are for who may do everything everywhere: whoever makes a key gives
// away what it may do.
func keys(a *API) {
	row := func(id, method, path string, status int) operation {
		return operation{id: id, method: method, path: path, group: "keys", status: status, scopes: []identity.Scope{identity.Admin}}
	}
	add(a, row("listKeys", http.MethodGet, "/keys", http.StatusOK), listKeys)
	making := row("createKey", http.MethodPost, "/keys", http.StatusCreated)
	making.once = true
	add(a, making, createKey)
	add(a, row("getKey", http.MethodGet, "/keys/{key}", http.StatusOK), getKey)
	add(a, row("changeKey", http.MethodPut, "/keys/{key}", http.StatusOK), changeKey)
	add(a, row("revokeKey", http.MethodDelete, "/keys/{key}", http.StatusNoContent), revokeKey)
}

func listKeys(ctx context.Context, c *call, in *listKeysIn) (*Page[Key], error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	limit := limitOf(in.Limit)
	list, err := c.Identity.Keys(ctx, in.Till, in.After, limit+1)
	return cut(list, err, limit, keyOf, func(k Key) string { return k.ID.String() })
}

func getKey(ctx context.Context, c *call, in *keyIn) (*Key, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	k, err := c.Identity.Key(ctx, in.Key)
	return one(k, err, keyOf)
}

func createKey(ctx context.Context, c *call, in *createKeyIn) (*MadeKey, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	to := in.Body.key()
	to.TillID = in.Body.Till
	if to.TillID != 0 && len(to.Scopes) == 0 {
		to.Scopes = identity.TillScopes()
	}
	out, err := once(ctx, c, in, func(ctx context.Context) (*MadeKey, id.ID, error) {
		k, token, err := c.Identity.MakeKey(ctx, to)
		if err != nil {
			return nil, 0, err
		}
		return &MadeKey{Key: keyOf(k), Token: token}, k.ID, nil
	}, func(ctx context.Context, made id.ID) (*MadeKey, error) {
		k, err := c.Identity.Key(ctx, made)
		return &MadeKey{Key: keyOf(k)}, err
	})
	if err == nil {
		c.changed(ctx)
	}
	return out, err
}

func changeKey(ctx context.Context, c *call, in *changeKeyIn) (*Key, error) {
	if err := c.whole(); err != nil {
		return nil, err
	}
	to := in.Body.key()
	to.ID, to.State, to.Version = in.Key, in.Body.State, in.Body.Version
	return save(ctx, c, to, c.Identity.SaveKey, keyOf)
}

// revokeKey closes a key; what else is known of it stays.
func revokeKey(ctx context.Context, c *call, in *keyIn) (none, error) {
	if err := c.whole(); err != nil {
		return none{}, err
	}
	k, err := c.Identity.Key(ctx, in.Key)
	if err != nil {
		return none{}, err
	}
	k.State, k.Version = reference.Closed, 0 // whoever changed it meanwhile, it is to go
	_, err = save(ctx, c, k, c.Identity.SaveKey, keyOf)
	return none{}, err
}

func (b *KeyBody) key() identity.Key {
	return identity.Key{Name: b.Name, Scopes: b.Scopes, OutletIDs: b.Outlets, Rate: b.Rate, Expires: clock.Micros(b.Expires)}
}

func keyOf(k identity.Key) Key {
	return Key{
		ID: k.ID, Till: k.TillID, State: k.State, Created: Time(k.Created), UsedDay: k.UsedDay, Version: k.Version,
		KeyBody: KeyBody{Name: k.Name, Scopes: k.Scopes, Outlets: k.OutletIDs, Rate: k.Rate, Expires: Time(k.Expires)},
	}
}
