package admin

import (
	"context"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/staff"
)

func personActions(ctx context.Context, v personView) []kit.Action {
	var out []kit.Action
	if v.History != "" {
		out = append(out, kit.Action{Text: ui.T(ctx, "admin.audit.history"), Icon: "history", Href: v.History})
	}
	switch {
	case v.Own:
		out = append(out, kit.Action{Text: ui.T(ctx, "ui.my-page"), Icon: "user", Href: mePath})
	case v.May:
		out = append(out, kit.Action{Text: ui.T(ctx, "admin.outlet.edit"), Icon: "pencil", Weight: kit.Primary, Href: v.Path + "/edit"})
	}
	return out
}

// linkText says whether the link goes to him or is shown.
func linkText(ctx context.Context, v personView) string {
	switch {
	case !v.Mails:
		return ui.T(ctx, "admin.people.make-link")
	case v.Is == staff.Invited:
		return ui.T(ctx, "admin.people.invite-again")
	}
	return ui.T(ctx, "admin.people.send-link")
}
