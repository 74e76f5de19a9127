package api

import (
	"strconv"
	"strings"
	"time"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
)

// Time is a point in time: RFC 3339 on the wire, given in UTC.
type Time clock.Micros

// AppendText writes the time.
func (t Time) AppendText(b []byte) ([]byte, error) {
	if t == 0 {
		return b, nil
	}
	return clock.Micros(t).Time().AppendFormat(b, "2006-01-02T15:04:05.999999Z"), nil
}

// MarshalText writes the time; zero as "".
func (t Time) MarshalText() ([]byte, error) { return t.AppendText(nil) }

// UnmarshalText reads a time of any zone.
func (t *Time) UnmarshalText(b []byte) error {
	v, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil || v.Year() < 1970 || v.Year() > 2200 {
		return fault.New(fault.Invalid, "api.time")
	}
	*t = Time(clock.Of(v))
	return nil
}

// OpID names a purchase or a refund: its home and its id. What it is made of
// is nobody else's business.
type OpID struct {
	Home home.ID
	ID   id.ID
}

// MarshalText writes the name; none as "".
func (o OpID) MarshalText() ([]byte, error) {
	if o.ID == 0 {
		return nil, nil
	}
	b := strconv.AppendInt(make([]byte, 0, 40), int64(o.Home), 10)
	return strconv.AppendInt(append(b, '.'), int64(o.ID), 10), nil
}

// UnmarshalText reads the name.
func (o *OpID) UnmarshalText(b []byte) error {
	first, second, ok := strings.Cut(string(b), ".")
	h, err := id.Parse(first)
	i, err2 := id.Parse(second)
	if !ok || err != nil || err2 != nil {
		return fault.New(fault.Invalid, "api.op-id")
	}
	o.Home, o.ID = home.ID(h), i
	return nil
}

// Page is a part of a list.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// Paging asks for a part of a list. It is exported, since the document is made from the fields of exported types only.
type Paging struct {
	After string `query:"after"`
	Limit int    `query:"limit" maximum:"200"`
}

// id is a cursor that names the last thing of the part before; 0: none.
func (p *Paging) id() (id.ID, error) {
	if p.After == "" {
		return 0, nil
	}
	i, err := id.Parse(p.After)
	if err != nil {
		return 0, badCursor()
	}
	return i, nil
}

const (
	defaultLimit = 50
	maxLimit     = 200
)

func (p *Paging) limit() int {
	if p.Limit == 0 {
		return defaultLimit
	}
	return min(p.Limit, maxLimit)
}

func isOne(choices, value string) bool {
	for c := range strings.SplitSeq(choices, ",") {
		if c == value {
			return true
		}
	}
	return false
}

func badCursor() error {
	return fault.New(fault.Invalid, "api.invalid").With(fault.Field{Path: "after", Code: "api.cursor"})
}

// orEmpty gives a list that is written as [] where there is nothing.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
