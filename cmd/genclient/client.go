package main

import (
	"fmt"
	"maps"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// client is what the templates write.
type client struct {
	Base, Version string
	Types         []structure
	Enums         []*enum
	Operations    []operation
	Decoders      []decoder
}

// structure is a schema as a Go type.
type structure struct {
	Name   string
	Fields []field
}

// field is a property or a parameter of a query.
type field struct {
	Name, Type, JSON, Options, About string
}

// operation is a method of the client.
type operation struct {
	Name, Method, Path string
	Summary, About     string
	Scopes             string
	Parts              []string // of the path, as Go expressions: fixed ones and parameters by turns
	Params             []param  // those of the path
	Query              []field
	Body, Answer       string // types; "": none
	Keyed              bool

	query []*huma.Param
}

// param is an argument of a method.
type param struct{ Name, Type string }

// Arguments is what the method takes after its context.
func (o *operation) Arguments() string {
	args := slices.Clone(o.Params)
	if o.Keyed {
		args = append(args, param{"key", "string"})
	}
	if o.Body != "" {
		args = append(args, param{"body", "*" + o.Body})
	}
	if len(o.Query) > 0 {
		args = append(args, param{"query", "*" + o.Name + "Query"})
	}
	var b strings.Builder
	for i, a := range args {
		b.WriteString(", " + a.Name)
		if i+1 == len(args) || args[i+1].Type != a.Type {
			b.WriteString(" " + a.Type)
		}
	}
	return b.String()
}

// Repeated tells whether the client may send the operation again.
func (o *operation) Repeated() bool { return o.Keyed || o.Method == http.MethodGet }

// handWritten are schemas that the client has in its own hand.
var handWritten = []string{"Problem", "ProblemField"}

// reading turns the document into a client.
type reading struct {
	doc    *huma.OpenAPI
	enums  map[string]*enum
	wanted []string // schemas, as they are met
}

// schema is the name of the schema that s is a reference to; "" if it is none.
func (r *reading) schema(s *huma.Schema) string {
	if len(s.AllOf) == 1 {
		s = s.AllOf[0]
	}
	if s.Ref == "" {
		return ""
	}
	name := path.Base(s.Ref)
	r.wanted = append(r.wanted, name)
	return name
}

func (r *reading) client() (*client, error) {
	c := &client{Base: r.doc.Servers[0].URL, Version: r.doc.Info.Version}
	for _, at := range slices.Sorted(maps.Keys(r.doc.Paths)) {
		item := r.doc.Paths[at]
		for _, m := range []struct {
			name string
			op   *huma.Operation
		}{
			{http.MethodGet, item.Get},
			{http.MethodPost, item.Post},
			{http.MethodPut, item.Put},
			{http.MethodPatch, item.Patch},
			{http.MethodDelete, item.Delete},
		} {
			if m.op == nil {
				continue
			}
			o, err := r.operation(m.name, at, m.op)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", m.name, at, err)
			}
			c.Operations = append(c.Operations, o)
		}
	}
	slices.SortFunc(c.Operations, func(a, b operation) int { return strings.Compare(a.Name, b.Name) })
	var err error
	if c.Types, err = r.structures(); err != nil {
		return nil, err
	}
	// After the fields, whose enums the parameters share.
	for i := range c.Operations {
		if err := r.query(&c.Operations[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Operations[i].Name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.enums)) {
		c.Enums = append(c.Enums, r.enums[name])
	}
	if c.Decoders, err = c.decoders(); err != nil {
		return nil, err
	}
	return c, nil
}

// structures reads the schemas that operations need, and those that these do.
func (r *reading) structures() ([]structure, error) {
	var out []structure
	made := map[string]bool{}
	for len(r.wanted) > 0 {
		name := r.wanted[0]
		r.wanted = r.wanted[1:]
		if made[name] || slices.Contains(handWritten, name) {
			continue
		}
		made[name] = true
		s, err := r.structure(name, r.doc.Components.Schemas.Map()[name])
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", name, err)
		}
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b structure) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// structure reads a schema. The document says nothing of the order of fields,
// nor whether zero is another thing than nothing: the type it was made from
// does.
func (r *reading) structure(name string, s *huma.Schema) (structure, error) {
	out := structure{Name: name}
	if s.Type != huma.TypeObject || len(s.Properties) == 0 {
		return out, fmt.Errorf("is no object with properties")
	}
	from := r.doc.Components.Schemas.TypeFromRef("#/components/schemas/" + name)
	seen := 0
	for _, f := range reflect.VisibleFields(from) {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		property := s.Properties[key]
		if property == nil {
			continue
		}
		seen++
		made, err := r.property(name, key, property, f.Type, slices.Contains(s.Required, key))
		if err != nil {
			return out, fmt.Errorf("%s: %w", key, err)
		}
		out.Fields = append(out.Fields, made)
	}
	if seen != len(s.Properties) {
		return out, fmt.Errorf("%d of its %d properties are fields of %v", seen, len(s.Properties), from)
	}
	return out, nil
}

func (r *reading) property(owner, key string, s *huma.Schema, from reflect.Type, required bool) (field, error) {
	f := field{Name: goName(key), JSON: key, About: s.Description}
	var err error
	if f.Type, err = r.goType(owner+f.Name, s, from); err != nil || required {
		return f, err
	}
	f.Options = ",omitempty"
	switch {
	case from.Kind() == reflect.Pointer || r.schema(s) != "":
		f.Type = "*" + f.Type
	case f.Type == "time.Time":
		f.Options = ",omitzero"
	}
	return f, nil
}

func (r *reading) operation(method, at string, op *huma.Operation) (operation, error) {
	o := operation{Name: goName(op.OperationID), Method: method, Path: at, Summary: op.Summary, About: op.Description}
	if scopes, ok := op.Extensions["x-scopes"].([]string); ok {
		o.Scopes = strings.Join(scopes, " or ")
	}
	byName := map[string]*huma.Param{}
	for _, p := range op.Parameters {
		switch {
		case p.In == "path":
			byName[p.Name] = p
		case p.In == "query":
			o.query = append(o.query, p)
		case p.Name == "Idempotency-Key":
			o.Keyed = p.Required // one that may be left out is
		default:
			return o, fmt.Errorf("parameter %s in %s", p.Name, p.In)
		}
	}
	if err := o.split(at, byName); err != nil {
		return o, err
	}
	if op.RequestBody != nil {
		o.Body = r.schema(op.RequestBody.Content["application/json"].Schema)
		if o.Body == "" {
			return o, fmt.Errorf("its body has no name")
		}
	}
	for status, answer := range op.Responses {
		if !strings.HasPrefix(status, "2") || answer.Content == nil {
			continue
		}
		if o.Answer = r.schema(answer.Content["application/json"].Schema); o.Answer == "" {
			return o, fmt.Errorf("its answer has no name")
		}
	}
	return o, nil
}

// query reads the operation's parameters of the query.
func (r *reading) query(o *operation) error {
	for _, p := range o.query {
		f := field{Name: goName(p.Name), JSON: p.Name, About: p.Description}
		var err error
		if f.Type, err = r.goType(o.Name+f.Name, p.Schema, nil); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		o.Query = append(o.Query, f)
	}
	return nil
}

// split cuts the path at its parameters.
func (o *operation) split(at string, params map[string]*huma.Param) error {
	for at != "" {
		fixed, rest, more := strings.Cut(at, "{")
		o.Parts = append(o.Parts, fmt.Sprintf("%q", fixed))
		if !more {
			return nil
		}
		name, after, _ := strings.Cut(rest, "}")
		p := params[name]
		if p == nil {
			return fmt.Errorf("parameter %s is not described", name)
		}
		made := param{Name: argument(name), Type: "string"}
		part := made.Name
		if p.Schema.Type == huma.TypeInteger {
			made.Type, part = "int64", "strconv.FormatInt("+made.Name+", 10)"
		}
		if o.Keyed && made.Name == "key" {
			return fmt.Errorf("the key and a parameter have one name")
		}
		o.Params, o.Parts, at = append(o.Params, made), append(o.Parts, part), after
	}
	return nil
}
