package admin

import (
	"context"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
)

func newPartnerAction(ctx context.Context, v partnersView) []kit.Action {
	if !v.MayMake {
		return nil
	}
	return []kit.Action{{Text: ui.T(ctx, "admin.partners.new"), Icon: "plus", Weight: kit.Primary, Href: partnersPath + "/new"}}
}

func partnerActions(ctx context.Context, v partnerView) []kit.Action {
	if !v.MayEdit {
		return nil
	}
	return []kit.Action{{Text: ui.T(ctx, "admin.outlet.edit"), Icon: "pencil", Href: v.Path + "/edit"}}
}

// placeOf is where an outlet is: its address, and by which clock it lives.
func placeOf(o outletLine) string {
	if o.Address == "" {
		return o.Zone
	}
	return o.Address + " · " + o.Zone
}
