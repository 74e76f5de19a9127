package reference

import (
	"context"
	"strings"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/text"
)

// Limits of a list.
const (
	DefaultLimit = 50
	MaxLimit     = 500
	maxFind      = 100 // characters
)

// Page asks for a part of a list, which goes by code.
type Page struct {
	After string // the last code already had, "" for the beginning
	Limit int    // rows; 0 means DefaultLimit, at most MaxLimit
	Find  string // only rows with this text in their code or name
	State State  // only rows in this state, "" for all
}

// List is a part of a list.
type List[T any] struct {
	Items []T
	Next  string // what Page.After of the next part is; "" at the end
}

// Rows runs the query of a list, whose first parameters are after, the LIKE
// pattern ("" for any), the state ("" for any) and the number of rows; extra
// come after them.
func Rows[T any](ctx context.Context, q db.Q, p Page, scan func(db.Row) (T, error), key func(T) string, query string, extra ...any) (List[T], error) {
	n := p.Limit
	if n <= 0 {
		n = DefaultLimit
	}
	n = min(n, MaxLimit)
	args := append([]any{storable(p.After), Pattern(p.Find), string(p.State), n + 1}, extra...)
	items, err := db.All(ctx, q, scan, query, args...)
	if err != nil || len(items) <= n {
		return List[T]{Items: items}, err
	}
	items = items[:n]
	return List[T]{Items: items, Next: key(items[n-1])}, nil
}

// Pattern gives the LIKE pattern (escape '\') that finds the text anywhere in
// a folded column; "" for no text.
func Pattern(find string) string {
	find = strings.TrimSpace(storable(find))
	if find == "" {
		return ""
	}
	return "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(Fold(text.Clip(find, maxFind))) + "%"
}

// storable makes of a caller's text one that PostgreSQL takes.
func storable(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "") }
