package admin

import (
	"bytes"
	"context"
	"encoding/json"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
)

func newWebhookAction(ctx context.Context) kit.Action {
	return kit.Action{Text: ui.T(ctx, "admin.webhooks.new"), Icon: "plus", Weight: kit.Primary, Href: webhooksPath + "/new"}
}

func webhookActions(ctx context.Context, v hookView) []kit.Action {
	return []kit.Action{
		{Text: ui.T(ctx, "admin.webhook.rotate"), Icon: "lock", Href: v.Href + "/secret"},
		{Text: ui.T(ctx, "admin.outlet.edit"), Icon: "pencil", Href: v.Href + "/edit"},
	}
}

// pretty is JSON as people read it; what is none stays.
func pretty(body []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, body, "", "  ") != nil {
		return string(body)
	}
	return out.String()
}
