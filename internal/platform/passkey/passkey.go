// Package passkey asks browsers for passkeys and checks what they answer
// (WebAuthn). It knows neither people nor where anything is kept.
//
// A ceremony is two steps: Create or Ask gives what the browser is asked and
// the state that the server keeps; Created or Check takes the answer with that
// state. Whoever keeps the state sees to it that it is used once, by whom it
// was made for, and not for long.
//
// Invariants: a key is bound to one site and made so that it can be found
// without a name (discoverable); its holder proves himself to it each time, by
// a PIN, a finger or his face (user verification); what is not this site's, is
// not signed by the key, or answers another question is refused.
package passkey

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"kopilka/internal/platform/fault"
)

// MaxAnswer bounds what a browser answers, in bytes: one takes some hundreds,
// with an RSA key two thousand.
const MaxAnswer = 16 << 10

// Holder is whose keys they are.
type Holder struct {
	ID      []byte // tells nothing of him; the key gives it back
	Name    string // what he signs in with
	Display string
	Keys    []Key
}

// Key is what is kept of a passkey.
type Key struct {
	ID         []byte
	Public     []byte   // COSE
	Count      uint32   // of its uses, where the key counts them
	Synced     bool     // may be on several devices of its holder
	Transports []string // hints of how a browser reaches it
}

// Question is what a browser is asked, and what is kept until it answers.
type Question struct {
	Options json.RawMessage
	State   []byte
}

// Create asks for a new key, not on a device that has one of the holder's.
func (s Site) Create(h *Holder) (Question, error) {
	w, err := s.server()
	if err != nil {
		return Question{}, err
	}
	u := user{h}
	options, session, err := w.BeginRegistration(u, webauthn.WithExclusions(webauthn.Credentials(u.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return Question{}, fmt.Errorf("passkey: ask for a new key: %w", err)
	}
	return question(options, session)
}

// Created checks the answer to Create and gives the new key.
func (s Site) Created(state []byte, answer string, h *Holder) (Key, error) {
	w, session, err := s.resumed(state)
	if err != nil {
		return Key{}, err
	}
	if len(answer) > MaxAnswer {
		return Key{}, wrong(nil)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return Key{}, wrong(err)
	}
	c, err := w.CreateCredential(user{h}, session, parsed)
	if err != nil {
		return Key{}, wrong(err)
	}
	k := Key{ID: c.ID, Public: c.PublicKey, Count: c.Authenticator.SignCount, Synced: c.Flags.BackupEligible}
	for _, t := range c.Transport {
		if slices.Contains(transports, t) && !slices.Contains(k.Transports, string(t)) {
			k.Transports = append(k.Transports, string(t))
		}
	}
	return k, nil
}

// transports are those that are kept; of others nothing is known.
var transports = []protocol.AuthenticatorTransport{
	protocol.USB, protocol.NFC, protocol.BLE, protocol.SmartCard, protocol.Hybrid, protocol.Internal,
}

// Ask asks for a proof by one of the holder's keys; with nil by any key of this
// site, which then tells whose it is.
func (s Site) Ask(h *Holder) (Question, error) {
	w, err := s.server()
	if err != nil {
		return Question{}, err
	}
	var options *protocol.CredentialAssertion
	var session *webauthn.SessionData
	if h == nil {
		options, session, err = w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	} else {
		options, session, err = w.BeginLogin(user{h}, webauthn.WithUserVerification(protocol.VerificationRequired))
	}
	if err != nil {
		return Question{}, fmt.Errorf("passkey: ask for a proof: %w", err)
	}
	return question(options, session)
}

// Answer is what a browser answers to Ask, not yet checked.
type Answer struct {
	Key    []byte // which key it says it is
	parsed *protocol.ParsedCredentialAssertionData
}

// Read takes an answer to Ask apart.
func Read(answer string) (Answer, error) {
	if len(answer) > MaxAnswer {
		return Answer{}, wrong(nil)
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return Answer{}, wrong(err)
	}
	return Answer{Key: parsed.RawID, parsed: parsed}, nil
}

// Check checks an answer against the keys of whose it says it is, and gives the
// key as it is to be kept from now on. Cloned tells that the key counts its
// uses and has counted back: there are two of it, so that none is to be trusted.
func (s Site) Check(state []byte, a Answer, h *Holder) (k Key, cloned bool, err error) {
	w, session, err := s.resumed(state)
	if err != nil {
		return Key{}, false, err
	}
	at := slices.IndexFunc(h.Keys, func(k Key) bool { return bytes.Equal(k.ID, a.Key) })
	if at < 0 {
		return Key{}, false, wrong(errors.New("no key of his"))
	}
	var c *webauthn.Credential
	if len(session.UserID) > 0 {
		c, err = w.ValidateLogin(user{h}, session, a.parsed)
	} else {
		_, c, err = w.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return user{h}, nil }, session, a.parsed)
	}
	if err != nil {
		return Key{}, false, wrong(err)
	}
	k = h.Keys[at]
	k.Count = c.Authenticator.SignCount
	return k, c.Authenticator.CloneWarning, nil
}

// server is the library's view of the site.
func (s Site) server() (*webauthn.WebAuthn, error) {
	required := true
	w, err := webauthn.New(&webauthn.Config{
		RPID: s.id, RPDisplayName: s.name, RPOrigins: []string{s.origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: &required, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("passkey: %w", err)
	}
	return w, nil
}

func (s Site) resumed(state []byte) (*webauthn.WebAuthn, webauthn.SessionData, error) {
	var session webauthn.SessionData
	if err := json.Unmarshal(state, &session); err != nil {
		return nil, session, fmt.Errorf("passkey: a state that was kept: %w", err)
	}
	w, err := s.server()
	return w, session, err
}

func question(options any, session *webauthn.SessionData) (Question, error) {
	o, err := json.Marshal(options)
	if err != nil {
		return Question{}, fmt.Errorf("passkey: %w", err)
	}
	state, err := json.Marshal(session)
	return Question{Options: o, State: state}, err
}

// wrong is the one refusal of an answer, whatever is wrong with it: the cause
// is for the log.
func wrong(cause error) error {
	if e, ok := errors.AsType[*protocol.Error](cause); ok && e.DevInfo != "" {
		cause = fmt.Errorf("%w: %s", cause, strings.TrimSpace(e.DevInfo))
	}
	return fault.Wrap(cause, fault.Unauthorized, "passkey.wrong")
}

// user is a holder as the library takes him.
type user struct{ h *Holder }

func (u user) WebAuthnID() []byte          { return u.h.ID }
func (u user) WebAuthnName() string        { return u.h.Name }
func (u user) WebAuthnDisplayName() string { return u.h.Display }

func (u user) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, len(u.h.Keys))
	for i := range u.h.Keys {
		k := &u.h.Keys[i]
		c := webauthn.Credential{ID: k.ID, PublicKey: k.Public}
		c.Flags.BackupEligible = k.Synced
		c.Authenticator.SignCount = k.Count
		for _, t := range k.Transports {
			c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
		}
		out[i] = c
	}
	return out
}
