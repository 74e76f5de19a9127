package verify

import (
	"fmt"

	"kopilka/internal/loyalty/audit"
	"kopilka/internal/platform/db"
)

// trail follows the chain of what was changed by whom, in one snapshot.
func (r *run) trail() error {
	var rows int64
	err := r.d.View(r.ctx, func(q *db.Snapshot) (err error) {
		rows, err = audit.Verify(r.ctx, q, func(w audit.Wrong) {
			r.bad(place{w.Seq, 0}, AuditTrail, "audit", fmt.Sprintf("seq=%d", w.Seq), w.Found, w.Wanted)
		})
		return err
	})
	if err == nil {
		r.did("audit", 0, func(c *Counts) { c.Audit += rows })
	}
	return err
}
