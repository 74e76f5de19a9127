package importer

import (
	"strings"
	"time"
	"unicode/utf8"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// cell is what the row has of a field.
func (c *peopleColumns) cell(cells []string, field string) string {
	at, ok := c.at[field]
	if !ok || at >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[at])
}

// parse understands a row; what is wrong with it is told with the column.
func (p *peopleParser) parse(no int64, cells []string) (*person, string, *fault.Error) {
	for field, at := range p.at {
		if at < len(cells) && !utf8.ValidString(cells[at]) {
			return nil, p.names[field], fault.New(fault.Invalid, "importer.encoding", "column", p.names[field])
		}
	}
	one := &person{No: no, In: member.Registration{Profile: member.Profile{Custom: map[string]string{}}}}
	for _, k := range finders {
		v := p.cell(cells, string(k))
		if v == "" {
			continue
		}
		ref, err := member.Normalise(k, v, p.region)
		if err != nil {
			return nil, p.names[string(k)], fault.From(err)
		}
		one.Refs = append(one.Refs, ref)
		one.In.Identifiers = append(one.In.Identifiers, member.NewIdentifier{Kind: k, Value: v, Main: true})
	}
	if len(one.Refs) == 0 {
		return nil, "", fault.New(fault.Invalid, "importer.unfound")
	}
	if field, why := p.profile(&one.In, cells); why != nil {
		return nil, p.names[field], why
	}
	return one, "", nil
}

// profile reads what a row tells of a person.
func (p *peopleParser) profile(in *member.Registration, cells []string) (field string, why *fault.Error) {
	pr := &in.Profile
	pr.Surname, pr.Name, pr.Patronymic = p.cell(cells, string(member.FieldSurname)), p.cell(cells, string(member.FieldName)), p.cell(cells, string(member.FieldPatronymic))
	if full := strings.Fields(p.cell(cells, asFullName)); len(full) > 0 && pr.Surname+pr.Name+pr.Patronymic == "" {
		pr.Surname = full[0]
		if len(full) > 1 {
			pr.Name, pr.Patronymic = full[1], strings.Join(full[2:], " ")
		}
	}
	pr.Address.City, pr.Address.Street = p.cell(cells, string(member.FieldAddressCity)), p.cell(cells, string(member.FieldAddressStreet))
	pr.Comment, pr.Language = p.cell(cells, string(member.FieldComment)), strings.ToLower(p.cell(cells, string(member.FieldLanguage)))
	for field := range p.at {
		if key, own := strings.CutPrefix(field, CustomPrefix); own {
			if v := p.cell(cells, field); v != "" {
				pr.Custom[key] = v
			}
		}
	}
	in.Tags = words(p.cell(cells, string(member.FieldTags)))
	if name := p.cell(cells, asGroup); name != "" {
		group, ok := p.groups[text.Fold(name)]
		if !ok {
			return asGroup, fault.New(fault.Invalid, "member.bad-group")
		}
		in.Groups = []id.ID{group}
	}
	if v := p.cell(cells, string(member.FieldSex)); v != "" {
		var ok bool
		if pr.Sex, ok = sexOf(v); !ok {
			return string(member.FieldSex), fault.New(fault.Invalid, "importer.sex", "value", shown(v))
		}
	}
	if v := p.cell(cells, string(member.FieldBirthDate)); v != "" {
		day, ok := p.day(v)
		if !ok {
			return string(member.FieldBirthDate), fault.New(fault.Invalid, "importer.day", "value", shown(v))
		}
		pr.BirthDate = day.Format(time.DateOnly)
	}
	if v := p.cell(cells, asRegistered); v != "" {
		day, ok := p.day(v)
		if !ok || day.Year() < firstYear || clock.Of(day) > p.now {
			return asRegistered, fault.New(fault.Invalid, "importer.day", "value", shown(v))
		}
		in.At = clock.Of(day)
	}
	return "", nil
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

// words are the parts of a text between commas or semicolons.
func words(s string) (out []string) {
	for _, w := range strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ';' }) {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
