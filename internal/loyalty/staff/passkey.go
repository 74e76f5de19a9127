package staff

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"time"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/passkey"
	"kopilka/internal/platform/reference"
)

// Passkey is what a person proves himself by in place of his password and his
// phone together: a device or a security key that asks for his PIN, finger or
// face.
type Passkey struct {
	ID      id.ID
	Name    string
	Synced  bool // it may be on several devices of his
	Created clock.Micros
	Used    clock.Micros // 0: never
	Copied  clock.Micros // when it was seen that there are two of it: it is taken no more; 0: never
}

// keyNote is what the trail keeps of a passkey.
type keyNote struct {
	Passkey string `json:"passkey"`
}

// Passkeys lists a person's passkeys, the oldest first.
func (s *Staff) Passkeys(ctx context.Context, person id.ID) ([]Passkey, error) {
	keys, err := passkeysOf(ctx, s.d, person, "")
	out := make([]Passkey, len(keys))
	for i := range keys {
		out[i] = keys[i].Passkey
	}
	return out, err
}

// AnyPasskeys tells whether anybody can sign in by one.
func (s *Staff) AnyPasskeys(ctx context.Context) (bool, error) {
	var one int64
	err := s.d.Row(ctx, qAnyPasskey).Scan(&one)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// BeginPasskey asks his browser for a new passkey.
func (s *Staff) BeginPasskey(ctx context.Context, who *Who, site passkey.Site) (json.RawMessage, error) {
	keys, err := passkeysOf(ctx, s.d, who.Person.ID, "")
	if err != nil {
		return nil, err
	}
	q, err := site.Create(holder(who.Person, keys))
	if err != nil {
		return nil, err
	}
	return q.Options, s.ask(ctx, askedToAdd(who), q.State)
}

// AddPasskey takes the answer to BeginPasskey, in the same session, of whoever
// has just proven himself.
func (s *Staff) AddPasskey(ctx context.Context, who *Who, site passkey.Site, name, answer string) error {
	if err := who.Fresh(s.clock.Now()); err != nil {
		return err
	}
	var f reference.Form
	f.Name("name", &name)
	if err := f.Err(); err != nil {
		return err
	}
	state, err := s.answered(ctx, askedToAdd(who))
	if err != nil {
		return err
	}
	made, err := site.Created(state, answer, holder(who.Person, nil))
	if err != nil {
		return err
	}
	return s.change(ctx, who.Person.ID, func(tx *db.Tx, p login, _ int64) error {
		if p.State != Active {
			return fault.New(fault.Unauthorized, "staff.session-ended")
		}
		keys, err := passkeysOf(ctx, tx, p.ID, "")
		if err != nil || len(keys) >= MaxPasskeys {
			return orElse(err, fault.New(fault.TooLarge, "staff.passkeys-too-many", "max", MaxPasskeys))
		}
		if err := insertPasskey(ctx, tx, p.ID, Passkey{ID: s.ids.New(), Name: name, Synced: made.Synced, Created: s.clock.Now()}, made); err != nil {
			return err
		}
		return note(by(ctx, p.Person), tx, s.clock.Now(), "passkey-added", p.ID, nil, keyNote{name})
	})
}

// DropPasskey ends one of his own, of whoever has just proven himself. His
// other sessions end: it may have opened them.
func (s *Staff) DropPasskey(ctx context.Context, who *Who, key id.ID) error {
	if err := who.Fresh(s.clock.Now()); err != nil {
		return err
	}
	return s.change(ctx, who.Person.ID, func(tx *db.Tx, p login, _ int64) error {
		var name string
		if err := tx.Row(ctx, qDropPasskey, key, p.ID).Scan(&name); err != nil {
			return notFound(err, fault.New(fault.NotFound, "staff.passkey-not-found"))
		}
		if _, err := tx.Exec(ctx, qDropOthers, p.ID, who.Session); err != nil {
			return err
		}
		return note(by(ctx, p.Person), tx, s.clock.Now(), "passkey-dropped", p.ID, keyNote{name}, nil)
	})
}

// holder is a person as his passkeys know him. His id says nothing of him.
func holder(p Person, keys []storedKey) *passkey.Holder {
	h := &passkey.Holder{ID: binary.BigEndian.AppendUint64(nil, uint64(p.ID)), Name: p.Email, Display: p.Name}
	for i := range keys {
		h.Keys = append(h.Keys, keys[i].key)
	}
	return h
}

// questionLasts is how long a browser has to answer: time to find a security
// key, and to prove who one is.
const questionLasts = 5 * time.Minute

func askedToAdd(who *Who) string   { return "add " + who.Session.String() }
func askedToProve(who *Who) string { return "prove " + who.Session.String() }

// ask keeps what a browser was asked in place of what it was asked before.
func (s *Staff) ask(ctx context.Context, asked string, state []byte) error {
	_, err := s.d.Exec(ctx, qAsk, asked, state, s.clock.Now().Add(questionLasts))
	return err
}

// answered gives what a browser was asked, once: also where the answer turns
// out to be wrong.
func (s *Staff) answered(ctx context.Context, asked string) (state []byte, err error) {
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		var ends clock.Micros
		if err := tx.Row(ctx, qAnswered, asked).Scan(&state, (*int64)(&ends)); err != nil {
			return notFound(err, late())
		}
		if s.clock.Now() >= ends {
			state = nil
		}
		return nil
	})
	if err == nil && state == nil {
		err = late()
	}
	return state, err
}

func late() *fault.Error { return fault.New(fault.Refused, "staff.passkey-late") }
