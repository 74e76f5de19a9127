package admin

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"kopilka/internal/edge/ui/kit"
	"kopilka/internal/loyalty/programme/draft"
	"kopilka/internal/loyalty/rule"
	"kopilka/internal/platform/fault"
)

// place finds the rule, level or campaign of the address, or where a new one
// goes.
func (e *partForm) place() error {
	q := e.r.URL.Query()
	if i := q.Get("id"); i != "" {
		if e.at = e.read.Where(e.name, i); e.at == "" {
			return fault.New(fault.NotFound, "programme.no-part", "path", i)
		}
		item := e.parts.At(e.at)
		e.title = orID(item.Get("name").Word, e.text("admin.draft.a-"+e.name))
		return nil
	}
	e.title = e.text("admin.draft.add." + e.name)
	e.add = e.name + "s"
	if in := q.Get("in"); in != "" {
		what, i, _ := strings.Cut(in, ":")
		at := e.read.Where(what, i)
		if at == "" || e.name != "rule" {
			return fault.New(fault.NotFound, "programme.no-part", "path", in)
		}
		e.add = at + ".rules"
	}
	return nil
}

// query is the address of the form again.
func (e *partForm) query() url.Values {
	out := url.Values{}
	for _, key := range []string{"id", "in"} {
		if v := e.r.URL.Query().Get(key); v != "" {
			out.Set(key, v)
		}
	}
	return out
}

func (e *partForm) showItem() error {
	if e.carried != nil {
		return e.askItem()
	}
	e.loadItem()
	e.saySaved(e.itemPart().Get("id").Word)
	return e.askItem()
}

// itemPart is the item as the draft has it; none where it is new.
func (e *partForm) itemPart() draft.Part {
	if e.add != "" {
		return draft.Part{}
	}
	return e.parts.At(e.at)
}

// loadItem puts it into the form.
func (e *partForm) loadItem() {
	part := e.itemPart()
	switch e.name {
	case "rule":
		e.loadRule(part)
	case "level":
		e.load(part, e.levelSlots())
		e.loadRows("parts", part.Get("parts"), "types", "sum")
	case "campaign":
		e.load(part, e.campaignSlots())
		e.wants("when").load(part.Get("when"))
		e.wants("scope").load(part.Get("scope"))
	}
}

func (e *partForm) itemGroups() []groupView {
	switch e.name {
	case "level":
		return e.levelGroups()
	case "campaign":
		return e.campaignGroups()
	}
	return e.ruleGroups()
}

func (e *partForm) itemSent() error {
	do := e.f.get("do")
	if do == doSay {
		if err := e.sayTyped(); err != nil {
			return err
		}
		return e.ask(e.itemGroups(), e.query()) // what it gave has not changed
	}
	if e.act(do) {
		return e.askItem()
	}
	if e.f.whole = e.takeDraft(); e.f.whole != "" {
		return e.askItem()
	}
	if e.name != "rule" && e.f.get("name") == "" {
		e.f.wrong["name"] = e.text("admin.draft.no-name")
		return e.askItem()
	}
	if blanks := e.blanks(); len(blanks) > 0 {
		for _, b := range blanks {
			e.f.wrong[b.name] = b.why
		}
		e.hidden, e.shown = nil, nil
		return e.askItem()
	}
	keys, was, is := e.typedItem()
	e.itemGroups() // to know the names of its fields
	e.field = e.itemField
	done, err := e.write(keys, was, is, e.shown)
	if err != nil {
		return err
	}
	if done {
		return e.to(e.path, "draft-saved")
	}
	e.hidden, e.shown = nil, nil
	return e.askItem()
}

// typedItem is the item as it was and as it was typed; keys are those that the
// form has.
func (e *partForm) typedItem() (keys []string, was, is draft.Part) {
	keys, is = e.itemOf()
	if e.add != "" {
		return keys, was, withID(is, e.newID())
	}
	return keys, e.parts.At(e.at), is
}

