// Package fault is the one error type that leaves the core: a kind, a stable
// code that is also a translation key, its arguments and the cause.
//
// The core knows neither HTTP nor a language. An edge maps the kind to a
// status and renders the code in the reader's language (keys "fault.<code>"
// for the cashier or caller and, where it differs, "fault.<code>.log").
// Whatever is not a *Error is an internal failure: it is logged whole and
// shown as nothing more than that.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what sort of failure it is, and so what a caller can do about it.
type Kind uint8

// The kinds, from the caller's point of view.
const (
	Internal     Kind = iota // our failure; nothing the caller can mend
	Invalid                  // the request is wrong and will stay wrong
	NotFound                 // what it names does not exist
	Conflict                 // it contradicts what is there now
	Refused                  // well-formed, but the rules of the programme say no
	Unauthorized             // who is asking is not known
	Denied                   // who is asking may not do this
	TooMany                  // asked too often; try later
	TooLarge                 // past a limit on size
	Unavailable              // cannot be done now; the outcome may be unknown
	Unsupported              // it is written in a form that is not read
)

// Seconds names the argument of a TooMany that says how long to wait, int64.
const Seconds = "seconds"

// Arg is one named argument of a message.
type Arg struct {
	Name  string
	Value any
}

// Error is a failure with a stable code.
type Error struct {
	Kind   Kind
	Code   string // e.g. "member.not-found"; also the translation key under "fault."
	Args   []Arg
	Fields []Field // what in the request is wrong, where it can be told
	cause  error
}

// Field names one wrong place of a request.
type Field struct {
	Path string // e.g. "lines[2].price"
	Code string // translation key under "fault."
	Args []Arg

	Line, Column int // of a text, from 1; 0: it is none
}

// New makes an error; args are name, value pairs.
func New(kind Kind, code string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Args: Pairs(args...)}
}

// Wrap makes an error with a cause, which is logged and never shown.
func Wrap(cause error, kind Kind, code string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Args: Pairs(args...), cause: cause}
}

// Pairs turns name, value, name, value … into arguments.
func Pairs(args ...any) []Arg {
	out := make([]Arg, 0, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		out = append(out, Arg{Name: fmt.Sprint(args[i]), Value: args[i+1]})
	}
	return out
}

// With adds the wrong places of a request to the error.
func (e *Error) With(fields ...Field) *Error {
	e.Fields = append(e.Fields, fields...)
	return e
}

// At gives the error as what is wrong with one place of a request.
func (e *Error) At(path string) Field { return Field{Path: path, Code: e.Code, Args: e.Args} }

// Error renders the code, its arguments and the cause, for logs.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	for _, a := range e.Args {
		fmt.Fprintf(&b, " %s=%v", a.Name, a.Value)
	}
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " [%s %s]", f.Path, f.Code)
	}
	if e.cause != nil {
		b.WriteString(": ")
		b.WriteString(e.cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Arg gives the value of one argument, nil where there is none.
func (e *Error) Arg(name string) any {
	for _, a := range e.Args {
		if a.Name == name {
			return a.Value
		}
	}
	return nil
}

// From finds the *Error in err's chain; anything else becomes an Internal
// error with the code "internal" and err as its cause. nil stays nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Wrap(err, Internal, "internal")
}

// Is tells whether err carries the code.
func Is(err error, code string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == code
}
