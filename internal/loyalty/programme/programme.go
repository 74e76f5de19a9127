// Package programme keeps the loyalty programmes: every version of each, and
// the newest of all of them compiled and ready to judge.
package programme

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/loyalty/identity"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// maxDoc bounds the stored text of a programme, in bytes.
const maxDoc = 4 << 20

// maxNote bounds the note on a version, in characters.
const maxNote = 1000

// Programmes is the set of programmes of an organization.
type Programmes struct {
	DB    *db.DB
	IDs   *id.Maker
	Clock clock.Clock

	current atomic.Pointer[Set]
	load    sync.Mutex

	mu     sync.Mutex
	older  map[versionOf]*rule.Programme // that were asked for
	before map[inForce]*Set              // of times that were asked for
}

// versionOf names one version of a programme.
type versionOf struct {
	programme id.ID
	version   int64
}

// maxOlder bounds the versions that are kept compiled beside the newest.
const maxOlder = 32

// Set is the newest versions of all programmes at one instant. It does not
// change.
type Set struct {
	all      []*rule.Programme // by priority, the highest first
	byID     map[id.ID]*rule.Programme
	versions map[id.ID]int64
	ladders  map[id.ID]*level.Ladder
	made     map[id.ID][]madeAt // all versions, the oldest first
	times    []clock.Micros     // at which any was made, in order
}

// Current is the set last loaded; it is empty before the first Refresh.
func (ps *Programmes) Current() *Set {
	if s := ps.current.Load(); s != nil {
		return s
	}
	return &Set{}
}

// Versions reads the version of each programme; it is a few rows, so that a
// transaction can check that it judged by the newest.
func Versions(b *db.Batch, into map[id.ID]int64) {
	b.Each(func(r db.Row) error {
		var i, v int64
		err := r.Scan(&i, &v)
		into[id.ID(i)] = v
		return err
	}, qVersions)
}

// Is tells whether the set is of these versions.
func (s *Set) Is(versions map[id.ID]int64) bool {
	if len(versions) != len(s.versions) {
		return false
	}
	for i, v := range versions {
		if s.versions[i] != v {
			return false
		}
	}
	return true
}

// Refresh loads the programmes if any has changed.
func (ps *Programmes) Refresh(ctx context.Context) error {
	ps.load.Lock()
	defer ps.load.Unlock()
	versions := map[id.ID]int64{}
	b := &db.Batch{}
	Versions(b, versions)
	if err := ps.DB.Run(ctx, b); err != nil {
		return err
	}
	if s := ps.current.Load(); s != nil && s.Is(versions) {
		return nil
	}
	// The versions are read last: one that is made meanwhile is one too many
	// there, not one too few.
	newest, err := db.All(ctx, ps.DB, scanProgramme, qNewest)
	if err != nil {
		return err
	}
	s := newSet(newest)
	if err := s.readMade(ctx, ps.DB); err != nil {
		return err
	}
	ps.current.Store(s)
	return nil
}

// newSet makes a set of programmes.
func newSet(programmes []*rule.Programme) *Set {
	s := &Set{all: programmes, byID: map[id.ID]*rule.Programme{}, versions: map[id.ID]int64{}, ladders: map[id.ID]*level.Ladder{}}
	for _, p := range programmes {
		s.byID[p.ID], s.versions[p.ID], s.ladders[p.ID] = p, p.Version, Ladder(p)
	}
	slices.SortFunc(s.all, func(x, y *rule.Programme) int {
		return cmp.Or(cmp.Compare(y.Priority, x.Priority), cmp.Compare(x.ID, y.ID))
	})
	return s
}

// With is the set with one programme in the place of its own version, or
// beside all others. It is of no base: nothing of it is looked up by time.
func (s *Set) With(p *rule.Programme) *Set {
	all := []*rule.Programme{p}
	for _, x := range s.all {
		if x.ID != p.ID {
			all = append(all, x)
		}
	}
	return newSet(all)
}

// All gives the programmes, the highest priority first.
func (s *Set) All() []*rule.Programme { return s.all }

