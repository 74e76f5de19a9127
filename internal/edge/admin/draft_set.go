package admin

import (
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
)

// loadSet puts a set of units into the form.
func (e *partForm) loadSet(part draft.Part) {
	for _, key := range []string{"price", "off", "rate", "most"} {
		e.f.values.Set("set."+key, part.Get(key).Word)
	}
	for i, x := range part.Get("parts").Items() {
		e.f.values.Set(e.rowKey("set.parts", i, "count"), orID(x.Get("count").Word, "1"))
		e.f.values.Set(e.rowKey("set.parts", i, "rate"), x.Get("rate").Word)
		e.f.values[e.rowKey("set.parts", i, "type")] = x.At("scope.type").List()
		e.f.values[e.rowKey("set.parts", i, "product")] = x.At("scope.product").List()
	}
}

// oddSet tells whether the set picks its units by more than this form asks for:
// then it stays as the text has it.
func (e *partForm) oddSet() bool {
	r := e.ruleAt()
	if r == nil || r.Set == nil {
		return false
	}
	for i := range r.Set.Parts {
		for _, c := range r.Set.Parts[i].Scope {
			if c.Field != rule.FieldType && c.Field != rule.FieldProduct || len(c.Not) > 0 {
				return true
			}
		}
	}
	return false
}

func (e *partForm) setRows() []rowView {
	if e.oddSet() {
		return []rowView{{Title: e.text("admin.draft.odd-set")}}
	}
	var out []rowView
	for i := range e.rowCount("set.parts", "count", "rate", "type", "product") + rowsMore {
		out = append(out, e.setRow(i))
	}
	var whole []slot
	for _, key := range []string{"price", "off", "rate", "most"} {
		whole = append(whole, slot{key: "set." + key, as: aFigure, said: e.text("admin.draft.set-" + key)})
	}
	return append(out, e.row(whole...))
}

// setRow asks for one part of a set: how many, of which types or goods.
func (e *partForm) setRow(i int) rowView {
	key := func(of string) string { return e.rowKey("set.parts", i, of) }
	slots := []slot{
		{key: key("count"), as: aFigure, said: e.text("admin.draft.set-count")},
		{key: key("rate"), as: aFigure, said: e.text("admin.draft.row-rate")},
		{key: key("type"), as: someOf, said: sentence([]string{e.text("rule.field.type")}), options: e.names.options(rule.FieldType)},
	}
	if list := e.chosenAndFound(rule.FieldProduct, e.f.values[key("product")], e.f.get(key("find"))); len(list) > 0 {
		slots = append(slots, slot{key: key("product"), as: someOf, said: e.text("admin.draft.set-product"), options: list})
	}
	out := e.row(append(slots, slot{key: key("find"), said: e.text("admin.draft.find-product"), about: e.text("admin.draft.find-how")})...)
	out.Title = e.text("admin.draft.set-part", "n", i+1)
	out.Find = e.finds()
	return out
}

func (e *partForm) setOf() draft.Part {
	var out, parts draft.Part
	for i := range e.rowCount("set.parts", "count", "rate", "type", "product") {
		var x, scope draft.Part
		scope.Put("type", oneOrMany(e.f.values[e.rowKey("set.parts", i, "type")]))
		scope.Put("product", oneOrMany(e.f.values[e.rowKey("set.parts", i, "product")]))
		x.Put("scope", scope)
		if count := e.figure(e.rowKey("set.parts", i, "count")); count.Word != "1" {
			x.Put("count", count)
		}
		x.Put("rate", e.figure(e.rowKey("set.parts", i, "rate")))
		if !x.None() {
			parts.Parts = append(parts.Parts, x)
		}
	}
	out.Put("parts", parts)
	for _, key := range []string{"price", "off", "rate", "most"} {
		out.Put(key, e.figure("set."+key))
	}
	return out
}

// blankGoods are the searches of a set of which nothing was ticked: no part is dropped in
// silence.
func (e *partForm) blankGoods() (out []blank) {
	if e.way() != rule.WaySet || e.oddSet() {
		return nil
	}
	for i := range e.rowCount("set.parts", "find") {
		key := func(of string) string { return e.rowKey("set.parts", i, of) }
		if e.f.get(key("find")) != "" && len(e.f.values[key("type")])+len(e.f.values[key("product")]) == 0 {
			out = append(out, blank{key("find"), e.text("admin.draft.find-product"), e.text("admin.draft.fill-any")})
		}
	}
	return out
}
