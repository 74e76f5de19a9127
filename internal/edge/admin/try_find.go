package admin

import (
	"slices"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/rule"
)

// offers are the goods and the sessions of which a position may be: those that what was
// typed finds, else the first of all; and those that positions have. find is the field
// that looks for others, nil where all that is there is offered.
func (t *trying) offers() (goods, sessions []kit.Option, find *fieldView) {
	words := t.f.get("find")
	goods = t.names.find(rule.FieldProduct, words)
	if sessions = t.names.options(rule.FieldSession); words != "" {
		sessions = t.names.find(rule.FieldSession, words)
	}
	if words != "" || len(goods) >= foundAtOnce || len(sessions) > sessionsOffered {
		f := t.show(slot{key: "find", label: "try-find"})
		if find = &f; len(goods)+len(sessions) == 0 {
			f.Hint = t.text("admin.try.found-nothing")
		}
	}
	return t.withChosen(rule.FieldProduct, "sku", goods), t.withChosen(rule.FieldSession, "session", sessions), find
}

// withChosen are options and what positions have that is not among them: no search
// takes away what is on the receipt.
func (t *trying) withChosen(of rule.Field, key string, list []kit.Option) []kit.Option {
	out := slices.Clone(list)
	for i := range t.rows {
		w := t.f.get(t.rowKey("line", i, key))
		if w != "" && !slices.ContainsFunc(out, func(o kit.Option) bool { return strings.EqualFold(o.Value, w) }) {
			out = append(out, kit.Option{Value: w, Text: t.names.call(of, w)})
		}
	}
	return out
}
