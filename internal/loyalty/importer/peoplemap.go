package importer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/formula"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/text"
)

// PeopleMap says which column of a file is which field of a member. It is the
// YAML file of docs/import.md.
type PeopleMap struct {
	File    FileMap           `yaml:"file"`
	Dates   []string          `yaml:"dates"`   // formats of days: DD.MM.YYYY and the like, excel
	Columns map[string]string `yaml:"columns"` // by field; empty: guessed by the columns' names
}

// NewPeopleMap is a map by which everything is found out.
func NewPeopleMap() *PeopleMap {
	return &PeopleMap{
		File: FileMap{Delimiter: auto, Encoding: auto, Decimal: ".", Header: 1}, Dates: []string{"YYYY-MM-DD", "DD.MM.YYYY", "DD/MM/YYYY", layoutExcel},
	}
}

// LoadPeopleMap reads a map and checks it; an unknown key is an error.
func LoadPeopleMap(name string) (*PeopleMap, error) {
	f, err := os.Open(filepath.Clean(name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "importer.no-file", "file", name)
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "importer.unreadable", "file", name)
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxMap+1))
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "importer.map-yaml")
	}
	if len(content) > maxMap {
		return nil, fault.New(fault.TooLarge, "importer.map-large", "most", maxMap)
	}
	m := NewPeopleMap()
	d := yaml.NewDecoder(bytes.NewReader(content))
	d.KnownFields(true)
	if err := d.Decode(m); err != nil && !errors.Is(err, io.EOF) {
		return nil, badMap(err)
	}
	return m, m.Check()
}

// Check refuses a map that can be of no file, and names all that is wrong.
func (m *PeopleMap) Check() error {
	c := &mapCheck{}
	c.file(&m.File)
	for _, f := range m.Dates {
		if _, err := layoutOf(f); err != nil {
			c.wrong("dates", "importer.map-format")
		}
	}
	for field := range m.Columns {
		c.one("columns", strings.SplitAfter(field, CustomPrefix)[0], append(PeopleFields(), CustomPrefix)...)
	}
	if len(c.fields) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "importer.map-wrong").With(c.fields...)
}

// CustomPrefix begins the names of the organization's own fields in a map; their
// keys stand behind it.
const CustomPrefix = "custom."

// What is no field of a profile and may be a column all the same.
const (
	asFullName   = "full_name" // surname, name, patronymic
	asCard       = "card"      // the number of the plastic that he has
	asGroup      = "group"     // the name of one that is there
	asRegistered = "registered"
)

// finders are the kinds of identifiers that a file may have: one of them at
// least, by which a row's member is found again.
var finders = []member.Kind{member.External, member.Phone, member.Email}

// peopleWords are what columns are called in files, folded, by their fields.
func peopleWords() map[string][]string {
	return map[string][]string{
		string(member.FieldExternal):      {"external", "external id", "id", "код", "код клиента", "внешний код", "внешний id", "ид"},
		string(member.FieldPhone):         {"phone", "phone number", "mobile", "mobile phone", "tel", "телефон", "номер телефона", "мобильный", "мобильный телефон", "тел"},
		string(member.FieldEmail):         {"email", "e-mail", "mail", "e-mail address", "почта", "эл. почта", "электронная почта", "емейл"},
		asFullName:                        {"full name", "fio", "фио", "ф.и.о.", "полное имя", "клиент", "участник", "member", "customer"},
		string(member.FieldSurname):       {"surname", "last name", "lastname", "family name", "фамилия"},
		string(member.FieldName):          {"name", "first name", "firstname", "given name", "имя"},
		string(member.FieldPatronymic):    {"patronymic", "middle name", "отчество"},
		string(member.FieldBirthDate):     {"birth date", "birthdate", "birthday", "date of birth", "dob", "дата рождения", "день рождения", "др"},
		string(member.FieldSex):           {"sex", "gender", "пол"},
		string(member.FieldLanguage):      {"language", "lang", "язык"},
		string(member.FieldAddressCity):   {"city", "town", "город"},
		string(member.FieldAddressStreet): {"street", "улица"},
		string(member.FieldComment):       {"comment", "note", "notes", "комментарий", "примечание"},
		string(member.FieldTags):          {"tags", "tag", "labels", "теги", "тег", "метки"},
		asCard:                            {"card", "card number", "card no", "карта", "номер карты", "№ карты", "карта лояльности", "штрихкод карты"},
		asGroup:                           {"group", "группа"},
		asRegistered:                      {"registered", "registered on", "registration date", "created", "дата регистрации", "зарегистрирован", "регистрация"},
	}
}

// PeopleFields lists what a column may be, but for the organization's own
// fields, which are custom.<key>.
func PeopleFields() []string { return slices.Sorted(maps.Keys(peopleWords())) }

