package member

import (
	"context"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/clock"
	"kopilka/internal/platform/db"
)

// Resolved is one member that an identifier stands for.
type Resolved struct {
	Ref
	Home       home.ID         `json:"member"`
	State      State           `json:"state"`      // the member's
	Identifier IdentifierState `json:"identifier"` // the identifier's
	Main       bool            `json:"main"`
	ProvenAt   clock.Micros    `json:"proven_at,omitzero"`
	AddedAt    clock.Micros    `json:"-"`
}

// Serves tells whether a receipt may be processed for the member by this
// identifier: it still stands for him and he takes part, be he activated yet
// or not.
func (r *Resolved) Serves() bool {
	return r.Identifier == On && r.State.Serves()
}

// Resolve adds to a batch of reads the question whom the identifiers stand
// for; what it returns puts the answers into out once the batch has run. An
// identifier that nobody has is not among them, one that is shared has
// several. The refs must be normalised. One statement on PostgreSQL.
func Resolve(b *db.Batch, dialect db.Dialect, refs []Ref, out *map[Ref][]Resolved) func() error {
	answers := make(map[Ref][]Resolved, len(refs))
	scan := func(r db.Row) error {
		v, err := scanResolved(r)
		if err != nil {
			return err
		}
		answers[v.Ref] = append(answers[v.Ref], v)
		return nil
	}
	kinds, values := make([]string, 0, len(refs)), make([]string, 0, len(refs))
	for _, r := range refs {
		kinds, values = append(kinds, string(r.Kind)), append(values, r.Value)
	}
	switch {
	case len(refs) == 0:
	case dialect == db.Postgres:
		b.Each(scan, qResolvePG, kinds, values)
	default:
		for _, k := range [...]Kind{Phone, Email, Card, External, Number, Login, QR} {
			var of []string
			for _, r := range refs {
				if r.Kind == k {
					of = append(of, r.Value)
				}
			}
			if len(of) > 0 {
				b.Each(scan, qResolveLite, k, of)
			}
		}
	}
	return func() error {
		*out = answers
		return nil
	}
}

// ResolveAll is Resolve by itself.
func ResolveAll(ctx context.Context, q db.Q, refs []Ref) (map[Ref][]Resolved, error) {
	var b db.Batch
	var out map[Ref][]Resolved
	done := Resolve(&b, q.Dialect(), refs, &out)
	if err := q.Run(ctx, &b); err != nil {
		return nil, err
	}
	return out, done()
}
