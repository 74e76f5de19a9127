package admin

import (
	"context"
	"strings"

	"kopilka/internal/edge/ui"
	"kopilka/internal/edge/ui/kit"
)

// issueCard is the way to a new card, for whoever may issue one.
func issueCard(ctx context.Context, href string) []kit.Action {
	if href == "" {
		return nil
	}
	return []kit.Action{{Text: ui.T(ctx, "admin.card.issue"), Icon: "plus", Weight: kit.Primary, Href: href}}
}

// newIdentifierAction is the way to another phone or e-mail, for whoever may give one.
func newIdentifierAction(ctx context.Context, v identifiersView) []kit.Action {
	if v.Path == "" {
		return nil
	}
	return []kit.Action{{Text: ui.T(ctx, "admin.identifier.add"), Icon: "plus", Weight: kit.Primary, Href: v.Path + "/new"}}
}

// consentActions are the ways to note a consent or its withdrawal by hand.
func consentActions(ctx context.Context, v consentsView) []kit.Action {
	var out []kit.Action
	if v.Path != "" && !v.NoTexts {
		out = append(out, kit.Action{Text: ui.T(ctx, "admin.consent.give"), Icon: "plus", Weight: kit.Primary, Href: v.Path + "/give"})
	}
	if v.Path != "" && v.Granted {
		out = append(out, kit.Action{Text: ui.T(ctx, "admin.consent.withdraw"), Icon: "minus", Weight: kit.Risky, Href: v.Path + "/withdraw"})
	}
	return out
}

// paragraphs are the lines of a text that have anything on them.
func paragraphs(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// householdActions are what can be done with the household that a member is in,
// or to come to one.
func householdActions(ctx context.Context, v householdView) []kit.Action {
	switch {
	case v.Path == "":
		return nil
	case !v.In:
		return []kit.Action{
			{Text: ui.T(ctx, "admin.household.found"), Icon: "plus", Weight: kit.Primary, Dialog: "found-household"},
			{Text: ui.T(ctx, "admin.household.join"), Icon: "user-plus", Href: v.Path + "/join"},
		}
	case v.Founder:
		return []kit.Action{
			{Text: ui.T(ctx, "admin.household.add"), Icon: "user-plus", Weight: kit.Primary, Href: v.Path + "/join"},
			{Text: ui.T(ctx, "admin.household.end"), Icon: "x", Weight: kit.Risky, Dialog: "end-household"},
		}
	}
	return []kit.Action{
		{Text: ui.T(ctx, "admin.household.add"), Icon: "user-plus", Weight: kit.Primary, Href: v.Path + "/join"},
		{Text: ui.T(ctx, "admin.household.leave"), Icon: "logout", Dialog: "leave-household"},
	}
}

// setLevelAction is the way to a level by hand.
func setLevelAction(ctx context.Context, v levelsView) []kit.Action {
	if v.Set == "" {
		return nil
	}
	return []kit.Action{{Text: ui.T(ctx, "admin.level.set"), Icon: "award", Href: v.Set}}
}

// setLevelOnce is that way at the first of several programmes.
func setLevelOnce(ctx context.Context, v levelsView, i int) []kit.Action {
	if i > 0 {
		return nil
	}
	return setLevelAction(ctx, v)
}

// openDepositAction is the way to a new deposit, for whoever may open one.
func openDepositAction(ctx context.Context, v depositsView) []kit.Action {
	if v.Open == "" {
		return nil
	}
	return []kit.Action{{Text: ui.T(ctx, "admin.deposit.open"), Icon: "plus", Weight: kit.Primary, Href: v.Open}}
}

// openDepositBeside is that way where a closed one is shown.
func openDepositBeside(ctx context.Context, v depositsView) []kit.Action {
	if v.Shown == nil {
		return nil
	}
	return openDepositAction(ctx, v)
}
