package importer

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/text"
)

// ownFields reads what a row tells of the organization's own fields, and tells
// which cells can't be read.
func (p *peopleParser) ownFields(pr *member.Profile, cells []string) (bad []badCell) {
	for _, field := range slices.Sorted(maps.Keys(p.at)) {
		key, own := strings.CutPrefix(field, CustomPrefix)
		v := p.cell(cells, field)
		if !own || v == "" {
			continue
		}
		if c := p.own[key]; c != nil {
			var wrong *fault.Error
			if v, wrong = p.ownValue(c, v); wrong != nil {
				bad = append(bad, badCell{field, wrong})
				continue
			}
		}
		pr.Custom[key] = v // of a field that is no more it is refused where he is registered
	}
	return bad
}

// ownValue is a value as people and the program's own files write it, in the form
// in which the field keeps it.
func (p *peopleParser) ownValue(c *member.CustomField, s string) (string, *fault.Error) {
	v := s
	switch c.Kind {
	case member.CustomNumber:
		v = p.ownNumber(s)
	case member.CustomDate:
		if day, ok := p.day(s); ok {
			v = day.Format(time.DateOnly)
		}
	case member.CustomBool:
		if yes, ok := yesNo(s); ok {
			v = strconv.FormatBool(yes)
		}
	case member.CustomChoice:
		v = choiceOf(c, s)
	case member.CustomText:
	}
	value, wrong := c.Canonical(v)
	if wrong == nil {
		return value, nil
	}
	switch wrong.Code {
	case "member.bad-number", "member.number-size":
		return "", fault.New(fault.Invalid, "importer.number", "value", shown(s))
	case "member.doubtful-number":
		return "", fault.New(fault.Invalid, "importer.number-doubtful", "value", shown(s))
	case "member.bad-date":
		return "", fault.New(fault.Invalid, "importer.date", "value", shown(s))
	case "member.bad-bool":
		return "", fault.New(fault.Invalid, "importer.yes-no", "value", shown(s))
	case "member.bad-choice":
		return "", fault.New(fault.Invalid, "importer.choice", "value", shown(s))
	}
	return v, nil // refused where he is registered
}

// english is a number whose commas can't be but between thousands.
var english = regexp.MustCompile(`^-?[1-9]\d{0,2}((,\d{3})+\.\d+|(,\d{3}){2,})$`)

// ownNumber is a number without what stands between its thousands. One of a
// workbook is binary: what it has beyond a price's decimals is noise.
func (p *peopleParser) ownNumber(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
	if english.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	if p.russian { // its comma is the point of decimals, whatever stands behind it
		s = strings.Replace(s, ",", ".", 1)
	}
	if !p.sheet {
		return s
	}
	v, rounded, err := money.ParseDecimal(s, priceScale, money.HalfUp)
	if err != nil || !rounded && !strings.ContainsAny(s, "eE") {
		return s
	}
	const million = 1_000_000
	sign := ""
	if v < 0 {
		sign, v = "-", -v
	}
	whole, parts := strconv.FormatInt(v/million, 10), strconv.FormatInt(million+v%million, 10)
	return sign + whole + "." + parts[1:]
}

// yesNo reads how files write it.
func yesNo(s string) (yes, ok bool) {
	switch text.Fold(s) {
	case "да", "д", "yes", "y", "true", "истина", "1":
		return true, true
	case "нет", "н", "no", "n", "false", "ложь", "0":
		return false, true
	}
	return false, false
}

// choiceOf is the key of the choice that is labelled so, in either language; a
// key stays.
func choiceOf(c *member.CustomField, s string) string {
	folded := text.Fold(s)
	for i := range c.Choices {
		if x := &c.Choices[i]; text.Fold(x.LabelRU) == folded || text.Fold(x.LabelEN) == folded {
			return x.Key
		}
	}
	for i := range c.Choices {
		if c.Choices[i].Key == folded {
			return c.Choices[i].Key
		}
	}
	return s
}
