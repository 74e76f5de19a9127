package staff

import (
	"context"

	"github.com/alexedwards/argon2id"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Hashing gives what passwords are hashed by, and what nobody's hash is.
func Hashing() (argon2id.Params, string) { return usualCost.params(), usualCost.nobodys() }

// As gives a person as if he had just signed in.
func (s *Staff) As(ctx context.Context, person id.ID) (who *Who, err error) {
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		who, err = power(ctx, tx, &Who{Person: Person{ID: person}, Proven: s.clock.Now()})
		return err
	})
	return who, err
}
