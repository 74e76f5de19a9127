package admin

import (
	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/platform/money"
)

// pointsMoved are the points that came and went by an operation.
func pointsMoved(e *eventtype.Event) []money.Points {
	switch e.Kind {
	case eventtype.Purchased:
		return []money.Points{e.Earned, -e.Spent}
	case eventtype.Refunded:
		return []money.Points{e.Spent, -e.Earned}
	case eventtype.Due:
		return []money.Points{e.Active - e.Expired}
	default:
		return []money.Points{e.Earned}
	}
}
