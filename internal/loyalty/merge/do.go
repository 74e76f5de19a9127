package merge

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/ledger"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

const maxReason = 500 // bytes

// Request asks for a member to be merged into another.
type Request struct {
	Into, From home.ID
	Take       []member.Field // of which the value of who is merged is taken where both have one
	By         member.Actor
	Reason     string
	Digest     string // of the preview that it follows
}

// Preview is what a merge would come to, and what must not change until it is
// done.
type Preview struct {
	Merge
	Digest   string
	Consents []member.Consent // the last word of each kind after it
}

// errPreview ends the transaction of a preview, which leaves nothing.
var errPreview = errors.New("merge: only looked at")

// Preview does a merge and takes it back: what it tells is what Merge would do.
func (s *Merges) Preview(ctx context.Context, r Request) (*Preview, error) {
	out := &Preview{}
	m := &merging{Merges: s, req: r, out: &out.Merge}
	err := m.run(ctx, func(ctx context.Context, q db.Q) (err error) {
		out.Digest = m.digest
		if out.Consents, err = member.ConsentsNow(ctx, q, r.Into); err != nil {
			return err
		}
		return errPreview
	})
	if errors.Is(err, errPreview) {
		return out, nil
	}
	return nil, err
}

// Merge merges a member into another, as a preview has told: it is refused with
// "merge.moved" if anything of either has changed since, or other fields are to be
// taken. Who was merged into this very member already gives that merge; who is
// another's can't be merged again ("merge.gone").
func (s *Merges) Merge(ctx context.Context, r Request) (*Merge, error) {
	r.Reason = strings.TrimSpace(r.Reason)
	switch {
	case r.Reason == "" || !text.Valid(r.Reason, maxReason):
		return nil, fault.New(fault.Invalid, "adjust.reason", "most", maxReason)
	case r.Digest == "":
		return nil, fault.New(fault.Invalid, "merge.digest")
	}
	out := &Merge{}
	m := &merging{Merges: s, req: r, out: out}
	who := audit.Of(ctx)
	err := m.run(ctx, func(ctx context.Context, q db.Q) error { return m.note(audit.By(ctx, who), q) })
	if fault.Is(err, "merge.gone") { // by one whose answer was lost, or another at the same instant
		return s.done(ctx, r, err)
	}
	return out, err
}

// done is the merge of the same two, if there is one; else it is refused.
func (s *Merges) done(ctx context.Context, r Request, refused error) (*Merge, error) {
	m, err := scan(s.DB.Row(ctx, qOf, r.From))
	switch {
	case err == nil && m.Into == r.Into:
		return &m, nil
	case err != nil && !errors.Is(err, db.ErrNotFound):
		return nil, err
	}
	return nil, refused
}

// merging is one merge.
type merging struct {
	*Merges
	req    Request
	id     id.ID
	digest string
	united *member.United
	out    *Merge
}

// noted is what the audit trail keeps of a merge: the reason, which may name
// somebody, lies beside its act.
type noted struct {
	Merged string `json:"merged"` // public number
}

// note puts a merge into the audit trail, as done to the member who stays.
func (m *merging) note(ctx context.Context, q db.Q) error {
	return audit.Note(ctx, q, m.out.At, audit.Entry{Action: "member.merged", Target: audit.On("member", id.ID(m.out.Into)), After: noted{m.out.Number}})
}

// run does it; last, which may still refuse it, comes when all is done.
func (m *merging) run(ctx context.Context, last func(ctx context.Context, q db.Q) error) error {
	r := &m.req
	if r.Into == r.From {
		return fault.New(fault.Invalid, "merge.same")
	}
	for _, h := range []home.ID{r.Into, r.From} { // told before anything that only the lock tells
		if err := member.Unitable(ctx, m.DB, h); err != nil {
			return err
		}
	}
	m.id = m.IDs.New()
	prior, err := m.prior(ctx, m.DB)
	if err != nil {
		return err
	}
	return m.Desk.Merge(ctx, &purchase.Merging{
		ID: m.id, Into: r.Into, From: r.From, Before: prior,
		Move: func(ctx context.Context, q db.Q, at clock.Micros, versions [2]int64) error {
			return m.move(ctx, q, at, versions, len(prior))
		},
		Write: func(ctx context.Context, q db.Q, done purchase.Merged) (none ledger.Hash, err error) {
			digest, err := m.write(ctx, q, done)
			if err == nil {
				err = last(ctx, q)
			}
			return digest, err
		},
	})
}

// prior are the homes of those who were merged into who is merged now.
func (m *merging) prior(ctx context.Context, q db.Q) ([]home.ID, error) {
	return db.All(ctx, q, func(r db.Row) (h home.ID, err error) { return h, r.Scan(&h) }, qPrior, m.req.From)
}

// move does what lies outside the books.
func (m *merging) move(ctx context.Context, q db.Q, at clock.Micros, versions [2]int64, prior int) error {
	r := &m.req
	m.digest = digestOf(r, versions)
	now, err := m.prior(ctx, q)
	if err != nil {
		return err
	}
	if len(now) != prior { // somebody was merged into him meanwhile
		return fault.New(fault.Conflict, "merge.moved")
	}
	cards, err := card.Take(ctx, q, r.From, r.Into)
	if err != nil {
		return err
	}
	m.united, err = m.Members.Unite(ctx, q, member.Union{Into: r.Into, From: r.From, Take: r.Take, By: r.By}, at)
	switch {
	case err != nil:
		return err
	case r.Digest != "" && r.Digest != m.digest:
		return fault.New(fault.Conflict, "merge.moved")
	}
	m.united.Cards = cards
	return nil
}

// digestOf stands for the states of both, which move with every write to either,
// and for what is to be taken of whom.
func digestOf(r *Request, versions [2]int64) string {
	b := []byte("merge")
	for _, v := range []int64{int64(r.Into), versions[0], int64(r.From), versions[1]} {
		b = binary.BigEndian.AppendUint64(b, uint64(v))
	}
	take := slices.Sorted(slices.Values(r.Take))
	for _, f := range slices.Compact(take) {
		b = append(append(b, f...), 0) // names have no zeros
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// write stores the act, and gives its digest.
func (m *merging) write(ctx context.Context, q db.Q, done purchase.Merged) (none ledger.Hash, err error) {
	r := &m.req
	kept := &Kept{Reason: r.Reason, United: *m.united}
	beside, err := kept.write()
	if err != nil {
		return none, err
	}
	a := Act{
		ID: m.id, Into: r.Into, From: r.From, Number: m.united.Was.Number, At: done.At,
		ActorKind: string(r.By.Kind), Actor: r.By.ID, Source: r.By.Source, Accounts: done.Taken, Before: done.Before, After: done.After,
		Identifiers: len(m.united.Identifiers), Cards: m.united.Cards, Consents: m.united.Consents, Kept: Hash(beside),
	}
	doc, err := json.Marshal(&a)
	if err != nil {
		return none, err
	}
	digest := ledger.Hash(sha256.Sum256(doc))
	*m.out = Merge{Act: a, Kept: kept}
	_, err = q.Exec(ctx, qPut, a.Into, a.ID, a.From, a.At, string(doc), digest[:], string(beside))
	return digest, err
}
