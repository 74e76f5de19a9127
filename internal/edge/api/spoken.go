package api

import (
	"fmt"
	"strings"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/money"
)

// spoken turns what a trace found and needed into words of the reader's
// language.
func (c *call) spoken(s *rule.Step) []any {
	form := rule.Form(0)
	for _, a := range s.Args {
		if r, ok := a.Value.(rule.Range); ok {
			form = r.Form
		}
	}
	out := make([]any, 0, 2*len(s.Args))
	for _, a := range s.Args {
		out = append(out, a.Name, c.spokenValue(s.Reason, form, a))
	}
	return out
}

func (c *call) spokenValue(reason string, form rule.Form, a fault.Arg) any {
	switch v := a.Value.(type) {
	case rule.Range:
		return c.spokenRange(&v)
	case rule.Wanted:
		if len(v.In) > 0 {
			return c.words(reason, v.In)
		}
		return c.Texts.Text(c.lang(), "why.not", "words", c.words(reason, v.Not))
	case []string:
		if len(v) == 0 {
			return c.Texts.Text(c.lang(), "why.none")
		}
		return c.words(reason, v)
	case int64:
		if form != 0 {
			return number(form, v)
		}
	case string:
		if v == "" {
			return c.Texts.Text(c.lang(), "why.none")
		}
	}
	return a.Value
}

// words lists values; those that are the program's own are translated.
func (c *call) words(reason string, values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v
		switch key := "why.word." + v; {
		case reason == rule.Unmet+string(rule.FieldWeekday):
			out[i] = c.Texts.Text(c.lang(), "why.weekday."+v)
		case v == "yes" || v == "no" || v == "male" || v == "female":
			out[i] = c.Texts.Text(c.lang(), key)
		}
	}
	return strings.Join(out, ", ")
}

func (c *call) spokenRange(r *rule.Range) string {
	var args []any
	key := "why.range"
	if r.From != nil {
		key += "-from"
		args = append(args, "from", number(r.Form, *r.From))
	}
	if r.Below != nil {
		key += "-below"
		args = append(args, "below", number(r.Form, *r.Below))
	}
	return c.Texts.Text(c.lang(), key, args...)
}

// number gives a value as what it counts.
func number(form rule.Form, v int64) any {
	switch form {
	case rule.Money:
		return money.Amount(v)
	case rule.Minute:
		return fmt.Sprintf("%02d:%02d", v/60, v%60)
	case rule.Date:
		return fmt.Sprintf("%04d-%02d-%02d", v/10000, v/100%100, v%100)
	}
	return v
}
