package admin

import (
	"context"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
)

// requestPairs are the particulars of a request.
func requestPairs(ctx context.Context, l requestLine) []kit.Pair {
	out := []kit.Pair{{Name: ui.T(ctx, "admin.approvals.asked"), Value: l.By + ", " + ui.Ago(ctx, l.Asked)}, {Name: ui.T(ctx, "admin.requests.when"), Value: l.When}}
	if l.Note != "" {
		out = append(out, kit.Pair{Name: ui.T(ctx, "admin.field.note"), Value: l.Note})
	}
	if l.Decided != "" {
		out = append(out, kit.Pair{Name: ui.T(ctx, "admin.requests.decided"), Value: l.Decided + ", " + ui.Ago(ctx, l.At)})
	}
	if l.Refusal != "" {
		out = append(out, kit.Pair{Name: ui.T(ctx, "admin.field.reason"), Value: l.Refusal})
	}
	return out
}