func withID(p draft.Part, i string) draft.Part {
	out := draft.Part{}
	out.Put("id", draft.Part{Word: i})
	for k, key := range p.Keys {
		out.Put(key, p.Parts[k])
	}
	return out
}

// newID is an id for what is new; people need not think of one.
func (e *partForm) newID() string {
	word := e.name
	if word == "rule" {
		word = e.f.get("kind")
	}
	if e.read.Where(e.name, word) == "" && word != "" {
		return word
	}
	return e.freeID(orID(word, e.name))
}

func (e *partForm) itemOf() (keys []string, is draft.Part) {
	switch e.name {
	case "level":
		is = e.collect(e.levelSlots())
		is.Put("parts", e.collectRows("parts", "types", "sum"))
		is = narrowGift(is)
		return []string{"name", "priority", "any", "total", "days", "sum", "visits", "points", "parts", "member_group", "term", "no_earning", "earn_days", "gift", "price", "fall"}, is
	case "campaign":
		is = e.collect(e.campaignSlots())
		is.Put("when", e.wants("when").collect())
		is.Put("scope", e.wants("scope").collect())
		return []string{"name", "active", "from", "to", "codes", "needs_code", "when", "scope", "limits", "alone", "stack", "priority", "max_units", "refund", "award_on_claim"}, is
	}
	return e.ruleOf()
}

func narrowGift(p draft.Part) draft.Part {
	if x := p.Get("gift"); x.Get("days").None() {
		p.Put("gift", x.Get("points"))
	}
	return p
}

// rowsMore is how many empty rows a table of a form has below those that are
// filled.
const rowsMore = 2

func (e *partForm) rowKey(name string, i int, key string) string {
	return fmt.Sprintf("%s.%d.%s", name, i, key)
}

func (e *partForm) loadRows(name string, part draft.Part, keys ...string) {
	for i, row := range part.Items() {
		for _, key := range keys {
			e.f.values[e.rowKey(name, i, key)] = row.Get(key).List()
		}
	}
}

// rowCount is how many rows of a table are filled.
func (e *partForm) rowCount(name string, keys ...string) int {
	n := 0
	for i := range rule.MaxRows {
		for _, key := range keys {
			if e.f.get(e.rowKey(name, i, key)) != "" {
				n = i + 1
			}
		}
	}
	return n
}

// collectRows are the rows that have anything in them.
func (e *partForm) collectRows(name string, keys ...string) draft.Part {
	var out draft.Part
	for i := range e.rowCount(name, keys...) {
		var row draft.Part
		for _, key := range keys {
			words := slices.Clone(e.f.values[e.rowKey(name, i, key)])
			for j := range words {
				words[j] = e.ungrouped(strings.TrimSpace(words[j])) // a name is no grouped number
			}
			row.Put(key, oneOrMany(words))
		}
		if !row.None() {
			out.Parts = append(out.Parts, row)
		}
	}
	return out
}

func (e *partForm) levelSlots() []slot {
	groups := append([]kit.Option{{Text: e.text("admin.draft.any-member")}}, e.names.options(rule.FieldMemberGroup)...)
	return []slot{
		{key: "name", needed: true},
		{key: "priority", as: aFigure, needed: true},
		{key: "total", as: aFigure},
		{key: "sum", as: aFigure},
		{key: "visits", as: aFigure},
		{key: "days", as: aFigure},
		{key: "points", as: aFigure},
		{key: "any", as: aTick},
		{key: "term", as: aFigure},
		{key: "gift.points", as: aFigure, label: "draft-level-gift-points"},
		{key: "gift.days", as: aFigure, label: "draft-level-gift-days"},
		{key: "member_group", as: aPick, options: groups},
		{key: "no_earning", as: aTick},
		{key: "earn_days", as: aFigure},
		{key: "price", as: aFigure},
		{key: "fall", as: aFigure},
	}
}

