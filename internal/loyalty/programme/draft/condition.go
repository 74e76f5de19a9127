package draft

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/loyalty/rule"
)

// conditions are what must hold, as a map of fields:
//
//	when: {weekday: [sat, sun], time: "09:00-12:00", sum: {from: 1000}, city: {not: [Казань]}}
//
// Where a field is asked twice there is a list of such maps; all must hold.
type conditions struct {
	name string // of its schema
	of   []rule.Of
}

var (
	when  = conditions{"when", []rule.Of{rule.OfReceipt, rule.OfMember}}
	scope = conditions{"scope", []rule.Of{rule.OfLine}}
)

func (f conditions) read(r *reader, n *yaml.Node, at string, to *[]rule.Condition) {
	for _, part := range r.list(n, at, rule.MaxRows) {
		for _, p := range r.pairs(part, at) {
			path := fmt.Sprintf("%s[%d]", at, len(*to))
			r.see(path, p.value)
			info := rule.InfoOf(rule.Field(p.name))
			if info == nil || !slices.Contains(f.of, info.Of) {
				r.bad(p.key, join(at, p.name), "programme.text-unknown", "keys", strings.Join(f.fields(), ", "))
				continue
			}
			c := rule.Condition{Field: rule.Field(p.name)}
			if info.Ranged() {
				readRange(r, p.value, path, info, &c)
			} else {
				readWords(r, p.value, path, info, &c)
			}
			*to = append(*to, c)
		}
	}
}

// fields names what can be asked.
func (f conditions) fields() []string {
	var out []string
	for _, info := range rule.Fields() {
		if slices.Contains(f.of, info.Of) {
			out = append(out, string(info.Field))
		}
	}
	if slices.Contains(f.of, rule.OfMember) {
		out = append(out, rule.CustomField+"*")
	}
	return out
}

func readWords(r *reader, n *yaml.Node, at string, info *rule.FieldInfo, c *rule.Condition) {
	if n.Kind != yaml.MappingNode {
		c.In = wordsOf(r, n, at, info)
		return
	}
	for _, p := range r.pairs(n, at) {
		switch p.name {
		case "in":
			c.In = wordsOf(r, p.value, at, info)
		case "not":
			c.Not = wordsOf(r, p.value, at, info)
		default:
			r.bad(p.key, at, "programme.text-unknown", "keys", "in, not")
		}
	}
}

func wordsOf(r *reader, n *yaml.Node, at string, info *rule.FieldInfo) []string {
	var out []string
	for _, item := range r.list(n, at, rule.MaxValues) {
		if info.Form == rule.IDs {
			if v, ok := (named{info.Field}).find(r, item, at); ok {
				out = append(out, v.String())
			}
			continue
		}
		var w string
		words.read(r, item, at, &w)
		switch {
		case info.Form == rule.Flag:
			if v, err := parseFlag(w); err == nil {
				w = flag(v).text
			}
		case info.Field == rule.FieldWeekday:
			w = weekdayOf(w)
		}
		out = append(out, w)
	}
	return out
}

// weekdays by their names; the first of each is written.
var weekdays = [7][]string{
	{"mon", "monday", "пн", "понедельник"},
	{"tue", "tuesday", "вт", "вторник"},
	{"wed", "wednesday", "ср", "среда"},
	{"thu", "thursday", "чт", "четверг"},
	{"fri", "friday", "пт", "пятница"},
	{"sat", "saturday", "сб", "суббота"},
	{"sun", "sunday", "вс", "воскресенье"},
}

// weekdayOf gives the number of a weekday by its name, any other text as it
// is.
func weekdayOf(w string) string {
	for i, names := range weekdays {
		if slices.Contains(names, strings.ToLower(w)) {
			return string(rune('1' + i))
		}
	}
	return w
}

func (f conditions) write(w *writer, cs []rule.Condition) *value {
	var parts []*value
	for i := range cs {
		c := &cs[i]
		last := len(parts) - 1
		if last < 0 || slices.Contains(parts[last].keys, string(c.Field)) {
			parts = append(parts, &value{sort: mapValue, flow: true})
			last++
		}
		parts[last].put(string(c.Field), writeCondition(w, c))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return &value{sort: listValue, items: parts, flow: true}
}

func writeCondition(w *writer, c *rule.Condition) *value {
	info := rule.InfoOf(c.Field)
	if info == nil {
		return textOf("")
	}
	if info.Ranged() {
		return writeRange(info, c)
	}
	if len(c.Not) == 0 {
		return writeWords(w, info, c.In)
	}
	out := &value{sort: mapValue, flow: true}
	if len(c.In) > 0 {
		out.put("in", writeWords(w, info, c.In))
	}
	out.put("not", writeWords(w, info, c.Not))
	return out
}

func writeWords(w *writer, info *rule.FieldInfo, of []string) *value {
	out := &value{sort: listValue, flow: true}
	for _, word := range of {
		item := textOf(word)
		switch {
		case info.Form == rule.IDs:
			item = namedText{named{info.Field}}.write(w, word)
		case info.Form == rule.Flag:
			item = flag(word == "yes")
		case info.Field == rule.FieldWeekday && len(word) == 1 && word >= "1" && word <= "7":
			item = textOf(weekdays[word[0]-'1'][0])
		}
		out.items = append(out.items, item)
	}
	if len(out.items) == 1 {
		return out.items[0]
	}
	return out
}

func (f conditions) diff(d *differ, at path, was, is []rule.Condition) {
	said := func(cs []rule.Condition) *value {
		if len(cs) == 0 {
			return nil
		}
		return f.write(d.writer, cs)
	}
	d.changed(at, said(was), said(is))
}
