package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"time"
	"unicode/utf8"
)

// reader reads JSON without reflection: the answers to receipts are read by
// it, which costs a fifth of what encoding/json does. After a failure it gives
// zeros and no more fields.
type reader struct {
	data  []byte
	at    int
	depth int
	err   error
}

// maxDepth bounds values inside values.
const maxDepth = 100

var errJSON = errors.New("it is not the JSON that belongs there")

// decoded is a type with a decoder of its own.
type decoded interface{ decode(r *reader) }

// unmarshal reads an answer into v.
func unmarshal(data []byte, v any) error {
	d, ok := v.(decoded)
	if !ok {
		return json.Unmarshal(data, v)
	}
	r := reader{data: data}
	d.decode(&r)
	if r.peek(); r.at < len(r.data) {
		r.fail()
	}
	return r.err
}

func (r *reader) fail() {
	if r.err == nil {
		r.err = errJSON
	}
	r.at = len(r.data)
}

// peek is the next byte that is no space; 0 at the end.
func (r *reader) peek() byte {
	for ; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; c {
		case ' ', '\n', '\r', '\t':
		default:
			return c
		}
	}
	return 0
}

func (r *reader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.at++
	return true
}

// word takes a word, such as null, if it is next.
func (r *reader) word(w string) bool {
	r.peek()
	end := r.at + len(w)
	if end > len(r.data) || string(r.data[r.at:end]) != w {
		return false
	}
	r.at = end
	return true
}

// open begins an object or a list and tells whether it has anything. null has
// nothing.
func (r *reader) open(bracket byte) bool {
	if r.word("null") {
		return false
	}
	if r.depth++; r.depth > maxDepth || !r.take(bracket) {
		r.fail()
		return false
	}
	// '{' and '}', '[' and ']' are two apart.
	if r.take(bracket + 2) {
		r.depth--
		return false
	}
	return true
}

// next goes on to the next field or item, or ends the object or list.
func (r *reader) next(bracket byte) bool {
	switch {
	case r.take(','):
		return true
	case r.take(bracket):
		r.depth--
	default:
		r.fail()
	}
	return false
}

// key reads a field's name and what divides it from its value.
func (r *reader) key() []byte {
	name := r.quoted()
	if !r.take(':') {
		r.fail()
	}
	return name
}

// quoted reads a text.
func (r *reader) quoted() []byte {
	if !r.take('"') {
		r.fail()
		return nil
	}
	begin, plain := r.at, true
	for ; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; {
		case c == '"':
			r.at++
			if plain {
				return r.data[begin : r.at-1]
			}
			return r.unquote(r.data[begin-1 : r.at])
		case c == '\\':
			r.at++ // what is escaped does not end the text
			plain = false
		case c >= utf8.RuneSelf, c < ' ':
			plain = false
		}
	}
	r.fail()
	return nil
}

// unquote reads a text that is not plain ASCII.
func (r *reader) unquote(quoted []byte) []byte {
	text := quoted[1 : len(quoted)-1]
	if utf8.Valid(text) && !bytes.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == '\\' }) {
		return text
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		r.fail()
	}
	return []byte(s)
}

func (r *reader) text() string {
	if r.word("null") {
		return ""
	}
	return string(r.quoted())
}

func (r *reader) int() int64 {
	if r.word("null") {
		return 0
	}
	negative := r.take('-')
	begin := r.at
	var n uint64
	for ; r.at < len(r.data); r.at++ {
		digit := r.data[r.at] - '0'
		if digit > 9 {
			break
		}
		if n > math.MaxInt64/10 {
			r.fail()
			return 0
		}
		n = n*10 + uint64(digit)
	}
	digits := r.at - begin
	most := uint64(math.MaxInt64)
	if negative {
		most++
	}
	// A fraction is refused by what comes next.
	if digits == 0 || digits > 1 && r.data[begin] == '0' || n > most {
		r.fail()
		return 0
	}
	if negative {
		return -int64(n)
	}
	return int64(n)
}

func (r *reader) bool() bool {
	switch {
	case r.word("true"):
		return true
	case r.word("false"), r.word("null"):
	default:
		r.fail()
	}
	return false
}

func (r *reader) time() (t time.Time) {
	if r.word("null") {
		return t
	}
	if err := t.UnmarshalText(r.quoted()); err != nil {
		r.fail()
	}
	return t
}

// skip passes a value that this client knows nothing of.
func (r *reader) skip() {
	r.peek()
	begin, depth := r.at, 0
	for r.err == nil {
		switch c := r.peek(); c {
		case '"':
			r.quoted()
		case '{', '[':
			depth++
			r.at++
		case '}', ']', ',', 0:
			if depth == 0 {
				if !json.Valid(r.data[begin:r.at]) {
					r.fail()
				}
				return
			}
			if c == 0 {
				r.fail()
				return
			}
			if c != ',' {
				depth--
			}
			r.at++
		default:
			r.at++
		}
	}
}

// list reads a list of values that one reads; nil for null.
func list[T any](r *reader, one func(v *T, r *reader)) []T {
	if r.word("null") {
		return nil
	}
	out := []T{}
	for more := r.open('['); more; more = r.next(']') {
		var v T
		out = append(out, v)
		one(&out[len(out)-1], r)
	}
	return out
}

// maybe reads a value that one reads; nil for null.
func maybe[T any](r *reader, one func(v *T, r *reader)) *T {
	if r.word("null") {
		return nil
	}
	v := new(T)
	one(v, r)
	return v
}

func textInto(s *string, r *reader) { *s = r.text() }

func intInto(n *int64, r *reader) { *n = r.int() }
