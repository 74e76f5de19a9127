package playbill

import (
	"context"
	"errors"
	"fmt"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/id"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// kind is what saving a list of one kind of rows takes.
type kind[T any] struct {
	check func(f *reference.Form, at string, v *T)
	code  func(*T) string
	put   func(ctx context.Context, tx *db.Tx, at string, v *T, version int64) error
	was   func(ctx context.Context, q db.Q, code string) (T, error)
	id    func(*T) id.ID
	name  string // in the audit trail
	count string // query
	most  int64
}

// save checks rows and puts them, all or none. What is wrong with the i-th is
// told under at(i).
func save[T any](ctx context.Context, r *Registry, k kind[T], list []T, at func(i int) string) ([]T, error) {
	var f reference.Form
	if len(list) > MaxBulk {
		return nil, tooMany(MaxBulk)
	}
	seen := map[string]bool{}
	for i := range list {
		k.check(&f, at(i), &list[i])
		folded := text.Fold(k.code(&list[i]))
		if folded != "" && seen[folded] {
			f.Add(fault.Field{Path: at(i) + "code", Code: "playbill.twice"})
		}
		seen[folded] = true
	}
	if err := f.Err(); err != nil || len(list) == 0 {
		return list, err
	}
	var saved []T
	err := r.d.Write(ctx, func(tx *db.Tx) error {
		saved = append([]T(nil), list...) // list stays as asked for: this may run again
		now, err := reference.Bump(ctx, tx, Set)
		if err != nil {
			return err
		}
		before, err := k.before(ctx, tx, saved)
		if err != nil {
			return err
		}
		for i := range saved {
			if err := k.put(ctx, tx, at(i), &saved[i], now); err != nil {
				return err
			}
		}
		var n int64
		if err := tx.Row(ctx, k.count).Scan(&n); err != nil {
			return err
		}
		if n > k.most {
			return tooMany(int(k.most))
		}
		return k.note(ctx, tx, r.clock.Now(), before, saved)
	})
	return saved, err
}

// before is the one row that is about to be saved as it was, for the trail; nil
// where there was none, and of a list.
func (k *kind[T]) before(ctx context.Context, q db.Q, list []T) (any, error) {
	if len(list) != 1 {
		return nil, nil
	}
	was, err := k.was(ctx, q, k.code(&list[0]))
	switch {
	case errors.Is(err, db.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return was, nil
}

// note notes one row as it was and is, of a list only which rows were saved:
// other systems send thousands at a time.
func (k *kind[T]) note(ctx context.Context, q db.Q, now clock.Micros, before any, saved []T) error {
	if len(saved) == 1 {
		return audit.Saved(ctx, q, now, nil, k.name, k.id(&saved[0]), before, saved[0])
	}
	codes := make([]string, len(saved))
	for i := range saved {
		codes[i] = k.code(&saved[i])
	}
	return audit.Note(ctx, q, now, audit.Entry{
		Action: k.name + ".saved-many", Target: audit.Target{Kind: k.name}, After: map[string]any{"rows": len(saved), "codes": codes},
	})
}

// alone is where the fields of a row that is sent by itself are.
func alone(int) string { return "" }

// listed is where the fields of the i-th row of a list are.
func listed(i int) string { return fmt.Sprintf("items[%d].", i) }

// first is the one row of a list of one.
func first[T any](list []T, err error) (out T, _ error) {
	if err != nil {
		return out, err
	}
	return list[0], nil
}
