package purchase

import (
	"fmt"
	"slices"
	"time"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/platform/db"
	"kopilka/internal/platform/fault"
)

// together is how far apart two orders of one instant may be: either may make
// the member, and both are of his membership.
const together = time.Minute

// Of two members who are one person the earlier has joined.
const qJoined = `select min(registered_at) from member where home_id = $1 or merged_into = $1`

// member sees, under his lock, that the member may be given the receipt: what was
// known of him before it may be so no more. Whoever blocks, closes or erases
// him, or takes a phone or an e-mail from him, has that lock too.
func (c *claiming) member(g *group) error {
	if err := c.lives(g); err != nil {
		return err
	}
	if c.req.Contact == nil {
		return nil
	}
	b := &db.Batch{}
	ref := member.Ref(*c.req.Contact)
	b.Each(func(r db.Row) error { return r.Scan((*int64)(&c.joined)) }, qJoined, c.home)
	var found map[member.Ref][]member.Resolved
	holders := member.Resolve(b, g.tx.Dialect(), []member.Ref{ref}, &found)
	err := g.tx.Run(g.ctx, b)
	if err == nil {
		err = holders()
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errBase, err)
	}
	c.joined = c.joined.Add(-together)
	return c.has(found[ref])
}

// has refuses a receipt by what others have too, or he has no more.
func (c *claiming) has(all []member.Resolved) error {
	all = slices.DeleteFunc(all, func(r member.Resolved) bool { return r.Identifier != member.On || r.State.Gone() })
	switch {
	case len(all) > 1:
		return fault.New(fault.Conflict, "buyer.several")
	case len(all) == 0 || all[0].Home != c.home:
		return errNoHome()
	}
	return nil
}
