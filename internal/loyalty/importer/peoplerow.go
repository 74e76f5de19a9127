package importer

import (
	"strings"
	"time"
	"unicode/utf8"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/formula"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// cell is what the row has of a field.
func (c *peopleColumns) cell(cells []string, field string) string {
	at, ok := c.at[field]
	if !ok || at >= len(cells) {
		return ""
	}
	return strings.TrimSpace(formula.Unplain(strings.TrimSpace(cells[at])))
}

// badCell is what is wrong with one cell of a row.
type badCell struct {
	field string
	why   *fault.Error
}

// parse understands a row, or tells all that is wrong with it.
func (p *peopleParser) parse(no int64, cells []string) (*person, []badCell) {
	for field, at := range p.at {
		if at < len(cells) && !utf8.ValidString(cells[at]) {
			return nil, []badCell{{field, fault.New(fault.Invalid, "importer.encoding", "column", p.names[field])}}
		}
	}
	one := &person{No: no, Card: p.cell(cells, asCard), In: member.Registration{Profile: member.Profile{Custom: map[string]string{}}}}
	var bad []badCell
	for _, k := range finders {
		v := p.cell(cells, string(k))
		if v == "" {
			continue
		}
		ref, err := member.Normalise(k, v, p.region)
		if fault.Is(err, "member.bad-identifier") {
			err = fault.New(fault.Invalid, "importer.identifier", "value", shown(v))
		}
		if err != nil {
			bad = append(bad, badCell{string(k), fault.From(err)})
			continue
		}
		one.Refs = append(one.Refs, ref)
		one.In.Identifiers = append(one.In.Identifiers, member.NewIdentifier{Kind: k, Value: v, Main: true})
	}
	if len(one.Refs) == 0 && len(bad) == 0 {
		bad = append(bad, badCell{"", fault.New(fault.Invalid, "importer.unfound")})
	}
	if bad = append(bad, p.profile(&one.In, cells)...); len(bad) > 0 {
		return nil, bad
	}
	return one, nil
}

// profile reads what a row tells of a person, and tells which cells can't be read.
func (p *peopleParser) profile(in *member.Registration, cells []string) (bad []badCell) {
	pr := &in.Profile
	pr.Surname, pr.Name, pr.Patronymic = p.cell(cells, string(member.FieldSurname)), p.cell(cells, string(member.FieldName)), p.cell(cells, string(member.FieldPatronymic))
	if full := strings.Fields(p.cell(cells, asFullName)); len(full) > 0 && pr.Surname+pr.Name+pr.Patronymic == "" {
		pr.Surname = full[0]
		if len(full) > 1 {
			pr.Name, pr.Patronymic = full[1], strings.Join(full[2:], " ")
		}
	}
	pr.Address.City, pr.Address.Street = p.cell(cells, string(member.FieldAddressCity)), p.cell(cells, string(member.FieldAddressStreet))
	pr.Comment, pr.Language = p.cell(cells, string(member.FieldComment)), languageOf(p.cell(cells, string(member.FieldLanguage)))
	bad = p.ownFields(pr, cells)
	in.Tags = words(p.cell(cells, string(member.FieldTags)))
	read := func(field, code string, take func(v string) bool) {
		if v := p.cell(cells, field); v != "" && !take(v) {
			bad = append(bad, badCell{field, fault.New(fault.Invalid, code, "value", shown(v))})
		}
	}
	read(asGroup, "importer.group", func(v string) bool {
		group, ok := p.groups[text.Fold(v)]
		in.Groups = []id.ID{group}
		return ok
	})
	read(string(member.FieldSex), "importer.sex", func(v string) (ok bool) {
		pr.Sex, ok = sexOf(v)
		return ok
	})
	read(string(member.FieldBirthDate), "importer.day", func(v string) bool {
		day, ok := p.day(v)
		pr.BirthDate = day.Format(time.DateOnly)
		return ok
	})
	read(asRegistered, "importer.day", func(v string) bool {
		day, ok := p.day(v)
		in.At = clock.Of(day)
		return ok && day.Year() >= firstYear && in.At <= p.now
	})
	return bad
}

// day reads a day in any of the map's formats; a time behind it is let go.
func (p *peopleParser) day(s string) (time.Time, bool) {
	first, _, _ := strings.Cut(s, " ")
	for _, layout := range p.days.layouts {
		if t, ok := p.days.parse(layout, first); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

// sexOf reads how files write it.
func sexOf(s string) (string, bool) {
	switch text.Fold(s) {
	case "m", "male", "м", "муж", "муж.", "мужской", "мужчина":
		return member.Male, true
	case "f", "female", "ж", "жен", "жен.", "женский", "женщина":
		return member.Female, true
	}
	return "", false
}

// languageOf reads how files write it; what it does not know is refused later.
func languageOf(s string) string {
	switch s = text.Fold(s); s {
	case "русский", "russian":
		return string(i18n.RU)
	case "английский", "english":
		return string(i18n.EN)
	}
	return s
}

// words are the parts of a text between commas or semicolons.
func words(s string) (out []string) {
	for _, w := range strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ';' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
