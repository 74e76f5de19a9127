package httpx

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/i18n"
	"kopilka/internal/platform/log"
)

// kinds is the one table from a fault's kind to its status, and to the key of
// its title in the locale files.
var kinds = map[fault.Kind]struct {
	status int
	title  string
}{
	fault.Internal:     {http.StatusInternalServerError, "http.title.internal"},
	fault.Invalid:      {http.StatusBadRequest, "http.title.invalid"},
	fault.NotFound:     {http.StatusNotFound, "http.title.not-found"},
	fault.Conflict:     {http.StatusConflict, "http.title.conflict"},
	fault.Refused:      {http.StatusUnprocessableEntity, "http.title.refused"},
	fault.Unauthorized: {http.StatusUnauthorized, "http.title.unauthorized"},
	fault.Denied:       {http.StatusForbidden, "http.title.denied"},
	fault.TooMany:      {http.StatusTooManyRequests, "http.title.too-many"},
	fault.TooLarge:     {http.StatusRequestEntityTooLarge, "http.title.too-large"},
	fault.Unavailable:  {http.StatusServiceUnavailable, "http.title.unavailable"},
	fault.Unsupported:  {http.StatusUnsupportedMediaType, "http.title.unsupported"},
}

// ProblemType begins the type of every problem; the fault's code follows.
const ProblemType = "urn:kopilka:fault:"

// ProblemContentType is the media type of a Problem.
const ProblemContentType = "application/problem+json"

// Status is the HTTP status of the kind.
func Status(kind fault.Kind) int {
	if k, ok := kinds[kind]; ok {
		return k.status
	}
	return http.StatusInternalServerError
}

// Problem is the body of every answer that is not a success (RFC 9457).
type Problem struct {
	Type      string         `json:"type" doc:"urn:kopilka:fault: and the code" example:"urn:kopilka:fault:member.not-found"`
	Title     string         `json:"title" doc:"What sort of failure it is, in the reader's language"`
	Status    int            `json:"status" doc:"The HTTP status"`
	Detail    string         `json:"detail" doc:"What to tell the cashier, in the reader's language"`
	Code      string         `json:"code" doc:"Stable code of the failure" example:"member.not-found"`
	Log       string         `json:"log" doc:"What to write to the till's log; never holds anything personal"`
	RequestID string         `json:"request_id,omitempty" doc:"Names the request in the server's log"`
	Errors    []ProblemField `json:"errors,omitempty" doc:"What in the request is wrong, where it can be told"`
	More      int            `json:"more,omitempty" doc:"How many more places are wrong that are not named"`
}

// maxFields bounds the wrong places that one answer names.
const maxFields = 100

// ProblemField is one wrong place of a request.
type ProblemField struct {
	Path   string `json:"path" doc:"Where in the request" example:"lines[2].price"`
	Code   string `json:"code" doc:"Stable code of the fault" example:"money.negative"`
	Detail string `json:"detail" doc:"What is wrong there, in the reader's language"`
	Line   int    `json:"line,omitempty" doc:"Where in a text, from 1"`
	Column int    `json:"column,omitempty" doc:"Where in the line, from 1"`
}

// Error makes a Problem an error, so that a handler can return it.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the HTTP status, for huma.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type of the answer, for huma.
func (p *Problem) ContentType(string) string { return ProblemContentType }

// Faults turns errors into problems.
type Faults struct {
	log   *slog.Logger
	texts *i18n.Catalog
}

// NewFaults makes a renderer of problems.
func NewFaults(log *slog.Logger, texts *i18n.Catalog) *Faults { return &Faults{log: log, texts: texts} }

// Problem renders err in the language of the context's reader. What is our
// own failure is logged whole, here and nowhere else, and shown as no more
// than that.
func (f *Faults) Problem(ctx context.Context, err error) *Problem {
	e := classify(err)
	switch e.Kind {
	case fault.Internal:
		f.log.ErrorContext(ctx, "request failed", slog.String("fault_code", e.Code), slog.String("error", err.Error()))
	case fault.Unavailable:
		f.log.WarnContext(ctx, "request not served", slog.String("fault_code", e.Code), slog.String("error", err.Error()))
	}
	lang := Lang(ctx)
	p := &Problem{
		Type:      ProblemType + e.Code,
		Title:     f.texts.Text(lang, kinds[e.Kind].title),
		Status:    Status(e.Kind),
		Detail:    f.texts.Fault(lang, e),
		Code:      e.Code,
		Log:       f.texts.FaultLog(lang, e),
		RequestID: log.RequestID(ctx),
	}
	named := e.Fields[:min(len(e.Fields), maxFields)]
	p.More = len(e.Fields) - len(named)
	for _, field := range named {
		p.Errors = append(p.Errors, ProblemField{Path: field.Path, Code: field.Code, Detail: f.texts.FaultField(lang, field), Line: field.Line, Column: field.Column})
	}
	return p
}

// Write answers the request with err as a problem, and says in Retry-After how
// long to wait where the fault knows it.
func (f *Faults) Write(w http.ResponseWriter, r *http.Request, err error) {
	if e := fault.From(err); e != nil && e.Kind == fault.TooMany {
		if wait, ok := e.Arg(fault.Seconds).(int64); ok {
			w.Header().Set("Retry-After", strconv.FormatInt(max(wait, 1), 10))
		}
	}
	f.Problem(r.Context(), err).write(w, Lang(r.Context()))
}

func (p *Problem) write(w http.ResponseWriter, lang i18n.Lang) {
	h := w.Header()
	h.Set("Content-Type", ProblemContentType)
	h.Set("Content-Language", string(lang))
	h.Set("Cache-Control", "no-store")
	if p.Status == http.StatusUnauthorized && h.Get("WWW-Authenticate") == "" {
		h.Set("WWW-Authenticate", "Bearer")
	}
	body, err := json.Marshal(p)
	if err != nil { // only texts and a number: cannot happen
		body = []byte("{}")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // the caller has gone
}

// classify gives a fault for what comes from below the domain without one.
func classify(err error) *fault.Error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	tooLarge, isTooLarge := errors.AsType[*http.MaxBytesError](err)
	switch {
	case isTooLarge:
		return bodyTooLarge(tooLarge.Limit)
	case errors.Is(err, db.ErrOutcomeUnknown):
		return fault.Wrap(err, fault.Unavailable, "http.outcome-unknown")
	case errors.Is(err, context.Canceled):
		return fault.Wrap(err, fault.Unavailable, "http.cancelled")
	case errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(err, fault.Unavailable, "http.timeout")
	case db.IsUnavailable(err):
		return fault.Wrap(err, fault.Unavailable, "http.unavailable")
	}
	return fault.From(err)
}

func bodyTooLarge(limit int64) *fault.Error {
	return fault.New(fault.TooLarge, "http.body-too-large", "limit", limit)
}

func (f *Faults) methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	setAllow(w, r)
	p := f.Problem(r.Context(), fault.New(fault.Invalid, "http.method-not-allowed"))
	p.Status = http.StatusMethodNotAllowed
	p.write(w, Lang(r.Context()))
}