// GuessPeople guesses by the names of columns which field each is, in Russian
// and English; "" is one that says nothing. An own field is known by its labels and
// by its key. Several may be guessed to be the same.
func GuessPeople(head []string, own []member.CustomField) []string {
	out := make([]string, len(head))
	all := peopleWords()
	for i, h := range head {
		name := columnWords(formula.Unplain(strings.TrimSpace(h)))
		var may []string
		for _, field := range PeopleFields() {
			if slices.ContainsFunc(all[field], func(w string) bool { return text.Fold(w) == name }) {
				may = append(may, field)
			}
		}
		for k := range own {
			if c := &own[k]; c.Active && name != "" && slices.Contains([]string{columnWords(c.LabelRU), columnWords(c.LabelEN), columnWords(c.Key)}, name) {
				may = append(may, CustomPrefix+c.Key)
			}
		}
		if len(may) > 0 { // what is called like a field that is there already is another
			free := slices.IndexFunc(may, func(field string) bool { return !slices.Contains(out[:i], field) })
			out[i] = may[max(free, 0)]
		}
	}
	return out
}

// columnWords is a column's name as it is compared.
func columnWords(name string) string { return strings.ReplaceAll(text.Fold(name), "_", " ") }

// peopleColumns are the places of fields in a file.
type peopleColumns struct {
	at    map[string]int
	names map[string]string // what the columns are called
}

// find finds the map's columns in the head, nil where the file has none, and
// names all that are missing, and those of which there is more than one.
func (m *PeopleMap) find(head []string, own []member.CustomField) (*peopleColumns, error) {
	f := finder{header: make([]string, len(head)), bare: head == nil}
	for i, h := range head {
		f.header[i] = text.Fold(strings.TrimSpace(h))
	}
	c := &peopleColumns{at: map[string]int{}, names: map[string]string{}}
	if len(m.Columns) == 0 {
		c.guess(&f, head, own)
	}
	for _, field := range slices.Sorted(maps.Keys(m.Columns)) {
		c.at[field], c.names[field] = f.column("columns."+field, m.Columns[field]), m.Columns[field]
	}
	if err := f.fault(head); err != nil {
		return nil, err
	}
	if !HasFinder(maps.Keys(c.at)) {
		return nil, fault.New(fault.Invalid, "importer.no-finder", "columns", headShown(head))
	}
	return c, nil
}

// guess takes the columns by their names. Of two that are both a field nobody
// knows which is meant.
func (c *peopleColumns) guess(f *finder, head []string, own []member.CustomField) {
	for i, field := range GuessPeople(head, own) {
		if field == "" {
			continue
		}
		if other, taken := c.names[field]; taken {
			f.twice = append(f.twice, fault.Field{Path: "columns." + field, Code: "importer.field-twice", Args: fault.Pairs("columns", clean(other+" | "+head[i]))})
			continue
		}
		c.at[field], c.names[field] = i, head[i]
	}
}

// HasFinder tells whether a row's member is found again by any of the fields.
func HasFinder(fields iter.Seq[string]) bool {
	for f := range fields {
		if slices.Contains(finders, member.Kind(f)) {
			return true
		}
	}
	return false
}

// ofField is the column that the place of a fault is about; "": none is.
func (c *peopleColumns) ofField(path string) string {
	name, _, _ := strings.Cut(path, "[")
	if at, ok := c.names[name]; ok {
		return at
	}
	if slices.Contains([]string{string(member.FieldSurname), string(member.FieldName), string(member.FieldPatronymic)}, name) {
		return c.names[asFullName]
	}
	return ""
}

// peopleParser understands rows of members.
type peopleParser struct {
	*peopleColumns
	days  moments
	sheet bool // of a workbook
	// russian tells by the columns' names that numbers are written as in Russian.
	russian bool
	own     map[string]*member.CustomField
	groups  map[string]id.ID // by folded names
	region  string
	now     clock.Micros
}

func (im *Importer) parser(ctx context.Context, m *PeopleMap, columns *peopleColumns, own []member.CustomField, region string, sheet bool) (*peopleParser, error) {
	p := &peopleParser{
		peopleColumns: columns, region: region, now: im.Clock.Now(), groups: map[string]id.ID{}, days: moments{zone: time.UTC},
		sheet: sheet, own: map[string]*member.CustomField{},
	}
	for i := range own {
		p.own[own[i].Key] = &own[i]
	}
	for _, name := range columns.names {
		p.russian = p.russian || strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
	}
	for _, f := range m.Dates {
		layout, err := layoutOf(f)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "importer.map-format")
		}
		if layout != layoutExcel || sheet {
			p.days.layouts = append(p.days.layouts, layout)
		}
	}
	list, err := member.Groups(ctx, im.DB)
	for _, g := range list {
		if g.Active {
			p.groups[text.Fold(g.Name)] = g.ID
		}
	}
	return p, err
}
