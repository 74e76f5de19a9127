package admin

import (
	"fmt"
	"slices"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/loyalty/spoken"
)

// ruleKinds offers the kinds of rules, and wayOf the ways of one.
func (e *partForm) ruleKinds() []kit.Option {
	var out []kit.Option
	for _, k := range rule.Kinds() {
		out = append(out, kit.Option{Value: string(k), Text: e.text("rule.kind." + string(k))})
	}
	return out
}

func (e *partForm) ruleWays() []kit.Option {
	kind := e.f.values.Get("kind")
	var out []kit.Option
	for _, w := range rule.Ways(rule.Kind(kind)) {
		out = append(out, kit.Option{Value: w, Text: e.text("rule.way." + kind + "." + w)})
	}
	return out
}

// way is how the rule of the form works: as was chosen, if its kind can.
func (e *partForm) way() string {
	ways := rule.Ways(rule.Kind(e.f.values.Get("kind")))
	if w := e.f.values.Get("way"); slices.Contains(ways, w) || len(ways) == 0 {
		return w
	}
	return ways[0]
}

func (e *partForm) loadRule(part draft.Part) {
	e.load(part, e.ruleSlots())
	if e.add != "" {
		e.f.values.Set("kind", orID(e.r.URL.Query().Get("kind"), string(rule.AccrualRule)))
		e.f.values.Set("active", "yes")
	} else if r := e.ruleAt(); r != nil {
		e.f.values.Set("way", r.Way())
		if r.Kind == rule.ShareRule && r.Rate == 0 {
			e.f.values.Set("rate", "0") // points may not pay
		}
	}
	e.wants("when").load(part.Get("when"))
	e.wants("scope").load(part.Get("scope"))
	e.loadRows("table", part.Get("table"), "from", "rate", "amount", "points")
	e.loadRows("positions", part.Get("positions"), "n", "rate", "every")
	text := part.Get("text")
	e.f.values.Set("text.ru", orID(text.Get("ru").Word, text.Word))
	e.f.values.Set("text.en", text.Get("en").Word)
	terms := clonePart(part)
	terms.Put("terms", wideExpiry(part.Get("terms")))
	e.load(terms, e.expirySlots("terms.expiry", ""))
	e.loadSet(part.Get("set"))
}

// ruleAt is the rule that is edited, as it was read; nil: it is a new one, whose
// place tells where it would stand.
func (e *partForm) ruleAt() *rule.Rule {
	if e.add != "" {
		return nil
	}
	p := &e.read.Programme
	var i, j int
	if n, _ := fmt.Sscanf(e.at, "levels[%d].rules[%d]", &i, &j); n == 2 {
		return &p.Levels[i].Rules[j]
	}
	if n, _ := fmt.Sscanf(e.at, "campaigns[%d].rules[%d]", &i, &j); n == 2 {
		return &p.Campaigns[i].Rules[j]
	}
	if n, _ := fmt.Sscanf(e.at, "rules[%d]", &i); n == 1 {
		return &p.Rules[i]
	}
	return nil
}

// ruleSlots are what any rule may have, beside its way and its conditions.
func (e *partForm) ruleSlots() []slot {
	return []slot{
		{key: "name"},
		{key: "kind", as: aPick, options: e.ruleKinds()},
		{key: "active", as: aTicked},
		{key: "from", as: aDay},
		{key: "to", as: aDay},
		{key: "priority", as: aFigure},
		{key: "note"},
		{key: "group"},
		{key: "choice"},
		{key: "stage", as: aPick, options: e.choices("admin.draft.stage.", "", string(rule.LineStage), string(rule.ReceiptStage))},
		{key: "terms.delay", as: aFigure, label: "draft-earning-delay"},
		{key: "terms.on_use", as: aTick, label: "draft-earning-on_use"},
		{key: "rate", as: aFigure},
		{key: "amount", as: aFigure},
		{key: "points", as: aFigure},
		{key: "each", as: aFigure},
		{key: "each_unit", as: aTick},
		{key: "by", as: aPick, options: e.choices("admin.draft.by.", "", string(rule.ByCount), string(rule.ByPast), string(rule.ByUsed))},
		{key: "multiply", as: aFigure},
		{key: "take", as: aFigure},
		{key: "pay", as: aFigure},
		{key: "cheapest.of", as: aFigure},
		{key: "cheapest.count", as: aFigure},
		{key: "cheapest.rate", as: aFigure},
		{key: "campaign", as: aPick, options: e.names.options(spoken.FieldCampaign)},
	}
}

func (e *partForm) slot(key string) slot {
	for _, s := range e.ruleSlots() {
		if s.key == key {
			return s
		}
	}
	return slot{key: key}
}

// waySlots are the keys that a way of a kind asks for.
func waySlots(kind, way string) []string {
	switch way {
	case rule.WayRate:
		return []string{"rate"}
	case rule.WayAmount:
		if kind == string(rule.TariffRule) {
			return []string{"amount"}
		}
		return []string{"amount", "each_unit"}
	case rule.WayPoints:
		return []string{"points", "each_unit"}
	case rule.WayEach:
		return []string{"points", "each"}
	case rule.WayTable:
		return []string{"by"}
	case rule.WayMultiply:
		return []string{"multiply"}
	case rule.WayTake:
		return []string{"take", "pay"}
	case rule.WayCheapest:
		return []string{"cheapest.count", "cheapest.of", "cheapest.rate"}
	case rule.WayCampaign:
		return []string{"campaign"}
	case rule.WayText:
		return []string{"text.ru", "text.en"}
	}
	return nil
}

