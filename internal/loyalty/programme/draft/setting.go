package draft

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/platform/id"
	"kopilka/internal/platform/money"
	"kopilka/internal/platform/setting"
)

// settingKeys makes the keys of all settings of a table.
func settingKeys[T any](table setting.Table[T]) []field[T] {
	out := make([]field[T], len(table))
	for i := range table {
		out[i] = settingKey(&table[i])
	}
	return out
}

// settingKey makes the key of a setting: all that is to be known of it stands
// in its row.
func settingKey[T any](s *setting.Setting[T]) field[T] {
	var out field[T]
	switch s.Field(new(T)).(type) {
	case *bool:
		out = typed(s, yesNo)
	case *int:
		out = typed(s, count[int]())
	case *money.Amount:
		out = typed(s, roubles)
	case *money.Points:
		of := points
		if s.Never {
			of = pointsOrNever
		}
		out = typed(s, of)
	case *string:
		out = typed(s, words)
	case *id.ID:
		out = typed(s, idNumber)
	case setting.Word:
		out = chosen(s)
	default:
		panic("draft: " + s.Name + " is of a type that no text can hold")
	}
	shape := out.schema
	out.schema = func(all *schemas) *value { return bounded(all, shape(all), &s.Info) }
	out.setting = &s.Info
	return out
}

func typed[T, F any](s *setting.Setting[T], of scalar[F]) field[T] {
	return key(s.Key, func(v *T) *F { return s.Field(v).(*F) }, of)
}

// chosen is the key of a setting that is one of some words.
func chosen[T any](s *setting.Setting[T]) field[T] {
	of := choice(s.Choices...)
	get := func(v *T) string { return s.Field(v).(setting.Word).Get() }
	said := func(v *T) *value {
		if word := get(v); word != "" {
			return of.form(word)
		}
		return nil
	}
	return field[T]{
		name: s.Key,
		read: func(r *reader, n *yaml.Node, at string, to *T) {
			var word string
			if of.read(r, n, at, &word); word != "" {
				s.Field(to).(setting.Word).Set(word)
			}
		},
		write: func(_ *writer, v, fresh *T) *value {
			if get(v) == get(fresh) {
				return nil
			}
			return said(v)
		},
		schema: of.shape,
		diff: func(d *differ, at path, was, is *T) {
			if get(was) != get(is) {
				d.changed(at, said(was), said(is))
			}
		},
	}
}

// bounded adds a figure's bounds to the shapes of it that are numbers, and
// the default.
func bounded(s *schemas, shape *value, i *setting.Info) *value {
	in := bounds(s, shape, i)
	out := &value{sort: mapValue, keys: slices.Clone(in.keys), items: slices.Clone(in.items)}
	if i.Default != "" {
		out.put("default", standard(i))
	}
	return out
}

func bounds(s *schemas, shape *value, i *setting.Info) *value {
	if len(shape.items) > 0 && shape.keys[0] == "anyOf" {
		out := &value{sort: listValue}
		for _, of := range shape.items[0].items {
			out.items = append(out.items, bounds(s, of, i))
		}
		return s.object("anyOf", out)
	}
	if len(shape.items) != 1 || i.Most == "" || shape.keys[0] != "type" {
		return shape
	}
	if kind := shape.items[0].text; kind != "number" && kind != "integer" {
		return shape
	}
	figure := func(v string) *value { return &value{sort: numberValue, text: v} }
	return s.object("type", shape.items[0], "minimum", figure(i.Least), "maximum", figure(i.Most))
}

// standard is the default as an editor would write it.
func standard(i *setting.Info) *value {
	switch {
	case i.Kind == setting.Flag:
		return &value{sort: flagValue, text: i.Default}
	case i.Most != "" && i.Default != "never":
		return &value{sort: numberValue, text: i.Default}
	}
	return textOf(i.Default)
}

// explained is all that is to be said of a setting on one line.
func (s *schemas) explained(i *setting.Info) string {
	out := s.about(i.Title()) + ". " + s.about(i.About())
	if i.Explained() {
		words := make([]string, len(i.Choices))
		for n, word := range i.Choices {
			words[n] = word + " – " + s.about(i.Word(word))
		}
		out += " " + strings.Join(words, "; ") + "."
	}
	return out
}
