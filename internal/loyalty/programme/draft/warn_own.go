package draft

import (
	"fmt"
	"slices"
	"strings"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
)

// own warns of conditions on the organization's own fields that there are not, that
// are no longer asked for, or that can't be what is wanted of them: a choice may have
// been taken out since.
func (w *warner) own(all []placed) {
	if w.facts.Own == nil {
		return
	}
	for i := range w.p.Campaigns {
		if c := &w.p.Campaigns[i]; !c.Off {
			w.ownWhen(fmt.Sprintf("campaigns[%d].when", i), c.When)
		}
	}
	for _, r := range all {
		if !r.Off {
			w.ownWhen(r.at+".when", r.When)
		}
	}
}

func (w *warner) ownWhen(at string, conditions []rule.Condition) {
	for i := range conditions {
		c := &conditions[i]
		key, is := strings.CutPrefix(string(c.Field), rule.CustomField)
		if !is {
			continue
		}
		path := fmt.Sprintf("%s[%d]", at, i)
		of := slices.IndexFunc(w.facts.Own, func(f member.CustomField) bool { return f.Key == key })
		if of < 0 {
			w.warn(path, "programme.warn-no-own", "own", key)
			continue
		}
		if !w.facts.Own[of].Active {
			w.warn(path, "programme.warn-own-away", "own", key)
		}
		for _, v := range slices.Concat(c.In, c.Not) {
			if _, wrong := w.facts.Own[of].Canonical(strings.ToLower(v)); wrong != nil { // words are compared folded
				w.warn(path, "programme.warn-own", "own", key, "value", v)
			}
		}
	}
}
