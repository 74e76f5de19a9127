package main

import (
	"fmt"
	"go/token"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
)

// enum is a string that has one of some values.
type enum struct {
	Name   string
	Values []value
}

// value is one of them.
type value struct{ Name, Text string }

// goType is the Go type of a schema; name is what its enum is called if
// nothing better is known, from the type that the schema was made of.
func (r *reading) goType(name string, s *huma.Schema, from reflect.Type) (string, error) {
	if ref := r.schema(s); ref != "" {
		return ref, nil
	}
	for from != nil && (from.Kind() == reflect.Pointer || from.Kind() == reflect.Slice || from.Kind() == reflect.Map) {
		from = from.Elem()
	}
	switch {
	case len(s.Enum) > 0:
		return r.enum(name, s.Enum, from)
	case s.Type == huma.TypeString && s.Format == "date-time":
		return "time.Time", nil
	case s.Type == huma.TypeString && s.ContentEncoding == "base64":
		return "[]byte", nil
	case s.Type == huma.TypeString:
		return "string", nil
	case s.Type == huma.TypeInteger:
		return "int64", nil
	case s.Type == huma.TypeBoolean:
		return "bool", nil
	case s.Type == huma.TypeArray:
		item, err := r.goType(name, s.Items, from)
		return "[]" + item, err
	case s.Type == huma.TypeObject && s.AdditionalProperties == true && len(s.Properties) == 0:
		return "json.RawMessage", nil
	case s.Type == huma.TypeObject:
		values, ok := s.AdditionalProperties.(*huma.Schema)
		if !ok || len(s.Properties) > 0 {
			return "", fmt.Errorf("an object without a name")
		}
		item, err := r.goType(name, values, from)
		return "map[string]" + item, err
	}
	return "", fmt.Errorf("type %q, format %q", s.Type, s.Format)
}

// enum is the type of the values. Fields of one type of the domain share it,
// though each may take only some of the values; so do parameters with a field
// of the same values.
func (r *reading) enum(name string, values []any, from reflect.Type) (string, error) {
	if from != nil && from.PkgPath() != "" {
		name = domainName(from)
	}
	made := r.enums[name]
	if made == nil {
		made = &enum{Name: name}
	}
	for _, v := range values {
		s, ok := v.(string)
		if !ok {
			return "", fmt.Errorf("a choice that is no text: %v", v)
		}
		val := value{name + goName(s), s}
		if s != "" && !slices.Contains(made.Values, val) {
			made.Values = append(made.Values, val)
		}
	}
	if from == nil {
		for _, key := range slices.Sorted(maps.Keys(r.enums)) {
			if other := r.enums[key]; strings.HasSuffix(name, lastWord(other.Name)) && slices.EqualFunc(other.Values, made.Values, func(a, b value) bool { return a.Text == b.Text }) {
				return other.Name, nil
			}
		}
	}
	r.enums[name] = made
	return name, nil
}

// domainName is the type's name with its package's: member.State is
// MemberState.
func domainName(t reflect.Type) string {
	pkg := goName(path.Base(t.PkgPath()))
	return pkg + strings.TrimPrefix(t.Name(), pkg)
}

func lastWord(name string) string {
	at := strings.LastIndexFunc(name, unicode.IsUpper)
	return name[max(at, 0):]
}

// initialisms are written in capitals.
var initialisms = []string{"id", "sku", "qr", "pin", "url", "ip", "ean", "sms", "ru", "en"}

// goName makes an exported name: earned_by is EarnedBy, commitPurchase
// CommitPurchase.
func goName(s string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if slices.Contains(initialisms, word) {
			b.WriteString(strings.ToUpper(word))
			continue
		}
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// argument makes the name of an argument.
func argument(s string) string {
	name := goName(s)
	if slices.Contains(initialisms, s) {
		return s
	}
	name = strings.ToLower(name[:1]) + name[1:]
	if token.IsKeyword(name) {
		name += "ID"
	}
	return name
}
