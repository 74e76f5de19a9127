package admin

import (
	"context"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
)

// wasBefore is what a figure came to, in words.
func wasBefore(ctx context.Context, b between) string {
	if b.Then == "" {
		return ""
	}
	return ui.T(ctx, "admin.whatif.was", "value", b.Then)
}

func columnsOf(ctx context.Context, names ...string) []kit.Column {
	out := make([]kit.Column, len(names))
	for i, n := range names {
		out[i] = kit.Column{Text: ui.T(ctx, "admin.whatif."+n)}
	}
	return out
}

// sumColumns are the columns of sums by what the first one names.
func sumColumns(ctx context.Context, first string, expired bool) []kit.Column {
	names := []string{first, "cost", "earned", "spent", "discounts"}
	if expired {
		names = append(names, "expired")
	}
	return columnsOf(ctx, names...)
}

func ruleColumns(ctx context.Context, a *answerView) []kit.Column {
	names := []string{"rule", "receipts", "discounts", "earned"}
	if a.Told {
		names = append(names, "told")
	}
	return columnsOf(ctx, names...)
}
