package strict

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"

	"kopilka/internal/platform/fault"
)

// reader goes through a text of JSON. Once broken it reads nothing more.
type reader struct {
	data   []byte
	at     int
	depth  int
	broken bool
	path   []step
	faults []fault.Field
	buf    []byte // a text with its escapes taken out
}

// step is a field's name or, where that is "", an index.
type step struct {
	name  string
	index int
}

// wrong notes what is wrong with the value at the path.
func (r *reader) wrong(code string, args ...any) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, fault.Field{Path: r.where(), Code: code, Args: fault.Pairs(args...)})
	}
}

func (r *reader) where() string {
	var b []byte
	for _, s := range r.path {
		if s.name == "" {
			b = append(strconv.AppendInt(append(b, '['), int64(s.index), 10), ']')
			continue
		}
		if len(b) > 0 {
			b = append(b, '.')
		}
		b = append(b, s.name...)
	}
	return string(b)
}

func (r *reader) push(s step) { r.path = append(r.path, s) }
func (r *reader) pop()        { r.path = r.path[:len(r.path)-1] }

func (r *reader) stop() { r.broken = true }

func (r *reader) space() {
	for r.at < len(r.data) {
		switch r.data[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// peek is the first character of what comes, 0 at the end.
func (r *reader) peek() byte {
	r.space()
	if r.broken || r.at >= len(r.data) {
		return 0
	}
	return r.data[r.at]
}

// take goes past the character if it comes.
func (r *reader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.at++
	return true
}

func (r *reader) word(w string) bool {
	if r.broken || len(r.data)-r.at < len(w) || string(r.data[r.at:r.at+len(w)]) != w {
		return false
	}
	r.at += len(w)
	return true
}

// null goes past a null if it comes.
func (r *reader) null() bool { return r.peek() == 'n' && r.word("null") }

// text reads a string. The bytes stand until the next one is read; ok is
// false where it is no string that can be kept.
func (r *reader) text() (s []byte, ok bool) {
	if !r.take('"') {
		r.stop()
		return nil, false
	}
	from := r.at
	for ; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; {
		case c == '"':
			s = r.data[from:r.at]
			r.at++
			return s, utf8.Valid(s)
		case c == '\\':
			return r.escaped(from)
		case c < ' ':
			r.stop()
			return nil, false
		}
	}
	r.stop()
	return nil, false
}

func (r *reader) escaped(from int) (s []byte, ok bool) {
	ok = true
	r.buf = append(r.buf[:0], r.data[from:r.at]...)
	for r.at < len(r.data) {
		c := r.data[r.at]
		r.at++
		switch {
		case c == '"':
			return r.buf, ok && utf8.Valid(r.buf)
		case c < ' ':
			r.stop()
			return nil, false
		case c != '\\':
			r.buf = append(r.buf, c)
		default:
			ok = r.escape() && ok
		}
		if r.broken {
			return nil, false
		}
	}
	r.stop()
	return nil, false
}

// escape reads what follows a backslash; false where it stands for nothing
// that can be kept: half a surrogate, or U+0000, which PostgreSQL can't store.
func (r *reader) escape() bool {
	if r.at >= len(r.data) {
		r.stop()
		return false
	}
	c := r.data[r.at]
	r.at++
	switch c {
	case '"', '\\', '/':
		r.buf = append(r.buf, c)
	case 'b':
		r.buf = append(r.buf, '\b')
	case 'f':
		r.buf = append(r.buf, '\f')
	case 'n':
		r.buf = append(r.buf, '\n')
	case 'r':
		r.buf = append(r.buf, '\r')
	case 't':
		r.buf = append(r.buf, '\t')
	case 'u':
		return r.unicode()
	default:
		r.stop()
		return false
	}
	return true
}

func (r *reader) unicode() bool {
	c := r.hex()
	if utf16.IsSurrogate(c) {
		low := rune(-1)
		if r.at+1 < len(r.data) && r.data[r.at] == '\\' && r.data[r.at+1] == 'u' {
			r.at += 2
			low = r.hex()
		}
		if c = utf16.DecodeRune(c, low); c == utf8.RuneError {
			return false
		}
	}
	r.buf = utf8.AppendRune(r.buf, c)
	return c != 0
}

func (r *reader) hex() rune {
	if len(r.data)-r.at < 4 {
		r.stop()
		return 0
	}
	var v rune
	for _, c := range r.data[r.at : r.at+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			r.stop()
			return 0
		}
		v = v<<4 | rune(c)
	}
	r.at += 4
	return v
}

// number reads a number as it is written.
func (r *reader) number() []byte {
	r.space()
	from := r.at
	if r.at < len(r.data) && r.data[r.at] == '-' {
		r.at++
	}
	if whole := r.digits(); whole == 0 || whole > 1 && r.data[r.at-whole] == '0' {
		r.stop()
		return nil
	}
	if r.at < len(r.data) && r.data[r.at] == '.' {
		r.at++
		if r.digits() == 0 {
			r.stop()
			return nil
		}
	}
	if r.at < len(r.data) && (r.data[r.at] == 'e' || r.data[r.at] == 'E') {
		r.at++
		if r.at < len(r.data) && (r.data[r.at] == '+' || r.data[r.at] == '-') {
			r.at++
		}
		if r.digits() == 0 {
			r.stop()
			return nil
		}
	}
	return r.data[from:r.at]
}

func (r *reader) digits() (n int) {
	for r.at < len(r.data) && r.data[r.at] >= '0' && r.data[r.at] <= '9' {
		r.at++
		n++
	}
	return n
}

// raw goes past a value of any kind and gives its text.
func (r *reader) raw() []byte {
	r.space()
	from := r.at
	r.skip()
	return r.data[from:r.at]
}

// skip goes past a value of any kind.
func (r *reader) skip() {
	if r.depth++; r.depth > maxDepth {
		r.stop()
	}
	switch r.peek() {
	case '"':
		r.text()
	case '{':
		r.object(func([]byte, bool) { r.skip() })
	case '[':
		r.array(func(int) { r.skip() })
	case 't':
		if !r.word("true") {
			r.stop()
		}
	case 'f':
		if !r.word("false") {
			r.stop()
		}
	case 'n':
		if !r.word("null") {
			r.stop()
		}
	default:
		r.number()
	}
	r.depth--
}

// object reads an object; member reads the value of one name.
func (r *reader) object(member func(name []byte, ok bool)) {
	if !r.take('{') {
		r.stop()
		return
	}
	if r.take('}') {
		return
	}
	for !r.broken {
		if r.peek() != '"' {
			r.stop()
			return
		}
		name, ok := r.text()
		if !r.take(':') {
			r.stop()
			return
		}
		member(name, ok)
		if r.broken || r.take('}') {
			return
		}
		if !r.take(',') {
			r.stop()
		}
	}
}

// array reads an array; element reads one of its values.
func (r *reader) array(element func(i int)) {
	if !r.take('[') {
		r.stop()
		return
	}
	if r.take(']') {
		return
	}
	for i := 0; !r.broken; i++ {
		element(i)
		if r.broken || r.take(']') {
			return
		}
		if !r.take(',') {
			r.stop()
		}
	}
}

// view shows bytes as a string for a call that does not keep it.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }
