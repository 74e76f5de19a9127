package admin

import (
	"net/url"
	"strconv"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/level"
	"kopilka/internal/loyalty/member"
	"kopilka/internal/loyalty/purchase"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/segment"
	"kopilka/internal/loyalty/staff"
	"kopilka/internal/platform/fault"
)

// rowsOf is how many positions the form of an address has: as many as it had,
// or one more where the button for that was pressed.
func rowsOf(q url.Values) int {
	rows := triedLines
	for _, key := range []string{"rows", "more"} {
		if n, err := strconv.Atoi(q.Get(key)); err == nil {
			rows = max(rows, n)
		}
	}
	return min(rows, rule.MaxLines)
}

// buyer finds whom the form names: by whatever finds a member, or by his name.
// Of several who are called so one is to be chosen. Whom the reader may not see
// is not there.
func (t *trying) buyer(c *purchase.Cart) error {
	who := t.f.get("who")
	if who == "" || !t.can(staff.MembersSee) {
		return nil
	}
	if t.f.on("imagined") {
		t.f.wrong["who"] = t.text("admin.try.who-and-imagined")
		return nil
	}
	if h := t.memberTyped(who); h != 0 {
		c.Buyer = purchase.Buyer{Home: h}
		return nil
	}
	q := segment.Query{Filter: segment.Filter{Search: who}, Limit: mostNamed}
	if t.who.Narrowed() {
		q.Outlets = t.who.Outlets()
	}
	found, err := t.Lists.List(t.ctx(), q)
	if e := fault.From(err); err != nil && e.Kind != fault.Invalid { // a name too short to look for finds nobody
		return err
	}
	for _, r := range found.Rows {
		if r.State != member.Active && r.State != member.New {
			continue
		}
		if len(found.Rows) == 1 || r.Number == t.f.get("whom") {
			c.Buyer = purchase.Buyer{Home: r.Home}
			t.named = nil
			return nil
		}
		t.named = append(t.named, kit.Option{Value: r.Number, Text: r.Name + " · " + r.Number})
	}
	t.f.wrong["who"] = t.text("admin.try.who-not-found")
	if len(t.named) > 0 {
		t.f.wrong["who"] = t.text("admin.try.who-several")
	}
	return nil
}

// mostNamed is how many members of a name are offered.
const mostNamed = 20

// level says what the receipt does to the buyer's level; or only which he has now: of
// what becomes of it all that he has bought anywhere follows.
func (t *trying) level(r *purchase.Rise, now bool) []kit.Pair {
	if r == nil {
		return nil
	}
	name := func(l *level.Level) string {
		if l == nil {
			return t.text("admin.try.no-level")
		}
		return orID(l.Name, l.ID)
	}
	out := []kit.Pair{{Name: t.text("admin.try.level-before"), Value: name(r.Before)}}
	if now {
		return out
	}
	out = append(out, kit.Pair{Name: t.text("admin.try.level-after"), Value: name(r.After)})
	if next := r.Next; next != nil {
		out = append(out, kit.Pair{Name: t.text("admin.try.level-next"), Value: t.left(orID(next.Level.Name, next.Level.ID), max(next.Total, next.Sum), next.Visits, next.Points)})
	}
	return out
}

// imagines ticks that the member is made up where something of one is told: it
// would count for nothing else.
func (t *trying) imagines() {
	for _, name := range []string{"level", "points", "spent", "birth", "group"} {
		if t.f.get(name) != "" {
			t.f.values.Set("imagined", "yes")
		}
	}
}

// channels are the sales channels that the programme's rules speak of, and what the
// address has.
func (t *trying) channels() []kit.Option {
	out := []kit.Option{{Text: t.text("admin.try.any-payment")}}
	for _, w := range addWords(channelsOf(t.of), t.f.get("channel")) {
		out = append(out, kit.Option{Value: w, Text: w})
	}
	return out
}
