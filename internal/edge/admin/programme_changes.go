package admin

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/spoken"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/setting"
)

// mostChanges is how many changes of a version are told one by one.
const mostChanges = 20

// changes tells how two programmes differ, in words: rules, levels and campaigns
// that came or went by what they do, values as the forms have them.
func (p *page) changes(was, is *rule.Programme, names *naming) []string {
	of := names.of
	defer func() { names.of = of }()
	list := draft.Diff(was, is, names)
	var out []string
	for i, c := range list {
		if i == mostChanges {
			out = append(out, p.text("admin.programmes.more-changes", "count", len(list)-i))
			break
		}
		line := p.way(c.Steps, names)
		last := c.Steps[len(c.Steps)-1]
		switch c.What {
		case draft.Added:
			line = "+ " + line + ": " + p.partSaid(last, c.Is, is, names)
		case draft.Removed:
			line = "− " + line + ": " + p.partSaid(last, c.Was, was, names)
		case draft.Changed:
			line += ": " + p.valueSaid(last.Key, c.Was, names) + " → " + p.valueSaid(last.Key, c.Is, names)
		case draft.Moved:
			line += ": " + p.text("programme.moved")
		}
		out = append(out, strings.TrimSuffix(line, ": "))
	}
	return out
}

// partSaid is what came or went: an item by its words, a value as it is said.
func (p *page) partSaid(at draft.Step, word string, of *rule.Programme, names *naming) string {
	if at.Item == "" {
		return p.valueSaid(at.Key, word, names)
	}
	return strings.Join(p.wordsOf(of, names, at.Item, at.ID), "; ")
}

// valueSaid is one value of a programme's text in words, with its unit.
func (p *page) valueSaid(key, word string, names *naming) string {
	switch word {
	case "":
		return p.text("admin.programmes.unset")
	case "yes", "no":
		return p.text("why.word." + word)
	case "never":
		return p.text("admin.draft.never")
	}
	if word == "0" && slices.Contains(unsetByNought, key) {
		return p.text("admin.programmes.unset")
	}
	if info := settingOf(key); info != nil {
		return p.ofKind(info, word)
	}
	name := key[strings.LastIndexByte(key, '.')+1:]
	for _, texts := range map[string][]string{"mode": {"admin.draft.expiry."}, "kind": {"rule.kind."}, "gives": {"admin.draft.gives."}, "refund": {"admin.draft.refund."}}[name] {
		if p.Texts.Has(p.lang(), texts+word) {
			return p.text(texts + word)
		}
	}
	switch name {
	case "outlets":
		return names.calls(rule.FieldOutlet, word)
	case "partners":
		return names.calls(rule.FieldPartner, word)
	case "zone":
		return p.zoneName(word)
	case "dates":
		return p.yearDaysSaid(strings.Split(word, ", "))
	case "points":
		return p.measured(setting.Points, word)
	case "amount", "total", "sum":
		return p.measured(setting.Money, word)
	case "rate", "share", "": // "": of a type of goods
		if rate, err := money.ParseRate(word); err == nil && strings.HasSuffix(word, "%") {
			return ui.Rate(p.ctx(), rate)
		}
	case "multiply":
		if times, _, err := money.ParseDecimal(strings.TrimPrefix(word, "x"), 6, money.Down); err == nil {
			return "× " + spoken.Times(p.lang(), money.Rate(times))
		}
	case "days", "delay", "term", "earn_days":
		return p.measured(setting.Days, word)
	}
	return word
}

// unsetByNought are the places where 0 is as if nothing stood there: the term goes
// by no days, uses are without a limit.
var unsetByNought = []string{"programme.key.expiry.days", "programme.key.limits.in_all", "programme.key.limits.per_code", "programme.key.limits.per_member"}

// settingOf is the setting that a text of a change is of, if it is of one.
func settingOf(key string) *setting.Info {
	if !strings.HasPrefix(key, "setting.") {
		return nil
	}
	for i := range rule.ProgrammeSettings {
		if info := &rule.ProgrammeSettings[i].Info; info.Title() == key {
			return info
		}
	}
	for i := range rule.CampaignSettings {
		if info := &rule.CampaignSettings[i].Info; info.Title() == key {
			return info
		}
	}
	for i := range rule.LimitSettings {
		if info := &rule.LimitSettings[i].Info; info.Title() == key {
			return info
		}
	}
	return nil
}

func (p *page) ofKind(info *setting.Info, word string) string {
	if info.Kind == setting.Choice {
		return cmp.Or(p.textOr(info.Word(word), word), word)
	}
	return p.measured(info.Kind, word)
}

// measured is a figure with its unit; what is none stays as it is.
func (p *page) measured(kind setting.Kind, word string) string {
	sum, err := money.ParseAmount(word)
	n, whole := strconv.Atoi(word)
	switch {
	case kind == setting.Money && err == nil:
		return ui.Money(p.ctx(), sum)
	case kind == setting.Points && err == nil:
		return p.text("points.count", "count", money.Points(sum))
	case kind == setting.Days && whole == nil:
		return p.text("admin.settings.days", "count", n)
	case kind == setting.Span && whole == nil:
		return p.text("admin.settings.minutes", "count", n)
	}
	return word
}
