package admin

import (
	"slices"
	"strings"

	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/reference"
)

// freeWords tells whether a field's values are words of whoever sells or keeps members:
// those that are known are offered, and any other may be typed.
func freeWords(of rule.Field) bool {
	switch of {
	case rule.FieldEventType, rule.FieldZone, rule.FieldSector, rule.FieldChannel, rule.FieldTag:
		return true
	}
	return false
}

// channelsKnown are the sales channels that the programme's rules speak of, and those of
// the latest receipts where the reader works.
func (n *naming) channelsKnown() []string {
	var out []string
	if n.of != nil {
		out = channelsOf(n.of)
	}
	looked := 0
	for _, code := range n.p.Directory.OutletCodes() {
		o, _ := n.p.Directory.OutletByCode(code)
		if looked == outletsLooked || !n.p.who.At(o.ID) {
			continue
		}
		looked++
		list, err := n.p.Desk.Channels(n.p.ctx(), o.ID)
		out = addWords(out, itemsOf(n, reference.List[string]{Items: list}, err)...)
	}
	return out
}

// outletsLooked is at how many outlets a form looks for sales channels.
const outletsLooked = 12

// tagsKnown are tags of members. They are taken from all of them, so that who works at
// some outlets is offered none.
func (n *naming) tagsKnown() []string {
	if n.p.who.Narrowed() {
		return nil
	}
	list, err := member.TagsKnown(n.p.ctx(), n.p.DB, maxOffered)
	return itemsOf(n, reference.List[string]{Items: list}, err)
}

// channelsOf are the sales channels that a programme's rules speak of.
func channelsOf(of *rule.Programme) []string {
	var out []string
	look := func(conditions []rule.Condition) {
		for i := range conditions {
			if c := &conditions[i]; c.Field == rule.FieldChannel {
				out = addWords(addWords(out, c.In...), c.Not...)
			}
		}
	}
	lists := [][]rule.Rule{of.Rules}
	for i := range of.Levels {
		lists = append(lists, of.Levels[i].Rules)
	}
	for i := range of.Campaigns {
		look(of.Campaigns[i].When)
		lists = append(lists, of.Campaigns[i].Rules)
	}
	for _, list := range lists {
		for i := range list {
			look(list[i].When)
		}
	}
	return out
}

// addWords adds words to a list, each once.
func addWords(to []string, words ...string) []string {
	for _, w := range words {
		if w != "" && !slices.ContainsFunc(to, func(there string) bool { return strings.EqualFold(there, w) }) {
			to = append(to, w)
		}
	}
	return to
}
