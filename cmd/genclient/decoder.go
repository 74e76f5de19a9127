package main

import (
	"fmt"
	"slices"
	"strings"
)

// decoder is how a type is read from JSON without reflection.
type decoder struct {
	Name  string
	Cases []decoderCase
}

// decoderCase reads one field.
type decoderCase struct{ JSON, Statement string }

// decoders are for the answers of operations done under a key, with all that
// is in them: tills wait for those.
func (c *client) decoders() ([]decoder, error) {
	wanted := map[string]bool{}
	var want func(name string)
	want = func(name string) {
		at := slices.IndexFunc(c.Types, func(s structure) bool { return s.Name == name })
		if at < 0 || wanted[name] {
			return
		}
		wanted[name] = true
		for _, f := range c.Types[at].Fields {
			want(strings.TrimLeft(f.Type, "[]*"))
		}
	}
	for _, o := range c.Operations {
		if o.Keyed {
			want(o.Answer)
		}
	}
	var out []decoder
	for _, s := range c.Types {
		if !wanted[s.Name] {
			continue
		}
		d := decoder{Name: s.Name}
		for _, f := range s.Fields {
			statement, err := c.decode(f, wanted)
			if err != nil {
				return nil, fmt.Errorf("%s.%s: %w", s.Name, f.Name, err)
			}
			d.Cases = append(d.Cases, decoderCase{f.JSON, statement})
		}
		out = append(out, d)
	}
	return out, nil
}

// decode is the statement that reads the field.
func (c *client) decode(f field, structures map[string]bool) (string, error) {
	into := "v." + f.Name
	elem := strings.TrimLeft(f.Type, "[]*")
	isEnum := slices.ContainsFunc(c.Enums, func(e *enum) bool { return e.Name == f.Type })
	switch {
	case f.Type == "string":
		return into + " = r.text()", nil
	case f.Type == "int64":
		return into + " = r.int()", nil
	case f.Type == "bool":
		return into + " = r.bool()", nil
	case f.Type == "time.Time":
		return into + " = r.time()", nil
	case isEnum:
		return into + " = " + f.Type + "(r.text())", nil
	case f.Type == "[]string":
		return into + " = list(r, textInto)", nil
	case f.Type == "[]int64":
		return into + " = list(r, intInto)", nil
	case !structures[elem]:
	case f.Type == elem:
		return into + ".decode(r)", nil
	case f.Type == "*"+elem:
		return into + " = maybe(r, (*" + elem + ").decode)", nil
	case f.Type == "[]"+elem:
		return into + " = list(r, (*" + elem + ").decode)", nil
	}
	return "", fmt.Errorf("no decoder reads a %s", f.Type)
}
