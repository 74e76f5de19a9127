package whatif

import (
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/platform/id"
)

// visitsBefore gives the visits among the first postings, in their order.
func (r *record) visitsBefore(first int) (out []*purchase.Visit) {
	seen := map[id.ID]bool{}
	for i := range first {
		op := r.entries[i].Op
		if v := r.visits[op]; v != nil && !seen[op] {
			seen[op] = true
			out = append(out, v)
		}
	}
	return out
}
