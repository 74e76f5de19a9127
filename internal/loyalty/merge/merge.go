// Package merge makes one member of two who are the same person.
//
// Who stays has from then on all that both had: the points in their lots with
// their terms, debt, receipts, levels, gifts, uses of limits; what finds them,
// cards, consents, groups. Who was merged keeps his row and his journal, both for
// good, and finds nobody any more; whatever names him means the other. Nothing
// is lost: what he was and what moved is told by an act, which stands in the
// journals of both.
//
// An act tells by ids and amounts. What is personal lies beside it, and the act
// has its salted hash; it goes when the person is erased.
package merge

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Merges are the operations. It is safe for concurrent use.
type Merges struct {
	DB      *db.DB
	IDs     *id.Maker
	Clock   clock.Clock
	Members *member.Members
	Desk    *purchase.Desk
}

// Act is what proves a merge: who, when, what moved. It names the person by ids
// only.
type Act struct {
	ID          id.ID                   `json:"id"`
	Into        home.ID                 `json:"into"`
	From        home.ID                 `json:"from"`
	Number      string                  `json:"number"` // public, of who was merged
	At          clock.Micros            `json:"at"`
	ActorKind   string                  `json:"actor_kind"`
	Actor       id.ID                   `json:"actor,omitzero"`
	Source      string                  `json:"source"`
	Accounts    []ledger.Taken          `json:"accounts"`
	Before      []purchase.AccountState `json:"before"` // of who stays …
	After       []purchase.AccountState `json:"after"`  // … and after it
	Identifiers int                     `json:"identifiers"`
	Cards       int64                   `json:"cards"`
	Consents    int64                   `json:"consents"`
	Kept        string                  `json:"kept"` // hash of what lies beside it
}

// Kept is what lies beside an act.
type Kept struct {
	Salt   string        `json:"salt"`
	Reason string        `json:"reason"`
	United member.United `json:"united"`
}

// Merge is an act with what is kept beside it.
type Merge struct {
	Act
	Kept *Kept // nil: the person is erased
}

// ReadAct reads the document of an act.
func ReadAct(doc []byte) (a Act, err error) { return a, json.Unmarshal(doc, &a) }

// Hash is what an act holds of what lies beside it.
func Hash(kept []byte) string {
	sum := sha256.Sum256(kept)
	return hex.EncodeToString(sum[:])
}

const saltSize = 16 // bytes

func (k *Kept) write() ([]byte, error) {
	var salt [saltSize]byte
	_, _ = rand.Read(salt[:]) // it never fails
	k.Salt = hex.EncodeToString(salt[:])
	return json.Marshal(k)
}

const (
	columns = `doc, coalesce(kept, '')`

	qPut   = `insert into member_merge (home_id, merge_id, member_id, at, doc, digest, kept) values ($1, $2, $3, $4, $5, $6, $7)`
	qGet   = `select ` + columns + ` from member_merge where merge_id = $1`
	qOf    = `select ` + columns + ` from member_merge where member_id = $1`
	qAll   = `select ` + columns + ` from member_merge where merge_id < $1 or $1 = 0 order by merge_id desc limit $2`
	qInto  = `select ` + columns + ` from member_merge where (merge_id < $1 or $1 = 0) and (member_id = $3 or home_id = $3 or home_id in (select home_id from member where merged_into = $3)) order by merge_id desc limit $2`
	most   = 201
	qPrior = `select home_id from member where merged_into = $1 order by home_id`
)

func scan(r db.Row) (m Merge, err error) {
	var doc, kept string
	if err := r.Scan(&doc, &kept); err != nil {
		return m, err
	}
	if m.Act, err = ReadAct([]byte(doc)); err != nil || kept == "" {
		return m, err
	}
	m.Kept = &Kept{}
	return m, json.Unmarshal([]byte(kept), m.Kept)
}

// Get reads a merge by its id.
func (s *Merges) Get(ctx context.Context, merge id.ID) (Merge, error) {
	m, err := scan(s.DB.Row(ctx, qGet, merge))
	if errors.Is(err, db.ErrNotFound) {
		err = fault.Wrap(err, fault.NotFound, "merge.not-found")
	}
	return m, err
}

// List lists merges, the newest first: of all or of those that made a member
// what he is, and the one by which he became another. before is the last one
// already had, 0 for the beginning.
func (s *Merges) List(ctx context.Context, of home.ID, before id.ID, limit int) ([]Merge, error) {
	if of == 0 {
		return db.All(ctx, s.DB, scan, qAll, before, min(limit, most))
	}
	return db.All(ctx, s.DB, scan, qInto, before, min(limit, most), of)
}
