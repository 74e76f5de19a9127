package playbill

import (
	"context"
	"fmt"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/reference"
	"kopilka/internal/platform/text"
)

// kind is what saving a list of one kind of rows takes.
type kind[T any] struct {
	check func(f *reference.Form, at string, v *T)
	code  func(*T) string
	put   func(ctx context.Context, tx *db.Tx, v *T, version int64) error
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
		for i := range saved {
			if err := k.put(ctx, tx, &saved[i], now); err != nil {
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
		return nil
	})
	return saved, err
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
