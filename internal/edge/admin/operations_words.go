package admin

import (
	"kopilka/internal/loyalty/eventtype"
	"kopilka/internal/platform/money"
)

// moneyMoved is the money that came by an operation, below zero where it went back.
func moneyMoved(e *eventtype.Event) money.Amount {
	switch e.Kind {
	case eventtype.Refunded, eventtype.DepositClosed, eventtype.DepositPaidOut:
		return -e.Money
	default:
		return e.Money
	}
}

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
