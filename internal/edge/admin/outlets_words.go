package admin

import (
	"context"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
)

func newOutletAction(ctx context.Context, may bool) []kit.Action {
	if !may {
		return nil
	}
	return []kit.Action{{Text: ui.T(ctx, "admin.outlets.new"), Icon: "plus", Weight: kit.Primary, Href: outletsPath + "/new"}}
}

func outletActions(ctx context.Context, v outletView) []kit.Action {
	if !v.MayEdit {
		return nil
	}
	return []kit.Action{
		{Text: ui.T(ctx, "admin.outlet.edit"), Icon: "pencil", Href: v.Path + "/edit"},
		{Text: ui.T(ctx, "admin.outlet.new-till"), Icon: "plus", Weight: kit.Primary, Dialog: "new-till"},
	}
}
