package spoken

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/money"
)

// Teller says what rules do, before any receipt, in sentences of the reader's
// language. No sentence has a code in it where Call knows a name.
type Teller struct {
	Speaker

	// Call is what something is called that is named by a word: a type of goods
	// by its code, a level or campaign by its id. nil: by the word itself.
	Call func(of rule.Field, word string) string
}

// FieldCampaign is the field under which a campaign's name is asked for.
const FieldCampaign rule.Field = "campaign"

func (t Teller) call(of rule.Field, word string) string {
	if t.Call == nil {
		return word
	}
	return t.Call(of, word)
}

// Does says what a rule gives.
func (t Teller) Does(r *rule.Rule) string {
	key := "rule.does." + string(r.Kind) + "." + r.Way()
	switch r.Way() {
	case rule.WayRate:
		if r.Kind == rule.ShareRule && r.Rate == 0 {
			return t.text("rule.does.spending.nothing")
		}
		return t.text(key, "rate", r.Rate)
	case rule.WayAmount:
		if r.EachUnit {
			key += "-each"
		}
		return t.text(key, "amount", t.sum(r.Amount))
	case rule.WayPoints:
		if r.EachUnit {
			key += "-each"
		}
		return t.text(key, "count", r.Points)
	case rule.WayEach:
		return t.text(key, "count", r.Points, "each", t.sum(r.Each))
	case rule.WayMultiply:
		return t.text(key, "times", Times(t.Lang, r.Multiply))
	case rule.WayTake:
		return t.text(key, "take", r.Take, "pay", r.Pay)
	case rule.WayCheapest:
		return t.text(key, "rate", r.Cheapest.Rate, "count", r.Cheapest.Count, "of", r.Cheapest.Of)
	case rule.WayTable:
		return t.text(key, "rows", t.rows(r))
	case rule.WayPositions:
		return t.text(key, "rows", t.positions(r))
	case rule.WaySet:
		return t.set(key, r.Set)
	case rule.WayCampaign:
		return t.text(key, "campaign", t.call(FieldCampaign, r.Campaign))
	case rule.WayText:
		said := r.Text.RU
		if t.Lang == i18n.EN && r.Text.EN != "" {
			said = r.Text.EN
		}
		return t.text(key, "text", said)
	}
	return t.text("rule.does.nothing")
}

// Times writes how many times as much: 2, 1.5.
func Times(lang i18n.Lang, r money.Rate) string {
	s := strings.TrimRight(fmt.Sprintf("%d.%06d", r/money.Whole, r%money.Whole), "0")
	s = strings.TrimSuffix(s, ".")
	if lang == i18n.RU {
		return strings.Replace(s, ".", ",", 1)
	}
	return s
}

// sum is money without kopecks where there are none.
func (t Teller) sum(a money.Amount) string {
	s := i18n.Money(t.Lang, a)
	if a%100 != 0 {
		return s
	}
	if t.Lang == i18n.RU {
		return strings.Replace(s, ",00\u00a0", "\u00a0", 1)
	}
	return strings.TrimSuffix(s, ".00")
}

func (t Teller) rows(r *rule.Rule) string {
	out := make([]string, len(r.Table))
	for i, row := range r.Table {
		from := t.sum(money.Amount(row.From))
		if r.By == rule.ByCount {
			from = t.text("rule.pieces", "count", row.From)
		}
		gives := t.text("rule.gives-points", "count", row.Points)
		switch {
		case row.Rate != 0:
			gives = i18n.Rate(t.Lang, row.Rate)
		case row.Amount != 0:
			gives = t.sum(row.Amount)
		}
		out[i] = t.text("rule.row", "from", from, "gives", gives)
	}
	return t.text("rule.by."+cmp.Or(string(r.By), string(rule.BySum)), "rows", strings.Join(out, "; "))
}

func (t Teller) positions(r *rule.Rule) string {
	out := make([]string, len(r.Positions))
	for i, x := range r.Positions {
		key := "rule.position"
		if x.Every {
			key = "rule.position-every"
		}
		out[i] = t.text(key, "n", x.N, "rate", x.Rate)
	}
	return strings.Join(out, "; ")
}

func (t Teller) set(key string, s *rule.Set) string {
	parts := make([]string, len(s.Parts))
	for i := range s.Parts {
		x := &s.Parts[i]
		parts[i] = t.text("rule.pieces", "count", x.Count)
		if only := t.Conditions(x.Scope); len(only) > 0 {
			parts[i] += " (" + strings.Join(only, ", ") + ")"
		}
		if x.Rate != 0 {
			parts[i] = t.text("rule.set-part", "part", parts[i], "rate", x.Rate)
		}
	}
	out := t.text(key, "parts", strings.Join(parts, " + "))
	add := func(key string, there bool, args ...any) {
		if there {
			out += ", " + t.text(key, args...)
		}
	}
	add("rule.set-price", s.Price != 0, "sum", t.sum(s.Price))
	add("rule.set-off", s.Off != 0, "sum", t.sum(s.Off))
	add("rule.set-rate", s.Rate != 0, "rate", s.Rate)
	add("rule.set-most", s.Most != 0, "count", s.Most)
	return out
}

