package api

import (
	"context"
	"net/http"

	"kopilka/internal/loyalty/identity"
)

// operation is a row of the table: what can be asked for, by whom.
type operation struct {
	id     string // its name in the document, and of the client's method
	method string
	path   string // below Base
	group  string // that the document shows it in
	status int
	scopes []identity.Scope // any of them will do; none: any key
	also   identity.Scope   // that it takes besides; "": none
	keyed  bool             // it is done once under the caller's Idempotency-Key, which it must have
	reads  bool             // it changes nothing, though it is no GET: a key makes no difference
	once   bool             // likewise, where there is a key
	office bool             // no till may ask for it, whatever its scopes
	open   bool             // it needs no key: it is how one is had
}

// forOffice is the operation, refused to tills.
func (o operation) forOffice() operation {
	o.office = true
	return o
}

// none is the answer of an operation that has nothing to say (204).
type none struct{}

// add puts an operation into the table. I is what it takes: fields with path,
// query and header tags, and Body. O is the body of its answer.
func add[I, O any](a *API, op operation, do func(ctx context.Context, c *call, in *I) (O, error)) {
	input := compileInput[I]()
	a.routes = append(a.routes, route{
		operation: op,
		document:  func(d *document) { describe[I, O](d, op) },
		serve: func(w http.ResponseWriter, r *http.Request) {
			c := call{API: a, op: &op, w: w, r: r}
			if err := serve(&c, input, do); err != nil {
				a.Faults.Write(w, r, err)
			}
		},
	})
}

func serve[I, O any](c *call, input *input[I], do func(ctx context.Context, c *call, in *I) (O, error)) error {
	if err := c.admit(); err != nil {
		return err
	}
	var in I
	if err := input.read(c.r, &in); err != nil {
		return err
	}
	out, err := do(c.by(), c, &in)
	if err != nil {
		c.missedBy(err)
		return err
	}
	return c.answer(out)
}
