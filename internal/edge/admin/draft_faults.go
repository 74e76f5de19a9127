package admin

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/text"
)

// named is a fault of a draft that calls other parts of it, and what conditions
// look at, by their names.
func (d *drafting) named(f fault.Field) fault.Field {
	if code := map[string]string{"programme.dates": "admin.day", "programme.text-day": "admin.day", "programme.expiry-dates": "admin.year-days"}[f.Code]; code != "" {
		f.Code = code // days as they are typed here
	}
	f.Args = slices.Clone(f.Args)
	for i := range f.Args {
		a := &f.Args[i]
		word, ok := a.Value.(string)
		if !ok || word == "" {
			continue
		}
		switch a.Name {
		case "day", "from", "to":
			if day, err := time.Parse(time.DateOnly, word); err == nil {
				a.Value = i18n.Date(d.lang(), day)
			}
		case "field":
			a.Value = d.textOr("rule.field."+word, word)
		case "kind":
			a.Value = d.textOr("rule.kind."+word, word)
		case "gives":
			a.Value = d.textOr("admin.draft.only."+word, word)
		case "type":
			a.Value = d.names.call(rule.FieldType, word)
		case "types":
			a.Value = d.typesCalled(word)
		case "own":
			a.Value = d.names.OwnField(word)
		case "campaign", "level", "rule":
			a.Value = d.nameOf(a.Name, word)
		}
	}
	return f
}

// typesCalled are types of goods, as a warning lists them, by their names.
func (d *drafting) typesCalled(list string) string {
	types := strings.Split(list, ", ")
	for i, code := range types {
		types[i] = d.names.call(rule.FieldType, code)
	}
	return d.quoted(types)
}

// nameOf is the name of a campaign, a level or a rule of the draft.
func (d *drafting) nameOf(what, word string) string {
	if d.read == nil {
		return word
	}
	pr := &d.read.Programme
	lists := [][]rule.Rule{pr.Rules}
	for i := range pr.Levels {
		l := &pr.Levels[i]
		lists = append(lists, l.Rules)
		if what == "level" && text.Fold(l.ID) == text.Fold(word) {
			return cmp.Or(l.Name, word)
		}
	}
	for i := range pr.Campaigns {
		c := &pr.Campaigns[i]
		lists = append(lists, c.Rules)
		if what == "campaign" && c.ID == word {
			return cmp.Or(c.Name, word)
		}
	}
	for _, list := range lists {
		for i := range list {
			if what == "rule" && list[i].ID == word {
				return cmp.Or(list[i].Name, word)
			}
		}
	}
	return word
}
