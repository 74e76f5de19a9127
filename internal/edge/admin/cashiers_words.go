package admin

import (
	"context"
	"net/url"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
)

func newCashierAction(ctx context.Context, v cashiersView) []kit.Action {
	if !v.MayMake {
		return nil
	}
	return []kit.Action{{Text: ui.T(ctx, "admin.cashiers.new"), Icon: "plus", Weight: kit.Primary, Href: cashiersPath + "/new"}}
}

func cashierActions(ctx context.Context, v cashierView) []kit.Action {
	if !v.MayEdit {
		return nil
	}
	return []kit.Action{{Text: ui.T(ctx, "admin.outlet.edit"), Icon: "pencil", Href: v.Path + "/edit"}}
}

// cashierChips are the filters in force, each with the address without it.
func cashierChips(v cashiersView) (out []kit.Link) {
	if v.OutletName != "" {
		q := url.Values{}
		if v.Find != "" {
			q.Set("q", v.Find)
		}
		out = append(out, kit.Link{Text: v.OutletName, Href: withQuery(cashiersPath, q)})
	}
	return out
}
