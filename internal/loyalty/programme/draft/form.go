package draft

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"

	"kopilka/internal/platform/setting"
)

// form is how values of one type are written.
type form[T any] interface {
	// read puts what stands at n into to; what is wrong is noted.
	read(r *reader, n *yaml.Node, at string, to *T)
	write(w *writer, v T) *value
	schema(s *schemas) *value
	diff(d *differ, at path, was, is T)
}

// field is a key of an object.
type field[T any] struct {
	name   string
	needed bool
	read   func(r *reader, n *yaml.Node, at string, to *T)
	write  func(w *writer, v, fresh *T) *value // nil: as it is where nothing is said
	schema func(s *schemas) *value
	diff   func(d *differ, at path, was, is *T)

	setting *setting.Info // nil, or the setting that it is
}

// text is the key of the text that says what it is for.
func (f *field[T]) text(object string) string {
	if f.setting != nil {
		return f.setting.Title()
	}
	return "programme.key." + object + "." + f.name
}

// key makes a field of an object whose path in faults is its name.
func key[T, F any](name string, get func(*T) *F, f form[F]) field[T] {
	return field[T]{
		name: name,
		read: func(r *reader, n *yaml.Node, at string, to *T) { f.read(r, n, at, get(to)) },
		write: func(w *writer, v, fresh *T) *value {
			if same(*get(v), *get(fresh)) {
				return nil
			}
			return f.write(w, *get(v))
		},
		schema: f.schema,
		diff: func(d *differ, at path, was, is *T) {
			if !same(*get(was), *get(is)) {
				f.diff(d, at, *get(was), *get(is))
			}
		},
	}
}

// need makes a field that must be there, and is always written.
func need[T, F any](name string, get func(*T) *F, f form[F]) field[T] {
	out := key(name, get, f)
	out.needed = true
	out.write = func(w *writer, v, _ *T) *value { return f.write(w, *get(v)) }
	return out
}

// same compares what is written; no items is as good as nothing.
func same[T any](a, b T) bool {
	x, y := reflect.ValueOf(&a).Elem(), reflect.ValueOf(&b).Elem()
	if k := x.Kind(); (k == reflect.Slice || k == reflect.Map) && x.Len() == 0 && y.Len() == 0 {
		return true
	}
	return equal(x, y)
}