// Get finds a programme, nil where there is none.
func (s *Set) Get(i id.ID) *rule.Programme { return s.byID[i] }

// HasLevels tells whether any programme has levels.
func (s *Set) HasLevels() bool {
	for _, l := range s.ladders {
		if !l.None() {
			return true
		}
	}
	return false
}

// OwnLevel tells whether in a programme each of a household stands by himself.
func (s *Set) OwnLevel(i id.ID) bool { return s.ladders[i].Own() }

// OwnLevels tells whether in any programme each of a household stands by
// himself.
func (s *Set) OwnLevels() bool {
	for _, l := range s.ladders {
		if l.Own() {
			return true
		}
	}
	return false
}

// Ladder gives a programme's levels; nil where there is no such programme.
func (s *Set) Ladder(i id.ID) *level.Ladder { return s.ladders[i] }

// For finds the one programme that a receipt of an outlet is processed under:
// the active one bound to the outlet, else to its partner, else to the
// organization, by priority. nil: there is none.
func (s *Set) For(outlet, partner id.ID, day string) *rule.Programme {
	var ofPartner, ofAll *rule.Programme
	for _, p := range s.all {
		switch {
		case !p.ActiveOn(day):
		case slices.Contains(p.Outlets, outlet):
			return p
		case ofPartner == nil && slices.Contains(p.Partners, partner):
			ofPartner = p
		case ofAll == nil && len(p.Outlets) == 0 && len(p.Partners) == 0:
			ofAll = p
		}
	}
	return cmp.Or(ofPartner, ofAll)
}

// CodeFree refuses a programme whose code is another's ("programme.invalid", with
// the place): so it is told as the code is typed, not as it comes into force.
func (s *Set) CodeFree(p *rule.Programme) error {
	if other := s.ByCode(p.Code); other != nil && other.ID != p.ID {
		return fault.New(fault.Invalid, "programme.invalid").With(fault.Field{Path: "code", Code: "programme.code-taken", Args: fault.Pairs("code", p.Code)})
	}
	return nil
}

// Put stores a new programme, or a new version of one, and gives it back with
// its id and version. The version it carries must be the newest, so that no
// change of another is overwritten unseen; 0 with no id makes a new one.
func (ps *Programmes) Put(ctx context.Context, p rule.Programme, by string) (*rule.Programme, error) {
	return ps.PutNoted(ctx, p, by, "")
}

// PutNoted is Put with a note on why.
func (ps *Programmes) PutNoted(ctx context.Context, p rule.Programme, by, note string) (*rule.Programme, error) {
	return ps.putWith(ctx, p, making{by: by, note: note}, func(*db.Tx) error { return nil })
}

// making says whose doing a version is, and why it is made.
type making struct {
	by, note string
	approved bool // by a second person
}

// putWith is PutNoted with what else is done in its transaction. Where it takes
// two it refuses one.
func (ps *Programmes) putWith(ctx context.Context, p rule.Programme, m making, also func(*db.Tx) error) (*rule.Programme, error) {
	by, note, passed := m.by, m.note, false
	if !m.approved {
		var err error
		if passed, err = ps.alone(ctx); err != nil {
			return nil, err
		}
		if err := ps.Lonely(ctx, &p); err != nil {
			return nil, err
		}
	}
	if !text.Valid(note, maxNote) {
		return nil, fault.New(fault.Invalid, "programme.invalid").With(fault.Field{Path: "note", Code: "programme.note", Args: fault.Pairs("most", maxNote)})
	}
	if err := p.Compile(); err != nil {
		return nil, err
	}
	if err := ps.gates(ctx, &p); err != nil {
		return nil, err
	}
	if p.ID == 0 {
		p.ID = ps.IDs.New()
	}
	was := p.Version
	p.Version++
	doc, err := json.Marshal(&p)
	if err != nil {
		return nil, err
	}
	if len(doc) > maxDoc {
		return nil, fault.New(fault.TooLarge, "programme.too-large", "most", maxDoc)
	}
	err = ps.DB.Write(ctx, func(tx *db.Tx) error {
		if err := put(ctx, tx, &p, was); err != nil {
			return err
		}
		if err := also(tx); err != nil {
			return err
		}
		if err := ps.endPlan(ctx, tx, p.ID, "programme.plan-moved"); err != nil {
			return err
		}
		if err := ps.endRequest(ctx, tx, p.ID, "programme.plan-moved"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, qAddVersion, p.ID, p.Version, string(doc), ps.Clock.Now(), by, note); err != nil {
			return err
		}
		// What differs is in the versions themselves, which stay for good.
		after := map[string]any{"code": p.Code, "version": p.Version, "on": p.On, "by": by, "note": note}
		if passed {
			after["without_second_person"] = true
		}
		return audit.Note(ctx, tx, ps.Clock.Now(), audit.Entry{Action: "programme.published", Target: audit.On("programme", p.ID), After: after})
	})
	if errors.Is(err, db.ErrConflict) {
		return nil, fault.Wrap(err, fault.Conflict, "programme.code-taken", "code", p.Code)
	}
	if err != nil {
		return nil, err
	}
	return &p, ps.Refresh(ctx)
}