func (e *partForm) ruleGroups() []groupView {
	kind, way := e.f.values.Get("kind"), e.way()
	e.f.values.Set("way", way)
	what := e.row(e.slot("kind"), slot{key: "way", as: aPick, options: e.ruleWays()})
	about := ""
	if kind == string(rule.AccrualRule) {
		about = e.text("admin.draft.adds")
	}
	what.Act = &kit.Action{Text: e.text("admin.draft.show-fields"), Submit: true, Name: "do", Value: "fields", Plain: true}
	gives := groupView{Title: e.text("admin.draft.group.gives"), About: about, Rows: []rowView{what}}
	var side rowView
	for _, key := range waySlots(kind, way) {
		v := e.show(e.slot(key))
		if v.As == aTick {
			gives.Rows = append(gives.Rows, side, rowView{Fields: []fieldView{v}})
			side = rowView{}
			continue
		}
		side.Fields = append(side.Fields, v)
	}
	if len(side.Fields) > 0 {
		gives.Rows = append(gives.Rows, side)
	}
	gives.Rows = append(gives.Rows, e.wayRows(kind, way)...)
	return []groupView{
		{Rows: e.rows(e.slot("name"))},
		gives,
		e.wants("scope").group(),
		e.wants("when").group(),
		{Title: e.text("admin.draft.group.dates"), Rows: []rowView{e.row(e.slot("from"), e.slot("to")), e.row(e.slot("active"))}},
		e.rareOfRule(kind),
	}
}

// wayRows are the tables of a way that has one.
func (e *partForm) wayRows(kind, way string) (out []rowView) {
	switch way {
	case rule.WayTable:
		keys := []string{"from", "rate", "amount"}
		if kind == string(rule.AccrualRule) {
			keys[2] = "points"
		}
		for i := range e.rowCount("table", keys...) + rowsMore {
			var row []slot
			for _, key := range keys {
				row = append(row, slot{key: e.rowKey("table", i, key), as: aFigure, said: e.text("admin.draft.row-" + key)})
			}
			out = append(out, e.row(row...))
		}
	case rule.WayPositions:
		for i := range e.rowCount("positions", "n", "rate") + rowsMore {
			out = append(out, e.row(
				slot{key: e.rowKey("positions", i, "n"), as: aFigure, said: e.text("admin.draft.row-n")},
				slot{key: e.rowKey("positions", i, "rate"), as: aFigure, said: e.text("admin.draft.row-rate")},
				slot{key: e.rowKey("positions", i, "every"), as: aTick, said: e.text("admin.draft.row-every")}))
		}
	case rule.WaySet:
		out = e.setRows()
	}
	return out
}

func (e *partForm) rareOfRule(kind string) groupView {
	keys := []string{"priority", "note"}
	switch rule.Kind(kind) {
	case rule.AccrualRule:
		keys = append([]string{"terms.delay", "terms.on_use", "group"}, keys...)
	case rule.DiscountRule:
		keys = append([]string{"stage", "choice"}, keys...)
	}
	var slots []slot
	for _, key := range keys {
		slots = append(slots, e.slot(key))
	}
	out := groupView{Title: e.text("admin.draft.group.rare"), More: true}
	if rule.Kind(kind) == rule.AccrualRule {
		terms := e.expirySlots("terms.expiry", "")
		slots = append(terms, slots...)
	}
	out.Open, out.Rows = e.anySet(slots), e.rows(slots...)
	return out
}

// ruleOf makes the rule of the text: what its way does not ask for goes.
func (e *partForm) ruleOf() (keys []string, is draft.Part) {
	kind, way := e.f.get("kind"), e.way()
	slots := e.ruleSlots()
	all := e.collect(slots)
	put := func(list ...string) {
		for _, key := range list {
			is.Put(key, all.Get(key))
		}
	}
	put("name", "kind", "active", "priority", "from", "to", "note")
	is.Put("when", e.wants("when").collect())
	is.Put("scope", e.wants("scope").collect())
	for _, key := range waySlots(kind, way) {
		put(firstKey(key))
	}
	keys = []string{"name", "kind", "active", "priority", "from", "to", "when", "scope", "stage", "choice", "group", "rate", "amount", "points", "each", "each_unit", "by", "table", "multiply", "positions", "take", "pay", "cheapest", "campaign", "text", "terms", "note"}
	switch way {
	case rule.WayTable:
		is.Put("table", e.collectRows("table", "from", "rate", "amount", "points"))
	case rule.WayPositions:
		is.Put("positions", e.collectRows("positions", "n", "rate", "every"))
	case rule.WayText:
		is.Put("text", e.textOf())
	}
	if way != rule.WaySet || !e.oddSet() {
		keys = append(keys, "set")
		if way == rule.WaySet {
			is.Put("set", e.setOf())
		}
	}
	switch rule.Kind(kind) {
	case rule.AccrualRule:
		put("group")
		terms := all.Get("terms")
		terms.Put("expiry", e.collect(e.expirySlots("terms.expiry", "")).At("terms.expiry"))
		is.Put("terms", narrowExpiry("")(terms))
	case rule.DiscountRule:
		put("stage", "choice")
	}
	return keys, is
}

func (e *partForm) textOf() draft.Part {
	ru, en := draft.Part{Word: e.f.get("text.ru")}, draft.Part{Word: e.f.get("text.en")}
	if en.None() {
		return ru
	}
	var out draft.Part
	out.Put("ru", ru)
	out.Put("en", en)
	return out
}
