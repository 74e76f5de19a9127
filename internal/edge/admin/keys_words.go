package admin

import (
	"context"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
)

func newKeyAction(ctx context.Context) kit.Action {
	return kit.Action{Text: ui.T(ctx, "admin.keys.new"), Icon: "plus", Weight: kit.Primary, Href: keysPath + "/new"}
}
