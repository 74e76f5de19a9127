package member

import (
	"context"
	"slices"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// AddIdentifier gives a member another phone, e-mail, external id or login.
// The first of its kind is main; one that is to be main takes that from the
// one before. version is the member's as last read, zero for any.
func (m *Members) AddIdentifier(ctx context.Context, rules Rules, h home.ID, version int64, in NewIdentifier, by Actor) (Member, error) {
	return m.change(ctx, h, version, by, func(q db.Q, v *Member, b *db.Batch, trail *Trail) error {
		return m.addIdentifier(ctx, q, &rules, v, in, b, trail)
	})
}

func (m *Members) addIdentifier(ctx context.Context, q db.Q, rules *Rules, v *Member, in NewIdentifier, b *db.Batch, trail *Trail) error {
	if !in.Kind.contact() {
		return fault.New(fault.Invalid, "member.bad-identifier", "kind", string(in.Kind))
	}
	ref, err := Normalise(in.Kind, in.Value, rules.Region)
	if err != nil {
		var f form
		f.add("value", badValue(in.Kind))
		return f.err()
	}
	had := v.of(in.Kind)
	if slices.ContainsFunc(had, func(o Identifier) bool { return o.Ref == ref }) {
		return fault.New(fault.Conflict, "member.twice")
	}
	if len(had) >= maxOf(in.Kind) {
		return fault.New(fault.TooLarge, "member.too-many", "max", maxOf(in.Kind))
	}
	var proven clock.Micros
	if in.Proof != 0 {
		if proven, err = provenBy(ctx, q, ref, in.Proof, trail.at); err != nil {
			return err
		}
	}
	is := Identifier{Ref: ref, State: On, Main: in.Main || len(had) == 0, ProvenAt: proven, AddedAt: trail.at}
	if err := putIdentifier(ctx, q, v.Home, is, v.State, rules.unique(ref.Kind)); err != nil {
		return err
	}
	if is.Main {
		for _, o := range had {
			if o.Main {
				b.Exec(qMainIdentifier, o.Kind, o.Value, v.Home, false)
				trail.Add(v.Home, ref.Kind.field()+MainSuffix, o.Value, ref.Value)
			}
		}
	}
	if proven != 0 {
		QueueGuest(b, m.IDs, v.Home, ref, false, trail.at)
	}
	trail.Add(v.Home, ref.Kind.field(), "", ref.Value)
	return nil
}

// RemoveIdentifier takes a phone, e-mail, external id or login from a member
// and frees it for others. If it was main, the oldest that is left is.
func (m *Members) RemoveIdentifier(ctx context.Context, rules Rules, h home.ID, version int64, ref Ref, by Actor) (Member, error) {
	return m.change(ctx, h, version, by, func(q db.Q, v *Member, b *db.Batch, trail *Trail) error {
		is, err := v.identifier(ref)
		if err != nil {
			return err
		}
		rest := slices.DeleteFunc(v.of(ref.Kind), func(o Identifier) bool { return o.Ref == ref })
		if len(rest) == 0 && slices.Contains(rules.Mandatory, ref.Kind.field()) {
			return fault.New(fault.Refused, "member.last-identifier")
		}
		if err := leave(ctx, q, m.IDs, []Ref{ref}, []home.ID{h}, trail.at); err != nil {
			return err
		}
		b.Exec(qDropIdentifier, ref.Kind, ref.Value, h)
		if is.Main && len(rest) > 0 {
			next := slices.MinFunc(rest, func(a, b Identifier) int { return int(a.AddedAt - b.AddedAt) })
			b.Exec(qMainIdentifier, next.Kind, next.Value, h, true)
			trail.Add(h, ref.Kind.field()+MainSuffix, ref.Value, next.Value)
		}
		trail.Add(h, ref.Kind.field(), ref.Value, "")
		return nil
	})
}

// ReplaceIdentifier puts another phone, e-mail, external id or login in the place
// of one that a member has, main where that was: what he gives up is freed, and at
// no moment he has none.
func (m *Members) ReplaceIdentifier(ctx context.Context, rules Rules, h home.ID, version int64, old Ref, in NewIdentifier, by Actor) (Member, error) {
	return m.change(ctx, h, version, by, func(q db.Q, v *Member, b *db.Batch, trail *Trail) error {
		is, err := v.identifier(old)
		if err != nil {
			return err
		}
		in.Kind, in.Main = old.Kind, is.Main
		if ref, err := Normalise(in.Kind, in.Value, rules.Region); err == nil && ref == old {
			return fault.New(fault.Conflict, "member.twice")
		}
		v.Identifiers = slices.DeleteFunc(v.Identifiers, func(o Identifier) bool { return o.Ref == old })
		if err := m.addIdentifier(ctx, q, &rules, v, in, b, trail); err != nil {
			return err
		}
		if err := leave(ctx, q, m.IDs, []Ref{old}, []home.ID{h}, trail.at); err != nil {
			return err
		}
		b.Exec(qDropIdentifier, old.Kind, old.Value, h)
		trail.Add(h, old.Kind.field(), old.Value, "")
		return nil
	})
}

// SetMain makes one of a member's phones, e-mails … the main one.
func (m *Members) SetMain(ctx context.Context, h home.ID, version int64, ref Ref, by Actor) (Member, error) {
	return m.change(ctx, h, version, by, func(_ db.Q, v *Member, b *db.Batch, trail *Trail) error {
		is, err := v.identifier(ref)
		if err != nil || is.Main {
			return err
		}
		was := ""
		for _, o := range v.of(ref.Kind) {
			if o.Main {
				was = o.Value
				b.Exec(qMainIdentifier, o.Kind, o.Value, h, false)
			}
		}
		b.Exec(qMainIdentifier, ref.Kind, ref.Value, h, true)
		trail.Add(h, ref.Kind.field()+MainSuffix, was, ref.Value)
		return nil
	})
}

// Prove notes that a one-time code has proven a phone or e-mail to be the
// member's. One who waited for nothing else becomes active.
func (m *Members) Prove(ctx context.Context, rules Rules, h home.ID, in NewIdentifier, by Actor) (Member, error) {
	ref, err := Normalise(in.Kind, in.Value, rules.Region)
	if err != nil {
		return Member{}, err
	}
	return m.change(ctx, h, 0, by, func(q db.Q, v *Member, b *db.Batch, trail *Trail) error {
		if _, err := v.identifier(ref); err != nil {
			return err
		}
		at, err := provenBy(ctx, q, ref, in.Proof, trail.at)
		if err != nil {
			return err
		}
		b.Exec(qProveIdentifier, ref.Kind, ref.Value, h, at)
		QueueGuest(b, m.IDs, h, ref, false, trail.at)
		trail.Add(h, ref.Kind.field()+ProvenSuffix, "", ref.Value)
		for i := range v.Identifiers {
			if v.Identifiers[i].Ref == ref {
				v.Identifiers[i].ProvenAt = at
			}
		}
		if v.State == New && !rules.Activation && !rules.unproven(v.Identifiers) {
			turnState(b, trail, v, Active, "")
		}
		return nil
	})
}

// of gives the member's identifiers of a kind that are on.
func (m *Member) of(k Kind) []Identifier {
	var out []Identifier
	for _, v := range m.Identifiers {
		if v.Kind == k && v.State == On {
			out = append(out, v)
		}
	}
	return out
}

// Main gives the member's main identifier of a kind, "" where he has none.
func (m *Member) Main(k Kind) string {
	for _, v := range m.Identifiers {
		if v.Kind == k && v.Main && v.State == On {
			return v.Value
		}
	}
	return ""
}

// identifier finds one of the member's that he may change himself.
func (m *Member) identifier(ref Ref) (Identifier, error) {
	for _, v := range m.of(ref.Kind) {
		if v.Ref == ref && ref.Kind.contact() {
			return v, nil
		}
	}
	return Identifier{}, fault.New(fault.NotFound, "member.no-identifier")
}

// putIdentifier gives an identifier to a member unless another has it.
func putIdentifier(ctx context.Context, q db.Q, h home.ID, v Identifier, state State, unique bool) error {
	if unique && v.Kind.contact() {
		var holders int64
		if err := q.Row(ctx, qHolders, v.Kind, v.Value, h).Scan(&holders); err != nil {
			return err
		}
		if holders > 0 {
			return taken(v.Ref)
		}
	}
	ok, err := insertIdentifier(ctx, q, h, v, state, unique)
	if err == nil && !ok {
		err = taken(v.Ref)
	}
	return err
}

func taken(r Ref) error {
	return fault.New(fault.Conflict, "member.taken", "kind", string(r.Kind), "value", r.Mask())
}

// insertIdentifier writes an identifier; false where its key is there already.
func insertIdentifier(ctx context.Context, q db.Q, h home.ID, v Identifier, state State, unique bool) (bool, error) {
	n, err := q.Exec(ctx, qPutIdentifier, v.Kind, v.Value, excl(unique, h), h, v.State, state, v.Main, v.ProvenAt, v.AddedAt)
	return n == 1, err
}

// Give gives the locked member an identifier that is nobody else's for good: a
// card's number, a QR. False where somebody has it.
func Give(ctx context.Context, q db.Q, m *Member, ref Ref, state IdentifierState, at clock.Micros) (bool, error) {
	return insertIdentifier(ctx, q, m.Home, Identifier{Ref: ref, State: state, AddedAt: at}, m.State, true)
}

// Turn turns one of the locked member's identifiers on or off.
func Turn(b *db.Batch, h home.ID, ref Ref, state IdentifierState) {
	b.Exec(qTurnIdentifier, ref.Kind, ref.Value, h, state)
}

// Touch moves the locked member's version, for a change that lies elsewhere in
// his home.
func Touch(b *db.Batch, h home.ID, at clock.Micros) { b.Exec(qTouchMember, h, at) }

// ReadContacts adds to a batch what reads the phones and e-mails that stand for
// members. Once the batch has run they are in into.
func ReadContacts(b *db.Batch, dialect db.Dialect, homes []home.ID, into map[home.ID][]Ref) {
	ids := make([]int64, len(homes))
	for i, h := range homes {
		ids[i] = int64(h)
	}
	text := qContactsOfPG
	if dialect == db.SQLite {
		text = qContactsOfLite
	}
	b.Each(func(r db.Row) error {
		var h home.ID
		var ref Ref
		err := r.Scan(&h, &ref.Kind, &ref.Value)
		into[h] = append(into[h], ref)
		return err
	}, text, ids)
}

const (
	mergedText  = `select merged_into, home_id from member where merged_into `
	qMergedPG   = mergedText + anyPG + ` order by merged_into, home_id`
	qMergedLite = mergedText + anyLite + ` order by merged_into, home_id`
)

// ReadMerged adds to a batch what reads who were merged into members. Once the
// batch has run they are in into.
func ReadMerged(b *db.Batch, dialect db.Dialect, homes []home.ID, into map[home.ID][]home.ID) {
	text := qMergedPG
	if dialect == db.SQLite {
		text = qMergedLite
	}
	b.Each(func(r db.Row) error {
		var h, was home.ID
		err := r.Scan(&h, &was)
		into[h] = append(into[h], was)
		return err
	}, text, home.Numbers(homes))
}
