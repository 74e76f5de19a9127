package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
)

// Problem is a failure that the service answered with (RFC 9457).
type Problem struct {
	Status    int            `json:"status"`     // of HTTP
	Code      string         `json:"code"`       // stable: "member.not-found"; "" where something between answered, not the service
	Type      string         `json:"type"`       // an address of the code
	Title     string         `json:"title"`      // what sort of failure it is, in the language asked for
	Detail    string         `json:"detail"`     // what to tell the cashier, in the language asked for
	Log       string         `json:"log"`        // what to write to the till's log; never holds anything personal
	RequestID string         `json:"request_id"` // names the request in the service's log
	Errors    []ProblemField `json:"errors"`     // what in the request is wrong, where it can be told
	More      int            `json:"more"`       // how many more places are wrong that are not named

	// RetryAfter is how long the service asks to wait before the next request;
	// 0: it doesn't.
	RetryAfter time.Duration `json:"-"`
}

// ProblemField is one wrong place of a request.
type ProblemField struct {
	Path   string `json:"path"`   // "lines[2].price"
	Code   string `json:"code"`   // stable: "api.range"
	Detail string `json:"detail"` // what is wrong there, in the language asked for
	Line   int    `json:"line"`   // where in a text, from 1; 0: it is none
	Column int    `json:"column"` // where in the line, from 1
}

// Error is fit for a log: it holds nothing personal.
func (p *Problem) Error() string {
	switch {
	case p.Code == "":
		return "kopilka: " + strconv.Itoa(p.Status) + " " + p.Title
	case p.Log == "":
		return "kopilka: " + p.Code
	}
	return "kopilka: " + p.Code + ": " + p.Log
}

// Code is the stable code of the problem in err; "" where there is none.
func Code(err error) string {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Code
	}
	return ""
}

// problemOf reads an answer that is no success. What isn't a problem, such as
// a page of a proxy, becomes one without a code.
func problemOf(status int, header http.Header, body []byte) *Problem {
	p := &Problem{}
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) || json.Unmarshal(body, p) != nil || p.Code == "" {
		p = &Problem{Title: http.StatusText(status)}
	}
	p.Status = status
	p.RetryAfter = retryAfter(header.Get("Retry-After"))
	return p
}

// retryAfter reads a number of seconds; the service gives no dates.
func retryAfter(value string) time.Duration {
	seconds, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
}
