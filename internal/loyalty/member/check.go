package member

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
)

// form collects all that is wrong with what was sent.
type form struct{ fields []fault.Field }

func (f *form) add(path string, wrong *fault.Field) {
	if wrong != nil {
		wrong.Path = path
		f.fields = append(f.fields, *wrong)
	}
}

func (f *form) err() error {
	if len(f.fields) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, "member.invalid").With(f.fields...)
}

// line tidies a text of one line in place and checks its length.
func (f *form) line(path string, s *string, max int) {
	v, wrong := checkLine(*s)
	if wrong == nil && utf8.RuneCountInString(v) > max {
		wrong = tooLong(max)
	}
	*s = v
	f.add(path, wrong)
}

// needed is line for a text that must not be empty.
func (f *form) needed(path string, s *string, max int) {
	if f.line(path, s, max); *s == "" {
		f.add(path, mandatory())
	}
}

func pathOf(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

func tooLong(max int) *fault.Field {
	return &fault.Field{Code: "member.too-long", Args: fault.Pairs("max", max)}
}

func tooMany(max int) *fault.Field {
	return &fault.Field{Code: "member.too-many", Args: fault.Pairs("max", max)}
}

func mandatory() *fault.Field { return &fault.Field{Code: "member.mandatory"} }

// checkLine puts a text into one form (NFC, single blanks, nothing unseen).
func checkLine(s string) (string, *fault.Field) {
	if !utf8.ValidString(s) {
		return "", &fault.Field{Code: "member.bad-text"}
	}
	s = strings.Join(strings.Fields(strings.Map(visible, norm.NFC.String(s))), " ")
	if strings.ContainsFunc(s, unicode.IsControl) {
		return s, &fault.Field{Code: "member.bad-text"}
	}
	return s, nil
}

// checkLines is checkLine for a text that may have several lines.
func checkLines(s string) (string, *fault.Field) {
	if !utf8.ValidString(s) {
		return "", &fault.Field{Code: "member.bad-text"}
	}
	s = strings.ReplaceAll(strings.TrimSpace(strings.Map(visible, norm.NFC.String(s))), "\r\n", "\n")
	if strings.ContainsFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }) {
		return s, &fault.Field{Code: "member.bad-text"}
	}
	return s, nil
}

// visible drops what shows nothing or turns the text around: it comes along
// when a text is pasted and makes two texts that look alike differ. U+200C and
// U+200D join letters and emoji and stay.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' {
		return -1
	}
	return r
}

const dateLayout = "2006-01-02"

// checkDate takes a date of a person's life: not before 1900.
func checkDate(s string) (string, *fault.Field) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		return s, &fault.Field{Code: "member.bad-date"}
	}
	if t.Year() < 1900 {
		return s, &fault.Field{Code: "member.date-early"}
	}
	return s, nil
}

// notLater refuses a date that has come nowhere on Earth yet.
func notLater(date string, now clock.Micros) *fault.Field {
	if date > now.Add(14*time.Hour).Time().Format(dateLayout) {
		return &fault.Field{Code: "member.date-ahead"}
	}
	return nil
}

func checkSex(s string) (string, *fault.Field) {
	switch s {
	case "", Male, Female:
		return s, nil
	}
	return s, &fault.Field{Code: "member.bad-sex"}
}

func checkLanguage(s string) (string, *fault.Field) {
	if s == "" {
		return s, nil
	}
	for _, lang := range i18n.Langs() {
		if s == string(lang) {
			return s, nil
		}
	}
	return s, &fault.Field{Code: "member.bad-language"}
}

// profile tidies a profile in place and tells what is wrong with it.
func (f *form) profile(p *Profile, now clock.Micros) {
	for i := range profileFields {
		pf := &profileFields[i]
		at := pf.at(p)
		check := pf.check
		if check == nil {
			check = checkLine
		}
		v, wrong := check(*at)
		if wrong == nil && utf8.RuneCountInString(v) > pf.max {
			wrong = tooLong(pf.max)
		}
		if wrong == nil && (pf.name == FieldBirthDate || pf.name == FieldDocumentIssuedOn) {
			wrong = notLater(v, now)
		}
		*at = v
		f.add(string(pf.name), wrong)
	}
}

// relatives tidies relatives in place and tells what is wrong with them.
func (f *form) relatives(list []Relative, now clock.Micros) {
	if len(list) > MaxRelatives {
		f.add("relatives", tooMany(MaxRelatives))
		return
	}
	for i := range list {
		r := &list[i]
		path := pathOf("relatives", i)
		switch r.Kind {
		case "child", "spouse", "parent", "sibling", "other":
		default:
			f.add(path+".kind", &fault.Field{Code: "member.bad-relative"})
		}
		f.line(path+".name", &r.Name, MaxName)
		date, wrong := checkDate(r.BirthDate)
		if wrong == nil {
			wrong = notLater(date, now)
		}
		if wrong == nil && date == "" {
			wrong = mandatory()
		}
		r.BirthDate = date
		f.add(path+".birth_date", wrong)
	}
}
