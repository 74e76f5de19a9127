// Package strict reads the JSON of a request into a struct, taking exactly
// what the struct's schema says and naming every wrong place.
//
// A plan is made once for a type, from the same tags that its schema in the
// OpenAPI document is made from: a field without omitempty or omitzero is
// required; minimum, maximum, minLength, maxLength, minItems, maxItems and
// enum bound it. Unknown fields, a field given twice, a fraction where a whole
// number belongs and text that is no UTF-8 are refused. null counts as a field
// left out. No value of the request is ever repeated in an error.
package strict

import (
	"reflect"

	"kopilka/internal/platform/fault"
)

// Bounds on what is read and told.
const (
	maxDepth  = 24
	maxFaults = 20 // wrong places named in one answer
)

// Plan reads one type.
type Plan struct{ value *value }

// Compile makes the plan of a type. It panics on a type or tag that it does
// not know: that is the program's mistake, found at its start.
func Compile(t reflect.Type) *Plan {
	c := compiler{made: map[reflect.Type]*value{}}
	return &Plan{c.compile(t)}
}

// Decode reads data into v, which is zero and of the plan's type.
func (p *Plan) Decode(data []byte, v reflect.Value) error {
	r := reader{data: data}
	r.space()
	if r.at == len(r.data) {
		return fault.New(fault.Invalid, "api.no-body")
	}
	p.value.read(&r, v)
	r.space()
	if r.broken || r.at != len(r.data) {
		return fault.New(fault.Invalid, "api.json", "offset", r.at)
	}
	if len(r.faults) > 0 {
		return fault.New(fault.Invalid, "api.invalid").With(r.faults...)
	}
	return nil
}
