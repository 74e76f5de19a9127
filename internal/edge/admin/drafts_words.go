package admin

import (
	"context"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
)

func draftActions(ctx context.Context, v draftView) []kit.Action {
	out := []kit.Action{
		{Text: ui.T(ctx, "admin.draft.as-text"), Icon: "pencil", Href: v.Path + "/text"},
		{Text: ui.T(ctx, "admin.draft.drop-do"), Icon: "trash", Weight: kit.Risky, Dialog: "drop-draft"},
	}
	if len(v.Wrong) == 0 {
		if v.WhatIf != "" {
			out = append(out, kit.Action{Text: ui.T(ctx, "admin.whatif.what-if"), Icon: "chart-bar", Href: v.WhatIf})
		}
		out = append(out, kit.Action{Text: ui.T(ctx, "admin.try.title"), Icon: "receipt", Href: strings.TrimSuffix(v.Path, "/draft") + "/try?of=draft"})
		out = append(out, kit.Action{Text: ui.T(ctx, "admin.programmes.publish"), Icon: "circle-check", Weight: kit.Primary, Href: v.Path + "/publish"})
	}
	return out
}

// sentence joins what is said of one thing.
func sentence(parts []string) string {
	s := strings.Join(parts, "; ")
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// tryOf says whether a draft is tried, or what is in force.
func tryOf(v tryView) string {
	if strings.HasSuffix(v.Back, "/draft") {
		return "draft"
	}
	return "force"
}

// publishText is the key of what the button under a draft says.
func publishText(v publishView) string {
	if v.Asks {
		return "admin.requests.ask"
	}
	return "admin.programmes.publish"
}
