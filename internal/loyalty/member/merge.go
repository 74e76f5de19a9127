package member

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Union says who is merged into whom.
type Union struct {
	Into, From home.ID
	Take       []Field // of which the value of who is merged is taken where both have one
	By         Actor
}

// United is what became of the two.
type United struct {
	Was         Member       `json:"was"`    // who was merged, as he was
	Filled      []FieldValue `json:"filled"` // what the other had not, or was to take
	Conflicts   []Conflict   `json:"conflicts"`
	Identifiers []Identifier `json:"identifiers"` // that are the other's now
	Cards       int64        `json:"cards"`       // likewise
	Consents    int64        `json:"consents"`
	Tags        []string     `json:"tags"`
	Groups      []id.ID      `json:"groups"`
	Relatives   []Relative   `json:"relatives"`
}

// FieldValue is a field's value.
type FieldValue struct {
	Field Field  `json:"field"`
	Value string `json:"value"`
}

// Conflict is a field of which both had a value.
type Conflict struct {
	Field Field  `json:"field"`
	Kept  string `json:"kept"`
	Lost  string `json:"lost"` // it stays in the record of the merge
}

// uniting is one merge of members whose homes are locked.
type uniting struct {
	*Union
	into, from Member
	out        *United
	b          db.Batch
	trail      *Trail
	ids        *id.Maker
}

const (
	qTakeIdentifier = `update identifier set home_id = cast($4 as bigint), member_state = $5, main = $6, excl = case when excl = 0 then 0 else cast($4 as bigint) end
 where kind = $1 and value = $2 and home_id = $3`
	qTakeConsents = `update consent set home_id = $2 where home_id = $1`
	qTakeGroups   = `insert into member_in_group (home_id, group_id, added_at) select $2, group_id, added_at from member_in_group where home_id = $1 on conflict do nothing`
	qLeaveGroups  = `delete from member_in_group where home_id = $1`
	qTakeRelative = `update member_relative set home_id = $3 where home_id = $1 and relative_id = $2`
	// What is still to be looked for of his time as a guest.
	qTakeGuestDues = `insert into guest_due (` + guestDueColumns + `) select kind, value, $2, told, due_at, mark, after_id from guest_due where home_id = $1 order by kind, value
 on conflict (kind, value, home_id) do update set told = guest_due.told or excluded.told, due_at = excluded.due_at, mark = excluded.mark, after_id = 0`
	qDropGuestDues = `delete from guest_due where home_id = $1`

	qTurnMerged    = `update member set state = 'merged', block_reason = '', merged_into = $2 where home_id = $1`
	qMergedBefore  = `update member set merged_into = $2 where merged_into = $1`
	qCountConsents = `select count(*) from consent where home_id = $1`
)

// Unite makes a member's another's: what finds him, his consents, groups, tags
// and relatives, and of his profile what the other lacks. His row stays as it
// is, with his state "merged"; the homes of both are locked. It refuses members
// who are gone, blocked ("merge.blocked") or in a household ("merge.household").
func (m *Members) Unite(ctx context.Context, q db.Q, u Union, at clock.Micros) (*United, error) {
	w := &uniting{Union: &u, ids: m.IDs, trail: NewTrail(m.IDs, u.By, at)}
	for _, x := range []struct {
		of home.ID
		to *Member
	}{{u.Into, &w.into}, {u.From, &w.from}} {
		v, err := Get(ctx, q, x.of)
		if err != nil {
			return nil, err
		}
		if err := unitable(&v); err != nil {
			return nil, err
		}
		*x.to = v
	}
	if err := leave(ctx, q, m.IDs, w.from.refs(), []home.ID{u.From}, at); err != nil {
		return nil, err
	}
	w.out = &United{
		Was: w.from, Filled: []FieldValue{}, Conflicts: []Conflict{}, Identifiers: []Identifier{}, Tags: []string{}, Groups: []id.ID{}, Relatives: []Relative{},
	}
	if err := q.Row(ctx, qCountConsents, u.From).Scan(&w.out.Consents); err != nil {
		return nil, err
	}
	if err := w.profile(); err != nil {
		return nil, err
	}
	w.state()
	w.identifiers()
	w.labels()
	w.relatives()
	w.b.Exec(qTakeConsents, u.From, u.Into)
	w.b.Exec(qTakeGuestDues, u.From, u.Into)
	w.b.Exec(qDropGuestDues, u.From)
	w.b.Exec(qTurnMerged, u.From, u.Into)
	w.b.Exec(qMergedBefore, u.From, u.Into)
	w.trail.Add(u.From, FieldState, string(w.from.State), string(Merged))
	for _, h := range []home.ID{u.Into, u.From} {
		Touch(&w.b, h, at)
	}
	if err := w.trail.Queue(&w.b); err != nil {
		return nil, err
	}
	return w.out, q.Run(ctx, &w.b)
}

// Unitable tells whether somebody may be merged, as Unite does.
func Unitable(ctx context.Context, q db.Q, h home.ID) error {
	m, err := Get(ctx, q, h)
	if err != nil {
		return err
	}
	return unitable(&m)
}

