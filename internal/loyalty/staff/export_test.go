package staff

import (
	"context"

	"github.com/alexedwards/argon2id"

	"kopilka/internal/platform/db"
	"kopilka/internal/platform/id"
)

// Hasty makes passwords cheap to check: tests give hundreds.
func (s *Staff) Hasty() {
	s.hashing = argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	s.nobodys = "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
}

// Hashing gives what passwords are hashed by, and what nobody's hash is.
func Hashing() (argon2id.Params, string) { return hashing, nobodys }

// As gives a person as if he had just signed in.
func (s *Staff) As(ctx context.Context, person id.ID) (who *Who, err error) {
	err = s.d.Write(ctx, func(tx *db.Tx) error {
		who, err = power(ctx, tx, &Who{Person: Person{ID: person}, Proven: s.clock.Now()})
		return err
	})
	return who, err
}
