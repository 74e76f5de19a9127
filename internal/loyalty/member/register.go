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

// Registration is what is told of a new member.
type Registration struct {
	Profile     Profile
	Identifiers []NewIdentifier // phones, e-mails, external ids, a login
	Tags        []string
	Groups      []id.ID
	Relatives   []Relative
	Consents    []NewConsent
	Cashier     id.ID
	At          clock.Micros // when, for an import or an order; zero: now
	Inviter     string       // a phone, card or number of the member who had invited him, as it was typed; "": nobody
	Ordered     Ref          // the phone or e-mail that an order named; zero: none did
}

// NewIdentifier is an identifier to be given to a member, as it was typed.
type NewIdentifier struct {
	Kind  Kind
	Value string
	Main  bool  // the first of its kind is main by itself
	Proof id.ID // the one-time code that proved it (Codes.Check); zero: none
}

// Register makes a member and his home.
func (m *Members) Register(ctx context.Context, rules Rules, in Registration, by Actor) (Member, error) {
	var out Member
	err := m.DB.Write(ctx, func(tx *db.Tx) (err error) {
		out, err = m.RegisterIn(ctx, tx, rules, in, by)
		return err
	})
	return out, err
}

// RegisterIn is Register inside an operation's transaction.
func (m *Members) RegisterIn(ctx context.Context, q db.Q, rules Rules, in Registration, by Actor) (Member, error) {
	now := m.Clock.Now()
	r := &registering{Members: m, rules: &rules, by: by, now: now}
	r.copy(in)
	if r.at == 0 {
		r.at = now
	}
	if err := r.prepare(ctx, q); err != nil {
		return Member{}, err
	}
	return r.write(ctx, q)
}

// registering is one registration under way.
type registering struct {
	*Members
	Registration
	rules *Rules
	by    Actor
	now   clock.Micros
	at    clock.Micros
	refs  []Ref // of the identifiers
	home  home.ID
	from  home.ID // who had invited him; 0: nobody
}

// copy takes what it changes out of the caller's hands: a transaction may run
// more than once.
func (r *registering) copy(in Registration) {
	r.Registration, r.at = in, in.At
	r.Profile.Custom = maps.Clone(in.Profile.Custom)
	if r.Profile.Custom == nil {
		r.Profile.Custom = map[string]string{}
	}
	r.Identifiers, r.Relatives = slices.Clone(in.Identifiers), slices.Clone(in.Relatives)
	r.Groups = slices.Compact(slices.Sorted(slices.Values(in.Groups)))
	r.home = home.OfMember(r.IDs.New())
}

// prepare tidies what was told and refuses what can't be.
func (r *registering) prepare(ctx context.Context, q db.Q) error {
	fields, err := CustomFields(ctx, q)
	if err != nil {
		return err
	}
	p := &r.Profile
	if p.Category == 0 && r.rules.Category != 0 {
		switch err := needCategory(ctx, q, r.rules.Category); {
		case err == nil:
			p.Category = r.rules.Category
		case !fault.Is(err, "member.bad-category"): // the default was put away meanwhile
			return err
		}
	}
	var f form
	f.profile(p, r.now)
	f.custom(fields, p.Custom, nil)
	f.relatives(r.Relatives, r.now)
	r.Tags = f.tags(r.Tags)
	if len(r.Groups) > MaxGroups {
		f.add("groups", tooMany(MaxGroups))
	}
	has := map[Kind]bool{}
	r.refs = f.identifiers(r.Identifiers, r.rules, has)
	f.mandatory(r.rules, p, has)
	f.consents(r.Consents)
	if err := f.err(); err != nil {
		return err
	}
	if p.Category != 0 {
		if err := needCategory(ctx, q, p.Category); err != nil {
			return err
		}
	}
	for _, g := range r.Groups {
		if err := needGroup(ctx, q, g); err != nil {
			return err
		}
	}
	if r.Inviter == "" {
		return nil
	}
	r.from, err = inviter(ctx, q, r.Inviter, r.rules.Region)
	return err
}

