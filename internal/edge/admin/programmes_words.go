package admin

import (
	"context"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
)

func newProgrammeAction(ctx context.Context, may bool) []kit.Action {
	if !may {
		return nil
	}
	return []kit.Action{{Text: ui.T(ctx, "admin.programmes.new"), Icon: "plus", Weight: kit.Primary, Href: programmesPath + "/new"}}
}

// beginText is what the button says that leads to the draft of a programme.
func beginText(v programmeView) string {
	if v.Draft != "" {
		return "admin.draft.go-on"
	}
	return "admin.programmes.edit"
}

// sampleWeight makes the plainest sample stand out: who does not know which to
// take takes that.
func sampleWeight(s sampleView) kit.Weight {
	if s.Name == sampleNames()[0] {
		return kit.Primary
	}
	return kit.Usual
}