func unitable(m *Member) error {
	switch {
	case m.State.Gone():
		return fault.New(fault.Conflict, "merge.gone", "member", m.Home.String())
	case m.State == Blocked:
		return fault.New(fault.Refused, "merge.blocked", "member", m.Home.String())
	case m.Household != 0:
		return fault.New(fault.Refused, "merge.household", "member", m.Home.String())
	}
	return nil
}

// profile takes what the one who stays has not, or is to take.
func (w *uniting) profile() error {
	was := w.into.Profile
	was.Custom = maps.Clone(was.Custom)
	is, his := &w.into.Profile, &w.from.Profile
	for i := range profileFields {
		pf := &profileFields[i]
		*pf.at(is) = w.field(pf.name, *pf.at(is), *pf.at(his))
	}
	if w.field(FieldCategory, idText(is.Category), idText(his.Category)) != idText(is.Category) {
		is.Category = his.Category
	}
	for _, key := range slices.Sorted(maps.Keys(his.Custom)) {
		if is.Custom == nil {
			is.Custom = map[string]string{}
		}
		is.Custom[key] = w.field(Field(CustomPrefix+key), is.Custom[key], his.Custom[key])
	}
	return queueProfile(&w.b, w.trail, &w.into, &was)
}

// field is the value that a field has after it.
func (w *uniting) field(f Field, mine, his string) string {
	if his == "" || his == mine {
		return mine
	}
	told := func(s string) string {
		if f.secret() {
			return hide(s)
		}
		return s
	}
	takes := slices.Contains(w.Take, f)
	switch {
	case mine == "":
	case takes:
		w.out.Conflicts = append(w.out.Conflicts, Conflict{f, told(his), told(mine)})
	default:
		w.out.Conflicts = append(w.out.Conflicts, Conflict{f, told(mine), told(his)})
		return mine
	}
	w.out.Filled = append(w.out.Filled, FieldValue{f, told(his)})
	return his
}

// state: one of whom something is proven, so that he takes part, is enough.
func (w *uniting) state() {
	if w.into.State == New && w.from.State == Active {
		turnState(&w.b, w.trail, &w.into, Active, "")
		w.into.State = Active
	}
}

// identifiers makes what finds the one find the other; what both have finds him
// as the better of the two did.
func (w *uniting) identifiers() {
	for _, v := range w.from.Identifiers {
		at := slices.IndexFunc(w.into.Identifiers, func(o Identifier) bool { return o.Ref == v.Ref })
		if at >= 0 {
			w.both(w.into.Identifiers[at], v)
			continue
		}
		main := v.Main && w.into.Main(v.Kind) == "" && v.Kind != Number
		w.b.Exec(qTakeIdentifier, v.Kind, v.Value, w.From, w.Into, w.into.State, main)
		v.Main = main
		w.out.Identifiers = append(w.out.Identifiers, v)
		w.into.Identifiers = append(w.into.Identifiers, v)
		w.trail.Add(w.Into, v.Kind.field(), "", v.Value)
	}
}

func (w *uniting) both(mine, his Identifier) {
	w.b.Exec(qDropIdentifier, his.Kind, his.Value, w.From)
	if mine.State == Off && his.State == On {
		w.b.Exec(qTurnIdentifier, mine.Kind, mine.Value, w.Into, On)
	}
	if mine.ProvenAt == 0 && his.ProvenAt != 0 {
		w.b.Exec(qProveIdentifier, mine.Kind, mine.Value, w.Into, his.ProvenAt)
	}
}

// labels are tags and groups.
func (w *uniting) labels() {
	tags := slices.Clone(w.into.Tags)
	for _, tag := range w.from.Tags {
		same := func(o string) bool { return text.Fold(o) == text.Fold(tag) }
		if !slices.ContainsFunc(w.into.Tags, same) {
			w.out.Tags, tags = append(w.out.Tags, tag), append(tags, tag)
		}
		w.b.Exec(qRemoveTag, w.From, text.Fold(tag))
	}
	queueTags(&w.b, w.trail, &w.into, tags)
	w.b.Exec(qTakeGroups, w.From, w.Into)
	w.b.Exec(qLeaveGroups, w.From)
	for _, g := range w.from.Groups {
		if !slices.Contains(w.into.Groups, g) {
			w.out.Groups = append(w.out.Groups, g)
			w.trail.Add(w.Into, FieldGroup, "", idText(g))
		}
	}
}

// relatives takes those who are not known yet: a birthday of one is a gift's
// day.
func (w *uniting) relatives() {
	for _, r := range w.from.Relatives {
		if slices.ContainsFunc(w.into.Relatives, r.same) {
			w.b.Exec(qRemoveRelative, w.From, r.ID)
			continue
		}
		w.b.Exec(qTakeRelative, w.From, r.ID, w.Into)
		w.out.Relatives = append(w.out.Relatives, r)
		w.trail.Add(w.Into, FieldRelative, "", r.text())
	}
}

// same tells whether another is the same person, as far as can be seen.
func (r Relative) same(o Relative) bool {
	mine, his := text.Fold(strings.TrimSpace(r.Name)), text.Fold(strings.TrimSpace(o.Name))
	return r.Kind == o.Kind && r.BirthDate == o.BirthDate && (mine == his || mine == "" || his == "")
}
