package admin

import (
	"context"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
)

func newRoleAction(ctx context.Context, may bool) []kit.Action {
	if !may {
		return nil
	}
	return []kit.Action{{Text: ui.T(ctx, "admin.roles.new"), Icon: "plus", Weight: kit.Primary, Href: rolesPath + "/new"}}
}

func roleActions(ctx context.Context, v roleView) []kit.Action {
	var out []kit.Action
	if v.History != "" {
		out = append(out, kit.Action{Text: ui.T(ctx, "admin.audit.history"), Icon: "history", Href: v.History})
	}
	if v.May {
		out = append(out, kit.Action{Text: ui.T(ctx, "admin.outlet.edit"), Icon: "pencil", Weight: kit.Primary, Href: v.Path + "/edit"})
	}
	return out
}
