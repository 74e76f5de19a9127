package verify

import (
	"cmp"

	"kopilka/internal/loyalty/home"
	"kopilka/internal/platform/db"
)

// unservedRow is a home that says something else of its member's being served
// than his own row.
type unservedRow struct {
	home       home.ID
	has, wants string
}

func (r *unservedRow) of() home.ID { return r.home }

func scanUnserved(r db.Row) (u unservedRow, err error) {
	return u, r.Scan((*int64)(&u.home), &u.has, &u.wants)
}

func (c *homeCheck) checkServed() {
	for _, u := range c.rows.unserved {
		c.bad(HomeServed, "home", rowKey{}, cmp.Or(u.has, "served"), cmp.Or(u.wants, "served"))
	}
}
