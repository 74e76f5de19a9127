package admin

import (
	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/promo"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/spoken"
)

// reasonsSaid are the reasons of a decision in words, and apart from them those of
// the rules that could not act. A rule that only lets something be, as a share of
// points, stands among the first where it does.
func (p *page) reasonsSaid(trace, refused []rule.Step, say *spoken.Speaker, imagined bool, names *ruleNames) (told, apart []kit.Happening) {
	for i := range trace {
		told = append(told, p.stepSaid(&trace[i], say, imagined, names))
	}
	for i := range refused {
		x := p.stepSaid(&refused[i], say, imagined, names)
		if refused[i].Applied {
			told = append(told, x)
		} else {
			apart = append(apart, x)
		}
	}
	return told, apart
}

// stepSaid is a reason in words, with the rule, campaign or code that it is of.
func (p *page) stepSaid(x *rule.Step, say *spoken.Speaker, imagined bool, names *ruleNames) kit.Happening {
	h := kit.Happening{Icon: "minus", Title: p.whySaid(say, x, imagined)}
	if x.Applied {
		h.Icon, h.Tone = "check", kit.Good
	}
	switch {
	case x.Code != "":
		h.Detail = p.text("admin.receipt.code", "code", promo.Shown(x.Code))
	case x.Rule != "":
		h.Detail = names.owner(x.Rule)
		if of := names.campaign(x.Campaign); x.Campaign != "" && x.Campaign != rule.Base && of != h.Detail {
			h.Detail = p.detail(h.Detail, of)
		}
	default:
		h.Detail = names.campaign(x.Campaign)
	}
	return h
}
