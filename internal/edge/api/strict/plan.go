package strict

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"kopilka/internal/platform/fault"
)

// value reads values of one type with the bounds of one field.
type value struct {
	kind     kind
	typ      reflect.Type
	elem     *value // of a pointer, slice or map
	fields   []field
	byName   map[string]int
	required uint64 // bits of fields
	bounds
}

type kind uint8

const (
	isString kind = iota
	isInt
	isBool
	isSlice
	isMap
	isStruct
	isPointer
	isText // by UnmarshalText
	isJSON // by UnmarshalJSON
)

type field struct {
	name  string
	index []int
	value *value
}

// bounds are what tags say of a field.
type bounds struct {
	min, max         *int64
	minLen, maxLen   int // characters; maxLen -1: no bound
	minItem, maxItem int // maxItem -1: no bound
	enum             []string
}

type compiler struct{ made map[reflect.Type]*value }

var (
	jsonType = reflect.TypeFor[json.Unmarshaler]()
	textType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// compile makes the reader of a type without bounds.
func (c *compiler) compile(t reflect.Type) *value {
	if v := c.made[t]; v != nil {
		return v
	}
	v := &value{typ: t, bounds: bounds{maxLen: -1, maxItem: -1}}
	c.made[t] = v
	switch p := reflect.PointerTo(t); {
	case p.Implements(jsonType):
		v.kind = isJSON
		return v
	case p.Implements(textType):
		v.kind = isText
		return v
	}
	switch t.Kind() {
	case reflect.String:
		v.kind = isString
	case reflect.Int, reflect.Int64, reflect.Int32:
		v.kind = isInt
	case reflect.Bool:
		v.kind = isBool
	case reflect.Slice:
		v.kind, v.elem = isSlice, c.compile(t.Elem())
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			panic("strict: a map's keys must be strings: " + t.String())
		}
		v.kind, v.elem = isMap, c.compile(t.Elem())
	case reflect.Pointer:
		v.kind, v.elem = isPointer, c.compile(t.Elem())
	case reflect.Struct:
		v.kind = isStruct
		c.fields(v)
	default:
		panic("strict: can't read into " + t.String())
	}
	return v
}

func (c *compiler) fields(v *value) {
	v.byName = map[string]int{}
	for _, f := range reflect.VisibleFields(v.typ) {
		tag, named := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		if !f.IsExported() || f.Anonymous && !named || name == "-" {
			continue
		}
		if name == "" {
			panic("strict: no name in JSON: " + v.typ.String() + "." + f.Name)
		}
		fv := *c.compile(f.Type)
		fv.bounds = boundsOf(f.Tag, fv.bounds)
		at := len(v.fields)
		if at >= 64 {
			panic("strict: more than 64 fields: " + v.typ.String())
		}
		v.byName[name] = at
		v.fields = append(v.fields, field{name: name, index: f.Index, value: &fv})
		optional := slices.ContainsFunc(strings.Split(options, ","), func(o string) bool { return o == "omitempty" || o == "omitzero" })
		if r, said := f.Tag.Lookup("required"); said {
			optional = r == "false"
		}
		if !optional {
			v.required |= 1 << at
		}
	}
}

func boundsOf(tag reflect.StructTag, b bounds) bounds {
	whole := func(name string) (int64, bool) {
		s, ok := tag.Lookup(name)
		if !ok {
			return 0, false
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			panic("strict: tag " + name + " is no whole number: " + s)
		}
		return n, true
	}
	if n, ok := whole("minimum"); ok {
		b.min = &n
	}
	if n, ok := whole("maximum"); ok {
		b.max = &n
	}
	for name, at := range map[string]*int{"minLength": &b.minLen, "maxLength": &b.maxLen, "minItems": &b.minItem, "maxItems": &b.maxItem} {
		if n, ok := whole(name); ok {
			*at = int(n)
		}
	}
	if s, ok := tag.Lookup("enum"); ok {
		b.enum = strings.Split(s, ",")
	}
	for _, unknown := range []string{"pattern", "format", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "uniqueItems", "minProperties", "maxProperties", "dependentRequired", "default"} {
		if _, ok := tag.Lookup(unknown); ok {
			panic("strict: tag " + unknown + " would not be held")
		}
	}
	return b
}

// asField gives what a type's own reading says is wrong.
func (r *reader) asField(err error) {
	e := fault.From(err)
	if e.Kind == fault.Internal {
		r.wrong("api.value")
		return
	}
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, e.At(r.where()))
	}
}
