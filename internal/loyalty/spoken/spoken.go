// Package spoken puts what the rules did, and why, into sentences of a reader's
// language: for the API's answers and the pages of receipts alike.
package spoken

import (
	"fmt"
	"slices"
	"strings"

	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
)

// Names calls what a rule names in the base: by its code, or by its name where
// there are no codes.
type Names interface {
	Word(of rule.Field, i id.ID) (string, bool)
}

// OwnNames are Names that call the organization's own fields, and values of them,
// as people do too. Of those that do not, conditions on own fields are told by keys.
type OwnNames interface {
	OwnField(key string) string
	OwnWord(key, value string) string
}

// CalledNames are Names that call words of a programme's text, as levels and goods,
// as people do too; what they do not know they give as it is.
type CalledNames interface {
	Called(of rule.Field, word string) string
}

// Speaker turns the steps of a trace into sentences of the reader's language.
type Speaker struct {
	Texts *i18n.Catalog
	Lang  i18n.Lang
	Names Names
}

// mostWords is how many values a sentence names; a condition may have
// thousands.
const mostWords = 10

// Say gives the sentence of a step.
func (p Speaker) Say(s *rule.Step) string {
	form := rule.Form(0)
	told := p.own(s.Args)
	for _, a := range told {
		if r, ok := a.Value.(rule.Range); ok {
			form = r.Form
		}
	}
	args := make([]any, 0, 2*len(told))
	for _, a := range told {
		args = append(args, a.Name, p.value(s.Reason, form, a))
	}
	return p.text("why."+s.Reason, args...)
}

// own gives what a condition on an own field tells with that and its values by their
// names, and all else as it is.
func (p Speaker) own(told []fault.Arg) []fault.Arg {
	names, ok := p.Names.(OwnNames)
	at := slices.IndexFunc(told, func(a fault.Arg) bool { return a.Name == "field" })
	if !ok || at < 0 {
		return told
	}
	field, _ := told[at].Value.(string)
	key, ok := strings.CutPrefix(field, rule.CustomField)
	if !ok {
		return told
	}
	called := func(words []string) []string {
		out := slices.Clone(words)
		for i := range out {
			out[i] = names.OwnWord(key, out[i])
		}
		return out
	}
	out := slices.Clone(told)
	for i := range out {
		switch v := out[i].Value.(type) {
		case []string:
			out[i].Value = called(v)
		case rule.Wanted:
			out[i].Value = rule.Wanted{In: called(v.In), Not: called(v.Not)}
		}
	}
	out[at].Value = names.OwnField(key)
	return out
}

func (p Speaker) text(key string, args ...any) string { return p.Texts.Text(p.Lang, key, args...) }

func (p Speaker) value(reason string, form rule.Form, a fault.Arg) any {
	switch v := a.Value.(type) {
	case rule.Range:
		return p.span(&v)
	case rule.Wanted:
		in, not := p.words(reason, v.In, "why.or"), p.words(reason, v.Not, "why.or")
		switch {
		case len(v.Not) == 0:
			return in
		case len(v.In) == 0:
			return p.text("why.not", "words", not)
		}
		return p.text("why.in-not", "in", in, "not", not)
	case []string:
		if len(v) == 0 {
			return p.text(absent(reason))
		}
		return p.words(reason, v, "why.and")
	case int64:
		if form != 0 {
			return number(form, v)
		}
	case string:
		if v == "" {
			return p.text(absent(reason))
		}
		if a.Name == "code" { // it is kept folded, and shown as everywhere
			return strings.ToUpper(v)
		}
	}
	return a.Value
}

// several are the fields of which one may have none, as against not known.
var several = []rule.Field{rule.FieldTag, rule.FieldMemberGroup, rule.FieldCardType, rule.FieldCategory, rule.FieldLevel, rule.FieldGroup}

// absent is the word for what was not found.
func absent(reason string) string {
	if slices.Contains(several, fieldOf(reason)) {
		return "why.none"
	}
	return "why.unknown"
}

// fieldOf is the field that a reason is about.
func fieldOf(reason string) rule.Field {
	f, _ := strings.CutPrefix(reason, rule.Unmet)
	return rule.Field(f)
}

// words lists values; those that are the program's own are translated, and
// what has a code or a name is called by it.
func (p Speaker) words(reason string, values []string, last string) string {
	field := fieldOf(reason)
	out := make([]string, 0, min(len(values), mostWords))
	for _, v := range values[:min(len(values), mostWords)] {
		out = append(out, p.word(field, v))
	}
	switch n := len(values); {
	case n == 0:
		return ""
	case n > mostWords:
		return p.text("why.more", "words", strings.Join(out, ", "), "more", n-mostWords)
	case n > 1:
		return p.text(last, "words", strings.Join(out[:n-1], ", "), "last", out[n-1])
	}
	return out[0]
}

func (p Speaker) word(field rule.Field, v string) string {
	if field == rule.FieldWeekday {
		return p.text("why.weekday." + v)
	}
	info := rule.InfoOf(field)
	switch {
	case info == nil:
	case info.Form == rule.IDs:
		if i, err := id.Parse(v); err == nil {
			if word, ok := p.Names.Word(field, i); ok {
				return word
			}
		}
	case info.Form == rule.Flag, info.Form == rule.Choice:
		return p.text("why.word." + v)
	case info.Form == rule.Words:
		if names, ok := p.Names.(CalledNames); ok {
			return names.Called(field, v)
		}
	}
	return v
}

func (p Speaker) span(r *rule.Range) string {
	whole := r.Form == rule.Count || r.Form == rule.Days
	if whole && r.From != nil && r.Below != nil && *r.Below == *r.From+1 { // one number
		return fmt.Sprint(number(r.Form, *r.From))
	}
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
	return p.text(key, args...)
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
