package strict

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// read reads the value that comes into v, or notes what is wrong with it.
func (p *value) read(r *reader, v reflect.Value) {
	if r.broken {
		return
	}
	switch p.kind {
	case isString:
		p.readString(r, v)
	case isInt:
		p.readInt(r, v)
	case isBool:
		switch {
		case r.peek() == 't' && r.word("true"):
			v.SetBool(true)
		case r.peek() == 'f' && r.word("false"):
		default:
			r.mismatch("true, false")
		}
	case isSlice:
		p.readSlice(r, v)
	case isMap:
		p.readMap(r, v)
	case isStruct:
		p.readStruct(r, v)
	case isPointer:
		n := reflect.New(p.typ.Elem())
		inner := *p.elem
		inner.bounds = p.bounds
		inner.read(r, n.Elem())
		v.Set(n)
	case isText:
		p.readText(r, v)
	case isJSON:
		p.readJSON(r, v)
	}
}

// mismatch goes past a value of another kind than wanted.
func (r *reader) mismatch(wanted string) {
	if r.skip(); !r.broken {
		r.wrong("api.type", "wanted", wanted)
	}
}

func (p *value) readString(r *reader, v reflect.Value) {
	s, ok := r.string()
	if !ok {
		return
	}
	if p.fits(r, s) {
		v.SetString(string(s))
	}
}

// string reads a string; what is wrong with it is noted where ok is false.
func (r *reader) string() (s []byte, ok bool) {
	if r.peek() != '"' {
		r.mismatch("string")
		return nil, false
	}
	if s, ok = r.text(); !ok && !r.broken {
		r.wrong("api.text")
	}
	return s, ok
}

func (p *value) fits(r *reader, s []byte) bool {
	switch n := len(s); {
	case p.enum != nil && !slices.Contains(p.enum, view(s)):
		r.wrong("api.choice", "choices", strings.Join(p.enum, ", "))
	case p.maxLen >= 0 && n > p.maxLen && (n > p.maxLen*utf8.UTFMax || utf8.RuneCount(s) > p.maxLen):
		r.wrong("api.too-long", "max", p.maxLen)
	case p.minLen > 0 && utf8.RuneCount(s) < p.minLen:
		r.wrong("api.too-short", "min", p.minLen)
	default:
		return true
	}
	return false
}

func (p *value) readInt(r *reader, v reflect.Value) {
	if c := r.peek(); c != '-' && (c < '0' || c > '9') {
		r.mismatch("integer")
		return
	}
	b := r.number()
	if r.broken {
		return
	}
	n, err := strconv.ParseInt(view(b), 10, 64)
	switch {
	case err != nil:
		r.wrong("api.integer")
	case v.OverflowInt(n), p.min != nil && n < *p.min, p.max != nil && n > *p.max:
		r.outside(p.min, p.max)
	default:
		v.SetInt(n)
	}
}

func (r *reader) outside(least, most *int64) {
	switch {
	case least != nil && most != nil:
		r.wrong("api.range", "min", *least, "max", *most)
	case least != nil:
		r.wrong("api.least", "min", *least)
	default:
		r.wrong("api.most", "max", *most)
	}
}

func (p *value) readSlice(r *reader, v reflect.Value) {
	if r.peek() != '[' {
		r.mismatch("array")
		return
	}
	if !r.enter() {
		return
	}
	n := 0
	r.array(func(i int) {
		if n = i + 1; p.maxItem >= 0 && i >= p.maxItem {
			r.skip()
			return
		}
		if i == v.Cap() {
			v.Grow(max(4, i)) // doubles, as append does
		}
		v.SetLen(i + 1)
		r.push(step{index: i})
		v.Index(i).SetZero()
		p.elem.read(r, v.Index(i))
		r.pop()
	})
	if v.IsNil() {
		v.Set(reflect.MakeSlice(p.typ, 0, 0)) // [] is not left out
	}
	if p.maxItem >= 0 && n > p.maxItem {
		r.wrong("api.too-many", "max", p.maxItem)
	}
	if n < p.minItem {
		r.wrong("api.too-few", "min", p.minItem)
	}
	r.depth--
}

func (r *reader) enter() bool {
	if r.depth++; r.depth > maxDepth {
		r.stop()
	}
	return !r.broken
}

func (p *value) readMap(r *reader, v reflect.Value) {
	if r.peek() != '{' {
		r.mismatch("object")
		return
	}
	if !r.enter() {
		return
	}
	out := reflect.MakeMap(p.typ)
	r.object(func(name []byte, ok bool) {
		if !ok {
			r.wrong("api.text")
			r.skip()
			return
		}
		key := string(name)
		r.push(step{name: shown(name)})
		k := reflect.ValueOf(key).Convert(p.typ.Key())
		if out.MapIndex(k).IsValid() {
			r.wrong("api.twice")
		}
		e := reflect.New(p.typ.Elem()).Elem()
		p.elem.read(r, e)
		out.SetMapIndex(k, e)
		r.pop()
	})
	v.Set(out)
	r.depth--
}

func (p *value) readStruct(r *reader, v reflect.Value) {
	if r.peek() != '{' {
		r.mismatch("object")
		return
	}
	if !r.enter() {
		return
	}
	var seen, given uint64
	r.object(func(name []byte, _ bool) {
		at, known := p.byName[string(name)]
		if !known {
			r.unknown(name)
			r.skip()
			return
		}
		f := &p.fields[at]
		r.push(step{name: f.name})
		defer r.pop()
		if seen&(1<<at) != 0 {
			r.wrong("api.twice")
			r.skip()
			return
		}
		seen |= 1 << at
		if r.null() {
			return
		}
		given |= 1 << at
		f.value.read(r, v.FieldByIndex(f.index))
	})
	if missing := p.required &^ given; missing != 0 && !r.broken {
		for at := range p.fields {
			if missing&(1<<at) != 0 {
				r.push(step{name: p.fields[at].name})
				r.wrong("api.required")
				r.pop()
			}
		}
	}
	r.depth--
}

// unknown names a field that the schema does not have.
func (r *reader) unknown(name []byte) {
	r.push(step{name: shown(name)})
	r.wrong("api.unknown-field")
	r.pop()
}

// shown gives a name from the request if it looks like one: what else stands
// there may be somebody's data.
func shown(name []byte) string {
	const longest = 50
	if len(name) == 0 || len(name) > longest {
		return "?"
	}
	for i, c := range name {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return "?"
		}
	}
	return string(name)
}

func (p *value) readText(r *reader, v reflect.Value) {
	s, ok := r.string()
	if !ok || !p.fits(r, s) {
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(s); err != nil {
		r.asField(err)
	}
}

func (p *value) readJSON(r *reader, v reflect.Value) {
	raw := r.raw()
	if r.broken {
		return
	}
	if err := v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(raw); err != nil {
		r.asField(err)
	}
}
