package purchase

import (
	"context"

	"kopilka/internal/loyalty/card"
	"kopilka/internal/loyalty/home"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// facts are what rules look at of members beside their accounts. A home that
// no rule asks anything of costs no statement.
type facts struct {
	wanted  map[home.ID]rule.Needs
	members map[home.ID]*member.Facts
	cards   map[home.ID][]id.ID
}

// want asks for what a programme's rules look at of a member.
func (f *facts) want(h home.ID, n rule.Needs) {
	if n == 0 || h.Kind() != home.Member {
		return
	}
	if f.wanted == nil {
		f.wanted = map[home.ID]rule.Needs{}
	}
	f.wanted[h] |= n
}

// read adds to the batch what reads all that was asked.
func (f *facts) read(b *db.Batch, dialect db.Dialect) {
	if len(f.wanted) == 0 {
		return
	}
	f.members, f.cards = map[home.ID]*member.Facts{}, map[home.ID][]id.ID{}
	var of member.FactsWanted
	var cards []home.ID
	for h, n := range f.wanted {
		for _, x := range []struct {
			need rule.Needs
			list *[]home.ID
		}{
			{rule.NeedProfile, &of.Profile},
			{rule.NeedGroups, &of.Groups},
			{rule.NeedTags, &of.Tags},
			{rule.NeedRelatives, &of.Relatives},
			{rule.NeedCards, &cards},
		} {
			if n&x.need != 0 {
				*x.list = append(*x.list, h)
			}
		}
	}
	member.ReadFacts(b, dialect, &of, f.members)
	card.TypesInUse(b, dialect, cards, f.cards)
}

// tell gives the rules of a programme what they look at, and nothing else: it
// is written into the receipt's document.
func (f *facts) tell(p *rule.Programme, h home.ID, m *rule.Member) {
	if p.LooksAt(rule.FieldCardType) {
		m.CardTypes = f.cards[h]
	}
	v := f.members[h]
	if v == nil {
		return
	}
	give(p, rule.FieldSex, &m.Sex, v.Sex)
	give(p, rule.FieldCity, &m.City, v.City)
	give(p, rule.FieldCategory, &m.Category, v.Category)
	give(p, rule.FieldSource, &m.Source, v.Source)
	give(p, rule.FieldMemberGroup, &m.Groups, v.Groups)
	give(p, rule.FieldTag, &m.Tags, v.Tags)
	give(p, rule.FieldRelative, &m.Relatives, v.Relatives)
	give(p, rule.FieldAge, &m.Birth, v.BirthDate)
	give(p, rule.FieldBirthday, &m.Birth, v.BirthDate)
	if p.LooksAt(rule.FieldRegistered) {
		m.RegisteredDay = p.Day(v.RegisteredAt)
	}
	for key, w := range v.Custom {
		if p.LooksAt(rule.Field(rule.CustomField + key)) {
			if m.Custom == nil {
				m.Custom = map[string]string{}
			}
			m.Custom[key] = w
		}
	}
}

func give[T any](p *rule.Programme, f rule.Field, to *T, v T) {
	if p.LooksAt(f) {
		*to = v
	}
}

// factsOf reads what the programme's rules look at of a quote's buyer.
func (d *Desk) factsOf(ctx context.Context, s *sale) (*facts, error) {
	f := &facts{}
	f.want(s.home, s.programme.Needs())
	b := &db.Batch{}
	f.read(b, d.DB.Dialect())
	if b.Len() == 0 {
		return f, nil
	}
	return f, d.DB.Run(ctx, b)
}
