package api

import (
	"context"

	"kopilka/internal/loyalty/identity"
	"kopilka/internal/platform/fault"
	"kopilka/internal/platform/reference"
)

// ListQuery asks for a part of a list that goes by code.
type ListQuery struct {
	After string          `query:"after" maxLength:"512"`
	Limit int             `query:"limit" maximum:"200"`
	Find  string          `query:"find" maxLength:"512"`
	State reference.State `query:"state" enum:"active,closed"`
}

func (q *ListQuery) page() reference.Page {
	return reference.Page{After: q.After, Limit: min(q.Limit, maxLimit), Find: q.Find, State: q.State}
}

// Change is what every change of reference data says besides the data: the
// state it is to have, and the version that was read before. Where that is no
// longer the newest nothing is changed; without one it is not looked at.
type Change struct {
	State   reference.State `json:"state" enum:"active,closed"`
	Version int64           `json:"version,omitempty" minimum:"1"`
}

// pageOf renders a part of a list.
func pageOf[D, R any](list reference.List[D], err error, render func(D) R) (*Page[R], error) {
	if err != nil {
		return nil, err
	}
	return &Page[R]{Items: each(list.Items, render), Next: list.Next}, nil
}

// all renders a list that is not long.
func all[D, R any](list []D, err error, render func(D) R) (*Page[R], error) {
	if err != nil {
		return nil, err
	}
	return &Page[R]{Items: each(list, render)}, nil
}

// one renders what a registry has found.
func one[D, R any](found D, err error, render func(D) R) (*R, error) {
	if err != nil {
		return nil, err
	}
	out := render(found)
	return &out, nil
}

// save stores reference data and renders what is there now.
func save[D, R any](ctx context.Context, c *call, data D, store func(context.Context, D) (D, error), render func(D) R) (*R, error) {
	saved, err := store(ctx, data)
	if err != nil {
		return nil, err
	}
	c.changed(ctx)
	out := render(saved)
	return &out, nil
}

func each[D, R any](list []D, render func(D) R) []R {
	out := make([]R, len(list))
	for i := range list {
		out[i] = render(list[i])
	}
	return out
}

// whole refuses a caller who may act at some outlets only: what it asks for is
// the whole organization's.
func (c *call) whole() error {
	if c.everywhere() {
		return nil
	}
	return fault.New(fault.Denied, "api.whole-organization")
}

// noTill refuses a till's key.
func (c *call) noTill() error {
	if c.who.Kind == identity.KindTill {
		return fault.New(fault.Denied, "api.no-till")
	}
	return nil
}

// changed takes in what this request has changed. It is done already, so a
// failure is only logged: the next refresh makes it good.
func (c *call) changed(ctx context.Context) {
	if err := c.Changed(ctx); err != nil {
		c.Log.WarnContext(ctx, "change not taken in", "operation", c.op.id, "error", err)
	}
}

// limitOf is how many rows of a list were asked for.
func limitOf(asked int) int {
	p := Paging{Limit: asked}
	return p.limit()
}

// cut renders the first rows of a list that was read one row longer, to tell
// whether more follow.
func cut[D, R any](list []D, err error, limit int, render func(D) R, key func(R) string) (*Page[R], error) {
	if err != nil {
		return nil, err
	}
	out := &Page[R]{Items: each(list[:min(limit, len(list))], render)}
	if len(list) > limit {
		out.Next = key(out.Items[limit-1])
	}
	return out, nil
}
