package admin

import (
	"maps"
	"slices"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/i18n"
)

// line is one field of a member's form: its name is the field's, so that what is
// wrong with it is found by the path of the fault.
type line struct {
	name   member.Field
	label  string
	day    bool  // typed and shown as days are here
	number *page // in whose writing a decimal is typed and shown; nil: it is none
	aside  bool  // few need it: it is folded
	picked bool  // one of what there is now; it may have been one of more
	more   []func(*kit.Field)
}

// in is the line as a form shows it.
func (l *line) in(f *form) kit.Field { return f.labelled(string(l.name), l.label, l.more...) }

// unfolded are the fields of lines as a form shows them, and those that are folded.
func unfolded(f *form, lines []line) (seen, aside []kit.Field) {
	for i := range lines {
		if v := lines[i].in(f); lines[i].aside {
			aside = append(aside, v)
		} else {
			seen = append(seen, v)
		}
	}
	return seen, aside
}

// typed is what was typed into it, as it is stored.
func (l *line) typed(f *form) string {
	v := f.get(string(l.name))
	if l.day {
		v = dayTyped(v)
	}
	if l.number != nil {
		v = l.number.plain(v)
	}
	return v
}

// shown is a stored value as it is typed.
func (l *line) shown(v string) string {
	if l.day {
		v = dayShown(v)
	}
	if l.number != nil {
		v = l.number.decimalSaid(v)
	}
	return v
}

// usual are the fields of a profile that every form has, in their order.
var usual = []member.Field{
	member.FieldSurname, member.FieldName, member.FieldPatronymic, member.FieldBirthDate, member.FieldSex, member.FieldAddressCity, member.FieldComment,
}

// folded are the others, and those of them that only who may see contacts does.
var (
	folded = []member.Field{
		member.FieldLanguage, member.FieldCategory, member.FieldAddressPostcode, member.FieldAddressStreet, member.FieldAddressHouse, member.FieldAddressFlat, member.FieldAddressType,
	}
	foldedPersonal = []member.Field{
		member.FieldDocumentType, member.FieldDocumentSeries, member.FieldDocumentNumber, member.FieldDocumentIssuedBy, member.FieldDocumentIssuedOn, member.FieldDocumentCitizenship,
		member.FieldCodeWord,
	}
)

// hides tells whether a field is personal and the reader may not see contacts.
func (p *page) hides(f member.Field) bool {
	return slices.Contains(foldedPersonal, f) && !p.can(staff.MembersContacts)
}

// profileLines are the fields of a profile that are asked for: the usual, what the
// organization's rules want besides, its own, and, folded, all others.
//
// Who may not see contacts is asked for what is personal only of a new member.
func (p *page) profileLines(known bool) ([]line, error) {
	mandatory := p.Rules().Mandatory
	var out []line
	there := func(f member.Field) bool {
		return f == member.FieldPhone || f == member.FieldEmail || slices.ContainsFunc(out, func(l line) bool { return l.name == f })
	}
	for _, f := range slices.Concat(usual, mandatory) {
		if there(f) || known && p.hides(f) {
			continue
		}
		l := p.profileLine(f)
		if slices.Contains(mandatory, f) {
			l.more = append(l.more, needed)
		}
		out = append(out, l)
	}
	for _, f := range slices.Concat(folded, foldedPersonal) {
		if !there(f) && !p.hides(f) {
			l := p.profileLine(f)
			l.aside = true
			out = append(out, l)
		}
	}
	own, err := member.CustomFields(p.ctx(), p.DB)
	for i := range own {
		if own[i].Active {
			out = append(out, p.ownLine(&own[i]))
		}
	}
	return out, err
}

func (p *page) profileLine(f member.Field) line {
	l := line{name: f, label: p.changeName(f)}
	switch f {
	case member.FieldSurname, member.FieldName, member.FieldPatronymic:
		l.more = append(l.more, most(member.MaxName))
	case member.FieldBirthDate, member.FieldDocumentIssuedOn:
		l.asDay(p)
	case member.FieldSex:
		l.more = append(l.more, p.oneOf(kit.Option{Value: member.Male, Text: p.text("segment.value.sex.male")}, kit.Option{Value: member.Female, Text: p.text("segment.value.sex.female")}))
	case member.FieldLanguage:
		l.more = append(l.more, p.oneOf(kit.Option{Value: "ru", Text: p.langName(i18n.RU)}, kit.Option{Value: "en", Text: p.langName(i18n.EN)}))
	case member.FieldCategory:
		var options []kit.Option
		categories := p.names().categories
		for _, i := range slices.SortedFunc(maps.Keys(categories), func(a, b string) int { return strings.Compare(categories[a], categories[b]) }) {
			options = append(options, kit.Option{Value: i, Text: categories[i]})
		}
		l.picked = true
		l.more = append(l.more, p.oneOf(options...))
	case member.FieldComment:
		l.more = append(l.more, rows(3), most(member.MaxComment))
	default:
		l.more = append(l.more, most(member.MaxLine))
	}
	return l
}

// langNamed is the name of a language that a member has chosen; "": none.
func (p *page) langNamed(l string) string {
	if l == "" {
		return ""
	}
	return p.langName(i18n.Lang(l))
}

// asDay lets a line be typed as days are.
func (l *line) asDay(p *page) {
	l.day = true
	l.more = append(l.more, narrow, mode("numeric"), most(maxDay), func(v *kit.Field) { v.Hint = p.text("admin.hint.birth-date") })
}

// oneOf offers options, of which none need be chosen.
func (p *page) oneOf(options ...kit.Option) func(*kit.Field) {
	return func(v *kit.Field) {
		all := append([]kit.Option{{Text: p.text("admin.member.not-told")}}, options...)
		if !slices.ContainsFunc(all, func(o kit.Option) bool { return o.Value == v.Value }) {
			all = append(all, kit.Option{Value: v.Value, Text: v.Value}) // it was offered once
		}
		of(all...)(v)
	}
}

// ownLine is a field that the organization has added.
func (p *page) ownLine(c *member.CustomField) line {
	l := line{name: member.Field(member.CustomPrefix + c.Key), label: p.inLang(c.LabelRU, c.LabelEN)}
	switch c.Kind {
	case member.CustomNumber:
		l.number = p
		l.more = append(l.more, narrow, mode("decimal"), most(member.MaxShort))
	case member.CustomDate:
		l.asDay(p)
	case member.CustomBool:
		l.more = append(l.more, p.oneOf(p.ownOptions(c)...))
	case member.CustomChoice:
		l.picked = true
		l.more = append(l.more, p.oneOf(p.ownOptions(c)...))
	default:
		l.more = append(l.more, most(member.MaxCustomValue))
	}
	if c.Required {
		l.more = append(l.more, needed)
	}
	return l
}