func (e *partForm) levelGroups() []groupView {
	s := e.levelSlots()
	if e.add != "" && e.f.values.Get("priority") == "" {
		e.f.values.Set("priority", fmt.Sprint(len(e.read.Programme.Levels)+1))
	}
	out := []groupView{
		{Rows: []rowView{e.row(s[0:2]...)}},
		{Title: e.text("admin.draft.group.level-how"), About: e.text("admin.draft.group.level-how-about"), Rows: append([]rowView{e.row(s[2]), e.row(s[3:6]...), e.row(s[6])}, e.rows(s[7])...)},
		{Title: e.text("admin.draft.group.level-gives"), Rows: []rowView{e.row(s[8:11]...)}},
	}
	parts := groupView{Title: e.text("admin.draft.group.level-parts"), More: true}
	for i := range e.rowCount("parts", "types", "sum") + rowsMore {
		parts.Rows = append(parts.Rows, e.row(
			slot{key: e.rowKey("parts", i, "types"), as: someOf, said: e.text("rule.field.type"), options: e.names.options(rule.FieldType)},
			slot{key: e.rowKey("parts", i, "sum"), as: aFigure, said: e.text("admin.draft.from-money")}))
	}
	parts.Open = e.rowCount("parts", "types", "sum") > 0 || e.wrongIn("parts.")
	rare := groupView{Title: e.text("admin.draft.group.rare"), More: true, Rows: e.rows(s[11:]...)}
	rare.Open = e.anySet(s[11:])
	return append(out, parts, rare)
}

// wrongIn tells whether a field whose name begins so is wrong.
func (e *partForm) wrongIn(begins string) bool {
	for name := range e.f.wrong {
		if strings.HasPrefix(name, begins) {
			return true
		}
	}
	return false
}

// anySet tells whether any of some slots has a value, or is wrong.
func (e *partForm) anySet(slots []slot) bool {
	return slices.ContainsFunc(slots, func(s slot) bool {
		usual := s.as == aTicked
		return e.f.on(s.key) != usual && (s.as == aTicked || e.f.on(s.key)) || e.f.wrong[s.key] != ""
	})
}

func (e *partForm) campaignSlots() []slot {
	return []slot{
		{key: "name", needed: true},
		{key: "active", as: aTicked},
		{key: "from", as: aDay},
		{key: "to", as: aDay},
		{key: "codes", as: someWords},
		{key: "needs_code", as: aTick},
		{key: "limits.in_all", as: aFigure},
		{key: "limits.per_member", as: aFigure},
		{key: "limits.per_code", as: aFigure},
		{key: "limits.return", as: aTick},
		{key: "alone", as: aTick},
		{key: "stack"},
		{key: "priority", as: aFigure},
		{key: "max_units", as: aFigure},
		{key: "refund", as: aPick, options: e.choices("admin.draft.refund.", "", string(rule.KeepTerms), string(rule.RecomputeTerms), string(rule.TakeDifference))},
		{key: "award_on_claim", as: aTick},
	}
}

func (e *partForm) campaignGroups() []groupView {
	s := e.campaignSlots()
	return []groupView{
		{Rows: []rowView{e.row(s[0]), e.row(s[1])}},
		{Title: e.text("admin.draft.group.dates"), Rows: []rowView{e.row(s[2:4]...)}},
		{Title: e.text("admin.draft.group.codes"), Rows: e.rows(s[4:6]...)},
		e.wants("when").group(),
		e.wants("scope").group(),
		{Title: e.text("admin.draft.group.limits"), About: e.text("admin.draft.group.limits-about"), Rows: append([]rowView{e.row(s[6:9]...)}, e.rows(s[9])...)},
		{Title: e.text("admin.draft.group.rare"), More: true, Open: e.anySet(s[10:]), Rows: e.rows(s[10:]...)},
	}
}