// Only says when and on what a rule acts, besides what its campaign says.
func (t Teller) Only(r *rule.Rule) []string {
	out := append(t.Conditions(r.Scope), t.Conditions(r.When)...)
	if days := t.Period(r.From, r.To); days != "" {
		out = append(out, days)
	}
	if r.Terms != nil {
		out = append(out, t.Terms(r.Terms)...)
	}
	return out
}

// Period says from which day to which; "" where there is no end to it.
func (t Teller) Period(from, to string) string {
	switch {
	case from != "" && to != "":
		return t.text("rule.days-from-to", "from", t.day(from), "to", t.day(to))
	case from != "":
		return t.text("rule.days-from", "from", t.day(from))
	case to != "":
		return t.text("rule.days-to", "to", t.day(to))
	}
	return ""
}

func (t Teller) day(s string) string {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return i18n.LongDate(t.Lang, d)
}

// Terms says when points become active and when they expire.
func (t Teller) Terms(of *rule.Terms) []string {
	var out []string
	switch {
	case of.OnUse && of.Delay > 0:
		out = append(out, t.text("rule.on-use-delay", "count", of.Delay))
	case of.OnUse:
		out = append(out, t.text("rule.on-use"))
	case of.Delay > 0:
		out = append(out, t.text("rule.delay", "count", of.Delay))
	}
	if of.Expiry != nil {
		out = append(out, t.Expiry(of.Expiry))
	}
	return out
}

// Expiry says when points end.
func (t Teller) Expiry(e *rule.Expiry) string {
	if e.Mode == rule.OnDates {
		days := make([]string, len(e.Dates))
		for i, md := range e.Dates {
			days[i] = md
			if d, err := time.Parse(time.DateOnly, "2024-"+md); err == nil {
				days[i] = t.text("rule.day-of-year", "day", d.Day(), "month", t.text(fmt.Sprintf("rule.month.%d", d.Month())))
			}
		}
		return t.text("rule.expiry.dates", "days", strings.Join(days, ", "))
	}
	return t.text("rule.expiry."+string(e.Mode), "count", e.Days)
}

// Conditions says each condition: what is looked at, and what it has to be.
func (t Teller) Conditions(cs []rule.Condition) []string {
	out := make([]string, len(cs))
	for i := range cs {
		out[i] = t.text("rule.only", "field", t.Field(cs[i].Field), "values", t.Values(&cs[i]))
	}
	return out
}

// Field is what a condition looks at, in words.
func (t Teller) Field(f rule.Field) string {
	if own, ok := strings.CutPrefix(string(f), rule.CustomField); ok {
		return t.call(rule.CustomField, own)
	}
	return t.text("rule.field." + string(f))
}

// Values is what a condition wants, in words.
func (t Teller) Values(c *rule.Condition) string {
	info := rule.InfoOf(c.Field)
	if info != nil && info.Ranged() {
		return t.rangeOf(info, c)
	}
	name := func(words []string) string {
		called := make([]string, len(words))
		for i, w := range words {
			if called[i] = t.word(c.Field, w); called[i] == w {
				called[i] = t.call(c.Field, w)
			}
		}
		return t.words("", called, "why.or")
	}
	switch {
	case len(c.Not) == 0:
		return name(c.In)
	case len(c.In) == 0:
		return t.text("why.not", "words", name(c.Not))
	}
	return t.text("why.in-not", "in", name(c.In), "not", name(c.Not))
}

// rangeOf says from what to what; days around a birthday are said as people do.
func (t Teller) rangeOf(info *rule.FieldInfo, c *rule.Condition) string {
	if (c.Field == rule.FieldBirthday || c.Field == rule.FieldRelative) && c.From != nil && c.Below != nil && *c.From <= 0 && *c.Below > 0 {
		if *c.From == 0 && *c.Below == 1 {
			return t.text("rule.birthday-itself")
		}
		return t.text("rule.birthday-around", "before", -*c.From, "after", *c.Below-1)
	}
	switch {
	case c.From != nil && c.Below != nil && *c.Below == *c.From+1:
		return fmt.Sprint(t.bound(info.Form, *c.From))
	case c.From != nil && c.Below != nil && info.Form == rule.Minute:
		return t.text("rule.hours", "from", t.bound(info.Form, *c.From), "to", t.bound(info.Form, *c.Below))
	case c.From != nil && c.Below != nil:
		return t.text("rule.range-from-"+t.end(info, c), "from", t.bound(info.Form, *c.From), "below", t.last(info, c))
	case c.From != nil:
		return t.text("why.range-from", "from", t.bound(info.Form, *c.From))
	case c.Below != nil:
		return t.text("rule.range-"+t.end(info, c), "below", t.last(info, c))
	}
	return ""
}

// end tells whether the end of a range is said as belonging to it.
func (t Teller) end(info *rule.FieldInfo, c *rule.Condition) string {
	if info.Form == rule.Money && *c.Below%int64(money.Rouble) != 1 || info.Form == rule.Minute {
		return "below"
	}
	return "to"
}

func (t Teller) last(info *rule.FieldInfo, c *rule.Condition) any {
	v := *c.Below
	if t.end(info, c) == "to" {
		v--
	}
	return t.bound(info.Form, v)
}

func (t Teller) bound(form rule.Form, v int64) any {
	switch form {
	case rule.Money:
		return t.sum(money.Amount(v))
	case rule.Date:
		return t.day(number(form, v).(string))
	case rule.Minute:
		return number(form, v)
	}
	return i18n.Number(t.Lang, v)
}
