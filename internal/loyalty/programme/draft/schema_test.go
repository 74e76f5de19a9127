package draft_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/loyalty/programme/draft"
)

// jsonSchema is as much of JSON Schema as ours uses; a word that it does not
// know is a mistake.
type jsonSchema struct{ root map[string]any }

func compileSchema(t *testing.T) jsonSchema {
	t.Helper()
	var s jsonSchema
	if err := json.Unmarshal(draft.Schema(func(key string) string { return key }), &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// plain reads YAML as a validator in an editor does.
func plain(t interface{ Fatal(...any) }, text []byte) any {
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return dates(v)
}

// dates gives what YAML 1.1 takes for a time back as text.
func dates(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = dates(v[k])
		}
	case []any:
		for i := range v {
			v[i] = dates(v[i])
		}
	case interface{ Format(string) string }:
		return v.Format("2006-01-02")
	}
	return v
}

func (s jsonSchema) check(v any) error { return s.at(s.root, v, "") }

func (s jsonSchema) at(schema map[string]any, v any, at string) error {
	for word, want := range schema {
		var err error
		switch word {
		case "$schema", "$id", "$defs", "title", "description", "examples", "default":
		case "$ref":
			name := strings.TrimPrefix(want.(string), "#/$defs/")
			err = s.at(s.root["$defs"].(map[string]any)[name].(map[string]any), v, at)
		case "anyOf":
			err = s.any(want.([]any), v, at)
		case "type":
			err = typed(want, v)
		case "enum":
			err = one(want.([]any), v)
		case "const":
			err = one([]any{want}, v)
		case "minimum", "maximum":
			err = bound(word, want.(float64), v)
		case "pattern":
			if text, ok := v.(string); ok && !regexp.MustCompile(want.(string)).MatchString(text) {
				err = fmt.Errorf("%q is not %s", text, want)
			}
		case "maxItems", "maxProperties", "required", "properties", "patternProperties", "additionalProperties", "items":
			err = s.part(word, want, schema, v, at)
		default:
			err = fmt.Errorf("the schema says %q", word)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
	}
	return nil
}

func (s jsonSchema) part(word string, want any, schema map[string]any, v any, at string) error {
	list, _ := v.([]any)
	object, isObject := v.(map[string]any)
	switch word {
	case "maxItems":
		if len(list) > int(want.(float64)) {
			return fmt.Errorf("%d items", len(list))
		}
	case "maxProperties":
		if len(object) > int(want.(float64)) {
			return fmt.Errorf("%d keys", len(object))
		}
	case "required":
		for _, key := range want.([]any) {
			if _, ok := object[key.(string)]; isObject && !ok {
				return fmt.Errorf("no %s", key)
			}
		}
	case "items":
		for i, item := range list {
			if err := s.at(want.(map[string]any), item, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case "additionalProperties":
		return s.keys(schema, want, object, at)
	}
	return nil
}

func (s jsonSchema) keys(schema map[string]any, other any, object map[string]any, at string) error {
	properties, _ := schema["properties"].(map[string]any)
	patterns, _ := schema["patternProperties"].(map[string]any)
	for key, item := range object {
		of, known := properties[key].(map[string]any)
		for pattern, p := range patterns {
			if regexp.MustCompile(pattern).MatchString(key) {
				of, known = p.(map[string]any), true
			}
		}
		if o, ok := other.(map[string]any); ok && !known {
			of, known = o, true
		}
		if !known {
			return fmt.Errorf("%s is not known", key)
		}
		if err := s.at(of, item, at+"."+key); err != nil {
			return err
		}
	}
	return nil
}

func (s jsonSchema) any(of []any, v any, at string) error {
	var all []string
	for _, o := range of {
		err := s.at(o.(map[string]any), v, at)
		if err == nil {
			return nil
		}
		all = append(all, err.Error())
	}
	return fmt.Errorf("none of: %s", strings.Join(all, "; "))
}

func bound(word string, want float64, v any) error {
	is := reflect.ValueOf(v)
	if !is.CanFloat() && !is.CanInt() {
		return nil
	}
	if n := is.Convert(reflect.TypeFor[float64]()).Float(); word == "minimum" && n < want || word == "maximum" && n > want {
		return fmt.Errorf("%v is past the %s, %v", n, word, want)
	}
	return nil
}

func typed(want, v any) error {
	names, ok := want.([]any)
	if !ok {
		names = []any{want}
	}
	for _, name := range names {
		is := map[reflect.Kind]string{reflect.String: "string", reflect.Int: "integer", reflect.Float64: "number", reflect.Bool: "boolean", reflect.Slice: "array", reflect.Map: "object"}[reflect.ValueOf(v).Kind()]
		if is == name || is == "integer" && name == "number" {
			return nil
		}
	}
	return fmt.Errorf("%v is no %v", v, want)
}

func one(of []any, v any) error {
	for _, o := range of {
		if fmt.Sprint(o) == fmt.Sprint(v) {
			return nil
		}
	}
	return fmt.Errorf("%v is none of %v", v, of)
}