// equal is reflect.DeepEqual on what is exported: what Compile has worked out
// is left aside.
func equal(x, y reflect.Value) bool {
	switch x.Kind() {
	case reflect.Struct:
		for i := range x.NumField() {
			if x.Type().Field(i).IsExported() && !equal(x.Field(i), y.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Slice:
		if x.Len() != y.Len() {
			return false
		}
		for i := range x.Len() {
			if !equal(x.Index(i), y.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if x.Len() != y.Len() {
			return false
		}
		for _, k := range x.MapKeys() {
			if v := y.MapIndex(k); !v.IsValid() || !equal(x.MapIndex(k), v) {
				return false
			}
		}
		return true
	case reflect.Pointer:
		if x.IsNil() || y.IsNil() {
			return x.IsNil() == y.IsNil()
		}
		return equal(x.Elem(), y.Elem())
	}
	return x.Interface() == y.Interface()
}

// object is a map with keys of its own.
type object[T any] struct {
	name   string   // of its schema and of its texts
	fresh  func() T // with the defaults
	fields []field[T]
	flow   bool    // written on one line
	short  form[T] // nil, or how a single value stands for it; writes nil where it can't
	before func(v T) T
	after  func(r *reader, n *yaml.Node, at string, to *T)
}

func (o *object[T]) read(r *reader, n *yaml.Node, at string, to *T) {
	*to = o.fresh()
	if o.short != nil && n.Kind == yaml.ScalarNode {
		o.short.read(r, n, at, to)
		return
	}
	seen := map[string]bool{}
	for _, p := range r.pairs(n, at) {
		seen[p.name] = true
		i := slices.IndexFunc(o.fields, func(f field[T]) bool { return f.name == p.name })
		if i < 0 {
			r.bad(p.key, join(at, p.name), "programme.text-unknown", "keys", o.keys())
			continue
		}
		r.see(join(at, p.name), p.value)
		o.fields[i].read(r, p.value, join(at, p.name), to)
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for _, f := range o.fields {
		if f.needed && !seen[f.name] {
			r.bad(n, join(at, f.name), "programme.text-missing", "key", f.name)
		}
	}
	if o.after != nil {
		o.after(r, n, at, to)
	}
}

func (o *object[T]) keys() string {
	out := ""
	for i, f := range o.fields {
		if i > 0 {
			out += ", "
		}
		out += f.name
	}
	return out
}

func (o *object[T]) write(w *writer, v T) *value {
	if o.before != nil {
		v = o.before(v)
	}
	fresh := o.fresh()
	if o.short != nil {
		if out := o.short.write(w, v); out != nil {
			return out
		}
	}
	out := &value{sort: mapValue, flow: o.flow}
	for _, f := range o.fields {
		if item := f.write(w, &v, &fresh); item != nil {
			out.put(f.name, item)
		}
	}
	return out
}

func (o *object[T]) diff(d *differ, at path, was, is T) {
	if o.before != nil {
		was, is = o.before(was), o.before(is)
	}
	for _, f := range o.fields {
		f.diff(d, at.field(f.name, f.text(o.name)), &was, &is)
	}
}

// optional is a value that may not be there.
type optional[T any] struct{ of form[T] }

func (o optional[T]) read(r *reader, n *yaml.Node, at string, to **T) {
	*to = new(T)
	o.of.read(r, n, at, *to)
}

func (o optional[T]) write(w *writer, v *T) *value { return o.of.write(w, *v) }

func (o optional[T]) schema(s *schemas) *value { return o.of.schema(s) }

func (o optional[T]) diff(d *differ, at path, was, is *T) {
	if was != nil && is != nil {
		o.of.diff(d, at, *was, *is)
		return
	}
	said := func(v *T) *value {
		if v == nil {
			return nil
		}
		return o.of.write(d.writer, *v)
	}
	d.changed(at, said(was), said(is))
}

// list is values in an order.
type list[T any] struct {
	of   form[T]
	most int
	flow bool
	what string                     // of keyed items: rule, level, campaign
	key  func(*T) (id, name string) // nil, or what its items are known by when two lists are compared
}

func (l list[T]) read(r *reader, n *yaml.Node, at string, to *[]T) {
	nodes := r.list(n, at, l.most)
	*to = make([]T, len(nodes))
	for i, item := range nodes {
		path := fmt.Sprintf("%s[%d]", at, i)
		r.see(path, item)
		l.of.read(r, item, path, &(*to)[i])
	}
}

func (l list[T]) write(w *writer, v []T) *value {
	out := &value{sort: listValue, flow: l.flow}
	for _, item := range v {
		out.items = append(out.items, l.of.write(w, item))
	}
	return out
}

func (l list[T]) schema(s *schemas) *value {
	many := s.object("type", textOf("array"), "items", l.of.schema(s), "maxItems", number(l.most))
	if l.key != nil {
		return many
	}
	return s.object("anyOf", s.list(l.of.schema(s), many))
}

func (l list[T]) diff(d *differ, at path, was, is []T) {
	if l.key == nil {
		d.changed(at, l.write(d.writer, was), l.write(d.writer, is))
		return
	}
	d.lists(at, l.what, keyed(was, l.key), keyed(is, l.key), func(at path, i, j int) {
		if !same(was[i], is[j]) {
			l.of.diff(d, at, was[i], is[j])
		}
	}, func(i int, old bool) *value {
		if old {
			return l.of.write(d.writer, was[i])
		}
		return l.of.write(d.writer, is[i])
	})
}

// dict is values by names of the programme's own.
type dict[T any] struct{ of form[T] }

const maxKeys = 1000

func (m dict[T]) read(r *reader, n *yaml.Node, at string, to *map[string]T) {
	pairs := r.pairs(n, at)
	if len(pairs) > maxKeys {
		r.bad(n, at, "programme.too-many", "most", maxKeys)
		return
	}
	*to = map[string]T{}
	for _, p := range pairs {
		r.see(join(at, p.name), p.value)
		var v T
		m.of.read(r, p.value, join(at, p.name), &v)
		(*to)[p.name] = v
	}
}

func (m dict[T]) write(w *writer, v map[string]T) *value {
	out := &value{sort: mapValue, flow: true}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		out.put(name, m.of.write(w, v[name]))
	}
	return out
}

func (m dict[T]) schema(s *schemas) *value {
	return s.object("type", textOf("object"), "additionalProperties", m.of.schema(s), "maxProperties", number(maxKeys))
}

func (m dict[T]) diff(d *differ, at path, was, is map[string]T) {
	said := func(of map[string]T, name string) *value {
		if v, ok := of[name]; ok {
			return m.of.write(d.writer, v)
		}
		return nil
	}
	names := slices.Sorted(maps.Keys(was))
	for _, name := range slices.Sorted(maps.Keys(is)) {
		if _, ok := was[name]; !ok {
			names = append(names, name)
		}
	}
	for _, name := range names {
		a, old := was[name]
		b, now := is[name]
		if old != now || !same(a, b) {
			d.changed(at.named(name), said(was, name), said(is, name))
		}
	}
}
