package figure

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Cursor reads JSON that this program has written, without making anything of
// what is not asked for: a receipt's event is a few hundred bytes, and reading
// it by reflection would cost more than everything else that is done with it.
// What is not well-formed makes it Bad; it then gives zeros and ends.
type Cursor struct {
	b   []byte
	i   int
	Bad bool
}

// NewCursor begins to read.
func NewCursor(doc []byte) *Cursor { return &Cursor{b: doc} }

// next skips white space and gives the byte that follows, 0 at the end.
func (c *Cursor) next() byte {
	for c.i < len(c.b) {
		switch x := c.b[c.i]; x {
		case ' ', '\n', '\r', '\t':
			c.i++
		default:
			return x
		}
	}
	return 0
}

func (c *Cursor) take(want byte) bool {
	if c.Bad || c.next() != want {
		c.Bad = true
		return false
	}
	c.i++
	return true
}

// Object reads an object; member reads or skips the value of each key.
func (c *Cursor) Object(member func(key []byte)) {
	if !c.take('{') {
		return
	}
	if c.next() == '}' {
		c.i++
		return
	}
	for !c.Bad {
		key := c.Text()
		if !c.take(':') {
			return
		}
		member(key)
		if c.next() != ',' {
			c.take('}')
			return
		}
		c.i++
	}
}

// Array reads an array; element reads or skips each of its values. A null is
// an empty one.
func (c *Cursor) Array(element func()) {
	if c.next() == 'n' {
		c.Skip()
		return
	}
	if !c.take('[') {
		return
	}
	if c.next() == ']' {
		c.i++
		return
	}
	for !c.Bad {
		element()
		if c.next() != ',' {
			c.take(']')
			return
		}
		c.i++
	}
}

// Text reads a string as it is written, its escapes left alone.
func (c *Cursor) Text() []byte {
	if !c.take('"') {
		return nil
	}
	from := c.i
	for {
		n := bytes.IndexByte(c.b[c.i:], '"')
		if n < 0 {
			c.Bad = true
			return nil
		}
		c.i += n + 1
		if c.b[c.i-2] != '\\' || !c.escaped(from) {
			return c.b[from : c.i-1]
		}
	}
}

// Word reads a string with its escapes, which few have.
func (c *Cursor) Word() []byte {
	raw := c.Text()
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	var s string
	if json.Unmarshal(slices.Concat([]byte{'"'}, raw, []byte{'"'}), &s) != nil {
		c.Bad = true
	}
	return []byte(s)
}

// escaped tells whether the quote just passed has an odd number of
// backslashes before it.
func (c *Cursor) escaped(from int) bool {
	n := 0
	for j := c.i - 2; j >= from && c.b[j] == '\\'; j-- {
		n++
	}
	return n%2 == 1
}

// Raw gives what read has passed over, as it is written.
func (c *Cursor) Raw(read func()) []byte {
	c.next()
	from := c.i
	read()
	return c.b[from:c.i]
}

// Int reads a whole number.
func (c *Cursor) Int() int64 {
	c.next()
	v, n := number(c.b[c.i:])
	if n == 0 {
		c.Bad = true
	}
	c.i += n
	return v
}

// ID reads a number that is written as a string; "" is 0.
func (c *Cursor) ID() int64 {
	s := c.Text()
	v, n := number(s)
	if n != len(s) {
		c.Bad = true
	}
	return v
}

// number reads the whole number at the beginning and tells how long it is.
func number(b []byte) (v int64, n int) {
	sign := int64(1)
	if len(b) > 0 && b[0] == '-' {
		sign = -1
		n++
	}
	from := n
	for n < len(b) && b[n] >= '0' && b[n] <= '9' {
		v = v*10 + sign*int64(b[n]-'0')
		n++
	}
	if n == from {
		return 0, 0
	}
	return v, n
}

// Bool reads a truth value.
func (c *Cursor) Bool() bool {
	yes := c.next() == 't'
	c.Skip()
	return yes
}

// Skip passes over a value of any kind.
func (c *Cursor) Skip() {
	depth := 0
	for !c.Bad {
		switch c.next() {
		case 0:
			c.Bad = true
			return
		case '"':
			c.Text()
		case '{', '[':
			depth++
			c.i++
			continue
		case '}', ']':
			depth--
			c.i++
		case ',', ':':
			c.i++
			continue
		default:
			c.word()
		}
		if depth <= 0 {
			return
		}
	}
}

// word passes over a number, true, false or null.
func (c *Cursor) word() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ',', '}', ']', ':', ' ', '\n', '\r', '\t':
			return
		}
		c.i++
	}
}
