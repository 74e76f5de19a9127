package draft

import (
	"bytes"
	"encoding/json"
	"slices"

	"kopilka/internal/loyalty/rule"
)

// SchemaURL names the schema, and is where the API serves it.
const SchemaURL = "/api/v1/programme.schema.json"

// Schema writes the JSON Schema of the text; about gives the text of a key.
func Schema(about func(key string) string) []byte {
	s := &schemas{about: about, seen: map[string]bool{}, defs: &value{sort: mapValue}}
	root := programmeForm.schema(s)
	out := s.object(
		"$schema", textOf("https://json-schema.org/draft/2020-12/schema"), "$id", textOf(SchemaURL),
		"title", textOf(about("programme.object.programme")), "$ref", root.items[0], "$defs", s.defs,
	)
	var b bytes.Buffer
	_ = json.Indent(&b, out.json(nil), "", "  ") // it is JSON: never fails
	b.WriteByte('\n')
	return b.Bytes()
}

// schemas collects the schemas of objects under $defs.
type schemas struct {
	about func(key string) string
	seen  map[string]bool
	defs  *value
}

// object makes a map of name, value pairs.
func (s *schemas) object(pairs ...any) *value {
	out := &value{sort: mapValue}
	for i := 0; i < len(pairs); i += 2 {
		out.put(pairs[i].(string), pairs[i+1].(*value))
	}
	return out
}

func (s *schemas) list(items ...*value) *value { return &value{sort: listValue, items: items} }

func (s *schemas) either(of ...*value) *value { return s.object("anyOf", s.list(of...)) }

// pattern is a text of a form, with an example.
func (s *schemas) pattern(form, example string) *value {
	return s.object("type", textOf("string"), "pattern", textOf(form), "examples", s.list(textOf(example)))
}

// figure is a number, or a text of a form.
func (s *schemas) figure(form, example string) *value {
	return s.either(s.object("type", textOf("number")), s.pattern(form, example))
}

func (s *schemas) ref(name string) *value { return s.object("$ref", textOf("#/$defs/"+name)) }

// described adds what a key is for.
func (s *schemas) described(about string, of *value) *value {
	out := &value{sort: mapValue, keys: slices.Clone(of.keys), items: slices.Clone(of.items)}
	if about != "" {
		out.put("description", textOf(about))
	}
	return out
}

func (o *object[T]) schema(s *schemas) *value {
	if s.seen[o.name] {
		return s.ref(o.name)
	}
	s.seen[o.name] = true
	properties, required := &value{sort: mapValue}, s.list()
	for _, f := range o.fields {
		about := s.about
		if f.setting != nil {
			about = func(string) string { return s.explained(f.setting) }
		}
		properties.put(f.name, s.described(about(f.text(o.name)), f.schema(s)))
		if f.needed {
			required.items = append(required.items, textOf(f.name))
		}
	}
	out := s.object("type", textOf("object"), "properties", properties, "required", required, "additionalProperties", &value{sort: flagValue, text: "no"})
	if o.short != nil {
		out = s.either(o.short.schema(s), out)
	}
	s.defs.put(o.name, out)
	return s.ref(o.name)
}

func (f conditions) schema(s *schemas) *value {
	if s.seen[f.name] {
		return s.ref(f.name)
	}
	s.seen[f.name] = true
	properties := &value{sort: mapValue}
	member := false
	for _, info := range rule.Fields() {
		for _, of := range f.of {
			member = member || of == rule.OfMember
			if info.Of == of {
				properties.put(string(info.Field), s.described(s.about("programme.key.when."+string(info.Field)), s.condition(&info)))
			}
		}
	}
	one := s.object("type", textOf("object"), "properties", properties, "additionalProperties", &value{sort: flagValue, text: "no"})
	if member {
		one.put("patternProperties", s.object(`^custom\..`, s.condition(rule.InfoOf(rule.CustomField+"x"))))
	}
	s.defs.put(f.name, s.either(one, s.object("type", textOf("array"), "items", one, "maxItems", number(rule.MaxRows))))
	return s.ref(f.name)
}

// condition is the schema of what is asked of a field.
func (s *schemas) condition(info *rule.FieldInfo) *value {
	if info.Ranged() {
		return s.ranged(info)
	}
	one := words.shape(s)
	switch {
	case info.Form == rule.Flag:
		one = flagShape(s)
	case info.Field == rule.FieldWeekday:
		names := s.list()
		for i, all := range weekdays {
			for _, name := range all {
				names.items = append(names.items, textOf(name))
			}
			names.items = append(names.items, textOf(string(rune('1'+i))), number(i+1))
		}
		one = s.object("enum", names)
	case info.Form == rule.Choice:
		names := s.list()
		for _, name := range info.Values {
			names.items = append(names.items, textOf(name))
		}
		one = s.object("enum", names)
	}
	many := s.either(one, s.object("type", textOf("array"), "items", one, "maxItems", number(rule.MaxValues)))
	in := s.object("type", textOf("object"), "properties", s.object("in", many, "not", many), "additionalProperties", &value{sort: flagValue, text: "no"})
	return s.either(one, many.items[0].items[1], in)
}

func (s *schemas) ranged(info *rule.FieldInfo) *value {
	var end, exact *value
	switch info.Form {
	case rule.Money:
		end = roubles.schema(s)
	case rule.Minute:
		end = s.pattern(`^([01]?\d|2[0-3]):[0-5]\d$|^24:00$`, "09:00")
		exact = s.pattern(`^ *\d{1,2}:\d{2} *[-–] *\d{1,2}:\d{2} *$`, "09:00-12:00")
	case rule.Date:
		end = s.either(day.shape(s), s.object("type", textOf("integer")))
	default:
		end = count[int]().schema(s)
	}
	if exact == nil {
		exact = end
	}
	bounds := s.object("type", textOf("object"), "properties", s.object("from", end, "to", end, "below", end), "additionalProperties", &value{sort: flagValue, text: "no"})
	return s.either(exact, bounds)
}
