package member

import (
	"context"
	"maps"
	"slices"
	"strings"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// Patch is a partial change of a member. What is not named stays.
type Patch struct {
	Set       map[Field]string // fields of the profile and "custom.<key>"; "" empties
	Tags      *[]string        // all of them from now on
	Groups    *[]id.ID         // likewise
	Relatives *[]Relative      // likewise; those with an id stay the same people
}

// Update changes a member. version is the member's as last read: if he has
// changed since, nothing is done (zero: whatever it is).
func (m *Members) Update(ctx context.Context, rules Rules, h home.ID, version int64, p Patch, by Actor) (Member, error) {
	return m.change(ctx, h, version, by, func(q db.Q, v *Member, b *db.Batch, trail *Trail) error {
		return m.update(ctx, q, &rules, v, p, b, trail)
	})
}

// change is one change of a member under his lock: fn queues what it writes
// and notes it on the trail; a change that notes nothing writes nothing.
func (m *Members) change(ctx context.Context, h home.ID, version int64, by Actor, fn func(q db.Q, v *Member, b *db.Batch, trail *Trail) error) (Member, error) {
	var out Member
	err := m.DB.Write(ctx, func(tx *db.Tx) error {
		v, err := LockOpen(ctx, tx, h, version)
		if err != nil {
			return err
		}
		var b db.Batch
		trail := NewTrail(m.IDs, by, m.Clock.Now())
		if err := fn(tx, &v, &b, trail); err != nil {
			return err
		}
		if trail.Len() == 0 {
			out = v
			return nil
		}
		Touch(&b, h, trail.at)
		if err := trail.Queue(&b); err != nil {
			return err
		}
		finish := queueMember(&b, h, &out)
		if err := tx.Run(ctx, &b); err != nil {
			return err
		}
		out, err = finish()
		return err
	})
	return out, err
}

func (m *Members) update(ctx context.Context, q db.Q, rules *Rules, v *Member, p Patch, b *db.Batch, trail *Trail) error {
	was := v.Profile
	was.Custom = maps.Clone(v.Profile.Custom)
	is := &v.Profile
	var f form
	touched := f.apply(is, p.Set)
	fields, err := CustomFields(ctx, q)
	if err != nil {
		return err
	}
	f.profile(is, trail.at)
	f.custom(fields, is.Custom, touched)
	for _, field := range rules.Mandatory {
		if _, named := p.Set[field]; named && !rules.filled(field, is, nil) {
			f.add(string(field), mandatory())
		}
	}
	var tags []string
	if p.Tags != nil {
		tags = f.tags(*p.Tags)
	}
	var groups []id.ID
	if p.Groups != nil {
		groups = slices.Compact(slices.Sorted(slices.Values(*p.Groups)))
		if len(groups) > MaxGroups {
			f.add("groups", tooMany(MaxGroups))
		}
	}
	var relatives []Relative
	if p.Relatives != nil {
		relatives = slices.Clone(*p.Relatives)
		f.relatives(relatives, trail.at)
		f.sameRelatives(relatives, v.Relatives)
	}
	if err := f.err(); err != nil {
		return err
	}
	if is.Category != was.Category && is.Category != 0 {
		if err := needCategory(ctx, q, is.Category); err != nil {
			return err
		}
	}
	for _, g := range groups {
		if slices.Contains(v.Groups, g) {
			continue // it may have been put away since
		}
		if err := needGroup(ctx, q, g); err != nil {
			return err
		}
	}
	if err := queueProfile(b, trail, v, &was); err != nil {
		return err
	}
	if p.Groups != nil {
		queueGroups(b, trail, v, groups)
	}
	if p.Tags != nil {
		queueTags(b, trail, v, tags)
	}
	if p.Relatives != nil {
		m.queueRelatives(b, trail, v, relatives)
	}
	return nil
}

// apply puts new values into a profile and tells which own fields they name.
func (f *form) apply(p *Profile, set map[Field]string) map[string]bool {
	touched := map[string]bool{}
	for field, value := range set {
		if key, own := strings.CutPrefix(string(field), CustomPrefix); own {
			p.Custom[key], touched[key] = value, true
			continue
		}
		if field == FieldCategory {
			f.category(p, value)
			continue
		}
		at := slices.IndexFunc(profileFields, func(pf profileField) bool { return pf.name == field })
		if at < 0 {
			f.add(string(field), &fault.Field{Code: "member.bad-field"})
			continue
		}
		*profileFields[at].at(p) = value
	}
	return touched
}

func (f *form) category(p *Profile, value string) {
	if p.Category = 0; value == "" {
		return
	}
	i, err := id.Parse(value)
	if err != nil {
		f.add(string(FieldCategory), &fault.Field{Code: "id.invalid"})
	}
	p.Category = i
}

// queueProfile writes a changed profile.
func queueProfile(b *db.Batch, trail *Trail, v *Member, was *Profile) error {
	is, before := &v.Profile, trail.Len()
	for i := range profileFields {
		pf := &profileFields[i]
		trail.Add(v.Home, pf.name, *pf.at(was), *pf.at(is))
	}
	trail.Add(v.Home, FieldCategory, idText(was.Category), idText(is.Category))
	keys := slices.Sorted(maps.Keys(is.Custom))
	for key := range was.Custom {
		if _, still := is.Custom[key]; !still {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		trail.Add(v.Home, Field(CustomPrefix+key), was.Custom[key], is.Custom[key])
	}
	if trail.Len() == before {
		return nil
	}
	custom, err := customText(is.Custom)
	if err != nil {
		return err
	}
	b.Exec(qUpdateMember, profileArgs([]any{v.Home, folded(is), db.N(is.Category), custom}, is)...)
	return nil
}

// tags tidies a list of tags and drops those that say the same.
func (f *form) tags(list []string) []string {
	if len(list) > MaxTags {
		f.add("tags", tooMany(MaxTags))
		return nil
	}
	out := make([]string, 0, len(list))
	seen := map[string]bool{}
	for i, tag := range list {
		f.needed(pathOf("tags", i), &tag, MaxTag)
		if key := text.Fold(tag); !seen[key] {
			seen[key] = true
			out = append(out, tag)
		}
	}
	return out
}

func queueTags(b *db.Batch, trail *Trail, v *Member, tags []string) {
	now := map[string]string{}
	for _, tag := range tags {
		now[text.Fold(tag)] = tag
	}
	for _, tag := range v.Tags {
		if _, still := now[text.Fold(tag)]; !still {
			b.Exec(qRemoveTag, v.Home, text.Fold(tag))
		}
	}
	for key, tag := range now {
		if !slices.Contains(v.Tags, tag) {
			b.Exec(qPutTag, v.Home, key, tag)
		}
	}
	sorted := slices.SortedFunc(maps.Values(now), func(a, c string) int { return strings.Compare(text.Fold(a), text.Fold(c)) })
	trail.Add(v.Home, FieldTags, strings.Join(v.Tags, ", "), strings.Join(sorted, ", "))
}

func queueGroups(b *db.Batch, trail *Trail, v *Member, groups []id.ID) {
	for _, g := range v.Groups {
		if !slices.Contains(groups, g) {
			b.Exec(qOutOfGroup, v.Home, g)
			trail.Add(v.Home, FieldGroup, idText(g), "")
		}
	}
	for _, g := range groups {
		if !slices.Contains(v.Groups, g) {
			b.Exec(qPutInGroup, v.Home, g, trail.at)
			trail.Add(v.Home, FieldGroup, "", idText(g))
		}
	}
}

// sameRelatives refuses ids that are none of the member's relatives.
func (f *form) sameRelatives(list, had []Relative) {
	for i := range list {
		i0 := list[i].ID
		if i0 == 0 {
			continue
		}
		known := slices.ContainsFunc(had, func(o Relative) bool { return o.ID == i0 })
		twice := slices.IndexFunc(list, func(o Relative) bool { return o.ID == i0 }) < i
		if !known || twice {
			f.add(pathOf("relatives", i)+".id", &fault.Field{Code: "member.bad-relative"})
		}
	}
}

func (m *Members) queueRelatives(b *db.Batch, trail *Trail, v *Member, list []Relative) {
	for _, o := range v.Relatives {
		if !slices.ContainsFunc(list, func(n Relative) bool { return n.ID == o.ID }) {
			b.Exec(qRemoveRelative, v.Home, o.ID)
			trail.Add(v.Home, FieldRelative, o.text(), "")
		}
	}
	for _, n := range list {
		was := ""
		if at := slices.IndexFunc(v.Relatives, func(o Relative) bool { return o.ID == n.ID }); at >= 0 {
			was = v.Relatives[at].text()
		} else {
			n.ID = m.IDs.New()
		}
		if was != n.text() {
			b.Exec(qPutRelative, v.Home, n.ID, n.Kind, n.Name, n.BirthDate)
			trail.Add(v.Home, FieldRelative, was, n.text())
		}
	}
}

// text is how a relative stands in the audit trail.
func (r *Relative) text() string { return strings.TrimSpace(r.Kind + " " + r.BirthDate + " " + r.Name) }
