// Package log makes the program's logger: log/slog with constant messages and
// snake_case keys, in UTC, that adds what the context carries (the request's
// id) and refuses what no log may hold.
//
// Nothing personal and nothing secret is logged. Callers leave it out; as a
// second door the values of keys that speak of it (phone, email, token …) are
// dropped, and so are whole structs and maps, whose fields no rule could see.
package log

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Hidden stands where a value was dropped.
const Hidden = "[hidden]"

// What speaks of something personal or secret: a key that has one of these
// words (member_phone, but not microphone), or that is one of these names.
var (
	forbiddenWords = []string{
		"phone", "phones", "email", "emails", "password", "passwd", "pin", "token", "secret", "authorization", "cookie",
		"otp", "totp", "passport", "birthday", "surname", "firstname", "lastname", "patronymic", "fullname", "dsn", "apikey",
	}
	forbiddenNames = []string{
		"body", "query", "address", "name", "key", "code", "card", "card_number", "certificate_number", "api_key", "code_word", "first_name", "last_name", "full_name",
	}
)

// New makes a logger that writes lines of JSON, or of text where format is
// "text".
func New(w io.Writer, level slog.Leveler, format string) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level, ReplaceAttr: replacing()}
	if format == "text" {
		return slog.New(handler{slog.NewTextHandler(w, opts)})
	}
	return slog.New(handler{slog.NewJSONHandler(w, opts)})
}

// replacing makes what looks at each attribute. Keys are constants of the
// program, so what is said of one is kept.
func replacing() func(groups []string, a slog.Attr) slog.Attr {
	var known sync.Map
	refuses := func(key string) bool {
		if said, ok := known.Load(key); ok {
			return said.(bool)
		}
		said := refused(key)
		known.Store(key, said)
		return said
	}
	return func(groups []string, a slog.Attr) slog.Attr { return replace(refuses, groups, a) }
}

func replace(refused func(key string) bool, groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime {
		return slog.Time(a.Key, a.Value.Time().UTC())
	}
	if refused(a.Key) || slices.ContainsFunc(groups, refused) {
		return slog.String(a.Key, Hidden)
	}
	if a.Value.Kind() == slog.KindAny && !builtIn(groups, a.Key) && opaque(a.Value.Any()) {
		return slog.String(a.Key, fmt.Sprintf("[%T]", a.Value.Any()))
	}
	return a
}

func builtIn(groups []string, key string) bool {
	return len(groups) == 0 && (key == slog.LevelKey || key == slog.SourceKey)
}

// refused tells whether the key is forbidden. Its words are parted by
// anything but letters, and by capitals: cardNumber, card_number, card.number.
func refused(key string) bool {
	var words []string
	word := []rune{}
	end := func() {
		words, word = append(words, strings.ToLower(string(word))), word[:0]
	}
	for _, r := range key {
		switch {
		case r >= 'A' && r <= 'Z':
			end()
			word = append(word, r)
		case r >= 'a' && r <= 'z':
			word = append(word, r)
		default:
			end()
		}
	}
	end()
	forbidden := func(word string) bool { return slices.Contains(forbiddenWords, word) }
	return slices.ContainsFunc(words, forbidden) || slices.Contains(forbiddenNames, strings.ToLower(key))
}

// opaque tells whether the value has fields of its own that would be written
// unseen.
func opaque(v any) bool {
	switch v.(type) {
	case nil, error, fmt.Stringer:
		return false
	}
	t := reflect.TypeOf(v)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct || t.Kind() == reflect.Map || t.Kind() == reflect.Interface
}

// handler adds what the context carries to each record.
type handler struct{ slog.Handler }

// Handle writes the record with the request's id.
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r = r.Clone()
		r.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the door around the handler that slog derives.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the door around the handler that slog derives.
func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }

type requestIDKey struct{}

// WithRequestID gives a context whose records carry the request's id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID is the id of the request that the context belongs to, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}