// write makes the home, the member and all that belongs to him.
func (r *registering) write(ctx context.Context, q db.Q) (Member, error) {
	if err := MakeHome(ctx, q, r.home); err != nil {
		return Member{}, err
	}
	proven, err := r.proven(ctx, q)
	if err != nil {
		return Member{}, err
	}
	state := Active
	if r.rules.Activation || r.rules.unproven(r.standing(proven)) {
		state = New
	}
	number, err := r.drawNumber(ctx, q, state)
	if err != nil {
		return Member{}, err
	}
	custom, err := customText(r.Profile.Custom)
	if err != nil {
		return Member{}, err
	}
	p := &r.Profile
	var b db.Batch
	b.Exec(qInsertMember, profileArgs([]any{
		r.home, number, state, folded(p), db.N(p.Category), custom,
		r.at, text.Clip(r.by.Source, MaxSource), db.N(r.by.Outlet), db.N(r.Cashier), db.N(r.from), r.now,
	}, p)...)
	trail := NewTrail(r.IDs, r.by, r.now)
	trail.Add(r.home, FieldRegistered, "", number)
	trail.Add(r.home, FieldState, "", string(state))
	if r.from != 0 {
		trail.Add(r.home, FieldInviter, "", r.from.String())
	}
	for _, t := range r.Tags {
		b.Exec(qPutTag, r.home, text.Fold(t), t)
	}
	for _, g := range r.Groups {
		b.Exec(qPutInGroup, r.home, g, r.now)
		trail.Add(r.home, FieldGroup, "", idText(g))
	}
	for i := range r.Relatives {
		v := &r.Relatives[i]
		v.ID = r.IDs.New()
		b.Exec(qPutRelative, r.home, v.ID, v.Kind, v.Name, v.BirthDate)
	}
	if err := q.Run(ctx, &b); err != nil {
		return Member{}, err
	}
	if err := r.giveIdentifiers(ctx, q, state, proven, trail); err != nil {
		return Member{}, err
	}
	if err := addConsents(ctx, q, r.IDs, r.home, r.Consents, r.by, r.at); err != nil {
		return Member{}, err
	}
	var after db.Batch
	for i, ref := range r.refs {
		if told := ref == r.Ordered; told || proven[i] != 0 {
			QueueGuest(&after, r.IDs, r.home, ref, told, r.now)
		}
	}
	if err := trail.Queue(&after); err != nil {
		return Member{}, err
	}
	var out Member
	finish := queueMember(&after, r.home, &out)
	if err := q.Run(ctx, &after); err != nil {
		return Member{}, err
	}
	return finish()
}

// giveIdentifiers writes the identifiers in the order of their keys, so that
// two registrations with the same values can't wait for each other.
func (r *registering) giveIdentifiers(ctx context.Context, q db.Q, state State, proven []clock.Micros, trail *Trail) error {
	order := make([]int, len(r.refs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compareRefs(r.refs[a], r.refs[b]) })
	for _, i := range order {
		v := Identifier{Ref: r.refs[i], State: On, Main: r.Identifiers[i].Main, ProvenAt: proven[i], AddedAt: r.now}
		if err := putIdentifier(ctx, q, r.home, v, state, r.rules.unique(v.Kind)); err != nil {
			return err
		}
		trail.Add(r.home, v.Kind.field(), "", v.Value)
	}
	return nil
}

func compareRefs(a, b Ref) int {
	if c := strings.Compare(string(a.Kind), string(b.Kind)); c != 0 {
		return c
	}
	return strings.Compare(a.Value, b.Value)
}

// proven gives the times at which the identifiers were proven, zero where
// they were not.
func (r *registering) proven(ctx context.Context, q db.Q) ([]clock.Micros, error) {
	out := make([]clock.Micros, len(r.refs))
	for i, n := range r.Identifiers {
		if n.Proof == 0 {
			continue
		}
		at, err := provenBy(ctx, q, r.refs[i], n.Proof, r.now)
		if err != nil {
			return nil, err
		}
		out[i] = at
	}
	return out, nil
}

// standing gives the identifiers as they will be, for Rules.unproven.
func (r *registering) standing(proven []clock.Micros) []Identifier {
	out := make([]Identifier, len(r.refs))
	for i, n := range r.Identifiers {
		out[i] = Identifier{Ref: r.refs[i], State: On, Main: n.Main, ProvenAt: proven[i]}
	}
	return out
}

// folded is what members are ordered and searched by.
func folded(p *Profile) []byte {
	return []byte(text.Fold(p.Surname + " " + p.Name + " " + p.Patronymic))
}