// gates refuses a programme that rests on the use of tickets where nobody may
// tell of it: its points would wait for ever.
func (ps *Programmes) gates(ctx context.Context, p *rule.Programme) error {
	paths := p.Gates()
	if len(paths) == 0 || !p.On {
		return nil
	}
	held, err := identity.Held(ctx, ps.DB, identity.VisitsWrite, ps.Clock.Now())
	if err != nil || held {
		return err
	}
	f := fault.New(fault.Invalid, "programme.invalid")
	for _, path := range paths {
		f = f.With(fault.Field{Path: path, Code: "programme.no-gate", Args: fault.Pairs("scope", string(identity.VisitsWrite))})
	}
	return f
}

func put(ctx context.Context, tx *db.Tx, p *rule.Programme, was int64) error {
	if was == 0 {
		_, err := tx.Exec(ctx, qAdd, p.ID, p.Code, p.Version)
		return err
	}
	n, err := tx.Exec(ctx, qMove, p.ID, was, p.Code)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "programme.version", "version", was)
	}
	return err
}

// Version reads one stored version of a programme, compiled.
func (ps *Programmes) Version(ctx context.Context, i id.ID, version int64) (*rule.Programme, error) {
	return ps.VersionIn(ctx, ps.DB, i, version)
}

// VersionIn is Version inside a transaction. No version ever changes, so that
// some are kept.
func (ps *Programmes) VersionIn(ctx context.Context, q db.Q, i id.ID, version int64) (*rule.Programme, error) {
	if p := ps.Current().Get(i); p != nil && p.Version == version {
		return p, nil
	}
	name := versionOf{i, version}
	ps.mu.Lock()
	p := ps.older[name]
	ps.mu.Unlock()
	if p != nil {
		return p, nil
	}
	p, err := readVersion(ctx, q, i, version)
	if errors.Is(err, db.ErrNotFound) {
		return nil, ps.missing(err, i, version)
	}
	if err != nil {
		return nil, err
	}
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if ps.older == nil || len(ps.older) >= maxOlder {
		ps.older = map[versionOf]*rule.Programme{}
	}
	ps.older[name] = p
	return p, nil
}

func readVersion(ctx context.Context, q db.Q, i id.ID, version int64) (*rule.Programme, error) {
	return scanProgramme(q.Row(ctx, qVersion, i, version))
}

// missing says that there is no such programme, or no such version of it.
func (ps *Programmes) missing(err error, i id.ID, version int64) error {
	if p := ps.Current().Get(i); p != nil {
		return fault.Wrap(err, fault.NotFound, "programme.version-not-found", "version", version, "newest", p.Version)
	}
	return fault.Wrap(err, fault.NotFound, "programme.not-found")
}

func scanProgramme(r db.Row) (*rule.Programme, error) {
	var doc string
	if err := r.Scan(&doc); err != nil {
		return nil, err
	}
	p := &rule.Programme{}
	if err := json.Unmarshal([]byte(doc), p); err != nil {
		return nil, err
	}
	return p, p.Compile()
}
